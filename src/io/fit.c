/* Whether a file's cells are the grid's, in the same order. */
#include <math.h>
#include <string.h>

#include "coords.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

#define RADIANS (3.14159265358979323846 / 180)

/* Published tiles of one place drift against each other by half a cell; more
 * than this is another place.
 */
#define MOST_DRIFT 0.75 /* cells */
#define WORTH_NOTING 0.05

/* Angle between two places, degrees. */
static double
angle(const double a[2], const double b[2])
{
    const double half_lat = sin((a[0] - b[0]) * RADIANS / 2);
    const double half_lon = sin((a[1] - b[1]) * RADIANS / 2);
    const double h =
        half_lat * half_lat
        + cos(a[0] * RADIANS) * cos(b[0] * RADIANS) * half_lon * half_lon;

    return 2 * asin(sqrt(fmin(1, h))) / RADIANS;
}

static double
corners_apart(const double (*a)[2], const double (*b)[2], bool flipped)
{
    double most = 0;

    for (int k = 0; k < 4; k++)
        most = fmax(most, angle(a[k], b[flipped ? (k + 2) % 4 : k]));
    return most;
}

/* The distance of neighbouring cells, degrees; a tenth for a single one. */
static double
spacing(const tk_grid *grid)
{
    double s = 0;

    if (grid->nx > 1)
        s = angle(grid->corner[0], grid->corner[1]) / (double)(grid->nx - 1);
    if (grid->ny > 1)
        s = fmax(s, angle(grid->corner[0], grid->corner[2])
                        / (double)(grid->ny - 1));
    return s > 0 ? s : 0.1;
}

static tk_err
rows_opposite(const tk_nc *nc, const tk_nc_var *v, const tk_grid *grid)
{
    return tk_fail(TK_EDATA,
                   "%s: the rows of '%s' run %s, those of the grid %s; "
                   "`ncpdq -a -%s` turns them",
                   tk_nc_path(nc), v->name,
                   grid->south_first ? "north to south" : "south to north",
                   grid->south_first ? "south to north" : "north to south",
                   v->dim_name[v->ndim - 2]);
}

static tk_err
fit_corners(const tk_nc *nc, const tk_nc_var *v, const tk_grid *grid,
            const double (*corner)[2] /* [4] */)
{
    const double cell = spacing(grid);
    const double apart = corners_apart(grid->corner, corner, false);

    /* NaN: one of them has no coordinate there, nothing to compare. */
    if (!(apart > MOST_DRIFT * cell))
        return TK_OK;
    if (corners_apart(grid->corner, corner, true) <= MOST_DRIFT * cell)
        return rows_opposite(nc, v, grid);
    return tk_fail(TK_EDATA,
                   "%s: '%s' is on another grid: its corners lie up to %.4g "
                   "degrees (%.3g cells) from the grid's; its first cell is at "
                   "%.4f N %.4f E, the grid's at %.4f N %.4f E",
                   tk_nc_path(nc), v->name, apart, apart / cell, corner[0][0],
                   corner[0][1], grid->corner[0][0], grid->corner[0][1]);
}

typedef enum { FITS, OPPOSITE, ELSEWHERE } verdict;

static verdict
compare_axis(size_t n, const double *axis, const double *want, double tol,
             double period, double *most)
{
    double ahead = 0, back = 0;

    for (size_t i = 0; i < n; i++) {
        double d = axis[i] - want[i], e = axis[n - 1 - i] - want[i];

        if (period > 0) {
            d = remainder(d, period);
            e = remainder(e, period);
        }
        ahead = fmax(ahead, fabs(d));
        back = fmax(back, fabs(e));
    }
    *most = ahead;
    return ahead <= tol ? FITS : back <= tol ? OPPOSITE : ELSEWHERE;
}

static double
step_of(size_t n, const double *axis)
{
    return n > 1 ? fabs(axis[n - 1] - axis[0]) / (double)(n - 1) : 0;
}

