/* The model gru: layers of gated recurrent units, and an affine head on the
 * last one's state after the last step; with a carried state on every step's.
 */
#include <stdio.h>
#include <string.h>

#include "talik/nn/gemm.h"
#include "talik/nn/gru.h"

#include "gru_lost.h"
#include "model_impl.h"

static tk_err
check(const tk_model_dims *s)
{
    TK_TRY(tk_check_common("gru", s));
    TK_TRY(tk_check_size("gru", "H (hidden)", s->H, 1, 4096));
    return tk_check_size("gru", "layers", s->layers, 1, 64);
}

static size_t
inputs_of(const tk_model_dims *s, size_t k)
{
    return k == 0 ? s->F + s->E : s->H;
}

static tk_err
layout(const tk_model_dims *s, tk_layout *l)
{
    TK_TRY(tk_layout_add_embedding(l, s));
    for (size_t k = 0; k < s->layers; k++)
        TK_TRY(tk_gru_layout(l, k, inputs_of(s, k), s->H));
    return tk_layout_add_linear(l, s->D, s->H, "head");
}

static tk_err
infer(const tk_layout *given, tk_model_dims *s)
{
    size_t inputs = 0;

    TK_TRY(tk_infer_common(given, s));
    TK_TRY(tk_infer_size(given, "gru.weight_ih_l0", 2, 0, 3, &s->H));
    TK_TRY(tk_infer_size(given, "gru.weight_ih_l0", 2, 1, 1, &inputs));
    s->layers = tk_infer_layers(given, "gru.weight_ih_l", "");
    return tk_infer_features(inputs, s);
}

static tk_gru_at
layer_at(const tk_net *net, size_t k)
{
    return tk_gru_find(net->layout.tensor + (net->dims.E > 0) + 4 * k);
}

static tk_gru_dims
layer_dims(const tk_pass *p, size_t k)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_gru_dims){s->L, p->N, inputs_of(s, k), s->H};
}

static tk_dense_dims
head_dims(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_dense_dims){s->D, s->H, p->N};
}

/* The tape: the embedded input where there is an embedding; per layer the
 * states and gates; where something may be dropped, per layer but the last the
 * mask and what it leaves, which is the next layer's input.
 */
typedef struct {
    tk_real *h, *gates;     /* [L][H][N], [L][4H][N]         */
    tk_real *mask, *masked; /* [L][H][N] each; NULL: no mask */
} layer_tape;

static size_t
input_size(const tk_model_dims *s, size_t N)
{
    return s->E > 0 ? tk_taken(s->L * (s->F + s->E) * N) : 0;
}

static size_t
layer_size(const tk_model_dims *s, size_t N)
{
    return tk_taken(s->L * s->H * N) * (s->dropout > 0 ? 3 : 1)
           + tk_taken(4 * s->L * s->H * N);
}

static size_t
tape(const tk_model_dims *s, size_t N)
{
    return input_size(s, N) + s->layers * layer_size(s, N);
}

static layer_tape
tape_of(const tk_pass *p, size_t k)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t LHN = s->L * s->H * p->N;
    tk_real *at = p->tape + input_size(s, p->N) + k * layer_size(s, p->N);
    layer_tape t = {0};

    t.h = tk_take(&at, LHN);
    t.gates = tk_take(&at, 4 * LHN);
    if (s->dropout > 0 && p->noise.training && k + 1 < s->layers) {
        t.mask = tk_take(&at, LHN);
        t.masked = tk_take(&at, LHN);
    }
    return t;
}

static const tk_real *
layer_input(const tk_pass *p, size_t k)
{
    layer_tape below;

    if (k == 0)
        return p->net->dims.E > 0 ? p->tape : p->x;
    below = tape_of(p, k - 1);
    return below.masked ? below.masked : below.h;
}

static const tk_real *
first_state(const tk_pass *p, size_t k)
{
    return p->h0 ? p->h0 + k * p->net->dims.H * p->N : NULL;
}

/* What is lost after step l, if anything can be. */
static const unsigned char *
lost_of(const tk_pass *p, size_t l)
{
    return p->h0 && p->lost ? p->lost + l * p->N : NULL;
}

static size_t
state(const tk_model_dims *s, size_t N)
{
    return s->layers * s->H * N;
}

