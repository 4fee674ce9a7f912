/* out_case.h -- a small output with every kind of variable: its grid, how it is
 * written, what must be in it.
 */
#ifndef TALIK_TESTS_OUT_CASE_H
#define TALIK_TESTS_OUT_CASE_H

#include <fcntl.h>
#include <pnetcdf.h>

#include "par_check.h"
#include "talik/core/digest.h"
#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/disk.h"
#include "talik/io/out.h"

#define NY 17
#define NX 23
#define NZ 3
#define NT 4
#define NVAR 4

static tk_grid grid;
static tk_run run;
static size_t held; /* memory, while nothing is open */

static const tk_out_var variable[NVAR] = {
    {.name = "tsl", .units = "K", .time = true, .depth = true},
    {.name = "status",
     .type = TK_OUT_BYTE,
     .time = true,
     .flag_meanings = "good  bad",
     .extra = "standard_name=status_flag\ncoordinates=depth"},
    {.name = "count", .type = TK_OUT_INT, .units = "1"},
    {.name = "fixed", .units = "1", .depth = true},
};

/* Holes everywhere; the north-west and south-east corners are sea. */
static inline void
start_grid(bool south_first)
{
    size_t first, n;

    CHECK_OK(tk_grid_make(NY, NX, &grid));
    grid.south_first = south_first;
    for (size_t i = 0; i < NY; i++)
        grid.y[i] = south_first ? 55 + 0.5 * (double)i : 63 - 0.5 * (double)i;
    for (size_t j = 0; j < NX; j++)
        grid.x[j] = -170 + (double)j;
    for (size_t p = 0; p < NY * NX; p++) {
        const size_t band = p / NX, col = p % NX;

        if (p % 7 != 3 && band + col > 4 && band + col < NY + NX - 6)
            tk_grid_set_active(&grid, p);
        else
            grid.active[p / 64] &= ~((uint64_t)1 << (p % 64));
    }
    tk_grid_count(&grid);
    tk_tile_share(tk_tile_count(&grid), par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(&grid, first, n, &run));
    held = tk_mem_held();
}

