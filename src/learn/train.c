#include "talik/learn/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/io/textfile.h"
#include "train_impl.h"

size_t
tk_train_months(const tk_trained *m)
{
    return (size_t)(m->train_last - m->train_first) + m->net.dims.L;
}

size_t
tk_train_bytes(const tk_dataset *data, const tk_train_opts *opts,
               const tk_trained *m, int size)
{
    const size_t ranks = (size_t)size;
    const size_t shards = (opts->shards + ranks - 1) / ranks;
    const size_t valid = opts->valid_tiles
                             ? (opts->valid_tiles + ranks - 1) / ranks
                             : (tk_tile_count(data->grid) + ranks - 1) / ranks;
    const int start = tk_trained_start(m, data->inputs, m->valid_first);
    const size_t months = (size_t)(m->valid_last - start) + 1;
    const size_t weights = (opts->shards + 8) * m->net.layout.size
                           + shards * opts->slots * tk_trained_state(m);

    return shards * opts->slots * tk_patch_bytes(data, tk_train_months(m))
           + valid * tk_patch_bytes(data, months) + weights * sizeof(float);
}

static tk_err
allocate(trainer *t)
{
    const tk_plan *p = &t->plan;
    const size_t D = t->data->D, nslot = t->nshard * p->slots;
    bool ok = true;

#define GET(member, n) ok = (t->member = tk_new((n), sizeof *t->member)) && ok
    GET(slot, nslot);
    GET(held, nslot);
    GET(tile, p->shards * p->slots);
    GET(perm, tk_plan_perm(p));
    GET(order, t->nshard * p->slots * p->months);
    GET(all, p->shards * t->P);
    GET(dtheta, t->P);
    GET(sums, 2 * p->shards);
    GET(shift, t->nshard * TK_TILE);
    GET(x, t->m->net.dims.L * t->data->F * TK_TILE);
    GET(tape, tk_net_tape(&t->m->net, TK_TILE));
    GET(work, tk_net_work(&t->m->net, TK_TILE, t->m->net.dims.L));
    GET(y, D * TK_TILE);
    GET(dy, D * TK_TILE);
    GET(target, D * TK_TILE);
    GET(moment, t->P);
    GET(square, t->P);
    GET(best, t->P);
    GET(good[0], t->P);
    GET(good[1], t->P);
    GET(good[2], t->P);
#undef GET
    for (size_t i = 0; i < nslot && ok; i++)
        t->held[i] = SIZE_MAX;
    return tk_agree(t->data->par, ok ? TK_OK : TK_ERUN);
}

static void
drop(trainer *t)
{
    for (size_t i = 0; t->slot && i < t->nshard * t->plan.slots; i++)
        tk_patch_drop(&t->slot[i]);
    for (size_t i = 0; t->valid && i < t->nvalid; i++)
        tk_patch_drop(&t->valid[i]);
    void *const all[] = {t->month_at, t->tile_at,    t->slot,    t->held,
                         t->tile,     t->perm,       t->shift,   t->x,
                         t->order,    t->all,        t->dtheta,  t->sums,
                         t->tape,     t->work,       t->y,       t->dy,
                         t->target,   t->moment,     t->square,  t->best,
                         t->valid,    t->valid_work, t->valid_y, t->good[0],
                         t->good[1],  t->good[2],    t->set};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        tk_free(all[i]);
    tk_carry_drop(t);
    tk_text_drop(&t->history);
}

/* Rank 0's CSV of the loss curves, whole after each epoch. */
static tk_err
write_history(const trainer *t)
{
    const char *path = t->opts->history;

    if (!*path || t->data->par->rank != 0)
        return TK_OK;
    return tk_textfile_write(path, true, &t->history);
}

static void
begin_history(trainer *t)
{
    tk_text_add(&t->history, "epoch,train,valid,rate");
    for (size_t d = 0; d < t->data->D; d++)
        tk_text_add(&t->history, ",rmse_%gm_K", t->m->depth[d]);
    tk_text_add(&t->history, "\n");
}

static void
report(trainer *t, double train, const validation *v, tk_progress *progress)
{
    const double rate = tk_train_rate(t, t->step);
    tk_text rmse = {0};
    char label[24];

    tk_text_add(&t->history, "%zu,%.8g,%.8g,%.6g", t->epoch, train, v->loss,
                rate);
    for (size_t d = 0; d < t->data->D; d++) {
        tk_text_add(&t->history, ",%.6g", v->rmse[d]);
        tk_text_add(&rmse, " %.2f", v->rmse[d]);
    }
    tk_text_add(&t->history, "\n");
    snprintf(label, sizeof label, "%zu", t->epoch);
    tk_progress_step(progress, label, "train %.5f  valid %.5f  rmse%s K%s",
                     train, v->loss, tk_text_get(&rmse),
                     t->best_epoch == t->epoch ? "  best" : "");
    tk_text_drop(&rmse);
}

/* **Collective.**  All rounds and steps of an epoch; loss is their mean, or NaN
 * as soon as one is not finite: then the epoch is not done.
 */
static tk_err
one_epoch(trainer *t, double *loss)
{
    const size_t rounds = tk_plan_rounds(&t->plan);
    const size_t steps = tk_plan_steps(&t->plan);
    const double start = tk_seconds();
    double sum = 0, one;

    for (size_t r = 0; r < rounds; r++) {
        TK_TRY(tk_train_round(t, r));
        for (size_t s = 0; s < steps; s++) {
            TK_TRY(tk_train_step(t, s, &one));
            sum += one;
            *loss = one;
            if (!isfinite(one))
                return TK_OK;
        }
    }
    *loss = sum / (double)(rounds * steps);
    t->epoch++;
    t->seconds += tk_seconds() - start;
    t->windows +=
        (double)(rounds * steps * t->plan.shards * t->plan.per_step * TK_TILE);
    return TK_OK;
}

