/* talik/grid/albers.h -- Albers' equal-area conic projection of an ellipsoid,
 * and areas on the ellipsoid.
 *
 *     q(phi) = (1 - e2) [ sin / (1 - e2 sin2) - ln((1 - e sin) / (1 + e sin)) / 2e ]
 *     rho    = a sqrt(C - n q) / n      theta = n (lambda - lambda0)
 *     x      = x0 + rho sin(theta)      y     = y0 + rho0 - rho cos(theta)
 *
 * Units    degrees north and east; x, y in m.
 *
 * J. P. Snyder, Map projections: a working manual, US Geological Survey
 * Professional Paper 1395 (1987), equations 3-12 to 3-18 and 14-1 to 14-21.
 */
#ifndef TALIK_GRID_ALBERS_H
#define TALIK_GRID_ALBERS_H

#include "talik/core/error.h"

typedef struct {
    double lat0, lon0;  /* origin                               */
    double parallel[2]; /* standard parallels; may be equal     */
    double x0, y0;      /* false easting, northing              */
    double a, e2;       /* semi-major axis, squared eccentricity */
    double n, c, rho0;  /* filled in by tk_albers_make         */
} tk_albers;

/* TK_EDATA for an ellipsoid or parallels that define no cone.  An inverse
 * flattening of 0 is a sphere.
 */
tk_err tk_albers_make(double lat0, double lon0, const double parallel[2],
                      double x0, double y0, double semi_major_axis,
                      double inverse_flattening, tk_albers *p) TK_MUST;

/* NAD83 / Alaska Albers, EPSG:3338. */
tk_albers tk_albers_alaska(void);

void tk_albers_forward(const tk_albers *p, double lat, double lon, double *x,
                       double *y);

/* lon lies within 180 of lon0.  NaN beyond the poles. */
void tk_albers_inverse(const tk_albers *p, double x, double y, double *lat,
                       double *lon);

/* Area, m2, between two latitudes (south <= north) over a width in longitude,
 * on the WGS 84 ellipsoid.
 */
double tk_wgs84_area(double south, double north, double width);

#endif
