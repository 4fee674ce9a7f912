#include "talik/nn/act.h"

#include "act_impl.h"

WIDE static void
exp_all(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = exp_of(x[i]);
}

WIDE static void
sigmoid_all(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = sigmoid_of(x[i]);
}

WIDE static void
tanh_all(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = tanh_of(x[i]);
}

void
tk_exp(size_t n, const tk_real *x, tk_real *y)
{
    exp_all(n, x, y);
}

void
tk_sigmoid(size_t n, const tk_real *x, tk_real *y)
{
    sigmoid_all(n, x, y);
}

void
tk_tanh(size_t n, const tk_real *x, tk_real *y)
{
    tanh_all(n, x, y);
}

void
tk_relu(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? 0 : x[i];
}

void
tk_relu_backward(size_t n, const tk_real *y, const tk_real *dy, tk_real *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = y[i] <= 0 ? 0 : dy[i];
}

WIDE static void
gelu_all(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * ((tk_real)0.5 + half_erf(x[i]));
}

WIDE static void
gelu_slope_all(size_t n, const tk_real *x, tk_real *y, tk_real *restrict slope)
{
    const tk_real root = (tk_real)0.3989422804014327; /* 1 / sqrt(2 pi) */

    for (size_t i = 0; i < n; i++) {
        const tk_real z = x[i];
        const tk_real phi = (tk_real)0.5 + half_erf(z);

        slope[i] = phi + z * (root * exp_of((tk_real)-0.5 * z * z));
        y[i] = z * phi;
    }
}

void
tk_gelu(size_t n, const tk_real *x, tk_real *y)
{
    gelu_all(n, x, y);
}

void
tk_gelu_slope(size_t n, const tk_real *x, tk_real *y, tk_real *slope)
{
    gelu_slope_all(n, x, y, slope);
}
