#include "talik/nn/lstm.h"

#include <math.h>
#include <string.h>

#include "talik/nn/gemm.h"

#include "act_impl.h"

tk_err
tk_lstm_layout(tk_layout *l, size_t k, bool reverse, size_t D, size_t H)
{
    const double bound = 1 / sqrt((double)H);
    const size_t W[] = {4 * H, D}, U[] = {4 * H, H};
    const char *way = reverse ? "_reverse" : "";

    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, bound, 2, W,
                         "lstm.weight_ih_l%zu%s", k, way));
    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, bound, 2, U,
                         "lstm.weight_hh_l%zu%s", k, way));
    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, bound, 1, W, "lstm.bias_ih_l%zu%s",
                         k, way));
    return tk_layout_add(l, TK_INIT_UNIFORM, bound, 1, U, "lstm.bias_hh_l%zu%s",
                         k, way);
}

tk_lstm_at
tk_lstm_find(const tk_tensor *first)
{
    return (tk_lstm_at){first[0].offset, first[1].offset, first[2].offset,
                        first[3].offset};
}

/* What a step leaves of one cell and unit. */
typedef struct {
    tk_real c, h;
} cell_state;

static inline cell_state
cell_step(tk_real ai, tk_real af, tk_real ag, tk_real ao, tk_real c)
{
    const tk_real i = sigmoid_of(ai), f = sigmoid_of(af);
    const tk_real g = tanh_of(ag), o = sigmoid_of(ao);
    const tk_real c_new = f * c + i * g;

    return (cell_state){c_new, o * tanh_of(c_new)};
}

static inline cell_state
cell_first_step(tk_real ai, tk_real ag, tk_real ao)
{
    const tk_real c_new = sigmoid_of(ai) * tanh_of(ag);

    return (cell_state){c_new, sigmoid_of(ao) * tanh_of(c_new)};
}

/* The biases of unit j, both together. */
typedef struct {
    tk_real i, f, g, o;
} unit_bias;

static unit_bias
bias_of(size_t H, size_t j, const tk_real *b, const tk_real *d)
{
    const size_t f = H + j, g = 2 * H + j, o = 3 * H + j;

    return (unit_bias){b[j] + d[j], b[f] + d[f], b[g] + d[g], b[o] + d[o]};
}

/* All units of all cells.  In: gate[4H][N] = W x, u = U h, and c.  Out: the
 * gates i, f, g, o in their place, c_new, t = tanh(c_new), h_new.
 *
 * One pass for each gate, as compilers give up on a loop that writes them all.
 */
WIDE static void
lstm_gates_forward(size_t H, size_t N, const tk_real *b, const tk_real *d,
                   const tk_real *restrict u, const tk_real *restrict c,
                   tk_real *restrict gate, tk_real *restrict c_new,
                   tk_real *restrict t, tk_real *restrict h_new)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);
        const size_t from = j * N, to = from + N;

        for (size_t k = from; k < to; k++)
            gate[k] = sigmoid_of(gate[k] + u[k] + bias.i);
        for (size_t k = HN + from; k < HN + to; k++)
            gate[k] = sigmoid_of(gate[k] + u[k] + bias.f);
        for (size_t k = 2 * HN + from; k < 2 * HN + to; k++)
            gate[k] = tanh_of(gate[k] + u[k] + bias.g);
        for (size_t k = 3 * HN + from; k < 3 * HN + to; k++)
            gate[k] = sigmoid_of(gate[k] + u[k] + bias.o);
        for (size_t k = from; k < to; k++) {
            c_new[k] = gate[HN + k] * c[k] + gate[k] * gate[2 * HN + k];
            t[k] = tanh_of(c_new[k]);
            h_new[k] = gate[3 * HN + k] * t[k];
        }
    }
}

