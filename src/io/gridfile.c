#include "talik/io/gridfile.h"

#include <math.h>
#include <string.h>

#include "coords.h"
#include "crs.h"
#include "grid_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

/* ---- axes ---------------------------------------------------------------- */

static tk_err
check_axis(const char *path, const char *what, size_t n, const double *axis)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(axis[i]))
            return tk_fail(TK_EDATA, "%s: %s of index %zu is missing", path,
                           what, i);
        if (i > 0 && n > 1
            && !((axis[i] - axis[i - 1]) * (axis[1] - axis[0]) > 0))
            return tk_fail(TK_EDATA,
                           "%s: %s is not monotonic: %.8g, then %.8g at index "
                           "%zu",
                           path, what, axis[i - 1], axis[i], i);
    }
    return TK_OK;
}

static tk_err
check_degrees(const char *path, size_t ny, const double *lat, size_t nx,
              const double *lon)
{
    for (size_t i = 0; i < ny; i++)
        if (fabs(lat[i]) > 90.001)
            return tk_fail(TK_EDATA,
                           "%s: latitude %.8g at index %zu is beyond the pole",
                           path, lat[i], i);
    for (size_t j = 0; j < nx; j++)
        if (!(fabs(lon[j]) <= 720))
            return tk_fail(TK_EDATA,
                           "%s: longitude %.8g at index %zu is beyond 720",
                           path, lon[j], j);
    return TK_OK;
}

/* Axes from the namelist: the file has none, or wrong ones. */
static void
axes_given(const tk_grid_source *src, tk_grid *grid)
{
    for (size_t i = 0; i < grid->ny; i++)
        grid->y[i] = src->y0 + (double)i * src->dy;
    for (size_t j = 0; j < grid->nx; j++)
        grid->x[j] = src->x0 + (double)j * src->dx;
}

static void
axes_counted(tk_grid *grid)
{
    for (size_t i = 0; i < grid->ny; i++)
        grid->y[i] = (double)i;
    for (size_t j = 0; j < grid->nx; j++)
        grid->x[j] = (double)j;
    grid->indices = true;
}

/* **Collective.**  Fills y and x, and says whether the grid is projected. */
static tk_err
read_axes(const tk_grid_source *src, const tk_nc *nc, const tk_coords *c,
          tk_grid *grid)
{
    const bool given = src->dx != 0;

    if (given) {
        grid->projected = !tk_crs_is_geographic(src->crs);
        axes_given(src, grid);
    } else if (c->has_lat_lon && !c->two_d) {
        TK_TRY(tk_coords_axis(nc, &c->lat, grid->y));
        TK_TRY(tk_coords_axis(nc, &c->lon, grid->x));
    } else {
        grid->projected = true;
        if (c->has_axes) {
            TK_TRY(tk_coords_axis(nc, &c->y, grid->y));
            TK_TRY(tk_coords_axis(nc, &c->x, grid->x));
        } else {
            axes_counted(grid);
        }
    }
    return TK_OK;
}

static tk_err
check_axes(const char *path, tk_grid *grid)
{
    if (!grid->projected) {
        TK_TRY(check_degrees(path, grid->ny, grid->y, grid->nx, grid->x));
        tk_longitudes_join(grid->nx, grid->x);
    }
    TK_TRY(check_axis(path, grid->projected ? "y" : "latitude", grid->ny,
                      grid->y));
    return check_axis(path, grid->projected ? "x" : "longitude", grid->nx,
                      grid->x);
}

/* ---- corners and the order of rows --------------------------------------- */

static bool
corners_computed(tk_grid *grid)
{
    tk_albers p;

    if (grid->projected && !tk_crs_albers(grid, &p))
        return false;
    for (size_t k = 0; k < 4; k++) {
        const double y = grid->y[k < 2 ? 0 : grid->ny - 1];
        const double x = grid->x[k % 2 ? grid->nx - 1 : 0];

        grid->corner[k][0] = y;
        grid->corner[k][1] = x;
        if (grid->projected)
            tk_albers_inverse(&p, x, y, &grid->corner[k][0],
                              &grid->corner[k][1]);
    }
    return true;
}

