/* Validation: the scores that stop a training.  All ranks share its tiles. */
#include <math.h>

#include "talik/core/mem.h"
#include "train_impl.h"

static size_t
valid_count(const trainer *t)
{
    const size_t ntile = t->plan.ntile;

    return t->opts->valid_tiles && t->opts->valid_tiles < ntile
               ? t->opts->valid_tiles
               : ntile;
}

tk_err
tk_valid_make(trainer *t)
{
    const tk_trained *m = t->m;
    const tk_par *par = t->data->par;
    const size_t L = m->net.dims.L, D = t->data->D, all = valid_count(t);
    const int start = tk_trained_start(m, t->data->inputs, m->valid_first);
    const size_t T = (size_t)(m->valid_last - start) + 1;
    size_t first, most;
    tk_err err;

    tk_tile_share(all, par->rank, par->size, &first, &t->nvalid);
    t->valid = tk_new(t->nvalid, sizeof *t->valid);
    t->valid_work = tk_new(tk_trained_work(m, T), sizeof *t->valid_work);
    t->valid_y = tk_new((T - L + 1) * D * TK_TILE, sizeof *t->valid_y);
    TK_AGREE(par, t->valid && t->valid_work && t->valid_y ? TK_OK : TK_ERUN);
    most = tk_par_rounds(par, t->nvalid, 1);
    for (size_t i = 0; i < most; i++) {
        const bool mine = i < t->nvalid;
        const size_t tile =
            mine ? t->tile_at[(first + i) * t->plan.ntile / all] : 0;
        tk_patch none, *patch = mine ? &t->valid[i] : &none;

        TK_TRY(tk_patch_make(t->data, tile, mine, T, patch));
        err = tk_patch_load(t->data, start, patch);
        if (!mine)
            tk_patch_drop(patch);
        if (err)
            return err;
    }
    return TK_OK;
}

/* Squared error in K and count, per depth, of one tile. */
static void
score_tile(trainer *t, const tk_patch *p, double *sums)
{
    const tk_trained *m = t->m;
    const size_t L = m->net.dims.L, D = t->data->D, row = D * TK_TILE;
    const size_t first = (size_t)(m->valid_first - p->first);
    const float *y = t->valid_y + (first - (L - 1)) * row;

    tk_trained_predict(m, p->nmonth, p->x, p->bad, p->band, t->valid_work,
                       t->valid_y);
    for (size_t i = 0; i < (p->nmonth - first) * row; i++) {
        const size_t d = i / TK_TILE % D;
        const double e = (double)y[i] - (double)p->y[first * row + i];

        if (p->weight[i % TK_TILE] > 0 && isfinite(e)) {
            sums[2 * d] += e * e;
            sums[2 * d + 1] += 1;
        }
    }
}

tk_err
tk_valid_score(trainer *t, validation *v)
{
    const size_t D = t->data->D;
    double *sums = tk_new(t->nvalid * 2 * D, sizeof *sums);
    double total[2 * TK_DEPTHS];
    tk_err err = tk_agree(t->data->par, sums ? TK_OK : TK_ERUN);

    for (size_t i = 0; i < t->nvalid && !err; i++)
        score_tile(t, &t->valid[i], sums + i * 2 * D);
    if (!err)
        err = tk_sum_ordered(t->data->par, t->nvalid, 2 * D, sums, total);
    tk_free(sums);
    if (err)
        return err;
    v->loss = 0;
    for (size_t d = 0; d < D; d++) {
        const double mean = total[2 * d] / total[2 * d + 1];

        if (!(total[2 * d + 1] > 0))
            return tk_fail(TK_EDATA,
                           "no target at depth %zu in the validation "
                           "months",
                           d + 1);
        v->rmse[d] = sqrt(mean);
        v->loss +=
            mean / (t->m->target_std[d] * t->m->target_std[d]) / (double)D;
    }
    return TK_OK;
}
