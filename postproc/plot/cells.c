/* Where a cell of the grid lies, and its corners. */
#include "plot.h"

double
tk_plot_lat(const tk_plot_data *d, size_t cell)
{
    return d->lat[d->regular ? cell / d->nx : cell];
}

double
tk_plot_lon(const tk_plot_data *d, size_t cell)
{
    return d->lon[d->regular ? cell % d->nx : cell];
}

/* Value of a 2-D coordinate at a place beyond the edge too, straight on. */
static double
beyond(const tk_plot_data *d, const double *a, long i, long j)
{
    const long ny = (long)d->ny, nx = (long)d->nx;
    const long ci = i < 0 ? 0 : i >= ny ? ny - 1 : i;
    const long cj = j < 0 ? 0 : j >= nx ? nx - 1 : j;
    const long oi = ny > 1 ? 2 * ci - i : ci, oj = nx > 1 ? 2 * cj - j : cj;

    return 2 * a[ci * nx + cj] - a[oi * nx + oj];
}

static double
axis_edge(const double *a, size_t n, size_t i, bool after)
{
    if (n == 1)
        return a[0] + (after ? 0.5 : -0.5);
    if (after)
        return i + 1 < n ? 0.5 * (a[i] + a[i + 1])
                         : a[i] + 0.5 * (a[i] - a[i - 1]);
    return i > 0 ? 0.5 * (a[i] + a[i - 1]) : a[i] - 0.5 * (a[i + 1] - a[i]);
}

void
tk_plot_corners(const tk_plot_data *d, size_t cell, double lat[4],
                double lon[4])
{
    static const int di[4] = {0, 0, 1, 1}, dj[4] = {0, 1, 1, 0};
    const size_t i = cell / d->nx, j = cell % d->nx;

    for (int c = 0; c < 4; c++) {
        lat[c] = lon[c] = 0;
        if (d->regular) {
            lat[c] = axis_edge(d->lat, d->ny, i, di[c]);
            lon[c] = axis_edge(d->lon, d->nx, j, dj[c]);
            continue;
        }
        for (int k = 0; k < 4; k++) {
            const long y = (long)i + di[c] - k / 2;
            const long x = (long)j + dj[c] - k % 2;

            lat[c] += 0.25 * beyond(d, d->lat, y, x);
            lon[c] += 0.25 * beyond(d, d->lon, y, x);
        }
    }
}
