/* Expected gradients over all cells: rounds of one tile per rank, whose sums
 * are added in tile order.
 */
#include "talik/learn/explain.h"

#include <math.h>
#include <string.h>

#include "explain_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/core/rng.h"

#define TRIES 64 /* cells looked at before a sample is given up */

/* ---- sums ---------------------------------------------------------------- */

/* One window's attributions at a depth; a part is its head, then a[L][F],
 * |a|[L][F] and |sum of a over lags|[F].  Returns the sum of all.
 */
static double
add_part(const explain_work *w, double *part, double weight, const double *a)
{
    const size_t L = w->m->net.dims.L, F = w->m->net.dims.F;
    double *mean = part + PART_HEAD, *size = mean + L * F;
    double *whole = size + L * F, all = 0;

    for (size_t f = 0; f < F; f++) {
        double sum = 0;

        for (size_t l = 0; l < L; l++) {
            const double x = a[l * F + f];

            mean[l * F + f] += weight * x;
            size[l * F + f] += weight * fabs(x);
            sum += x;
        }
        whole[f] += weight * fabs(sum);
        all += sum;
    }
    return all;
}

static void
add_window(explain_work *w, uint64_t index, int band, int month, double weight)
{
    const size_t D = w->m->net.dims.D;
    const size_t LF = w->m->net.dims.L * w->m->net.dims.F;
    const size_t group = (size_t)band * TK_SEASONS + tk_season_of(month);
    double *block = w->tile + group * w->block;
    double answer[TK_DEPTHS], base[TK_DEPTHS];

    tk_explain_window(w->explainer, index, w->window, band, w->attribution,
                      answer, base);
    for (size_t d = 0; d < D; d++)
        if (!isfinite(answer[d]) || !isfinite(base[d]))
            return;
    block[COUNT] += 1;
    block[WEIGHT] += weight;
    for (size_t d = 0; d < D; d++) {
        double *part = sums_part(w, w->tile, group, d);
        const double sum = add_part(w, part, weight, w->attribution + d * LF);
        const double miss = sum - (answer[d] - base[d]);

        part[ANSWER] += weight * answer[d];
        part[ANSWER_2] += weight * answer[d] * answer[d];
        part[BASE] += weight * base[d];
        part[MISS_2] += weight * miss * miss;
    }
}

/* ---- samples ------------------------------------------------------------- */

/* The lane of a sample; TK_TILE if no cell drawn has a whole window. */
static size_t
draw_lane(const explain_work *w, const tk_patch *p, uint64_t index, size_t m)
{
    const uint64_t s = draw_stream(DRAW_SAMPLE, index);

    for (uint64_t k = 1; k <= TRIES; k++) {
        const double u = tk_rng_uniform(w->opts->seed, s, k);
        const size_t l = (size_t)(u * (double)p->run.ncell);

        if (tk_explain_there(p, 0, m, w->m->net.dims.L, l))
            return l;
    }
    return TK_TILE;
}

static void
keep_window(explain_work *w, const tk_patch *p, size_t place, size_t m,
            size_t l, double weight)
{
    const size_t L = w->m->net.dims.L, F = w->m->net.dims.F;
    const size_t D = w->m->net.dims.D;
    window_pool *pool = &w->pool;

    memcpy(pool->x + place * L * F, w->window, L * F * sizeof *pool->x);
    pool->weight[place] = weight;
    pool->band[place] = p->band[l];
    pool->calendar[place] = tk_month_of_year(p->first + (int)m);
    for (size_t d = 0; d < D; d++)
        pool->y[place * D + d] = p->y ? p->y[(m * D + d) * TK_TILE + l] : NAN;
}

/* The samples of a tile, a patch of it alone. */
static void
visit_tile(explain_work *w, size_t tile, const tk_patch *p)
{
    const size_t L = w->m->net.dims.L, F = w->m->net.dims.F;
    const size_t n = w->opts->samples;

    for (size_t i = 0; i < n; i++) {
        const uint64_t index = (uint64_t)tile * n + i;
        const double u =
            tk_rng_uniform(w->opts->seed, draw_stream(DRAW_SAMPLE, index), 0);
        const int month =
            tk_explain_month(w->opts->first, w->opts->last, index, u);
        const size_t m = (size_t)(month - p->first);
        const size_t l = draw_lane(w, p, index, m);
        const size_t place = tk_pool_place(&w->pool, tile, i);
        double weight;

        if (l == TK_TILE)
            continue;
        weight = p->weight[l] * (double)p->run.ncell / (double)n;
        tk_explain_copy(p, 0, m, L, F, l, w->window);
        add_window(w, index, p->band[l], month, weight);
        if (place < w->pool.n)
            keep_window(w, p, place, m, l, weight);
    }
}

