#include "talik/nn/conv1d.h"

#include "ref_impl.h"

/* Whether tap j of step l falls on a step of x, and on which. */
static int
falls(tk_conv1d_dims s, size_t l, size_t j, size_t *step)
{
    const size_t at = l + j * s.dilation;

    if (at < s.left || at - s.left >= s.L)
        return 0;
    *step = at - s.left;
    return 1;
}

void
tk_conv1d_forward_ref(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
                      const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < s.L * s.C * s.N; i++) {
        const size_t cell = i % s.N, row = i / s.N % s.C, l = i / s.N / s.C;
        size_t step;

        y[i] = theta[at.b + row];
        for (size_t j = 0; j < s.kernel; j++)
            if (falls(s, l, j, &step))
                y[i] += ref_dot(s.D, theta + at.W + row * s.D * s.kernel + j,
                                s.kernel, x + step * s.D * s.N + cell, s.N);
    }
}

void
tk_conv1d_backward_ref(tk_conv1d_dims s, tk_conv1d_at at, const tk_real *theta,
                       const tk_real *x, const tk_real *dy, tk_real *dtheta,
                       tk_real *dx)
{
    if (dx)
        for (size_t i = 0; i < s.L * s.D * s.N; i++)
            dx[i] = 0;
    for (size_t i = 0; i < s.L * s.C * s.N; i++) {
        const size_t cell = i % s.N, row = i / s.N % s.C, l = i / s.N / s.C;
        size_t step;

        dtheta[at.b + row] += dy[i];
        for (size_t j = 0; j < s.kernel; j++) {
            const size_t w = at.W + row * s.D * s.kernel + j;

            if (!falls(s, l, j, &step))
                continue;
            /* forward: y = W x */
            ref_add(s.D, dy[i], x + step * s.D * s.N + cell, s.N, dtheta + w,
                    s.kernel);
            if (dx)
                ref_add(s.D, dy[i], theta + w, s.kernel,
                        dx + step * s.D * s.N + cell, s.N);
        }
    }
}