/* The work of each pass begins at p->work. */
static size_t
work(const tk_model_dims *s, size_t N, size_t T)
{
    const size_t HN = tk_taken(s->H * N), I = s->F + s->E;
    const size_t backward =
        6 * HN + tk_taken(s->L * s->H * N) + tk_taken(s->L * I * N);
    const size_t predict = tk_taken(T * 3 * s->H * N) + tk_taken(I * N)
                           + tk_taken(state(s, N)) + 6 * HN;

    return backward > predict ? backward : predict;
}

static void
forward(const tk_pass *p, tk_real *y)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t HN = s->H * p->N, DN = s->D * p->N;
    const tk_real *h;

    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, s->L), p->theta, p->band, p->x,
                         p->tape);
    for (size_t k = 0; k < s->layers; k++) {
        const layer_tape t = tape_of(p, k);

        tk_gru_lost_forward(layer_dims(p, k), layer_at(net, k), p->theta,
                            lost_of(p, 0), first_state(p, k), layer_input(p, k),
                            t.h, t.gates, p->work);
        if (t.mask) {
            tk_dropout_mask(&p->noise, (unsigned)k, s->dropout, s->L * HN,
                            t.mask);
            for (size_t i = 0; i < s->L * HN; i++)
                t.masked[i] = t.h[i] * t.mask[i];
        }
        if (p->h1)
            memcpy(p->h1 + k * HN, t.h + (s->L - 1) * HN, HN * sizeof *p->h1);
    }
    if (p->h1)
        tk_gru_forget(s->layers * s->H, p->N, lost_of(p, s->L - 1), p->h1);
    h = tape_of(p, s->layers - 1).h;
    for (size_t l = p->h0 ? 0 : s->L - 1; l < s->L; l++, y += DN)
        tk_dense_forward(head_dims(p), tk_head_at(net), p->theta, h + l * HN,
                         y);
}

/* Sets dh[H][N] and, for a carried state, all of dy_h[L][H][N] from dy. */
static void
head_backward(const tk_pass *p, const tk_real *dy, tk_real *dtheta, tk_real *dh,
              tk_real *dy_h)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t HN = s->H * p->N, DN = s->D * p->N;
    const tk_real *h = tape_of(p, s->layers - 1).h;

    if (!p->h0) {
        tk_dense_backward(head_dims(p), tk_head_at(p->net), p->theta,
                          h + (s->L - 1) * HN, dy, dtheta, dh);
        return;
    }
    memset(dh, 0, HN * sizeof *dh);
    for (size_t l = 0; l < s->L; l++)
        tk_dense_backward(head_dims(p), tk_head_at(p->net), p->theta,
                          h + l * HN, dy + l * DN, dtheta, dy_h + l * HN);
}

static void
backward(const tk_pass *p, const tk_real *dy, tk_real *dtheta, tk_real *dx)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t HN = s->H * p->N, I = s->F + s->E;
    const size_t skip = dx ? 0 : s->F; /* input rows without a gradient */
    tk_real *at = p->work;
    tk_real *da = tk_take(&at, 5 * HN);      /* [5H][N]          */
    tk_real *dh = tk_take(&at, HN);          /* [H][N]           */
    tk_real *dy_h = tk_take(&at, s->L * HN); /* [L][H][N]        */
    tk_real *dx_0 = s->E > 0 ? at : dx;      /* [L][I - skip][N] */

    head_backward(p, dy, dtheta, dh, dy_h);
    for (size_t k = s->layers; k-- > 0;) {
        const layer_tape t = tape_of(p, k);
        const bool top = k + 1 == s->layers;

        if (!top)
            memset(dh, 0, HN * sizeof *dh);
        if (t.mask)
            for (size_t i = 0; i < s->L * HN; i++)
                dy_h[i] *= t.mask[i];
        tk_gru_lost_backward(layer_dims(p, k), layer_at(net, k), p->theta,
                             lost_of(p, 0), first_state(p, k),
                             layer_input(p, k), t.h, t.gates,
                             top && !p->h0 ? NULL : dy_h, dh, dtheta,
                             k == 0 ? skip : 0, k == 0 ? dx_0 : dy_h, da);
        if (p->h0 && p->dh0)
            memcpy(p->dh0 + k * HN, dh, HN * sizeof *dh);
    }
    if (s->E > 0)
        tk_embed_backward(tk_embed_of(p, s->L), p->band, I - skip, dx_0, dtheta,
                          dx);
}

