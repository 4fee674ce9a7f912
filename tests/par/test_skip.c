/* The linear skip fitted to files: it minimises what it says, finds a linear
 * relation, reads nothing that is held out, and has the same bytes on any number
 * of ranks; training then learns what is left.
 */
#include "par_check.h"

#include "train_case.h"

static const char *const air[1] = {"t2m"};
/* The fit of a prepared model with one penalty; its code. */
static tk_err
fit(learning *s, tk_trained *m, double penalty, size_t budget)
{
    tk_skip_opts o = {.first = m->train_first,
                      .last = m->train_last,
                      .valid_first = m->valid_first,
                      .valid_last = m->valid_last,
                      .npenalty = 1,
                      .penalty = {penalty, 1e3, 1e-6, 10},
                      .target_mean = m->target_mean,
                      .target_std = m->target_std,
                      .budget = budget};

    if (penalty == 0) { /* several, the first one the worst */
        o.npenalty = 4;
        o.penalty[0] = 1e3;
    }
    tk_skip_drop(&m->skip);
    CHECK_OK(tk_skip_make(&m->features, 1, air, DEPTHS, WINDOW, &m->skip));
    return tk_skip_fit(&s->data, &o, &m->skip);
}

static uint64_t
digest_of(const tk_skip *s)
{
    return tk_digest_floats(0, DEPTHS * (WINDOW + 1), s->weight);
}

static uint64_t
fit_once(const tk_par *who, const tk_split *split, size_t budget)
{
    learning s;
    tk_trained m = {0};
    uint64_t digest;

    learning_open(who, &s);
    if (split)
        s.split = *split;
    prepare(&s, &m);
    CHECK_OK(fit(&s, &m, 1e-6, budget));
    digest = digest_of(&m.skip);
    tk_trained_drop(&m);
    learning_close(&s);
    return digest;
}

/* ---- what is minimised ---------------------------------------------------- */

static bool
is_used(size_t c, int month)
{
    return !(c == GAP_CELL && month >= GAP_MONTH && month < GAP_MONTH + WINDOW)
           && !(c == HOT_CELL && month >= HOT_MONTH
                && month < HOT_MONTH + WINDOW);
}

static double
scaled_air(const tk_trained *m, size_t c, int month)
{
    return ((double)(float)air_of(c, month) - m->features.f[0].mean)
           / m->features.f[0].std;
}

/* Residual sums of a depth: [0] itself, [1 + l] times lag l; windows; variance. */
typedef struct {
    double r[WINDOW + 1], n, s2;
} slopes;

static slopes
slopes_of(const tk_trained *m, size_t d)
{
    slopes s = {.n = 0};
    double sum[WINDOW] = {0}, square[WINDOW] = {0};

    for (size_t c = 0; c < NY * NX; c++)
        for (int month = TRAIN_FIRST; month <= TRAIN_LAST; month++) {
            double left =
                ((double)(float)soil_of(c, month, d) - m->target_mean[d])
                    / m->target_std[d]
                - (double)m->skip.bias[d];
            double x[WINDOW];

            if (!is_used(c, month))
                continue;
            for (int l = 0; l < WINDOW; l++) {
                x[l] = scaled_air(m, c, month - WINDOW + 1 + l);
                left -= (double)m->skip.weight[d * WINDOW + (size_t)l] * x[l];
                sum[l] += x[l];
                square[l] += x[l] * x[l];
            }
            s.n += 1;
            s.r[0] += left;
            for (int l = 0; l < WINDOW; l++)
                s.r[1 + l] += left * x[l];
        }
    for (int l = 0; l < WINDOW; l++)
        s.s2 += (square[l] / s.n - sum[l] / s.n * sum[l] / s.n) / WINDOW;
    return s;
}

/* At the minimum the slope of the objective is 0, by bias and by weights. */
static void
test_minimum(void **state)
{
    static const double penalty[2] = {1e-6, 0.3};
    learning s;
    tk_trained m = {0};

    (void)state;
    learning_open(&par, &s);
    prepare(&s, &m);
    for (int i = 0; i < 2; i++) {
        PAR_OK(fit(&s, &m, penalty[i], 1));
        for (size_t d = 0; d < DEPTHS; d++) {
            const slopes r = slopes_of(&m, d);

            CHECK_NEAR(r.r[0] / r.n, 0, 1e-6);
            for (size_t l = 0; l < WINDOW; l++)
                CHECK_NEAR(r.r[1 + l] / r.n
                               - penalty[i] * r.s2
                                     * (double)m.skip.weight[d * WINDOW + l],
                           0, 1e-6);
        }
    }
    tk_trained_drop(&m);
    learning_close(&s);
}

