#include "talik/learn/cycle.h"

#include <math.h>

#define YEAR 365.25 /* days */

bool
tk_cycle_fit(size_t n, const int *month, const double *y, const double *where,
             tk_cycle *cycle)
{
    double sum[12] = {0}, count[12] = {0}, c = 0, s = 0, turn;

    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i] + where[i])) {
            sum[month[i] % 12] += y[i];
            count[month[i] % 12] += 1;
        }
    for (size_t k = 0; k < 12; k++) {
        const double angle = ((double)k + 0.5) * M_PI / 6;

        if (count[k] == 0)
            return false;
        c += sum[k] / count[k] * cos(angle) / 6;
        s += sum[k] / count[k] * sin(angle) / 6;
    }
    turn = atan2(s, c) / (2 * M_PI);
    *cycle = (tk_cycle){hypot(c, s), (turn - floor(turn)) * YEAR};
    return true;
}

double
tk_cycle_lag(double a, double b)
{
    return remainder(a - b, YEAR);
}

/* Share of the straight line from a to b that lies within [-width, width]. */
static double
share_within(double a, double b, double width)
{
    const double low = a < b ? a : b, high = a < b ? b : a;
    const double from = low > -width ? low : -width;
    const double to = high < width ? high : width;

    if (from > to)
        return 0;
    return high > low ? (to - from) / (high - low) : 1;
}

double
tk_zero_curtain(size_t n, const int *month, const double *y,
                const double *where, double width)
{
    double sum = 0, steps = 0;

    for (size_t i = 1; i < n; i++)
        if (month[i] == month[i - 1] + 1
            && !isnan(y[i - 1] + y[i] + where[i - 1] + where[i])) {
            sum += share_within(y[i - 1], y[i], width);
            steps += 1;
        }
    return steps > 0 ? sum / steps * YEAR : NAN;
}