/* One axis: rows if `rows`, else columns. */
static tk_err
fit_axis(const tk_nc *nc, const tk_nc_var *v, const tk_nc_var *axis,
         const tk_grid *grid, bool rows, const double *values)
{
    const size_t n = rows ? grid->ny : grid->nx;
    const double *want = rows ? grid->y : grid->x;
    const double step = step_of(n, want);
    const double tol = grid->projected ? MOST_DRIFT * (step > 0 ? step : 1e3)
                                       : fmax(1e-4, 0.01 * step);
    const double period = grid->projected || rows ? 0 : 360;
    double most;

    switch (compare_axis(n, values, want, tol, period, &most)) {
    case OPPOSITE:
        if (rows)
            return rows_opposite(nc, v, grid);
        return tk_fail(TK_EDATA,
                       "%s: the columns of '%s' run against those of the "
                       "grid; `ncpdq -a -%s` turns them",
                       tk_nc_path(nc), v->name, v->dim_name[v->ndim - 1]);
    case ELSEWHERE:
        return tk_fail(TK_EDATA,
                       "%s: '%s' is on another grid: its axis '%s' is off by "
                       "up to %.6g; it begins at %.8g, the grid at %.8g",
                       tk_nc_path(nc), v->name, axis->name, most, values[0],
                       want[0]);
    case FITS:
        break;
    }
    if (grid->projected && step > 0 && most > WORTH_NOTING * step)
        tk_warn("%s: axis '%s' is off the grid's by %.2g cells; cells are "
                "matched by index",
                tk_nc_path(nc), axis->name, most / step);
    return TK_OK;
}

/* **Collective.**  */
static tk_err
fit_axes(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
         const tk_nc_var *y, const tk_nc_var *x, const tk_grid *grid)
{
    double *value =
        tk_new(grid->ny > grid->nx ? grid->ny : grid->nx, sizeof *value);
    tk_err err = tk_agree(par, value ? TK_OK : TK_ERUN);

    if (!err)
        err = tk_coords_axis(nc, y, value);
    if (!err)
        err = tk_agree(par, fit_axis(nc, v, y, grid, true, value));
    if (!err)
        err = tk_coords_axis(nc, x, value);
    if (!err)
        err = tk_agree(par, fit_axis(nc, v, x, grid, false, value));
    tk_free(value);
    return err;
}

static tk_err
same_size(const tk_nc *nc, const tk_nc_var *v, const tk_grid *grid)
{
    if (v->ndim >= 2 && v->dim[v->ndim - 2] == grid->ny
        && v->dim[v->ndim - 1] == grid->nx)
        return TK_OK;
    if (v->ndim < 2)
        return tk_fail(TK_EDATA, "%s: '%s' has no two dimensions of a grid",
                       tk_nc_path(nc), v->name);
    return tk_fail(
        TK_EDATA, "%s: '%s' has %zu x %zu cells (%s, %s), the grid %zu x %zu",
        tk_nc_path(nc), v->name, v->dim[v->ndim - 2], v->dim[v->ndim - 1],
        v->dim_name[v->ndim - 2], v->dim_name[v->ndim - 1], grid->ny, grid->nx);
}

tk_err
tk_coords_fit(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
              const tk_grid *grid)
{
    tk_coords c;
    double corner[4][2];

    TK_AGREE(par, same_size(nc, v, grid));
    TK_TRY(tk_coords_find(par, nc, v, "", "", &c));
    if (!grid->projected && c.has_lat_lon && !c.two_d)
        return fit_axes(par, nc, v, &c.lat, &c.lon, grid);
    if (grid->projected && c.has_axes && !grid->indices)
        return fit_axes(par, nc, v, &c.y, &c.x, grid);
    if (!c.has_lat_lon || !isfinite(grid->corner[0][0]))
        return TK_OK;
    TK_TRY(tk_coords_corners(nc, &c, grid->ny, grid->nx, corner));
    return tk_agree(par, fit_corners(nc, v, grid, (const double(*)[2])corner));
}
