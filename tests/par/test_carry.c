/* Models whose state is carried from month to month: what training sees of a
 * cell is what prediction gives it, whatever is missing, on any number of ranks
 * and through a stop.
 */
#include "par_check.h"

#include "train_case.h"

#include "../../src/learn/train_impl.h"

/* The months of a whole series, from the first on. */
#define ANSWERS (MONTHS - WINDOW + 1)

/* ---- a hand-made training ------------------------------------------------- */

enum { SLOTS = 3, F = 3, PERIOD = 4 * WINDOW + 2, T = PERIOD + WINDOW - 1 };

typedef struct {
    tk_trained m;
    tk_dataset data;
    tk_train_opts opts;
    trainer t;
} hand;

static float *
floats(uint64_t stream, size_t n)
{
    float *x = tk_new(n, sizeof *x);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)tk_rng_normal(8, stream, i);
    return x;
}

/* Inputs of two cells that cannot be used, a target that is missing, a cell that
 * does not count.
 */
static void
hand_patch(uint64_t stream, tk_patch *p)
{
    *p = (tk_patch){.nmonth = T};
    p->x = floats(stream, (size_t)T * F * TK_TILE);
    p->y = floats(stream + 1, (size_t)T * DEPTHS * TK_TILE);
    p->bad = tk_new((size_t)T * TK_TILE, sizeof *p->bad);
    p->band = tk_new(TK_TILE, sizeof *p->band);
    p->weight = tk_new(TK_TILE, sizeof *p->weight);
    assert_true(p->bad && p->band && p->weight);
    p->bad[11 * TK_TILE + 7] = TK_CELL_MISSING;
    p->bad[12 * TK_TILE + 7] = TK_CELL_RANGE;
    p->bad[13 * TK_TILE + 40] = TK_CELL_MISSING;
    p->y[(15 * DEPTHS + 1) * TK_TILE + 20] = NAN;
    for (size_t l = 0; l < TK_TILE - 5; l++)
        p->weight[l] = 1;
}

static void
hand_make(hand *h, size_t per_step)
{
    const tk_model_dims dims = {
        .L = WINDOW, .F = F, .D = DEPTHS, .layers = 2, .H = 6};
    trainer *t = &h->t;

    memset(h, 0, sizeof *h);
    CHECK_OK(tk_trained_make(&h->m, "gru", &dims));
    tk_layout_init(&h->m.net.layout, 3, h->m.theta);
    h->m.state = TK_STATE_CARRY;
    h->m.train_first = FIRST;
    h->m.train_last = FIRST + PERIOD - 1;
    for (size_t d = 0; d < DEPTHS; d++) {
        h->m.target_mean[d] = 0.25 + (double)d;
        h->m.target_std[d] = 2;
    }
    h->opts = options();
    h->data = (tk_dataset){.par = &par, .F = F, .D = DEPTHS};
    *t = (trainer){.data = &h->data,
                   .opts = &h->opts,
                   .m = &h->m,
                   .P = h->m.net.layout.size,
                   .plan = {.seed = 5,
                            .ntile = SLOTS,
                            .shards = 1,
                            .slots = SLOTS,
                            .per_step = per_step},
                   .nshard = 1};
    tk_carry_plan(&h->m, &t->plan);
    t->slot = tk_new(SLOTS, sizeof *t->slot);
    t->tape = floats(1, tk_net_tape(&h->m.net, TK_TILE));
    t->work = floats(2, tk_net_work(&h->m.net, TK_TILE, WINDOW));
    t->all = tk_new(t->P, sizeof *t->all);
    assert_true(t->slot && t->all);
    for (size_t i = 0; i < SLOTS; i++)
        hand_patch(10 + 2 * i, &t->slot[i]);
    CHECK_OK(tk_carry_make(t));
}

static void
hand_drop(hand *h)
{
    trainer *t = &h->t;

    for (size_t i = 0; i < SLOTS; i++)
        tk_patch_drop(&t->slot[i]);
    tk_carry_drop(t);
    tk_free(t->slot);
    tk_free(t->tape);
    tk_free(t->work);
    tk_free(t->all);
    tk_trained_drop(&h->m);
}

