/* The model tcn: residual blocks of two causal convolutions each, block i with
 * dilation 2^i, and an affine head on the last block's channels in the last
 * step.
 *
 * S. Bai et al. (2018), arXiv:1803.01271, whose weight normalisation is folded
 * into the weights before they come here.
 *
 * **Exact savings.**  The head reads one step, so that block i is wanted in few:
 * those that the next one's taps fall on, 2^(i+1) apart.  With 24 steps, four
 * blocks and three taps conv1 is computed 45 times of 96, conv2 22 times.
 * Windows share every step whose taps do not reach before their beginning.
 */
#include <stdio.h>
#include <string.h>

#include "model_impl.h"
#include "tcn_block.h"

enum { MOST_BLOCKS = 16, MOST_KERNEL = 255 };

static tk_err
check(const tk_model_dims *s)
{
    TK_TRY(tk_check_common("tcn", s));
    TK_TRY(tk_check_size("tcn", "C (channels)", s->C, 1, 4096));
    TK_TRY(tk_check_size("tcn", "kernel", s->kernel, 1, MOST_KERNEL));
    return tk_check_size("tcn", "layers (blocks)", s->layers, 1, MOST_BLOCKS);
}

static size_t
inputs_of(const tk_model_dims *s, size_t i)
{
    return i == 0 ? s->F + s->E : s->C;
}

static tk_err
layout(const tk_model_dims *s, tk_layout *l)
{
    char name[TK_TENSOR_NAME];

    TK_TRY(tk_layout_add_embedding(l, s));
    for (size_t i = 0; i < s->layers; i++) {
        const size_t D = inputs_of(s, i);

        snprintf(name, sizeof name, "blocks.%zu.conv1", i);
        TK_TRY(tk_conv1d_layout(l, s->C, D, s->kernel, name));
        snprintf(name, sizeof name, "blocks.%zu.conv2", i);
        TK_TRY(tk_conv1d_layout(l, s->C, s->C, s->kernel, name));
        snprintf(name, sizeof name, "blocks.%zu.downsample", i);
        if (D != s->C)
            TK_TRY(tk_conv1d_layout(l, s->C, D, 1, name));
    }
    return tk_layout_add_linear(l, s->D, s->C, "head");
}

/* A skip has weights exactly where the channels change. */
static tk_err
check_skips(const tk_layout *given, const tk_model_dims *s)
{
    char name[TK_TENSOR_NAME];

    for (size_t i = 0; i < s->layers && i < MOST_BLOCKS; i++) {
        const size_t D = inputs_of(s, i);
        bool there;

        snprintf(name, sizeof name, "blocks.%zu.downsample.weight", i);
        there = tk_layout_find(given, name) != NULL;
        if (there != (D != s->C))
            return tk_fail(TK_EDATA,
                           "tensor '%s' %s: the block has %zu inputs and %zu "
                           "channels",
                           name, there ? "is not wanted" : "is missing", D,
                           s->C);
    }
    return TK_OK;
}

static tk_err
infer(const tk_layout *given, tk_model_dims *s)
{
    const char *first = "blocks.0.conv1.weight";
    size_t inputs = 0;

    TK_TRY(tk_infer_common(given, s));
    TK_TRY(tk_infer_size(given, first, 3, 0, 1, &s->C));
    TK_TRY(tk_infer_size(given, first, 3, 1, 1, &inputs));
    TK_TRY(tk_infer_size(given, first, 3, 2, 1, &s->kernel));
    s->layers = tk_infer_layers(given, "blocks.", ".conv1.weight");
    TK_TRY(tk_infer_features(inputs, s));
    return check_skips(given, s);
}

/* For every block; see tcn_block.h. */
static void
plan(const tk_model_dims *s, tk_tcn_steps *b)
{
    size_t wanted = 1, reach = 0;

    for (size_t i = s->layers; i-- > 0;) {
        const size_t most = ((s->L - 1) >> i) + 1; /* within the window */
        const size_t inner = 2 * (wanted - 1) + s->kernel;

        b[i].outer = wanted;
        b[i].inner = inner < most ? inner : most;
        wanted = b[i].inner + s->kernel - 1;
        wanted = wanted < most ? wanted : most;
    }
    for (size_t i = 0; i < s->layers; i++) {
        b[i].reach1 = reach + ((s->kernel - 1) << i);
        reach = b[i].reach2 = b[i].reach1 + ((s->kernel - 1) << i);
    }
}

