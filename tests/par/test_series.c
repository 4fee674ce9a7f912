/* Series over files of many layouts, on any number of ranks. */
#include "make_nc.h"

#include "talik/core/mem.h"
#include "talik/io/series.h"
#include "talik/io/units.h"

/* The grid of made files; every cell active but the one always missing. */
static void
made_grid_of(size_t ny, size_t nx, bool north_first, tk_grid *grid)
{
    CHECK_OK(tk_grid_make(ny, nx, grid));
    grid->south_first = !north_first;
    for (size_t i = 0; i < ny; i++)
        grid->y[i] = 60 + 0.5 * (double)(north_first ? ny - 1 - i : i);
    for (size_t j = 0; j < nx; j++)
        grid->x[j] = -150 + 0.5 * (double)j;
    for (size_t k = 0; k < 4; k++) {
        grid->corner[k][0] = grid->y[k < 2 ? 0 : ny - 1];
        grid->corner[k][1] = grid->x[k % 2 ? nx - 1 : 0];
    }
    for (size_t p = 0; p < ny * nx; p++)
        if (p != 2 * nx + 3)
            tk_grid_set_active(grid, p);
    tk_grid_count(grid);
}

static void
made_grid(bool north_first, tk_grid *grid)
{
    made_grid_of(4, 6, north_first, grid);
}

/* The 23 cells of the small grid are one tile: the last rank's, so that others
 * read nothing.
 */
static void
made_run(const tk_grid *grid, tk_run *run)
{
    const size_t ntile = tk_tile_count(grid);
    size_t first = 0, n = par.rank == par.size - 1;

    if (ntile > 1)
        tk_tile_share(ntile, par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(grid, first, n, run));
}

static tk_series_want
want_of(const char *variable, const char *units)
{
    return (tk_series_want){
        .variable = variable, .units = units, .units_in_file = ""};
}

/* Opens, reads months [first, first + n) and compares with what was made. */
static void
check_series(const tk_grid *grid, size_t nfile, const char *const *file,
             const tk_series_want *want, int first, size_t n, double scale,
             double offset)
{
    const size_t nz = want->ndepth ? want->ndepth : 1;
    tk_series *s;
    tk_run run;
    float *x;

    PAR_OK(tk_series_open(&par, grid, nfile, file, want, &s));
    made_run(grid, &run);
    x = tk_new(n * nz * run.nlane, sizeof *x);
    PAR_OK(tk_series_read(s, &run, first, n, x));
    for (size_t t = 0; t < n; t++)
        for (size_t k = 0; k < nz; k++)
            for (size_t l = 0; l < run.nlane; l++) {
                const size_t band = grid->south_first
                                        ? run.file_row[l]
                                        : grid->ny - 1 - run.file_row[l];
                size_t level = 0;

                while (want->ndepth
                       && fabs(made_depth[level] - want->depth[k]) > 1e-6)
                    level++;
                CHECK_NEAR(
                    x[(t * nz + k) * run.nlane + l],
                    made_value(first + (int)t, band, run.file_col[l], level)
                            * scale
                        + offset,
                    2e-5);
            }
    tk_free(x);
    tk_run_drop(&run);
    tk_series_close(s);
}

static void
check_one(const made *m, double scale, double offset)
{
    const char *file = make_nc(*m);
    const tk_series_want want = want_of("t2m", "K");
    tk_grid grid;

    made_grid(m->north_first, &grid);
    check_series(&grid, 1, &file, &want, m->first, (size_t)m->n, scale, offset);
    tk_grid_drop(&grid);
}

