/* talik/learn/cycle.h -- the year of a monthly series of soil temperature.
 *
 * Pure functions of one cell's n months, in any order of time that increases:
 * month[n] as talik/grid/calendar.h counts them, y[n] in degC, NaN where missing.
 * Months where `where` is NaN are left out as well: that of the truth, so that a
 * prediction is judged by the same months.
 */
#ifndef TALIK_LEARN_CYCLE_H
#define TALIK_LEARN_CYCLE_H

#include <stdbool.h>
#include <stddef.h>

/* First harmonic of the mean year, y(t) = mean + amplitude cos(2 pi t / year -
 * phase), t at the middle of each calendar month.
 */
typedef struct {
    double amplitude; /* K                                        */
    double peak;      /* day of the year of the maximum, 0 .. 365.25 */
} tk_cycle;

/* False, and nothing, if one of the twelve calendar months has no value. */
bool tk_cycle_fit(size_t n, const int *month, const double *y,
                  const double *where, tk_cycle *cycle);

/* a - b in days, the short way round the year: -182.6 .. 182.6. */
double tk_cycle_lag(double a, double b);

/* Days a year with |y| <= width, the middles of months that follow one another
 * being joined by straight lines.  NaN if no two months do.
 */
double tk_zero_curtain(size_t n, const int *month, const double *y,
                       const double *where, double width);

#endif
