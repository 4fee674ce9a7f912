#include "talik/nn/causal.h"

#include "talik/nn/gemm.h"

void
tk_causal_taps(tk_causal_dims s, tk_conv1d_at at, const tk_real *theta,
               tk_real *taps)
{
    tk_conv1d_taps((tk_conv1d_dims){.D = s.D, .C = s.C, .kernel = s.kernel}, at,
                   theta, taps);
}

/* The first tap of step l that does not fall before step `first`. */
static size_t
first_tap(tk_causal_dims s, size_t first, size_t l)
{
    const size_t back = (l - first) / s.dilation; /* taps beside the last */

    return back < s.kernel ? s.kernel - 1 - back : 0;
}

/* Where the step that tap j falls on begins in an array [ring][D][N]. */
static size_t
under_tap(tk_causal_dims s, size_t l, size_t j)
{
    const size_t step = l - (s.kernel - 1 - j) * s.dilation;

    return step % s.ring * s.D * s.N;
}

void
tk_causal_step(tk_causal_dims s, tk_conv1d_at at, const tk_real *theta,
               const tk_real *taps, const tk_real *x, size_t first, size_t l,
               tk_real *y)
{
    for (size_t i = 0; i < s.C; i++)
        for (size_t c = 0; c < s.N; c++)
            y[i * s.N + c] = theta[at.b + i];
    for (size_t j = first_tap(s, first, l); j < s.kernel; j++)
        tk_gemm(false, false, s.C, s.N, s.D, taps + j * s.D, s.kernel * s.D,
                x + under_tap(s, l, j), s.N, 1, y, s.N);
}

void
tk_causal_step_backward(tk_causal_dims s, const tk_real *taps, const tk_real *x,
                        size_t first, size_t l, const tk_real *dy,
                        tk_real *dtaps, tk_real *db, tk_real *dx)
{
    const size_t KD = s.kernel * s.D;

    /* forward: y[l] = b + sum over j of W[., ., j] x[l - ...] */
    tk_add_row_sums(s.C, s.N, dy, db);
    for (size_t j = first_tap(s, first, l); j < s.kernel; j++) {
        const size_t at = under_tap(s, l, j);

        tk_gemm(false, true, s.C, s.D, s.N, dy, s.N, x + at, s.N, 1,
                dtaps + j * s.D, KD);
        if (dx)
            tk_gemm(true, false, s.D, s.N, s.C, taps + j * s.D, KD, dy, s.N, 1,
                    dx + at, s.N);
    }
}

void
tk_causal_taps_backward(tk_causal_dims s, tk_conv1d_at at, const tk_real *dtaps,
                        tk_real *dtheta)
{
    tk_real *dW = dtheta + at.W;

    for (size_t i = 0; i < s.C; i++)
        for (size_t k = 0; k < s.D; k++)
            for (size_t j = 0; j < s.kernel; j++)
                dW[(i * s.D + k) * s.kernel + j] +=
                    dtaps[(i * s.kernel + j) * s.D + k];
}
