#include "talik/phys/world.h"

#include <math.h>

#include "world_impl.h"

/* Years of the response to forcing: the ocean's mixed layer. */
#define LAG 8.0
#define SATURATION 9.73 /* W m-2, in g(L); fitted, see the header */
#define DOUBLED_CO2 3.71
/* Until then all scenarios follow RCP4.5, whose 2005 differs a little from the
 * others', so that history and its mean are one for all.
 */
#define HISTORY_END 2005

#define REGIONAL_SHARE 0.8366600265340756 /* sqrt(0.7) */
#define LOCAL_SHARE 0.5477225575051661    /* sqrt(0.3) */
#define SLOW_SPREAD 0.5                   /* K */
#define RAIN_SPREAD 0.4                   /* of the logarithm */
#define RAIN_PER_K 0.04
#define BIAS_SCALE 900 /* km across */

tk_world_opts
tk_world_defaults(void)
{
    return (tk_world_opts){
        .seed = 1, .sensitivity = 2.5, .amplification = 2.23, .noise = 1};
}

static double
response(double lagged)
{
    return lagged / (1 + lagged / SATURATION);
}

static void
warm_globe(const tk_world_opts *opts,
           double global[][TK_RCP_LAST - TK_RCP_FIRST + 1])
{
    const double scale = opts->sensitivity / response(DOUBLED_CO2);
    const double step = 1 - exp(-1 / LAG);
    double base = 0;

    for (int r = 0; r < TK_RCP_COUNT; r++) {
        double lagged = 0;

        for (int y = TK_RCP_FIRST; y <= TK_RCP_LAST; y++) {
            const tk_rcp path = y > HISTORY_END ? (tk_rcp)r : TK_RCP45;

            lagged +=
                step * (tk_rcp_forcing(path, y, TK_FORCING_ANTHRO) - lagged);
            global[r][y - TK_RCP_FIRST] = scale * response(lagged);
        }
    }
    for (int y = 1950; y <= 2009; y++)
        base += global[TK_RCP45][y - TK_RCP_FIRST]
                + global[TK_RCP45][y - 1 - TK_RCP_FIRST];
    base /= 120;
    for (int r = 0; r < TK_RCP_COUNT; r++)
        for (int y = TK_RCP_FIRST; y <= TK_RCP_LAST; y++)
            global[r][y - TK_RCP_FIRST] -= base;
}

static tk_err
check(const char *name, double value, double low, double high)
{
    if (value >= low && value <= high)
        return TK_OK;
    return tk_fail(TK_ECONF, "%s = %g: expected %g to %g", name, value, low,
                   high);
}

tk_err
tk_world_make(const tk_world_opts *opts, tk_world *world)
{
    TK_TRY(check("sensitivity", opts->sensitivity, 0, 10));
    TK_TRY(check("amplification", opts->amplification, 1, 5));
    TK_TRY(check("noise", opts->noise, 0, 5));
    world->opts = *opts;
    warm_globe(opts, world->global);
    return TK_OK;
}

void
tk_world_cells(const tk_world *world, size_t n, const double *lat,
               const double *lon, tk_world_cell *cells)
{
    for (size_t c = 0; c < n; c++) {
        /* The formulas know the western Aleutians as below -180. */
        cells[c] = (tk_world_cell){
            .lat = lat[c], .lon = lon[c] - 360 * floor((lon[c] + 280) / 360)};
        tk_world_land(world->opts.seed, &cells[c]);
    }
}

/* G at the middle of a month, straight from year's end to year's end: no month
 * knows the forcing of a later year.
 */
static double
global_warming(const tk_world *world, tk_rcp scenario, int month)
{
    const double *at_end = world->global[scenario];
    const double t = (month % 12 + 0.5) / 12;
    const int i = month / 12 - TK_RCP_FIRST;

    if (i < 1)
        return at_end[0];
    if (i > TK_RCP_LAST - TK_RCP_FIRST)
        return at_end[TK_RCP_LAST - TK_RCP_FIRST];
    return at_end[i - 1] + t * (at_end[i] - at_end[i - 1]);
}

static double
local_warming(const tk_world *world, double global, int month,
              const tk_world_cell *c)
{
    const double winter = cos(TWO_PI * (month % 12) / 12);

    return global * (1 + (world->opts.amplification - 1) * c->warming)
           * (1 + c->warming_season * winter);
}

double
tk_world_warming(const tk_world *world, tk_rcp scenario, int month,
                 const tk_world_cell *cell)
{
    return local_warming(world, global_warming(world, scenario, month), month,
                         cell);
}

static double
seasonal(int month, double phase)
{
    return cos(TWO_PI * (month % 12 - phase) / 12);
}

