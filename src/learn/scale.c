#include "talik/learn/scale.h"

#include <math.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/learn/walk.h"

/* Sums of one feature or depth in one tile. */
typedef struct {
    double n, sum, square, low, high;
} moments;
#define MOMENTS (sizeof(moments) / sizeof(double))

static void
take(moments *m, double value)
{
    m->low = m->n == 0 || value < m->low ? value : m->low;
    m->high = m->n == 0 || value > m->high ? value : m->high;
    m->n += 1;
    m->sum += value;
    m->square += value * value;
}

typedef struct {
    const tk_dataset *data;
    size_t L;
    moments *tile; /* [own tiles][F + D] */
    size_t first_own;
} fit;

/* Whether a lane of a patch is a cell that training learns from. */
static bool
is_learned(const tk_dataset *data, const tk_patch *p, size_t lane)
{
    return p->weight[lane] > 0
           && !(data->hide
                && tk_split_holds_cell(data->hide, p->lat[lane], p->lon[lane]));
}

/* The moments of the tiles of a patch.  Targets are centred at 273.15 K, so
 * that squares keep their digits.
 */
static tk_err
visit(const tk_patch *p, void *context)
{
    fit *f = context;
    const size_t F = f->data->F, D = f->data->D;

    for (size_t t = 0; t < p->run.ntile; t++) {
        moments *m = f->tile + (p->run.first_tile + t - f->first_own) * (F + D);
        bool learned[TK_TILE];

        for (size_t l = 0; l < TK_TILE; l++)
            learned[l] = is_learned(f->data, p, t * TK_TILE + l);
        for (size_t i = 0; i < p->nmonth * F * TK_TILE; i++) {
            const size_t month = i / (F * TK_TILE), l = i % TK_TILE;
            const size_t at = (t * p->nmonth + month) * TK_TILE + l;

            if (learned[l] && !p->bad[at])
                take(&m[i / TK_TILE % F],
                     (double)p->x[t * p->nmonth * F * TK_TILE + i]);
        }
        for (size_t i = (f->L - 1) * D * TK_TILE; i < p->nmonth * D * TK_TILE;
             i++) {
            const double y =
                (double)p->y[t * p->nmonth * D * TK_TILE + i] - 273.15;

            if (learned[i % TK_TILE] && !isnan(y))
                take(&m[F + i / TK_TILE % D], y);
        }
    }
    return TK_OK;
}

static double
spread(const moments *m, double *mean)
{
    double variance;

    *mean = m->sum / m->n;
    variance = m->square / m->n - *mean * *mean;
    /* Below the round-off of the sums there is no variance. */
    return variance > 1e-9 * (m->square / m->n + 1e-30) ? sqrt(variance) : 0;
}

/* **Collective.**  Adds the tiles in global order; extremes are exact. */
static tk_err
reduce(const tk_dataset *data, const fit *f, size_t own, moments *total)
{
    const size_t width = data->F + data->D;
    double *low = tk_new(2 * width, sizeof *low), *high = low + width;
    tk_err err = tk_agree(data->par, low ? TK_OK : TK_ERUN);

    if (err)
        return err;
    for (size_t i = 0; i < width; i++) {
        low[i] = HUGE_VAL;
        high[i] = -HUGE_VAL;
        for (size_t t = 0; t < own; t++) {
            const moments *m = &f->tile[t * width + i];

            if (m->n > 0) {
                low[i] = fmin(low[i], m->low);
                high[i] = fmax(high[i], m->high);
            }
        }
    }
    MPI_Allreduce(MPI_IN_PLACE, low, (int)width, MPI_DOUBLE, MPI_MIN,
                  data->par->comm);
    MPI_Allreduce(MPI_IN_PLACE, high, (int)width, MPI_DOUBLE, MPI_MAX,
                  data->par->comm);
    err = tk_sum_ordered(data->par, own, width * MOMENTS,
                         (const double *)f->tile, (double *)total);
    for (size_t i = 0; i < width; i++) {
        total[i].low = low[i];
        total[i].high = high[i];
    }
    tk_free(low);
    return err;
}

static bool
is_scaled(const tk_feature *f)
{
    return f->kind != TK_FEAT_MONTH && f->kind != TK_FEAT_CLASS;
}

