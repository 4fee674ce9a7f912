/* The demonstration world: its climate, its warming, its noise. */
#include "talik/phys/world.h"

#include "talik/phys/outline.h"

#include "../check.h"

#define STEP 1.0
#define MOST 400
#define MONTHS (12 * 60)

static tk_world noisy, calm;
static tk_world_cell land[MOST];
static size_t nland;

enum { UTQIAGVIK, NOME, FAIRBANKS, ANCHORAGE, JUNEAU, NTOWN };
static tk_world_cell town[NTOWN];

static int
setup(void **state)
{
    static const double at[2][NTOWN] = {
        {71.3, 64.5, 64.8, 61.2, 58.3},
        {-156.8, -165.4, -147.9, -149.9, -134.4}};
    tk_world_opts opts = tk_world_defaults();
    double lat[MOST], lon[MOST];

    (void)state;
    CHECK_OK(tk_world_make(&opts, &noisy));
    opts.noise = 0;
    CHECK_OK(tk_world_make(&opts, &calm));
    for (double y = 51.5; y < 72; y += STEP)
        for (double x = -187.5; x < -129; x += STEP)
            if (tk_alaska_land_fraction(y, x, STEP, STEP) > 0.5) {
                assert_true(nland < MOST);
                lat[nland] = y;
                lon[nland++] = x;
            }
    tk_world_cells(&noisy, nland, lat, lon, land);
    tk_world_cells(&noisy, NTOWN, at[0], at[1], town);
    return 0;
}

/* Mean air temperature, and of January and July alone, over 1950-2009. */
static void
normals(const tk_world_cell *c, double *year, double *january, double *july)
{
    *year = *january = *july = 0;
    for (int m = 12 * 1950; m < 12 * 2010; m++) {
        double T;

        tk_world_month(&calm, TK_RCP45, 0, m, 1, c, &T, NULL, NULL, NULL);
        *year += T / MONTHS;
        if (m % 12 == 0)
            *january += T / 60;
        if (m % 12 == 6)
            *july += T / 60;
    }
}

static void
test_towns_have_their_climate(void **state)
{
    /* Means over 1950-2009 of downscaled CRU TS 4.0 (SNAP), degC. */
    static const double want[NTOWN] = {-12.2, -3.2, -2.7, 2.2, 5.5};
    double year, january, july;

    (void)state;
    for (int i = 0; i < NTOWN; i++) {
        normals(&town[i], &year, &january, &july);
        /* The relief is not the real one: 3.5 K per km of it. */
        CHECK_NEAR(year + 3.5e-3 * town[i].elevation, want[i], 2.0);
    }
    normals(&town[FAIRBANKS], &year, &january, &july);
    CHECK_NEAR(july - january, 39, 3);
    normals(&town[JUNEAU], &year, &january, &july);
    CHECK_NEAR(july - january, 17, 3);
}

static void
test_ranges(void **state)
{
    double year, january, july, north = 0, south = 0, wet = 0, dry = 0;
    int nn = 0, ns = 0;

    (void)state;
    for (size_t i = 0; i < nland; i++) {
        const tk_world_cell *c = &land[i];

        normals(c, &year, &january, &july);
        assert_true(year > -18 && year < 8);
        if (c->coast > 200)
            assert_true(july - january > 25 && july - january < 45);
        assert_true(c->elevation >= 1 && c->elevation < 4500);
        assert_true(c->slope >= 0 && c->slope < 45);
        assert_true(c->aspect >= 0 && c->aspect < 360);
        assert_true(c->organic >= 0 && c->organic <= 0.5);
        assert_in_range(c->texture, 0, 3);
        assert_in_range(c->vegetation, 0, 8);
        assert_in_range(c->lithology, 0, 5);
        assert_in_range(c->drainage, 0, 1);
        if (c->lat > 69) {
            north += year;
            dry += 12 * c->rain;
            nn++;
        }
        if (c->lat < 60.5 && c->coast < 60 && c->elevation < 400) {
            south += year;
            wet += 12 * c->rain;
            ns++;
        }
    }
    CHECK_NEAR(north / nn, -11, 2);
    CHECK_NEAR(south / ns, 4, 2);
    CHECK_NEAR(dry / nn, 170, 80);
    assert_true(wet / ns > 700);
}

static double
change(const tk_world *world, const tk_world_cell *c, tk_rcp rcp)
{
    double then = 0, now = 0;

    for (int m = 12 * 2070; m < 12 * 2100; m++)
        then += tk_world_warming(world, rcp, m, c) / 360;
    for (int m = 12 * 1950; m < 12 * 2010; m++)
        now += tk_world_warming(world, rcp, m, c) / 720;
    return then - now;
}

