/* talik/nn/dropout.h -- inverted dropout with numbers by counter.
 *
 * A mask element is 0 with probability p, to within 2^-16, and otherwise such
 * that its mean is 1.  It is a function of the tk_noise, the place in the model
 * and its index alone: no state, hence the same mask on any number of ranks and
 * after a restart.
 *
 * N. Srivastava et al. (2014), J. Mach. Learn. Res. 15, 1929-1958.
 */
#ifndef TALIK_NN_DROPOUT_H
#define TALIK_NN_DROPOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/nn/real.h"

/* Which random numbers a pass draws. */
typedef struct {
    bool training;  /* without it nothing is dropped                 */
    uint64_t seed;  /* of the run                                    */
    uint64_t step;  /* of the optimiser, from its beginning          */
    uint64_t shard; /* of the batch                                  */
    uint64_t tile;  /* of the shard                                  */
} tk_noise;

/* mask[n], n < 2^35, for place 0 .. 255 in a model; shard and tile < 2^12. */
void tk_dropout_mask(const tk_noise *noise, unsigned place, double p, size_t n,
                     tk_real *mask);

#endif
