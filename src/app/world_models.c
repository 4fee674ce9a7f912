/* The view of climate models: each its own weather and its own errors, on a coarse
 * grid, in the names, units and attributes of CMIP5.
 *
 * A coarse cell is the mean, by area, of cells no larger than the world's own,
 * sea among them: shores without relief of their own.  The world's land is the
 * state; Canada has its climate but counts as sea in sftlf.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/phys/outline.h"
#include "world_impl.h"

enum { TAS, PR, NMONTHLY };
static const tk_out_var monthly[NMONTHLY] = {
    [TAS] = {.name = "tas",
             .standard_name = "air_temperature",
             .long_name = "Near-Surface Air Temperature",
             .units = "K",
             .cell_methods = "time: mean",
             .type = TK_OUT_FLOAT,
             .time = true,
             .extra = "coordinates=height"},
    [PR] = {.name = "pr",
            .standard_name = "precipitation_flux",
            .long_name = "Precipitation",
            .units = "kg m-2 s-1",
            .cell_methods = "time: mean",
            .type = TK_OUT_FLOAT,
            .time = true},
};

enum { SFTLF, OROG, NFIXED };
static const tk_out_var fixed[NFIXED] = {
    [SFTLF] = {.name = "sftlf",
               .standard_name = "land_area_fraction",
               .long_name = "Land Area Fraction",
               .units = "%",
               .type = TK_OUT_FLOAT},
    [OROG] = {.name = "orog",
              .standard_name = "surface_altitude",
              .long_name = "Surface Altitude",
              .units = "m",
              .type = TK_OUT_FLOAT},
};

typedef struct {
    maker *w;
    unsigned model;
    char name[16];
    tk_grid grid; /* all cells active */
    tk_run run;
    size_t side, npart;  /* parts along an edge; [nlane * side * side] parts */
    double part;         /* size of a part, degrees */
    tk_world_cell *cell; /* [npart] */
    tk_world_bias *bias; /* [npart] */
    double *share;       /* [npart] of its coarse cell's area */
    double *tair, *precip; /* [npart] */
} coarse;

/* ---- the coarse grid ------------------------------------------------------ */

/* Rows from the south and longitudes from 0 to 360, as the archive has them; a
 * cell or more beyond the world's edges on all sides.
 */
static tk_err
make_grid(coarse *k, double step)
{
    const double south = step * floor((51 - step) / step);
    const double north = step * ceil((72 + step) / step);
    const double west = step * floor((170 - step) / step);
    const double east = step * ceil((231 + step) / step);
    tk_grid *g = &k->grid;

    TK_TRY(tk_grid_regular(south, north, west, east, step, g));
    g->south_first = true;
    for (size_t i = 0; i < g->ny; i++)
        g->y[i] = south + ((double)i + 0.5) * step;
    for (int c = 0; c < 4; c++)
        g->corner[c][0] = g->y[c < 2 ? 0 : g->ny - 1];
    for (size_t p = 0; p < g->ny * g->nx; p++)
        tk_grid_set_active(g, p);
    tk_grid_count(g);
    return TK_OK;
}

/* Centres and shares of a coarse cell's parts, row by row. */
static void
cut(coarse *k, size_t lane)
{
    const double lat = k->grid.y[k->run.file_row[lane]];
    const double lon = k->grid.x[k->run.file_col[lane]];
    const size_t n = k->side, first = lane * n * n;
    double all = 0;

    for (size_t p = 0; p < n * n; p++) {
        const double middle = (double)(n - 1) / 2;
        const double y = lat + ((double)(p / n) - middle) * k->part;
        const double x = lon + ((double)(p % n) - middle) * k->part;

        tk_world_cells(&k->w->world, 1, &y, &x, &k->cell[first + p]);
        all += k->share[first + p] = cos(y * 0.017453292519943295);
    }
    for (size_t p = 0; p < n * n; p++)
        k->share[first + p] /= all;
}

