/* The regression of a linear skip, from the sums of all products of
 *
 *     v = (1, inputs of the skip by feature and month, targets by depth)
 *
 * over windows: mean and covariance for the fit, and, from the validation
 * months, the error of any fit without another visit.
 */
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/learn/skip.h"
#include "talik/learn/walk.h"

/* The lower triangle of the sums, row by row. */
static size_t
at(size_t i, size_t j)
{
    return i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
}

typedef struct {
    const tk_skip *skip;
    const tk_skip_opts *opts;
    size_t inputs, K, width; /* n L; length of v; of a triangle of K rows  */
    double *v;               /* [K][TK_TILE]; 0 in lanes that do not count */
} fit;

/* v of the windows that begin at month t of a tile; how many count. */
static size_t
fill(const fit *f, const tk_patch *p, size_t tile, size_t t)
{
    const tk_skip *s = f->skip;
    const float *x = p->x + (tile * p->nmonth + t) * s->F * TK_TILE;
    const size_t last = tile * p->nmonth + t + s->L - 1;
    const float *y = p->y + last * s->D * TK_TILE;
    size_t count = 0;

    for (size_t l = 0; l < TK_TILE; l++) {
        bool ok = p->weight[tile * TK_TILE + l] > 0
                  && tk_window_status(p->bad, last, s->L, l) == TK_CELL_OK;

        for (size_t d = 0; d < s->D; d++)
            ok = ok && !isnan(y[d * TK_TILE + l]);
        f->v[l] = ok;
        count += ok;
    }
    for (size_t i = 0; i < f->inputs; i++) {
        const size_t place = i % s->L * s->F + s->feature[i / s->L];
        double *v = f->v + (1 + i) * TK_TILE;

        for (size_t l = 0; l < TK_TILE; l++)
            v[l] = f->v[l] > 0 ? (double)x[place * TK_TILE + l] : 0;
    }
    for (size_t d = 0; d < s->D; d++) {
        double *v = f->v + (1 + f->inputs + d) * TK_TILE;

        for (size_t l = 0; l < TK_TILE; l++)
            v[l] = f->v[l] > 0
                       ? ((double)y[d * TK_TILE + l] - f->opts->target_mean[d])
                             / f->opts->target_std[d]
                       : 0;
    }
    return count;
}

#define PARTS 8 /* sums side by side: the compiler may not reorder one */

static double
product(const double *a, const double *b)
{
    double part[PARTS] = {0}, sum = 0;

    for (size_t l = 0; l < TK_TILE; l += PARTS)
        for (size_t k = 0; k < PARTS; k++)
            part[k] += a[l + k] * b[l + k];
    for (size_t k = 0; k < PARTS; k++)
        sum += part[k];
    return sum;
}

static void
add_windows(const tk_patch *p, size_t tile, void *context, double *sum)
{
    const fit *f = context;

    for (size_t t = 0; t + f->skip->L <= p->nmonth; t++) {
        if (fill(f, p, tile, t) == 0)
            continue;
        for (size_t i = 0; i < f->K; i++)
            for (size_t j = 0; j <= i; j++)
                sum[at(i, j)] +=
                    product(f->v + i * TK_TILE, f->v + j * TK_TILE);
    }
}

/* **Collective.**  The sums over all tiles and the months first .. last. */
static tk_err
add_months(const tk_dataset *data, fit *f, int first, int last, double *total)
{
    const size_t L = f->skip->L;

    return tk_walk_sum(data, first - (int)(L - 1), (size_t)(last - first) + L,
                       f->opts->budget, f->width, add_windows, f, total);
}

/* ---- rank 0 -------------------------------------------------------------- */

/* Of v_i and v_j, times the number of windows. */
static double
covariance(const double *sum, size_t i, size_t j)
{
    return sum[at(i, j)] - sum[at(i, 0)] * sum[at(j, 0)] / sum[0];
}

/* Slopes of all depths, slope[inputs][D]; 0 where the inputs are constant.  False
 * if the equations are too near to singular for the penalty.
 */
static bool
solve(const fit *f, const double *sum, double penalty, double *matrix,
      double *slope)
{
    const size_t n = f->inputs, D = f->skip->D;
    double trace = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++)
            matrix[i * n + j] = covariance(sum, 1 + i, 1 + j);
        for (size_t d = 0; d < D; d++)
            slope[i * D + d] = covariance(sum, 1 + i, 1 + n + d);
        trace += matrix[i * n + i];
    }
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] += penalty * trace / (double)n;
    if (trace > 0)
        return LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', (int)n, (int)D, matrix,
                             (int)n, slope, (int)D)
               == 0;
    memset(slope, 0, n * D * sizeof *slope);
    return true;
}

