/* ref_impl.h -- the sums that the plain kernels *_ref.c share. */
#ifndef TALIK_NN_REF_IMPL_H
#define TALIK_NN_REF_IMPL_H

#include <stddef.h>
#include <tgmath.h>

#include "talik/nn/real.h"

/* sum over k of A[k step] B[k stride]. */
static inline tk_real
ref_dot(size_t n, const tk_real *A, size_t step, const tk_real *B,
        size_t stride)
{
    tk_real sum = 0;

    for (size_t k = 0; k < n; k++)
        sum += A[k * step] * B[k * stride];
    return sum;
}

/* y[k stride] += w A[k step]. */
static inline void
ref_add(size_t n, tk_real w, const tk_real *A, size_t step, tk_real *y,
        size_t stride)
{
    for (size_t k = 0; k < n; k++)
        y[k * stride] += w * A[k * step];
}

static inline tk_real
ref_sigmoid(tk_real x)
{
    return 1 / (1 + exp(-x));
}

#endif