static tk_err
make(maker *w, coarse *k)
{
    const tk_config *c = &w->setup->c;
    const double step = c->world.model_resolution;
    size_t first, ntile;

    *k = (coarse){.w = w};
    k->side = (size_t)ceil(step / c->world.resolution - 1e-6);
    k->part = step / (double)k->side;
    TK_TRY(make_grid(k, step));
    tk_tile_share(tk_tile_count(&k->grid), w->par->rank, w->par->size, &first,
                  &ntile);
    TK_TRY(tk_run_make(&k->grid, first, ntile, &k->run));
    k->npart = k->run.nlane * k->side * k->side;
    k->cell = tk_new(k->npart, sizeof *k->cell);
    k->bias = tk_new(k->npart, sizeof *k->bias);
    k->share = tk_new(k->npart, sizeof *k->share);
    k->tair = tk_new(k->npart, sizeof *k->tair);
    k->precip = tk_new(k->npart, sizeof *k->precip);
    if (!k->cell || !k->bias || !k->share || !k->tair || !k->precip)
        return TK_ERUN;
    for (size_t l = 0; l < k->run.nlane; l++)
        cut(k, l);
    return TK_OK;
}

static void
drop(coarse *k)
{
    tk_free(k->cell);
    tk_free(k->bias);
    tk_free(k->share);
    tk_free(k->tair);
    tk_free(k->precip);
    tk_run_drop(&k->run);
    tk_grid_drop(&k->grid);
}

/* Mean of a coarse cell's parts. */
static double
mean_of(const coarse *k, size_t lane, const double *x)
{
    const size_t n = k->side * k->side, first = lane * n;
    double sum = 0;

    for (size_t p = 0; p < n; p++)
        sum += k->share[first + p] * x[first + p];
    return sum;
}

/* ---- attributes ----------------------------------------------------------- */

static const char *
title_of(const char *experiment)
{
    tk_rcp rcp;

    return strcmp(experiment, "historical") == 0     ? "historical"
           : tk_rcp_parse(experiment, &rcp) == TK_OK ? tk_rcp_title(rcp)
                                                     : experiment;
}

/* What CMOR writes.  The history has no parent that could be looked up. */
static void
describe(const coarse *k, const char *experiment, bool monthly_table,
         global_atts *g)
{
    const bool scenario = strcmp(experiment, "historical") != 0;
    const bool member = monthly_table;

    world_describe(k->w, experiment,
                   "A synthetic climate model of a synthetic Alaska: its own "
                   "weather, and errors in mean, season and variance.",
                   g);
    globals_text(g, "institute_id", "TALIK");
    globals_text(g, "model_id", k->name);
    globals_text(g, "experiment", title_of(experiment));
    globals_text(g, "forcing", "Ant (global means of the RCP tables)");
    globals_text(g, "parent_experiment_id", scenario ? "historical" : "N/A");
    globals_text(g, "parent_experiment", scenario ? "historical" : "N/A");
    globals_text(g, "parent_experiment_rip", scenario ? "r1i1p1" : "N/A");
    if (scenario)
        globals_int(g, "branch_time",
                    (int)tk_month_start(TK_CAL_NOLEAP, k->w->split));
    globals_int(g, "realization", member);
    globals_int(g, "initialization_method", member);
    globals_int(g, "physics_version", member);
    globals_text(g, "product", "output");
    globals_text(g, "project_id", "CMIP5");
    globals_text(g, "modeling_realm", "atmos");
    globals_text(g, "frequency", monthly_table ? "mon" : "fx");
    globals_text(g, "table_id", monthly_table ? "Table Amon" : "Table fx");
}

/* ---- fields that do not change -------------------------------------------- */

static tk_err
write_fixed(coarse *k, int which)
{
    const tk_par *par = k->w->par;
    char path[WORLD_PATH];
    world_file f = {.path = path,
                    .grid = &k->grid,
                    .run = &k->run,
                    .nvar = 1,
                    .var = &fixed[which]};
    global_atts g;
    float *x;
    tk_out *out;
    tk_err err;

    snprintf(path, sizeof path, "%s/models/%s_fx_%s_historical_r0i0p0.nc",
             k->w->setup->c.world.dir, fixed[which].name, k->name);
    if (k->w->checking)
        return world_check(k->w, path);
    describe(k, "historical", false, &g);
    f.g = &g;
    TK_TRY(world_create(k->w, &f, &out));
    x = tk_new(k->run.nlane, sizeof *x);
    err = tk_agree(par, x ? TK_OK : TK_ERUN);
    for (size_t p = 0; p < k->npart && !err; p++) {
        const double land = tk_alaska_land_fraction(
            k->cell[p].lat, k->cell[p].lon, k->part, k->part);

        k->tair[p] = which == SFTLF ? 100 * land : land * k->cell[p].elevation;
    }
    for (size_t l = 0; l < k->run.nlane && !err; l++)
        x[l] = (float)mean_of(k, l, k->tair);
    if (!err)
        err = tk_out_write(out, 0, 0, 1, x);
    tk_free(x);
    return world_finish(out, path, err);
}

