#include "talik/learn/evaluate.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/io/units.h"
#include "talik/learn/baseline.h"
#include "talik/learn/walk.h"

const char *
tk_predictor_name(tk_predictor p)
{
    static const char *const name[TK_PREDICTORS] = {
        "model", "climatology", "persistence", "air", "lagged air"};

    return name[p];
}

/* Weighted sums of one predictor at one depth. */
typedef struct {
    double n, w, e, abs_e, sq_e, y, sq_y;
} sums;
#define SUMS (sizeof(sums) / sizeof(double))

typedef struct {
    const tk_dataset *data;
    const tk_trained *m;
    size_t air; /* index of the feature; F: none                    */
    tk_conversion to_K;
    tk_span fit, stop, test; /* places of months in the patch       */
    size_t january, first_own;
    sums *tile; /* [own tiles][TK_PREDICTORS][D]                     */
    /* One tile, [nmonth]: */
    size_t nmonth;
    float *work, *y; /* y[nmonth - L + 1][D][TK_TILE]   */
    double *truth, *predicted[TK_PREDICTORS]; /* [nmonth] of a cell  */
    double *air_K, *ridge; /* [nmonth]; [TK_TILE][TK_PENALTIES][nmonth] */
} scorer;

static void
cell_truth(const scorer *s, const tk_patch *p, size_t t, size_t d, size_t l)
{
    const size_t D = s->data->D;

    for (size_t m = 0; m < s->nmonth; m++)
        s->truth[m] = (double)p->y[((t * s->nmonth + m) * D + d) * TK_TILE + l];
}

static void
cell_air(const scorer *s, const tk_patch *p, size_t t, size_t l)
{
    const size_t F = s->data->F;
    const tk_feature *f = s->air < F ? &s->m->features.f[s->air] : NULL;

    for (size_t m = 0; m < s->nmonth; m++) {
        const size_t at = t * s->nmonth + m;

        s->air_K[m] = NAN;
        if (f && !p->bad[at * TK_TILE + l])
            s->air_K[m] =
                ((double)p->x[(at * F + s->air) * TK_TILE + l] * f->std
                 + f->mean)
                    * s->to_K.scale
                + s->to_K.offset;
    }
}

/* Squared error of a tile in the months that stopped the training, per penalty:
 * the least names the penalty.
 */
static tk_err
fit_ridge(scorer *s, const tk_patch *p, size_t t, size_t d, size_t *best)
{
    const size_t n = s->nmonth, L = s->m->net.dims.L;
    double error[TK_PENALTIES] = {0};

    *best = 0;
    for (size_t l = 0; l < TK_TILE; l++) {
        double *ridge = s->ridge + l * TK_PENALTIES * n;

        if (!(p->weight[t * TK_TILE + l] > 0))
            continue;
        cell_truth(s, p, t, d, l);
        cell_air(s, p, t, l);
        TK_TRY(tk_lagged_air(n, s->truth, s->air_K, L, s->fit, ridge));
        for (size_t k = 0; k < TK_PENALTIES; k++)
            for (size_t m = s->stop.first; m <= s->stop.last; m++) {
                const double e = ridge[k * n + m] - s->truth[m];

                error[k] += isfinite(e) ? e * e : 0;
            }
    }
    for (size_t k = 1; k < TK_PENALTIES; k++)
        if (error[k] < error[*best])
            *best = k;
    return TK_OK;
}

/* All predictors' series of one cell. */
static void
cell_predict(scorer *s, size_t d, size_t l, size_t penalty)
{
    const size_t L = s->m->net.dims.L, D = s->data->D, n = s->nmonth;
    double mean[12];

    tk_climatology(s->truth, s->january, s->fit, mean);
    for (size_t m = s->test.first; m <= s->test.last; m++) {
        s->predicted[TK_BY_MODEL][m] =
            (double)s->y[((m - L + 1) * D + d) * TK_TILE + l];
        s->predicted[TK_BY_CLIMATOLOGY][m] = mean[(m + s->january) % 12];
        s->predicted[TK_BY_PERSISTENCE][m] = m > 0 ? s->truth[m - 1] : NAN;
        s->predicted[TK_BY_AIR][m] = s->air_K[m];
        s->predicted[TK_BY_LAGGED_AIR][m] =
            s->ridge[(l * TK_PENALTIES + penalty) * n + m];
    }
}

static void
cell_score(const scorer *s, double weight, size_t d, sums *tile)
{
    const size_t D = s->data->D;
    const bool with_air = s->air < s->data->F;

    for (size_t m = s->test.first; m <= s->test.last; m++) {
        const double y = s->truth[m] - 273.15;
        bool there = isfinite(y);

        for (int q = 0; q < TK_PREDICTORS; q++)
            there = there
                    && (isfinite(s->predicted[q][m])
                        || (q >= TK_BY_AIR && !with_air));
        for (int q = 0; there && q < TK_PREDICTORS; q++) {
            sums *u = &tile[(size_t)q * D + d];
            const double e = s->predicted[q][m] - s->truth[m];

            u->n += 1;
            u->w += weight;
            u->e += weight * e;
            u->abs_e += weight * fabs(e);
            u->sq_e += weight * e * e;
            u->y += weight * y;
            u->sq_y += weight * y * y;
        }
    }
}