/* The mean of SNAP's five CMIP5 models, 2070-99 against 1950-2009, K. */
static void
test_warming(void **state)
{
    static const double want[NTOWN][3] = {{5.8, 6.6, 9.4},
                                          {5.0, 5.5, 7.5},
                                          {4.1, 4.6, 6.3},
                                          {3.8, 4.3, 5.8},
                                          {2.7, 3.3, 4.5}};

    (void)state;
    for (int i = 0; i < NTOWN; i++)
        for (int r = 0; r < 3; r++)
            CHECK_NEAR(change(&calm, &town[i], (tk_rcp)(TK_RCP45 + r)),
                       want[i][r], 0.3);
    /* RCP2.6 over RCP4.5: 0.65 in the mean of twenty CMIP5 models over Alaska
     * and north-west Canada.
     */
    CHECK_NEAR(change(&calm, &town[FAIRBANKS], TK_RCP26)
                   / change(&calm, &town[FAIRBANKS], TK_RCP45),
               0.65, 0.06);
}

/* What is said to be forced is what the months show. */
static void
test_months_hold_the_warming(void **state)
{
    double now = 0, then = 0, T;

    (void)state;
    for (int m = 12 * 2070; m < 12 * 2100; m++) {
        tk_world_month(&calm, TK_RCP85, 0, m, 1, &town[FAIRBANKS], &T, NULL,
                       NULL, NULL);
        then += T / 360;
    }
    for (int m = 12 * 1950; m < 12 * 2010; m++) {
        tk_world_month(&calm, TK_RCP85, 0, m, 1, &town[FAIRBANKS], &T, NULL,
                       NULL, NULL);
        now += T / 720;
    }
    CHECK_NEAR(then - now, 6.3, 0.3);
}

static void
test_keys_scale_the_warming(void **state)
{
    tk_world_opts opts = tk_world_defaults();
    tk_world half, flat;

    (void)state;
    opts.sensitivity /= 2;
    CHECK_OK(tk_world_make(&opts, &half));
    CHECK_NEAR(change(&half, &town[NOME], TK_RCP85),
               change(&calm, &town[NOME], TK_RCP85) / 2, 1e-9);
    opts = tk_world_defaults();
    opts.amplification = 1;
    CHECK_OK(tk_world_make(&opts, &flat));
    CHECK_NEAR(change(&flat, &town[UTQIAGVIK], TK_RCP85),
               change(&flat, &town[JUNEAU], TK_RCP85), 0.02);
    opts.amplification = 0.5;
    assert_int_equal(tk_world_make(&opts, &flat), TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "amplification"));
}

/* Any part, in any order, alone or together: the same bits. */
static void
test_order_does_not_matter(void **state)
{
    static double all[4][MOST];

    (void)state;
    for (int m = 12 * 2050; m > 12 * 2049; m -= 5) {
        tk_world_month(&noisy, TK_RCP60, 2, m, nland, land, all[0], all[1],
                       all[2], all[3]);
        for (size_t i = nland; i-- > 0;) {
            double one[4];
            tk_world_cell again;

            tk_world_cells(&noisy, 1, &land[i].lat, &land[i].lon, &again);
            tk_world_month(&noisy, TK_RCP60, 2, m, 1, &again, &one[0], &one[1],
                           &one[2], &one[3]);
            for (int v = 0; v < 4; v++)
                assert_memory_equal(&one[v], &all[v][i], sizeof one[v]);
        }
    }
}

static void
test_one_history(void **state)
{
    static double a[MOST], b[MOST];

    (void)state;
    for (int m = 12 * 1995; m < 12 * 2006; m++) {
        tk_world_month(&noisy, TK_RCP26, 1, m, nland, land, a, NULL, NULL,
                       NULL);
        tk_world_month(&noisy, TK_RCP85, 1, m, nland, land, b, NULL, NULL,
                       NULL);
        assert_memory_equal(a, b, nland * sizeof *a);
    }
    tk_world_month(&noisy, TK_RCP26, 1, 12 * 2006, nland, land, a, NULL, NULL,
                   NULL);
    tk_world_month(&noisy, TK_RCP85, 1, 12 * 2006, nland, land, b, NULL, NULL,
                   NULL);
    assert_memory_not_equal(a, b, nland * sizeof *a);
}

