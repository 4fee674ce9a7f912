/* The model bilstm: layers of long short-term memory in both directions, and an
 * affine head on the two last states of the last layer: that of the forward
 * direction after the last step, that of the reverse one after the first.
 *
 * M. Schuster and K. K. Paliwal (1997), IEEE Trans. Signal Process. 45,
 * 2673-2681.
 */
#include "talik/nn/gemm.h"

#include "lstm_stack.h"
#include "model_impl.h"

enum { WAYS = 2 };

static tk_err
check(const tk_model_dims *s)
{
    TK_TRY(tk_check_common("bilstm", s));
    TK_TRY(tk_check_size("bilstm", "H (hidden)", s->H, 1, 4096));
    return tk_check_size("bilstm", "layers", s->layers, 1, 64);
}

static tk_err
layout(const tk_model_dims *s, tk_layout *l)
{
    TK_TRY(tk_layout_add_embedding(l, s));
    TK_TRY(tk_stack_layout(l, s->layers, WAYS, s->F + s->E, s->H));
    return tk_layout_add_linear(l, s->D, WAYS * s->H, "head");
}

static tk_err
infer(const tk_layout *given, tk_model_dims *s)
{
    size_t inputs = 0;

    TK_TRY(tk_infer_common(given, s));
    TK_TRY(tk_stack_infer(given, s, &inputs));
    return tk_infer_features(inputs, s);
}

/* Without what a pass works on. */
static tk_stack
sizes(const tk_model_dims *s, size_t N)
{
    return (tk_stack){.L = s->L,
                      .N = N,
                      .D = s->F + s->E,
                      .H = s->H,
                      .layers = s->layers,
                      .ways = WAYS,
                      .dropout = s->dropout};
}

/* Of all steps of a window, where there is an embedding. */
static size_t
input_size(const tk_model_dims *s, size_t N)
{
    return s->E > 0 ? tk_taken(s->L * (s->F + s->E) * N) : 0;
}

static tk_stack
stack_of(const tk_pass *p)
{
    const tk_net *net = p->net;
    tk_stack t = sizes(&net->dims, p->N);

    t.first = net->layout.tensor + (net->dims.E > 0);
    t.theta = p->theta;
    t.noise = &p->noise;
    t.tape = p->tape + input_size(&net->dims, p->N);
    return t;
}

static tk_dense_dims
head_dims(const tk_pass *p)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_dense_dims){s->D, WAYS * s->H, p->N};
}

/* The tape: the embedded input where there is an embedding, the stack's. */
static size_t
tape(const tk_model_dims *s, size_t N)
{
    const tk_stack t = sizes(s, N);

    return input_size(s, N) + tk_stack_tape(&t);
}

/* The work of each pass begins at p->work. */
static size_t
work(const tk_model_dims *s, size_t N, size_t T)
{
    const tk_stack t = sizes(s, N);
    const size_t last = tk_taken(WAYS * s->H * N);
    const size_t slots = T > s->L ? s->L : 1;
    const size_t backward = last + input_size(s, N) + tk_stack_work(&t);
    const size_t predict = last + tk_taken((s->F + s->E) * N)
                           + tk_taken(slots * WAYS * 4 * s->H * N)
                           + tk_stack_window_work(&t);

    return backward > predict ? backward : predict;
}

static void
forward(const tk_pass *p, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    const tk_stack t = stack_of(p);

    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, s->L), p->theta, p->band, p->x,
                         p->tape);
    tk_stack_forward(&t, s->E > 0 ? p->tape : p->x, p->work);
    tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta, t.tape, y);
}

