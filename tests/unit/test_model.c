#include "../check.h"
#include "../numbers.h"

#include "talik/nn/model.h"

static const tk_model_dims plain = {
    .L = 6, .F = 5, .D = 3, .layers = 2, .H = 8};
static const tk_model_dims banded = {
    .L = 6, .F = 5, .bands = 4, .E = 2, .D = 3, .layers = 3, .H = 7};

enum { N = 19, T = 11 };

typedef struct {
    tk_net net;
    tk_pass pass;
    tk_real *theta, *x, *y;
    int band[N];
} run;

static void
make(run *r, const tk_model_dims *s)
{
    memset(r, 0, sizeof *r);
    CHECK_OK(tk_net_make(&r->net, "gru", s));
    r->theta = numbers(1, r->net.layout.size);
    tk_layout_init(&r->net.layout, 3, r->theta);
    r->x = numbers(2, T * s->F * N);
    r->y = numbers(3, T * s->D * N);
    for (int c = 0; c < N && s->E > 0; c++)
        r->band[c] = c % (int)s->bands;
    r->pass = (tk_pass){.net = &r->net,
                        .N = N,
                        .theta = r->theta,
                        .x = r->x,
                        .band = r->band,
                        .tape = numbers(4, tk_net_tape(&r->net, N)),
                        .work = numbers(5, tk_net_work(&r->net, N, T))};
}

static void
drop(run *r)
{
    tk_free(r->theta);
    tk_free(r->x);
    tk_free(r->y);
    tk_free(r->pass.tape);
    tk_free(r->pass.work);
    tk_net_drop(&r->net);
}

static void
names_and_shapes(void **state)
{
    const char *want[] = {
        "band_embedding.weight", "gru.weight_ih_l0", "gru.weight_hh_l0",
        "gru.bias_ih_l0",        "gru.bias_hh_l0",   "gru.weight_ih_l1",
        "gru.weight_hh_l1",      "gru.bias_ih_l1",   "gru.bias_hh_l1",
        "gru.weight_ih_l2",      "gru.weight_hh_l2", "gru.bias_ih_l2",
        "gru.bias_hh_l2",        "head.weight",      "head.bias"};
    const tk_tensor *t;
    run r;

    (void)state;
    make(&r, &banded);
    assert_int_equal(r.net.layout.n, 15);
    for (size_t k = 0; k < 15; k++)
        assert_string_equal(r.net.layout.tensor[k].name, want[k]);
    t = tk_layout_find(&r.net.layout, "gru.weight_ih_l0");
    assert_int_equal(t->dim[0], 21);
    assert_int_equal(t->dim[1], 7);
    t = tk_layout_find(&r.net.layout, "head.weight");
    assert_int_equal(t->dim[0], 3);
    assert_int_equal(t->dim[1], 7);
    assert_ptr_equal(tk_model_find("gru"), r.net.model);
    assert_ptr_equal(tk_model_at(0), r.net.model);
    assert_null(tk_model_find("none"));
    drop(&r);
}

static void
refuses(const char *name, tk_model_dims s, const char *word)
{
    tk_net net = {0};

    assert_int_equal(tk_net_make(&net, name, &s), TK_ECONF);
    if (!strstr(tk_last_fault()->text, word))
        fail_msg("'%s' does not name %s", tk_last_fault()->text, word);
}

static void
bad_sizes(void **state)
{
    tk_model_dims s = plain;

    (void)state;
    refuses("gri", s, "did you mean 'gru'");
    s.H = 70000;
    refuses("gru", s, "H (hidden) = 70000");
    s = plain;
    s.L = 0;
    refuses("gru", s, "L (window) = 0");
    s = plain;
    s.layers = 0;
    refuses("gru", s, "layers = 0");
    s = plain;
    s.E = 3;
    refuses("gru", s, "bands = 0");
    s = plain;
    s.dropout = 1;
    refuses("gru", s, "dropout = 1");
    s.dropout = NAN;
    refuses("gru", s, "dropout = nan");
}

