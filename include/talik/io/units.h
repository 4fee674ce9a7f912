/* talik/io/units.h -- units, through UDUNITS-2, and what it must not decide.
 *
 * A monthly total ("mm month-1") is the sum over that calendar month: UDUNITS'
 * month is a fixed 30.44 days and is not asked.  Rates ("kg m-2 s-1", "mm
 * day-1") and mean daily sums ("m" in ERA5-Land's monthly means, see `daily`)
 * become totals with the days of the month at hand.
 */
#ifndef TALIK_IO_UNITS_H
#define TALIK_IO_UNITS_H

#include "talik/core/error.h"

/* wanted = value * scale + offset; between totals and rates also times, or over,
 * the days of the month.
 */
typedef struct {
    double scale, offset;
    bool per_day;   /* multiply by the days of the month */
    bool over_days; /* divide by them                    */
} tk_conversion;

/* From a file's units to those wanted.  Mass of water per area and depth of
 * water are one (1 kg m-2 = 1 mm) where `water` is true.  An amount with no time
 * ("m", "J m-2") is a mean daily sum if `daily`, else the sum of its month; a
 * rate becomes such an amount where one of the two is true.
 * TK_EDATA if they do not convert; the fault names both.
 */
tk_err tk_units_convert(const char *from, const char *to, bool water,
                        bool daily, tk_conversion *c) TK_MUST;

/* Ends the units library; for leak checkers. */
void tk_units_end(void);

#endif
