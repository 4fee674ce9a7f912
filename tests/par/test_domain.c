/* The domain of a training, fitted to files: the numbers that it says, nothing of
 * what is held out, the same bits on any number of ranks and in any memory.
 */
#include "par_check.h"

#include "learn_case.h"

#define YEARS 3 /* whole ones of 2000-05 .. 2003-12 */
#define MEAN 7  /* months of the slow mean          */

static const tk_split held = {
    .nyear = 1, .year = {2002}, .lat_low = 64, .lat_high = 66};

/* The case with an air that is WARMER beside it, of the same soil. */
static void
fit(const tk_par *who, const tk_split *split, bool warmer, int last,
    size_t budget, learning *s, tk_domain *d)
{
    tk_input_files in = {.nforcing = 1,
                         .forcing = file_air,
                         .changed = "t2m",
                         .change = {.amount = WARMER}};
    double mean[DEPTHS], std[DEPTHS];
    tk_dataset extra;

    learning_open(who, s);
    s->split = split ? *split : (tk_split){0};
    s->data.hide = &s->split;
    s->data.par = &s->par;
    CHECK_OK(tk_scale_fit(&s->data, &s->features, WINDOW, TRAIN_FIRST,
                          TRAIN_LAST, 1 << 20, mean, std));
    extra = s->data;
    CHECK_OK(
        tk_inputs_open(&s->par, &s->grid, &in, &s->features, &extra.inputs));
    CHECK_OK(tk_domain_fit(&s->data, warmer, &extra, &s->features, TRAIN_FIRST,
                           last, budget, d));
    tk_inputs_close(extra.inputs);
}

/* ---- by definition ---------------------------------------------------------- */

static bool
is_bad(size_t c, int month)
{
    return (c == GAP_CELL && month == GAP_MONTH)
           || (c == HOT_CELL && month == HOT_MONTH);
}

/* z of a cell's year; false if it has a bad month. */
static bool
plain_z(const learning *s, size_t c, int january, double z[2])
{
    z[0] = z[1] = 0;
    for (int month = january; month < january + 12; month++) {
        double sum = 0, n = 0;

        if (is_bad(c, month))
            return false;
        for (int k = 0; k < MEAN; k++)
            if (month - k >= FIRST && !is_bad(c, month - k)) {
                sum += (double)(float)air_of(c, month - k);
                n += 1;
            }
        z[0] += (double)(float)air_of(c, month) / 12;
        z[1] += sum / n / 12;
    }
    for (int i = 0; i < 2; i++)
        z[i] = (z[i] - s->features.f[i].mean) / s->features.f[i].std;
    return true;
}

static int
by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* z of all cell-years; how many. */
static size_t
plain_years(const learning *s, double (*z)[2])
{
    size_t n = 0;

    for (size_t c = 0; c < NY * NX; c++)
        for (int y = 1; y <= YEARS; y++)
            n += plain_z(s, c, FIRST + 12 * y, z[n]);
    return n;
}

static void
test_numbers(void **state)
{
    static double z[NY * NX * YEARS + 1][2], far[NY * NX * YEARS];
    double mean[2] = {0}, square[2][2] = {{0}}, range[2][2];
    double r, det;
    learning s;
    tk_domain d;
    size_t n;

    (void)state;
    fit(&par, NULL, false, TRAIN_LAST, 1 << 20, &s, &d);
    n = plain_years(&s, z);
    assert_int_equal(n, NY * NX * YEARS - 2);
    assert_int_equal(d.n, 2);
    assert_true(d.feature[0] == 0 && d.feature[1] == 1);
    assert_true(d.years == (double)n);
    for (int i = 0; i < 2; i++) {
        range[i][0] = range[i][1] = z[0][i];
        for (size_t k = 0; k < n; k++) {
            mean[i] += z[k][i] / (double)n;
            range[i][0] = fmin(range[i][0], z[k][i]);
            range[i][1] = fmax(range[i][1], z[k][i]);
        }
    }
    for (size_t k = 0; k < n; k++)
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                square[i][j] +=
                    (z[k][i] - mean[i]) * (z[k][j] - mean[j]) / (double)n;
    for (int i = 0; i < 2; i++) {
        CHECK_NEAR(d.mean[i], mean[i], 1e-6);
        CHECK_NEAR(d.spread[i], sqrt(square[i][i]), 1e-6);
        CHECK_NEAR(d.low[i], range[i][0], 1e-5);
        CHECK_NEAR(d.high[i], range[i][1], 1e-5);
    }
    r = square[0][1] / sqrt(square[0][0] * square[1][1]);
    det = 1.0001 * 1.0001 - r * r;
    for (size_t k = 0; k < n; k++) {
        const double u = (z[k][0] - mean[0]) / sqrt(square[0][0]);
        const double v = (z[k][1] - mean[1]) / sqrt(square[1][1]);

        far[k] = sqrt((1.0001 * (u * u + v * v) - 2 * r * u * v) / det);
    }
    qsort(far, n, sizeof *far, by_size);
    assert_true(r > 0.3 && r < 0.999); /* a case that is worth it */
    CHECK_NEAR(d.limit, far[(size_t)ceil(0.99 * (double)n) - 1], 2e-3);
    tk_domain_drop(&d);
    learning_close(&s);
}

