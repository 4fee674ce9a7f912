/* Steps between two losses are one run of the layer; a run begins from what the
 * one before left, less what was lost.
 */
#include "gru_lost.h"

#include <string.h>

void
tk_gru_forget(size_t rows, size_t N, const unsigned char *lost, tk_real *h)
{
    for (size_t j = 0; lost && j < rows; j++)
        for (size_t c = 0; c < N; c++)
            if (lost[c])
                h[j * N + c] = 0;
}

static bool
loses(size_t N, const unsigned char *lost, size_t l)
{
    for (size_t c = 0; lost && c < N; c++)
        if (lost[l * N + c])
            return true;
    return false;
}

/* The state that step l begins from: h0, or `kept`. */
static const tk_real *
state_before(tk_gru_dims s, const unsigned char *lost, const tk_real *h0,
             const tk_real *h, size_t l, tk_real *kept)
{
    const size_t HN = s.H * s.N;

    if (l == 0)
        return h0;
    memcpy(kept, h + (l - 1) * HN, HN * sizeof *kept);
    tk_gru_forget(s.H, s.N, lost + (l - 1) * s.N, kept);
    return kept;
}

void
tk_gru_lost_forward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                    const unsigned char *lost, const tk_real *h0,
                    const tk_real *x, tk_real *h, tk_real *gates, tk_real *work)
{
    const size_t N = s.N, HN = s.H * N;
    tk_gru_dims run = s;

    for (size_t l = 0; l < s.L; l += run.L) {
        const tk_real *before = state_before(s, lost, h0, h, l, work + 3 * HN);

        run.L = 1;
        while (l + run.L < s.L && !loses(N, lost, l + run.L - 1))
            run.L++;
        tk_gru_forward(run, at, theta, before, x + l * s.D * N, h + l * HN,
                       gates + l * 4 * HN, work);
    }
}

void
tk_gru_lost_backward(tk_gru_dims s, tk_gru_at at, const tk_real *theta,
                     const unsigned char *lost, const tk_real *h0,
                     const tk_real *x, const tk_real *h, const tk_real *gates,
                     const tk_real *dy, tk_real *dh, tk_real *dtheta,
                     size_t skip, tk_real *dx, tk_real *work)
{
    const size_t N = s.N, HN = s.H * N, KN = (s.D - skip) * N;
    tk_gru_dims run = s;

    for (size_t end = s.L; end > 0; end -= run.L) {
        size_t l = end - 1;
        const tk_real *before;

        while (l > 0 && !loses(N, lost, l - 1))
            l--;
        run.L = end - l;
        before = state_before(s, lost, h0, h, l, work + 4 * HN);
        tk_gru_backward(run, at, theta, before, x + l * s.D * N, h + l * HN,
                        gates + l * 4 * HN, dy ? dy + l * HN : NULL, dh, dtheta,
                        skip, dx ? dx + l * KN : NULL, work);
        if (l > 0)
            tk_gru_forget(s.H, N, lost + (l - 1) * N, dh);
    }
}
