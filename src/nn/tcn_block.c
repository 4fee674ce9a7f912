#include "tcn_block.h"

#include <string.h>

#include "talik/nn/act.h"

#include "act_impl.h"

tk_real *
tk_tcn_slot(const tk_tcn_block *b, tk_real *x, size_t l)
{
    return x + l % b->conv2.ring * b->conv2.C * b->conv2.N;
}

static const tk_real *
input_at(const tk_tcn_block *b, size_t l)
{
    return b->x + l % b->conv1.ring * b->conv1.D * b->conv1.N;
}

static tk_real *
v_at(const tk_tcn_block *b, size_t l)
{
    return b->v + l % b->v_ring * b->conv2.C * b->conv2.N;
}

static void
multiply(size_t n, const tk_real *mask, tk_real *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= mask[i];
}

void
tk_tcn_inner(const tk_tcn_block *b, const tk_real *theta, size_t first,
             size_t l, size_t e)
{
    const size_t CN = b->conv1.C * b->conv1.N;
    tk_real *u = tk_tcn_slot(b, b->u, l);

    tk_causal_step(b->conv1, b->at1, theta, b->taps1, b->x, first, l, u);
    tk_relu(CN, u, u);
    if (b->mask1)
        multiply(CN, b->mask1 + e * CN, u);
}

/* y = relu(v + skip) */
WIDE static void
join(size_t n, const tk_real *restrict v, const tk_real *skip,
     tk_real *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        const tk_real sum = v[i] + skip[i];

        y[i] = sum < 0 ? 0 : sum;
    }
}

void
tk_tcn_outer(const tk_tcn_block *b, const tk_real *theta, size_t first,
             size_t l, size_t e, tk_real *skip)
{
    const size_t C = b->conv2.C, N = b->conv2.N, CN = C * N;
    tk_real *v = v_at(b, l);
    const tk_real *x = input_at(b, l);

    tk_causal_step(b->conv2, b->at2, theta, b->taps2, b->u, first, l, v);
    tk_relu(CN, v, v);
    if (b->mask2)
        multiply(CN, b->mask2 + e * CN, v);
    if (b->has_skip) {
        tk_dense_forward((tk_dense_dims){C, b->conv1.D, N}, b->skip, theta, x,
                         skip);
        x = skip;
    }
    join(CN, v, x, tk_tcn_slot(b, b->y, l));
}

/* da = mask . dy where y > 0 */
static void
relu_backward(size_t n, const tk_real *y, const tk_real *mask,
              const tk_real *dy, tk_real *da)
{
    tk_relu_backward(n, y, dy, da);
    if (mask)
        multiply(n, mask, da);
}

/* Adds to du, to dx and to the gradients of conv2 and the skip. */
static void
outer_backward(const tk_tcn_block *b, const tk_real *theta, size_t l, size_t e,
               tk_tcn_slopes g, tk_real *dtheta)
{
    const size_t C = b->conv2.C, D = b->conv1.D, N = b->conv2.N, CN = C * N;
    const tk_real *to_x = g.sum;

    /* forward: y = relu(v + skip) */
    tk_relu_backward(CN, tk_tcn_slot(b, b->y, l), tk_tcn_slot(b, g.dy, l),
                     g.sum);
    if (b->has_skip) {
        tk_dense_backward((tk_dense_dims){C, D, N}, b->skip, theta,
                          input_at(b, l), g.sum, dtheta, g.dx ? g.skip : NULL);
        to_x = g.skip;
    }
    if (g.dx) {
        tk_real *dx = g.dx + l % b->conv1.ring * D * N;

        for (size_t i = 0; i < D * N; i++)
            dx[i] += to_x[i];
    }
    /* forward: v = mask . relu(conv2(u)) */
    relu_backward(CN, v_at(b, l), b->mask2 ? b->mask2 + e * CN : NULL, g.sum,
                  g.a);
    tk_causal_step_backward(b->conv2, b->taps2, b->u, 0, l, g.a, g.dtaps,
                            dtheta + b->at2.b, g.du);
}

void
tk_tcn_backward(const tk_tcn_block *b, const tk_real *theta, size_t last,
                tk_tcn_slopes g, tk_real *dtheta)
{
    const size_t C = b->conv1.C, CN = C * b->conv1.N, L = b->conv2.ring;
    const size_t D = b->conv1.D, K = b->conv1.kernel;

    memset(g.du, 0, L * CN * sizeof *g.du);
    if (g.dx)
        memset(g.dx, 0, L * D * b->conv1.N * sizeof *g.dx);
    memset(g.dtaps, 0, C * K * C * sizeof *g.dtaps);
    for (size_t e = 0; e < b->plan.outer; e++)
        outer_backward(b, theta, last - 2 * e * b->conv1.dilation, e, g,
                       dtheta);
    tk_causal_taps_backward(b->conv2, b->at2, g.dtaps, dtheta);

    memset(g.dtaps, 0, C * K * D * sizeof *g.dtaps);
    for (size_t e = 0; e < b->plan.inner; e++) {
        const size_t l = last - e * b->conv1.dilation;

        /* forward: u = mask . relu(conv1(x)) */
        relu_backward(CN, tk_tcn_slot(b, b->u, l),
                      b->mask1 ? b->mask1 + e * CN : NULL,
                      tk_tcn_slot(b, g.du, l), g.a);
        tk_causal_step_backward(b->conv1, b->taps1, b->x, 0, l, g.a, g.dtaps,
                                dtheta + b->at1.b, g.dx);
    }
    tk_causal_taps_backward(b->conv1, b->at1, g.dtaps, dtheta);
}
