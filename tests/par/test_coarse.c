/* A climate model's files on cells of ranks: regridded months, land, height, and
 * which files there are.
 */
#include "make_nc.h"

#include "talik/core/mem.h"
#include "talik/data/archive.h"
#include "talik/data/coarse.h"
#include "talik/io/units.h"

#define FIRST 24013 /* a year that is not even */
#define MOST 8

/* Targets by band and column of the made files, each rank its own. */
typedef struct {
    size_t n;
    double band[MOST], col[MOST];
    double lat[MOST], lon[MOST];
    float height[MOST];
} targets;

static tk_cells
cells_of(targets *t)
{
    for (size_t i = 0; i < t->n; i++) {
        t->lat[i] = 60 + 0.5 * t->band[i];
        t->lon[i] = -150 + 0.5 * t->col[i];
    }
    return (tk_cells){.n = t->n, .lat = t->lat, .lon = t->lon};
}

static tk_series_want
want_of(const char *units)
{
    return (tk_series_want){
        .variable = "t2m", .units = units, .units_in_file = ""};
}

static tk_coarse_opts
plain(void)
{
    return (tk_coarse_opts){.land_file = "",
                            .land_variable = "",
                            .height_file = "",
                            .height_variable = ""};
}

/* Reads n months from `first` on of this rank's targets; lane n is padding. */
static void
read_all(tk_coarse *c, const tk_cells *cells, int first, size_t n, float *out)
{
    tk_coarse_lanes lanes;

    PAR_OK(tk_coarse_lanes_make(c, cells, &lanes));
    for (size_t k = 0; k < n * (cells->n + 1); k++)
        out[k] = -7;
    PAR_OK(tk_coarse_read(c, &lanes, first, n, cells->n + 1, out));
    for (size_t t = 0; t < n; t++)
        assert_true(out[t * (cells->n + 1) + cells->n] == -7);
    tk_coarse_lanes_drop(&lanes);
}

/* History and scenario in calendars and orders of their own. */
static void
test_months(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        const char *file[2] = {make_nc((made){.path = par_file("b.nc"),
                                              .first = FIRST + 5,
                                              .n = 14,
                                              .lon360 = kind & 1,
                                              .north_first = kind & 2,
                                              .mid_month = true,
                                              .calendar = "360_day"}),
                               make_nc((made){.path = par_file("a.nc"),
                                              .first = FIRST,
                                              .n = 5,
                                              .lon360 = kind & 1,
                                              .north_first = kind & 2,
                                              .bounds = true,
                                              .calendar = "noleap"})};
        targets t = {.n = par.rank == par.size - 1 && par.size > 1 ? 0 : 4,
                     .band = {0.3, 2.75, 0, 3.2},
                     .col = {3.4, 1.25, 5, 0}};
        const tk_cells cells = cells_of(&t);
        const tk_series_want want = want_of("K");
        const tk_coarse_opts opts = plain();
        double extent[4];
        float out[19 * 5];
        tk_coarse *c;

        t.col[0] += 0.1 * (double)par.rank;
        cells_of(&t);
        tk_coarse_extent(&par, &cells, extent);
        CHECK_NEAR(extent[0], 60, 0);
        CHECK_NEAR(extent[1], 61.6, 1e-12);
        PAR_OK(tk_coarse_open(&par, &opts, 2, file, &want, extent, &c));
        assert_int_equal(tk_series_first(tk_coarse_series(c)), FIRST);
        read_all(c, &cells, FIRST, 19, out);
        for (size_t m = 0; m < 19; m++)
            for (size_t i = 0; i < t.n; i++) {
                const double band = fmin(t.band[i], 3); /* half a cell on */

                CHECK_NEAR(out[m * (t.n + 1) + i],
                           0.25 * (13 + (double)m) + 10 * band + t.col[i],
                           1e-5);
            }
        tk_coarse_close(c);
    }
}

