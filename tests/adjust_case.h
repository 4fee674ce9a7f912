/* adjust_case.h -- bias correction of whole years, for tests. */
#ifndef TALIK_TESTS_ADJUST_CASE_H
#define TALIK_TESTS_ADJUST_CASE_H

#include "check.h"
#include "talik/core/rng.h"
#include "talik/grid/calendar.h"
#include "talik/phys/adjust.h"

#define REF_YEARS 30
#define REF (12 * REF_YEARS)
#define JANUARY (12 * 1971)

/* x[n] from January of 1971 on, by a reference that begins then. */
static inline void
adjust(const tk_adjust *how, const double *o, const double *h, size_t n,
       const double *x, double *out)
{
    CHECK_OK(tk_adjust_series(how, 0, JANUARY, REF, o, JANUARY, REF, h, JANUARY,
                              n, x, out));
}

/* Mean over the years of a calendar month (0 to 11). */
static inline double
month_mean(size_t n, const double *x, size_t k)
{
    double sum = 0;

    for (size_t i = k; i < n; i += 12)
        sum += x[i];
    return sum / (double)(n / 12);
}

/* Ascending values of a calendar month. */
static inline int
by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static inline void
month_sorted(size_t n, const double *x, size_t k, double *sorted)
{
    for (size_t i = k; i < n; i += 12)
        sorted[i / 12] = x[i];
    qsort(sorted, n / 12, sizeof *sorted, by_size);
}

#endif
