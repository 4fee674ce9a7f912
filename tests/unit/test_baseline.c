/* The baselines of one cell against what they must be. */
#include "talik/learn/baseline.h"

#include "../check.h"
#include "talik/core/rng.h"

#define N 480
#define L 3

static void
test_climatology(void **state)
{
    double y[N], mean[12];

    (void)state;
    for (int m = 0; m < N; m++)
        y[m] = (m + 3) % 12 * 10 + m / 12;
    y[24] = NAN;
    tk_climatology(y, 3, (tk_span){12, 59}, mean);
    /* years 1..4 of each month; month 24 is calendar month 3, in year 2 */
    CHECK_NEAR(mean[4], 40 + (1 + 2 + 3 + 4) / 4.0, 1e-12);
    CHECK_NEAR(mean[3], 30 + (1 + 3 + 4) / 3.0, 1e-12);
    tk_climatology(y, 3, (tk_span){12, 13}, mean);
    CHECK_NEAR(mean[9], NAN, 0);
}

static void
make(double *y, double *air, double noise)
{
    for (uint64_t m = 0; m < N; m++)
        air[m] = 10 * sin((double)m * M_PI / 6) + 3 * tk_rng_normal(7, 1, m);
    for (int m = 0; m < N; m++)
        y[m] = m < L ? NAN
                     : 2 + m % 12 + 0.5 * air[m] + 0.3 * air[m - 1]
                           - 0.2 * air[m - 2]
                           + noise * tk_rng_normal(7, 2, (uint64_t)m);
}

/* A relation that is linear, with an intercept for each calendar month. */
static void
test_exact(void **state)
{
    static double y[N], air[N], p[TK_PENALTIES * N];

    (void)state;
    make(y, air, 0);
    y[100] = air[200] = NAN; /* left out of the fit */
    CHECK_OK(tk_lagged_air(N, y, air, L, (tk_span){L, 299}, p));
    for (int m = 310; m < N; m++) {
        CHECK_NEAR(p[m], y[m], 0.02);             /* the least penalty */
        CHECK_NEAR(p[4 * N + m], 2 + m % 12, 12); /* the largest: the mean */
    }
    CHECK_NEAR(p[201], NAN, 0); /* its lags have a gap */
}

/* Solves A x = b by Gauss and Jordan; the test's own route. */
static void
solve(double A[L][L], double b[L])
{
    for (int i = 0; i < L; i++)
        for (int r = 0; r < L; r++) {
            const double f = A[r][i] / A[i][i];

            if (r == i)
                continue;
            for (int c = 0; c < L; c++)
                A[r][c] -= f * A[i][c];
            b[r] -= f * b[i];
        }
    for (int i = 0; i < L; i++)
        b[i] /= A[i][i];
}

static void
test_penalty(void **state)
{
    static double y[N], air[N], p[TK_PENALTIES * N];
    double A[L][L] = {{0}}, b[L] = {0}, mean[L] = {0}, my = 0, trace = 0;
    const int k = 2; /* penalty 0.1; calendar months m = L, L + 12, ... */
    double want;
    int n = 0;

    (void)state;
    make(y, air, 1);
    CHECK_OK(tk_lagged_air(N, y, air, L, (tk_span){L, 299}, p));
    for (int m = L; m < 300; m += 12, n++) {
        my += y[m];
        for (int i = 0; i < L; i++)
            mean[i] += air[m - i];
    }
    my /= n;
    for (int i = 0; i < L; i++)
        mean[i] /= n;
    for (int m = L; m < 300; m += 12)
        for (int i = 0; i < L; i++) {
            b[i] += (air[m - i] - mean[i]) * (y[m] - my);
            for (int j = 0; j < L; j++)
                A[i][j] += (air[m - i] - mean[i]) * (air[m - j] - mean[j]);
        }
    for (int i = 0; i < L; i++)
        trace += A[i][i];
    for (int i = 0; i < L; i++)
        A[i][i] += tk_penalty[k] * trace / L;
    solve(A, b);
    for (int m = L; m < N; m += 12) {
        want = my;
        for (int i = 0; i < L; i++)
            want += b[i] * (air[m - i] - mean[i]);
        CHECK_NEAR(p[k * N + m], want, 1e-9);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_climatology),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_penalty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
