/* talik/nn/norm.h -- layer normalisation over the channels of each step.
 *
 *   y = scale . (x - m) r + shift,  r = 1 / sqrt(v + 1e-5)
 *
 * with m and v, the mean and the variance (divided by C) of a cell's C channels
 * in one step.  J. L. Ba et al. (2016), arXiv:1607.06450; as PyTorch's
 * nn.LayerNorm(C).
 *
 * Shapes  scale[C]  shift[C]  x[L][C][N]  y[L][C][N]     (L steps, N cells)
 *         stats[L][2][N]  m and r
 */
#ifndef TALIK_NN_NORM_H
#define TALIK_NN_NORM_H

#include <stddef.h>

#include "talik/nn/layout.h"
#include "talik/nn/real.h"

typedef struct {
    size_t L, C, N;
} tk_norm_dims;

typedef struct {
    size_t scale, shift; /* where the weights lie in theta */
} tk_norm_at;

/* Appends name.weight, ones, and name.bias, zeros. */
tk_err tk_norm_layout(tk_layout *l, size_t C, const char *name) TK_MUST;

/* Sets y, which may be x, and stats, which is tape or scratch. */
void tk_norm_forward(tk_norm_dims s, tk_norm_at at, const tk_real *theta,
                     const tk_real *x, tk_real *y, tk_real *stats);

/* Adds to dtheta; sets dx, which may be dy.  work[2][N]. */
void tk_norm_backward(tk_norm_dims s, tk_norm_at at, const tk_real *theta,
                      const tk_real *x, const tk_real *stats, const tk_real *dy,
                      tk_real *dtheta, tk_real *dx, tk_real *work);

#endif
