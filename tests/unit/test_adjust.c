/* Bias correction: what each method keeps and changes, dry months, windows,
 * neighbours, missing values.  Whole series are compared with numpy in
 * tests/science/adjust.sh.
 */
#include "../adjust_case.h"

#define LONG (12 * 100)

static const tk_adjust_method method[] = {TK_ADJUST_DELTA, TK_ADJUST_EQM,
                                          TK_ADJUST_DQM, TK_ADJUST_QDM};
#define METHODS (sizeof method / sizeof *method)

/* A seasonal cycle, random numbers of a spread, a trend per month. */
static void
make(uint64_t stream, size_t n, double mean, double spread, double trend,
     double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = mean - 15 * cos((double)(i % 12) * M_PI / 6) + trend * (double)i
               + spread * tk_rng_normal(9, stream, i);
}

/* Exactly the given share of dry months in each calendar month. */
static void
make_wet(uint64_t stream, double dry, double scale, double *x)
{
    for (size_t i = 0; i < REF; i++) {
        const bool wet = (double)(i / 12) >= dry * REF_YEARS;

        x[i] = wet ? 0.1 - scale * log(tk_rng_uniform(9, stream, i)) : 0;
    }
}

static size_t
zeros(size_t n, const double *x)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += x[i] == 0;
    return count;
}

static void
test_identity(void **state)
{
    double x[REF], wet[REF], out[REF];

    (void)state;
    make(1, REF, -5, 3, 0, x);
    make_wet(1, 0.3, 2, wet);
    x[40] = x[28]; /* equal values of a month */
    for (size_t m = 0; m < METHODS; m++)
        for (int variant = 0; variant < 12; variant++) {
            tk_adjust how = tk_adjust_defaults();
            const double *in;

            how.method = method[m];
            how.clip = variant % 2;
            how.pooled = variant % 4 > 1;
            how.half_window = variant % 3;
            how.ratio = variant > 5;
            in = how.ratio ? wet : x;
            adjust(&how, in, in, REF, in, out);
            for (size_t i = 0; i < REF; i++)
                CHECK_NEAR(out[i], in[i], 1e-12);
        }
}

/* QDM: a value has the change of its quantile; so the mean has its own. */
static void
test_changes(void **state)
{
    double o[REF], h[REF], x[REF], out[REF];
    double a[REF_YEARS], b[REF_YEARS], c[REF_YEARS];
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    make(1, REF, -5, 3, 0, o);
    make(2, REF, 2, 5, 0, h);
    make(3, REF, 6, 4, 0.01, x);
    adjust(&how, o, h, REF, x, out);
    for (size_t k = 0; k < 12; k++) {
        month_sorted(REF, o, k, a);
        month_sorted(REF, h, k, b);
        month_sorted(REF, x, k, c);
        for (size_t i = k; i < REF; i += 12) {
            size_t r = 0;

            while (c[r] < x[i])
                r++;
            CHECK_NEAR(out[i] - a[r], x[i] - b[r], 1e-9);
        }
        CHECK_NEAR(month_mean(REF, out, k) - month_mean(REF, o, k),
                   month_mean(REF, x, k) - month_mean(REF, h, k), 1e-9);
    }
    how.method = TK_ADJUST_DELTA;
    adjust(&how, o, h, REF, x, out);
    for (size_t i = 1; i < REF; i++)
        CHECK_NEAR(out[i] - x[i],
                   month_mean(REF, o, i % 12) - month_mean(REF, h, i % 12),
                   1e-9);
    /* DQM: a change of the mean alone is taken off, and put back. */
    how.method = TK_ADJUST_DQM;
    for (size_t i = 0; i < REF; i++)
        x[i] = h[i] + 20;
    adjust(&how, o, h, REF, x, out);
    for (size_t k = 0; k < 12; k++) {
        month_sorted(REF, o, k, a);
        month_sorted(REF, out, k, b);
        for (size_t i = 0; i < REF_YEARS; i++)
            CHECK_NEAR(b[i], a[i] + 20, 1e-9);
    }
}

