/* A domain from the cell-years of training, in two passes: sums of all products
 * of
 *
 *     v = (1, z)
 *
 * give mean, spread and correlations; then distances are counted by size.
 */
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/learn/domain.h"
#include "talik/learn/walk.h"

/* Added to the correlations: what differs by less than a hundredth of a spread
 * is not told apart.
 */
#define RIDGE 1e-4

/* Classes of distance.  The mean square of all distances is n at most, so no
 * more than 1 in 100 is beyond 10 sqrt(n): the percentile is among them.
 */
#define BINS 65536
#define RARE 0.01

static double
bin_width(const tk_domain *d)
{
    return sqrt((double)d->n / RARE) / BINS;
}

/* The lower triangle of the sums, row by row. */
static size_t
at(size_t i, size_t j)
{
    return i * (i + 1) / 2 + j;
}

typedef struct {
    size_t D;
    const tk_domain *domain;
    size_t K, width; /* length of v; of a triangle of K rows */
    double *year;    /* [n + 1][TK_TILE]                     */
    double *low, *high;
    uint64_t *count; /* [BINS]                               */
} fit;

/* Whether a cell has a target in the year that begins with month m. */
static bool
has_target(const fit *f, const tk_patch *p, size_t tile, size_t m, size_t l)
{
    const float *y = p->y + (tile * p->nmonth + m) * f->D * TK_TILE + l;

    for (size_t i = 0; i < 12 * f->D; i++)
        if (!isnan(y[i * TK_TILE]))
            return true;
    return false;
}

/* z of the year that begins with month m, NaN in lanes that do not count. */
static void
read_year(const fit *f, const tk_patch *p, size_t F, size_t tile, size_t m)
{
    const size_t n = f->domain->n;
    double *bad = f->year + n * TK_TILE;

    memset(f->year, 0, (n + 1) * TK_TILE * sizeof *f->year);
    for (size_t l = 0; l < TK_TILE; l++)
        bad[l] = !(p->weight[tile * TK_TILE + l] > 0)
                 || !has_target(f, p, tile, m, l);
    for (size_t k = 0; k < 12; k++) {
        const size_t month = tile * p->nmonth + m + k;

        tk_domain_month(f->domain, p->x + month * F * TK_TILE,
                        p->bad + month * TK_TILE, f->year);
    }
    tk_domain_means(f->domain, f->year);
}

typedef struct {
    const fit *f;
    size_t F;
} visit;

static void
add_products(const fit *f, size_t l, double *sum)
{
    const size_t n = f->domain->n;
    const double *z = f->year + l;

    sum[0] += 1;
    for (size_t i = 0; i < n; i++) {
        const double zi = z[i * TK_TILE];

        f->low[i] = fmin(f->low[i], zi);
        f->high[i] = fmax(f->high[i], zi);
        sum[at(1 + i, 0)] += zi;
        for (size_t j = 0; j <= i; j++)
            sum[at(1 + i, 1 + j)] += zi * z[j * TK_TILE];
    }
}

static void
add_years(const tk_patch *p, size_t tile, void *context, double *sum)
{
    const visit *v = context;

    for (size_t m = 0; m + 12 <= p->nmonth; m += 12) {
        read_year(v->f, p, v->F, tile, m);
        for (size_t l = 0; l < TK_TILE; l++)
            if (!isnan(v->f->year[l]))
                add_products(v->f, l, sum);
    }
}

static tk_err
count_years(const tk_patch *p, void *context)
{
    const visit *v = context;
    const fit *f = v->f;
    const double width = bin_width(f->domain);
    double beyond[TK_TILE], distance[TK_TILE];
    size_t worst[TK_TILE];

    for (size_t i = 0; i < p->run.ntile * (p->nmonth / 12); i++) {
        read_year(f, p, v->F, i / (p->nmonth / 12), i % (p->nmonth / 12) * 12);
        tk_domain_measure(f->domain, f->year, beyond, distance, worst);
        for (size_t l = 0; l < TK_TILE; l++) {
            const double bin = ceil(distance[l] / width) - 1;

            if (!isnan(bin))
                f->count[bin > 0 ? (size_t)fmin(bin, BINS - 1) : 0]++;
        }
    }
    return TK_OK;
}

