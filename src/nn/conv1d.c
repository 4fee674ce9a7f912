#include "talik/nn/conv1d.h"

#include <math.h>
#include <string.h>

#include "talik/nn/gemm.h"

tk_err
tk_conv1d_layout(tk_layout *l, size_t C, size_t D, size_t kernel,
                 const char *name)
{
    const double bound = 1 / sqrt((double)D * (double)kernel);
    const size_t shape[] = {C, D, kernel};

    TK_TRY(
        tk_layout_add(l, TK_INIT_UNIFORM, bound, 3, shape, "%s.weight", name));
    return tk_layout_add(l, TK_INIT_UNIFORM, bound, 1, shape, "%s.bias", name);
}

void
tk_conv1d_taps(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
               tk_real *taps)
{
    const tk_real *W = theta + at.W;

    for (size_t i = 0; i < s.C; i++)
        for (size_t k = 0; k < s.D; k++)
            for (size_t j = 0; j < s.kernel; j++)
                taps[(i * s.kernel + j) * s.D + k] =
                    W[(i * s.D + k) * s.kernel + j];
}

/* The taps of one step that fall on steps of x: first .. end - 1, and the step
 * of x that the first one falls on.
 */
typedef struct {
    size_t first, end, step;
} reach;

static reach
reach_of(tk_conv1d_dims s, size_t l)
{
    const size_t d = s.dilation;
    const size_t first = l < s.left ? (s.left - l + d - 1) / d : 0;
    const size_t over = s.L + s.left - l; /* j d < over: before the end */
    const size_t end = (over + d - 1) / d;
    reach r = {first, end < s.kernel ? end : s.kernel, 0};

    r.step = l + first * d - s.left;
    return r;
}

/* How many of the taps from j on are one product: all, if their steps follow
 * each other in memory and no rows are left out.
 */
static size_t
together(tk_conv1d_dims s, reach r, size_t j, size_t skip)
{
    return s.dilation == 1 && skip == 0 ? r.end - j : 1;
}

void
tk_conv1d_step(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
               const tk_real *taps, const tk_real *x, size_t l, tk_real *y)
{
    const size_t N = s.N, D = s.D, KD = s.kernel * D;
    const reach r = reach_of(s, l);
    size_t n;

    for (size_t i = 0; i < s.C; i++)
        for (size_t c = 0; c < N; c++)
            y[i * N + c] = theta[at.b + i];
    for (size_t j = r.first; j < r.end; j += n) {
        const size_t step = r.step + (j - r.first) * s.dilation;

        n = together(s, r, j, 0);
        tk_gemm(false, false, s.C, N, n * D, taps + j * D, KD, x + step * D * N,
                N, 1, y, N);
    }
}

void
tk_conv1d_forward(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
                  const tk_real *taps, const tk_real *x, tk_real *y)
{
    for (size_t l = 0; l < s.L; l++)
        tk_conv1d_step(s, at, theta, taps, x, l, y + l * s.C * s.N);
}

/* Adds what step l gives to dtaps. */
static void
weights_backward(tk_conv1d_dims s, size_t l, const tk_real *x,
                 const tk_real *dy, tk_real *dtaps)
{
    const size_t N = s.N, D = s.D, KD = s.kernel * D;
    const reach r = reach_of(s, l);
    size_t n;

    for (size_t j = r.first; j < r.end; j += n) {
        const size_t step = r.step + (j - r.first) * s.dilation;

        n = together(s, r, j, 0);
        tk_gemm(false, true, s.C, n * D, N, dy, N, x + step * D * N, N, 1,
                dtaps + j * D, KD);
    }
}

/* Adds what step l gives to dx. */
static void
inputs_backward(tk_conv1d_dims s, size_t l, const tk_real *taps,
                const tk_real *dy, size_t skip, tk_real *dx)
{
    const size_t N = s.N, D = s.D, KD = s.kernel * D, K = D - skip;
    const reach r = reach_of(s, l);
    size_t n;

    for (size_t j = r.first; j < r.end; j += n) {
        const size_t step = r.step + (j - r.first) * s.dilation;

        n = together(s, r, j, skip);
        tk_gemm(true, false, n * K, N, s.C, taps + j * D + skip, KD, dy, N, 1,
                dx + step * K * N, N);
    }
}

void
tk_conv1d_backward(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *taps,
                   const tk_real *x, const tk_real *dy, tk_real *dtheta,
                   size_t skip, tk_real *dx, tk_real *work)
{
    const size_t CN = s.C * s.N;
    tk_real *dtaps = work, *dW = dtheta + at.W;

    memset(dtaps, 0, s.C * s.kernel * s.D * sizeof *dtaps);
    if (dx)
        memset(dx, 0, s.L * (s.D - skip) * s.N * sizeof *dx);
    /* forward: y[l] = b + sum over j of W[., ., j] x[l - left + j dilation] */
    for (size_t l = 0; l < s.L; l++) {
        tk_add_row_sums(s.C, s.N, dy + l * CN, dtheta + at.b);
        weights_backward(s, l, x, dy + l * CN, dtaps);
        if (dx)
            inputs_backward(s, l, taps, dy + l * CN, skip, dx);
    }
    for (size_t i = 0; i < s.C; i++)
        for (size_t k = 0; k < s.D; k++)
            for (size_t j = 0; j < s.kernel; j++)
                dW[(i * s.D + k) * s.kernel + j] +=
                    dtaps[(i * s.kernel + j) * s.D + k];
}
