/* Projections against a truth: every number against plain sums over cells, on any
 * ranks; what is missing; what cannot be.
 */
#include "par_check.h"

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/io/out.h"
#include "talik/learn/divergence.h"

#define NY 9
#define NX 30 /* 270 cells: 5 tiles, the last one short */
#define CELLS (NY * NX)
#define DEPTHS 2
#define FIRST (12 * 2000)
#define BASE_YEARS 3
#define LATER (FIRST + 12 * BASE_YEARS)
#define LATER_YEARS 2
#define MONTHS (12 * (BASE_YEARS + LATER_YEARS))
#define COLD (-2.0)
static const double depths[DEPTHS] = {0.1, 1.0};

/* Two climate models; the second has no rcp45. */
#define CLIMATES 2
#define SCENARIOS 3
#define FUTURES 5
static const size_t climate_of[FUTURES] = {0, 1, 0, 0, 1};
static const size_t scenario_of[FUTURES] = {2, 0, 0, 1, 2};

/* Soils: a truth and a projection for each future, and those of the base years. */
typedef enum { OBSERVED, FITTED, HOT, TRUTH, PROJECTED = TRUTH + FUTURES } kind;
#define KINDS (PROJECTED + FUTURES)

#define SEA_CELL 0 /* no observations at all */
#define GAP_OBSERVED 5
#define GAP_FITTED 200
#define GAP_PROJECTED 100 /* of future 3, at the upper depth only */
#define LEFT_OUT 3

static double
warmer_by(kind k)
{
    const double rise[SCENARIOS] = {0.7, 1.4, 2.6};
    size_t i;

    if (k < TRUTH)
        return k == OBSERVED ? 0 : k == FITTED ? 1.2 : 40;
    i = (size_t)(k - TRUTH) % FUTURES;
    return rise[scenario_of[i]] * (k < PROJECTED ? 1 : 0.6) + (k >= PROJECTED)
           + 0.3 * (double)climate_of[i];
}

/* From cold to warm along a row, with weather; as a file has it. */
static float
soil(kind k, size_t c, int month, size_t d)
{
    const uint64_t at = (uint64_t)(month * 2) + d;
    const int later = month - LATER;

    if (c == SEA_CELL && k == OBSERVED)
        return NAN;
    if (c == GAP_OBSERVED && k == OBSERVED && month == FIRST + 7)
        return NAN;
    if (c == GAP_FITTED && k == FITTED && month == FIRST + 30)
        return NAN;
    if (c == GAP_PROJECTED && k == PROJECTED + 3 && d == 0 && later == 13)
        return NAN;
    return (float)(271 - 4 + 8 * (double)(c % NX) / NX
                   + (d ? 2 : 8) * cos(month * M_PI / 6) + warmer_by(k)
                   + 0.4 * tk_rng_normal(3, (uint64_t)k * 1000 + c, at));
}

/* ---- files ---------------------------------------------------------------- */

static const tk_out_var var[1] = {{.name = "tsl",
                                   .standard_name = "soil_temperature",
                                   .long_name = "soil",
                                   .units = "K",
                                   .cell_methods = "time: mean",
                                   .type = TK_OUT_FLOAT,
                                   .time = true,
                                   .depth = true}};

static const char *
file_of(kind k)
{
    char name[32];

    snprintf(name, sizeof name, "soil%d.nc", (int)k);
    return par_file(name);
}

