#include "talik/nn/dense.h"

#include "talik/nn/gemm.h"

void
tk_dense_forward(tk_dense_dims s, tk_dense_at at, const tk_real *theta,
                 const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < s.M; i++)
        for (size_t c = 0; c < s.N; c++)
            y[i * s.N + c] = theta[at.b + i];
    tk_gemm(false, false, s.M, s.N, s.K, theta + at.W, s.K, x, s.N, 1, y, s.N);
}

void
tk_dense_backward(tk_dense_dims s, tk_dense_at at, const tk_real *theta,
                  const tk_real *x, const tk_real *dy, tk_real *dtheta,
                  tk_real *dx)
{
    /* forward: y = W x + b */
    tk_add_row_sums(s.M, s.N, dy, dtheta + at.b);
    tk_gemm(false, true, s.M, s.K, s.N, dy, s.N, x, s.N, 1, dtheta + at.W, s.K);
    if (dx)
        tk_gemm(true, false, s.K, s.N, s.M, theta + at.W, s.K, dy, s.N, 0, dx,
                s.N);
}