/* ---- months --------------------------------------------------------------- */

/* Months first .. first + n - 1: x[TAS or PR][n][nlane]. */
static void
weather(coarse *k, tk_rcp rcp, int first, size_t n, float *x)
{
    const size_t nlane = k->run.nlane;

    for (size_t m = 0; m < n; m++) {
        const int month = first + (int)m;
        const double seconds = 86400.0 * tk_month_days(TK_CAL_NOLEAP, month);

        tk_world_model_month(&k->w->world, rcp, k->model, month, k->npart,
                             k->cell, k->bias, k->tair, k->precip);
        for (size_t l = 0; l < nlane; l++) {
            x[m * nlane + l] = (float)(mean_of(k, l, k->tair) + 273.15);
            x[(n + m) * nlane + l] =
                (float)(mean_of(k, l, k->precip) / seconds);
        }
    }
}

static tk_err
write_months(coarse *k, tk_out *const out[NMONTHLY], tk_rcp rcp, int first,
             size_t n)
{
    const size_t nlane = k->run.nlane;
    float *x = tk_new(NMONTHLY * WORLD_BLOCK * nlane, sizeof *x);
    tk_err err = tk_agree(k->w->par, x ? TK_OK : TK_ERUN);

    for (size_t done = 0; done < n && !err; done += WORLD_BLOCK) {
        const size_t some = n - done < WORLD_BLOCK ? n - done : WORLD_BLOCK;

        weather(k, rcp, first + (int)done, some, x);
        for (size_t v = 0; v < NMONTHLY && !err; v++)
            err = tk_out_write(out[v], 0, done, some, x + v * some * nlane);
    }
    tk_free(x);
    return err;
}

/* Both variables of an experiment, each a file of its own. */
static tk_err
write_experiment(coarse *k, size_t i)
{
    tk_rcp rcp;
    int first, last;
    const char *name = world_experiment(k->w, i, &rcp, &first, &last);
    char path[NMONTHLY][WORLD_PATH];
    tk_out *out[NMONTHLY] = {NULL};
    global_atts g;
    tk_err err = TK_OK;

    describe(k, name, true, &g);
    for (int v = 0; v < NMONTHLY && !err; v++) {
        const world_file f = {.path = path[v],
                              .grid = &k->grid,
                              .run = &k->run,
                              .calendar = TK_CAL_NOLEAP,
                              .first = first,
                              .nmonth = (size_t)(last - first + 1),
                              .height = v == TAS ? 2 : 0,
                              .nvar = 1,
                              .var = &monthly[v],
                              .g = &g};

        snprintf(path[v], WORLD_PATH,
                 "%s/models/%s_Amon_%s_%s_r1i1p1_%04d%02d-%04d%02d.nc",
                 k->w->setup->c.world.dir, monthly[v].name, k->name, name,
                 tk_month_year(first), tk_month_of_year(first),
                 tk_month_year(last), tk_month_of_year(last));
        err = k->w->checking ? world_check(k->w, path[v])
                             : world_create(k->w, &f, &out[v]);
    }
    if (k->w->checking)
        return err;
    if (!err)
        err = write_months(k, out, rcp, first, (size_t)(last - first + 1));
    for (int v = 0; v < NMONTHLY; v++) /* after a failure, each is dropped */
        err = world_finish(out[v], path[v], err);
    return err;
}

static tk_err
write_model(coarse *k, unsigned model)
{
    k->model = model;
    world_model_name(model, k->name);
    tk_world_bias_of(&k->w->world, model, k->w->setup->c.world.model_bias,
                     k->npart, k->cell, k->bias);
    TK_TRY(write_fixed(k, SFTLF));
    TK_TRY(write_fixed(k, OROG));
    for (size_t i = 0; i <= k->w->nscenario; i++)
        TK_TRY(write_experiment(k, i));
    return TK_OK;
}

tk_err
world_models(maker *w)
{
    const unsigned n = (unsigned)w->setup->c.world.climate_models;
    coarse k = {.w = w};
    tk_err err = TK_OK;

    if (!w->checking)
        err = tk_agree(w->par, make(w, &k));
    for (unsigned model = 1; model <= n && !err; model++)
        err = write_model(&k, model);
    drop(&k);
    return err;
}
