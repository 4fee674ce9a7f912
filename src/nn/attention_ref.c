#include "talik/nn/attention.h"

#include "ref_impl.h"

/* One head of one cell: rows of step 0, from where steps are 3 d N apart, and
 * rows N.
 */
typedef struct {
    size_t step, w;
    const tk_real *q, *k, *v;
} head;

static head
head_of(tk_attention_dims s, const tk_real *qkv, size_t h, size_t cell)
{
    const size_t w = s.d / s.heads, dN = s.d * s.N;
    const tk_real *q = qkv + h * w * s.N + cell;

    return (head){3 * dN, w, q, q + dN, q + 2 * dN};
}

/* p[L] of the query in step l. */
static void
weights(tk_attention_dims s, head a, size_t l, tk_real *p)
{
    const tk_real scale = 1 / sqrt((tk_real)a.w);
    tk_real most = -INFINITY, sum = 0;

    for (size_t m = 0; m < s.L; m++) {
        p[m] =
            scale * ref_dot(a.w, a.q + l * a.step, s.N, a.k + m * a.step, s.N);
        if (!(p[m] <= most))
            most = p[m];
    }
    for (size_t m = 0; m < s.L; m++)
        sum += p[m] = exp(p[m] - most);
    for (size_t m = 0; m < s.L; m++)
        p[m] /= sum;
}

void
tk_attention_forward_ref(tk_attention_dims s, const tk_real *qkv, tk_real *o,
                         tk_real *work)
{
    for (size_t i = 0; i < s.Q * s.heads * s.N; i++) {
        const size_t cell = i % s.N, h = i / s.N % s.heads,
                     l = i / s.N / s.heads;
        const head a = head_of(s, qkv, h, cell);

        weights(s, a, s.L - s.Q + l, work);
        for (size_t j = 0; j < a.w; j++)
            o[(l * s.d + h * a.w + j) * s.N + cell] =
                ref_dot(s.L, work, 1, a.v + j * s.N, a.step);
    }
}

void
tk_attention_backward_ref(tk_attention_dims s, const tk_real *qkv,
                          const tk_real *dout, tk_real *dqkv, tk_real *work)
{
    const size_t dN = s.d * s.N;
    tk_real *p = work, *ds = work + s.L;

    for (size_t i = 0; i < s.L * 3 * dN; i++)
        if (i % (3 * dN) >= dN || i / (3 * dN) >= s.L - s.Q)
            dqkv[i] = 0;
    for (size_t i = 0; i < s.Q * s.heads * s.N; i++) {
        const size_t cell = i % s.N, h = i / s.N % s.heads,
                     l = i / s.N / s.heads;
        const size_t query = s.L - s.Q + l;
        const head a = head_of(s, qkv, h, cell);
        const tk_real *g = dout + (l * s.d + h * a.w) * s.N + cell;
        const tk_real scale = 1 / sqrt((tk_real)a.w);
        tk_real *dq = dqkv + (a.q - qkv), *dk = dq + dN, *dv = dk + dN;
        tk_real mean = 0;

        weights(s, a, query, p);
        /* forward: o = sum over m of p[m] v[m] */
        for (size_t m = 0; m < s.L; m++) {
            ds[m] = ref_dot(a.w, g, s.N, a.v + m * a.step, s.N);
            ref_add(a.w, p[m], g, s.N, dv + m * a.step, s.N);
            mean += p[m] * ds[m];
        }
        /* forward: p = softmax(s),  s[m] = scale q . k[m] */
        for (size_t m = 0; m < s.L; m++) {
            const tk_real w = p[m] * (ds[m] - mean) * scale;

            ref_add(a.w, w, a.k + m * a.step, s.N, dq + query * a.step, s.N);
            ref_add(a.w, w, a.q + query * a.step, s.N, dk + m * a.step, s.N);
        }
    }
}