/* **Collective.**  The totals, and after them the tiles of this round: one for
 * each rank that has one.
 */
static tk_err
add_round(explain_work *w, bool mine)
{
    const tk_par *par = w->data->par;
    const size_t first = par->rank == 0; /* who brings the totals as well */

    for (size_t g = 0; g < w->groups; g++) {
        double *total = w->total + g * w->block;

        memcpy(w->pair, total, w->block * sizeof *total);
        memcpy(w->pair + first * w->block, w->tile + g * w->block,
               w->block * sizeof *total);
        TK_TRY(tk_sum_ordered(par, first + mine, w->block, w->pair, total));
    }
    return TK_OK;
}

static tk_err
visit_all(explain_work *w)
{
    const tk_par *par = w->data->par;
    const size_t ntile = tk_tile_count(w->data->grid);
    const size_t size = (size_t)par->size, L = w->m->net.dims.L;
    const size_t rounds = (ntile + size - 1) / size;
    const int begin = w->opts->first - (int)(L - 1);
    const size_t nmonth = (size_t)(w->opts->last - begin) + 1;
    tk_progress progress = tk_progress_begin("round", (long)rounds);

    for (size_t round = 0; round < rounds; round++) {
        const size_t tile = round * size + (size_t)par->rank;
        const bool mine = tile < ntile;
        tk_patch p;
        tk_err err;

        TK_TRY(tk_patch_make(w->data, mine ? tile : 0, mine, nmonth, &p));
        err = tk_patch_load(w->data, begin, &p);
        memset(w->tile, 0, w->groups * w->block * sizeof *w->tile);
        if (!err && mine)
            visit_tile(w, tile, &p);
        tk_patch_drop(&p);
        if (!err)
            err = add_round(w, mine);
        if (err)
            return err;
        tk_progress_step(
            &progress, "", "%zu of %zu tiles",
            (round + 1) * size < ntile ? (round + 1) * size : ntile, ntile);
    }
    return TK_OK;
}

/* ---- the whole ----------------------------------------------------------- */

static tk_err
allocate(explain_work *w)
{
    const tk_model_dims *s = &w->m->net.dims;
    const size_t all = w->groups * w->block;

    w->tile = tk_new(all, sizeof *w->tile);
    w->total = tk_new(all, sizeof *w->total);
    w->pair = tk_new(2 * w->block, sizeof *w->pair);
    w->background =
        tk_new(w->opts->background * s->L * s->F, sizeof *w->background);
    w->window = tk_new(s->L * s->F, sizeof *w->window);
    w->attribution = tk_new(s->D * s->L * s->F, sizeof *w->attribution);
    if (!w->tile || !w->total || !w->pair || !w->background || !w->window
        || !w->attribution || tk_injected("explain.memory"))
        return TK_ERUN;
    TK_TRY(tk_explainer_make(w->m, w->opts->seed, w->opts->background,
                             w->background, w->opts->points, &w->explainer));
    return tk_pool_make(w->data, w->m, w->opts, &w->pool);
}

static void
drop(explain_work *w)
{
    tk_free(w->tile);
    tk_free(w->total);
    tk_free(w->pair);
    tk_free(w->background);
    tk_free(w->window);
    tk_free(w->attribution);
    tk_explainer_drop(w->explainer);
    tk_pool_drop(&w->pool);
}

tk_err
tk_explain(const tk_dataset *data, const tk_trained *m,
           const tk_explain_opts *opts, tk_explained *r)
{
    const tk_model_dims *s = &m->net.dims;
    explain_work w = {.data = data, .m = m, .opts = opts};
    tk_err err;

    if (m->state == TK_STATE_CARRY)
        return tk_fail(TK_ECONF,
                       "the model's state is carried, so that an answer comes "
                       "from all months before; explain shares it out among "
                       "those of a window, for models with state 'window' "
                       "alone");
    if (opts->points % 2 != 0)
        return tk_fail(TK_ECONF, "&explain points: %zu is not an even number",
                       opts->points);
    w.groups = TK_SEASONS * (data->nedge ? data->nedge - 1 : 1);
    w.part = PART_HEAD + 2 * s->L * s->F + s->F;
    w.block = HEAD + s->D * w.part;
    err = allocate(&w);
    if (!err)
        err = tk_explained_make(&w, r);
    err = tk_agree(data->par, err);
    if (!err)
        err = tk_explain_background(data, m, opts, w.background);
    if (!err)
        err = visit_all(&w);
    if (!err)
        err = tk_explained_take(&w, r);
    if (!err)
        err = tk_pool_permute(data, m, opts->seed, &w.pool, r);
    drop(&w);
    return err;
}
