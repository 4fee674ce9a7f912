/* talik/phys/world.h -- the demonstration world: a synthetic Alaska.
 *
 * Everything is a pure function of place, month and seed, so any rank can ask
 * for any cell and month in any order and gets the same bits.  Land is real in
 * outline only (talik/phys/outline.h): relief, soils and vegetation are smooth
 * random fields with two mountain ranges roughly where they belong.
 *
 * Air temperature of a month:
 *
 *     T = M - (R/2) cos(2 pi (m - 1 - phase)/12)        normals of the cell
 *         + W p (1 + s cos(2 pi (m - 1)/12))            forced warming
 *         + sd(m) (weather) + slow                      noise with memory
 *
 *     W = G (1 + (A - 1) q),   G = S g(L)/g(3.71),   g(L) = L/(1 + L/9.73)
 *
 * less its mean over 1950-2009.  L is the RCP's anthropogenic forcing (W m-2)
 * behind a lag of 8 years; S the sensitivity, A the amplification; q grows
 * from south to north and towards the coasts that lose sea ice.  g and its
 * constant are fitted: the defaults give Fairbanks +4.1, +4.6, +6.3 K and
 * Utqiagvik +5.8, +6.6, +9.4 K in 2070-99 against 1950-2009 under RCP4.5, 6.0,
 * 8.5 within 0.3 K, which is the mean of SNAP's five downscaled CMIP5 models.
 *
 * Weather: white noise of months on two lattices, one regional (70 % of the
 * variance), passed through 24 terms of an AR(1) process and interpolated to
 * the cell.  Slow: knots every four years, joined by a cubic.  A realisation's
 * history is one for all scenarios to December 2005; after it each scenario has
 * its own weather.
 *
 * Precipitation is log-normal around the normals, +4 % per K of warming.
 *
 * Units    degC; mm month-1 (that calendar month's sum); W m-2; hPa; degrees;
 *          km to the coast; month = 12 year + (1..12) - 1 as in
 *          talik/grid/calendar.h.  Before 1850 the forcing goes on into the
 *          past, after 2100 it stays.
 */
#ifndef TALIK_PHYS_WORLD_H
#define TALIK_PHYS_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "talik/phys/rcp.h"

typedef struct {
    uint64_t seed;
    double sensitivity; /* K of the globe at 3.71 W m-2 (doubled CO2)       */
    double
        amplification; /* warming at 65 N inland over the globe's; 1 = none */
    double noise;      /* factor on weather and slow mode; 0 = normals only */
} tk_world_opts;

/* Seed 1, 2.5 K, 2.23, noise 1. */
tk_world_opts tk_world_defaults(void);

#define TK_WORLD_FIRST 1850
#define TK_WORLD_LAST TK_RCP_LAST

typedef struct {
    tk_world_opts opts;
    /* Global warming G at the end of a year, K against the mean of 1950-2009 */
    double global[TK_RCP_COUNT][TK_RCP_LAST - TK_RCP_FIRST + 1];
} tk_world;

/* TK_ECONF for an option out of range. */
tk_err tk_world_make(const tk_world_opts *opts, tk_world *world) TK_MUST;

/* Class names, "word word ..." in the order of their numbers, as the
 * flag_meanings of a variable want them.
 */
#define TK_TEXTURES "sand loam silt clay"
#define TK_VEGETATIONS                                                     \
    "bare black_spruce white_spruce deciduous shrub_tundra tussock_tundra" \
    " wet_sedge_tundra heath_tundra maritime_forest"
#define TK_LITHOLOGIES \
    "unconsolidated siliciclastic carbonate metamorphic plutonic volcanic"
#define TK_DRAINAGES "well_drained poorly_drained"

/* Where in a lattice of noise a place lies. */
typedef struct {
    int node[4];
    double weight[4]; /* scaled so that interpolated noise keeps variance 1 */
} tk_world_place;

/* A cell: what does not change. */
typedef struct {
    double lat, lon;
    double coast;                    /* km                                  */
    double elevation, slope, aspect; /* m; degrees; degrees from north      */
    int texture, vegetation, lithology, drainage;
    double organic; /* depth of organic soil, m: 0..0.5                     */
    /* For the soil column: of organic soil, then of mineral soil. */
    double organic_saturation, porosity, saturation, k_solids;
    /* Climate normals, 1950-2009. */
    double mean, range, phase;    /* degC, K, months                */
    double spread, spread_season; /* K: standard deviation, January more */
    double rain, rain_season, rain_phase; /* mm month-1, 1, months          */
    double warming, warming_season;       /* q and s above                  */
    double humidity, clearness;           /* 1                              */
    tk_world_place regional, local;
} tk_world_cell;

/* The n cells at lat[n], lon[n] (any longitude).  Sea is accepted: a shore without relief of its
 * own.  Canada between 60.3 and 69.5 N is the hinterland that it is.
 */
void tk_world_cells(const tk_world *world, size_t n, const double *lat,
                    const double *lon, tk_world_cell *cells);

/* A month's weather in n cells; an output that is NULL is left out.
 * `realisation` stands for a climate model's run: 0, 1, ... differ in their
 * noise only.
 */
void tk_world_month(const tk_world *world, tk_rcp scenario,
                    unsigned realisation, int month, size_t n,
                    const tk_world_cell *cells, double *tair, double *precip,
                    double *shortwave, double *vapour);

/* Forced warming of the cell in that month, K against 1950-2009: what the mean
 * of many realisations would show.
 */
double tk_world_warming(const tk_world *world, tk_rcp scenario, int month,
                        const tk_world_cell *cell);

/* What is wrong with a climate model in a cell, smooth in space and seeded by
 * the model.  Correction against the reanalysis has to find it:
 *
 *     T    = normals + warming + mean + season cos(2 pi (m - 1)/12)
 *            + spread (weather + slow)
 *     rain = normals * exp(rain + rain_season cos(2 pi (m - 1)/12)) * the rest,
 *            whose logarithm varies rain_spread times as much, its mean kept
 *
 * The forced warming is not touched: a model's change is the world's.
 */
typedef struct {
    double mean, season;                   /* K                  */
    double spread;                         /* 1                  */
    double rain, rain_season, rain_spread; /* logarithms; and 1  */
} tk_world_bias;

/* The errors of model 1, 2, ... in n cells; strength 1 is usual, 0 none.
 * Standard deviations over the models: 1.5 K, 1.5 K, 20 %; 30 %, 15 %, 20 %.
 */
void tk_world_bias_of(const tk_world *world, unsigned model, double strength,
                      size_t n, const tk_world_cell *cells,
                      tk_world_bias *bias);

/* As tk_world_month, of realisation `model`, with that model's errors. */
void tk_world_model_month(const tk_world *world, tk_rcp scenario,
                          unsigned model, int month, size_t n,
                          const tk_world_cell *cells, const tk_world_bias *bias,
                          double *tair, double *precip);

#endif
