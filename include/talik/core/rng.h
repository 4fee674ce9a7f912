/* talik/core/rng.h -- random numbers by counter: value = f(seed, stream, index).
 *
 * No state: any rank can ask for any number in any order, so results do not
 * depend on the number of ranks, and a restart needs no generator state.
 *
 * Philox 4x32-10: J. K. Salmon et al., Parallel random numbers: as easy as
 * 1, 2, 3, SC11 (2011), doi:10.1145/2063384.2063405.
 */
#ifndef TALIK_CORE_RNG_H
#define TALIK_CORE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Four independent 32-bit words. */
void tk_rng_block(uint64_t seed, uint64_t stream, uint64_t index,
                  uint32_t out[4]);

uint64_t tk_rng_u64(uint64_t seed, uint64_t stream, uint64_t index);

/* In the open interval (0, 1), 53 bits. */
double tk_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* Standard normal, by Box and Muller. */
double tk_rng_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* A random permutation of 0..n-1 (Fisher and Yates). */
void tk_rng_shuffle(uint64_t seed, uint64_t stream, size_t n, uint32_t *perm);

#endif
