/* The windows of a series through the transformer, without a tape.
 *
 * **Shared between windows.**  The first layer sees h = u + p: u, the projected
 * month, is the same in every window, p is a constant of the position.  With A,
 * the columns of the layer's in-projection scaled by norm1.weight, and
 * u' = u - mean(u), p' = p - mean(p):
 *
 *   qkv = Wi norm1(h) + bi = (A u' + A p') r + c
 *   r = 1 / sqrt(mean((u' + p')^2) + eps)     c = Wi norm1.bias + bi
 *
 * A u' is computed once for each month, A p' and c once for all.  The sums have
 * another order than those of the passes with a tape, but the same in every
 * window, alone or with others.
 */
#include <string.h>
#include <tgmath.h>

#include "talik/nn/gemm.h"

#include "act_impl.h"
#include "transformer.h"

#define EPS ((tk_real)1e-5) /* of the normalisation */

/* The months of a window have slots month % L. */
typedef struct {
    const tk_pass *p;
    const tk_real *x;    /* [T][I][N]                        */
    tk_encoder_tape t;   /* of one layer after the other     */
    tk_real *pe;         /* [L][d]: positions                */
    tk_real *pe_mean;    /* [L]                              */
    tk_real *A;          /* [3d][d]                          */
    tk_real *c;          /* [3d]                             */
    tk_real *Ap;         /* [L][3d]                          */
    tk_real *u, *u_mean; /* [L][d][N], [L][N]                */
    tk_real *Au;         /* [L][3d][N]                       */
    tk_real *h;          /* [L][d][N]                        */
    tk_real *row, *r;    /* [d][N], [2][N]                   */
    tk_real *work;       /* of the encoder layers            */
} series;

/* The arrays in their order; without `at` only counted. */
static size_t
arrange(const tk_model_dims *s, size_t N, size_t T, tk_real **at, series *w)
{
    const size_t d = s->d, dN = d * N, L = s->L;
    const tk_encoder e = {
        .L = L, .Q = L, .N = N, .d = d, .heads = s->heads, .ff = s->ff};
    size_t size = 0;
    tk_real *x = tk_place(at, &size, s->E > 0 ? T * (s->F + s->E) * N : 0);

    w->x = x;
    w->pe = tk_place(at, &size, L * d);
    w->pe_mean = tk_place(at, &size, L);
    w->A = tk_place(at, &size, 3 * d * d);
    w->c = tk_place(at, &size, 3 * d);
    w->Ap = tk_place(at, &size, L * 3 * d);
    w->u = tk_place(at, &size, L * dN);
    w->u_mean = tk_place(at, &size, L * N);
    w->Au = tk_place(at, &size, L * 3 * dN);
    w->h = tk_place(at, &size, L * dN);
    w->row = tk_place(at, &size, dN);
    w->r = tk_place(at, &size, 2 * N);
    if (at)
        w->t = tk_encoder_take(&e, false, at);
    w->work = at ? *at : NULL;
    return size + tk_encoder_tape_size(&e, false) + tk_encoder_work(&e);
}

size_t
tk_former_predict_work(const tk_model_dims *s, size_t N, size_t T)
{
    series w;

    return arrange(s, N, T, NULL, &w);
}

/* A, c, A p and the means of positions. */
static void
prepare(const series *w)
{
    const tk_pass *p = w->p;
    const size_t L = p->net->dims.L, d = p->net->dims.d;
    const tk_encoder_at at = tk_former_layer(p, 0).at;
    const tk_real *W = p->theta + at.in.W, *b = p->theta + at.in.b;
    const tk_real *scale = p->theta + at.norm1.scale;
    const tk_real *shift = p->theta + at.norm1.shift;
    tk_real *centred = w->h; /* [L][d] */

    for (size_t i = 0; i < 3 * d; i++) {
        w->c[i] = b[i];
        for (size_t j = 0; j < d; j++) {
            w->A[i * d + j] = W[i * d + j] * scale[j];
            w->c[i] += W[i * d + j] * shift[j];
        }
    }
    tk_former_positions(L, d, w->pe);
    for (size_t l = 0; l < L; l++) {
        tk_real sum = 0;

        for (size_t j = 0; j < d; j++)
            sum += w->pe[l * d + j];
        w->pe_mean[l] = sum / (tk_real)d;
        for (size_t j = 0; j < d; j++)
            centred[l * d + j] = w->pe[l * d + j] - w->pe_mean[l];
    }
    tk_gemm(false, true, L, 3 * d, d, centred, d, w->A, d, 0, w->Ap, 3 * d);
}

