#include "talik/nn/attention.h"

#include <math.h>

#include "act_impl.h"

/* A head of LANES cells at a time is copied to where its rows follow each other
 * and fit the nearest caches: [steps][w][LANES].  Every operation below is one
 * of whole rows of LANES numbers; a last group of fewer cells is filled up with
 * zeros.
 */
enum { LANES = 16, ROWS = 6 /* accumulators; a function of registers alone */ };

typedef struct {
    size_t first, cells; /* of the group */
    size_t head;
} part;

static size_t
groups(size_t N)
{
    return (N + LANES - 1) / LANES;
}

/* part i of groups(N) * heads, heads fastest. */
static part
part_of(tk_attention_dims s, size_t i)
{
    const size_t first = i / s.heads * LANES, left = s.N - first;

    return (part){first, left < LANES ? left : LANES, i % s.heads};
}

size_t
tk_attention_tape(tk_attention_dims s)
{
    return groups(s.N) * s.heads * s.Q * s.L * LANES;
}

size_t
tk_attention_work(tk_attention_dims s)
{
    const size_t w = s.d / s.heads;

    /* q, do, k, v, a result of L steps; weights or their gradients */
    return (2 * s.Q * w + 3 * s.L * w + s.Q * s.L) * LANES;
}

/* Row j of step l of one of the row blocks q, k, v = 0, 1, 2; or of o, if
 * blocks = 1.
 */
static size_t
row_at(tk_attention_dims s, part a, size_t blocks, size_t block, size_t l,
       size_t j)
{
    const size_t w = s.d / s.heads;

    return ((l * blocks + block) * s.d + a.head * w + j) * s.N + a.first;
}

/* to[n][w][LANES] = factor times steps l .. l + n - 1. */
static void
pack(tk_attention_dims s, part a, size_t blocks, size_t block, size_t l,
     size_t n, tk_real factor, const tk_real *from, tk_real *restrict to)
{
    const size_t w = s.d / s.heads;

    for (size_t i = 0; i < n * w; i++, to += LANES) {
        const tk_real *row =
            from + row_at(s, a, blocks, block, l + i / w, i % w);

        if (a.cells == LANES)
            for (size_t c = 0; c < LANES; c++)
                to[c] = factor * row[c];
        else
            for (size_t c = 0; c < LANES; c++)
                to[c] = c < a.cells ? factor * row[c] : 0;
    }
}

/* The way back. */
static void
unpack(tk_attention_dims s, part a, size_t blocks, size_t block, size_t l,
       size_t n, tk_real factor, const tk_real *restrict from, tk_real *to)
{
    const size_t w = s.d / s.heads;

    for (size_t i = 0; i < n * w; i++, from += LANES) {
        tk_real *row = to + row_at(s, a, blocks, block, l + i / w, i % w);

        for (size_t c = 0; c < a.cells; c++)
            row[c] = factor * from[c];
    }
}

/* A row as one value of GCC's and Clang's vector extension, which are two or four
 * where the machine has no vectors so wide.
 */
typedef tk_real lanes __attribute__((vector_size(LANES * sizeof(tk_real)),
                                     aligned(64), may_alias));

/* out[r] = sum over i < n of a[i sa] . b[r row + i step] for r < rows; strides
 * count rows of LANES numbers.
 */
typedef struct {
    size_t n, sa, row, step;
} sums;

static inline __attribute__((always_inline)) void
sum_rows(size_t rows, sums t, const lanes *a, const lanes *b, lanes *out)
{
    lanes sum[ROWS];

    for (size_t r = 0; r < rows; r++)
        sum[r] = (lanes){0};
    for (size_t i = 0; i < t.n; i++, a += t.sa, b += t.step)
        for (size_t r = 0; r < rows; r++)
            sum[r] += a[0] * b[r * t.row];
    for (size_t r = 0; r < rows; r++)
        out[r] = sum[r];
}

WIDE static void
sum_all(size_t rows, sums t, const tk_real *a, const tk_real *b, tk_real *out)
{
    const lanes *x = (const lanes *)a, *y = (const lanes *)b;
    lanes *z = (lanes *)out;
    size_t r = 0;

    for (; r + ROWS <= rows; r += ROWS)
        sum_rows(ROWS, t, x, y + r * t.row, z + r);
    for (; r + 2 <= rows; r += 2)
        sum_rows(2, t, x, y + r * t.row, z + r);
    if (r < rows)
        sum_rows(1, t, x, y + r * t.row, z + r);
}

/* s[n][LANES] in place. */
WIDE static void
softmax(size_t n, tk_real *restrict s)
{
    tk_real most[LANES], sum[LANES];

    for (size_t c = 0; c < LANES; c++) {
        most[c] = s[c];
        sum[c] = 0;
    }
    for (size_t m = 1; m < n; m++)
        for (size_t c = 0; c < LANES; c++)
            most[c] = s[m * LANES + c] > most[c] ? s[m * LANES + c] : most[c];
    for (size_t m = 0; m < n; m++) {
        for (size_t c = 0; c < LANES; c++) {
            const tk_real e = exp_of(s[m * LANES + c] - most[c]);

            s[m * LANES + c] = e;
            sum[c] += e;
        }
    }
    for (size_t c = 0; c < LANES; c++)
        sum[c] = 1 / sum[c];
    for (size_t m = 0; m < n; m++)
        for (size_t c = 0; c < LANES; c++)
            s[m * LANES + c] *= sum[c];
}

