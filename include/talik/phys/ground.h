/* talik/phys/ground.h -- thermal properties of a tile's soil, node by node.
 *
 * Organic soil lies over mineral soil; a node that the boundary cuts gets the
 * mean of the two by volume (conductivities in series).  Of each soil:
 *
 *     theta = n S                     n porosity, S saturation
 *     C     = (1 - n) Cs + theta Cw thawed, ... + theta Ci frozen        [1]
 *     ksat  = ks^(1-n) kw^n thawed, ks^(1-n) ki^n frozen                 [2]
 *     k     = Ke (ksat - kdry) + kdry                                    [2]
 *     Ke    = S frozen and in organic soil, log10 S + 1 thawed mineral   [2]
 *     Lw    = theta * 334e6 J m-3
 *
 * The liquid fraction phi of the water is 1 above 0 degC, linear in T from
 * (0, 1) to (t1, p1) to (t2, p2), constant below, and must be convex.
 *
 * Units    depth m; k W m-1 K-1; C J m-3 K-1; Lw J m-3; t degC; flux W m-2.
 * Shapes   x[nz][TK_TILE].
 * Missing  a NaN among a cell's own values means the value of the profile.
 *
 * [1] O. T. Farouki, Thermal properties of soils, CRREL Monograph 81-1 (1981).
 * [2] O. Johansen, Thermal conductivity of soils, Trondheim (1975); organic
 *     values after D. M. Lawrence and A. G. Slater, Clim. Dyn. 30, 145-160
 *     (2008), doi:10.1007/s00382-007-0278-1.
 */
#ifndef TALIK_PHYS_GROUND_H
#define TALIK_PHYS_GROUND_H

#include <stddef.h>

#include "talik/core/error.h"
#include "talik/core/tile_width.h"

#define TK_LATENT 334e6 /* J m-3 of water, fusion */

/* A soil profile: the values of a named one, each replaced by the key of that
 * name where it is not NaN.
 */
typedef struct {
    double organic_depth;      /* m                                       */
    double organic_porosity;   /* 1                                       */
    double organic_saturation; /* 1                                       */
    double organic_k_solids;   /* W m-1 K-1                               */
    double organic_k_dry;      /* W m-1 K-1                               */
    double mineral_porosity;   /* 1                                       */
    double mineral_saturation; /* 1                                       */
    double mineral_k_solids;   /* W m-1 K-1                               */
    double mineral_k_dry;      /* W m-1 K-1                               */
    double organic_freeze[4];  /* t1 degC, p1, t2 degC, p2                */
    double mineral_freeze[4];
    double geothermal; /* W m-2, upwards                          */
} tk_profile;

/* Names, descriptions and values of the known profiles; NULL past the last.
 *
 *   tundra   20 cm organic, wet; silt loam near saturation (the default)
 *   forest   12 cm of half dry moss and litter over moist silt loam
 *   peat     2 m of wet peat
 *   gravel   no organic soil; moist gravel
 *   stony    no organic soil; dry stony ground, a ridge blown free
 */
const char *tk_profile_name(size_t i);
const char *tk_profile_about(size_t i);

/* All NaN: everything as the profile has it. */
tk_profile tk_profile_unset(void);

/* The named profile with `keys` laid over it.  TK_ECONF for an unknown name, a
 * value out of range or a freezing curve that is not convex.
 */
tk_err tk_profile_make(const char *name, const tk_profile *keys,
                       tk_profile *out) TK_MUST;

/* What a map may know better, per cell: each [TK_TILE] or NULL, borrowed.
 * Values are cut to the ranges that tk_profile_make enforces.
 */
typedef struct {
    const double *organic_depth, *organic_saturation;
    const double *mineral_porosity, *mineral_saturation, *mineral_k_solids;
} tk_profile_cells;

typedef struct {
    size_t nz;
    double *ct, *cf;           /* heat capacity thawed, frozen  [nz][TK_TILE] */
    double *kt, *kf;           /* conductivity thawed, frozen                 */
    double *lw;                /* latent heat of the water                    */
    double *t1, *p1, *t2, *p2; /* freezing curve                              */
    double *geothermal;        /* [TK_TILE]                                   */
} tk_ground;

/* Arrays for nz nodes.  The caller ends it with tk_ground_drop. */
tk_err tk_ground_make(size_t nz, tk_ground *g) TK_MUST;
void tk_ground_drop(tk_ground *g);

/* Fills g for nodes of thickness dz[nz], m. */
void tk_ground_fill(const tk_profile *p, const tk_profile_cells *cells,
                    const double *dz, tk_ground *g);

/* phi(T) of a freezing curve {t1, p1, t2, p2}. */
double tk_liquid(const double freeze[4], double T);

#endif
