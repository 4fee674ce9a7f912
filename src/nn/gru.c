#include "talik/nn/gru.h"

#include <math.h>

#include "talik/nn/gemm.h"

#include "act_impl.h"

tk_err
tk_gru_layout(tk_layout *l, size_t k, size_t D, size_t H)
{
    const double bound = 1 / sqrt((double)H);
    const size_t W[] = {3 * H, D}, U[] = {3 * H, H};

    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, bound, 2, W, "gru.weight_ih_l%zu",
                         k));
    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, bound, 2, U, "gru.weight_hh_l%zu",
                         k));
    TK_TRY(
        tk_layout_add(l, TK_INIT_UNIFORM, bound, 1, W, "gru.bias_ih_l%zu", k));
    return tk_layout_add(l, TK_INIT_UNIFORM, bound, 1, U, "gru.bias_hh_l%zu",
                         k);
}

tk_gru_at
tk_gru_find(const tk_tensor *first)
{
    return (tk_gru_at){first[0].offset, first[1].offset, first[2].offset,
                       first[3].offset};
}

/* The gates of one cell and unit, their inputs summed. */
typedef struct {
    tk_real r, z, n, h;
} cell_gates;

static inline cell_gates
cell_forward(tk_real ar, tk_real az, tk_real an, tk_real q, tk_real h)
{
    const tk_real r = sigmoid_of(ar);
    const tk_real z = sigmoid_of(az);
    const tk_real n = tanh_of(an + r * q);

    return (cell_gates){r, z, n, (1 - z) * n + z * h};
}

/* The biases of unit j: both of r and z together, those of n apart. */
typedef struct {
    tk_real r, z, n, q;
} unit_bias;

static unit_bias
bias_of(size_t H, size_t j, const tk_real *b, const tk_real *d)
{
    return (unit_bias){b[j] + d[j], b[H + j] + d[H + j], b[2 * H + j],
                       d[2 * H + j]};
}

/* All units of all cells; g has four blocks r, z, n, q, HN apart.  In: W x in
 * the first three, and u = U h.  Out: the gates.
 */
WIDE static void
gates_forward(size_t H, size_t N, const tk_real *b, const tk_real *d,
              const tk_real *restrict u, const tk_real *restrict h,
              tk_real *restrict g, tk_real *restrict h_new)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);

        for (size_t i = j * N; i < (j + 1) * N; i++) {
            const tk_real ar = g[i] + u[i] + bias.r;
            const tk_real az = g[HN + i] + u[HN + i] + bias.z;
            const tk_real an = g[2 * HN + i] + bias.n;
            const tk_real q = u[2 * HN + i] + bias.q;
            const cell_gates o = cell_forward(ar, az, an, q, h[i]);

            g[i] = o.r;
            g[HN + i] = o.z;
            g[2 * HN + i] = o.n;
            g[3 * HN + i] = q;
            h_new[i] = o.h;
        }
    }
}

/* The same from the zero state: no u, no h. */
WIDE static void
gates_first(size_t H, size_t N, const tk_real *b, const tk_real *d,
            tk_real *restrict g, tk_real *restrict h_new)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);

        for (size_t i = j * N; i < (j + 1) * N; i++) {
            const cell_gates o =
                cell_forward(g[i] + bias.r, g[HN + i] + bias.z,
                             g[2 * HN + i] + bias.n, bias.q, 0);

            g[i] = o.r;
            g[HN + i] = o.z;
            g[2 * HN + i] = o.n;
            g[3 * HN + i] = bias.q;
            h_new[i] = o.h;
        }
    }
}

/* As gates_forward without a tape: a = W x stays, h is in place. */
WIDE static void
gates_step(size_t H, size_t N, const tk_real *b, const tk_real *d,
           const tk_real *restrict a, const tk_real *restrict u,
           tk_real *restrict h)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);

        for (size_t i = j * N; i < (j + 1) * N; i++) {
            const tk_real ar = a[i] + u[i] + bias.r;
            const tk_real az = a[HN + i] + u[HN + i] + bias.z;
            const tk_real an = a[2 * HN + i] + bias.n;
            const tk_real q = u[2 * HN + i] + bias.q;

            h[i] = cell_forward(ar, az, an, q, h[i]).h;
        }
    }
}

WIDE static void
gates_first_step(size_t H, size_t N, const tk_real *b, const tk_real *d,
                 const tk_real *restrict a, tk_real *restrict h)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);

        for (size_t i = j * N; i < (j + 1) * N; i++)
            h[i] = cell_forward(a[i] + bias.r, a[HN + i] + bias.z,
                                a[2 * HN + i] + bias.n, bias.q, 0)
                       .h;
    }
}

