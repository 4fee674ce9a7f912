#include <lapacke.h>

#include "../column_case.h"

#define MONTHS 30

static const double depths[] = {0.035, 0.175, 0.64, 1.945};

static void
climate_starts(double *T0)
{
    for (size_t c = 0; c < N; c++)
        T0[c] = -9.0 + 12.0 * (double)c / (N - 1);
}

/* T(H(T)) = T, on every line of the freezing curve and at its corners. */
static void
inverts(void **unused)
{
    const tk_column_opts o = tk_column_defaults();
    column_case k = case_make(&o, "tundra", 0, NULL);
    double *back = tk_new(k.nz * N, sizeof *back);

    (void)unused;
    for (size_t i = 0; i < k.nz * N; i++)
        k.T[i] = i % 5 == 0   ? k.g.t1[i]
                 : i % 5 == 1 ? k.g.t2[i]
                 : i % 5 == 2 ? 0.0
                 : i % 5 == 3 ? 4.0 * tk_rng_normal(3, 0, i)
                              : -tk_rng_uniform(4, 0, i);
    tk_column_start(k.col, &k.g, k.T, k.state);
    tk_column_temperature(k.col, &k.g, k.state, back);
    for (size_t i = 0; i < k.nz * N; i++)
        CHECK_NEAR(back[i], k.T[i], 1e-13 * (1.0 + fabs(k.T[i])));
    tk_free(back);
    case_drop(&k);
}

/* Without phase change a step is one tridiagonal system: LAPACK's answer. */
static void
solves_tridiagonal(void **unused)
{
    const tk_column_opts o = tk_column_defaults();
    column_case k = case_make(&o, "tundra", 0, NULL);
    const double *dz = tk_column_thickness(k.col), dt = 86400.0;
    const int day = 1;
    double air[N], none[N] = {0.0}, *got = tk_new(k.nz * N, sizeof *got);
    const tk_column_forcing f = {
        .nmonth = 1, .days = &day, .tair = air, .precip = none};
    const tk_column_output out = {0};

    (void)unused;
    for (size_t i = 0; i < k.nz * N; i++) {
        k.g.ct[i] = k.g.cf[i] = 1e6 * (1.0 + 2.0 * tk_rng_uniform(5, 0, i));
        k.g.kt[i] = k.g.kf[i] = 0.2 + 3.0 * tk_rng_uniform(5, 1, i);
        k.g.lw[i] = 0.0;
        k.T[i] = 3.0 * tk_rng_normal(5, 2, i);
    }
    for (size_t c = 0; c < N; c++)
        air[c] = 10.0 * tk_rng_normal(5, 3, c);
    tk_column_start(k.col, &k.g, k.T, k.state);
    tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
    tk_column_temperature(k.col, &k.g, k.state, got);
    for (size_t c = 0; c < N; c++) {
        double lower[64], diag[64], upper[64], x[64];
        double up = 2.0 * k.g.kt[c] / dz[0];

        for (size_t z = 0; z < k.nz; z++) {
            const size_t i = z * N + c;
            const double store = k.g.ct[i] * dz[z] / dt;
            double down = 0.0;

            if (z + 1 < k.nz)
                down = 2.0 / (dz[z] / k.g.kt[i] + dz[z + 1] / k.g.kt[i + N]);
            diag[z] = store + up + down;
            lower[z] = upper[z] = -down;
            x[z] = store * k.T[i] + (z == 0 ? up * air[c] : 0.0)
                   + (z + 1 == k.nz ? k.g.geothermal[c] : 0.0);
            up = down;
        }
        assert_int_equal(LAPACKE_dgtsv(LAPACK_COL_MAJOR, (lapack_int)k.nz, 1,
                                       lower, diag, upper, x, (lapack_int)k.nz),
                         0);
        for (size_t z = 0; z < k.nz; z++)
            CHECK_NEAR(got[z * N + c], x[z], 1e-11);
    }
    tk_free(got);
    case_drop(&k);
}

