/* Alaska's outline: towns on land, seas off it, its area, its shore. */
#include "talik/phys/outline.h"

#include "../check.h"

static void
test_towns_are_land(void **state)
{
    static const double at[][2] = {
        {64.84, -147.72}, /* Fairbanks */ {61.18, -149.80}, /* Anchorage */
        {68.63, -149.60}, /* Toolik */ {60.80, -161.76},    /* Bethel */
        {57.60, -153.60}, /* Kodiak */ {63.50, -170.30},    /* St Lawrence I. */
        {52.91, 172.95},  /* Attu */ {58.45, -134.30},      /* Juneau's ice */
        {66.56, 214.73}, /* Fort Yukon, east of Greenwich */
    };

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        assert_true(tk_alaska_is_land(at[i][0], at[i][1]));
}

static void
test_sea_and_canada_are_not(void **state)
{
    static const double at[][2] = {{56, -145},   {60, -172}, {72, -155},
                                   {67, -168.5}, {64, -139}, {52, 179},
                                   {0, 0},       {64.8, 32}};

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        assert_false(tk_alaska_is_land(at[i][0], at[i][1]));
}

static void
test_land_area(void **state)
{
    const double step = 0.5, side = step * 111.195;
    double area = 0;

    (void)state;
    for (double lat = 51.25; lat < 72; lat += step)
        for (double lon = -189.75; lon < -129; lon += step)
            area += tk_alaska_land_fraction(lat, lon, step, step) * side * side
                    * cos(lat * 3.14159265358979 / 180);
    /* 1 477 953 km2 of land and 47 000 of inland water (Census Bureau). */
    CHECK_NEAR(area, 1.51e6, 0.03e6);
}

static void
test_fraction_agrees_with_points(void **state)
{
    const double lat = 60.5, lon = -165, d = 1;
    double sum = 0;

    (void)state;
    for (int i = 0; i < 100; i++)
        for (int j = 0; j < 100; j++)
            sum += tk_alaska_is_land(lat + d * ((i + 0.5) / 100 - 0.5),
                                     lon + d * ((j + 0.5) / 100 - 0.5));
    CHECK_NEAR(tk_alaska_land_fraction(lat, lon, d, d), sum / 1e4, 0.02);
    CHECK_NEAR(tk_alaska_land_fraction(65, -150, 1, 1), 1, 1e-12);
    CHECK_NEAR(tk_alaska_land_fraction(56, -145, 1, 1), 0, 1e-12);
    CHECK_NEAR(tk_alaska_land_fraction(65, 210, 1, 1), 1, 1e-12);
}

static void
test_coast_distance(void **state)
{
    (void)state;
    /* Fairbanks lies far from any shore, also near the border: 141 W is none. */
    assert_true(tk_alaska_coast_distance(64.84, -147.72) > 300);
    assert_true(tk_alaska_coast_distance(65.5, -141.2) > 400);
    assert_true(tk_alaska_coast_distance(71.29, -156.79) < 10);
    CHECK_NEAR(tk_alaska_coast_distance(64.84, 212.28),
               tk_alaska_coast_distance(64.84, -147.72), 1e-9);
}

static void
test_rings(void **state)
{
    size_t total = 0;
    double lat, lon;

    (void)state;
    assert_true(tk_alaska_ring_count() > 20);
    for (size_t r = 0; r < tk_alaska_ring_count(); r++) {
        total += tk_alaska_ring_length(r);
        for (size_t i = 0; i < tk_alaska_ring_length(r); i++) {
            tk_alaska_vertex(r, i, &lat, &lon);
            assert_true(lat > 51 && lat < 72 && lon > -188 && lon < -129);
        }
    }
    assert_in_range(total, 300, 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_towns_are_land),
        cmocka_unit_test(test_sea_and_canada_are_not),
        cmocka_unit_test(test_land_area),
        cmocka_unit_test(test_fraction_agrees_with_points),
        cmocka_unit_test(test_coast_distance),
        cmocka_unit_test(test_rings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
