/* Distances from the domain of a training by definition, and the domain in a
 * model file.
 */
#include "../check.h"

#include "talik/core/mem.h"
#include "talik/learn/domain.h"

#define F 5
#define R 0.8 /* correlation of the two inputs */

static tk_features
some_features(void)
{
    tk_features f = {0};

    CHECK_OK(tk_features_add(&f, TK_FEAT_DYNAMIC, "t2m", "K"));
    CHECK_OK(tk_features_add(&f, TK_FEAT_MONTH, "", ""));
    CHECK_OK(tk_features_add(&f, TK_FEAT_STATIC, "elevation", "m"));
    CHECK_OK(tk_features_add_class(&f, "veg", 7));
    return f;
}

/* Of t2m and elevation, correlated by R; W is 1 / L written out. */
static tk_domain
some_domain(void)
{
    tk_domain d = {.n = 2,
                   .feature = {0, 3},
                   .low = {-1, 0},
                   .high = {1, 3},
                   .mean = {0.25, 1},
                   .spread = {0.5, 2},
                   .limit = 4,
                   .years = 100};
    const double s = sqrt(1 - R * R);

    d.white = tk_new(4, sizeof *d.white);
    assert_non_null(d.white);
    d.white[0] = 1;
    d.white[2] = -R / s;
    d.white[3] = 1 / s;
    return d;
}

static void
test_takes(void **state)
{
    tk_features f = some_features();
    static const bool want[F + 3] = {true,  false, false, true,
                                     false, false, false, true};

    (void)state;
    CHECK_OK(tk_features_add(&f, TK_FEAT_ANGLE, "aspect", "degree"));
    CHECK_OK(tk_features_add_slow(&f, "t2m", 12, 0, "K"));
    assert_int_equal(f.n, F + 3);
    for (size_t i = 0; i < f.n; i++)
        assert_int_equal(tk_domain_takes(&f.f[i]), want[i]);
}

/* A year whose months go up and down about the lane's own means. */
static void
fill_year(const tk_domain *d, const double *z0, const double *z1, double *year)
{
    float x[F * TK_TILE] = {0};
    unsigned char bad[TK_TILE] = {0};

    for (int m = 0; m < 12; m++) {
        const double off = m % 2 ? 0.5 : -0.5;

        for (size_t l = 0; l < TK_TILE; l++) {
            x[l] = (float)(z0[l] + off);
            x[3 * TK_TILE + l] = (float)z1[l];
            x[TK_TILE + l] = 1e6f; /* has no place in z */
        }
        bad[5] = m == 7 ? TK_CELL_MISSING : 0;
        tk_domain_month(d, x, bad, year);
    }
}

static void
test_measure(void **state)
{
    tk_domain d = some_domain();
    double z0[TK_TILE], z1[TK_TILE], year[3 * TK_TILE] = {0};
    double beyond[TK_TILE], distance[TK_TILE];
    size_t worst[TK_TILE];

    (void)state;
    for (size_t l = 0; l < TK_TILE; l++) {
        z0[l] = -3 + 0.125 * (double)l;
        z1[l] = 5 - 0.25 * (double)(l % 40);
    }
    fill_year(&d, z0, z1, year);
    tk_domain_means(&d, year);
    tk_domain_measure(&d, year, beyond, distance, worst);
    for (size_t l = 0; l < TK_TILE; l++) {
        const double u = (z0[l] - 0.25) / 0.5, v = (z1[l] - 1) / 2;
        const double a = fmax(fmax(-1 - z0[l], z0[l] - 1), 0) / 0.5;
        const double b = fmax(fmax(0 - z1[l], z1[l] - 3), 0) / 2;
        const double square = (u * u - 2 * R * u * v + v * v) / (1 - R * R);

        if (l == 5) {
            assert_true(isnan(beyond[l]) && isnan(distance[l]));
            assert_int_equal(worst[l], d.n);
            continue;
        }
        CHECK_NEAR(beyond[l], fmax(a, b), 1e-12);
        CHECK_NEAR(distance[l], sqrt(square) / 4, 1e-12);
        assert_int_equal(worst[l], a == 0 && b == 0 ? d.n : b > a);
    }
    tk_domain_drop(&d);
}

/* On the edges of its range a value is within it. */
static void
test_edges(void **state)
{
    static const double edge[4][2] = {{-1, 0}, {1, 3}, {-1, 3}, {1, 0}};
    tk_domain d = some_domain();
    double z[2 * TK_TILE], beyond[TK_TILE], distance[TK_TILE];
    size_t worst[TK_TILE];

    (void)state;
    for (size_t l = 0; l < TK_TILE; l++) {
        z[l] = edge[l % 4][0];
        z[TK_TILE + l] = edge[l % 4][1];
    }
    tk_domain_measure(&d, z, beyond, distance, worst);
    for (size_t l = 0; l < TK_TILE; l++)
        assert_true(beyond[l] == 0 && worst[l] == d.n);
    tk_domain_drop(&d);
}

