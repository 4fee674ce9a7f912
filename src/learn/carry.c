/* Training with a carried state: truncated back-propagation through time.  A
 * chunk begins with the state that the one before left, whose gradient is not
 * followed further back; the first begins L - 1 months after the zero state.
 *
 * R. J. Williams and J. Peng (1990), Neural Comput. 2, 490-501.
 */
#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "train_impl.h"

void
tk_carry_plan(const tk_trained *m, tk_plan *plan)
{
    plan->chunk = m->net.dims.L;
    plan->period = (size_t)(m->train_last - m->train_first) + 1;
}

tk_err
tk_carry_make(trainer *t)
{
    const tk_plan *p = &t->plan;
    const size_t n = tk_trained_state(t->m);
    const size_t out = p->chunk * t->data->D * TK_TILE;
    train_carry *c;

    if (p->period < p->chunk)
        return tk_fail(TK_ECONF,
                       "%zu months to be fitted to; a carried state needs the "
                       "%zu of a window at least",
                       p->period, p->chunk);
    c = t->carry = tk_new(1, sizeof *c);
    if (c) {
        c->h = tk_new(t->nshard * p->slots * n, sizeof *c->h);
        c->next = tk_new(n, sizeof *c->next);
        c->y = tk_new(out, sizeof *c->y);
        c->dy = tk_new(out, sizeof *c->dy);
        c->target = tk_new(out, sizeof *c->target);
        c->start = tk_new(t->nshard, sizeof *c->start);
    }
    return tk_agree(t->data->par, c && c->h && c->next && c->y && c->dy
                                          && c->target && c->start
                                      ? TK_OK
                                      : TK_ERUN);
}

void
tk_carry_drop(trainer *t)
{
    train_carry *c = t->carry;

    if (!c)
        return;
    tk_free(c->h);
    tk_free(c->next);
    tk_free(c->y);
    tk_free(c->dy);
    tk_free(c->target);
    tk_free(c->start);
    tk_free(c);
}

static float *
state_of(const trainer *t, size_t slot)
{
    return t->carry->h + slot * tk_trained_state(t->m);
}

void
tk_carry_round(trainer *t, size_t round)
{
    const size_t F = t->data->F, n = tk_trained_state(t->m);

    memset(t->carry->h, 0, t->nshard * t->plan.slots * n * sizeof *t->carry->h);
    for (size_t i = 0; i < t->nshard; i++)
        t->carry->start[i] =
            tk_plan_start(&t->plan, t->epoch, round, t->first_shard + i);
    for (size_t i = 0; i < t->nshard * t->plan.slots; i++) {
        const size_t at = t->carry->start[i / t->plan.slots];
        const tk_patch *p = &t->slot[i];

        tk_trained_carry(t->m, t->plan.chunk - 1, p->x + at * F * TK_TILE,
                         p->bad + at * TK_TILE, p->band, t->work,
                         state_of(t, i));
    }
}

/* The scaled targets of the months of a tile from `first` on, less the linear
 * skip; NaN where the model has no answer or the target is missing.
 */
static void
fill_targets(const trainer *t, const tk_patch *p, size_t first)
{
    const tk_trained *m = t->m;
    const size_t D = t->data->D, L = t->plan.chunk;

    for (size_t k = 0; k < L; k++)
        for (size_t l = 0; l < TK_TILE; l++) {
            const bool ok =
                p->weight[l] > 0
                && tk_window_status(p->bad, first + k, L, l) == TK_CELL_OK;

            for (size_t d = 0; d < D; d++) {
                const double y =
                    (double)p->y[((first + k) * D + d) * TK_TILE + l];

                t->carry->target[(k * D + d) * TK_TILE + l] =
                    ok ? (float)((y - m->target_mean[d]) / m->target_std[d])
                       : NAN;
            }
        }
    tk_skip_add(&m->skip, L, -1, p->x + (first + 1 - L) * t->data->F * TK_TILE,
                t->carry->target);
}

/* One chunk of a tile, whose state moves on. */
static void
tile_gradient(trainer *t, const tk_patch *p, size_t first, tk_noise noise,
              float *h, float *g, double sums[2])
{
    const train_carry *c = t->carry;
    const size_t DN = t->data->D * TK_TILE;
    const tk_model *model = t->m->net.model;
    const tk_pass pass = {.net = &t->m->net,
                          .N = TK_TILE,
                          .theta = t->m->theta,
                          .x = p->x + first * t->data->F * TK_TILE,
                          .band = p->band,
                          .tape = t->tape,
                          .work = t->work,
                          .noise = noise,
                          .h0 = h,
                          .h1 = c->next,
                          .lost = p->bad + first * TK_TILE};

    fill_targets(t, p, first);
    model->forward(&pass, c->y);
    for (size_t k = 0; k < t->plan.chunk; k++) {
        const tk_loss_sums loss = tk_loss_eval(
            &t->opts->loss, t->data->D, TK_TILE, t->opts->depth_weight, NULL,
            c->y + k * DN, c->target + k * DN, c->dy + k * DN);

        sums[0] += loss.sum;
        sums[1] += loss.weight;
    }
    model->backward(&pass, c->dy, g, NULL);
    memcpy(h, c->next, tk_trained_state(t->m) * sizeof *h);
}

void
tk_carry_gradient(trainer *t, size_t i, size_t s, float *g, double sums[2])
{
    const tk_plan *p = &t->plan;
    const size_t groups = tk_plan_groups(p), from = s % groups * p->per_step;
    const size_t first =
        p->chunk - 1 + t->carry->start[i] + s / groups * p->chunk;

    for (size_t j = 0; j < p->per_step && from + j < p->slots; j++) {
        const size_t slot = i * p->slots + from + j;
        const tk_noise noise = {true, t->opts->seed, t->step,
                                t->first_shard + i, j};

        tile_gradient(t, &t->slot[slot], first, noise, state_of(t, slot), g,
                      sums);
    }
}
