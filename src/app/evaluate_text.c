/* The verdict of `talik evaluate` as table, CSV and Markdown. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/grid/calendar.h"
#include "talik/io/textfile.h"

void
evaluate_period(const judgement *j, size_t room, char *text)
{
    const tk_verdict *v = j->verdict;
    const tk_split *split = &j->contest->model[0].model->split;
    char a[16], b[16];
    size_t at = 0;

    tk_month_text(v->month[0], a);
    tk_month_text(v->month[v->nmonth - 1], b);
    if (v->month[v->nmonth - 1] - v->month[0] + 1 == (int)v->nmonth)
        snprintf(text, room, "%s .. %s, %zu months", a, b, v->nmonth);
    else {
        at += (size_t)snprintf(text, room, "%zu months of", v->nmonth);
        for (size_t m = 0; m < v->nmonth && at < room; m++)
            if (m == 0
                || tk_month_year(v->month[m]) != tk_month_year(v->month[m - 1]))
                at += (size_t)snprintf(text + at, room - at, " %d",
                                       tk_month_year(v->month[m]));
    }
    at = strlen(text);
    if (tk_split_by_cells(split))
        snprintf(text + at, room - at, ", cells held out");
}

/* ---- the screen ---------------------------------------------------------- */

void
evaluate_print(const judgement *j)
{
    const tk_verdict *v = j->verdict;

    for (size_t d = 0; d < v->D; d++) {
        tk_note("\n  at %-8g m      RMSE K   MAE K  bias K      R2     NSE     "
                "KGE  frozen    band K  covers",
                j->contest->model[0].model->depth[d]);
        for (size_t q = 0; q < v->npredictor; q++) {
            const tk_skill *k = tk_verdict_skill(v, q, d, 0, 0);
            const double half = v->half_width[q * v->D + d];
            char band[32] = "";

            if (!isnan(half))
                snprintf(band, sizeof band, "  +-%6.3f%7.1f%%", half,
                         100 * v->coverage[q * v->D + d]);
            tk_note("  %-18s%7.3f%8.3f%8.3f%8.3f%8.3f%8.3f%7.1f%%%s",
                    v->predictor[q].name, k->rmse, k->mae, k->bias, k->r2,
                    k->nse, k->kge, 100 * k->frozen, band);
        }
    }
    tk_note("\n  %.0f cell months at each depth; every predictor on the same",
            tk_verdict_skill(v, 0, 0, 0, 0)->count);
}

/* ---- CSV ----------------------------------------------------------------- */

static void
number(tk_text *t, double x)
{
    if (isnan(x))
        tk_text_add(t, ",");
    else
        tk_text_add(t, ",%.6g", x);
}

static void
csv_line(const judgement *j, size_t q, size_t d, size_t b, size_t s, tk_text *t)
{
    const tk_verdict *v = j->verdict;
    const tk_contest *c = j->contest;
    const tk_skill *k = tk_verdict_skill(v, q, d, b, s);
    const bool whole = b == 0 && s == 0;
    const double all[] = {k->count,
                          k->target + 273.15,
                          k->rmse,
                          k->mae,
                          k->bias,
                          k->r2,
                          k->nse,
                          k->kge,
                          k->frozen,
                          k->spread,
                          k->amplitude,
                          k->abs_amplitude,
                          k->peak,
                          k->abs_peak,
                          k->curtain,
                          k->abs_curtain,
                          whole ? v->half_width[q * v->D + d] : NAN,
                          whole ? v->coverage[q * v->D + d] : NAN};

    tk_text_add(t, "%g,%s,", c->model[0].model->depth[d], v->predictor[q].name);
    if (b == 0)
        tk_text_add(t, "all");
    else
        tk_text_add(t, "%g to %g", c->edge[b - 1], c->edge[b]);
    tk_text_add(t, ",%s", tk_span_name(s));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        number(t, all[i]);
    tk_text_add(t, "\n");
}

tk_err
evaluate_csv(const judgement *j)
{
    const tk_verdict *v = j->verdict;
    tk_text t = {0};
    tk_err err;

    tk_text_add(&t, "depth_m,predictor,band,season,cell_months,target_K,rmse_K,"
                    "mae_K,bias_K,r2,nse,kge,frozen_agreement,spread_K,"
                    "amplitude_error_K,amplitude_abs_error_K,peak_error_days,"
                    "peak_abs_error_days,zero_curtain_error_days,"
                    "zero_curtain_abs_error_days,half_width_K,coverage\n");
    for (size_t d = 0; d < v->D; d++)
        for (size_t q = 0; q < v->npredictor; q++)
            for (size_t b = 0; b < v->bands; b++)
                for (size_t s = 0; s < TK_SPANS; s++)
                    csv_line(j, q, d, b, s, &t);
    err = tk_textfile_write(j->setup->c.evaluate.csv, j->setup->c.run.overwrite,
                            &t);
    tk_text_drop(&t);
    return err;
}

