/* gru_lost.h -- a gated recurrent layer in which lanes lose their state.
 *
 * Where lost[l][c] is not 0, cell c begins again from the zero state after step
 * l; the state of the step itself is the unchanged h[l].  lost = NULL: never,
 * and these are tk_gru_forward and tk_gru_backward.
 */
#ifndef TALIK_NN_GRU_LOST_H
#define TALIK_NN_GRU_LOST_H

#include "talik/nn/gru.h"

/* work[4H][N] */
void tk_gru_lost_forward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                         const unsigned char *lost, const tk_real *h0,
                         const tk_real *x, tk_real *h, tk_real *gates,
                         tk_real *work);

/* work[5H][N].  dh enters as the gradient of h[L - 1], whatever is lost after
 * it; with a loss, dy must be given.
 */
void tk_gru_lost_backward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                          const unsigned char *lost, const tk_real *h0,
                          const tk_real *x, const tk_real *h,
                          const tk_real *gates, const tk_real *dy, tk_real *dh,
                          tk_real *dtheta, size_t skip, tk_real *dx,
                          tk_real *work);

/* Sets the lanes of h[rows][N] to zero where lost[N]; NULL: none. */
void tk_gru_forget(size_t rows, size_t N, const unsigned char *lost,
                   tk_real *h);

#endif
