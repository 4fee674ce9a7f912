/* Training on further data sets, of another climate: the same bytes on any number
 * of ranks and through a stop, nothing of what is held out, and what they are
 * for.
 */
#include "par_check.h"

#include "train_case.h"

typedef struct {
    learning s;
    tk_inputs *inputs;
    tk_targets *targets;
    tk_dataset set;
} climates;

static const char *warm_soil[1], *spoilt_soil[1];
static const tk_split held = {
    .nyear = 1, .year = {2002}, .lat_low = 64, .lat_high = 66};

/* The case of learn_case.h, and its air WARMER with the soil of a file. */
static void
climates_open(const tk_par *who, const char *const *soil, climates *c)
{
    static const char *const tsl[1] = {"tsl"};
    tk_input_files in = {.nforcing = 1,
                         .forcing = file_air,
                         .changed = "t2m",
                         .change = {.amount = WARMER}};

    memset(c, 0, sizeof *c);
    learning_open(who, &c->s);
    CHECK_OK(
        tk_inputs_open(&c->s.par, &c->s.grid, &in, &c->s.features, &c->inputs));
    in.forcing = soil;
    CHECK_OK(tk_targets_open(&c->s.par, &c->s.grid, &in, 1, tsl, DEPTHS, depths,
                             &c->targets));
    c->set = c->s.data;
    c->set.par = &c->s.par;
    c->set.inputs = c->inputs;
    c->set.targets = c->targets;
}

static void
climates_close(climates *c)
{
    tk_targets_close(c->targets);
    tk_inputs_close(c->inputs);
    learning_close(&c->s);
}

/* Trains with the further set; the code it must end with; the digest. */
static uint64_t
trains(const tk_par *who, const char *const *soil, double share, bool hides,
       tk_state as, tk_train_opts o, tk_err want)
{
    climates c;
    tk_trained m = {0};
    uint64_t digest;
    tk_err err;

    climates_open(who, soil, &c);
    if (hides)
        c.s.split = held;
    prepare(&c.s, &m);
    m.state = as;
    snprintf(m.augmented, sizeof m.augmented, "%s", soil[0]);
    o.nextra = 1;
    o.extra = &c.set;
    o.share = share;
    err = tk_train(&c.s.data, &o, &m);
    if (who->size == par.size)
        PAR_FAILS(want, err);
    else
        CHECK_OK(err);
    digest = tk_digest_floats(0, m.net.layout.size, m.theta);
    tk_trained_drop(&m);
    climates_close(&c);
    return digest;
}

static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    tk_train_opts o = options();
    uint64_t all, one;

    (void)state;
    o.slots = 2;
    for (int as = TK_STATE_WINDOW; as <= TK_STATE_CARRY; as++) {
        all = trains(&par, warm_soil, 0, false, (tk_state)as, o, TK_OK);
        one = trains(&alone, warm_soil, 0, false, (tk_state)as, o, TK_OK);
        assert_true(all == one);
        assert_true(trains(&par, spoilt_soil, 0, false, (tk_state)as, o, TK_OK)
                    != all);
        assert_true(trains(&par, warm_soil, 0.9, false, (tk_state)as, o, TK_OK)
                    != all);
    }
}

/* The years and cells that are held out are held out of both. */
static void
test_held_out(void **state)
{
    const tk_train_opts o = options();
    const uint64_t all =
        trains(&par, warm_soil, 0, true, TK_STATE_WINDOW, o, TK_OK);

    (void)state;
    assert_true(trains(&par, spoilt_soil, 0, true, TK_STATE_WINDOW, o, TK_OK)
                == all);
}

static void
test_resume(void **state)
{
    tk_train_opts o = options();
    uint64_t whole;

    (void)state;
    whole = trains(&par, warm_soil, 0.7, false, TK_STATE_WINDOW, o, TK_OK);
    o.checkpoint = par_file("augment.ckpt");
    MPI_Barrier(par.comm);
    if (par.rank == 0)
        unlink(o.checkpoint);
    MPI_Barrier(par.comm);
    setenv("TK_INJECT", "store.write:0:3", 1);
    trains(&par, warm_soil, 0.7, false, TK_STATE_WINDOW, o, TK_EOUT);
    unsetenv("TK_INJECT");
    o.resume = true;
    trains(&par, warm_soil, 0.2, false, TK_STATE_WINDOW, o, TK_EDATA);
    PAR_SAYS("another training");
    trains(&par, spoilt_soil, 0.7, false, TK_STATE_WINDOW, o, TK_EDATA);
    assert_true(trains(&par, warm_soil, 0.7, false, TK_STATE_WINDOW, o, TK_OK)
                == whole);
}

/* Error in the other climate, K, of a training with or without it. */
static double
error_there(bool with, const tk_train_opts *o)
{
    climates c;
    tk_trained m = {0};
    tk_train_opts opts = *o;
    tk_train_result there;

    climates_open(&par, warm_soil, &c);
    prepare(&c.s, &m);
    opts.nextra = with;
    opts.extra = &c.set;
    PAR_OK(tk_train(&c.s.data, &opts, &m));
    PAR_OK(tk_train_score(&c.set, o, &m, &there));
    tk_trained_drop(&m);
    climates_close(&c);
    return there.rmse[1];
}

static void
test_learns(void **state)
{
    tk_train_opts o = options();

    (void)state;
    o.epochs = 12;
    o.steps_most = 24;
    assert_true(error_there(true, &o) < 0.7 * error_there(false, &o));
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest augment_tests[] = {
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_held_out),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_learns),
    };

    par_start(&argc, &argv);
    soil_more = 0.6 * WARMER;
    write_files(par_file("other.nc"), par_file("warm.nc"));
    warm_soil[0] = tk_copy_text(file_soil[0]);
    absurd = &held;
    write_files(par_file("absurd.nc"), par_file("spoilt.nc"));
    spoilt_soil[0] = tk_copy_text(file_soil[0]);
    absurd = NULL;
    soil_more = 0;
    learning_make();
    return PAR_RUN(augment_tests);
}
