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
    tk_real x[MANY], e[MANY], s[MANY], t[MANY], one;

    (void)state;
    for (int i = 0; i < MANY; i++)
        x[i] = (tk_real)(sin(i * 1.7) * 12);
    tk_exp(MANY, x, e);
    tk_sigmoid(MANY, x, s);
    tk_tanh(MANY, x, t);
    for (int i = 0; i < MANY; i++) {
        volatile tk_real alone = x[i];

        one = exp_of(alone);
        assert_memory_equal(&one, e + i, sizeof one);
        one = sigmoid_of(alone);
        assert_memory_equal(&one, s + i, sizeof one);
        one = tanh_of(alone);
        assert_memory_equal(&one, t + i, sizeof one);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_libm),
        cmocka_unit_test(at_the_ends),
        cmocka_unit_test(same_bits_anywhere),
    };

    return cmocka_run_group_tests_name("act", tests, NULL, NULL);
}
