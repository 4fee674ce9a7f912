#include "../check.h"
#include "talik/phys/snow.h"

#define N 5

/* At 300 kg m-3 the laws of Sturm et al. and of Calonne et al. */
static void
knows_the_laws(void **unused)
{
    tk_snow_opts o = tk_snow_defaults();
    const double depth[1] = {1.0}, rho[1] = {300.0};
    double r[1];

    (void)unused;
    tk_snow_resistance(&o, 1, depth, rho, r);
    CHECK_NEAR(1.0 / r[0], 0.12597, 1e-9);
    o.law = "calonne";
    tk_snow_resistance(&o, 1, depth, rho, r);
    CHECK_NEAR(1.0 / r[0], 0.2121, 1e-9);
    o.law = "constant";
    o.k_factor = 2.0;
    tk_snow_resistance(&o, 1, depth, NULL, r);
    CHECK_NEAR(1.0 / r[0], 0.5, 1e-12);
}

/* Falls when cold, melts at the degree-day rate when warm, never below 0. */
static void
falls_and_melts(void **unused)
{
    const tk_snow_opts o = tk_snow_defaults();
    const double air[N] = {-20.0, 0.0, 1.0, 20.0, NAN};
    const double rain[N] = {2.0, 2.0, 2.0, 2.0, 2.0};
    const double w = 4.0 * sqrt(3.0);
    double swe[N] = {100.0, 100.0, 100.0, 100.0, 100.0};
    double rho[N] = {200.0, 200.0, 200.0, 200.0, 200.0};

    (void)unused;
    tk_snow_step(&o, 1.0, N, air, rain, swe, rho);
    CHECK_NEAR(swe[0], 102.0, 1e-12);
    CHECK_NEAR(swe[1], 100.0 + 2.0 * (0.5 + 0.5 / w) - 3.5 * w / 4.0, 1e-12);
    CHECK_NEAR(swe[2], 101.0 - 3.5 * (1.0 + w) * (1.0 + w) / (4.0 * w), 1e-12);
    CHECK_NEAR(swe[3], 30.0, 1e-12);
    assert_true(isnan(swe[4]));
    for (int i = 0; i < 4; i++) {
        assert_true(rho[i] > 199.0 && rho[i] < 300.0);
    }
    tk_snow_step(&o, 1.0, N, air, rain, swe, rho);
    CHECK_NEAR(swe[3], 0.0, 0.0);
}

/* Half a day, twice, is a day. */
static void
steps_add_up(void **unused)
{
    const tk_snow_opts o = tk_snow_defaults();
    const double air[1] = {-20.0}, none[1] = {0.0};
    double s1[1] = {50.0}, s2[1] = {50.0}, r1[1] = {160.0}, r2[1] = {160.0};

    (void)unused;
    tk_snow_step(&o, 1.0, 1, air, none, s1, r1);
    tk_snow_step(&o, 0.5, 1, air, none, s2, r2);
    tk_snow_step(&o, 0.5, 1, air, none, s2, r2);
    CHECK_NEAR(s1[0], s2[0], 1e-12);
    CHECK_NEAR(r1[0], r2[0], 1e-10);
}

static void
has_a_ceiling(void **unused)
{
    const tk_snow_opts o = tk_snow_defaults();
    const double air[1] = {-20.0}, rain[1] = {5000.0};
    double swe[1] = {0.0}, rho[1] = {150.0};

    (void)unused;
    tk_snow_step(&o, 1.0, 1, air, rain, swe, rho);
    CHECK_NEAR(swe[0], 1000.0, 0.0);
}

static void
refuses(void **unused)
{
    tk_snow_opts o = tk_snow_defaults();

    (void)unused;
    CHECK_OK(tk_snow_check(&o));
    o.law = "wool";
    assert_int_equal(tk_snow_check(&o), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "'wool'"));
    o = tk_snow_defaults();
    o.density_max = 100.0;
    assert_int_equal(tk_snow_check(&o), TK_ECONF);
    o = tk_snow_defaults();
    o.degree_day = NAN;
    assert_int_equal(tk_snow_check(&o), TK_ECONF);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_laws), cmocka_unit_test(falls_and_melts),
        cmocka_unit_test(steps_add_up),   cmocka_unit_test(has_a_ceiling),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests_name("snow", tests, NULL, NULL);
}
