/* column_impl.h -- the parts of tk_column that its files share.
 *
 * The kernel works on a *bundle* of L cells, all its arrays [node][field][L]:
 * one stream of memory that stays near the core, whatever the tile's width.
 */
#ifndef TALIK_PHYS_COLUMN_IMPL_H
#define TALIK_PHYS_COLUMN_IMPL_H

#include <stdbool.h>

#include "talik/phys/column.h"

#define TK_NODES_MAX 256
#define TK_DEPTHS_MAX 64
#define TK_BUNDLE 16 /* cells computed together; divides TK_TILE */

struct tk_column {
    tk_column_opts o;
    size_t nz, ndepth;
    double dz[TK_NODES_MAX], z[TK_NODES_MAX]; /* thickness, depth of centre */
    size_t above[TK_DEPTHS_MAX];  /* the node above an output depth      */
    double toward[TK_DEPTHS_MAX]; /* weight of the node below that       */
};

/* Per node and cell.  T = A + B H on the line that H lies on:
 *   H > 0: 0, BT;  H > H1: 0, B1;  H > H2: A2, B2;  else A3, B3
 * and the face below the node, T the mean of its two nodes, tau = min(T, 0):
 *   G = G0 + G1 max(tau, TA) + G2 max(tau, TB),  W m-2 K-1
 */
enum {
    F_BT,
    F_B1,
    F_H1,
    F_A2,
    F_B2,
    F_H2,
    F_A3,
    F_B3,
    F_G0,
    F_G1,
    F_G2,
    F_TA,
    F_TB,
    F_H,
    F_OLD,
    F_T,
    F_B,
    F_G,
    F_INV,
    F_R,
    F_SUM,
    F_MIN,
    F_MAX, /* of T since tk_bundle_forget */
    F_COUNT
};

/* One bundle. */
typedef struct {
    size_t nz;
    const double *dz;
    double *node; /* [nz + 1][F_COUNT][L]; zeros below the last node */
    double top[5][TK_BUNDLE]; /* G0 G1 G2 TA TB of the half node at the top */
    double geothermal[TK_BUNDLE];
    double swe[TK_BUNDLE], rho[TK_BUNDLE], depth[TK_BUNDLE];
    double heat_in[TK_BUNDLE], heat_moved[TK_BUNDLE], failed[TK_BUNDLE];
} tk_bundle;

/* Bundle of cells first..first+L-1 of a tile: constants, then the state. */
void tk_bundle_ground(tk_bundle *b, const tk_column *col, const tk_ground *g,
                      size_t first, size_t L, double *node);
void tk_bundle_load(tk_bundle *b, const double *state, size_t first, size_t L);
void tk_bundle_store(const tk_bundle *b, double *state, size_t first, size_t L);

/* Steps of a month; the window of month t of a forcing, for air temperature. */
size_t tk_column_steps(const tk_column *col, int days);
void tk_column_window(const tk_column *col, const tk_column_forcing *f,
                      size_t t, tk_month_window *w);

/* T and dT/dH from H. */
void tk_bundle_invert(tk_bundle *b, size_t L);

/* One step of dt seconds under surface temperature Ts[L] and resistance Rs[L].
 * L is TK_BUNDLE or 1.
 */
void tk_bundle_step(tk_bundle *b, double dt, double tolerance, const double *Ts,
                    const double *Rs, size_t L);

/* Adds T to the sums, minima and maxima of all nodes. */
void tk_bundle_record(tk_bundle *b, size_t L);
void tk_bundle_forget(tk_bundle *b, size_t L);

/* One month of a bundle; x[3][TK_TILE] mid-month values of air temperature and
 * of snow depth (or NULL).
 */
typedef struct {
    const tk_month_window *w;
    const double *tair, *snow; /* [3][TK_TILE]                      */
    const double *precip;      /* [TK_TILE] mm of the month, or NULL */
} tk_month_forcing;

/* record: also tk_bundle_record at the end of each step. */
void tk_bundle_month(tk_bundle *b, const tk_column *col,
                     const tk_month_forcing *f, size_t first, size_t L,
                     bool record, double *tsoil, double *snow_depth,
                     double *swe);

#endif