/* The same from the zero state: no u, no c, f is set to 0. */
WIDE static void
lstm_gates_first(size_t H, size_t N, const tk_real *b, const tk_real *d,
                 tk_real *restrict gate, tk_real *restrict c_new,
                 tk_real *restrict t, tk_real *restrict h_new)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);
        const size_t from = j * N, to = from + N;

        for (size_t k = from; k < to; k++)
            gate[k] = sigmoid_of(gate[k] + bias.i);
        for (size_t k = HN + from; k < HN + to; k++)
            gate[k] = 0;
        for (size_t k = 2 * HN + from; k < 2 * HN + to; k++)
            gate[k] = tanh_of(gate[k] + bias.g);
        for (size_t k = 3 * HN + from; k < 3 * HN + to; k++)
            gate[k] = sigmoid_of(gate[k] + bias.o);
        for (size_t k = from; k < to; k++) {
            c_new[k] = gate[k] * gate[2 * HN + k];
            t[k] = tanh_of(c_new[k]);
            h_new[k] = gate[3 * HN + k] * t[k];
        }
    }
}

/* As lstm_gates_forward without a tape: a = W x stays, c is in place. */
WIDE static void
lstm_gates_step(size_t H, size_t N, const tk_real *b, const tk_real *d,
                const tk_real *restrict a, const tk_real *restrict u,
                tk_real *restrict c, tk_real *restrict h_new)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);

        for (size_t k = j * N; k < (j + 1) * N; k++) {
            const tk_real ai = a[k] + u[k] + bias.i;
            const tk_real af = a[HN + k] + u[HN + k] + bias.f;
            const tk_real ag = a[2 * HN + k] + u[2 * HN + k] + bias.g;
            const tk_real ao = a[3 * HN + k] + u[3 * HN + k] + bias.o;
            const cell_state r = cell_step(ai, af, ag, ao, c[k]);

            c[k] = r.c;
            h_new[k] = r.h;
        }
    }
}

WIDE static void
lstm_gates_first_step(size_t H, size_t N, const tk_real *b, const tk_real *d,
                      const tk_real *restrict a, tk_real *restrict c,
                      tk_real *restrict h_new)
{
    const size_t HN = H * N;

    for (size_t j = 0; j < H; j++) {
        const unit_bias bias = bias_of(H, j, b, d);

        for (size_t k = j * N; k < (j + 1) * N; k++) {
            const cell_state r = cell_first_step(
                a[k] + bias.i, a[2 * HN + k] + bias.g, a[3 * HN + k] + bias.o);

            c[k] = r.c;
            h_new[k] = r.h;
        }
    }
}

void
tk_lstm_forward(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                const tk_real *x, tk_real *h, tk_real *gates, tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N, step = s.rows * N;
    const tk_real *b = theta + at.b, *d = theta + at.d;
    const tk_real *h_old = NULL, *c = NULL;
    tk_real *u = work; /* [4H][N] */

    for (size_t i = 0; i < s.L; i++) {
        const size_t l = s.reverse ? s.L - 1 - i : i;
        tk_real *tape = gates + l * 6 * HN, *h_new = h + l * step;
        tk_real *c_new = tape + 4 * HN, *t = tape + 5 * HN;

        tk_gemm(false, false, 4 * H, N, D, theta + at.W, D, x + l * D * N, N, 0,
                tape, N);
        if (i == 0) {
            lstm_gates_first(H, N, b, d, tape, c_new, t, h_new);
        } else {
            tk_gemm(false, false, 4 * H, N, H, theta + at.U, H, h_old, N, 0, u,
                    N);
            lstm_gates_forward(H, N, b, d, u, c, tape, c_new, t, h_new);
        }
        h_old = h_new;
        c = c_new;
    }
}

void
tk_lstm_step(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
             const tk_real *a, const tk_real *h, tk_real *c, tk_real *h_new,
             tk_real *work)
{
    const size_t N = s.N, H = s.H;
    const tk_real *b = theta + at.b, *d = theta + at.d;
    tk_real *u = work; /* [4H][N] */

    if (!h) {
        lstm_gates_first_step(H, N, b, d, a, c, h_new);
        return;
    }
    tk_gemm(false, false, 4 * H, N, H, theta + at.U, H, h, N, 0, u, N);
    lstm_gates_step(H, N, b, d, a, u, c, h_new);
}

