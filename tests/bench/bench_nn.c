/* bench_nn -- speed of the network kernels on this machine, one thread.
 *
 * Prints lines "case<TAB>unit<TAB>value"; bench.sh runs this program and its
 * peers in turn and compares medians.  All times are CPU times: a core that is
 * taken away for a while does not count.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/nn/gemm.h"
#include "talik/nn/loss.h"
#include "talik/nn/model.h"
#include "talik/nn/optim.h"

enum { CELLS = 64, TILES = 4, REPEATS = 11 };

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median time of one run(what). */
static double
median_time(void (*run)(void *), void *what)
{
    double time[REPEATS];

    run(what); /* caches, page faults */
    for (int i = 0; i < REPEATS; i++) {
        const double start = tk_cpu_seconds();

        run(what);
        time[i] = tk_cpu_seconds() - start;
    }
    qsort(time, REPEATS, sizeof time[0], by_value);
    return time[REPEATS / 2];
}

static tk_real *
numbers(size_t n, uint64_t stream)
{
    tk_real *x = tk_new(n, sizeof *x);

    if (!x)
        exit(EXIT_FAILURE);
    for (size_t i = 0; i < n; i++)
        x[i] = (tk_real)tk_rng_normal(1, stream, i);
    return x;
}

/* ---- the sgemm of a large matrix: what this core can do ----------------- */

enum { LARGE = 768 };

typedef struct {
    tk_real *A, *B, *C;
} product;

static void
run_product(void *what)
{
    const product *p = what;

    tk_gemm(false, false, LARGE, LARGE, LARGE, p->A, LARGE, p->B, LARGE, 0,
            p->C, LARGE);
}

static double
bench_product(void)
{
    const size_t n = (size_t)LARGE * LARGE;
    product p = {numbers(n, 1), numbers(n, 2), numbers(n, 3)};
    const double flop = 2.0 * LARGE * LARGE * LARGE;
    const double rate = flop / median_time(run_product, &p) * 1e-9;

    printf("sgemm %d\tGFLOP/s\t%.1f\n", LARGE, rate);
    tk_free(p.A);
    tk_free(p.B);
    tk_free(p.C);
    return rate;
}

/* ---- training and inference of a model ---------------------------------- */

typedef struct {
    tk_net net;
    tk_pass pass;
    size_t months; /* of x                          */
    uint64_t update;
    tk_real *x, *target, *y, *dy; /* of TILES tiles */
    tk_real *theta, *grad, *m, *v;
    size_t answers; /* of a training pass per cell: 1, or L if carried */
    tk_real *h0;    /* NULL: not carried */
    int band[CELLS];
} bench;

static void
make_bench(bench *b, const char *name, const tk_model_dims *s, size_t months,
           bool carry)
{
    memset(b, 0, sizeof *b);
    if (tk_net_make(&b->net, name, s) != TK_OK) {
        fprintf(stderr, "%s\n", tk_last_fault()->text);
        exit(EXIT_FAILURE);
    }
    b->months = months;
    b->answers = carry ? s->L : 1;
    b->h0 = carry ? numbers(tk_net_state(&b->net, CELLS), 9) : NULL;
    b->x = numbers(TILES * months * s->F * CELLS, 1);
    b->target = numbers(TILES * b->answers * s->D * CELLS, 2);
    b->y = numbers(months * s->D * CELLS, 3);
    b->dy = numbers(b->answers * s->D * CELLS, 4);
    b->theta = numbers(b->net.layout.size, 5);
    b->grad = numbers(b->net.layout.size, 6);
    b->m = tk_new(b->net.layout.size, sizeof *b->m);
    b->v = tk_new(b->net.layout.size, sizeof *b->v);
    tk_layout_init(&b->net.layout, 1, b->theta);
    b->pass = (tk_pass){.net = &b->net,
                        .N = CELLS,
                        .theta = b->theta,
                        .x = b->x,
                        .band = b->band,
                        .tape = numbers(tk_net_tape(&b->net, CELLS), 7),
                        .work = numbers(tk_net_work(&b->net, CELLS, months), 8),
                        .h0 = b->h0};
}