/* **Collective.**  Corners, from 2-D coordinates or by projection. */
static tk_err
read_corners(const tk_par *par, const tk_grid_source *src, const tk_nc *nc,
             const tk_coords *c, tk_grid *grid)
{
    tk_err err = TK_OK;

    if (grid->projected && c->has_lat_lon && c->two_d) {
        TK_TRY(tk_coords_corners(nc, c, grid->ny, grid->nx, grid->corner));
    } else if (!corners_computed(grid)) {
        err = tk_fail(TK_EDATA,
                      "%s: '%s' has no latitude and longitude; they can be "
                      "computed for Albers' projection and regular grids only "
                      "(grid mapping '%s'); name them by keys lat and lon, or "
                      "give crs, x0, y0, dx, dy",
                      src->file, src->variable,
                      *grid->mapping ? grid->mapping : "none");
    }
    return tk_agree(par, err);
}

static void
find_south(tk_grid *grid)
{
    const double first = grid->corner[0][0] + grid->corner[1][0];
    const double last = grid->corner[2][0] + grid->corner[3][0];

    if (grid->ny == 1)
        grid->south_first = true;
    else if (isfinite(first + last))
        grid->south_first = first < last;
    else
        grid->south_first = grid->indices || grid->y[0] < grid->y[1];
}

/* ---- the whole ----------------------------------------------------------- */

static tk_err
start(const tk_grid_source *src, const tk_nc *nc, tk_nc_var *v, tk_grid *grid)
{
    TK_TRY(tk_nc_find(nc, src->variable, v));
    if (v->ndim < 2)
        return tk_fail(TK_EDATA,
                       "%s: '%s' has %d dimensions, two of a grid are needed",
                       src->file, v->name, v->ndim);
    if (src->dx != 0 && (src->dy == 0 || !*src->crs))
        return tk_fail(TK_ECONF,
                       "dx is given: crs, x0, y0 and dy must be as well");
    TK_TRY(tk_grid_make(v->dim[v->ndim - 2], v->dim[v->ndim - 1], grid));
    memcpy(grid->dim_y, v->dim_name[v->ndim - 2], TK_NAME);
    memcpy(grid->dim_x, v->dim_name[v->ndim - 1], TK_NAME);
    return TK_OK;
}

/* **Collective.**  */
static tk_err
read_open(const tk_par *par, const tk_grid_source *src, const tk_nc *nc,
          tk_grid *grid)
{
    tk_nc_var v;
    tk_coords c;
    tk_err err;

    TK_AGREE(par, start(src, nc, &v, grid));
    TK_TRY(tk_coords_find(par, nc, &v, src->lat, src->lon, &c));
    TK_TRY(read_axes(src, nc, &c, grid));
    err = check_axes(src->file, grid);
    if (!err)
        err = tk_injected("io.grid") ? tk_fail(TK_EDATA, "injected: io.grid")
              : *src->crs            ? tk_crs_named(src->crs, grid)
                                     : tk_crs_read(nc, &v, grid);
    TK_AGREE(par, err);
    TK_TRY(read_corners(par, src, nc, &c, grid));
    find_south(grid);
    if (grid->indices)
        tk_warn("%s: no projection coordinates: rows and columns are counted "
                "and areas taken as equal; keys crs, x0, y0, dx, dy would "
                "supply them",
                src->file);
    return TK_OK;
}

tk_err
tk_grid_read(const tk_par *par, const tk_grid_source *source, tk_grid *grid)
{
    tk_nc *nc;
    tk_err err;

    *grid = (tk_grid){0};
    TK_TRY(tk_nc_open(par, source->file, &nc));
    err = read_open(par, source, nc, grid);
    tk_nc_close(nc);
    if (!err)
        err = tk_grid_read_masks(par, source, grid);
    if (err)
        tk_grid_drop(grid);
    return err;
}
