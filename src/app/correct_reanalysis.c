/* The reanalysis' side of `talik correct`: its grid, its variables, and how each
 * is corrected.
 */
#include <stdio.h>
#include <string.h>

#include "correct_impl.h"
#include "talik/core/mem.h"
#include "talik/io/units.h"

#define DRY 0.01 /* mm a day */

/* ---- variables ----------------------------------------------------------- */

/* "t2m=tas" */
static tk_err
split_pair(const correction *c, const char *key, const char *pair, char *value)
{
    const char *at = strchr(pair, '=');

    if (!at || at == pair || !at[1])
        return tk_setup_fail(
            c->setup, "correct", key, "'%s' is no 'input=%s'", pair,
            strcmp(key, "kind") == 0 ? "additive' or 'input=multiplicative"
                                     : "variable of the climate model");
    snprintf(value, TK_WORD, "%s", at + 1);
    return TK_OK;
}

static bool
pair_is_of(const char *pair, const char *name)
{
    const size_t n = strlen(name);

    return strncmp(pair, name, n) == 0 && pair[n] == '=';
}

/* Additive or by quotients: as told, else by the units. */
static tk_err
choose_kind(correction *c, correct_var *v)
{
    const tk_config *k = &c->setup->c;

    v->how.ratio = !v->temperature;
    for (size_t i = 0; i < k->correct.nkind; i++) {
        char word[TK_WORD];

        TK_TRY(split_pair(c, "kind", k->correct.kind[i], word));
        if (!pair_is_of(k->correct.kind[i], v->name))
            continue;
        v->how.ratio = strcmp(word, "multiplicative") == 0;
        if (!v->how.ratio && strcmp(word, "additive") != 0)
            return tk_setup_fail(c->setup, "correct", "kind",
                                 "'%s' is neither additive nor multiplicative",
                                 word);
    }
    return TK_OK;
}

/* Whether units convert; other failures are the caller's. */
static tk_err
convertible(const char *from, const char *to, bool water, bool daily,
            tk_conversion *rate, bool *can)
{
    const tk_err err = tk_units_convert(from, to, water, daily, rate);

    *can = err == TK_OK;
    return err == TK_EDATA ? TK_OK : err;
}

/* Whether the variable is water, and then a sum of the month; what counts as
 * dry.
 */
static tk_err
choose_trace(const correction *c, size_t i, correct_var *v)
{
    const tk_config *k = &c->setup->c;
    tk_conversion rate = {0};
    bool water = false;

    if (k->correct.ntrace > c->nvar)
        return tk_setup_fail(c->setup, "correct", "trace",
                             "%zu numbers for %zu variables", k->correct.ntrace,
                             c->nvar);
    if (!v->temperature)
        TK_TRY(convertible("mm day-1", v->units, true, k->forcing.daily_totals,
                           &rate, &water));
    v->total = water && rate.per_day;
    v->how.trace = i < k->correct.ntrace ? k->correct.trace[i] : 0;
    if (water && !(v->how.trace > 0))
        v->how.trace = DRY * rate.scale * (rate.per_day ? 30 : 1);
    return TK_OK;
}

static tk_err
choose_how(correction *c, size_t i)
{
    const tk_config *k = &c->setup->c;
    correct_var *v = &c->var[i];
    tk_conversion any;

    TK_TRY(convertible("K", v->units, false, false, &any, &v->temperature));
    v->how = tk_adjust_defaults();
    for (int m = TK_ADJUST_NONE; m <= TK_ADJUST_QDM; m++)
        if (strcmp(tk_adjust_name((tk_adjust_method)m), k->correct.method) == 0)
            v->how.method = (tk_adjust_method)m;
    v->how.clip = k->correct.clip;
    v->how.pooled = k->correct.pooled;
    v->how.half_window = k->correct.half_window;
    v->how.quantiles = (size_t)k->correct.quantiles;
    v->how.span_years = k->correct.span_years;
    v->how.ratio_max = k->correct.ratio_max;
    v->how.seed = (uint64_t)k->run.seed + i;
    TK_TRY(choose_kind(c, v));
    return choose_trace(c, i, v);
}