/* Gradients of one step before the gates' functions, da[4H][N].  dh is that of
 * the new state; dc turns from that of the new c, as far as later steps give
 * it, into that of the old.  c: the old one, NULL if it is zero.
 *
 * forward: c_new = f . c + i . g,  h_new = o . t,  t = tanh(c_new)
 */
WIDE static void
lstm_gates_backward(size_t HN, const tk_real *restrict tape,
                    const tk_real *restrict c, const tk_real *restrict dh,
                    tk_real *restrict dc, tk_real *restrict da)
{
    const tk_real *i = tape, *f = tape + HN, *g = tape + 2 * HN;
    const tk_real *o = tape + 3 * HN, *t = tape + 5 * HN;
    tk_real *restrict df = da + HN, *restrict dg = da + 2 * HN;
    tk_real *restrict d_o = da + 3 * HN;

    for (size_t k = 0; k < HN; k++) {
        const tk_real old = c ? c[k] : 0;
        const tk_real d = dc[k] + dh[k] * o[k] * (1 - t[k] * t[k]);

        d_o[k] = dh[k] * t[k] * o[k] * (1 - o[k]);
        da[k] = d * g[k] * i[k] * (1 - i[k]);
        dg[k] = d * i[k] * (1 - g[k] * g[k]);
        df[k] = d * old * f[k] * (1 - f[k]);
        dc[k] = d * f[k];
    }
}

void
tk_lstm_backward(tk_lstm_dims s, tk_lstm_at at, const tk_real *theta,
                 const tk_real *x, const tk_real *h, const tk_real *gates,
                 const tk_real *dy, tk_real *dh, tk_real *dtheta, size_t skip,
                 bool add, tk_real *dx, tk_real *work)
{
    const size_t N = s.N, D = s.D, H = s.H, HN = H * N, K = D - skip;
    tk_real *da = work;            /* [4H][N] */
    tk_real *dc = work + 4 * HN;   /* [H][N]  */
    tk_real *sums = work + 5 * HN; /* [4H]    */

    memset(dc, 0, HN * sizeof *dc);
    memset(sums, 0, 4 * H * sizeof *sums);
    for (size_t i = s.L; i-- > 0;) {
        const size_t l = s.reverse ? s.L - 1 - i : i;
        const size_t before = s.reverse ? l + 1 : l - 1; /* if i > 0 */
        const tk_real *x_l = x + l * D * N;
        const tk_real *c =
            i > 0 ? gates + before * 6 * HN + 4 * HN : NULL; /* [H][N] */

        if (dy)
            for (size_t k = 0; k < HN; k++)
                dh[k] += dy[l * s.rows * N + k];
        lstm_gates_backward(HN, gates + l * 6 * HN, c, dh, dc, da);
        /* forward: a = W x + b + U h + d */
        tk_gemm(false, true, 4 * H, D, N, da, N, x_l, N, 1, dtheta + at.W, D);
        tk_add_row_sums(4 * H, N, da, sums);
        if (dx)
            tk_gemm(true, false, K, N, 4 * H, theta + at.W + skip, D, da, N,
                    add ? 1 : 0, dx + l * K * N, N);
        if (i > 0) {
            const tk_real *h_l = h + before * s.rows * N;

            tk_gemm(false, true, 4 * H, H, N, da, N, h_l, N, 1, dtheta + at.U,
                    H);
            tk_gemm(true, false, H, N, 4 * H, theta + at.U, H, da, N, 0, dh, N);
        }
    }
    for (size_t row = 0; row < 4 * H; row++) {
        dtheta[at.b + row] += sums[row];
        dtheta[at.d + row] += sums[row];
    }
}
