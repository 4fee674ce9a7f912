#include "talik/nn/loss.h"

#include <math.h>

/* The distance, and its slope by e. */
static double
distance(const tk_loss *loss, double e, double *slope)
{
    const double delta = loss->delta;

    switch (loss->kind) {
    case TK_LOSS_HUBER:
        if (fabs(e) > delta) {
            *slope = copysign(delta, e);
            return delta * (fabs(e) - delta / 2);
        }
        *slope = e;
        return e * e / 2;
    case TK_LOSS_MSE:
        break;
    }
    *slope = 2 * e;
    return e * e;
}

tk_loss_sums
tk_loss_eval(const tk_loss *loss, size_t D, size_t N, const tk_real *depth,
             const tk_real *cell, const tk_real *y, const tk_real *target,
             tk_real *dy)
{
    tk_loss_sums sums = {0, 0};

    for (size_t i = 0; i < D * N; i++) {
        const double w = (depth ? (double)depth[i / N] : 1)
                         * (cell ? (double)cell[i % N] : 1);
        const double t = (double)target[i];
        double slope = 0;

        if (!isnan(t) && w > 0) {
            sums.sum += w * distance(loss, (double)y[i] - t, &slope);
            sums.weight += w;
        }
        if (dy)
            dy[i] = (tk_real)(w * slope);
    }
    return sums;
}