/* ---- from the sums -------------------------------------------------------- */

static double
covariance(const double *sum, size_t i, size_t j)
{
    return sum[at(1 + i, 1 + j)] / sum[0]
           - sum[at(1 + i, 0)] / sum[0] * (sum[at(1 + j, 0)] / sum[0]);
}

/* Spread of z_i; 0 below the round-off of the sums. */
static double
spread_of(const double *sum, size_t i)
{
    const double square = sum[at(1 + i, 1 + i)] / sum[0];
    const double variance = covariance(sum, i, i);

    return variance > 1e-9 * (square + 1e-30) ? sqrt(variance) : 0;
}

/* W of the inputs keep[d->n] of those in the sums.  The matrix is no smaller than
 * RIDGE: there is a factor.
 */
static tk_err
whiten(const double *sum, const size_t *keep, tk_domain *d)
{
    const int n = (int)d->n;
    double *w = d->white;
    int code;

    for (size_t i = 0; i < d->n; i++)
        for (size_t j = 0; j <= i; j++)
            w[i * d->n + j] = covariance(sum, keep[i], keep[j])
                                  / (d->spread[i] * d->spread[j])
                              + (i == j ? RIDGE : 0);
    code = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, w, n);
    if (code == 0)
        code = LAPACKE_dtrtri(LAPACK_ROW_MAJOR, 'L', 'N', n, w, n);
    for (size_t i = 0; i < d->n; i++)
        memset(w + i * d->n + i + 1, 0, (d->n - 1 - i) * sizeof *w);
    return code == 0 ? TK_OK
                     : tk_fail(TK_ERUN,
                               "the inputs' correlations in training have no "
                               "factor (LAPACK: %d)",
                               code);
}

/* **Collective.**  All but the limit, of the inputs that vary. */
static tk_err
solve(const tk_par *par, const fit *f, const double *sum, tk_domain *d)
{
    size_t keep[TK_FEATURES];
    tk_domain all = *d;
    tk_err err;

    d->n = 0;
    d->years = sum[0];
    for (size_t i = 0; i < all.n && sum[0] > 0; i++) {
        const double spread = spread_of(sum, i);
        const size_t k = d->n;

        if (spread == 0)
            continue;
        keep[k] = i;
        d->feature[k] = all.feature[i];
        d->low[k] = f->low[i];
        d->high[k] = f->high[i];
        d->mean[k] = sum[at(1 + i, 0)] / sum[0];
        d->spread[k] = spread;
        d->n++;
    }
    if (d->n == 0)
        return TK_OK;
    d->white = tk_new(d->n * d->n, sizeof *d->white);
    err = tk_agree(par, d->white ? TK_OK : TK_ERUN);
    if (!err) /* once: another CPU might take other paths through LAPACK */
        err = tk_agree(par, par->rank == 0 ? whiten(sum, keep, d) : TK_OK);
    if (!err)
        tk_bcast(par, d->white, d->n * d->n * sizeof *d->white);
    return err;
}

static void
set_limit(const fit *f, tk_domain *d)
{
    double below = 0;
    size_t k = 0;

    while (k < BINS && (below += (double)f->count[k]) < (1 - RARE) * d->years)
        k++;
    d->limit = (double)((k < BINS ? k : BINS - 1) + 1) * bin_width(d);
}

/* ---- the whole ------------------------------------------------------------ */

/* The months of the whole calendar years within first .. last; 0: none. */
static size_t
whole_years(int *first, int last)
{
    *first += (12 - *first % 12) % 12;
    return last + 1 - *first >= 12 ? (size_t)(last + 1 - *first) / 12 * 12 : 0;
}

