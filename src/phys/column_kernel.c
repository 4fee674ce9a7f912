#include "column_impl.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MAX_RENEW 8   /* iterations that renew the conductivity of faces */
#define MAX_ITER 24   /* then the step is halved                         */
#define MAX_HALVING 6 /* a day, 6 times: 22 minutes                      */

/* Compiled twice, with L a constant: iterate_bundle and iterate_one. */
#define KERNEL static inline __attribute__((always_inline))

#define AT(p, field) ((p) + (field)*L)

/* T and B = dT/dH of L cells at one node. */
KERNEL void
invert(double *restrict p, size_t L)
{
    const double *restrict H = AT(p, F_H);
    const double *restrict BT = AT(p, F_BT), *restrict B1 = AT(p, F_B1);
    const double *restrict H1 = AT(p, F_H1), *restrict H2 = AT(p, F_H2);
    const double *restrict A2 = AT(p, F_A2), *restrict B2 = AT(p, F_B2);
    const double *restrict A3 = AT(p, F_A3), *restrict B3 = AT(p, F_B3);
    double *restrict T = AT(p, F_T), *restrict B = AT(p, F_B);

    for (size_t c = 0; c < L; c++) {
        double a = H[c] < H1[c] ? A2[c] : 0.0;
        double b = H[c] > 0.0 ? BT[c] : B1[c];

        b = H[c] < H1[c] ? B2[c] : b;
        a = H[c] < H2[c] ? A3[c] : a;
        b = H[c] < H2[c] ? B3[c] : b;
        T[c] = a + b * H[c];
        B[c] = b;
    }
}

/* Down: conductances, residuals, elimination.  With s = dz/dt, x the change of
 * H, E the conductance that the eliminated nodes above leave to the surface:
 *
 *   (s + (E + G) B) x - G B[k+1] x[k+1] = R,  R = s (Hold - H) + fluxes + carry
 *   inv = 1 / (s + (E + G) B),  E[k+1] = G inv (s + E B),  carry = G B inv R
 *
 * in which nothing is subtracted, so nothing cancels.
 */
KERNEL void
sweep_down(tk_bundle *b, double per_dt, const double *restrict Ts,
           const double *restrict Gtop, bool renew, size_t L)
{
    double E[TK_BUNDLE], carry[TK_BUNDLE], in[TK_BUNDLE];
    const size_t last = b->nz - 1;

    for (size_t c = 0; c < L; c++) {
        E[c] = Gtop[c];
        carry[c] = 0.0;
        in[c] = Gtop[c] * (Ts[c] - AT(b->node, F_T)[c]);
    }
    for (size_t k = 0; k <= last; k++) {
        double *restrict p = b->node + k * F_COUNT * L;
        const double *restrict T_below = AT(p + F_COUNT * L, F_T);
        const double s = b->dz[k] * per_dt;

        if (renew)
            for (size_t c = 0; c < L; c++) {
                const double mean = 0.5 * (AT(p, F_T)[c] + T_below[c]);
                const double tau = mean < 0.0 ? mean : 0.0;
                const double ta = AT(p, F_TA)[c], tb = AT(p, F_TB)[c];
                const double near = AT(p, F_G1)[c] * (tau > ta ? tau : ta);
                const double far = AT(p, F_G2)[c] * (tau > tb ? tau : tb);

                AT(p, F_G)[c] = AT(p, F_G0)[c] + near + far;
            }
        for (size_t c = 0; c < L; c++) {
            const double G = AT(p, F_G)[c], B = AT(p, F_B)[c];
            const double out = k == last ? -b->geothermal[c]
                                         : G * (AT(p, F_T)[c] - T_below[c]);
            const double R = s * (AT(p, F_OLD)[c] - AT(p, F_H)[c])
                             + (in[c] - out) + carry[c];
            const double d = s + E[c] * B;
            const double inv = 1.0 / (d + G * B);
            const double g = G * inv;

            AT(p, F_INV)[c] = inv;
            AT(p, F_R)[c] = R;
            E[c] = g * d;
            carry[c] = g * B * R;
            in[c] = out;
        }
    }
}

/* Up: x, H, and how far T(H) is from what the line predicted.  Cells with m = 0
 * are held.
 */
KERNEL void
sweep_up(tk_bundle *b, const double *restrict m, double *restrict dT_top,
         double *restrict worst, size_t L)
{
    double y[TK_BUNDLE];

    for (size_t c = 0; c < L; c++) {
        y[c] = 0.0;
        worst[c] = 0.0;
    }
    for (size_t k = b->nz; k-- > 0;) {
        double *restrict p = b->node + k * F_COUNT * L;
        double predicted[TK_BUNDLE];

        for (size_t c = 0; c < L; c++) {
            const double x =
                AT(p, F_INV)[c] * (AT(p, F_R)[c] + AT(p, F_G)[c] * y[c]);

            y[c] = AT(p, F_B)[c] * x;
            predicted[c] = AT(p, F_T)[c] + y[c];
            AT(p, F_H)[c] += m[c] * x;
        }
        invert(p, L);
        for (size_t c = 0; c < L; c++) {
            const double miss = fabs(AT(p, F_T)[c] - predicted[c]);

            worst[c] = miss > worst[c] ? miss : worst[c]; /* NaN: not so */
        }
    }
    for (size_t c = 0; c < L; c++)
        dT_top[c] = y[c];
}

