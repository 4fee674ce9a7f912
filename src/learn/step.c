/* One step of training: shards, their gradients, the update. */
#include <math.h>
#include <string.h>

#include "train_impl.h"

/* **Collective.**  Makes and loads patch i of this rank from data set k; ranks
 * that do not need it take part with no tile.
 */
static tk_err
load_from(trainer *t, size_t k, bool needs, size_t i, size_t place)
{
    const tk_trained *m = t->m;
    const tk_dataset *data = &t->set[k];
    tk_patch none, *patch = needs ? &t->slot[i] : &none;
    tk_err err;

    if (needs) {
        tk_patch_drop(patch);
        t->held[i] = SIZE_MAX;
    }
    TK_TRY(tk_patch_make(data, needs ? t->tile_at[place % t->plan.ntile] : 0,
                         needs, tk_train_months(m), patch));
    err = tk_patch_load(data, m->train_first - (int)(m->net.dims.L - 1), patch);
    if (needs && !err)
        t->held[i] = place;
    if (!needs)
        tk_patch_drop(patch);
    return err;
}

/* **Collective.**  Patch i of this rank, from the data sets in turn: all ranks
 * read from the same files at once.
 */
static tk_err
load_slot(trainer *t, size_t i, size_t nslot)
{
    const size_t place =
        i < nslot ? t->tile[t->first_shard * t->plan.slots + i] : 0;
    const size_t from = place / t->plan.ntile;
    const bool needs = i < nslot && t->held[i] != place;
    int any[1 + TK_EXTRA] = {0};

    any[from] = needs;
    MPI_Allreduce(MPI_IN_PLACE, any, 1 + TK_EXTRA, MPI_INT, MPI_MAX,
                  t->data->par->comm);
    for (size_t k = 0; k <= t->plan.extra; k++)
        if (any[k])
            TK_TRY(load_from(t, k, needs && k == from, i, place));
    return TK_OK;
}

tk_err
tk_train_round(trainer *t, size_t round)
{
    const size_t nslot = t->nshard * t->plan.slots;
    const size_t most = tk_par_rounds(t->data->par, nslot, 1);

    tk_plan_tiles(&t->plan, t->epoch, round, t->perm, t->tile);
    for (size_t i = 0; i < t->nshard; i++) {
        tk_plan_order(&t->plan, t->epoch, round, t->first_shard + i,
                      t->order + i * t->plan.slots * t->plan.months);
        tk_plan_shift(&t->plan, t->epoch, round, t->first_shard + i,
                      t->shift + i * TK_TILE);
    }
    for (size_t i = 0; i < most; i++)
        TK_TRY(load_slot(t, i, nslot));
    if (t->carry)
        tk_carry_round(t, round);
    return TK_OK;
}

/* The windows of one piece, cell l's ending `shift[l]` months later, and their
 * scaled targets, less the linear skip; NaN where the window or the target is
 * missing.
 */
static void
fill_piece(const trainer *t, const tk_patch *p, size_t month,
           const uint32_t *shift)
{
    const size_t D = t->data->D, L = t->m->net.dims.L, F = t->data->F;
    size_t begin[TK_TILE];

    for (size_t l = 0; l < TK_TILE; l++)
        begin[l] = t->month_at[(month + shift[l]) % t->plan.months];
    for (size_t k = 0; k < L; k++)
        for (size_t f = 0; f < F; f++)
            for (size_t l = 0; l < TK_TILE; l++)
                t->x[(k * F + f) * TK_TILE + l] =
                    p->x[((begin[l] + k) * F + f) * TK_TILE + l];
    for (size_t d = 0; d < D; d++)
        for (size_t l = 0; l < TK_TILE; l++) {
            const size_t at = begin[l] + L - 1;
            const float y = p->y[(at * D + d) * TK_TILE + l];
            const bool ok = p->weight[l] > 0
                            && tk_window_status(p->bad, at, L, l) == TK_CELL_OK;

            t->target[d * TK_TILE + l] =
                ok ? (float)(((double)y - t->m->target_mean[d])
                             / t->m->target_std[d])
                   : NAN;
        }
    tk_skip_add(&t->m->skip, 1, -1, t->x, t->target);
}

