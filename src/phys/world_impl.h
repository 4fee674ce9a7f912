/* world_impl.h -- what the parts of the demonstration world share. */
#ifndef TALIK_PHYS_WORLD_IMPL_H
#define TALIK_PHYS_WORLD_IMPL_H

#include "talik/phys/world.h"

#define TWO_PI 6.283185307179586

/* Streams of random numbers: what they are for is in the top bits. */
enum {
    NOISE_REGIONAL = 1,
    NOISE_LOCAL,
    NOISE_SLOW,
    NOISE_RAIN,
    FIELD_RELIEF,
    FIELD_ORGANIC,
    FIELD_TEXTURE,
    FIELD_LITHOLOGY,
    FIELD_VEGETATION,
    FIELD_DRAINAGE,
    FIELD_RAIN,
    FIELD_BIAS,
};

/* A lattice of noise over Alaska, rows from the south. */
#define REGIONAL_NY 6
#define REGIONAL_NX 6
#define LOCAL_NY 13
#define LOCAL_NX 15
#define REGIONAL_N (REGIONAL_NY * REGIONAL_NX)
#define LOCAL_N (LOCAL_NY * LOCAL_NX)

tk_world_place tk_world_regional_place(double lat, double lon);
tk_world_place tk_world_local_place(double lat, double lon);

/* A month's noise at the nodes, each of variance 1. */
typedef struct {
    double regional[REGIONAL_N], local[LOCAL_N];
    double slow[REGIONAL_N], rain[REGIONAL_N];
} tk_world_noise;

void tk_world_noise_of(const tk_world *world, tk_rcp scenario,
                       unsigned realisation, int month, tk_world_noise *noise);

static inline double
tk_world_at(tk_world_place p, const double *x)
{
    return p.weight[0] * x[p.node[0]] + p.weight[1] * x[p.node[1]]
           + p.weight[2] * x[p.node[2]] + p.weight[3] * x[p.node[3]];
}

/* A smooth random field of variance 1 whose features are `scale` km across. */
double tk_world_field(uint64_t seed, uint64_t stream, double scale, double lat,
                      double lon);

/* 0 below a, 1 above b, smooth between. */
static inline double
tk_world_step(double x, double a, double b)
{
    const double t = (x - a) / (b - a);

    return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

double tk_world_elevation(uint64_t seed, double lat, double lon);
void tk_world_land(uint64_t seed, tk_world_cell *cell);
void tk_world_normals(uint64_t seed, tk_world_cell *cell);

#endif
