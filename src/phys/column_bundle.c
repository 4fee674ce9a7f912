/* column_bundle.c -- a bundle of cells: constants, state, a month of steps. */
#include "column_impl.h"

#include <math.h>
#include <string.h>

#define N TK_TILE
#define DAY 86400.0

/* Conductance and its slopes in max(tau, ta), max(tau, tb), from the values at
 * 0 degC, ta and tb.
 */
static void
ramps(double g0, double ga, double gb, double ta, double tb, double out[5])
{
    const double m1 = (ga - g0) / ta, m2 = (ga - gb) / (ta - tb);

    out[0] = g0;
    out[1] = m1 - m2;
    out[2] = m2;
    out[3] = ta;
    out[4] = tb;
}

/* k of node i at temperature T. */
static double
conductivity(const tk_ground *g, size_t i, double T)
{
    const double freeze[4] = {g->t1[i], g->p1[i], g->t2[i], g->p2[i]};

    return g->kf[i] + (g->kt[i] - g->kf[i]) * tk_liquid(freeze, T);
}

static double
in_series(const tk_ground *g, const double *dz, size_t k, size_t c, double T)
{
    return 2.0
           / (dz[k] / conductivity(g, k * N + c, T)
              + dz[k + 1] / conductivity(g, (k + 1) * N + c, T));
}

/* The straight lines of T(H). */
static void
lines(const tk_ground *g, size_t i, double *p, size_t L)
{
    const double t1 = g->t1[i], t2 = g->t2[i], p1 = g->p1[i], p2 = g->p2[i];
    const double H1 = g->cf[i] * t1 + g->lw[i] * (p1 - 1.0);
    const double H2 = g->cf[i] * t2 + g->lw[i] * (p2 - 1.0);

    p[F_BT * L] = 1.0 / g->ct[i];
    p[F_B1 * L] = t1 / H1;
    p[F_H1 * L] = H1;
    p[F_B2 * L] = (t1 - t2) / (H1 - H2);
    p[F_A2 * L] = t1 - p[F_B2 * L] * H1;
    p[F_H2 * L] = H2;
    p[F_B3 * L] = 1.0 / g->cf[i];
    p[F_A3 * L] = t2 - H2 / g->cf[i];
}

void
tk_bundle_ground(tk_bundle *b, const tk_column *col, const tk_ground *g,
                 size_t first, size_t L, double *node)
{
    const double *dz = col->dz;

    TK_ASSERT(g->nz == col->nz && (L == 1 || L == TK_BUNDLE));
    memset(b, 0, sizeof *b);
    memset(node, 0, (col->nz + 1) * F_COUNT * L * sizeof *node);
    b->nz = col->nz;
    b->dz = dz;
    b->node = node;
    for (size_t j = 0; j < L; j++) {
        const size_t c = first + j;
        double r[5];

        for (size_t k = 0; k < col->nz; k++) {
            double *p = node + k * F_COUNT * L + j;
            const size_t i = k * N + c;

            lines(g, i, p, L);
            if (k + 1 < col->nz) {
                /* Exact where both halves are the same soil; where they are
                 * not, the kinks lie between those of the two.
                 */
                const double ta = 0.5 * (g->t1[i] + g->t1[i + N]);
                const double tb = 0.5 * (g->t2[i] + g->t2[i + N]);

                ramps(in_series(g, dz, k, c, 0.0), in_series(g, dz, k, c, ta),
                      in_series(g, dz, k, c, tb), ta, tb, r);
                p[F_G0 * L] = r[0];
                p[F_G1 * L] = r[1];
                p[F_G2 * L] = r[2];
                p[F_TA * L] = r[3];
                p[F_TB * L] = r[4];
            }
        }
        ramps(2.0 / dz[0] * conductivity(g, c, 0.0),
              2.0 / dz[0] * conductivity(g, c, g->t1[c]),
              2.0 / dz[0] * conductivity(g, c, g->t2[c]), g->t1[c], g->t2[c],
              r);
        for (size_t i = 0; i < 5; i++)
            b->top[i][j] = r[i];
        b->geothermal[j] = g->geothermal[c];
    }
}

void
tk_bundle_load(tk_bundle *b, const double *state, size_t first, size_t L)
{
    const double *snow = state + b->nz * N + first;

    for (size_t k = 0; k < b->nz; k++)
        memcpy(b->node + (k * F_COUNT + F_H) * L, state + k * N + first,
               L * sizeof *state);
    memcpy(b->swe, snow, L * sizeof *snow);
    memcpy(b->rho, snow + N, L * sizeof *snow);
    tk_bundle_invert(b, L);
}

void
tk_bundle_store(const tk_bundle *b, double *state, size_t first, size_t L)
{
    double *snow = state + b->nz * N + first;

    for (size_t k = 0; k < b->nz; k++)
        memcpy(state + k * N + first, b->node + (k * F_COUNT + F_H) * L,
               L * sizeof *state);
    memcpy(snow, b->swe, L * sizeof *snow);
    memcpy(snow + N, b->rho, L * sizeof *snow);
}

void
tk_bundle_forget(tk_bundle *b, size_t L)
{
    for (size_t k = 0; k < b->nz; k++) {
        double *p = b->node + k * F_COUNT * L;

        for (size_t c = 0; c < L; c++) {
            p[F_SUM * L + c] = 0.0;
            p[F_MIN * L + c] = INFINITY;
            p[F_MAX * L + c] = -INFINITY;
        }
    }
}