/* ---- ranks, memory, what is held out ---------------------------------------- */

static tk_domain
domain_of(const tk_par *who, const tk_split *split, bool warmer, size_t budget)
{
    learning s;
    tk_domain d;

    fit(who, split, warmer, TRAIN_LAST, budget, &s, &d);
    learning_close(&s);
    return d;
}

static void
check_same(tk_domain a, tk_domain b)
{
    assert_true(a.n == 2 && tk_domain_same(&a, &b));
    tk_domain_drop(&a);
    tk_domain_drop(&b);
}

static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};

    (void)state;
    for (int warmer = 0; warmer < 2; warmer++) {
        check_same(domain_of(&par, NULL, warmer, 1 << 20),
                   domain_of(&alone, NULL, warmer, 1 << 20));
        check_same(domain_of(&par, NULL, warmer, 1),
                   domain_of(&alone, NULL, warmer, 1 << 24));
    }
}

/* The files of the second have absurd values in all that is held out. */
static void
test_held_out(void **state)
{
    tk_domain good, bad, all;

    (void)state;
    write_both(&held);
    good = domain_of(&par, &held, false, 1 << 20);
    all = domain_of(&par, NULL, false, 1 << 20);
    use_files(false);
    bad = domain_of(&par, &held, false, 1 << 20);
    use_files(true);
    assert_true(all.years > good.years);
    assert_true(good.years == 7 * NX * 2 - 1); /* rows, columns, years */
    tk_domain_drop(&all);
    /* A slow mean remembers months of the year that is held, which it may; the
     * files differ in those.
     */
    assert_true(good.n == 2 && bad.n == 2 && bad.years == good.years);
    assert_true(good.low[0] == bad.low[0] && good.high[0] == bad.high[0]);
    assert_true(good.mean[0] == bad.mean[0]);
    tk_domain_drop(&good);
    tk_domain_drop(&bad);
}

static void
test_widens(void **state)
{
    learning s;
    tk_domain d, wide;
    double more;

    (void)state;
    fit(&par, NULL, false, TRAIN_LAST, 1 << 20, &s, &d);
    learning_close(&s);
    fit(&par, NULL, true, TRAIN_LAST, 1 << 20, &s, &wide);
    more = WARMER / s.features.f[0].std;
    assert_true(wide.years == 2 * d.years);
    assert_true(wide.limit > 1 && wide.limit < 6); /* of all, counted */
    assert_true(wide.low[0] == d.low[0]);
    CHECK_NEAR(wide.high[0], d.high[0] + more, 1e-5);
    CHECK_NEAR(wide.mean[0], d.mean[0] + more / 2, 1e-5);
    CHECK_NEAR(wide.spread[0],
               sqrt(d.spread[0] * d.spread[0] + more * more / 4), 1e-5);
    tk_domain_drop(&d);
    tk_domain_drop(&wide);
    learning_close(&s);
}

/* Twice the same input; no whole year. */
static void
test_few(void **state)
{
    learning s;
    tk_domain d;

    (void)state;
    slow_months = 1;
    d = domain_of(&par, NULL, false, 1 << 20);
    slow_months = MEAN;
    assert_true(d.n == 2 && isfinite(d.white[3]) && d.white[3] < 100);
    tk_domain_drop(&d);
    fit(&par, NULL, false, FIRST + 22, 1 << 20, &s, &d);
    learning_close(&s);
    assert_true(d.n == 0 && !d.white);
    fit(&par, NULL, false, FIRST + 23, 1 << 20, &s, &d);
    learning_close(&s);
    assert_true(d.n == 2 && d.years == NY * NX);
    tk_domain_drop(&d);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest domain_tests[] = {
        cmocka_unit_test(test_numbers),  cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_held_out), cmocka_unit_test(test_widens),
        cmocka_unit_test(test_few),
    };

    par_start(&argc, &argv);
    slow_months = MEAN;
    learning_make();
    return PAR_RUN(domain_tests);
}
