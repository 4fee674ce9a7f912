#include "talik/grid/tile.h"

#include "talik/core/mem.h"

#define WORD 64

void
tk_tile_share(size_t ntile, int rank, int size, size_t *first, size_t *n)
{
    const size_t r = (size_t)rank, ranks = (size_t)size;
    const size_t each = ntile / ranks, longer = ntile % ranks;

    *first = r * each + (r < longer ? r : longer);
    *n = each + (r < longer);
}

/* Position of active cell c; the grid's end if there are fewer. */
static size_t
position_of(const tk_grid *grid, size_t c)
{
    const size_t end = grid->ny * grid->nx;

    for (size_t w = 0; w * WORD < end; w++) {
        uint64_t bits = grid->active[w];
        const size_t here = (size_t)__builtin_popcountll(bits);

        if (c >= here) {
            c -= here;
            continue;
        }
        for (; c > 0; c--)
            bits &= bits - 1; /* clears the lowest bit */
        return w * WORD + (size_t)__builtin_ctzll(bits);
    }
    return end;
}

/* The next active position at or after p; there is one. */
static size_t
next_active(const tk_grid *grid, size_t p)
{
    uint64_t bits = grid->active[p / WORD] & (UINT64_MAX << (p % WORD));

    while (bits == 0) {
        p = (p / WORD + 1) * WORD;
        bits = grid->active[p / WORD];
    }
    return p / WORD * WORD + (size_t)__builtin_ctzll(bits);
}

/* Bands [south, north] as one box of columns [col, col + ncol). */
static void
add_box(const tk_grid *grid, size_t south, size_t north, size_t col,
        size_t ncol, tk_run *run)
{
    tk_box *box = &run->box[run->nbox++];
    const size_t a = tk_grid_file_row(grid, south);
    const size_t b = tk_grid_file_row(grid, north);

    *box = (tk_box){.row = a < b ? a : b,
                    .col = col,
                    .nrow = north - south + 1,
                    .ncol = ncol,
                    .at = run->ncover};
    run->ncover += box->nrow * box->ncol;
}

/* Positions [p, end) as the rest of a row, whole rows, the start of a row. */
static void
cut_boxes(const tk_grid *grid, size_t p, size_t end, tk_run *run)
{
    const size_t nx = grid->nx;
    const size_t col = p % nx, last_cols = end % nx;

    if (p / nx == end / nx) {
        add_box(grid, p / nx, p / nx, col, end - p, run);
        return;
    }
    if (col > 0) {
        add_box(grid, p / nx, p / nx, col, nx - col, run);
        p += nx - col;
    }
    if (p / nx < end / nx)
        add_box(grid, p / nx, end / nx - 1, 0, nx, run);
    if (last_cols > 0)
        add_box(grid, end / nx, end / nx, 0, last_cols, run);
}

static uint32_t
place_of(const tk_run *run, size_t row, size_t col)
{
    for (size_t k = 0; k < run->nbox; k++) {
        const tk_box *box = &run->box[k];

        if (row >= box->row && row < box->row + box->nrow && col >= box->col
            && col < box->col + box->ncol)
            return (uint32_t)(box->at + (row - box->row) * box->ncol + col
                              - box->col);
    }
    TK_ASSERT(false); /* the boxes hold every cell of the run */
    return 0;
}

static void
fill_lanes(const tk_grid *grid, size_t p, tk_run *run)
{
    for (size_t l = 0; l < run->nlane; l++) {
        if (l < run->ncell) {
            p = next_active(grid, p);
            run->file_row[l] = (uint32_t)tk_grid_file_row(grid, p / grid->nx);
            run->file_col[l] = (uint32_t)(p % grid->nx);
            run->place[l] = place_of(run, run->file_row[l], run->file_col[l]);
            p++;
        } else {
            run->file_row[l] = run->file_row[l - 1];
            run->file_col[l] = run->file_col[l - 1];
            run->place[l] = run->place[l - 1];
        }
    }
}

tk_err
tk_run_make(const tk_grid *grid, size_t first_tile, size_t ntile, tk_run *run)
{
    const size_t total = tk_tile_count(grid);
    size_t p, end;

    TK_ASSERT(ntile == 0 || first_tile + ntile <= total);
    *run = (tk_run){.first_tile = first_tile, .ntile = ntile};
    run->first_cell = first_tile * TK_TILE;
    if (ntile == 0)
        return TK_OK;
    run->nlane = ntile * TK_TILE;
    run->ncell = grid->nactive - run->first_cell;
    if (run->ncell > run->nlane)
        run->ncell = run->nlane;
    run->place = tk_new(run->nlane, sizeof *run->place);
    run->file_row = tk_new(run->nlane, sizeof *run->file_row);
    run->file_col = tk_new(run->nlane, sizeof *run->file_col);
    if (!run->place || !run->file_row || !run->file_col) {
        tk_run_drop(run);
        return TK_ERUN;
    }
    p = first_tile == 0 ? 0 : position_of(grid, run->first_cell);
    end = first_tile + ntile == total
              ? grid->ny * grid->nx
              : position_of(grid, run->first_cell + run->ncell);
    cut_boxes(grid, p, end, run);
    fill_lanes(grid, p, run);
    return TK_OK;
}

void
tk_run_drop(tk_run *run)
{
    tk_free(run->place);
    tk_free(run->file_row);
    tk_free(run->file_col);
    *run = (tk_run){0};
}

size_t
tk_run_box(const tk_run *run, size_t place)
{
    size_t k = run->nbox - 1;

    while (k > 0 && place < run->box[k].at)
        k--;
    return k;
}
