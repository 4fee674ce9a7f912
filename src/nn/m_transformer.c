/* The model transformer: an affine layer to width d, fixed sinusoidal positions,
 * encoder layers without a mask, a last normalisation, and an affine head on
 * the last step; the last layer is computed for that step alone, from the keys
 * and values of all.
 *
 * A. Vaswani et al. (2017), arXiv:1706.03762.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "transformer.h"

static tk_err
check(const tk_model_dims *s)
{
    const char *name = "transformer";

    TK_TRY(tk_check_common(name, s));
    TK_TRY(tk_check_size(name, "L (window)", s->L, 1, 4096));
    TK_TRY(tk_check_size(name, "d (width)", s->d, 1, 4096));
    TK_TRY(tk_check_size(name, "heads", s->heads, 1, s->d));
    if (s->d % s->heads != 0)
        return tk_fail(TK_ECONF,
                       "model %s: heads = %zu, expected a divisor of d = %zu",
                       name, s->heads, s->d);
    TK_TRY(tk_check_size(name, "ff (feed-forward width)", s->ff, 1, 16384));
    return tk_check_size(name, "layers", s->layers, 1, 64);
}

static tk_err
layout(const tk_model_dims *s, tk_layout *l)
{
    char name[TK_TENSOR_NAME];

    TK_TRY(tk_layout_add_embedding(l, s));
    TK_TRY(tk_layout_add_linear(l, s->d, s->F + s->E, "in_proj"));
    for (size_t k = 0; k < s->layers; k++) {
        snprintf(name, sizeof name, "encoder.layers.%zu", k);
        TK_TRY(tk_encoder_layout(l, s->d, s->ff, name));
    }
    TK_TRY(tk_norm_layout(l, s->d, "encoder.norm"));
    return tk_layout_add_linear(l, s->D, s->d, "head");
}

static tk_err
infer(const tk_layout *given, tk_model_dims *s)
{
    size_t inputs = 0;

    TK_TRY(tk_infer_common(given, s));
    TK_TRY(tk_infer_size(given, "in_proj.weight", 2, 0, 1, &s->d));
    TK_TRY(tk_infer_size(given, "in_proj.weight", 2, 1, 1, &inputs));
    TK_TRY(tk_infer_size(given, "encoder.layers.0.linear1.weight", 2, 0, 1,
                         &s->ff));
    s->layers = tk_infer_layers(given, "encoder.layers.", ".linear1.weight");
    return tk_infer_features(inputs, s);
}

/* The tensors from in_proj on. */
static const tk_tensor *
first_tensor(const tk_net *net)
{
    return net->layout.tensor + (net->dims.E > 0);
}

tk_dense_at
tk_former_in(const tk_net *net)
{
    const tk_tensor *t = first_tensor(net);

    return (tk_dense_at){t[0].offset, t[1].offset};
}

tk_norm_at
tk_former_norm(const tk_net *net)
{
    const tk_tensor *t = net->layout.tensor + net->layout.n - 4;

    return (tk_norm_at){t[0].offset, t[1].offset};
}

tk_dense_dims
tk_former_in_dims(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_dense_dims){s->d, s->F + s->E, p->N};
}

tk_dense_dims
tk_former_head_dims(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_dense_dims){s->D, s->d, p->N};
}

/* The sizes alone. */
static tk_encoder
layer_sizes(const tk_model_dims *s, size_t N, size_t k)
{
    return (tk_encoder){.L = s->L,
                        .Q = k + 1 < s->layers ? s->L : 1,
                        .N = N,
                        .d = s->d,
                        .heads = s->heads,
                        .ff = s->ff,
                        .dropout = s->dropout};
}

tk_encoder
tk_former_layer(const tk_pass *p, size_t k)
{
    const tk_tensor *t = first_tensor(p->net) + 2 + TK_ENCODER_TENSORS * k;
    tk_encoder e = layer_sizes(&p->net->dims, p->N, k);

    e.at = tk_encoder_find(t);
    e.theta = p->theta;
    e.noise = p->noise.training ? &p->noise : NULL;
    e.place = (unsigned)(TK_ENCODER_MASKS * k);
    return e;
}

void
tk_former_positions(size_t L, size_t d, tk_real *pe)
{
    for (size_t j = 0; j < d; j++) {
        const double rate = pow(10000, -(double)(j - j % 2) / (double)d);

        for (size_t l = 0; l < L; l++) {
            const double angle = rate * (double)l;

            pe[l * d + j] = (tk_real)(j % 2 == 0 ? sin(angle) : cos(angle));
        }
    }
}

/* The tape: the embedded input where there is an embedding, h[L][d][N] below
 * the first layer, and per layer its tape and its output; the last normalised.
 */
static size_t
input_size(const tk_model_dims *s, size_t N)
{
    return s->E > 0 ? tk_taken(s->L * (s->F + s->E) * N) : 0;
}

static size_t
tape(const tk_model_dims *s, size_t N)
{
    const size_t dN = s->d * N;
    size_t size =
        input_size(s, N) + tk_taken(s->L * dN) + tk_taken(dN) + tk_taken(2 * N);

    for (size_t k = 0; k < s->layers; k++) {
        const tk_encoder e = layer_sizes(s, N, k);

        size += tk_encoder_tape_size(&e, true) + tk_taken(e.Q * dN);
    }
    return size;
}

typedef struct {
    tk_real *x;      /* [L][I][N]: embedded input, if E > 0 */
    tk_real *h;      /* [L][d][N]: below the first layer    */
    tk_real *last;   /* [d][N]: normalised                  */
    tk_real *stats;  /* [2][N]                              */
    tk_real *layers; /* where their tapes begin             */
} parts;

