#include "../check.h"

#include "talik/io/units.h"

typedef struct {
    const char *from, *to;
    bool water, daily;
    double scale, offset;
    int days; /* +1 times the month's days, -1 over them */
} known;

static void
check(const known *k)
{
    tk_conversion c;

    if (tk_units_convert(k->from, k->to, k->water, k->daily, &c))
        fail_msg("%s", tk_last_fault()->text);
    CHECK_NEAR(c.scale / k->scale, 1, 1e-10);
    CHECK_NEAR(c.offset, k->offset, 1e-9);
    assert_int_equal(c.per_day, k->days > 0);
    assert_int_equal(c.over_days, k->days < 0);
}

static void
test_plain(void **state)
{
    static const known k[] = {
        {"K", "K", false, false, 1, 0, 0},
        {"degC", "K", false, false, 1, 273.15, 0},
        {"celsius", "K", false, false, 1, 273.15, 0},
        {"C", "K", false, false, 1, 273.15, 0},
        {"\302\260C", "K", false, false, 1, 273.15, 0},
        {"K", "celsius", false, false, 1, -273.15, 0},
        {"degF", "degC", false, false, 5.0 / 9, -160.0 / 9, 0},
        {"hPa", "Pa", false, false, 100, 0, 0},
        {"cm", "m", false, false, 0.01, 0, 0},
        {"%", "1", false, false, 0.01, 0, 0},
        {"(0 - 1)", "1", false, false, 1, 0, 0},
        {"W m**-2", "W m-2", false, false, 1, 0, 0},
        {"W/m2", "W m-2", false, false, 1, 0, 0},
        {"degree_north", "degrees_north", false, false, 1, 0, 0},
        {" m ", "mm", false, false, 1000, 0, 0},
        {"m of water equivalent", "m", false, false, 1, 0, 0},
        {"meters MSL", "m", false, false, 1, 0, 0},
        {"g m-3", "kg m-3", false, false, 0.001, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
        check(&k[i]);
}

/* 1 kg m-2 of water is 1 mm; a calendar month is no 30.44 days. */
static void
test_water(void **state)
{
    static const known k[] = {
        {"kg m-2", "mm", true, false, 1, 0, 0},
        {"m", "kg m-2", true, false, 1000, 0, 0},
        {"kg m-2 s-1", "mm month-1", true, false, 86400, 0, 1},
        {"kg/m2/s", "mm month-1", true, false, 86400, 0, 1},
        {"mm/day", "mm month-1", true, false, 1, 0, 1},
        {"m s-1", "mm month-1", true, false, 86.4e6, 0, 1},
        {"m", "mm month-1", true, true, 1000, 0, 1},
        {"m", "mm month-1", true, false, 1000, 0, 0},
        {"mm", "mm month-1", true, false, 1, 0, 0},
        {"kg m-2", "mm month-1", true, false, 1, 0, 0},
        {"mm/month", "mm month-1", true, true, 1, 0, 0},
        {"kg m-2 month-1", "mm month-1", true, true, 1, 0, 0},
        {"cm per month", "mm month-1", false, false, 10, 0, 0},
        {"mm month-1", "mm day-1", true, false, 1, 0, -1},
        {"mm month-1", "kg m-2 s-1", true, false, 1 / 86400.0, 0, -1},
        {"J m-2", "W m-2", false, true, 1 / 86400.0, 0, 0},
        {"m", "kg m-2 s-1", true, true, 1 / 86.4, 0, 0},
        {"kg m-2 s-1", "m", true, true, 86.4, 0, 0},
        {"mm day-1", "m", true, false, 1e-3, 0, 1},
        {"W m-2", "J m-2", false, true, 86400, 0, 0},
        {"kg m-2", "m", true, true, 1e-3, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
        check(&k[i]);
}

static void
test_refused(void **state)
{
    static const char *const bad[][2] = {
        {"K", "m"},          {"J m-2", "W m-2"}, {"kg m-2", "mm"},
        {"flowers", "K"},    {"K", "flowers"},   {"mm month-1", "K"},
        {"K", "mm month-1"}, {"degC/day", "K"},  {"K; rm", "K"},
    };
    tk_conversion c;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (tk_units_convert(bad[i][0], bad[i][1], false, false, &c)
            != TK_EDATA)
            fail_msg("'%s' became '%s'", bad[i][0], bad[i][1]);
        assert_non_null(strstr(tk_last_fault()->text, bad[i][0]));
        assert_non_null(strstr(tk_last_fault()->text, bad[i][1]));
    }
}

static void
test_end(void **state)
{
    tk_conversion c;

    (void)state;
    tk_units_end();
    tk_units_end();
    setenv("TK_INJECT", "io.units:0", 1);
    assert_int_equal(tk_units_convert("K", "K", false, false, &c), TK_ERUN);
    unsetenv("TK_INJECT");
    CHECK_OK(tk_units_convert("K", "K", false, false, &c));
    tk_units_end();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_water),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
