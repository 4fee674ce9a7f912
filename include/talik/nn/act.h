/* talik/nn/act.h -- exp, sigmoid, tanh, ReLU and GELU of arrays.
 *
 *   s(x) = 1 / (1 + exp(-x))      tanh(x) = (exp(2x) - 1) / (exp(2x) + 1)
 *
 * In float by polynomials that a compiler turns into vector code, within 1.3e-7
 * of the C library (exp: relative; the others: absolute).  Each element has the
 * same bits wherever it stands and however wide the vectors are.  NaN stays
 * NaN; exp saturates at exp(-87) and exp(88).  In double the C library's own.
 *
 * x and y may be the same array, or do not overlap.
 */
#ifndef TALIK_NN_ACT_H
#define TALIK_NN_ACT_H

#include <stddef.h>

#include "talik/nn/real.h"

void tk_exp(size_t n, const tk_real *x, tk_real *y);
void tk_sigmoid(size_t n, const tk_real *x, tk_real *y);
void tk_tanh(size_t n, const tk_real *x, tk_real *y);

/* max(x, 0), and dx = dy where y > 0 and 0 elsewhere; NaN stays NaN.  dx may be
 * dy.
 */
void tk_relu(size_t n, const tk_real *x, tk_real *y);
void tk_relu_backward(size_t n, const tk_real *y, const tk_real *dy,
                      tk_real *dx);

/* x Phi(x) with the normal distribution Phi(x) = (1 + erf(x / sqrt(2))) / 2, as
 * PyTorch's nn.GELU; Phi within 3e-7.  D. Hendrycks and K. Gimpel (2016),
 * arXiv:1606.08415.  The second one sets the slope as well, Phi(x) + x Phi'(x):
 * slope[n] overlaps neither x nor y.
 */
void tk_gelu(size_t n, const tk_real *x, tk_real *y);
void tk_gelu_slope(size_t n, const tk_real *x, tk_real *y, tk_real *slope);

#endif
