#include "../check.h"

#include "talik/nn/act.h"

#include "../../src/nn/act_impl.h"

static double
logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* Denser than float near 0, and far beyond where the functions are flat. */
enum { POINTS = 400001 };

static void
against_libm(void **state)
{
    tk_real *x = calloc(POINTS, sizeof *x), *y = calloc(POINTS, sizeof *y);

    (void)state;
    assert_non_null(x);
    assert_non_null(y);
    for (int i = 0; i < POINTS; i++) {
        const double u = 2.0 * i / (POINTS - 1) - 1;

        x[i] = (tk_real)(85 * u * u * u);
    }
    tk_exp(POINTS, x, y);
    for (int i = 0; i < POINTS; i++)
        CHECK_NEAR(y[i] / exp((double)x[i]), 1, 1.3e-7);
    tk_sigmoid(POINTS, x, y);
    for (int i = 0; i < POINTS; i++)
        CHECK_NEAR(y[i], logistic((double)x[i]), 1.3e-7);
    tk_tanh(POINTS, x, y);
    for (int i = 0; i < POINTS; i++)
        CHECK_NEAR(y[i], tanh((double)x[i]), 1.3e-7);
    /* Small arguments keep their digits. */
    for (int i = 0; i < POINTS; i++)
        if (x[i] > 0)
            CHECK_NEAR(y[i] / tanh((double)x[i]), 1, 4e-7);
    free(x);
    free(y);
}

static void
gelu_against_libm(void **state)
{
    tk_real *x = calloc(POINTS, sizeof *x), *y = calloc(POINTS, sizeof *y);
    tk_real *again = calloc(POINTS, sizeof *x),
            *slope = calloc(POINTS, sizeof *x);

    (void)state;
    assert_non_null(x);
    assert_non_null(y);
    assert_non_null(again);
    assert_non_null(slope);
    for (int i = 0; i < POINTS; i++)
        x[i] = (tk_real)(16.0 * i / (POINTS - 1) - 8);
    tk_gelu(POINTS, x, y);
    tk_gelu_slope(POINTS, x, again, slope);
    for (int i = 0; i < POINTS; i++) {
        const double z = (double)x[i], phi = (1 + erf(z / sqrt(2))) / 2;

        CHECK_NEAR(half_erf(x[i]), phi - 0.5, 3e-7);
        CHECK_NEAR(y[i], z * phi, 1e-6);
        CHECK_NEAR(slope[i], phi + z * exp(-z * z / 2) / sqrt(2 * acos(-1)),
                   6e-7);
    }
    assert_memory_equal(y, again, POINTS * sizeof *y);
    tk_gelu(POINTS, x, x);
    assert_memory_equal(x, y, POINTS * sizeof *y);
    free(x);
    free(y);
    free(again);
    free(slope);
}

static void
at_the_ends(void **state)
{
    const tk_real x[] = {
        (tk_real)INFINITY, (tk_real)-INFINITY, (tk_real)NAN, 1000, -1000, 0};
    tk_real y[6];

    (void)state;
    tk_tanh(6, x, y);
    CHECK_NEAR(y[0], 1, 0);
    CHECK_NEAR(y[1], -1, 0);
    CHECK_NEAR(y[2], NAN, 0);
    CHECK_NEAR(y[3], 1, 0);
    CHECK_NEAR(y[4], -1, 0);
    CHECK_NEAR(y[5], 0, 0);
    tk_sigmoid(6, x, y);
    CHECK_NEAR(y[0], 1, 0);
    CHECK_NEAR(y[1], 0, 1e-37);
    CHECK_NEAR(y[2], NAN, 0);
    CHECK_NEAR(y[3], 1, 0);
    CHECK_NEAR(y[4], 0, 1e-37);
    CHECK_NEAR(y[5], 0.5, 0);
    tk_gelu(6, x, y);
    CHECK_NEAR(y[2], NAN, 0);
    CHECK_NEAR(y[3], 1000, 0);
    CHECK_NEAR(y[4], 0, 0);
    CHECK_NEAR(y[5], 0, 0);
    tk_exp(6, x, y);
    assert_true(y[0] > (tk_real)1e38);
    CHECK_NEAR(y[1], 0, 2e-38);
    CHECK_NEAR(y[2], NAN, 0);
    CHECK_NEAR(y[5], 1, 0);
}

/* The bits of an element do not depend on where it stands in an array, nor on
 * the vectors that the library chose for this machine.
 */
static void
same_bits_anywhere(void **state)
{
    enum { MANY = 10007 };
    tk_real x[MANY], e[MANY], s[MANY], t[MANY], g[MANY], one;

    (void)state;
    for (int i = 0; i < MANY; i++)
        x[i] = (tk_real)(sin(i * 1.7) * 12);
    tk_exp(MANY, x, e);
    tk_sigmoid(MANY, x, s);
    tk_tanh(MANY, x, t);
    tk_gelu(MANY, x, g);
    for (int i = 0; i < MANY; i++) {
        volatile tk_real alone = x[i];

        one = exp_of(alone);
        assert_memory_equal(&one, e + i, sizeof one);
        one = sigmoid_of(alone);
        assert_memory_equal(&one, s + i, sizeof one);
        one = tanh_of(alone);
        assert_memory_equal(&one, t + i, sizeof one);
        one = alone * ((tk_real)0.5 + half_erf(alone));
        assert_memory_equal(&one, g + i, sizeof one);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_libm),
        cmocka_unit_test(gelu_against_libm),
        cmocka_unit_test(at_the_ends),
        cmocka_unit_test(same_bits_anywhere),
    };

    return cmocka_run_group_tests_name("act", tests, NULL, NULL);
}
