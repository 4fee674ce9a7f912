#include "differences.h"

#include "talik/nn/gru.h"

enum { L = 5, N = 2, D = 3, H = 4, HN = H * N };

static const tk_gru_dims s = {L, N, D, H};

/* A layer whose loss weighs every state, or only the last one. */
typedef struct {
    tk_layout layout;
    tk_gru_at at;
    double *theta, *x, *h0, *h, *gates, *w, *work;
    bool from_state, every, plain;
} layer;

static double
loss(void *what)
{
    layer *t = what;
    const double *h0 = t->from_state ? t->h0 : NULL;

    if (t->plain)
        tk_gru_forward_ref(s, t->at, t->theta, h0, t->x, t->h, t->gates);
    else
        tk_gru_forward(s, t->at, t->theta, h0, t->x, t->h, t->gates, t->work);
    return weighted_sum(t->every ? L * HN : HN,
                        t->h + (t->every ? 0 : (L - 1) * HN), t->w);
}

static void
check(bool from_state, bool every, bool plain)
{
    layer t = {.from_state = from_state, .every = every, .plain = plain};
    double *dtheta, *dx, *dh;
    const double *h0, *dy;

    CHECK_OK(tk_gru_layout(&t.layout, 0, D, H));
    t.at = tk_gru_find(t.layout.tensor);
    t.theta = numbers(1, t.layout.size);
    t.x = numbers(2, L * D * N);
    t.h0 = numbers(3, HN);
    t.h = numbers(4, L * HN);
    t.gates = numbers(5, L * 4 * HN);
    t.w = numbers(6, L * HN);
    t.work = numbers(7, 6 * HN);
    dtheta = tk_new(t.layout.size, sizeof *dtheta);
    dx = numbers(8, L * D * N);
    dh = tk_new(HN, sizeof *dh);

    loss(&t);
    h0 = from_state ? t.h0 : NULL;
    dy = every ? t.w : NULL;
    if (!every)
        memcpy(dh, t.w, HN * sizeof *dh);
    if (plain)
        tk_gru_backward_ref(s, t.at, t.theta, h0, t.x, t.h, t.gates, dy, dh,
                            dtheta, dx, t.work);
    else
        tk_gru_backward(s, t.at, t.theta, h0, t.x, t.h, t.gates, dy, dh, dtheta,
                        0, dx, t.work);
    check_gradient("theta", loss, &t, t.layout.size, t.theta, dtheta, 1e-8);
    check_gradient("x", loss, &t, L * D * N, t.x, dx, 1e-8);
    if (from_state)
        check_gradient("h0", loss, &t, HN, t.h0, dh, 1e-8);

    tk_free(t.theta);
    tk_free(t.x);
    tk_free(t.h0);
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

    return cmocka_run_group_tests_name("gradient of gru", tests, NULL, NULL);
}
