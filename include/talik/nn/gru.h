/* talik/nn/gru.h -- one gated recurrent layer over a tile of cells.
 *
 *   r = s(Wr x + br + Ur h + dr)            z = s(Wz x + bz + Uz h + dz)
 *   n = tanh(Wn x + bn + r . q),  q = Un h + dn      h' = (1 - z) . n + z . h
 *
 * Weights, gate order and the two biases are those of PyTorch's nn.GRU: the
 * reset gate acts after Un, the variant of cuDNN, not that of K. Cho et al.
 * (2014), arXiv:1406.1078.
 *
 * Shapes  W[3H][D]  U[3H][H]  b[3H]  d[3H]     (row blocks r, z, n)
 *         x[L][D][N]                           (N cells of one tile)
 *         h[L][H][N]  states after each step   (h0[H][N] before the first)
 *         gates[L][4H][N]                      (row blocks r, z, n, q)
 *
 * h0 = NULL is the zero state; it saves the first step's recurrent products.
 */
#ifndef TALIK_NN_GRU_H
#define TALIK_NN_GRU_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/nn/layout.h"
#include "talik/nn/real.h"

typedef struct {
    size_t L, N, D, H; /* steps, cells, inputs, hidden units */
} tk_gru_dims;

typedef struct {
    size_t W, U, b, d; /* where the weights lie in theta */
} tk_gru_at;

/* Appends the four tensors of layer k as PyTorch names and begins them:
 * gru.weight_ih_l{k} and so on, uniform within 1 / sqrt(H).
 */
tk_err tk_gru_layout(tk_layout *l, size_t k, size_t D, size_t H) TK_MUST;

/* The offsets of four tensors that tk_gru_layout appended, from the first. */
tk_gru_at tk_gru_find(const tk_tensor *first);

/* Fills h and gates, the tape that the backward pass reads.  work[3H][N]. */
void tk_gru_forward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                    const tk_real *h0, const tk_real *x, tk_real *h,
                    tk_real *gates, tk_real *work);

/* Adds to dtheta.  dy[L][H][N] is the gradient of every state from outside, or
 * NULL if only the last one has any.  dh[H][N] enters as the gradient of the
 * last state and leaves as that of h0, unless h0 is NULL: then its content is
 * of no use.  dx[L][D - skip][N] is set to the gradient of the inputs from row
 * `skip` on, unless it is NULL.  dx may be dy if D - skip = H.  work[4H][N].
 */
void tk_gru_backward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                     const tk_real *h0, const tk_real *x, const tk_real *h,
                     const tk_real *gates, const tk_real *dy, tk_real *dh,
                     tk_real *dtheta, size_t skip, tk_real *dx, tk_real *work);

/* One step without a tape: h[H][N] in place, from a[3H][N] = W x, without its
 * bias.  first: h is the zero state and need not be set.  work[3H][N].  The
 * same bits as tk_gru_forward.
 */
void tk_gru_step(tk_gru_dims s, tk_gru_at at, const tk_real *theta, bool first,
                 const tk_real *a, tk_real *h, tk_real *work);

/* The same layer cell by cell in plain loops and with the C library's
 * functions: what the tests hold the fast one against.
 */
void tk_gru_forward_ref(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                        const tk_real *h0, const tk_real *x, tk_real *h,
                        tk_real *gates);

/* As tk_gru_backward with skip = 0; dx is not dy.  work[6H]. */
void tk_gru_backward_ref(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                         const tk_real *h0, const tk_real *x, const tk_real *h,
                         const tk_real *gates, const tk_real *dy, tk_real *dh,
                         tk_real *dtheta, tk_real *dx, tk_real *work);

#endif
