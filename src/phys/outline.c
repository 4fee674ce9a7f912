#include "talik/phys/outline.h"

#include <math.h>

#include "outline_table.h"

#define UNIT 0.01 /* degrees, of the table */
#define PARALLELS 16

static const double km_per_degree = 6371.0072 * 3.14159265358979323846 / 180;

/* The same meridian in [-280, 80): Alaska in one piece. */
static double
joined(double lon)
{
    return lon - 360 * floor((lon + 280) / 360);
}

/* From vertex 0 to vertex 1. */
typedef struct {
    double lat[2], lon[2];
} edge;

static edge
edge_of(int first, int length, int i)
{
    const short *a = vertex[first + i];
    const short *b = vertex[first + (i + 1) % length];

    return (edge){{a[1] * UNIT, b[1] * UNIT}, {a[0] * UNIT, b[0] * UNIT}};
}

/* Half-open in latitude, so that a parallel through a vertex meets the line
 * once, not twice.
 */
static bool
crosses(edge e, double lat)
{
    return (e.lat[0] <= lat) != (e.lat[1] <= lat);
}

static double
crossing(edge e, double lat)
{
    return e.lon[0]
           + (e.lon[1] - e.lon[0]) * (lat - e.lat[0]) / (e.lat[1] - e.lat[0]);
}

bool
tk_alaska_is_land(double lat, double lon)
{
    bool inside = false;

    lon = joined(lon);
    for (int r = 0, first = 0; r < NRING; first += ring_length[r++]) {
        for (int i = 0; i < ring_length[r]; i++) {
            const edge e = edge_of(first, ring_length[r], i);

            if (crosses(e, lat) && crossing(e, lat) > lon)
                inside = !inside;
        }
    }
    return inside;
}

/* Degrees of land on a parallel between two meridians.  An edge that goes up
 * has land on one side, one that goes down on the other, so the signed sum of
 * the crossings, held within [west, east], is the length, without sorting.
 */
static double
land_on(double lat, double west, double east)
{
    double sum = 0;

    for (int r = 0, first = 0; r < NRING; first += ring_length[r++]) {
        for (int i = 0; i < ring_length[r]; i++) {
            const edge e = edge_of(first, ring_length[r], i);

            if (crosses(e, lat)) {
                const double x = fmin(fmax(crossing(e, lat), west), east);

                sum += e.lat[1] > e.lat[0] ? x : -x;
            }
        }
    }
    return fabs(sum);
}

double
tk_alaska_land_fraction(double lat, double lon, double dlat, double dlon)
{
    const double west = joined(lon) - dlon / 2, east = west + dlon;
    double sum = 0;

    if (lat - dlat / 2 > 72 || lat + dlat / 2 < 51)
        return 0;
    for (int k = 0; k < PARALLELS; k++)
        sum += land_on(lat + dlat * ((k + 0.5) / PARALLELS - 0.5), west, east);
    return fmin(sum / (PARALLELS * dlon), 1);
}

static bool
is_border(edge e)
{
    return fabs(e.lon[0] + 141) < 0.03 && fabs(e.lon[1] + 141) < 0.03;
}

/* Distance, km, from the origin to the edge, on the plane that touches the
 * sphere there.
 */
static double
edge_distance(edge e, double lat, double lon)
{
    const double kx = km_per_degree * cos(lat * 3.14159265358979323846 / 180);
    const double ax = (e.lon[0] - lon) * kx, bx = (e.lon[1] - lon) * kx;
    const double ay = (e.lat[0] - lat) * km_per_degree;
    const double by = (e.lat[1] - lat) * km_per_degree;
    const double dx = bx - ax, dy = by - ay, d2 = dx * dx + dy * dy;
    const double t = d2 > 0 ? fmin(fmax(-(ax * dx + ay * dy) / d2, 0), 1) : 0;

    return hypot(ax + t * dx, ay + t * dy);
}

double
tk_alaska_coast_distance(double lat, double lon)
{
    double least = INFINITY;

    lon = joined(lon);
    for (int r = 0, first = 0; r < NRING; first += ring_length[r++]) {
        for (int i = 0; i < ring_length[r]; i++) {
            const edge e = edge_of(first, ring_length[r], i);

            if (!is_border(e))
                least = fmin(least, edge_distance(e, lat, lon));
        }
    }
    return least;
}

size_t
tk_alaska_ring_count(void)
{
    return NRING;
}

size_t
tk_alaska_ring_length(size_t ring)
{
    return (size_t)ring_length[ring];
}

void
tk_alaska_vertex(size_t ring, size_t i, double *lat, double *lon)
{
    size_t first = 0;

    for (size_t r = 0; r < ring; r++)
        first += (size_t)ring_length[r];
    *lat = vertex[first + i][1] * UNIT;
    *lon = vertex[first + i][0] * UNIT;
}
