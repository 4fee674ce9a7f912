/* Back to the last good state, when a loss is not finite. */
#include <string.h>

#include "talik/core/log.h"
#include "train_impl.h"

#define MOST_BACK 3

double
tk_train_rate(const trainer *t, uint64_t step)
{
    return t->cut * tk_rate_at(&t->opts->rate, &t->plateau, step);
}

void
tk_back_keep(trainer *t)
{
    const size_t bytes = t->P * sizeof(float);

    memcpy(t->good[0], t->m->theta, bytes);
    memcpy(t->good[1], t->moment, bytes);
    memcpy(t->good[2], t->square, bytes);
    t->good_step = t->step;
}

static void
restore(trainer *t)
{
    const size_t bytes = t->P * sizeof(float);

    memcpy(t->m->theta, t->good[0], bytes);
    memcpy(t->moment, t->good[1], bytes);
    memcpy(t->square, t->good[2], bytes);
    t->step = t->good_step;
}

/* The plateau and the best weights change only between epochs. */
tk_err
tk_back_step(trainer *t)
{
    const unsigned long long step = t->step;
    const char *checkpoint = t->opts->checkpoint;

    restore(t);
    t->cut /= 2;
    t->backs++;
    if (t->backs < MOST_BACK) {
        tk_warn("epoch %zu: the loss is not finite at step %llu; back to the "
                "beginning of the epoch, learning rate times %g from there",
                t->epoch + 1, step, t->cut);
        return tk_checkpoint_write(t);
    }
    t->backs = 0; /* whoever goes on from here has tries again */
    TK_TRY(tk_checkpoint_write(t));
    return tk_fail(TK_ERUN,
                   "the loss is not finite at step %llu of epoch %zu, for the "
                   "third time, at %g of the learning rate: check inputs and "
                   "targets, or lower &train learning_rate%s%s%s",
                   step, t->epoch + 1, 2 * t->cut,
                   *checkpoint ? "; the same training goes on at half that "
                                 "rate from "
                               : "",
                   checkpoint,
                   *checkpoint ? ", which has the best weights so far" : "");
}