/* mean[N] of u[d][N], and out = u - mean. */
WIDE static void
centre(size_t d, size_t N, const tk_real *restrict u, tk_real *restrict mean,
       tk_real *restrict out)
{
    const tk_real share = 1 / (tk_real)d;

    for (size_t c = 0; c < N; c++)
        mean[c] = 0;
    for (size_t j = 0; j < d; j++)
        for (size_t c = 0; c < N; c++)
            mean[c] += u[j * N + c];
    for (size_t c = 0; c < N; c++)
        mean[c] *= share;
    for (size_t j = 0; j < d; j++)
        for (size_t c = 0; c < N; c++)
            out[j * N + c] = u[j * N + c] - mean[c];
}

/* u, its mean and A u' of month m. */
static void
add_month(const series *w, size_t m)
{
    const tk_pass *p = w->p;
    const tk_model_dims *s = &p->net->dims;
    const size_t N = p->N, d = s->d, slot = m % s->L;
    tk_real *u = w->u + slot * d * N;

    tk_dense_forward(tk_former_in_dims(p), tk_former_in(p->net), p->theta,
                     w->x + m * (s->F + s->E) * N, u);
    centre(d, N, u, w->u_mean + slot * N, w->row);
    tk_gemm(false, false, 3 * d, N, d, w->A, d, w->row, N, 0,
            w->Au + slot * 3 * d * N, N);
}

/* h = u + p and r; mean[N] is that of u. */
WIDE static void
position(size_t d, size_t N, const tk_real *restrict u,
         const tk_real *restrict mean, const tk_real *p, tk_real p_mean,
         tk_real *restrict h, tk_real *restrict r, tk_real *restrict m)
{
    const tk_real share = 1 / (tk_real)d;

    for (size_t c = 0; c < N; c++) {
        m[c] = mean[c] + p_mean;
        r[c] = 0;
    }
    for (size_t j = 0; j < d; j++) {
        for (size_t c = 0; c < N; c++) {
            const tk_real sum = u[j * N + c] + p[j];
            const tk_real apart = sum - m[c];

            h[j * N + c] = sum;
            r[c] += apart * apart;
        }
    }
    for (size_t c = 0; c < N; c++)
        r[c] = 1 / sqrt(r[c] * share + EPS);
}

/* rows of qkv = (A u + A p) r + c */
WIDE static void
project(size_t rows, size_t N, const tk_real *restrict Au, const tk_real *Ap,
        const tk_real *restrict r, const tk_real *shift, tk_real *restrict qkv)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < N; c++)
            qkv[i * N + c] = (Au[i * N + c] + Ap[i]) * r[c] + shift[i];
}

/* h and qkv of the first layer, for the window from month `first` on. */
static void
begin_window(const series *w, const tk_encoder *e, size_t first)
{
    const size_t N = e->N, d = e->d, L = e->L;

    for (size_t l = 0; l < L; l++) {
        const size_t slot = (first + l) % L;
        const size_t skip = l < L - e->Q ? d : 0; /* rows of q */

        position(d, N, w->u + slot * d * N, w->u_mean + slot * N, w->pe + l * d,
                 w->pe_mean[l], w->h + l * d * N, w->r, w->r + N);
        project(3 * d - skip, N, w->Au + (slot * 3 * d + skip) * N,
                w->Ap + l * 3 * d + skip, w->r, w->c + skip,
                w->t.qkv + (l * 3 * d + skip) * N);
    }
}

void
tk_former_predict(const tk_pass *p, size_t T, tk_real *y)
{
    const tk_net *net = p->net;
    const tk_model_dims *s = &net->dims;
    const size_t N = p->N, d = s->d, L = s->L;
    tk_real *at = p->work;
    series w = {.p = p};
    tk_real *last;

    TK_ASSERT(T >= L);
    arrange(s, N, T, &at, &w);
    last = w.h + (L - 1) * d * N;
    if (s->E > 0)
        tk_embed_forward(tk_embed_of(p, T), p->theta, p->band, p->x, p->work);
    else
        w.x = p->x;
    prepare(&w);
    for (size_t m = 0; m + 1 < L; m++)
        add_month(&w, m);
    for (size_t first = 0; first + L <= T; first++) {
        add_month(&w, first + L - 1);
        for (size_t k = 0; k < s->layers; k++) {
            const tk_encoder e = tk_former_layer(p, k);

            if (k == 0)
                begin_window(&w, &e, first);
            else
                tk_encoder_project(&e, w.t, w.h);
            tk_encoder_rest(&e, w.t, w.h, e.Q == 1 ? last : w.h, w.work);
        }
        tk_norm_forward((tk_norm_dims){1, d, N}, tk_former_norm(net), p->theta,
                        last, w.row, w.r);
        tk_dense_forward(tk_former_head_dims(p), tk_head_at(net), p->theta,
                         w.row, y + first * s->D * N);
    }
}
