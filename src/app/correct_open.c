/* What `talik correct` compares: opened, and held against each other. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "correct_impl.h"
#include "talik/core/log.h"
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

static tk_err
choose_trace(const correction *c, size_t i, correct_var *v)
{
    const tk_config *k = &c->setup->c;
    tk_conversion rate;

    if (k->correct.ntrace > c->nvar)
        return tk_setup_fail(c->setup, "correct", "trace",
                             "%zu numbers for %zu variables", k->correct.ntrace,
                             c->nvar);
    v->how.trace = i < k->correct.ntrace ? k->correct.trace[i] : 0;
    if (v->how.trace == 0 && !v->temperature
        && tk_units_convert("mm day-1", v->units, true, k->forcing.daily_totals,
                            &rate)
               == TK_OK)
        v->how.trace = DRY * rate.scale * (rate.per_day ? 30 : 1);
    return TK_OK;
}

static tk_err
choose_how(correction *c, size_t i)
{
    const tk_config *k = &c->setup->c;
    correct_var *v = &c->var[i];
    tk_conversion any;

    v->temperature =
        tk_units_convert("K", v->units, false, false, &any) == TK_OK;
    v->total = strstr(v->units, "month-1") || strstr(v->units, "month^-1");
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
    TK_TRY(choose_how(c, i));
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
    *cells = (tk_cells){.nlane = n};
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
    return err;
}

/* **Collective.**  This rank's tiles, and how far those of all reach. */
static tk_err
share_cells(correction *c)
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

