/* talik/learn/plan.h -- which windows each shard of a batch trains on.
 *
 * A step's batch is `shards` shards; a shard takes `per_step` pieces of 64
 * windows, one for each cell of a tile.  An epoch goes in rounds: in a round each
 * shard has `slots` tiles in memory and draws (tile, month) from them without
 * repetition; cell l of the piece takes the month that lies shift[l] later, round
 * the training period.  So a piece holds 64 months, and yet each cell meets each
 * month once.  Over an epoch each tile is visited at least once.
 *
 * With a carried state a shard goes along the months instead, a step a chunk of
 * `chunk` months of per_step tiles (fewer where slots leave a rest), all tiles
 * before the next chunk.  Chunks are whole, so that each holds all seasons; the
 * months left over, and those that steps_most leaves out, lie before and behind
 * the run, whose start each shard draws.
 *
 * Further data sets on the same grid have as many tiles each.  An epoch visits
 * `drawn` of these beside the others, among them in any order: each once before
 * one comes twice.  Place ntile * k + i is tile i of set k; set 0 is the first.
 *
 * Everything is a function of seed, epoch, round and shard, never of the ranks.
 */
#ifndef TALIK_LEARN_PLAN_H
#define TALIK_LEARN_PLAN_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t seed;
    size_t ntile, months; /* tiles of the grid; months of the training period */
    size_t shards, slots, per_step;
    size_t steps_most; /* of an epoch; 0: as many as there are               */
    size_t chunk;      /* months of a step of a carried state; 0: windows    */
    size_t period;     /* with chunk: months from the first to the last      */
    size_t extra, drawn; /* further data sets; their tiles in an epoch       */
} tk_plan;

size_t tk_plan_rounds(const tk_plan *plan); /* of an epoch             */
size_t tk_plan_steps(const tk_plan *plan);  /* of a round, at least 1  */

/* tile[shards][slots] of a round: places.  perm is scratch, of tk_plan_perm. */
size_t tk_plan_perm(const tk_plan *plan);
void tk_plan_tiles(const tk_plan *plan, size_t epoch, size_t round,
                   uint32_t *perm, size_t *tile);

/* order[slots * months]: piece i of step s of the shard is order[s * per_step +
 * i] = slot * months + month.
 */
void tk_plan_order(const tk_plan *plan, size_t epoch, size_t round,
                   size_t shard, uint32_t *order);

/* shift[TK_TILE], each below `months`. */
void tk_plan_shift(const tk_plan *plan, size_t epoch, size_t round,
                   size_t shard, uint32_t *shift);

/* Of a round with a carried state: steps of a chunk; chunks, at least 1; the
 * place of the first one's first month in the period.
 */
size_t tk_plan_groups(const tk_plan *plan);
size_t tk_plan_chunks(const tk_plan *plan);
size_t tk_plan_start(const tk_plan *plan, size_t epoch, size_t round,
                     size_t shard);

/* The shards [*first, *first + *n) of a rank. */
void tk_plan_share(const tk_plan *plan, int rank, int size, size_t *first,
                   size_t *n);

#endif
