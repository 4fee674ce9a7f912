#include "talik/phys/ground.h"

#include <math.h>
#include <stdbool.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

#define N TK_TILE

#define K_WATER 0.57
#define K_ICE 2.2
#define C_WATER 4.18e6
#define C_ICE 1.93e6
#define C_MINERAL 2.1e6
#define C_ORGANIC 2.5e6

#define ORGANIC_CURVE          \
    {                          \
        -0.05, 0.2, -0.5, 0.05 \
    }
#define MINERAL_CURVE         \
    {                         \
        -0.1, 0.5, -1.0, 0.15 \
    }

/* Organic: depth, porosity, saturation, k solids, k dry; mineral: porosity,
 * saturation, k solids, k dry; the freezing curves; geothermal flux.  k solids
 * 2.9 is a quartz share of 0.28 of 7.7 W m-1 K-1 and the rest of 2.0.
 */
static const struct {
    const char *name, *about;
    tk_profile p;
} known[] = {
    {"tundra",
     "20 cm wet organic soil over silt loam near saturation",
     {0.20, 0.88, 0.70, 0.25, 0.05, 0.45, 0.95, 2.9, 0.25, ORGANIC_CURVE,
      MINERAL_CURVE, 0.05}},
    {"forest",
     "12 cm half dry moss and litter over moist silt loam",
     {0.12, 0.90, 0.45, 0.25, 0.05, 0.45, 0.75, 2.9, 0.25, ORGANIC_CURVE,
      MINERAL_CURVE, 0.05}},
    {"peat",
     "2 m wet peat over saturated silt loam",
     {2.00, 0.88, 0.95, 0.25, 0.05, 0.45, 1.00, 2.9, 0.25, ORGANIC_CURVE,
      MINERAL_CURVE, 0.05}},
    {"gravel",
     "moist gravel without organic soil",
     {0.00, 0.88, 0.70, 0.25, 0.05, 0.30, 0.40, 3.0, 0.25, ORGANIC_CURVE,
      MINERAL_CURVE, 0.05}},
    {"stony",
     "dry stony ground without organic soil, a ridge blown free of snow",
     {0.00, 0.88, 0.70, 0.25, 0.05, 0.15, 0.50, 3.0, 0.25, ORGANIC_CURVE,
      MINERAL_CURVE, 0.05}},
};
#define NKNOWN (sizeof known / sizeof known[0])

/* The profile as a plain vector, in the order of its members. */
#define NVALUE (sizeof(tk_profile) / sizeof(double))

static const struct {
    const char *name;
    double low, high;
} range[NVALUE] = {
    {"organic_depth", 0.0, 20.0},     {"organic_porosity", 0.01, 0.98},
    {"organic_saturation", 0.1, 1.0}, {"organic_k_solids", 0.05, 10.0},
    {"organic_k_dry", 0.01, 5.0},     {"mineral_porosity", 0.01, 0.98},
    {"mineral_saturation", 0.1, 1.0}, {"mineral_k_solids", 0.05, 10.0},
    {"mineral_k_dry", 0.01, 5.0},     {"organic_freeze(1)", -5.0, -1e-6},
    {"organic_freeze(2)", 0.0, 1.0},  {"organic_freeze(3)", -20.0, -2e-6},
    {"organic_freeze(4)", 0.0, 1.0},  {"mineral_freeze(1)", -5.0, -1e-6},
    {"mineral_freeze(2)", 0.0, 1.0},  {"mineral_freeze(3)", -20.0, -2e-6},
    {"mineral_freeze(4)", 0.0, 1.0},  {"geothermal", -1.0, 1.0},
};

enum { /* indices of the values that may differ between cells */
       ORGANIC_DEPTH = 0,
       ORGANIC_SATURATION = 2,
       MINERAL_POROSITY = 5,
       MINERAL_SATURATION = 6,
       MINERAL_K_SOLIDS = 7,
};

const char *
tk_profile_name(size_t i)
{
    return i < NKNOWN ? known[i].name : NULL;
}

const char *
tk_profile_about(size_t i)
{
    return i < NKNOWN ? known[i].about : NULL;
}

tk_profile
tk_profile_unset(void)
{
    tk_profile p;
    double *v = (double *)&p;

    for (size_t i = 0; i < NVALUE; i++)
        v[i] = NAN;
    return p;
}

/* Whether the steps of phi grow less steep away from 0 degC. */
static bool
is_convex(const double f[4])
{
    const double s1 = (1.0 - f[1]) / -f[0];

    return f[2] < f[0] && f[3] <= f[1]
           && (f[1] - f[3]) / (f[0] - f[2]) <= s1 * (1.0 + 1e-12);
}

