/* Scores of made-up cells against what they are by definition. */
#include "talik/learn/skill.h"

#include "../check.h"
#include "talik/core/rng.h"
#include "talik/learn/coverage.h"
#include "talik/learn/cycle.h"

#define N 48
#define CELLS 3

typedef struct {
    int month[N];
    double t[CELLS][N], p[CELLS][N], weight[CELLS];
} sample;

static void
make(sample *s)
{
    for (int c = 0; c < CELLS; c++) {
        s->weight[c] = 1 + c;
        for (int i = 0; i < N; i++) {
            const uint64_t at = (uint64_t)(c * N + i);

            s->month[i] = 24000 + i;
            s->t[c][i] =
                c * 5 + 8 * cos(i * M_PI / 6) + tk_rng_normal(1, 1, at);
            s->p[c][i] = s->t[c][i] + 0.5 + 0.3 * tk_rng_normal(1, 2, at);
        }
    }
    s->t[1][7] = NAN;
}

static bool
in_span(size_t span, int month)
{
    static const int first[TK_SPANS] = {0, 11, 2, 5, 8};
    const int k = (month % 12 - first[span] + 12) % 12;

    return span == 0 || k < 3;
}

/* Plain sums, by a second route. */
static void
test_scores(void **state)
{
    static sample s;
    tk_skill_sums sums[TK_SPANS] = {{0}};

    (void)state;
    make(&s);
    for (int c = 0; c < CELLS; c++)
        tk_skill_add(N, s.month, s.t[c], s.p[c], NULL, s.weight[c], sums);
    for (size_t k = 0; k < TK_SPANS; k++) {
        double w = 0, e = 0, a = 0, sq = 0, t = 0, p = 0, tt = 0, pp = 0;
        double tp = 0, own = 0, right = 0, n = 0, kge;
        const tk_skill got = tk_skill_of(&sums[k]);

        for (int c = 0; c < CELLS; c++) {
            double mean = 0, count = 0;

            for (int i = 0; i < N; i++)
                if (in_span(k, s.month[i]) && !isnan(s.t[c][i])) {
                    mean += s.t[c][i];
                    count += 1;
                }
            for (int i = 0; i < N; i++) {
                const double x = s.t[c][i], y = s.p[c][i];

                if (!in_span(k, s.month[i]) || isnan(x))
                    continue;
                n += 1;
                w += s.weight[c];
                e += s.weight[c] * (y - x);
                a += s.weight[c] * fabs(y - x);
                sq += s.weight[c] * (y - x) * (y - x);
                t += s.weight[c] * x;
                p += s.weight[c] * y;
                own += s.weight[c] * pow(x - mean / count, 2);
                right += s.weight[c] * ((x > 0) == (y > 0));
            }
        }
        t /= w;
        p /= w;
        for (int c = 0; c < CELLS; c++)
            for (int i = 0; i < N; i++)
                if (in_span(k, s.month[i]) && !isnan(s.t[c][i])) {
                    tt += s.weight[c] * pow(s.t[c][i] - t, 2);
                    pp += s.weight[c] * pow(s.p[c][i] - p, 2);
                    tp += s.weight[c] * (s.t[c][i] - t) * (s.p[c][i] - p);
                }
        kge = 1
              - sqrt(pow(tp / sqrt(tt * pp) - 1, 2) + pow(sqrt(pp / tt) - 1, 2)
                     + pow((p - t) / sqrt(tt / w), 2));
        CHECK_NEAR(got.count, n, 0);
        CHECK_NEAR(got.target, t, 1e-12);
        CHECK_NEAR(got.bias, e / w, 1e-12);
        CHECK_NEAR(got.mae, a / w, 1e-12);
        CHECK_NEAR(got.rmse, sqrt(sq / w), 1e-12);
        CHECK_NEAR(got.r2, 1 - sq / tt, 1e-10);
        CHECK_NEAR(got.nse, 1 - sq / own, 1e-10);
        CHECK_NEAR(got.kge, kge, 1e-10);
        CHECK_NEAR(got.frozen, right / w, 1e-12);
        CHECK_NEAR(got.spread, NAN, 0);
        assert_true(got.nse < got.r2); /* the cells differ in their means */
    }
}

