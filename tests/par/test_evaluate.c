/* Models beside baselines: each score by its definition, on the months and cells
 * that are held out, the same on any number of ranks and with any memory.
 */
#include "par_check.h"

#include "learn_case.h"
#include "talik/learn/evaluate.h"

#define TEST_FIRST (TRAIN_LAST + 13)
#define TEST_LAST (FIRST + MONTHS - 1)
#define TESTED 12
#define MODELS 3 /* two members, and one of another kind */

typedef struct {
    learning s;
    tk_trained model[MODELS];
    tk_contestant contestant[MODELS];
    tk_contest contest;
} trial;

/* Models of random weights say what they say. */
static void
trial_open(const tk_par *who, trial *t)
{
    memset(t, 0, sizeof *t);
    learning_open(who, &t->s);
    for (size_t i = 0; i < MODELS; i++) {
        tk_trained *m = &t->model[i];
        const tk_model_dims dims = {
            .L = WINDOW - i / 2, .F = 3, .D = DEPTHS, .layers = 1, .H = 5};

        if (i < 2)
            prepare(&t->s, m);
        else {
            CHECK_OK(tk_trained_make(m, "bilstm", &dims));
            m->features = t->model[0].features;
            m->features.f[0].mean -= 3; /* its own scaling: its own inputs */
            memcpy(m->depth, depths, sizeof depths);
            memcpy(m->target_mean, t->model[0].target_mean,
                   sizeof m->target_mean);
            memcpy(m->target_std, t->model[0].target_std, sizeof m->target_std);
            m->train_first = TRAIN_FIRST + 3;
            m->train_last = TRAIN_LAST;
            m->valid_first = TRAIN_LAST + 1;
            m->valid_last = TRAIN_LAST + 12;
        }
        m->seed = (long long)i + 7;
        tk_layout_init(&m->net.layout, 10 + i, m->theta);
        t->contestant[i] = (tk_contestant){&t->s.data, m};
    }
    t->contest = (tk_contest){.nmodel = 1,
                              .model = t->contestant,
                              .air = "t2m",
                              .first = TRAIN_FIRST,
                              .last = TEST_LAST,
                              .level = 0.9,
                              .lat = NAN,
                              .lon = NAN,
                              .budget = (size_t)1 << 30};
}

static void
trial_close(trial *t)
{
    for (size_t i = 0; i < MODELS; i++)
        tk_trained_drop(&t->model[i]);
    learning_close(&t->s);
}

/* The predictor of that name; fails if there is none. */
static size_t
named(const tk_verdict *v, const char *name)
{
    for (size_t q = 0; q < v->npredictor; q++)
        if (strcmp(v->predictor[q].name, name) == 0)
            return q;
    fail_msg("no predictor '%s'", name);
    return 0;
}

static const tk_skill *
year(const tk_verdict *v, const char *name, size_t d)
{
    return tk_verdict_skill(v, named(v, name), d, 0, 0);
}

/* Means over cells with lat >= south and months of [first, last] of the error of
 * climatology (of training months but those of year `without`) and persistence.
 */
static void
by_hand(const learning *s, double south, int first, int last, int without,
        double *bias, double *rmse, double *persistence, double *cells)
{
    double w = 0, e1 = 0, e2 = 0, p2 = 0;

    *cells = 0;
    for (size_t c = 0; c < NY * NX; c++) {
        const double lat = 60.5 + (double)(c / NX);
        const double area = tk_cell_area(&s->grid, NY - 1 - c / NX, c % NX);

        *cells += lat >= south;
        for (int t = first; t <= last && lat >= south; t++) {
            double mean = 0, n = 0, e;

            for (int k = TRAIN_FIRST; k <= TRAIN_LAST; k++)
                if ((k - t) % 12 == 0 && k / 12 != without) {
                    mean += soil_of(c, k, 1);
                    n += 1;
                }
            e = mean / n - soil_of(c, t, 1);
            w += area;
            e1 += area * e;
            e2 += area * e * e;
            p2 += area * pow(soil_of(c, t - 1, 1) - soil_of(c, t, 1), 2);
        }
    }
    *bias = e1 / w;
    *rmse = sqrt(e2 / w);
    *persistence = sqrt(p2 / w);
}

static void
test_baselines(void **state)
{
    double bias, rmse, persistence, cells;
    tk_verdict v;
    trial t;

    (void)state;
    trial_open(&par, &t);
    PAR_OK(tk_evaluate(&t.contest, &v));
    by_hand(&t.s, 0, TEST_FIRST, TEST_LAST, 0, &bias, &rmse, &persistence,
            &cells);
    assert_int_equal(v.npredictor, 5);
    assert_int_equal(v.nmonth, TESTED);
    CHECK_NEAR(year(&v, "climatology", 1)->bias, bias, 1e-3);
    CHECK_NEAR(year(&v, "climatology", 1)->rmse, rmse, 1e-3);
    CHECK_NEAR(year(&v, "persistence", 1)->rmse, persistence, 1e-3);
    CHECK_NEAR(year(&v, "gru", 0)->count, cells * TESTED, 0);
    /* The relation is linear in the lags of air: the regression has it. */
    assert_true(year(&v, "lagged air", 1)->rmse < 0.5);
    tk_verdict_drop(&v);
    trial_close(&t);
}

