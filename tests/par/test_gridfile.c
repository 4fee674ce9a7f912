/* Grids from files, made ones and published ones, on any number of ranks. */
#include "make_nc.h"

#include "talik/core/mem.h"
#include "talik/io/gridfile.h"
#include "talik/io/units.h"

static tk_run
my_run(const tk_grid *grid)
{
    size_t first, n;
    tk_run run;

    tk_tile_share(tk_tile_count(grid), par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(grid, first, n, &run));
    return run;
}

static void
test_regular(void **state)
{
    (void)state;
    for (int north = 0; north < 2; north++) {
        const char *file = make_nc((made){.path = par_file("regular.nc"),
                                          .first = 24000,
                                          .n = 2,
                                          .north_first = north,
                                          .lon360 = true});
        const tk_grid_source src = tk_grid_source_of(file, "t2m");
        tk_grid grid;
        tk_run run;
        double lat[64], lon[64], area[64];

        PAR_OK(tk_grid_read(&par, &src, &grid));
        assert_true(grid.ny == 4 && grid.nx == 6 && !grid.projected);
        assert_int_equal(grid.south_first, !north);
        CHECK_NEAR(grid.y[0], north ? 61.5 : 60, 0);
        CHECK_NEAR(grid.x[0], -150, 0);
        assert_string_equal(grid.dim_y, "lat");
        assert_string_equal(grid.mapping, "latitude_longitude");
        assert_non_null(strstr(grid.crs_wkt, "ID[\"EPSG\",4326]"));
        assert_int_equal(grid.nactive, 24);
        run = my_run(&grid);
        PAR_OK(tk_grid_lanes(&par, &src, &grid, &run, lat, lon, area));
        for (size_t l = 0; l < run.ncell; l++) {
            CHECK_NEAR(lat[l], 60 + 0.5 * (double)(l / 6), 0);
            CHECK_NEAR(lon[l], -150 + 0.5 * (double)(l % 6), 0);
            CHECK_NEAR(area[l] / 1.55e9, 1, 0.05);
        }
        tk_run_drop(&run);
        tk_grid_drop(&grid);
    }
}

static void
test_drop_missing(void **state)
{
    const char *file =
        make_nc((made){.path = par_file("holes.nc"), .first = 24000, .n = 27});
    const tk_grid_source src = tk_grid_source_of(file, "t2m");
    tk_series_want want = {.variable = "t2m", .units = "", .units_in_file = ""};
    tk_grid grid;
    tk_series *s;

    (void)state;
    PAR_OK(tk_grid_read(&par, &src, &grid));
    PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_OK(tk_grid_drop_missing(&par, s, &grid));
    /* (1, 1) is there in 2001 only, neither first nor last. */
    assert_int_equal(grid.nactive, 23);
    assert_false(tk_grid_is_active(&grid, 2 * 6 + 3));
    assert_true(tk_grid_is_active(&grid, 1 * 6 + 1));
    tk_series_close(s);
    tk_grid_drop(&grid);
}

/* A 2-D grid that crosses the dateline, without axes or projection. */
static const char *
make_curvilinear(const char *path, bool south_first)
{
    if (par.rank == 0) {
        int id, dim[3], lat, lon, mask, v, time;

        NC_OK(
            ncmpi_create(MPI_COMM_SELF, path, NC_CLOBBER, MPI_INFO_NULL, &id));
        NC_OK(ncmpi_def_dim(id, "Time", NC_UNLIMITED, &dim[0]));
        NC_OK(ncmpi_def_dim(id, "south_north", 5, &dim[1]));
        NC_OK(ncmpi_def_dim(id, "west_east", 40, &dim[2]));
        NC_OK(ncmpi_def_var(id, "XLAT", NC_FLOAT, 3, dim, &lat));
        NC_OK(ncmpi_def_var(id, "XLONG", NC_FLOAT, 3, dim, &lon));
        NC_OK(ncmpi_def_var(id, "mask", NC_SHORT, 3, dim, &mask));
        NC_OK(ncmpi_def_var(id, "T2", NC_FLOAT, 3, dim, &v));
        NC_OK(ncmpi_def_var(id, "Time", NC_DOUBLE, 1, dim, &time));
        put_text(id, lat, "units", "degree_north");
        put_text(id, lon, "units", "degree_east");
        put_text(id, mask, "coordinates", "XLONG XLAT");
        put_text(id, v, "grid_mapping", "absent");
        NC_OK(ncmpi_enddef(id));
        NC_OK(ncmpi_put_var1_double_all(id, time, &(MPI_Offset){0},
                                        &(double){0}));
        for (MPI_Offset i = 0; i < 5; i++)
            for (MPI_Offset j = 0; j < 40; j++) {
                const MPI_Offset at[3] = {0, i, j};
                const float band = (float)(south_first ? i : 4 - i);
                const float y = 60 + band + 0.01f * (float)j;
                const float east = 170 + 0.5f * (float)j + 0.1f * band;
                const float x = east > 180 ? east - 360 : east;
                const short m = (short)(j % 3 == 0 ? -32767 : j % 3 - 1);

                NC_OK(ncmpi_put_var1_float_all(id, lat, at, &y));
                NC_OK(ncmpi_put_var1_float_all(id, lon, at, &x));
                NC_OK(ncmpi_put_var1_short_all(id, mask, at, &m));
                NC_OK(ncmpi_put_var1_float_all(id, v, at, &y));
            }
        NC_OK(ncmpi_close(id));
    }
    MPI_Barrier(par.comm);
    return path;
}

