/* talik/nn/embed.h -- the band embedding, appended to every step of a window.
 *
 *   out[l] = concat(x[l], table[band])
 *
 * Shapes  x[L][F][N]  band[N]  table[bands][E]  out[L][F + E][N]
 */
#ifndef TALIK_NN_EMBED_H
#define TALIK_NN_EMBED_H

#include <stddef.h>

#include "talik/nn/real.h"

typedef struct {
    size_t L, N, F, E, bands;
} tk_embed_dims;

/* Every band lies in 0 .. bands - 1, also that of a padded cell. */
void tk_embed_forward(tk_embed_dims s, const tk_real *table, const int *band,
                      const tk_real *x, tk_real *out);

/* Adds to dtable.  dout[L][rows][N] is the gradient of the last `rows` rows of
 * out, rows = E or F + E; dx[L][F][N] is set from the latter unless it is NULL.
 */
void tk_embed_backward(tk_embed_dims s, const int *band, size_t rows,
                       const tk_real *dout, tk_real *dtable, tk_real *dx);

#endif
