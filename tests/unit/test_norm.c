/* Layer normalisation and ReLU against their definitions in double. */
#include "../check.h"
#include "../numbers.h"

#include "talik/nn/act.h"
#include "talik/nn/norm.h"

static const tk_norm_dims sizes[] = {
    {1, 1, 1}, {3, 5, 2}, {2, 7, 17}, {4, 64, 64}};

/* scale, then shift, as the layout has them. */
static void
definition(tk_norm_dims s, const tk_real *theta, const tk_real *x, double *y)
{
    for (size_t i = 0; i < s.L * s.N; i++) {
        const size_t l = i / s.N, from = l * s.C * s.N + i % s.N;
        double mean = 0, square = 0;

        for (size_t k = 0; k < s.C; k++)
            mean += (double)x[from + k * s.N] / (double)s.C;
        for (size_t k = 0; k < s.C; k++)
            square += pow((double)x[from + k * s.N] - mean, 2) / (double)s.C;
        for (size_t k = 0; k < s.C; k++)
            y[from + k * s.N] = ((double)x[from + k * s.N] - mean)
                                    / sqrt(square + 1e-5) * (double)theta[k]
                                + (double)theta[s.C + k];
    }
}

/* x is far from zero: the variance must not be a difference of squares. */
static void
normalised(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const tk_norm_dims s = sizes[i];
        const size_t n = s.L * s.C * s.N;
        tk_layout layout = {0};
        tk_real *theta = numbers(1, 2 * s.C), *x = numbers(2, n);
        tk_real *y = numbers(3, n), *stats = numbers(4, s.L * 2 * s.N);
        double *want = tk_new(n, sizeof *want);

        CHECK_OK(tk_norm_layout(&layout, s.C, "norm"));
        assert_int_equal(layout.size, 2 * s.C);
        for (size_t k = 0; k < n; k++)
            x[k] += 100;
        definition(s, theta, x, want);
        tk_norm_forward(s, (tk_norm_at){0, s.C}, theta, x, y, stats);
        for (size_t k = 0; k < n; k++)
            CHECK_NEAR(y[k], want[k], 1e-4);
        tk_norm_forward(s, (tk_norm_at){0, s.C}, theta, x, x, stats);
        assert_memory_equal(x, y, n * sizeof *x);
        tk_layout_drop(&layout);
        tk_free(theta);
        tk_free(x);
        tk_free(y);
        tk_free(stats);
        tk_free(want);
    }
}

/* Equal channels have no variance: the answer is the shift. */
static void
constant_channels(void **state)
{
    const tk_norm_dims s = {1, 5, 3};
    tk_real *theta = numbers(1, 10), *x = numbers(2, 15),
            *stats = numbers(3, 6);

    (void)state;
    for (size_t k = 0; k < 15; k++)
        x[k] = 0.25;
    tk_norm_forward(s, (tk_norm_at){0, 5}, theta, x, x, stats);
    for (size_t k = 0; k < 15; k++)
        CHECK_NEAR(x[k], theta[5 + k / 3], 1e-6);
    tk_free(theta);
    tk_free(x);
    tk_free(stats);
}

static void
relu(void **state)
{
    const tk_real x[] = {-2, -0.0f, 0, 3, (tk_real)NAN, (tk_real)-INFINITY};
    const tk_real want[] = {0, 0, 0, 3, (tk_real)NAN, 0};
    const tk_real slope[] = {0, 0, 0, 7, 7, 0};
    tk_real y[6], dx[6] = {7, 7, 7, 7, 7, 7};

    (void)state;
    tk_relu(6, x, y);
    for (size_t i = 0; i < 6; i++)
        CHECK_NEAR(y[i], want[i], 0);
    tk_relu_backward(6, y, dx, dx);
    for (size_t i = 0; i < 6; i++)
        CHECK_NEAR(dx[i], slope[i], 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalised),
        cmocka_unit_test(constant_channels),
        cmocka_unit_test(relu),
    };

    return cmocka_run_group_tests_name("norm", tests, NULL, NULL);
}
