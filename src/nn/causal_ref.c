#include "talik/nn/causal.h"

#include "ref_impl.h"

/* Whether tap j of step l falls on a step that there is, and where that lies. */
static int
falls(tk_causal_dims s, size_t first, size_t l, size_t j, size_t *at)
{
    const size_t back = (s.kernel - 1 - j) * s.dilation;

    if (l < first + back)
        return 0;
    *at = (l - back) % s.ring * s.D * s.N;
    return 1;
}

void
tk_causal_step_ref(tk_causal_dims s, tk_conv1d_at at, const tk_real *theta,
                   const tk_real *x, size_t first, size_t l, tk_real *y)
{
    for (size_t i = 0; i < s.C * s.N; i++) {
        const size_t cell = i % s.N, row = i / s.N;
        size_t from;

        y[i] = theta[at.b + row];
        for (size_t j = 0; j < s.kernel; j++)
            if (falls(s, first, l, j, &from))
                y[i] += ref_dot(s.D, theta + at.W + row * s.D * s.kernel + j,
                                s.kernel, x + from + cell, s.N);
    }
}

void
tk_causal_step_backward_ref(tk_causal_dims s, tk_conv1d_at at,
                            const tk_real *theta, const tk_real *x,
                            size_t first, size_t l, const tk_real *dy,
                            tk_real *dtheta, tk_real *dx)
{
    for (size_t i = 0; i < s.C * s.N; i++) {
        const size_t cell = i % s.N, row = i / s.N;
        size_t from;

        dtheta[at.b + row] += dy[i];
        for (size_t j = 0; j < s.kernel; j++) {
            const size_t w = at.W + row * s.D * s.kernel + j;

            if (!falls(s, first, l, j, &from))
                continue;
            /* forward: y = W x */
            ref_add(s.D, dy[i], x + from + cell, s.N, dtheta + w, s.kernel);
            if (dx)
                ref_add(s.D, dy[i], theta + w, s.kernel, dx + from + cell, s.N);
        }
    }
}
