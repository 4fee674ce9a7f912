#include "talik/learn/skill.h"

#include <math.h>
#include <stdbool.h>

#include "talik/grid/calendar.h"
#include "talik/learn/cycle.h"

#define LEAST_CYCLE 0.1 /* K: below it the day of the maximum means nothing */

const char *
tk_span_name(size_t span)
{
    return span == 0 ? "year" : tk_season_name(span - 1);
}

/* Whether a month belongs to a span. */
static bool
within(size_t span, int month)
{
    return span == 0 || tk_season_of(month) + 1 == span;
}

static void
add_month(double t, double p, double weight, tk_skill_sums *s)
{
    const double e = p - t;

    s->n += 1;
    s->w += weight;
    s->e += weight * e;
    s->abs_e += weight * fabs(e);
    s->sq_e += weight * e * e;
    s->t += weight * t;
    s->p += weight * p;
    s->tt += weight * t * t;
    s->pp += weight * p * p;
    s->tp += weight * t * p;
    s->frozen += weight * ((t > 0) == (p > 0));
}

/* Squares of the truth about its own mean. */
static double
own_squares(size_t n, const int *month, const double *truth, size_t span)
{
    double count = 0, mean = 0, sum = 0;

    for (size_t i = 0; i < n; i++)
        if (within(span, month[i]) && !isnan(truth[i])) {
            count += 1;
            mean += (truth[i] - mean) / count;
        }
    for (size_t i = 0; i < n; i++)
        if (within(span, month[i]) && !isnan(truth[i]))
            sum += (truth[i] - mean) * (truth[i] - mean);
    return sum;
}

/* What only a whole series has. */
static void
add_cycle(size_t n, const int *month, const double *truth,
          const double *predicted, double weight, tk_skill_sums *s)
{
    const double curtain =
        tk_zero_curtain(n, month, predicted, truth, TK_CURTAIN)
        - tk_zero_curtain(n, month, truth, truth, TK_CURTAIN);
    tk_cycle t, p;

    if (!isnan(curtain)) {
        s->curtains += weight;
        s->curtain += weight * curtain;
        s->abs_curtain += weight * fabs(curtain);
    }
    if (!tk_cycle_fit(n, month, truth, truth, &t)
        || !tk_cycle_fit(n, month, predicted, truth, &p))
        return;
    s->cycles += weight;
    s->amplitude += weight * (p.amplitude - t.amplitude);
    s->abs_amplitude += weight * fabs(p.amplitude - t.amplitude);
    if (t.amplitude < LEAST_CYCLE || p.amplitude < LEAST_CYCLE)
        return;
    s->peaks += weight;
    s->peak += weight * tk_cycle_lag(p.peak, t.peak);
    s->abs_peak += weight * fabs(tk_cycle_lag(p.peak, t.peak));
}

void
tk_skill_add(size_t n, const int *month, const double *truth,
             const double *predicted, const double *variance, double weight,
             tk_skill_sums *sums)
{
    for (size_t k = 0; k < TK_SPANS; k++) {
        for (size_t i = 0; i < n; i++)
            if (within(k, month[i]) && !isnan(truth[i])) {
                add_month(truth[i], predicted[i], weight, &sums[k]);
                sums[k].spread += variance ? weight * variance[i] : 0;
            }
        sums[k].own += weight * own_squares(n, month, truth, k);
    }
    add_cycle(n, month, truth, predicted, weight, &sums[0]);
}

/* A prediction that does not vary has no part in the truth's variation: r = 0. */
static double
kge(const tk_skill_sums *s)
{
    const double t = s->t / s->w, p = s->p / s->w, tiny = 1e-12;
    const double vt = s->tt / s->w - t * t, vp = s->pp / s->w - p * p;
    const bool varies = vp > tiny * s->pp / s->w;
    const double r = varies ? (s->tp / s->w - t * p) / sqrt(vt * vp) : 0;
    const double a = varies ? sqrt(vp / vt) : 0, b = (p - t) / sqrt(vt);

    if (!(vt > tiny * s->tt / s->w))
        return NAN;
    return 1 - sqrt((r - 1) * (r - 1) + (a - 1) * (a - 1) + b * b);
}

static double
ratio(double sum, double of)
{
    return of > 0 ? sum / of : NAN;
}

tk_skill
tk_skill_of(const tk_skill_sums *s)
{
    const double mean = ratio(s->t, s->w);

    return (tk_skill){
        .count = s->n,
        .target = mean,
        .rmse = sqrt(ratio(s->sq_e, s->w)),
        .mae = ratio(s->abs_e, s->w),
        .bias = ratio(s->e, s->w),
        .r2 = 1 - ratio(s->sq_e, s->tt - s->w * mean * mean),
        .nse = 1 - ratio(s->sq_e, s->own),
        .kge = kge(s),
        .frozen = ratio(s->frozen, s->w),
        .spread = s->spread > 0 ? sqrt(ratio(s->spread, s->w)) : NAN,
        .amplitude = ratio(s->amplitude, s->cycles),
        .abs_amplitude = ratio(s->abs_amplitude, s->cycles),
        .peak = ratio(s->peak, s->peaks),
        .abs_peak = ratio(s->abs_peak, s->peaks),
        .curtain = ratio(s->curtain, s->curtains),
        .abs_curtain = ratio(s->abs_curtain, s->curtains),
    };
}
