#include "talik/nn/dropout.h"

#include "talik/core/error.h"
#include "talik/core/rng.h"

/* Streams of the run's seed that belong to dropout, one per update. */
#define STREAM_DROPOUT ((uint64_t)'d' << 56)

#define BITS_TILE 12
#define BITS_PLACE 8
#define BITS_BLOCK 32
#define PER_BLOCK 8 /* numbers of 16 bits in a block of random words */

void
tk_dropout_mask(const tk_noise *noise, unsigned place, double p, size_t n,
                tk_real *mask)
{
    const uint32_t bound = (uint32_t)(p * 65535 + 0.5); /* below: dropped */
    const tk_real kept = (tk_real)(1 / (1 - bound / 65536.0));
    uint64_t first = noise->shard;

    TK_ASSERT(p >= 0 && p < 1 && noise->step < (uint64_t)1 << 56);
    TK_ASSERT(noise->shard < 1 << BITS_TILE && noise->tile < 1 << BITS_TILE);
    TK_ASSERT(place < 1 << BITS_PLACE);
    TK_ASSERT(n / PER_BLOCK < (uint64_t)1 << BITS_BLOCK);
    first = (first << BITS_TILE | noise->tile) << BITS_PLACE | place;
    first <<= BITS_BLOCK;
    for (size_t i = 0; i < n; i += PER_BLOCK) {
        uint32_t word[4];

        tk_rng_block(noise->seed, STREAM_DROPOUT + noise->step,
                     first + i / PER_BLOCK, word);
        for (size_t k = 0; k < PER_BLOCK && i + k < n; k++) {
            const uint32_t bits = word[k / 2] >> (16 * (k % 2)) & 0xffff;

            mask[i + k] = bits < bound ? 0 : kept;
        }
    }
}
