#include "talik/nn/gru.h"

#include <tgmath.h>

#include "ref_impl.h"

void
tk_gru_forward_ref(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                   const tk_real *h0, const tk_real *x, tk_real *h,
                   tk_real *gates)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N;
    const tk_real *W = theta + at.W, *U = theta + at.U;
    const tk_real *b = theta + at.b, *d = theta + at.d;

    for (size_t i = 0; i < s.L * HN; i++) {
        const size_t c = i % N, j = i / N % H, l = i / HN;
        const tk_real *x_l = x + l * D * N + c;
        const tk_real *h_l = l > 0 ? h + (l - 1) * HN : h0;
        tk_real *g = gates + l * 4 * HN + j * N + c;
        tk_real a[3], u[3]; /* of the gates r, z, n */

        for (size_t k = 0; k < 3; k++) {
            const size_t row = k * H + j;

            a[k] = ref_dot(D, W + row * D, 1, x_l, N) + b[row];
            u[k] = (h_l ? ref_dot(H, U + row * H, 1, h_l + c, N) : 0) + d[row];
        }
        g[0] = ref_sigmoid(a[0] + u[0]);
        g[HN] = ref_sigmoid(a[1] + u[1]);
        g[2 * HN] = tanh(a[2] + g[0] * u[2]);
        g[3 * HN] = u[2];
        h[i] = (1 - g[HN]) * g[2 * HN] + (h_l ? g[HN] * h_l[j * N + c] : 0);
    }
}

void
tk_gru_backward_ref(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                    const tk_real *h0, const tk_real *x, const tk_real *h,
                    const tk_real *gates, const tk_real *dy, tk_real *dh,
                    tk_real *dtheta, tk_real *dx, tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N;
    const tk_real *W = theta + at.W, *U = theta + at.U;
    tk_real *dW = dtheta + at.W, *dU = dtheta + at.U;
    tk_real *db = dtheta + at.b, *dd = dtheta + at.d;
    tk_real *da = work, *du = work + 3 * H; /* [3H] each, of one cell */

    if (dx)
        for (size_t i = 0; i < s.L * D * N; i++)
            dx[i] = 0;

    for (size_t lc = s.L * N; lc-- > 0;) {
        const size_t l = lc / N, c = lc % N;
        const tk_real *h_l = l > 0 ? h + (l - 1) * HN : h0;

        for (size_t j = 0; j < H; j++) {
            const size_t i = j * N + c;
            const tk_real *g = gates + l * 4 * HN + i;
            const tk_real r = g[0], z = g[HN], n = g[2 * HN], q = g[3 * HN];

            /* forward: h_new = (1 - z) n + z h */
            if (dy)
                dh[i] += dy[l * HN + i];
            da[H + j] = dh[i] * ((h_l ? h_l[i] : 0) - n) * z * (1 - z);
            da[2 * H + j] = dh[i] * (1 - z) * (1 - n * n);
            dh[i] *= z;
            /* forward: n = tanh(a_n + r q) */
            da[j] = da[2 * H + j] * q * r * (1 - r);
            du[j] = da[j];
            du[H + j] = da[H + j];
            du[2 * H + j] = da[2 * H + j] * r;
        }
        for (size_t row = 0; row < 3 * H; row++) {
            /* forward: a = W x + b */
            db[row] += da[row];
            ref_add(D, da[row], x + l * D * N + c, N, dW + row * D, 1);
            if (dx)
                ref_add(D, da[row], W + row * D, 1, dx + l * D * N + c, N);
            /* forward: u = U h + d */
            dd[row] += du[row];
            if (!h_l)
                continue;
            ref_add(H, du[row], h_l + c, N, dU + row * H, 1);
            ref_add(H, du[row], U + row * H, 1, dh + c, N);
        }
    }
}
