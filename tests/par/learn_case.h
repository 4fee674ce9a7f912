/* learn_case.h -- a world of 270 cells whose soil follows the air of five months,
 * for the tests of training and judging; include it after par_check.h.
 */
#ifndef TALIK_TESTS_LEARN_CASE_H
#define TALIK_TESTS_LEARN_CASE_H

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/io/out.h"
#include "talik/learn/scale.h"
#include "talik/learn/trained.h"

#define NY 9
#define NX 30 /* 270 cells: 5 tiles, the last one short */
#define FIRST (12 * 2000)
#define MONTHS 72
#define WINDOW 5
#define DEPTHS 2
#define TRAIN_FIRST (FIRST + WINDOW - 1)
#define TRAIN_LAST (FIRST + 47)
static const double depths[DEPTHS] = {0.1, 1.0};

/* Missing air in one month of one cell, an impossible one in another. */
#define GAP_CELL 100
#define GAP_MONTH (FIRST + 30)
#define HOT_CELL 200
#define HOT_MONTH (FIRST + 40)

static inline double
air_of(size_t cell, int month)
{
    const int k = month - FIRST;

    return 263 + 15 * sin(k * M_PI / 6) - 0.05 * (double)(cell / NX)
           + 2 * tk_rng_normal(5, 3, (uint64_t)(k + 1000))
           + 0.3 * tk_rng_normal(5, (uint64_t)cell, (uint64_t)(k + 1000));
}

/* What nobody may learn from, in files that hold absurd values there. */
static const tk_split *absurd;

static inline bool
is_absurd_cell(size_t cell)
{
    return absurd
           && tk_split_holds_cell(absurd, 60.5 + (double)(cell / NX),
                                  -159.5 + (double)(cell % NX));
}

static inline double
soil_of(size_t cell, int month, size_t d)
{
    double sum = 0;

    for (int lag = 0; lag < WINDOW - 1; lag++)
        sum += air_of(cell, month - lag) * (d ? 0.25 : lag == 0 ? 1 : 0);
    return 268 + 0.6 * (sum - 263) + 0.01 * (double)(cell % NX);
}

/* ---- files ---------------------------------------------------------------- */

static const tk_out_var air_var[1] = {{.name = "t2m",
                                       .standard_name = "air_temperature",
                                       .long_name = "air",
                                       .units = "K",
                                       .cell_methods = "time: mean",
                                       .type = TK_OUT_FLOAT,
                                       .time = true}};
static const tk_out_var soil_var[1] = {{.name = "tsl",
                                        .standard_name = "soil_temperature",
                                        .long_name = "soil",
                                        .units = "K",
                                        .cell_methods = "time: mean",
                                        .type = TK_OUT_FLOAT,
                                        .time = true,
                                        .depth = true}};

/* How much warmer the soil is, in the files that are written now: what WARMER
 * more in the air makes of it.
 */
#define WARMER 5
static double soil_more;

static inline void
write_file(const char *path, const tk_grid *grid, const tk_run *run, bool soil)
{
    const size_t nd = soil ? DEPTHS : 1;
    double time[MONTHS], bounds[MONTHS][2];
    float *x = tk_new(nd * run->nlane, sizeof *x);
    tk_out *out;
    tk_out_opts o = {.path = path,
                     .overwrite = true,
                     .format = "auto",
                     .calendar = TK_CAL_NOLEAP,
                     .ntime = MONTHS,
                     .time = time,
                     .time_bounds = bounds[0],
                     .ndepth = soil ? DEPTHS : 0,
                     .depth = depths,
                     .realization = -1};

    assert_non_null(x);
    for (int m = 0; m < MONTHS; m++) {
        bounds[m][0] = tk_month_start(TK_CAL_NOLEAP, FIRST + m);
        bounds[m][1] = tk_month_start(TK_CAL_NOLEAP, FIRST + m + 1);
        time[m] = (bounds[m][0] + bounds[m][1]) / 2;
    }
    PAR_OK(tk_out_create(&par, &o, NULL, grid, run, 1,
                         soil ? soil_var : air_var, &out));
    for (int m = 0; m < MONTHS; m++) {
        for (size_t l = 0; l < run->nlane; l++) {
            const size_t last = run->ncell ? run->ncell - 1 : 0;
            const size_t c = run->first_cell + (l < last ? l : last);

            for (size_t d = 0; d < nd; d++)
                x[d * run->nlane + l] =
                    (float)(soil ? soil_of(c, FIRST + m, d) + soil_more
                                 : air_of(c, FIRST + m));
            if (is_absurd_cell(c)
                || (soil && absurd && tk_split_holds_month(absurd, FIRST + m)))
                for (size_t d = 0; d < nd; d++)
                    x[d * run->nlane + l] =
                        (float)(200 + ((size_t)m * 7 + c) % 140);
            if (!soil && c == GAP_CELL && FIRST + m == GAP_MONTH)
                x[l] = NAN;
            if (!soil && c == HOT_CELL && FIRST + m == HOT_MONTH)
                x[l] = 999;
        }
        PAR_OK(tk_out_write(out, 0, (size_t)m, 1, x));
    }
    PAR_OK(tk_out_finish(out));
    tk_free(x);
}

