/* Files as they are published; skipped where TALIK_TEST_DATA is not set. */
#include "par_check.h"

#include "talik/core/mem.h"
#include "talik/io/gridfile.h"

static const char *
published(const char *name)
{
    static char path[8][1024];
    static int next;
    char *p = path[next++ % 8];

    snprintf(p, sizeof path[0], "%s/%s", check_data_dir(), name);
    return p;
}

static void
skip_without_data(void)
{
    if (check_data_dir())
        return;
    if (par.rank == 0)
        print_message("skipped: TALIK_TEST_DATA is not set\n");
    skip();
}

static tk_run
my_run(const tk_grid *grid)
{
    size_t first, n;
    tk_run run;

    tk_tile_share(tk_tile_count(grid), par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(grid, first, n, &run));
    return run;
}

/* Least, most, and sum over ranks and lanes of months of a series. */
static void
summary(const tk_grid *grid, tk_series *s, int first, size_t n, double out[3])
{
    tk_run run = my_run(grid);
    float *x = tk_new(n * run.nlane, sizeof *x);

    out[0] = 1e30;
    out[1] = -1e30;
    out[2] = 0;
    PAR_OK(tk_series_read(s, &run, first, n, x));
    for (size_t t = 0; t < n; t++)
        for (size_t l = 0; l < run.ncell; l++) {
            const double y = (double)x[t * run.nlane + l];

            out[0] = fmin(out[0], y);
            out[1] = fmax(out[1], y);
            out[2] += y;
        }
    MPI_Allreduce(MPI_IN_PLACE, &out[0], 1, MPI_DOUBLE, MPI_MIN, par.comm);
    MPI_Allreduce(MPI_IN_PLACE, &out[1], 1, MPI_DOUBLE, MPI_MAX, par.comm);
    MPI_Allreduce(MPI_IN_PLACE, &out[2], 1, MPI_DOUBLE, MPI_SUM, par.comm);
    out[2] /= (double)(n * grid->nactive);
    tk_free(x);
    tk_run_drop(&run);
}

static tk_series_want
want_of(const char *variable, const char *units)
{
    return (tk_series_want){
        .variable = variable, .units = units, .units_in_file = ""};
}

/* History and scenario, given the wrong way round, as one series. */
static void
test_toolik(void **state)
{
    const char *file[2];
    tk_series_want want = want_of("tair", "degC");
    tk_grid_source src;
    tk_grid grid;
    tk_series *s;
    tk_run run;
    double lat[128], lon[128], area[128], sum[3];

    (void)state;
    skip_without_data();
    file[0] = published("toolik/projected-climate.nc");
    file[1] = published("toolik/historic-climate.nc");
    src = tk_grid_source_of(file[1], "tair");
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_true(grid.projected && grid.south_first && !grid.indices);
    assert_true(grid.ny == 10 && grid.nx == 10 && grid.nactive == 100);
    CHECK_NEAR(grid.y[0], 2079958, 0);
    CHECK_NEAR(grid.x[9], 190213, 0);
    assert_string_equal(grid.mapping, "albers_conical_equal_area");
    assert_int_equal(strncmp(grid.crs_wkt, "PROJCS[\"NAD83 / Alaska", 22), 0);
    run = my_run(&grid);
    PAR_OK(tk_grid_lanes(&par, &src, &grid, &run, lat, lon, area));
    if (par.rank == 0) {
        assert_true(lat[0] > 68.61 && lat[0] < 68.65);
        assert_true(lon[0] > -149.61 && lon[0] < -149.5);
        CHECK_NEAR(area[0], 1e6, 1);
    }
    tk_run_drop(&run);

    PAR_OK(tk_series_open(&par, &grid, 2, file, &want, &s));
    assert_int_equal(tk_series_first(s), tk_month(1901, 1));
    assert_int_equal(tk_series_last(s), tk_month(2100, 12));
    assert_int_equal(tk_series_calendar(s, tk_month(2016, 1)), TK_CAL_NOLEAP);
    summary(&grid, s, tk_month(1901, 1), 1380, sum);
    CHECK_NEAR(sum[0], -36.4, 0.05);
    CHECK_NEAR(sum[1], 14.0, 0.05);
    CHECK_NEAR(sum[2], -9.81, 0.005);
    summary(&grid, s, tk_month(2016, 1), 1020, sum);
    CHECK_NEAR(sum[0], -37.3, 0.05);
    CHECK_NEAR(sum[1], 23.4, 0.05);
    CHECK_NEAR(sum[2], -4.00, 0.005);
    PAR_OK(tk_grid_drop_missing(&par, s, &grid));
    assert_int_equal(grid.nactive, 100);
    tk_series_close(s);

    want = want_of("precip", "mm month-1");
    PAR_OK(tk_series_open(&par, &grid, 2, file, &want, &s));
    summary(&grid, s, tk_month(1901, 1), 1380, sum);
    CHECK_NEAR(sum[0], 1, 1e-3);
    CHECK_NEAR(sum[1], 190.5, 0.05);
    tk_series_close(s);
    tk_grid_drop(&grid);
}

/* Static tiles drift against the climate by half a cell; the tile of another
 * climate model lies nine kilometres away.
 */