static void
drop_bench(bench *b)
{
    tk_real *const held[] = {b->x,         b->target,    b->y, b->dy,
                             b->theta,     b->grad,      b->m, b->v,
                             b->pass.tape, b->pass.work, b->h0};

    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        tk_free(held[i]);
    tk_net_drop(&b->net);
}

/* One update from a batch of TILES tiles. */
static void
run_training(void *what)
{
    bench *b = what;
    const tk_model_dims *s = &b->net.dims;
    const size_t n = b->net.layout.size, DN = s->D * CELLS;
    const tk_loss mse = {TK_LOSS_MSE, 0};
    const tk_adamw adamw = TK_ADAMW_DEFAULT;
    double weight = 0;

    memset(b->grad, 0, n * sizeof *b->grad);
    for (size_t i = 0; i < TILES; i++) {
        b->pass.x = b->x + i * s->L * s->F * CELLS;
        b->net.model->forward(&b->pass, b->y);
        for (size_t l = 0; l < b->answers; l++)
            weight += tk_loss_eval(&mse, s->D, CELLS, NULL, NULL, b->y + l * DN,
                                   b->target + (i * b->answers + l) * DN,
                                   b->dy + l * DN)
                          .weight;
        b->net.model->backward(&b->pass, b->dy, b->grad, NULL);
    }
    tk_scale(n, 1 / weight, b->grad);
    tk_adamw_step(&adamw, ++b->update, 1e-4, n, b->grad, b->m, b->v, b->theta);
}

static void
run_inference(void *what)
{
    bench *b = what;
    const tk_model_dims *s = &b->net.dims;

    for (size_t i = 0; i < TILES; i++) {
        b->pass.x = b->x + i * b->months * s->F * CELLS;
        b->net.model->predict(&b->pass, b->months, b->y);
    }
}

/* Operations of the products that talik makes for a window of its own, forward
 * and back; back without those for the gradient of x.
 */
typedef struct {
    double forward, backward;
} flop;

/* Layers of units with that many gates, which read D inputs in one direction or
 * both; `inner`: something below needs the gradient of its input.  No recurrent
 * product at the first step.
 */
static flop
recurrent_flop(const tk_model_dims *s, double gates, double ways, double D,
               bool inner)
{
    const double H = (double)s->H, L = (double)s->L;
    flop f = {0, 0};

    for (size_t k = 0; k < s->layers; k++, D = ways * H) {
        const double input = 2 * ways * gates * H * D * L;
        const double recurrent = 2 * ways * gates * H * H * (L - 1);

        f.forward += input + recurrent;
        f.backward += (k > 0 || inner ? 2 : 1) * input + 2 * recurrent;
    }
    return f;
}

static flop
gru_flop(const tk_model_dims *s)
{
    return recurrent_flop(s, 3, 1, (double)s->F, false);
}

static flop
bilstm_flop(const tk_model_dims *s)
{
    return recurrent_flop(s, 4, 2, (double)s->F, false);
}

static flop
conv1dlstm_flop(const tk_model_dims *s)
{
    const double C = (double)s->C, k = (double)s->kernel;
    const double beyond = (k * k - 1) / 4; /* taps beyond the two ends */
    const double conv = 2 * C * (double)s->F * (k * (double)s->L - beyond);
    flop f = recurrent_flop(s, 4, 1, C, true);

    f.forward += conv;
    f.backward += conv;
    return f;
}

/* The products of the steps that the last one needs: 2^i apart in block i.  The
 * gradient of the first block's x is not wanted.
 */
static flop
tcn_flop(const tk_model_dims *s)
{
    const double C = (double)s->C;
    size_t wanted = 1;
    flop f = {0, 0};

    for (size_t i = s->layers; i-- > 0;) {
        const size_t apart = (size_t)1 << i, most = (s->L - 1) / apart + 1;
        const double D = i > 0 ? C : (double)s->F;
        size_t all = 2 * (wanted - 1) + s->kernel;
        double taps1 = 0, taps2 = 0, conv1, conv2;

        all = all < most ? all : most;
        for (size_t e = 0; e < all; e++)
            taps1 += fmin((double)s->kernel, (double)(most - e));
        for (size_t e = 0; e < wanted; e++)
            taps2 += fmin((double)s->kernel, (double)(most - 2 * e));
        conv1 = 2 * C * D * taps1;
        conv2 = 2 * C * C * taps2;
        if (s->F != s->C && i == 0)
            conv1 += 2 * C * D * (double)wanted;
        f.forward += conv1 + conv2;
        f.backward += (i > 0 ? 2 : 1) * conv1 + 2 * conv2;
        wanted = all + s->kernel - 1;
        wanted = wanted < most ? wanted : most;
    }
    return f;
}