static void
test_copy(void **state)
{
    const size_t held = tk_mem_held();
    tk_domain d = some_domain(), copy;

    (void)state;
    CHECK_OK(tk_domain_copy(&d, &copy));
    assert_true(copy.white != d.white && tk_domain_same(&d, &copy));
    copy.white[2] += 1;
    assert_false(tk_domain_same(&d, &copy));
    tk_domain_drop(&copy);
    assert_false(tk_domain_same(&d, &copy));
    tk_domain_drop(&d);
    assert_true(tk_domain_same(&d, &copy));
    CHECK_OK(tk_domain_copy(&d, &copy));
    assert_int_equal(tk_mem_held(), held);
}

/* ---- the model file -------------------------------------------------------- */

/* Through a store; what must be in the message if it is refused. */
static void
through(const tk_domain *d, const char *why)
{
    const tk_features f = some_features();
    tk_store *s = tk_store_new();
    tk_domain got;

    assert_non_null(s);
    CHECK_OK(tk_domain_to_store(d, &f, s));
    if (why) {
        assert_int_equal(tk_domain_from_store(s, &f, &got), TK_EDATA);
        if (!strstr(tk_last_fault()->text, why))
            fail_msg("'%s' is not in: %s", why, tk_last_fault()->text);
        assert_true(got.n == 0 && !got.white);
    } else {
        CHECK_OK(tk_domain_from_store(s, &f, &got));
        assert_true(tk_domain_same(d, &got));
    }
    tk_domain_drop(&got);
    tk_store_drop(s);
}

static void
test_file(void **state)
{
    const tk_domain none = {0};
    tk_domain d = some_domain();

    (void)state;
    through(&none, NULL);
    through(&d, NULL);
    tk_domain_drop(&d);
}

static void
test_damaged(void **state)
{
    static const double no_number[3] = {NAN, INFINITY, -1e13};
    const size_t held = tk_mem_held();

    (void)state;
    for (size_t i = 0; i < 3 * 8; i++) {
        tk_domain d = some_domain();
        double *const place[8] = {&d.mean[1], &d.spread[0], &d.low[1],
                                  &d.high[0], &d.white[0],  &d.white[2],
                                  &d.limit,   &d.years};
        static const char *const why[8] = {"range of 'elevation'",
                                           "range of 't2m'",
                                           "range of 'elevation'",
                                           "range of 't2m'",
                                           "row 1",
                                           "row 2",
                                           "limit",
                                           "limit"};

        *place[i / 3] = no_number[i % 3];
        through(&d, why[i / 3]);
        tk_domain_drop(&d);
    }
    for (int i = 0; i < 5; i++) {
        tk_domain d = some_domain();
        static const char *const why[5] = {"input 1", "input 2", "row 2",
                                           "row 1", "range of 't2m'"};

        if (i == 0)
            d.feature[0] = 1; /* the month */
        if (i == 1)
            d.feature[1] = 0; /* twice */
        if (i == 2)
            d.white[3] = 0;
        if (i == 3)
            d.white[1] = 0.1; /* above the diagonal */
        if (i == 4)
            d.low[0] = 2;
        through(&d, why[i]);
        tk_domain_drop(&d);
    }
    assert_int_equal(tk_mem_held(), held);
}

static void
test_names(void **state)
{
    static const char *const list[5] = {"t2n", "", "elevation\nt2m", "t2m\n\n",
                                        "t2m\nelevation"};
    static const char *const why[5] = {"range", "empty", "range", "range",
                                       "range"};
    const tk_features f = some_features();
    char name[2 * TK_FEAT_NAME] = "";

    (void)state;
    memset(name, 'a', sizeof name - 1);
    for (int i = 0; i < 6; i++) {
        tk_store *s = tk_store_new();
        tk_domain d;

        assert_non_null(s);
        CHECK_OK(tk_store_put_text(s, "domain", i < 5 ? list[i] : name));
        assert_int_equal(tk_domain_from_store(s, &f, &d), TK_EDATA);
        if (!strstr(tk_last_fault()->text, i < 5 ? why[i] : "not sound"))
            fail_msg("%d: %s", i, tk_last_fault()->text);
        tk_store_drop(s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes), cmocka_unit_test(test_measure),
        cmocka_unit_test(test_edges), cmocka_unit_test(test_copy),
        cmocka_unit_test(test_file),  cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