/* In the reference period the observed distribution; what lies outside. */
static void
test_mapping(void **state)
{
    double o[REF], h[REF], x[REF], out[REF], kept[REF];
    double a[REF_YEARS], b[REF_YEARS];
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    make(1, REF, -5, 3, 0, o);
    make(2, REF, 2, 5, 0, h);
    for (size_t m = 1; m < METHODS; m++) {
        how.method = method[m];
        adjust(&how, o, h, REF, h, out);
        for (size_t k = 0; k < 12; k++) {
            month_sorted(REF, o, k, a);
            month_sorted(REF, out, k, b);
            for (size_t i = 0; i < REF_YEARS; i++)
                CHECK_NEAR(b[i], a[i], 1e-9);
        }
    }
    for (size_t i = 0; i < REF; i++)
        x[i] = h[i] + (i / 12 % 2 ? 100 : -100);
    how.method = TK_ADJUST_EQM;
    adjust(&how, o, h, REF, x, out);
    how.clip = false;
    adjust(&how, o, h, REF, x, kept);
    for (size_t i = 0; i < REF; i++) {
        const size_t end = i / 12 % 2 ? REF_YEARS - 1 : 0;

        month_sorted(REF, o, i % 12, a);
        month_sorted(REF, h, i % 12, b);
        CHECK_NEAR(out[i], a[end], 1e-9);
        CHECK_NEAR(kept[i], x[i] + a[end] - b[end], 1e-9);
    }
}

static void
test_constant(void **state)
{
    double o[REF], h[REF], x[REF], out[REF];

    (void)state;
    for (size_t i = 0; i < REF; i++) {
        o[i] = 5;
        h[i] = 3;
        x[i] = 4;
    }
    for (size_t m = 0; m < METHODS; m++)
        for (int variant = 0; variant < 8; variant++) {
            tk_adjust how = tk_adjust_defaults();
            double want;

            how.method = method[m];
            how.ratio = variant & 1;
            how.clip = variant & 2;
            how.pooled = variant & 4;
            want = how.ratio ? 5 * 4 / 3.0 : 5 + 4 - 3;
            if (how.method == TK_ADJUST_EQM && how.clip)
                want = 5;
            adjust(&how, o, h, REF, x, out);
            CHECK_NEAR(out[7], want, 1e-12);
            CHECK_NEAR(out[REF - 1], want, 1e-12);
        }
}

static void
test_missing(void **state)
{
    double o[REF], h[REF], x[REF], out[REF];

    (void)state;
    make(1, REF, -5, 3, 0, o);
    make(2, REF, 2, 5, 0, h);
    for (size_t m = 0; m < METHODS; m++) {
        tk_adjust how = tk_adjust_defaults();

        how.method = method[m];
        how.half_window = 1;
        make(3, REF, 2, 5, 0, x);
        o[5] = h[17] = x[29] = NAN;
        x[100] = INFINITY;
        adjust(&how, o, h, REF, x, out);
        adjust(&how, o, h, REF, x, x); /* in place */
        for (size_t i = 0; i < REF; i++) {
            assert_true(isnan(out[i]) == (i == 29 || i == 100));
            CHECK_NEAR(x[i], out[i], 0);
        }
    }
}

static void
fails(tk_err code, const char *word, const tk_adjust *how, size_t nobs,
      size_t nmodel, size_t n)
{
    double x[REF], out[REF];

    make(1, REF, -5, 3, 0, x);
    assert_int_equal(tk_adjust_series(how, 0, JANUARY, nobs, x, JANUARY, nmodel,
                                      x, JANUARY, n, x, out),
                     code);
    if (code != TK_OK && !strstr(tk_last_fault()->text, word))
        fail_msg("%s", tk_last_fault()->text);
}

static void
test_short(void **state)
{
    const tk_adjust good = tk_adjust_defaults();
    tk_adjust how = good;

    (void)state;
    fails(TK_OK, "", &good, 120, 120, 120);
    fails(TK_EDATA, "observed: 9 values of calendar month 12", &good, 119, 120,
          120);
    fails(TK_EDATA, "modelled: 9 values of calendar month 6", &good, 120, 113,
          120);
    fails(TK_EDATA, "run: 9 values of calendar month 12", &good, 120, 120, 119);
    fails(TK_EDATA, "observed: 0 values", &good, 0, 120, 120);
    fails(TK_OK, "", &good, 120, 120, 0);
    how.method = TK_ADJUST_EQM; /* asks nothing of the run */
    fails(TK_OK, "", &how, 120, 120, 3);
    how.method = TK_ADJUST_NONE;
    fails(TK_OK, "", &how, 0, 0, 3);
    how = good;
    how.pooled = true;
    fails(TK_OK, "", &how, 10, 10, 10);
    fails(TK_EDATA, "observed: 9 months", &how, 9, 10, 10);
    how = good;
    how.half_window = 3;
    fails(TK_ECONF, "3 neighbouring", &how, REF, REF, REF);
    how = good;
    how.quantiles = 1;
    fails(TK_ECONF, "1 quantile", &how, REF, REF, REF);
    how = good;
    how.span_years = -1;
    fails(TK_ECONF, "-1 years", &how, REF, REF, REF);
    how = good;
    how.ratio = true;
    how.ratio_max = NAN;
    fails(TK_ECONF, "ratio nan", &how, REF, REF, REF);
}

