/* talik/learn/train.h -- fits a model, the same bytes on any number of ranks.
 *
 * A batch is a fixed number of shards (talik/learn/plan.h); each shard's
 * gradient is computed whole on one rank, and the shards' gradients are added in
 * shard order on every rank.  Ranks beyond the shards take part in validation
 * only.
 */
#ifndef TALIK_LEARN_TRAIN_H
#define TALIK_LEARN_TRAIN_H

#include "talik/learn/trained.h"
#include "talik/nn/loss.h"
#include "talik/nn/optim.h"

#define TK_EXTRA 16 /* further data sets */

/* What came of a training. */
typedef struct {
    size_t epochs, best_epoch;
    double loss;             /* of the best weights, on the validation months */
    double rmse[TK_DEPTHS];  /* K, the same                                   */
    double windows, seconds; /* trained on in this run; wall time of epochs  */
} tk_train_result;

typedef struct {
    uint64_t seed;
    size_t shards, slots, per_step; /* see tk_plan                           */
    size_t epochs, steps_most;      /* at most so many; steps of an epoch    */
    size_t patience;                /* epochs without gain before it stops   */
    size_t valid_tiles;             /* tiles that are validated, spread out  */
    tk_adamw adamw;
    tk_rate rate; /* warmup and total are filled in: total = all steps       */
    size_t warmup_steps;
    double clip; /* norm of the gradient; 0: none                            */
    tk_loss loss;
    float depth_weight[TK_DEPTHS];
    size_t nextra; /* further data sets to fit to, at most TK_EXTRA          */
    const tk_dataset *extra; /* [nextra]: grid and scaling as those of data  */
    double share; /* of the tiles of an epoch that are theirs, below 1; 0: as
                     many of each as of data                                */
    const char *history;    /* CSV of the loss curves, or ""                 */
    const char *checkpoint; /* written after each epoch, or ""               */
    bool resume;            /* from the checkpoint, if it is there           */
    const char *what; /* begins the progress lines; NULL: "epoch"          */
    tk_train_result *result; /* or NULL                                       */
} tk_train_opts;

/* **Collective.**  Fits m, whose net, theta, scaling, periods and split are set,
 * to the months m->train_first..train_last of the data; stops by m->valid_*;
 * leaves the best weights in m->theta.  Targets that m->split holds out are read
 * for neither (inputs of held months are, within the windows of later ones);
 * the epochs go over the other months, and the tiles with a cell that is not
 * held.  TK_ECONF if nothing is left.
 *
 * opts->extra are fitted to as well, in the same months and cells; what m->split
 * holds out is held out of them too.  They neither scale nor stop.  m->augmented
 * says what they are: a checkpoint of others is refused.
 *
 * A loss or a gradient that is not finite takes weights and moments back to the
 * beginning of the epoch, which is done again at half the learning rate; that
 * stays halved.  The third time ends it with TK_ERUN.  The checkpoint then holds
 * the last good state and the best weights so far: the same training goes on
 * from it at half the rate once more, with three tries.  m is left unfinished.
 */
tk_err tk_train(const tk_dataset *data, const tk_train_opts *opts,
                tk_trained *m) TK_MUST;

/* **Collective.**  Loss and rmse of finished weights, as tk_train gives them for
 * its best ones; the rest of the result is 0.
 */
tk_err tk_train_score(const tk_dataset *data, const tk_train_opts *opts,
                      tk_trained *m, tk_train_result *result) TK_MUST;

/* TK_ECONF unless m->split leaves a month to fit to and one to stop by. */
tk_err tk_train_check_split(const tk_trained *m) TK_MUST;

/* Bytes per rank of data in memory, for the run header. */
size_t tk_train_bytes(const tk_dataset *data, const tk_train_opts *opts,
                      const tk_trained *m, int size);

#endif
