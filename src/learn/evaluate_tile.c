/* One tile of an evaluation: what each predictor says of each cell, scored. */
#include <math.h>
#include <string.h>

#include "evaluate_impl.h"

#define ZERO 273.15 /* K */

/* One cell's column of x[T][rows][TK_TILE], in degC. */
static void
take(size_t T, size_t rows, size_t row, size_t l, const float *x, double *y)
{
    for (size_t m = 0; m < T; m++)
        y[m] = (double)x[(m * rows + row) * TK_TILE + l] - ZERO;
}

static void
take_cell(tk_judge *j, const tk_round *r, size_t t, size_t d, size_t l)
{
    const size_t T = j->T, D = j->D;

    take(T, D, d, l, r->patch.y + t * T * D * TK_TILE, j->truth);
    take(T, 1, 0, l, r->air + t * T * TK_TILE, j->air_C);
    for (size_t m = 0; m < T; m++)
        j->fitted[m] = j->held[m] ? NAN : j->truth[m];
}

/* Regressions of all cells of the tile; the penalty that does best in the months
 * that stopped the first model's training.
 */
static tk_err
fit_ridge(tk_judge *j, const tk_round *r, size_t t, size_t d, size_t *best)
{
    const size_t T = j->T, L = j->c->model[0].model->net.dims.L;
    double error[TK_PENALTIES] = {0};

    *best = 0;
    for (size_t l = 0; l < TK_TILE && *j->c->air; l++) {
        double *ridge = j->ridge + l * TK_PENALTIES * T;

        if (!(r->patch.weight[t * TK_TILE + l] > 0))
            continue;
        take_cell(j, r, t, d, l);
        TK_TRY(tk_lagged_air(T, j->fitted, j->air_C, L, j->fit, ridge));
        for (size_t k = 0; k < TK_PENALTIES; k++)
            for (size_t m = j->stop.first; m <= j->stop.last; m++) {
                const double e = ridge[k * T + m] - j->fitted[m];

                error[k] += isfinite(e) ? e * e : 0;
            }
    }
    for (size_t k = 1; k < TK_PENALTIES; k++)
        if (error[k] < error[*best])
            *best = k;
    return TK_OK;
}

/* Mean of the members, and the variance between them, which is kept in *variance
 * unless that is NULL.
 */
static void
mean_of(const tk_judge *j, const tk_predictor *p, double *y, double *variance)
{
    const size_t *member = j->v->member + p->first;

    for (size_t m = 0; m < j->T; m++) {
        double sum = 0, squares = 0;

        for (size_t k = 0; k < p->count; k++)
            sum += j->value[member[k] * j->T + m];
        y[m] = sum / (double)p->count;
        for (size_t k = 0; k < p->count; k++)
            squares += pow(j->value[member[k] * j->T + m] - y[m], 2);
        if (variance)
            variance[m] = squares / (double)(p->count - 1);
    }
}

/* What predictor q says of the cell, value[T]; models come before means. */
static void
predict(tk_judge *j, const tk_round *r, size_t q, size_t t, size_t d, size_t l,
        const double *ridge)
{
    const size_t T = j->T, D = j->D;
    const tk_predictor *p = &j->v->predictor[q];
    double *y = j->value + q * T, mean[12];

    switch (p->kind) {
    case TK_BY_MODEL:
    case TK_BY_GIVEN:
        take(T, D, d, l, r->answer[p->first] + t * T * D * TK_TILE, y);
        break;
    case TK_BY_MEAN:
        mean_of(j, p, y, NULL);
        break;
    case TK_BY_CLIMATOLOGY:
        tk_climatology(j->fitted, (size_t)(j->month[0] % 12), j->fit, mean);
        for (size_t m = 0; m < T; m++)
            y[m] = mean[j->month[m] % 12];
        break;
    case TK_BY_PERSISTENCE:
        for (size_t m = 0; m < T; m++)
            y[m] = m > 0 ? j->truth[m - 1] : NAN;
        break;
    case TK_BY_AIR:
        memcpy(y, j->air_C, T * sizeof *y);
        break;
    case TK_BY_LAGGED_AIR:
        for (size_t m = 0; m < T; m++)
            y[m] = ridge[m];
        break;
    }
}

/* scored[T]: the truth in those test months that have all predictors. */
static void
mark(tk_judge *j)
{
    for (size_t m = 0; m < j->T; m++) {
        bool all = j->test[m] && isfinite(j->truth[m]);

        j->scored[m] = NAN;
        if (!all)
            continue;
        for (size_t q = 0; q < j->Q; q++) {
            const bool there = isfinite(j->value[q * j->T + m]);

            j->present[q] += there;
            all = all && there;
        }
        j->present[j->Q] += all;
        if (all)
            j->scored[m] = j->truth[m];
    }
}

/* Errors in the months that stopped a model's training, or that of the first
 * member, and in the test.
 */
static void
count_errors(tk_judge *j, size_t q, size_t d, double weight, bool test)
{
    const tk_predictor *p = &j->v->predictor[q];
    const size_t model = p->kind == TK_BY_MODEL  ? p->first
                         : p->kind == TK_BY_MEAN ? j->v->member[p->first]
                                                 : SIZE_MAX;
    const double *y = j->value + q * j->T;

    for (size_t m = 0; m < j->T && model < SIZE_MAX; m++)
        if (test)
            tk_error_add(&j->errors[1][q * j->D + d], y[m] - j->scored[m],
                         weight);
        else if (j->calibrates[model * j->T + m])
            tk_error_add(&j->errors[0][q * j->D + d], y[m] - j->truth[m],
                         weight);
}

