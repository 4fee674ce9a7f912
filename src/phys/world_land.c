/* Relief, soils and plant cover of the demonstration world. */
#include "world_impl.h"

#include <math.h>

#include "talik/phys/outline.h"

#define KM_PER_DEGREE 111.195

typedef struct {
    double lat, lon;
} point;

/* Crests, drawn by eye from a map: a ridge of this height and half width. */
static const struct {
    double height, width; /* m, km */
    int n;
    point at[6];
} ranges[] = {
    /* Brooks */
    {1400,
     60,
     5,
     {{68.3, -162.5},
      {67.9, -156},
      {68.2, -150},
      {69.0, -145.5},
      {69.0, -140.5}}},
    /* Alaska Range */
    {1700,
     65,
     6,
     {{59.3, -154.5},
      {61.3, -153},
      {62.9, -151.2},
      {63.4, -147.5},
      {62.6, -143},
      {61.6, -140.5}}},
    /* Chugach, Saint Elias, Coast Mountains */
    {1500,
     55,
     6,
     {{59.9, -150},
      {61.3, -147},
      {60.6, -142},
      {59.3, -137.5},
      {57.6, -133.3},
      {55.8, -130}}},
    /* Aleutian Range */
    {700,
     30,
     4,
     {
         {58.6, -155},
         {56.5, -158.8},
         {54.7, -163.5},
         {53.0, -168.5},
     }},
    /* Yukon-Tanana upland */
    {600, 60, 2, {{65.6, -149}, {64.6, -141}}},
};

static double
crest_distance(point p, point a, point b)
{
    const double kx = KM_PER_DEGREE * cos(p.lat * TWO_PI / 360);
    const double ax = (a.lon - p.lon) * kx, bx = (b.lon - p.lon) * kx;
    const double ay = (a.lat - p.lat) * KM_PER_DEGREE;
    const double by = (b.lat - p.lat) * KM_PER_DEGREE;
    const double dx = bx - ax, dy = by - ay;
    const double t = -(ax * dx + ay * dy) / (dx * dx + dy * dy);
    const double s = fmin(fmax(t, 0), 1);

    return hypot(ax + s * dx, ay + s * dy);
}

/* Height of the crests alone, m. */
static double
mountains(point p)
{
    double sum = 0;

    for (size_t r = 0; r < sizeof ranges / sizeof ranges[0]; r++) {
        double d = INFINITY;

        for (int i = 0; i + 1 < ranges[r].n; i++)
            d = fmin(d,
                     crest_distance(p, ranges[r].at[i], ranges[r].at[i + 1]));
        d /= ranges[r].width;
        sum = fmax(sum, ranges[r].height * exp(-0.5 * d * d));
    }
    return sum;
}

/* Distance from the sea, km; 0 at sea.  The outline ends at the border of 141 W,
 * the land and its climate do not: coarse cells reach across.
 */
static double
hinterland(double lat, double lon)
{
    const double joined = lon - 360 * floor((lon + 280) / 360);
    const bool yukon =
        joined > -141 && joined < -115 && lat > 60.3 && lat < 69.5;

    return yukon || tk_alaska_is_land(lat, lon)
               ? tk_alaska_coast_distance(lat, lon)
               : 0;
}

double
tk_world_elevation(uint64_t seed, double lat, double lon)
{
    const double ridge = mountains((point){lat, lon});
    const double rough = tk_world_field(seed, FIELD_RELIEF, 90, lat, lon);
    const double hill = tk_world_field(seed, FIELD_RELIEF, 300, lat, lon);
    const double inland = 1 - exp(-hinterland(lat, lon) / 60);
    const double low = 230 + 110 * hill + 60 * rough;

    return fmax((low > 40 ? low : 40 * exp(low / 40 - 1)) * inland
                    + ridge * (0.3 + 0.7 * inland) * exp(0.3 * rough - 0.05),
                1);
}

/* From differences over 5 km; a grid cell's own roughness comes on top, so that
 * mountains are steep also where their crest is level.
 */