void
tk_bundle_record(tk_bundle *b, size_t L)
{
    for (size_t k = 0; k < b->nz; k++) {
        double *restrict p = b->node + k * F_COUNT * L;
        const double *restrict T = p + F_T * L;
        double *restrict sum = p + F_SUM * L;
        double *restrict low = p + F_MIN * L, *restrict high = p + F_MAX * L;

        for (size_t c = 0; c < L; c++) {
            sum[c] += T[c];
            low[c] = T[c] < low[c] ? T[c] : low[c];
            high[c] = T[c] > high[c] ? T[c] : high[c];
        }
    }
}

/* tsoil[ndepth][N] += T, of a bundle. */
static void
add_output(const tk_bundle *b, const tk_column *col, size_t L, double *tsoil)
{
    for (size_t d = 0; d < col->ndepth; d++) {
        const size_t k = col->above[d];
        const double *T = b->node + (k * F_COUNT + F_T) * L;
        const double *below = T + (k + 1 < col->nz ? F_COUNT * L : 0);
        const double w = col->toward[d];

        for (size_t c = 0; c < L; c++)
            tsoil[d * N + c] += (1.0 - w) * T[c] + w * below[c];
    }
}

static void
scale(double *x, double by, size_t L)
{
    for (size_t c = 0; x && c < L; c++)
        x[c] *= by;
}

/* The surface under the snow that lies on it. */
static void
surface(const tk_column_opts *o, const double *tair, const double *depth,
        double *Ts, size_t L)
{
    for (size_t c = 0; c < L; c++) {
        const double bare =
            tair[c] > 0.0 ? tair[c] * o->surface_factor : tair[c];
        const double capped = bare > 0.0 ? 0.0 : bare;

        Ts[c] = depth[c] > o->snow.cap_above ? capped : bare;
    }
}

/* Snow at the end of a step. */
typedef struct {
    double depth[TK_BUNDLE], R[TK_BUNDLE];
} snow_end;

static void
look_at_snow(const tk_bundle *b, const tk_snow_opts *o, snow_end *at, size_t L)
{
    for (size_t c = 0; c < L; c++)
        at->depth[c] = b->swe[c] / b->rho[c];
    tk_snow_resistance(o, L, at->depth, b->rho, at->R);
}

/* The ground feels the mean of the snow before and after the step. */
static void
step_snow(tk_bundle *b, const tk_snow_opts *o, double dt, const double *air,
          const double *rain, snow_end *at, double *Rs, size_t L)
{
    const snow_end was = *at;

    tk_snow_step(o, dt, L, air, rain, b->swe, b->rho);
    look_at_snow(b, o, at, L);
    for (size_t c = 0; c < L; c++) {
        b->depth[c] = 0.5 * (was.depth[c] + at->depth[c]);
        Rs[c] = 0.5 * (was.R[c] + at->R[c]);
    }
}

void
tk_bundle_month(tk_bundle *b, const tk_column *col, const tk_month_forcing *f,
                size_t first, size_t L, bool record, double *tsoil,
                double *snow_depth, double *swe)
{
    const tk_month_window *w = f->w;
    const size_t nstep = w->steps[w->centre];
    const double days = w->days[w->centre], dt = days / (double)nstep;
    const double *x = f->tair + first, *s = f->snow ? f->snow + first : NULL;
    double Ts[TK_BUNDLE], Rs[TK_BUNDLE], air[TK_BUNDLE];
    snow_end end;
    double rain[TK_BUNDLE] = {0.0}, means[2][TK_BUNDLE] = {{0.0}};

    for (size_t d = 0; tsoil && d < col->ndepth; d++)
        memset(tsoil + d * N, 0, L * sizeof *tsoil);
    for (size_t c = 0; f->precip && c < L; c++)
        rain[c] = f->precip[first + c] / days;
    look_at_snow(b, &col->o.snow, &end, L);
    for (size_t i = 0; i < nstep; i++) {
        double a[3];

        tk_month_weights(w, i, a);
        for (size_t c = 0; c < L; c++)
            air[c] = a[0] * x[c] + a[1] * x[N + c] + a[2] * x[2 * N + c];
        if (s)
            for (size_t c = 0; c < L; c++) {
                const double depth =
                    a[0] * s[c] + a[1] * s[N + c] + a[2] * s[2 * N + c];

                /* The method can overshoot below zero. */
                b->depth[c] = depth < 0.0 ? 0.0 : depth;
            }
        if (s)
            tk_snow_resistance(&col->o.snow, L, b->depth, NULL, Rs);
        else
            step_snow(b, &col->o.snow, dt, air, rain, &end, Rs, L);
        surface(&col->o, air, b->depth, Ts, L);
        tk_bundle_step(b, dt * DAY, col->o.tolerance, Ts, Rs, L);
        if (tsoil)
            add_output(b, col, L, tsoil);
        if (record)
            tk_bundle_record(b, L);
        for (size_t c = 0; c < L; c++) {
            means[0][c] += b->depth[c];
            means[1][c] += s ? 0.0 : b->swe[c];
        }
    }
    for (size_t d = 0; tsoil && d < col->ndepth; d++)
        scale(tsoil + d * N, 1.0 / (double)nstep, L);
    for (size_t c = 0; c < L; c++) {
        if (snow_depth)
            snow_depth[c] = means[0][c] / (double)nstep;
        if (swe)
            swe[c] = means[1][c] / (double)nstep;
    }
}
