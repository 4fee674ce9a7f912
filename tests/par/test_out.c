#include <fcntl.h>
#include <pnetcdf.h>
#include <sys/resource.h>

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
static void
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

static void
end_grid(void)
{
    assert_int_equal(tk_mem_held(), held);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

/* Of a variable at a file row and column; NaN where missing. */
static float
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

static void
fill(size_t v, size_t t, size_t n, float *x)
{
    const size_t nz = variable[v].depth ? NZ : 1;

    for (size_t s = 0; s < n; s++)
        for (size_t k = 0; k < nz; k++)
            for (size_t l = 0; l < run.nlane; l++)
                x[(s * nz + k) * run.nlane + l] =
                    value(v, t + s, k, run.file_row[l], run.file_col[l]);
}

static tk_out_opts
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

static tk_err
create(const tk_out_opts *opts, tk_out **out)
{
    return tk_out_create(&par, opts, NULL, &grid, &run, NVAR, variable, out);
}

/* All steps from `first` on, n at a time. */
static tk_err
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
static tk_err
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

static bool
exists(const char *path)
{
    struct stat s;

    return lstat(path, &s) == 0;
}

/* TK_INJECT as a whole; counts begin anew. */
static void
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
static const char *
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
static void
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

static void
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

static void
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

static void
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

static void
values_digests_and_fill(void **state)
{
    (void)state;
    for (int south = 0; south < 2; south++) {
        const char *path = fresh("values.nc");
        const tk_out_opts o = options(path);

        start_grid(south);
        PAR_OK(make(&o));
        check_file(path, NC_FORMAT_CDF2);
        PAR_FAILS(TK_EOUT, make(&o));
        PAR_SAYS("values.nc", "exists");
        end_grid();
    }
}

/* From one level at a time to pieces of a few cells, that cut boxes. */
static void
pieces_do_not_show(void **state)
{
    static const size_t piece[] = {0, 1 << 12, 1000, 100, 50};

    (void)state;
    for (int south = 0; south < 2; south++) {
        const char *whole = fresh("whole.nc");
        tk_out_opts o = options(whole);

        start_grid(south);
        PAR_OK(make(&o));
        for (size_t i = 1; i < sizeof piece / sizeof piece[0]; i++) {
            o.path = fresh("pieces.nc");
            o.piece = piece[i];
            PAR_OK(make(&o));
            check_file(o.path, NC_FORMAT_CDF2);
            same_bytes(whole, o.path);
            MPI_Barrier(par.comm);
        }
        end_grid();
    }
}

static void
formats(void **state)
{
    tk_out_opts o = options(fresh("five.nc"));
    tk_out *out;

    (void)state;
    start_grid(true);
    o.format = "CDF5";
    PAR_OK(make(&o));
    check_file(o.path, NC_FORMAT_CDF5);
    o.path = fresh("six.nc");
    o.format = "cdf6";
    PAR_FAILS(TK_ECONF, create(&o, &out));
    PAR_SAYS("cdf6", "cdf2");
    nothing_left(o.path);
    end_grid();
}

static void
overwriting(void **state)
{
    tk_out_opts o = options(fresh("over.nc"));
    const char *copy = par_file("copy.nc");

    (void)state;
    start_grid(true);
    PAR_OK(make(&o));
    if (par.rank == 0) {
        unlink(copy);
        assert_int_equal(link(o.path, copy), 0);
    }
    o.overwrite = true;
    o.realization = -1;
    inject("out.verify", par.size - 1, "");
    PAR_FAILS(TK_EOUT, make(&o));
    inject(NULL, 0, "");
    same_bytes(o.path, copy); /* the old one is as it was */
    MPI_Barrier(par.comm);
    PAR_OK(make(&o));
    check_file(o.path, NC_FORMAT_CDF2);
    end_grid();
}

/* The name is taken by another run while ours is written. */
static void
a_name_taken_meanwhile(void **state)
{
    const tk_out_opts o = options(fresh("taken.nc"));
    struct stat s;
    tk_out *out;

    (void)state;
    start_grid(true);
    PAR_OK(create(&o, &out));
    for (size_t v = 0; v < NVAR; v++)
        PAR_OK(write_steps(out, v, 0, 1));
    if (par.rank == 0)
        close(open(o.path, O_WRONLY | O_CREAT, 0666));
    PAR_FAILS(TK_EOUT, tk_out_finish(out));
    PAR_SAYS("taken.nc", "exists");
    assert_int_equal(stat(o.path, &s), 0);
    assert_int_equal(s.st_size, 0);
    MPI_Barrier(par.comm);
    fresh("taken.nc");
    nothing_left(o.path);
    end_grid();
}

/* ---- what goes wrong ----------------------------------------------------- */

static void
every_site_fails_cleanly(void **state)
{
    static const char *const site[] = {
        "out.create", "out.define", "out.fallocate", "out.write",
        "out.write",  "out.verify", "out.sync",      "out.rename"};
    static const char *const time[] = {"", "", "", ":1", ":7", "", "", ""};
    const tk_out_opts o = options(fresh("site.nc"));

    (void)state;
    start_grid(false);
    for (size_t i = 0; i < sizeof site / sizeof site[0]; i++)
        for (int k = 0; k < 2; k++) {
            inject(site[i], k == 0 ? par.size - 1 : 0, time[i]);
            PAR_FAILS(TK_EOUT, make(&o));
            inject(NULL, 0, "");
            PAR_SAYS("site.nc", site[i]);
            nothing_left(o.path);
        }
    end_grid();
}

/* The n-th allocation of a whole file's create, or of its finish, fails. */
static tk_err
without_memory(const tk_out_opts *o, bool late, int n)
{
    char nth[16];
    tk_out *out;
    tk_err err;

    snprintf(nth, sizeof nth, ":%d", n);
    if (!late)
        inject("mem.new", par.size - 1, nth);
    err = create(o, &out);
    inject(NULL, 0, "");
    if (err)
        return err;
    for (size_t v = 0; v < NVAR; v++)
        PAR_OK(write_steps(out, v, 0, NT));
    if (late)
        inject("mem.new", par.size - 1, nth);
    err = tk_out_finish(out);
    inject(NULL, 0, "");
    return err;
}

static void
memory_runs_out(void **state)
{
    const tk_out_opts o = options(fresh("memory.nc"));

    (void)state;
    start_grid(true);
    for (int late = 0; late < 2; late++) {
        tk_err err;
        int n = 0;

        do {
            int most;

            err = without_memory(&o, late, ++n);
            MPI_Allreduce(&err, &most, 1, MPI_INT, MPI_MAX, par.comm);
            assert_int_equal(most, err);
            if (err) {
                assert_int_equal(err, TK_ERUN);
                nothing_left(o.path);
            }
        } while (err);
        assert_true(n > (late ? 2 : 20));
        check_file(o.path, NC_FORMAT_CDF2);
        fresh("memory.nc");
    }
    end_grid();
}

static void
errors_are_remembered(void **state)
{
    const tk_out_opts o = options(fresh("remember.nc"));
    tk_out *out;

    (void)state;
    start_grid(true);
    PAR_OK(create(&o, &out));
    inject("out.write", par.size - 1, "");
    PAR_FAILS(TK_EOUT, write_steps(out, 0, 0, 1));
    inject(NULL, 0, "");
    PAR_FAILS(TK_EOUT, write_steps(out, 1, 0, 1));
    tk_fail(TK_ERUN, "another fault in between");
    PAR_FAILS(TK_EOUT, tk_out_finish(out));
    PAR_SAYS("remember.nc", "out.write");
    nothing_left(o.path);
    end_grid();
}

static void
each_step_exactly_once(void **state)
{
    const tk_out_opts o = options(fresh("once.nc"));
    tk_out *out;

    (void)state;
    start_grid(true);
    PAR_OK(create(&o, &out));
    for (size_t v = 0; v < NVAR; v++)
        PAR_OK(write_steps(out, v, v == 1 ? 1 : 0, 1));
    PAR_FAILS(TK_ERUN, tk_out_finish(out));
    PAR_SAYS("step 0", "status", "never");
    nothing_left(o.path);
    PAR_OK(create(&o, &out));
    PAR_OK(write_steps(out, 0, 2, 1));
    PAR_FAILS(TK_ERUN, write_steps(out, 0, 3, 1));
    PAR_SAYS("step 3", "tsl", "twice");
    tk_out_drop(out);
    nothing_left(o.path);
    end_grid();
}

/* On the last rank that has cells. */
static void
numbers_that_do_not_fit(void **state)
{
    static const float bad[] = {128, 0.5f, INFINITY};
    const tk_out_opts o = options(fresh("fit.nc"));
    float *x;
    tk_out *out;

    (void)state;
    start_grid(true);
    x = tk_new(NT * NZ * run.nlane, sizeof *x);
    for (size_t i = 0; i < 3; i++) {
        fill(1, 0, 1, x);
        if (run.ncell > 0 && run.first_cell + run.ncell == grid.nactive)
            x[run.ncell - 1] = bad[i];
        PAR_OK(create(&o, &out));
        PAR_FAILS(TK_ERUN, tk_out_write(out, 1, 0, 1, x));
        PAR_SAYS("status", "row", "column");
        tk_out_drop(out);
    }
    tk_free(x);
    nothing_left(o.path);
    end_grid();
}

/* Something happens to the temporary file before it is finished. */
static void
harm(tk_out *out, const char *path, int kind)
{
    char temporary[800], aside[800];
    int fd;

    MPI_Barrier(par.comm);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    snprintf(aside, sizeof aside, "%s.aside", path);
    if (par.rank == 0 && kind == 2) {
        assert_int_equal(rename(temporary, aside), 0);
        fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
        close(fd);
    } else if (par.rank == 0) {
        const off_t end = (off_t)tk_out_bytes(out);
        char c;

        fd = open(temporary, O_RDWR);
        if (kind == 0) { /* the last cell of a flag of the last month */
            assert_int_equal(pread(fd, &c, 1, end - 2), 1);
            c ^= 1;
            assert_int_equal(pwrite(fd, &c, 1, end - 2), 1);
        } else {
            assert_int_equal(ftruncate(fd, end - 4), 0);
        }
        close(fd);
    }
    MPI_Barrier(par.comm);
}

static void
harm_is_found(void **state)
{
    static const char *const words[3][3] = {
        {"step 3", "status", "not what was written"},
        {"bytes", "after writing", "harm.nc"},
        {"another run", "harm.nc", ".tmp"}};
    const char *path = fresh("harm.nc");
    const tk_out_opts o = options(path);
    char temporary[800];
    tk_out *out;

    (void)state;
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    start_grid(true);
    for (int kind = 0; kind < 3; kind++) {
        PAR_OK(create(&o, &out));
        for (size_t v = 0; v < NVAR; v++)
            PAR_OK(write_steps(out, v, 0, 2));
        harm(out, path, kind);
        PAR_FAILS(TK_EOUT, tk_out_finish(out));
        PAR_SAYS(words[kind][0], words[kind][1], words[kind][2]);
        if (kind < 2)
            nothing_left(path);
    }
    MPI_Barrier(par.comm);
    assert_true(exists(temporary)); /* it is another's */
    MPI_Barrier(par.comm);
    end_grid();
}

static void
leftovers_and_links(void **state)
{
    const char *path = fresh("left.nc"), *target = par_file("target");
    const tk_out_opts o = options(path);
    char temporary[800];
    struct stat s;

    (void)state;
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    start_grid(true);
    if (par.rank == 0) {
        int fd = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0666);

        close(fd);
        assert_int_equal(symlink("target", temporary), 0);
    }
    MPI_Barrier(par.comm);
    PAR_OK(make(&o));
    check_file(path, NC_FORMAT_CDF2);
    assert_int_equal(stat(target, &s), 0);
    assert_int_equal(s.st_size, 0);
    end_grid();
}