static void
write_soil(kind k, const tk_grid *grid, const tk_run *run)
{
    double time[MONTHS], bounds[MONTHS][2];
    float *x = tk_new(DEPTHS * run->nlane, sizeof *x);
    tk_out *out;
    tk_out_opts o = {.path = file_of(k),
                     .overwrite = true,
                     .format = "auto",
                     .calendar = TK_CAL_NOLEAP,
                     .ntime = MONTHS,
                     .time = time,
                     .time_bounds = bounds[0],
                     .ndepth = DEPTHS,
                     .depth = depths,
                     .realization = -1};

    assert_non_null(x);
    for (int m = 0; m < MONTHS; m++) {
        bounds[m][0] = tk_month_start(TK_CAL_NOLEAP, FIRST + m);
        bounds[m][1] = tk_month_start(TK_CAL_NOLEAP, FIRST + m + 1);
        time[m] = (bounds[m][0] + bounds[m][1]) / 2;
    }
    PAR_OK(tk_out_create(&par, &o, NULL, grid, run, 1, var, &out));
    for (int m = 0; m < MONTHS; m++) {
        for (size_t i = 0; i < DEPTHS * run->nlane; i++) {
            const size_t l = i % run->nlane, last = run->ncell - 1;

            x[i] = soil(k, run->first_cell + (l < last ? l : last), FIRST + m,
                        i / run->nlane);
        }
        PAR_OK(tk_out_write(out, 0, (size_t)m, 1, x));
    }
    PAR_OK(tk_out_finish(out));
    tk_free(x);
}

