/* talik/data/coarse.h -- a variable of a climate model, on the cells of the run.
 *
 * The files of a climate model (CMIP5) have a coarse grid of latitudes and
 * longitudes of their own.  Only the window of it that the run needs is read
 * (talik/grid/regrid.h).  Cells with less land than `land_min`, and cells that
 * are missing in the first month, take no part.  With a lapse rate
 *
 *     x' = x + lapse (z_model - z)
 *
 * where z_model is the model's height on the cell by the same weights and z the
 * cell's own; the shift does not change in time.
 *
 * Missing  NaN where nothing of the source is near or present.
 */
#ifndef TALIK_DATA_COARSE_H
#define TALIK_DATA_COARSE_H

#include "talik/grid/regrid.h"
#include "talik/io/series.h"

typedef enum { TK_REGRID_BILINEAR, TK_REGRID_CONSERVATIVE } tk_regrid;

typedef struct {
    tk_regrid how;
    const char *land_file, *land_variable;     /* land fraction; "" none     */
    double land_min;                           /* least fraction that is land */
    const char *height_file, *height_variable; /* of the model, m; "" none */
    double lapse; /* of the variable's units for each m upwards; 0: none  */
} tk_coarse_opts;

/* Targets: cells of a run.  Those of regular grids have edges. */
typedef struct {
    size_t n;
    double *lat, *lon;                     /* [n]                    */
    double (*lat_edge)[2], (*lon_edge)[2]; /* [n], or NULL: projected */
    float *height;                         /* [n] m, or NULL; NaN: no shift */
} tk_cells;

typedef struct tk_coarse tk_coarse;

/* **Collective.**  South, north, west, east of the cells of all ranks. */
void tk_coarse_extent(const tk_par *par, const tk_cells *cells,
                      double extent[4]);

/* **Collective.**  The series over files that all hold the variable; see
 * tk_series_open.  TK_EDATA also for a source that is not rectilinear or not
 * near the extent, and for land or height on another grid.
 */
tk_err tk_coarse_open(const tk_par *par, const tk_coarse_opts *opts,
                      size_t nfile, const char *const *file,
                      const tk_series_want *want, const double extent[4],
                      tk_coarse **coarse) TK_MUST;
void tk_coarse_close(tk_coarse *coarse); /* **Collective.**  Accepts NULL. */

tk_series *tk_coarse_series(const tk_coarse *coarse);
const tk_window *tk_coarse_window(const tk_coarse *coarse);

/* How cells take their values. */
typedef struct {
    tk_weights weights;
    float *shift; /* [n] or NULL */
} tk_coarse_lanes;

/* TK_ECONF for conservative weights without edges.  tk_coarse_lanes_drop ends
 * it.
 */
tk_err tk_coarse_lanes_make(const tk_coarse *coarse, const tk_cells *cells,
                            tk_coarse_lanes *lanes) TK_MUST;
void tk_coarse_lanes_drop(tk_coarse_lanes *lanes);

/* **Collective.**  Months [first, first + n) of the cells: out[n][nlane], lanes
 * past the cells left alone.  Ranks may bring different cells, or none, but the
 * same months.
 */
tk_err tk_coarse_read(tk_coarse *coarse, const tk_coarse_lanes *lanes,
                      int first, size_t n, size_t nlane, float *out) TK_MUST;

#endif