/* **Collective.**  What the reanalysis says of its variable. */
static tk_err
copy_attributes(const correction *c, correct_var *v)
{
    for (size_t i = 0; i < c->files.nforcing; i++) {
        tk_nc_var found;
        tk_nc *nc;
        bool has;

        TK_TRY(tk_nc_open(c->par, c->files.forcing[i], &nc));
        has = tk_nc_has(nc, v->variable)
              && tk_nc_find(nc, v->variable, &found) == TK_OK;
        if (has) {
            tk_nc_text(nc, &found, "standard_name", sizeof v->standard_name,
                       v->standard_name);
            tk_nc_text(nc, &found, "long_name", sizeof v->long_name,
                       v->long_name);
            tk_nc_text(nc, &found, "cell_methods", sizeof v->cell_methods,
                       v->cell_methods);
        }
        tk_nc_close(nc);
        if (has)
            break;
    }
    return TK_OK;
}

/* **Collective.**  The reanalysis' side of variable i. */
static tk_err
open_observed(correction *c, size_t i)
{
    correct_var *v = &c->var[i];

    v->variable = tk_input_variable(&c->files, v->name);
    TK_TRY(tk_input_series(c->par, &c->grid, &c->files, false, v->name, "",
                           &v->observed));
    v->units = tk_series_units(v->observed);
    if (!*v->units)
        return tk_fail(TK_EDATA,
                       "'%s' of the reanalysis has no units, and what the "
                       "climate model has is to become its; &forcing units = "
                       "'%s=...' gives them",
                       v->variable, v->variable);
    TK_AGREE(c->par, choose_how(c, i));
    if (tk_series_newest(v->observed) > c->newest)
        c->newest = tk_series_newest(v->observed);
    TK_TRY(copy_attributes(c, v));
    return tk_grid_drop_missing(c->par, v->observed, &c->grid);
}

static tk_err
name_variables(correction *c)
{
    const tk_config *k = &c->setup->c;

    c->nvar = k->correct.nvariables;
    if (c->nvar == 0)
        return tk_setup_fail(c->setup, "correct", "variables",
                             "names no variable");
    for (size_t i = 0; i < c->nvar; i++) {
        const char *pair = k->correct.variables[i];

        TK_TRY(split_pair(c, "variables", pair, c->var[i].modelled));
        snprintf(c->var[i].name, TK_WORD, "%.*s", (int)strcspn(pair, "="),
                 pair);
    }
    return TK_OK;
}

/* ---- cells --------------------------------------------------------------- */

void
correct_cells_drop(tk_cells *cells)
{
    tk_free(cells->lat);
    tk_free(cells->lon);
    tk_free(cells->lat_edge);
    tk_free(cells->lon_edge);
    tk_free(cells->height);
    *cells = (tk_cells){0};
}

static tk_err
allocate_cells(const correction *c, size_t n, tk_cells *cells)
{
    *cells = (tk_cells){0};
    cells->lat = tk_new(n, sizeof *cells->lat);
    cells->lon = tk_new(n, sizeof *cells->lon);
    if (!cells->lat || !cells->lon)
        return TK_ERUN;
    if (!c->grid.projected) {
        cells->lat_edge = tk_new(n, sizeof *cells->lat_edge);
        cells->lon_edge = tk_new(n, sizeof *cells->lon_edge);
        if (!cells->lat_edge || !cells->lon_edge)
            return TK_ERUN;
    }
    if (c->elevation) {
        cells->height = tk_new(n, sizeof *cells->height);
        if (!cells->height)
            return TK_ERUN;
    }
    return TK_OK;
}

