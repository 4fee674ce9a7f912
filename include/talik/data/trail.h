/* talik/data/trail.h -- trailing means of a series of cells, month by month.
 *
 *     mean_n(t) = sum of x(s) / count,  s = t - n + 1 .. t
 *
 * over the months pushed since the beginning whose x(s) is there; so at first,
 * while fewer than n months are, the mean expands.  Sums are whole numbers, in
 * units of 2^-52: exact for values of 2^-28 (4e-9) or more in size, whose bits
 * end there at the latest, and cut off there for smaller ones.  They do not
 * depend on the order of adding and taking away: a trail that begins n - 1
 * months before t, or at any time before, has the same mean at t, bit for bit.
 *
 * Missing  NaN, infinity, and sizes from 2^50 on, which sums could not hold.
 */
#ifndef TALIK_DATA_TRAIL_H
#define TALIK_DATA_TRAIL_H

#include <stddef.h>

#include "talik/core/error.h"

#define TK_TRAIL_MONTHS 1200 /* longest mean; a sum of it stays below 2^63 */

typedef struct tk_trail tk_trail;

/* A trail of nlane series with the means over months[0 .. nmean - 1], each of 1
 * to TK_TRAIL_MONTHS, in any order.  TK_ERUN: no memory.  tk_trail_drop ends it.
 */
tk_err tk_trail_make(size_t nlane, size_t nmean, const size_t *months,
                     tk_trail **trail) TK_MUST;
void tk_trail_drop(tk_trail *trail); /* accepts NULL */

/* Bytes that a lane takes. */
size_t tk_trail_bytes(size_t nmean, const size_t *months);

/* Months that the longest mean spans. */
size_t tk_trail_longest(const tk_trail *trail);

/* Back to the beginning: no month was pushed. */
void tk_trail_clear(tk_trail *trail);

/* The next month, x[nlane]. */
void tk_trail_push(tk_trail *trail, const float *x);

/* Mean k at the last month pushed, mean[nlane]; NaN where no month is there. */
void tk_trail_mean(const tk_trail *trail, size_t k, double *mean);

#endif
