#include "talik/nn/norm.h"

#include <string.h>
#include <tgmath.h>

#include "act_impl.h"

#define EPS ((tk_real)1e-5)

tk_err
tk_norm_layout(tk_layout *l, size_t C, const char *name)
{
    TK_TRY(tk_layout_add(l, TK_INIT_CONSTANT, 1, 1, &C, "%s.weight", name));
    return tk_layout_add(l, TK_INIT_CONSTANT, 0, 1, &C, "%s.bias", name);
}

/* Mean and r of each cell of one step; each sum runs over the channels in
 * order, so that a cell's bits are its own.
 */
WIDE static void
step_stats(size_t C, size_t N, const tk_real *restrict x,
           tk_real *restrict mean, tk_real *restrict r)
{
    const tk_real share = 1 / (tk_real)C;

    memset(mean, 0, N * sizeof *mean);
    memset(r, 0, N * sizeof *r);
    for (size_t i = 0; i < C; i++)
        for (size_t c = 0; c < N; c++)
            mean[c] += x[i * N + c];
    for (size_t c = 0; c < N; c++)
        mean[c] *= share;
    for (size_t i = 0; i < C; i++) {
        for (size_t c = 0; c < N; c++) {
            const tk_real d = x[i * N + c] - mean[c];

            r[c] += d * d;
        }
    }
    for (size_t c = 0; c < N; c++)
        r[c] = 1 / sqrt(r[c] * share + EPS);
}

WIDE static void
step_forward(size_t C, size_t N, const tk_real *scale, const tk_real *shift,
             const tk_real *restrict mean, const tk_real *restrict r,
             const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < C; i++)
        for (size_t c = 0; c < N; c++)
            y[i * N + c] =
                scale[i] * ((x[i * N + c] - mean[c]) * r[c]) + shift[i];
}

void
tk_norm_forward(tk_norm_dims s, tk_norm_at at, const tk_real *theta,
                const tk_real *x, tk_real *y, tk_real *stats)
{
    const size_t N = s.N, CN = s.C * N;

    for (size_t l = 0; l < s.L; l++, x += CN, y += CN, stats += 2 * N) {
        step_stats(s.C, N, x, stats, stats + N);
        step_forward(s.C, N, theta + at.scale, theta + at.shift, stats,
                     stats + N, x, y);
    }
}

/* With n = (x - m) r and dn = scale . dy:
 *
 *   dx = r (dn - mean(dn) - n mean(n . dn))
 */
WIDE static void
step_backward(size_t C, size_t N, const tk_real *scale,
              const tk_real *restrict mean, const tk_real *restrict r,
              const tk_real *restrict x, const tk_real *dy, tk_real *dx,
              tk_real *restrict a, tk_real *restrict b)
{
    const tk_real share = 1 / (tk_real)C;

    memset(a, 0, N * sizeof *a);
    memset(b, 0, N * sizeof *b);
    for (size_t i = 0; i < C; i++) {
        for (size_t c = 0; c < N; c++) {
            const tk_real n = (x[i * N + c] - mean[c]) * r[c];
            const tk_real dn = scale[i] * dy[i * N + c];

            a[c] += dn;
            b[c] += n * dn;
        }
    }
    for (size_t c = 0; c < N; c++) {
        a[c] *= share;
        b[c] *= share;
    }
    for (size_t i = 0; i < C; i++) {
        for (size_t c = 0; c < N; c++) {
            const tk_real n = (x[i * N + c] - mean[c]) * r[c];
            const tk_real dn = scale[i] * dy[i * N + c];

            dx[i * N + c] = r[c] * (dn - a[c] - n * b[c]);
        }
    }
}

/* Adds to the gradients of scale and shift. */
WIDE static void
weights_backward(size_t C, size_t N, const tk_real *restrict mean,
                 const tk_real *restrict r, const tk_real *restrict x,
                 const tk_real *restrict dy, tk_real *restrict dscale,
                 tk_real *restrict dshift)
{
    enum { LANES = 16 }; /* of partial sums, for vector units of any width */

    for (size_t i = 0; i < C; i++, x += N, dy += N) {
        tk_real by_n[LANES] = {0}, plain[LANES] = {0};
        size_t c = 0;

        for (; c + LANES <= N; c += LANES) {
            for (size_t k = 0; k < LANES; k++) {
                by_n[k] += dy[c + k] * ((x[c + k] - mean[c + k]) * r[c + k]);
                plain[k] += dy[c + k];
            }
        }
        for (; c < N; c++) {
            by_n[c % LANES] += dy[c] * ((x[c] - mean[c]) * r[c]);
            plain[c % LANES] += dy[c];
        }
        for (size_t k = 1; k < LANES; k++) {
            by_n[0] += by_n[k];
            plain[0] += plain[k];
        }
        dscale[i] += by_n[0];
        dshift[i] += plain[0];
    }
}

void
tk_norm_backward(tk_norm_dims s, tk_norm_at at, const tk_real *theta,
                 const tk_real *x, const tk_real *stats, const tk_real *dy,
                 tk_real *dtheta, tk_real *dx, tk_real *work)
{
    const size_t N = s.N, CN = s.C * N;

    for (size_t l = 0; l < s.L; l++) {
        weights_backward(s.C, N, stats, stats + N, x, dy, dtheta + at.scale,
                         dtheta + at.shift);
        step_backward(s.C, N, theta + at.scale, stats, stats + N, x, dy, dx,
                      work, work + N);
        x += CN;
        dy += CN;
        dx += CN;
        stats += 2 * N;
    }
}
