/* Outputs that cannot be: all ranks say so, and nothing is left. */
#include <sys/resource.h>

#include "out_case.h"

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

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_site_fails_cleanly),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(errors_are_remembered),
        cmocka_unit_test(each_step_exactly_once),
        cmocka_unit_test(numbers_that_do_not_fit),
        cmocka_unit_test(harm_is_found),
        cmocka_unit_test(a_limit_of_size),
        cmocka_unit_test(cells_that_nobody_owns),
        IN_SAFE_MODE(every_site_fails_cleanly),
        IN_SAFE_MODE(memory_runs_out),
        IN_SAFE_MODE(errors_are_remembered),
        IN_SAFE_MODE(numbers_that_do_not_fit),
        IN_SAFE_MODE(harm_is_found),
    };

    par_start(&argc, &argv);
    return PAR_RUN(tests);
}