static tk_err
set_scaling(const tk_dataset *data, const moments *total, tk_features *features,
            double *target_mean, double *target_std)
{
    for (size_t i = 0; i < data->F; i++) {
        tk_feature *f = &features->f[i];
        double mean, std;

        if (total[i].n == 0)
            return tk_fail(TK_EDATA,
                           "feature '%s' has no value in the training period "
                           "in the cells that &split lat and block_share leave",
                           f->name);
        std = spread(&total[i], &mean);
        f->low = total[i].low;
        f->high = total[i].high;
        if (!is_scaled(f))
            continue;
        if (std == 0)
            tk_warn("feature '%s' has no variance in the training data "
                    "(always %g)",
                    f->name, mean);
        f->mean = mean;
        f->std = std > 0 ? std : 1;
    }
    for (size_t d = 0; d < data->D; d++) {
        double mean, std;

        if (total[data->F + d].n == 0)
            return tk_fail(TK_EDATA,
                           "the target of depth %zu has no value in what "
                           "&split leaves of the training period",
                           d + 1);
        std = spread(&total[data->F + d], &mean);
        if (std == 0)
            tk_warn("the target of depth %zu has no variance", d + 1);
        target_mean[d] = mean + 273.15;
        target_std[d] = std > 0 ? std : 1;
    }
    return TK_OK;
}

tk_err
tk_scale_fit(const tk_dataset *data, tk_features *features, size_t L, int first,
             int last, size_t budget, double *target_mean, double *target_std)
{
    const size_t width = data->F + data->D;
    size_t own;
    fit f = {.data = data, .L = L};
    moments *total = tk_new(width, sizeof *total);
    tk_err err;

    for (size_t i = 0; i < features->n; i++) {
        features->f[i].mean = 0;
        features->f[i].std = 1;
        if (features->f[i].kind == TK_FEAT_SIGNAL) /* seen as it is, not held */
            features->f[i].low = features->f[i].high = NAN;
    }
    tk_tile_share(tk_tile_count(data->grid), data->par->rank, data->par->size,
                  &f.first_own, &own);
    f.tile = tk_new(own * width, sizeof *f.tile);
    err = tk_agree(data->par, total && f.tile ? TK_OK : TK_ERUN);
    if (!err)
        err = tk_walk_tiles(data, f.first_own, own, first - (int)(L - 1),
                            (size_t)(last - first) + L, budget, visit, &f);
    if (!err)
        err = reduce(data, &f, own, total);
    if (!err)
        err = set_scaling(data, total, features, target_mean, target_std);
    tk_free(f.tile);
    tk_free(total);
    return err;
}

/* ---- classes ------------------------------------------------------------ */

static void
insert(double value, size_t most, double *sorted, size_t *n)
{
    size_t i = 0;

    while (i < *n && sorted[i] < value)
        i++;
    if ((i < *n && sorted[i] == value) || *n > most)
        return;
    memmove(sorted + i + 1, sorted + i, (*n - i) * sizeof *sorted);
    sorted[i] = value;
    (*n)++;
}

#define CLASSES 64

tk_err
tk_scale_classes(const tk_par *par, const tk_grid *grid, tk_series *series,
                 size_t most, double *value, size_t *n)
{
    double mine[CLASSES + 2], *all = NULL;
    size_t first, ntile, count = 0;
    float *x = NULL;
    tk_run run = {0};
    tk_err err;

    most = most < CLASSES ? most : CLASSES;
    tk_tile_share(tk_tile_count(grid), par->rank, par->size, &first, &ntile);
    err = tk_run_make(grid, first, ntile, &run);
    if (!err)
        x = tk_new(run.nlane, sizeof *x);
    all = tk_new((size_t)par->size * (CLASSES + 2), sizeof *all);
    err = tk_agree(par, err || !x || !all ? TK_ERUN : TK_OK);
    if (!err)
        err = tk_series_read(series, &run, 0, 1, x);
    for (size_t l = 0; l < CLASSES + 2; l++)
        mine[l] = NAN;
    for (size_t l = 0; l < run.nlane && !err; l++)
        if (!isnan(x[l]))
            insert(round((double)x[l]), most, mine, &count);
    *n = 0;
    if (!err) {
        MPI_Allgather(mine, CLASSES + 2, MPI_DOUBLE, all, CLASSES + 2,
                      MPI_DOUBLE, par->comm);
        for (size_t i = 0; i < (size_t)par->size * (CLASSES + 2); i++)
            if (!isnan(all[i]) && *n <= most) {
                double sorted[CLASSES + 2];

                memcpy(sorted, value, *n * sizeof *value);
                insert(all[i], most, sorted, n);
                if (*n <= most)
                    memcpy(value, sorted, *n * sizeof *value);
            }
        if (*n > most)
            err = tk_fail(TK_EDATA,
                          "class variable '%s' has more than %zu "
                          "values",
                          tk_series_variable(series), most);
    }
    tk_run_drop(&run);
    tk_free(all);
    tk_free(x);
    return err;
}
