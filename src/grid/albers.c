#include "talik/grid/albers.h"

#include <math.h>

#define RADIANS (3.14159265358979323846 / 180)

/* Snyder 3-12: 2 for a sphere's pole. */
static double
q_of(double e2, double sin_lat)
{
    const double e = sqrt(e2), s = sin_lat;

    if (e2 == 0)
        return 2 * s;
    return (1 - e2)
           * (s / (1 - e2 * s * s) - log((1 - e * s) / (1 + e * s)) / (2 * e));
}

/* Snyder 14-15. */
static double
m_of(double e2, double lat)
{
    const double s = sin(lat);

    return cos(lat) / sqrt(1 - e2 * s * s);
}

/* Snyder 3-16, Newton's iteration; four rounds reach the last digit. */
static double
lat_of(double e2, double q)
{
    const double most = q_of(e2, 1);
    double lat;

    if (!(fabs(q) <= most * (1 + 1e-9)))
        return NAN;
    if (fabs(q) >= most)
        return copysign(90 * RADIANS, q);
    lat = asin(q / most);
    for (int i = 0; i < 8; i++) {
        const double s = sin(lat), w = 1 - e2 * s * s;

        if (fabs(s) > 1 - 1e-15)
            break;
        lat += w * w / (2 * cos(lat)) * (q - q_of(e2, s)) / (1 - e2);
    }
    return lat;
}

static void
derive(tk_albers *p)
{
    const double lat1 = p->parallel[0] * RADIANS;
    const double lat2 = p->parallel[1] * RADIANS;
    const double m1 = m_of(p->e2, lat1), m2 = m_of(p->e2, lat2);
    const double q1 = q_of(p->e2, sin(lat1)), q2 = q_of(p->e2, sin(lat2));

    p->n =
        fabs(lat1 - lat2) < 1e-10 ? sin(lat1) : (m1 * m1 - m2 * m2) / (q2 - q1);
    p->c = m1 * m1 + p->n * q1;
    p->rho0 = p->a
              * sqrt(fmax(0, p->c - p->n * q_of(p->e2, sin(p->lat0 * RADIANS))))
              / p->n;
}

tk_err
tk_albers_make(double lat0, double lon0, const double parallel[2], double x0,
               double y0, double semi_major_axis, double inverse_flattening,
               tk_albers *p)
{
    const double f = inverse_flattening > 0 ? 1 / inverse_flattening : 0;

    *p = (tk_albers){.lat0 = lat0,
                     .lon0 = lon0,
                     .parallel = {parallel[0], parallel[1]},
                     .x0 = x0,
                     .y0 = y0,
                     .a = semi_major_axis,
                     .e2 = f * (2 - f)};
    if (!(semi_major_axis > 0) || !isfinite(semi_major_axis) || !(p->e2 < 1)
        || !(fabs(parallel[0]) < 90) || !(fabs(parallel[1]) < 90)
        || !(fabs(lat0) <= 90) || !isfinite(lon0) || !isfinite(x0 + y0)
        || fabs(parallel[0] + parallel[1]) < 1e-6)
        return tk_fail(TK_EDATA,
                       "no Albers projection: standard parallels %g and %g, "
                       "origin %g, %g, semi-major axis %g, inverse flattening "
                       "%g",
                       parallel[0], parallel[1], lat0, lon0, semi_major_axis,
                       inverse_flattening);
    derive(p);
    return TK_OK;
}

tk_albers
tk_albers_alaska(void)
{
    const double f = 1 / 298.257222101; /* GRS 80 */
    tk_albers p = {.lat0 = 50,
                   .lon0 = -154,
                   .parallel = {55, 65},
                   .a = 6378137,
                   .e2 = f * (2 - f)};

    derive(&p);
    return p;
}

void
tk_albers_forward(const tk_albers *p, double lat, double lon, double *x,
                  double *y)
{
    const double q = q_of(p->e2, sin(lat * RADIANS));
    const double rho = p->a * sqrt(fmax(0, p->c - p->n * q)) / p->n;
    const double theta = p->n * remainder(lon - p->lon0, 360) * RADIANS;

    *x = p->x0 + rho * sin(theta);
    *y = p->y0 + p->rho0 - rho * cos(theta);
}

void
tk_albers_inverse(const tk_albers *p, double x, double y, double *lat,
                  double *lon)
{
    const double side = p->n < 0 ? -1 : 1; /* Snyder, after 14-11 */
    const double dx = side * (x - p->x0);
    const double dy = side * (p->rho0 - (y - p->y0));
    const double rho = hypot(dx, dy), r = rho * p->n / p->a;

    *lat = lat_of(p->e2, (p->c - r * r) / p->n) / RADIANS;
    *lon = p->lon0 + (rho > 0 ? atan2(dx, dy) / p->n / RADIANS : 0);
}

double
tk_wgs84_area(double south, double north, double width)
{
    const double a = 6378137, f = 1 / 298.257223563, e2 = f * (2 - f);
    const double q =
        q_of(e2, sin(north * RADIANS)) - q_of(e2, sin(south * RADIANS));

    return a * a / 2 * q * width * RADIANS;
}