/* The conductance from the surface (over snow) to the first node.  Its half of
 * the node takes k at the mean of that node and the ground's surface, which
 * `share` of the drop from air to node separates from it.
 */
KERNEL void
conduct_top(const tk_bundle *b, const double *restrict Ts,
            const double *restrict Rs, double *restrict Gtop, size_t L)
{
    const double *restrict T = AT(b->node, F_T);

    for (size_t c = 0; c < L; c++) {
        const double share = 1.0 / (1.0 + Rs[c] * b->top[0][c]);
        const double mean = T[c] + 0.5 * share * (Ts[c] - T[c]);
        const double tau = mean < 0.0 ? mean : 0.0;
        const double ta = b->top[3][c], tb = b->top[4][c];
        const double G = b->top[0][c] + b->top[1][c] * (tau > ta ? tau : ta)
                         + b->top[2][c] * (tau > tb ? tau : tb);

        Gtop[c] = G / (1.0 + Rs[c] * G);
    }
}

/* Newton's iterations from the H that is there, for cells with m = 1.  On
 * return m = 1 where they did not converge; `accept` counts those as done.
 */
KERNEL void
iterate(tk_bundle *b, double dt, double tolerance, const double *restrict Ts,
        const double *restrict Rs, bool accept, double *restrict m, size_t L)
{
    double Gtop[TK_BUNDLE], drive[TK_BUNDLE], dT[TK_BUNDLE], miss[TK_BUNDLE];
    double q[TK_BUNDLE] = {0.0};
    double started[TK_BUNDLE];
    double left = 1.0;

    for (size_t c = 0; c < L; c++)
        started[c] = m[c];
    for (size_t k = 0; k < b->nz; k++) {
        double *restrict p = b->node + k * F_COUNT * L;

        for (size_t c = 0; c < L; c++)
            AT(p, F_OLD)[c] = AT(p, F_H)[c];
    }
    for (size_t it = 0; it < MAX_ITER && left > 0.0; it++) {
        if (it < MAX_RENEW)
            conduct_top(b, Ts, Rs, Gtop, L);
        for (size_t c = 0; c < L; c++)
            drive[c] = Ts[c] - AT(b->node, F_T)[c];
        sweep_down(b, 1.0 / dt, Ts, Gtop, it < MAX_RENEW, L);
        sweep_up(b, m, dT, miss, L);
        left = 0.0;
        for (size_t c = 0; c < L; c++) {
            /* A cell held by m = 0 keeps the flux of its last iteration. */
            q[c] += m[c] * (Gtop[c] * (drive[c] - dT[c]) - q[c]);
            m[c] = miss[c] > tolerance ? m[c] : 0.0;
            left += m[c];
        }
    }
    for (size_t c = 0; c < L; c++) {
        const double done = accept ? started[c] : started[c] - m[c];

        b->heat_in[c] += done * dt * (q[c] + b->geothermal[c]);
        b->heat_moved[c] += done * dt * (fabs(q[c]) + fabs(b->geothermal[c]));
    }
}

static void
iterate_bundle(tk_bundle *b, double dt, double tolerance, const double *Ts,
               const double *Rs, bool accept, double *m)
{
    iterate(b, dt, tolerance, Ts, Rs, accept, m, TK_BUNDLE);
}

static void
iterate_one(tk_bundle *b, double dt, double tolerance, const double *Ts,
            const double *Rs, bool accept, double *m)
{
    iterate(b, dt, tolerance, Ts, Rs, accept, m, 1);
}

void
tk_bundle_invert(tk_bundle *b, size_t L)
{
    for (size_t k = 0; k < b->nz; k++)
        invert(b->node + k * F_COUNT * L, L);
}

/* A step of the cells with m = 1, in halves where it does not converge. */
static void
advance(tk_bundle *b, double dt, double tolerance, const double *Ts,
        const double *Rs, size_t halved, double *m, size_t L)
{
    const bool accept = halved == MAX_HALVING;
    double again[TK_BUNDLE], left = 0.0;

    (L == 1 ? iterate_one : iterate_bundle)(b, dt, tolerance, Ts, Rs, accept,
                                            m);
    for (size_t c = 0; c < L; c++) {
        left += m[c];
        b->failed[c] += accept ? m[c] : 0.0;
    }
    if (left == 0.0 || accept)
        return;
    for (size_t k = 0; k < b->nz; k++)
        for (size_t c = 0; c < L; c++)
            if (m[c] > 0.0) {
                double *p = b->node + k * F_COUNT * L;

                AT(p, F_H)[c] = AT(p, F_OLD)[c];
            }
    tk_bundle_invert(b, L);
    memcpy(again, m, L * sizeof *m);
    advance(b, 0.5 * dt, tolerance, Ts, Rs, halved + 1, m, L);
    advance(b, 0.5 * dt, tolerance, Ts, Rs, halved + 1, again, L);
}

void
tk_bundle_step(tk_bundle *b, double dt, double tolerance, const double *Ts,
               const double *Rs, size_t L)
{
    double m[TK_BUNDLE];

    for (size_t c = 0; c < L; c++)
        m[c] = 1.0;
    advance(b, dt, tolerance, Ts, Rs, 0, m, L);
}
