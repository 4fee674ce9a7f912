/* Signals: the regional mean against plain sums, with gaps, the same bits on any
 * ranks and whatever follows; how their months reach a model.
 */
#include "par_check.h"

#include "learn_case.h"
#include "talik/data/yearly.h"

#define YEARS (MONTHS / 12)
#define SIGNAL 3 /* place of the signal, behind the air and the month */

typedef struct {
    learning s; /* files and grid */
    tk_features features;
    tk_inputs *inputs;
    tk_dataset data;
} with_signal;

static void
signal_open(const tk_par *who, bool held, with_signal *h)
{
    const tk_input_files in = {.nforcing = 1, .forcing = file_air};
    tk_features *f = &h->features;

    learning_open(who, &h->s);
    f->n = 0;
    CHECK_OK(tk_features_add(f, TK_FEAT_DYNAMIC, "t2m", ""));
    CHECK_OK(tk_features_add(f, TK_FEAT_MONTH, "", ""));
    CHECK_OK(tk_features_add_signal(f, "t2m", held, ""));
    CHECK_OK(tk_inputs_open(&h->s.par, &h->s.grid, &in, f, &h->inputs));
    h->data = h->s.data;
    h->data.inputs = h->inputs;
    h->data.F = f->n;
}

static void
signal_close(with_signal *h)
{
    tk_inputs_close(h->inputs);
    learning_close(&h->s);
}

/* ---- means by year -------------------------------------------------------- */

static bool
has_year(size_t c, int year)
{
    return !(c == GAP_CELL && tk_month_year(GAP_MONTH) == year)
           && !(c == HOT_CELL && tk_month_year(HOT_MONTH) == year);
}

/* By rows of cells of equal area, which is as the sines of their edges on a
 * sphere: the test's own, so that no area comes from the code.
 */
static double
plain_year(int year)
{
    double sum = 0, weight = 0;

    for (size_t c = 0; c < NY * NX; c++) {
        const double south = (60 + (double)(c / NX)) * M_PI / 180;
        const double w = sin(south + M_PI / 180) - sin(south);
        double mean = 0;

        for (int m = 0; m < 12; m++)
            mean += (double)(float)air_of(c, 12 * year + m) / 12;
        if (has_year(c, year)) {
            sum += w * mean;
            weight += w;
        }
    }
    return sum / weight;
}

static void
test_years(void **state)
{
    double mean[YEARS];
    size_t n;
    int year;
    with_signal h;

    (void)state;
    signal_open(&par, false, &h);
    PAR_OK(tk_yearly_means(&h.data, 0, FIRST, FIRST + MONTHS - 1, 1 << 20,
                           &year, &n, mean));
    assert_int_equal(n, YEARS);
    assert_int_equal(year, FIRST / 12);
    for (size_t i = 0; i < n; i++) /* the ellipsoid is no sphere */
        CHECK_NEAR(mean[i], plain_year(year + (int)i), 2e-4);
    signal_close(&h);
}

/* Bits do not depend on ranks, memory, scaling, or months that follow. */
static void
test_bits(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    double want[YEARS], got[YEARS], early[YEARS], late[YEARS];
    size_t n;
    int year;
    with_signal h;

    (void)state;
    signal_open(&alone, false, &h);
    CHECK_OK(tk_yearly_means(&h.data, 0, FIRST, FIRST + MONTHS - 1, 1 << 20,
                             &year, &n, want));
    signal_close(&h);
    signal_open(&par, false, &h);
    h.features.f[0].mean = 260;
    h.features.f[0].std = 7;
    for (size_t budget = 1; budget <= 100000; budget *= 10) {
        PAR_OK(tk_yearly_means(&h.data, 0, FIRST, FIRST + MONTHS - 1, budget,
                               &year, &n, got));
        assert_int_equal(n, YEARS);
        assert_memory_equal(got, want, sizeof want);
    }
    CHECK_OK(tk_yearly_smooth(YEARS, want, 2, late));
    PAR_OK(tk_yearly_means(&h.data, 0, FIRST, FIRST + 46, 5000, &year, &n,
                           got)); /* three years and eleven months */
    assert_int_equal(n, 3);
    assert_memory_equal(got, want, 3 * sizeof *want);
    CHECK_OK(tk_yearly_smooth(n, got, 2, early));
    assert_memory_equal(early, late, 3 * sizeof *late);
    PAR_OK(
        tk_yearly_means(&h.data, 0, FIRST, FIRST + 10, 5000, &year, &n, got));
    assert_int_equal(n, 0);
    signal_close(&h);
}

static void
test_failing(void **state)
{
    double mean[YEARS];
    size_t n, held = tk_mem_held();
    int year;
    with_signal h;

    (void)state;
    signal_open(&par, false, &h);
    for (int i = 0; i < 4 * par.size; i++) { /* sums, and those of a piece */
        char site[32];

        snprintf(site, sizeof site, "mem.new:%d:%d", i / 4, i % 4 + 1);
        setenv("TK_INJECT", site, 1);
        PAR_FAILS(TK_ERUN, tk_yearly_means(&h.data, 0, FIRST, FIRST + 23, 1,
                                           &year, &n, mean));
    }
    setenv("TK_INJECT", "io.read:0", 1);
    PAR_FAILS(TK_EDATA, tk_yearly_means(&h.data, 0, FIRST, FIRST + 23, 1, &year,
                                        &n, mean));
    unsetenv("TK_INJECT");
    signal_close(&h);
    assert_int_equal(tk_mem_held(), held);
}

