/* The NetCDF file of `talik explain`. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/mem.h"
#include "talik/io/table.h"

enum { DEPTH, BAND, SEASON, LAG, FEATURE, AXES };

typedef struct {
    tk_table_axis axis[AXES];
    tk_table_list list;
    double *count[AXES]; /* 1, 2, ... of bands and seasons; lags from 0 */
    double south[TK_BANDS], north[TK_BANDS];
    char band[TK_BANDS][32];
    const char *band_name[TK_BANDS], *season_name[TK_SEASONS];
    const char *feature_name[TK_FEATURES];
} tables;

/* The labels that belong to a variable over those axes. */
static const char *
labels_of(const char *axes)
{
    const bool feature = strchr(axes, '4'), group = strchr(axes, '1');

    if (!axes[1])
        return "";
    return !feature ? "band_name season_name"
           : group  ? "feature_name band_name season_name"
                    : "feature_name";
}

static void
add(tables *t, const char *name, const char *long_name, const char *units,
    const char *axes, const double *x)
{
    tk_table_add(&t->list, name, long_name, units, labels_of(axes), axes, x);
}

static tk_err
number_axes(tables *t)
{
    for (int k = 0; k < AXES; k++) {
        t->count[k] = tk_new(t->axis[k].n, sizeof *t->count[k]);
        if (!t->count[k])
            return TK_ERUN;
        for (size_t i = 0; i < t->axis[k].n; i++)
            t->count[k][i] = (double)(k == LAG ? i : i + 1);
    }
    return TK_OK;
}

static void
name_axes(const tk_trained *m, const tk_explained *r, tables *t)
{
    for (size_t b = 0; b < r->bands; b++) {
        t->south[b] = m->nedge ? m->edge[b] : NAN;
        t->north[b] = m->nedge ? m->edge[b + 1] : NAN;
        snprintf(t->band[b], sizeof t->band[b], "all");
        if (m->nedge)
            snprintf(t->band[b], sizeof t->band[b], "%g to %g N", t->south[b],
                     t->north[b]);
        t->band_name[b] = t->band[b];
    }
    for (size_t k = 0; k < TK_SEASONS; k++)
        t->season_name[k] = tk_season_name(k);
    for (size_t f = 0; f < r->F; f++)
        t->feature_name[f] = m->features.f[f].name;
}

static void
fill(const tk_trained *m, const tk_explained *r, tables *t)
{
    add(t, "depth", "depth of the soil temperature", "m", "0", m->depth);
    add(t, "band", "latitude band", "1", "1", t->count[BAND]);
    add(t, "season", "season of the month that is explained", "1", "2",
        t->count[SEASON]);
    add(t, "lag", "months before the month that is explained", "1", "3",
        t->count[LAG]);
    add(t, "feature", "feature of the model", "1", "4", t->count[FEATURE]);
    tk_table_add_labels(&t->list, "band_name", "latitude band", BAND,
                        t->band_name);
    tk_table_add_labels(&t->list, "season_name", "season", SEASON,
                        t->season_name);
    tk_table_add_labels(&t->list, "feature_name", "feature of the model",
                        FEATURE, t->feature_name);
    add(t, "band_south", "southern edge of the band", "degrees_north", "1",
        t->south);
    add(t, "band_north", "northern edge of the band", "degrees_north", "1",
        t->north);
    add(t, "attribution", "mean expected gradient", "K", "01234", r->mean);
    add(t, "attribution_abs", "mean absolute expected gradient", "K", "01234",
        r->size);
    add(t, "attribution_abs_lags",
        "mean absolute value of the expected gradients' sum over lags", "K",
        "0124", r->whole);
    add(t, "answer", "mean of the model's answers", "K", "012", r->answer);
    add(t, "base", "mean of its answers to the background", "K", "012",
        r->base);
    add(t, "windows", "windows explained", "1", "12", r->count);
    add(t, "area", "area that the windows stand for", "km2", "12", r->weight);
    add(t, "spread", "standard deviation of the model's answers", "K", "0",
        r->spread);
    add(t, "importance",
        "growth of the root mean square error when the feature is permuted "
        "within calendar months",
        "K", "04", r->importance);
    add(t, "rmse", "root mean square error without permutation", "K", "0",
        r->rmse);
}

static void
describe(const tk_setup *setup, const tk_trained *m,
         const tk_explain_opts *opts, const tk_explained *r, global_atts *g,
         char text[4][16])
{
    globals_text(g, "references",
                 "expected gradients: Erion et al. 2021, "
                 "doi:10.1038/s42256-021-00343-w");
    globals_text(g, "model_file", setup->c.model.file);
    globals_text(g, "architecture", m->net.model->name);
    tk_month_text(opts->first, text[0]);
    tk_month_text(opts->last, text[1]);
    tk_month_text(m->train_first, text[2]);
    tk_month_text(m->train_last, text[3]);
    globals_text(g, "first_month", text[0]);
    globals_text(g, "last_month", text[1]);
    globals_text(g, "background_first_month", text[2]);
    globals_text(g, "background_last_month", text[3]);
    globals_int(g, "background_windows", (int)opts->background);
    globals_int(g, "background_points", (int)opts->points);
    globals_text(g, "importance_against",
                 r->by_targets ? "targets" : "answers of the model");
    globals_int(g, "importance_windows", (int)r->permuted);
    g->att[g->n++] =
        (tk_out_att){.name = "completeness_miss", .number = r->miss};
    g->att[g->n++] = (tk_out_att){.name = "completeness_miss_of_a_window",
                                  .number = r->single};
}

tk_err
explain_write(const tk_par *par, const tk_setup *setup, const tk_trained *m,
              const tk_explain_opts *opts, long long newest,
              const tk_explained *r)
{
    tables *t = tk_new(1, sizeof *t);
    global_atts g;
    char text[4][16];
    tk_err err = t ? TK_OK : TK_ERUN;

    if (!err) {
        const tk_table_axis axis[AXES] = {{"depth", r->D},
                                          {"band", r->bands},
                                          {"season", TK_SEASONS},
                                          {"lag", r->L},
                                          {"feature", r->F}};

        memcpy(t->axis, axis, sizeof axis);
        err = number_axes(t);
    }
    err = tk_agree(par, err);
    if (!err) {
        name_axes(m, r, t);
        fill(m, r, t);
        globals_begin(setup, newest, "explain", &g);
        describe(setup, m, opts, r, &g, text);
        err = tk_table_write(par, setup->c.explain.file, setup->c.run.overwrite,
                             AXES, t->axis, t->list.n, t->list.var, g.n, g.att);
    }
    for (int k = 0; t && k < AXES; k++)
        tk_free(t->count[k]);
    tk_free(t);
    return err;
}
