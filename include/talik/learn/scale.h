/* talik/learn/scale.h -- mean and spread from training cells and months only. */
#ifndef TALIK_LEARN_SCALE_H
#define TALIK_LEARN_SCALE_H

#include "talik/data/patch.h"

/* **Collective.**  Fills mean, std, low and high of data's features (as the
 * inputs hold them) and, per depth, of the targets (K), over all cells and the
 * months [first, last] of inputs and targets; first - (L - 1) .. for inputs.
 * What data->hide holds out counts in neither: not its targets, and of held
 * cells not their inputs.  Months and classes keep mean 0 and std 1.  A feature or depth without variance
 * gets std 1 and a warning.  The same bits on any number of ranks.
 *
 * Without targets (data->targets NULL, D = 0) target_mean and target_std may be
 * NULL.
 *
 * budget is the memory in bytes that one rank may use for data at a time.
 */
tk_err tk_scale_fit(const tk_dataset *data, tk_features *features, size_t L,
                    int first, int last, size_t budget, double *target_mean,
                    double *target_std) TK_MUST;

/* **Collective.**  The sorted values of a static class variable in all active
 * cells, at most `most`; TK_EDATA if there are more.
 */
tk_err tk_scale_classes(const tk_par *par, const tk_grid *grid,
                        tk_series *series, size_t most, double *value,
                        size_t *n) TK_MUST;

#endif
