/* A linear skip beside a network: its numbers by definition, and in every way to
 * an answer.
 */
#include "../explain_known.h"

#define L1 5
#define F1 4
#define T1 12
#define WINDOWS (T1 - L1 + 1)

static const char *const three[3] = {"rain", "t2m", "month_cos"};

static tk_features
some_features(void)
{
    tk_features f = {0};

    CHECK_OK(tk_features_add(&f, TK_FEAT_DYNAMIC, "t2m", "K"));
    CHECK_OK(tk_features_add(&f, TK_FEAT_DYNAMIC, "rain", "m"));
    CHECK_OK(tk_features_add(&f, TK_FEAT_MONTH, "", ""));
    return f;
}

static tk_skip
some_skip(size_t n)
{
    const tk_features f = some_features();
    tk_skip s;

    CHECK_OK(tk_skip_make(&f, n, three, DEPTHS, L1, &s));
    for (size_t i = 0; i < DEPTHS * (n * L1 + 1); i++)
        s.weight[i] = (float)tk_rng_normal(9, 1, i);
    return s;
}

static float *
normal(uint64_t stream, size_t n)
{
    float *x = tk_new(n, sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)tk_rng_normal(9, stream, i);
    return x;
}

/* b_d + sum of w x, written out. */
static double
plain(const tk_skip *s, const float *x, size_t t, size_t d, size_t lane)
{
    static const size_t place[3] = {1, 0, 3}; /* of three[] */
    double sum = (double)s->bias[d];

    for (size_t f = 0; f < s->n; f++)
        for (size_t l = 0; l < L1; l++)
            sum += (double)s->weight[(d * s->n + f) * L1 + l]
                   * (double)x[((t + l) * F1 + place[f]) * TK_TILE + lane];
    return sum;
}

static void
test_make(void **state)
{
    static const char *const twice[2] = {"t2m", "t2m"};
    static const char *const wrong[1] = {"t2n"};
    const char *many[TK_SKIP + 1];
    const tk_features f = some_features();
    const size_t held = tk_mem_held();
    tk_skip s, copy;

    (void)state;
    for (size_t i = 0; i <= TK_SKIP; i++)
        many[i] = "t2m";
    assert_int_equal(tk_skip_make(&f, 2, twice, 2, 3, &s), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "'t2m' is named twice"));
    assert_int_equal(tk_skip_make(&f, 1, wrong, 2, 3, &s), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "'t2n' is no input"));
    assert_int_equal(tk_skip_make(&f, TK_SKIP + 1, many, 2, 3, &s), TK_ECONF);
    CHECK_OK(tk_skip_make(&f, 0, NULL, 2, 3, &s));
    assert_true(tk_skip_same(&s, &(tk_skip){0}));
    CHECK_OK(tk_skip_copy(&s, &copy));
    s = some_skip(2);
    assert_false(tk_skip_same(&s, &copy));
    CHECK_OK(tk_skip_copy(&s, &copy));
    assert_true(copy.weight != s.weight && tk_skip_same(&s, &copy));
    copy.bias[DEPTHS - 1] += 1;
    assert_false(tk_skip_same(&s, &copy));
    tk_skip_drop(&copy);
    tk_skip_drop(&s);
    assert_int_equal(tk_mem_held(), held);
}

/* Both signs; NaN stays; none changes nothing. */
static void
test_add(void **state)
{
    const size_t n = WINDOWS * DEPTHS * TK_TILE;
    tk_skip s = some_skip(3);
    float *x = normal(2, (size_t)T1 * F1 * TK_TILE);
    float *y = tk_new(n, sizeof *y);

    (void)state;
    assert_non_null(y);
    y[7] = NAN;
    for (int turn = 0; turn < 3; turn++) {
        const tk_skip none = {0};

        tk_skip_add(turn < 2 ? &s : &none, WINDOWS, turn == 0 ? 2 : -1, x, y);
        for (size_t i = 0; i < n; i++)
            CHECK_NEAR((double)y[i],
                       i == 7 ? NAN
                              : (turn == 0 ? 2 : 1)
                                    * plain(&s, x, i / TK_TILE / DEPTHS,
                                            i / TK_TILE % DEPTHS, i % TK_TILE),
                       1e-5);
    }
    tk_free(x);
    tk_free(y);
    tk_skip_drop(&s);
}

