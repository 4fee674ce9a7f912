#include "../check.h"

#include "talik/nn/optim.h"

/* The textbook update in double, of one parameter with gradient 2 theta. */
static void
adamw_by_the_book(void **state)
{
    const tk_adamw o = {0.9, 0.99, 1e-8, 0.1};
    tk_real theta = 3, m = 0, v = 0;
    double t = 3, tm = 0, tv = 0;

    (void)state;
    for (uint64_t i = 1; i <= 20; i++) {
        const double lr = 0.05 / (double)i, n = (double)i;
        const tk_real g = 2 * theta;

        tk_adamw_step(&o, i, lr, 1, &g, &m, &v, &theta);
        tm = 0.9 * tm + 0.1 * 2 * t;
        tv = 0.99 * tv + 0.01 * 4 * t * t;
        t -= lr * 0.1 * t;
        t -= lr * tm / (1 - pow(0.9, n))
             / (sqrt(tv / (1 - pow(0.99, n))) + 1e-8);
        CHECK_NEAR(theta, t, 3e-6);
    }
}

/* The first update is lr against the sign of g, however small g is. */
static void
adamw_first_step(void **state)
{
    const tk_adamw o = {0.9, 0.999, 1e-8, 0};
    const tk_real g[] = {1000, (tk_real)-1e-3, 0};
    tk_real m[3] = {0}, v[3] = {0}, theta[] = {1, 1, 1};

    (void)state;
    tk_adamw_step(&o, 1, 0.1, 3, g, m, v, theta);
    CHECK_NEAR(theta[0], 0.9, 1e-5);
    CHECK_NEAR(theta[1], 1.1, 1e-5);
    CHECK_NEAR(theta[2], 1, 0);
}

static void
clipping(void **state)
{
    tk_real g[] = {3, 0, -4};

    (void)state;
    CHECK_NEAR(tk_clip(3, 10, g), 5, 1e-12);
    CHECK_NEAR(g[0], 3, 0);
    CHECK_NEAR(tk_clip(3, 0, g), 5, 1e-12);
    CHECK_NEAR(g[0], 3, 0);
    CHECK_NEAR(tk_clip(3, 1, g), 5, 1e-12);
    CHECK_NEAR(g[0], 0.6, 1e-6);
    CHECK_NEAR(g[2], -0.8, 1e-6);
    CHECK_NEAR(tk_norm(3, g), 1, 1e-6);
    g[1] = (tk_real)NAN;
    CHECK_NEAR(tk_clip(3, 1, g), NAN, 0);
}

/* Squares of large floats do not overflow on the way. */
static void
norm_of_large_numbers(void **state)
{
    const tk_real g[] = {(tk_real)3e30, (tk_real)4e30};

    (void)state;
    CHECK_NEAR(tk_norm(2, g) / 5e30, 1, 1e-6);
}

static void
rates(void **state)
{
    tk_rate r = {.kind = TK_RATE_COSINE,
                 .peak = 1,
                 .low = 0.1,
                 .warmup = 10,
                 .total = 110};

    (void)state;
    CHECK_NEAR(tk_rate_at(&r, NULL, 1), 0.1, 1e-12);
    CHECK_NEAR(tk_rate_at(&r, NULL, 10), 1, 1e-12);
    CHECK_NEAR(tk_rate_at(&r, NULL, 60), 0.55, 1e-12);
    CHECK_NEAR(tk_rate_at(&r, NULL, 110), 0.1, 1e-12);
    CHECK_NEAR(tk_rate_at(&r, NULL, 999), 0.1, 1e-12);
    r.kind = TK_RATE_CONSTANT;
    CHECK_NEAR(tk_rate_at(&r, NULL, 5), 0.5, 1e-12);
    CHECK_NEAR(tk_rate_at(&r, NULL, 999), 1, 1e-12);
    r.warmup = 0;
    CHECK_NEAR(tk_rate_at(&r, NULL, 1), 1, 1e-12);
}

static void
plateau(void **state)
{
    const tk_rate r = {.kind = TK_RATE_PLATEAU,
                       .peak = 1,
                       .low = 0.3,
                       .factor = 0.5,
                       .patience = 2};
    const double loss[] = {5, 4, 4, 4.1, 3.9999, 4, 4, 4, 3, 3, 3, 3};
    const double rate[] = {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3, 0.3};
    tk_plateau p = TK_PLATEAU_START;

    (void)state;
    /* 3.9999 is no gain: it is less than 1e-4 of 4. */
    for (size_t i = 0; i < sizeof loss / sizeof loss[0]; i++) {
        tk_plateau_epoch(&r, loss[i], &p);
        CHECK_NEAR(tk_rate_at(&r, &p, 1), rate[i], 1e-12);
    }
    CHECK_NEAR(p.scale, 0.125, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adamw_by_the_book),
        cmocka_unit_test(adamw_first_step),
        cmocka_unit_test(clipping),
        cmocka_unit_test(norm_of_large_numbers),
        cmocka_unit_test(rates),
        cmocka_unit_test(plateau),
    };

    return cmocka_run_group_tests_name("optim", tests, NULL, NULL);
}
