/* Slow means of files, and their differences: against plain sums, with gaps; the
 * same bytes from any first month, in blocks of any length and on any ranks.
 */
#include "par_check.h"

#include "learn_case.h"
#include "talik/core/digest.h"

#define MEANS 6
static const size_t months_of[MEANS] = {12, 1, 36, 5, 36, 5};
static const size_t less_of[MEANS] = {0, 0, 0, 0, 12, 1};
#define SLOW_F (MEANS + 3) /* with air, and the month twice */
#define AIR 2              /* place of the air, behind two of its means */

typedef struct {
    learning s; /* files and grid */
    tk_features features;
    tk_inputs *inputs;
    tk_dataset data;
} slow;

/* Means before and behind their input in the list. */
static void
slow_open(const tk_par *who, slow *h)
{
    const tk_input_files in = {.nforcing = 1, .forcing = file_air};
    tk_features *f = &h->features;

    learning_open(who, &h->s);
    f->n = 0;
    for (size_t k = 0; k < MEANS; k++) {
        if (k == AIR)
            CHECK_OK(tk_features_add(f, TK_FEAT_DYNAMIC, "t2m", ""));
        CHECK_OK(tk_features_add_slow(f, "t2m", months_of[k], less_of[k], ""));
    }
    CHECK_OK(tk_features_add(f, TK_FEAT_MONTH, "", ""));
    CHECK_OK(tk_inputs_open(&h->s.par, &h->s.grid, &in, f, &h->inputs));
    h->data = h->s.data;
    h->data.inputs = h->inputs;
    h->data.targets = NULL;
    h->data.F = f->n;
}

static void
slow_close(slow *h)
{
    tk_inputs_close(h->inputs);
    learning_close(&h->s);
}

static bool
is_there(size_t c, int month)
{
    return !(c == GAP_CELL && month == GAP_MONTH)
           && !(c == HOT_CELL && month == HOT_MONTH);
}

static double
plain(size_t c, int month, size_t n)
{
    double sum = 0;
    int count = 0;

    for (int m = month - (int)n + 1; m <= month; m++)
        if (m >= FIRST && is_there(c, m)) {
            sum += (double)(float)air_of(c, m);
            count++;
        }
    return sum / count;
}

static double
plain_feature(size_t c, int month, const tk_feature *f)
{
    return plain(c, month, f->months)
           - (f->less ? plain(c, month, f->less) : 0);
}

/* One lane of one month of a patch. */
static void
check_lane(const slow *h, const tk_patch *p, size_t l, size_t m)
{
    const size_t last = p->run.ncell - 1, F = h->features.n;
    const size_t c = p->run.first_cell + (l < last ? l : last);
    const size_t row = l / TK_TILE * p->nmonth + m, k = l % TK_TILE;
    const int month = p->first + (int)m;

    assert_true((p->bad[row * TK_TILE + k] == TK_CELL_OK)
                == is_there(c, month));
    for (size_t i = 0; i < F; i++) {
        const tk_feature *f = &h->features.f[i];
        const double x = (double)p->x[(row * F + i) * TK_TILE + k];

        if (f->kind != TK_FEAT_SLOW)
            continue;
        assert_string_equal(f->units, "K");
        if ((f->months == 1 || f->less == 1) && !is_there(c, month))
            CHECK_NEAR(x, 0, 0);
        else
            CHECK_NEAR(x, (plain_feature(c, month, f) - f->mean) / f->std,
                       2e-5);
    }
}

static void
test_values(void **state)
{
    slow h;
    tk_patch p;
    size_t first, n;

    (void)state;
    slow_open(&par, &h);
    h.features.f[0].mean = 260;
    h.features.f[0].std = 3;
    h.features.f[5].mean = 0.25; /* a difference */
    h.features.f[5].std = 0.5;
    tk_tile_share(tk_tile_count(&h.s.grid), par.rank, par.size, &first, &n);
    PAR_OK(tk_patch_make(&h.data, first, n, MONTHS, &p));
    PAR_OK(tk_patch_load(&h.data, FIRST, &p));
    for (size_t l = 0; l < p.run.nlane; l++)
        for (size_t m = 0; m < MONTHS; m++)
            check_lane(&h, &p, l, m);
    tk_patch_drop(&p);
    PAR_OK(tk_patch_make(&h.data, first, n, 4, &p));
    for (int begin = FIRST; begin < FIRST + MONTHS - 3; begin += 17) {
        PAR_OK(tk_patch_load(&h.data, begin, &p)); /* not those that follow */
        for (size_t l = 0; l < p.run.nlane; l++)
            for (size_t m = 0; m < 4; m++)
                check_lane(&h, &p, l, m);
    }
    tk_patch_drop(&p);
    slow_close(&h);
}

/* Digest of x and bad of all tiles over the months from `from` on, which a
 * patch of WINDOW - 1 + block months passes over.
 */
static uint64_t
pass(const tk_par *who, int from, size_t block)
{
    const size_t keep = WINDOW - 1, row = SLOW_F * TK_TILE;
    uint64_t digest = 0;
    slow h;
    tk_patch p;

    slow_open(who, &h);
    CHECK_OK(
        tk_patch_make(&h.data, 0, tk_tile_count(&h.s.grid), keep + block, &p));
    CHECK_OK(tk_patch_load(&h.data, from, &p));
    for (int last = from + (int)(keep + block) - 1;;) {
        const size_t left = (size_t)(FIRST + MONTHS - 1 - last);
        const size_t n = left < block ? left : block;

        for (size_t t = 0; t < p.run.ntile; t++)
            for (size_t m = 0; m < p.nmonth; m++) {
                const size_t at = t * p.nmonth + m;
                const int month = p.first + (int)m;

                /* Each month of a tile once, at a place of its own. */
                if (month < FIRST + 40)
                    continue;
                if (m + block >= p.nmonth || p.first == from)
                    digest += tk_digest_floats((uint64_t)month << 32 | t << 20,
                                               row, p.x + at * row)
                              + p.bad[at * TK_TILE + GAP_CELL % TK_TILE];
            }
        if (n < block)
            break;
        CHECK_OK(tk_patch_advance(&h.data, n, &p));
        last += (int)n;
    }
    tk_patch_drop(&p);
    slow_close(&h);
    return digest;
}