/* A prediction without error, and one that says the mean. */
static void
test_ends(void **state)
{
    static sample s;
    tk_skill_sums sums[TK_SPANS] = {{0}}, none[TK_SPANS] = {{0}};
    double mean[N], variance[N];
    tk_skill got;

    (void)state;
    make(&s);
    for (int i = 0; i < N; i++) {
        s.p[0][i] = s.t[0][i];
        if (i < 12 || i == 30) { /* what is not asked does not count */
            s.t[0][i] = NAN;
            s.p[0][i] = 50;
        }
    }
    tk_skill_add(N, s.month, s.t[0], s.p[0], NULL, 2, sums);
    got = tk_skill_of(&sums[0]);
    CHECK_NEAR(got.r2, 1, 1e-12);
    CHECK_NEAR(got.nse, 1, 1e-12);
    CHECK_NEAR(got.kge, 1, 1e-7);
    CHECK_NEAR(got.frozen, 1, 0);
    CHECK_NEAR(got.abs_amplitude, 0, 0);
    CHECK_NEAR(got.abs_peak, 0, 0);
    CHECK_NEAR(got.abs_curtain, 0, 0);
    for (int i = 0; i < N; i++) {
        mean[i] = got.target;
        variance[i] = 4;
    }
    memset(sums, 0, sizeof sums);
    tk_skill_add(N, s.month, s.t[0], mean, variance, 2, sums);
    got = tk_skill_of(&sums[0]);
    CHECK_NEAR(got.nse, 0, 1e-10);
    CHECK_NEAR(got.kge, 1 - sqrt(2), 1e-7); /* neither r nor spread */
    CHECK_NEAR(got.spread, 2, 1e-12);
    CHECK_NEAR(got.abs_peak, NAN, 0); /* the mean has no maximum */
    got = tk_skill_of(&none[0]);
    CHECK_NEAR(got.rmse, NAN, 0);
    CHECK_NEAR(got.count, 0, 0);
}

static void
test_cycle(void **state)
{
    int month[N];
    double y[N], later[N];
    tk_cycle a, b;

    (void)state;
    for (int i = 0; i < N; i++) {
        const double day = (i + 0.5) * 365.25 / 12;

        month[i] = 24000 + i;
        y[i] = -3 + 7 * cos(2 * M_PI * (day - 200) / 365.25) + 0.1 * (i / 12);
        later[i] = -3 + 5 * cos(2 * M_PI * (day - 10) / 365.25);
    }
    y[5] = NAN;
    assert_true(tk_cycle_fit(N, month, y, y, &a));
    assert_true(tk_cycle_fit(N, month, later, later, &b));
    CHECK_NEAR(a.amplitude, 7, 0.01);
    CHECK_NEAR(a.peak, 200, 0.3);
    CHECK_NEAR(b.amplitude, 5, 1e-9);
    CHECK_NEAR(b.peak, 10, 1e-9);
    CHECK_NEAR(tk_cycle_lag(10, 360), 15.25, 1e-9);
    CHECK_NEAR(tk_cycle_lag(360, 10), -15.25, 1e-9);
    for (int i = 3; i < N; i += 12)
        y[i] = NAN; /* no April at all */
    assert_false(tk_cycle_fit(N, month, y, y, &a));
}

static void
test_curtain(void **state)
{
    const int month[] = {100, 101, 102, 103, 200};
    const double y[] = {2, -2, 0.25, 0.25, 0};

    (void)state;
    /* 2 to -2: a quarter; -2 to 0.25: 0.75 of 2.25; then all; then a gap. */
    CHECK_NEAR(tk_zero_curtain(5, month, y, y, 0.5),
               (0.25 + 0.75 / 2.25 + 1) / 3 * 365.25, 1e-9);
    CHECK_NEAR(tk_zero_curtain(1, month, y, y, 0.5), NAN, 0);
    CHECK_NEAR(tk_zero_curtain(2, (int[]){1, 3}, y, y, 0.5), NAN, 0);
}

/* The quantile of known errors, and how much of others it covers. */
static void
test_band(void **state)
{
    static tk_error_count a, b, few;
    double covered = 0, width;

    (void)state;
    for (uint64_t i = 0; i < 999; i++)
        tk_error_add(&a, i % 2 ? 1e-2 * (double)i : -1e-2 * (double)i, 100);
    tk_error_add(&a, NAN, 100);
    /* 900 of 999 + 1: |e| up to 8.99 */
    CHECK_NEAR(tk_error_half_width(&a, 0.9), 8.99, TK_ERROR_STEP / 2);
    CHECK_NEAR(tk_error_half_width(&few, 0.9), NAN, 0);
    tk_error_add(&few, 1, 1);
    CHECK_NEAR(tk_error_half_width(&few, 0.9), NAN, 0); /* one tells little */
    CHECK_NEAR(tk_error_half_width(&few, 0.4), 1, TK_ERROR_STEP / 2);
    tk_error_add(&few, 1000, 1);
    CHECK_NEAR(tk_error_half_width(&few, 0.65), NAN, 0); /* beyond 20 K */

    memset(&a, 0, sizeof a);
    for (uint64_t i = 0; i < 20000; i++) {
        tk_error_add(&a, tk_rng_normal(3, 1, i), 50);
        tk_error_add(&b, tk_rng_normal(3, 2, i), i % 2 ? 10 : 30);
    }
    width = tk_error_half_width(&a, 0.9);
    CHECK_NEAR(width, 1.6449, 0.03);
    for (uint64_t i = 0; i < 20000; i++)
        covered += fabs(tk_rng_normal(3, 2, i)) <= width ? i % 2 ? 10 : 30 : 0;
    CHECK_NEAR(tk_error_coverage(&b, width), covered / 400000, 1e-9);
    CHECK_NEAR(tk_error_coverage(&b, 0.9 + width) > 0.95, 1, 0);
    CHECK_NEAR(tk_error_coverage(&b, NAN), NAN, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores), cmocka_unit_test(test_ends),
        cmocka_unit_test(test_cycle), cmocka_unit_test(test_curtain),
        cmocka_unit_test(test_band)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
