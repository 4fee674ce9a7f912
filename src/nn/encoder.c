#include "encoder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/nn/act.h"
#include "talik/nn/attention.h"
#include "talik/nn/gemm.h"

#include "model_impl.h"

tk_err
tk_encoder_layout(tk_layout *l, size_t d, size_t ff, const char *name)
{
    const double xavier = sqrt(6 / (4 * (double)d));
    const double uniform = 1 / sqrt((double)d);
    const size_t in[] = {3 * d, d}, out[] = {d, d};
    char part[TK_TENSOR_NAME];

    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, xavier, 2, in,
                         "%s.self_attn.in_proj_weight", name));
    TK_TRY(tk_layout_add(l, TK_INIT_CONSTANT, 0, 1, in,
                         "%s.self_attn.in_proj_bias", name));
    TK_TRY(tk_layout_add(l, TK_INIT_UNIFORM, uniform, 2, out,
                         "%s.self_attn.out_proj.weight", name));
    TK_TRY(tk_layout_add(l, TK_INIT_CONSTANT, 0, 1, out,
                         "%s.self_attn.out_proj.bias", name));
    snprintf(part, sizeof part, "%s.linear1", name);
    TK_TRY(tk_layout_add_linear(l, ff, d, part));
    snprintf(part, sizeof part, "%s.linear2", name);
    TK_TRY(tk_layout_add_linear(l, d, ff, part));
    snprintf(part, sizeof part, "%s.norm1", name);
    TK_TRY(tk_norm_layout(l, d, part));
    snprintf(part, sizeof part, "%s.norm2", name);
    return tk_norm_layout(l, d, part);
}

tk_encoder_at
tk_encoder_find(const tk_tensor *t)
{
    return (tk_encoder_at){.in = {t[0].offset, t[1].offset},
                           .out = {t[2].offset, t[3].offset},
                           .ff1 = {t[4].offset, t[5].offset},
                           .ff2 = {t[6].offset, t[7].offset},
                           .norm1 = {t[8].offset, t[9].offset},
                           .norm2 = {t[10].offset, t[11].offset}};
}

static tk_attention_dims
attention_of(const tk_encoder *e)
{
    return (tk_attention_dims){e->L, e->Q, e->N, e->d, e->heads};
}

static bool
drops(const tk_encoder *e)
{
    return e->dropout > 0;
}

/* Everything in its order; without `at` only counted. */
static tk_encoder_tape
arrange(const tk_encoder *e, bool keep, tk_real **at, size_t *size)
{
    const size_t dN = e->d * e->N, N = e->N;
    const size_t L = keep ? e->L : 1, Q = keep ? e->Q : 1;
    tk_encoder_tape t = {.keep = keep};

    *size = 0;
    t.qkv = tk_place(at, size, e->L * 3 * dN);
    t.o = tk_place(at, size, e->Q * dN);
    t.n1 = tk_place(at, size, L * dN);
    t.stats1 = tk_place(at, size, L * 2 * N);
    t.m = tk_place(at, size, Q * dN);
    t.n2 = tk_place(at, size, Q * dN);
    t.stats2 = tk_place(at, size, Q * 2 * N);
    t.g = tk_place(at, size, Q * e->ff * N);
    if (!keep)
        return t;
    t.p = tk_place(at, size, tk_attention_tape(attention_of(e)));
    t.slope = tk_place(at, size, Q * e->ff * N);
    if (drops(e)) {
        t.mask1 = tk_place(at, size, Q * dN);
        t.mask2 = tk_place(at, size, Q * dN);
    }
    return t;
}

size_t
tk_encoder_tape_size(const tk_encoder *e, bool keep)
{
    size_t size;

    arrange(e, keep, NULL, &size);
    return size;
}

