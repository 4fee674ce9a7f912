/* Training through trouble: losses and gradients that are not finite, stops in
 * between, checkpoints of models of other sizes.
 */
#include "par_check.h"

#include "train_case.h"

/* A site at its n-th visit, on every rank: then each of them, alone or among
 * others, sees it at the same step.  n 0: at each.
 */
static void
inject(const char *site, int n)
{
    static int times;
    char text[512];
    size_t len;

    /* Other text each time: visits are counted anew. */
    len = (size_t)snprintf(text, sizeof text, "none:%d", times++);
    for (int r = 0; r < par.size; r++) {
        len +=
            (size_t)snprintf(text + len, sizeof text - len, ",%s:%d", site, r);
        if (n)
            len += (size_t)snprintf(text + len, sizeof text - len, ":%d", n);
    }
    setenv("TK_INJECT", text, 1);
}

static void
inject_nothing(void)
{
    unsetenv("TK_INJECT");
}

static tk_train_opts
through(const char *checkpoint)
{
    tk_train_opts o = options();

    o.checkpoint = par_file(checkpoint);
    MPI_Barrier(par.comm);
    if (par.rank == 0)
        unlink(o.checkpoint);
    MPI_Barrier(par.comm);
    return o;
}

/* Once in the first epoch: as if the rate had been half from the beginning. */
static void
test_halves(void **state)
{
    static const char *const site[] = {"train.loss", "train.gradient"};
    tk_train_opts o = options();
    uint64_t whole, half;

    (void)state;
    whole = train_once(&par, &o, NULL);
    for (int n = 2; n <= 8; n += 3) /* the last step is 8 */
        for (int i = 0; i < 2; i++) {
            o.rate.peak = options().rate.peak;
            inject(site[i], n);
            half = train_once(&par, &o, NULL);
            inject_nothing();
            assert_true(half != whole);
            o.rate.peak /= 2;
            assert_true(train_once(&par, &o, NULL) == half);
        }
}

static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    const tk_train_opts o = options();
    uint64_t one, all;

    (void)state;
    inject("train.loss", 20); /* the third epoch */
    all = train_once(&par, &o, NULL);
    inject("train.loss", 20);
    one = train_once(&alone, &o, NULL);
    inject_nothing();
    assert_true(all == one);
    assert_true(train_once(&par, &o, NULL) != all);
}

/* Stopped while the epoch is done again, and after it: the same bytes. */
static void
test_resume(void **state)
{
    tk_train_opts o = options();
    uint64_t whole;

    (void)state;
    inject("train.loss", 20);
    whole = train_once(&par, &o, NULL);
    for (int write = 4; write <= 5; write++) {
        char text[1024];

        o = through("back.ckpt");
        inject("train.loss", 20);
        snprintf(text, sizeof text, "%s,store.write:0:%d", getenv("TK_INJECT"),
                 write);
        setenv("TK_INJECT", text, 1);
        train_fails(TK_EOUT, &o, NULL);
        inject_nothing();
        o.resume = true;
        assert_true(train_once(&par, &o, NULL) == whole);
    }
}

static void
test_third_time(void **state)
{
    tk_train_opts o = through("third.ckpt");
    uint64_t least;

    (void)state;
    par_inject("train.loss"); /* the last rank always has a shard */
    train_fails(TK_ERUN, &o, NULL);
    PAR_SAYS("not finite", "third time", "0.25 of the learning rate",
             "learning_rate", "third.ckpt");
    o = through("third.ckpt");
    inject("train.gradient", 0);
    train_fails(TK_ERUN, &o, NULL);
    o.resume = true;
    inject("train.loss", 2); /* there are tries again */
    least = train_once(&par, &o, NULL);
    inject_nothing();
    o = options();
    o.rate.peak /= 16;
    assert_true(train_once(&par, &o, NULL) == least);
}

/* Sizes that leave the number of weights as it is. */
static void
test_other_sizes(void **state)
{
    tk_train_opts o = through("heads.ckpt");
    tk_model_dims dims = {.L = WINDOW,
                          .F = 3,
                          .D = DEPTHS,
                          .layers = 1,
                          .d = 8,
                          .heads = 2,
                          .ff = 8};
    learning s;
    tk_trained m = {0}, scaled = {0};

    (void)state;
    o.resume = true;
    learning_open(&par, &s);
    prepare(&s, &scaled);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(tk_trained_make(&m, "transformer", &dims));
        tk_layout_init(&m.net.layout, 3, m.theta);
        m.features = scaled.features;
        m.train_first = TRAIN_FIRST;
        m.train_last = TRAIN_LAST;
        m.valid_first = TRAIN_LAST + 1;
        m.valid_last = TRAIN_LAST + 12;
        m.target_std[0] = m.target_std[1] = 1;
        PAR_FAILS(i ? TK_EDATA : TK_OK, tk_train(&s.data, &o, &m));
        tk_trained_drop(&m);
        dims.heads = 4;
    }
    PAR_SAYS("another training");
    tk_trained_drop(&scaled);
    learning_close(&s);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest train_tests[] = {
        cmocka_unit_test(test_halves),      cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_resume),      cmocka_unit_test(test_third_time),
        cmocka_unit_test(test_other_sizes),
    };

    par_start(&argc, &argv);
    learning_make();
    return PAR_RUN(train_tests);
}