/* ---- a case ---------------------------------------------------------------- */

typedef struct {
    tk_par par;
    tk_grid grid;
    tk_grid_source source;
    tk_features features;
    tk_inputs *inputs;
    tk_targets *targets;
    tk_dataset data;
    tk_split split; /* set it after opening */
} learning;

static const char *file_air[1], *file_soil[1];
static size_t slow_months; /* of a slow mean of the air as well; 0: none */

/* Writes both files, those that learning_open takes. */
static inline void
write_files(const char *air, const char *soil)
{
    tk_grid grid;
    size_t first, n;
    tk_run run;

    file_air[0] = air;
    file_soil[0] = soil;
    CHECK_OK(tk_grid_regular(60, 69, -160, -130, 1, &grid));
    for (size_t p = 0; p < NY * NX; p++)
        tk_grid_set_active(&grid, p);
    tk_grid_count(&grid);
    tk_tile_share(tk_tile_count(&grid), par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(&grid, first, n, &run));
    write_file(file_air[0], &grid, &run, false);
    write_file(file_soil[0], &grid, &run, true);
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

static inline void
learning_make(void)
{
    write_files(par_file("air.nc"), par_file("soil.nc"));
}

static inline void
learning_open(const tk_par *who, learning *s)
{
    static const char *const tsl[1] = {"tsl"};
    tk_input_files in = {.nforcing = 1, .forcing = file_air};

    *s = (learning){.par = *who};
    s->source = tk_grid_source_of(file_air[0], "t2m");
    CHECK_OK(tk_features_add(&s->features, TK_FEAT_DYNAMIC, "t2m", ""));
    if (slow_months)
        CHECK_OK(tk_features_add_slow(&s->features, "t2m", slow_months, 0, ""));
    CHECK_OK(tk_features_add(&s->features, TK_FEAT_MONTH, "", ""));
    CHECK_OK(tk_grid_read(&s->par, &s->source, &s->grid));
    CHECK_OK(tk_inputs_open(&s->par, &s->grid, &in, &s->features, &s->inputs));
    CHECK_OK(tk_inputs_limit_grid(&s->par, s->inputs, &s->grid));
    in.forcing = file_soil;
    CHECK_OK(tk_targets_open(&s->par, &s->grid, &in, 1, tsl, DEPTHS, depths,
                             &s->targets));
    assert_int_equal(s->grid.nactive, NY * NX);
    s->data = (tk_dataset){.par = &s->par,
                           .grid = &s->grid,
                           .source = &s->source,
                           .inputs = s->inputs,
                           .targets = s->targets,
                           .F = s->features.n,
                           .D = DEPTHS};
}

static inline void
learning_close(learning *s)
{
    tk_targets_close(s->targets);
    tk_inputs_close(s->inputs);
    tk_grid_drop(&s->grid);
}

/* A model to be trained, its scaling fitted. */
static inline void
prepare(learning *s, tk_trained *m)
{
    const tk_model_dims dims = {
        .L = WINDOW, .F = 3, .D = DEPTHS, .layers = 2, .H = 9, .dropout = 0.1};

    CHECK_OK(tk_trained_make(m, "gru", &dims));
    tk_layout_init(&m->net.layout, 3, m->theta);
    m->seed = 3;
    m->train_first = TRAIN_FIRST;
    m->train_last = TRAIN_LAST;
    m->valid_first = TRAIN_LAST + 1;
    m->valid_last = TRAIN_LAST + 12;
    m->split = s->split;
    s->data.hide = &m->split;
    memcpy(m->depth, depths, sizeof depths);
    CHECK_OK(tk_scale_fit(&s->data, &s->features, WINDOW, TRAIN_FIRST,
                          TRAIN_LAST, 1 << 20, m->target_mean, m->target_std));
    m->features = s->features;
}

/* ---- with and without what is held out ------------------------------------ */

static char air_of_files[2][700], soil_of_files[2][700];

/* The files as they are (good), or with absurd values in all that is held. */
static inline void
use_files(bool good)
{
    file_air[0] = air_of_files[good];
    file_soil[0] = soil_of_files[good];
}

static inline void
write_both(const tk_split *held)
{
    for (int good = 0; good < 2; good++) {
        snprintf(air_of_files[good], sizeof air_of_files[good], "%s",
                 par_file(good ? "air.nc" : "air_bad.nc"));
        snprintf(soil_of_files[good], sizeof soil_of_files[good], "%s",
                 par_file(good ? "soil.nc" : "soil_bad.nc"));
        absurd = good ? NULL : held;
        write_files(air_of_files[good], soil_of_files[good]);
    }
    use_files(true);
}

#endif