static void
folders(void **state)
{
    tk_out_opts o = options(fresh("new/er/est.nc"));
    tk_out *out;

    (void)state;
    start_grid(true);
    if (par.rank == 0) {
        rmdir(par_file("new/er"));
        rmdir(par_file("new"));
        CHECK_OK(tk_out_check(o.path, false));
        assert_false(exists(par_file("new")));
    }
    MPI_Barrier(par.comm);
    PAR_OK(make(&o));
    check_file(o.path, NC_FORMAT_CDF2);
    o.path = par_file("new/er/est.nc/under.nc");
    PAR_FAILS(TK_EOUT, create(&o, &out));
    PAR_SAYS("est.nc");
    o.path = "/proc/self/nowhere/out.nc";
    PAR_FAILS(TK_EOUT, create(&o, &out));
    PAR_SAYS("/proc");
    o.path = par_file("new/er");
    PAR_FAILS(TK_EOUT, create(&o, &out));
    PAR_SAYS("not a regular file");
    end_grid();
}

/* `ulimit -f`, which would otherwise kill by a signal. */
static void
a_limit_of_size(void **state)
{
    const tk_out_opts o = options(fresh("limit.nc"));
    struct rlimit was, less;
    tk_out *out;

    (void)state;
    start_grid(true);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    less = was;
    less.rlim_cur = 9000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);
    PAR_FAILS(TK_EOUT, create(&o, &out));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    PAR_SAYS("limit.nc", "too large", "9000");
    nothing_left(o.path);
    end_grid();
}