static void
write_all(void)
{
    tk_grid grid;
    size_t first, n;
    tk_run run;

    CHECK_OK(tk_grid_regular(60, 69, -160, -130, 1, &grid));
    for (size_t p = 0; p < CELLS; p++)
        tk_grid_set_active(&grid, p);
    tk_grid_count(&grid);
    tk_tile_share(tk_tile_count(&grid), par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(&grid, first, n, &run));
    for (int k = 0; k < KINDS; k++)
        write_soil((kind)k, &grid, &run);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

/* ---- a case ---------------------------------------------------------------- */

typedef struct {
    tk_par par;
    tk_grid grid;
    tk_grid_source source;
    char path[1024];
    tk_targets *soil[KINDS];
    tk_future future[FUTURES];
    tk_futures f;
} trial;

static void
trial_open(const tk_par *who, trial *t)
{
    static const char *const tsl[1] = {"tsl"};

    *t = (trial){.par = *who};
    snprintf(t->path, sizeof t->path, "%s", file_of(PROJECTED));
    t->source = tk_grid_source_of(t->path, "tsl");
    CHECK_OK(tk_grid_read(&t->par, &t->source, &t->grid));
    for (int k = 0; k < KINDS; k++) {
        const char *const path[1] = {file_of((kind)k)};
        const tk_input_files in = {.nforcing = 1, .forcing = path};

        CHECK_OK(tk_targets_open(&t->par, &t->grid, &in, 1, tsl, DEPTHS, depths,
                                 &t->soil[k]));
    }
    CHECK_OK(tk_targets_limit_grid(&t->par, t->soil[OBSERVED], &t->grid));
    assert_int_equal(t->grid.nactive, CELLS - 1);
    for (size_t i = 0; i < FUTURES; i++)
        t->future[i] = (tk_future){climate_of[i], scenario_of[i],
                                   t->soil[PROJECTED + i], t->soil[TRUTH + i]};
    t->f = (tk_futures){.par = &t->par,
                        .grid = &t->grid,
                        .source = &t->source,
                        .D = DEPTHS,
                        .nclimate = CLIMATES,
                        .nscenario = SCENARIOS,
                        .nfuture = FUTURES,
                        .future = t->future,
                        .low = 0,
                        .high = 2,
                        .first = LATER,
                        .last = FIRST + MONTHS - 1,
                        .observed = t->soil[OBSERVED],
                        .fitted = t->soil[FITTED],
                        .base_first = FIRST,
                        .base_last = LATER - 1,
                        .cold = COLD + 273.15};
}

static void
trial_close(trial *t)
{
    for (int k = 0; k < KINDS; k++)
        tk_targets_close(t->soil[k]);
    tk_grid_drop(&t->grid);
}

/* ---- by hand --------------------------------------------------------------- */

static bool
compared(size_t c)
{
    return c != SEA_CELL && c != GAP_OBSERVED && c != GAP_FITTED
           && c != GAP_PROJECTED;
}

static double
area_of(const trial *t, size_t c)
{
    return tk_cell_area(&t->grid, NY - 1 - c / NX, c % NX) * 1e-6;
}

static double
warmest(kind k, size_t c, int january)
{
    double most = -1000;

    for (int m = january; m < january + 12; m++)
        most = fmax(most, (double)soil(k, c, m, 1));
    return most;
}

/* Share of n years from a January on with all months at or below a limit. */
static double
frozen(kind k, size_t c, int january, int n, double most)
{
    double count = 0;

    for (int i = 0; i < n; i++)
        count += warmest(k, c, january + 12 * i) <= most;
    return count / n;
}

static double
mean(kind k, size_t c, int from, int to, size_t d)
{
    double sum = 0;

    for (int m = from; m <= to; m++)
        sum += (double)soil(k, c, m, d);
    return sum / (to - from + 1);
}

#define JUST_BELOW (273.15 - 1e-9)

static tk_zone
zone_by_hand(size_t c)
{
    if (frozen(OBSERVED, c, FIRST, BASE_YEARS, JUST_BELOW) < 0.5)
        return TK_ZONE_NONE;
    return mean(OBSERVED, c, FIRST, LATER - 1, 1) < COLD + 273.15
               ? TK_ZONE_CONTINUOUS
               : TK_ZONE_DISCONTINUOUS;
}

/* The least of all warmest months that is enough as a threshold. */
static double
threshold_by_hand(const trial *t)
{
    double best = 1000, wanted = 0;

    for (size_t c = 0; c < CELLS; c++)
        if (compared(c))
            wanted += area_of(t, c)
                      * frozen(OBSERVED, c, FIRST, BASE_YEARS, JUST_BELOW);
    for (size_t i = 0; i < CELLS * BASE_YEARS; i++) {
        const double at =
            warmest(FITTED, i / BASE_YEARS, FIRST + 12 * (int)(i % BASE_YEARS));
        double area = 0;

        if (!compared(i / BASE_YEARS) || at >= best || at < 272)
            continue;
        for (size_t c = 0; c < CELLS; c++)
            if (compared(c))
                area +=
                    area_of(t, c) * frozen(FITTED, c, FIRST, BASE_YEARS, at);
        if (area >= wanted)
            best = at;
    }
    return best;
}

typedef struct {
    double area, truth[DEPTHS], projected[DEPTHS], square[DEPTHS], ice[3];
} sums;

static sums
sum_by_hand(const trial *t, size_t i, tk_zone zone, double threshold)
{
    const kind truth = (kind)(TRUTH + i), projected = (kind)(PROJECTED + i);
    const int last = FIRST + MONTHS - 1;
    sums s = {0};

    for (size_t c = 0; c < CELLS; c++) {
        const double a = area_of(t, c);

        if (!compared(c) || (zone != TK_ZONE_ALL && zone_by_hand(c) != zone))
            continue;
        s.area += a;
        for (size_t d = 0; d < DEPTHS; d++) {
            const double x = mean(truth, c, LATER, last, d);
            const double y = mean(projected, c, LATER, last, d);

            s.truth[d] += a * x;
            s.projected[d] += a * y;
            s.square[d] += a * (y - x) * (y - x);
        }
        s.ice[0] += a * frozen(truth, c, LATER, LATER_YEARS, JUST_BELOW);
        s.ice[1] += a * frozen(projected, c, LATER, LATER_YEARS, JUST_BELOW);
        s.ice[2] += a * frozen(projected, c, LATER, LATER_YEARS, threshold);
    }
    return s;
}

static void
check_scene(const tk_scene *scene, const sums *s, double n)
{
    CHECK_NEAR(scene->area, s->area / n, 1e-6 * s->area);
    CHECK_NEAR(scene->frozen, s->ice[0] / s->area, 1e-12);
    CHECK_NEAR(scene->raw, s->ice[1] / s->area, 1e-12);
    CHECK_NEAR(scene->calibrated, s->ice[2] / s->area, 1e-12);
    for (size_t d = 0; d < DEPTHS; d++) {
        CHECK_NEAR(scene->truth[d], s->truth[d] / s->area, 1e-9);
        CHECK_NEAR(scene->projected[d], s->projected[d] / s->area, 1e-9);
        CHECK_NEAR(scene->rmse[d], sqrt(s->square[d] / s->area), 1e-9);
    }
}

/* ---- tests ----------------------------------------------------------------- */

static void
check_zone(const trial *t, const tk_divergence *r, tk_zone z, double threshold)
{
    double rise[CLIMATES + 1][DEPTHS][2] = {0};

    for (size_t s = 0; s < SCENARIOS; s++) {
        sums all = {0};
        double n = 0;

        for (size_t i = 0; i < FUTURES; i++) {
            const size_t c = climate_of[i];
            const double sign = s == 2 ? 1 : s == 0 ? -1 : 0;
            sums one;

            if (scenario_of[i] != s)
                continue;
            one = sum_by_hand(t, i, z, threshold);
            assert_true(one.area > 0);
            check_scene(tk_divergence_scene(r, c, s, z), &one, 1);
            n += 1;
            all.area += one.area;
            for (size_t k = 0; k < 3; k++)
                all.ice[k] += one.ice[k];
            for (size_t d = 0; d < DEPTHS; d++) {
                all.truth[d] += one.truth[d];
                all.projected[d] += one.projected[d];
                all.square[d] += one.square[d];
                for (size_t k = c; k <= CLIMATES; k += CLIMATES - c) {
                    rise[k][d][0] += sign * one.truth[d];
                    rise[k][d][1] += sign * one.projected[d];
                }
            }
        }
        check_scene(tk_divergence_scene(r, CLIMATES, s, z), &all, n);
    }
    for (size_t i = 0; i < (CLIMATES + 1) * DEPTHS; i++) {
        const size_t c = i / DEPTHS, d = i % DEPTHS;

        CHECK_NEAR(tk_divergence_ratio(r, c, z, d),
                   rise[c][d][1] / rise[c][d][0], 1e-9);
    }
}

static void
test_numbers(void **state)
{
    double threshold, share = 0;
    tk_divergence r = {0};
    trial t;

    (void)state;
    trial_open(&par, &t);
    threshold = threshold_by_hand(&t);
    PAR_OK(tk_diverge(&t.f, &r));
    CHECK_NEAR(r.cells, CELLS - 1 - LEFT_OUT, 0);
    CHECK_NEAR(r.left_out, LEFT_OUT, 0);
    CHECK_NEAR(r.threshold, threshold, 1e-9);
    assert_true(threshold > 273.9 && threshold < 274.8); /* about 1.2 K more */
    for (int z = 0; z < TK_ZONES; z++) {
        check_zone(&t, &r, (tk_zone)z, threshold);
        share += z == TK_ZONE_ALL ? 0 : r.share[z];
    }
    CHECK_NEAR(share, 1, 1e-12);
    CHECK_NEAR(r.share[TK_ZONE_ALL], 1, 0);
    CHECK_NEAR(r.share[TK_ZONE_CONTINUOUS],
               tk_divergence_scene(&r, 0, 0, TK_ZONE_CONTINUOUS)->area
                   / tk_divergence_scene(&r, 0, 0, TK_ZONE_ALL)->area,
               1e-12);
    /* What is not there has no numbers. */
    CHECK_NEAR(tk_divergence_scene(&r, 1, 1, TK_ZONE_ALL)->area, 0, 0);
    CHECK_NEAR(tk_divergence_scene(&r, 1, 1, TK_ZONE_ALL)->truth[0], NAN, 0);
    CHECK_NEAR(tk_divergence_scene(&r, 1, 1, TK_ZONE_ALL)->raw, NAN, 0);
    tk_divergence_drop(&r);

    t.f.fitted = NULL; /* one cell more */
    t.f.high = SCENARIOS;
    PAR_OK(tk_diverge(&t.f, &r));
    CHECK_NEAR(r.cells, CELLS - LEFT_OUT, 0);
    CHECK_NEAR(r.threshold, NAN, 0);
    for (size_t i = 0; i < FUTURES; i++) {
        const tk_scene *s =
            tk_divergence_scene(&r, climate_of[i], scenario_of[i], TK_ZONE_ALL);

        CHECK_NEAR(s->calibrated, s->raw, 0);
    }
    CHECK_NEAR(tk_divergence_ratio(&r, CLIMATES, TK_ZONE_ALL, 0), NAN, 0);
    tk_divergence_drop(&r);
    trial_close(&t);
}

/* A truth held against itself. */
static void
test_itself(void **state)
{
    tk_divergence r = {0};
    trial t;

    (void)state;
    trial_open(&par, &t);
    for (size_t i = 0; i < FUTURES; i++)
        t.future[i].projected = t.future[i].truth;
    t.f.fitted = t.f.observed;
    PAR_OK(tk_diverge(&t.f, &r));
    CHECK_NEAR(r.threshold, 273.15, 0);
    for (int z = 0; z < TK_ZONES; z++)
        for (size_t d = 0; d < DEPTHS; d++) {
            for (size_t c = 0; c <= CLIMATES; c++)
                CHECK_NEAR(tk_divergence_ratio(&r, c, (tk_zone)z, d), 1, 0);
            for (size_t s = 0; s < SCENARIOS; s++) {
                const tk_scene *all =
                    tk_divergence_scene(&r, CLIMATES, s, (tk_zone)z);

                CHECK_NEAR(all->rmse[d], 0, 0);
                CHECK_NEAR(all->calibrated, all->frozen, 0);
                CHECK_NEAR(all->raw, all->frozen, 0);
            }
        }
    tk_divergence_drop(&r);
    trial_close(&t);
}

/* Alone, then all together: the same bytes; and all memory given back. */
static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    const size_t held = tk_mem_held();
    tk_divergence one = {0}, all = {0};
    trial t;

    (void)state;
    trial_open(&alone, &t);
    CHECK_OK(tk_diverge(&t.f, &one));
    trial_close(&t);
    trial_open(&par, &t);
    PAR_OK(tk_diverge(&t.f, &all));
    assert_memory_equal(&one.threshold, &all.threshold, sizeof one.threshold);
    assert_memory_equal(one.share, all.share, sizeof one.share);
    assert_memory_equal(one.scene, all.scene,
                        (CLIMATES + 1) * SCENARIOS * TK_ZONES
                            * sizeof *one.scene);
    assert_memory_equal(one.ratio, all.ratio,
                        (CLIMATES + 1) * TK_ZONES * DEPTHS * sizeof *one.ratio);
    tk_divergence_drop(&one);
    tk_divergence_drop(&all);
    trial_close(&t);
    assert_int_equal(tk_mem_held(), held);
}

