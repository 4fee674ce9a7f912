#include "talik/phys/snow.h"

#include <math.h>
#include <stdbool.h>

#include "talik/core/text.h"

static const char *const laws[] = {"sturm", "calonne", "constant"};

tk_snow_opts
tk_snow_defaults(void)
{
    return (tk_snow_opts){
        .law = "sturm",
        .k_constant = 0.25,
        .k_factor = 1.0,
        .degree_day = 3.5,
        .spread = 4.0,
        .snow_below = 1.0,
        .density_new = 150.0,
        .density_max = 300.0,
        .density_rate = 0.24,
        .density_given = 250.0,
        .precip_factor = 1.0,
        .swe_most = 1000.0,
        .cap_above = 0.01,
    };
}

static bool
within(double x, double low, double high)
{
    return x >= low && x <= high;
}

tk_err
tk_snow_check(const tk_snow_opts *o)
{
    const size_t nlaw = sizeof laws / sizeof laws[0];
    size_t i = 0;

    while (i < nlaw && !tk_same_word(o->law, laws[i]))
        i++;
    if (i == nlaw)
        return tk_fail(TK_ECONF,
                       "snow law '%s' is none of sturm, calonne, constant",
                       o->law);
    if (!within(o->k_constant, 0.02, 3.0) || !within(o->k_factor, 0.05, 20.0))
        return tk_fail(
            TK_ECONF, "snow conductivity: k %g (0.02..3), factor %g (0.05..20)",
            o->k_constant, o->k_factor);
    if (!within(o->density_new, 20.0, 900.0)
        || !within(o->density_max, o->density_new, 900.0)
        || !within(o->density_given, 20.0, 900.0)
        || !within(o->density_rate, 0.0, 100.0))
        return tk_fail(
            TK_ECONF,
            "snow density: new %g, most %g, given %g (20..900 kg m-3), rate %g",
            o->density_new, o->density_max, o->density_given, o->density_rate);
    if (!within(o->degree_day, 0.0, 50.0) || !within(o->spread, 0.01, 20.0)
        || !within(o->snow_below, -10.0, 10.0)
        || !within(o->precip_factor, 0.0, 10.0)
        || !within(o->swe_most, 1.0, 1e5) || !within(o->cap_above, 1e-6, 1.0))
        return tk_fail(TK_ECONF,
                       "snow: degree_day %g (0..50), spread %g (0.01..20), "
                       "snow_below %g (-10..10), precip_factor %g (0..10), "
                       "swe_most %g (1..1e5), cap_above %g (0..1)",
                       o->degree_day, o->spread, o->snow_below,
                       o->precip_factor, o->swe_most, o->cap_above);
    return TK_OK;
}

void
tk_snow_step(const tk_snow_opts *o, double dt, size_t n, const double *tair,
             const double *precip, double *swe, double *rho)
{
    const double w = o->spread * sqrt(3.0); /* half width of an even spread */
    const double half_age = exp(-0.5 * o->density_rate * dt);
    const double most = o->density_max;
    const double per_width = 1.0 / (2.0 * w), per_quarter = 1.0 / (4.0 * w);

    for (size_t i = 0; i < n; i++) {
        /* Both written so that a NaN stays one. */
        const double cold = (o->snow_below + w - tair[i]) * per_width;
        const double some = cold < 0.0 ? 0.0 : cold;
        const double f = some > 1.0 ? 1.0 : some;
        const double above = tair[i] + w < 0.0 ? 0.0 : tair[i] + w;
        const double mixed = above * above * per_quarter;
        const double positive = tair[i] > w ? tair[i] : mixed;

        const double fall = precip[i] * o->precip_factor * f * dt;
        /* Half the ageing before the new snow, half after: second order. */
        const double aged = most + (rho[i] - most) * half_age;
        const double mass = swe[i] + fall;
        const double volume = swe[i] / aged + fall / o->density_new;
        const double left = mass - o->degree_day * positive * dt;
        const double joined = mass > 0.0 ? mass / volume : o->density_new;
        const double held = left < 0.0 ? 0.0 : left;

        rho[i] = most + (joined - most) * half_age;
        swe[i] = held > o->swe_most ? o->swe_most : held;
    }
}

void
tk_snow_resistance(const tk_snow_opts *o, size_t n, const double *depth,
                   const double *rho, double *resistance)
{
    double c0 = o->k_constant, c1 = 0.0, c2 = 0.0; /* of rho^0, rho^1, rho^2 */

    if (tk_same_word(o->law, "sturm")) {
        c0 = 0.138;
        c1 = -1.01e-3;
        c2 = 3.233e-6;
    } else if (tk_same_word(o->law, "calonne")) {
        c0 = 0.024;
        c1 = -1.23e-4;
        c2 = 2.5e-6;
    }
    for (size_t i = 0; i < n; i++) {
        const double r = rho ? rho[i] : o->density_given;

        resistance[i] = depth[i] / (o->k_factor * (c0 + r * (c1 + r * c2)));
    }
}
