/* talik/nn/loss.h -- the distance of outputs from targets that may be missing.
 *
 *   e = y - target
 *   mse     e^2
 *   huber   e^2 / 2            if |e| <= delta,
 *           delta (|e| - delta / 2) otherwise
 *
 * as PyTorch's MSELoss and HuberLoss.  Each element has the weight
 * w = depth[j] cell[c], and counts as missing if its target is NaN or w is 0.
 *
 * Shapes  y[D][N]  target[D][N]  depth[D]  cell[N]  dy[D][N]
 */
#ifndef TALIK_NN_LOSS_H
#define TALIK_NN_LOSS_H

#include <stddef.h>

#include "talik/nn/real.h"

typedef enum {
    TK_LOSS_MSE,
    TK_LOSS_HUBER,
} tk_loss_kind;

typedef struct {
    tk_loss_kind kind;
    double delta; /* huber only, > 0 */
} tk_loss;

/* Sums over the elements that are there. */
typedef struct {
    double sum;    /* w times the distance                     */
    double weight; /* w: the mean loss of a batch is the total
                    * of sum over the total of weight          */
} tk_loss_sums;

/* dy is set to the gradient of `sum`, 0 where missing, unless it is NULL: the
 * weight of a whole batch is known only after its last tile, so divide the
 * gradient of theta by it then.  depth and cell may be NULL: all 1.  Sums in
 * double, depth by depth.
 */
tk_loss_sums tk_loss_eval(const tk_loss *loss, size_t D, size_t N,
                          const tk_real *depth, const tk_real *cell,
                          const tk_real *y, const tk_real *target, tk_real *dy);

#endif
