/* The passes of every model. */
#include "../models.h"

/* The transformer sums in another order where windows share something. */
static void
same_windows(const char *name, size_t n, const tk_real *y, const tk_real *want)
{
    if (strcmp(name, "transformer") != 0) {
        assert_memory_equal(y, want, n * sizeof *y);
        return;
    }
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(y[i], want[i], 3e-6);
}

/* Every window of a series has the same bits alone and with others, and those of
 * forward.
 */
static void
predict_is_forward(const char *name, const tk_model_dims *s)
{
    const size_t DN = s->D * N, FN = s->F * N, windows = T - s->L + 1;
    run r;
    tk_real *one = numbers(6, DN);

    make(&r, name, s);
    r.net.model->predict(&r.pass, T, r.y);
    for (size_t w = 0; w < windows; w++) {
        r.pass.x = r.x + w * FN;
        r.net.model->forward(&r.pass, one);
        same_windows(name, DN, r.y + w * DN, one);
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
    for (size_t i = 0; i < CASES; i++)
        predict_is_forward(cases[i].name, cases[i].s);
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
    make(&r, "gru", &banded);
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
same_bits_of(const char *name, const tk_model_dims *s)
{
    const size_t DN = s->D * N;
    run r;
    tk_real *y = numbers(6, DN), *g, *again, *moved;
    size_t n, m;

    make(&r, name, s);
    n = r.net.layout.size;
    g = tk_new(n, sizeof *g);
    again = tk_new(n, sizeof *again);
    r.net.model->forward(&r.pass, r.y);
    r.net.model->backward(&r.pass, r.y, g, NULL);
    m = tk_net_work(&r.net, N, T);
    for (size_t i = 0; i < m; i++)
        r.pass.work[i] = (tk_real)NAN;
    m = tk_net_tape(&r.net, N);
    for (size_t i = 0; i < m; i++)
        r.pass.tape[i] = (tk_real)NAN;
    moved = numbers(7, n + 3);
    memcpy(moved + 3, r.theta, n * sizeof *moved);
    r.pass.theta = moved + 3;
    r.net.model->forward(&r.pass, y);
    assert_memory_equal(y, r.y, DN * sizeof *y);
    m = tk_net_work(&r.net, N, T);
    for (size_t i = 0; i < m; i++)
        r.pass.work[i] = (tk_real)NAN;
    r.net.model->backward(&r.pass, r.y, again, NULL);
    assert_memory_equal(g, again, n * sizeof *g);
    tk_free(moved);
    tk_free(y);
    tk_free(g);
    tk_free(again);
    drop(&r);
}

static void
same_bits_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        same_bits_of(cases[i].name, cases[i].s);
}

/* Other values in a cell leave the answers of the cells beside it. */
static void
cells_apart(const char *name, const tk_model_dims *s)
{
    const size_t DN = s->D * N;
    run r;
    tk_real *y = numbers(6, DN);

    make(&r, name, s);
    r.net.model->forward(&r.pass, y);
    for (size_t i = N - 1; i < s->L * s->F * N; i += N)
        r.x[i] = (tk_real)NAN;
    r.net.model->forward(&r.pass, r.y);
    for (size_t i = 0; i < DN; i++)
        CHECK_NEAR(r.y[i], i % N == N - 1 ? (tk_real)NAN : y[i], 0);
    tk_free(y);
    drop(&r);
}

static void
padding_does_not_matter(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        cells_apart(cases[i].name, cases[i].s);
}

static void
dropout_masks(void **state)
{
    enum { MANY = 40000 };
    const tk_noise noise = {true, 1, 2, 3, 4};
    tk_noise other = noise;
    tk_real *mask = numbers(6, MANY), *mask2 = numbers(7, MANY);
    size_t dropped = 0;

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

    tk_free(mask);
    tk_free(mask2);
}

/* Without training a net with dropout is the net without; with it, a recurrent
 * net drops something between layers only.
 */
static void
dropout_of(const char *name, const tk_model_dims *dims)
{
    tk_model_dims s = *dims;
    tk_real *y = numbers(8, s.D * N);
    run r;

    make(&r, name, &s);
    r.net.model->forward(&r.pass, y);
    drop(&r);
    s.dropout = 0.5;
    make(&r, name, &s);
    r.net.model->forward(&r.pass, r.y);
    assert_memory_equal(y, r.y, s.D * N * sizeof *y);
    r.pass.noise = (tk_noise){true, 1, 2, 3, 4};
    r.net.model->forward(&r.pass, r.y);
    assert_int_equal(memcmp(y, r.y, s.D * N * sizeof *y) != 0,
                     s.H == 0 || s.layers > 1);
    drop(&r);
    tk_free(y);
}

static void
dropout_in_training(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        dropout_of(cases[i].name, cases[i].s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows),
        cmocka_unit_test(carried_state),
        cmocka_unit_test(same_bits_again),
        cmocka_unit_test(padding_does_not_matter),
        cmocka_unit_test(dropout_masks),
        cmocka_unit_test(dropout_in_training),
    };

    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