/* All but the arrays. */
static void
set_blocks(const tk_pass *p, tk_tcn_block *b)
{
    const tk_model_dims *s = &p->net->dims;
    const tk_tensor *t = p->net->layout.tensor + (s->E > 0);
    tk_tcn_steps all[MOST_BLOCKS];

    plan(s, all);
    for (size_t i = 0; i < s->layers; i++, b++) {
        *b =
            (tk_tcn_block){.plan = all[i], .has_skip = inputs_of(s, i) != s->C};
        b->conv1 = (tk_causal_dims){.N = p->N,
                                    .D = inputs_of(s, i),
                                    .C = s->C,
                                    .kernel = s->kernel,
                                    .dilation = (size_t)1 << i,
                                    .ring = s->L};
        b->conv2 = b->conv1;
        b->conv2.D = s->C;
        b->at1 = (tk_conv1d_at){t[0].offset, t[1].offset};
        b->at2 = (tk_conv1d_at){t[2].offset, t[3].offset};
        t += 4;
        if (b->has_skip) {
            b->skip = (tk_dense_at){t[0].offset, t[1].offset};
            t += 2;
        }
    }
}

static size_t
taps_size(const tk_model_dims *s)
{
    size_t size = 0;

    for (size_t i = 0; i < s->layers; i++)
        size += tk_taken(s->C * s->kernel * inputs_of(s, i))
                + tk_taken(s->C * s->kernel * s->C);
    return size;
}

static void
set_taps(const tk_pass *p, tk_tcn_block *b, tk_real **at)
{
    const tk_model_dims *s = &p->net->dims;

    for (size_t i = 0; i < s->layers; i++, b++) {
        b->taps1 = tk_take(at, s->C * s->kernel * inputs_of(s, i));
        b->taps2 = tk_take(at, s->C * s->kernel * s->C);
        tk_causal_taps(b->conv1, b->at1, p->theta, b->taps1);
        tk_causal_taps(b->conv2, b->at2, p->theta, b->taps2);
    }
}

/* The embedded input of `steps` steps, where there is an embedding. */
static size_t
input_size(const tk_model_dims *s, size_t N, size_t steps)
{
    return s->E > 0 ? tk_taken(steps * (s->F + s->E) * N) : 0;
}

static size_t
tape(const tk_model_dims *s, size_t N)
{
    const size_t CN = s->C * N;
    size_t size = input_size(s, N, s->L);
    tk_tcn_steps all[MOST_BLOCKS];

    plan(s, all);
    for (size_t i = 0; i < s->layers; i++) {
        size += 3 * tk_taken(s->L * CN);
        if (s->dropout > 0)
            size += tk_taken(all[i].inner * CN) + tk_taken(all[i].outer * CN);
    }
    return size;
}

/* The blocks with their arrays in the tape. */
static void
blocks_of(const tk_pass *p, tk_tcn_block *b)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t CN = s->C * p->N;
    tk_real *at = p->tape;
    const tk_real *x = s->E > 0 ? at : p->x;

    set_blocks(p, b);
    at += input_size(s, p->N, s->L);
    for (size_t i = 0; i < s->layers; i++, x = b->y, b++) {
        b->x = x;
        b->u = tk_take(&at, s->L * CN);
        b->v = tk_take(&at, s->L * CN);
        b->y = tk_take(&at, s->L * CN);
        b->v_ring = s->L;
        if (s->dropout > 0) {
            tk_real *mask1 = tk_take(&at, b->plan.inner * CN);
            tk_real *mask2 = tk_take(&at, b->plan.outer * CN);

            b->mask1 = p->noise.training ? mask1 : NULL;
            b->mask2 = p->noise.training ? mask2 : NULL;
        }
    }
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The work of each pass begins at p->work. */
static size_t
work(const tk_model_dims *s, size_t N, size_t T)
{
    const size_t CN = tk_taken(s->C * N), LCN = tk_taken(s->L * s->C * N);
    const size_t I = s->F + s->E, widest = larger(I, s->C);
    const size_t backward = taps_size(s) + 2 * CN + tk_taken(I * N) + 3 * LCN
                            + tk_taken(s->L * I * N)
                            + tk_taken(s->C * s->kernel * widest);
    const size_t predict =
        taps_size(s) + input_size(s, N, T) + 2 * CN + 2 * s->layers * LCN;

    return larger(backward, predict);
}

static void
draw_masks(const tk_pass *p, const tk_tcn_block *b, size_t i)
{
    const double drop = p->net->dims.dropout;
    const size_t CN = b->conv1.C * b->conv1.N;
    const unsigned place = (unsigned)(2 * i);

    if (!b->mask1)
        return;
    tk_dropout_mask(&p->noise, place, drop, b->plan.inner * CN, b->mask1);
    tk_dropout_mask(&p->noise, place + 1, drop, b->plan.outer * CN, b->mask2);
}

static tk_dense_dims
head_dims(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_dense_dims){s->D, s->C, p->N};
}

