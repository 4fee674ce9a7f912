/* tcn and transformer against plain networks that compute every step of every
 * layer, and each window for itself; with dropout, where they say what is
 * dropped.
 */
#include "../models.h"

#include "talik/nn/attention.h"
#include "talik/nn/causal.h"

static const tk_model_dims tcn_bench = {
    .L = 24, .F = 24, .D = 4, .layers = 4, .C = 64, .kernel = 3};
static const tk_model_dims former_bench = {
    .L = 24, .F = 24, .D = 4, .layers = 2, .d = 64, .heads = 4, .ff = 128};

static const tk_real *
weight(const run *r, const char *format, size_t i)
{
    char name[TK_TENSOR_NAME];
    const tk_tensor *t;

    snprintf(name, sizeof name, format, i);
    t = tk_layout_find(&r->net.layout, name);
    assert_non_null(t);
    return r->theta + t->offset;
}

/* x[n] times the mask of a place in the model, from its element `from` on. */
static void
drop_out(const run *r, size_t place, size_t from, size_t n, tk_real *x)
{
    tk_real *mask;

    if (!r->pass.noise.training)
        return;
    mask = numbers(1, from + n);
    tk_dropout_mask(&r->pass.noise, (unsigned)place, r->net.dims.dropout,
                    from + n, mask);
    for (size_t i = 0; i < n; i++)
        x[i] *= mask[from + i];
    tk_free(mask);
}

/* y[M][N] = W x[K][N] + b */
static void
affine(size_t M, size_t K, const tk_real *W, const tk_real *b, const tk_real *x,
       tk_real *y)
{
    for (size_t i = 0; i < M * N; i++) {
        double sum = (double)b[i / N];

        for (size_t k = 0; k < K; k++)
            sum += (double)W[i / N * K + k] * (double)x[k * N + i % N];
        y[i] = (tk_real)sum;
    }
}

/* The window from step `first` on, with its embedding: x[L][I][N]. */
static void
inputs(const run *r, size_t first, tk_real *x)
{
    const tk_model_dims *s = &r->net.dims;
    const size_t I = s->F + s->E;

    for (size_t i = 0; i < s->L * I * N; i++) {
        const size_t l = first + i / N / I, k = i / N % I, c = i % N;

        x[i] = k < s->F ? r->x[(l * s->F + k) * N + c]
                        : weight(r, "band_embedding.weight",
                                 0)[(size_t)r->band[c] * s->E + k - s->F];
    }
}

static tk_real
positive(tk_real x)
{
    return x > 0 ? x : 0;
}

static void
convolve(const run *r, const char *format, size_t i, size_t D, const tk_real *x,
         tk_real *y)
{
    const tk_model_dims *s = &r->net.dims;
    char name[TK_TENSOR_NAME];
    tk_conv1d_at at;

    snprintf(name, sizeof name, "%s.weight", format);
    at.W = (size_t)(weight(r, name, i) - r->theta);
    snprintf(name, sizeof name, "%s.bias", format);
    at.b = (size_t)(weight(r, name, i) - r->theta);
    for (size_t l = 0; l < s->L; l++)
        tk_causal_step_ref((tk_causal_dims){.N = N,
                                            .D = D,
                                            .C = s->C,
                                            .kernel = s->kernel,
                                            .dilation = (size_t)1 << i,
                                            .ring = s->L},
                           at, r->theta, x, 0, l, y + l * s->C * N);
    for (size_t k = 0; k < s->L * s->C * N; k++)
        y[k] = positive(y[k]);
}

/* Steps `apart` from each other, back from the last one. */
static void
drop_steps(const run *r, size_t place, size_t apart, tk_real *x)
{
    const size_t L = r->net.dims.L, CN = r->net.dims.C * N;

    for (size_t e = 0; e * apart < L; e++)
        drop_out(r, place, e * CN, CN, x + (L - 1 - e * apart) * CN);
}

