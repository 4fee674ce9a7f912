#include "../check.h"
#include "talik/phys/ground.h"

#define N TK_TILE

static const double dz[] = {0.05, 0.05, 0.10, 0.50};
#define NZ (sizeof dz / sizeof dz[0])

static void
profiles_and_keys(void **unused)
{
    tk_profile keys = tk_profile_unset(), p;

    (void)unused;
    for (size_t i = 0; tk_profile_name(i); i++) {
        CHECK_OK(tk_profile_make(tk_profile_name(i), &keys, &p));
        assert_non_null(tk_profile_about(i));
    }
    keys.mineral_porosity = 0.33;
    CHECK_OK(tk_profile_make("Stony", &keys, &p));
    CHECK_NEAR(p.mineral_porosity, 0.33, 0.0);
    CHECK_NEAR(p.mineral_saturation, 0.5, 0.0);
    CHECK_NEAR(p.organic_depth, 0.0, 0.0);
}

static void
refuses(void **unused)
{
    tk_profile keys = tk_profile_unset(), p;

    (void)unused;
    assert_int_equal(tk_profile_make("tundre", &keys, &p), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "did you mean 'tundra'"));
    keys.mineral_saturation = 1.2;
    assert_int_equal(tk_profile_make("tundra", &keys, &p), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "mineral_saturation"));
    keys = tk_profile_unset();
    keys.mineral_freeze[1] = 0.99; /* steeper below than above */
    assert_int_equal(tk_profile_make("tundra", &keys, &p), TK_ECONF);
}

/* Johansen's conductivities, by hand, of both soils and of the cut node. */
static void
properties(void **unused)
{
    tk_profile keys = tk_profile_unset(), p;
    double depth[N], wet[N];
    const tk_profile_cells cells = {.organic_depth = depth,
                                    .organic_saturation = wet};
    const double sat = pow(0.25, 0.12) * pow(0.57, 0.88);
    const double kt = 0.7 * (sat - 0.05) + 0.05;
    const double ms = pow(2.9, 0.55) * pow(2.2, 0.45);
    const double kf = 0.95 * (ms - 0.25) + 0.25;
    tk_ground g;

    (void)unused;
    for (size_t c = 0; c < N; c++) {
        depth[c] = 0.15;
        wet[c] = NAN;
    }
    depth[1] = NAN;
    depth[2] = 0.0;
    depth[3] = -7.0; /* cut to the range */
    CHECK_OK(tk_profile_make("tundra", &keys, &p));
    CHECK_OK(tk_ground_make(NZ, &g));
    tk_ground_fill(&p, &cells, dz, &g);
    CHECK_NEAR(g.kt[0], kt, 1e-14);
    CHECK_NEAR(g.kf[3 * N], kf, 1e-14);
    CHECK_NEAR(g.kt[3 * N],
               (log10(0.95) + 1.0) * (pow(2.9, 0.55) * pow(0.57, 0.45) - 0.25)
                   + 0.25,
               1e-14);
    CHECK_NEAR(g.lw[0], 0.88 * 0.7 * 334e6, 1e-6);
    CHECK_NEAR(g.ct[3 * N], 0.55 * 2.1e6 + 0.45 * 0.95 * 4.18e6, 1e-6);
    /* 0.10-0.15 m organic, 0.15-0.20 m mineral: half and half. */
    CHECK_NEAR(g.ct[2 * N], 0.5 * (g.ct[0] + g.ct[3 * N]), 1e-6);
    CHECK_NEAR(g.kt[2 * N], 2.0 / (1.0 / g.kt[0] + 1.0 / g.kt[3 * N]), 1e-14);
    CHECK_NEAR(g.ct[2 * N + 1], g.ct[0], 0.0); /* NaN: the profile's 0.20 m */
    CHECK_NEAR(g.ct[2], g.ct[3 * N], 0.0);
    CHECK_NEAR(g.ct[3], g.ct[2], 0.0);
    CHECK_NEAR(g.geothermal[5], 0.05, 0.0);
    tk_ground_drop(&g);
}

static void
freezing_curve(void **unused)
{
    const double f[4] = {-0.1, 0.5, -1.0, 0.15};

    (void)unused;
    CHECK_NEAR(tk_liquid(f, 1.0), 1.0, 0.0);
    CHECK_NEAR(tk_liquid(f, -0.05), 0.75, 1e-15);
    CHECK_NEAR(tk_liquid(f, -0.1), 0.5, 1e-15);
    CHECK_NEAR(tk_liquid(f, -0.55), 0.325, 1e-15);
    CHECK_NEAR(tk_liquid(f, -30.0), 0.15, 0.0);
    CHECK_NEAR(tk_liquid(f, NAN), NAN, 0.0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_and_keys),
        cmocka_unit_test(refuses),
        cmocka_unit_test(properties),
        cmocka_unit_test(freezing_curve),
    };

    return cmocka_run_group_tests_name("ground", tests, NULL, NULL);
}
