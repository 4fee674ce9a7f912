/* talik/phys/month.h -- values within the month from monthly means.
 *
 * A month of D days is cut into n equal steps.  Within it the value is linear
 * from the mid-month value x[t-1] to x[t] to x[t+1], and the x are solved for
 * so that the mean over the steps of each month is the given one [1]:
 *
 *     p x[t-1] + (1 - p - q) x[t] + q x[t+1] = mean[t]
 *     p = D floor(n^2/4) / (n^2 (D[t-1] + D)),  q the same with D[t+1]
 *
 * which is [1]'s 1/8, 3/4, 1/8 for equal months and many steps.  The system is
 * solved in a window of TK_MONTH_REACH months on either side of each month, so
 * that a run in pieces, or one that starts later, finds the same values.  What
 * lies beyond counts 0.17^7, below 1e-3 K.  At an end of the series the window
 * is clipped, and the value constant beyond the outermost mid-month.
 *
 * Missing  a NaN in a cell's window makes that cell's values NaN.
 *
 * [1] P. D. Killworth, Time interpolation of forcing fields in ocean models,
 *     J. Phys. Oceanogr. 26, 136-143 (1996).
 */
#ifndef TALIK_PHYS_MONTH_H
#define TALIK_PHYS_MONTH_H

#include <stddef.h>

#include "talik/core/tile_width.h"

/* W: months needed before and after the one that is computed. */
#define TK_MONTH_REACH 6
#define TK_MONTH_WINDOW (2 * TK_MONTH_REACH + 1)

/* A window of at most TK_MONTH_WINDOW consecutive months. */
typedef struct {
    size_t n, centre;                    /* months here; the one wanted */
    int days[TK_MONTH_WINDOW];           /* of each month               */
    size_t steps[TK_MONTH_WINDOW];       /* of each month               */
    const double *mean[TK_MONTH_WINDOW]; /* [TK_TILE] each, borrowed    */
} tk_month_window;

/* The values at mid-month of the month before the centre, the centre, the
 * month after it: x[3][TK_TILE].
 */
void tk_month_mids(const tk_month_window *w, double *x);

/* The weights of those three in step i (from 0) of the centre month. */
void tk_month_weights(const tk_month_window *w, size_t i, double weight[3]);

#endif