typedef struct {
    double state[44 * N], tsoil[MONTHS * 4 * N], depth[MONTHS * N];
} result;

typedef void run_fn(const tk_column *, const tk_ground *,
                    const tk_column_forcing *, double *,
                    const tk_column_output *, double *);

/* MONTHS months from month 7 in pieces of so many. */
static void
run_pieces(column_case *k, const case_climate *c, run_fn *run, size_t piece,
           result *r)
{
    double T0[N];

    climate_starts(T0);
    case_start(k, T0);
    for (size_t t = 0; t < MONTHS; t += piece) {
        const tk_column_forcing f = climate_months(c, 7 + t, piece);
        const tk_column_output out = {.tsoil = r->tsoil + t * 4 * N,
                                      .snow_depth = r->depth + t * N};

        run(k->col, &k->g, &f, k->state, &out, k->work);
    }
    memcpy(r->state, k->state, tk_column_state_size(k->col) * sizeof *k->state);
}

static void
check_same_bits(const result *a, const result *b)
{
    assert_memory_equal(a->state, b->state, sizeof a->state);
    assert_memory_equal(a->tsoil, b->tsoil, sizeof a->tsoil);
    assert_memory_equal(a->depth, b->depth, sizeof a->depth);
}

/* The bundle against the single cell, and months in pieces through a copied
 * state against months in one call: the same bits.
 */
static void
same_bits(void **unused)
{
    const tk_column_opts o = tk_column_defaults();
    column_case k = case_make(&o, "tundra", 4, depths);
    case_climate c = climate_make(4, 2.0);
    result *one = tk_new(1, sizeof *one), *other = tk_new(1, sizeof *other);

    (void)unused;
    run_pieces(&k, &c, tk_column_run, MONTHS, one);
    run_pieces(&k, &c, tk_column_run_ref, MONTHS, other);
    check_same_bits(one, other);
    run_pieces(&k, &c, tk_column_run, 1, other);
    check_same_bits(one, other);
    run_pieces(&k, &c, tk_column_run, 5, other);
    check_same_bits(one, other);
    tk_free(one);
    tk_free(other);
    climate_drop(&c);
    case_drop(&k);
}

/* A cell among 63 others, or with a NaN among them: its bits stay. */
static void
ignores_neighbours(void **unused)
{
    const tk_column_opts o = tk_column_defaults();
    column_case k = case_make(&o, "tundra", 4, depths);
    case_climate c = climate_make(4, 2.0);
    result *all = tk_new(1, sizeof *all), *few = tk_new(1, sizeof *few);

    (void)unused;
    run_pieces(&k, &c, tk_column_run, MONTHS, all);
    for (size_t t = 0; t < 12 * c.years; t++)
        for (size_t i = 0; i < N; i++)
            if (i % 5 != 0) {
                c.tair[t * N + i] = i == 3 ? NAN : c.tair[t * N + i] * 0.7;
                c.precip[t * N + i] = i == 6 ? NAN : 0.0;
            }
    run_pieces(&k, &c, tk_column_run, MONTHS, few);
    for (size_t t = 0; t < MONTHS * 4; t++)
        for (size_t i = 0; i < N; i++) {
            if (i % 5 == 0)
                assert_memory_equal(&few->tsoil[t * N + i],
                                    &all->tsoil[t * N + i], sizeof(double));
            else
                assert_true((i == 3 || i == 6) == isnan(few->tsoil[t * N + i]));
        }
    tk_free(all);
    tk_free(few);
    climate_drop(&c);
    case_drop(&k);
}

