/* The model conv1dlstm: a convolution along the window, with zeros beyond its
 * two ends; layer normalisation over its channels; ReLU; layers of long
 * short-term memory; an affine head on the last one's state after the last
 * step.
 *
 * X. Shi et al. (2015), arXiv:1506.04214, have the convolution within the cell;
 * here it stands before it.
 */
#include "talik/nn/act.h"
#include "talik/nn/conv1d.h"
#include "talik/nn/gemm.h"
#include "talik/nn/norm.h"

#include "lstm_stack.h"
#include "model_impl.h"

static tk_err
check(const tk_model_dims *s)
{
    const char *name = "conv1dlstm";

    TK_TRY(tk_check_common(name, s));
    TK_TRY(tk_check_size(name, "C (channels)", s->C, 1, 4096));
    TK_TRY(tk_check_size(name, "kernel", s->kernel, 1, 255));
    if (s->kernel % 2 == 0)
        return tk_fail(TK_ECONF,
                       "model %s: kernel = %zu, expected an odd number", name,
                       s->kernel);
    TK_TRY(tk_check_size(name, "H (hidden)", s->H, 1, 4096));
    return tk_check_size(name, "layers", s->layers, 1, 64);
}

static tk_err
layout(const tk_model_dims *s, tk_layout *l)
{
    TK_TRY(tk_layout_add_embedding(l, s));
    TK_TRY(tk_conv1d_layout(l, s->C, s->F + s->E, s->kernel, "conv"));
    TK_TRY(tk_norm_layout(l, s->C, "norm"));
    TK_TRY(tk_stack_layout(l, s->layers, 1, s->C, s->H));
    return tk_layout_add_linear(l, s->D, s->H, "head");
}

static tk_err
infer(const tk_layout *given, tk_model_dims *s)
{
    size_t inputs = 0, channels = 0;

    TK_TRY(tk_infer_common(given, s));
    TK_TRY(tk_infer_size(given, "conv.weight", 3, 0, 1, &s->C));
    TK_TRY(tk_infer_size(given, "conv.weight", 3, 1, 1, &inputs));
    TK_TRY(tk_infer_size(given, "conv.weight", 3, 2, 1, &s->kernel));
    TK_TRY(tk_stack_infer(given, s, &channels));
    if (channels != s->C)
        return tk_fail(TK_EDATA,
                       "the LSTM has %zu inputs, the convolution %zu channels",
                       channels, s->C);
    return tk_infer_features(inputs, s);
}

/* The tensors before the stack's, from the embedding on. */
enum { CONV_TENSORS = 2, NORM_TENSORS = 2 };

static const tk_tensor *
first_tensor(const tk_net *net)
{
    return net->layout.tensor + (net->dims.E > 0);
}

static tk_conv1d_dims
conv_dims(const tk_model_dims *s, size_t N)
{
    return (tk_conv1d_dims){.L = s->L,
                            .N = N,
                            .D = s->F + s->E,
                            .C = s->C,
                            .kernel = s->kernel,
                            .left = (s->kernel - 1) / 2,
                            .dilation = 1};
}

static tk_conv1d_at
conv_at(const tk_net *net)
{
    const tk_tensor *t = first_tensor(net);

    return (tk_conv1d_at){t[0].offset, t[1].offset};
}

static tk_norm_at
norm_at(const tk_net *net)
{
    const tk_tensor *t = first_tensor(net) + CONV_TENSORS;

    return (tk_norm_at){t[0].offset, t[1].offset};
}

static tk_dense_dims
head_dims(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_dense_dims){s->D, s->H, p->N};
}

/* Without what a pass works on. */
static tk_stack
stack_sizes(const tk_model_dims *s, size_t N)
{
    return (tk_stack){.L = s->L,
                      .N = N,
                      .D = s->C,
                      .H = s->H,
                      .layers = s->layers,
                      .ways = 1,
                      .dropout = s->dropout};
}

/* The embedded input of `steps` steps, where there is an embedding. */
static size_t
input_size(const tk_model_dims *s, size_t N, size_t steps)
{
    return s->E > 0 ? tk_taken(steps * (s->F + s->E) * N) : 0;
}

