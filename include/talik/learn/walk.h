/* talik/learn/walk.h -- visits tiles, some at a time, in bounded memory. */
#ifndef TALIK_LEARN_WALK_H
#define TALIK_LEARN_WALK_H

#include "talik/data/patch.h"

/* Works on a patch; called by a rank for each piece of its tiles, never for
 * none.  It may not communicate.
 */
typedef tk_err (*tk_visit)(const tk_patch *patch, void *context);

/* **Collective.**  Reads months first .. first + nmonth - 1 of this rank's tiles
 * [first_tile, first_tile + ntile), as many at a time as `budget` bytes hold (at
 * least one), and visits them in order.
 */
tk_err tk_walk_tiles(const tk_dataset *data, size_t first_tile, size_t ntile,
                     int first, size_t nmonth, size_t budget, tk_visit visit,
                     void *context) TK_MUST;

/* Adds what it finds in a tile of a patch to sum[width].  May not communicate. */
typedef void (*tk_tile_sum)(const tk_patch *patch, size_t tile, void *context,
                            double *sum);

/* **Collective.**  Adds the sums of all tiles of the grid to total[width], one
 * tile after the other in global order, from months first .. first + nmonth - 1:
 * the same bits on any number of ranks, and wherever `budget` cuts.  The budget
 * is for months and for the sums, of which rank 0 holds those of all ranks.
 */
tk_err tk_walk_sum(const tk_dataset *data, int first, size_t nmonth,
                   size_t budget, size_t width, tk_tile_sum visit,
                   void *context, double *total) TK_MUST;

#endif
