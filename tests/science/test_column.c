/* test_column.c -- the column against exact solutions, a fine grid and time. */
#include <stdbool.h>

#include "../column_case.h"

#define YEAR 365.0
#define PI 3.141592653589793

/* ---- Neumann: a sharp front, two phases ------------------------------------
 *
 * The surface of half-infinite ground at T0 is put to Ts of the other sign.
 * With a, k, C of the phase next to the surface (1) and of the other (2), r = a1/a2,
 * the front is at X = 2 l sqrt(a1 t), and
 *
 *   exp(-l^2)/erf(l) - k2/k1 sqrt(r) |T0/Ts| exp(-l^2 r)/erfc(l sqrt(r))
 *     = l Lw sqrt(pi) / (C1 |Ts|)
 *
 * Carslaw and Jaeger, Conduction of heat in solids, 1959, section 11.2.
 */
typedef struct {
    double theta, kt, kf, T0, Ts;
} neumann;

static const neumann neumann_cases[] = {
    {0.40, 1.2, 2.2, 2.0, -10.0}, {0.15, 1.2, 1.8, 1.0, -10.0},
    {0.70, 0.5, 1.5, 2.0, -10.0}, {0.40, 1.2, 2.2, 1.0, -2.0},
    {0.40, 1.2, 2.2, 3.0, -20.0}, {0.25, 1.4, 2.3, 2.0, -5.0},
    {0.60, 0.8, 1.9, 0.5, -15.0}, {0.40, 1.2, 2.2, -2.0, 10.0},
    {0.25, 1.4, 2.3, -1.0, 6.0},  {0.60, 0.8, 1.9, -4.0, 12.0},
    {0.70, 0.5, 1.5, -3.0, 15.0},
};
#define NCASE (sizeof neumann_cases / sizeof neumann_cases[0])

static double
heat_capacity(const neumann *n, bool thawed)
{
    return 1.2e6 + n->theta * (thawed ? 4.18e6 : 1.93e6);
}

static double
neumann_lambda(const neumann *n)
{
    const bool thaws = n->Ts > 0.0;
    const double C1 = heat_capacity(n, thaws), C2 = heat_capacity(n, !thaws);
    const double k1 = thaws ? n->kt : n->kf, k2 = thaws ? n->kf : n->kt;
    const double r = (k1 / C1) / (k2 / C2);
    double low = 1e-6, high = 5.0;

    for (int i = 0; i < 200; i++) {
        const double l = 0.5 * (low + high);
        const double left = exp(-l * l) / erf(l)
                            - k2 / k1 * sqrt(r) * fabs(n->T0 / n->Ts)
                                  * exp(-l * l * r) / erfc(l * sqrt(r));

        if (left > l * n->theta * TK_LATENT * sqrt(PI) / (C1 * fabs(n->Ts)))
            low = l;
        else
            high = l;
    }
    return low;
}

/* Largest error of the front from day 30 to 180, per case, in %. */
static void
neumann_errors(const tk_column_opts *o, double *error)
{
    column_case k = case_make(o, "tundra", 0, NULL);
    const double *dz = tk_column_thickness(k.col);
    double T0[N], air[36 * N], none[36 * N] = {0.0};
    int days[36];
    tk_column_forcing f = {
        .nmonth = 1, .days = days, .tair = air, .precip = none};
    const tk_column_output out = {0};

    for (size_t c = 0; c < N; c++) {
        const neumann *n = &neumann_cases[c % NCASE];

        for (size_t i = c; i < k.nz * N; i += N) {
            k.g.ct[i] = heat_capacity(n, true);
            k.g.cf[i] = heat_capacity(n, false);
            k.g.kt[i] = n->kt;
            k.g.kf[i] = n->kf;
            k.g.lw[i] = n->theta * TK_LATENT;
            k.g.t1[i] = -1e-6;
            k.g.t2[i] = -2e-6;
            k.g.p1[i] = k.g.p2[i] = 0.0;
        }
        k.g.geothermal[c] = 0.0;
        T0[c] = n->T0;
        air[c] = n->Ts;
        error[c % NCASE] = 0.0;
    }
    days[0] = 5;
    case_start(&k, T0);
    for (int day = 5; day <= 180; day += 5) {
        tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
        for (size_t c = 0; c < NCASE && day >= 30; c++) {
            const neumann *n = &neumann_cases[c];
            const bool thaws = n->Ts > 0.0;
            const double C = heat_capacity(n, thaws);
            const double a = (thaws ? n->kt : n->kf) / C;
            const double exact =
                2.0 * neumann_lambda(n) * sqrt(a * day * 86400.0);
            double front = 0.0;

            for (size_t z = 0; z < k.nz; z++) {
                const double frozen =
                    -k.state[z * N + c] / (n->theta * TK_LATENT);
                const double ice = fmin(fmax(frozen, 0.0), 1.0);

                front += dz[z] * (thaws ? 1.0 - ice : ice);
            }
            error[c] = fmax(error[c], 100.0 * fabs(front / exact - 1.0));
        }
    }
    case_drop(&k);
}

