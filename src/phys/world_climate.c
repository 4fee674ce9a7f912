/* Climate normals of a cell.
 *
 * The formulas are fitted by eye to the station means of 1950-2009 that
 * tests/unit/test_world.c lists, from Juneau to Utqiagvik.
 */
#include "world_impl.h"

#include <math.h>

/* ln(1 + exp x): 0 to the left, x to the right. */
static double
bend(double x)
{
    return x > 30 ? x : log(1 + exp(x));
}

static double
annual_mean(const tk_world_cell *c, double maritime)
{
    const double north = 1.36 * bend((c->lat - 58.3) / 0.8) * 0.8;
    /* The eastern Bering Sea carries ice in spring. */
    const double bering = 2.5 * exp(-pow((c->lat - 59.5) / 3, 2))
                          / (1 + exp((c->lon + 155) / 2.5));
    /* Inversions keep the lapse of the annual mean small. */
    return 5.9 - north - bering + 0.9 * (1 - maritime) - 3.5e-3 * c->elevation;
}

void
tk_world_normals(uint64_t seed, tk_world_cell *c)
{
    const double maritime = exp(-c->coast / 100);
    const double inland = 1 - exp(-c->coast / 150);
    const double south = 1 - tk_world_step(c->lat, 58, 65);
    const double wet = tk_world_field(seed, FIELD_RAIN, 150, c->lat, c->lon);
    /* Sea-ice coasts warm more than the land behind them, open ones less. */
    const double ice = fmin(fmax(0.06 * (c->lat - 61.2), -0.2), 0.325);
    const double p = 1 + 0.022 * (c->lat - 64.8) + ice * maritime;
    const double reference = tk_world_defaults().amplification;

    c->mean = annual_mean(c, maritime);
    c->range = 11 + 1.05 * fmax(c->lat - 52, 0) + 15.5 * inland;
    c->phase = 0.15 + 0.65 * maritime;
    c->spread = 1.8 + 1.1 * inland;
    c->spread_season = 0.9 + 0.7 * inland;
    c->rain =
        (20
         + 95 * south * maritime * (1 + 0.4 * tk_world_step(c->lon, -155, -140))
         - 9 * tk_world_step(c->lat, 66.5, 70))
        * exp(0.2 * wet) * (1 + fmin(c->elevation, 1500) / 2500);
    c->rain_season = 0.65 - 0.35 * south * maritime;
    c->rain_phase = 6.8 + 2 * maritime * south;
    c->warming = (reference * p - 1) / (reference - 1);
    c->warming_season = fmin(fmax(0.8 * (p - 0.7), 0), 0.65);
    c->humidity = 0.7 + 0.12 * maritime;
    c->clearness = 0.52 - 0.1 * maritime;
    c->regional = tk_world_regional_place(c->lat, c->lon);
    c->local = tk_world_local_place(c->lat, c->lon);
}
