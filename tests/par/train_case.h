/* train_case.h -- trainings of the model of learn_case.h on any ranks. */
#ifndef TALIK_TESTS_TRAIN_CASE_H
#define TALIK_TESTS_TRAIN_CASE_H

#include "learn_case.h"

#include "talik/core/digest.h"
#include "talik/learn/train.h"

static inline tk_train_opts
options(void)
{
    tk_train_opts o = {.seed = 3,
                       .shards = 3,
                       .slots = 1,
                       .per_step = 2,
                       .epochs = 4,
                       .steps_most = 8,
                       .patience = 9,
                       .valid_tiles = 2,
                       .adamw = TK_ADAMW_DEFAULT,
                       .rate = {.kind = TK_RATE_COSINE, .peak = 0.02},
                       .warmup_steps = 3,
                       .clip = 1,
                       .loss = {TK_LOSS_MSE, 1},
                       .history = "",
                       .checkpoint = ""};

    for (size_t d = 0; d < TK_DEPTHS; d++)
        o.depth_weight[d] = 1;
    return o;
}

/* Trains on the ranks of s; the digest of the weights. */
static inline uint64_t
train(learning *s, const tk_train_opts *o, tk_trained *m)
{
    prepare(s, m);
    CHECK_OK(tk_train(&s->data, o, m));
    return tk_digest_floats(0, m->net.layout.size, m->theta);
}

static inline uint64_t
train_once(const tk_par *who, const tk_train_opts *o, const tk_split *split)
{
    learning s;
    tk_trained m = {0};
    uint64_t digest;

    learning_open(who, &s);
    if (split)
        s.split = *split;
    digest = train(&s, o, &m);
    tk_trained_drop(&m);
    learning_close(&s);
    return digest;
}

/* Trains, and must fail with this code. */
static inline void
train_fails(tk_err want, const tk_train_opts *o, const tk_split *split)
{
    learning s;
    tk_trained m = {0};

    learning_open(&par, &s);
    if (split)
        s.split = *split;
    prepare(&s, &m);
    PAR_FAILS(want, tk_train(&s.data, o, &m));
    tk_trained_drop(&m);
    learning_close(&s);
}

#endif
