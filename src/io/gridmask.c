/* Which cells are active: masks, and cells without input. */
#include <math.h>
#include <string.h>

#include "coords.h"
#include "grid_impl.h"
#include "series_impl.h"
#include "talik/core/mem.h"

#define WORD 64

static size_t
words_of(const tk_grid *grid)
{
    return (grid->ny * grid->nx + WORD - 1) / WORD;
}

tk_rounds
tk_rounds_of(const tk_par *par, const tk_grid *grid)
{
    const size_t ranks = (size_t)par->size;
    tk_rounds r;

    r.rows_each = (grid->ny + ranks - 1) / ranks;
    r.rows_once = TK_GRID_ROW_FLOATS / grid->nx;
    if (r.rows_once < 1)
        r.rows_once = 1;
    if (r.rows_once > r.rows_each)
        r.rows_once = r.rows_each;
    r.rounds = (r.rows_each + r.rows_once - 1) / r.rows_once;
    return r;
}

bool
tk_rounds_box(const tk_rounds *rounds, const tk_par *par, const tk_grid *grid,
              size_t round, size_t box[4])
{
    const size_t mine = (size_t)par->rank * rounds->rows_each;
    const size_t first = mine + round * rounds->rows_once;
    size_t end = first + rounds->rows_once;

    if (end > mine + rounds->rows_each)
        end = mine + rounds->rows_each;
    if (end > grid->ny)
        end = grid->ny;
    box[0] = first;
    box[1] = 0;
    box[2] = first < end ? end - first : 0;
    box[3] = grid->nx;
    return box[2] > 0;
}

void
tk_bits_join(const tk_par *par, const tk_grid *grid, uint64_t *bits)
{
    MPI_Allreduce(MPI_IN_PLACE, bits, (int)words_of(grid), MPI_UINT64_T,
                  MPI_BOR, par->comm);
}

size_t
tk_grid_position(const tk_grid *grid, size_t row, size_t col)
{
    return (grid->south_first ? row : grid->ny - 1 - row) * grid->nx + col;
}

/* ---- masks --------------------------------------------------------------- */

typedef enum { AT_LEAST, NOT_ZERO, FINITE } rule;

static bool
passes(rule r, double least, float x)
{
    switch (r) {
    case AT_LEAST:
        return (double)x >= least; /* false for NaN */
    case NOT_ZERO:
        return !isnan(x) && x != 0;
    default:
        return isfinite(x);
    }
}

static void
mark(const tk_grid *grid, const size_t box[4], const float *x, rule r,
     double least, uint64_t *bits)
{
    for (size_t i = 0; i < box[2]; i++)
        for (size_t j = 0; j < grid->nx; j++)
            if (passes(r, least, x[i * grid->nx + j])) {
                const size_t p = tk_grid_position(grid, box[0] + i, j);

                bits[p / WORD] |= (uint64_t)1 << (p % WORD);
            }
}

/* **Collective.**  Takes out of the grid the cells whose value does not pass. */
static tk_err
apply(const tk_par *par, const tk_nc *nc, const tk_nc_var *v, rule r,
      double least, tk_grid *grid)
{
    const tk_rounds rounds = tk_rounds_of(par, grid);
    const size_t start[TK_NC_DIMS] = {0};
    const size_t count[TK_NC_DIMS] = {1, 1, 1, 1, 1, 1};
    float *x = tk_new(rounds.rows_once * grid->nx, sizeof *x);
    uint64_t *bits = tk_new(words_of(grid), sizeof *bits);
    tk_err err = tk_injected("io.mask") ? tk_fail(TK_EDATA, "injected: io.mask")
                 : x && bits            ? TK_OK
                                        : TK_ERUN;

    err = tk_agree(par, err);
    for (size_t k = 0; k < rounds.rounds && !err; k++) {
        size_t box[1][4];
        const bool some = tk_rounds_box(&rounds, par, grid, k, box[0]);

        err = tk_nc_read_boxes(nc, v, start, count, some,
                               (const size_t(*)[4])box, x);
        if (!err && some)
            mark(grid, box[0], x, r, least, bits);
    }
    if (!err) {
        tk_bits_join(par, grid, bits);
        for (size_t w = 0; w < words_of(grid); w++)
            grid->active[w] &= bits[w];
    }
    tk_free(bits);
    tk_free(x);
    return err;
}

static tk_err
one_value_each(const tk_nc *nc, const tk_nc_var *v)
{
    for (int d = 0; d < v->ndim - 2; d++)
        if (v->dim[d] != 1)
            return tk_fail(TK_EDATA,
                           "%s: mask '%s' has a dimension '%s' of %zu",
                           tk_nc_path(nc), v->name, v->dim_name[d], v->dim[d]);
    return TK_OK;
}

