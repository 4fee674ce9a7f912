/* divergence_impl.h -- the soil of one rank's cells, as tk_diverge compares it. */
#ifndef TALIK_LEARN_DIVERGENCE_IMPL_H
#define TALIK_LEARN_DIVERGENCE_IMPL_H

#include "talik/learn/divergence.h"

#define TK_FREEZING 273.15

/* Shares of years with permafrost. */
typedef enum { TK_ICE_TRUE, TK_ICE_RAW, TK_ICE_CALIBRATED, TK_ICES } tk_ice;

/* Arrays [.. ][nlane]; lanes past the last cell are never `there`. */
typedef struct {
    const tk_futures *f;
    tk_run run;
    size_t base_years;
    float *y;       /* a year of one file: [tile][12][D][TK_TILE]            */
    double *area;   /* km2                                                   */
    float *warmest; /* [base_years]: of the fitted months of a year, K       */
    double *frozen; /* share of base years that are frozen, observed         */
    double *base;   /* observed mean at the deepest depth, K                 */
    bool *there;    /* has every value that was read so far                  */
    tk_zone *zone;  /* by the base years                                     */
    double *truth, *projected; /* [D]: means of one future, K                 */
    double *ice[TK_ICES];      /* of one future                               */
} tk_soils;

/* **Collective.**  Cells and their areas.  Begin with {0}; tk_soils_drop ends it
 * in any case.
 */
tk_err tk_soils_make(const tk_futures *f, tk_soils *s) TK_MUST;
void tk_soils_drop(tk_soils *s);

/* **Collective.**  The base years: warmest, frozen, base, zone. */
tk_err tk_soils_base(tk_soils *s) TK_MUST;

/* **Collective.**  One future: truth, projected, ice. */
tk_err tk_soils_future(tk_soils *s, const tk_future *future,
                       double threshold) TK_MUST;

/* **Collective.**  The calibrated threshold, K, of the cells that are there. */
tk_err tk_soils_calibrate(const tk_soils *s, double *threshold) TK_MUST;

#endif
