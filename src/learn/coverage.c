#include "talik/learn/coverage.h"

#include <math.h>

void
tk_error_add(tk_error_count *count, double error, double weight)
{
    const double k = ceil(fabs(error) / TK_ERROR_STEP - 1e-9);
    const double most = TK_ERROR_CLASSES - 1;

    if (isnan(error))
        return;
    count->months++;
    count->area[k < most ? (size_t)k : TK_ERROR_CLASSES - 1] +=
        weight > 1 ? (uint64_t)llround(weight) : 1;
}

static double
total(const tk_error_count *count, size_t classes)
{
    uint64_t sum = 0;

    for (size_t k = 0; k < classes; k++)
        sum += count->area[k];
    return (double)sum;
}

double
tk_error_half_width(const tk_error_count *count, double level)
{
    const double all = total(count, TK_ERROR_CLASSES);
    const double wanted = level * (all + all / (double)count->months);
    double sum = 0;

    if (count->months == 0)
        return NAN;
    for (size_t k = 0; k + 1 < TK_ERROR_CLASSES; k++) {
        sum += (double)count->area[k];
        if (sum >= wanted)
            return (double)k * TK_ERROR_STEP;
    }
    return NAN;
}

double
tk_error_coverage(const tk_error_count *count, double half_width)
{
    const double all = total(count, TK_ERROR_CLASSES);

    if (count->months == 0 || isnan(half_width))
        return NAN;
    return total(count, (size_t)lround(half_width / TK_ERROR_STEP) + 1) / all;
}