static void
test_refused(void **state)
{
    tk_divergence r = {0};
    trial t;

    (void)state;
    trial_open(&par, &t);
    t.f.first += 12 * 50;
    t.f.last += 12 * 50;
    PAR_FAILS(TK_EDATA, tk_diverge(&t.f, &r));
    PAR_SAYS("no cell has a value in every month");
    assert_null(r.scene);
    t.f.first -= 12 * 50; /* one year too many */
    t.f.last = FIRST + MONTHS + 11;
    PAR_FAILS(TK_EDATA, tk_diverge(&t.f, &r));
    t.f.last -= 12;
    t.f.fitted = t.soil[HOT];
    PAR_FAILS(TK_EDATA, tk_diverge(&t.f, &r));
    PAR_SAYS("no threshold up to 20 degC");
    t.f.fitted = t.soil[FITTED];
    par_inject("mem.new");
    PAR_FAILS(TK_ERUN, tk_diverge(&t.f, &r));
    par_inject("io.read");
    PAR_FAILS(TK_EDATA, tk_diverge(&t.f, &r));
    par_inject(NULL);
    PAR_OK(tk_diverge(&t.f, &r));
    tk_divergence_drop(&r);
    trial_close(&t);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest divergence_tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_itself),
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_refused),
    };

    par_start(&argc, &argv);
    write_all();
    return PAR_RUN(divergence_tests);
}
