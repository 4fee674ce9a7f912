/* The state of a training between two epochs.  Shuffles and dropout are
 * functions of seed and step, so a few numbers and three vectors are all.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "talik/core/digest.h"
#include "talik/core/log.h"
#include "talik/grid/calendar.h"
#include "talik/io/store.h"
#include "train_impl.h"

#define KIND "talik training checkpoint"
#define NUMBERS 9

/* A digest of all that decides what an epoch does, but for the plan. */
static uint64_t
digest_of_choices(const trainer *t)
{
    const tk_trained *m = t->m;
    const tk_train_opts *o = t->opts;
    const tk_model_dims *d = &m->net.dims;
    uint64_t sum = 0;
    tk_text text = {0};

    tk_text_add(&text, "%zu %zu %zu %zu %zu %zu %zu %zu %zu %zu %zu %.17g;",
                d->L, d->F, d->D, d->E, d->layers, d->H, d->C, d->kernel, d->d,
                d->heads, d->ff, d->dropout);
    tk_text_add(&text, "%d %d %zu;", m->valid_first, m->valid_last,
                o->valid_tiles);
    tk_text_add(&text, "%d %.17g %.17g %.17g %llu %llu;", (int)o->rate.kind,
                o->rate.peak, o->rate.low, o->rate.factor,
                (unsigned long long)o->rate.patience,
                (unsigned long long)o->rate.warmup);
    tk_text_add(&text, "%.17g %.17g %.17g %.17g %.17g %d %.17g;",
                o->adamw.beta1, o->adamw.beta2, o->adamw.eps, o->adamw.decay,
                o->clip, (int)o->loss.kind, o->loss.delta);
    for (size_t i = 0; i < m->features.n; i++)
        tk_text_add(&text, "%s %s %.17g %.17g;", m->features.f[i].name,
                    m->features.f[i].units, m->features.f[i].mean,
                    m->features.f[i].std);
    for (size_t k = 0; k < d->D; k++)
        tk_text_add(&text, "%.17g %.17g %.17g %.9g;", m->depth[k],
                    m->target_mean[k], m->target_std[k],
                    (double)o->depth_weight[k]);
    tk_split_text(&m->split, &text);
    for (size_t i = 0; i < m->nedge; i++)
        tk_text_add(&text, "%.17g;", m->edge[i]);
    if (m->state == TK_STATE_CARRY)
        tk_text_add(&text, "carry;");
    for (size_t i = 0; i < m->skip.n; i++)
        tk_text_add(&text, "skip %zu;", m->skip.feature[i]);
    for (size_t i = 0; m->skip.n && i < m->skip.D * (m->skip.n * m->skip.L + 1);
         i++)
        tk_text_add(&text, "%.9g;", (double)m->skip.weight[i]);
    if (o->nextra)
        tk_text_add(&text, "%s %zu;", m->augmented, t->plan.drawn);
    /* The scaling stands for the data: other files have another. */
    sum = tk_digest_bytes(text.len, tk_text_get(&text));
    tk_text_drop(&text);
    return sum;
}

/* What a checkpoint must agree on with the run that goes on from it. */
static void
describe(const trainer *t, char *text, size_t room)
{
    const tk_plan *p = &t->plan;
    char first[16], last[16], digest[17];

    tk_month_text(t->m->train_first, first);
    tk_month_text(t->m->train_last, last);
    tk_digest_text(digest_of_choices(t), digest);
    snprintf(text, room,
             "%s weights=%zu seed=%llu months=%s..%s tiles=%zu shards=%zu "
             "slots=%zu per_step=%zu steps=%zu epochs=%zu rate=%.9g choices=%s",
             t->m->net.model->name, t->P, (unsigned long long)p->seed, first,
             last, p->ntile, p->shards, p->slots, p->per_step, tk_plan_steps(p),
             t->opts->epochs, t->opts->rate.peak, digest);
}

static tk_err
pack(trainer *t, tk_store *s)
{
    char run[512];
    const double number[NUMBERS] = {(double)t->step,         (double)t->epoch,
                                    (double)t->best_epoch,   t->best_loss,
                                    t->plateau.best,         t->plateau.scale,
                                    (double)t->plateau.vain, t->cut,
                                    (double)t->backs};
    const size_t n = NUMBERS, P = t->P;

    describe(t, run, sizeof run);
    TK_TRY(tk_store_put_text(s, "kind", KIND));
    TK_TRY(tk_store_put_text(s, "run", run));
    TK_TRY(tk_store_put_text(s, "history", tk_text_get(&t->history)));
    TK_TRY(tk_store_put_doubles(s, "numbers", 1, &n, number));
    TK_TRY(tk_store_put_floats(s, "theta", 1, &P, t->m->theta));
    TK_TRY(tk_store_put_floats(s, "moment", 1, &P, t->moment));
    TK_TRY(tk_store_put_floats(s, "square", 1, &P, t->square));
    return tk_store_put_floats(s, "best", 1, &P, t->best);
}

static tk_err
unpack(const tk_store *s, trainer *t)
{
    double number[NUMBERS];
    const char *history, *their_run;
    char run[512];

    describe(t, run, sizeof run);
    TK_TRY(tk_store_get_text(s, "run", &their_run));
    if (strcmp(run, their_run) != 0)
        return tk_fail(TK_EDATA,
                       "%s is of another training; remove it, or set "
                       "&train resume = .false.\n  it: %s\n  this run: %s",
                       tk_store_path(s), their_run, run);
    TK_TRY(tk_store_get_doubles(s, "numbers", NUMBERS, number));
    TK_TRY(tk_store_get_text(s, "history", &history));
    TK_TRY(tk_store_get_floats(s, "theta", t->P, t->m->theta));
    TK_TRY(tk_store_get_floats(s, "moment", t->P, t->moment));
    TK_TRY(tk_store_get_floats(s, "square", t->P, t->square));
    TK_TRY(tk_store_get_floats(s, "best", t->P, t->best));
    t->step = (uint64_t)number[0];
    t->epoch = (size_t)number[1];
    t->best_epoch = (size_t)number[2];
    t->best_loss = number[3];
    t->plateau = (tk_plateau){number[4], number[5], (uint64_t)number[6]};
    t->cut = number[7];
    t->backs = (size_t)number[8];
    tk_text_drop(&t->history);
    tk_text_add(&t->history, "%s", history);
    return TK_OK;
}

tk_err
tk_checkpoint_write(trainer *t)
{
    const tk_par *par = t->data->par;
    tk_store *s = NULL;
    tk_err err = TK_OK;

    if (!*t->opts->checkpoint)
        return TK_OK;
    if (par->rank == 0) {
        s = tk_store_new();
        err = s ? pack(t, s) : TK_ERUN;
    }
    err = tk_agree(par, err);
    if (!err)
        err = tk_store_write(par, s, t->opts->checkpoint, true);
    tk_store_drop(s);
    return err;
}

tk_err
tk_checkpoint_read(trainer *t)
{
    const tk_par *par = t->data->par;
    int there = par->rank == 0 && *t->opts->checkpoint
                && access(t->opts->checkpoint, F_OK) == 0;
    tk_store *s;
    tk_err err;

    tk_bcast(par, &there, sizeof there);
    if (!there || !t->opts->resume)
        return TK_OK;
    TK_TRY(tk_store_read(par, t->opts->checkpoint, KIND, &s));
    err = tk_agree(par, unpack(s, t));
    tk_store_drop(s);
    if (!err)
        tk_note("resumed from %s after epoch %zu", t->opts->checkpoint,
                t->epoch);
    return err;
}
