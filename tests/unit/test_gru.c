/* The fast layer against the plain one, for sizes with and without remainders
 * of vectors, with and without a first state and outside gradients.
 */
#include "../check.h"
#include "../numbers.h"

#include "talik/nn/gemm.h"
#include "talik/nn/gru.h"

typedef struct {
    tk_layout layout;
    tk_gru_dims s;
    tk_gru_at at;
    tk_real *theta, *x, *h0, *h, *gates, *dh, *dy, *dtheta, *dx, *work;
} layer;

static void
make_layer(layer *t, tk_gru_dims s)
{
    const size_t HN = s.H * s.N;
    size_t n;

    *t = (layer){.s = s};
    CHECK_OK(tk_gru_layout(&t->layout, 0, s.D, s.H));
    t->at = tk_gru_find(t->layout.tensor);
    n = t->layout.size;
    assert_int_equal(n, 3 * s.H * (s.D + s.H + 2));
    t->theta = numbers(1, n);
    for (size_t i = 0; i < n; i++)
        t->theta[i] /= 4;
    t->x = numbers(2, s.L * s.D * s.N);
    t->h0 = numbers(3, HN);
    t->dh = numbers(4, HN);
    t->dy = numbers(5, s.L * HN);
    t->dtheta = numbers(6, n);
    t->h = numbers(7, s.L * HN);
    t->gates = numbers(8, s.L * 4 * HN);
    t->dx = numbers(9, s.L * s.D * s.N);
    t->work = numbers(10, 4 * HN + 6 * s.H);
}

static void
drop_layer(layer *t)
{
    tk_real *const held[] = {t->theta, t->x,  t->h0,     t->h,  t->gates,
                             t->dh,    t->dy, t->dtheta, t->dx, t->work};

    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        tk_free(held[i]);
    tk_layout_drop(&t->layout);
}

static void
near(size_t n, const tk_real *got, const tk_real *want, double tol)
{
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(got[i], want[i], tol * (1 + fabs((double)want[i])));
}

static void
compare(tk_gru_dims s, bool from_state, bool every)
{
    const size_t HN = s.H * s.N;
    layer f, r;

    make_layer(&f, s);
    make_layer(&r, s);
    tk_gru_forward(s, f.at, f.theta, from_state ? f.h0 : NULL, f.x, f.h,
                   f.gates, f.work);
    tk_gru_forward_ref(s, r.at, r.theta, from_state ? r.h0 : NULL, r.x, r.h,
                       r.gates);
    near(s.L * HN, f.h, r.h, 2e-6);
    near(s.L * 4 * HN, f.gates, r.gates, 1e-5);

    tk_gru_backward(s, f.at, f.theta, from_state ? f.h0 : NULL, f.x, f.h,
                    f.gates, every ? f.dy : NULL, f.dh, f.dtheta, 0, f.dx,
                    f.work);
    tk_gru_backward_ref(s, r.at, r.theta, from_state ? r.h0 : NULL, r.x, r.h,
                        r.gates, every ? r.dy : NULL, r.dh, r.dtheta, r.dx,
                        r.work);
    near(f.layout.size, f.dtheta, r.dtheta, 2e-5);
    near(s.L * s.D * s.N, f.dx, r.dx, 2e-5);
    if (from_state)
        near(HN, f.dh, r.dh, 2e-5);
    drop_layer(&f);
    drop_layer(&r);
}

static void
fast_is_plain(void **state)
{
    const tk_gru_dims sizes[] = {
        {1, 1, 1, 1}, {5, 2, 3, 4}, {3, 17, 6, 5}, {4, 64, 24, 64}};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int k = 0; k < 4; k++)
            compare(sizes[i], k & 1, k & 2);
}

/* Rows of dx that are not wanted are left out and the others stay the same;
 * dx in the place of dy gives the same.
 */
static void
inputs_skipped(void **state)
{
    const tk_gru_dims s = {5, 3, 7, 4};
    const size_t skip = 3, K = 4, n = s.L * K * s.N;
    layer a, b;

    (void)state;
    make_layer(&a, s);
    make_layer(&b, s);
    tk_gru_forward(s, a.at, a.theta, NULL, a.x, a.h, a.gates, a.work);
    tk_gru_forward(s, b.at, b.theta, NULL, b.x, b.h, b.gates, b.work);
    tk_gru_backward(s, a.at, a.theta, NULL, a.x, a.h, a.gates, a.dy, a.dh,
                    a.dtheta, 0, a.dx, a.work);
    tk_gru_backward(s, b.at, b.theta, NULL, b.x, b.h, b.gates, b.dy, b.dh,
                    b.dtheta, skip, b.dy, b.work);
    for (size_t i = 0; i < n; i++) {
        const size_t c = i % s.N, k = i / s.N % K, l = i / s.N / K;

        CHECK_NEAR(b.dy[i], a.dx[(l * s.D + skip + k) * s.N + c], 1e-6);
    }
    near(a.layout.size, b.dtheta, a.dtheta, 0);
    drop_layer(&a);
    drop_layer(&b);
}

/* tk_gru_step has the bits of tk_gru_forward. */
static void
step_is_forward(void **state)
{
    const tk_gru_dims s = {4, 19, 6, 8};
    const size_t HN = s.H * s.N;
    layer t;
    tk_real *a = numbers(11, 3 * HN), *h = numbers(12, HN);

    (void)state;
    make_layer(&t, s);
    tk_gru_forward(s, t.at, t.theta, NULL, t.x, t.h, t.gates, t.work);
    for (size_t l = 0; l < s.L; l++) {
        tk_gemm(false, false, 3 * s.H, s.N, s.D, t.theta + t.at.W, s.D,
                t.x + l * s.D * s.N, s.N, 0, a, s.N);
        tk_gru_step(s, t.at, t.theta, l == 0, a, h, t.work);
        assert_memory_equal(h, t.h + l * HN, HN * sizeof *h);
    }
    drop_layer(&t);
    tk_free(a);
    tk_free(h);
}

/* A cell with a NaN spoils no other, and no other cell changes its bits. */
static void
nan_stays_in_its_cell(void **state)
{
    const tk_gru_dims s = {3, 64, 5, 16};
    layer a, b;

    (void)state;
    make_layer(&a, s);
    make_layer(&b, s);
    b.x[2 * s.N + 7] = (tk_real)NAN;
    tk_gru_forward(s, a.at, a.theta, NULL, a.x, a.h, a.gates, a.work);
    tk_gru_forward(s, b.at, b.theta, NULL, b.x, b.h, b.gates, b.work);
    for (size_t i = 0; i < s.L * s.H * s.N; i++)
        CHECK_NEAR(b.h[i], i % s.N == 7 ? (tk_real)NAN : a.h[i], 0);
    drop_layer(&a);
    drop_layer(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_is_plain),
        cmocka_unit_test(inputs_skipped),
        cmocka_unit_test(step_is_forward),
        cmocka_unit_test(nan_stays_in_its_cell),
    };

    return cmocka_run_group_tests_name("gru", tests, NULL, NULL);
}
