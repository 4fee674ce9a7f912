/* Names of features, and latitude bands. */
#include "talik/data/feature.h"

#include "../check.h"
#include "talik/data/band.h"

static void
test_names(void **state)
{
    tk_feature f;

    (void)state;
    CHECK_OK(tk_feature_from_name("tair", "degC", false, &f));
    assert_int_equal(f.kind, TK_FEAT_DYNAMIC);
    assert_string_equal(f.variable, "tair");
    assert_string_equal(f.units, "degC");
    CHECK_NEAR(f.std, 1, 0);
    CHECK_OK(tk_feature_from_name("month_cos", "", false, &f));
    assert_int_equal(f.kind, TK_FEAT_MONTH);
    assert_true(f.cosine);
    CHECK_OK(tk_feature_from_name("month_sin", "", true, &f));
    assert_int_equal(f.kind, TK_FEAT_MONTH);
    assert_false(f.cosine);
    CHECK_OK(tk_feature_from_name("aspect_cos", "", true, &f));
    assert_int_equal(f.kind, TK_FEAT_ANGLE);
    assert_string_equal(f.variable, "aspect");
    assert_true(f.cosine);
    CHECK_OK(tk_feature_from_name("wind_sin", "", false, &f));
    assert_int_equal(f.kind, TK_FEAT_DYNAMIC); /* only static angles */
    CHECK_OK(tk_feature_from_name("veg_class=-5", "", true, &f));
    assert_int_equal(f.kind, TK_FEAT_CLASS);
    assert_string_equal(f.variable, "veg_class");
    CHECK_NEAR(f.class_value, -5, 0);
    CHECK_OK(tk_feature_from_name("slope", "", true, &f));
    assert_int_equal(f.kind, TK_FEAT_STATIC);
    assert_int_equal(tk_feature_from_name("", "", true, &f), TK_ECONF);
    assert_int_equal(tk_feature_from_name("a=b", "", true, &f), TK_ECONF);
    assert_int_equal(
        tk_feature_from_name("0123456789012345678901234567890123456"
                             "789012345678901234567890123456789",
                             "", true, &f),
        TK_ECONF);
}

static void
is_no_mean(const char *name, tk_feature_kind kind)
{
    tk_feature f;

    CHECK_OK(tk_feature_from_name(name, "", kind == TK_FEAT_STATIC, &f));
    assert_int_equal(f.kind, kind);
    assert_string_equal(f.variable, name);
}

