/* The fast step against the plain one, for rings that wrap, steps near the first
 * one, and sizes with and without remainders of vectors.
 */
#include "../check.h"
#include "../numbers.h"

#include "talik/nn/causal.h"

static const tk_causal_dims sizes[] = {
    {.N = 1, .D = 1, .C = 1, .kernel = 1, .dilation = 1, .ring = 1},
    {.N = 3, .D = 5, .C = 2, .kernel = 2, .dilation = 1, .ring = 4},
    {.N = 64, .D = 24, .C = 64, .kernel = 3, .dilation = 2, .ring = 7},
    {.N = 67, .D = 7, .C = 9, .kernel = 5, .dilation = 4, .ring = 24},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

typedef struct {
    size_t weights, inputs, outputs;
    tk_conv1d_at at;
    tk_real *theta, *taps, *x, *y, *want;
} layer;

static layer
make(tk_causal_dims s)
{
    const size_t W = s.C * s.D * s.kernel;
    layer t = {W + s.C, s.ring * s.D * s.N, s.C * s.N, {0, W}, 0, 0, 0, 0, 0};

    t.theta = numbers(1, t.weights);
    t.taps = numbers(2, W);
    t.x = numbers(3, t.inputs);
    t.y = numbers(4, t.outputs);
    t.want = numbers(5, t.outputs);
    tk_causal_taps(s, t.at, t.theta, t.taps);
    return t;
}

static void
drop(layer *t)
{
    tk_free(t->theta);
    tk_free(t->taps);
    tk_free(t->x);
    tk_free(t->y);
    tk_free(t->want);
}

static void
near(size_t n, const tk_real *got, const tk_real *want)
{
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(got[i], want[i], 1e-4 * (1 + fabs((double)want[i])));
}

/* The last step of a ring that holds steps first .. first + ring - 1. */
static void
forward(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        const tk_causal_dims s = sizes[i];
        layer t = make(s);

        for (size_t first = 0; first < 3; first++) {
            for (size_t l = first; l < first + s.ring; l++) {
                tk_causal_step(s, t.at, t.theta, t.taps, t.x, first, l, t.y);
                tk_causal_step_ref(s, t.at, t.theta, t.x, first, l, t.want);
                near(t.outputs, t.y, t.want);
            }
        }
        drop(&t);
    }
}

static void
backward(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        const tk_causal_dims s = sizes[i];
        const size_t first = 1, W = s.C * s.D * s.kernel;
        layer t = make(s);
        tk_real *g = numbers(6, t.weights), *want = numbers(6, t.weights);
        tk_real *dx = numbers(7, t.inputs), *dx_want = numbers(7, t.inputs);
        tk_real *dtaps = tk_new(W, sizeof *dtaps);

        for (size_t l = first; l < first + s.ring; l++) {
            tk_causal_step_backward(s, t.taps, t.x, first, l, t.y, dtaps,
                                    g + t.at.b, dx);
            tk_causal_step_backward_ref(s, t.at, t.theta, t.x, first, l, t.y,
                                        want, dx_want);
        }
        tk_causal_taps_backward(s, t.at, dtaps, g);
        near(t.weights, g, want);
        near(t.inputs, dx, dx_want);
        tk_free(g);
        tk_free(want);
        tk_free(dx);
        tk_free(dx_want);
        tk_free(dtaps);
        drop(&t);
    }
}

/* A pulse in one step comes out where the taps say, with their weights. */
static void
pulse(void **state)
{
    const tk_causal_dims s = {
        .N = 1, .D = 1, .C = 1, .kernel = 3, .dilation = 2, .ring = 10};
    const tk_real theta[] = {5, 7, 11, 100}; /* oldest tap first; the bias */
    const tk_real want[] = {100, 100, 100, 111, 100, 107, 100, 105, 100, 100};
    tk_real x[10] = {0}, taps[3], y;

    (void)state;
    x[3] = 1;
    tk_causal_taps(s, (tk_conv1d_at){0, 3}, theta, taps);
    for (size_t l = 0; l < 10; l++) {
        tk_causal_step(s, (tk_conv1d_at){0, 3}, theta, taps, x, 0, l, &y);
        CHECK_NEAR(y, want[l], 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward),
        cmocka_unit_test(backward),
        cmocka_unit_test(pulse),
    };

    return cmocka_run_group_tests_name("causal", tests, NULL, NULL);
}