static void
test_toolik_others(void **state)
{
    static const struct {
        const char *file, *variable;
        double least, most;
    } field[] = {
        {"toolik/topo.nc", "elevation", 672.7, 864.5},
        {"toolik/soil-texture.nc", "pct_sand", 48.03, 48.03},
        {"toolik/vegetation.nc", "veg_class", 4, 5},
        {"toolik/drainage.nc", "drainage_class", 0, 1},
    };
    const char *mri;
    tk_series_want want;
    tk_grid_source src;
    tk_grid grid;
    tk_series *s;
    double sum[3];

    (void)state;
    skip_without_data();
    src = tk_grid_source_of(published("toolik/historic-climate.nc"), "tair");
    PAR_OK(tk_grid_read(&par, &src, &grid));
    for (size_t i = 0; i < 4; i++) {
        const char *file = published(field[i].file);

        want = want_of(field[i].variable, "");
        want.is_static = true;
        PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
        summary(&grid, s, 0, 1, sum);
        CHECK_NEAR(sum[0], field[i].least, 0.05);
        CHECK_NEAR(sum[1], field[i].most, 0.05);
        if (i == 3)
            CHECK_NEAR(sum[2], 0.72, 1e-9);
        tk_series_close(s);
    }
    mri = published("toolik/projected-climate-mri-cgcm3.nc");
    want = want_of("tair", "degC");
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &mri, &want, &s));
    PAR_SAYS("another grid");
    tk_grid_drop(&grid);
    src.file = mri;
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_true(grid.indices && grid.south_first);
    PAR_OK(tk_series_open(&par, &grid, 1, &mri, &want, &s));
    tk_series_close(s);
    tk_grid_drop(&grid);
}

static void
test_cmip5(void **state)
{
    const char *file;
    tk_series_want want = want_of("tas", "K");
    tk_grid_source src;
    tk_grid grid;
    tk_series *s;
    double sum[3];

    (void)state;
    skip_without_data();
    file = published("cmip5/tas_Amon_CanESM2_rcp85_r1i1p1_200701-200712.nc");
    src = tk_grid_source_of(file, "tas");
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_true(!grid.projected && grid.ny == 64 && grid.nx == 128);
    PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
    /* Its name says 200701-200712, its bounds say otherwise. */
    assert_int_equal(tk_series_first(s), tk_month(2006, 12));
    assert_int_equal(tk_series_last(s), tk_month(2007, 11));
    summary(&grid, s, tk_month(2006, 12), 12, sum);
    CHECK_NEAR(sum[0], 201.25, 0.005);
    CHECK_NEAR(sum[1], 316.48, 0.005);
    tk_series_close(s);
    tk_grid_drop(&grid);
}

static void
test_packed(void **state)
{
    const char *file;
    const tk_series_want want = want_of("t2m", "K");
    tk_grid_source src;
    tk_grid grid;
    tk_series *s;

    (void)state;
    skip_without_data();
    file = published("formats/cds-old_era5-6hourly_packed-int16_t2m.nc");
    src = tk_grid_source_of(file, "t2m");
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_int_equal(grid.nactive, 1);
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("1979-01", "not monthly");
    tk_grid_drop(&grid);

    src = tk_grid_source_of(published("formats/erainterim_packed-int16_lsm.nc"),
                            "lsm");
    src.mask_file = src.file;
    src.mask_variable = "lsm";
    src.mask_min = 0.5;
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_false(grid.south_first);
    CHECK_NEAR(grid.x[0], -170, 1e-6);
    assert_true(grid.nactive > 5000 && grid.nactive < 20000);
    tk_grid_drop(&grid);
}

static void
test_alaska_12km(void **state)
{
    tk_grid_source src;
    tk_grid grid;
    tk_run run;
    double *x, least = 1e30, most = -1e30;

    (void)state;
    skip_without_data();
    src = tk_grid_source_of(published("static/alaska_grid_12km.nc"), "HGT_M");
    src.mask_file = src.file;
    src.mask_variable = "mask";
    src.mask_min = 0.5;
    PAR_OK(tk_grid_read(&par, &src, &grid));
    assert_true(grid.indices && grid.ny == 209 && grid.nx == 299);
    assert_true(grid.nactive > 1000 && grid.nactive < 209 * 299);
    run = my_run(&grid);
    x = tk_new(3 * run.ncover, sizeof *x);
    PAR_OK(tk_grid_cover(&par, &src, &grid, &run, x, x + run.ncover));
    for (size_t q = 0; q < run.ncover; q++) {
        least = fmin(least, x[run.ncover + q]);
        most = fmax(most, x[run.ncover + q]);
        assert_true(x[q] > 49 && x[q] < 76);
    }
    if (run.ncover > 0)
        assert_true(least > -220 && most < -100);
    tk_free(x);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

static void
test_netcdf4(void **state)
{
    tk_grid_source src;
    tk_grid grid;

    (void)state;
    skip_without_data();
    src = tk_grid_source_of(
        published("formats/cds-new_era5-monthly_validtime_expver.nc4"), "t2m");
    PAR_FAILS(TK_EDATA, tk_grid_read(&par, &src, &grid));
    PAR_SAYS("ncks -O -5 -C -x -v expver", "nccopy -k cdf5");
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest published_tests[] = {
        cmocka_unit_test(test_toolik),
        cmocka_unit_test(test_toolik_others),
        cmocka_unit_test(test_cmip5),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_alaska_12km),
        cmocka_unit_test(test_netcdf4),
    };

    par_start(&argc, &argv);
    return PAR_RUN(published_tests);
}
