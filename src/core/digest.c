#include "talik/core/digest.h"

#include <stdio.h>
#include <string.h>

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t
scramble(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t
tk_digest_mix(uint64_t index, uint64_t bits)
{
    return scramble(bits ^ scramble(index + 0x9e3779b97f4a7c15u));
}

uint64_t
tk_digest_floats(uint64_t first, size_t n, const float *x)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, &x[i], sizeof bits);
        sum += tk_digest_mix(first + i, bits);
    }
    return sum;
}

uint64_t
tk_digest_doubles(uint64_t first, size_t n, const double *x)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t bits;

        memcpy(&bits, &x[i], sizeof bits);
        sum += tk_digest_mix(first + i, bits);
    }
    return sum;
}

uint64_t
tk_digest_bytes(size_t n, const void *bytes)
{
    const unsigned char *at = bytes;
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < n; i++)
        h = (h ^ at[i]) * 0x100000001b3u;
    return h;
}

void
tk_digest_text(uint64_t digest, char out[17])
{
    snprintf(out, 17, "%016llx", (unsigned long long)digest);
}