static void
test_curvilinear(void **state)
{
    (void)state;
    for (int south = 0; south < 2; south++) {
        const char *file = make_curvilinear(par_file("wrf.nc"), south);
        tk_grid_source src = tk_grid_source_of(file, "T2");
        tk_grid grid;
        tk_run run;
        double lat[256], lon[256], area[256];

        PAR_OK(tk_grid_read(&par, &src, &grid));
        assert_true(grid.projected && grid.indices);
        assert_int_equal(grid.south_first, south);
        assert_int_equal(grid.nactive, 200);
        tk_grid_drop(&grid);

        src.mask_file = file;
        src.mask_variable = "mask";
        src.mask_min = 0.5;
        PAR_OK(tk_grid_read(&par, &src, &grid));
        assert_int_equal(grid.nactive, 5 * 13);
        run = my_run(&grid);
        PAR_OK(tk_grid_lanes(&par, &src, &grid, &run, lat, lon, area));
        for (size_t l = 0; l < run.ncell; l++) {
            const size_t c = run.first_cell + l, j = 3 * (c % 13) + 2;

            CHECK_NEAR(lat[l], 60 + (double)(c / 13) + 0.01 * (double)j, 1e-5);
            CHECK_NEAR(lon[l], -190 + 0.5 * (double)j + 0.1 * (double)(c / 13),
                       1e-4);
            CHECK_NEAR(area[l], 1, 0);
        }
        PAR_OK(tk_grid_cover(&par, &src, &grid, &run, lat, lon));
        if (par.rank == 0)
            CHECK_NEAR(lon[0], south ? -190 : lon[0], 1e-4);
        tk_run_drop(&run);
        tk_grid_drop(&grid);
    }
}

static void
test_masks(void **state)
{
    const char *file =
        make_nc((made){.path = par_file("m.nc"), .first = 24001, .n = 1});
    tk_grid_source src = tk_grid_source_of(file, "t2m");
    tk_grid grid;

    (void)state;
    src.mask_file = make_nc((made){
        .path = par_file("land.nc"), .first = 24001, .n = 1, .packed = true});
    src.mask_variable = "t2m";
    src.mask_min = 10.25 + 3;
    src.run_mask_file = make_nc(
        (made){.path = par_file("run.nc"), .first = 24000, .int64 = true});
    src.run_mask_variable = "t2m";
    PAR_OK(tk_grid_read(&par, &src, &grid));
    /* Bands 1 from column 3, bands 2 and 3 but for (2, 3). */
    assert_int_equal(grid.nactive, 3 + 6 + 6 - 1);
    tk_grid_drop(&grid);
    src.mask_min = 1e6;
    PAR_FAILS(TK_EDATA, tk_grid_read(&par, &src, &grid));
    PAR_SAYS("no cell active");
    src.mask_min = 0;
    src.mask_file = make_nc((made){.path = par_file("opposite.nc"),
                                   .first = 24001,
                                   .n = 1,
                                   .north_first = true});
    PAR_FAILS(TK_EDATA, tk_grid_read(&par, &src, &grid));
    PAR_SAYS("opposite.nc", "rows");
    src.mask_variable = "nothing";
    PAR_FAILS(TK_EDATA, tk_grid_read(&par, &src, &grid));
}

