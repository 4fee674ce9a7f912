/* talik/learn/skip.h -- the linear part of a model's answer.
 *
 * A network saturates beyond what it was trained on; a line does not.  With a
 * skip, a model's answer is, in scaled units,
 *
 *     y_d = net_d(x) + b_d + sum over f, l of w_dfl x_lf
 *
 * over the features f of the skip and all L months l of the window, l = 0 the
 * oldest.  b and w come from one ridge regression over all windows of the base
 * data set that training reads; the network then learns what is left, and b and w stay as they are.
 *
 * Shapes  x[month][F][TK_TILE]  y[window][D][TK_TILE]
 */
#ifndef TALIK_LEARN_SKIP_H
#define TALIK_LEARN_SKIP_H

#include "talik/data/patch.h"
#include "talik/io/store.h"

#define TK_SKIP 16           /* features, at most  */
#define TK_SKIP_PENALTIES 16 /* penalties, at most */

/* {0} is none; tk_skip_drop ends it. */
typedef struct {
    size_t n;                /* features; 0: no skip            */
    size_t D, L, F;          /* of the model                    */
    size_t feature[TK_SKIP]; /* places among the model's inputs */
    float *weight;           /* [D][n][L]                       */
    float *bias;             /* [D], behind the weights         */
} tk_skip;

/* Zeros for n features by name.  TK_ECONF if one is no feature or named twice,
 * or there are too many.
 */
tk_err tk_skip_make(const tk_features *features, size_t n,
                    const char *const *name, size_t D, size_t L,
                    tk_skip *skip) TK_MUST;
void tk_skip_drop(tk_skip *skip);
tk_err tk_skip_copy(const tk_skip *from, tk_skip *to) TK_MUST;

/* Whether both are none, or have the same features, shapes and numbers. */
bool tk_skip_same(const tk_skip *a, const tk_skip *b);

/* Adds sign times the linear part of the windows that begin at months 0 ..
 * windows - 1 of x to y[windows][D][TK_TILE]; NaN in y stays.
 */
void tk_skip_add(const tk_skip *skip, size_t windows, float sign,
                 const float *x, float *y);

/* Adds the slope of output d by the window's inputs to dx[L][F][TK_TILE]. */
void tk_skip_slope(const tk_skip *skip, size_t d, float *dx);

typedef struct {
    int first, last;                   /* months of the targets fitted to */
    int valid_first, valid_last;       /* that choose the penalty         */
    size_t npenalty;                   /* 1 .. TK_SKIP_PENALTIES */
    double penalty[TK_SKIP_PENALTIES]; /* more than 0 */
    const double *target_mean, *target_std;
    size_t budget; /* bytes that one rank may use for data at a time */
} tk_skip_opts;

/* **Collective.**  Fills weight and bias: for each depth, minimises
 *
 *     sum (y - b - w . x)^2 + penalty N s^2 |w|^2
 *
 * over the N windows of all cells that have usable inputs and targets at all
 * depths, s^2 the mean variance of the inputs.  Windows count alike, as in the
 * loss of a training.  Of the penalties each depth takes the one with the least
 * error in the validation months.  What data->hide holds out counts in neither.
 * So do the further data sets of an augmented training: the line is that of the
 * base.  TK_EDATA if there is no window; TK_ERUN if no penalty keeps the
 * equations from being singular.  The same bits on any number of ranks.
 */
tk_err tk_skip_fit(const tk_dataset *data, const tk_skip_opts *opts,
                   tk_skip *skip) TK_MUST;

/* To and from a model file, under the names of `features`.  A file without one
 * gives none; what is read is checked.
 */
tk_err tk_skip_to_store(const tk_skip *skip, const tk_features *features,
                        tk_store *store) TK_MUST;
tk_err tk_skip_from_store(const tk_store *store, const tk_features *features,
                          size_t D, size_t L, tk_skip *skip) TK_MUST;

#endif