/* Sizes come back from shapes, also in another order. */
static void
sizes_from_shapes(void **state)
{
    tk_layout given = {0}, other = {0};
    tk_model_dims s = {.L = banded.L};
    tk_real *theta;
    run r;

    (void)state;
    make(&r, &banded);
    for (size_t k = r.net.layout.n; k-- > 0;) {
        const tk_tensor *t = &r.net.layout.tensor[k];

        CHECK_OK(tk_layout_add(&given, t->init, t->scale, t->rank, t->dim, "%s",
                               t->name));
    }
    CHECK_OK(r.net.model->infer(&given, &s));
    assert_memory_equal(&s, &banded, sizeof s);

    theta = numbers(9, given.size);
    CHECK_OK(tk_layout_copy(&r.net.layout, &given, theta, r.theta));
    CHECK_NEAR(r.theta[0],
               theta[tk_layout_find(&given, "band_embedding.weight")->offset],
               0);
    CHECK_NEAR(r.theta[r.net.layout.size - 1], theta[banded.D - 1], 0);

    /* What does not fit is named. */
    s.layers = 2;
    CHECK_OK(r.net.model->layout(&s, &other));
    assert_int_equal(tk_layout_copy(&other, &given, theta, r.theta), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "gru.bias_hh_l2"));
    assert_int_equal(tk_layout_copy(&given, &other, theta, r.theta), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "gru.bias_hh_l2"));
    tk_layout_drop(&other);
    s.H = 5;
    CHECK_OK(r.net.model->layout(&s, &other));
    assert_int_equal(tk_layout_copy(&other, &given, theta, r.theta), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text,
                           "'gru.weight_ih_l0' is [21][7], expected [15][7]"));
    tk_layout_drop(&other);
    assert_int_equal(r.net.model->infer(&other, &s), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "head.weight"));
    tk_layout_drop(&given);
    tk_free(theta);
    drop(&r);
}

/* Every window of a series, alone or shared, has the bits of forward. */
static void
predict_is_forward(const tk_model_dims *s)
{
    const size_t DN = s->D * N, FN = s->F * N, windows = T - s->L + 1;
    run r;
    tk_real *one = numbers(6, DN);

    make(&r, s);
    r.net.model->predict(&r.pass, T, r.y);
    for (size_t w = 0; w < windows; w++) {
        r.pass.x = r.x + w * FN;
        r.net.model->forward(&r.pass, one);
        assert_memory_equal(one, r.y + w * DN, DN * sizeof *one);
        r.net.model->predict(&r.pass, s->L, one);
        assert_memory_equal(one, r.y + w * DN, DN * sizeof *one);
    }
    tk_free(one);
    drop(&r);
}

static void
windows(void **state)
{
    (void)state;
    predict_is_forward(&plain);
    predict_is_forward(&banded);
}

/* From a zero state, a carried run of L steps ends where a window does; a run
 * in two parts equals one in a single part, bit for bit.
 */
static void
carried_state(void **state)
{
    const size_t DN = banded.D * N, FN = banded.F * N, cut = 4;
    run r;
    tk_real *h, *h1, *window = numbers(6, DN), *parts = numbers(7, T * DN);
    size_t n;

    (void)state;
    make(&r, &banded);
    n = tk_net_state(&r.net, N);
    assert_int_equal(n, 3 * 7 * N);
    h = tk_new(n, sizeof *h);
    h1 = tk_new(n, sizeof *h1);
    r.net.model->forward(&r.pass, window);

    r.pass.h0 = h;
    r.pass.h1 = h1;
    r.net.model->predict(&r.pass, T, r.y);
    for (size_t i = 0; i < DN; i++)
        CHECK_NEAR(r.y[(banded.L - 1) * DN + i], window[i], 1e-6);

    r.pass.h1 = h;
    r.net.model->predict(&r.pass, cut, parts);
    r.pass.x = r.x + cut * FN;
    r.net.model->predict(&r.pass, T - cut, parts + cut * DN);
    assert_memory_equal(parts, r.y, T * DN * sizeof *parts);
    assert_memory_equal(h, h1, n * sizeof *h);

    /* forward over L steps agrees with predict */
    memset(h, 0, n * sizeof *h);
    r.pass.x = r.x;
    r.pass.h1 = h1;
    r.net.model->forward(&r.pass, parts);
    assert_memory_equal(parts, r.y, banded.L * DN * sizeof *parts);
    r.net.model->predict(&r.pass, banded.L, parts);
    tk_free(h);
    tk_free(h1);
    tk_free(window);
    tk_free(parts);
    drop(&r);
}

