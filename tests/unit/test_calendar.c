/* Calendars against a walk day by day, and time units as files write them. */
#include "../check.h"

#include "talik/grid/calendar.h"

static int
days_in(tk_calendar calendar, int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0;

    if (calendar == TK_CAL_360)
        return 30;
    if (calendar == TK_CAL_PROLEPTIC
        || (calendar == TK_CAL_STANDARD && year > 1582))
        leap = leap && (year % 100 != 0 || year % 400 == 0);
    if (calendar == TK_CAL_NOLEAP)
        leap = false;
    if (calendar == TK_CAL_STANDARD && year == 1582 && month == 10)
        return 21;
    return days[month - 1] + (leap && month == 2);
}

static void
test_every_day(void **state)
{
    (void)state;
    for (int c = TK_CAL_STANDARD; c <= TK_CAL_360; c++) {
        double day = tk_month_start((tk_calendar)c, tk_month(1500, 1));

        for (int month = tk_month(1500, 1); month < tk_month(2400, 1);
             month++) {
            const int year = tk_month_year(month);
            const int n =
                days_in((tk_calendar)c, year, tk_month_of_year(month));

            CHECK_NEAR(tk_month_start((tk_calendar)c, month), day, 0);
            assert_int_equal(tk_month_days((tk_calendar)c, month), n);
            for (int d = 0; d < n; d++)
                assert_int_equal(tk_month_at((tk_calendar)c, day + d + 0.99999),
                                 month);
            day += n;
        }
    }
}

static void
test_known_days(void **state)
{
    (void)state;
    for (int c = TK_CAL_STANDARD; c <= TK_CAL_360; c++)
        CHECK_NEAR(tk_month_start((tk_calendar)c, tk_month(1850, 1)), 0, 0);
    /* Computed with cftime 1.6. */
    CHECK_NEAR(tk_month_start(TK_CAL_STANDARD, tk_month(1970, 1)), 43829, 0);
    CHECK_NEAR(tk_month_start(TK_CAL_STANDARD, tk_month(1, 1)), -675335, 0);
    CHECK_NEAR(tk_month_start(TK_CAL_PROLEPTIC, tk_month(1, 1)), -675333, 0);
    CHECK_NEAR(tk_month_start(TK_CAL_NOLEAP, tk_month(2100, 12)), 91584, 0);
    CHECK_NEAR(tk_month_start(TK_CAL_360, tk_month(2100, 12)), 90330, 0);
    assert_int_equal(tk_month_at(TK_CAL_STANDARD, NAN),
                     tk_month_at(TK_CAL_STANDARD, -INFINITY));
    assert_int_equal(tk_month_at(TK_CAL_NOLEAP, 31 - 1e-9), tk_month(1850, 2));
    assert_int_equal(tk_month_at(TK_CAL_NOLEAP, 31 - 1e-4), tk_month(1850, 1));
}

static void
test_month_text(void **state)
{
    static const char *const bad[] = {
        "",         "2000",    "2000-1",  "2000-13", "2000-00", "20000-1",
        "2000-011", "2000/01", "200a-01", "-200-01", "2000-01 "};
    char text[16];
    int month;

    (void)state;
    CHECK_OK(tk_month_parse("1901-01", &month));
    assert_int_equal(month, 12 * 1901);
    CHECK_OK(tk_month_parse("2100-12", &month));
    assert_int_equal(tk_month_year(month), 2100);
    assert_int_equal(tk_month_of_year(month), 12);
    tk_month_text(month, text);
    assert_string_equal(text, "2100-12");
    tk_month_text(tk_month(7, 3), text);
    assert_string_equal(text, "0007-03");
    assert_int_equal(tk_month_year(-1), -1);
    assert_int_equal(tk_month_of_year(-1), 12);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(tk_month_parse(bad[i], &month), TK_ECONF);
}

static void
test_names(void **state)
{
    tk_calendar c;

    (void)state;
    CHECK_OK(tk_calendar_parse(NULL, &c));
    assert_int_equal(c, TK_CAL_STANDARD);
    CHECK_OK(tk_calendar_parse("", &c));
    assert_int_equal(c, TK_CAL_STANDARD);
    CHECK_OK(tk_calendar_parse("365_day", &c));
    assert_int_equal(c, TK_CAL_NOLEAP);
    CHECK_OK(tk_calendar_parse("NoLeap", &c));
    assert_int_equal(c, TK_CAL_NOLEAP);
    CHECK_OK(tk_calendar_parse("proleptic_gregorian", &c));
    assert_string_equal(tk_calendar_name(c), "proleptic_gregorian");
    CHECK_OK(tk_calendar_parse("gregorian", &c));
    assert_string_equal(tk_calendar_name(c), "standard");
    CHECK_OK(tk_calendar_parse("360_day", &c));
    assert_string_equal(tk_calendar_name(c), "360_day");
    assert_int_equal(tk_calendar_parse("all_leap", &c), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "all_leap"));
}

