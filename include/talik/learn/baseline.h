/* talik/learn/baseline.h -- what a model must beat; see talik/learn/evaluate.h.
 *
 * Pure functions of one cell's series.  Months are counted from the start of
 * the series; month 0 is calendar month `january` months after a January.
 */
#ifndef TALIK_LEARN_BASELINE_H
#define TALIK_LEARN_BASELINE_H

#include <stddef.h>

#include "talik/core/error.h"

/* A stretch of months [first, last] within a series. */
typedef struct {
    size_t first, last;
} tk_span;

/* Mean of each calendar month of y over the span; NaN where there is none. */
void tk_climatology(const double *y, size_t january, tk_span fit,
                    double mean[12]);

#define TK_PENALTIES 5
extern const double tk_penalty[TK_PENALTIES];

/* Ridge regression of y[month] on air[month - L + 1 .. month], per calendar
 * month, with intercept: minimises sum (y - a - b . x)^2 + penalty n |b|^2 s^2,
 * s^2 the mean variance of the lags, for each penalty of tk_penalty.
 * predicted[TK_PENALTIES][nmonth], NaN in the first L - 1 months.  Months with
 * NaN are left out of the fit.  TK_ERUN if memory is short.
 */
tk_err tk_lagged_air(size_t nmonth, const double *y, const double *air,
                     size_t L, tk_span fit, double *predicted) TK_MUST;

#endif