/* All steps of a round with the weights as they are. */
static void
hand_round(hand *h, double sums[2])
{
    trainer *t = &h->t;

    sums[0] = sums[1] = 0;
    memset(t->all, 0, t->P * sizeof *t->all);
    tk_carry_round(t, 0);
    for (size_t s = 0; s < tk_plan_steps(&t->plan); s++)
        tk_carry_gradient(t, 0, s, t->all, sums);
}

/* The squared scaled error of a tile's run and its weight, by prediction. */
static void
predicted(const hand *h, const tk_patch *p, size_t start, double sums[2])
{
    const tk_trained *m = &h->m;
    const size_t n = T - start;
    float *work = floats(3, tk_trained_work(m, n));
    float *y = floats(4, (n - WINDOW + 1) * DEPTHS * TK_TILE);
    const size_t run = tk_plan_chunks(&h->t.plan) * WINDOW;

    tk_trained_predict(m, n, p->x + start * F * TK_TILE,
                       p->bad + start * TK_TILE, p->band, work, y);
    for (size_t i = 0; i < run * DEPTHS * TK_TILE; i++) {
        const size_t first = (start + WINDOW - 1) * DEPTHS * TK_TILE;
        const double e = ((double)y[i] - (double)p->y[first + i]) / 2;

        if (isfinite(e) && p->weight[i % TK_TILE] > 0) {
            sums[0] += e * e;
            sums[1] += 1;
        }
    }
    tk_free(work);
    tk_free(y);
}

/* Loss and state of a round are those of one prediction along it, whatever the
 * cut into steps; what has no answer has no part in it.
 */
static void
test_round(void **state)
{
    (void)state;
    for (size_t per_step = 1; per_step <= SLOTS + 1; per_step++) {
        double sums[2], want[2] = {0, 0};
        hand h;
        size_t start, n;

        hand_make(&h, per_step);
        n = tk_trained_state(&h.m);
        hand_round(&h, sums);
        start = h.t.carry->start[0];
        assert_true(start <= PERIOD % WINDOW);
        for (size_t i = 0; i < SLOTS; i++) {
            const tk_patch *p = &h.t.slot[i];
            float *one = tk_new(n, sizeof *one);

            predicted(&h, p, start, want);
            tk_trained_carry(&h.m, T - PERIOD % WINDOW,
                             p->x + start * F * TK_TILE,
                             p->bad + start * TK_TILE, p->band, h.t.work, one);
            assert_memory_equal(one, h.t.carry->h + i * n, n * sizeof *one);
            tk_free(one);
        }
        CHECK_NEAR(sums[1], want[1], 0);
        CHECK_NEAR(sums[0], want[0], 1e-6 * want[0]);
        hand_drop(&h);
    }
}

/* Soil of months without an answer, and inputs of a month that cannot be used,
 * are not learned from; neither is what a cell was before it.
 */
static void
test_lost(void **state)
{
    double sums[2];
    hand h;
    float *g;

    (void)state;
    hand_make(&h, 2);
    h.t.plan.period -= PERIOD % WINDOW; /* all start at 0 */
    for (size_t k = 0; k < 12; k++)     /* none before the gap */
        for (size_t d = 0; d < DEPTHS; d++)
            h.t.slot[1].y[(k * DEPTHS + d) * TK_TILE + 7] = NAN;
    hand_round(&h, sums);
    g = floats(5, h.t.P);
    memcpy(g, h.t.all, h.t.P * sizeof *g);
    for (size_t k = 0; k < 13; k++)
        for (size_t f = 0; f < F; f++)
            h.t.slot[1].x[(k * F + f) * TK_TILE + 7] += 1;
    for (size_t k = 13; k < 12 + WINDOW; k++)
        h.t.slot[1].y[k * DEPTHS * TK_TILE + 7] += 1;
    hand_round(&h, sums);
    assert_memory_equal(g, h.t.all, h.t.P * sizeof *g);
    h.t.slot[1].y[(12 + WINDOW) * DEPTHS * TK_TILE + 7] += 1;
    hand_round(&h, sums);
    assert_memory_not_equal(g, h.t.all, h.t.P * sizeof *g);
    tk_free(g);
    hand_drop(&h);
}

/* ---- from files ------------------------------------------------------------ */

static void
prepare_carried(learning *s, tk_trained *m)
{
    prepare(s, m);
    m->state = TK_STATE_CARRY;
}