static double
days_of(const char *units, tk_calendar c, double value)
{
    tk_time_units u;

    CHECK_OK(tk_time_units_parse(units, c, &u));
    return tk_time_days(&u, c, value);
}

static void
test_units(void **state)
{
    const tk_calendar s = TK_CAL_STANDARD, n = TK_CAL_NOLEAP;

    (void)state;
    CHECK_NEAR(days_of(TK_TIME_UNITS, n, 17.25), 17.25, 0);
    CHECK_NEAR(days_of("days since 1901-1-1 0:0:0", n, 31), 51 * 365 + 31, 0);
    CHECK_NEAR(days_of("hours since 1900-01-01 00:00:00.0", s, 12),
               tk_month_start(s, tk_month(1900, 1)) + 0.5, 0);
    CHECK_NEAR(days_of("seconds since 1970-01-01", s, 86400), 43830, 1e-9);
    CHECK_NEAR(days_of("Minutes since 1970-01-01T06:30Z", s, 0),
               43829 + 6.5 / 24, 1e-9);
    CHECK_NEAR(days_of("d since 1970-01-01 00:00:00 UTC", s, 0), 43829, 0);
    CHECK_NEAR(days_of("days since 1970-01-01 00:00 -9:00", s, 0),
               43829 + 9.0 / 24, 1e-9);
    CHECK_NEAR(days_of("days since 1970-01-01 00:00 +0530", s, 0),
               43829 - 5.5 / 24, 1e-9);
    CHECK_NEAR(days_of("days since 19700102", s, 0), 43830, 0);
    CHECK_NEAR(days_of("days since 1-1-1", s, 0), -675335, 0);
    CHECK_NEAR(days_of("days since 2000-02-30", TK_CAL_360, 0), 150 * 360 + 59,
               0);
    CHECK_NEAR(days_of("hours since 1970-01-01 12:00:30.5", s, 1),
               43829 + (13 * 3600 + 30.5) / 86400, 1e-9);
}

static void
test_digits(void **state)
{
    const tk_calendar s = TK_CAL_STANDARD;

    (void)state;
    CHECK_NEAR(days_of("day as %Y%m%d.%f", s, 19700102.25), 43830.25, 1e-8);
    CHECK_NEAR(days_of("1", s, 19700101), 43829, 0);
    CHECK_NEAR(days_of("", s, 18500201), 31, 0);
    CHECK_NEAR(days_of("1", s, 19700229), NAN, 0);
    CHECK_NEAR(days_of("1", s, 19701301), NAN, 0);
    CHECK_NEAR(days_of("1", s, 197001), NAN, 0);
    CHECK_NEAR(days_of("1", s, 0), NAN, 0);
    CHECK_NEAR(days_of("1", s, NAN), NAN, 0);
}

static void
test_bad_units(void **state)
{
    static const char *const bad[] = {"K",
                                      "days",
                                      "days since",
                                      "days since yesterday",
                                      "days since 2000-13-01",
                                      "days since 2000-02-30",
                                      "days since 1582-10-10",
                                      "days since 2000-01-01 25:00",
                                      "days since 2000-01-01 00:00 EST",
                                      "days before 2000-01-01",
                                      "days since 2000-01-01 00:00:00 +0:00 x",
                                      "fortnights since 2000-1-1",
                                      "days since 123456789-01-01",
                                      "months since 2000-01-01",
                                      "years since 2000-01-01",
                                      "days since 2000-01",
                                      "2"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        tk_time_units u;

        if (tk_time_units_parse(bad[i], TK_CAL_STANDARD, &u) != TK_EDATA)
            fail_msg("accepted: %s", bad[i]);
        assert_non_null(strstr(tk_last_fault()->text, bad[i]));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),  cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_month_text), cmocka_unit_test(test_names),
        cmocka_unit_test(test_units),      cmocka_unit_test(test_digits),
        cmocka_unit_test(test_bad_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
