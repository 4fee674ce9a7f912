/* What was predicted and what was observed at one cell, the last two years:
 * which predictors and depths are drawn.
 */
#include "predicted.h"

#include <math.h>

#include "talik/core/mem.h"

const double *
tk_observed_at(const tk_predicted *g, size_t k)
{
    return g->cell.observed + k * g->cell.nt + g->cell.from;
}

const double *
tk_predicted_at(const tk_predicted *g, size_t p, size_t k)
{
    return g->cell.predicted + (p * g->contest.nd + k) * g->cell.nt
           + g->cell.from;
}

static bool
any(size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            return true;
    return false;
}

/* ---- which predictors ---------------------------------------------------- */

static double
mean_rmse(const tk_predicted *g, size_t p)
{
    return tk_score_mean(&g->contest, &g->rmse, p, g->nk, g->k);
}

/* A mean stands for its members, and nobody for those without a score. */
static bool
stands_alone(const tk_predicted *g, size_t p)
{
    const char *name = g->contest.name[p];
    char architecture[TK_CONTEST_NAME];

    tk_architecture(name, architecture);
    return !isnan(mean_rmse(g, p))
           && (tk_is_mean(name) || !tk_has_mean(&g->contest, architecture));
}

/* The best of what is not yet chosen, models or baselines; np: none left. */
static size_t
next_best(const tk_predicted *g, bool baseline, const bool *chosen)
{
    size_t best = g->contest.np;

    for (size_t p = 0; p < g->contest.np; p++)
        if (!chosen[p] && tk_is_baseline(g->contest.name[p]) == baseline
            && stands_alone(g, p)
            && (best == g->contest.np || mean_rmse(g, p) < mean_rmse(g, best)))
            best = p;
    return best;
}

/* The best models, in the file's order, then the best baseline. */
static tk_err
choose(tk_predicted *g)
{
    const size_t np = g->contest.np;
    bool *chosen = tk_new(np + 1, sizeof *chosen);
    size_t best;

    if (!chosen)
        return TK_ERUN;
    for (size_t i = 0; i < TK_PREDICTED_MODELS; i++)
        chosen[next_best(g, false, chosen)] = true;
    for (size_t p = 0; p < np; p++)
        if (chosen[p])
            g->p[g->n++] = p;
    for (size_t p = next_best(g, false, chosen); p < np;
         p = next_best(g, false, chosen)) {
        chosen[p] = true;
        g->left_out++;
    }
    best = next_best(g, true, chosen);
    if (best < np)
        g->p[g->n++] = best;
    tk_free(chosen);
    if (!g->n)
        return tk_fail(TK_EDATA, "%s: no predictor has an 'rmse'",
                       g->contest.path);
    return TK_OK;
}

static bool
has_band(const tk_predicted *g, size_t p)
{
    const double *half = g->cell.half;

    return half && any(g->contest.nd, half + p * g->contest.nd);
}

/* One band is clear, two are not. */
static void
choose_band(tk_predicted *g)
{
    size_t models = 0;

    g->banded = g->n;
    for (size_t i = 0; i < g->n; i++)
        if (!tk_is_baseline(g->contest.name[g->p[i]])) {
            g->banded = has_band(g, g->p[i]) ? i : g->n;
            models++;
        }
    if (models > 1)
        g->banded = g->n;
    if (g->banded < g->n)
        tk_pale(tk_predictor_colour(g->contest.name[g->p[g->banded]]),
                sizeof g->fill, g->fill);
}

static tk_err
check_values(const tk_plot_opts *o, tk_predicted *g)
{
    size_t kept = 0;

    for (size_t i = 0; i < g->n; i++) {
        bool found = false;

        for (size_t j = 0; j < g->nk; j++)
            found =
                found || any(g->cell.n, tk_predicted_at(g, g->p[i], g->k[j]));
        if (!found)
            return tk_fail(TK_EDATA, "%s: '%s' has no value in these months",
                           g->contest.path, g->contest.name[g->p[i]]);
    }
    for (size_t j = 0; j < g->nk; j++) {
        if (any(g->cell.n, tk_observed_at(g, g->k[j])))
            g->k[kept++] = g->k[j];
        else if (o->ndepth)
            return tk_fail(TK_EDATA, "%s: nothing was observed at %g m",
                           g->contest.path, o->depth[j]);
    }
    g->nk = kept;
    return TK_OK;
}

static tk_err
prepare(const tk_plot_opts *o, tk_predicted *g)
{
    TK_TRY(tk_contest_open(o->file[0], &g->contest));
    TK_TRY(tk_contest_depths(o, &g->contest, g->k, &g->nk));
    TK_TRY(tk_contest_score(&g->contest, "rmse", &g->rmse));
    TK_TRY(tk_cell_read(&g->contest, &g->cell));
    TK_TRY(tk_named_predictors(o, &g->contest, TK_PREDICTED, g->p, &g->n));
    if (!g->n)
        TK_TRY(choose(g));
    TK_TRY(check_values(o, g));
    choose_band(g);
    for (size_t i = 0; i < g->n; i++)
        tk_predictor_pen(&g->contest, g->p[i], sizeof g->pen[i], g->pen[i]);
    if (!(g->x = tk_new(g->cell.n, sizeof *g->x)))
        return TK_ERUN;
    for (size_t t = 0; t < g->cell.n; t++)
        g->x[t] = (double)t + 0.5;
    return TK_OK;
}

tk_err
tk_plot_predicted(const tk_plot_opts *o)
{
    tk_predicted *g = tk_new(1, sizeof *g);
    tk_figure *f = NULL;
    tk_err err = g ? prepare(o, g) : TK_ERUN;

    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err)
        tk_predicted_draw(f, o, g);
    err = tk_figure_close(f, err);
    if (g) {
        tk_contest_close(&g->contest);
        tk_cell_free(&g->cell);
        tk_free(g->rmse.x);
        tk_free(g->x);
    }
    tk_free(g);
    return err;
}