/* With the products of the attention; one query in the last layer. */
static flop
transformer_flop(const tk_model_dims *s)
{
    const double L = (double)s->L, d = (double)s->d, ff = (double)s->ff;
    const double input = 2 * d * (double)s->F * L;
    flop f = {input, input};

    for (size_t k = 0; k < s->layers; k++) {
        const double Q = k + 1 < s->layers ? L : 1;
        const double layer = 2 * (2 * d * d * L + d * d * Q)
                             + 2 * Q * (d * d + 2 * d * ff) + 4 * Q * L * d;

        f.forward += layer;
        f.backward += 2 * layer;
    }
    return f;
}

static void
bench_model(const char *title, const char *name, const tk_model_dims *s, flop f,
            double peak)
{
    const size_t months = s->L + 11; /* a year of windows */
    double speed;
    bench b;

    make_bench(&b, name, s, s->L, false);
    speed = TILES * CELLS / median_time(run_training, &b);
    printf("%s training\twindows/s\t%.0f\n", title, speed);
    printf("%s training, of sgemm\t%%\t%.1f\n", title,
           100 * speed * (f.forward + f.backward) / peak);
    speed = TILES * CELLS / median_time(run_inference, &b);
    printf("%s inference\twindows/s\t%.0f\n", title, speed);
    printf("%s inference, of sgemm\t%%\t%.1f\n", title,
           100 * speed * f.forward / peak);
    drop_bench(&b);

    make_bench(&b, name, s, months, false);
    printf("%s inference, 12 months\twindows/s\t%.0f\n", title,
           TILES * CELLS * (double)(months - s->L + 1)
               / median_time(run_inference, &b));
    drop_bench(&b);
}

/* A state that goes on from month to month: one step for an answer. */
static void
bench_carried(const char *title, const char *name, const tk_model_dims *s)
{
    const double answers = TILES * CELLS * (double)s->L;
    bench b;

    make_bench(&b, name, s, s->L, true);
    printf("%s carried training\tmonths/s\t%.0f\n", title,
           answers / median_time(run_training, &b));
    printf("%s carried inference\tmonths/s\t%.0f\n", title,
           answers / median_time(run_inference, &b));
    drop_bench(&b);
}

int
main(void)
{
    const tk_model_dims gru = {.L = 24, .F = 24, .D = 4, .layers = 2, .H = 64};
    const tk_model_dims tcn = {
        .L = 24, .F = 24, .D = 4, .layers = 4, .C = 64, .kernel = 3};
    const tk_model_dims former = {
        .L = 24, .F = 24, .D = 4, .layers = 2, .d = 64, .heads = 4, .ff = 128};
    tk_model_dims bilstm = gru, conv = gru;
    double peak;

    tk_gemm_begin();
    peak = bench_product() * 1e9;
    bilstm.layers = conv.layers = 1;
    conv.C = 64;
    conv.kernel = 3;
    bench_model("gru 2x64", "gru", &gru, gru_flop(&gru), peak);
    bench_carried("gru 2x64", "gru", &gru);
    bench_model("bilstm 1x64", "bilstm", &bilstm, bilstm_flop(&bilstm), peak);
    bench_model("conv 3x64 lstm 1x64", "conv1dlstm", &conv,
                conv1dlstm_flop(&conv), peak);
    bench_model("tcn 4 blocks 3x64", "tcn", &tcn, tcn_flop(&tcn), peak);
    bench_model("transformer 2x64", "transformer", &former,
                transformer_flop(&former), peak);
    return 0;
}