static void
test_smooth(void **state)
{
    const double x[7] = {1, 3, NAN, NAN, NAN, 8, 10};
    const double want[7] = {1, 2, 2, 3, NAN, 8, 9};
    double y[7];

    (void)state;
    CHECK_OK(tk_yearly_smooth(7, x, 2, y));
    for (size_t i = 0; i < 7; i++)
        if (isnan(want[i]))
            assert_true(isnan(y[i]));
        else
            CHECK_NEAR(y[i], want[i], 1e-15);
    CHECK_OK(tk_yearly_smooth(0, x, 2, y));
    CHECK_OK(tk_yearly_smooth(1, x, 9, y));
    CHECK_NEAR(y[0], 1, 0);
}

/* ---- months --------------------------------------------------------------- */

/* A month's number, but for one without a value. */
#define GAP 33
static void
give(with_signal *h)
{
    double value[MONTHS];

    for (int m = 0; m < MONTHS; m++)
        value[m] = m == GAP ? (double)NAN : m;
    CHECK_OK(tk_inputs_set_signal(h->inputs, SIGNAL, value));
}

static void
check_months(const with_signal *h, const tk_patch *p)
{
    const tk_feature *f = &h->features.f[SIGNAL];

    for (size_t i = 0; i < p->run.ntile * p->nmonth * TK_TILE; i++) {
        const size_t row = i / TK_TILE, l = i % TK_TILE;
        const int m = p->first - FIRST + (int)(row % p->nmonth);
        const double x = (double)p->x[(row * h->data.F + SIGNAL) * TK_TILE + l];
        double want = m;

        if (f->held && want < f->low)
            want = f->low;
        if (f->held && want > f->high)
            want = f->high;
        if (m == GAP) {
            assert_int_equal(p->bad[i], TK_CELL_MISSING);
            CHECK_NEAR(x, 0, 0);
        } else {
            CHECK_NEAR(x, (want - f->mean) / f->std, 1e-5);
        }
    }
}

static void
test_months(void **state)
{
    double low, high;
    tk_patch p;

    (void)state;
    for (int held = 0; held < 2; held++) {
        with_signal h;

        signal_open(&par, held, &h);
        PAR_OK(tk_patch_make(&h.data, 1, 2, 10, &p));
        PAR_FAILS(TK_ERUN, tk_patch_load(&h.data, FIRST, &p)); /* not set */
        PAR_SAYS(held ? "signal 't2m_regional_held' was not set"
                      : "signal 't2m_regional' was not set");
        give(&h);
        h.data.targets = NULL;
        h.features.f[SIGNAL].mean = 20;
        h.features.f[SIGNAL].std = 4;
        h.features.f[SIGNAL].low = 8;
        h.features.f[SIGNAL].high = 31;
        PAR_OK(tk_patch_load(&h.data, FIRST + 3, &p));
        check_months(&h, &p);
        for (int k = 0; k < 6; k++) {
            PAR_OK(tk_patch_advance(&h.data, 7, &p));
            check_months(&h, &p);
        }
        tk_patch_drop(&p);
        tk_inputs_signal_range(h.inputs, SIGNAL, FIRST - 9, FIRST + GAP, &low,
                               &high);
        CHECK_NEAR(low, 0, 0);
        CHECK_NEAR(high, GAP - 1, 0); /* whether it is held or not */
        tk_inputs_signal_range(h.inputs, SIGNAL, FIRST + GAP, FIRST + GAP, &low,
                               &high);
        assert_true(isnan(low) && isnan(high));
        signal_close(&h);
    }
}

/* Scaled as any other input, and fitted to what is there, held or not. */
static void
test_scale(void **state)
{
    double mean[DEPTHS], std[DEPTHS];

    (void)state;
    for (int held = 0; held < 2; held++) {
        with_signal h;
        tk_feature *f = &h.features.f[SIGNAL];

        signal_open(&par, held, &h);
        give(&h);
        f->low = 3; /* of another fit */
        f->high = 5;
        PAR_OK(tk_scale_fit(&h.data, &h.features, WINDOW, FIRST + 9, FIRST + 28,
                            1 << 20, mean, std));
        CHECK_NEAR(f->low, 5, 0); /* the first month of the first window */
        CHECK_NEAR(f->high, 28, 0);
        CHECK_NEAR(f->mean, 16.5, 1e-4); /* 24 months from 5 to 28 */
        CHECK_NEAR(f->std, sqrt((24.0 * 24 - 1) / 12), 1e-3);
        signal_close(&h);
    }
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest signal_tests[] = {
        cmocka_unit_test(test_years),   cmocka_unit_test(test_bits),
        cmocka_unit_test(test_failing), cmocka_unit_test(test_smooth),
        cmocka_unit_test(test_months),  cmocka_unit_test(test_scale),
    };

    par_start(&argc, &argv);
    learning_make();
    return PAR_RUN(signal_tests);
}
