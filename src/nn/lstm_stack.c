#include "lstm_stack.h"

#include <string.h>

#include "talik/nn/gemm.h"

#include "model_impl.h"

static size_t
inputs_of(size_t k, size_t ways, size_t D, size_t H)
{
    return k == 0 ? D : ways * H;
}

tk_err
tk_stack_layout(tk_layout *l, size_t layers, size_t ways, size_t D, size_t H)
{
    for (size_t k = 0; k < layers; k++)
        for (size_t way = 0; way < ways; way++)
            TK_TRY(tk_lstm_layout(l, k, way > 0, inputs_of(k, ways, D, H), H));
    return TK_OK;
}

tk_err
tk_stack_infer(const tk_layout *given, tk_model_dims *s, size_t *D)
{
    const char *W = "lstm.weight_ih_l0";

    TK_TRY(tk_infer_size(given, W, 2, 0, 4, &s->H));
    TK_TRY(tk_infer_size(given, W, 2, 1, 1, D));
    s->layers = tk_infer_layers(given, "lstm.weight_ih_l", "");
    return TK_OK;
}

tk_lstm_at
tk_stack_at(const tk_stack *s, size_t k, size_t way)
{
    return tk_lstm_find(s->first + 4 * (k * s->ways + way));
}

static tk_lstm_dims
layer_dims(const tk_stack *s, size_t k, size_t way)
{
    return (tk_lstm_dims){.L = s->L,
                          .N = s->N,
                          .D = inputs_of(k, s->ways, s->D, s->H),
                          .H = s->H,
                          .rows = s->ways * s->H,
                          .reverse = way > 0};
}

/* Of all steps of a layer: its states. */
static size_t
states(const tk_stack *s)
{
    return s->L * s->ways * s->H * s->N;
}

/* The tape: last; per layer the states of both directions and the gates of
 * each; where something may be dropped, per layer but the last the mask and
 * what it leaves, which is the next layer's input.
 */
typedef struct {
    tk_real *h, *gates[2];  /* [L][ways H][N], [L][6H][N] each    */
    tk_real *mask, *masked; /* [L][ways H][N] each; NULL: no mask */
} layer_tape;

static size_t
layer_size(const tk_stack *s)
{
    return tk_taken(states(s)) * (s->dropout > 0 ? 3 : 1)
           + s->ways * tk_taken(6 * s->L * s->H * s->N);
}

size_t
tk_stack_tape(const tk_stack *s)
{
    return tk_taken(s->ways * s->H * s->N) + s->layers * layer_size(s);
}

static layer_tape
tape_of(const tk_stack *s, size_t k)
{
    tk_real *at = s->tape + tk_taken(s->ways * s->H * s->N) + k * layer_size(s);
    layer_tape t = {0};

    t.h = tk_take(&at, states(s));
    for (size_t way = 0; way < s->ways; way++)
        t.gates[way] = tk_take(&at, 6 * s->L * s->H * s->N);
    if (s->dropout > 0 && s->noise->training && k + 1 < s->layers) {
        t.mask = tk_take(&at, states(s));
        t.masked = tk_take(&at, states(s));
    }
    return t;
}

static const tk_real *
layer_input(const tk_stack *s, size_t k, const tk_real *x)
{
    layer_tape below;

    if (k == 0)
        return x;
    below = tape_of(s, k - 1);
    return below.masked ? below.masked : below.h;
}

size_t
tk_stack_work(const tk_stack *s)
{
    const size_t HN = s->H * s->N;
    const size_t layer = tk_taken(5 * HN + 4 * s->H) + tk_taken(HN);

    return layer + (s->layers > 1 ? 2 * tk_taken(states(s)) : 0);
}