static void
test_layouts(void **state)
{
    const made layout[] = {
        {.path = par_file("plain.nc"), .first = tk_month(2000, 11), .n = 15},
        {.path = par_file("north.nc"),
         .first = 24001,
         .n = 3,
         .north_first = true},
        {.path = par_file("lon360.nc"), .first = 24001, .n = 3, .lon360 = true},
        {.path = par_file("packed.nc"),
         .first = 24001,
         .n = 30,
         .packed = true,
         .north_first = true},
        {.path = par_file("mid.nc"),
         .first = 24001,
         .n = 13,
         .mid_month = true,
         .calendar = "noleap",
         .time_units = "days since 1901-1-1 0:0:0"},
        {.path = par_file("bounds.nc"),
         .first = 24001,
         .n = 14,
         .bounds = true,
         .calendar = "360_day",
         .time_units = "hours since 1850-01-01"},
        {.path = par_file("digits.nc"),
         .first = 24001,
         .n = 14,
         .integer_date = true,
         .time_units = "1"},
        {.path = par_file("seconds.nc"),
         .first = 24001,
         .n = 14,
         .time_units = "seconds since 1970-01-01",
         .calendar = "proleptic_gregorian"},
        {.path = par_file("flat.nc"),
         .first = 24001,
         .n = 2,
         .flat_lat_lon = true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof layout / sizeof layout[0]; i++)
        check_one(&layout[i], 1, 0);
}

/* Runs of several boxes, and steps that run backward in time. */
static void
test_large(void **state)
{
    const tk_series_want want = want_of("t2m", "K");

    (void)state;
    for (int north = 0; north < 2; north++) {
        const char *file = make_nc((made){.path = par_file("large.nc"),
                                          .first = 24001,
                                          .n = 5,
                                          .ny = 13,
                                          .nx = 29,
                                          .north_first = north,
                                          .backward = north});
        tk_grid grid;

        made_grid_of(13, 29, north, &grid);
        check_series(&grid, 1, &file, &want, 24001, 5, 1, 0);
        tk_grid_drop(&grid);
    }
}

static void
test_units(void **state)
{
    const made celsius = {.path = par_file("celsius.nc"),
                          .first = 24001,
                          .n = 2,
                          .units = "celsius"};
    const made odd = {
        .path = par_file("odd.nc"), .first = 24001, .n = 2, .units = "W m-2"};
    const made none = {
        .path = par_file("none.nc"), .first = 24001, .n = 2, .units = ""};
    const int before = tk_warnings();
    const char *file;
    tk_series_want want = want_of("t2m", "K");
    tk_grid grid;
    tk_series *s;

    (void)state;
    check_one(&celsius, 1, 273.15);
    check_one(&none, 1, 0);
    assert_int_equal(tk_warnings(), before + 1);
    file = make_nc(odd);
    made_grid(false, &grid);
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("'t2m'", "'W m-2'", "'K'");
    want.units_in_file = "degC";
    check_series(&grid, 1, &file, &want, 24001, 2, 1, 273.15);
    want.units = "";
    check_series(&grid, 1, &file, &want, 24001, 2, 1, 0);
    tk_grid_drop(&grid);
}

/* Rates become totals with the days of each month. */
static void
test_totals(void **state)
{
    const char *file = make_nc((made){.path = par_file("rate.nc"),
                                      .first = 24001,
                                      .n = 12,
                                      .variable = "pr",
                                      .units = "mm day-1"});
    tk_series_want want = want_of("pr", "mm month-1");
    tk_grid grid;

    (void)state;
    made_grid(false, &grid);
    check_series(&grid, 1, &file, &want, 24001, 1, 29, 0); /* 2000-02 */
    check_series(&grid, 1, &file, &want, 24002, 1, 31, 0);
    want.units = "kg m-2 s-1";
    want.units_in_file = "mm";
    want.water = want.daily = true;
    check_series(&grid, 1, &file, &want, 24002, 1, 1 / 86400.0, 0);
    tk_grid_drop(&grid);
}

static void
test_depths(void **state)
{
    const char *file = make_nc((made){.path = par_file("depth.nc"),
                                      .first = 24001,
                                      .n = 5,
                                      .depth = true,
                                      .north_first = true});
    const double depth[2] = {1.5, 0.1}, absent[1] = {0.2};
    tk_series_want want = want_of("t2m", "K");
    tk_grid grid;
    tk_series *s;

    (void)state;
    made_grid(true, &grid);
    want.ndepth = 2;
    want.depth = depth;
    check_series(&grid, 1, &file, &want, 24002, 3, 1, 0);
    want.ndepth = 1;
    want.depth = absent;
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("depth 0.2 m", "0.1 0.4 1.5");
    want.ndepth = 0;
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("'depth' of 3");
    tk_grid_drop(&grid);
}

/* Files in any order, calendars of their own, one without the variable. */
static void
test_files(void **state)
{
    const char *file[4];
    const tk_series_want want = want_of("t2m", "K");
    tk_grid grid;
    tk_series *s;

    (void)state;
    file[0] = make_nc((made){.path = par_file("c.nc"),
                             .first = 24030,
                             .n = 9,
                             .calendar = "noleap"});
    file[1] = make_nc((made){.path = par_file("other.nc"),
                             .first = 24000,
                             .n = 3,
                             .variable = "sd"});
    file[2] = make_nc((made){
        .path = par_file("a.nc"), .first = 24001, .n = 14, .packed = true});
    file[3] = make_nc((made){.path = par_file("b.nc"),
                             .first = 24015,
                             .n = 15,
                             .calendar = "360_day",
                             .bounds = true});
    made_grid(false, &grid);
    check_series(&grid, 4, file, &want, 24001, 38, 1, 0);
    check_series(&grid, 4, file, &want, 24014, 2, 1, 0);
    PAR_OK(tk_series_open(&par, &grid, 4, file, &want, &s));
    assert_int_equal(tk_series_first(s), 24001);
    assert_int_equal(tk_series_last(s), 24038);
    assert_int_equal(tk_series_calendar(s, 24020), TK_CAL_360);
    assert_int_equal(tk_series_calendar(s, 24038), TK_CAL_NOLEAP);
    assert_string_equal(tk_series_variable(s), "t2m");
    assert_true(tk_series_newest(s) > 1600000000);
    tk_series_close(s);

    file[3] = file[1];
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 4, file, &want, &s));
    PAR_SAYS("2001-04 to 2002-06", "(15 months)", "missing");
    file[1] = file[2];
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 3, file, &want, &s));
    PAR_SAYS("2000-02", "both", "a.nc");
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, file + 3, &want, &s));
    PAR_SAYS("no variable 't2m'", "other.nc", "sd");
    tk_grid_drop(&grid);
}

