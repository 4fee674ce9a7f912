/* talik/nn/attention.h -- attention of the last Q steps of a window to all L.
 *
 *   s[l][m] = q[l] . k[m] / sqrt(w)      p[l] = softmax over m of s[l]
 *   o[l] = sum over m of p[l][m] v[m]
 *
 * in each head apart: head h has the rows h w .. (h + 1) w - 1 of q, k, v and o,
 * w = d / heads.  No mask.  A. Vaswani et al. (2017), arXiv:1706.03762.
 *
 * Shapes  qkv[L][3d][N]  row blocks q, k, v; q is read in the last Q steps only
 *         o[Q][d][N]                         (N cells)
 *         p       the weights, tk_attention_tape reals in an order of their own
 */
#ifndef TALIK_NN_ATTENTION_H
#define TALIK_NN_ATTENTION_H

#include <stddef.h>

#include "talik/nn/real.h"

typedef struct {
    size_t L, Q, N, d, heads; /* heads divide d */
} tk_attention_dims;

size_t tk_attention_tape(tk_attention_dims s);

/* Of either pass. */
size_t tk_attention_work(tk_attention_dims s);

/* Sets o, and p unless it is NULL.  A cell's bits depend on nothing but its own
 * column of qkv.
 */
void tk_attention_forward(tk_attention_dims s, const tk_real *qkv, tk_real *o,
                          tk_real *p, tk_real *work);

/* Sets dqkv, but for q of the steps before the last Q. */
void tk_attention_backward(tk_attention_dims s, const tk_real *qkv,
                           const tk_real *p, const tk_real *dout, tk_real *dqkv,
                           tk_real *work);

/* The same cell by cell in plain loops and with the C library's exp: what the
 * tests hold the fast ones against.  work[2L].
 */
void tk_attention_forward_ref(tk_attention_dims s, const tk_real *qkv,
                              tk_real *o, tk_real *work);
void tk_attention_backward_ref(tk_attention_dims s, const tk_real *qkv,
                               const tk_real *dout, tk_real *dqkv,
                               tk_real *work);

#endif
