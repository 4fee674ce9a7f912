/* column_spinup.c -- a state in balance with a climate. */
#include "column_impl.h"

#include <math.h>
#include <stdbool.h>

#define N TK_TILE
#define L TK_BUNDLE

/* The ground above needs two summers to answer a reset. */
#define RESET_YEARS 3

#define SEASONAL 1.0 /* m; the deep ground begins below this */

/* H of cell c at a node (see invert of column_kernel.c). */
static double
enthalpy(const double *p, size_t c, double T)
{
    const double T1 = p[F_B1 * L + c] * p[F_H1 * L + c];
    const double T2 = p[F_A3 * L + c] + p[F_B3 * L + c] * p[F_H2 * L + c];

    if (T > 0.0)
        return T / p[F_BT * L + c];
    if (T > T1)
        return T / p[F_B1 * L + c];
    if (T > T2)
        return (T - p[F_A2 * L + c]) / p[F_B2 * L + c];
    return (T - p[F_A3 * L + c]) / p[F_B3 * L + c];
}

/* Conductance from a node to the next at temperature T. */
static double
conductance(const double *p, size_t c, double T)
{
    const double tau = fmin(T, 0.0);

    return p[F_G0 * L + c] + p[F_G1 * L + c] * fmax(tau, p[F_TA * L + c])
           + p[F_G2 * L + c] * fmax(tau, p[F_TB * L + c]);
}

/* Puts cell c below its seasonal layer on the profile of steady flux, from
 * `steps` recorded steps; leaves it if no node keeps its state all the time.
 */
static void
reset_deep(tk_bundle *b, const double *z, size_t c, double steps)
{
    const double *p = b->node;
    size_t k = 0;
    double T;

    while (k < b->nz
           && !(z[k] > SEASONAL
                && (p[F_MAX * L + c] < 0.0 || p[F_MIN * L + c] > 0.0))) {
        p += F_COUNT * L;
        k++;
    }
    if (k == b->nz)
        return;
    T = p[F_SUM * L + c] / steps;
    for (k++; k < b->nz; k++) {
        double *q = b->node + k * F_COUNT * L;
        const double anomaly = q[F_T * L + c] - q[F_SUM * L + c] / steps;

        /* p is the node above. */
        T += b->geothermal[c] / conductance(p, c, T);
        q[F_H * L + c] = enthalpy(q, c, T + anomaly);
        p = q;
    }
}

static void
ring_window(const tk_column *col, const tk_column_forcing *f, size_t t,
            tk_month_window *w)
{
    const size_t n = f->nmonth;

    w->n = TK_MONTH_WINDOW;
    w->centre = TK_MONTH_REACH;
    for (size_t i = 0; i < w->n; i++) {
        /* n >= 12 > TK_MONTH_REACH */
        const size_t m = f->before + (t + n + i - TK_MONTH_REACH) % n;

        w->days[i] = f->days[m];
        w->steps[i] = tk_column_steps(col, w->days[i]);
        w->mean[i] = f->tair + m * N;
    }
}

/* Uniform at the mean of the air, 2 K warmer for the snow. */
static void
guess(const tk_column *col, const tk_ground *g, const tk_column_forcing *f,
      double *state, double *work)
{
    double *T = work; /* [nz][N]: F_COUNT * TK_BUNDLE > N */

    for (size_t c = 0; c < N; c++) {
        double sum = 0.0;

        for (size_t t = 0; t < f->nmonth; t++)
            sum += f->tair[(f->before + t) * N + c];
        T[c] = sum / (double)f->nmonth + 2.0;
    }
    for (size_t i = N; i < col->nz * N; i++)
        T[i] = T[i - N];
    tk_column_start(col, g, T, state);
}

/* Often in the first half, to converge; then once from the mean of many years,
 * so that the deep ground does not remember three of them; and a rest at the
 * end, in which what a reset leaves behind decays.
 */
static bool
reset_due(size_t after, size_t years)
{
    return (after % RESET_YEARS == 0 && after <= years / 2)
           || after == years - years / 10;
}

static void
spin(tk_bundle *b, const tk_column *col, const tk_column_forcing *f,
     size_t first)
{
    const size_t years = (size_t)col->o.spinup_years;
    double recorded = 0.0;

    tk_bundle_forget(b, L);
    for (size_t y = 0; y < years; y++) {
        for (size_t i = 0; i < 12; i++) {
            const size_t t = (y * 12 + i) % f->nmonth;
            double air[3 * N], snow[3 * N];
            tk_month_window w;
            tk_month_forcing m = {.w = &w, .tair = air};

            ring_window(col, f, t, &w);
            tk_month_mids(&w, air);
            if (f->snow_depth) {
                for (size_t j = 0; j < w.n; j++)
                    w.mean[j] = f->snow_depth + (w.mean[j] - f->tair);
                tk_month_mids(&w, snow);
                m.snow = snow;
            } else {
                m.precip = f->precip + t * N;
            }
            tk_bundle_month(b, col, &m, first, L, true, NULL, NULL, NULL);
            recorded += (double)w.steps[w.centre];
        }
        if (reset_due(y + 1, years)) {
            for (size_t c = 0; c < L; c++)
                reset_deep(b, col->z, c, recorded);
            tk_bundle_invert(b, L);
            tk_bundle_forget(b, L);
            recorded = 0.0;
        }
    }
}

tk_err
tk_column_spinup(const tk_column *col, const tk_ground *g,
                 const tk_column_forcing *f, double *state, double *work)
{
    if (f->nmonth < 12 || f->nmonth % 12 != 0)
        return tk_fail(TK_ECONF, "a spin-up needs whole years, not %zu months",
                       f->nmonth);
    guess(col, g, f, state, work);
    for (size_t first = 0; first < N; first += L) {
        tk_bundle b;

        tk_bundle_ground(&b, col, g, first, L, work);
        tk_bundle_load(&b, state, first, L);
        spin(&b, col, f, first);
        tk_bundle_store(&b, state, first, L);
    }
    return TK_OK;
}
