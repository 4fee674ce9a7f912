/* train_impl.h -- the state of a training, shared by train.c, step.c, carry.c,
 * valid.c, choice.c, back.c and checkpoint.c.
 */
#ifndef TALIK_LEARN_TRAIN_IMPL_H
#define TALIK_LEARN_TRAIN_IMPL_H

#include "talik/core/text.h"
#include "talik/learn/plan.h"
#include "talik/learn/train.h"

/* Of a training with a carried state. */
typedef struct {
    float *h;    /* [nshard][slots][tk_trained_state] between chunks */
    float *next; /* a state                                          */
    float *y, *dy,
        *target;   /* [L][D][TK_TILE] of a chunk                       */
    size_t *start; /* [nshard]: months before a shard's first chunk    */
} train_carry;

typedef struct {
    tk_dataset hidden;       /* the caller's data, without what is held out */
    tk_dataset *set;         /* [1 + nextra] hidden, then the further ones */
    tk_train_opts completed; /* the caller's options, the schedule filled in */
    const tk_dataset *data;  /* = &hidden    */
    const tk_train_opts *opts; /* = &completed */
    tk_trained *m;
    tk_plan plan;     /* of the months and tiles that are not held out   */
    size_t *month_at; /* [plan.months] offset of each from train_first   */
    size_t *tile_at;  /* [plan.ntile] tile of the grid that each is      */
    size_t P;         /* parameters                                      */

    size_t first_shard, nshard; /* of this rank                              */
    tk_patch *slot;             /* [nshard][slots] tiles in memory           */
    size_t *held;           /* [nshard][slots] which place; SIZE_MAX none    */
    size_t *tile;           /* [shards][slots] places of the round           */
    uint32_t *perm, *order; /* [tk_plan_perm]; [nshard][slots * months]      */
    uint32_t *shift;        /* [nshard][TK_TILE]                         */

    float *all;    /* [shards][P] gradients; this rank fills in its own */
    float *dtheta; /* [P]                                               */
    double *sums;  /* [shards][2]: loss and weight                      */
    float *x, *tape, *work, *y, *dy, *target; /* of a piece */
    train_carry *carry;                       /* NULL: windows */

    float *moment, *square, *best; /* [P] of AdamW; the best theta so far */
    uint64_t step;                 /* updates done                        */
    size_t epoch, best_epoch;      /* epochs done                         */
    double best_loss;
    tk_plateau plateau;
    double cut;     /* of the learning rate, by steps back            */
    size_t backs;   /* steps back so far                              */
    float *good[3]; /* [P] theta, moment, square as the epoch began   */
    uint64_t good_step;
    tk_text history;         /* CSV */
    double windows, seconds; /* of this run's epochs */

    size_t nvalid; /* tiles of this rank that are validated */
    tk_patch *valid;
    float *valid_work, *valid_y;
} trainer;

typedef struct {
    double loss;            /* mean squared scaled error, over depths */
    double rmse[TK_DEPTHS]; /* K                                      */
} validation;

/* **Collective.**  One update: gradients of all shards, their ordered sum, clip,
 * AdamW.  loss is the batch's mean; NaN, and no update, if it or the norm of the
 * gradient is not finite, on every rank alike.
 */
tk_err tk_train_step(trainer *t, size_t s, double *loss) TK_MUST;

/* Months of a training tile: those fitted to, and their windows. */
size_t tk_train_months(const tk_trained *m);

/* **Collective.**  The months and tiles that there is something to learn from:
 * month_at, tile_at and their numbers in plan.  TK_ECONF if all are held out.
 */
tk_err tk_choice_make(trainer *t) TK_MUST;

/* **Collective.**  Loads the tiles of a round that are not in memory. */
tk_err tk_train_round(trainer *t, size_t round) TK_MUST;

/* What a plan needs to know of a carried state. */
void tk_carry_plan(const tk_trained *m, tk_plan *plan);

/* **Collective.**  Memory for a carried state, t->carry; tk_carry_drop ends it.
 * TK_ECONF if the training months are no whole chunk.
 */
tk_err tk_carry_make(trainer *t) TK_MUST;
void tk_carry_drop(trainer *t);

/* After the tiles of a round are there: their states before the first chunk. */
void tk_carry_round(trainer *t, size_t round);

/* Adds the gradient of step s of this rank's i-th shard to g; sums its loss and
 * weight; takes the states on.
 */
void tk_carry_gradient(trainer *t, size_t i, size_t s, float *g,
                       double sums[2]);

/* **Collective.**  Patches of the validation tiles; scores of theta on them. */
tk_err tk_valid_make(trainer *t) TK_MUST;
tk_err tk_valid_score(trainer *t, validation *v) TK_MUST;

/* The state as the epoch begins, to come back to. */
void tk_back_keep(trainer *t);

/* **Collective.**  After a loss that is not finite: back to that state, at half
 * the learning rate, and into the checkpoint.  TK_ERUN at the third time.
 */
tk_err tk_back_step(trainer *t) TK_MUST;

/* The learning rate of update `step`. */
double tk_train_rate(const trainer *t, uint64_t step);

/* **Collective.**  The whole state, exactly, after an epoch. */
tk_err tk_checkpoint_write(trainer *t) TK_MUST;
tk_err tk_checkpoint_read(trainer *t) TK_MUST;

#endif