static void
cells_that_nobody_owns(void **state)
{
    const tk_out_opts o = options(fresh("cover.nc"));
    tk_out *out;
    tk_run less;

    (void)state;
    start_grid(true);
    CHECK_OK(
        tk_run_make(&grid, run.first_tile, run.ntile - (par.rank == 0), &less));
    PAR_FAILS(TK_ERUN, tk_out_create(&par, &o, NULL, &grid, &less, NVAR,
                                     variable, &out));
    PAR_SAYS("cover");
    tk_run_drop(&less);
    nothing_left(o.path);
    end_grid();
}

/* ---- without MPI --------------------------------------------------------- */

static void
outputs_that_are_inputs(void **state)
{
    const char *in = par_file("same.nc"), *hard = par_file("hard.nc");
    const char *soft = par_file("soft.nc"), *before = par_file("before.nc");
    const char *const inputs[] = {"", NULL, "/nowhere/x.nc", in};
    char temporary[800];

    (void)state;
    if (par.rank > 0)
        return;
    snprintf(temporary, sizeof temporary, "%s.tmp", before);
    unlink(in);
    unlink(hard);
    unlink(soft);
    unlink(temporary);
    close(open(in, O_WRONLY | O_CREAT, 0666));
    assert_int_equal(link(in, hard), 0);
    assert_int_equal(symlink("same.nc", soft), 0);
    assert_int_equal(link(in, temporary), 0);
    CHECK_OK(tk_out_same_file(par_file("other.nc"), 4, inputs));
    CHECK_OK(tk_out_same_file(hard, 3, inputs));
    assert_int_equal(tk_out_same_file(in, 4, inputs), TK_EOUT);
    assert_int_equal(tk_out_same_file(hard, 4, inputs), TK_EOUT);
    assert_int_equal(tk_out_same_file(soft, 4, inputs), TK_EOUT);
    assert_int_equal(tk_out_same_file(before, 4, inputs), TK_EOUT);
    PAR_SAYS("same.nc", ".tmp");
}

