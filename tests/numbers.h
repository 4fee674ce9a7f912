/* numbers.h -- arrays of random numbers for tests of nn. */
#ifndef TALIK_TESTS_NUMBERS_H
#define TALIK_TESTS_NUMBERS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/nn/real.h"

/* n standard normal numbers; tk_free ends them. */
static inline tk_real *
numbers(uint64_t stream, size_t n)
{
    tk_real *x = tk_new(n, sizeof *x);

    if (!x)
        abort();
    for (size_t i = 0; i < n; i++)
        x[i] = (tk_real)tk_rng_normal(7, stream, i);
    return x;
}

#endif
