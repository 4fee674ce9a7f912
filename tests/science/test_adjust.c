/* Bias correction and the divergence of scenarios; two elsewhere cases. */
#include <gsl/gsl_cdf.h>

#include "../adjust_case.h"

#define SEEDS 40
#define BIAS 2.0

/* Fairbanks: monthly means and standard deviations, roughly; the warming of
 * 2070-2099 under RCP8.5 by season, DJF first, and how much less it is under
 * RCP4.5, SNAP's five models.
 */
static const double mean[12] = {-23,  -19,  -11.5, 0.3,  9.5, 15.6,
                                16.9, 13.6, 7.2,   -4.2, -16, -21};
static const double sd[12] = {5.5, 5,   4,   2.5, 1.7, 1.4,
                              1.3, 1.5, 1.7, 3,   4.5, 5.5};
static const double rcp85[4] = {8.3, 6.1, 4.7, 6.1};
static const double less45[4] = {3.03, 2.13, 1.71, 2.13};

enum { YEAR, DJF, JJA, SPANS };

static void
draw(uint64_t stream, double bias, double ratio, const double *warming,
     double *x)
{
    for (size_t i = 0; i < REF; i++)
        x[i] = mean[i % 12] + bias
               + ratio * sd[i % 12] * tk_rng_normal(5, stream, i)
               + (warming ? warming[(i % 12 + 1) / 3 % 4] : 0);
}

static void
add_difference(const double *warm, const double *cool, double d[SPANS])
{
    double month[12];

    for (size_t k = 0; k < 12; k++) {
        month[k] = month_mean(REF, warm, k) - month_mean(REF, cool, k);
        d[YEAR] += month[k] / 12;
    }
    d[DJF] += (month[11] + month[0] + month[1]) / 3;
    d[JJA] += (month[5] + month[6] + month[7]) / 3;
}

/* RCP8.5 less RCP4.5 of 2070-2099 after correction, mean of the seeds; before
 * it is 2.25, 3.03, 1.71 K.  The runs have the same weather.
 */
static void
divergence(const tk_adjust *how, double ratio, double d[SPANS])
{
    static double o[REF], h[REF], cool[REF], warm[REF];
    double rcp45[4];

    for (size_t s = 0; s < 4; s++)
        rcp45[s] = rcp85[s] - less45[s];
    d[YEAR] = d[DJF] = d[JJA] = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        draw(3 * seed, 0, 1, NULL, o);
        draw(3 * seed + 1, BIAS, ratio, NULL, h);
        draw(3 * seed + 2, BIAS, ratio, rcp45, cool);
        draw(3 * seed + 2, BIAS, ratio, rcp85, warm);
        adjust(how, o, h, REF, cool, cool);
        adjust(how, o, h, REF, warm, warm);
        add_difference(warm, cool, d);
    }
    for (size_t k = 0; k < SPANS; k++)
        d[k] /= SEEDS;
}

/* What another code found, with a climatology and random numbers that are not
 * at hand: clipped by month within 0.25 K, the end's correction kept and
 * clipped with all months pooled within 0.1 K.
 */
static const struct {
    double ratio, clipped[SPANS], kept[SPANS], pooled[SPANS];
} elsewhere[] = {
    {0.8, {1.06, 2.24, 0.29}, {2.43, 3.37, 1.75}, {2.02, 3.16, 0.89}},
    {1.0, {1.17, 2.14, 0.47}, {2.23, 2.96, 1.69}, {2.06, 3.01, 0.94}},
    {1.5, {1.09, 1.64, 0.66}, {1.70, 2.14, 1.39}, {2.01, 2.69, 0.97}},
};

static void
compare(const char *what, const tk_adjust *how, double ratio,
        const double want[SPANS], double tolerance)
{
    double d[SPANS];

    divergence(how, ratio, d);
    printf("# sd %.1f, %-14s %.2f / %.2f / %.2f, wanted %.2f / %.2f / %.2f\n",
           ratio, what, d[YEAR], d[DJF], d[JJA], want[YEAR], want[DJF],
           want[JJA]);
    for (size_t k = 0; k < SPANS; k++)
        CHECK_NEAR(d[k], want[k], tolerance);
}

static void
test_divergence(void **state)
{
    static const double raw[SPANS] = {(3.03 + 2.13 + 1.71 + 2.13) / 4, 3.03,
                                      1.71};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const double ratio = elsewhere[i].ratio;
        tk_adjust how = tk_adjust_defaults();

        compare("qdm", &how, ratio, raw, 1e-9);
        how.method = TK_ADJUST_DQM;
        compare("dqm", &how, ratio, raw, 1e-9);
        how.method = TK_ADJUST_DELTA;
        compare("delta", &how, ratio, raw, 1e-9);
        how.method = TK_ADJUST_EQM;
        compare("eqm, clipped", &how, ratio, elsewhere[i].clipped, 0.25);
        how.clip = false;
        compare("eqm, kept", &how, ratio, elsewhere[i].kept, 0.1);
        how.clip = how.pooled = true;
        compare("eqm, pooled", &how, ratio, elsewhere[i].pooled, 0.1);
    }
}

/* Runs of unlike weather: QDM keeps what the raw runs have, to the digit; DQM
 * maps their weather, and its mean with it.
 */
