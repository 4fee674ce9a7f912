/* Trailing means against plain sums, and that they do not know where they began. */
#include "../check.h"

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/data/trail.h"

#define LANES 5
#define MONTHS 90
#define MEANS 4
static const size_t months[MEANS] = {12, 1, 36, 7};

/* Lane 0 temperatures; 1 small and large numbers of both signs; 2 with gaps of
 * one month and of a whole year; 3 what sums cannot hold; 4 nothing at all.
 */
static float
value_of(size_t lane, size_t month)
{
    const double z = tk_rng_normal(3, lane, month);
    const bool gap = month % 11 == 4 || (month > 40 && month < 53);

    if (lane == 0)
        return (float)(263 + 15 * z);
    if (lane == 1)
        return (float)(z * pow(10, (double)(month % 13) - 6));
    if (lane == 2 && gap)
        return month % 2 ? NAN : INFINITY;
    if (lane == 3 && month % 5 == 0)
        return month % 2 ? 3e38f : -3e38f;
    return lane == 4 ? NAN : (float)(1e6 + z);
}

static void
push(tk_trail *t, size_t month)
{
    float x[LANES];

    for (size_t l = 0; l < LANES; l++)
        x[l] = value_of(l, month);
    tk_trail_push(t, x);
}

/* The definition, in one go. */
static double
plain(size_t lane, size_t n, size_t month)
{
    long double sum = 0;
    size_t count = 0;

    for (size_t s = month + 1 > n ? month + 1 - n : 0; s <= month; s++)
        if (fabsf(value_of(lane, s)) < 1e15f) {
            sum += (long double)value_of(lane, s);
            count++;
        }
    return count ? (double)(sum / (long double)count) : NAN;
}

static void
test_means(void **state)
{
    const size_t held = tk_mem_held();
    tk_trail *t;

    (void)state;
    CHECK_OK(tk_trail_make(LANES, MEANS, months, &t));
    assert_int_equal(tk_trail_longest(t), 36);
    assert_in_range(tk_mem_held() - held, LANES * tk_trail_bytes(MEANS, months),
                    4096);
    for (size_t m = 0; m < MONTHS; m++) {
        push(t, m);
        for (size_t k = 0; k < MEANS; k++) {
            double mean[LANES];

            tk_trail_mean(t, k, mean);
            for (size_t l = 0; l < LANES; l++)
                CHECK_NEAR(mean[l], plain(l, months[k], m),
                           1e-15 * fmax(1, fabs(mean[l])));
        }
    }
    tk_trail_drop(t);
    tk_trail_drop(NULL);
    assert_int_equal(tk_mem_held(), held);
}

/* From each beginning that is early enough: the same bits. */
static void
test_beginnings(void **state)
{
    tk_trail *all, *late;

    (void)state;
    CHECK_OK(tk_trail_make(LANES, MEANS, months, &all));
    CHECK_OK(tk_trail_make(LANES, MEANS, months, &late));
    for (size_t m = 0; m < 60; m++)
        push(all, m);
    for (size_t begin = 60 - 36; begin > 0; begin -= 4) {
        tk_trail_clear(late);
        for (size_t m = begin; m < 60; m++)
            push(late, m);
        for (size_t k = 0; k < MEANS; k++) {
            double a[LANES], b[LANES];

            tk_trail_mean(all, k, a);
            tk_trail_mean(late, k, b);
            for (size_t l = 0; l < LANES; l++)
                CHECK_NEAR(a[l], b[l], 0);
        }
    }
    tk_trail_drop(all);
    tk_trail_drop(late);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_beginnings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
