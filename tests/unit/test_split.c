/* What is held out: whole years, a band of latitude, blocks; and its line. */
#include "talik/data/split.h"

#include "../check.h"
#include "talik/grid/calendar.h"

static tk_split
with_years(size_t n, const int *year)
{
    tk_split s = {0};

    for (size_t i = 0; i < n; i++)
        CHECK_OK(tk_split_add_year(&s, year[i]));
    return s;
}

static void
test_nothing(void **state)
{
    const tk_split none = {0};

    (void)state;
    assert_false(tk_split_by_cells(&none));
    assert_false(tk_split_is_any(&none));
    for (int lat = -90; lat <= 90; lat += 5)
        assert_false(tk_split_holds_cell(&none, lat, 2 * lat));
    assert_false(tk_split_holds_month(&none, 0));
    assert_false(tk_split_holds_month(&none, tk_month(2000, 1)));
}

static void
test_years(void **state)
{
    const int year[] = {2004, 1998, 2001, 1998};
    const tk_split s = with_years(4, year);

    (void)state;
    assert_int_equal(s.nyear, 3);
    assert_int_equal(s.year[0], 1998);
    assert_int_equal(s.year[2], 2004);
    for (int y = 1995; y < 2007; y++)
        for (int m = 1; m <= 12; m++)
            assert_true(tk_split_holds_month(&s, tk_month(y, m))
                        == (y == 1998 || y == 2001 || y == 2004));
    assert_true(tk_split_is_any(&s));
    assert_false(tk_split_by_cells(&s));
    assert_false(tk_split_holds_cell(&s, 65, -150));
}

static void
test_too_many(void **state)
{
    tk_split s = {0};

    (void)state;
    assert_int_equal(tk_split_add_year(&s, 0), TK_ECONF);
    for (int y = 0; y < TK_SPLIT_YEARS; y++)
        CHECK_OK(tk_split_add_year(&s, 2100 - y));
    CHECK_OK(tk_split_add_year(&s, 2100));
    assert_int_equal(tk_split_add_year(&s, 1900), TK_ECONF);
}

static void
test_latitude(void **state)
{
    tk_split s = {.lat_low = 60, .lat_high = 62.5};

    (void)state;
    assert_true(tk_split_by_cells(&s));
    assert_false(tk_split_holds_cell(&s, 59.999, -150));
    assert_true(tk_split_holds_cell(&s, 60, -150));
    assert_true(tk_split_holds_cell(&s, 62.499, 10));
    assert_false(tk_split_holds_cell(&s, 62.5, -150));
    s.lat_low = 62.5; /* an empty band */
    assert_false(tk_split_by_cells(&s));
    assert_false(tk_split_holds_cell(&s, 62.5, -150));
}

/* A block goes as a whole, about the share of blocks goes, another seed draws
 * others, and a cell is the same in either convention of longitude.
 */
static void
test_blocks(void **state)
{
    tk_split s = {.block = 2.5, .share = 0.3, .seed = 7}, other = s;
    int held = 0, n = 0, moved = 0;

    (void)state;
    other.seed = 8;
    assert_true(tk_split_by_cells(&s));
    for (int i = -36; i < 36; i++)
        for (int j = -72; j < 72; j++) {
            const double lat = 2.5 * i, lon = 2.5 * j;
            const bool is = tk_split_holds_cell(&s, lat, lon);

            for (double d = 0; d < 2.5; d += 0.6) {
                assert_true(tk_split_holds_cell(&s, lat + d, lon) == is);
                assert_true(tk_split_holds_cell(&s, lat, lon + d) == is);
                assert_true(tk_split_holds_cell(&s, lat + d, lon + d + 360)
                            == is);
            }
            held += is;
            moved += tk_split_holds_cell(&other, lat, lon) != is;
            n++;
        }
    CHECK_NEAR((double)held / n, 0.3, 0.02);
    CHECK_NEAR((double)moved / n, 2 * 0.3 * 0.7, 0.03);
    s.share = 0;
    assert_false(tk_split_by_cells(&s));
    assert_false(tk_split_holds_cell(&s, 61, -150));
    s.share = 1;
    assert_true(tk_split_holds_cell(&s, 61, -150));
}

static void
same_by_line(const tk_split *s, const char *want)
{
    tk_text text = {0};
    tk_split again;

    tk_split_text(s, &text);
    assert_string_equal(tk_text_get(&text), want);
    CHECK_OK(tk_split_parse(tk_text_get(&text), &again));
    assert_int_equal(again.nyear, s->nyear);
    assert_memory_equal(again.year, s->year, sizeof s->year);
    CHECK_NEAR(again.lat_low, s->lat_low, 0);
    CHECK_NEAR(again.lat_high, s->lat_high, 0);
    CHECK_NEAR(again.block, s->block, 0);
    CHECK_NEAR(again.share, s->share, 0);
    assert_true(again.seed == s->seed);
    tk_text_drop(&text);
}

static void
test_line(void **state)
{
    const int year[] = {2004, 1998};
    tk_split s = {0};

    (void)state;
    same_by_line(&s, "");
    s = with_years(2, year);
    same_by_line(&s, "years 1998 2004");
    s.block = 2;
    s.share = 0.25;
    s.seed = UINT64_MAX;
    same_by_line(&s, "years 1998 2004; block 2 share 0.25 seed "
                     "18446744073709551615");
    s.lat_low = -0.1;
    s.lat_high = 64;
    same_by_line(&s, "years 1998 2004; lat -0.10000000000000001 64; block 2 "
                     "share 0.25 seed 18446744073709551615");
    s.nyear = 0;
    s.block = s.share = 0;
    s.seed = 0;
    memset(s.year, 0, sizeof s.year);
    same_by_line(&s, "lat -0.10000000000000001 64");
}

static void
test_not_sound(void **state)
{
    static const char *const bad[] = {
        "year 1998",
        "years 1998 x",
        "years 0",
        "years 1e9",
        "lat 60",
        "lat 60 nan",
        "lat 60 640",
        "block 2",
        "block 2 share 3 seed 1",
        "block 2 share 0.2 seed ",
        "block -2 share 0.2 seed 1",
        "lat 1 2; years 1998",
        "block 2 share 0.2 seed 1 x",
    };
    tk_split s;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (tk_split_parse(bad[i], &s) != TK_EDATA)
            fail_msg("'%s' was taken", bad[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),   cmocka_unit_test(test_years),
        cmocka_unit_test(test_too_many),  cmocka_unit_test(test_latitude),
        cmocka_unit_test(test_blocks),    cmocka_unit_test(test_line),
        cmocka_unit_test(test_not_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