static void
test_weather(void **state)
{
    static double o[REF], h[REF], a[REF], b[REF], a2[REF], b2[REF];
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++)
        for (int m = TK_ADJUST_DQM; m <= TK_ADJUST_QDM; m++) {
            double raw[SPANS] = {0}, got[SPANS] = {0};

            how.method = (tk_adjust_method)m;
            draw(4 * seed, 0, 1, NULL, o);
            draw(4 * seed + 1, BIAS, 1.5, NULL, h);
            draw(4 * seed + 2, BIAS, 1.5, rcp85, a);
            draw(4 * seed + 3, BIAS, 1.2, less45, b);
            add_difference(a, b, raw);
            adjust(&how, o, h, REF, a, a2);
            adjust(&how, o, h, REF, b, b2);
            add_difference(a2, b2, got);
            for (size_t k = 0; k < SPANS; k++)
                CHECK_NEAR(got[k], raw[k], m == TK_ADJUST_QDM ? 1e-9 : 0.4);
        }
}

/* Years 101 to 130 of a run with a trend, less its first 30, which are the
 * reference.
 */
static double
warming_of(size_t n, const double *x)
{
    double sum = 0;

    for (size_t k = 0; k < 12; k++)
        sum += month_mean(REF, x + n - REF, k) - month_mean(REF, x, k);
    return sum / 12;
}

/* Windows that move: a year in their middle keeps its warming.  In the last 15
 * years the window stands, and what they are warmer than its mean, 0.45 K here,
 * is multiplied by s_o / s_h as the weather is: 0.45 (1 - 1 / 1.5) / 2 of the
 * warming of the last 30 are lost.
 */
static void
test_moving(void **state)
{
    enum { YEARS = 130, N = 12 * YEARS };
    static double o[REF], x[N], out[N];

    (void)state;
    for (int m = TK_ADJUST_DQM; m <= TK_ADJUST_QDM; m++) {
        tk_adjust how = tk_adjust_defaults();
        double raw = 0, got = 0;

        how.method = (tk_adjust_method)m;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            draw(2 * seed, 0, 1, NULL, o);
            for (size_t i = 0; i < N; i++)
                x[i] = mean[i % 12] + BIAS
                       + 1.5 * sd[i % 12] * tk_rng_normal(5, 2 * seed + 1, i)
                       + 6 * fmax((double)i - REF, 0) / (N - REF);
            adjust(&how, o, x, N, x, out);
            raw += warming_of(N, x) / SEEDS;
            got += warming_of(N, out) / SEEDS;
        }
        printf("# %s: %.3f K of %.3f\n", tk_adjust_name(how.method), got, raw);
        CHECK_NEAR(got, raw - 0.075, 0.05);
    }
}

static double
moments(size_t n, const double *x, double *spread)
{
    double sum = 0, squares = 0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - sum / (double)n) * (x[i] - sum / (double)n);
    *spread = sqrt(squares / (double)n);
    return sum / (double)n;
}

/* The three gamma distributions of Cannon et al. (2015), figure 2, as 15,000
 * equally probable values each; the results are those that the tests of xclim
 * and xsdba expect within 1.5.
 */
static void
test_cannon(void **state)
{
    enum { N = 15000 };
    static const double shape[3] = {4, 8.15, 16}, scale[3] = {7.5, 3.68, 2.63};
    static double x[3][N], out[N];
    tk_adjust how = tk_adjust_defaults();

    (void)state;
    for (size_t s = 0; s < 3; s++)
        for (size_t i = 0; i < N; i++)
            x[s][i] =
                gsl_cdf_gamma_Pinv(((double)i + 0.5) / N, shape[s], scale[s]);
    how.ratio = how.pooled = true;
    how.span_years = 0;
    for (int m = TK_ADJUST_DQM; m <= TK_ADJUST_QDM; m++) {
        const bool dqm = m == TK_ADJUST_DQM;
        double middle, spread;

        how.method = (tk_adjust_method)m;
        CHECK_OK(tk_adjust_series(&how, 0, JANUARY, N, x[0], JANUARY, N, x[1],
                                  JANUARY, N, x[2], out));
        middle = moments(N, out, &spread);
        printf("# %s: mean %.2f sd %.2f\n", tk_adjust_name(how.method), middle,
               spread);
        CHECK_NEAR(middle, dqm ? 41.6 : 41.5, 0.1);
        CHECK_NEAR(spread, dqm ? 15.0 : 16.7, 0.1);
    }
}

/* The grid of ibicus' tests: the corrected future's mean is the observed one
 * and the trend.
 */
static void
test_grid(void **state)
{
    static const double bias[] = {0, 2, 10}, spread[] = {1, 2};
    static const double trend[] = {0, 10, 20};
    static double o[REF], h[REF], x[REF];
    double worst = 0;

    (void)state;
    for (uint64_t i = 0; i < 18; i++)
        for (int m = TK_ADJUST_DELTA; m <= TK_ADJUST_QDM; m++) {
            tk_adjust how = tk_adjust_defaults();
            const double warming = trend[i / 6], s = spread[i % 6 / 3];
            double error, unused;

            how.method = (tk_adjust_method)m;
            if (m == TK_ADJUST_EQM && warming > 0)
                continue; /* it is not meant to */
            for (size_t t = 0; t < REF; t++) {
                o[t] = 275 + tk_rng_normal(6, 3 * i, t);
                h[t] = 275 + bias[i % 3] + s * tk_rng_normal(6, 3 * i + 1, t);
                x[t] = 275 + bias[i % 3] + warming
                       + s * tk_rng_normal(6, 3 * i + 2, t);
            }
            adjust(&how, o, h, REF, x, x);
            error =
                moments(REF, x, &unused) - moments(REF, o, &unused) - warming;
            worst = fmax(worst, fabs(error));
            CHECK_NEAR(error, 0, 0.5);
        }
    printf("# worst mean error %.2f K\n", worst);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_divergence), cmocka_unit_test(test_weather),
        cmocka_unit_test(test_moving),     cmocka_unit_test(test_cannon),
        cmocka_unit_test(test_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