static void
set_slope(uint64_t seed, tk_world_cell *c)
{
    const double dy = 5 / KM_PER_DEGREE;
    const double dx = dy / cos(c->lat * TWO_PI / 360);
    const double north = tk_world_elevation(seed, c->lat + dy, c->lon);
    const double south = tk_world_elevation(seed, c->lat - dy, c->lon);
    const double east = tk_world_elevation(seed, c->lat, c->lon + dx);
    const double west = tk_world_elevation(seed, c->lat, c->lon - dx);
    const double up_y = (north - south) / 1e4, up_x = (east - west) / 1e4;
    const double down = atan2(-up_x, -up_y) * 360 / TWO_PI;

    c->slope = atan(hypot(up_x, up_y)) * 360 / TWO_PI + c->elevation / 400;
    c->aspect = down < 0 ? down + 360 : down;
}

static int
soil_texture(uint64_t seed, const tk_world_cell *c)
{
    const double x = tk_world_field(seed, FIELD_TEXTURE, 160, c->lat, c->lon)
                     + c->elevation / 1500;

    return x > 1.1 ? 0 : x > 0.2 ? 1 : x > -1.1 ? 2 : 3;
}

static int
bedrock(uint64_t seed, const tk_world_cell *c)
{
    const double x = tk_world_field(seed, FIELD_LITHOLOGY, 200, c->lat, c->lon);

    if (c->elevation < 180 && x < 1)
        return 0;
    if (c->lat < 59.5 && c->lon < -152)
        return 5;
    return x < -0.5 ? 1 : x < 0.1 ? 2 : x < 0.9 ? 3 : x < 1.6 ? 4 : 5;
}

/* By summer warmth first, then wetness and chance. */
static int
plant_cover(uint64_t seed, const tk_world_cell *c)
{
    const double july = c->mean + c->range / 2;
    const double x =
        tk_world_field(seed, FIELD_VEGETATION, 120, c->lat, c->lon);

    if (july < 4 || c->elevation > 1500)
        return 0;
    if (july < 8.5 || c->elevation > 800)
        return x > 0.6 ? 7 : c->drainage ? 6 : 5;
    if (july < 11.5 || c->lon < -163)
        return x > 0.2 ? 4 : c->drainage ? 6 : 5;
    if (c->mean > 1.5 && c->coast < 120)
        return 8;
    return c->drainage ? 1 : x > 0.5 ? 3 : 2;
}

/* Thick where it is wet, flat and cold; none on bare ground. */
static double
organic_depth(uint64_t seed, const tk_world_cell *c)
{
    const double x = tk_world_field(seed, FIELD_ORGANIC, 130, c->lat, c->lon);
    const double cold = tk_world_step(-c->mean, -4, 6);
    const double flat = exp(-c->slope / 5);
    const double mean = 0.03 + 0.09 * flat + 0.06 * cold + 0.08 * c->drainage;

    if (c->vegetation == 0)
        return 0;
    return fmin(fmax(mean * exp(0.45 * x), 0.01), 0.5);
}

void
tk_world_land(uint64_t seed, tk_world_cell *c)
{
    static const double porosity[4] = {0.40, 0.44, 0.48, 0.52};
    static const double k_sand[4] = {5.5, 4.0, 3.0, 2.2};
    static const double k_rock[6] = {0, 0.2, 0, 0.3, 0.4, -0.3};
    double wet;

    c->coast = hinterland(c->lat, c->lon);
    c->elevation = tk_world_elevation(seed, c->lat, c->lon);
    set_slope(seed, c);
    tk_world_normals(seed, c);
    c->texture = soil_texture(seed, c);
    c->lithology = bedrock(seed, c);
    wet = tk_world_field(seed, FIELD_DRAINAGE, 80, c->lat, c->lon)
          - c->slope / 2 + 0.25 * (c->texture - 2);
    c->drainage = wet > -1;
    c->vegetation = plant_cover(seed, c);
    c->organic = organic_depth(seed, c);
    c->organic_saturation = c->drainage ? 0.85 : 0.55;
    c->porosity = porosity[c->texture];
    c->saturation = c->drainage ? 0.95 : 0.55 + 0.1 * c->texture;
    c->k_solids = k_sand[c->texture] + k_rock[c->lithology];
}