/* **Collective.** */
static tk_err
first_pass(const tk_dataset *set, fit *f, int first, size_t nmonth,
           size_t budget, double *sum)
{
    visit v = {f, set->F};

    f->D = set->D;
    return tk_walk_sum(set, first, nmonth, budget, f->width, add_years, &v,
                       sum);
}

/* **Collective.** */
static tk_err
second_pass(const tk_dataset *set, fit *f, int first, size_t nmonth,
            size_t budget)
{
    visit v = {f, set->F};
    size_t tile, own;

    tk_tile_share(tk_tile_count(set->grid), set->par->rank, set->par->size,
                  &tile, &own);
    return tk_walk_tiles(set, tile, own, first, nmonth, budget, count_years,
                         &v);
}

/* **Collective.** */
static tk_err
run(const tk_dataset *data, size_t nextra, const tk_dataset *extra, fit *f,
    int first, size_t nmonth, size_t budget, double *sum, tk_domain *d)
{
    const tk_par *par = data->par;
    const int n = (int)d->n;

    for (int i = 0; i < n; i++) {
        f->low[i] = HUGE_VAL;
        f->high[i] = -HUGE_VAL;
    }
    for (size_t i = 0; i <= nextra; i++)
        TK_TRY(first_pass(i ? &extra[i - 1] : data, f, first, nmonth, budget,
                          sum));
    MPI_Allreduce(MPI_IN_PLACE, f->low, n, MPI_DOUBLE, MPI_MIN, par->comm);
    MPI_Allreduce(MPI_IN_PLACE, f->high, n, MPI_DOUBLE, MPI_MAX, par->comm);
    TK_TRY(solve(par, f, sum, d));
    if (d->n == 0)
        return TK_OK;
    d->limit = 1;
    for (size_t i = 0; i <= nextra; i++)
        TK_TRY(second_pass(i ? &extra[i - 1] : data, f, first, nmonth, budget));
    tk_sum_u64(par, BINS, f->count);
    set_limit(f, d);
    return TK_OK;
}

static void
say(const tk_domain *d)
{
    if (d->n)
        tk_note("  domain: %.0f cell-years of %zu inputs, 99 in 100 within a "
                "distance of %.2f",
                d->years, d->n, d->limit);
    else
        tk_note("  no whole year of training with inputs that vary: the model "
                "file will not say what is out of its domain");
}

tk_err
tk_domain_fit(const tk_dataset *data, size_t nextra, const tk_dataset *extra,
              const tk_features *features, int first, int last, size_t budget,
              tk_domain *d)
{
    const size_t nmonth = whole_years(&first, last);
    fit f = {.domain = d};
    double *sum;
    tk_err err = TK_OK;

    *d = (tk_domain){0};
    for (size_t i = 0; i < features->n; i++)
        if (tk_domain_takes(&features->f[i]))
            d->feature[d->n++] = i;
    f.K = 1 + d->n;
    f.width = f.K * (f.K + 1) / 2;
    f.year = tk_new((d->n + 1) * TK_TILE, sizeof *f.year);
    f.low = tk_new(2 * d->n, sizeof *f.low);
    f.high = f.low + d->n;
    f.count = tk_new(BINS, sizeof *f.count);
    sum = tk_new(f.width, sizeof *sum);
    err = tk_agree(data->par,
                   f.year && f.low && f.count && sum ? TK_OK : TK_ERUN);
    if (!err && nmonth && d->n)
        err = run(data, nextra, extra, &f, first, nmonth, budget, sum, d);
    tk_free(sum);
    tk_free(f.count);
    tk_free(f.low);
    tk_free(f.year);
    if (err || nmonth == 0 || d->n == 0)
        tk_domain_drop(d);
    if (!err)
        say(d);
    return err;
}