/* W x of the first layer for `steps` steps of x: a[steps][3H][N]. */
static void
input_products(const tk_pass *p, size_t steps, const tk_real *x, tk_real *row,
               tk_real *a)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t N = p->N, I = s->F + s->E;
    const tk_real *W = p->theta + layer_at(p->net, 0).W;

    for (size_t l = 0; l < steps; l++) {
        const tk_real *x_l = x + l * s->F * N;

        if (s->E > 0) {
            tk_embed_forward(tk_embed_of(p, 1), p->theta, p->band, x_l, row);
            x_l = row;
        }
        tk_gemm(false, false, 3 * s->H, N, I, W, I, x_l, N, 0,
                a + l * 3 * s->H * N, N);
    }
}

/* All layers one step on; a[3H][N] is the first one's input product.  u is
 * work[6H][N].
 */
static void
step(const tk_pass *p, bool first, const tk_real *a, tk_real *h, tk_real *u)
{
    const size_t N = p->N, H = p->net->dims.H, HN = H * N;
    tk_real *b = u + 3 * HN;

    for (size_t k = 0; k < p->net->dims.layers; k++) {
        const tk_gru_at at = layer_at(p->net, k);

        if (k > 0)
            tk_gemm(false, false, 3 * H, N, H, p->theta + at.W, H,
                    h + (k - 1) * HN, N, 0, b, N);
        tk_gru_step(layer_dims(p, k), at, p->theta, first, k > 0 ? b : a,
                    h + k * HN, u);
    }
}

/* The work of predict. */
typedef struct {
    tk_real *u;   /* [6H][N]                                          */
    tk_real *row; /* [I][N]: one step's input and embedding           */
    tk_real *h;   /* [layers][H][N]                                   */
    tk_real *top; /* the last layer's state in h                      */
    tk_real *a;   /* [T][3H][N]: input products, or of one step alone */
} scratch;

static scratch
scratch_of(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;
    tk_real *at = p->work;
    scratch w;

    w.u = tk_take(&at, 6 * s->H * p->N);
    w.row = tk_take(&at, (s->F + s->E) * p->N);
    w.h = tk_take(&at, state(s, p->N));
    w.top = w.h + (s->layers - 1) * s->H * p->N;
    w.a = at;
    return w;
}

static void
predict_windows(const tk_pass *p, size_t T, scratch w, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t AN = 3 * s->H * p->N, DN = s->D * p->N, FN = s->F * p->N;
    const bool shared = T > s->L;

    if (shared)
        input_products(p, T, p->x, w.row, w.a);
    for (size_t first = 0; first + s->L <= T; first++) {
        for (size_t l = first; l < first + s->L; l++) {
            if (!shared)
                input_products(p, 1, p->x + l * FN, w.row, w.a);
            step(p, l == first, shared ? w.a + l * AN : w.a, w.h, w.u);
        }
        tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta, w.top,
                         y + first * DN);
    }
}

static void
predict_carried(const tk_pass *p, size_t T, scratch w, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t DN = s->D * p->N, FN = s->F * p->N;

    memcpy(w.h, p->h0, state(s, p->N) * sizeof *w.h);
    for (size_t t = 0; t < T; t++) {
        input_products(p, 1, p->x + t * FN, w.row, w.a);
        step(p, false, w.a, w.h, w.u);
        if (y)
            tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta, w.top,
                             y + t * DN);
        tk_gru_forget(s->layers * s->H, p->N, lost_of(p, t), w.h);
    }
}

static void
predict(const tk_pass *p, size_t T, tk_real *y)
{
    const scratch w = scratch_of(p);

    TK_ASSERT(p->h0 || T >= p->net->dims.L);
    if (p->h0)
        predict_carried(p, T, w, y);
    else
        predict_windows(p, T, w, y);
    if (p->h1)
        memcpy(p->h1, w.h, state(&p->net->dims, p->N) * sizeof *w.h);
}

const tk_model tk_m_gru = {
    .name = "gru",
    .check = check,
    .layout = layout,
    .infer = infer,
    .tape = tape,
    .work = work,
    .state = state,
    .forward = forward,
    .backward = backward,
    .predict = predict,
};