/* ---- Markdown ------------------------------------------------------------ */

static void
cell(tk_text *t, const char *format, double x)
{
    tk_text_add(t, " ");
    if (!isnan(x))
        tk_text_add(t, format, x);
    tk_text_add(t, " |");
}

/* RMSE at all depths, a line for each predictor. */
static void
add_summary(const judgement *j, tk_text *t)
{
    const tk_verdict *v = j->verdict;
    const tk_contest *c = j->contest;

    tk_text_add(t, "| RMSE, K | weights |");
    for (size_t d = 0; d < v->D; d++)
        tk_text_add(t, " %g m |", c->model[0].model->depth[d]);
    tk_text_add(t, "\n|---|---|");
    for (size_t d = 0; d < v->D; d++)
        tk_text_add(t, "---|");
    for (size_t q = 0; q < v->npredictor; q++) {
        const tk_predictor *p = &v->predictor[q];

        tk_text_add(t, "\n| %s | ", p->name);
        if (p->kind == TK_BY_MODEL)
            tk_text_add(t, "%zu", c->model[p->first].model->net.layout.size);
        tk_text_add(t, " |");
        for (size_t d = 0; d < v->D; d++)
            cell(t, "%.3f", tk_verdict_skill(v, q, d, 0, 0)->rmse);
    }
    tk_text_add(t, "\n");
}

/* RMSE by season, and by band where there are several. */
static void
add_groups(const judgement *j, size_t d, tk_text *t)
{
    const tk_verdict *v = j->verdict;

    tk_text_add(t, "\n| RMSE, K |");
    for (size_t s = 1; s < TK_SPANS; s++)
        tk_text_add(t, " %s |", tk_span_name(s));
    for (size_t b = 1; b < v->bands; b++)
        tk_text_add(t, " %g to %g N |", j->contest->edge[b - 1],
                    j->contest->edge[b]);
    tk_text_add(t, "\n|---|");
    for (size_t i = 2; i < TK_SPANS + v->bands; i++)
        tk_text_add(t, "---|");
    for (size_t q = 0; q < v->npredictor; q++) {
        tk_text_add(t, "\n| %s |", v->predictor[q].name);
        for (size_t s = 1; s < TK_SPANS; s++)
            cell(t, "%.3f", tk_verdict_skill(v, q, d, 0, s)->rmse);
        for (size_t b = 1; b < v->bands; b++)
            cell(t, "%.3f", tk_verdict_skill(v, q, d, b, 0)->rmse);
    }
    tk_text_add(t, "\n");
}

static void
add_depth(const judgement *j, size_t d, tk_text *t)
{
    const tk_verdict *v = j->verdict;

    tk_text_add(t,
                "\n## %g m\n\n| | RMSE K | MAE K | bias K | R2 | NSE | KGE | "
                "frozen or not, %% | amplitude K | peak, days | zero curtain, "
                "days | %.0f %% band, K | covers, %% |\n"
                "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
                j->contest->model[0].model->depth[d], 100 * j->contest->level);
    for (size_t q = 0; q < v->npredictor; q++) {
        const tk_skill *k = tk_verdict_skill(v, q, d, 0, 0);

        tk_text_add(t, "\n| %s |", v->predictor[q].name);
        cell(t, "%.3f", k->rmse);
        cell(t, "%.3f", k->mae);
        cell(t, "%+.3f", k->bias);
        cell(t, "%.3f", k->r2);
        cell(t, "%.3f", k->nse);
        cell(t, "%.3f", k->kge);
        cell(t, "%.1f", 100 * k->frozen);
        cell(t, "%.2f", k->abs_amplitude);
        cell(t, "%.1f", k->abs_peak);
        cell(t, "%.1f", k->abs_curtain);
        cell(t, "%.2f", v->half_width[q * v->D + d]);
        cell(t, "%.1f", 100 * v->coverage[q * v->D + d]);
    }
    tk_text_add(t, "\n");
    add_groups(j, d, t);
}

tk_err
evaluate_markdown(const judgement *j)
{
    const tk_verdict *v = j->verdict;
    char period[160];
    tk_text t = {0};
    tk_err err;

    evaluate_period(j, sizeof period, period);
    tk_text_add(&t,
                "# Scores on %s\n\n%.0f cell months at each depth, weighted by "
                "area, every predictor on the same. Amplitude, peak and zero "
                "curtain: mean absolute errors of the cells' mean annual cycle "
                "and of the days a year within %.1f K of 0 degC.\n\n",
                period, tk_verdict_skill(v, 0, 0, 0, 0)->count, TK_CURTAIN);
    add_summary(j, &t);
    for (size_t d = 0; d < v->D; d++)
        add_depth(j, d, &t);
    err = tk_textfile_write(j->setup->c.evaluate.markdown,
                            j->setup->c.run.overwrite, &t);
    tk_text_drop(&t);
    return err;
}
