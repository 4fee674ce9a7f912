/* The convolution, plain and fast, and layer normalisation. */
#include "differences.h"

#include "talik/nn/conv1d.h"
#include "talik/nn/norm.h"

typedef struct {
    tk_layout layout;
    tk_conv1d_dims s;
    tk_conv1d_at at;
    double *theta, *taps, *x, *y, *w;
    bool plain;
} conv;

static double
conv_loss(void *what)
{
    conv *t = what;

    if (t->plain) {
        tk_conv1d_forward_ref(t->s, t->at, t->theta, t->x, t->y);
    } else {
        tk_conv1d_taps(t->s, t->at, t->theta, t->taps);
        tk_conv1d_forward(t->s, t->at, t->theta, t->taps, t->x, t->y);
    }
    return weighted_sum(t->s.L * t->s.C * t->s.N, t->y, t->w);
}

static void
check(tk_conv1d_dims s, bool plain)
{
    const size_t inputs = s.L * s.D * s.N, outputs = s.L * s.C * s.N;
    conv t = {.s = s, .plain = plain};
    double *dtheta, *dx = numbers(5, inputs);
    double *work = numbers(6, s.C * s.kernel * s.D);

    CHECK_OK(tk_conv1d_layout(&t.layout, s.C, s.D, s.kernel, "conv"));
    t.at = (tk_conv1d_at){t.layout.tensor[0].offset, t.layout.tensor[1].offset};
    t.theta = numbers(1, t.layout.size);
    t.taps = numbers(2, s.C * s.kernel * s.D);
    t.x = numbers(3, inputs);
    t.y = numbers(4, outputs);
    t.w = numbers(7, outputs);
    dtheta = tk_new(t.layout.size, sizeof *dtheta);

    conv_loss(&t);
    if (plain)
        tk_conv1d_backward_ref(s, t.at, t.theta, t.x, t.w, dtheta, dx);
    else
        tk_conv1d_backward(s, t.at, t.taps, t.x, t.w, dtheta, 0, dx, work);
    check_gradient("theta", conv_loss, &t, t.layout.size, t.theta, dtheta,
                   1e-8);
    check_gradient("x", conv_loss, &t, inputs, t.x, dx, 1e-8);

    tk_free(t.theta);
    tk_free(t.taps);
    tk_free(t.x);
    tk_free(t.y);
    tk_free(t.w);
    tk_free(dtheta);
    tk_free(dx);
    tk_free(work);
    tk_layout_drop(&t.layout);
}

static void
convolution(void **state)
{
    /* L, N, D, C, kernel, left, dilation */
    const tk_conv1d_dims sizes[] = {
        {6, 2, 3, 4, 3, 1, 1},
        {5, 2, 3, 4, 7, 3, 1},
        {2, 3, 4, 5, 9, 4, 1},
        {9, 2, 3, 4, 3, 8, 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        check(sizes[i], false);
        check(sizes[i], true);
    }
}

enum { L = 3, C = 5, N = 2, LCN = L * C * N };

static const tk_norm_dims norm = {L, C, N};
static const tk_norm_at norm_at = {0, C};

typedef struct {
    double *theta, *x, *y, *w, *stats;
} normed;

static double
norm_loss(void *what)
{
    normed *t = what;

    tk_norm_forward(norm, norm_at, t->theta, t->x, t->y, t->stats);
    return weighted_sum(LCN, t->y, t->w);
}

static void
normalisation(void **state)
{
    normed t = {numbers(1, 2 * C), numbers(2, LCN), numbers(3, LCN),
                numbers(4, LCN), numbers(5, L * 2 * N)};
    double dtheta[2 * C] = {0}, again[2 * C] = {0}, work[2 * N];
    double *dx = numbers(6, LCN), *dy = numbers(4, LCN);

    (void)state;
    norm_loss(&t);
    tk_norm_backward(norm, norm_at, t.theta, t.x, t.stats, t.w, dtheta, dx,
                     work);
    /* dx in the place of dy */
    tk_norm_backward(norm, norm_at, t.theta, t.x, t.stats, dy, again, dy, work);
    assert_memory_equal(dy, dx, LCN * sizeof *dx);
    assert_memory_equal(again, dtheta, sizeof dtheta);
    check_gradient("theta", norm_loss, &t, 2 * C, t.theta, dtheta, 1e-8);
    check_gradient("x", norm_loss, &t, LCN, t.x, dx, 1e-8);
    tk_free(t.theta);
    tk_free(t.x);
    tk_free(t.y);
    tk_free(t.w);
    tk_free(t.stats);
    tk_free(dx);
    tk_free(dy);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution),
        cmocka_unit_test(normalisation),
    };

    return cmocka_run_group_tests_name("gradient of conv1d, norm", tests, NULL,
                                       NULL);
}