static tk_err
visit(const tk_patch *p, void *context)
{
    scorer *s = context;
    const size_t F = s->data->F, D = s->data->D, n = s->nmonth;

    for (size_t t = 0; t < p->run.ntile; t++) {
        sums *tile =
            s->tile
            + (p->run.first_tile + t - s->first_own) * TK_PREDICTORS * D;

        tk_trained_predict(s->m, n, p->x + t * n * F * TK_TILE,
                           p->bad + t * n * TK_TILE, p->band + t * TK_TILE,
                           s->work, s->y);
        for (size_t d = 0; d < D; d++) {
            size_t penalty;

            TK_TRY(fit_ridge(s, p, t, d, &penalty));
            for (size_t l = 0; l < TK_TILE; l++) {
                const double weight = p->weight[t * TK_TILE + l];

                if (!(weight > 0))
                    continue;
                cell_truth(s, p, t, d, l);
                cell_air(s, p, t, l);
                cell_predict(s, d, l, penalty);
                cell_score(s, weight, d, tile);
            }
        }
    }
    return TK_OK;
}

static tk_skill
skill_of(const sums *u)
{
    const double mean = u->y / u->w;

    return (tk_skill){.count = u->n,
                      .target = mean + 273.15,
                      .bias = u->e / u->w,
                      .mae = u->abs_e / u->w,
                      .rmse = sqrt(u->sq_e / u->w),
                      .r2 = 1 - u->sq_e / (u->sq_y - u->w * mean * mean)};
}

static tk_err
allocate(scorer *s, size_t own)
{
    const size_t n = s->nmonth, D = s->data->D, L = s->m->net.dims.L;
    bool ok;

    s->tile = tk_new(own * TK_PREDICTORS * D, sizeof *s->tile);
    s->work = tk_new(tk_trained_work(s->m, n), sizeof *s->work);
    s->y = tk_new((n - L + 1) * D * TK_TILE, sizeof *s->y);
    s->truth = tk_new(n, sizeof *s->truth);
    s->air_K = tk_new(n, sizeof *s->air_K);
    s->ridge = tk_new(TK_TILE * TK_PENALTIES * n, sizeof *s->ridge);
    ok = s->tile && s->work && s->y && s->truth && s->air_K && s->ridge;
    for (int q = 0; q < TK_PREDICTORS; q++)
        ok = (s->predicted[q] = tk_new(n, sizeof(double))) && ok;
    return tk_agree(s->data->par, ok ? TK_OK : TK_ERUN);
}

static void
drop(scorer *s)
{
    tk_free(s->tile);
    tk_free(s->work);
    tk_free(s->y);
    tk_free(s->truth);
    tk_free(s->air_K);
    tk_free(s->ridge);
    for (int q = 0; q < TK_PREDICTORS; q++)
        tk_free(s->predicted[q]);
}

static tk_err
find_air(scorer *s, const char *air)
{
    const tk_features *all = &s->m->features;

    s->air = all->n;
    if (!*air)
        return TK_OK;
    s->air = tk_features_find(all, air);
    if (s->air == all->n)
        return tk_fail(TK_ECONF,
                       "&evaluate air: the model has no feature "
                       "'%s'",
                       air);
    return tk_units_convert(all->f[s->air].units, "K", false, false, &s->to_K);
}

tk_err
tk_evaluate(const tk_dataset *data, const tk_trained *m, const char *air,
            int first, int last, size_t budget, tk_skill *skill)
{
    const int L = (int)m->net.dims.L;
    const int begin = (m->train_first < first ? m->train_first : first) - L + 1;
    const size_t D = data->D;
    size_t own;
    sums total[TK_PREDICTORS * TK_DEPTHS];
    scorer s = {.data = data, .m = m};
    tk_err err;

    s.fit = (tk_span){(size_t)(m->train_first - begin),
                      (size_t)(m->train_last - begin)};
    s.stop = (tk_span){(size_t)(m->valid_first - begin),
                       (size_t)(m->valid_last - begin)};
    s.test = (tk_span){(size_t)(first - begin), (size_t)(last - begin)};
    s.january = (size_t)(tk_month_of_year(begin) - 1);
    s.nmonth =
        (size_t)((last > m->valid_last ? last : m->valid_last) - begin) + 1;
    TK_TRY(find_air(&s, air));
    tk_tile_share(tk_tile_count(data->grid), data->par->rank, data->par->size,
                  &s.first_own, &own);
    err = allocate(&s, own);
    if (!err)
        err = tk_walk_tiles(data, s.first_own, own, begin, s.nmonth, budget,
                            visit, &s);
    if (!err)
        err = tk_sum_ordered(data->par, own, TK_PREDICTORS * D * SUMS,
                             (const double *)s.tile, (double *)total);
    for (size_t i = 0; i < TK_PREDICTORS * D && !err; i++)
        skill[i] = skill_of(&total[i]);
    drop(&s);
    return err;
}