void
tk_gru_forward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
               const tk_real *h0, const tk_real *x, tk_real *h, tk_real *gates,
               tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N;
    const tk_real *W = theta + at.W, *U = theta + at.U;
    const tk_real *b = theta + at.b, *d = theta + at.d;
    tk_real *u = work; /* [3H][N] */

    for (size_t l = 0; l < s.L; l++) {
        const tk_real *h_l = l > 0 ? h + (l - 1) * HN : h0; /* [H][N] before */
        tk_real *g = gates + l * 4 * HN;

        tk_gemm(false, false, 3 * H, N, D, W, D, x + l * D * N, N, 0, g, N);
        if (!h_l) {
            gates_first(H, N, b, d, g, h + l * HN);
            continue;
        }
        tk_gemm(false, false, 3 * H, N, H, U, H, h_l, N, 0, u, N);
        gates_forward(H, N, b, d, u, h_l, g, h + l * HN);
    }
}

void
tk_gru_step(tk_gru_dims s, tk_gru_at at, const tk_real *theta, bool first,
            const tk_real *a, tk_real *h, tk_real *work)
{
    const size_t N = s.N, H = s.H;
    const tk_real *b = theta + at.b, *d = theta + at.d;
    tk_real *u = work; /* [3H][N] */

    if (first) {
        gates_first_step(H, N, b, d, a, h);
        return;
    }
    tk_gemm(false, false, 3 * H, N, H, theta + at.U, H, h, N, 0, u, N);
    gates_step(H, N, b, d, a, u, h);
}

/* Gradients of one step before the gates' functions, in the blocks n, r, z, q
 * of da: so W sees n, r, z and U sees r, z, q.  dh turns from the gradient of
 * the new state into what the old one receives directly.
 *
 * forward: h_new = (1 - z) . n + z . h,  n = tanh(a_n + r . q)
 */
WIDE static void
gates_backward(size_t HN, const tk_real *restrict g, const tk_real *restrict h,
               const tk_real *dy, tk_real *restrict dh, tk_real *restrict da)
{
    const tk_real *r = g, *z = g + HN, *n = g + 2 * HN, *q = g + 3 * HN;
    tk_real *dn = da, *dr = da + HN, *dz = da + 2 * HN, *dq = da + 3 * HN;

    if (dy)
        for (size_t i = 0; i < HN; i++)
            dh[i] += dy[i];
    for (size_t i = 0; i < HN; i++) {
        const tk_real old = h ? h[i] : 0;
        const tk_real an = dh[i] * (1 - z[i]) * (1 - n[i] * n[i]);

        dn[i] = an;
        dr[i] = an * q[i] * r[i] * (1 - r[i]);
        dz[i] = dh[i] * (old - n[i]) * z[i] * (1 - z[i]);
        dq[i] = an * r[i];
        dh[i] *= z[i];
    }
}

void
tk_gru_backward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                const tk_real *h0, const tk_real *x, const tk_real *h,
                const tk_real *gates, const tk_real *dy, tk_real *dh,
                tk_real *dtheta, size_t skip, tk_real *dx, tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N, K = D - skip;
    const tk_real *W = theta + at.W, *U = theta + at.U;
    tk_real *dW = dtheta + at.W, *dU = dtheta + at.U;
    tk_real *db = dtheta + at.b, *dd = dtheta + at.d;
    tk_real *da_n = work, *da_r = work + HN; /* blocks n, r, z, q */

    for (size_t l = s.L; l-- > 0;) {
        const tk_real *x_l = x + l * D * N;
        const tk_real *h_l = l > 0 ? h + (l - 1) * HN : h0;

        gates_backward(HN, gates + l * 4 * HN, h_l, dy ? dy + l * HN : NULL, dh,
                       work);
        /* forward: a = W x + b, blocks r and z, then n */
        tk_gemm(false, true, 2 * H, D, N, da_r, N, x_l, N, 1, dW, D);
        tk_gemm(false, true, H, D, N, da_n, N, x_l, N, 1, dW + 2 * H * D, D);
        tk_add_row_sums(2 * H, N, da_r, db);
        tk_add_row_sums(H, N, da_n, db + 2 * H);
        if (dx) {
            tk_real *dx_l = dx + l * K * N;

            tk_gemm(true, false, K, N, 2 * H, W + skip, D, da_r, N, 0, dx_l, N);
            tk_gemm(true, false, K, N, H, W + 2 * H * D + skip, D, da_n, N, 1,
                    dx_l, N);
        }
        /* forward: (a_r, a_z, q) += U h + d */
        tk_add_row_sums(3 * H, N, da_r, dd);
        if (h_l) {
            tk_gemm(false, true, 3 * H, H, N, da_r, N, h_l, N, 1, dU, H);
            tk_gemm(true, false, H, N, 3 * H, U, H, da_r, N, 1, dh, N);
        }
    }
}
