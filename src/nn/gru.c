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

/* One unit of all cells, HN apart in a, u and the tape.  In: g = W x in the
 * blocks r, z, n, and u = U h, or NULL if h is zero.  Out: the gates in g.
 */
static void
unit_tape(size_t N, size_t HN, unit_bias b, const tk_real *restrict u,
          const tk_real *restrict h, tk_real *restrict g,
          tk_real *restrict h_new)
{
    tk_real *r = g, *z = g + HN, *n = g + 2 * HN, *q = g + 3 * HN;

    if (!u) {
        for (size_t c = 0; c < N; c++) {
            const cell_gates o =
                cell_forward(r[c] + b.r, z[c] + b.z, n[c] + b.n, b.q, 0);

            r[c] = o.r;
            z[c] = o.z;
            n[c] = o.n;
            q[c] = b.q;
            h_new[c] = o.h;
        }
        return;
    }
    for (size_t c = 0; c < N; c++) {
        const tk_real qc = u[2 * HN + c] + b.q;
        const cell_gates o = cell_forward(
            r[c] + u[c] + b.r, z[c] + u[HN + c] + b.z, n[c] + b.n, qc, h[c]);

        r[c] = o.r;
        z[c] = o.z;
        n[c] = o.n;
        q[c] = qc;
        h_new[c] = o.h;
    }
}

/* The same without the tape, h in place. */
static void
unit_step(size_t N, size_t HN, unit_bias b, const tk_real *restrict a,
          const tk_real *restrict u, tk_real *restrict h)
{
    if (!u) {
        for (size_t c = 0; c < N; c++)
            h[c] = cell_forward(a[c] + b.r, a[HN + c] + b.z,
                                a[2 * HN + c] + b.n, b.q, 0)
                       .h;
        return;
    }
    for (size_t c = 0; c < N; c++)
        h[c] = cell_forward(a[c] + u[c] + b.r, a[HN + c] + u[HN + c] + b.z,
                            a[2 * HN + c] + b.n, u[2 * HN + c] + b.q, h[c])
                   .h;
}

void
tk_gru_forward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
               const tk_real *h0, const tk_real *x, tk_real *h, tk_real *gates,
               tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N;
    const tk_real *W = theta + at.W; /* [3H][D] */
    const tk_real *U = theta + at.U; /* [3H][H] */

    for (size_t l = 0; l < s.L; l++) {
        const tk_real *h_l = l > 0 ? h + (l - 1) * HN : h0; /* [H][N] before */
        tk_real *g = gates + l * 4 * HN;
        tk_real *u = h_l ? work : NULL; /* [3H][N] */

        tk_gemm(false, false, 3 * H, N, D, W, D, x + l * D * N, N, 0, g, N);
        if (u)
            tk_gemm(false, false, 3 * H, N, H, U, H, h_l, N, 0, u, N);
        for (size_t j = 0; j < H; j++)
            unit_tape(N, HN, bias_of(H, j, theta + at.b, theta + at.d),
                      u ? u + j * N : NULL, u ? h_l + j * N : NULL, g + j * N,
                      h + l * HN + j * N);
    }
}

void
tk_gru_step(tk_gru_dims s, tk_gru_at at, const tk_real *theta, bool first,
            const tk_real *a, tk_real *h, tk_real *work)
{
    const size_t N = s.N, H = s.H;
    tk_real *u = first ? NULL : work; /* [3H][N] */

    if (u)
        tk_gemm(false, false, 3 * H, N, H, theta + at.U, H, h, N, 0, u, N);
    for (size_t j = 0; j < H; j++)
        unit_step(N, H * N, bias_of(H, j, theta + at.b, theta + at.d),
                  a + j * N, u ? u + j * N : NULL, h + j * N);
}

/* Gradients of one step before the gates' functions, in the blocks n, r, z, q
 * of da: so W sees n, r, z and U sees r, z, q.  dh turns from the gradient of
 * the new state into what the old one receives directly.
 *
 * forward: h_new = (1 - z) . n + z . h,  n = tanh(a_n + r . q)
 */
static void
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
