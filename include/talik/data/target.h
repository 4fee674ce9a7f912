/* talik/data/target.h -- soil temperatures to learn from, per depth.
 *
 * One variable with a depth axis ("tsl"), or one variable per depth ("stl1",
 * "stl2", ...), monthly, any units of temperature; depths by value.
 *
 * Shapes   y[tile][room][D][TK_TILE], K; NaN where missing or outside 150..350.
 */
#ifndef TALIK_DATA_TARGET_H
#define TALIK_DATA_TARGET_H

#include "talik/data/inputs.h"

#define TK_DEPTHS 16 /* at most so many */

typedef struct tk_targets tk_targets;

/* **Collective.**  nvar is 1 (a variable with a depth axis; without one if
 * there is a single depth) or ndepth.  files->forcing names the files.
 */
tk_err tk_targets_open(const tk_par *par, const tk_grid *grid,
                       const tk_input_files *files, size_t nvar,
                       const char *const *variable, size_t ndepth,
                       const double *depth, tk_targets **targets) TK_MUST;
void tk_targets_close(tk_targets *targets); /* **Collective.** */

/* **Collective.**  Takes cells without targets out of the grid. */
tk_err tk_targets_limit_grid(const tk_par *par, tk_targets *targets,
                             tk_grid *grid) TK_MUST;

int tk_targets_first(const tk_targets *targets);
int tk_targets_last(const tk_targets *targets);

/* **Collective.**  Months [first, first + n) to places at .. of room. */
tk_err tk_targets_load(tk_targets *targets, const tk_run *run, int first,
                       size_t n, size_t at, size_t room, float *y) TK_MUST;

/* **Collective.**  Months [first, first + n) to y[tile][n][D][TK_TILE]; NaN in
 * months that the files do not have.
 */
tk_err tk_targets_fill(tk_targets *targets, const tk_run *run, int first,
                       size_t n, float *y) TK_MUST;

#endif