/* The digest of the weights, trained on the ranks of who. */
static uint64_t
train_carried(const tk_par *who, const tk_train_opts *o)
{
    learning s;
    tk_trained m = {0};
    uint64_t digest;

    learning_open(who, &s);
    prepare_carried(&s, &m);
    CHECK_OK(tk_train(&s.data, o, &m));
    digest = tk_digest_floats(0, m.net.layout.size, m.theta);
    tk_trained_drop(&m);
    learning_close(&s);
    return digest;
}

static void
carried_fails(tk_err want, const tk_train_opts *o, int last)
{
    learning s;
    tk_trained m = {0};

    learning_open(&par, &s);
    prepare_carried(&s, &m);
    m.train_last = last;
    PAR_FAILS(want, tk_train(&s.data, o, &m));
    tk_trained_drop(&m);
    learning_close(&s);
}

static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    tk_train_opts o = options();
    uint64_t one, all;

    (void)state;
    o.slots = 2;
    one = train_carried(&alone, &o);
    all = train_carried(&par, &o);
    assert_true(one == all);
    o.steps_most = 4; /* another run of months */
    assert_true(train_carried(&par, &o) != all);
}

static void
test_resume(void **state)
{
    tk_train_opts o = options();
    uint64_t whole, parts;

    (void)state;
    whole = train_carried(&par, &o);
    o.checkpoint = par_file("carry.ckpt");
    if (par.rank == 0)
        unlink(o.checkpoint);
    setenv("TK_INJECT", "store.write:0:3", 1);
    carried_fails(TK_EOUT, &o, TRAIN_LAST);
    unsetenv("TK_INJECT");
    o.resume = true;
    parts = train_carried(&par, &o);
    assert_true(whole == parts);
}

static void
test_short(void **state)
{
    tk_train_opts o = options();

    (void)state;
    carried_fails(TK_ECONF, &o, TRAIN_FIRST + WINDOW - 2);
    PAR_SAYS("4 months", "the 5 of a window");
}

/* ---- prediction ------------------------------------------------------------ */

static void
open_series(learning *s, tk_trained *m, tk_patch *p)
{
    size_t first, n;

    learning_open(&par, s);
    prepare_carried(s, m);
    tk_tile_share(tk_tile_count(&s->grid), par.rank, par.size, &first, &n);
    PAR_OK(tk_patch_make(&s->data, first, n, MONTHS, p));
    PAR_OK(tk_patch_load(&s->data, FIRST, p));
}

/* Answers of tile t from the first month on, in pieces of so many. */
static void
answers(const tk_trained *m, const tk_patch *p, size_t t, size_t piece,
        float *y)
{
    const size_t row = F * TK_TILE, seen = WINDOW - 1;
    const float *x = p->x + t * MONTHS * row;
    const unsigned char *bad = p->bad + t * MONTHS * TK_TILE;
    float *work = floats(1, tk_trained_work(m, MONTHS));
    float *h = tk_new(tk_trained_state(m), sizeof *h);

    assert_non_null(h);
    tk_trained_carry(m, seen, x, bad, p->band, work, h);
    for (size_t k = 0; k < ANSWERS; k += piece) {
        const size_t n = ANSWERS - k < piece ? ANSWERS - k : piece;

        tk_trained_go_on(m, seen + n, x + k * row, bad + k * TK_TILE, p->band,
                         work, h, y + k * DEPTHS * TK_TILE);
    }
    tk_free(work);
    tk_free(h);
}

/* The answers of a model with these weights that has windows. */
static void
windows(const tk_trained *m, const tk_patch *p, size_t t, float *y)
{
    const size_t at = t * MONTHS * TK_TILE;
    tk_trained plain = *m;
    float *work;

    plain.state = TK_STATE_WINDOW;
    work = floats(1, tk_trained_work(&plain, MONTHS));
    tk_trained_predict(&plain, MONTHS, p->x + at * F, p->bad + at, p->band,
                       work, y);
    tk_free(work);
}

/* A cell has no answer while a window has something in it that cannot be used,
 * and comes back as if its series began then: its first answer is that of a
 * window.  The cells beside it do not see it.
 */
