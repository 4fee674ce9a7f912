/* The files of `talik divergence`: which belongs to which, and what they must
 * have.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "divergence_impl.h"
#include "talik/io/nc.h"

/* ---- which is which ------------------------------------------------------ */

/* What a file says of itself. */
typedef struct {
    tk_word climate, scenario, model;
} label;

/* A word for tables without quotes. */
static void
put_word(const char *text, tk_word word)
{
    snprintf(word, TK_WORD, "%.*s", TK_WORD - 1, text);
    for (char *p = word; *p; p++)
        if (*p == ',' || *p == '"' || iscntrl((unsigned char)*p))
            *p = '_';
}

/* "gru" of "DEMO1-gru". */
static const char *
behind(const char *model, const char *climate)
{
    const size_t n = strlen(climate);

    return strncmp(model, climate, n) == 0 && model[n] == '-' ? model + n + 1
                                                              : model;
}

/* **Collective.** */
static tk_err
read_label(const tk_par *par, const char *path, label *l)
{
    char climate[TK_NAME], scenario[TK_NAME], model[TK_NAME];
    tk_nc *nc;

    TK_TRY(tk_nc_open(par, path, &nc));
    tk_nc_text(nc, NULL, "driving_model_id", sizeof climate, climate);
    tk_nc_text(nc, NULL, "experiment_id", sizeof scenario, scenario);
    tk_nc_text(nc, NULL, "model_id", sizeof model, model);
    tk_nc_close(nc);
    put_word(climate, l->climate);
    put_word(scenario, l->scenario);
    put_word(behind(model, climate), l->model);
    if (*climate && *scenario)
        return TK_OK;
    return tk_fail(TK_EDATA,
                   "%s does not say its climate model and scenario (global "
                   "attributes driving_model_id, experiment_id)",
                   path);
}

/* Index of a word in a list that it joins if it is new. */
static size_t
place_of(const char *text, tk_word *list, size_t *n)
{
    size_t i = 0;

    while (i < *n && strcmp(list[i], text) != 0)
        i++;
    if (i == *n)
        memcpy(list[(*n)++], text, TK_WORD);
    return i;
}

/* The future that a projection is of, a new one if there is none yet. */
static size_t
future_of(divergence *d, size_t climate, size_t scenario)
{
    size_t i = 0;

    while (i < d->nfuture
           && (d->future[i].climate != climate
               || d->future[i].scenario != scenario))
        i++;
    if (i == d->nfuture)
        d->future[d->nfuture++] =
            (tk_future){.climate = climate, .scenario = scenario};
    return i;
}

/* **Collective.** */
static tk_err
sort_projections(const tk_par *par, const tk_setup *setup, divergence *d)
{
    const tk_config *c = &setup->c;
    label first = {0};

    for (size_t i = 0; i < c->divergence.nfiles; i++) {
        const char *path = c->divergence.files[i];
        file_list *list;
        label l;

        TK_TRY(read_label(par, path, &l));
        if (i == 0)
            first = l;
        if (strcmp(l.model, first.model) != 0)
            return tk_fail(TK_EDATA,
                           "%s is by '%s', %s by '%s': one model at a time is "
                           "compared",
                           c->divergence.files[0], first.model, path, l.model);
        list = &d->projected[future_of(
            d, place_of(l.climate, d->climate, &d->nclimate),
            place_of(l.scenario, d->scenario, &d->nscenario))];
        list->path[list->n++] = path;
    }
    put_word(*c->divergence.model ? c->divergence.model : first.model,
             d->model);
    return TK_OK;
}

