#include "differences.h"

#include "talik/nn/lstm.h"

enum { L = 5, N = 2, D = 3, H = 4, ROWS = 7, HN = H * N };

/* A layer whose loss weighs every state, or only the last one. */
typedef struct {
    tk_layout layout;
    tk_lstm_dims s;
    tk_lstm_at at;
    double *theta, *x, *h, *gates, *w, *work;
    bool every, plain;
} layer;

static double
loss(void *what)
{
    layer *t = what;
    const tk_lstm_dims s = t->s;
    double sum = 0;

    if (t->plain)
        tk_lstm_forward_ref(s, t->at, t->theta, t->x, t->h, t->gates);
    else
        tk_lstm_forward(s, t->at, t->theta, t->x, t->h, t->gates, t->work);
    if (!t->every)
        return weighted_sum(HN, t->h + (s.reverse ? 0 : (L - 1) * ROWS * N),
                            t->w);
    for (size_t l = 0; l < L; l++)
        sum += weighted_sum(HN, t->h + l * ROWS * N, t->w + l * ROWS * N);
    return sum;
}

static void
check(bool reverse, bool every, bool plain)
{
    layer t = {
        .s = {L, N, D, H, ROWS, reverse}, .every = every, .plain = plain};
    double *dtheta, *dx, *dh;
    const double *dy;

    CHECK_OK(tk_lstm_layout(&t.layout, 0, reverse, D, H));
    t.at = tk_lstm_find(t.layout.tensor);
    t.theta = numbers(1, t.layout.size);
    t.x = numbers(2, L * D * N);
    t.h = numbers(4, L * ROWS * N);
    t.gates = numbers(5, L * 6 * HN);
    t.w = numbers(6, L * ROWS * N);
    t.work = numbers(7, 5 * HN + 4 * H);
    dtheta = tk_new(t.layout.size, sizeof *dtheta);
    dx = numbers(8, L * D * N);
    dh = tk_new(HN, sizeof *dh);

    loss(&t);
    dy = every ? t.w : NULL;
    if (!every)
        memcpy(dh, t.w, HN * sizeof *dh);
    if (plain)
        tk_lstm_backward_ref(t.s, t.at, t.theta, t.x, t.h, t.gates, dy, dh,
                             dtheta, false, dx, t.work);
    else
        tk_lstm_backward(t.s, t.at, t.theta, t.x, t.h, t.gates, dy, dh, dtheta,
                         0, false, dx, t.work);
    check_gradient("theta", loss, &t, t.layout.size, t.theta, dtheta, 1e-8);
    check_gradient("x", loss, &t, L * D * N, t.x, dx, 1e-8);

    tk_free(t.theta);
    tk_free(t.x);
    tk_free(t.h);
    tk_free(t.gates);
    tk_free(t.w);
    tk_free(t.work);
    tk_free(dtheta);
    tk_free(dx);
    tk_free(dh);
    tk_layout_drop(&t.layout);
}

static void
fast(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++)
        check(k & 1, k & 2, false);
}

static void
plain(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++)
        check(k & 1, k & 2, true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast),
        cmocka_unit_test(plain),
    };

    return cmocka_run_group_tests_name("gradient of lstm", tests, NULL, NULL);
}
