#include "talik/learn/plan.h"

#include "talik/core/rng.h"
#include "talik/core/tile_width.h"

/* Streams of the generator: purpose, epoch, round, shard. */
static uint64_t
stream(uint64_t purpose, size_t epoch, size_t round, size_t shard)
{
    return (purpose << 60) | ((uint64_t)epoch << 40) | ((uint64_t)round << 16)
           | (uint64_t)shard;
}

size_t
tk_plan_rounds(const tk_plan *p)
{
    const size_t at_once = p->shards * p->slots;

    return (p->ntile + p->drawn + at_once - 1) / at_once;
}

/* At most so many as steps_most leaves to a round, and at least 1. */
static size_t
limited(const tk_plan *p, size_t there)
{
    const size_t rounds = tk_plan_rounds(p);
    const size_t most = (p->steps_most + rounds - 1) / rounds;
    const size_t steps = p->steps_most && most < there ? most : there;

    return steps > 0 ? steps : 1;
}

size_t
tk_plan_steps(const tk_plan *p)
{
    if (p->chunk)
        return tk_plan_chunks(p) * tk_plan_groups(p);
    return limited(p, p->slots * p->months / p->per_step);
}

size_t
tk_plan_groups(const tk_plan *p)
{
    return (p->slots + p->per_step - 1) / p->per_step;
}

size_t
tk_plan_chunks(const tk_plan *p)
{
    const size_t groups = tk_plan_groups(p);
    const size_t chunks = limited(p, p->period / p->chunk * groups) / groups;

    return chunks > 0 ? chunks : 1;
}

size_t
tk_plan_start(const tk_plan *p, size_t epoch, size_t round, size_t shard)
{
    const size_t run = tk_plan_chunks(p) * p->chunk;

    return tk_rng_u64(p->seed, stream(4, epoch, round, shard), 0)
           % (p->period - run + 1);
}

size_t
tk_plan_perm(const tk_plan *p)
{
    return p->ntile + p->drawn + p->ntile * p->extra;
}

void
tk_plan_tiles(const tk_plan *p, size_t epoch, size_t round, uint32_t *perm,
              size_t *tile)
{
    const size_t at_once = p->shards * p->slots, all = p->ntile + p->drawn;
    const size_t further = p->ntile * p->extra;

    tk_rng_shuffle(p->seed, stream(1, epoch, 0, 0), all, perm);
    tk_rng_shuffle(p->seed, stream(5, epoch, 0, 0), further, perm + all);
    for (size_t i = 0; i < at_once; i++) {
        const size_t at = perm[(round * at_once + i) % all];

        tile[i] = at < p->ntile
                      ? at
                      : p->ntile + perm[all + (at - p->ntile) % further];
    }
}

void
tk_plan_order(const tk_plan *p, size_t epoch, size_t round, size_t shard,
              uint32_t *order)
{
    tk_rng_shuffle(p->seed, stream(2, epoch, round, shard),
                   p->slots * p->months, order);
}

void
tk_plan_shift(const tk_plan *p, size_t epoch, size_t round, size_t shard,
              uint32_t *shift)
{
    for (size_t l = 0; l < TK_TILE; l++)
        shift[l] =
            (uint32_t)(tk_rng_u64(p->seed, stream(3, epoch, round, shard), l)
                       % p->months);
}

void
tk_plan_share(const tk_plan *p, int rank, int size, size_t *first, size_t *n)
{
    const size_t r = (size_t)rank, s = (size_t)size;

    *first = r * p->shards / s;
    *n = (r + 1) * p->shards / s - *first;
}
