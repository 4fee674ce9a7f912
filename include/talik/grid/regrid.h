/* talik/grid/regrid.h -- from a coarse grid of latitudes and longitudes onto
 * cells.
 *
 * The source is rectilinear (regular or Gaussian), rows in either order,
 * longitudes ascending, round the earth or not.  A *window* is the part of it
 * that some targets need; its columns go on eastwards past the end of the file's
 * rows.  Weights of a target add up to 1:
 *
 *   bilinear      linear in latitude and longitude between the four centres
 *                 round the target; beyond the outermost centres, towards a pole
 *                 as well, the nearest row or column alone
 *   conservative  w = (sin n - sin s)(e - w), the area on the sphere that a
 *                 source cell and the target share, over the sum of these
 *
 * Cells that are not usable (sea, missing) get none and the others share theirs.
 * A target inside the source without a usable cell takes the nearest usable one
 * of the window; one outside has no weight, and no value.
 *
 * Units    degrees north and east.
 */
#ifndef TALIK_GRID_REGRID_H
#define TALIK_GRID_REGRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

/* A rectilinear grid; edges [n][2] of its cells, or NULL: midway between the
 * centres, the outermost by reflection, or at the pole that is within half a
 * cell of it.
 */
typedef struct {
    size_t ny, nx;
    const double *lat, *lon;
    const double *lat_edge, *lon_edge;
} tk_axes;

typedef struct {
    size_t row, nrow, col, ncol; /* file column of k is (col + k) % nx       */
    size_t nx;                   /* of the file                              */
    bool closed; /* all round: the last column is the first one again        */
    double *lat, *lon;           /* [nrow], [ncol] continuous                */
    double *lat_edge, *lon_edge; /* [nrow][2], [ncol][2]                     */
} tk_window;

/* The columns and rows round the targets south..north, west..east (continuous),
 * with `margin` cells more on each side where there are some.  TK_EDATA if
 * longitudes do not ascend or no cell is near.  tk_window_drop ends it.
 */
tk_err tk_window_make(const tk_axes *source, const double extent[4],
                      size_t margin, tk_window *w) TK_MUST;
void tk_window_drop(tk_window *w);

typedef struct {
    size_t n;        /* targets                                        */
    size_t *first;   /* [n + 1]: those of target i are first[i] ..     */
    uint32_t *cell;  /* row * ncol + column in the window              */
    double *weight;  /* they add up to 1                               */
    size_t outside;  /* targets without any                            */
    size_t borrowed; /* targets whose value is that of a nearest cell  */
    double farthest; /* its distance at most, km                       */
} tk_weights;

/* usable[nrow * ncol], or NULL: all are.  TK_ERUN if memory is short;
 * tk_weights_drop ends them.
 */
tk_err tk_weights_bilinear(const tk_window *w, const unsigned char *usable,
                           size_t n, const double *lat, const double *lon,
                           tk_weights *weights) TK_MUST;

/* Targets from lat[i][0] to lat[i][1] and lon[i][0] to lon[i][1], in either
 * order.
 */
tk_err tk_weights_conservative(const tk_window *w, const unsigned char *usable,
                               size_t n, const double (*lat)[2],
                               const double (*lon)[2],
                               tk_weights *weights) TK_MUST;
void tk_weights_drop(tk_weights *weights);

/* out[nstep][nlane] from in[nstep][ncell]; nlane >= n, lanes past n are left
 * alone.  NaN is left out and the other weights share its part; NaN if nothing
 * is left.
 */
void tk_weights_apply(const tk_weights *weights, size_t nstep, size_t ncell,
                      const float *in, size_t nlane, float *out);

#endif
