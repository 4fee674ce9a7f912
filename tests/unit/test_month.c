#include "../check.h"
#include "talik/core/rng.h"
#include "talik/phys/month.h"

#define N TK_TILE
#define SERIES 40

static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static double mean[SERIES][N];

static void
fill(void)
{
    for (size_t t = 0; t < SERIES; t++)
        for (size_t c = 0; c < N; c++)
            mean[t][c] = -8.0
                         + 18.0 * cos(0.5235987755982988 * ((double)t - 6.0))
                         + 4.0 * tk_rng_normal(1, c, t);
}

/* The window of month t of a series that has months from..to-1. */
static tk_month_window
window(size_t from, size_t to, size_t t, size_t per_day)
{
    const size_t low = t - from > TK_MONTH_REACH ? t - TK_MONTH_REACH : from;
    const size_t high = t + TK_MONTH_REACH < to ? t + TK_MONTH_REACH + 1 : to;
    tk_month_window w = {.n = high - low, .centre = t - low};

    for (size_t i = 0; i < w.n; i++) {
        w.days[i] = lengths[(low + i) % 12];
        w.steps[i] = (size_t)w.days[i] * per_day;
        w.mean[i] = mean[low + i];
    }
    return w;
}

/* The mean of the steps of each month is the given one, at the ends as well. */
static void
keeps_means(void **unused)
{
    (void)unused;
    fill();
    for (size_t per_day = 1; per_day <= 8; per_day++)
        for (size_t t = 0; t < SERIES; t++) {
            const tk_month_window w = window(0, SERIES, t, per_day);
            const size_t n = w.steps[w.centre];
            double x[3][N], sum[N] = {0.0};

            tk_month_mids(&w, x[0]);
            for (size_t i = 0; i < n; i++) {
                double a[3];

                tk_month_weights(&w, i, a);
                for (size_t c = 0; c < N; c++)
                    sum[c] += a[0] * x[0][c] + a[1] * x[1][c] + a[2] * x[2][c];
            }
            for (size_t c = 0; c < N; c++)
                CHECK_NEAR(sum[c] / (double)n, mean[t][c], 1e-12);
        }
}

/* From one month to the next the value does not jump, though each month solves
 * its own window.
 */
static void
joins_months(void **unused)
{
    (void)unused;
    fill();
    for (size_t t = 0; t + 1 < SERIES; t++) {
        const tk_month_window v = window(0, SERIES, t, 1);
        const tk_month_window w = window(0, SERIES, t + 1, 1);
        double x[3][N], y[3][N];

        tk_month_mids(&v, x[0]);
        tk_month_mids(&w, y[0]);
        for (size_t c = 0; c < N; c++) {
            CHECK_NEAR(x[1][c], y[0][c], 2e-3);
            CHECK_NEAR(x[2][c], y[1][c], 2e-3);
        }
    }
}

/* A series that starts earlier or ends later changes nothing inside. */
static void
is_local(void **unused)
{
    (void)unused;
    fill();
    for (size_t t = 16; t < 24; t++) {
        const tk_month_window v = window(0, SERIES, t, 1);
        const tk_month_window w = window(10, 30, t, 1);
        double x[3][N], y[3][N];

        tk_month_mids(&v, x[0]);
        tk_month_mids(&w, y[0]);
        assert_memory_equal(x, y, sizeof x);
    }
}

/* A wave within the year keeps its swing: monthly means of a sine of 20 K give
 * daily values within 0.4 K of it, where the means alone would be 0.7 K off.
 */
static void
keeps_swing(void **unused)
{
    const double omega = 6.283185307179586 / 360.0;
    double worst = 0.0;
    tk_month_window w = {.n = TK_MONTH_WINDOW, .centre = TK_MONTH_REACH};
    double x[3][N];

    (void)unused;
    for (size_t t = 0; t < TK_MONTH_WINDOW; t++) {
        for (size_t c = 0; c < N; c++) {
            const double start = 30.0 * ((double)t + (double)c / N);

            mean[t][c] = 20.0 * (cos(omega * start) - cos(omega * (start + 30)))
                         / (omega * 30.0);
        }
        w.days[t] = 30;
        w.steps[t] = 30;
        w.mean[t] = mean[t];
    }
    tk_month_mids(&w, x[0]);
    for (size_t i = 0; i < 30; i++) {
        double a[3];

        tk_month_weights(&w, i, a);
        for (size_t c = 0; c < N; c++) {
            const double day =
                30.0 * (TK_MONTH_REACH + (double)c / N) + (double)i + 0.5;

            worst =
                fmax(worst, fabs(a[0] * x[0][c] + a[1] * x[1][c]
                                 + a[2] * x[2][c] - 20.0 * sin(omega * day)));
        }
    }
    CHECK_NEAR(worst, 0.0, 0.4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_means),
        cmocka_unit_test(joins_months),
        cmocka_unit_test(is_local),
        cmocka_unit_test(keeps_swing),
    };

    return cmocka_run_group_tests_name("month", tests, NULL, NULL);
}
