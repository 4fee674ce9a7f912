/* talik/io/gridfile.h -- the grid, as files describe it. */
#ifndef TALIK_IO_GRIDFILE_H
#define TALIK_IO_GRIDFILE_H

#include "talik/grid/tile.h"
#include "talik/io/nc.h"
#include "talik/io/series.h"

/* Where the grid comes from, and what limits it.  No member is NULL. */
typedef struct {
    const char *file;     /* a file that has `variable`                       */
    const char *variable; /* whose two last dimensions are the grid           */
    const char *lat, *lon; /* names; "" finds them by standard_name, units or
                              the usual names (lat, latitude, nav_lat, XLAT..) */
    const char *mask_file, *mask_variable; /* land mask; "" none              */
    double mask_min;                       /* active where mask >= this       */
    const char *run_mask_file, *run_mask_variable; /* further mask: != 0      */
    /* For files without coordinates: CRS as "EPSG:3338", "EPSG:4326" or WKT, and
     * the centre of the cell at row 0, column 0 with the steps to the next, in
     * its units.  dx = 0: not given.  A crs alone replaces the file's.
     */
    const char *crs;
    double x0, y0, dx, dy;
} tk_grid_source;

/* A source that says no more than where the grid is: coordinates by their
 * attributes, no mask.
 */
static inline tk_grid_source
tk_grid_source_of(const char *file, const char *variable)
{
    return (tk_grid_source){.file = file,
                            .variable = variable,
                            .lat = "",
                            .lon = "",
                            .mask_file = "",
                            .mask_variable = "",
                            .run_mask_file = "",
                            .run_mask_variable = "",
                            .crs = ""};
}

/* **Collective.**  Axes, projection, masks.  All unmasked cells are active
 * afterwards; tk_grid_drop_missing takes out those without input.
 * TK_EDATA: no coordinates; not monotonic; masks of another size; ...
 */
tk_err tk_grid_read(const tk_par *par, const tk_grid_source *source,
                    tk_grid *grid) TK_MUST;

/* **Collective.**  Deactivates cells whose value is missing in every month that
 * is looked at (one in twelve, the first and the last) of the series, or in a
 * static field (months ignored).  Counts the grid anew.
 */
tk_err tk_grid_drop_missing(const tk_par *par, tk_series *series,
                            tk_grid *grid) TK_MUST;

/* **Collective.**  Latitude, longitude (degrees, continuous) and area (m2) of
 * the run's lanes, each [nlane]; on projected grids read from the file.
 */
tk_err tk_grid_lanes(const tk_par *par, const tk_grid_source *source,
                     const tk_grid *grid, const tk_run *run, double *lat,
                     double *lon, double *area) TK_MUST;

/* **Collective.**  The same for all covered cells, sea as well: [ncover] in the
 * order of the boxes; NaN where a 2-D coordinate is missing.
 */
tk_err tk_grid_cover(const tk_par *par, const tk_grid_source *source,
                     const tk_grid *grid, const tk_run *run, double *lat,
                     double *lon) TK_MUST;

/* A regular grid of its own, WGS 84, cells of step x step degrees within the
 * given edges, rows from the north; no cell is active yet.  Local.
 */
tk_err tk_grid_regular(double south, double north, double west, double east,
                       double step, tk_grid *grid) TK_MUST;

#endif
