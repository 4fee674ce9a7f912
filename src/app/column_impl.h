/* column_impl.h -- a projection by the soil column: its state (project_column.c)
 * and its forcing (column_forcing.c).
 */
#ifndef TALIK_APP_COLUMN_IMPL_H
#define TALIK_APP_COLUMN_IMPL_H

#include "app.h"

#define REACH TK_MONTH_REACH
enum { AIR, PRECIP, SNOW, NSERIES };
enum { ORGANIC, ORGANIC_SAT, POROSITY, SATURATION, K_SOLIDS, NMAP };

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    tk_grid_source source;
    tk_grid grid;
    tk_input_files files;
    tk_series *series[NSERIES];
    tk_run run;
    tsl_spec spec;
    int have_first, have_last; /* months that all inputs have          */
    int begin;                 /* first month of the spin-up           */
    size_t spin;               /* its months                           */
    tk_column *column;
    tk_profile profile;
    tk_ground ground;
    double *map[NMAP];     /* [nlane] or NULL                          */
    double *state, *work;  /* [ntile][state size]                      */
    double *tile;          /* forcing of one tile, see run_tile        */
    unsigned char *status; /* [nlane]                                  */
    tk_out *out;
} simulation;

/* A block of months of all tiles, as read. */
typedef struct {
    int first; /* of air and snow: `before` months before the block */
    size_t before, n, after;
    float *x[NSERIES]; /* [before + n + after][nlane]; precip [n][nlane] */
} forcing;

/* **Collective.**  Reads months [month, month + n) of a run, with as many beside
 * them as the interpolation wants and the series has; as a ring, none.
 */
tk_err forcing_read(const simulation *s, const tk_run *run, int month, size_t n,
                    bool ring, forcing *f) TK_MUST;
void forcing_drop(forcing *f);

/* Tile t of a block in double, in s->tile; days[before + n + after].  What cannot
 * be used becomes NaN, which the column keeps within its cell, and its reason
 * goes to status[TK_TILE].
 */
void tile_forcing(const simulation *s, const forcing *f, size_t nlane, size_t t,
                  int *days, unsigned char *status, tk_column_forcing *out);

#endif
