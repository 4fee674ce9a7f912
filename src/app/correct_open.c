/* The climate model's side of `talik correct`: its experiments, and the months
 * that are compared and written.
 */
#include <stdio.h>
#include <string.h>

#include "correct_impl.h"
#include "talik/core/mem.h"
#include "talik/io/units.h"

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
    bool many = false;
    size_t n;

    if (!name)
        return TK_ERUN;
    n = tk_archive_experiments(&c->archive, name);
    c->exp[0].name = k->correct.historical;
    c->nexp = 1;
    for (size_t i = 0; i < k->correct.nscenarios; i++)
        c->exp[c->nexp++].name = k->correct.scenarios[i];
    for (size_t i = 0; i < n && k->correct.nscenarios == 0; i++)
        if (strcmp(name[i], k->correct.historical) != 0) {
            many = many || c->nexp == EXPERIMENTS;
            c->exp[many ? c->nexp - 1 : c->nexp++].name = name[i];
        }
    tk_free(name);
    if (many)
        return tk_setup_fail(c->setup, "correct", "scenarios",
                             "the files hold more than %d scenarios: name "
                             "those that are wanted",
                             EXPERIMENTS - 1);
    for (size_t e = 1; e < c->nexp; e++)
        for (size_t i = 0; i < e; i++)
            if (strcmp(c->exp[e].name, c->exp[i].name) == 0)
                return tk_setup_fail(c->setup, "correct", "scenarios",
                                     "'%s' is named twice", c->exp[e].name);
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
        err = tk_agree(
            c->par, tk_units_convert("K", var->units, false, false, &kelvin));
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

/* The history goes on to where a scenario begins.  Its file ends where the first
 * of them does and the files of all scenarios begin there, so that any of them
 * can be spliced to it.
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
    for (size_t e = 1; e < c->nexp; e++)
        c->exp[e].from = earliest;
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
    TK_TRY(correct_open_reanalysis(c));
    TK_TRY(correct_share_cells(c));
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
