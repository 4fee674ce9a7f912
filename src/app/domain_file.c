/* The file of a domain along a projection, and its summary. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

enum { BEYOND, DISTANCE, VARIABLES };

static const tk_out_var variables[VARIABLES] = {
    [BEYOND] = {.name = "beyond_range",
                .long_name = "largest excess of a yearly mean input over its "
                             "range in training, in standard deviations",
                .units = "1",
                .type = TK_OUT_FLOAT,
                .time = true},
    [DISTANCE] = {.name = "joint_distance",
                  .long_name = "Mahalanobis distance of the yearly mean inputs "
                               "over its 99th percentile in training",
                  .units = "1",
                  .type = TK_OUT_FLOAT,
                  .time = true},
};

/* Words on period i, from its sums over all tiles: all, beyond range, rare, and
 * by input where it was the furthest beyond; areas times years.
 */
static void
domain_words(const domain_run *d, size_t i, const double *sum, tk_text *text)
{
    const tk_trained *m = d->m;
    const int year = tk_month_year(d->first);
    size_t from, to, most = 0;

    domain_period(d->nyear, i, &from, &to);
    for (size_t k = 1; k < m->domain.n; k++)
        most = sum[3 + k] > sum[3 + most] ? k : most;
    tk_text_add(text, "%d-%d: ", year + (int)from, year + (int)to - 1);
    if (!(sum[0] > 0)) {
        tk_text_add(text, "no cell has a whole year");
        return;
    }
    tk_text_add(text, "%.1f %% beyond range", 100 * sum[1] / sum[0]);
    if (sum[1] > 0)
        tk_text_add(text, " (furthest most often by %s)",
                    m->features.f[m->domain.feature[most]].name);
    tk_text_add(text, ", %.1f %% with a joint distance above 1",
                100 * sum[2] / sum[0]);
}

/* **Collective.**  All periods on the screen, and joined by "; ". */
static tk_err
sum_up(const domain_run *d, tk_text *all)
{
    const size_t n = 3 + d->m->domain.n;
    double *sum = tk_new(DOMAIN_PERIODS * n, sizeof *sum);
    tk_err err = tk_agree(d->par, sum ? TK_OK : TK_ERUN);

    if (!err)
        err = tk_sum_ordered(d->par, d->patch->run.ntile, DOMAIN_PERIODS * n,
                             d->tally, sum);
    for (size_t i = 0; i < domain_periods(d->nyear) && !err; i++) {
        tk_text one = {0};

        domain_words(d, i, sum + i * n, &one);
        tk_note("  domain, cell-years by area: %s", tk_text_get(&one));
        tk_text_add(all, "%s%s", i ? "; " : "", tk_text_get(&one));
        tk_text_drop(&one);
    }
    tk_free(sum);
    return err ? err : tk_agree(d->par, all->failed ? TK_ERUN : TK_OK);
}

/* The year's bounds, and its middle. */
static void
year_axis(const domain_run *d, double *axis)
{
    for (size_t y = 0; y < d->nyear; y++) {
        const int month = d->first + 12 * (int)y;
        double *b = axis + d->nyear + 2 * y;

        b[0] = tk_month_start(d->spec->calendar, month);
        b[1] = tk_month_start(d->spec->calendar, month + 12);
        axis[y] = 0.5 * (b[0] + b[1]);
    }
}

/* "t2m tp organic_depth" */
static void
list_inputs(const domain_run *d, tk_text *text)
{
    const tk_domain *domain = &d->m->domain;

    for (size_t i = 0; i < domain->n; i++)
        tk_text_add(text, "%s%s", i ? " " : "",
                    d->m->features.f[domain->feature[i]].name);
}

/* **Collective.** */
static tk_err
create(domain_run *d, const tk_grid_source *source, const tk_grid *grid,
       const char *summary, const char *inputs, double *axis)
{
    const tk_config *c = &d->setup->c;
    global_atts g;
    tk_out_opts opts = {.path = d->path,
                        .overwrite = c->run.overwrite,
                        .format = c->output.format,
                        .calendar = d->spec->calendar,
                        .ntime = d->nyear,
                        .time = axis,
                        .time_bounds = axis + d->nyear,
                        .realization = 1};

    tsl_globals(d->setup, d->spec, "Distance from the domain of training",
                "How far the yearly mean inputs of each cell are from the "
                "training of the model",
                "yr", &g);
    sscanf(g.member, "r%d", &opts.realization);
    globals_text(&g, "comment",
                 "0, and a distance up to 1, is what training knew. Of the "
                 "inputs alone: it does not say how wrong an answer is.");
    globals_text(&g, "domain_summary", summary);
    globals_text(&g, "domain_inputs", inputs);
    globals_int(&g, "domain_training_cell_years", (int)d->m->domain.years);
    globals_number(&g, "domain_limit", d->m->domain.limit);
    opts.natt = g.n;
    opts.att = g.att;
    year_axis(d, axis);
    return tk_out_create(d->par, &opts, source, grid, &d->patch->run, VARIABLES,
                         variables, &d->out);
}

tk_err
domain_write(domain_run *d, const tk_grid_source *source, const tk_grid *grid)
{
    tk_text summary = {0}, inputs = {0};
    double *axis;
    tk_err err;

    if (d->nyear == 0)
        return TK_OK;
    list_inputs(d, &inputs);
    axis = tk_new(3 * d->nyear, sizeof *axis);
    err = tk_agree(d->par, axis && !inputs.failed ? TK_OK : TK_ERUN);
    if (!err)
        err = sum_up(d, &summary);
    if (!err)
        err = create(d, source, grid, tk_text_get(&summary),
                     tk_text_get(&inputs), axis);
    if (!err)
        err = tk_out_write(d->out, BEYOND, 0, d->nyear, d->beyond);
    if (!err)
        err = tk_out_write(d->out, DISTANCE, 0, d->nyear, d->distance);
    tk_free(axis);
    tk_text_drop(&inputs);
    tk_text_drop(&summary);
    return err;
}

tk_err
domain_finish(domain_run *d)
{
    tk_out *out = d->out;

    d->out = NULL; /* ended in any case */
    if (!out)
        return TK_OK;
    TK_TRY(tk_out_finish(out));
    tk_note("wrote %s", d->path);
    return TK_OK;
}