/* Whether another July in `year` alters what July of the year `of` becomes. */
static bool
matters(const tk_adjust *how, size_t year, size_t month, size_t of)
{
    static double o[REF], h[REF], x[LONG], a[LONG], b[LONG];

    make(1, REF, -5, 3, 0, o);
    make(2, REF, 2, 5, 0, h);
    make(3, LONG, 2, 5, 0, x);
    x[12 * year + month] = -99;
    adjust(how, o, h, LONG, x, a);
    x[12 * year + month] = 99;
    adjust(how, o, h, LONG, x, b);
    return a[12 * of + 6] != b[12 * of + 6];
}

static void
test_window(void **state)
{
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    for (size_t m = 2; m < METHODS; m++) {
        how.method = method[m];
        how.span_years = 30;
        assert_false(matters(&how, 34, 6, 50));
        assert_true(matters(&how, 35, 6, 50));
        assert_true(matters(&how, 64, 6, 50));
        assert_false(matters(&how, 65, 6, 50));
        assert_true(matters(&how, 29, 6, 0)); /* the nearest whole window */
        assert_false(matters(&how, 30, 6, 0));
        assert_true(matters(&how, 70, 6, 99));
        assert_false(matters(&how, 69, 6, 99));
        how.span_years = 0;
        assert_true(matters(&how, 0, 6, 99));
        assert_false(matters(&how, 50, 7, 50));
    }
    for (int half = 0; half < 3; half++) {
        how.half_window = half;
        assert_true(matters(&how, 50, 4, 50) == (half > 1));
        assert_true(matters(&how, 50, 7, 50) == (half > 0));
        assert_false(matters(&how, 50, 9, 50));
    }
}

/* Neighbours are moved to the month's mean: what is added to, or multiplies, a
 * calendar month in all series does so to the results, and that is all.
 */
static void
test_neighbours(void **state)
{
    double o[REF], h[REF], x[REF], out[REF], flat[REF];

    (void)state;
    for (size_t m = 0; m < METHODS; m++)
        for (int ratio = 0; ratio < 2; ratio++) {
            tk_adjust how = tk_adjust_defaults();

            how.method = method[m];
            how.half_window = 2;
            how.ratio = ratio;
            make(1, REF, 30, 3, 0, o);
            make(2, REF, 37, 5, 0, h);
            make(3, REF, 39, 5, 0, x);
            adjust(&how, o, h, REF, x, out);
            for (size_t i = 0; i < REF; i++) {
                const double d = 1 + (double)(i % 12) / 100;

                o[i] = ratio ? o[i] * d : o[i] + d;
                h[i] = ratio ? h[i] * d : h[i] + d;
                x[i] = ratio ? x[i] * d : x[i] + d;
            }
            adjust(&how, o, h, REF, x, flat);
            for (size_t i = 0; i < REF; i++) {
                const double d = 1 + (double)(i % 12) / 100;

                CHECK_NEAR(flat[i], ratio ? out[i] * d : out[i] + d, 1e-9);
            }
        }
}

/* The share of dry months becomes the observed one, either way. */
static void
test_dry(void **state)
{
    static const double share[][2] = {{0.4, 0.1}, {0.1, 0.4}, {0.3, 0.3}};
    double o[REF], h[REF], out[REF];

    (void)state;
    for (size_t s = 0; s < 3; s++)
        for (size_t m = 0; m < METHODS; m++) {
            tk_adjust how = tk_adjust_defaults();

            how.method = method[m];
            how.ratio = true;
            make_wet(1, share[s][0], 2, o);
            make_wet(2, share[s][1], 3, h);
            h[REF - 1] = -0.01; /* of a regridding: dry */
            adjust(&how, o, h, REF, h, out);
            for (size_t i = 0; i < REF; i++) {
                assert_true(out[i] >= 0);
                assert_true(out[i] == 0 || out[i] >= how.trace);
                if (h[i] <= 0 && (how.method == TK_ADJUST_DELTA || s == 0))
                    CHECK_NEAR(out[i], 0, 0);
            }
            if (how.method != TK_ADJUST_DELTA)
                assert_in_range(zeros(REF, out), zeros(REF, o),
                                zeros(REF, o) + 1);
        }
}