static size_t
taps_size(const tk_model_dims *s)
{
    return tk_taken(s->C * s->kernel * (s->F + s->E));
}

static size_t
tape(const tk_model_dims *s, size_t N)
{
    const tk_stack t = stack_sizes(s, N);

    return input_size(s, N, s->L) + 2 * tk_taken(s->L * s->C * N)
           + tk_taken(s->L * 2 * N) + tk_stack_tape(&t);
}

typedef struct {
    tk_real *x;     /* [L][I][N]: embedded input, if E > 0 */
    tk_real *conv;  /* [L][C][N]                           */
    tk_real *stats; /* [L][2][N]: of the normalisation     */
    tk_real *relu;  /* [L][C][N]: the LSTM's input         */
    tk_stack stack;
} parts;

static parts
parts_of(const tk_pass *p)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N;
    tk_real *at = p->tape;
    parts t = {.stack = stack_sizes(s, N)};

    t.x = at;
    at += input_size(s, N, s->L);
    t.conv = tk_take(&at, s->L * s->C * N);
    t.stats = tk_take(&at, s->L * 2 * N);
    t.relu = tk_take(&at, s->L * s->C * N);
    t.stack.first = first_tensor(net) + CONV_TENSORS + NORM_TENSORS;
    t.stack.theta = p->theta;
    t.stack.noise = &p->noise;
    t.stack.tape = at;
    return t;
}

/* The work of each pass begins at p->work. */
static size_t
work(const tk_model_dims *s, size_t N, size_t T)
{
    const tk_stack t = stack_sizes(s, N);
    const size_t slots = T > s->L ? s->L : 1;
    const size_t backward = tk_taken(s->H * N) + tk_taken(s->L * s->C * N)
                            + input_size(s, N, s->L) + 2 * taps_size(s)
                            + tk_taken(2 * N) + tk_stack_work(&t);
    const size_t predict = tk_taken(s->H * N) + input_size(s, N, T)
                           + taps_size(s) + tk_taken(s->C * N) + tk_taken(2 * N)
                           + tk_taken(slots * 4 * s->H * N)
                           + tk_stack_window_work(&t);

    return backward > predict ? backward : predict;
}

static void
forward(const tk_pass *p, tk_real *y)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const tk_conv1d_dims c = conv_dims(s, p->N);
    const parts t = parts_of(p);
    tk_real *taps = p->work;

    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, s->L), p->theta, p->band, p->x, t.x);
    tk_conv1d_taps(c, conv_at(net), p->theta, taps);
    tk_conv1d_forward(c, conv_at(net), p->theta, taps, s->E > 0 ? t.x : p->x,
                      t.conv);
    tk_norm_forward((tk_norm_dims){s->L, s->C, p->N}, norm_at(net), p->theta,
                    t.conv, t.relu, t.stats);
    tk_relu(s->L * s->C * p->N, t.relu, t.relu);
    tk_stack_forward(&t.stack, t.relu, p->work);
    tk_dense_forward(head_dims(p), tk_head_at(net), p->theta, t.stack.tape, y);
}

static void
backward(const tk_pass *p, const tk_real *dy, tk_real *dtheta, tk_real *dx)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N, LCN = s->L * s->C * N;
    const tk_conv1d_dims c = conv_dims(s, N);
    const parts t = parts_of(p);
    const size_t skip = dx ? 0 : s->F; /* input rows without a gradient */
    tk_real *at = p->work;
    tk_real *dlast = tk_take(&at, s->H * N); /* [H][N]           */
    tk_real *du = tk_take(&at, LCN);         /* [L][C][N]        */
    tk_real *taps = tk_take(&at, taps_size(s));
    tk_real *dtaps = tk_take(&at, taps_size(s));
    tk_real *sums = tk_take(&at, 2 * N);
    tk_real *dx_0 = dx; /* [L][I - skip][N] */

    if (s->E > 0)
        dx_0 = tk_take(&at, s->L * (s->F + s->E) * N);
    tk_dense_backward(head_dims(p), tk_head_at(net), p->theta, t.stack.tape, dy,
                      dtheta, dlast);
    tk_stack_backward(&t.stack, t.relu, dlast, dtheta, 0, du, at);
    tk_relu_backward(LCN, t.relu, du, du);
    tk_norm_backward((tk_norm_dims){s->L, s->C, N}, norm_at(net), p->theta,
                     t.conv, t.stats, du, dtheta, du, sums);
    tk_conv1d_taps(c, conv_at(net), p->theta, taps);
    tk_conv1d_backward(c, conv_at(net), taps, s->E > 0 ? t.x : p->x, du, dtheta,
                       skip, dx_0, dtaps);
    if (s->E > 0)
        tk_embed_backward(tk_embed_of(p, s->L), p->band, s->F + s->E - skip,
                          dx_0, dtheta, dx);
}

