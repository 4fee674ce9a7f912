/* talik/phys/snow.h -- a layer of snow from precipitation and temperature.
 *
 *     snowfall  P f,  f = share of the day below snow_below
 *     melt      ddf E,  E = mean of the day's positive temperatures
 *     density   rho -> rho_max + (rho - rho_max) exp(-rate dt); new snow, of
 *               density rho_new, is added by volume                      [1]
 *     depth     swe / rho
 *     k         'sturm'    0.138 - 1.01 r + 3.233 r^2,  r in g cm-3      [2]
 *               'calonne'  2.5e-6 rho^2 - 1.23e-4 rho + 0.024            [3]
 *               'constant' the given one
 *
 * The temperature within a step is spread evenly about its mean with standard
 * deviation `spread`, so that a day at 0 degC melts, and one at 3 degC snows, a
 * little [4].  Rain on snow runs off.  The layer has no heat capacity: 0.4 m
 * answer within a day.
 *
 * Units    swe mm (kg m-2); precipitation mm day-1; temperature degC; depth m;
 *          density kg m-3; k W m-1 K-1; resistance m2 K W-1; dt days.
 * Missing  NaN stays in its cell.
 *
 * [1] D. L. Verseghy, Int. J. Climatol. 11, 111-133 (1991).
 * [2] M. Sturm et al., J. Glaciol. 43, 26-41 (1997).
 * [3] N. Calonne et al., Geophys. Res. Lett. 38, L23501 (2011),
 *     doi:10.1029/2011GL049234.
 * [4] R. J. Braithwaite, Z. Gletscherkd. Glazialgeol. 20, 189-198 (1984);
 *     R. Hock, J. Hydrol. 282, 104-115 (2003), for the degree-day factor.
 */
#ifndef TALIK_PHYS_SNOW_H
#define TALIK_PHYS_SNOW_H

#include <stddef.h>

#include "talik/core/error.h"

typedef struct {
    const char *law;      /* 'sturm', 'calonne' or 'constant'; borrowed    */
    double k_constant;    /* of 'constant'                          [0.25] */
    double k_factor;      /* multiplies any law                      [1]   */
    double degree_day;    /* ddf, mm K-1 day-1                       [3.5] */
    double spread;        /* K                                       [4]   */
    double snow_below;    /* degC                                    [1]   */
    double density_new;   /* rho_new                                 [150] */
    double density_max;   /* rho_max                                 [300] */
    double density_rate;  /* day-1                                   [0.24] */
    double density_given; /* of a layer whose depth is given         [250] */
    double precip_factor; /* for undercatch and drift, on snowfall   [1]   */
    double swe_most;      /* mm; more is carried away, lest snow that
                              outlasts summers grow for ever [1000] */
    double cap_above;     /* m; less snow than this lets the surface thaw
                              [0.01] */
} tk_snow_opts;

/* The values in brackets above. */
tk_snow_opts tk_snow_defaults(void);

/* TK_ECONF for an unknown law or a value out of range. */
tk_err tk_snow_check(const tk_snow_opts *o) TK_MUST;

/* One step of n cells: updates swe[n] and rho[n]. */
void tk_snow_step(const tk_snow_opts *o, double dt, size_t n,
                  const double *tair, const double *precip, double *swe,
                  double *rho);

/* resistance[n] = depth / k(rho); rho NULL: density_given. */
void tk_snow_resistance(const tk_snow_opts *o, size_t n, const double *depth,
                        const double *rho, double *resistance);

#endif
