/* `talik world`: a synthetic Alaska as files, in the names and units of
 * ERA5-Land, for demonstration and tests.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/phys/outline.h"

#define BLOCK 12 /* months written at a time */
#define SYNTHETIC "synthetic demonstration world, not an observation"

/* ---- what is written ------------------------------------------------------ */

enum { T2M, TP, NMONTHLY };
static const tk_out_var monthly[NMONTHLY] = {
    [T2M] = {.name = "t2m",
             .standard_name = "air_temperature",
             .long_name = "2 metre temperature",
             .units = "K",
             .cell_methods = "time: mean",
             .type = TK_OUT_FLOAT,
             .time = true},
    [TP] = {.name = "tp",
            .long_name = "mean daily sum of precipitation, as in ERA5-Land's "
                         "monthly means",
            .units = "m",
            .cell_methods = "time: mean",
            .type = TK_OUT_FLOAT,
            .time = true},
};

#define NUMBER(n, u, what)                                             \
    {                                                                  \
        .name = n, .units = u, .long_name = what, .type = TK_OUT_FLOAT \
    }
#define CLASS(n, words, what)                                            \
    {                                                                    \
        .name = n, .units = "1", .long_name = what, .type = TK_OUT_BYTE, \
        .flag_meanings = words                                           \
    }
enum { NSTATIC = 12 };
static const tk_out_var fixed[NSTATIC] = {
    NUMBER("elevation", "m", "height of the surface"),
    NUMBER("slope", "degree", "slope of the surface"),
    NUMBER("aspect", "degree", "direction the slope faces, from north"),
    NUMBER("organic_depth", "m", "depth of organic soil"),
    NUMBER("organic_saturation", "1", "water in the pores of organic soil"),
    NUMBER("mineral_porosity", "1", "pore share of mineral soil"),
    NUMBER("mineral_saturation", "1", "water in the pores of mineral soil"),
    NUMBER("mineral_k_solids", "W m-1 K-1", "conductivity of mineral solids"),
    CLASS("texture", TK_TEXTURES, "soil texture"),
    CLASS("vegetation", TK_VEGETATIONS, "plant cover"),
    CLASS("lithology", TK_LITHOLOGIES, "bedrock"),
    CLASS("drainage", TK_DRAINAGES, "drainage"),
};

static float
fixed_value(const tk_world_cell *c, int which)
{
    const double number[NSTATIC] = {c->elevation,
                                    c->slope,
                                    c->aspect,
                                    c->organic,
                                    c->organic_saturation,
                                    c->porosity,
                                    c->saturation,
                                    c->k_solids,
                                    (double)c->texture,
                                    (double)c->vegetation,
                                    (double)c->lithology,
                                    (double)c->drainage};

    return (float)number[which];
}

/* ---- the world ------------------------------------------------------------ */

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    tk_world world;
    tk_grid grid;
    tk_run run;
    tk_world_cell *cell;    /* [nlane] */
    double *lat, *lon;      /* [nlane] */
    double *tair, *precip;  /* [nlane] */
    float *block[NMONTHLY]; /* [BLOCK][nlane] */
} maker;

static tk_err
make_grid(maker *w)
{
    const double step = w->setup->c.world.resolution;
    tk_grid *g = &w->grid;

    TK_TRY(tk_grid_regular(51, 72, -190, -129, step, g));
    for (size_t b = 0; b < g->ny; b++)
        for (size_t j = 0; j < g->nx; j++)
            if (tk_alaska_land_fraction(g->y[tk_grid_file_row(g, b)], g->x[j],
                                        step, step)
                >= 0.5)
                tk_grid_set_active(g, b * g->nx + j);
    tk_grid_count(g);
    return TK_OK;
}

static tk_err
allocate(maker *w)
{
    size_t first, ntile, n;

    tk_tile_share(tk_tile_count(&w->grid), w->par->rank, w->par->size, &first,
                  &ntile);
    TK_TRY(tk_run_make(&w->grid, first, ntile, &w->run));
    n = w->run.nlane;
    w->cell = tk_new(n, sizeof *w->cell);
    w->lat = tk_new(n, sizeof *w->lat);
    w->lon = tk_new(n, sizeof *w->lon);
    w->tair = tk_new(n, sizeof *w->tair);
    w->precip = tk_new(n, sizeof *w->precip);
    for (int v = 0; v < NMONTHLY; v++)
        w->block[v] = tk_new(BLOCK * n, sizeof(float));
    if (!w->cell || !w->lat || !w->lon || !w->tair || !w->precip
        || !w->block[T2M] || !w->block[TP])
        return TK_ERUN;
    for (size_t l = 0; l < n; l++) {
        w->lat[l] = w->grid.y[w->run.file_row[l]];
        w->lon[l] = w->grid.x[w->run.file_col[l]];
    }
    tk_world_cells(&w->world, n, w->lat, w->lon, w->cell);
    return TK_OK;
}

static void
drop(maker *w)
{
    tk_free(w->cell);
    tk_free(w->lat);
    tk_free(w->lon);
    tk_free(w->tair);
    tk_free(w->precip);
    for (int v = 0; v < NMONTHLY; v++)
        tk_free(w->block[v]);
    tk_run_drop(&w->run);
    tk_grid_drop(&w->grid);
}

/* ---- files ---------------------------------------------------------------- */

static void
describe(const maker *w, const char *scenario, global_atts *g)
{
    const tk_config *c = &w->setup->c;

    globals_begin(w->setup, 0, "world", g);
    if (!*c->run.title)
        globals_text(g, "title", "Demonstration world of talik");
    globals_text(g, "summary",
                 "A synthetic Alaska: outline and scenarios are real, climate, "
                 "relief and soils are random fields.");
    globals_text(g, "source", SYNTHETIC);
    globals_text(g, "comment", SYNTHETIC);
    globals_text(g, "experiment_id", scenario);
    globals_int(g, "seed", c->run.seed);
}

