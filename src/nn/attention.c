#include "talik/nn/attention.h"

#include <math.h>

#include "act_impl.h"

/* A head of LANES cells at a time is copied to where its rows follow each other:
 * [steps][w][LANES].  Keys, or values, then fit the nearest cache, so that all
 * queries pass over the ones before they pass over the others.  Every operation
 * below is one of whole rows of LANES numbers; a last group of fewer cells is
 * filled up with zeros.
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

/* Rows of one head in q, k, v or o: `steps` steps from `from` on, `apart` numbers
 * from each other.
 */
typedef struct {
    size_t steps, w, N, cells, apart, from;
} strip;

static strip
rows_in_qkv(tk_attention_dims s, part a, size_t block, size_t l, size_t steps)
{
    const size_t w = s.d / s.heads, apart = 3 * s.d * s.N;
    const size_t row = block * s.d + a.head * w;

    return (strip){steps,   w,     s.N,
                   a.cells, apart, l * apart + row * s.N + a.first};
}

static strip
rows_in_o(tk_attention_dims s, part a)
{
    const size_t w = s.d / s.heads;

    return (strip){s.Q, w, s.N, a.cells, s.d * s.N, a.head * w * s.N + a.first};
}

/* to[steps][w][LANES] = factor times the rows of x. */
WIDE static void
pack(strip t, tk_real factor, const tk_real *restrict x, tk_real *restrict to)
{
    for (size_t l = 0; l < t.steps; l++) {
        const tk_real *row = x + t.from + l * t.apart;

        for (size_t j = 0; j < t.w; j++, row += t.N, to += LANES) {
            if (t.cells == LANES)
                for (size_t c = 0; c < LANES; c++)
                    to[c] = factor * row[c];
            else
                for (size_t c = 0; c < LANES; c++)
                    to[c] = c < t.cells ? factor * row[c] : 0;
        }
    }
}

/* The way back. */
WIDE static void
unpack(strip t, tk_real factor, const tk_real *restrict from,
       tk_real *restrict x)
{
    for (size_t l = 0; l < t.steps; l++) {
        tk_real *row = x + t.from + l * t.apart;

        for (size_t j = 0; j < t.w; j++, row += t.N, from += LANES) {
            if (t.cells == LANES)
                for (size_t c = 0; c < LANES; c++)
                    row[c] = factor * from[c];
            else
                for (size_t c = 0; c < t.cells; c++)
                    row[c] = factor * from[c];
        }
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

    pack(rows_in_qkv(s, a, 0, s.L - s.Q, s.Q), scale, qkv, b.q);
    pack(rows_in_qkv(s, a, 1, 0, s.L), 1, qkv, b.k);
    pack(rows_in_qkv(s, a, 2, 0, s.L), 1, qkv, b.v);
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
        }
        for (size_t l = 0; l < s.Q; l++)
            sum_all(w, mean, weights + l * s.L * LANES, b.v,
                    b.out + l * w * LANES);
        unpack(rows_in_o(s, a), 1, b.out, o);
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
        pack(rows_in_o(s, a), 1, dout, b.dout);
        for (size_t l = 0; l < s.Q; l++) {
            tk_real *ds = b.s + l * s.L * LANES;

            /* forward: o[l] = sum over m of p[l][m] v[m] */
            sum_all(s.L, products, b.dout + l * w * LANES, b.v, ds);
            softmax_backward(s.L, weights + l * s.L * LANES, ds);
        }
        /* forward: s[l][m] = q[l] . k[m] / sqrt(w) */
        for (size_t l = 0; l < s.Q; l++)
            sum_all(w, by_key, b.s + l * s.L * LANES, b.k,
                    b.out + l * w * LANES);
        unpack(rows_in_qkv(s, a, 0, s.L - s.Q, s.Q), scale, b.out, dqkv);
        for (size_t m = 0; m < s.L; m++)
            sum_all(w, by_query, b.s + m * LANES, b.q, b.out + m * w * LANES);
        unpack(rows_in_qkv(s, a, 1, 0, s.L), 1, b.out, dqkv);
        for (size_t m = 0; m < s.L; m++)
            sum_all(w, by_query, weights + m * LANES, b.dout,
                    b.out + m * w * LANES);
        unpack(rows_in_qkv(s, a, 2, 0, s.L), 1, b.out, dqkv);
    }
}