/* Heat in = heat gained, over a year with snow. */
static void
closes_energy(void **unused)
{
    const double steps[] = {1.0, 0.125, 5.0};

    (void)unused;
    for (size_t s = 0; s < 3; s++) {
        tk_column_opts o = tk_column_defaults();
        column_case k;
        case_climate c = climate_make(2, 1.5);
        const tk_column_forcing f = climate_months(&c, 6, 12);
        double T0[N], before[N], after[N], worst = 0.0;
        double in[N] = {0.0}, moved[N] = {0.0}, failed[N] = {0.0};
        const tk_column_output out = {
            .heat_in = in, .heat_moved = moved, .failed = failed};

        o.step = steps[s];
        k = case_make(&o, "tundra", 0, NULL);
        climate_starts(T0);
        case_start(&k, T0);
        tk_column_heat(k.col, k.state, before);
        tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
        tk_column_heat(k.col, k.state, after);
        for (size_t i = 0; i < N; i++) {
            worst = fmax(worst, fabs(after[i] - before[i] - in[i]) / moved[i]);
            CHECK_NEAR(failed[i], 0.0, 0.0);
        }
        print_message("# energy, a year with steps of %g days: %.1e\n",
                      steps[s], worst);
        CHECK_NEAR(worst, 0.0, 1e-12);
        climate_drop(&c);
        case_drop(&k);
    }
}

/* Sharp freezing in steps of 31 days: Newton walks the front through cells of
 * which many do not converge, are halved, and neither lose heat nor disturb
 * those that did.
 */
static void
halves_steps(void **unused)
{
    tk_column_opts o = tk_column_defaults();
    column_case k;
    case_climate c = climate_make(4, 3.0);
    result *one = tk_new(1, sizeof *one), *other = tk_new(1, sizeof *other);
    double before[N], after[N], in[N] = {0.0}, moved[N] = {0.0};
    const tk_column_forcing f = climate_months(&c, 6, 24);
    double failed[N] = {0.0};
    const tk_column_output out = {
        .heat_in = in, .heat_moved = moved, .failed = failed};

    (void)unused;
    o.step = 31.0;
    o.tolerance = 1e-9;
    k = case_make(&o, "peat", 4, depths);
    for (size_t i = 0; i < k.nz * N; i++) {
        k.g.t1[i] = -1e-6;
        k.g.t2[i] = -2e-6;
        k.g.p1[i] = k.g.p2[i] = 0.0;
    }
    run_pieces(&k, &c, tk_column_run, MONTHS, one);
    run_pieces(&k, &c, tk_column_run_ref, MONTHS, other);
    check_same_bits(one, other);
    tk_column_heat(k.col, k.state, before);
    tk_column_run(k.col, &k.g, &f, k.state, &out, k.work);
    tk_column_heat(k.col, k.state, after);
    for (size_t i = 0; i < N; i++) {
        CHECK_NEAR(failed[i], 0.0, 0.0);
        /* Newton overshoots far here, and H keeps that round-off. */
        CHECK_NEAR((after[i] - before[i] - in[i]) / moved[i], 0.0, 1e-11);
    }
    tk_free(one);
    tk_free(other);
    climate_drop(&c);
    case_drop(&k);
}

static void
refuses(void **unused)
{
    tk_column_opts o = tk_column_defaults();
    const double deep = 40.0;
    tk_column *col;

    (void)unused;
    assert_int_equal(tk_column_make(&o, 1, &deep, &col), TK_ECONF);
    o.bottom = 10.0;
    assert_int_equal(tk_column_make(&o, 0, NULL, &col), TK_ECONF);
    o = tk_column_defaults();
    o.growth = 1.05;
    assert_int_equal(tk_column_make(&o, 0, NULL, &col), TK_ECONF);
    o = tk_column_defaults();
    o.snow.law = "stürm";
    assert_int_equal(tk_column_make(&o, 0, NULL, &col), TK_ECONF);
    o = tk_column_defaults();
    o.step = NAN;
    assert_int_equal(tk_column_make(&o, 0, NULL, &col), TK_ECONF);
    assert_null(col);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inverts),       cmocka_unit_test(solves_tridiagonal),
        cmocka_unit_test(same_bits),     cmocka_unit_test(ignores_neighbours),
        cmocka_unit_test(closes_energy), cmocka_unit_test(halves_steps),
        cmocka_unit_test(refuses),
    };

    return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