static void
plain_tcn(const run *r, size_t first, tk_real *y)
{
    const tk_model_dims *s = &r->net.dims;
    const size_t CN = s->C * N, I = s->F + s->E;
    tk_real *x = numbers(1, s->L * (I + s->C) * N), *u = numbers(1, s->L * CN);
    tk_real *v = numbers(1, s->L * CN), *skip = numbers(1, CN);

    inputs(r, first, x);
    for (size_t i = 0; i < s->layers; i++) {
        const size_t D = i > 0 ? s->C : I;

        convolve(r, "blocks.%zu.conv1", i, D, x, u);
        drop_steps(r, 2 * i, (size_t)1 << i, u);
        convolve(r, "blocks.%zu.conv2", i, s->C, u, v);
        drop_steps(r, 2 * i + 1, (size_t)2 << i, v);
        for (size_t l = 0; l < s->L; l++) {
            const tk_real *x_l = x + l * D * N;

            if (D != s->C) {
                affine(s->C, D, weight(r, "blocks.%zu.downsample.weight", i),
                       weight(r, "blocks.%zu.downsample.bias", i), x_l, skip);
                x_l = skip;
            }
            for (size_t k = 0; k < CN; k++)
                v[l * CN + k] = positive(v[l * CN + k] + x_l[k]);
        }
        memcpy(x, v, s->L * CN * sizeof *x);
    }
    affine(s->D, s->C, weight(r, "head.weight", 0), weight(r, "head.bias", 0),
           x + (s->L - 1) * CN, y);
    tk_free(x);
    tk_free(u);
    tk_free(v);
    tk_free(skip);
}

/* Layer normalisation of x[d][N]. */
static void
normalise(size_t d, const tk_real *scale, const tk_real *shift,
          const tk_real *x, tk_real *y)
{
    for (size_t c = 0; c < N; c++) {
        double mean = 0, square = 0;

        for (size_t j = 0; j < d; j++)
            mean += (double)x[j * N + c] / (double)d;
        for (size_t j = 0; j < d; j++)
            square += pow((double)x[j * N + c] - mean, 2) / (double)d;
        for (size_t j = 0; j < d; j++)
            y[j * N + c] =
                (tk_real)(((double)x[j * N + c] - mean) / sqrt(square + 1e-5)
                              * (double)scale[j]
                          + (double)shift[j]);
    }
}

#define LAYER "encoder.layers.%zu."

/* h[L][d][N] in place. */
static void
plain_layer(const run *r, size_t k, tk_real *h)
{
    const tk_model_dims *s = &r->net.dims;
    const size_t d = s->d, dN = d * N, L = s->L, ffN = s->ff * N;
    const size_t before = k + 1 < s->layers ? 0 : L - 1; /* not wanted */
    tk_real *n = numbers(1, dN), *qkv = numbers(1, L * 3 * dN);
    tk_real *o = numbers(1, L * dN), *f = numbers(1, ffN);
    tk_real *work = numbers(1, 2 * L);

    for (size_t l = 0; l < L; l++) {
        normalise(d, weight(r, LAYER "norm1.weight", k),
                  weight(r, LAYER "norm1.bias", k), h + l * dN, n);
        affine(3 * d, d, weight(r, LAYER "self_attn.in_proj_weight", k),
               weight(r, LAYER "self_attn.in_proj_bias", k), n,
               qkv + l * 3 * dN);
    }
    tk_attention_forward_ref((tk_attention_dims){L, L, N, d, s->heads}, qkv, o,
                             work);
    for (size_t l = before; l < L; l++) {
        tk_real *h_l = h + l * dN;
        const size_t query = l - before;

        affine(d, d, weight(r, LAYER "self_attn.out_proj.weight", k),
               weight(r, LAYER "self_attn.out_proj.bias", k), o + l * dN, n);
        drop_out(r, 3 * k, query * dN, dN, n);
        for (size_t i = 0; i < dN; i++)
            h_l[i] += n[i];
        normalise(d, weight(r, LAYER "norm2.weight", k),
                  weight(r, LAYER "norm2.bias", k), h_l, n);
        affine(s->ff, d, weight(r, LAYER "linear1.weight", k),
               weight(r, LAYER "linear1.bias", k), n, f);
        for (size_t i = 0; i < ffN; i++)
            f[i] =
                (tk_real)((double)f[i] / 2 * (1 + erf((double)f[i] / sqrt(2))));
        drop_out(r, 3 * k + 1, query * ffN, ffN, f);
        affine(d, s->ff, weight(r, LAYER "linear2.weight", k),
               weight(r, LAYER "linear2.bias", k), f, n);
        drop_out(r, 3 * k + 2, query * dN, dN, n);
        for (size_t i = 0; i < dN; i++)
            h_l[i] += n[i];
    }
    tk_free(n);
    tk_free(qkv);
    tk_free(o);
    tk_free(f);
    tk_free(work);
}

