/* Every step of a causal convolution, fast and plain. */
#include "differences.h"

#include "talik/nn/causal.h"

enum { L = 7, N = 2, D = 3, C = 4, K = 3 };
enum { WEIGHTS = C * D * K + C, INPUTS = L * D * N, OUTPUTS = C * N };

static const tk_causal_dims s = {
    .N = N, .D = D, .C = C, .kernel = K, .dilation = 2, .ring = L};
static const tk_conv1d_at at = {0, C *D *K};

/* The loss weighs every step from `first` on. */
typedef struct {
    double *theta, *taps, *x, *y, *w;
    size_t first;
    bool plain;
} layer;

static double
loss(void *what)
{
    const layer *t = what;
    double sum = 0;

    tk_causal_taps(s, at, t->theta, t->taps);
    for (size_t l = t->first; l < t->first + L; l++) {
        if (t->plain)
            tk_causal_step_ref(s, at, t->theta, t->x, t->first, l, t->y);
        else
            tk_causal_step(s, at, t->theta, t->taps, t->x, t->first, l, t->y);
        sum += weighted_sum(OUTPUTS, t->y, t->w + l % L * OUTPUTS);
    }
    return sum;
}

static void
check(size_t first, bool plain)
{
    layer t = {.theta = numbers(1, WEIGHTS),
               .taps = numbers(2, C * D * K),
               .x = numbers(3, INPUTS),
               .y = numbers(4, OUTPUTS),
               .w = numbers(5, L * OUTPUTS),
               .first = first,
               .plain = plain};
    double *dtheta = tk_new(WEIGHTS, sizeof *dtheta);
    double *dtaps = tk_new(C * D * K, sizeof *dtaps);
    double *dx = tk_new(INPUTS, sizeof *dx);

    loss(&t);
    for (size_t l = first; l < first + L; l++) {
        const double *w = t.w + l % L * OUTPUTS;

        if (plain)
            tk_causal_step_backward_ref(s, at, t.theta, t.x, first, l, w,
                                        dtheta, dx);
        else
            tk_causal_step_backward(s, t.taps, t.x, first, l, w, dtaps,
                                    dtheta + at.b, dx);
    }
    tk_causal_taps_backward(s, at, dtaps, dtheta);
    check_gradient("theta", loss, &t, WEIGHTS, t.theta, dtheta, 1e-8);
    check_gradient("x", loss, &t, INPUTS, t.x, dx, 1e-8);
    tk_free(t.theta);
    tk_free(t.taps);
    tk_free(t.x);
    tk_free(t.y);
    tk_free(t.w);
    tk_free(dtheta);
    tk_free(dtaps);
    tk_free(dx);
}

static void
fast(void **state)
{
    (void)state;
    check(0, false);
    check(4, false);
}

static void
plain(void **state)
{
    (void)state;
    check(0, true);
    check(4, true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast),
        cmocka_unit_test(plain),
    };

    return cmocka_run_group_tests_name("gradient of causal", tests, NULL, NULL);
}