static parts
parts_of(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;
    tk_real *at = p->tape;
    parts t;

    t.x = at;
    at += input_size(s, p->N);
    t.h = tk_take(&at, s->L * s->d * p->N);
    t.last = tk_take(&at, s->d * p->N);
    t.stats = tk_take(&at, 2 * p->N);
    t.layers = at;
    return t;
}

/* The tape of layer k, and its input and output. */
static tk_encoder_tape
layer_tape(const tk_pass *p, size_t k, const tk_real **h, tk_real **out)
{
    const parts t = parts_of(p);
    tk_real *at = t.layers;
    tk_encoder_tape tape = {0};

    *out = t.h;
    for (size_t i = 0; i <= k; i++) {
        const tk_encoder e = layer_sizes(&p->net->dims, p->N, i);

        *h = *out;
        tape = tk_encoder_take(&e, true, &at);
        *out = tk_take(&at, e.Q * e.d * e.N);
    }
    return tape;
}

static size_t
work(const tk_model_dims *s, size_t N, size_t T)
{
    const tk_encoder first = layer_sizes(s, N, 0);
    const tk_encoder last = layer_sizes(s, N, s->layers - 1);
    const size_t e1 = tk_encoder_work(&first), e2 = tk_encoder_work(&last);
    const size_t pe = tk_taken(s->L * s->d);
    const size_t backward = 2 * tk_taken(s->L * s->d * N) + tk_taken(2 * N)
                            + tk_taken(s->L * (s->F + s->E) * N) + pe
                            + (e1 > e2 ? e1 : e2);
    const size_t predict = tk_former_predict_work(s, N, T);

    return backward > predict ? backward : predict;
}

static void
forward(const tk_pass *p, tk_real *y)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N, d = s->d, dN = d * N, I = s->F + s->E;
    const parts t = parts_of(p);
    const tk_real *x = s->E > 0 ? t.x : p->x, *h;
    tk_real *at = p->work, *pe = tk_take(&at, s->L * d), *out = t.h;

    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, s->L), p->theta, p->band, p->x, t.x);
    tk_former_positions(s->L, d, pe);
    for (size_t l = 0; l < s->L; l++) {
        tk_real *h_l = t.h + l * dN;

        tk_dense_forward(tk_former_in_dims(p), tk_former_in(net), p->theta,
                         x + l * I * N, h_l);
        for (size_t j = 0; j < d; j++)
            for (size_t c = 0; c < N; c++)
                h_l[j * N + c] += pe[l * d + j];
    }
    for (size_t k = 0; k < s->layers; k++) {
        const tk_encoder e = tk_former_layer(p, k);
        const tk_encoder_tape layer = layer_tape(p, k, &h, &out);

        tk_encoder_project(&e, layer, h);
        tk_encoder_rest(&e, layer, h, out, at);
    }
    tk_norm_forward((tk_norm_dims){1, d, N}, tk_former_norm(net), p->theta, out,
                    t.last, t.stats);
    tk_dense_forward(tk_former_head_dims(p), tk_head_at(net), p->theta, t.last,
                     y);
}

/* From dh[L][d][N], the gradient below the first layer. */
static void
input_backward(const tk_pass *p, const tk_real *dh, tk_real *dtheta,
               tk_real *dx_0, tk_real *dx)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N, dN = s->d * N, I = s->F + s->E;
    const tk_real *x = s->E > 0 ? parts_of(p).x : p->x;

    /* forward: h[l] = W x[l] + b + pe[l] */
    for (size_t l = 0; l < s->L; l++)
        tk_dense_backward(tk_former_in_dims(p), tk_former_in(net), p->theta,
                          x + l * I * N, dh + l * dN, dtheta,
                          dx_0 ? dx_0 + l * I * N : NULL);
    if (s->E > 0)
        tk_embed_backward(tk_embed_of(p, s->L), p->band, I, dx_0, dtheta, dx);
}

static void
backward(const tk_pass *p, const tk_real *dy, tk_real *dtheta, tk_real *dx)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N, dN = s->d * N;
    const parts t = parts_of(p);
    tk_real *at = p->work, *dx_0 = dx, *out;
    tk_real *dout = tk_take(&at, s->L * dN), *dh = tk_take(&at, s->L * dN);
    tk_real *sums = tk_take(&at, 2 * N);
    const tk_real *h;

    if (s->E > 0)
        dx_0 = tk_take(&at, s->L * (s->F + s->E) * N);
    tk_dense_backward(tk_former_head_dims(p), tk_head_at(net), p->theta, t.last,
                      dy, dtheta, dout);
    layer_tape(p, s->layers - 1, &h, &out);
    tk_norm_backward((tk_norm_dims){1, s->d, N}, tk_former_norm(net), p->theta,
                     out, t.stats, dout, dtheta, dout, sums);
    for (size_t k = s->layers; k-- > 0;) {
        const tk_encoder e = tk_former_layer(p, k);
        const tk_encoder_tape layer = layer_tape(p, k, &h, &out);
        tk_real *used = dout;

        tk_encoder_backward(&e, layer, h, dout, dtheta, dh, at);
        dout = dh;
        dh = used;
    }
    input_backward(p, dout, dtheta, dx_0, dx);
}

const tk_model tk_m_transformer = {
    .name = "transformer",
    .check = check,
    .layout = layout,
    .infer = infer,
    .tape = tape,
    .work = work,
    .forward = forward,
    .backward = backward,
    .predict = tk_former_predict,
};
