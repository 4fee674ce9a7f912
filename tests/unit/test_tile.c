/* A run's cells and boxes, over random masks, sizes, row orders and ranks. */
#include "../check.h"

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/grid/tile.h"

static void
random_grid(uint64_t seed, tk_grid *grid)
{
    const size_t ny = 1 + tk_rng_u64(seed, 0, 0) % 40;
    const size_t nx = 1 + tk_rng_u64(seed, 0, 1) % 90;
    const double share = tk_rng_uniform(seed, 0, 2);

    CHECK_OK(tk_grid_make(ny, nx, grid));
    grid->south_first = tk_rng_u64(seed, 0, 3) % 2;
    for (size_t b = 0; b < ny; b++) {
        const bool whole_row_masked = tk_rng_uniform(seed, 3, b) < 0.2;

        for (size_t j = 0; j < nx; j++)
            if (!whole_row_masked
                && tk_rng_uniform(seed, 1, b * nx + j) < share)
                tk_grid_set_active(grid, b * nx + j);
    }
    tk_grid_count(grid);
}

/* Adds what one run covers and computes; checks that places are consistent. */
static void
visit(const tk_grid *grid, const tk_run *run, int *covered, int *laned)
{
    size_t at = 0;

    assert_true(run->nbox <= 3);
    assert_int_equal(run->nlane, run->ntile * TK_TILE);
    for (size_t k = 0; k < run->nbox; k++) {
        const tk_box *box = &run->box[k];

        assert_int_equal(box->at, at);
        assert_true(box->nrow > 0 && box->ncol > 0);
        assert_true(box->row + box->nrow <= grid->ny);
        assert_true(box->col + box->ncol <= grid->nx);
        for (size_t i = 0; i < box->nrow; i++)
            for (size_t j = 0; j < box->ncol; j++)
                covered[(box->row + i) * grid->nx + box->col + j]++;
        at += box->nrow * box->ncol;
    }
    assert_int_equal(run->ncover, at);
    for (size_t l = 0; l < run->nlane; l++) {
        const size_t row = run->file_row[l], col = run->file_col[l];
        const tk_box *box = &run->box[tk_run_box(run, run->place[l])];
        const size_t in_box = run->place[l] - box->at;

        assert_int_equal(row, box->row + in_box / box->ncol);
        assert_int_equal(col, box->col + in_box % box->ncol);
        if (l < run->ncell)
            laned[row * grid->nx + col]++;
        else
            assert_int_equal(run->place[l], run->place[run->ncell - 1]);
    }
}

static void
check_partition(const tk_grid *grid, int ranks)
{
    const size_t cells = grid->ny * grid->nx, ntile = tk_tile_count(grid);
    int *covered = tk_new(cells, sizeof *covered);
    int *laned = tk_new(cells, sizeof *laned);
    size_t tiles = 0, active = 0;

    for (int r = 0; r < ranks; r++) {
        size_t first, n;
        tk_run run;

        tk_tile_share(ntile, r, ranks, &first, &n);
        assert_int_equal(first, tiles);
        assert_true(n <= ntile / (size_t)ranks + 1);
        CHECK_OK(tk_run_make(grid, first, n, &run));
        assert_int_equal(run.first_cell, first * TK_TILE);
        visit(grid, &run, covered, laned);
        active += run.ncell;
        tiles += n;
        tk_run_drop(&run);
    }
    assert_int_equal(tiles, ntile);
    assert_int_equal(active, grid->nactive);
    for (size_t b = 0; b < grid->ny; b++)
        for (size_t j = 0; j < grid->nx; j++) {
            const size_t f = tk_grid_file_row(grid, b) * grid->nx + j;

            assert_int_equal(covered[f], grid->nactive > 0);
            assert_int_equal(laned[f],
                             tk_grid_is_active(grid, b * grid->nx + j));
        }
    tk_free(covered);
    tk_free(laned);
}

static void
test_partition(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        tk_grid grid;

        random_grid(seed, &grid);
        for (int ranks = 1; ranks <= 70; ranks += ranks < 9 ? 1 : 7)
            check_partition(&grid, ranks);
        tk_grid_drop(&grid);
    }
}

static void
test_one_cell(void **state)
{
    (void)state;
    for (int active = 0; active < 2; active++) {
        tk_grid grid;

        CHECK_OK(tk_grid_make(1, 1, &grid));
        if (active)
            tk_grid_set_active(&grid, 0);
        tk_grid_count(&grid);
        assert_int_equal(tk_tile_count(&grid), active);
        check_partition(&grid, 3);
        tk_grid_drop(&grid);
    }
}

/* Cells are numbered from the south, whatever the order of rows in files. */
static void
test_numbering(void **state)
{
    (void)state;
    for (int south_first = 0; south_first < 2; south_first++) {
        tk_grid grid;
        tk_run run;

        CHECK_OK(tk_grid_make(40, 3, &grid));
        grid.south_first = south_first;
        for (size_t p = 0; p < 120; p++)
            tk_grid_set_active(&grid, p);
        tk_grid_count(&grid);
        CHECK_OK(tk_run_make(&grid, 1, 1, &run));
        /* Cell 64 is in the 22nd row from the south, second column. */
        assert_int_equal(run.file_row[0], south_first ? 21 : 18);
        assert_int_equal(run.file_col[0], 1);
        assert_int_equal(run.ncell, 56);
        assert_int_equal(run.nbox, 2);
        tk_run_drop(&run);
        tk_grid_drop(&grid);
    }
}

static void
test_share(void **state)
{
    size_t first, n;

    (void)state;
    tk_tile_share(10, 0, 4, &first, &n);
    assert_true(first == 0 && n == 3);
    tk_tile_share(10, 1, 4, &first, &n);
    assert_true(first == 3 && n == 3);
    tk_tile_share(10, 3, 4, &first, &n);
    assert_true(first == 8 && n == 2);
    tk_tile_share(2, 4, 5, &first, &n);
    assert_true(first == 2 && n == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_numbering),
        cmocka_unit_test(test_one_cell),
        cmocka_unit_test(test_partition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