/* Soil is a weighted sum of air, but for a hundredth of the longitude. */
static void
test_linear(void **state)
{
    learning s;
    tk_trained m = {0};

    (void)state;
    learning_open(&par, &s);
    prepare(&s, &m);
    PAR_OK(fit(&s, &m, 1e-6, 1 << 20));
    for (size_t d = 0; d < DEPTHS; d++)
        for (size_t l = 0; l < WINDOW; l++) {
            const double k = m.target_std[d] / m.features.f[0].std;
            const double want =
                d == 0 ? (l == 4 ? 0.6 : 0) : (l > 0 ? 0.15 : 0);

            CHECK_NEAR((double)m.skip.weight[d * WINDOW + l] * k, want, 2e-3);
        }
    tk_trained_drop(&m);
    learning_close(&s);
}

/* Where a line is found, there is nothing to learn: a network of zeros is as good
 * as can be, and training, from first weights, comes near it in a few steps.
 */
static void
test_residual(void **state)
{
    for (tk_state st = TK_STATE_WINDOW; st <= TK_STATE_CARRY; st++) {
        tk_train_opts o = options();
        tk_train_result zero, after;
        learning s;
        tk_trained m = {0};

        (void)state;
        learning_open(&par, &s);
        prepare(&s, &m);
        m.state = st;
        PAR_OK(fit(&s, &m, 1e-6, 1 << 20));
        memset(m.theta, 0, m.net.layout.size * sizeof *m.theta);
        PAR_OK(tk_train_score(&s.data, &o, &m, &zero));
        for (size_t d = 0; d < DEPTHS; d++)
            assert_true(zero.rmse[d] < 0.15);
        o.result = &after;
        o.epochs = 8;
        tk_layout_init(&m.net.layout, 3, m.theta);
        PAR_OK(tk_train(&s.data, &o, &m));
        for (size_t d = 0; d < DEPTHS; d++)
            if (!(after.rmse[d] < 0.5))
                fail_msg("rmse %g K after training", after.rmse[d]);
        tk_trained_drop(&m);
        learning_close(&s);
    }
}

/* Each depth takes the penalty with the least error in the validation. */
static void
test_choice(void **state)
{
    learning s;
    tk_trained m = {0};
    uint64_t best;

    (void)state;
    learning_open(&par, &s);
    prepare(&s, &m);
    PAR_OK(fit(&s, &m, 1e-6, 1 << 20));
    best = digest_of(&m.skip);
    PAR_OK(fit(&s, &m, 10, 1 << 20));
    assert_true(digest_of(&m.skip) != best);
    PAR_OK(fit(&s, &m, 0, 1 << 20));
    assert_true(digest_of(&m.skip) == best);
    tk_trained_drop(&m);
    learning_close(&s);
}

/* Where the months of the validation are like no other, the best fit is not. */
static void
test_choice_other(void **state)
{
    static const tk_split year = {.nyear = 1, .year = {2004}};
    learning s;
    tk_trained m = {0};
    uint64_t fitted;

    (void)state;
    absurd = &year;
    write_files(par_file("air_2004.nc"), par_file("soil_2004.nc"));
    absurd = NULL;
    learning_open(&par, &s);
    prepare(&s, &m);
    PAR_OK(fit(&s, &m, 1e-6, 1 << 20));
    fitted = digest_of(&m.skip);
    PAR_OK(fit(&s, &m, 0, 1 << 20));
    assert_true(digest_of(&m.skip) != fitted);
    tk_trained_drop(&m);
    learning_close(&s);
    use_files(true);
}

/* ---- who computes, and what is read --------------------------------------- */

/* However the tiles are dealt out and cut. */
static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    uint64_t one;

    (void)state;
    one = fit_once(&alone, NULL, 1 << 20);
    assert_true(fit_once(&par, NULL, 1 << 20) == one);
    assert_true(fit_once(&par, NULL, 1) == one);
    assert_true(fit_once(&par, NULL, 1200) == one); /* two tiles at a time */
}