void
tk_stack_forward(const tk_stack *s, const tk_real *x, tk_real *work)
{
    const size_t HN = s->H * s->N;
    layer_tape t = {0};

    for (size_t k = 0; k < s->layers; k++) {
        t = tape_of(s, k);
        for (size_t way = 0; way < s->ways; way++)
            tk_lstm_forward(layer_dims(s, k, way), tk_stack_at(s, k, way),
                            s->theta, layer_input(s, k, x), t.h + way * HN,
                            t.gates[way], work);
        if (t.mask) {
            tk_dropout_mask(s->noise, (unsigned)k, s->dropout, states(s),
                            t.mask);
            for (size_t i = 0; i < states(s); i++)
                t.masked[i] = t.h[i] * t.mask[i];
        }
    }
    memcpy(s->tape, t.h + (s->L - 1) * s->ways * HN, HN * sizeof *t.h);
    if (s->ways > 1)
        memcpy(s->tape + HN, t.h + HN, HN * sizeof *t.h);
}

void
tk_stack_backward(const tk_stack *s, const tk_real *x, tk_real *dlast,
                  tk_real *dtheta, size_t skip, tk_real *dx, tk_real *work)
{
    const size_t HN = s->H * s->N;
    tk_real *at = work;
    tk_real *da = tk_take(&at, 5 * HN + 4 * s->H);
    tk_real *zero = tk_take(&at, HN);
    tk_real *dy = NULL, *below = NULL; /* [L][ways H][N] each */

    for (size_t k = s->layers; k-- > 0; dy = below) {
        const layer_tape t = tape_of(s, k);

        if (t.mask)
            for (size_t i = 0; i < states(s); i++)
                dy[i] *= t.mask[i];
        below = dx;
        if (k > 0) /* two places in turn */
            below = at + (k % 2) * tk_taken(states(s));
        for (size_t way = 0; way < s->ways; way++) {
            tk_real *dh = dy ? zero : dlast + way * HN;

            if (dy)
                memset(zero, 0, HN * sizeof *zero);
            tk_lstm_backward(layer_dims(s, k, way), tk_stack_at(s, k, way),
                             s->theta, layer_input(s, k, x), t.h + way * HN,
                             t.gates[way], dy ? dy + way * HN : NULL, dh,
                             dtheta, k == 0 ? skip : 0, way > 0, below, da);
        }
    }
}

/* The work of a window. */
typedef struct {
    tk_real *u;      /* [4H][N]: recurrent products                     */
    tk_real *a;      /* [4H][N]: input product of the layers above      */
    tk_real *c;      /* [H][N]                                          */
    tk_real *out[2]; /* [L][ways H][N]: states of a layer and the next  */
} scratch;

size_t
tk_stack_window_work(const tk_stack *s)
{
    const size_t HN = s->H * s->N;

    return 2 * tk_taken(4 * HN) + tk_taken(HN)
           + (s->layers > 1 ? 2 * tk_taken(states(s)) : 0);
}

static scratch
scratch_of(const tk_stack *s, tk_real *at)
{
    const size_t HN = s->H * s->N;
    scratch w;

    w.u = tk_take(&at, 4 * HN);
    w.a = tk_take(&at, 4 * HN);
    w.c = tk_take(&at, HN);
    w.out[0] = at;
    w.out[1] = at + tk_taken(states(s));
    return w;
}

void
tk_stack_window(const tk_stack *s, tk_stack_input *input, void *what,
                tk_real *last, tk_real *work)
{
    const size_t N = s->N, H = s->H, HN = H * N, step = s->ways * HN;
    const scratch w = scratch_of(s, work);

    for (size_t k_way = 0; k_way < s->layers * s->ways; k_way++) {
        const size_t k = k_way / s->ways, way = k_way % s->ways;
        const bool top = k + 1 == s->layers;
        const tk_lstm_dims dims = layer_dims(s, k, way);
        const tk_lstm_at at = tk_stack_at(s, k, way);
        const tk_real *x = w.out[(k + 1) % 2], *a, *h = NULL;
        tk_real *h_new;

        for (size_t i = 0; i < s->L; i++, h = h_new) {
            const size_t l = way > 0 ? s->L - 1 - i : i;

            if (k == 0) {
                a = input(what, way, l);
            } else {
                tk_gemm(false, false, 4 * H, N, dims.D, s->theta + at.W, dims.D,
                        x + l * step, N, 0, w.a, N);
                a = w.a;
            }
            h_new = (top ? last : w.out[k % 2] + l * step) + way * HN;
            tk_lstm_step(dims, at, s->theta, a, h, w.c, h_new, w.u);
        }
    }
}