tk_encoder_tape
tk_encoder_take(const tk_encoder *e, bool keep, tk_real **at)
{
    size_t size;

    return arrange(e, keep, at, &size);
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t
tk_encoder_work(const tk_encoder *e)
{
    const size_t dN = e->d * e->N, ffN = e->ff * e->N;
    const size_t backward = tk_taken(e->L * 3 * dN) + tk_taken(e->Q * dN)
                            + 2 * tk_taken(dN) + tk_taken(ffN)
                            + tk_taken(2 * e->N);
    const size_t forward = larger(tk_taken(e->Q * ffN), tk_taken(ffN));

    return larger(forward, backward)
           + tk_taken(tk_attention_work(attention_of(e)));
}

/* The in-projection of step l: queries are wanted in the last Q steps alone. */
static tk_dense_dims
projection(const tk_encoder *e, size_t l, size_t *skip)
{
    *skip = l < e->L - e->Q ? e->d : 0;
    return (tk_dense_dims){3 * e->d - *skip, e->d, e->N};
}

void
tk_encoder_project(const tk_encoder *e, tk_encoder_tape t, const tk_real *h)
{
    const size_t N = e->N, dN = e->d * N;

    for (size_t l = 0; l < e->L; l++) {
        tk_real *n1 = t.n1 + t.keep * l * dN;
        tk_dense_at at = e->at.in;
        size_t skip;
        const tk_dense_dims s = projection(e, l, &skip);

        tk_norm_forward((tk_norm_dims){1, e->d, N}, e->at.norm1, e->theta,
                        h + l * dN, n1, t.stats1 + t.keep * l * 2 * N);
        at.W += skip * e->d;
        at.b += skip;
        tk_dense_forward(s, at, e->theta, n1,
                         t.qkv + (l * 3 * e->d + skip) * N);
    }
}

/* out = a + mask . b; mask may be NULL. */
static void
add(size_t n, const tk_real *a, const tk_real *b, const tk_real *mask,
    tk_real *out)
{
    if (mask)
        for (size_t i = 0; i < n; i++)
            out[i] = a[i] + mask[i] * b[i];
    else
        for (size_t i = 0; i < n; i++)
            out[i] = a[i] + b[i];
}

static void
multiply(size_t n, const tk_real *mask, tk_real *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] *= mask[i];
}

/* The masks of the two sums go to the tape, that of gelu to g and slope. */
static void
draw_masks(const tk_encoder *e, tk_encoder_tape t, tk_real *mask)
{
    const size_t QdN = e->Q * e->d * e->N, QfN = e->Q * e->ff * e->N;

    tk_dropout_mask(e->noise, e->place, e->dropout, QdN, t.mask1);
    tk_dropout_mask(e->noise, e->place + 1, e->dropout, QfN, mask);
    tk_dropout_mask(e->noise, e->place + 2, e->dropout, QdN, t.mask2);
}

/* Steps of an array that may be kept or not, or not exist. */
static tk_real *
at_step(tk_real *x, size_t l, size_t n)
{
    return x ? x + l * n : NULL;
}

void
tk_encoder_rest(const tk_encoder *e, tk_encoder_tape t, const tk_real *h,
                tk_real *out, tk_real *work)
{
    const size_t N = e->N, d = e->d, dN = d * N, ffN = e->ff * N;
    const bool masked = t.keep && e->noise && drops(e);
    const tk_real *h_q = h + (e->L - e->Q) * dN;
    tk_real *mask = work; /* [Q][ff][N], if masked */

    tk_attention_forward(attention_of(e), t.qkv, t.o, t.p, work);
    if (masked)
        draw_masks(e, t, mask);
    for (size_t l = 0; l < e->Q; l++) {
        tk_real *m = t.m + t.keep * l * dN, *n2 = t.n2 + t.keep * l * dN;
        tk_real *g = t.g + t.keep * l * ffN;
        tk_real *slope = at_step(t.slope, l, ffN);

        tk_dense_forward((tk_dense_dims){d, d, N}, e->at.out, e->theta,
                         t.o + l * dN, n2);
        add(dN, h_q + l * dN, n2, masked ? t.mask1 + l * dN : NULL, m);
        tk_norm_forward((tk_norm_dims){1, d, N}, e->at.norm2, e->theta, m, n2,
                        t.stats2 + t.keep * l * 2 * N);
        tk_dense_forward((tk_dense_dims){e->ff, d, N}, e->at.ff1, e->theta, n2,
                         g);
        if (slope)
            tk_gelu_slope(ffN, g, g, slope);
        else
            tk_gelu(ffN, g, g);
        if (masked) {
            multiply(ffN, mask + l * ffN, g);
            multiply(ffN, mask + l * ffN, slope);
        }
        tk_dense_forward((tk_dense_dims){d, e->ff, N}, e->at.ff2, e->theta, g,
                         out + l * dN);
        add(dN, m, out + l * dN, masked ? t.mask2 + l * dN : NULL,
            out + l * dN);
    }
}

