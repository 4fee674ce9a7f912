/* The RCP forcing against published values, its order, its names. */
#include "talik/phys/rcp.h"

#include "../check.h"
#include "talik/grid/calendar.h"

static double
total(tk_rcp rcp, int year)
{
    return tk_rcp_forcing(rcp, year, TK_FORCING_TOTAL);
}

static void
test_history(void **state)
{
    static const struct {
        int year;
        double rf;
    } want[] = {{1765, 0},     {1850, 0.405}, {1900, 0.415}, {1950, 0.842},
                {1980, 1.466}, {1990, 1.746}, {1992, 0.183}, {2000, 2.096}};
    double mean = 0;

    (void)state;
    for (int r = 0; r < TK_RCP_COUNT; r++)
        for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
            CHECK_NEAR(total((tk_rcp)r, want[i].year), want[i].rf, 6e-4);
    CHECK_NEAR(total(TK_RCP26, 2005), 2.08, 6e-3);
    for (int y = 1986; y <= 2005; y++)
        mean += total(TK_RCP45, y) / 20;
    CHECK_NEAR(mean, 1.650, 1e-3);
}

static void
test_paths(void **state)
{
    static const double want[TK_RCP_COUNT][9] = {
        {2.559, 2.764, 2.882, 2.875, 2.791, 2.726, 2.699, 2.675, 2.626},
        {2.542, 2.906, 3.307, 3.660, 3.917, 4.094, 4.188, 4.230, 4.281},
        {2.452, 2.773, 3.071, 3.459, 3.850, 4.404, 4.929, 5.292, 5.522},
        {2.628, 3.165, 3.861, 4.619, 5.395, 6.170, 6.924, 7.680, 8.340}};
    static const double late[TK_RCP_COUNT] = {2.597, 4.162, 5.213, 7.626};

    (void)state;
    for (int r = 0; r < TK_RCP_COUNT; r++) {
        double mean = 0;

        for (int d = 0; d < 9; d++)
            CHECK_NEAR(total((tk_rcp)r, 2020 + 10 * d), want[r][d], 6e-4);
        for (int y = 2081; y <= 2100; y++)
            mean += total((tk_rcp)r, y) / 20;
        CHECK_NEAR(mean, late[r], 1e-3);
    }
}

/* The order is not that of the names. */
static void
test_order(void **state)
{
    (void)state;
    for (int y = 2007; y <= 2100; y++) {
        assert_true((total(TK_RCP60, y) < total(TK_RCP45, y)) == (y <= 2062));
        assert_true(total(TK_RCP85, y) > total(TK_RCP45, y));
        if (y >= 2030)
            assert_true(total(TK_RCP26, y) < total(TK_RCP60, y));
    }
}

static void
test_anthropogenic(void **state)
{
    (void)state;
    /* No Pinatubo in it. */
    for (int y = 1960; y <= 2020; y++)
        assert_true(tk_rcp_forcing(TK_RCP85, y, TK_FORCING_ANTHRO)
                    > tk_rcp_forcing(TK_RCP85, y - 1, TK_FORCING_ANTHRO));
    for (int r = 0; r < TK_RCP_COUNT; r++)
        CHECK_NEAR(tk_rcp_forcing((tk_rcp)r, 2004, TK_FORCING_ANTHRO),
                   tk_rcp_forcing(TK_RCP26, 2004, TK_FORCING_ANTHRO), 0);
    assert_true(isnan(tk_rcp_forcing(TK_RCP26, 1764, TK_FORCING_ANTHRO)));
    assert_true(isnan(tk_rcp_forcing(TK_RCP26, 2101, TK_FORCING_TOTAL)));
}

static double
monthly(tk_rcp rcp, int year, int month_of_year)
{
    return tk_rcp_forcing_month(rcp, tk_month(year, month_of_year),
                                TK_FORCING_ANTHRO);
}

/* Months lie on lines between the middles of years. */
static void
test_months(void **state)
{
    const double a = tk_rcp_forcing(TK_RCP85, 2050, TK_FORCING_ANTHRO);
    const double b = tk_rcp_forcing(TK_RCP85, 2051, TK_FORCING_ANTHRO);

    (void)state;
    CHECK_NEAR(monthly(TK_RCP85, 2050, 7), a + (b - a) / 24, 1e-12);
    CHECK_NEAR(monthly(TK_RCP85, 2051, 6), b - (b - a) / 24, 1e-12);
    CHECK_NEAR(monthly(TK_RCP85, 2051, 1), a + (b - a) * 13 / 24, 1e-12);
    for (int r = 0; r < TK_RCP_COUNT; r++) {
        const tk_rcp rcp = (tk_rcp)r;

        for (int y = 1950; y <= 2099; y++)
            CHECK_NEAR((monthly(rcp, y, 6) + monthly(rcp, y, 7)) / 2,
                       tk_rcp_forcing(rcp, y, TK_FORCING_ANTHRO), 0.05);
        for (int m = 1; m <= 6; m++) /* one history */
            CHECK_NEAR(monthly(rcp, 2004, m), monthly(TK_RCP45, 2004, m), 0);
        CHECK_NEAR(monthly(rcp, 1765, 1),
                   tk_rcp_forcing(rcp, 1765, TK_FORCING_ANTHRO), 0);
        CHECK_NEAR(monthly(rcp, 2100, 12),
                   tk_rcp_forcing(rcp, 2100, TK_FORCING_ANTHRO), 0);
        assert_true(isnan(monthly(rcp, 1764, 12)));
        assert_true(isnan(monthly(rcp, 2101, 1)));
    }
    for (int y = 2010; y <= 2100; y++) /* by value, not by name */
        if (y != 2062)                 /* when they cross */
            assert_true((monthly(TK_RCP60, y, 1) < monthly(TK_RCP45, y, 1))
                        == (y < 2062));
}

static void
test_names(void **state)
{
    static const struct {
        const char *text;
        tk_rcp rcp;
    } good[] = {{"rcp26", TK_RCP26},   {"RCP2.6", TK_RCP26},
                {"rcp3pd", TK_RCP26},  {"rcp45", TK_RCP45},
                {"rcp60", TK_RCP60},   {"RCP6", TK_RCP60},
                {"RCP 8.5", TK_RCP85}, {"Rcp_85", TK_RCP85}};
    tk_rcp rcp;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK_OK(tk_rcp_parse(good[i].text, &rcp));
        assert_int_equal(rcp, good[i].rcp);
    }
    for (int r = 0; r < TK_RCP_COUNT; r++) {
        CHECK_OK(tk_rcp_parse(tk_rcp_name((tk_rcp)r), &rcp));
        assert_int_equal(rcp, r);
        CHECK_OK(tk_rcp_parse(tk_rcp_title((tk_rcp)r), &rcp));
        assert_int_equal(rcp, r);
    }
    assert_int_equal(tk_rcp_parse("rcp58", &rcp), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "did you mean 'rcp85'"));
    assert_int_equal(tk_rcp_parse("", &rcp), TK_ECONF);
    assert_int_equal(tk_rcp_parse("a word far too long to be any", &rcp),
                     TK_ECONF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history), cmocka_unit_test(test_paths),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_anthropogenic),
        cmocka_unit_test(test_months),  cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
