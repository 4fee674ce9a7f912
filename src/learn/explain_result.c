/* From sums to means, and whether they are complete. */
#include <math.h>
#include <stdio.h>

#include "explain_impl.h"
#include "talik/core/mem.h"

#define LEAST_MISS 1e-4 /* K: what floats leave of a sum */

static double
spread_of(const explain_work *w, size_t d)
{
    double n = 0, sum = 0, square = 0;

    for (size_t g = 0; g < w->groups; g++) {
        const double *part = sums_part(w, w->total, g, d);

        n += w->total[g * w->block + WEIGHT];
        sum += part[ANSWER];
        square += part[ANSWER_2];
    }
    return sqrt(fmax(square / n - sum / n * (sum / n), 0));
}

/* A group's sums as means; lags count from the last step of the window. */
static void
take_group(const explain_work *w, size_t g, size_t d, tk_explained *r)
{
    const size_t L = r->L, F = r->F, G = w->groups;
    const double weight = w->total[g * w->block + WEIGHT];
    const double scale = weight > 0 ? 1 / weight : NAN;
    const double *part = sums_part(w, w->total, g, d);
    const double *mean = part + PART_HEAD, *size = mean + L * F;
    const double *whole = size + L * F;
    const size_t to = d * G + g;

    r->count[g] = w->total[g * w->block + COUNT];
    r->weight[g] = weight;
    r->answer[to] = w->m->target_mean[d] + scale * part[ANSWER];
    r->base[to] = w->m->target_mean[d] + scale * part[BASE];
    for (size_t l = 0; l < L; l++)
        for (size_t f = 0; f < F; f++) {
            const size_t from = (L - 1 - l) * F + f;

            r->mean[(to * L + l) * F + f] = scale * mean[from];
            r->size[(to * L + l) * F + f] = scale * size[from];
        }
    for (size_t f = 0; f < F; f++)
        r->whole[to * F + f] = scale * whole[f];
}

/* What is missing of completeness in a group at a depth, K. */
static double
group_miss(const tk_explained *r, size_t to)
{
    double sum = 0;

    for (size_t i = 0; i < r->L * r->F; i++)
        sum += r->mean[to * r->L * r->F + i];
    return sum - (r->answer[to] - r->base[to]);
}

static tk_err
refuse(const explain_work *w, const tk_explained *r, size_t d, size_t g)
{
    const size_t to = d * w->groups + g, band = g / TK_SEASONS;
    const double miss = group_miss(r, to), gap = r->answer[to] - r->base[to];
    char where[64] = "";

    if (w->data->nedge)
        snprintf(where, sizeof where, "%g to %g N, ", w->data->edge[band],
                 w->data->edge[band + 1]);
    return tk_fail(
        TK_ERUN,
        "explain: not complete at %g m, %s%s: the attributions of "
        "%.0f windows add up to %.4f K, f - E f is %.4f K; the "
        "difference is %.2f %% of the spread of f, %.3f K, and "
        "%.2f %% is allowed: raise &explain points (%zu here) or "
        "background (%zu)",
        w->m->depth[d], where, tk_season_name(g % TK_SEASONS), r->count[g],
        gap + miss, gap, 100 * fabs(miss) / r->spread[d], r->spread[d],
        100 * w->opts->tolerance, w->opts->points, w->opts->background);
}

static tk_err
check_complete(const explain_work *w, tk_explained *r)
{
    size_t worst_d = 0, worst_g = 0;
    double worst = 0;

    r->miss = 0;
    for (size_t d = 0; d < r->D; d++)
        for (size_t g = 0; g < w->groups; g++) {
            const double miss = fabs(group_miss(r, d * w->groups + g));
            const double share = miss / fmax(r->spread[d], 1e-12);

            if (r->count[g] > 0 && miss > LEAST_MISS && share > worst) {
                worst = share;
                worst_d = d;
                worst_g = g;
            }
            if (r->count[g] > 0 && r->spread[d] > 0)
                r->miss = fmax(r->miss, share);
        }
    return worst > w->opts->tolerance ? refuse(w, r, worst_d, worst_g) : TK_OK;
}

tk_err
tk_explained_take(const explain_work *w, tk_explained *r)
{
    double n = 0, square = 0;

    for (size_t g = 0; g < w->groups; g++)
        n += w->total[g * w->block + COUNT];
    if (!(n > 0))
        return tk_fail(TK_EDATA, "explain: every window of the months has "
                                 "gaps");
    n = 0;
    for (size_t d = 0; d < r->D; d++) {
        r->spread[d] = spread_of(w, d);
        for (size_t g = 0; g < w->groups; g++) {
            take_group(w, g, d, r);
            if (!(r->spread[d] > 0))
                continue;
            n += r->weight[g];
            square += sums_part(w, w->total, g, d)[MISS_2]
                      / (r->spread[d] * r->spread[d]);
        }
    }
    r->single = n > 0 ? sqrt(square / n) : 0;
    return check_complete(w, r);
}

tk_err
tk_explained_make(const explain_work *w, tk_explained *r)
{
    const tk_model_dims *s = &w->m->net.dims;
    const size_t groups = s->D * w->groups;

    r->F = s->F;
    r->L = s->L;
    r->D = s->D;
    r->bands = w->groups / TK_SEASONS;
    r->mean = tk_new(groups * s->L * s->F, sizeof *r->mean);
    r->size = tk_new(groups * s->L * s->F, sizeof *r->size);
    r->whole = tk_new(groups * s->F, sizeof *r->whole);
    r->answer = tk_new(groups, sizeof *r->answer);
    r->base = tk_new(groups, sizeof *r->base);
    r->count = tk_new(w->groups, sizeof *r->count);
    r->weight = tk_new(w->groups, sizeof *r->weight);
    r->importance = tk_new(s->D * s->F, sizeof *r->importance);
    return r->mean && r->size && r->whole && r->answer && r->base && r->count
                   && r->weight && r->importance
               ? TK_OK
               : TK_ERUN;
}

void
tk_explained_drop(tk_explained *r)
{
    tk_free(r->mean);
    tk_free(r->size);
    tk_free(r->whole);
    tk_free(r->answer);
    tk_free(r->base);
    tk_free(r->count);
    tk_free(r->weight);
    tk_free(r->importance);
    *r = (tk_explained){0};
}