/* What each month is to get: a shift of 4, and a ramp from month 3 to month 7. */
static const double ramp_of[10] = {0, 0, 0, 0, 1, 2, 3, 4, 4, 4};

/* In the units of the file, 1 of which are 1000 of those wanted; what is missing
 * stays missing.
 */
static void
test_changes(void **state)
{
    const char *file = make_nc((made){
        .path = par_file("change.nc"), .first = 24001, .n = 10, .units = "km"});
    const tk_series_want want = want_of("t2m", "m");
    const tk_change change[3] = {
        {0}, {.amount = 4}, {.amount = 4, .first = 24004, .last = 24008}};
    tk_grid grid;
    tk_series *s;
    tk_run run;
    float *x;

    (void)state;
    assert_false(tk_change_is_ramp(&change[1]));
    assert_true(tk_change_is_ramp(&change[2]));
    made_grid(false, &grid);
    made_run(&grid, &run);
    x = tk_new(10 * run.nlane, sizeof *x);
    PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
    for (int way = 0; way < 6; way++) {
        tk_series_change(s, &change[way / 2]);
        tk_series_plain(s, way % 2 == 1);
        PAR_OK(tk_series_read(s, &run, 24001, 10, x));
        for (size_t t = 0; t < 10; t++)
            for (size_t l = 0; l < run.nlane; l++)
                CHECK_NEAR(x[t * run.nlane + l],
                           1000
                               * (made_value(24001 + (int)t, run.file_row[l],
                                             run.file_col[l], 0)
                                  + (way == 2   ? 4
                                     : way == 4 ? ramp_of[t]
                                                : 0)),
                           1e-2);
    }
    tk_series_close(s);
    tk_free(x);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

/* Half as much again in January, half as much in July; and a product that grows. */
static void
test_seasons(void **state)
{
    const char *file = make_nc((made){
        .path = par_file("season.nc"), .first = 24000, .n = 24, .units = "m"});
    const tk_series_want want = want_of("t2m", "m");
    const tk_change winter = {.amount = 4, .winter = 0.5};
    const tk_change more = {.more = 0.5, .first = 24004, .last = 24008};
    tk_grid grid;
    tk_series *s;
    tk_run run;
    float *x;

    (void)state;
    CHECK_NEAR(tk_change_at(&winter, 24000), 6, 1e-12); /* January */
    CHECK_NEAR(tk_change_at(&winter, 24003), 4, 1e-12);
    CHECK_NEAR(tk_change_at(&winter, 24006), 2, 1e-12);
    CHECK_NEAR(tk_change_weight(&more, 24006), 0.5, 1e-12);
    made_grid(false, &grid);
    made_run(&grid, &run);
    x = tk_new(24 * run.nlane, sizeof *x);
    PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
    for (int way = 0; way < 2; way++) {
        tk_series_change(s, way ? &more : &winter);
        PAR_OK(tk_series_read(s, &run, 24000, 24, x));
        for (int t = 0; t < 24; t++)
            for (size_t l = 0; l < run.nlane; l++) {
                const double was =
                    made_value(24000 + t, run.file_row[l], run.file_col[l], 0);
                const double grown = t <= 4 ? 0 : t >= 8 ? 1 : (t - 4) / 4.0;

                CHECK_NEAR(x[(size_t)t * run.nlane + l],
                           way ? was * (1 + 0.5 * grown)
                               : was + 4 + 2 * cos(M_PI / 6 * t),
                           1e-5);
            }
    }
    tk_series_close(s);
    tk_free(x);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

/* Before month 24001 its first 24 months again and again, and a change by the
 * month asked for; of 30 months no more than two whole years can repeat.
 */
static void
test_repeats(void **state)
{
    enum { FROM = 24001 - 40, N = 50 };
    const char *file = make_nc((made){
        .path = par_file("repeat.nc"), .first = 24001, .n = 30, .units = "m"});
    const char *brief = make_nc((made){
        .path = par_file("brief.nc"), .first = 24001, .n = 11, .units = "m"});
    const tk_series_want want = want_of("t2m", "m");
    const tk_change ramp = {
        .amount = 4, .first = 24001 - 20, .last = 24001 + 20};
    tk_grid grid;
    tk_series *s;
    tk_run run;
    float *x;

    (void)state;
    made_grid(false, &grid);
    made_run(&grid, &run);
    x = tk_new(N * run.nlane, sizeof *x);
    for (int cycle = 24; cycle <= 36; cycle += 12) {
        PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
        tk_series_change(s, &ramp);
        CHECK_OK(tk_series_repeat(s, FROM, cycle));
        assert_int_equal(tk_series_first(s), FROM);
        assert_int_equal(tk_series_last(s), 24030);
        CHECK_OK(tk_series_repeat(s, 24001, cycle)); /* no later */
        assert_int_equal(tk_series_first(s), FROM);
        PAR_OK(tk_series_read(s, &run, FROM, N, x));
        for (int t = 0; t < N; t++) {
            const int month = FROM + t;
            const int place =
                month < 24001 ? 24001 + (t + 8) % 24 : month; /* 48 - 40 */

            for (size_t l = 0; l < run.nlane; l++)
                CHECK_NEAR(
                    x[(size_t)t * run.nlane + l],
                    made_value(place, run.file_row[l], run.file_col[l], 0)
                        + tk_change_at(&ramp, month),
                    1e-5);
        }
        tk_series_close(s);
    }
    PAR_OK(tk_series_open(&par, &grid, 1, &brief, &want, &s));
    assert_int_equal(tk_series_repeat(s, FROM, 24), TK_EDATA);
    assert_int_equal(tk_series_first(s), 24001);
    tk_series_close(s);
    tk_free(x);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

static void
test_bad_time(void **state)
{
    const tk_series_want want = want_of("t2m", "K");
    const char *file;
    tk_grid grid;
    tk_series *s;
    tk_run run;
    float x[64];

    (void)state;
    made_grid(false, &grid);
    file = make_nc((made){
        .path = par_file("gap.nc"), .first = 24000, .n = 9, .leave_out = 4});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("2000-04", "missing");
    file = make_nc((made){
        .path = par_file("twice.nc"), .first = 24000, .n = 9, .twice = 3});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("twice.nc", "2000-03", "more than once");
    file = make_nc((made){.path = par_file("words.nc"),
                          .first = 24000,
                          .n = 1,
                          .time_units = "days since 1900-01-01",
                          .calendar = "standard"});
    if (par.rank == 0) {
        int id, v;

        NC_OK(ncmpi_open(MPI_COMM_SELF, file, NC_WRITE, MPI_INFO_NULL, &id));
        NC_OK(ncmpi_inq_varid(id, "time", &v));
        NC_OK(ncmpi_redef(id));
        NC_OK(ncmpi_put_att_text(id, v, "units", 12, "months since"));
        NC_OK(ncmpi_close(id));
    }
    MPI_Barrier(par.comm);
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("words.nc", "months since");
    file =
        make_nc((made){.path = par_file("short.nc"), .first = 24000, .n = 9});
    PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
    made_run(&grid, &run);
    PAR_FAILS(TK_EDATA, tk_series_read(s, &run, 24008, 2, x));
    PAR_SAYS("2000-09 to 2000-10", "2000-01 to 2000-09");
    PAR_FAILS(TK_EDATA, tk_series_read(s, &run, 23999, 1, x));
    tk_run_drop(&run);
    tk_series_close(s);
    tk_grid_drop(&grid);
}

static void
test_other_grids(void **state)
{
    const tk_series_want want = want_of("t2m", "K");
    const char *file;
    tk_grid grid;
    tk_series *s;

    (void)state;
    made_grid(false, &grid);
    file = make_nc((made){.path = par_file("opposite.nc"),
                          .first = 24000,
                          .n = 1,
                          .north_first = true});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("rows", "north to south", "ncpdq -a -lat");
    file = make_nc((made){.path = par_file("opposite2.nc"),
                          .first = 24000,
                          .n = 1,
                          .north_first = true,
                          .flat_lat_lon = true});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("rows", "north to south");
    file = make_nc((made){
        .path = par_file("shifted.nc"), .first = 24000, .n = 1, .shift = 0.01});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("another grid", "'lat'");
    file = make_nc((made){.path = par_file("far.nc"),
                          .first = 24000,
                          .n = 1,
                          .shift = 3,
                          .flat_lat_lon = true});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("another grid");
    file = make_nc(
        (made){.path = par_file("small.nc"), .first = 24000, .n = 1, .nx = 5});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, &file, &want, &s));
    PAR_SAYS("4 x 5", "4 x 6");
    tk_grid_drop(&grid);
}

static void
test_static(void **state)
{
    const char *file[2];
    tk_series_want want = want_of("t2m", "");
    tk_grid grid;
    tk_series *s;

    (void)state;
    made_grid(false, &grid);
    want.is_static = true;
    file[0] = make_nc((made){.path = par_file("static.nc")});
    check_series(&grid, 1, file, &want, 0, 1, 1, 0);
    file[0] =
        make_nc((made){.path = par_file("classes.nc"), .int64 = true, .n = 1});
    PAR_OK(tk_series_open(&par, &grid, 1, file, &want, &s));
    assert_int_equal(tk_series_first(s), 0);
    assert_int_equal(tk_series_last(s), 0);
    tk_series_close(s);
    file[0] =
        make_nc((made){.path = par_file("steps.nc"), .first = 24000, .n = 2});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, file, &want, &s));
    PAR_SAYS("'time' of 2", "static");
    want.is_static = false;
    file[0] = make_nc((made){.path = par_file("static2.nc")});
    PAR_FAILS(TK_EDATA, tk_series_open(&par, &grid, 1, file, &want, &s));
    PAR_SAYS("no time");
    tk_grid_drop(&grid);
}

