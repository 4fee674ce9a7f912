#include "out_case.h"

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

/* Variable v tile by tile, all its steps of a tile at once. */
static void
write_tiles(tk_out *out, size_t v)
{
    const size_t nt = variable[v].time ? NT : 1, rounds = tk_tile_count(&grid);

    for (size_t i = 0; i < rounds; i++) {
        const size_t n = i < run.ntile;
        float x[NT * TK_TILE] = {0};
        tk_run part;

        CHECK_OK(tk_run_make(&grid, run.first_tile + i * n, n, &part));
        for (size_t k = 0; k < nt * part.nlane; k++)
            x[k] = value(v, k / TK_TILE, 0, part.file_row[k % TK_TILE],
                         part.file_col[k % TK_TILE]);
        PAR_OK(tk_out_write_part(out, &part, v, 0, nt, x));
        tk_run_drop(&part);
    }
}

static void
parts_do_not_show(void **state)
{
    (void)state;
    for (int south = 0; south < 2; south++) {
        tk_out_opts o = options(fresh("steps.nc"));
        const char *steps = o.path;
        tk_out *out;

        start_grid(south);
        PAR_OK(make(&o));
        o.path = fresh("tiles.nc");
        PAR_OK(create(&o, &out));
        PAR_OK(write_steps(out, 0, 0, 1));
        write_tiles(out, 1);
        write_tiles(out, 2);
        PAR_OK(write_steps(out, 3, 0, 1));
        PAR_OK(tk_out_finish(out));
        same_bytes(steps, o.path);
        MPI_Barrier(par.comm);
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

/* The text of an attribute, "" if it or its variable is not there. */
static const char *
text_of(int nc, const char *name, const char *attribute)
{
    static char text[256];
    int id = NC_GLOBAL;

    memset(text, 0, sizeof text);
    if (ncmpi_inq_varid(nc, name, &id) == NC_NOERR)
        ncmpi_get_att_text(nc, id, attribute, text);
    return text;
}

/* Grids without 2-D coordinates at hand: counted rows and columns, which have
 * no CRS; a rotated pole; a CRS that is not known.
 */
static void
other_grids(void **state)
{
    static const char *const mapping[] = {"", "rotated_latitude_longitude", ""};
    static const char *const name[] = {"", "grid_latitude",
                                       "projection_y_coordinate"};
    static const char *const units[] = {"1", "degrees", "m"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        tk_out_opts o = options(fresh("other.nc"));
        const bool rotated = i == 1;
        double height = 0;
        int nc, id = -1;

        o.height = i == 2 ? 10 : 0;

        start_grid(true);
        grid.projected = true;
        grid.indices = i == 0;
        snprintf(grid.mapping, sizeof grid.mapping, "%s", mapping[i]);
        PAR_OK(make(&o));
        check_file(o.path, NC_FORMAT_CDF2);
        assert_int_equal(
            ncmpi_open(par.comm, o.path, NC_NOWRITE, MPI_INFO_NULL, &nc), 0);
        assert_string_equal(text_of(nc, "y", "standard_name"), name[i]);
        assert_string_equal(text_of(nc, "y", "units"), units[i]);
        assert_string_equal(text_of(nc, "y", "bounds"), "y_bnds");
        assert_string_equal(text_of(nc, "tsl", "grid_mapping"),
                            rotated ? "crs" : "");
        assert_string_equal(text_of(nc, "crs", "grid_mapping_name"),
                            mapping[i]);
        assert_string_equal(text_of(nc, "status", "coordinates"),
                            "depth realization");
        assert_string_equal(text_of(nc, "height", "positive"),
                            i == 2 ? "up" : "");
        if (i == 2) {
            assert_int_equal(ncmpi_inq_varid(nc, "height", &id), 0);
            ncmpi_get_var_double_all(nc, id, &height);
            CHECK_NEAR(height, 10, 0);
        }
        ncmpi_close(nc);
        end_grid();
    }
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

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_digests_and_fill),
        cmocka_unit_test(pieces_do_not_show),
        cmocka_unit_test(parts_do_not_show),
        cmocka_unit_test(formats),
        cmocka_unit_test(other_grids),
        cmocka_unit_test(overwriting),
        cmocka_unit_test(a_name_taken_meanwhile),
        cmocka_unit_test(leftovers_and_links),
        cmocka_unit_test(folders),
        cmocka_unit_test(outputs_that_are_inputs),
        cmocka_unit_test(sizes_by_arithmetic),
        IN_SAFE_MODE(values_digests_and_fill),
    };

    par_start(&argc, &argv);
    return PAR_RUN(tests);
}