/* The work of predict.  Windows share what lies at least the half kernel away
 * from their ends: each step of x has a slot for the LSTM's input product, and
 * what depends on the ends of a window is put there for its time.
 */
typedef struct {
    const tk_pass *p;
    tk_stack stack;
    const tk_real *x; /* [T][I][N]                              */
    size_t first;     /* step of x that the window begins with  */
    bool shared;
    tk_real *last;  /* [H][N]                 */
    tk_real *taps;  /* [C][kernel][I]         */
    tk_real *v;     /* [C][N]: one step of v  */
    tk_real *stats; /* [2][N]                 */
    tk_real *a;     /* [L][4H][N], or [4H][N] */
    tk_real *work;  /* of the stack           */
} windows;

static windows
windows_of(const tk_pass *p, size_t T)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t N = p->N, slots = T > s->L ? s->L : 1;
    tk_real *at = p->work, *x;
    windows w = {.p = p, .stack = parts_of(p).stack, .shared = T > s->L};

    x = at;
    at += input_size(s, N, T);
    w.x = s->E > 0 ? x : p->x;
    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, T), p->theta, p->band, p->x, x);
    w.last = tk_take(&at, s->H * N);
    w.taps = tk_take(&at, taps_size(s));
    tk_conv1d_taps(conv_dims(s, N), conv_at(p->net), p->theta, w.taps);
    w.v = tk_take(&at, s->C * N);
    w.stats = tk_take(&at, 2 * N);
    w.a = tk_take(&at, slots * 4 * s->H * N);
    w.work = at;
    return w;
}

/* The LSTM's input product of step l of the window. */
static void
product(const windows *w, size_t l, tk_real *a)
{
    const tk_pass *p = w->p;
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N, C = s->C;
    const tk_real *W = p->theta + tk_stack_at(&w->stack, 0, 0).W;

    tk_conv1d_step(conv_dims(s, N), conv_at(net), p->theta, w->taps,
                   w->x + w->first * (s->F + s->E) * N, l, w->v);
    tk_norm_forward((tk_norm_dims){1, C, N}, norm_at(net), p->theta, w->v, w->v,
                    w->stats);
    tk_relu(C * N, w->v, w->v);
    tk_gemm(false, false, 4 * s->H, N, C, W, C, w->v, N, 0, a, N);
}

static tk_real *
slot(const windows *w, size_t l)
{
    const tk_stack *t = &w->stack;

    return w->a + (w->first + l) % t->L * 4 * t->H * t->N;
}

static const tk_real *
input(void *what, size_t way, size_t l)
{
    const windows *w = what;

    (void)way;
    if (w->shared)
        return slot(w, l);
    product(w, l, w->a);
    return w->a;
}

static void
predict(const tk_pass *p, size_t T, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t half = (s->kernel - 1) / 2;
    windows w = windows_of(p, T);

    TK_ASSERT(T >= s->L);
    for (; w.first + s->L <= T; w.first++, y += s->D * p->N) {
        /* Two ends, and the step that the last window's end no longer
         * changes.
         */
        for (size_t l = 0; w.shared && l < s->L; l++)
            if (w.first == 0 || l < half || l + half + 1 >= s->L)
                product(&w, l, slot(&w, l));
        tk_stack_window(&w.stack, input, &w, w.last, w.work);
        tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta, w.last, y);
    }
}

const tk_model tk_m_conv1dlstm = {
    .name = "conv1dlstm",
    .check = check,
    .layout = layout,
    .infer = infer,
    .tape = tape,
    .work = work,
    .forward = forward,
    .backward = backward,
    .predict = predict,
};
