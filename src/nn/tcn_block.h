/* tcn_block.h -- a residual block of two causal convolutions, in the few steps
 * that are wanted.
 *
 *   u = drop(relu(conv1(x)))     v = drop(relu(conv2(u)))
 *   y = relu(v + skip)           skip = x, or W x + b where the widths differ
 *
 * S. Bai et al. (2018), arXiv:1803.01271.  They drop whole channels of a cell;
 * here each element is dropped by itself.
 */
#ifndef TALIK_NN_TCN_BLOCK_H
#define TALIK_NN_TCN_BLOCK_H

#include <stdbool.h>

#include "talik/nn/causal.h"
#include "talik/nn/dense.h"

/* The steps of a block that are computed, counted back from the last one: `inner`
 * of u, dilation apart; `outer` of v and y, twice as far apart.  A step of u
 * depends on reach1 steps of the window before it, one of y on reach2.
 */
typedef struct {
    size_t inner, outer;
    size_t reach1, reach2;
} tk_tcn_steps;

/* A block at work.  Arrays over steps are rings of L steps, but that v is one
 * step alone where nobody will read it again.  Without masks nothing is dropped.
 */
typedef struct {
    tk_tcn_steps plan;
    tk_causal_dims conv1, conv2;
    tk_conv1d_at at1, at2;
    tk_dense_at skip;
    bool has_skip;
    const tk_real *x;       /* [conv1.ring][D][N]                */
    tk_real *u, *y;         /* [L][C][N]                         */
    tk_real *v;             /* [v_ring][C][N]                    */
    size_t v_ring;          /* L or 1                            */
    tk_real *taps1, *taps2; /* [C][kernel][D], [C][kernel][C]    */
    tk_real *mask1, *mask2; /* [inner][C][N], [outer][C][N]     */
} tk_tcn_block;

/* Step l in an array of u or y. */
tk_real *tk_tcn_slot(const tk_tcn_block *b, tk_real *x, size_t l);

/* Sets step l of u, the e-th that is wanted, counted from the last one; `first`
 * is the first step of the window.
 */
void tk_tcn_inner(const tk_tcn_block *b, const tk_real *theta, size_t first,
                  size_t l, size_t e);

/* Sets step l of v and y, the e-th that is wanted; skip[C][N] is scratch. */
void tk_tcn_outer(const tk_tcn_block *b, const tk_real *theta, size_t first,
                  size_t l, size_t e, tk_real *skip);

/* The gradients of a block's y, u and x, and scratch. */
typedef struct {
    tk_real *dy, *du, *dx; /* [L][C][N], and [L][D][N] */
    tk_real *sum, *a;      /* [C][N]                   */
    tk_real *skip;         /* [I][N]                   */
    tk_real *dtaps;        /* [C][kernel][D]           */
} tk_tcn_slopes;

/* Adds to dtheta; sets du and, unless it is NULL, dx from dy, for a window of
 * steps 0 .. last.
 */
void tk_tcn_backward(const tk_tcn_block *b, const tk_real *theta, size_t last,
                     tk_tcn_slopes g, tk_real *dtheta);

#endif