/* The anomalies of a cell, in units of their standard deviation. */
static void
anomalies(unsigned realisation, const tk_world_cell *c, double *x)
{
    for (int t = 0; t < MONTHS; t++) {
        double a, b;
        const int m = 12 * 1900 + t;

        tk_world_month(&noisy, TK_RCP45, realisation, m, 1, c, &a, NULL, NULL,
                       NULL);
        tk_world_month(&calm, TK_RCP45, realisation, m, 1, c, &b, NULL, NULL,
                       NULL);
        x[t] = a - b;
    }
}

static double
correlation(int n, const double *x, const double *y)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

    for (int i = 0; i < n; i++) {
        mx += x[i] / n;
        my += y[i] / n;
    }
    for (int i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

static void
test_noise_has_memory_and_reach(void **state)
{
    static double x[MONTHS], y[MONTHS], far[MONTHS];
    tk_world_cell near;
    const double lat = 65.3, lon = -148.5;
    double ss = 0;

    (void)state;
    anomalies(0, &town[FAIRBANKS], x);
    CHECK_NEAR(correlation(MONTHS - 1, x, x + 1), 0.37, 0.12);
    for (int t = 0; t < MONTHS; t++)
        ss += x[t] * x[t] / MONTHS;
    CHECK_NEAR(sqrt(ss), 3.1, 0.5);
    tk_world_cells(&noisy, 1, &lat, &lon, &near);
    anomalies(0, &near, y);
    assert_true(correlation(MONTHS, x, y) > 0.8);
    anomalies(0, &town[JUNEAU], far);
    assert_true(fabs(correlation(MONTHS, x, far)) < 0.4);
    anomalies(1, &town[FAIRBANKS], y);
    assert_true(fabs(correlation(MONTHS, x, y)) < 0.15);
}

/* Over 24 realisations the noise goes and the forced change stays. */
static void
test_realisations_share_their_mean(void **state)
{
    double mean = 0, rain = 0;
    const int n = 24, months = 240;

    (void)state;
    for (unsigned r = 0; r < (unsigned)n; r++)
        for (int t = 0; t < months; t++) {
            double a, b, p, q;
            const int m = 12 * 2080 + t;

            tk_world_month(&noisy, TK_RCP85, r, m, 1, &town[FAIRBANKS], &a, &p,
                           NULL, NULL);
            tk_world_month(&calm, TK_RCP85, r, m, 1, &town[FAIRBANKS], &b, &q,
                           NULL, NULL);
            mean += (a - b) / (n * months);
            rain += p / q / (n * months);
        }
    CHECK_NEAR(mean, 0, 0.15);
    CHECK_NEAR(rain, 1, 0.05);
}

/* Neighbours 10 km apart differ little in everything but chance of relief. */
static void
test_smooth_in_space(void **state)
{
    double worst = 0, T[2], P[2];

    (void)state;
    for (int k = 0; k < 200; k++) {
        const double lat[2] = {66.5, 66.5};
        const double lon[2] = {-160 + 0.09 * k, -160 + 0.09 * k + 0.09};
        tk_world_cell pair[2];

        tk_world_cells(&noisy, 2, lat, lon, pair);
        tk_world_month(&noisy, TK_RCP45, 0, 12 * 2030, 2, pair, T, P, NULL,
                       NULL);
        worst = fmax(worst,
                     fabs(T[1] - T[0]
                          + 3.5e-3 * (pair[1].elevation - pair[0].elevation)));
        assert_true(fabs(log(P[1] / P[0])) < 0.3);
        assert_true(fabs(pair[1].elevation - pair[0].elevation) < 300);
    }
    assert_true(worst < 1.5);
}

static void
test_sun_and_vapour(void **state)
{
    double T, P, S, V;

    (void)state;
    tk_world_month(&calm, TK_RCP45, 0, 12 * 1990 + 11, 1, &town[UTQIAGVIK], &T,
                   &P, &S, &V);
    CHECK_NEAR(S, 0, 1e-9); /* polar night */
    assert_true(V > 0 && V < 2);
    tk_world_month(&calm, TK_RCP45, 0, 12 * 1990 + 5, 1, &town[FAIRBANKS], &T,
                   &P, &S, &V);
    CHECK_NEAR(S, 230, 40);
    assert_true(V > 5 && V < 16);
}

static tk_world_bias
bias_at(unsigned model, double strength, const tk_world_cell *c)
{
    tk_world_bias b;

    tk_world_bias_of(&noisy, model, strength, 1, c, &b);
    return b;
}

static void
test_models_differ_in_their_bias(void **state)
{
    const tk_world_bias a = bias_at(1, 1, &town[NOME]);
    const tk_world_bias b = bias_at(2, 1, &town[NOME]);
    const tk_world_bias none = bias_at(1, 0, &town[NOME]);
    double mean = 0, spread = 0;

    (void)state;
    assert_true(a.mean != b.mean && a.season != b.season && a.spread != b.spread
                && a.rain != b.rain);
    CHECK_NEAR(none.mean, 0, 0);
    CHECK_NEAR(none.spread, 1, 0);
    CHECK_NEAR(none.rain_spread, 1, 0);
    for (unsigned m = 1; m <= 100; m++) {
        const tk_world_bias c = bias_at(m, 1, &town[FAIRBANKS]);

        mean += c.mean * c.mean / 100;
        spread += pow(log(c.spread), 2) / 100;
        assert_true(fabs(c.mean) < 6 && c.rain_spread > 0.4);
    }
    CHECK_NEAR(sqrt(mean), 1.5, 0.4);
    CHECK_NEAR(sqrt(spread), 0.2, 0.05);
}

/* One model's months against the world's under the same weather: mean, season
 * and spread differ by what the bias says, the change under RCP8.5 by nothing.
 */
static void
test_bias_can_be_found(void **state)
{
    enum { YEARS = 60 };
    const tk_world_cell *c = &town[FAIRBANKS];
    const tk_world_bias b = bias_at(3, 1, c);
    double mean = 0, january = 0, var[2] = {0}, rain[2] = {0}, change_of[2];

    (void)state;
    for (int t = 0; t < 12 * YEARS; t++) {
        const int m = 12 * 1950 + t;
        double T[2], P[2], still;

        tk_world_month(&noisy, TK_RCP45, 3, m, 1, c, &T[0], &P[0], NULL, NULL);
        tk_world_model_month(&noisy, TK_RCP45, 3, m, 1, c, &b, &T[1], &P[1]);
        tk_world_month(&calm, TK_RCP45, 3, m, 1, c, &still, NULL, NULL, NULL);
        mean += (T[1] - T[0]) / (12 * YEARS);
        january += m % 12 == 0 ? (T[1] - T[0]) / YEARS : 0;
        var[0] += pow(T[0] - still, 2);
        var[1] += pow(T[1] - still - b.mean
                          - b.season * cos(6.283185307179586 * (m % 12) / 12),
                      2);
        rain[0] += P[0];
        rain[1] += P[1];
    }
    CHECK_NEAR(mean, b.mean, 0.1);
    CHECK_NEAR(january - mean, b.season, 0.35);
    CHECK_NEAR(sqrt(var[1] / var[0]), b.spread, 1e-9);
    CHECK_NEAR(log(rain[1] / rain[0]), b.rain - b.rain_season * 0.3, 0.12);
    for (int biased = 0; biased < 2; biased++) {
        change_of[biased] = 0;
        for (int t = 0; t < 720; t++) {
            const int year = t < 360 ? 2070 : 1950, m = 12 * year + t % 360;
            double T;

            tk_world_model_month(&calm, TK_RCP85, 3, m, 1, c,
                                 biased ? &b : &(tk_world_bias){.spread = 1},
                                 &T, NULL);
            change_of[biased] += t < 360 ? T / 360 : -T / 360;
        }
    }
    CHECK_NEAR(change_of[1], change_of[0], 1e-9);
}

/* A coarse cell reaches across the border: the climate goes on there. */
static void
test_the_border_is_no_coast(void **state)
{
    const double lat[2] = {65, 65}, lon[2] = {-141.1, -140.9};
    tk_world_cell c[2];

    (void)state;
    tk_world_cells(&noisy, 2, lat, lon, c);
    CHECK_NEAR(c[1].coast, c[0].coast, 20);
    CHECK_NEAR(c[1].range, c[0].range, 0.5);
    assert_true(c[0].coast > 200);
}

static void
test_any_longitude(void **state)
{
    const double lat[2] = {61, 61}, lon[2] = {-152.5, 207.5};
    tk_world_cell c[2];

    (void)state;
    tk_world_cells(&noisy, 2, lat, lon, c);
    assert_memory_equal(&c[0], &c[1], sizeof c[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_towns_have_their_climate),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_warming),
        cmocka_unit_test(test_months_hold_the_warming),
        cmocka_unit_test(test_keys_scale_the_warming),
        cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_one_history),
        cmocka_unit_test(test_noise_has_memory_and_reach),
        cmocka_unit_test(test_realisations_share_their_mean),
        cmocka_unit_test(test_smooth_in_space),
        cmocka_unit_test(test_sun_and_vapour),
        cmocka_unit_test(test_models_differ_in_their_bias),
        cmocka_unit_test(test_bias_can_be_found),
        cmocka_unit_test(test_the_border_is_no_coast),
        cmocka_unit_test(test_any_longitude),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
