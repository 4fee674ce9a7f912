/* talik/nn/lstm.h -- one layer of long short-term memory over a tile of cells.
 *
 *   i = s(Wi x + bi + Ui h + di)         f = s(Wf x + bf + Uf h + df)
 *   g = tanh(Wg x + bg + Ug h + dg)      o = s(Wo x + bo + Uo h + do)
 *   c' = f . c + i . g                   h' = o . tanh(c')
 *
 * S. Hochreiter and J. Schmidhuber (1997), Neural Comput. 9, 1735-1780, with
 * the forget gate of F. A. Gers et al. (2000), Neural Comput. 12, 2451-2471.
 * Weights, gate order and the two biases are those of PyTorch's nn.LSTM.
 *
 * Shapes  W[4H][D]  U[4H][H]  b[4H]  d[4H]     (row blocks i, f, g, o)
 *         x[L][D][N]                           (N cells of one tile)
 *         h[L][rows][N]  in its first H rows the states after each step
 *         gates[L][6H][N]            (row blocks i, f, g, o, c', tanh(c'))
 *
 * The layer reads x from step 0 on, or, if `reverse`, from step L - 1 back;
 * its first state is zero, which saves the first step's recurrent products and
 * its forget gate.  rows is H, or 2H where the states of the other direction
 * lie beside: those of both are then the next layer's input as they are.
 */
#ifndef TALIK_NN_LSTM_H
#define TALIK_NN_LSTM_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/nn/layout.h"
#include "talik/nn/real.h"

typedef struct {
    size_t L, N, D, H; /* steps, cells, inputs, hidden units */
    size_t rows;       /* of a step of h and dy              */
    bool reverse;
} tk_lstm_dims;

typedef struct {
    size_t W, U, b, d; /* where the weights lie in theta */
} tk_lstm_at;

/* Appends the four tensors of layer k as PyTorch names and begins them:
 * lstm.weight_ih_l{k} and so on, with _reverse behind it for that direction,
 * uniform within 1 / sqrt(H).
 */
tk_err tk_lstm_layout(tk_layout *l, size_t k, bool reverse, size_t D,
                      size_t H) TK_MUST;

/* The offsets of four tensors that tk_lstm_layout appended, from the first. */
tk_lstm_at tk_lstm_find(const tk_tensor *first);

/* Fills h and gates, the tape that the backward pass reads; f is 0 where there
 * is nothing to forget.  work[4H][N].
 */
void tk_lstm_forward(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                     const tk_real *x, tk_real *h, tk_real *gates,
                     tk_real *work);

/* Adds to dtheta.  dy[L][rows][N] is the gradient of every state from outside,
 * or NULL if only the last one has any.  dh[H][N] enters as the gradient of the
 * state after the last step read; what it leaves as is of no use.
 * dx[L][D - skip][N] is the gradient of the inputs from row `skip` on: set, or
 * added to if `add`, unless it is NULL.  work[5H][N] and 4H more.
 */
void tk_lstm_backward(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                      const tk_real *x, const tk_real *h, const tk_real *gates,
                      const tk_real *dy, tk_real *dh, tk_real *dtheta,
                      size_t skip, bool add, tk_real *dx, tk_real *work);

/* One step without a tape, from a[4H][N] = W x, without its bias: h_new[H][N],
 * and c[H][N] in place.  h[H][N] may be h_new; NULL: both states are zero and c
 * need not be set.  work[4H][N].  The same bits as tk_lstm_forward.
 */
void tk_lstm_step(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                  const tk_real *a, const tk_real *h, tk_real *c,
                  tk_real *h_new, tk_real *work);

/* The same layer cell by cell in plain loops and with the C library's
 * functions: what the tests hold the fast one against.
 */
void tk_lstm_forward_ref(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                         const tk_real *x, tk_real *h, tk_real *gates);

/* As tk_lstm_backward with skip = 0.  work[4H] and [H][N]. */
void tk_lstm_backward_ref(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                          const tk_real *x, const tk_real *h,
                          const tk_real *gates, const tk_real *dy, tk_real *dh,
                          tk_real *dtheta, bool add, tk_real *dx,
                          tk_real *work);

#endif
