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

#endif