static void
forward(const tk_pass *p, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t last = s->L - 1;
    tk_tcn_block all[MOST_BLOCKS];
    tk_real *at = p->work, *skip = tk_take(&at, s->C * p->N);

    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, s->L), p->theta, p->band, p->x,
                         p->tape);
    blocks_of(p, all);
    set_taps(p, all, &at);
    for (size_t i = 0; i < s->layers; i++) {
        const tk_tcn_block *b = all + i;

        draw_masks(p, b, i);
        for (size_t e = 0; e < b->plan.inner; e++)
            tk_tcn_inner(b, p->theta, 0, last - e * b->conv1.dilation, e);
        for (size_t e = 0; e < b->plan.outer; e++)
            tk_tcn_outer(b, p->theta, 0, last - 2 * e * b->conv1.dilation, e,
                         skip);
    }
    tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta,
                     tk_tcn_slot(all, all[s->layers - 1].y, last), y);
}

static void
backward(const tk_pass *p, const tk_real *dy, tk_real *dtheta, tk_real *dx)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t N = p->N, CN = s->C * N, LCN = s->L * CN, I = s->F + s->E;
    const size_t last = s->L - 1;
    tk_tcn_block all[MOST_BLOCKS];
    tk_real *at = p->work, *dx_0 = dx;
    tk_tcn_slopes g = {0};

    g.sum = tk_take(&at, CN);
    g.a = tk_take(&at, CN);
    g.skip = tk_take(&at, I * N);
    g.dtaps = tk_take(&at, s->C * s->kernel * larger(I, s->C));
    g.dy = tk_take(&at, LCN);
    g.du = tk_take(&at, LCN);
    g.dx = tk_take(&at, LCN);
    if (s->E > 0)
        dx_0 = tk_take(&at, s->L * I * N);
    blocks_of(p, all);
    set_taps(p, all, &at);

    tk_dense_backward(head_dims(p), tk_head_at(p->net), p->theta,
                      tk_tcn_slot(all, all[s->layers - 1].y, last), dy, dtheta,
                      tk_tcn_slot(all, g.dy, last));
    for (size_t i = s->layers; i-- > 0;) {
        tk_real *free = g.dy;

        if (i == 0)
            g.dx = dx_0;
        tk_tcn_backward(all + i, p->theta, last, g, dtheta);
        g.dy = g.dx;
        g.dx = free;
    }
    if (s->E > 0)
        tk_embed_backward(tk_embed_of(p, s->L), p->band, I, dx_0, dtheta, dx);
}

/* Whether window w, whose step l lies l - w steps from its beginning, computes
 * a step that it wants: the window `apart` steps before wanted it too, and if
 * it does not depend on where a window begins, left it in its slot.
 */
static bool
is_new(size_t w, size_t l, size_t apart, size_t reach, size_t e)
{
    return w < apart || e == 0 || l - w < reach;
}

static void
predict_block(const tk_tcn_block *b, const tk_real *theta, size_t w,
              size_t last, tk_real *skip)
{
    const tk_tcn_steps *n = &b->plan;
    const size_t apart = b->conv1.dilation;

    for (size_t e = 0; e < n->inner; e++) {
        const size_t l = last - e * apart;

        if (is_new(w, l, apart, n->reach1, e))
            tk_tcn_inner(b, theta, w, l, e);
    }
    for (size_t e = 0; e < n->outer; e++) {
        const size_t l = last - 2 * e * apart;

        if (is_new(w, l, 2 * apart, n->reach2, e))
            tk_tcn_outer(b, theta, w, l, e, skip);
    }
}

static void
predict(const tk_pass *p, size_t T, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t N = p->N, CN = s->C * N;
    tk_tcn_block all[MOST_BLOCKS];
    tk_real *at = p->work, *skip = tk_take(&at, CN), *v = tk_take(&at, CN);
    const tk_real *x = s->E > 0 ? at : p->x;

    TK_ASSERT(T >= s->L);
    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, T), p->theta, p->band, p->x, at);
    at += input_size(s, N, T);
    set_blocks(p, all);
    set_taps(p, all, &at);
    all[0].conv1.ring = T;
    for (size_t i = 0; i < s->layers; i++) {
        tk_tcn_block *b = all + i;

        b->x = x;
        b->u = tk_take(&at, s->L * CN);
        b->v = v;
        b->v_ring = 1;
        x = b->y = tk_take(&at, s->L * CN);
    }
    for (size_t w = 0; w + s->L <= T; w++) {
        const size_t last = w + s->L - 1;

        for (size_t i = 0; i < s->layers; i++)
            predict_block(all + i, p->theta, w, last, skip);
        tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta,
                         tk_tcn_slot(all, all[s->layers - 1].y, last),
                         y + w * s->D * N);
    }
}

const tk_model tk_m_tcn = {
    .name = "tcn",
    .check = check,
    .layout = layout,
    .infer = infer,
    .tape = tape,
    .work = work,
    .forward = forward,
    .backward = backward,
    .predict = predict,
};