/* Years and cells that were held out are the test, and nothing else; baselines
 * do not learn from them.
 */
static void
test_held(void **state)
{
    const int held = FIRST / 12 + 2;
    double bias, rmse, persistence, cells;
    tk_verdict v;
    trial t;

    (void)state;
    trial_open(&par, &t);
    CHECK_OK(tk_split_add_year(&t.model[0].split, held));
    t.model[0].split.lat_low = 64;
    t.model[0].split.lat_high = 90;
    PAR_OK(tk_evaluate(&t.contest, &v));
    by_hand(&t.s, 64, 12 * held, 12 * held + 11, held, &bias, &rmse,
            &persistence, &cells);
    assert_int_equal(v.nmonth, 12);
    assert_int_equal(v.month[0], 12 * held);
    CHECK_NEAR(year(&v, "gru", 0)->count, cells * 12, 30); /* two with gaps */
    CHECK_NEAR(year(&v, "climatology", 1)->bias, bias, 0.02);
    CHECK_NEAR(year(&v, "climatology", 1)->rmse, rmse, 0.02);
    CHECK_NEAR(year(&v, "persistence", 1)->rmse, persistence, 0.02);
    assert_true(v.lat >= 64);
    tk_verdict_drop(&v);

    /* All months of a period that is asked for, whatever was held out. */
    t.contest.chosen = true;
    t.contest.first = TEST_FIRST;
    PAR_OK(tk_evaluate(&t.contest, &v));
    assert_int_equal(v.nmonth, TESTED);
    CHECK_NEAR(year(&v, "gru", 0)->count, cells * TESTED, 0);
    tk_verdict_drop(&v);
    trial_close(&t);
}

/* Validation before training: neither is the test, the band is calibrated, the
 * regression chooses its penalty.
 */
static void
test_early_validation(void **state)
{
    tk_verdict v;
    trial t;

    (void)state;
    trial_open(&par, &t);
    t.model[0].valid_first = TRAIN_FIRST;
    t.model[0].valid_last = TRAIN_FIRST + 11;
    t.model[0].train_first = TRAIN_FIRST + 12;
    t.model[0].train_last = TRAIN_LAST + 12;
    t.contest.first = t.model[0].train_first;
    PAR_OK(tk_evaluate(&t.contest, &v));
    assert_int_equal(v.nmonth, TESTED);
    assert_int_equal(v.month[0], TEST_FIRST);
    for (size_t d = 0; d < DEPTHS; d++)
        assert_true(v.half_width[d] > 0);
    assert_true(year(&v, "lagged air", 1)->rmse < 0.5);
    tk_verdict_drop(&v);
    trial_close(&t);
}

/* Members and their mean, a model with inputs of its own, temperatures from
 * elsewhere: all on the same months; with little and with much memory.
 */
