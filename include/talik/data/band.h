/* talik/data/band.h -- latitude bands: [edge b, edge b + 1), the last closed. */
#ifndef TALIK_DATA_BAND_H
#define TALIK_DATA_BAND_H

#include <stddef.h>

#include "talik/core/error.h"

#define TK_BANDS 64

/* The band of each of n latitudes among nedge - 1 bands; all 0 if nedge is 0.
 * TK_EDATA names the first latitude that is in none.
 */
tk_err tk_bands_of(size_t nedge, const double *edge, size_t n,
                   const double *lat, int *band) TK_MUST;

/* TK_ECONF unless there are none or at least two, increasing. */
tk_err tk_bands_check(size_t nedge, const double *edge) TK_MUST;

#endif