static void
test_gap(void **state)
{
    const size_t n = (size_t)ANSWERS * DEPTHS * TK_TILE;
    float *y = floats(2, n), *other = floats(3, n), *window = floats(4, n);
    learning s;
    tk_trained m = {0};
    tk_patch p;

    (void)state;
    open_series(&s, &m, &p);
    for (size_t t = 0; t < p.run.ntile; t++) {
        const size_t at = t * MONTHS * TK_TILE;

        answers(&m, &p, t, ANSWERS, y);
        for (size_t piece = 1; piece < 12; piece += 3) {
            answers(&m, &p, t, piece, other);
            assert_memory_equal(y, other, n * sizeof *y);
        }
        windows(&m, &p, t, window);
        memset(p.bad + at, TK_CELL_OK, (size_t)MONTHS * TK_TILE);
        answers(&m, &p, t, ANSWERS, other);
        for (size_t i = 0; i < n; i++) {
            const size_t c = (p.run.first_tile + t) * TK_TILE + i % TK_TILE;
            const int month =
                FIRST + WINDOW - 1 + (int)(i / (DEPTHS * TK_TILE));
            const int gap = c == GAP_CELL   ? GAP_MONTH
                            : c == HOT_CELL ? HOT_MONTH
                                            : FIRST + MONTHS;

            if (month < gap)
                CHECK_NEAR(y[i], other[i], 0);
            else
                assert_true(isnan(y[i]) == (month < gap + WINDOW));
            if (month == gap + WINDOW || month == FIRST + WINDOW - 1)
                CHECK_NEAR(y[i], window[i], 0);
        }
    }
    tk_patch_drop(&p);
    tk_trained_drop(&m);
    learning_close(&s);
    tk_free(y);
    tk_free(other);
    tk_free(window);
}

/* The curve of a training: what a run from the first month on gives. */
static void
test_valid(void **state)
{
    const size_t n = (size_t)ANSWERS * DEPTHS * TK_TILE;
    tk_train_opts o = options();
    double sums[2 * DEPTHS] = {0}, loss, train, rate, rmse[DEPTHS];
    float *y = floats(2, n);
    learning s;
    tk_trained m = {0};
    tk_patch p;
    char text[256];
    FILE *f;

    (void)state;
    o.epochs = 1;
    o.valid_tiles = 0;
    o.history = par_file("carry.csv");
    open_series(&s, &m, &p);
    assert_int_equal(tk_trained_start(&m, s.inputs, m.valid_first), FIRST);
    PAR_OK(tk_train(&s.data, &o, &m));
    for (size_t t = 0; t < p.run.ntile; t++) {
        answers(&m, &p, t, 7, y);
        for (size_t i = 0; i < n; i++) {
            const size_t k = i / (DEPTHS * TK_TILE) + WINDOW - 1;
            const size_t d = i / TK_TILE % DEPTHS, l = i % TK_TILE;
            const int month = FIRST + (int)k;
            const double e =
                (double)y[i]
                - (double)p.y[((t * MONTHS + k) * DEPTHS + d) * TK_TILE + l];

            if (month < m.valid_first || month > m.valid_last || !isfinite(e)
                || !(p.weight[t * TK_TILE + l] > 0))
                continue;
            sums[2 * d] += e * e;
            sums[2 * d + 1] += 1;
        }
    }
    MPI_Allreduce(MPI_IN_PLACE, sums, 2 * DEPTHS, MPI_DOUBLE, MPI_SUM,
                  par.comm);
    f = fopen(o.history, "r");
    assert_true(f && fgets(text, sizeof text, f)
                && fscanf(f, "1,%lf,%lf,%lf,%lf,%lf", &train, &loss, &rate,
                          &rmse[0], &rmse[1])
                       == 5);
    fclose(f);
    for (size_t d = 0; d < DEPTHS; d++)
        CHECK_NEAR(rmse[d], sqrt(sums[2 * d] / sums[2 * d + 1]), 1e-4);
    tk_patch_drop(&p);
    tk_trained_drop(&m);
    learning_close(&s);
    tk_free(y);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest carry_tests[] = {
        cmocka_unit_test(test_round), cmocka_unit_test(test_lost),
        cmocka_unit_test(test_ranks), cmocka_unit_test(test_resume),
        cmocka_unit_test(test_short), cmocka_unit_test(test_gap),
        cmocka_unit_test(test_valid),
    };

    par_start(&argc, &argv);
    learning_make();
    return PAR_RUN(carry_tests);
}