/* Passes leave nothing behind, and do not mind where theta lies: no bit changes
 * when work is overwritten in between and the weights move off their line.
 */
static void
same_bits_again(void **state)
{
    const size_t DN = banded.D * N;
    run r;
    tk_real *y = numbers(6, DN), *g, *again, *moved;
    size_t n, m;

    (void)state;
    make(&r, &banded);
    n = r.net.layout.size;
    g = tk_new(n, sizeof *g);
    again = tk_new(n, sizeof *again);
    r.net.model->forward(&r.pass, r.y);
    r.net.model->backward(&r.pass, r.y, g, NULL);
    m = tk_net_work(&r.net, N, T);
    for (size_t i = 0; i < m; i++)
        r.pass.work[i] = (tk_real)NAN;
    moved = numbers(7, n + 3);
    memcpy(moved + 3, r.theta, n * sizeof *moved);
    r.pass.theta = moved + 3;
    r.net.model->forward(&r.pass, y);
    assert_memory_equal(y, r.y, DN * sizeof *y);
    r.net.model->backward(&r.pass, r.y, again, NULL);
    assert_memory_equal(g, again, n * sizeof *g);
    tk_free(moved);
    tk_free(y);
    tk_free(g);
    tk_free(again);
    drop(&r);
}

/* A tile of more cells, or other values beside it, leaves a cell's answer. */
static void
padding_does_not_matter(void **state)
{
    const size_t DN = banded.D * N;
    run r;
    tk_real *y = numbers(6, DN);

    (void)state;
    make(&r, &banded);
    r.net.model->forward(&r.pass, y);
    for (size_t i = N - 1; i < banded.L * banded.F * N; i += N)
        r.x[i] = (tk_real)NAN;
    r.net.model->forward(&r.pass, r.y);
    for (size_t i = 0; i < DN; i++)
        CHECK_NEAR(r.y[i], i % N == N - 1 ? (tk_real)NAN : y[i], 0);
    tk_free(y);
    drop(&r);
}

static void
dropout(void **state)
{
    enum { MANY = 40000 };
    tk_model_dims s = banded;
    const tk_noise noise = {true, 1, 2, 3, 4};
    tk_noise other = noise;
    tk_real *mask = numbers(6, MANY), *mask2 = numbers(7, MANY), *y;
    size_t dropped = 0;
    run r;

    (void)state;
    tk_dropout_mask(&noise, 0, 0.2, MANY, mask);
    for (size_t i = 0; i < MANY; i++) {
        dropped += mask[i] == 0;
        if (mask[i] != 0)
            CHECK_NEAR(mask[i], 1.25, 2e-5);
    }
    CHECK_NEAR((double)dropped / MANY, 0.2, 0.01);
    other.tile = 5;
    tk_dropout_mask(&other, 0, 0.2, MANY, mask2);
    assert_memory_not_equal(mask, mask2, MANY * sizeof *mask);
    tk_dropout_mask(&noise, 1, 0.2, MANY, mask2);
    assert_memory_not_equal(mask, mask2, MANY * sizeof *mask);
    tk_dropout_mask(&noise, 0, 0.2, 101, mask2);
    assert_memory_equal(mask, mask2, 101 * sizeof *mask);

    /* Without training a net with dropout is the net without. */
    make(&r, &banded);
    y = numbers(8, s.D * N);
    r.net.model->forward(&r.pass, y);
    drop(&r);
    s.dropout = 0.5;
    make(&r, &s);
    r.net.model->forward(&r.pass, r.y);
    assert_memory_equal(y, r.y, s.D * N * sizeof *y);
    r.pass.noise = noise;
    r.net.model->forward(&r.pass, r.y);
    assert_memory_not_equal(y, r.y, s.D * N * sizeof *y);
    drop(&r);
    tk_free(mask);
    tk_free(mask2);
    tk_free(y);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_shapes),
        cmocka_unit_test(sizes_from_shapes),
        cmocka_unit_test(bad_sizes),
        cmocka_unit_test(windows),
        cmocka_unit_test(carried_state),
        cmocka_unit_test(same_bits_again),
        cmocka_unit_test(padding_does_not_matter),
        cmocka_unit_test(dropout),
    };

    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
