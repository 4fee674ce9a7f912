/* What is held out has no influence: absurd targets in held months and cells,
 * and absurd inputs in held cells, leave weights and loss curves as they are.
 */
#include "par_check.h"

#include "train_case.h"

#include "talik/learn/warmest.h"

/* A year of the training, one of the test, cells in the south and blocks. */
static const tk_split held = {.nyear = 2,
                              .year = {2001, 2005},
                              .lat_low = 60,
                              .lat_high = 62,
                              .block = 3,
                              .share = 0.3,
                              .seed = 4};
/* The loss curves of the last training with o.history. */
static uint64_t
digest_of_curves(const char *path)
{
    char *text;
    size_t n;
    uint64_t digest;

    MPI_Barrier(par.comm);
    CHECK_OK(tk_read_file(path, 1 << 20, &text, &n));
    digest = tk_digest_bytes(n, text);
    tk_free(text);
    MPI_Barrier(par.comm);
    return digest;
}

static void
test_no_leak(void **state)
{
    tk_train_opts o = options();
    uint64_t weights, curves;

    (void)state;
    o.history = par_file("held.csv");
    use_files(true);
    weights = train_once(&par, &o, &held);
    curves = digest_of_curves(o.history);
    use_files(false);
    assert_true(train_once(&par, &o, &held) == weights);
    assert_true(digest_of_curves(o.history) == curves);
    /* The files do differ, and holding out does change what is learned. */
    assert_true(train_once(&par, &o, NULL) != weights);
    use_files(true);
    assert_true(train_once(&par, &o, NULL) != weights);
}

/* Validation months of a held year count for nothing either. */
static void
test_no_leak_in_validation(void **state)
{
    const tk_split some = {.nyear = 1, .year = {2004}}, none = {0};
    tk_train_opts o = options();
    learning s;
    tk_trained m = {0};
    uint64_t curves[2];

    (void)state;
    o.history = par_file("valid.csv");
    for (int i = 0; i < 2; i++) {
        absurd = i ? &some : &none;
        write_files(par_file("air_2004.nc"), par_file("soil_2004.nc"));
        learning_open(&par, &s);
        s.split = some;
        prepare(&s, &m);
        m.valid_last += 5; /* the year after it is there too */
        PAR_OK(tk_train(&s.data, &o, &m));
        curves[i] = digest_of_curves(o.history);
        tk_trained_drop(&m);
        learning_close(&s);
    }
    assert_true(curves[0] == curves[1]);
    use_files(true);
}

static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    const tk_train_opts o = options();
    uint64_t all;

    (void)state;
    all = train_once(&par, &o, &held);
    assert_true(train_once(&alone, &o, &held) == all);
}

static void
test_nothing_left(void **state)
{
    const tk_train_opts o = options();
    tk_split s = {.nyear = 4, .year = {2000, 2001, 2002, 2003}};
    learning l;
    tk_trained m = {0};

    (void)state;
    learning_open(&par, &l);
    prepare(&l, &m);
    m.split = s;
    PAR_FAILS(TK_ECONF, tk_train(&l.data, &o, &m));
    PAR_SAYS("&split years", "&train first");
    m.split = (tk_split){.nyear = 1, .year = {2004}};
    PAR_FAILS(TK_ECONF, tk_train(&l.data, &o, &m));
    PAR_SAYS("&split years", "&train valid_first");
    m.split = (tk_split){.lat_low = 50, .lat_high = 80};
    PAR_FAILS(TK_ECONF, tk_train(&l.data, &o, &m));
    PAR_SAYS("&split lat", "block_share");
    tk_trained_drop(&m);
    m = (tk_trained){0};
    l.split = s;
    l.data.hide = &l.split;
    PAR_FAILS(TK_EDATA,
              tk_scale_fit(&l.data, &l.features, WINDOW, TRAIN_FIRST,
                           TRAIN_LAST, 1 << 20, m.target_mean, m.target_std));
    PAR_SAYS("&split");
    learning_close(&l);
}