static uint64_t
train_skip(const tk_par *who, const tk_train_opts *o, tk_trained *m)
{
    learning s;
    uint64_t digest;

    learning_open(who, &s);
    prepare(&s, m);
    CHECK_OK(fit(&s, m, 1e-6, 1 << 20));
    CHECK_OK(tk_train(&s.data, o, m));
    digest = tk_digest_floats(0, m->net.layout.size, m->theta);
    learning_close(&s);
    return digest;
}

static void
test_train_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    const tk_train_opts o = options();
    tk_trained m = {0};
    uint64_t one;

    (void)state;
    one = train_skip(&alone, &o, &m);
    tk_trained_drop(&m);
    assert_true(train_skip(&par, &o, &m) == one);
    tk_trained_drop(&m);
    assert_true(train_once(&par, &o, NULL) != one);
}

/* A year of the training, cells in the south and blocks. */
static const tk_split held = {.nyear = 1,
                              .year = {2001},
                              .lat_low = 60,
                              .lat_high = 62,
                              .block = 3,
                              .share = 0.3,
                              .seed = 4};

static void
test_no_leak(void **state)
{
    uint64_t good;

    (void)state;
    good = fit_once(&par, &held, 1 << 20);
    use_files(false);
    assert_true(fit_once(&par, &held, 1 << 20) == good);
    assert_true(fit_once(&par, NULL, 1 << 20) != good);
    use_files(true);
    assert_true(fit_once(&par, NULL, 1 << 20) != good);
}

static void
test_nothing(void **state)
{
    static const tk_split some[2] = {
        {.nyear = 4, .year = {2000, 2001, 2002, 2003}},
        {.nyear = 1, .year = {2004}}};
    learning s;
    tk_trained m = {0};

    (void)state;
    learning_open(&par, &s);
    prepare(&s, &m);
    for (int i = 0; i < 2; i++) {
        m.split = some[i];
        PAR_FAILS(TK_EDATA, fit(&s, &m, 1e-6, 1 << 20));
        PAR_SAYS(i ? "validation months" : "training months", "linear skip");
    }
    tk_trained_drop(&m);
    learning_close(&s);
}

/* Equations that cannot be solved: a negative penalty makes such ones. */
static void
test_singular(void **state)
{
    learning s;
    tk_trained m = {0};

    (void)state;
    learning_open(&par, &s);
    prepare(&s, &m);
    PAR_FAILS(TK_ERUN, fit(&s, &m, -10, 1 << 20));
    PAR_SAYS("cannot be fitted", "-10");
    tk_trained_drop(&m);
    learning_close(&s);
}

/* A checkpoint is of one skip; the model file keeps it. */
static void
test_files(void **state)
{
    tk_train_opts o = options();
    tk_trained m = {0}, again = {0};

    (void)state;
    o.checkpoint = par_file("skip.ckpt");
    MPI_Barrier(par.comm);
    if (par.rank == 0)
        unlink(o.checkpoint);
    MPI_Barrier(par.comm);
    (void)train_skip(&par, &o, &m);
    o.resume = true;
    train_fails(TK_EDATA, &o, NULL); /* without one */
    PAR_SAYS("another training");
    PAR_OK(tk_trained_write(&par, &m, par_file("skip.nc"), true));
    PAR_OK(tk_trained_read(&par, par_file("skip.nc"), &again));
    assert_int_equal(again.skip.n, 1);
    assert_true(tk_skip_same(&m.skip, &again.skip));
    tk_trained_drop(&again);
    tk_trained_drop(&m);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest skip_tests[] = {
        cmocka_unit_test(test_minimum),      cmocka_unit_test(test_singular),
        cmocka_unit_test(test_linear),       cmocka_unit_test(test_residual),
        cmocka_unit_test(test_choice),       cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_train_ranks),  cmocka_unit_test(test_no_leak),
        cmocka_unit_test(test_nothing),      cmocka_unit_test(test_files),
        cmocka_unit_test(test_choice_other),
    };

    par_start(&argc, &argv);
    write_both(&held);
    return PAR_RUN(skip_tests);
}