/* A cell that is missing takes no part; one that is missing now shares its. */
static void
test_missing(void **state)
{
    const char *file =
        make_nc((made){.path = par_file("holes.nc"), .first = FIRST, .n = 24});
    targets t = {.n = 3, .band = {2, 1.5, 2}, .col = {2.5, 1, 3}};
    const tk_cells cells = cells_of(&t);
    const tk_series_want want = want_of("K");
    const tk_coarse_opts opts = plain();
    double extent[4];
    float out[24 * 4];
    tk_coarse *c;

    (void)state;
    tk_coarse_extent(&par, &cells, extent);
    PAR_OK(tk_coarse_open(&par, &opts, 1, &file, &want, extent, &c));
    read_all(c, &cells, FIRST, 24, out);
    for (size_t m = 0; m < 24; m++) {
        const bool there = (FIRST + (int)m) / 12 % 2;
        const double month = 0.25 * (13 + (double)m);

        CHECK_NEAR(out[4 * m], month + 22, 1e-5);
        CHECK_NEAR(out[4 * m + 1], month + (there ? 16 : 21), 1e-5);
        CHECK_NEAR(out[4 * m + 2], month + 23, 1.00001); /* a neighbour's */
    }
    tk_coarse_close(c);
}

/* Land from 20 % on is bands 2 and 3; heights of the model are 10 m a band. */
static void
test_land_and_height(void **state)
{
    const char *file =
        make_nc((made){.path = par_file("sea.nc"), .first = FIRST, .n = 3});
    const char *fixed = make_nc((made){.path = par_file("fixed.nc"),
                                       .variable = "sftlf",
                                       .units = "%",
                                       .first = 24000});
    const char *height = make_nc((made){.path = par_file("height.nc"),
                                        .variable = "orog",
                                        .units = "m",
                                        .first = 24000});
    targets t = {.n = 3,
                 .band = {1.5, 0, 2.5},
                 .col = {1, 1.2, 4},
                 .height = {121, 1021, NAN}};
    tk_cells cells = cells_of(&t);
    const tk_series_want want = want_of("K");
    tk_coarse_opts opts = plain();
    tk_coarse_lanes lanes;
    double extent[4];
    float out[4];
    tk_coarse *c;

    (void)state;
    cells.height = t.height;
    opts.land_file = fixed;
    opts.land_variable = "sftlf";
    opts.land_min = 0.2;
    opts.height_file = height;
    opts.height_variable = "orog";
    opts.lapse = 0.01;
    tk_coarse_extent(&par, &cells, extent);
    PAR_OK(tk_coarse_open(&par, &opts, 1, &file, &want, extent, &c));
    PAR_OK(tk_coarse_lanes_make(c, &cells, &lanes));
    assert_int_equal(lanes.weights.borrowed, 1);
    CHECK_NEAR(lanes.weights.farthest, 6371 * 3.14159265358979 / 180, 1);
    tk_coarse_lanes_drop(&lanes);
    read_all(c, &cells, FIRST, 1, out);
    CHECK_NEAR(out[0], 3.25 + 21 + 0.01 * (21 - 121), 1e-5);
    CHECK_NEAR(out[1], 3.25 + 21 + 0.01 * (21 - 1021), 1e-5);
    CHECK_NEAR(out[2], 3.25 + 29, 1e-5);
    tk_coarse_close(c);
}

static void
test_refused(void **state)
{
    const char *file =
        make_nc((made){.path = par_file("plain.nc"), .first = FIRST, .n = 3});
    const char *other = make_nc((made){.path = par_file("other.nc"),
                                       .variable = "sftlf",
                                       .units = "1",
                                       .first = 24000,
                                       .nx = 9});
    const double away[4] = {10, 20, 0, 9}, here[4] = {60, 61, -150, -148};
    targets t = {.n = 1, .band = {1}, .col = {1}};
    const tk_cells cells = cells_of(&t);
    tk_series_want want = want_of("m");
    tk_coarse_opts opts = plain();
    tk_coarse_lanes lanes;
    tk_coarse *c;

    (void)state;
    PAR_FAILS(TK_EDATA, tk_coarse_open(&par, &opts, 1, &file, &want, here, &c));
    PAR_SAYS("plain.nc", "'K'", "'m'");
    want.units = "K";
    PAR_FAILS(TK_EDATA, tk_coarse_open(&par, &opts, 1, &file, &want, away, &c));
    PAR_SAYS("plain.nc", "is not in it");
    opts.land_file = other;
    opts.land_variable = "sftlf";
    PAR_FAILS(TK_EDATA, tk_coarse_open(&par, &opts, 1, &file, &want, here, &c));
    PAR_SAYS("other.nc", "4 x 9");
    opts = plain();
    opts.how = TK_REGRID_CONSERVATIVE;
    PAR_OK(tk_coarse_open(&par, &opts, 1, &file, &want, here, &c));
    PAR_FAILS(TK_ECONF, tk_coarse_lanes_make(c, &cells, &lanes));
    PAR_SAYS("bilinear");
    tk_coarse_close(c);
}

