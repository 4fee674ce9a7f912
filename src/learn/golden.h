/* golden.h -- the golden pair: inputs whose outputs a model file vouches for. */
#ifndef TALIK_LEARN_GOLDEN_H
#define TALIK_LEARN_GOLDEN_H

#include <stdint.h>

#include "talik/learn/trained.h"

#define GOLDEN_MISS 1e-5 /* largest difference that passes */

/* Begin with {0}; tk_golden_drop ends it. */
typedef struct {
    size_t n;
    float *x, *y;  /* [n][L][F], [n][D], normalised */
    int64_t *band; /* [n] */
} golden;

/* Room for n windows. */
tk_err tk_golden_alloc(const tk_trained *m, size_t n, golden *g) TK_MUST;
void tk_golden_drop(golden *g);

/* A pair of a few windows, as they follow from the model's seed. */
tk_err tk_golden_draw(const tk_trained *m, golden *g) TK_MUST;

/* TK_EDATA, naming the worst difference, if the model misses g->y by more than
 * GOLDEN_MISS, or if a band is none of the model's.
 */
tk_err tk_golden_check(const tk_trained *m, const golden *g,
                       double *worst) TK_MUST;

#endif