static void
sizes_by_arithmetic(void **state)
{
    const tk_grid wide = {.ny = 32769, .nx = 32767}; /* 2^30 - 1 cells */
    const tk_grid wider = {.ny = 32768, .nx = 32768};
    const tk_grid alaska = {.ny = 2471, .nx = 1941, .projected = true};
    tk_out_opts o = {.path = "x.nc", .ntime = 1200, .ndepth = 10};
    tk_out_var v = {.name = "tsl", .time = true};
    tk_out_size s;

    (void)state;
    CHECK_OK(tk_out_forecast(&o, &wide, 1, &v, &s));
    assert_int_equal(s.cdf, 2);
    assert_true(s.record == 4294967292u);
    assert_true(s.bytes > 1200 * (uint64_t)4294967292u);
    CHECK_OK(tk_out_forecast(&o, &wider, 1, &v, &s));
    assert_int_equal(s.cdf, 5);
    assert_true(s.too_large);
    o.format = "cdf2";
    assert_int_equal(tk_out_forecast(&o, &wider, 1, &v, &s), TK_ECONF);
    PAR_SAYS("x.nc", "cdf5", "4.00 GiB");
    v.type = TK_OUT_BYTE;
    CHECK_OK(tk_out_forecast(&o, &wider, 1, &v, &s));
    v.type = TK_OUT_FLOAT;
    v.depth = true;
    CHECK_OK(tk_out_forecast(&o, &alaska, 1, &v, &s));
    assert_int_equal(s.cdf, 2);
    assert_true(s.record == (uint64_t)2471 * 1941 * 40);
    o.format = "cdf5";
    CHECK_OK(tk_out_forecast(&o, &alaska, 1, &v, &s));
    assert_int_equal(s.cdf, 5);
    assert_false(s.too_large);
}

/* PnetCDF compares the arguments of all ranks, and takes other ways out. */
static int
safe_mode(void **state)
{
    (void)state;
    return setenv("PNETCDF_SAFE_MODE", "1", 1);
}

static int
plain_mode(void **state)
{
    (void)state;
    return setenv("PNETCDF_SAFE_MODE", "0", 1);
}

#define IN_SAFE_MODE(test) \
    cmocka_unit_test_setup_teardown(test, safe_mode, plain_mode)

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_digests_and_fill),
        cmocka_unit_test(pieces_do_not_show),
        cmocka_unit_test(formats),
        cmocka_unit_test(overwriting),
        cmocka_unit_test(a_name_taken_meanwhile),
        cmocka_unit_test(every_site_fails_cleanly),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(errors_are_remembered),
        cmocka_unit_test(each_step_exactly_once),
        cmocka_unit_test(numbers_that_do_not_fit),
        cmocka_unit_test(harm_is_found),
        cmocka_unit_test(leftovers_and_links),
        cmocka_unit_test(folders),
        cmocka_unit_test(a_limit_of_size),
        cmocka_unit_test(cells_that_nobody_owns),
        cmocka_unit_test(outputs_that_are_inputs),
        cmocka_unit_test(sizes_by_arithmetic),
        IN_SAFE_MODE(values_digests_and_fill),
        IN_SAFE_MODE(every_site_fails_cleanly),
        IN_SAFE_MODE(memory_runs_out),
        IN_SAFE_MODE(errors_are_remembered),
        IN_SAFE_MODE(numbers_that_do_not_fit),
        IN_SAFE_MODE(harm_is_found),
    };

    par_start(&argc, &argv);
    return PAR_RUN(tests);
}
