/* `talik explain`: which inputs make the model's answers, as NetCDF, as a
 * ranked table in CSV, and in the log.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/learn/exchange.h"
#include "talik/core/mem.h"
#include "talik/io/textfile.h"

#define ROWS 12 /* of the table in the log */

/* Mean over bands and seasons, by the area that they stand for, of element `at`
 * of x[D][bands][season][width].
 */
static double
overall(const tk_explained *r, const double *x, size_t d, size_t width,
        size_t at)
{
    const size_t groups = r->bands * TK_SEASONS;
    double sum = 0, weight = 0;

    for (size_t g = 0; g < groups; g++)
        if (r->count[g] > 0) {
            sum += r->weight[g] * x[(d * groups + g) * width + at];
            weight += r->weight[g];
        }
    return sum / weight;
}

static double
overall_whole(const tk_explained *r, size_t d, size_t f)
{
    return overall(r, r->whole, d, r->F, f);
}

/* Features by falling score; of equals the first comes first. */
static void
sort(size_t n, const double *score, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = i;

        for (; k > 0 && score[order[k - 1]] < score[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

/* ---- the table in the log ------------------------------------------------ */

static void
add_row(const tk_trained *m, const tk_explained *r, size_t f, tk_text *row)
{
    row->len = 0;
    tk_text_add(row, "| %s |", m->features.f[f].name);
    for (size_t d = 0; d < r->D; d++)
        tk_text_add(row, " %.3f (%+.3f) |", overall_whole(r, d, f),
                    r->importance[d * r->F + f]);
}

/* Inputs by their share of the spread, the mean over depths. */
static void
print_table(const tk_trained *m, const tk_explained *r)
{
    double score[TK_FEATURES] = {0};
    size_t order[TK_FEATURES];
    tk_text row = {0};

    for (size_t f = 0; f < r->F; f++)
        for (size_t d = 0; d < r->D; d++)
            score[f] += overall_whole(r, d, f) / fmax(r->spread[d], 1e-12);
    sort(r->F, score, order);
    tk_note("mean |attribution| in K, lags together (and growth of the RMSE "
            "against %s in K,\nwhen a feature changes places among %zu windows "
            "of its calendar month)\n",
            r->by_targets ? "the targets" : "the model's own answers",
            r->permuted);
    tk_text_add(&row, "| feature |");
    for (size_t d = 0; d < r->D; d++)
        tk_text_add(&row, " %g m |", m->depth[d]);
    tk_note("%s", tk_text_get(&row));
    row.len = 0;
    tk_text_add(&row, "|---|");
    for (size_t d = 0; d < r->D; d++)
        tk_text_add(&row, "---:|");
    tk_note("%s", tk_text_get(&row));
    for (size_t i = 0; i < r->F && i < ROWS; i++) {
        add_row(m, r, order[i], &row);
        tk_note("%s", tk_text_get(&row));
    }
    if (r->F > ROWS)
        tk_note("\nand %zu features of less weight, in the CSV", r->F - ROWS);
    tk_text_drop(&row);
}

/* ---- CSV ----------------------------------------------------------------- */

/* One input at a depth: all lags together, then each. */
static void
add_input(const tk_trained *m, const tk_explained *r, size_t d, size_t rank,
          size_t f, tk_text *csv)
{
    const char *name = m->features.f[f].name;
    const size_t width = r->L * r->F;
    double mean = 0;

    for (size_t l = 0; l < r->L; l++)
        mean += overall(r, r->mean, d, width, l * r->F + f);
    tk_text_add(csv, "%g,%zu,%s,all,%.6g,%.6g,%.6g\n", m->depth[d], rank, name,
                overall_whole(r, d, f), mean, r->importance[d * r->F + f]);
    for (size_t l = 0; l < r->L; l++)
        tk_text_add(csv, "%g,%zu,%s,%zu,%.6g,%.6g,\n", m->depth[d], rank, name,
                    l, overall(r, r->size, d, width, l * r->F + f),
                    overall(r, r->mean, d, width, l * r->F + f));
}

static void
make_csv(const tk_trained *m, const tk_explained *r, tk_text *csv)
{
    double score[TK_FEATURES];
    size_t order[TK_FEATURES];

    tk_text_add(csv, "depth_m,rank,feature,lag_months,abs_attribution_K,"
                     "mean_attribution_K,importance_K\n");
    for (size_t d = 0; d < r->D; d++) {
        for (size_t f = 0; f < r->F; f++)
            score[f] = overall_whole(r, d, f);
        sort(r->F, score, order);
        for (size_t i = 0; i < r->F; i++)
            add_input(m, r, d, i + 1, order[i], csv);
    }
}

/* Rank 0. */
static tk_err
write_csv(const char *path, bool overwrite, const tk_trained *m,
          const tk_explained *r)
{
    tk_text csv = {0};
    tk_err err;

    make_csv(m, r, &csv);
    err = tk_textfile_write(path, overwrite, &csv);
    tk_text_drop(&csv);
    return err;
}

/* ---- the command --------------------------------------------------------- */

/* Weights from elsewhere need not come with them. */
static tk_err
check_trained_on(const char *path, const tk_trained *m)
{
    char month[16];

    tk_month_text(m->train_first, month);
    if (strcmp(month, TK_TRAINED_UNKNOWN) != 0)
        return TK_OK;
    return tk_fail(
        TK_EDATA,
        "%s: does not say which months it was trained on, from which "
        "the background comes: import its weights again with a key "
        "'trained_on' in their description (docs/weights.md)",
        path);
}

static tk_err
set_period(const tk_setup *setup, const stage_data *s, const tk_trained *m,
           tk_explain_opts *opts)
{
    const int from = tk_inputs_first(s->inputs) + (int)m->net.dims.L - 1;
    const int to = tk_inputs_last(s->inputs);
    char t[6][16];

    TK_TRY(tk_setup_month(setup, "explain", "first", setup->c.explain.first,
                          from, &opts->first));
    TK_TRY(tk_setup_month(setup, "explain", "last", setup->c.explain.last, to,
                          &opts->last));
    tk_month_text(opts->first, t[0]);
    tk_month_text(opts->last, t[1]);
    tk_month_text(from, t[2]);
    tk_month_text(to, t[3]);
    tk_month_text(m->train_first, t[4]);
    tk_month_text(m->train_last, t[5]);
    if (opts->first > opts->last || opts->first < from || opts->last > to)
        return tk_fail(TK_EDATA,
                       "cannot explain %s to %s: inputs with whole windows of "
                       "%zu months are there from %s to %s",
                       t[0], t[1], m->net.dims.L, t[2], t[3]);
    if (m->train_first < from || m->train_last > to)
        return tk_fail(TK_EDATA,
                       "the background comes from the model's training months, "
                       "%s to %s, and inputs with whole windows are there from "
                       "%s to %s: name the files of those months in &forcing "
                       "files as well",
                       t[4], t[5], t[2], t[3]);
    tk_note("  %s on %s .. %s, against %zu windows of %s .. %s",
            setup->c.model.file, t[0], t[1], opts->background, t[4], t[5]);
    return TK_OK;
}

static tk_err
explain(const tk_par *par, const tk_setup *setup, stage_data *s, tk_trained *m,
        tk_explained *r)
{
    const tk_config *c = &setup->c;
    tk_explain_opts opts = tk_setup_explain(setup);
    signal_words words;
    tk_err err = TK_OK;

    TK_TRY(tk_setup_single(setup));
    if (par->rank == 0) { /* before hours of work */
        err = tk_out_check(c->explain.file, c->run.overwrite);
        if (!err)
            err = tk_out_check(c->explain.csv, c->run.overwrite);
    }
    TK_AGREE(par, err);
    TK_TRY(tk_trained_read(par, c->model.file, m));
    TK_AGREE(par, stage_compare(setup, 0, m));
    TK_TRY(check_trained_on(c->model.file, m));
    TK_TRY(stage_open(par, setup, &m->features, s));
    TK_TRY(stage_signal_fill(setup, &s->data, &m->features));
    if (c->targets.nfiles)
        TK_TRY(stage_open_targets(par, setup, m->net.dims.D, m->depth, s));
    s->data.nedge = m->nedge;
    s->data.edge = m->edge;
    stage_header(par, "explain", &s->grid);
    TK_TRY(set_period(setup, s, m, &opts));
    stage_slow(m, s->inputs, opts.first);
    stage_signal_say(setup, &m->features, s->inputs,
                     opts.first - (int)m->net.dims.L + 1, opts.first, opts.last,
                     &words);
    TK_TRY(tk_explain(&s->data, m, &opts, r));
    tk_note("  complete to %.3f %% of the spread in the worst band and season, "
            "%.2f %% in a window",
            100 * r->miss, 100 * r->single);
    print_table(m, r);
    TK_TRY(explain_write(par, setup, m, &opts, tk_inputs_newest(s->inputs), r));
    TK_AGREE(par, par->rank == 0
                      ? write_csv(c->explain.csv, c->run.overwrite, m, r)
                      : TK_OK);
    tk_note("\nwrote %s and %s", c->explain.file, c->explain.csv);
    return TK_OK;
}

tk_err
cmd_explain(const tk_par *par, const tk_setup *setup)
{
    tk_trained m = {0};
    stage_data s = {0};
    tk_explained r = {0};
    const tk_err err = explain(par, setup, &s, &m, &r);

    stage_close(&s);
    tk_explained_drop(&r);
    tk_trained_drop(&m);
    return err;
}