/* u, so that the residual of depth d is u . v. */
static void
residual_of(const fit *f, const double *sum, const double *slope, size_t d,
            double *u)
{
    const size_t n = f->inputs, D = f->skip->D;
    double mean = sum[at(1 + n + d, 0)];

    memset(u, 0, f->K * sizeof *u);
    for (size_t i = 0; i < n; i++) {
        u[1 + i] = -slope[i * D + d];
        mean -= slope[i * D + d] * sum[at(1 + i, 0)];
    }
    u[0] = -mean / sum[0];
    u[1 + n + d] = 1;
}

/* Mean of (u . v)^2. */
static double
error_of(const fit *f, const double *sum, const double *u)
{
    double square = 0;

    for (size_t i = 0; i < f->K; i++)
        for (size_t j = 0; j < f->K; j++)
            square += u[i] * u[j] * sum[at(i, j)];
    return fmax(square / sum[0], 0);
}

static void
keep(const fit *f, const double *u, size_t d, tk_skip *skip)
{
    skip->bias[d] = (float)-u[0];
    for (size_t i = 0; i < f->inputs; i++)
        skip->weight[d * f->inputs + i] = (float)-u[1 + i];
}

static void
say(const fit *f, const double *least, const double *penalty)
{
    tk_text text = {0};

    for (size_t d = 0; d < f->skip->D; d++)
        tk_text_add(&text, " %.2f (%g)",
                    sqrt(least[d]) * f->opts->target_std[d], penalty[d]);
    tk_note("  linear skip: rmse (penalty)%s K", tk_text_get(&text));
    tk_text_drop(&text);
}

/* The penalty with the least error in the validation months, for each depth. */
static tk_err
choose(const fit *f, const double *train, const double *valid, tk_skip *skip)
{
    const size_t n = f->inputs, D = skip->D;
    double least[TK_DEPTHS], best[TK_DEPTHS];
    double *matrix = tk_new(n * n + n * D + f->K, sizeof *matrix);
    double *slope, *u;
    bool any = false;

    TK_ASSERT(f->opts->npenalty > 0 && f->opts->npenalty <= TK_SKIP_PENALTIES);
    if (!matrix)
        return TK_ERUN;
    slope = matrix + n * n;
    u = slope + n * D;
    for (size_t p = 0; p < f->opts->npenalty; p++) {
        if (!solve(f, train, f->opts->penalty[p], matrix, slope))
            continue;
        for (size_t d = 0; d < D; d++) {
            double error;

            residual_of(f, train, slope, d, u);
            error = error_of(f, valid, u);
            if (any && !(error < least[d]))
                continue;
            least[d] = error;
            best[d] = f->opts->penalty[p];
            keep(f, u, d, skip);
        }
        any = true;
    }
    if (any)
        say(f, least, best);
    tk_free(matrix);
    return any ? TK_OK
               : tk_fail(TK_ERUN,
                         "the linear skip cannot be fitted: its inputs are too "
                         "nearly the same for penalties as small as %g",
                         f->opts->penalty[f->opts->npenalty - 1]);
}

static tk_err
check_windows(const double *train, const double *valid)
{
    if (train[0] > 0 && valid[0] > 0)
        return TK_OK;
    return tk_fail(TK_EDATA,
                   "no window of the %s months has all inputs and the targets "
                   "of all depths: there is nothing to fit a linear skip to",
                   train[0] > 0 ? "validation" : "training");
}

/* ---- the whole ------------------------------------------------------------ */

tk_err
tk_skip_fit(const tk_dataset *data, const tk_skip_opts *opts, tk_skip *skip)
{
    const tk_par *par = data->par;
    fit f = {.skip = skip, .opts = opts, .inputs = skip->n * skip->L};
    double *train, *valid;
    tk_err err;

    if (skip->n == 0)
        return TK_OK;
    f.K = 1 + f.inputs + skip->D;
    f.width = f.K * (f.K + 1) / 2;
    f.v = tk_new(f.K * TK_TILE, sizeof *f.v);
    train = tk_new(2 * f.width, sizeof *train);
    valid = train + f.width;
    err = tk_agree(par, f.v && train ? TK_OK : TK_ERUN);
    if (!err)
        err = add_months(data, &f, opts->first, opts->last, train);
    if (!err)
        err = add_months(data, &f, opts->valid_first, opts->valid_last, valid);
    if (!err)
        err = check_windows(train, valid);
    if (!err) /* once: another CPU might take other paths through LAPACK */
        err = tk_agree(par,
                       par->rank == 0 ? choose(&f, train, valid, skip) : TK_OK);
    if (!err)
        tk_bcast(par, skip->weight,
                 skip->D * (f.inputs + 1) * sizeof *skip->weight);
    tk_free(train);
    tk_free(f.v);
    return err;
}
