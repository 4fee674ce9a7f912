/* climates.h -- 64 Alaskan climates, one per cell of a tile: mean air
 * temperature -14 to -1 degC, swing and precipitation varied independently.
 */
#ifndef TALIK_TESTS_CLIMATES_H
#define TALIK_TESTS_CLIMATES_H

#include <math.h>
#include <stddef.h>

#include "talik/core/rng.h"
#include "talik/core/tile_width.h"

static const int climate_days[12] = {31, 28, 31, 30, 31, 30,
                                     31, 31, 30, 31, 30, 31};

/* tair, precip [12 years][TK_TILE], days [12 years]; `noise` is the standard
 * deviation of a month's temperature, K.
 */
static inline void
climates(size_t years, double noise, int *days, double *tair, double *precip)
{
    for (size_t t = 0; t < 12 * years; t++) {
        const double season =
            cos(6.283185307179586 * ((double)(t % 12) - 6.2) / 12.0);

        days[t] = climate_days[t % 12];
        for (size_t c = 0; c < TK_TILE; c++) {
            const double mean = -14.0 + 13.0 * (double)c / (TK_TILE - 1);
            const double swing = 12.0 + 8.0 * tk_rng_uniform(1, 0, c);
            const double wet = 12.0 + 35.0 * tk_rng_uniform(1, 1, c);

            tair[t * TK_TILE + c] =
                mean + swing * season
                + (noise > 0.0 ? noise * tk_rng_normal(2, c, t) : 0.0);
            precip[t * TK_TILE + c] = wet * (1.0 + 0.6 * season);
        }
    }
}

#endif
