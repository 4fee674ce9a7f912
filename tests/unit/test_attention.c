/* The fast attention against the plain one and hand-made cases. */
#include "../check.h"
#include "../numbers.h"

#include "talik/nn/attention.h"

static const tk_attention_dims sizes[] = {
    {.L = 1, .Q = 1, .N = 1, .d = 1, .heads = 1},
    {.L = 5, .Q = 5, .N = 3, .d = 6, .heads = 2},
    {.L = 24, .Q = 24, .N = 64, .d = 64, .heads = 4},
    {.L = 24, .Q = 1, .N = 64, .d = 64, .heads = 4},
    {.L = 13, .Q = 13, .N = 67, .d = 21, .heads = 3},
    {.L = 9, .Q = 1, .N = 16, .d = 11, .heads = 11},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

typedef struct {
    size_t in, out;
    tk_real *qkv, *o, *p, *work, *plain;
} layer;

static layer
make(tk_attention_dims s)
{
    layer t = {.in = s.L * 3 * s.d * s.N, .out = s.Q * s.d * s.N};

    t.qkv = numbers(1, t.in);
    t.o = numbers(2, t.out);
    t.p = numbers(3, tk_attention_tape(s));
    t.work = numbers(4, tk_attention_work(s));
    t.plain = numbers(5, 2 * s.L);
    return t;
}

static void
drop(layer *t)
{
    tk_free(t->qkv);
    tk_free(t->o);
    tk_free(t->p);
    tk_free(t->work);
    tk_free(t->plain);
}

static void
near(size_t n, const tk_real *got, const tk_real *want, double tol)
{
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(got[i], want[i], tol * (1 + fabs((double)want[i])));
}

static void
forward(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        const tk_attention_dims s = sizes[i];
        layer t = make(s);
        tk_real *want = numbers(6, t.out);

        tk_attention_forward_ref(s, t.qkv, want, t.plain);
        tk_attention_forward(s, t.qkv, t.o, NULL, t.work);
        near(t.out, t.o, want, 2e-6);
        memcpy(want, t.o, t.out * sizeof *want);
        tk_attention_forward(s, t.qkv, t.o, t.p, t.work);
        assert_memory_equal(t.o, want, t.out * sizeof *want);
        tk_free(want);
        drop(&t);
    }
}

/* Also that queries of no use are left alone. */
static void
backward(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        const tk_attention_dims s = sizes[i];
        layer t = make(s);
        tk_real *dout = numbers(6, t.out);
        tk_real *got = numbers(7, t.in), *want = numbers(7, t.in);

        tk_attention_forward(s, t.qkv, t.o, t.p, t.work);
        tk_attention_backward(s, t.qkv, t.p, dout, got, t.work);
        tk_attention_backward_ref(s, t.qkv, dout, want, t.plain);
        near(t.in, got, want, 1e-5);
        tk_free(dout);
        tk_free(got);
        tk_free(want);
        drop(&t);
    }
}

/* Equal keys: the mean of the values.  Two keys that fit far better than the
 * others, beyond the range of exp: shares e and 1 of their values.
 */
static void
by_hand(void **state)
{
    enum { L = 4, N = 2 };
    const tk_attention_dims s = {.L = L, .Q = 1, .N = N, .d = 1, .heads = 1};
    tk_real qkv[L][3][N] = {0}, o[N];
    tk_real *work = numbers(1, tk_attention_work(s));

    (void)state;
    for (size_t l = 0; l < L; l++) {
        qkv[l][2][0] = qkv[l][2][1] = (tk_real)l;
        qkv[l][1][0] = 3;
        qkv[l][1][1] = l == 1 ? 100 : l == 2 ? (tk_real)99.5 : -500;
    }
    qkv[L - 1][0][0] = qkv[L - 1][0][1] = 2;
    tk_attention_forward(s, &qkv[0][0][0], o, NULL, work);
    CHECK_NEAR(o[0], 1.5, 1e-6);
    CHECK_NEAR(o[1], (exp(1) + 2) / (exp(1) + 1), 1e-6);
    tk_free(work);
}

/* The bits of a cell do not depend on the cells beside it, nor on its place. */
static void
cells_apart(void **state)
{
    const tk_attention_dims s = sizes[4];
    tk_attention_dims one = s;
    layer a = make(s), b;

    (void)state;
    one.N = 1;
    b = make(one);
    tk_attention_forward(s, a.qkv, a.o, NULL, a.work);
    for (size_t c = 0; c < s.N; c++) {
        for (size_t i = 0; i < b.in; i++)
            b.qkv[i] = a.qkv[i * s.N + c];
        tk_attention_forward(one, b.qkv, b.o, NULL, b.work);
        for (size_t i = 0; i < b.out; i++)
            CHECK_NEAR(b.o[i], a.o[i * s.N + c], 0);
    }
    for (size_t i = 5; i < a.in; i += s.N)
        a.qkv[i] = (tk_real)NAN;
    memcpy(a.p, a.o, a.out * sizeof *a.o);
    tk_attention_forward(s, a.qkv, a.o, NULL, a.work);
    for (size_t i = 0; i < a.out; i++)
        CHECK_NEAR(a.o[i], i % s.N == 5 ? (tk_real)NAN : a.p[i], 0);
    drop(&a);
    drop(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward),
        cmocka_unit_test(backward),
        cmocka_unit_test(by_hand),
        cmocka_unit_test(cells_apart),
    };

    return cmocka_run_group_tests_name("attention", tests, NULL, NULL);
}
