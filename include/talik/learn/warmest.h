/* talik/learn/warmest.h -- calendar years by their mean air temperature. */
#ifndef TALIK_LEARN_WARMEST_H
#define TALIK_LEARN_WARMEST_H

#include "talik/data/patch.h"

typedef struct {
    int year;
    double mean; /* in the units of the feature; NaN if no cell has the year */
} tk_year_mean;

/* **Collective.**  The calendar years whose 12 months lie in [first, last], the
 * warmest first, equal ones and then those without a mean by year; means as of
 * tk_yearly_means (talik/data/yearly.h).  list has room for
 * (last - first + 1) / 12 years.
 *
 * budget is the memory in bytes that one rank may use for data at a time.
 */
tk_err tk_warmest_years(const tk_dataset *data, size_t feature, int first,
                        int last, size_t budget, size_t *n,
                        tk_year_mean *list) TK_MUST;

#endif