static void
test_slope(void **state)
{
    tk_skip s = some_skip(2);
    float *dx = tk_new((size_t)L1 * F1 * TK_TILE, sizeof *dx);

    (void)state;
    assert_non_null(dx);
    tk_skip_slope(&s, 1, dx);
    for (size_t i = 0; i < (size_t)L1 * F1; i++) {
        const size_t f = i % F1, l = i / F1;
        const double want = f < 2 ? (double)s.weight[(2 + 1 - f) * L1 + l] : 0;

        CHECK_NEAR((double)dx[i * TK_TILE + 63], want, 0);
    }
    tk_free(dx);
    tk_skip_drop(&s);
}

/* A GRU; with zeros for weights it answers 0. */
static tk_trained
some_model(tk_state state, size_t nskip, bool zero)
{
    const tk_model_dims dims = {
        .L = L1, .F = F1, .D = DEPTHS, .layers = 2, .H = 6};
    tk_trained m = {.seed = 3};

    CHECK_OK(tk_trained_make(&m, "gru", &dims));
    if (!zero)
        tk_layout_init(&m.net.layout, 3, m.theta);
    m.state = state;
    m.features = some_features();
    for (size_t i = 0; i < F1; i++)
        m.features.f[i].std = 1;
    for (size_t d = 0; d < DEPTHS; d++) {
        m.depth[d] = depths[d];
        m.target_mean[d] = 270 - (double)d;
        m.target_std[d] = 2.5 + (double)d;
    }
    if (nskip)
        m.skip = some_skip(nskip);
    return m;
}

/* With the skip less without it, in K; of both kinds of state. */
static void
test_predict(void **state)
{
    const size_t n = WINDOWS * DEPTHS * TK_TILE;
    float *x = normal(2, (size_t)T1 * F1 * TK_TILE), *y[2];
    unsigned char bad[T1 * TK_TILE] = {0};
    int band[TK_TILE] = {0};

    (void)state;
    bad[7 * TK_TILE + 9] = TK_CELL_MISSING;
    for (tk_state st = TK_STATE_WINDOW; st <= TK_STATE_CARRY; st++) {
        for (int i = 0; i < 2; i++) {
            tk_trained m = some_model(st, i ? 3 : 0, false);
            float *work = tk_new(tk_trained_work(&m, T1), sizeof *work);

            y[i] = tk_new(n, sizeof *y[i]);
            assert_true(work && y[i]);
            tk_trained_predict(&m, T1, x, bad, band, work, y[i]);
            tk_free(work);
            tk_trained_drop(&m);
        }
        for (size_t i = 0; i < n; i++) {
            const size_t t = i / TK_TILE / DEPTHS, d = i / TK_TILE % DEPTHS;
            tk_skip s = some_skip(3);
            const double want =
                plain(&s, x, t, d, i % TK_TILE) * (2.5 + (double)d);
            const bool lost = i % TK_TILE == 9 && t >= 3;

            CHECK_NEAR((double)y[1][i] - (double)y[0][i], lost ? NAN : want,
                       2e-4);
            tk_skip_drop(&s);
        }
        tk_free(y[0]);
        tk_free(y[1]);
    }
    tk_free(x);
}