static void
test_contest(void **state)
{
    tk_features other;
    tk_inputs *inputs;
    tk_input_files files = {.nforcing = 1, .forcing = file_air};
    tk_dataset set;
    tk_given_soil truth = {"truth", NULL};
    const double edge[3] = {60, 64, 69};
    tk_verdict v, again;
    trial t;
    size_t a, b, mean;

    (void)state;
    trial_open(&par, &t);
    other = t.model[2].features;
    CHECK_OK(tk_inputs_open(&par, &t.s.grid, &files, &other, &inputs));
    set = t.s.data;
    set.inputs = inputs;
    set.targets = NULL;
    t.contestant[2].data = &set;
    truth.targets = t.s.targets;
    t.contest.nmodel = MODELS;
    t.contest.ngiven = 1;
    t.contest.given = &truth;
    t.contest.nedge = 3;
    t.contest.edge = edge;
    t.contest.lat = 66.4;
    t.contest.lon = -140.4;
    PAR_OK(tk_evaluate(&t.contest, &v));
    CHECK_NEAR(v.lat, 66.5, 1e-9);
    CHECK_NEAR(v.lon, -140.5, 1e-9);
    assert_int_equal(v.bands, 3);
    a = named(&v, "gru 7");
    b = named(&v, "gru 8");
    mean = named(&v, "gru mean");
    for (size_t d = 0; d < DEPTHS; d++) {
        double n = 0, spread = 0;

        CHECK_NEAR(year(&v, "truth", d)->rmse, 0, 0);
        CHECK_NEAR(year(&v, "truth", d)->abs_amplitude, 0, 0);
        for (size_t m = 0; m < v.nmonth; m++) {
            const double *p = v.predicted + d * v.nmonth + m;
            const size_t q = DEPTHS * v.nmonth;

            CHECK_NEAR(p[mean * q], (p[a * q] + p[b * q]) / 2, 1e-9);
            CHECK_NEAR(p[named(&v, "truth") * q], v.observed[d * v.nmonth + m],
                       0);
            spread += pow(p[a * q] - p[b * q], 2) / 2;
        }
        assert_true(spread > 0 && year(&v, "gru mean", d)->spread > 0);
        CHECK_NEAR(year(&v, "bilstm", d)->spread, NAN, 0);
        for (size_t k = 1; k < v.bands; k++)
            n += tk_verdict_skill(&v, a, d, k, 0)->count;
        CHECK_NEAR(n, year(&v, "gru 7", d)->count, 0);
        for (size_t q = 0; q < 4; q++) {
            const double covers = v.coverage[q * DEPTHS + d];

            assert_true(v.half_width[q * DEPTHS + d] > 0);
            assert_true(covers > 0.3 && covers <= 1);
        }
        CHECK_NEAR(v.coverage[named(&v, "air") * DEPTHS + d], NAN, 0);
    }
    t.contest.budget = 1; /* a tile at a time */
    PAR_OK(tk_evaluate(&t.contest, &again));
    assert_memory_equal(v.skill, again.skill,
                        v.npredictor * DEPTHS * v.bands * TK_SPANS
                            * sizeof *v.skill);
    assert_memory_equal(v.rmse, again.rmse,
                        v.npredictor * DEPTHS * v.nlane * sizeof *v.rmse);
    tk_verdict_drop(&again);
    /* The third model says the same where it is alone. */
    set.targets = t.s.targets;
    t.contest.model = t.contestant + 2;
    t.contest.nmodel = 1;
    PAR_OK(tk_evaluate(&t.contest, &again));
    assert_memory_equal(again.predicted,
                        v.predicted + named(&v, "bilstm") * DEPTHS * v.nmonth,
                        DEPTHS * v.nmonth * sizeof *v.predicted);
    tk_verdict_drop(&again);
    tk_verdict_drop(&v);
    tk_inputs_close(inputs);
    trial_close(&t);
}

/* Alone, then all together: the same bytes. */
static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    tk_verdict one, all;
    trial t;

    (void)state;
    trial_open(&alone, &t);
    t.contest.nmodel = 2;
    CHECK_OK(tk_evaluate(&t.contest, &one));
    trial_close(&t);
    trial_open(&par, &t);
    t.contest.nmodel = 2;
    PAR_OK(tk_evaluate(&t.contest, &all));
    assert_int_equal(one.npredictor, all.npredictor);
    assert_memory_equal(one.skill, all.skill,
                        one.npredictor * DEPTHS * TK_SPANS * sizeof *one.skill);
    assert_memory_equal(one.half_width, all.half_width,
                        2 * DEPTHS * sizeof *one.half_width);
    assert_memory_equal(one.coverage, all.coverage,
                        2 * DEPTHS * sizeof *one.coverage);
    assert_memory_equal(one.predicted, all.predicted,
                        one.npredictor * DEPTHS * one.nmonth
                            * sizeof *one.predicted);
    tk_verdict_drop(&one);
    tk_verdict_drop(&all);
    trial_close(&t);
}

static void
test_refused(void **state)
{
    tk_verdict v;
    trial t;

    (void)state;
    trial_open(&par, &t);
    t.contest.nmodel = 2;
    t.model[1].depth[1] = 1.5;
    PAR_FAILS(TK_ECONF, tk_evaluate(&t.contest, &v));
    PAR_SAYS("differ in their depths");
    tk_verdict_drop(&v);
    t.contest.nmodel = 1;
    t.contest.last = TRAIN_LAST;
    PAR_FAILS(TK_EDATA, tk_evaluate(&t.contest, &v));
    PAR_SAYS("no test month");
    tk_verdict_drop(&v);
    t.contest.last = TEST_LAST;
    t.contest.air = "tas";
    PAR_FAILS(TK_ECONF, tk_evaluate(&t.contest, &v));
    PAR_SAYS("no feature 'tas'");
    tk_verdict_drop(&v);
    /* A predictor without a value: which one. */
    t.contest.air = "t2m";
    t.model[0].target_mean[0] = t.model[0].target_mean[1] = NAN;
    PAR_FAILS(TK_EDATA, tk_evaluate(&t.contest, &v));
    PAR_SAYS("'gru' has no value");
    tk_verdict_drop(&v);
    trial_close(&t);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest evaluate_tests[] = {
        cmocka_unit_test(test_baselines),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_early_validation),
        cmocka_unit_test(test_contest),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_refused),
    };

    par_start(&argc, &argv);
    learning_make();
    return PAR_RUN(evaluate_tests);
}