/* A training with another split does not go on from the checkpoint. */
static void
test_resume(void **state)
{
    tk_train_opts o = options();
    tk_split other = held;

    (void)state;
    o.checkpoint = par_file("held.ckpt");
    (void)train_once(&par, &o, &held);
    o.resume = true;
    (void)train_once(&par, &o, &held);
    other.year[1] = 2006;
    train_fails(TK_EDATA, &o, &other);
    PAR_SAYS("another training");
}

static void
test_model_file(void **state)
{
    const tk_train_opts o = options();
    learning s;
    tk_trained m = {0}, again = {0};

    (void)state;
    learning_open(&par, &s);
    s.split = held;
    (void)train(&s, &o, &m);
    PAR_OK(tk_trained_write(&par, &m, par_file("held.nc"), true));
    PAR_OK(tk_trained_read(&par, par_file("held.nc"), &again));
    assert_memory_equal(&again.split, &held, sizeof held);
    tk_trained_drop(&again);
    m.split = (tk_split){0}; /* as files from before there was a split */
    PAR_OK(tk_trained_write(&par, &m, par_file("held.nc"), true));
    PAR_OK(tk_trained_read(&par, par_file("held.nc"), &again));
    assert_false(tk_split_is_any(&again.split));
    tk_trained_drop(&again);
    m.split = (tk_split){.nyear = 1, .year = {20000}};
    PAR_OK(tk_trained_write(&par, &m, par_file("held.nc"), true));
    PAR_FAILS(TK_EDATA, tk_trained_read(&par, par_file("held.nc"), &again));
    PAR_SAYS("held.nc", "20000");
    tk_trained_drop(&m);
    learning_close(&s);
}

/* The mean of a year by a plain route. */
static double
mean_of(const tk_grid *grid, int year)
{
    double sum = 0, area = 0;

    for (size_t c = 0; c < NY * NX; c++) {
        const double a = tk_cell_area(grid, NY - 1 - c / NX, c % NX);
        double mean = 0;

        if ((c == GAP_CELL && GAP_MONTH / 12 == year)
            || (c == HOT_CELL && HOT_MONTH / 12 == year))
            continue;
        for (int m = 0; m < 12; m++)
            mean += air_of(c, 12 * year + m) / 12;
        sum += a * mean;
        area += a;
    }
    return sum / area;
}

static void
test_warmest(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    tk_year_mean list[6], one[6];
    size_t n;
    learning s;

    (void)state;
    learning_open(&par, &s);
    PAR_OK(tk_warmest_years(&s.data, 0, FIRST + 1, FIRST + 71, 1, &n, list));
    assert_int_equal(n, 5); /* 2000 is not whole */
    for (size_t i = 0; i < n; i++) {
        CHECK_NEAR(list[i].mean, mean_of(&s.grid, list[i].year), 1e-4);
        assert_true(i == 0 || list[i].mean < list[i - 1].mean);
        assert_in_range(list[i].year, 2001, 2005);
    }
    PAR_OK(tk_warmest_years(&s.data, 0, FIRST, FIRST + 70, 1 << 20, &n, list));
    assert_int_equal(n, 5);
    PAR_OK(tk_warmest_years(&s.data, 0, FIRST + 1, FIRST + 22, 1, &n, one));
    assert_int_equal(n, 0);
    learning_close(&s);
    learning_open(&alone, &s);
    CHECK_OK(tk_warmest_years(&s.data, 0, FIRST, FIRST + 70, 1, &n, one));
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(one[i].year, list[i].year);
        CHECK_NEAR(one[i].mean, list[i].mean, 0);
    }
    learning_close(&s);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest held_out_tests[] = {
        cmocka_unit_test(test_no_leak),
        cmocka_unit_test(test_no_leak_in_validation),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_nothing_left),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_model_file),
        cmocka_unit_test(test_warmest),
    };

    par_start(&argc, &argv);
    write_both(&held);
    return PAR_RUN(held_out_tests);
}
