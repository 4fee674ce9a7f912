#include "../check.h"

#include "talik/grid/albers.h"
#include "talik/grid/grid.h"

static void
test_bounds(void **state)
{
    const double lat[4] = {89.5, 88.5, 86.5, 85.5};
    double b[2];

    (void)state;
    tk_axis_bounds(4, lat, true, 0, b);
    CHECK_NEAR(b[0], 90, 0);
    CHECK_NEAR(b[1], 89, 0);
    tk_axis_bounds(4, lat, true, 1, b);
    CHECK_NEAR(b[0], 89, 0);
    CHECK_NEAR(b[1], 87.5, 0);
    tk_axis_bounds(4, lat, true, 3, b);
    CHECK_NEAR(b[0], 86, 0);
    CHECK_NEAR(b[1], 85, 0);
    tk_axis_bounds(1, lat, true, 0, b);
    CHECK_NEAR(b[0], 89, 0);
    CHECK_NEAR(b[1], 90, 0);
    tk_axis_bounds(4, lat, false, 0, b);
    CHECK_NEAR(b[0], 90, 0);
}

static void
test_area(void **state)
{
    tk_grid grid;
    double sum = 0;

    (void)state;
    CHECK_OK(tk_grid_make(180, 4, &grid));
    for (size_t i = 0; i < 180; i++)
        grid.y[i] = 89.5 - (double)i;
    for (size_t j = 0; j < 4; j++)
        grid.x[j] = 90 * (double)j;
    for (size_t i = 0; i < 180; i++)
        sum += 4 * tk_cell_area(&grid, i, 1);
    /* Surface of the WGS 84 ellipsoid, from its closed form. */
    CHECK_NEAR(sum / 510065621724088.44, 1, 1e-13);

    grid.projected = true;
    CHECK_NEAR(tk_cell_area(&grid, 3, 2), 90, 0);
    tk_grid_drop(&grid);
}

static void
test_longitudes(void **state)
{
    double aleutians[4] = {172, 178, -176, -170};
    double positive[3] = {190, 200, 210};
    double east[3] = {100, 110, 120};
    double falls[3] = {-170, 179, 168};

    (void)state;
    tk_longitudes_join(4, aleutians);
    CHECK_NEAR(aleutians[0], -188, 0);
    CHECK_NEAR(aleutians[3], -170, 0);
    tk_longitudes_join(3, positive);
    CHECK_NEAR(positive[0], -170, 0);
    CHECK_NEAR(positive[2], -150, 0);
    tk_longitudes_join(3, east);
    CHECK_NEAR(east[2], 120, 0);
    tk_longitudes_join(3, falls);
    CHECK_NEAR(falls[0], -170, 0);
    CHECK_NEAR(falls[2], -192, 0);
}

static void
test_mask(void **state)
{
    tk_grid grid;

    (void)state;
    CHECK_OK(tk_grid_make(7, 19, &grid));
    assert_true(isnan(grid.corner[3][1]));
    tk_grid_count(&grid);
    assert_int_equal(grid.nactive, 0);
    for (size_t p = 0; p < 7 * 19; p += 3)
        tk_grid_set_active(&grid, p);
    tk_grid_count(&grid);
    assert_int_equal(grid.nactive, 45);
    for (size_t p = 0; p < 7 * 19; p++)
        assert_int_equal(tk_grid_is_active(&grid, p), p % 3 == 0);
    assert_int_equal(tk_grid_file_row(&grid, 0), 6);
    grid.south_first = true;
    assert_int_equal(tk_grid_file_row(&grid, 0), 0);
    tk_grid_drop(&grid);
    tk_grid_drop(&grid);
    assert_int_equal(tk_grid_make(0, 3, &grid), TK_EDATA);
    assert_int_equal(tk_grid_make((size_t)1 << 40, (size_t)1 << 40, &grid),
                     TK_EDATA);
}

/* Snyder's own numerical example (1987, pp. 292-294): Clarke 1866. */
static void
test_snyder(void **state)
{
    const double parallel[2] = {29.5, 45.5};
    double x, y, lat, lon;
    tk_albers p;

    (void)state;
    CHECK_OK(
        tk_albers_make(23, -96, parallel, 0, 0, 6378206.4, 294.9786982, &p));
    tk_albers_forward(&p, 35, -75, &x, &y);
    CHECK_NEAR(x, 1885472.7, 0.1);
    CHECK_NEAR(y, 1535925.0, 0.1);
    tk_albers_inverse(&p, x, y, &lat, &lon);
    CHECK_NEAR(lat, 35, 1e-12);
    CHECK_NEAR(lon, -75, 1e-12);
}

/* EPSG:3338 by PROJ 9.1 (cs2cs -f %.4f EPSG:4269 EPSG:3338). */
static void
test_alaska(void **state)
{
    static const double place[][4] = {
        {68.63, -149.6, 180739.81862, 2080041.83176},
        {64.8378, -147.7164, 297698.80568, 1667062.24619},
        {52.9, 173.2, -2125342.57778, 856515.57328},
        {71.2906, -156.7886, -102347.93850, 2368027.86485},
        {55.34, -131.64, 1391519.27396, 828467.46024},
        {60.79, -161.75, -419551.92611, 1225155.31563},
        {50, -154, 0.00000, 0.00000},
    };
    const tk_albers p = tk_albers_alaska();

    (void)state;
    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++) {
        double x, y, lat, lon;

        tk_albers_forward(&p, place[i][0], place[i][1], &x, &y);
        CHECK_NEAR(x, place[i][2], 1e-3);
        CHECK_NEAR(y, place[i][3], 1e-3);
        tk_albers_inverse(&p, x, y, &lat, &lon);
        CHECK_NEAR(lat, place[i][0], 1e-11);
        CHECK_NEAR(remainder(lon - place[i][1], 360), 0, 1e-11);
    }
}

static void
test_other_cones(void **state)
{
    const double equal[2] = {60, 60}, southern[2] = {-20, -50};
    const double none[2] = {30, -30};
    double x, y, lat, lon;
    tk_albers p;

    (void)state;
    CHECK_OK(tk_albers_make(50, -154, equal, 1e5, 2e5, 6371000, 0, &p));
    tk_albers_forward(&p, 64, -140, &x, &y);
    tk_albers_inverse(&p, x, y, &lat, &lon);
    CHECK_NEAR(lat, 64, 1e-11);
    CHECK_NEAR(lon, -140, 1e-11);
    CHECK_OK(tk_albers_make(-30, 20, southern, 0, 0, 6378137, 298.257, &p));
    tk_albers_forward(&p, -41, 33, &x, &y);
    tk_albers_inverse(&p, x, y, &lat, &lon);
    CHECK_NEAR(lat, -41, 1e-11);
    CHECK_NEAR(lon, 33, 1e-11);
    tk_albers_inverse(&p, 3e7, 3e7, &lat, &lon);
    assert_true(isnan(lat));
    assert_int_equal(tk_albers_make(0, 0, none, 0, 0, 6378137, 298, &p),
                     TK_EDATA);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bounds),      cmocka_unit_test(test_area),
        cmocka_unit_test(test_longitudes),  cmocka_unit_test(test_mask),
        cmocka_unit_test(test_snyder),      cmocka_unit_test(test_alaska),
        cmocka_unit_test(test_other_cones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