static tk_err
open_reanalysis(correction *c)
{
    TK_TRY(name_variables(c));
    c->files = tk_setup_inputs(c->setup);
    if (c->files.nforcing == 0)
        return tk_setup_fail(c->setup, "forcing", "files",
                             "names no file of the reanalysis");
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

/* ---- the climate model --------------------------------------------------- */

static tk_err
open_archive(correction *c)
{
    const tk_config *k = &c->setup->c;
    const char *name[TK_LIST];

    if (k->correct.nfiles == 0)
        return tk_setup_fail(c->setup, "correct", "files",
                             "names no file of the climate model");
    for (size_t i = 0; i < c->nvar; i++)
        name[i] = c->var[i].modelled;
    TK_TRY(tk_archive_open(c->par, k->correct.nfiles, c->setup->correct_files,
                           c->nvar, name, k->correct.climate_model,
                           k->correct.member, &c->archive));
    if (c->archive.n == 0)
        return tk_fail(
            TK_EDATA, "none of the climate model's files has '%s'%s%s%s",
            name[0], c->nvar > 1 ? " or the other variables" : "",
            *k->correct.climate_model ? " of " : "", k->correct.climate_model);
    return TK_OK;
}

static void
list_experiments(const correction *c, size_t room, char *text)
{
    const char **name = tk_new(c->archive.n + 1, sizeof *name);
    const size_t n = name ? tk_archive_experiments(&c->archive, name) : 0;
    size_t at = 0;

    *text = '\0';
    for (size_t i = 0; i < n && at < room; i++)
        at += (size_t)snprintf(text + at, room - at, " %s", name[i]);
    tk_free(name);
}

/* The history, then the scenarios asked for, or all that there are. */
static tk_err
name_experiments(correction *c)
{
    const tk_config *k = &c->setup->c;
    const char **name = tk_new(c->archive.n + 1, sizeof *name);
    size_t n;

    if (!name)
        return TK_ERUN;
    n = tk_archive_experiments(&c->archive, name);
    c->exp[0].name = k->correct.historical;
    c->nexp = 1;
    for (size_t i = 0; i < k->correct.nscenarios; i++)
        c->exp[c->nexp++].name = k->correct.scenarios[i];
    for (size_t i = 0; i < n && k->correct.nscenarios == 0; i++)
        if (strcmp(name[i], k->correct.historical) != 0
            && c->nexp < EXPERIMENTS)
            c->exp[c->nexp++].name = name[i];
    tk_free(name);
    for (size_t e = 1; e < c->nexp; e++)
        if (strcmp(c->exp[e].name, k->correct.reference_scenario) == 0)
            c->lengthens = e;
    if (*k->correct.reference_scenario && c->lengthens == 0)
        return tk_setup_fail(c->setup, "correct", "reference_scenario",
                             "'%s' is none of the scenarios",
                             k->correct.reference_scenario);
    return TK_OK;
}

/* **Collective.**  Variable v of an experiment. */
static tk_err
open_modelled(correction *c, experiment *e, size_t v)
{
    const tk_config *k = &c->setup->c;
    const tk_input_files files = {.nunits = k->correct.nunits,
                                  .units_in_file = c->setup->correct_units};
    const correct_var *var = &c->var[v];
    const tk_series_want want = {
        .variable = var->modelled,
        .units = var->units,
        .units_in_file = tk_input_units(&files, var->modelled),
        .water = !var->temperature,
        .daily = !var->temperature && k->forcing.daily_totals,
    };
    tk_coarse_opts opts = {.how = strcmp(k->correct.regrid, "conservative") == 0
                                      ? TK_REGRID_CONSERVATIVE
                                      : TK_REGRID_BILINEAR,
                           .land_file = k->correct.land_file,
                           .land_variable = k->correct.land_variable,
                           .land_min = k->correct.land_min,
                           .height_file = k->correct.height_file,
                           .height_variable = k->correct.height_variable};
    const char **path = tk_new(c->archive.n, sizeof *path);
    tk_conversion kelvin;
    char there[512];
    size_t n;
    tk_err err = tk_agree(c->par, path ? TK_OK : TK_ERUN);

    n = err ? 0 : tk_archive_select(&c->archive, e->name, v, path);
    if (!err && n == 0) {
        list_experiments(c, sizeof there, there);
        err = tk_fail(TK_EDATA,
                      "no file of the climate model has '%s' of the experiment "
                      "'%s'; the files have the experiments%s",
                      var->modelled, e->name, there);
    }
    if (!err && var->temperature) {
        err = tk_units_convert("K", var->units, false, false, &kelvin);
        opts.lapse = k->correct.lapse_rate * 1e-3 * kelvin.scale;
    }
    if (!err)
        err = tk_coarse_open(c->par, &opts, n, path, &want, c->extent,
                             &e->coarse[v]);
    tk_free(path);
    return err;
}

/* **Collective.**  All variables of an experiment, and the months they share. */
static tk_err
open_experiment(correction *c, experiment *e)
{
    for (size_t v = 0; v < c->nvar; v++) {
        tk_series *s;

        TK_TRY(open_modelled(c, e, v));
        s = tk_coarse_series(e->coarse[v]);
        if (v == 0 || tk_series_first(s) > e->first)
            e->first = tk_series_first(s);
        if (v == 0 || tk_series_last(s) < e->last)
            e->last = tk_series_last(s);
        if (tk_series_newest(s) > c->newest)
            c->newest = tk_series_newest(s);
    }
    if (e->first > e->last)
        return tk_fail(
            TK_EDATA, "the variables of '%s' have no month in common", e->name);
    e->from = e->first;
    e->to = e->last;
    return TK_OK;
}

/* ---- periods ------------------------------------------------------------- */

/* Scenario e follows on the history without a gap. */
static tk_err
check_joint(const correction *c, size_t e)
{
    const experiment *h = &c->exp[0], *s = &c->exp[e];
    char a[16], b[16];

    tk_month_text(h->last, a);
    tk_month_text(s->first, b);
    if (s->first > h->last + 1)
        return tk_fail(TK_EDATA,
                       "'%s' ends with %s and '%s' begins with %s: the months "
                       "between are missing",
                       h->name, a, s->name, b);
    if (s->first <= h->first)
        return tk_fail(TK_EDATA,
                       "'%s' begins with %s, before the history: is '%s' its "
                       "experiment?",
                       s->name, b, h->name);
    return TK_OK;
}

/* The history ends where a scenario begins: what is written where the first of
 * them does, so that the files can be spliced.
 */
static tk_err
join_experiments(correction *c)
{
    experiment *h = &c->exp[0];
    int earliest = h->last + 1, latest = h->first;

    for (size_t e = 1; e < c->nexp; e++) {
        const int first = c->exp[e].first;

        TK_TRY(check_joint(c, e));
        earliest = first < earliest ? first : earliest;
        latest = first > latest ? first : latest;
    }
    if (c->nexp > 1)
        h->last = latest - 1;
    h->to = earliest - 1;
    TK_TRY(tk_setup_month(c->setup, "correct", "first",
                          c->setup->c.correct.first, h->first, &h->from));
    if (h->from >= h->first && h->from <= h->to)
        return TK_OK;
    return tk_setup_fail(c->setup, "correct", "first",
                         "is not within the history");
}

static tk_err
not_covered(const correction *c, int first, int last)
{
    char a[16], b[16], from[16], to[16];

    tk_month_text(c->ref_first, a);
    tk_month_text(c->ref_last, b);
    tk_month_text(first, from);
    tk_month_text(last, to);
    return tk_fail(TK_EDATA,
                   "the reference period %s .. %s is not covered: reanalysis "
                   "and '%s' share %s .. %s%s",
                   a, b, c->exp[0].name, from, to,
                   c->lengthens || c->nexp == 1
                       ? ""
                       : "; &correct reference_scenario lengthens the history");
}

/* The months compared: those asked for, which both sides must have. */
static tk_err
set_reference(correction *c)
{
    const tk_config *k = &c->setup->c;
    int first = c->exp[0].first, last = c->exp[c->lengthens].last;

    for (size_t v = 0; v < c->nvar; v++) {
        const tk_series *s = c->var[v].observed;

        first = tk_series_first(s) > first ? tk_series_first(s) : first;
        last = tk_series_last(s) < last ? tk_series_last(s) : last;
    }
    TK_TRY(tk_setup_month(c->setup, "correct", "reference_first",
                          k->correct.reference_first, first, &c->ref_first));
    TK_TRY(tk_setup_month(c->setup, "correct", "reference_last",
                          k->correct.reference_last, last, &c->ref_last));
    if (first > last || c->ref_first < first || c->ref_last > last
        || c->ref_first > c->exp[0].last)
        return not_covered(c, first, last);
    if (c->var[0].how.method != TK_ADJUST_NONE
        && c->ref_last - c->ref_first + 1 < 12 * TK_ADJUST_LEAST)
        return tk_fail(TK_EDATA,
                       "a reference period of %d months; %d years at least are "
                       "needed",
                       c->ref_last - c->ref_first + 1, TK_ADJUST_LEAST);
    return TK_OK;
}

/* ---- the whole ----------------------------------------------------------- */

tk_err
correct_open(const tk_par *par, const tk_setup *setup, correction *c)
{
    *c = (correction){.par = par, .setup = setup};
    TK_TRY(open_reanalysis(c));
    TK_TRY(share_cells(c));
    TK_TRY(open_archive(c));
    TK_AGREE(par, name_experiments(c));
    for (size_t e = 0; e < c->nexp; e++)
        TK_TRY(open_experiment(c, &c->exp[e]));
    TK_TRY(join_experiments(c));
    return set_reference(c);
}

void
correct_close(correction *c)
{
    for (size_t e = 0; e < c->nexp; e++) {
        tk_out_drop(c->exp[e].out);
        for (size_t v = 0; v < c->nvar; v++)
            tk_coarse_close(c->exp[e].coarse[v]);
    }
    for (size_t v = 0; v < c->nvar; v++)
        tk_series_close(c->var[v].observed);
    tk_series_close(c->elevation);
    tk_archive_drop(&c->archive);
    correct_sums_drop(c->sums);
    tk_run_drop(&c->run);
    tk_grid_drop(&c->grid);
}
