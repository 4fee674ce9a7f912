/* Permutation importance: the windows that were explained, as far as 64 MiB
 * hold them, on every rank; each rank computes some batches of 64.
 */
#include <math.h>
#include <string.h>

#include "explain_impl.h"
#include "talik/core/mem.h"
#include "talik/core/rng.h"

#define POOL_WINDOWS 4096
#define POOL_BYTES ((size_t)64 << 20)
#define CHUNK ((size_t)1 << 30) /* bytes of a message */

tk_err
tk_pool_make(const tk_dataset *data, const tk_trained *m,
             const tk_explain_opts *opts, window_pool *pool)
{
    const size_t LF = m->net.dims.L * m->net.dims.F, D = m->net.dims.D;
    const size_t ntile = tk_tile_count(data->grid);
    const size_t fit = POOL_BYTES / (LF * sizeof(float));
    const size_t most = fit < POOL_WINDOWS ? fit : POOL_WINDOWS;
    const size_t tiles = most / opts->samples ? most / opts->samples : 1;

    pool->samples = opts->samples;
    pool->stride = (ntile + tiles - 1) / tiles;
    pool->n = (ntile + pool->stride - 1) / pool->stride * opts->samples;
    pool->x = tk_new(pool->n * LF, sizeof *pool->x);
    pool->y = tk_new(pool->n * D, sizeof *pool->y);
    pool->weight = tk_new(pool->n, sizeof *pool->weight);
    pool->band = tk_new(pool->n, sizeof *pool->band);
    pool->calendar = tk_new(pool->n, sizeof *pool->calendar);
    return pool->x && pool->y && pool->weight && pool->band && pool->calendar
               ? TK_OK
               : TK_ERUN;
}

void
tk_pool_drop(window_pool *pool)
{
    tk_free(pool->x);
    tk_free(pool->y);
    tk_free(pool->weight);
    tk_free(pool->band);
    tk_free(pool->calendar);
}

size_t
tk_pool_place(const window_pool *pool, size_t tile, size_t i)
{
    return tile % pool->stride == 0 ? tile / pool->stride * pool->samples + i
                                    : pool->n;
}

/* **Collective.**  Each place was filled by one rank, and is zero elsewhere. */
static void
share(const tk_par *par, void *bytes, size_t n)
{
    for (char *at = bytes; n > 0;) {
        const size_t part = n < CHUNK ? n : CHUNK;

        MPI_Allreduce(MPI_IN_PLACE, at, (int)part, MPI_BYTE, MPI_BOR,
                      par->comm);
        at += part;
        n -= part;
    }
}

/* Windows of a calendar month in random order; each takes the place of the
 * next, the last that of the first.  Empty places are their own.
 */
static void
draw_partners(const window_pool *pool, uint64_t seed, uint32_t *list,
              uint32_t *order, size_t *partner)
{
    for (size_t i = 0; i < pool->n; i++)
        partner[i] = i;
    for (int month = 1; month <= 12; month++) {
        size_t n = 0;

        for (size_t i = 0; i < pool->n; i++)
            if (pool->calendar[i] == month)
                list[n++] = (uint32_t)i;
        tk_rng_shuffle(seed, draw_stream(DRAW_PARTNER, (uint64_t)month), n,
                       order);
        for (size_t k = 0; k < n; k++)
            partner[list[order[k]]] = list[order[(k + 1) % n]];
    }
}

typedef struct {
    const tk_trained *m;
    const window_pool *pool;
    const size_t *partner;
    bool by_targets;
    float *x;           /* [L][F][TK_TILE]                           */
    float *y, *changed; /* [D][TK_TILE]                              */
    float *work;
    unsigned char *bad; /* [L][TK_TILE], all good                    */
    int band[TK_TILE];
} batch;

/* Row f of the batch's windows (all rows: f = F), from themselves or from their
 * partners.  Lanes past the end repeat the last window.
 */
static void
fill(batch *b, size_t first, size_t f, bool from_partner)
{
    const size_t L = b->m->net.dims.L, F = b->m->net.dims.F;
    const size_t from = f < F ? f : 0, to = f < F ? f + 1 : F;

    for (size_t j = 0; j < TK_TILE; j++) {
        const size_t i = first + j < b->pool->n ? first + j : b->pool->n - 1;
        const float *w =
            b->pool->x + (from_partner ? b->partner[i] : i) * L * F;

        b->band[j] = b->pool->band[i];
        for (size_t l = 0; l < L; l++)
            for (size_t k = from; k < to; k++)
                b->x[(l * F + k) * TK_TILE + j] = w[l * F + k];
    }
}

static void
predict(batch *b, float *y)
{
    tk_trained_predict(b->m, b->m->net.dims.L, b->x, b->bad, b->band, b->work,
                       y);
}