/* Adds the gradient of a shard's pieces to g; sums its loss and weight. */
static void
shard_gradient(trainer *t, size_t i, size_t s, float *g, double sums[2])
{
    const size_t M = t->plan.months, k = t->plan.per_step;
    const uint32_t *order = t->order + i * t->plan.slots * M;

    for (size_t j = 0; j < k; j++) {
        const size_t piece = order[(s * k + j) % (t->plan.slots * M)];
        const tk_patch *p = &t->slot[i * t->plan.slots + piece / M];
        const tk_pass pass = {
            .net = &t->m->net,
            .N = TK_TILE,
            .theta = t->m->theta,
            .x = t->x,
            .band = p->band,
            .tape = t->tape,
            .work = t->work,
            .noise = {true, t->opts->seed, t->step, t->first_shard + i, j}};
        tk_loss_sums loss;

        fill_piece(t, p, piece % M, t->shift + i * TK_TILE);
        t->m->net.model->forward(&pass, t->y);
        loss =
            tk_loss_eval(&t->opts->loss, t->data->D, TK_TILE,
                         t->opts->depth_weight, NULL, t->y, t->target, t->dy);
        t->m->net.model->backward(&pass, t->dy, g, NULL);
        sums[0] += loss.sum;
        sums[1] += loss.weight;
    }
}

/* **Collective.**  All shards' gradients and sums on every rank. */
static tk_err
gather(trainer *t)
{
    const tk_par *par = t->data->par;
    int count[2][1024], start[2][1024];

    if (par->size > 1024) /* shards are at most 1024: the rest bring nothing */
        return tk_fail(TK_ERUN, "training runs on at most 1024 ranks");
    for (int r = 0; r < par->size; r++) {
        size_t first, n;

        tk_plan_share(&t->plan, r, par->size, &first, &n);
        count[0][r] = (int)(n * t->P);
        start[0][r] = (int)(first * t->P);
        count[1][r] = (int)(2 * n);
        start[1][r] = (int)(2 * first);
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, t->all, count[0],
                   start[0], MPI_FLOAT, par->comm);
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, t->sums, count[1],
                   start[1], MPI_DOUBLE, par->comm);
    return TK_OK;
}

/* What a test asks for: a loss or a gradient that is not finite. */
static void
spoil(const trainer *t, float *gradient, double *sums)
{
    const bool loss = tk_injected("train.loss");
    const bool slope = tk_injected("train.gradient");

    if (loss && t->nshard > 0)
        sums[0] = NAN;
    if (slope && t->nshard > 0)
        gradient[t->P / 2] = INFINITY;
}

tk_err
tk_train_step(trainer *t, size_t s, double *loss)
{
    float *mine = t->all + t->first_shard * t->P;
    double *my_sums = t->sums + 2 * t->first_shard, sum = 0, weight = 0;

    memset(mine, 0, t->nshard * t->P * sizeof *mine);
    memset(my_sums, 0, t->nshard * 2 * sizeof *my_sums);
    for (size_t i = 0; i < t->nshard; i++)
        (t->carry ? tk_carry_gradient
                  : shard_gradient)(t, i, s, mine + i * t->P, my_sums + 2 * i);
    spoil(t, mine, my_sums);
    TK_TRY(gather(t));
    for (size_t i = 0; i < t->plan.shards; i++) {
        sum += t->sums[2 * i];
        weight += t->sums[2 * i + 1];
    }
    t->step++;
    *loss = weight > 0 ? sum / weight : 0;
    if (weight == 0) /* nothing but missing targets: no update */
        return TK_OK;
    for (size_t p = 0; p < t->P; p++) {
        double g = 0; /* in shard order */

        for (size_t i = 0; i < t->plan.shards; i++)
            g += (double)t->all[i * t->P + p];
        t->dtheta[p] = (float)(g / weight);
    }
    if (!isfinite(sum) || !isfinite(tk_clip(t->P, t->opts->clip, t->dtheta))) {
        *loss = NAN;
        return TK_OK;
    }
    tk_adamw_step(&t->opts->adamw, t->step, tk_train_rate(t, t->step), t->P,
                  t->dtheta, t->moment, t->square, t->m->theta);
    return TK_OK;
}