/* More files than are kept open. */
static void
test_many_files(void **state)
{
    const char *file[40];
    char path[40][640];
    const tk_series_want want = want_of("t2m", "K");
    tk_grid grid;

    (void)state;
    made_grid(false, &grid);
    for (int i = 0; i < 40; i++) {
        snprintf(path[i], sizeof path[i], "%s/many%d.nc", par_dir, i);
        file[i] = make_nc((made){.path = path[i], .first = 24000 + i, .n = 1});
    }
    check_series(&grid, 40, file, &want, 24000, 40, 1, 0);
    tk_grid_drop(&grid);
}

static void
test_injected(void **state)
{
    static const struct {
        const char *site;
        int code;
    } site[] = {{"io.open", TK_EDATA},   {"io.find", TK_EDATA},
                {"io.coords", TK_EDATA}, {"io.time", TK_EDATA},
                {"io.read", TK_EDATA},   {"io.units", TK_ERUN},
                {"mem.new", TK_ERUN}};
    const char *file =
        make_nc((made){.path = par_file("inject.nc"), .first = 24000, .n = 2});
    const tk_series_want want = want_of("t2m", "K");
    tk_grid grid;
    tk_series *s;
    tk_run run;
    float x[128];

    (void)state;
    made_grid(false, &grid);
    for (size_t i = 0; i < sizeof site / sizeof site[0]; i++) {
        tk_units_end();
        par_inject(site[i].site);
        PAR_FAILS(site[i].code,
                  tk_series_open(&par, &grid, 1, &file, &want, &s));
        assert_null(s);
    }
    /* Memory that runs out later, at each of its places. */
    for (int n = 1; n < 40; n++) {
        char text[64];
        int code, all;

        snprintf(text, sizeof text, "mem.new:%d:%d", par.size - 1, n);
        setenv("TK_INJECT", text, 1);
        code = (int)tk_series_open(&par, &grid, 1, &file, &want, &s);
        MPI_Allreduce(&code, &all, 1, MPI_INT, MPI_MAX, par.comm);
        assert_int_equal(code, all);
        if (!code)
            tk_series_close(s);
    }
    par_inject(NULL);
    PAR_OK(tk_series_open(&par, &grid, 1, &file, &want, &s));
    made_run(&grid, &run);
    par_inject("io.read");
    PAR_FAILS(TK_EDATA, tk_series_read(s, &run, 24000, 2, x));
    par_inject("mem.new");
    PAR_FAILS(TK_ERUN, tk_series_read(s, &run, 24000, 2, x));
    par_inject(NULL);
    PAR_OK(tk_series_read(s, &run, 24000, 2, x));
    tk_run_drop(&run);
    tk_series_close(s);
    tk_grid_drop(&grid);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest series_tests[] = {
        cmocka_unit_test(test_layouts),     cmocka_unit_test(test_large),
        cmocka_unit_test(test_units),       cmocka_unit_test(test_totals),
        cmocka_unit_test(test_depths),      cmocka_unit_test(test_files),
        cmocka_unit_test(test_changes),     cmocka_unit_test(test_seasons),
        cmocka_unit_test(test_repeats),     cmocka_unit_test(test_bad_time),
        cmocka_unit_test(test_other_grids), cmocka_unit_test(test_static),
        cmocka_unit_test(test_many_files),  cmocka_unit_test(test_injected),
    };

    par_start(&argc, &argv);
    return PAR_RUN(series_tests);
}