/* ---- which files there are ----------------------------------------------- */

static const char *
archived(const char *name, const char *variable)
{
    return make_nc((made){
        .path = par_file(name), .variable = variable, .first = FIRST, .n = 1});
}

static void
test_archive(void **state)
{
    static const char *const variable[2] = {"tas", "pr"};
    const char *pattern[2] = {par_file("*_Amon_A-1_*.nc"),
                              par_file("tas_Amon_A-1_rcp85*")};
    const char *path[8], *name[8];
    tk_archive a;

    (void)state;
    if (par.rank == 0) /* of an earlier run */
        unlink(par_file("tas_Amon_A-1_rcp85_r2i1p1_200601-210012.nc"));
    MPI_Barrier(par.comm);
    archived("tas_Amon_A-1_rcp85_r1i1p1_200601-210012.nc", "tas");
    archived("tas_Amon_A-1_historical_r1i1p1_198001-200512.nc", "tas");
    archived("tas_Amon_A-1_historical_r1i1p1_195001-197912.nc", "tas");
    archived("pr_Amon_A-1_rcp85_r1i1p1_200601-210012.nc", "pr");
    archived("huss_Amon_A-1_rcp85_r1i1p1_200601-210012.nc", "huss");
    PAR_OK(tk_archive_open(&par, 2, pattern, 2, variable, "", "", &a));
    assert_int_equal(a.n, 4);
    assert_string_equal(a.file[0].model, "A-1");
    assert_string_equal(a.file[0].member, "r1i1p1");
    assert_int_equal(tk_archive_select(&a, "historical", 0, path), 2);
    assert_non_null(strstr(path[0], "195001"));
    assert_non_null(strstr(path[1], "198001"));
    assert_int_equal(tk_archive_select(&a, "rcp85", 1, path), 1);
    assert_non_null(strstr(path[0], "/pr_"));
    assert_int_equal(tk_archive_select(&a, "rcp26", 0, path), 0);
    assert_int_equal(tk_archive_experiments(&a, name), 2);
    tk_archive_drop(&a);

    archived("tas_Amon_A-1_rcp85_r2i1p1_200601-210012.nc", "tas");
    PAR_FAILS(TK_EDATA,
              tk_archive_open(&par, 2, pattern, 2, variable, "", "", &a));
    PAR_SAYS("'r1i1p1'", "'r2i1p1'", "member");
    PAR_OK(tk_archive_open(&par, 2, pattern, 2, variable, "A-1", "r2i1p1", &a));
    assert_int_equal(a.n, 1);
    tk_archive_drop(&a);
    PAR_OK(tk_archive_open(&par, 1, pattern, 2, variable, "B", "", &a));
    assert_int_equal(a.n, 0);
    tk_archive_drop(&a);

    pattern[0] = par_file("nothing*.nc");
    PAR_FAILS(TK_EDATA,
              tk_archive_open(&par, 1, pattern, 2, variable, "", "", &a));
    PAR_SAYS("nothing*.nc");
    pattern[0] = archived("tas_A_rcp85.nc", "tas");
    PAR_FAILS(TK_EDATA,
              tk_archive_open(&par, 1, pattern, 2, variable, "", "", &a));
    PAR_SAYS("tas_A_rcp85.nc", "experiment_id");
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_months),          cmocka_unit_test(test_missing),
        cmocka_unit_test(test_land_and_height), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_archive),
    };

    par_start(&argc, &argv);
    return PAR_RUN(tests);
}