static void
plain_transformer(const run *r, size_t first, tk_real *y)
{
    const tk_model_dims *s = &r->net.dims;
    const size_t d = s->d, dN = d * N, I = s->F + s->E;
    tk_real *x = numbers(1, s->L * I * N), *h = numbers(1, s->L * dN);
    tk_real *n = numbers(1, dN);

    inputs(r, first, x);
    for (size_t l = 0; l < s->L; l++) {
        affine(d, I, weight(r, "in_proj.weight", 0),
               weight(r, "in_proj.bias", 0), x + l * I * N, h + l * dN);
        for (size_t i = 0; i < dN; i++) {
            const size_t j = i / N;
            const double angle =
                (double)l / pow(10000, (double)(j / 2 * 2) / (double)d);

            h[l * dN + i] += (tk_real)(j % 2 ? cos(angle) : sin(angle));
        }
    }
    for (size_t k = 0; k < s->layers; k++)
        plain_layer(r, k, h);
    normalise(d, weight(r, "encoder.norm.weight", 0),
              weight(r, "encoder.norm.bias", 0), h + (s->L - 1) * dN, n);
    affine(s->D, d, weight(r, "head.weight", 0), weight(r, "head.bias", 0), n,
           y);
    tk_free(x);
    tk_free(h);
    tk_free(n);
}

static void
plain_window(const run *r, size_t first, tk_real *y)
{
    if (strcmp(r->net.model->name, "tcn") == 0)
        plain_tcn(r, first, y);
    else
        plain_transformer(r, first, y);
}

static void
near(size_t n, const tk_real *y, const tk_real *want)
{
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(y[i], want[i], 3e-6 * (1 + fabs((double)want[i])));
}

/* All windows of some months, and one in training; with weights that are all
 * away from their first values, zeros and ones.
 */
static void
compare(const char *name, const tk_model_dims *dims, size_t months)
{
    const size_t DN = dims->D * N;
    tk_model_dims s = *dims;
    tk_real *want = numbers(6, DN), *shaken;
    run r;

    s.dropout = 0.3;
    make(&r, name, &s);
    tk_free(r.x);
    tk_free(r.y);
    tk_free(r.pass.work);
    r.pass.x = r.x = numbers(2, months * s.F * N);
    r.y = numbers(3, months * DN);
    r.pass.work = numbers(5, tk_net_work(&r.net, N, months));
    shaken = numbers(7, r.net.layout.size);
    for (size_t i = 0; i < r.net.layout.size; i++)
        r.theta[i] += shaken[i] / 20;
    r.net.model->predict(&r.pass, months, r.y);
    for (size_t w = 0; w + s.L <= months; w++) {
        plain_window(&r, w, want);
        near(DN, r.y + w * DN, want);
    }
    r.pass.noise = (tk_noise){true, 1, 2, 3, 4};
    r.net.model->forward(&r.pass, r.y);
    plain_window(&r, 0, want);
    near(DN, r.y, want);
    tk_free(want);
    tk_free(shaken);
    drop(&r);
}

static void
small(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        if (cases[i].s->H == 0)
            compare(cases[i].name, cases[i].s, 3 * cases[i].s->L + 5);
}

static void
as_in_the_bench(void **state)
{
    (void)state;
    compare("tcn", &tcn_bench, 60);
    compare("transformer", &former_bench, 26);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small),
        cmocka_unit_test(as_in_the_bench),
    };

    return cmocka_run_group_tests_name("savings", tests, NULL, NULL);
}