static inline void
end_grid(void)
{
    assert_int_equal(tk_mem_held(), held);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

/* Of a variable at a file row and column; NaN where missing. */
static inline float
value(size_t v, size_t t, size_t k, size_t row, size_t col)
{
    if ((row + col + t) % 13 == 0)
        return NAN;
    if (v == 1)
        return (float)((row + t) % 2);
    if (v == 2)
        return (float)(1000 * row + col);
    return 250.0f + 20.0f * (float)t + 3.0f * (float)k + 0.1f * (float)row
           - 0.01f * (float)col;
}

static inline void
fill(size_t v, size_t t, size_t n, float *x)
{
    const size_t nz = variable[v].depth ? NZ : 1;

    for (size_t s = 0; s < n; s++)
        for (size_t k = 0; k < nz; k++)
            for (size_t l = 0; l < run.nlane; l++)
                x[(s * nz + k) * run.nlane + l] =
                    value(v, t + s, k, run.file_row[l], run.file_col[l]);
}

static inline tk_out_opts
options(const char *path)
{
    static const double time[NT] = {15, 45, 74, 105};
    static const double bounds[NT][2] = {
        {0, 31}, {31, 59}, {59, 90}, {90, 120}};
    static const double depth[NZ] = {0.1, 1, 3};
    static const double depths[NZ][2] = {{0, 0.5}, {0.5, 2}, {2, 4}};
    static const tk_out_att att[] = {{.name = "title", .text = "a test"},
                                     {.name = "number", .number = 1.5}};

    return (tk_out_opts){.path = path,
                         .calendar = TK_CAL_NOLEAP,
                         .ntime = NT,
                         .time = time,
                         .time_bounds = bounds[0],
                         .ndepth = NZ,
                         .depth = depth,
                         .depth_bounds = depths[0],
                         .realization = 3,
                         .natt = 2,
                         .att = att};
}

static inline tk_err
create(const tk_out_opts *opts, tk_out **out)
{
    return tk_out_create(&par, opts, NULL, &grid, &run, NVAR, variable, out);
}

/* All steps from `first` on, n at a time. */
static inline tk_err
write_steps(tk_out *out, size_t v, size_t first, size_t n)
{
    const size_t nt = variable[v].time ? NT : 1;
    float *x = tk_new(NT * NZ * run.nlane, sizeof *x);
    tk_err err = TK_OK;

    for (size_t t = first; t < nt && !err; t += n) {
        const size_t now = t + n < nt ? n : nt - t;

        fill(v, t, now, x);
        err = tk_out_write(out, v, t, now, x);
    }
    tk_free(x);
    return err;
}

/* A whole file. */
static inline tk_err
make(const tk_out_opts *opts)
{
    tk_out *out;
    tk_err err = create(opts, &out);

    if (err)
        return err;
    for (size_t v = 0; v < NVAR && !err; v++)
        err = write_steps(out, v, 0, v + 1);
    if (err) {
        tk_out_drop(out);
        return err;
    }
    return tk_out_finish(out);
}

static inline bool
exists(const char *path)
{
    struct stat s;

    return lstat(path, &s) == 0;
}

/* TK_INJECT as a whole; counts begin anew. */
static inline void
inject(const char *site, int rank, const char *nth)
{
    char text[64];

    unsetenv("TK_INJECT");
    assert_false(tk_injected(""));
    if (!site)
        return;
    snprintf(text, sizeof text, "%s:%d%s", site, rank, nth);
    setenv("TK_INJECT", text, 1);
}

/* Removes what former tests left. */
static inline const char *
fresh(const char *name)
{
    const char *path = par_file(name);
    char temporary[800];

    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    if (par.rank == 0) {
        unlink(path);
        unlink(temporary);
    }
    MPI_Barrier(par.comm);
    return path;
}

/* Neither the file nor its temporary is there. */
static inline void
nothing_left(const char *path)
{
    char temporary[800];

    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    MPI_Barrier(par.comm);
    assert_false(exists(path));
    assert_false(exists(temporary));
    MPI_Barrier(par.comm);
    assert_int_equal(tk_mem_held(), held);
}

/* ---- what is in the file ------------------------------------------------- */

/* A value as the file must have it, and its bits for the digest. */
static double
expected(size_t v, size_t t, size_t k, size_t row, size_t col, uint64_t *bits)
{
    static const double missing[NVAR] = {TK_FILL, -1, TK_FILL_INT, TK_FILL};
    const size_t band = tk_grid_file_row(&grid, row);
    const float x = value(v, t, k, row, col);
    const double want = isnan(x) || !tk_grid_is_active(&grid, band * NX + col)
                            ? missing[v]
                            : (double)x;
    const float f = (float)want;
    uint32_t u;

    memcpy(&u, &f, sizeof u);
    if (v == 1)
        u = (unsigned char)(int)want;
    if (v == 2)
        u = (uint32_t)(int)want;
    *bits = u;
    return want;
}

static inline void
check_variable(int nc, size_t v)
{
    static double x[NT * NZ * NY * NX];
    const size_t nt = variable[v].time ? NT : 1;
    const size_t nz = variable[v].depth ? NZ : 1;
    char text[17] = "", digest[17];
    uint64_t sum = 0;
    size_t at = 0;
    int id;

    assert_int_equal(ncmpi_inq_varid(nc, variable[v].name, &id), 0);
    assert_int_equal(ncmpi_get_var_double_all(nc, id, x), 0);
    for (size_t t = 0; t < nt; t++)
        for (size_t k = 0; k < nz; k++)
            for (size_t i = 0; i < NY; i++)
                for (size_t j = 0; j < NX; j++, at++) {
                    uint64_t bits;

                    CHECK_NEAR(x[at], expected(v, t, k, i, j, &bits), 0);
                    sum += tk_digest_mix(at, bits);
                }
    tk_digest_text(sum, digest);
    assert_int_equal(ncmpi_get_att_text(nc, id, "digest", text), 0);
    assert_string_equal(text, digest);
}

static inline void
check_file(const char *path, int format)
{
    MPI_Offset header, data;
    int nc, got;

    if (par.rank == 0) {
        assert_int_equal(
            ncmpi_open(MPI_COMM_SELF, path, NC_NOWRITE, MPI_INFO_NULL, &nc), 0);
        assert_int_equal(ncmpi_inq_format(nc, &got), 0);
        assert_int_equal(got, format);
        /* The same everywhere, with room for attributes. */
        assert_int_equal(ncmpi_inq_header_size(nc, &header), 0);
        assert_int_equal(ncmpi_inq_header_extent(nc, &data), 0);
        assert_int_equal(data, (header + 4096 + 4095) / 4096 * 4096);
        for (size_t v = 0; v < NVAR; v++)
            check_variable(nc, v);
        ncmpi_close(nc);
    }
    MPI_Barrier(par.comm);
}

static inline void
same_bytes(const char *a, const char *b)
{
    char *x, *y;
    size_t n, m;

    CHECK_OK(tk_read_file(a, 1 << 20, &x, &n));
    CHECK_OK(tk_read_file(b, 1 << 20, &y, &m));
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    tk_free(x);
    tk_free(y);
}

/* PnetCDF compares the arguments of all ranks, and takes other ways out. */
static inline int
safe_mode(void **state)
{
    (void)state;
    return setenv("PNETCDF_SAFE_MODE", "1", 1);
}

static inline int
plain_mode(void **state)
{
    (void)state;
    return setenv("PNETCDF_SAFE_MODE", "0", 1);
}

#define IN_SAFE_MODE(test) \
    cmocka_unit_test_setup_teardown(test, safe_mode, plain_mode)

#endif
