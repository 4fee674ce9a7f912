/* Colours of a map: a scale and its limits, from the values. */
#include "plot.h"

#include <math.h>
#include <stdlib.h>

#include "talik/core/mem.h"

typedef struct {
    double low, high, step;
} colour_range;

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* From the 1st to the 99th percentile, so that one odd cell does not wash out
 * the rest; the bar's ends are triangles.
 */
static colour_range
data_range(size_t n, const double *x)
{
    double *sorted = tk_new(n, sizeof *sorted);
    colour_range r = {0, 0, 0};
    size_t m = 0;

    for (size_t i = 0; sorted && i < n; i++)
        if (!isnan(x[i]))
            sorted[m++] = x[i];
    if (m > 0) {
        qsort(sorted, m, sizeof *sorted, by_value);
        r.low = sorted[m / 100];
        r.high = sorted[m - 1 - m / 100];
    }
    tk_free(sorted);
    return r;
}

/* Both sides alike; but the empty one is left out. */
static colour_range
range_around_zero(colour_range r)
{
    const double most = fmax(fmax(fabs(r.low), fabs(r.high)), 1e-6);
    const bool one_sided = r.low >= 0 || r.high <= 0;
    const double step = tk_nice_up(most / (one_sided ? 16 : 10));
    const double limit = step * ceil(most / step - 1e-6);

    return (colour_range){.low = one_sided && r.low >= 0 ? 0 : -limit,
                          .high = one_sided && r.low < 0 ? 0 : limit,
                          .step = step};
}

static colour_range
range_of_values(colour_range r)
{
    r.step = tk_nice_up(fmax(r.high - r.low, 1e-6) / 16);
    r.low = floor(r.low / r.step) * r.step;
    r.high = ceil(r.high / r.step) * r.step;
    if (!(r.high > r.low))
        r.high = r.low + r.step;
    return r;
}

/* Scientific colour maps (F. Crameri, doi:10.5281/zenodo.1243862): vik around
 * 0, batlow for values, and for errors lajolla, pale where they are small, less
 * its end, on which no coast could be seen.
 */
void
tk_plot_colours(tk_figure *f, tk_scale scale, double low, double high, size_t n,
                const double *x)
{
    colour_range r = data_range(n, x);
    /* A narrow range far from 0 would be one colour. */
    const bool around_zero =
        scale == TK_SCALE_SIGNED
        || (scale == TK_SCALE_TEMPERATURE
            && r.high - r.low > 0.25 * fmax(fabs(r.low), fabs(r.high)));

    if (!isnan(low)) {
        r = (colour_range){low, high, tk_nice_up((high - low) / 24)};
    } else if (around_zero) {
        r = range_around_zero(r);
    } else {
        r.low = scale == TK_SCALE_SIZE ? 0 : r.low;
        r = range_of_values(r);
    }
    tk_gmt(f, "makecpt", "-C%s -T%.10g/%.10g/%.10g -D -H > colours.cpt",
           around_zero              ? "vik+h0"
           : scale == TK_SCALE_SIZE ? "lajolla -G0/0.85"
                                    : "batlow",
           r.low, r.high, r.step);
}