static tk_err
write_static(maker *w)
{
    char path[TK_PATH * 2];
    global_atts g;
    tk_out_opts opts = {.path = path,
                        .overwrite = w->setup->c.run.overwrite,
                        .format = w->setup->c.output.format,
                        .realization = -1};
    tk_out *out;

    snprintf(path, sizeof path, "%s/static.nc", w->setup->c.world.dir);
    describe(w, "none", &g);
    opts.natt = g.n;
    opts.att = g.att;
    TK_TRY(tk_out_create(w->par, &opts, NULL, &w->grid, &w->run, NSTATIC, fixed,
                         &out));
    for (int v = 0; v < NSTATIC; v++) {
        tk_err err;

        for (size_t l = 0; l < w->run.nlane; l++)
            w->block[0][l] = fixed_value(&w->cell[l], v);
        err = tk_out_write(out, (size_t)v, 0, 1, w->block[0]);
        if (err) {
            tk_out_drop(out);
            return err;
        }
    }
    TK_TRY(tk_out_finish(out));
    tk_note("wrote %s", path);
    return TK_OK;
}

/* Months first .. first + n - 1 of a scenario into the blocks. */
static void
weather(maker *w, tk_rcp rcp, int first, size_t n)
{
    for (size_t m = 0; m < n; m++) {
        const int month = first + (int)m;
        const int days = tk_month_days(TK_CAL_PROLEPTIC, month);

        tk_world_month(&w->world, rcp, 0, month, w->run.nlane, w->cell, w->tair,
                       w->precip, NULL, NULL);
        for (size_t l = 0; l < w->run.nlane; l++) {
            w->block[T2M][m * w->run.nlane + l] = (float)(w->tair[l] + 273.15);
            w->block[TP][m * w->run.nlane + l] =
                (float)(w->precip[l] * 1e-3 / days);
        }
    }
}

static tk_err
write_months(maker *w, tk_out *out, tk_rcp rcp, int first, size_t n)
{
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t some = n - done < BLOCK ? n - done : BLOCK;

        weather(w, rcp, first + (int)done, some);
        for (size_t v = 0; v < NMONTHLY; v++)
            TK_TRY(tk_out_write(out, v, done, some, w->block[v]));
    }
    return TK_OK;
}

static tk_err
write_climate(maker *w, const char *name, tk_rcp rcp, int from, int to)
{
    const size_t n = 12 * (size_t)(to - from + 1);
    const int first = tk_month(from, 1);
    double *axis = tk_new(3 * n, sizeof *axis);
    char path[TK_PATH * 2];
    global_atts g;
    tk_out *out = NULL;
    tk_err err = tk_agree(w->par, axis ? TK_OK : TK_ERUN);
    tk_out_opts opts = {.path = path,
                        .overwrite = w->setup->c.run.overwrite,
                        .format = w->setup->c.output.format,
                        .calendar = TK_CAL_PROLEPTIC,
                        .ntime = n,
                        .time = axis,
                        .time_bounds = axis + n,
                        .realization = -1};

    snprintf(path, sizeof path, "%s/%s_%d-%d.nc", w->setup->c.world.dir, name,
             from, to);
    describe(w, name, &g);
    opts.natt = g.n;
    opts.att = g.att;
    if (!err) {
        month_axis(TK_CAL_PROLEPTIC, first, n, axis, axis + n);
        err = tk_out_create(w->par, &opts, NULL, &w->grid, &w->run, NMONTHLY,
                            monthly, &out);
    }
    if (!err)
        err = write_months(w, out, rcp, first, n);
    if (!err)
        err = tk_out_finish(out);
    else
        tk_out_drop(out);
    tk_free(axis);
    if (!err)
        tk_note("wrote %s", path);
    return err;
}

static tk_err
write_all(maker *w)
{
    const tk_config *c = &w->setup->c;

    TK_TRY(write_static(w));
    TK_TRY(write_climate(w, "historical", TK_RCP85, c->world.first_year,
                         c->world.scenario_year - 1));
    for (size_t i = 0; i < c->world.nscenarios; i++) {
        tk_rcp rcp;

        TK_TRY(tk_rcp_parse(c->world.scenarios[i], &rcp));
        TK_TRY(write_climate(w, tk_rcp_name(rcp), rcp, c->world.scenario_year,
                             c->world.last_year));
    }
    return TK_OK;
}

tk_err
cmd_world(const tk_par *par, const tk_setup *setup)
{
    const tk_config *c = &setup->c;
    const tk_world_opts opts = tk_setup_world(setup);
    maker w = {.par = par, .setup = setup};
    tk_err err = tk_world_make(&opts, &w.world);

    if (!err
        && !(c->world.first_year < c->world.scenario_year
             && c->world.scenario_year <= c->world.last_year
             && c->world.scenario_year <= 2006))
        err = tk_setup_fail(setup, "world", "scenario_year",
                            "first_year < scenario_year <= last_year is "
                            "needed, and scenario_year <= 2006: the scenarios "
                            "share their history until 2005");
    if (!err)
        err = make_grid(&w);
    if (!err)
        err = allocate(&w);
    err = tk_agree(par, err);
    if (!err) {
        stage_header(par, "world", &w.grid);
        tk_note("  %s", SYNTHETIC);
        err = write_all(&w);
    }
    drop(&w);
    return err;
}
