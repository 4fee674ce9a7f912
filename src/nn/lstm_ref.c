#include "talik/nn/lstm.h"

#include <tgmath.h>

#include "ref_impl.h"

/* The step that is read i-th. */
static size_t
step_of(tk_lstm_dims s, size_t i)
{
    return s.reverse ? s.L - 1 - i : i;
}

void
tk_lstm_forward_ref(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                    const tk_real *x, tk_real *h, tk_real *gates)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N;
    const tk_real *W = theta + at.W, *U = theta + at.U;
    const tk_real *b = theta + at.b, *d = theta + at.d;

    for (size_t q = 0; q < s.L * HN; q++) {
        const size_t cell = q % N, j = q / N % H, i = q / HN;
        const size_t l = step_of(s, i), before = i > 0 ? step_of(s, i - 1) : 0;
        const tk_real *x_l = x + l * D * N + cell;
        const tk_real *h_l = h + before * s.rows * N + cell;
        tk_real *g = gates + l * 6 * HN + j * N + cell;
        tk_real a[4], c = 0; /* of the gates i, f, g, o; the old c */

        for (size_t k = 0; k < 4; k++) {
            const size_t row = k * H + j;

            a[k] = ref_dot(D, W + row * D, 1, x_l, N) + b[row];
            a[k] += (i > 0 ? ref_dot(H, U + row * H, 1, h_l, N) : 0) + d[row];
        }
        if (i > 0)
            c = gates[before * 6 * HN + 4 * HN + j * N + cell];
        g[0] = ref_sigmoid(a[0]);
        g[HN] = i > 0 ? ref_sigmoid(a[1]) : 0;
        g[2 * HN] = tanh(a[2]);
        g[3 * HN] = ref_sigmoid(a[3]);
        g[4 * HN] = g[HN] * c + g[0] * g[2 * HN];
        g[5 * HN] = tanh(g[4 * HN]);
        h[l * s.rows * N + j * N + cell] = g[3 * HN] * g[5 * HN];
    }
}

void
tk_lstm_backward_ref(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                     const tk_real *x, const tk_real *h, const tk_real *gates,
                     const tk_real *dy, tk_real *dh, tk_real *dtheta, bool add,
                     tk_real *dx, tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N;
    const tk_real *W = theta + at.W, *U = theta + at.U;
    tk_real *da = work, *dc = work + 4 * H; /* [4H] of one cell; [H][N] */

    if (dx && !add)
        for (size_t k = 0; k < s.L * D * N; k++)
            dx[k] = 0;
    for (size_t k = 0; k < HN; k++)
        dc[k] = 0;

    for (size_t q = s.L * N; q-- > 0;) {
        const size_t i = q / N, cell = q % N, l = step_of(s, i);
        const size_t before = i > 0 ? step_of(s, i - 1) : 0;

        for (size_t j = 0; j < H; j++) {
            const size_t k = j * N + cell;
            const tk_real *g = gates + l * 6 * HN + k;
            const tk_real in = g[0], f = g[HN], n = g[2 * HN], o = g[3 * HN];
            const tk_real t = g[5 * HN];
            const tk_real c = i > 0 ? gates[before * 6 * HN + 4 * HN + k] : 0;

            /* forward: h_new = o tanh(c_new) */
            if (dy)
                dh[k] += dy[l * s.rows * N + k];
            da[3 * H + j] = dh[k] * t * o * (1 - o);
            dc[k] += dh[k] * o * (1 - t * t);
            /* forward: c_new = f c + i g */
            da[j] = dc[k] * n * in * (1 - in);
            da[H + j] = dc[k] * c * f * (1 - f);
            da[2 * H + j] = dc[k] * in * (1 - n * n);
            dc[k] *= f;
            dh[k] = 0;
        }
        for (size_t row = 0; row < 4 * H; row++) {
            /* forward: a = W x + b + U h + d */
            dtheta[at.b + row] += da[row];
            dtheta[at.d + row] += da[row];
            ref_add(D, da[row], x + l * D * N + cell, N,
                    dtheta + at.W + row * D, 1);
            if (dx)
                ref_add(D, da[row], W + row * D, 1, dx + l * D * N + cell, N);
            if (i == 0)
                continue;
            ref_add(H, da[row], h + before * s.rows * N + cell, N,
                    dtheta + at.U + row * H, 1);
            ref_add(H, da[row], U + row * H, 1, dh + cell, N);
        }
    }
}
