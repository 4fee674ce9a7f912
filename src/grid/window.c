/* The part of a source that targets need. */
#include <math.h>

#include "talik/core/mem.h"
#include "talik/grid/grid.h"
#include "talik/grid/regrid.h"

/* Edges by the centres; a latitude within half a cell of a pole reaches it: the
 * rows of a Gaussian grid stop short of it.
 */
static void
edges_of(size_t n, const double *axis, bool latitude, size_t i, double edge[2])
{
    tk_axis_bounds(n, axis, latitude, i, edge);
    for (int k = 0; latitude && n > 1 && k < 2; k++) {
        const bool outer = k == 0 ? i == 0 : i + 1 == n;
        const double half = fabs(edge[k] - axis[i]);

        if (outer && 90 - fabs(edge[k]) < half)
            edge[k] = copysign(90, edge[k]);
    }
}

static bool
is_closed(const tk_axes *s)
{
    const double step =
        s->nx > 1 ? (s->lon[s->nx - 1] - s->lon[0]) / (double)(s->nx - 1) : 0;

    return fabs(step * (double)s->nx - 360) < 0.1 * step;
}

static tk_err
check_axes(const tk_axes *s)
{
    for (size_t j = 1; j < s->nx; j++)
        if (!(s->lon[j] > s->lon[j - 1]))
            return tk_fail(TK_EDATA,
                           "longitudes of the source must ascend: %.8g, then "
                           "%.8g",
                           s->lon[j - 1], s->lon[j]);
    return TK_OK;
}

/* The stretch of n cells, in either order, that [low, high] needs, and `margin`
 * more at its ends.  False if there is none.
 */
static bool
choose_stretch(size_t n, const double *axis, bool latitude, double low,
               double high, size_t margin, size_t *first, size_t *count)
{
    size_t from = n, to = 0;

    for (size_t i = 0; i < n; i++) {
        double edge[2];

        edges_of(n, axis, latitude, i, edge);
        if (fmax(edge[0], edge[1]) < low || fmin(edge[0], edge[1]) > high)
            continue;
        from = i < from ? i : from;
        to = i;
    }
    if (from == n)
        return false;
    from = from > margin ? from - margin : 0;
    to = to + margin < n ? to + margin : n - 1;
    *first = from;
    *count = to - from + 1;
    return true;
}

/* Columns of a source round the earth, eastwards from the last one that is west
 * of all targets.
 */
static void
choose_round(const tk_axes *s, double west, double east, size_t margin,
             tk_window *w)
{
    const double step = 360 / (double)s->nx;
    const double before = ((double)margin + 1) * step;
    size_t at = 0;
    double best = INFINITY;

    for (size_t j = 0; j < s->nx; j++) {
        double ahead = fmod(west - before - s->lon[j], 360);

        ahead = ahead < 0 ? ahead + 360 : ahead;
        if (ahead < best) {
            best = ahead;
            at = j;
        }
    }
    w->col = at;
    w->ncol = (size_t)ceil((east - west + 2 * before + best) / step) + 1;
    w->closed = w->ncol > s->nx;
    if (w->closed)
        w->ncol = s->nx + 1;
}

/* Columns of a source that ends; targets may count longitudes otherwise. */
static bool
choose_part(const tk_axes *s, double west, double east, size_t margin,
            tk_window *w)
{
    const double middle = (s->lon[0] + s->lon[s->nx - 1]) / 2;
    const double turn = 360 * round((middle - (west + east) / 2) / 360);

    return choose_stretch(s->nx, s->lon, false, west + turn, east + turn,
                          margin, &w->col, &w->ncol);
}

static void
fill_rows(const tk_axes *s, tk_window *w)
{
    for (size_t i = 0; i < w->nrow; i++) {
        const size_t r = w->row + i;

        w->lat[i] = s->lat[r];
        if (!s->lat_edge)
            edges_of(s->ny, s->lat, true, r, w->lat_edge + 2 * i);
        for (size_t k = 0; s->lat_edge && k < 2; k++)
            w->lat_edge[2 * i + k] = s->lat_edge[2 * r + k];
    }
}

/* Continuous longitudes: each turn through the file's columns adds 360. */
static void
fill_columns(const tk_axes *s, tk_window *w)
{
    for (size_t k = 0; k < w->ncol; k++) {
        const size_t j = (w->col + k) % s->nx;
        const double turn = 360 * (double)((w->col + k) / s->nx);
        double edge[2];

        edges_of(s->nx, s->lon, false, j, edge);
        if (s->lon_edge) {
            const double back =
                360 * round((s->lon_edge[2 * j] - edge[0]) / 360);

            edge[0] = s->lon_edge[2 * j] - back;
            edge[1] = s->lon_edge[2 * j + 1] - back;
        }
        w->lon[k] = s->lon[j] + turn;
        w->lon_edge[2 * k] = edge[0] + turn;
        w->lon_edge[2 * k + 1] = edge[1] + turn;
    }
}

tk_err
tk_window_make(const tk_axes *s, const double extent[4], size_t margin,
               tk_window *w)
{
    bool near;

    *w = (tk_window){.nx = s->nx};
    TK_TRY(check_axes(s));
    near = choose_stretch(s->ny, s->lat, true, extent[0], extent[1], margin,
                          &w->row, &w->nrow);
    if (near && is_closed(s))
        choose_round(s, extent[2], extent[3], margin, w);
    else
        near = near && choose_part(s, extent[2], extent[3], margin, w);
    if (!near)
        return tk_fail(
            TK_EDATA,
            "the source reaches from %.2f to %.2f N, %.2f to %.2f E; "
            "the grid from %.2f to %.2f N, %.2f to %.2f E is not in "
            "it",
            fmin(s->lat[0], s->lat[s->ny - 1]),
            fmax(s->lat[0], s->lat[s->ny - 1]), s->lon[0], s->lon[s->nx - 1],
            extent[0], extent[1], extent[2], extent[3]);
    w->lat = tk_new(w->nrow, sizeof *w->lat);
    w->lon = tk_new(w->ncol, sizeof *w->lon);
    w->lat_edge = tk_new(2 * w->nrow, sizeof *w->lat_edge);
    w->lon_edge = tk_new(2 * w->ncol, sizeof *w->lon_edge);
    if (!w->lat || !w->lon || !w->lat_edge || !w->lon_edge) {
        tk_window_drop(w);
        return TK_ERUN;
    }
    fill_rows(s, w);
    fill_columns(s, w);
    return TK_OK;
}

void
tk_window_drop(tk_window *w)
{
    tk_free(w->lat);
    tk_free(w->lon);
    tk_free(w->lat_edge);
    tk_free(w->lon_edge);
    *w = (tk_window){0};
}