/* **Collective.**  Truth that no projection asks for is left alone. */
static tk_err
sort_truth(const tk_par *par, const tk_setup *setup, divergence *d)
{
    const tk_config *c = &setup->c;

    for (size_t i = 0; i < c->divergence.ntruth; i++) {
        label l;

        TK_TRY(read_label(par, c->divergence.truth[i], &l));
        for (size_t k = 0; k < d->nfuture; k++) {
            const tk_future *f = &d->future[k];
            file_list *list = &d->truth[k];

            if (strcmp(d->climate[f->climate], l.climate) == 0
                && strcmp(d->scenario[f->scenario], l.scenario) == 0)
                list->path[list->n++] = c->divergence.truth[i];
        }
    }
    for (size_t k = 0; k < d->nfuture; k++)
        if (d->truth[k].n == 0)
            return tk_setup_fail(
                setup, "divergence", "truth", "no file is of %s %s, as %s is",
                d->climate[d->future[k].climate],
                d->scenario[d->future[k].scenario], d->projected[k].path[0]);
    return TK_OK;
}

tk_err
divergence_pair(const tk_par *par, const tk_setup *setup, divergence *d)
{
    TK_TRY(sort_projections(par, setup, d));
    return sort_truth(par, setup, d);
}

/* ---- opening ------------------------------------------------------------- */

/* All months, or an error: cells without them would only be left out, all. */
static tk_err
check_months(const tk_targets *soil, const char *path, size_t n, int first,
             int last)
{
    char has[2][16], wanted[2][16];

    if (tk_targets_first(soil) <= first && tk_targets_last(soil) >= last)
        return TK_OK;
    tk_month_text(tk_targets_first(soil), has[0]);
    tk_month_text(tk_targets_last(soil), has[1]);
    tk_month_text(first, wanted[0]);
    tk_month_text(last, wanted[1]);
    return tk_fail(TK_EDATA,
                   "%s%s: months %s .. %s; &divergence needs %s .. %s", path,
                   n > 1 ? " and those that follow it" : "", has[0], has[1],
                   wanted[0], wanted[1]);
}

/* **Collective.** */
static tk_err
open_soil(const tk_par *par, const tk_setup *setup, const divergence *d,
          const file_list *list, int first, int last, tk_targets **soil)
{
    static const char *const variable[1] = {"tsl"};
    const tk_input_files files = {.nforcing = list->n, .forcing = list->path};

    TK_TRY(tk_targets_open(par, &d->grid, &files, 1, variable,
                           setup->c.targets.ndepths, setup->c.targets.depths,
                           soil));
    return check_months(*soil, list->path[0], list->n, first, last);
}

/* **Collective.**  The grid is that of the first projection, where there are
 * observations.
 */
static tk_err
open_observed(const tk_par *par, const tk_setup *setup, const tk_futures *f,
              divergence *d)
{
    const tk_config *c = &setup->c;
    const tk_input_files targets = tk_setup_targets(setup);

    d->source = tk_grid_source_of(d->projected[0].path[0], "tsl");
    TK_TRY(tk_grid_read(par, &d->source, &d->grid));
    TK_TRY(tk_targets_open(par, &d->grid, &targets, c->targets.nvariables,
                           setup->target_variables, c->targets.ndepths,
                           c->targets.depths, &d->observed));
    TK_TRY(check_months(d->observed, c->targets.files[0], c->targets.nfiles,
                        f->base_first, f->base_last));
    return tk_targets_limit_grid(par, d->observed, &d->grid);
}

tk_err
divergence_open(const tk_par *par, const tk_setup *setup, const tk_futures *f,
                divergence *d)
{
    const file_list fitted = {1, {setup->c.divergence.fitted}};

    TK_TRY(open_observed(par, setup, f, d));
    if (*setup->c.divergence.fitted)
        TK_TRY(open_soil(par, setup, d, &fitted, f->base_first, f->base_last,
                         &d->fitted));
    for (size_t i = 0; i < d->nfuture; i++) {
        TK_TRY(open_soil(par, setup, d, &d->projected[i], f->first, f->last,
                         &d->future[i].projected));
        TK_TRY(open_soil(par, setup, d, &d->truth[i], f->first, f->last,
                         &d->future[i].truth));
    }
    return TK_OK;
}

void
divergence_close(divergence *d)
{
    for (size_t i = 0; i < d->nfuture; i++) {
        tk_targets_close(d->future[i].projected);
        tk_targets_close(d->future[i].truth);
    }
    tk_targets_close(d->observed);
    tk_targets_close(d->fitted);
    tk_grid_drop(&d->grid);
}