/* Slow means by their names, and names that only look like one. */
static void
test_slow(void **state)
{
    static tk_features list;
    static const char *const wrong[] = {"t2m_mean0",
                                        "t2m_mean012",
                                        "t2m_mean1201",
                                        "t2m_mean12_36",
                                        "t2m_mean12_12",
                                        "t2m_mean36_0",
                                        "t2m_mean36_012",
                                        "t2m_mean012_3",
                                        "t2m_mean1201_12",
                                        "t2m_mean36_99999999999999999999",
                                        "t2m_mean99999999999999999999"};
    tk_feature f;

    (void)state;
    CHECK_OK(tk_feature_from_name("t2m_mean120", "K", false, &f));
    assert_int_equal(f.kind, TK_FEAT_SLOW);
    assert_string_equal(f.name, "t2m_mean120");
    assert_string_equal(f.variable, "t2m");
    assert_string_equal(f.units, "K");
    assert_int_equal(f.months, 120);
    assert_int_equal(f.less, 0);
    assert_false(tk_feature_is_static(&f));
    CHECK_OK(tk_feature_from_name("a_mean_t2m_mean36_12", "K", false, &f));
    assert_int_equal(f.kind, TK_FEAT_SLOW);
    assert_string_equal(f.name, "a_mean_t2m_mean36_12");
    assert_string_equal(f.variable, "a_mean_t2m");
    assert_int_equal(f.months, 36);
    assert_int_equal(f.less, 12);
    is_no_mean("t2m_mean12", TK_FEAT_STATIC);
    is_no_mean("t2m_mean", TK_FEAT_DYNAMIC);
    is_no_mean("t2m_mean12m", TK_FEAT_DYNAMIC);
    is_no_mean("t2m_mean12_", TK_FEAT_DYNAMIC);
    is_no_mean("t2m_mean_12", TK_FEAT_DYNAMIC);
    is_no_mean("t2m_mean36_12_3", TK_FEAT_DYNAMIC);
    is_no_mean("t2m_mean36_1m", TK_FEAT_DYNAMIC);
    is_no_mean("_mean36_12", TK_FEAT_DYNAMIC);
    is_no_mean("_mean12", TK_FEAT_DYNAMIC);
    is_no_mean("mean12", TK_FEAT_DYNAMIC);
    is_no_mean("t2", TK_FEAT_DYNAMIC);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(tk_feature_from_name(wrong[i], "", false, &f),
                         TK_ECONF);

    CHECK_OK(tk_features_add_slow(&list, "tp", 36, 0, "m"));
    assert_int_equal(tk_features_check(&list), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "'tp_mean36'"));
    CHECK_OK(tk_features_add(&list, TK_FEAT_STATIC, "tp", ""));
    assert_int_equal(tk_features_check(&list), TK_EDATA); /* not monthly */
    list.n = 1;
    CHECK_OK(tk_features_add(&list, TK_FEAT_DYNAMIC, "tp", "m"));
    CHECK_OK(tk_features_check(&list));
    assert_int_equal(tk_features_base(&list, &list.f[0]), 1);
    assert_int_equal(tk_features_add_slow(&list, "tp", 36, 0, "m"), TK_ECONF);
    assert_int_equal(tk_features_add_slow(&list, "tp", 0, 0, "m"), TK_ECONF);
    assert_int_equal(tk_features_add(&list, TK_FEAT_DYNAMIC, "x_mean3", ""),
                     TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "slow mean of 'x'"));
    assert_int_equal(list.n, 2);
}

/* The name says all: what was added is what its name is read as. */
static void
test_differences(void **state)
{
    static const size_t pair[][2] = {{2, 1}, {36, 12}, {1200, 1199}};
    static tk_features list;
    tk_feature f;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(
            tk_features_add_slow(&list, "tp", pair[i][0], pair[i][1], "m"));
        CHECK_OK(tk_feature_from_name(list.f[i].name, "m", false, &f));
        assert_string_equal(f.name, list.f[i].name);
        assert_string_equal(f.variable, "tp");
        assert_int_equal(f.months, pair[i][0]);
        assert_int_equal(f.less, pair[i][1]);
        assert_int_equal(list.f[i].less, pair[i][1]);
    }
    assert_string_equal(list.f[2].name, "tp_mean1200_1199");
    CHECK_OK(tk_features_add_slow(&list, "tp", 36, 0, "m")); /* another one */
    assert_int_equal(tk_features_check(&list), TK_EDATA);
    assert_int_equal(tk_features_add_slow(&list, "tp", 12, 36, "m"), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "over fewer months"));
    assert_int_equal(list.n, 4);
}

static void
is_signal(const char *name, const char *variable, bool held)
{
    tk_feature f;

    CHECK_OK(tk_feature_from_name(name, "", false, &f));
    assert_int_equal(f.kind, TK_FEAT_SIGNAL);
    assert_string_equal(f.name, name);
    assert_string_equal(f.variable, variable);
    assert_true(f.held == held);
    assert_true(isnan(f.low) && isnan(f.high));
    assert_false(tk_feature_is_static(&f));
    CHECK_OK(tk_feature_from_name(name, "", true, &f));
    assert_int_equal(f.kind, TK_FEAT_STATIC);
}