tk_err
correct_cells(const correction *c, const tk_run *run, tk_cells *cells,
              double *area)
{
    const tk_grid *g = &c->grid;
    tk_err err = tk_agree(c->par, allocate_cells(c, run->nlane, cells));

    if (!err)
        err = tk_grid_lanes(c->par, &c->source, g, run, cells->lat, cells->lon,
                            area);
    for (size_t l = 0; cells->lat_edge && !err && l < run->nlane; l++) {
        tk_axis_bounds(g->ny, g->y, true, run->file_row[l], cells->lat_edge[l]);
        tk_axis_bounds(g->nx, g->x, false, run->file_col[l],
                       cells->lon_edge[l]);
    }
    if (!err && c->elevation)
        err = tk_series_read(c->elevation, run, 0, 1, cells->height);
    cells->n = run->ncell; /* padding counts nowhere */
    return err;
}

tk_err
correct_share_cells(correction *c)
{
    size_t first, ntile;
    tk_cells cells = {0};
    double *area = NULL;
    tk_err err;

    tk_tile_share(tk_tile_count(&c->grid), c->par->rank, c->par->size, &first,
                  &ntile);
    err = tk_run_make(&c->grid, first, ntile, &c->run);
    if (!err && !(area = tk_new(c->run.nlane, sizeof *area)))
        err = TK_ERUN;
    err = tk_agree(c->par, err);
    if (!err)
        err = correct_cells(c, &c->run, &cells, area);
    if (!err)
        tk_coarse_extent(c->par, &cells, c->extent);
    correct_cells_drop(&cells);
    tk_free(area);
    return err;
}

/* ---- the reanalysis ------------------------------------------------------ */

/* **Collective.** */
static tk_err
open_elevation(correction *c)
{
    const tk_config *k = &c->setup->c;

    if (k->correct.lapse_rate == 0)
        return TK_OK;
    if (!*k->correct.height_file)
        return tk_setup_fail(c->setup, "correct", "height_file",
                             "lapse_rate needs the climate model's height");
    if (c->files.nstatic == 0)
        return tk_setup_fail(c->setup, "forcing", "static_files",
                             "names no file; lapse_rate needs each cell's "
                             "height");
    return tk_input_series(c->par, &c->grid, &c->files, true,
                           k->correct.elevation, "m", &c->elevation);
}

tk_err
correct_open_reanalysis(correction *c)
{
    TK_TRY(name_variables(c));
    c->files = tk_setup_inputs(c->setup);
    if (c->files.nforcing == 0)
        return tk_setup_fail(c->setup, "forcing", "files",
                             "names no file of the reanalysis");
    if (*c->setup->c.forcing.repeat_from)
        return tk_setup_fail(c->setup, "forcing", "repeat_from",
                             "the reanalysis is taken as it is: repeat what "
                             "is corrected when it is used");
    if (*c->setup->c.forcing.shift_of || *c->setup->c.forcing.scale_of)
        return tk_setup_fail(c->setup, "forcing",
                             *c->setup->c.forcing.shift_of ? "shift_of"
                                                           : "scale_of",
                             "the reanalysis is taken as it is: shift the "
                             "forcing where it is used");
    c->source = tk_setup_grid(c->setup, c->var[0].name);
    TK_TRY(tk_grid_read(c->par, &c->source, &c->grid));
    if (c->grid.projected
        && strcmp(c->setup->c.correct.regrid, "bilinear") != 0)
        return tk_setup_fail(c->setup, "correct", "regrid",
                             "'%s' needs a grid of latitudes and longitudes, "
                             "and this one is projected; take 'bilinear'",
                             c->setup->c.correct.regrid);
    for (size_t i = 0; i < c->nvar; i++)
        TK_TRY(open_observed(c, i));
    if (c->grid.nactive == 0)
        return tk_fail(TK_EDATA, "no cell is left: masks and inputs have no "
                                 "land in common");
    c->calendar = tk_series_calendar(c->var[0].observed,
                                     tk_series_first(c->var[0].observed));
    return open_elevation(c);
}
