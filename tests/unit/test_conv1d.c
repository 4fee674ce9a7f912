/* The convolution against plain loops: 'same' and causal, dilated, with more
 * taps than steps; its rules on rows left out and on longer inputs.
 */
#include "../check.h"
#include "../numbers.h"

#include "talik/nn/conv1d.h"

/* L, N, D, C, kernel, left, dilation */
static const tk_conv1d_dims sizes[] = {
    {1, 1, 1, 1, 1, 0, 1},  {6, 3, 4, 5, 3, 1, 1}, {6, 17, 5, 4, 7, 3, 1},
    {2, 3, 4, 5, 9, 4, 1},  {9, 3, 4, 5, 3, 8, 4}, {9, 16, 5, 6, 3, 4, 2},
    {3, 2, 4, 5, 3, 16, 8}, {5, 2, 3, 4, 5, 0, 2}, {24, 64, 24, 64, 7, 3, 1},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

typedef struct {
    tk_layout layout;
    tk_conv1d_at at;
    tk_real *theta, *taps, *x, *y, *dy, *dtheta, *dx, *work;
} layer;

static void
make_layer(layer *t, tk_conv1d_dims s)
{
    size_t n;

    *t = (layer){0};
    CHECK_OK(tk_conv1d_layout(&t->layout, s.C, s.D, s.kernel, "conv"));
    t->at =
        (tk_conv1d_at){t->layout.tensor[0].offset, t->layout.tensor[1].offset};
    n = t->layout.size;
    t->theta = numbers(1, n);
    t->taps = numbers(2, s.C * s.kernel * s.D);
    t->x = numbers(3, s.L * s.D * s.N);
    t->y = numbers(4, s.L * s.C * s.N);
    t->dy = numbers(5, s.L * s.C * s.N);
    t->dtheta = numbers(6, n);
    t->dx = numbers(7, s.L * s.D * s.N);
    t->work = numbers(8, s.C * s.kernel * s.D);
    tk_conv1d_taps(s, t->at, t->theta, t->taps);
}

static void
drop_layer(layer *t)
{
    tk_real *const held[] = {t->theta, t->taps,   t->x,  t->y,
                             t->dy,    t->dtheta, t->dx, t->work};

    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        tk_free(held[i]);
    tk_layout_drop(&t->layout);
}

/* Within `tol` of the size that a sum of n random products has. */
static void
near(size_t count, const tk_real *got, const tk_real *want, size_t n)
{
    const double tol = 4e-6 * sqrt((double)n + 1);

    for (size_t i = 0; i < count; i++)
        CHECK_NEAR(got[i], want[i], tol * (1 + fabs((double)want[i])));
}

static void
fast_is_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        const tk_conv1d_dims s = sizes[i];
        layer f, r;

        make_layer(&f, s);
        make_layer(&r, s);
        tk_conv1d_forward(s, f.at, f.theta, f.taps, f.x, f.y);
        tk_conv1d_forward_ref(s, r.at, r.theta, r.x, r.y);
        near(s.L * s.C * s.N, f.y, r.y, s.D * s.kernel);
        tk_conv1d_backward(s, f.at, f.taps, f.x, f.dy, f.dtheta, 0, f.dx,
                           f.work);
        tk_conv1d_backward_ref(s, r.at, r.theta, r.x, r.dy, r.dtheta, r.dx);
        near(f.layout.size, f.dtheta, r.dtheta, s.L * s.N);
        near(s.L * s.D * s.N, f.dx, r.dx, s.C * s.kernel);
        drop_layer(&f);
        drop_layer(&r);
    }
}

/* Rows of dx that are not wanted are left out, or all of it. */
static void
inputs_skipped(void **state)
{
    const tk_conv1d_dims s = {6, 3, 5, 4, 3, 1, 1};
    const size_t skip = 2, K = s.D - skip;
    tk_real *none, *some;
    layer a;

    (void)state;
    make_layer(&a, s);
    none = numbers(6, a.layout.size);
    some = numbers(9, s.L * K * s.N);
    tk_conv1d_backward(s, a.at, a.taps, a.x, a.dy, none, skip, some, a.work);
    tk_conv1d_backward(s, a.at, a.taps, a.x, a.dy, a.dtheta, 0, a.dx, a.work);
    for (size_t i = 0; i < s.L * K * s.N; i++) {
        const size_t c = i % s.N, k = i / s.N % K, l = i / s.N / K;

        CHECK_NEAR(some[i], a.dx[(l * s.D + skip + k) * s.N + c], 1e-5);
    }
    assert_memory_equal(none, a.dtheta, a.layout.size * sizeof *none);
    tk_conv1d_backward(s, a.at, a.taps, a.x, a.dy, none, 0, NULL, a.work);
    tk_conv1d_backward(s, a.at, a.taps, a.x, a.dy, a.dtheta, 0, a.dx, a.work);
    assert_memory_equal(none, a.dtheta, a.layout.size * sizeof *none);
    tk_free(none);
    tk_free(some);
    drop_layer(&a);
}

/* Within a longer x, a step whose taps all lie within the shorter one has the
 * same bits; the others differ.
 */
static void
steps_are_shared(void **state)
{
    tk_conv1d_dims s = {12, 5, 4, 6, 5, 2, 1}, part = s;
    const size_t from = 3, CN = s.C * s.N;
    tk_real *y = numbers(9, CN);
    layer a;

    (void)state;
    part.L = 7;
    make_layer(&a, s);
    tk_conv1d_forward(s, a.at, a.theta, a.taps, a.x, a.y);
    for (size_t l = 0; l < part.L; l++) {
        const bool within = l >= 2 && l + 2 < part.L;

        tk_conv1d_step(part, a.at, a.theta, a.taps, a.x + from * s.D * s.N, l,
                       y);
        assert_int_equal(memcmp(y, a.y + (from + l) * CN, CN * sizeof *y) == 0,
                         within);
    }
    tk_free(y);
    drop_layer(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_is_plain),
        cmocka_unit_test(inputs_skipped),
        cmocka_unit_test(steps_are_shared),
    };

    return cmocka_run_group_tests_name("conv1d", tests, NULL, NULL);
}
