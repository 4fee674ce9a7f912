/* talik/phys/column.h -- heat in the ground with freezing, under snow.
 *
 *     dH/dt = d/dz ( k dT/dz )     H enthalpy, 0 at 0 degC all thawed; z down
 *     thawed  H > 0:  T = H / Ct
 *     frozen  H < 0:  H = Cf T + Lw (phi(T) - 1)
 *     top     q = (Ts - T[0]) / (Rsnow + dz[0] / 2k[0])
 *             Ts = Tair; under snow min(Tair, 0); thawing: surface_factor Tair
 *     bottom  the geothermal flux
 *
 * Finite volumes and backward Euler.  The unknown is H, as in [1]: T(H) is
 * single-valued and made of straight lines, so that Newton's method neither
 * divides by zero nor jumps over the latent heat, and is exact once the lines
 * no longer change.  The conductivity belongs to the face between two nodes, at
 * their mean temperature, both halves in series: a node that is half frozen
 * sits at 0 degC and passes heat through frozen ground on one side only.  It is
 * renewed in the first iterations of a step and then held.  Energy closes to
 * round-off whatever the tolerance, because the last linear system is solved
 * exactly.  A step that does not converge is halved, for its cell alone.
 *
 * No cell's result depends on its neighbours in the tile, nor on the length of
 * the pieces in which the months are run, not in the last bit.
 *
 * Units    temperature degC; depth m, positive downwards; heat J m-2; swe mm;
 *          precipitation mm per month; time days.
 * Shapes   x[nz][TK_TILE]; forcing and output [month][TK_TILE].
 * Missing  NaN in a cell makes that cell's temperatures NaN from there on.
 *
 * All functions are pure: no files, no MPI, no globals.  Work space is the
 * caller's, so that threads and tests can share one tk_column.
 *
 * [1] N. Tubini, S. Gruber, R. Rigon, The Cryosphere 15, 2541-2568 (2021),
 *     doi:10.5194/tc-15-2541-2021.
 */
#ifndef TALIK_PHYS_COLUMN_H
#define TALIK_PHYS_COLUMN_H

#include <stddef.h>

#include "talik/core/error.h"
#include "talik/core/tile_width.h"
#include "talik/phys/ground.h"
#include "talik/phys/month.h"
#include "talik/phys/snow.h"

typedef struct {
    int nodes;             /*                                          [40] */
    int fine_nodes;        /* of thickness `fine` at the top           [10] */
    double fine;           /* m                                      [0.02] */
    double growth;         /* of the thickness below; 0: as `bottom` asks [0] */
    double bottom;         /* m, at least 20; ignored if growth is given [30] */
    double step;           /* days, cut to whole steps per month        [1] */
    double tolerance;      /* K                                      [1e-4] */
    double surface_factor; /* of thawing air on bare ground             [1] */
    int spinup_years;      /* between start and end of a spin-up       [30] */
    tk_snow_opts snow;
} tk_column_opts;

tk_column_opts tk_column_defaults(void);

/* Node grid, output depths and options.  Immutable once made. */
typedef struct tk_column tk_column;

/* Output at depth[ndepth], m: linear between nodes; above the first node the
 * first node.  TK_ECONF for a value out of range.  tk_column_drop ends it.
 */
tk_err tk_column_make(const tk_column_opts *opts, size_t ndepth,
                      const double *depth, tk_column **out) TK_MUST;
void tk_column_drop(tk_column *col);

size_t tk_column_nodes(const tk_column *col);            /* nz            */
const double *tk_column_thickness(const tk_column *col); /* dz[nz], m     */
const double *tk_column_depths(const tk_column *col);    /* of nodes, m   */

/* Doubles of a tile's state, all that a restart must hold: enthalpy [nz],
 * then swe and snow density, each [TK_TILE].
 */
size_t tk_column_state_size(const tk_column *col);

/* Doubles of work space for any of the functions below. */
size_t tk_column_work_size(const tk_column *col);

/* What drives a tile.  days, tair and snow_depth begin `before` months before
 * the first month that is run and end `after` months after the last; up to
 * TK_MONTH_REACH of them are used, fewer are an end of the series.
 */
typedef struct {
    size_t nmonth, before, after;
    const int *days;          /* [before + nmonth + after]                  */
    const double *tair;       /* [before + nmonth + after][TK_TILE] degC    */
    const double *precip;     /* [nmonth][TK_TILE]; unused with snow_depth  */
    const double *snow_depth; /* as tair, m; NULL: modelled                 */
} tk_column_forcing;

/* Where results go; any may be NULL. */
typedef struct {
    double *tsoil;      /* [nmonth][ndepth][TK_TILE] monthly mean           */
    double *snow_depth; /* [nmonth][TK_TILE] monthly mean, m                */
    double *swe;        /* [nmonth][TK_TILE] monthly mean; 0 if depth given */
    double *heat_in;    /* [TK_TILE] += through top and bottom              */
    double *heat_moved; /* [TK_TILE] += sum of |flux dt|, what heat_in's
                           error is judged by                               */
    double *failed;     /* [TK_TILE] += steps that no halving made converge */
} tk_column_output;

/* Runs the months from `state` to `state`. */
void tk_column_run(const tk_column *col, const tk_ground *g,
                   const tk_column_forcing *f, double *state,
                   const tk_column_output *out, double *work);

/* The same source one cell at a time: what tests hold tk_column_run against. */
void tk_column_run_ref(const tk_column *col, const tk_ground *g,
                       const tk_column_forcing *f, double *state,
                       const tk_column_output *out, double *work);

/* A state of temperature T[nz][TK_TILE] without snow, and back. */
void tk_column_start(const tk_column *col, const tk_ground *g, const double *T,
                     double *state);
void tk_column_temperature(const tk_column *col, const tk_ground *g,
                           const double *state, double *T);

/* Heat content of the columns, heat[TK_TILE]. */
void tk_column_heat(const tk_column *col, const double *state, double *heat);

/* The state after spinup_years of the nmonth months (whole years) repeated,
 * from a guess made of the forcing itself; before and after are ignored: the
 * series is a ring.  Every few years the ground below the layer that freezes or
 * thaws in a year is put on the profile that its upper end and the geothermal
 * flux imply, keeping the seasonal anomaly.  Without that, ground between 0 and
 * -1 degC is still 2 to 5 K off after a century.
 */
tk_err tk_column_spinup(const tk_column *col, const tk_ground *g,
                        const tk_column_forcing *f, double *state,
                        double *work) TK_MUST;

#endif
