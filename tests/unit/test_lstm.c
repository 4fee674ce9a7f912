/* The fast layer against the plain one, in both directions, for sizes with and
 * without remainders of vectors, with and without outside gradients.
 */
#include "../check.h"
#include "../numbers.h"

#include "talik/nn/gemm.h"
#include "talik/nn/lstm.h"

typedef struct {
    tk_layout layout;
    tk_lstm_dims s;
    tk_lstm_at at;
    tk_real *theta, *x, *h, *gates, *dh, *dy, *dtheta, *dx, *work;
} layer;

static void
make_layer(layer *t, tk_lstm_dims s)
{
    const size_t HN = s.H * s.N;
    size_t n;

    *t = (layer){.s = s};
    CHECK_OK(tk_lstm_layout(&t->layout, 0, s.reverse, s.D, s.H));
    t->at = tk_lstm_find(t->layout.tensor);
    n = t->layout.size;
    assert_int_equal(n, 4 * s.H * (s.D + s.H + 2));
    t->theta = numbers(1, n);
    for (size_t i = 0; i < n; i++)
        t->theta[i] /= 4;
    t->x = numbers(2, s.L * s.D * s.N);
    t->dh = numbers(4, HN);
    t->dy = numbers(5, s.L * s.rows * s.N);
    t->dtheta = numbers(6, n);
    t->h = numbers(7, s.L * s.rows * s.N);
    t->gates = numbers(8, s.L * 6 * HN);
    t->dx = numbers(9, s.L * s.D * s.N);
    t->work = numbers(10, 5 * HN + 4 * s.H);
}

static void
drop_layer(layer *t)
{
    tk_real *const held[] = {t->theta, t->x,  t->h,      t->gates, t->dh,
                             t->dy,    t->dx, t->dtheta, t->work};

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
compare(tk_lstm_dims s, bool every, bool add)
{
    const size_t n = s.L * s.rows * s.N;
    layer f, r;

    make_layer(&f, s);
    make_layer(&r, s);
    tk_lstm_forward(s, f.at, f.theta, f.x, f.h, f.gates, f.work);
    tk_lstm_forward_ref(s, r.at, r.theta, r.x, r.h, r.gates);
    near(n, f.h, r.h, 2e-6); /* also the rows between, which stay */
    near(s.L * 6 * s.H * s.N, f.gates, r.gates, 1e-5);

    tk_lstm_backward(s, f.at, f.theta, f.x, f.h, f.gates, every ? f.dy : NULL,
                     f.dh, f.dtheta, 0, add, f.dx, f.work);
    tk_lstm_backward_ref(s, r.at, r.theta, r.x, r.h, r.gates,
                         every ? r.dy : NULL, r.dh, r.dtheta, add, r.dx,
                         r.work);
    near(f.layout.size, f.dtheta, r.dtheta, 2e-5);
    near(s.L * s.D * s.N, f.dx, r.dx, 2e-5);
    drop_layer(&f);
    drop_layer(&r);
}

static const tk_lstm_dims sizes[] = {
    {1, 1, 1, 1, 1, false},     {5, 2, 3, 4, 4, false},
    {5, 2, 3, 4, 9, true},      {3, 17, 6, 5, 10, false},
    {3, 17, 6, 5, 5, true},     {4, 64, 24, 64, 64, false},
    {4, 64, 24, 64, 128, true},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void
fast_is_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++)
        for (int k = 0; k < 4; k++)
            compare(sizes[i], k & 1, k & 2);
}

/* One direction reads what the other reads of steps in reverse order. */
static void
reverse_is_turned(void **state)
{
    tk_lstm_dims s = {6, 5, 3, 4, 4, false};
    const size_t DN = s.D * s.N, HN = s.H * s.N;
    layer a, b;

    (void)state;
    make_layer(&a, s);
    s.reverse = true;
    make_layer(&b, s);
    assert_string_equal(a.layout.tensor[3].name, "lstm.bias_hh_l0");
    assert_string_equal(b.layout.tensor[3].name, "lstm.bias_hh_l0_reverse");
    for (size_t l = 0; l < s.L; l++)
        memcpy(b.x + l * DN, a.x + (s.L - 1 - l) * DN, DN * sizeof *b.x);
    tk_lstm_forward(a.s, a.at, a.theta, a.x, a.h, a.gates, a.work);
    tk_lstm_forward(b.s, b.at, b.theta, b.x, b.h, b.gates, b.work);
    for (size_t l = 0; l < s.L; l++)
        assert_memory_equal(b.h + l * HN, a.h + (s.L - 1 - l) * HN,
                            HN * sizeof *b.h);
    drop_layer(&a);
    drop_layer(&b);
}