static void
backward(const tk_pass *p, const tk_real *dy, tk_real *dtheta, tk_real *dx)
{
    const tk_model_dims *s = &p->net->dims;
    const tk_stack t = stack_of(p);
    const size_t skip = dx ? 0 : s->F; /* input rows without a gradient */
    tk_real *at = p->work;
    tk_real *dlast = tk_take(&at, WAYS * s->H * p->N); /* [2H][N] */
    tk_real *dx_0 = dx;                                /* [L][I - skip][N] */

    if (s->E > 0)
        dx_0 = tk_take(&at, s->L * (s->F + s->E) * p->N);
    tk_dense_backward(head_dims(p), tk_head_at(p->net), p->theta, t.tape, dy,
                      dtheta, dlast);
    tk_stack_backward(&t, s->E > 0 ? p->tape : p->x, dlast, dtheta, skip, dx_0,
                      at);
    if (s->E > 0)
        tk_embed_backward(tk_embed_of(p, s->L), p->band, s->F + s->E - skip,
                          dx_0, dtheta, dx);
}

/* The work of predict.  Windows share the products of the last L steps, each in
 * its slot; of a single window there is one slot, filled where it is used.
 */
typedef struct {
    const tk_pass *p;
    tk_stack stack;
    size_t first; /* step of x that the window begins with */
    bool shared;
    tk_real *last; /* [2H][N]                               */
    tk_real *row;  /* [I][N]: one step's input and embedding */
    tk_real *a;    /* [L][2][4H][N], or [4H][N]              */
    tk_real *work; /* of the stack                           */
} windows;

static windows
windows_of(const tk_pass *p, size_t T)
{
    const tk_model_dims *s = &p->net->dims;
    const size_t N = p->N, slots = T > s->L ? s->L : 1;
    tk_real *at = p->work;
    windows w = {.p = p, .stack = stack_of(p), .shared = T > s->L};

    w.last = tk_take(&at, WAYS * s->H * N);
    w.row = tk_take(&at, (s->F + s->E) * N);
    w.a = tk_take(&at, slots * WAYS * 4 * s->H * N);
    w.work = at;
    return w;
}

/* Step t of x, with its embedding. */
static const tk_real *
input_of(const windows *w, size_t t)
{
    const tk_pass *p = w->p;
    const tk_model_dims *s = &p->net->dims;
    const tk_real *x = p->x + t * s->F * p->N;

    if (s->E == 0)
        return x;
    tk_embed_forward(tk_embed_of(p, 1), p->theta, p->band, x, w->row);
    return w->row;
}

/* W x of the first layer. */
static void
product(const windows *w, size_t way, const tk_real *x, tk_real *a)
{
    const size_t H = w->stack.H, N = w->stack.N, D = w->stack.D;
    const tk_lstm_at at = tk_stack_at(&w->stack, 0, way);

    tk_gemm(false, false, 4 * H, N, D, w->p->theta + at.W, D, x, N, 0, a, N);
}

static tk_real *
slot(const windows *w, size_t way, size_t t)
{
    return w->a + (t % w->stack.L * WAYS + way) * 4 * w->stack.H * w->stack.N;
}

static const tk_real *
input(void *what, size_t way, size_t l)
{
    const windows *w = what;

    if (w->shared)
        return slot(w, way, w->first + l);
    product(w, way, input_of(w, w->first + l), w->a);
    return w->a;
}

static void
predict(const tk_pass *p, size_t T, tk_real *y)
{
    const tk_model_dims *s = &p->net->dims;
    windows w = windows_of(p, T);
    size_t t = 0; /* products of the steps before are there */

    TK_ASSERT(T >= s->L);
    for (; w.first + s->L <= T; w.first++, y += s->D * p->N) {
        for (; w.shared && t < w.first + s->L; t++)
            for (size_t way = 0; way < WAYS; way++)
                product(&w, way, input_of(&w, t), slot(&w, way, t));
        tk_stack_window(&w.stack, input, &w, w.last, w.work);
        tk_dense_forward(head_dims(p), tk_head_at(p->net), p->theta, w.last, y);
    }
}

const tk_model tk_m_bilstm = {
    .name = "bilstm",
    .check = check,
    .layout = layout,
    .infer = infer,
    .tape = tape,
    .work = work,
    .forward = forward,
    .backward = backward,
    .predict = predict,
};
