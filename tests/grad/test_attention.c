/* Attention, fast and plain, for all queries and the last one; GELU. */
#include <stdbool.h>

#include "differences.h"

#include "talik/nn/act.h"
#include "talik/nn/attention.h"

enum { L = 5, N = 3, HEADS = 2, WIDTH = 4, D = HEADS * WIDTH };
enum { IN = L * 3 * D * N };

typedef struct {
    tk_attention_dims s;
    double *qkv, *o, *p, *w, *work;
    bool plain;
} layer;

static double
loss(void *what)
{
    layer *t = what;

    if (t->plain)
        tk_attention_forward_ref(t->s, t->qkv, t->o, t->work);
    else
        tk_attention_forward(t->s, t->qkv, t->o, t->p, t->work);
    return weighted_sum(t->s.Q * D * N, t->o, t->w);
}

static void
check(size_t Q, bool plain)
{
    layer t = {.s = {L, Q, N, D, HEADS}, .plain = plain};
    double *dqkv = tk_new(IN, sizeof *dqkv);

    t.qkv = numbers(1, IN);
    t.o = numbers(2, Q * D * N);
    t.p = numbers(3, tk_attention_tape(t.s));
    t.w = numbers(4, Q * D * N);
    t.work = numbers(5, tk_attention_work(t.s));
    loss(&t);
    if (plain)
        tk_attention_backward_ref(t.s, t.qkv, t.w, dqkv, t.work);
    else
        tk_attention_backward(t.s, t.qkv, t.p, t.w, dqkv, t.work);
    check_gradient("qkv", loss, &t, IN, t.qkv, dqkv, 1e-8);
    tk_free(t.qkv);
    tk_free(t.o);
    tk_free(t.p);
    tk_free(t.w);
    tk_free(t.work);
    tk_free(dqkv);
}

static void
fast(void **state)
{
    (void)state;
    check(L, false);
    check(1, false);
}

static void
plain(void **state)
{
    (void)state;
    check(L, true);
    check(1, true);
}

enum { POINTS = 40 };

static double
gelu_loss(void *what)
{
    double y[POINTS], sum = 0;

    tk_gelu(POINTS, what, y);
    for (size_t i = 0; i < POINTS; i++)
        sum += y[i];
    return sum;
}

static void
gelu(void **state)
{
    double x[POINTS], y[POINTS], again[POINTS], slope[POINTS];

    (void)state;
    for (size_t i = 0; i < POINTS; i++)
        x[i] = 0.31 * ((double)i - POINTS / 2.0);
    tk_gelu_slope(POINTS, x, y, slope);
    tk_gelu(POINTS, x, again);
    assert_memory_equal(y, again, sizeof y);
    check_gradient("x", gelu_loss, x, POINTS, x, slope, 1e-8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast),
        cmocka_unit_test(plain),
        cmocka_unit_test(gelu),
    };

    return cmocka_run_group_tests_name("gradient of attention", tests, NULL,
                                       NULL);
}