/* Rows of dx that are not wanted are left out and the others stay the same. */
static void
inputs_skipped(void **state)
{
    const tk_lstm_dims s = {5, 3, 7, 4, 4, false};
    const size_t skip = 3, K = 4, n = s.L * K * s.N;
    layer a, b;

    (void)state;
    make_layer(&a, s);
    make_layer(&b, s);
    tk_lstm_forward(s, a.at, a.theta, a.x, a.h, a.gates, a.work);
    tk_lstm_forward(s, b.at, b.theta, b.x, b.h, b.gates, b.work);
    tk_lstm_backward(s, a.at, a.theta, a.x, a.h, a.gates, a.dy, a.dh, a.dtheta,
                     0, false, a.dx, a.work);
    tk_lstm_backward(s, b.at, b.theta, b.x, b.h, b.gates, b.dy, b.dh, b.dtheta,
                     skip, false, b.dx, b.work);
    for (size_t i = 0; i < n; i++) {
        const size_t c = i % s.N, k = i / s.N % K, l = i / s.N / K;

        CHECK_NEAR(b.dx[i], a.dx[(l * s.D + skip + k) * s.N + c], 1e-6);
    }
    near(a.layout.size, b.dtheta, a.dtheta, 0);
    drop_layer(&a);
    drop_layer(&b);
}

/* tk_lstm_step has the bits of tk_lstm_forward, in place and beside. */
static void
step_is_forward(tk_lstm_dims s)
{
    const size_t HN = s.H * s.N;
    tk_real *a = numbers(11, 4 * HN), *c = numbers(12, HN);
    tk_real *h = numbers(13, HN), *other = numbers(14, HN);
    layer t;

    make_layer(&t, s);
    tk_lstm_forward(s, t.at, t.theta, t.x, t.h, t.gates, t.work);
    for (size_t i = 0; i < s.L; i++) {
        const size_t l = s.reverse ? s.L - 1 - i : i;

        tk_gemm(false, false, 4 * s.H, s.N, s.D, t.theta + t.at.W, s.D,
                t.x + l * s.D * s.N, s.N, 0, a, s.N);
        if (i % 2 == 0) {
            tk_lstm_step(s, t.at, t.theta, a, i > 0 ? h : NULL, c, h, t.work);
        } else {
            tk_lstm_step(s, t.at, t.theta, a, h, c, other, t.work);
            memcpy(h, other, HN * sizeof *h);
        }
        assert_memory_equal(h, t.h + l * s.rows * s.N, HN * sizeof *h);
    }
    drop_layer(&t);
    tk_free(a);
    tk_free(c);
    tk_free(h);
    tk_free(other);
}

static void
steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++)
        step_is_forward(sizes[i]);
}

/* A cell with a NaN spoils no other, and no other cell changes its bits. */
static void
nan_stays_in_its_cell(void **state)
{
    const tk_lstm_dims s = {3, 64, 5, 16, 16, false};
    layer a, b;

    (void)state;
    make_layer(&a, s);
    make_layer(&b, s);
    b.x[2 * s.N + 7] = (tk_real)NAN;
    tk_lstm_forward(s, a.at, a.theta, a.x, a.h, a.gates, a.work);
    tk_lstm_forward(s, b.at, b.theta, b.x, b.h, b.gates, b.work);
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
        cmocka_unit_test(reverse_is_turned),
        cmocka_unit_test(inputs_skipped),
        cmocka_unit_test(steps),
        cmocka_unit_test(nan_stays_in_its_cell),
    };

    return cmocka_run_group_tests_name("lstm", tests, NULL, NULL);
}
