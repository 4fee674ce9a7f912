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