/* **Collective.**  */
static tk_err
apply_file(const tk_par *par, const char *path, const char *variable, rule r,
           double least, tk_grid *grid)
{
    tk_nc *nc;
    tk_nc_var v;
    tk_err err;

    TK_TRY(tk_nc_open(par, path, &nc));
    err = tk_nc_find(nc, variable, &v);
    if (!err)
        err = one_value_each(nc, &v);
    err = tk_agree(par, err);
    if (!err)
        err = tk_coords_fit(par, nc, &v, grid);
    if (!err)
        err = apply(par, nc, &v, r, least, grid);
    tk_nc_close(nc);
    return err;
}

/* **Collective.**  Cells without 2-D coordinates can lie in no band. */
static tk_err
apply_coordinates(const tk_par *par, const tk_grid_source *src, tk_grid *grid)
{
    tk_nc *nc;
    tk_nc_var v;
    tk_coords c;
    tk_err err;

    TK_TRY(tk_nc_open(par, src->file, &nc));
    err = tk_agree(par, tk_nc_find(nc, src->variable, &v));
    if (!err)
        err = tk_coords_find(par, nc, &v, src->lat, src->lon, &c);
    if (!err && c.has_lat_lon && c.two_d) {
        err = apply(par, nc, &c.lat, FINITE, 0, grid);
        if (!err)
            err = apply(par, nc, &c.lon, FINITE, 0, grid);
    }
    tk_nc_close(nc);
    return err;
}

tk_err
tk_grid_read_masks(const tk_par *par, const tk_grid_source *src, tk_grid *grid)
{
    for (size_t p = 0; p < grid->ny * grid->nx; p++)
        tk_grid_set_active(grid, p);
    if (*src->mask_file)
        TK_TRY(apply_file(par, src->mask_file, src->mask_variable, AT_LEAST,
                          src->mask_min, grid));
    if (*src->run_mask_file)
        TK_TRY(apply_file(par, src->run_mask_file, src->run_mask_variable,
                          NOT_ZERO, 0, grid));
    if (grid->projected)
        TK_TRY(apply_coordinates(par, src, grid));
    tk_grid_count(grid);
    if (grid->nactive > 0)
        return TK_OK;
    return tk_fail(TK_EDATA, "%s: the masks leave no cell active", src->file);
}

/* ---- cells without input ------------------------------------------------- */

/* **Collective.**  Adds the cells that have a value in one month. */
static tk_err
look_at(const tk_par *par, tk_series *s, const tk_grid *grid,
        const tk_rounds *rounds, int month, float *x, uint64_t *seen)
{
    for (size_t d = 0; d < s->ndepth; d++)
        for (size_t k = 0; k < rounds->rounds; k++) {
            size_t box[1][4];
            const bool some = tk_rounds_box(rounds, par, grid, k, box[0]);

            TK_TRY(tk_series_read_boxes(s, some, (const size_t(*)[4])box, d,
                                        month, 1, x));
            if (some)
                mark(grid, box[0], x, FINITE, 0, seen);
        }
    tk_bits_join(par, grid, seen);
    return TK_OK;
}

static bool
all_seen(const tk_grid *grid, const uint64_t *seen)
{
    for (size_t w = 0; w < words_of(grid); w++)
        if (grid->active[w] & ~seen[w])
            return false;
    return true;
}

tk_err
tk_grid_drop_missing(const tk_par *par, tk_series *s, tk_grid *grid)
{
    const tk_rounds rounds = tk_rounds_of(par, grid);
    float *x = tk_new(rounds.rows_once * grid->nx, sizeof *x);
    uint64_t *seen = tk_new(words_of(grid), sizeof *seen);
    tk_err err = tk_agree(par, x && seen ? TK_OK : TK_ERUN);

    for (int m = s->first; m < s->last && !err && !all_seen(grid, seen);
         m += 12)
        err = look_at(par, s, grid, &rounds, m, x, seen);
    if (!err && !all_seen(grid, seen))
        err = look_at(par, s, grid, &rounds, s->last, x, seen);
    for (size_t w = 0; w < words_of(grid) && !err; w++)
        grid->active[w] &= seen[w];
    tk_free(seen);
    tk_free(x);
    TK_TRY(err);
    tk_grid_count(grid);
    if (grid->nactive > 0)
        return TK_OK;
    return tk_fail(TK_EDATA, "'%s' has no value in any active cell",
                   s->variable);
}
