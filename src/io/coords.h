/* coords.h -- which variables of a file say where the cells of another lie. */
#ifndef TALIK_IO_COORDS_H
#define TALIK_IO_COORDS_H

#include "talik/grid/grid.h"
#include "talik/io/nc.h"

typedef struct {
    bool has_lat_lon, two_d;
    tk_nc_var lat, lon; /* 1-D each, or 2-D (perhaps after other dimensions) */
    bool has_axes;      /* of a projection, or of a rotated pole             */
    tk_nc_var y, x;
} tk_coords;

/* **Collective.**  Looks for the coordinates of v's two last dimensions, on one
 * rank for all.  Names that are not empty must be there.
 */
tk_err tk_coords_find(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
                      const char *lat, const char *lon, tk_coords *c) TK_MUST;

/* **Collective.**  A 1-D axis, lengths in m, on all ranks. */
tk_err tk_coords_axis(const tk_nc *nc, const tk_nc_var *axis,
                      double *out) TK_MUST;

/* **Collective.**  Latitude and longitude of the four corner cells. */
tk_err tk_coords_corners(const tk_nc *nc, const tk_coords *c, size_t ny,
                         size_t nx, double corner[4][2]) TK_MUST;

/* **Collective.**  TK_EDATA unless the cells of v are those of the grid, in the
 * same order: by sizes, then by whatever coordinates both have.
 */
tk_err tk_coords_fit(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
                     const tk_grid *grid) TK_MUST;

#endif