/* A carried run in pieces. */
static void
test_pieces(void **state)
{
    enum { PIECE = L1 + 2, ROW = DEPTHS * TK_TILE };
    const size_t n = WINDOWS * ROW;
    float *x = normal(2, (size_t)T1 * F1 * TK_TILE);
    unsigned char bad[T1 * TK_TILE] = {0};
    int band[TK_TILE] = {0};
    tk_trained m = some_model(TK_STATE_CARRY, 2, false);
    float *work = tk_new(tk_trained_work(&m, T1), sizeof *work);
    float *h = tk_new(tk_trained_state(&m), sizeof *h);
    float *whole = tk_new(n, sizeof *whole), *y = tk_new(n, sizeof *y);
    size_t t;

    (void)state;
    assert_true(work && h && whole && y);
    tk_trained_predict(&m, T1, x, bad, band, work, whole);
    tk_trained_carry(&m, L1 - 1, x, bad, band, work, h);
    for (t = 0; t + PIECE <= T1; t += PIECE - L1 + 1)
        tk_trained_go_on(&m, PIECE, x + t * F1 * TK_TILE, bad, band, work, h,
                         y + t * ROW);
    assert_true(t > 3);
    assert_memory_equal(y, whole, t * ROW * sizeof *y);
    tk_free(work);
    tk_free(h);
    tk_free(whole);
    tk_free(y);
    tk_free(x);
    tk_trained_drop(&m);
}

/* ---- the model file ------------------------------------------------------ */

static tk_err
replaced(const tk_trained *m, const char *name, size_t n, float first,
         const char *golden)
{
    tk_store *s = tk_store_new();
    tk_trained got = {0};
    float *x = tk_new(n, sizeof *x);
    tk_err err;

    assert_true(s && x);
    CHECK_OK(tk_trained_to_store(m, s));
    CHECK_OK(tk_store_get_floats(s, name, n, x));
    x[0] = first;
    CHECK_OK(tk_store_replace_floats(s, name, n, x));
    err = tk_trained_from_store(s, &got);
    if (err)
        assert_non_null(strstr(tk_last_fault()->text, golden));
    tk_trained_drop(&got);
    tk_free(x);
    tk_store_drop(s);
    return err;
}

static void
test_file(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 3; n++) {
        tk_trained m = some_model(TK_STATE_WINDOW, n, n == 2), got = {0};
        tk_store *s = tk_store_new();

        CHECK_OK(tk_trained_to_store(&m, s));
        assert_true(tk_store_has_text(s, "skip") == (n > 0));
        CHECK_OK(tk_trained_from_store(s, &got));
        assert_true(tk_skip_same(&got.skip, &m.skip));
        tk_trained_drop(&got);
        tk_store_drop(s);
        if (n > 0) { /* the golden pair is of both parts */
            assert_int_equal(replaced(&m, "skip.weight", DEPTHS * n * L1,
                                      m.skip.weight[0], ""),
                             TK_OK);
            assert_int_equal(
                replaced(&m, "skip.weight", DEPTHS * n * L1, 3, "golden"),
                TK_EDATA);
            assert_int_equal(replaced(&m, "skip.bias", DEPTHS, 3, "golden"),
                             TK_EDATA);
            assert_int_equal(
                replaced(&m, "skip.bias", DEPTHS, NAN, "no weight"), TK_EDATA);
        }
        tk_trained_drop(&m);
    }
}

static void
test_wrong_names(void **state)
{
    static const char *const list[4] = {"t2n", "t2m\nt2m", "t2m",
                                        "a\na\na\na\na\na\na\na\na\na\na\na\na"
                                        "\na\na\na\na"};
    static const char *const why[4] = {"'t2n' is no input", "twice",
                                       "skip.weight", "not sound"};
    const tk_features f = some_features();

    (void)state;
    for (int i = 0; i < 4; i++) {
        tk_store *store = tk_store_new();
        tk_skip s;

        CHECK_OK(tk_store_put_text(store, "skip", list[i]));
        assert_int_equal(tk_skip_from_store(store, &f, DEPTHS, L1, &s),
                         TK_EDATA);
        assert_non_null(strstr(tk_last_fault()->text, why[i]));
        tk_skip_drop(&s);
        tk_store_drop(store);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),        cmocka_unit_test(test_add),
        cmocka_unit_test(test_slope),       cmocka_unit_test(test_predict),
        cmocka_unit_test(test_pieces),      cmocka_unit_test(test_file),
        cmocka_unit_test(test_wrong_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
