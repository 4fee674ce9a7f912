/* talik/nn/conv1d.h -- a convolution along the steps of a window.
 *
 *   y[l] = b + sum over j of W[., ., j] x[l - left + j dilation]
 *
 * with zeros in the place of steps before 0 and after L - 1.  left = dilation
 * (kernel - 1) / 2 is the 'same' padding of an odd kernel, left = dilation
 * (kernel - 1) a causal convolution.  Weights are those of PyTorch's nn.Conv1d.
 *
 * Shapes  W[C][D][kernel]  b[C]  x[L][D][N]  y[L][C][N]     (N cells)
 *         taps[C][kernel][D]  W in the order of x in memory, so that steps that
 *                             follow each other are one matrix product
 */
#ifndef TALIK_NN_CONV1D_H
#define TALIK_NN_CONV1D_H

#include <stddef.h>

#include "talik/nn/layout.h"
#include "talik/nn/real.h"

typedef struct {
    size_t L, N, D, C; /* steps, cells, inputs, channels */
    size_t kernel, left, dilation;
} tk_conv1d_dims;

typedef struct {
    size_t W, b; /* where the weights lie in theta */
} tk_conv1d_at;

/* Appends name.weight [C][D][kernel] and name.bias [C] as PyTorch begins them:
 * uniform within 1 / sqrt(D kernel).
 */
tk_err tk_conv1d_layout(tk_layout *l, size_t C, size_t D, size_t kernel,
                        const char *name) TK_MUST;

/* Sets taps[C][kernel][D] from W. */
void tk_conv1d_taps(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
                    tk_real *taps);

/* Step l of y alone: y[C][N].  A step whose taps all lie within 0 .. L - 1 has
 * the same bits in a longer x.
 */
void tk_conv1d_step(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
                    const tk_real *taps, const tk_real *x, size_t l,
                    tk_real *y);

void tk_conv1d_forward(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
                       const tk_real *taps, const tk_real *x, tk_real *y);

/* Adds to dtheta.  Sets dx[L][D - skip][N], the gradient of the inputs from row
 * `skip` on, unless it is NULL.  work[C][kernel][D].
 */
void tk_conv1d_backward(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *taps,
                        const tk_real *x, const tk_real *dy, tk_real *dtheta,
                        size_t skip, tk_real *dx, tk_real *work);

/* The same in plain loops: what the tests hold the fast ones against. */
void tk_conv1d_forward_ref(tk_conv1d_dims s, tk_conv1d_at at,
                           const tk_real *theta, const tk_real *x, tk_real *y);

/* As tk_conv1d_backward with skip = 0. */
void tk_conv1d_backward_ref(tk_conv1d_dims s, tk_conv1d_at at,
                            const tk_real *theta, const tk_real *x,
                            const tk_real *dy, tk_real *dtheta, tk_real *dx);

#endif
