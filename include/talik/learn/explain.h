/* talik/learn/explain.h -- which inputs, and how long before, make the answer.
 *
 * Expected gradients: the attribution of feature i at lag l of a window x to
 * the temperature f_d at depth d, against background windows x',
 *
 *   a_dli = E  (x - x')_li  df_d/dx_li (x' + alpha (x - x')),   K
 *
 * the mean over x' and alpha ~ U(0, 1).  They are complete: the sum over l and
 * i is f_d(x) - E f_d(x').  Features without influence, or that do not differ
 * from the background, get 0.  A latitude band is no number that a path could
 * cross: x' is taken to lie in the band of x.
 *
 * Each x is compared with every background window.  The line between two of
 * them is cut into points / 2 parts of equal length, and each part has a pair
 * of alphas, mirrored at its middle (local antithetic sampling): where f is
 * smooth, the error of a line falls with points^-2.5.  Places in a part are
 * spread evenly over the lines.
 *
 * Permutation importance beside it: how much larger the root mean square error
 * becomes, in K, when a feature's windows (all lags together) change places
 * among samples of the same calendar month.
 *
 * G. Erion et al., Improving performance of deep learning models with
 * axiomatic attribution priors and expected gradients, Nature Machine
 * Intelligence 3 (2021), doi:10.1038/s42256-021-00343-w.  L. Breiman, Random
 * forests, Machine Learning 45 (2001), doi:10.1023/A:1010933404324.  A. B.
 * Owen, Local antithetic sampling with scrambled nets, Annals of Statistics 36
 * (2008), doi:10.1214/07-AOS548.
 */
#ifndef TALIK_LEARN_EXPLAIN_H
#define TALIK_LEARN_EXPLAIN_H

#include "talik/learn/trained.h"

/* ---- one window ---------------------------------------------------------- */

typedef struct tk_explainer tk_explainer;

/* background[n][L][F] and the model are borrowed; points on each line, an even
 * number.  TK_ERUN if memory is short.  tk_explainer_drop ends it.
 */
tk_err tk_explainer_make(const tk_trained *m, uint64_t seed, size_t n,
                         const float *background, size_t points,
                         tk_explainer **e) TK_MUST;
void tk_explainer_drop(tk_explainer *e); /* accepts NULL */

/* Scaled x[L][F] in a band: attribution[D][L][F], step 0 the oldest month;
 * answer[D] = f(x) and base[D] = mean f(x'), from target_mean, all in K.  A
 * function of its arguments, seed and index alone.
 */
void tk_explain_window(tk_explainer *e, uint64_t index, const float *x,
                       int band, double *attribution, double *answer,
                       double *base);

/* ---- all cells ----------------------------------------------------------- */

typedef struct {
    uint64_t seed;
    int first, last;   /* months that are explained                        */
    size_t samples;    /* windows of a tile; calendar months take turns    */
    size_t background; /* windows of the training months and any cell      */
    size_t points;     /* alphas for each of them, an even number          */
    double tolerance;  /* of completeness, as a share of the spread of f   */
} tk_explain_opts;

/* Means over windows, weighted by area.  NaN in groups (band and season) that
 * have none.  Begin with {0}; tk_explained_drop ends it.
 */
typedef struct {
    size_t F, L, D, bands; /* one band where the model has none            */
    double *mean;          /* [D][bands][season][lag][F] of a, K           */
    double *size;          /* the same of |a|; lag 0 is the month itself   */
    double *whole;         /* [D][bands][season][F] of |sum of a over lags| */
    double *answer, *base; /* [D][bands][season] of f(x) and f(x'), K      */
    double *count;         /* [bands][season] windows                      */
    double *weight;        /* [bands][season] km2 that they stand for      */
    double spread[TK_DEPTHS]; /* standard deviation of f, K                */
    double miss;              /* worst |sum a - (f - E f)| of a group, as a
                                 share of the spread                       */
    double single;            /* root mean square of the same for a window */
    double *importance;       /* [D][F] K                                  */
    double rmse[TK_DEPTHS];   /* before anything changed places, K         */
    bool by_targets;          /* else against the model's own answers      */
    size_t permuted;          /* windows that changed places               */
} tk_explained;

void tk_explained_drop(tk_explained *r);

/* **Collective.**  Explains m on the data; importance is against the targets,
 * if the data has some and they are there in the months explained.  The same
 * bytes on any number of ranks: tiles are summed in their order.
 *
 * Memory per rank: a tile's months, and at most 64 MiB of windows.  TK_EDATA if
 * no window without gaps is found; TK_ECONF if the state is carried, as only a
 * window is shared out, or points are odd; TK_ERUN if completeness is not met,
 * naming the worst group.
 */
tk_err tk_explain(const tk_dataset *data, const tk_trained *m,
                  const tk_explain_opts *opts, tk_explained *r) TK_MUST;

#endif
