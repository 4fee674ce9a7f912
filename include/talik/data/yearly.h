/* talik/data/yearly.h -- the mean of an input over all cells, year by year. */
#ifndef TALIK_DATA_YEARLY_H
#define TALIK_DATA_YEARLY_H

#include "talik/data/patch.h"

/* **Collective.**  Means of dynamic feature f in the calendar years *year,
 * *year + 1, ... whose 12 months lie in [first, last]: *n of them into mean, which
 * has room for (last - first + 1) / 12.  Over cells by area, over months alike;
 * of the cells that have the feature in all 12, NaN if none has.  In the units
 * of the feature, whatever its scaling.  The same bits on any number of ranks,
 * and for any other months that are asked for beside a year's own.
 *
 * budget is the memory in bytes that one rank may use for data at a time.
 */
tk_err tk_yearly_means(const tk_dataset *data, size_t f, int first, int last,
                       size_t budget, int *year, size_t *n,
                       double *mean) TK_MUST;

/* smooth[i]: the mean of x[i - before .. i], of those that are there and no NaN;
 * NaN if none is.  No value depends on those behind it.  TK_ERUN: no memory.
 */
tk_err tk_yearly_smooth(size_t n, const double *x, size_t before,
                        double *smooth) TK_MUST;

#endif