/* In: the gradient of p[n][LANES].  Out: that of s.
 *
 * forward: p = softmax(s)
 */
WIDE static void
softmax_backward(size_t n, const tk_real *restrict p, tk_real *restrict ds)
{
    tk_real sum[LANES] = {0};

    for (size_t m = 0; m < n; m++)
        for (size_t c = 0; c < LANES; c++)
            sum[c] += p[m * LANES + c] * ds[m * LANES + c];
    for (size_t m = 0; m < n; m++)
        for (size_t c = 0; c < LANES; c++)
            ds[m * LANES + c] = p[m * LANES + c] * (ds[m * LANES + c] - sum[c]);
}

/* The buffers in work. */
typedef struct {
    tk_real *q, *dout;    /* [Q][w][LANES] */
    tk_real *k, *v, *out; /* [L][w][LANES] */
    tk_real *s;           /* [Q][L][LANES] */
} buffers;

static buffers
buffers_of(tk_attention_dims s, tk_real *work)
{
    const size_t w = s.d / s.heads, Qw = s.Q * w * LANES, Lw = s.L * w * LANES;
    buffers b;

    b.q = work;
    b.dout = b.q + Qw;
    b.k = b.dout + Qw;
    b.v = b.k + Lw;
    b.out = b.v + Lw;
    b.s = b.out + Lw;
    return b;
}

static void
pack_qkv(tk_attention_dims s, part a, const tk_real *qkv, buffers b)
{
    const tk_real scale = 1 / (tk_real)sqrt((double)(s.d / s.heads));

    pack(s, a, 3, 0, s.L - s.Q, s.Q, scale, qkv, b.q);
    pack(s, a, 3, 1, 0, s.L, 1, qkv, b.k);
    pack(s, a, 3, 2, 0, s.L, 1, qkv, b.v);
}

void
tk_attention_forward(tk_attention_dims s, const tk_real *qkv, tk_real *o,
                     tk_real *p, tk_real *work)
{
    const size_t w = s.d / s.heads, QL = s.Q * s.L * LANES;
    const buffers b = buffers_of(s, work);
    const sums scores = {w, 1, w, 1}, mean = {s.L, 1, 1, w};

    for (size_t i = 0; i < groups(s.N) * s.heads; i++) {
        const part a = part_of(s, i);
        tk_real *weights = p ? p + i * QL : b.s;

        pack_qkv(s, a, qkv, b);
        for (size_t l = 0; l < s.Q; l++) {
            tk_real *p_l = weights + l * s.L * LANES;

            sum_all(s.L, scores, b.q + l * w * LANES, b.k, p_l);
            softmax(s.L, p_l);
            sum_all(w, mean, p_l, b.v, b.out + l * w * LANES);
        }
        unpack(s, a, 1, 0, 0, s.Q, 1, b.out, o);
    }
}

void
tk_attention_backward(tk_attention_dims s, const tk_real *qkv, const tk_real *p,
                      const tk_real *dout, tk_real *dqkv, tk_real *work)
{
    const tk_real scale = 1 / (tk_real)sqrt((double)(s.d / s.heads));
    const size_t w = s.d / s.heads, QL = s.Q * s.L * LANES;
    const buffers b = buffers_of(s, work);
    const sums products = {w, 1, w, 1}, by_key = {s.L, 1, 1, w};
    const sums by_query = {s.Q, s.L, 1, w};

    for (size_t i = 0; i < groups(s.N) * s.heads; i++) {
        const part a = part_of(s, i);
        const tk_real *weights = p + i * QL;

        pack_qkv(s, a, qkv, b);
        pack(s, a, 1, 0, 0, s.Q, 1, dout, b.dout);
        for (size_t l = 0; l < s.Q; l++) {
            tk_real *ds = b.s + l * s.L * LANES;

            /* forward: o[l] = sum over m of p[l][m] v[m] */
            sum_all(s.L, products, b.dout + l * w * LANES, b.v, ds);
            softmax_backward(s.L, weights + l * s.L * LANES, ds);
            /* forward: s[l][m] = q[l] . k[m] / sqrt(w) */
            sum_all(w, by_key, ds, b.k, b.out + l * w * LANES);
        }
        unpack(s, a, 3, 0, s.L - s.Q, s.Q, scale, b.out, dqkv);
        for (size_t m = 0; m < s.L; m++)
            sum_all(w, by_query, b.s + m * LANES, b.q, b.out + m * w * LANES);
        unpack(s, a, 3, 1, 0, s.L, 1, b.out, dqkv);
        for (size_t m = 0; m < s.L; m++)
            sum_all(w, by_query, weights + m * LANES, b.dout,
                    b.out + m * w * LANES);
        unpack(s, a, 3, 2, 0, s.L, 1, b.out, dqkv);
    }
}
