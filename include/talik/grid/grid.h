/* talik/grid/grid.h -- the horizontal grid and which of its cells are active.
 *
 * A grid is ny rows of nx cells, as the input files have it; output keeps the
 * same row order.  It is regular (1-D lat and lon) or projected (y, x in m with
 * 2-D lat, lon).  Rows are counted here as *bands* b = 0..ny-1 from the south:
 * file row = b if south_first, else ny-1-b.  A *position* is p = b * nx + column.
 *
 * Every rank holds the axes and one bit per cell; 2-D coordinates only of its
 * own cells (talik/io/gridfile.h).
 *
 * Units    degrees north and east; x, y in m.  Longitudes are continuous
 *          (they may begin below -180).
 */
#ifndef TALIK_GRID_GRID_H
#define TALIK_GRID_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

#define TK_NAME 128 /* bytes of a NetCDF name here, with its NUL */

typedef struct {
    size_t ny, nx;
    bool projected;   /* 2-D lat and lon                                    */
    bool south_first; /* row 0 of the files is the southern one             */
    double *y, *x;    /* [ny], [nx] in file order: lat and lon, or y, x in m */
    char dim_y[TK_NAME], dim_x[TK_NAME]; /* their names in the input        */
    bool indices; /* y and x are only counted: the input has no coordinates */
    double corner[4][2]; /* lat, lon of the cells at the first and the last row,
                            each at the first and the last column; else NaN */
    char *crs_wkt;       /* WKT of the CRS; "" if unknown                 */
    char mapping[TK_NAME]; /* grid_mapping_name; "latitude_longitude", ...  */
    size_t nattr;          /* numeric attributes of the projection          */
    struct {
        char name[TK_NAME];
        double value[2];
        size_t n;
    } attr[16];
    uint64_t *active; /* bit p of [ny * nx], by position                    */
    size_t nactive;
} tk_grid;

/* Ends what make or read has filled; accepts a zeroed grid. */
void tk_grid_drop(tk_grid *grid);

/* Allocates axes and an empty mask for ny x nx cells. */
tk_err tk_grid_make(size_t ny, size_t nx, tk_grid *grid) TK_MUST;

size_t tk_grid_file_row(const tk_grid *grid, size_t band);
bool tk_grid_is_active(const tk_grid *grid, size_t position);
void tk_grid_set_active(tk_grid *grid, size_t position);
void tk_grid_count(tk_grid *grid); /* fills nactive */

/* Lower and upper bound of axis value i: midway between neighbours, the outer
 * ones by reflection; latitudes are held within [-90, 90].
 */
void tk_axis_bounds(size_t n, const double *axis, bool latitude, size_t i,
                    double bounds[2]);

/* Area, m2, of the cell at file row i, column j: on the WGS 84 ellipsoid for a
 * regular or rotated grid; |dx dy| for a projected one.
 */
double tk_cell_area(const tk_grid *grid, size_t i, size_t j);

/* Longitudes made continuous: adds multiples of 360 so that neighbours differ
 * by less than 180, then shifts all so that the mean lies in [-190, 170), which
 * keeps the western Aleutians beside the mainland.
 */
void tk_longitudes_join(size_t n, double *lon);

#endif
