/* talik/nn/causal.h -- one step of a causal, dilated convolution.
 *
 *   y[l] = b + sum over j of W[., ., j] x[l - (kernel - 1 - j) dilation]
 *
 * with zeros in the place of steps before the first.  Steps are computed one by
 * one, for who reads the last step of a stack of such layers needs few of them.
 * A. van den Oord et al. (2016), arXiv:1609.03499.  Weights, their layout and
 * taps[C][kernel][D] are those of talik/nn/conv1d.h.
 *
 * Shapes  x[ring][D][N], step l in slot l % ring     y[C][N]     (N cells)
 */
#ifndef TALIK_NN_CAUSAL_H
#define TALIK_NN_CAUSAL_H

#include <stddef.h>

#include "talik/nn/conv1d.h"
#include "talik/nn/real.h"

typedef struct {
    size_t N, D, C, kernel, dilation, ring;
} tk_causal_dims;

/* Sets taps[C][kernel][D] from W. */
void tk_causal_taps(tk_causal_dims s, tk_conv1d_at at, const tk_real *theta,
                    tk_real *taps);

/* Sets y[C][N] of step l, where `first` is the first step that there is. */
void tk_causal_step(tk_causal_dims s, tk_conv1d_at at, const tk_real *theta,
                    const tk_real *taps, const tk_real *x, size_t first,
                    size_t l, tk_real *y);

/* From dy[C][N], the gradient of step l: adds to db[C], to dtaps[C][kernel][D]
 * and, unless it is NULL, to dx[ring][D][N].
 */
void tk_causal_step_backward(tk_causal_dims s, const tk_real *taps,
                             const tk_real *x, size_t first, size_t l,
                             const tk_real *dy, tk_real *dtaps, tk_real *db,
                             tk_real *dx);

/* Adds dtaps to dtheta. */
void tk_causal_taps_backward(tk_causal_dims s, tk_conv1d_at at,
                             const tk_real *dtaps, tk_real *dtheta);

/* The same in plain loops, from the weights themselves: what the tests hold the
 * fast ones against.
 */
void tk_causal_step_ref(tk_causal_dims s, tk_conv1d_at at, const tk_real *theta,
                        const tk_real *x, size_t first, size_t l, tk_real *y);
void tk_causal_step_backward_ref(tk_causal_dims s, tk_conv1d_at at,
                                 const tk_real *theta, const tk_real *x,
                                 size_t first, size_t l, const tk_real *dy,
                                 tk_real *dtheta, tk_real *dx);

#endif
