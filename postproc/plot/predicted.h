/* predicted.h -- what the figure of predicted and observed temperatures shows.
 */
#ifndef TALIK_PLOT_PREDICTED_H
#define TALIK_PLOT_PREDICTED_H

#include "contest.h"

#define TK_PREDICTED 8        /* predictors */
#define TK_PREDICTED_MODELS 6 /* of these unless -m says which */

typedef struct {
    tk_contest contest;
    tk_score rmse;
    tk_cell cell;
    size_t n, p[TK_PREDICTED]; /* the predictors                            */
    size_t nk, k[TK_PLOT_DEPTHS];
    size_t left_out; /* models with a larger error than those chosen        */
    char pen[TK_PREDICTED][48], fill[16];
    size_t banded; /* place among p[] of the one with a band; n: none       */
    double *x;     /* [cell.n] the middles of their places                  */
} tk_predicted;

/* [cell.n], at a depth. */
const double *tk_observed_at(const tk_predicted *g, size_t k);
const double *tk_predicted_at(const tk_predicted *g, size_t p, size_t k);

/* predicted_draw.c */
void tk_predicted_draw(tk_figure *figure, const tk_plot_opts *opts,
                       const tk_predicted *g);

#endif