/* Sets dm[d][N], the gradient of m of one step, in dout; and do[d][N]. */
static void
rest_backward(const tk_encoder *e, tk_encoder_tape t, size_t l, tk_real *dout,
              tk_real *dtheta, tk_real *d_o, tk_real *a, tk_real *dg,
              tk_real *sums)
{
    const size_t N = e->N, d = e->d, dN = d * N, ffN = e->ff * N;
    const bool masked = e->noise && drops(e);

    /* forward: h' = m + mask2 . (W2 g + b2) */
    memcpy(a, dout, dN * sizeof *a);
    if (masked)
        multiply(dN, t.mask2 + l * dN, a);
    tk_dense_backward((tk_dense_dims){d, e->ff, N}, e->at.ff2, e->theta,
                      t.g + l * ffN, a, dtheta, dg);
    /* forward: g = mask . gelu(W1 n2 + b1) */
    multiply(ffN, t.slope + l * ffN, dg);
    tk_dense_backward((tk_dense_dims){e->ff, d, N}, e->at.ff1, e->theta,
                      t.n2 + l * dN, dg, dtheta, a);
    tk_norm_backward((tk_norm_dims){1, d, N}, e->at.norm2, e->theta,
                     t.m + l * dN, t.stats2 + l * 2 * N, a, dtheta, a, sums);
    add(dN, dout, a, NULL, dout);
    /* forward: m = h + mask1 . (Wo o + bo) */
    memcpy(a, dout, dN * sizeof *a);
    if (masked)
        multiply(dN, t.mask1 + l * dN, a);
    tk_dense_backward((tk_dense_dims){d, d, N}, e->at.out, e->theta,
                      t.o + l * dN, a, dtheta, d_o);
}

void
tk_encoder_backward(const tk_encoder *e, tk_encoder_tape t, const tk_real *h,
                    tk_real *dout, tk_real *dtheta, tk_real *dh, tk_real *work)
{
    const size_t N = e->N, d = e->d, dN = d * N, before = e->L - e->Q;
    tk_real *at = work;
    tk_real *dqkv = tk_take(&at, e->L * 3 * dN);
    tk_real *d_o = tk_take(&at, e->Q * dN);
    tk_real *a = tk_take(&at, dN);
    tk_real *dn1 = tk_take(&at, dN);
    tk_real *dg = tk_take(&at, e->ff * N);
    tk_real *sums = tk_take(&at, 2 * N);

    for (size_t l = 0; l < e->Q; l++)
        rest_backward(e, t, l, dout + l * dN, dtheta, d_o + l * dN, a, dg,
                      sums);
    tk_attention_backward(attention_of(e), t.qkv, t.p, d_o, dqkv, at);
    for (size_t l = 0; l < e->L; l++) {
        tk_dense_at in = e->at.in;
        size_t skip;
        const tk_dense_dims s = projection(e, l, &skip);

        in.W += skip * d;
        in.b += skip;
        tk_dense_backward(s, in, e->theta, t.n1 + l * dN,
                          dqkv + (l * 3 * d + skip) * N, dtheta, dn1);
        tk_norm_backward((tk_norm_dims){1, d, N}, e->at.norm1, e->theta,
                         h + l * dN, t.stats1 + l * 2 * N, dn1, dtheta,
                         dh + l * dN, sums);
        if (l >= before)
            add(dN, dh + l * dN, dout + (l - before) * dN, NULL, dh + l * dN);
    }
}