/* Keys stand in for coordinates that a file lacks. */
static void
test_given_axes(void **state)
{
    const char *file = par_file("bare_grid.nc");
    tk_grid_source src = tk_grid_source_of(file, "v");
    tk_grid grid;
    tk_run run;
    double lat[64], lon[64], area[64];

    (void)state;
    if (par.rank == 0) {
        int id, dim[2], v;

        NC_OK(
            ncmpi_create(MPI_COMM_SELF, file, NC_CLOBBER, MPI_INFO_NULL, &id));
        NC_OK(ncmpi_def_dim(id, "r", 3, &dim[0]));
        NC_OK(ncmpi_def_dim(id, "c", 4, &dim[1]));
        NC_OK(ncmpi_def_var(id, "v", NC_INT, 2, dim, &v));
        NC_OK(ncmpi_enddef(id));
        for (MPI_Offset i = 0; i < 12; i++) {
            const MPI_Offset at[2] = {i / 4, i % 4};
            const int one = 1;

            NC_OK(ncmpi_put_var1_int_all(id, v, at, &one));
        }
        NC_OK(ncmpi_close(id));
    }
    MPI_Barrier(par.comm);
    PAR_FAILS(TK_EDATA, tk_grid_read(&par, &src, &grid));
    PAR_SAYS("no latitude and longitude", "crs, x0, y0, dx");
    src.crs = "EPSG:3338";
    src.x0 = 180739.81862; /* Toolik, 68.63 N 149.6 W */
    src.y0 = 2080041.83176;
    src.dx = 1000;
    src.dy = -1000;
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_true(grid.projected && !grid.south_first && !grid.indices);
    assert_string_equal(grid.mapping, "albers_conical_equal_area");
    assert_non_null(strstr(grid.crs_wkt, "ID[\"EPSG\",3338]"));
    run = my_run(&grid);
    PAR_OK(tk_grid_lanes(&par, &src, &grid, &run, lat, lon, area));
    if (run.ncell > 0) { /* cell 8 is at file row 0, column 0 */
        CHECK_NEAR(lat[8], 68.63, 1e-8);
        CHECK_NEAR(lon[8], -149.6, 1e-8);
        CHECK_NEAR(area[0], 1e6, 1e-6);
    }
    tk_run_drop(&run);
    tk_grid_drop(&grid);
    src.crs = "EPSG:32606";
    PAR_FAILS(TK_ECONF, tk_grid_read(&par, &src, &grid));
    PAR_SAYS("EPSG:32606", "WKT");
    src.crs = "";
    PAR_FAILS(TK_ECONF, tk_grid_read(&par, &src, &grid));
}

static void
test_injected(void **state)
{
    static const char *const site[] = {"io.open", "io.find", "io.coords",
                                       "io.grid", "io.mask", "io.read",
                                       "mem.new"};
    const char *file =
        make_nc((made){.path = par_file("inject.nc"), .first = 24000, .n = 2});
    tk_grid_source src = tk_grid_source_of(file, "t2m");
    tk_grid grid;
    tk_run run;
    double x[3][64];

    (void)state;
    src.mask_file = file;
    src.mask_variable = "t2m";
    src.mask_min = -1e9;
    src.file =
        make_nc((made){.path = par_file("inject1.nc"), .first = 24000, .n = 1});
    src.mask_file = src.file;
    for (size_t i = 0; i < sizeof site / sizeof site[0]; i++) {
        par_inject(site[i]);
        PAR_FAILS(i == 6 ? (int)TK_ERUN : (int)TK_EDATA,
                  tk_grid_read(&par, &src, &grid));
    }
    for (int n = 1; n < 60; n++) {
        char text[64];
        int code, all;

        snprintf(text, sizeof text, "mem.new:%d:%d", par.size - 1, n);
        setenv("TK_INJECT", text, 1);
        code = (int)tk_grid_read(&par, &src, &grid);
        MPI_Allreduce(&code, &all, 1, MPI_INT, MPI_MAX, par.comm);
        assert_int_equal(code, all);
        if (!code)
            tk_grid_drop(&grid);
    }
    par_inject(NULL);
    PAR_OK(tk_grid_read(&par, &src, &grid));
    run = my_run(&grid);
    par_inject("io.lanes");
    PAR_FAILS(TK_EDATA,
              tk_grid_lanes(&par, &src, &grid, &run, x[0], x[1], x[2]));
    par_inject(NULL);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest gridfile_tests[] = {
        cmocka_unit_test(test_regular),     cmocka_unit_test(test_drop_missing),
        cmocka_unit_test(test_curvilinear), cmocka_unit_test(test_masks),
        cmocka_unit_test(test_given_axes),  cmocka_unit_test(test_injected),
    };

    par_start(&argc, &argv);
    return PAR_RUN(gridfile_tests);
}