/* Adds weight and weighted squared error to sums[D][2]. */
static void
score(const batch *b, size_t first, const float *y, double *sums)
{
    const size_t D = b->m->net.dims.D;

    for (size_t d = 0; d < D; d++)
        for (size_t j = 0; j < TK_TILE && first + j < b->pool->n; j++) {
            const size_t i = first + j;
            const double want = b->by_targets ? (double)b->pool->y[i * D + d]
                                              : (double)b->y[d * TK_TILE + j];
            const double e = (double)y[d * TK_TILE + j] - want;

            if (b->pool->calendar[i] == 0 || !isfinite(e))
                continue;
            sums[2 * d] += b->pool->weight[i];
            sums[2 * d + 1] += b->pool->weight[i] * e * e;
        }
}

/* sums[F + 1][D][2] of a batch: each feature changed, and last none. */
static void
run_batch(batch *b, size_t first, double *sums)
{
    const size_t F = b->m->net.dims.F, D = b->m->net.dims.D;

    fill(b, first, F, false);
    predict(b, b->y);
    score(b, first, b->y, sums + F * D * 2);
    for (size_t f = 0; f < F; f++) {
        fill(b, first, f, true);
        predict(b, b->changed);
        score(b, first, b->changed, sums + f * D * 2);
        fill(b, first, f, false);
    }
}

static tk_err
batch_make(const tk_trained *m, batch *b)
{
    const tk_model_dims *s = &m->net.dims;

    b->m = m;
    b->x = tk_new(s->L * s->F * TK_TILE, sizeof *b->x);
    b->y = tk_new(s->D * TK_TILE, sizeof *b->y);
    b->changed = tk_new(s->D * TK_TILE, sizeof *b->changed);
    b->work = tk_new(tk_trained_work(m, s->L), sizeof *b->work);
    b->bad = tk_new(s->L * TK_TILE, 1);
    return b->x && b->y && b->changed && b->work && b->bad ? TK_OK : TK_ERUN;
}

static void
batch_drop(batch *b)
{
    tk_free(b->x);
    tk_free(b->y);
    tk_free(b->changed);
    tk_free(b->work);
    tk_free(b->bad);
}

static double
root_mean(const double *sums)
{
    return sqrt(sums[1] / sums[0]);
}

static void
take(const double *total, tk_explained *r)
{
    for (size_t d = 0; d < r->D; d++) {
        r->rmse[d] = root_mean(total + (r->F * r->D + d) * 2);
        for (size_t f = 0; f < r->F; f++)
            r->importance[d * r->F + f] =
                root_mean(total + (f * r->D + d) * 2) - r->rmse[d];
    }
}

/* Whether there are targets, at all depths. */
static bool
have_targets(const window_pool *pool, size_t D)
{
    bool have = true;

    for (size_t d = 0; d < D; d++) {
        bool one = false;

        for (size_t i = 0; i < pool->n; i++)
            one = one || (pool->calendar[i] && !isnan(pool->y[i * D + d]));
        have = have && one;
    }
    return have;
}

tk_err
tk_pool_permute(const tk_dataset *data, const tk_trained *m, uint64_t seed,
                window_pool *pool, tk_explained *r)
{
    const tk_par *par = data->par;
    const size_t LF = m->net.dims.L * m->net.dims.F, D = m->net.dims.D;
    const size_t width = (m->net.dims.F + 1) * D * 2;
    size_t *partner = tk_new(pool->n, sizeof *partner);
    uint32_t *list = tk_new(2 * pool->n, sizeof *list);
    batch b = {.pool = pool, .partner = partner};
    double *sums, *total = tk_new(width, sizeof *total);
    size_t first, n;
    tk_err err = batch_make(m, &b);

    tk_tile_share((pool->n + TK_TILE - 1) / TK_TILE, par->rank, par->size,
                  &first, &n);
    sums = tk_new(n * width, sizeof *sums);
    if (!partner || !list || !sums || !total)
        err = TK_ERUN;
    err = tk_agree(par, err);
    if (!err) {
        share(par, pool->x, pool->n * LF * sizeof *pool->x);
        share(par, pool->y, pool->n * D * sizeof *pool->y);
        share(par, pool->weight, pool->n * sizeof *pool->weight);
        share(par, pool->band, pool->n * sizeof *pool->band);
        share(par, pool->calendar, pool->n * sizeof *pool->calendar);
        draw_partners(pool, seed, list, list + pool->n, partner);
        r->by_targets = b.by_targets = have_targets(pool, D);
        for (size_t i = 0; i < pool->n; i++)
            r->permuted += pool->calendar[i] != 0;
        for (size_t k = 0; k < n; k++)
            run_batch(&b, (first + k) * TK_TILE, sums + k * width);
        err = tk_sum_ordered(par, n, width, sums, total);
    }
    if (!err)
        take(total, r);
    batch_drop(&b);
    tk_free(partner);
    tk_free(list);
    tk_free(sums);
    tk_free(total);
    return err;
}