/* A wetter future: dry months stay dry, and no quotient by drizzle explodes. */
static void
test_ratio(void **state)
{
    double o[REF], h[REF], x[REF], out[REF];

    (void)state;
    make_wet(1, 0.3, 2, o);
    make_wet(2, 0.3, 3, h);
    for (size_t m = 0; m < METHODS; m++) {
        tk_adjust how = tk_adjust_defaults();

        how.method = method[m];
        how.ratio = true;
        for (size_t i = 0; i < REF; i++)
            x[i] = 1.5 * h[i];
        adjust(&how, o, h, REF, x, out);
        assert_int_equal(zeros(REF, out), zeros(REF, x));
        for (size_t k = 0; k < 12; k++) {
            const double got = month_mean(REF, out, k) / month_mean(REF, o, k);

            if (how.method != TK_ADJUST_EQM)
                CHECK_NEAR(got, 1.5, how.method == TK_ADJUST_DQM ? 0.02 : 1e-9);
        }
        for (size_t i = 0; i < REF; i++) {
            h[i] = 0.1; /* below 10 traces */
            o[i] = 7;
        }
        adjust(&how, o, h, REF, x, out);
        for (size_t i = 0; i < REF; i++)
            assert_true(out[i] <= 7 * 2 || out[i] <= x[i] * 2);
        make_wet(1, 0.3, 2, o);
        make_wet(2, 0.3, 3, h);
        how.trace = 0; /* a model without a drop */
        memset(x, 0, sizeof x);
        adjust(&how, o, h, REF, x, out);
        assert_int_equal(zeros(REF, out), REF);
        memset(h, 0, sizeof h); /* nothing by nothing */
        adjust(&how, o, h, REF, x, out);
        for (size_t i = 0; i < REF; i++)
            assert_true(out[i] >= 0 && out[i] < 99);
        make_wet(2, 0.3, 3, h);
    }
}

/* A dry month where it should be wet has the observed value: its own random
 * number does not matter.
 */
static void
test_dry_quotient(void **state)
{
    double o[REF], h[REF], out[REF];
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    how.ratio = true;
    make_wet(2, 0.3, 3, h);
    for (size_t i = 0; i < REF; i++)
        o[i] = 3;
    CHECK_OK(tk_adjust_series(&how, 0, JANUARY, REF, o, JANUARY, REF, h,
                              JANUARY + REF, REF, h, out));
    for (size_t i = 0; i < REF; i++)
        CHECK_NEAR(out[i], 3, 1e-12);
}

/* Numbers for dry months are those of the cell and the seed, and no others. */
static void
test_random(void **state)
{
    double o[REF], h[REF], out[4][REF];
    size_t differ[4] = {0};
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    how.ratio = true;
    make_wet(1, 0.1, 2, o); /* some dry months of the model become wet */
    make_wet(2, 0.4, 2, h);
    for (uint64_t v = 0; v < 4; v++) {
        how.seed = v == 3 ? 2 : 1;
        CHECK_OK(tk_adjust_series(&how, v == 2 ? 8 : 7, JANUARY, REF, o,
                                  JANUARY, REF, h, JANUARY, REF, h, out[v]));
        for (size_t i = 0; i < REF; i++)
            differ[v] += out[v][i] != out[0][i];
    }
    assert_int_equal(differ[1], 0);
    assert_true(differ[2] > 30);
    assert_true(differ[3] > 30);
}

static void
test_names(void **state)
{
    (void)state;
    assert_string_equal(tk_adjust_name(TK_ADJUST_NONE), "none");
    assert_string_equal(tk_adjust_name(TK_ADJUST_QDM), "qdm");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),     cmocka_unit_test(test_changes),
        cmocka_unit_test(test_mapping),      cmocka_unit_test(test_constant),
        cmocka_unit_test(test_missing),      cmocka_unit_test(test_short),
        cmocka_unit_test(test_window),       cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_dry),          cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_dry_quotient), cmocka_unit_test(test_random),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
