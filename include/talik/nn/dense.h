/* talik/nn/dense.h -- an affine layer over a tile: y = W x + b.
 *
 * Shapes  W[M][K]  b[M]  x[K][N]  y[M][N]  (N cells)
 */
#ifndef TALIK_NN_DENSE_H
#define TALIK_NN_DENSE_H

#include <stddef.h>

#include "talik/nn/real.h"

typedef struct {
    size_t M, K, N; /* outputs, inputs, cells */
} tk_dense_dims;

typedef struct {
    size_t W, b; /* where the weights lie in theta */
} tk_dense_at;

void tk_dense_forward(tk_dense_dims s, tk_dense_at at, const tk_real *theta,
                      const tk_real *x, tk_real *y);

/* Adds to dtheta; sets dx[K][N] unless it is NULL. */
void tk_dense_backward(tk_dense_dims s, tk_dense_at at, const tk_real *theta,
                       const tk_real *x, const tk_real *dy, tk_real *dtheta,
                       tk_real *dx);

#endif