/* Root mean square and mean of the errors of a cell, for the maps. */
static void
map(const tk_judge *j, size_t q, size_t at)
{
    double n = 0, sum = 0, squares = 0;

    for (size_t m = 0; m < j->T; m++)
        if (!isnan(j->scored[m])) {
            const double e = j->value[q * j->T + m] - j->scored[m];

            n += 1;
            sum += e;
            squares += e * e;
        }
    j->v->rmse[at] = n > 0 ? (float)sqrt(squares / n) : NAN;
    j->v->bias[at] = n > 0 ? (float)(sum / n) : NAN;
}

static void
score(tk_judge *j, const tk_round *r, size_t t, size_t d, size_t l)
{
    const size_t lane = t * TK_TILE + l;
    const size_t tile = r->patch.run.first_tile + t - j->first_tile;
    const double weight = r->patch.weight[lane];

    mark(j);
    for (size_t q = 0; q < j->Q; q++) {
        const size_t group =
            ((tile * j->Q + q) * j->D + d) * j->nband + (size_t)r->band[lane];
        const tk_predictor *p = &j->v->predictor[q];
        const bool mean = p->kind == TK_BY_MEAN;

        if (mean)
            mean_of(j, p, j->value + q * j->T, j->variance);
        tk_skill_add(j->T, j->month, j->scored, j->value + q * j->T,
                     mean ? j->variance : NULL, weight,
                     j->sums + group * TK_SPANS);
        count_errors(j, q, d, weight, true);
        map(j, q, (q * j->D + d) * j->v->nlane + tile * TK_TILE + l);
    }
}

/* How far a cell lies from the one whose series is wanted. */
static double
distance(const tk_judge *j, const tk_patch *p, size_t lane)
{
    const double rad = M_PI / 180, lat = p->lat[lane] * rad,
                 to = j->c->lat * rad;
    const double middle = (double)p->run.first_cell + (double)lane
                          - (double)(j->c->model[0].data->grid->nactive / 2);

    if (isnan(j->c->lat))
        return fabs(middle);
    return 1 - sin(lat) * sin(to)
           - cos(lat) * cos(to) * cos((p->lon[lane] - j->c->lon) * rad);
}

static void
keep_series(tk_judge *j, size_t d)
{
    const size_t n = j->v->nmonth;

    for (size_t m = 0, k = 0; m < j->T; m++)
        if (j->test[m]) {
            j->v->observed[d * n + k] = j->truth[m] + ZERO;
            for (size_t q = 0; q < j->Q; q++)
                j->v->predicted[(q * j->D + d) * n + k] =
                    j->value[q * j->T + m] + ZERO;
            k++;
        }
}

/* The cell of the tile whose series is kept, nearer than any before; else
 * TK_TILE.
 */
static size_t
nearest(tk_judge *j, const tk_patch *p, size_t t)
{
    size_t best = TK_TILE;

    for (size_t l = 0; l < TK_TILE; l++) {
        const size_t lane = t * TK_TILE + l;
        const double far = distance(j, p, lane);

        if (p->weight[lane] > 0 && far < j->distance
            && tk_judge_tests(j, p->lat[lane], p->lon[lane])) {
            best = l;
            j->distance = far;
            j->v->lat = p->lat[lane];
            j->v->lon = p->lon[lane];
        }
    }
    return best;
}

bool
tk_judge_tests(const tk_judge *j, double lat, double lon)
{
    for (size_t i = 0; i < j->c->nmodel && j->by_cells; i++) {
        const tk_split *s = &j->c->model[i].model->split;

        if (tk_split_by_cells(s) && !tk_split_holds_cell(s, lat, lon))
            return false;
    }
    return true;
}

/* Whether a cell's validation months may calibrate: no model holds it out. */
static bool
calibrates(const tk_judge *j, double lat, double lon)
{
    for (size_t i = 0; i < j->c->nmodel; i++)
        if (tk_split_holds_cell(&j->c->model[i].model->split, lat, lon))
            return false;
    return true;
}

tk_err
tk_judge_tile(tk_judge *j, const tk_round *r, size_t t)
{
    const tk_patch *p = &r->patch;
    const size_t series = nearest(j, p, t);
    bool tested[TK_TILE], calibrating[TK_TILE];

    for (size_t l = 0; l < TK_TILE; l++) {
        const double lat = p->lat[t * TK_TILE + l];
        const double lon = p->lon[t * TK_TILE + l];

        tested[l] = tk_judge_tests(j, lat, lon);
        calibrating[l] = calibrates(j, lat, lon);
    }
    for (size_t d = 0; d < j->D; d++) {
        size_t penalty;

        TK_TRY(fit_ridge(j, r, t, d, &penalty));
        for (size_t l = 0; l < TK_TILE; l++) {
            const size_t lane = t * TK_TILE + l;

            if (!(p->weight[lane] > 0))
                continue;
            take_cell(j, r, t, d, l);
            for (size_t q = 0; q < j->Q; q++)
                predict(j, r, q, t, d, l,
                        j->ridge + (l * TK_PENALTIES + penalty) * j->T);
            for (size_t q = 0; q < j->Q && calibrating[l]; q++)
                count_errors(j, q, d, p->weight[lane], false);
            if (tested[l])
                score(j, r, t, d, l);
            if (l == series)
                keep_series(j, d);
        }
    }
    return TK_OK;
}