/* 40 months before the last 32, and multiples of each block behind the first
 * patch: all passes end with the last month.
 */
static void
test_blocks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    const uint64_t want = pass(&alone, FIRST, 1);

    (void)state;
    assert_true(pass(&alone, FIRST + 3, 5) == want);
    assert_true(pass(&alone, FIRST + 8, 12) == want);
    assert_true(pass(&alone, FIRST + 20, 2) == want);
    assert_true(pass(&alone, FIRST + 35, 33) == want);
    assert_true(pass(&par, FIRST + 30, 1) == want);
}

/* A month is read once: a patch that moves on makes one read, of the new ones.
 * One that failed has no past that could be gone on from.
 */
static void
test_once(void **state)
{
    const size_t place = (3 * SLOW_F + 3) * TK_TILE; /* the longest mean */
    float x;
    slow h;
    tk_patch p;

    (void)state;
    slow_open(&par, &h);
    PAR_OK(tk_patch_make(&h.data, 0, 2, 4, &p));
    PAR_OK(tk_patch_load(&h.data, FIRST + 50, &p));
    setenv("TK_INJECT", "io.read:0:2", 1);
    PAR_OK(tk_patch_advance(&h.data, 3, &p));
    unsetenv("TK_INJECT");
    x = p.x[place];
    PAR_OK(tk_patch_load(&h.data, FIRST + 49, &p));
    setenv("TK_INJECT", "io.read:0:1", 1);
    PAR_FAILS(TK_EDATA, tk_patch_load(&h.data, FIRST + 20, &p));
    unsetenv("TK_INJECT");
    PAR_OK(tk_patch_load(&h.data, FIRST + 53, &p));
    CHECK_NEAR((double)x, (double)p.x[place], 0);
    tk_patch_drop(&p);
    slow_close(&h);
}

/* What a patch holds, and what it says that it does. */
static void
test_bytes(void **state)
{
    const size_t held = tk_mem_held();
    size_t plain_bytes, before;
    slow h;
    tk_patch p;

    (void)state;
    slow_open(&par, &h);
    plain_bytes = tk_patch_bytes(&h.s.data, 4);
    before = tk_mem_held();
    PAR_OK(tk_patch_make(&h.data, 0, 2, 4, &p));
    PAR_OK(tk_patch_load(&h.data, FIRST + 40, &p));
    assert_in_range(tk_mem_held() - before, 2 * tk_patch_bytes(&h.data, 4),
                    2 * tk_patch_bytes(&h.data, 4) + 8192);
    assert_true(tk_patch_bytes(&h.data, 4) > plain_bytes);
    tk_patch_drop(&p);
    before = tk_mem_held();
    PAR_OK(tk_patch_make(&h.data, 0, 2, 0, &p)); /* no months, no past */
    assert_true(tk_mem_held() - before < 2 * tk_patch_bytes(&h.data, 0) + 8192);
    tk_patch_drop(&p);
    slow_close(&h);
    assert_int_equal(tk_mem_held(), held);
}

/* Mean and spread as of any other feature: from training cells and months. */
static void
test_scale(void **state)
{
    double mean[DEPTHS], std[DEPTHS], n = 0, sum = 0, square = 0;
    slow h;

    (void)state;
    slow_open(&par, &h);
    h.data.targets = h.s.targets;
    PAR_OK(tk_scale_fit(&h.data, &h.features, WINDOW, TRAIN_FIRST + 20,
                        TRAIN_LAST, 1, mean, std));
    for (size_t c = 0; c < NY * NX; c++)
        for (int m = FIRST + 20; m <= TRAIN_LAST; m++)
            if (is_there(c, m)) {
                const double x = plain(c, m, 36) - 263;

                n += 1;
                sum += x;
                square += x * x;
            }
    assert_int_equal(h.features.f[3].months, 36);
    CHECK_NEAR(h.features.f[3].mean, 263 + sum / n, 1e-4);
    CHECK_NEAR(h.features.f[3].std, sqrt(square / n - sum / n * (sum / n)),
               1e-3);
    slow_close(&h);
}

/* Means of what is not there, and in other units. */
static void
test_wrong(void **state)
{
    const tk_input_files in = {.nforcing = 1, .forcing = file_air};
    static tk_features f;
    tk_inputs *inputs;
    learning s;

    (void)state;
    learning_open(&par, &s);
    CHECK_OK(tk_features_add(&f, TK_FEAT_DYNAMIC, "t2m", ""));
    CHECK_OK(tk_features_add_slow(&f, "t2m", 12, 0, "degC"));
    PAR_FAILS(TK_EDATA, tk_inputs_open(&par, &s.grid, &in, &f, &inputs));
    PAR_SAYS("is in 'degC', its monthly input in 'K'");
    f.n = 1;
    CHECK_OK(tk_features_add_slow(&f, "tp", 12, 0, ""));
    PAR_FAILS(TK_EDATA, tk_inputs_open(&par, &s.grid, &in, &f, &inputs));
    PAR_SAYS("which is no monthly feature");
    learning_close(&s);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest slow_tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_once),   cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_scale),  cmocka_unit_test(test_wrong),
    };

    par_start(&argc, &argv);
    learning_make();
    return PAR_RUN(slow_tests);
}
