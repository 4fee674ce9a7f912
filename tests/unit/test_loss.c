#include "../check.h"

#include "talik/nn/loss.h"

enum { D = 2, N = 3 };

static const tk_real y[D * N] = {1, 2, 3, 4, 5, 6};
static const tk_real target[D * N] = {3, 2, (tk_real)NAN, 3.5, 5, 6.25};

static void
mse(void **state)
{
    const tk_loss loss = {TK_LOSS_MSE, 0};
    const double want[D * N] = {-4, 0, 0, 1, 0, -0.5};
    tk_real dy[D * N];
    const tk_loss_sums s = tk_loss_eval(&loss, D, N, NULL, NULL, y, target, dy);

    (void)state;
    CHECK_NEAR(s.sum, 4 + 0.25 + 0.0625, 1e-12);
    CHECK_NEAR(s.weight, 5, 0);
    for (int i = 0; i < D * N; i++)
        CHECK_NEAR(dy[i], want[i], 1e-6);
}

static void
huber(void **state)
{
    const tk_loss loss = {TK_LOSS_HUBER, 1};
    const double want[D * N] = {-1, 0, 0, 0.5, 0, -0.25};
    tk_real dy[D * N];
    const tk_loss_sums s = tk_loss_eval(&loss, D, N, NULL, NULL, y, target, dy);

    (void)state;
    CHECK_NEAR(s.sum, 1.5 + 0.125 + 0.03125, 1e-12);
    for (int i = 0; i < D * N; i++)
        CHECK_NEAR(dy[i], want[i], 1e-6);
}

/* Depth 1 weighs 0.5; cell 0 does not count, whatever stands there. */
static void
weights(void **state)
{
    const tk_loss loss = {TK_LOSS_MSE, 0};
    const tk_real depth[D] = {2, 0.5}, cell[N] = {0, 1, 1};
    const double want[D * N] = {0, 0, 0, 0, 0, -0.25};
    tk_real spoiled[D * N], dy[D * N];
    tk_loss_sums s, quiet;

    (void)state;
    memcpy(spoiled, y, sizeof y);
    spoiled[0] = (tk_real)NAN;
    s = tk_loss_eval(&loss, D, N, depth, cell, spoiled, target, dy);
    quiet = tk_loss_eval(&loss, D, N, depth, cell, spoiled, target, NULL);
    CHECK_NEAR(s.sum, 0.5 * 0.0625, 1e-12);
    CHECK_NEAR(s.weight, 2 + 0.5 + 0.5, 0);
    assert_memory_equal(&s, &quiet, sizeof s);
    for (int i = 0; i < D * N; i++)
        CHECK_NEAR(dy[i], want[i], 1e-6);
}

/* An output that is NaN where a target is there must not pass unseen. */
static void
nan_output_shows(void **state)
{
    const tk_loss loss = {TK_LOSS_HUBER, 1};
    const tk_real bad = (tk_real)NAN, zero = 0;
    tk_real dy;
    const tk_loss_sums s =
        tk_loss_eval(&loss, 1, 1, NULL, NULL, &bad, &zero, &dy);

    (void)state;
    assert_true(isnan(s.sum) && isnan(dy));
}

static void
all_missing(void **state)
{
    const tk_loss loss = {TK_LOSS_MSE, 0};
    const tk_real none = (tk_real)NAN, one = 1;
    tk_real dy = 9;
    const tk_loss_sums s =
        tk_loss_eval(&loss, 1, 1, NULL, NULL, &one, &none, &dy);

    (void)state;
    CHECK_NEAR(s.sum, 0, 0);
    CHECK_NEAR(s.weight, 0, 0);
    CHECK_NEAR(dy, 0, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mse),         cmocka_unit_test(huber),
        cmocka_unit_test(weights),     cmocka_unit_test(nan_output_shows),
        cmocka_unit_test(all_missing),
    };

    return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
