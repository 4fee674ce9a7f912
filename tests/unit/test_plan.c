/* Which windows a shard trains on: everything once, nothing by rank. */
#include "talik/learn/plan.h"

#include "../check.h"
#include "talik/core/tile_width.h"

static const tk_plan plans[] = {
    {.seed = 1,
     .ntile = 1,
     .months = 7,
     .shards = 1,
     .slots = 1,
     .per_step = 1},
    {.seed = 2,
     .ntile = 2,
     .months = 50,
     .shards = 4,
     .slots = 1,
     .per_step = 1},
    {.seed = 3,
     .ntile = 23,
     .months = 11,
     .shards = 4,
     .slots = 2,
     .per_step = 3},
    {.seed = 4,
     .ntile = 9,
     .months = 40,
     .shards = 3,
     .slots = 3,
     .per_step = 2},
};
#define NPLAN (sizeof plans / sizeof plans[0])

static void
test_tiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < NPLAN; i++) {
        const tk_plan *p = &plans[i];
        uint32_t perm[32];
        size_t tile[16], seen[32] = {0};

        for (size_t r = 0; r < tk_plan_rounds(p); r++) {
            tk_plan_tiles(p, 5, r, perm, tile);
            for (size_t k = 0; k < p->shards * p->slots; k++) {
                assert_true(tile[k] < p->ntile);
                seen[tile[k]]++;
            }
        }
        for (size_t t = 0; t < p->ntile; t++)
            assert_true(seen[t] >= 1);
    }
}

/* Tiles of further data sets: as many as are drawn, each once before one comes
 * twice; those of the first set as often as ever.
 */
static void
test_extra(void **state)
{
    const size_t drawn[3] = {5, 27, 60};
    tk_plan p = plans[3]; /* 9 tiles, 9 at once */

    (void)state;
    p.extra = 3;
    for (int k = 0; k < 3; k++) {
        uint32_t perm[128];
        size_t tile[16], seen[36] = {0}, base = 0, met = 0;

        p.drawn = drawn[k];
        assert_int_equal(tk_plan_rounds(&p), (9 + p.drawn + 8) / 9);
        assert_true(tk_plan_perm(&p) <= 128);
        for (size_t r = 0; r < tk_plan_rounds(&p); r++) {
            tk_plan_tiles(&p, 2, r, perm, tile);
            for (size_t i = 0; i < 9 && r * 9 + i < 9 + p.drawn; i++) {
                assert_true(tile[i] < 36);
                seen[tile[i]]++;
            }
        }
        for (size_t i = 0; i < 9; i++)
            assert_int_equal(seen[i], 1);
        for (size_t i = 9; i < 36; i++) {
            assert_true(seen[i] == p.drawn / 27 || seen[i] == 1 + p.drawn / 27);
            base += seen[i];
            met += seen[i] > 0;
        }
        assert_int_equal(base, p.drawn);
        assert_int_equal(met, p.drawn < 27 ? p.drawn : 27);
    }
}

static void
test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < NPLAN; i++) {
        const tk_plan *p = &plans[i];
        const size_t n = p->slots * p->months;
        uint32_t a[128], b[128], seen[128] = {0};

        tk_plan_order(p, 2, 0, p->shards - 1, a);
        tk_plan_order(p, 2, 0, p->shards - 1, b);
        assert_memory_equal(a, b, n * sizeof *a);
        for (size_t k = 0; k < n; k++)
            seen[a[k]]++;
        for (size_t k = 0; k < n; k++)
            assert_int_equal(seen[k], 1);
        tk_plan_order(p, 3, 0, p->shards - 1, b);
        assert_memory_not_equal(a, b, n * sizeof *a);
        assert_true(tk_plan_steps(p) * p->per_step <= n || n < p->per_step);
    }
}

/* Each cell meets each month once, whatever its shift. */
static void
test_shift(void **state)
{
    const tk_plan *p = &plans[1];
    uint32_t shift[TK_TILE], order[64];
    size_t differ = 0;

    (void)state;
    tk_plan_shift(p, 1, 0, 2, shift);
    tk_plan_order(p, 1, 0, 2, order);
    for (size_t l = 0; l < TK_TILE; l++) {
        size_t seen[64] = {0};

        assert_true(shift[l] < p->months);
        differ += shift[l] != shift[0];
        for (size_t k = 0; k < p->months; k++)
            seen[(order[k] % p->months + shift[l]) % p->months]++;
        for (size_t m = 0; m < p->months; m++)
            assert_int_equal(seen[m], 1);
    }
    assert_true(differ > TK_TILE / 2);
}

static void
test_share(void **state)
{
    const tk_plan *p = &plans[2];

    (void)state;
    for (int size = 1; size < 9; size++) {
        size_t next = 0, first, n;

        for (int r = 0; r < size; r++) {
            tk_plan_share(p, r, size, &first, &n);
            assert_int_equal(first, next);
            next += n;
        }
        assert_int_equal(next, p->shards);
    }
}

static void
test_steps_most(void **state)
{
    tk_plan p = plans[2];

    (void)state;
    p.steps_most = 5;
    assert_true(tk_plan_steps(&p) * tk_plan_rounds(&p) >= 5);
    assert_true((tk_plan_steps(&p) - 1) * tk_plan_rounds(&p) < 5);
}

/* A run of whole chunks that lies within the period, and comes to all of it in
 * the course of time; no more steps than are allowed, but each group's one.
 */
static void
test_chunks(void **state)
{
    tk_plan p = plans[2];
    size_t met[23] = {0}, differ = 0;

    (void)state;
    p.chunk = 5;
    p.period = 23;
    assert_int_equal(tk_plan_groups(&p), 1); /* 2 slots, 3 of them a step */
    assert_int_equal(tk_plan_chunks(&p), 4);
    assert_int_equal(tk_plan_steps(&p), 4);
    p.per_step = 1;
    assert_int_equal(tk_plan_groups(&p), 2);
    assert_int_equal(tk_plan_steps(&p), 8);
    for (size_t epoch = 0; epoch < 50; epoch++)
        for (size_t shard = 0; shard < p.shards; shard++) {
            const size_t start = tk_plan_start(&p, epoch, 1, shard);

            assert_true(start + 20 <= 23);
            differ += start != tk_plan_start(&p, epoch, 1, 0);
            for (size_t m = start; m < start + 20; m++)
                met[m]++;
        }
    for (size_t m = 0; m < 23; m++)
        assert_true(met[m] > 0);
    assert_true(differ > 50);
    p.steps_most = 15; /* in 3 rounds: 5, of which 2 groups have 2 each */
    assert_int_equal(tk_plan_rounds(&p), 3);
    assert_int_equal(tk_plan_steps(&p), 4);
    p.steps_most = 1;
    assert_int_equal(tk_plan_steps(&p), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiles),  cmocka_unit_test(test_extra),
        cmocka_unit_test(test_order),  cmocka_unit_test(test_shift),
        cmocka_unit_test(test_share),  cmocka_unit_test(test_steps_most),
        cmocka_unit_test(test_chunks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