/* Mean over the day of the sun at the top of the atmosphere, W m-2. */
static double
sun(double lat, int month)
{
    const double day = (month % 12 + 0.5) * 365 / 12;
    const double decl = -0.4093 * cos(TWO_PI * (day + 10) / 365);
    const double phi = lat * TWO_PI / 360;
    const double x = fmin(fmax(-tan(phi) * tan(decl), -1), 1);
    const double h = acos(x); /* half a day's length, as an angle */

    return 2 * 1361 / TWO_PI
           * (h * sin(phi) * sin(decl) + cos(phi) * cos(decl) * sin(h));
}

/* Magnus' formula over water or ice, hPa; T degC. */
static double
saturation(double T)
{
    return T < 0 ? 6.112 * exp(22.46 * T / (272.62 + T))
                 : 6.112 * exp(17.62 * T / (243.12 + T));
}

/* One cell's month, where W is its warming, and `bias` none or a model's. */
static double
air(const tk_world_cell *c, const tk_world_bias *bias, int month, double warm,
    double weather, double slow, double strength)
{
    const double winter = seasonal(month, 0);

    return c->mean - c->range / 2 * seasonal(month, c->phase) + warm
           + bias->spread * strength
                 * ((c->spread + c->spread_season * winter) * weather + slow)
           + (bias->mean + bias->season * winter);
}

static double
rain(const tk_world_cell *c, const tk_world_bias *bias, int month, double warm,
     double wet, double strength)
{
    const double spread = RAIN_SPREAD * bias->rain_spread;
    const double wrong = bias->rain + bias->rain_season * seasonal(month, 0);

    return c->rain * (1 + c->rain_season * seasonal(month, c->rain_phase))
           * exp(spread * wet - spread * spread / 2 * strength * strength
                 + RAIN_PER_K * warm + wrong);
}

/* bias[n] or NULL. */
static void
compute(const tk_world *world, tk_rcp scenario, unsigned realisation, int month,
        size_t n, const tk_world_cell *cells, const tk_world_bias *bias,
        double *const out[4])
{
    static const tk_world_bias none = {.spread = 1, .rain_spread = 1};
    const double global = global_warming(world, scenario, month);
    const double strength = world->opts.noise;
    tk_world_noise noise = {{0}, {0}, {0}, {0}};

    if (strength > 0)
        tk_world_noise_of(world, scenario, realisation, month, &noise);
    for (size_t i = 0; i < n; i++) {
        const tk_world_cell *c = &cells[i];
        const tk_world_bias *b = bias ? &bias[i] : &none;
        const double warm = local_warming(world, global, month, c);
        const double weather =
            REGIONAL_SHARE * tk_world_at(c->regional, noise.regional)
            + LOCAL_SHARE * tk_world_at(c->local, noise.local);
        const double slow = SLOW_SPREAD * tk_world_at(c->regional, noise.slow);
        const double wet = tk_world_at(c->regional, noise.rain) * strength;
        const double T = air(c, b, month, warm, weather, slow, strength);

        if (out[0])
            out[0][i] = T;
        if (out[1])
            out[1][i] = rain(c, b, month, warm, wet, strength);
        if (out[2])
            out[2][i] = sun(c->lat, month) * c->clearness
                        * fmin(fmax(1 - 0.12 * wet, 0.6), 1.4);
        if (out[3])
            out[3][i] = c->humidity * saturation(T);
    }
}

void
tk_world_month(const tk_world *world, tk_rcp scenario, unsigned realisation,
               int month, size_t n, const tk_world_cell *cells, double *tair,
               double *precip, double *shortwave, double *vapour)
{
    double *const out[4] = {tair, precip, shortwave, vapour};

    compute(world, scenario, realisation, month, n, cells, NULL, out);
}

void
tk_world_model_month(const tk_world *world, tk_rcp scenario, unsigned model,
                     int month, size_t n, const tk_world_cell *cells,
                     const tk_world_bias *bias, double *tair, double *precip)
{
    double *const out[4] = {tair, precip, NULL, NULL};

    compute(world, scenario, model, month, n, cells, bias, out);
}

void
tk_world_bias_of(const tk_world *world, unsigned model, double strength,
                 size_t n, const tk_world_cell *cells, tk_world_bias *bias)
{
    enum { MEAN, SEASON, RAIN, SPREAD, RAIN_SEASON, RAIN_CHANCE, KINDS };
    const uint64_t which = ((uint64_t)model << 16) | FIELD_BIAS;

    for (size_t i = 0; i < n; i++) {
        double x[KINDS];

        for (uint64_t k = 0; k < KINDS; k++)
            x[k] = strength
                   * tk_world_field(world->opts.seed, which + (k << 8),
                                    BIAS_SCALE, cells[i].lat, cells[i].lon);
        bias[i] = (tk_world_bias){.mean = 1.5 * x[MEAN],
                                  .season = 1.5 * x[SEASON],
                                  .spread = exp(0.2 * x[SPREAD]),
                                  .rain = 0.3 * x[RAIN],
                                  .rain_season = 0.15 * x[RAIN_SEASON],
                                  .rain_spread = exp(0.2 * x[RAIN_CHANCE])};
    }
}