static void
freezes_and_thaws(void **unused)
{
    const struct {
        int nodes, fine_nodes;
        double step, bar;
    } grid[] = {{40, 10, 1.0, 1.0}, {60, 25, 1.0, 0.7}, {40, 10, 0.125, 1.0}};

    (void)unused;
    for (size_t i = 0; i < 3; i++) {
        tk_column_opts o = tk_column_defaults();
        double e[NCASE];

        o.nodes = grid[i].nodes;
        o.fine_nodes = grid[i].fine_nodes;
        o.step = grid[i].step;
        neumann_errors(&o, e);
        print_message("# Neumann, %d nodes, %g day, from day 30, %%:", o.nodes,
                      o.step);
        for (size_t c = 0; c < NCASE; c++)
            print_message(" %.2f", e[c]);
        print_message("\n");
        for (size_t c = 0; c < NCASE; c++)
            CHECK_NEAR(e[c], 0.0, grid[i].bar);
    }
}

/* ---- periodic: no phase change ----------------------------------------------
 *
 * T(z, t) = exp(-z/d) sin(w t - z/d), d = sqrt(2 k / (w C)) = 2.62 m.
 */
static void
periodic(void **unused)
{
    const tk_column_opts o = tk_column_defaults();
    const double depth[] = {0.11, 0.5, 1.0, 2.0, 5.0};
    const double omega = 2.0 * PI / (YEAR * 86400.0);
    const double kappa = 2.62 * 2.62 * omega / 2.0, C = 2e6, swing = 10.0;
    column_case k = case_make(&o, "tundra", 5, depth);
    double T0[N] = {0.0}, none[N] = {0.0}, air[N], T[5 * N];
    double s[5] = {0.0}, c[5] = {0.0};
    const int day = 1;
    const tk_column_forcing f = {
        .nmonth = 1, .days = &day, .tair = air, .precip = none};
    const tk_column_output out = {.tsoil = T};

    (void)unused;
    for (size_t i = 0; i < k.nz * N; i++) {
        k.g.ct[i] = k.g.cf[i] = C;
        k.g.kt[i] = k.g.kf[i] = kappa * C;
        k.g.lw[i] = 0.0;
        k.g.geothermal[i % N] = 0.0;
    }
    case_start(&k, T0);
    /* A month of one day: its mean is what drives its only step. */
    for (int t = 0; t < 365 * 40; t++) {
        const double at = omega * (t + 0.5) * 86400.0;

        for (size_t i = 0; i < N; i++)
            air[i] = swing * sin(at);
        tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
        for (size_t d = 0; d < 5 && t >= 365 * 39; d++) {
            s[d] += T[d * N] * sin(at) * 2.0 / YEAR;
            c[d] += T[d * N] * cos(at) * 2.0 / YEAR;
        }
    }
    for (size_t d = 0; d < 5; d++) {
        const double z = depth[d] / 2.62;
        const double amplitude =
            100.0 * (sqrt(s[d] * s[d] + c[d] * c[d]) / (swing * exp(-z)) - 1.0);
        const double late = (-atan2(c[d], s[d]) - z) / (2.0 * PI) * YEAR;

        print_message("# periodic, %.2f m: amplitude %+.2f %%, %+.2f days\n",
                      depth[d], amplitude, late);
        if (depth[d] <= 2.0) {
            CHECK_NEAR(amplitude, 0.0, 0.5);
            CHECK_NEAR(late, 0.0, 1.0);
        }
    }
    case_drop(&k);
}

/* ---- discretisation: 127 nodes and hours ------------------------------- */

#define PERIOD 6 /* years; the last two are compared */

static void
run_climate(const tk_column_opts *o, const char *profile, const case_climate *c,
            double *tsoil)
{
    const double depth[] = {0.035, 0.175, 0.64, 1.945};
    column_case k = case_make(o, profile, 4, depth);
    const tk_column_forcing f = climate_months(c, 0, 12 * PERIOD);
    const tk_column_output out = {.tsoil = tsoil};
    double T0[N];

    for (size_t i = 0; i < N; i++)
        T0[i] = -9.0 + 12.0 * (double)i / (N - 1);
    case_start(&k, T0);
    tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
    case_drop(&k);
}