static tk_err
all_epochs(trainer *t)
{
    tk_progress progress =
        tk_progress_begin(t->opts->what ? t->opts->what : "epoch",
                          (long)(t->opts->epochs - t->epoch));

    while (t->epoch < t->opts->epochs) {
        validation v;
        double loss;

        tk_back_keep(t);
        TK_TRY(one_epoch(t, &loss));
        if (!isfinite(loss)) {
            TK_TRY(tk_back_step(t));
            continue;
        }
        TK_TRY(tk_valid_score(t, &v));
        tk_plateau_epoch(&t->opts->rate, v.loss, &t->plateau);
        if (v.loss < t->best_loss) {
            t->best_loss = v.loss;
            t->best_epoch = t->epoch;
            memcpy(t->best, t->m->theta, t->P * sizeof *t->best);
        }
        report(t, loss, &v, &progress);
        TK_AGREE(t->data->par, write_history(t));
        TK_TRY(tk_checkpoint_write(t));
        if (t->epoch - t->best_epoch >= t->opts->patience) {
            tk_note("  no gain for %zu epochs: stopped", t->opts->patience);
            break;
        }
    }
    return TK_OK;
}

/* The sets to draw from, and how many tiles of the further ones an epoch has. */
static tk_err
gather_sets(trainer *t)
{
    const tk_train_opts *o = t->opts;
    const double ntile = (double)t->plan.ntile;

    if (o->nextra > TK_EXTRA)
        return tk_fail(TK_ECONF, "%zu further data sets; %d are possible",
                       o->nextra, TK_EXTRA);
    t->set = tk_new(1 + o->nextra, sizeof *t->set);
    if (!t->set)
        return TK_ERUN;
    for (size_t k = 0; k <= o->nextra; k++) {
        t->set[k] = k ? o->extra[k - 1] : t->hidden;
        t->set[k].hide = t->hidden.hide;
    }
    t->plan.extra = o->nextra;
    t->plan.drawn = t->plan.ntile * o->nextra;
    if (o->nextra && o->share > 0)
        t->plan.drawn = (size_t)ceil(ntile * o->share / (1 - o->share));
    return TK_OK;
}

/* The plan, what it needs of the data, and the schedule that follows from it.
 * Targets that are held out are hidden: there is no way to one.
 */
static tk_err
begin(const tk_dataset *data, const tk_train_opts *opts, tk_trained *m,
      trainer *t)
{
    *t = (trainer){.hidden = *data,
                   .completed = *opts,
                   .data = &t->hidden,
                   .opts = &t->completed,
                   .m = m,
                   .P = m->net.layout.size,
                   .best_loss = HUGE_VAL,
                   .cut = 1,
                   .plateau = TK_PLATEAU_START};
    t->hidden.hide = &m->split;
    t->plan = (tk_plan){.seed = opts->seed,
                        .shards = opts->shards,
                        .slots = opts->slots,
                        .per_step = opts->per_step,
                        .steps_most = opts->steps_most};
    TK_TRY(tk_choice_make(t));
    TK_AGREE(data->par, gather_sets(t));
    if (t->m->state == TK_STATE_CARRY)
        tk_carry_plan(t->m, &t->plan);
    t->completed.rate.warmup = opts->warmup_steps;
    t->completed.rate.total =
        opts->epochs * tk_plan_rounds(&t->plan) * tk_plan_steps(&t->plan);
    tk_plan_share(&t->plan, data->par->rank, data->par->size, &t->first_shard,
                  &t->nshard);
    return TK_OK;
}

/* **Collective.**  Scores theta, for those who want to know. */
static tk_err
fill_result(trainer *t, tk_train_result *result)
{
    validation v;

    if (!result)
        return TK_OK;
    TK_TRY(tk_valid_score(t, &v));
    *result = (tk_train_result){.epochs = t->epoch,
                                .best_epoch = t->best_epoch,
                                .loss = v.loss,
                                .windows = t->windows,
                                .seconds = t->seconds};
    memcpy(result->rmse, v.rmse, t->data->D * sizeof *v.rmse);
    return TK_OK;
}

/* **Collective.**  From the beginning or the checkpoint to the best weights. */
static tk_err
run(trainer *t)
{
    begin_history(t);
    TK_TRY(allocate(t));
    if (t->plan.chunk)
        TK_TRY(tk_carry_make(t));
    TK_TRY(tk_valid_make(t));
    TK_TRY(tk_checkpoint_read(t));
    TK_TRY(all_epochs(t));
    if (t->best_epoch > 0)
        memcpy(t->m->theta, t->best, t->P * sizeof *t->best);
    tk_note("  best epoch %zu of %zu, validation loss %.5f", t->best_epoch,
            t->epoch, t->best_loss);
    return fill_result(t, t->opts->result);
}

tk_err
tk_train(const tk_dataset *data, const tk_train_opts *opts, tk_trained *m)
{
    trainer t;
    tk_err err;

    if ((size_t)data->par->size > opts->shards)
        tk_note("  %d ranks, %zu shards: the ranks beyond help in validation "
                "only",
                data->par->size, opts->shards);
    err = begin(data, opts, m, &t);
    if (!err)
        err = run(&t);
    drop(&t);
    return err;
}

tk_err
tk_train_score(const tk_dataset *data, const tk_train_opts *opts, tk_trained *m,
               tk_train_result *result)
{
    trainer t;
    tk_err err = begin(data, opts, m, &t);

    if (!err)
        err = tk_valid_make(&t);
    if (!err)
        err = fill_result(&t, result);
    drop(&t);
    return err;
}