static tk_err
unknown_profile(const char *name)
{
    const char *names[NKNOWN];
    const char *near;

    for (size_t i = 0; i < NKNOWN; i++)
        names[i] = known[i].name;
    near = tk_nearest_word(name, NKNOWN, names);
    return tk_fail(TK_ECONF,
                   "soil profile '%s' is none of tundra, forest, peat, "
                   "gravel, stony%s%s%s",
                   name, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

tk_err
tk_profile_make(const char *name, const tk_profile *keys, tk_profile *out)
{
    const double *given = (const double *)keys;
    double *v = (double *)out;
    size_t i = 0;

    while (i < NKNOWN && !tk_same_word(name, known[i].name))
        i++;
    if (i == NKNOWN)
        return unknown_profile(name);
    *out = known[i].p;
    for (i = 0; i < NVALUE; i++) {
        if (!isnan(given[i]))
            v[i] = given[i];
        if (!(v[i] >= range[i].low && v[i] <= range[i].high))
            return tk_fail(TK_ECONF, "%s = %g is outside %g..%g", range[i].name,
                           v[i], range[i].low, range[i].high);
    }
    if (!is_convex(out->organic_freeze) || !is_convex(out->mineral_freeze))
        return tk_fail(TK_ECONF,
                       "a freezing curve must fall from 0 degC to t1 to t2, "
                       "and less steeply from t1 to t2");
    return TK_OK;
}

tk_err
tk_ground_make(size_t nz, tk_ground *g)
{
    double **field[] = {&g->ct, &g->cf, &g->kt, &g->kf, &g->lw,
                        &g->t1, &g->p1, &g->t2, &g->p2};
    double *at = tk_new((9 * nz + 1) * N, sizeof *at);

    *g = (tk_ground){.nz = nz};
    if (!at)
        return TK_ERUN;
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++)
        *field[i] = at + i * nz * N;
    g->geothermal = at + 9 * nz * N;
    return TK_OK;
}

void
tk_ground_drop(tk_ground *g)
{
    tk_free(g->ct); /* the first of one block */
    *g = (tk_ground){0};
}

/* Uniform soil of one kind. */
typedef struct {
    double ct, cf, kt, kf, lw;
} soil;

static soil
make_soil(double c_solids, double k_solids, double k_dry, double n, double S,
          double ke_thawed)
{
    const double theta = n * S;
    const double ks = pow(k_solids, 1.0 - n);
    const double sat_thawed = ks * pow(K_WATER, n);
    const double sat_frozen = ks * pow(K_ICE, n);

    return (soil){
        .ct = (1.0 - n) * c_solids + theta * C_WATER,
        .cf = (1.0 - n) * c_solids + theta * C_ICE,
        .kt = ke_thawed * (sat_thawed - k_dry) + k_dry,
        .kf = S * (sat_frozen - k_dry) + k_dry,
        .lw = theta * TK_LATENT,
    };
}

/* The value of cell c, if a map knows it, within its range. */
static double
own(const double *map, size_t c, size_t i, double otherwise)
{
    if (!map || isnan(map[c]))
        return otherwise;
    return fmin(fmax(map[c], range[i].low), range[i].high);
}

static double
mix(double w, double a, double b)
{
    return w * a + (1.0 - w) * b;
}

void
tk_ground_fill(const tk_profile *p, const tk_profile_cells *cells,
               const double *dz, tk_ground *g)
{
    static const tk_profile_cells none = {0};
    const double *fo = p->organic_freeze, *fm = p->mineral_freeze;
    const tk_profile_cells *m = cells ? cells : &none;

    for (size_t c = 0; c < N; c++) {
        const double depth =
            own(m->organic_depth, c, ORGANIC_DEPTH, p->organic_depth);
        const double So = own(m->organic_saturation, c, ORGANIC_SATURATION,
                              p->organic_saturation);
        const double n =
            own(m->mineral_porosity, c, MINERAL_POROSITY, p->mineral_porosity);
        const double S = own(m->mineral_saturation, c, MINERAL_SATURATION,
                             p->mineral_saturation);
        const double ks =
            own(m->mineral_k_solids, c, MINERAL_K_SOLIDS, p->mineral_k_solids);
        const soil o = make_soil(C_ORGANIC, p->organic_k_solids,
                                 p->organic_k_dry, p->organic_porosity, So, So);
        const soil r =
            make_soil(C_MINERAL, ks, p->mineral_k_dry, n, S, log10(S) + 1.0);
        double top = 0.0;

        for (size_t k = 0; k < g->nz; k++) {
            const size_t i = k * N + c;
            /* The share of organic soil in this node. */
            const double w = fmin(fmax((depth - top) / dz[k], 0.0), 1.0);

            g->ct[i] = mix(w, o.ct, r.ct);
            g->cf[i] = mix(w, o.cf, r.cf);
            g->lw[i] = mix(w, o.lw, r.lw);
            g->kt[i] = 1.0 / mix(w, 1.0 / o.kt, 1.0 / r.kt);
            g->kf[i] = 1.0 / mix(w, 1.0 / o.kf, 1.0 / r.kf);
            g->t1[i] = mix(w, fo[0], fm[0]);
            g->p1[i] = mix(w, fo[1], fm[1]);
            g->t2[i] = mix(w, fo[2], fm[2]);
            g->p2[i] = mix(w, fo[3], fm[3]);
            top += dz[k];
        }
        g->geothermal[c] = p->geothermal;
    }
}

double
tk_liquid(const double f[4], double T)
{
    if (T >= 0.0)
        return 1.0;
    if (T >= f[0])
        return 1.0 + (1.0 - f[1]) / -f[0] * T;
    if (T >= f[2])
        return f[1] + (f[1] - f[3]) / (f[0] - f[2]) * (T - f[0]);
    return isnan(T) ? T : f[3];
}