static void
discretisation(void **unused)
{
    const char *soils[] = {"tundra", "forest", "peat", "gravel"};
    const size_t all = 12 * PERIOD * 4 * N, from = 12 * (PERIOD - 2) * 4 * N;
    double *coarse = tk_new(all, sizeof *coarse);
    double *fine = tk_new(all, sizeof *fine);
    case_climate c = climate_make(PERIOD, 2.0);
    tk_column_opts o = tk_column_defaults(), p = o;

    (void)unused;
    p.nodes = 127;
    p.fine_nodes = 75;
    p.step = 1.0 / 24.0;
    for (size_t s = 0; s < 4; s++) {
        double sum = 0.0, worst = 0.0;

        run_climate(&p, soils[s], &c, fine);
        run_climate(&o, soils[s], &c, coarse);
        for (size_t i = from; i < all; i++) {
            const double e = coarse[i] - fine[i];

            sum += e * e;
            worst = fmax(worst, fabs(e));
        }
        sum = sqrt(sum / (double)(all - from));
        print_message("# discretisation, %s: rms %.3f K, largest %.2f\n",
                      soils[s], sum, worst);
        CHECK_NEAR(sum, 0.0, 0.1);
    }
    climate_drop(&c);
    tk_free(coarse);
    tk_free(fine);
}

/* ---- energy over 200 years --------------------------------------------- */

static void
closes_for_centuries(void **unused)
{
    const tk_column_opts o = tk_column_defaults();
    column_case k = case_make(&o, "tundra", 0, NULL);
    case_climate c = climate_make(20, 2.0);
    const tk_column_forcing f = climate_months(&c, 0, 240);
    double T0[N], start[N], before[N], after[N], all_in[N] = {0.0};
    double all_moved[N] = {0.0}, failed[N] = {0.0}, worst = 0.0, total = 0.0;

    (void)unused;
    for (size_t i = 0; i < N; i++)
        T0[i] = -9.0 + 12.0 * (double)i / (N - 1);
    case_start(&k, T0);
    tk_column_heat(k.col, k.state, start);
    memcpy(before, start, sizeof before);
    for (int decade = 0; decade < 10; decade++) {
        double in[N] = {0.0}, moved[N] = {0.0};
        const tk_column_output out = {
            .heat_in = in, .heat_moved = moved, .failed = failed};

        tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
        tk_column_heat(k.col, k.state, after);
        for (size_t i = 0; i < N; i++) {
            worst = fmax(worst, fabs(after[i] - before[i] - in[i]) / moved[i]);
            all_in[i] += in[i];
            all_moved[i] += moved[i];
        }
        memcpy(before, after, sizeof before);
    }
    for (size_t i = 0; i < N; i++) {
        total =
            fmax(total, fabs(after[i] - start[i] - all_in[i]) / all_moved[i]);
        CHECK_NEAR(failed[i], 0.0, 0.0);
    }
    print_message("# energy, 10 x 20 years: worst %.1e, over 200 years %.1e\n",
                  worst, total);
    CHECK_NEAR(worst, 0.0, 1e-12);
    CHECK_NEAR(total, 0.0, 1e-12);
    climate_drop(&c);
    case_drop(&k);
}

/* ---- spin-up: the error of the state, not its drift -------------------- */

static int
ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Against 300 years with resets and 2000 without. */
static void
spins_up(void **unused)
{
    tk_column_opts o = tk_column_defaults(), p = o;
    column_case k = case_make(&o, "tundra", 0, NULL), far;
    case_climate c = climate_make(3, 0.0);
    const tk_column_output none = {0};
    double error[N];
    tk_column_forcing ring = climate_months(&c, 12, 12);

    (void)unused;
    p.spinup_years = 300;
    far = case_make(&p, "tundra", 0, NULL);
    CHECK_OK(tk_column_spinup(k.col, &k.g, &ring, k.state, k.work));
    CHECK_OK(tk_column_spinup(far.col, &far.g, &ring, far.state, far.work));
    for (int y = 0; y < 2000; y++)
        tk_column_run(far.col, &far.g, &ring, far.state, &none, far.work);
    tk_column_temperature(k.col, &k.g, k.state, k.T);
    tk_column_temperature(far.col, &far.g, far.state, far.T);
    for (size_t i = 0; i < N; i++) {
        error[i] = 0.0;
        for (size_t z = i; z < k.nz * N; z += N)
            error[i] = fmax(error[i], fabs(k.T[z] - far.T[z]));
    }
    qsort(error, N, sizeof error[0], ascending);
    print_message("# spin-up, 30 years, largest error of a cell: median %.4f, "
                  "90 %% %.3f, worst %.2f K\n",
                  error[N / 2], error[N * 9 / 10], error[N - 1]);
    CHECK_NEAR(error[N / 2], 0.0, 0.05);
    CHECK_NEAR(error[N * 9 / 10], 0.0, 0.1);
    CHECK_NEAR(error[N - 1], 0.0, 0.6);
    ring.nmonth = 11;
    assert_int_equal(tk_column_spinup(k.col, &k.g, &ring, k.state, k.work),
                     TK_ECONF);
    climate_drop(&c);
    case_drop(&far);
    case_drop(&k);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(freezes_and_thaws),
        cmocka_unit_test(periodic),
        cmocka_unit_test(discretisation),
        cmocka_unit_test(closes_for_centuries),
        cmocka_unit_test(spins_up),
    };

    return cmocka_run_group_tests_name("column-science", tests, NULL, NULL);
}