/* Signals by their names, and what only looks like one. */
static void
test_signals(void **state)
{
    static tk_features list, other;
    static const char *const none[] = {"_regional",
                                       "regional",
                                       "_held",
                                       "t2m_held",
                                       "anthropogenic_forcing2",
                                       "t2m_regional_held_held"};
    tk_feature f;

    (void)state;
    is_signal("anthropogenic_forcing", "", false);
    is_signal("anthropogenic_forcing_held", "", true);
    is_signal("t2m_regional", "t2m", false);
    is_signal("t2m_regional_held", "t2m", true);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        CHECK_OK(tk_feature_from_name(none[i], "", false, &f));
        assert_int_equal(f.kind, TK_FEAT_DYNAMIC);
    }
    assert_int_equal(
        tk_feature_from_name("anthropogenic_forcing", "mW m-2", false, &f),
        TK_ECONF);

    CHECK_OK(tk_features_add_signal(&list, "", true, ""));
    assert_string_equal(list.f[0].name, "anthropogenic_forcing_held");
    assert_string_equal(list.f[0].units, "W m-2");
    CHECK_OK(tk_features_check(&list)); /* needs no input beside it */
    CHECK_OK(tk_features_add_signal(&list, "t2m", false, "K"));
    assert_int_equal(tk_features_check(&list), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "regional mean of 't2m'"));
    CHECK_OK(tk_features_add(&list, TK_FEAT_DYNAMIC, "t2m", "K"));
    CHECK_OK(tk_features_check(&list));
    assert_int_equal(tk_features_base(&list, &list.f[1]), 2);
    assert_int_equal(tk_features_add(&list, TK_FEAT_DYNAMIC, "sd_regional", ""),
                     TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "name of a signal"));

    /* Within which range it is held is a part of what it is. */
    list.f[0].low = other.f[0].low = 0.5;
    other = list;
    list.f[0].high = 2;
    other.f[0].high = 3;
    assert_false(tk_features_same(&list, &other));
    other.f[0].high = 2;
    assert_true(tk_features_same(&list, &other));
}

static void
test_lists(void **state)
{
    static tk_features f;

    (void)state;
    CHECK_OK(tk_features_add(&f, TK_FEAT_DYNAMIC, "tair", "K"));
    CHECK_OK(tk_features_add(&f, TK_FEAT_MONTH, "", ""));
    CHECK_OK(tk_features_add(&f, TK_FEAT_ANGLE, "aspect", ""));
    CHECK_OK(tk_features_add_class(&f, "veg", 4));
    CHECK_OK(tk_features_add_class(&f, "veg", 5));
    assert_int_equal(f.n, 7);
    assert_string_equal(f.f[1].name, "month_sin");
    assert_string_equal(f.f[4].name, "aspect_cos");
    assert_string_equal(f.f[6].name, "veg=5");
    assert_int_equal(tk_features_find(&f, "veg=4"), 5);
    assert_int_equal(tk_features_find(&f, "nothing"), f.n);
    assert_int_equal(tk_features_add(&f, TK_FEAT_DYNAMIC, "tair", ""),
                     TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "twice"));
    for (int i = 0; f.n < TK_FEATURES; i++)
        CHECK_OK(tk_features_add_class(&f, "many", i));
    assert_int_equal(tk_features_add_class(&f, "one", 1), TK_ECONF);
}

static void
test_bands(void **state)
{
    const double edge[4] = {55, 60, 65, 72};
    const double lat[6] = {55, 59.999, 60, 64, 65, 72};
    const int want[6] = {0, 0, 1, 1, 2, 2};
    int band[6];

    (void)state;
    CHECK_OK(tk_bands_check(4, edge));
    CHECK_OK(tk_bands_of(4, edge, 6, lat, band));
    assert_memory_equal(band, want, sizeof want);
    for (size_t i = 0; i < 2; i++) {
        const double outside = i ? 72.001 : 54.999;

        assert_int_equal(tk_bands_of(4, edge, 1, &outside, band), TK_EDATA);
        assert_non_null(strstr(tk_last_fault()->text, i ? "72.001" : "54.999"));
    }
    CHECK_OK(tk_bands_of(0, NULL, 6, lat, band));
    assert_int_equal(band[5], 0);
    assert_int_equal(tk_bands_check(1, edge), TK_ECONF);
    assert_int_equal(tk_bands_check(3, (const double[]){1, 3, 3}), TK_ECONF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_slow),
        cmocka_unit_test(test_differences), cmocka_unit_test(test_signals),
        cmocka_unit_test(test_lists),       cmocka_unit_test(test_bands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
