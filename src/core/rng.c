#include "talik/core/rng.h"

#include <math.h>

void
tk_rng_block(uint64_t seed, uint64_t stream, uint64_t index, uint32_t out[4])
{
    uint32_t c[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream,
                     (uint32_t)(stream >> 32)};
    uint32_t k[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};

    for (int round = 0; round < 10; round++) {
        const uint64_t p = (uint64_t)0xD2511F53u * c[0];
        const uint64_t q = (uint64_t)0xCD9E8D57u * c[2];
        const uint32_t next[4] = {
            (uint32_t)(q >> 32) ^ c[1] ^ k[0], (uint32_t)q,
            (uint32_t)(p >> 32) ^ c[3] ^ k[1], (uint32_t)p};

        for (int i = 0; i < 4; i++)
            c[i] = next[i];
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; i++)
        out[i] = c[i];
}

uint64_t
tk_rng_u64(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint32_t w[4];

    tk_rng_block(seed, stream, index, w);
    return ((uint64_t)w[1] << 32) | w[0];
}

static double
unit_interval(uint32_t hi, uint32_t lo)
{
    const uint64_t bits = (((uint64_t)hi << 32) | lo) >> 12;

    return ((double)bits + 0.5) * 0x1p-52;
}

double
tk_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint32_t w[4];

    tk_rng_block(seed, stream, index, w);
    return unit_interval(w[1], w[0]);
}

double
tk_rng_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    const double two_pi = 6.283185307179586;
    uint32_t w[4];

    tk_rng_block(seed, stream, index, w);
    return sqrt(-2 * log(unit_interval(w[1], w[0])))
           * cos(two_pi * unit_interval(w[3], w[2]));
}

void
tk_rng_shuffle(uint64_t seed, uint64_t stream, size_t n, uint32_t *perm)
{
    for (size_t i = 0; i < n; i++)
        perm[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        /* The bias of the remainder is below n / 2^64. */
        const size_t j = (size_t)(tk_rng_u64(seed, stream, i) % i);
        const uint32_t kept = perm[i - 1];

        perm[i - 1] = perm[j];
        perm[j] = kept;
    }
}
