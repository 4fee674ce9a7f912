/* Noise with memory, without state. */
#include "world_impl.h"

#include <math.h>
#include <stdbool.h>

#include "talik/core/rng.h"

/* AR(1) of coefficient phi as a moving average: x = c sum_k phi^k e(t-k).  With
 * 24 terms what is cut off weighs phi^24, below 1e-10.
 */
#define MEMORY 24
static const double phi = 0.35;

#define KNOT_MONTHS 48 /* of the slow mode */

#define FIELDS (UINT64_C(1) << 62) /* streams of static fields */

/* The first month whose weather a scenario may have for itself. */
#define SPLIT (12 * 2006)

typedef struct {
    double south, west, dlat, dlon;
    int ny, nx;
} lattice;

static const lattice regional = {48, -196, 6, 14, REGIONAL_NY, REGIONAL_NX};
static const lattice local = {50, -190, 2, 4.5, LOCAL_NY, LOCAL_NX};

static double
smooth(double t)
{
    return t * t * (3 - 2 * t);
}

/* Interpolation between independent nodes loses variance in the middle; the
 * weights are scaled so that it does not.
 */
static void
corner_weights(double fy, double fx, double w[4])
{
    const double sy = smooth(fy), sx = smooth(fx);
    double norm = 0;

    w[0] = (1 - sy) * (1 - sx);
    w[1] = (1 - sy) * sx;
    w[2] = sy * (1 - sx);
    w[3] = sy * sx;
    for (int i = 0; i < 4; i++)
        norm += w[i] * w[i];
    for (int i = 0; i < 4; i++)
        w[i] /= sqrt(norm);
}

static int
held(double x, int n)
{
    return x < 0 ? 0 : x > n - 2 ? n - 2 : (int)x;
}

static tk_world_place
place_in(lattice l, double lat, double lon)
{
    const double y = (lat - l.south) / l.dlat;
    const double x = (lon - 360 * floor((lon + 280) / 360) - l.west) / l.dlon;
    const int i = held(y, l.ny), j = held(x, l.nx);
    tk_world_place p;

    p.node[0] = i * l.nx + j;
    p.node[1] = p.node[0] + 1;
    p.node[2] = p.node[0] + l.nx;
    p.node[3] = p.node[2] + 1;
    corner_weights(fmin(fmax(y - i, 0), 1), fmin(fmax(x - j, 0), 1), p.weight);
    return p;
}

tk_world_place
tk_world_regional_place(double lat, double lon)
{
    return place_in(regional, lat, lon);
}

tk_world_place
tk_world_local_place(double lat, double lon)
{
    return place_in(local, lat, lon);
}

/* Before the split all scenarios draw from one stream. */
static uint64_t
stream(int kind, bool own, tk_rcp scenario, unsigned realisation)
{
    return ((uint64_t)kind << 40) | ((uint64_t)realisation << 8)
           | (own ? (uint64_t)scenario + 1 : 0);
}

static void
ar1(uint64_t seed, int kind, tk_rcp scenario, unsigned realisation, int month,
    int n, double *x)
{
    double weight = sqrt(1 - phi * phi);

    for (int i = 0; i < n; i++)
        x[i] = 0;
    for (int k = 0; k < MEMORY; k++, weight *= phi) {
        const int t = month - k;
        const uint64_t s = stream(kind, t >= SPLIT, scenario, realisation);

        for (int i = 0; i < n; i++)
            x[i] += weight
                    * tk_rng_normal(
                        seed, s, (uint64_t)(int64_t)t * LOCAL_N + (uint64_t)i);
    }
}

/* Knots joined by Catmull and Rom's cubic.  A knot reaches two spans back, so
 * it is a scenario's own only where all of that lies after the split.
 */
static void
slow_mode(uint64_t seed, tk_rcp scenario, unsigned realisation, int month,
          double *x)
{
    const int knot = month / KNOT_MONTHS;
    const double t = (month % KNOT_MONTHS + 0.5) / KNOT_MONTHS;
    const double w[4] = {0.5 * (-t + 2 * t * t - t * t * t),
                         0.5 * (2 - 5 * t * t + 3 * t * t * t),
                         0.5 * (t + 4 * t * t - 3 * t * t * t),
                         0.5 * (-t * t + t * t * t)};
    const double norm =
        sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2] + w[3] * w[3]);

    for (int i = 0; i < REGIONAL_N; i++)
        x[i] = 0;
    for (int k = 0; k < 4; k++) {
        const int from = (knot + k - 3) * KNOT_MONTHS;
        const uint64_t s =
            stream(NOISE_SLOW, from >= SPLIT, scenario, realisation);

        for (int i = 0; i < REGIONAL_N; i++)
            x[i] += w[k] / norm
                    * tk_rng_normal(
                        seed, s, (uint64_t)(knot + k) * LOCAL_N + (uint64_t)i);
    }
}

void
tk_world_noise_of(const tk_world *world, tk_rcp scenario, unsigned realisation,
                  int month, tk_world_noise *noise)
{
    const uint64_t seed = world->opts.seed;

    ar1(seed, NOISE_REGIONAL, scenario, realisation, month, REGIONAL_N,
        noise->regional);
    ar1(seed, NOISE_LOCAL, scenario, realisation, month, LOCAL_N, noise->local);
    ar1(seed, NOISE_RAIN, scenario, realisation, month, REGIONAL_N,
        noise->rain);
    slow_mode(seed, scenario, realisation, month, noise->slow);
}

/* Value noise on a square lattice of km, two octaves. */
double
tk_world_field(uint64_t seed, uint64_t which, double scale, double lat,
               double lon)
{
    const double joined = lon - 360 * floor((lon + 280) / 360);
    double sum = 0, share = 0.8; /* 0.8^2 + 0.6^2 = 1 */

    for (uint64_t octave = 0; octave < 2; octave++, scale /= 2, share = 0.6) {
        const double y = (lat - 40) * 111.195 / scale;
        const double x = (joined + 280) * 111.195 * 0.4226 / scale; /* 65 N */
        const uint64_t i = (uint64_t)y, j = (uint64_t)x;
        double w[4];

        corner_weights(y - (double)i, x - (double)j, w);
        for (uint64_t c = 0; c < 4; c++)
            sum += share * w[c]
                   * tk_rng_normal(seed, FIELDS | (which << 8) | octave,
                                   ((i + c / 2) << 32) | (j + c % 2));
    }
    return sum;
}
