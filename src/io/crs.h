/* crs.h -- coordinate reference systems: from files, by name, their numbers. */
#ifndef TALIK_IO_CRS_H
#define TALIK_IO_CRS_H

#include "talik/grid/albers.h"
#include "talik/grid/grid.h"
#include "talik/io/nc.h"

/* The grid mapping of v into the grid: name, WKT, numeric attributes.  A regular
 * grid without one is WGS 84.  Local, and the same on all ranks.
 */
tk_err tk_crs_read(const tk_nc *nc, const tk_nc_var *v, tk_grid *grid) TK_MUST;

/* "EPSG:4326", "EPSG:3338" or WKT into the grid.  TK_ECONF for others. */
tk_err tk_crs_named(const char *crs, tk_grid *grid) TK_MUST;

/* Whether a CRS text as above has degrees for axes. */
bool tk_crs_is_geographic(const char *crs);

/* The grid's Albers projection; false if it is another one, or incomplete. */
bool tk_crs_albers(const tk_grid *grid, tk_albers *p);

#endif
