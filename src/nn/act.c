#include "talik/nn/act.h"

#include "act_impl.h"

WIDE void
tk_exp(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = exp_of(x[i]);
}

WIDE void
tk_sigmoid(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = sigmoid_of(x[i]);
}

WIDE void
tk_tanh(size_t n, const tk_real *x, tk_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = tanh_of(x[i]);
}
