/* models.h -- the models at sizes that differ, for tests of them all. */
#ifndef TALIK_TESTS_MODELS_H
#define TALIK_TESTS_MODELS_H

#include "check.h"
#include "numbers.h"

#include "talik/nn/model.h"

static const tk_model_dims plain = {
    .L = 6, .F = 5, .D = 3, .layers = 2, .H = 8};
static const tk_model_dims banded = {
    .L = 6, .F = 5, .bands = 4, .E = 2, .D = 3, .layers = 3, .H = 7};

static const tk_model_dims narrow = {
    .L = 6, .F = 5, .D = 3, .layers = 1, .H = 8, .C = 9, .kernel = 3};
static const tk_model_dims wide = {.L = 6,
                                   .F = 5,
                                   .bands = 4,
                                   .E = 2,
                                   .D = 3,
                                   .layers = 3,
                                   .H = 7,
                                   .C = 9,
                                   .kernel = 7};
static const tk_model_dims wider = {
    .L = 2, .F = 5, .D = 3, .layers = 2, .H = 8, .C = 4, .kernel = 9};
static const tk_model_dims point = {
    .L = 1, .F = 5, .D = 3, .layers = 2, .H = 8, .C = 4, .kernel = 1};

/* Blocks whose taps all fall within the window, reach far before it, and, where C
 * is F + E, that have no downsample; one of a single tap.
 */
static const tk_model_dims blocks = {
    .L = 9, .F = 5, .D = 3, .layers = 2, .C = 8, .kernel = 2};
static const tk_model_dims causal = {.L = 6,
                                     .F = 5,
                                     .bands = 4,
                                     .E = 2,
                                     .D = 3,
                                     .layers = 3,
                                     .C = 7,
                                     .kernel = 3};
static const tk_model_dims reaching = {
    .L = 4, .F = 5, .D = 3, .layers = 2, .C = 4, .kernel = 6};
static const tk_model_dims tap = {
    .L = 3, .F = 5, .D = 3, .layers = 3, .C = 4, .kernel = 1};

static const tk_model_dims encoder = {
    .L = 6, .F = 5, .D = 3, .layers = 2, .d = 12, .heads = 3, .ff = 10};
static const tk_model_dims deep = {.L = 7,
                                   .F = 5,
                                   .bands = 4,
                                   .E = 2,
                                   .D = 3,
                                   .layers = 3,
                                   .d = 14,
                                   .heads = 2,
                                   .ff = 9};
static const tk_model_dims shallow = {
    .L = 5, .F = 5, .D = 3, .layers = 1, .d = 5, .heads = 1, .ff = 8};
static const tk_model_dims alone = {
    .L = 1, .F = 5, .D = 3, .layers = 2, .d = 6, .heads = 6, .ff = 7};

/* What every model must hold is tested for all of these. */
static const struct {
    const char *name;
    const tk_model_dims *s;
} cases[] = {
    {"gru", &plain},           {"gru", &banded},
    {"bilstm", &plain},        {"bilstm", &banded},
    {"bilstm", &narrow},       {"bilstm", &point},
    {"conv1dlstm", &narrow},   {"conv1dlstm", &wide},
    {"conv1dlstm", &wider},    {"conv1dlstm", &point},
    {"tcn", &blocks},          {"tcn", &causal},
    {"tcn", &reaching},        {"tcn", &tap},
    {"transformer", &encoder}, {"transformer", &deep},
    {"transformer", &shallow}, {"transformer", &alone},
};

enum { CASES = sizeof cases / sizeof cases[0], N = 19, T = 11 };

typedef struct {
    tk_net net;
    tk_pass pass;
    tk_real *theta, *x, *y;
    int band[N];
} run;

static inline void
make(run *r, const char *name, const tk_model_dims *s)
{
    memset(r, 0, sizeof *r);
    CHECK_OK(tk_net_make(&r->net, name, s));
    r->theta = numbers(1, r->net.layout.size);
    tk_layout_init(&r->net.layout, 3, r->theta);
    r->x = numbers(2, T * s->F * N);
    r->y = numbers(3, T * s->D * N);
    for (int c = 0; c < N && s->E > 0; c++)
        r->band[c] = c % (int)s->bands;
    r->pass = (tk_pass){.net = &r->net,
                        .N = N,
                        .theta = r->theta,
                        .x = r->x,
                        .band = r->band,
                        .tape = numbers(4, tk_net_tape(&r->net, N)),
                        .work = numbers(5, tk_net_work(&r->net, N, T))};
}

static inline void
drop(run *r)
{
    tk_free(r->theta);
    tk_free(r->x);
    tk_free(r->y);
    tk_free(r->pass.tape);
    tk_free(r->pass.work);
    tk_net_drop(&r->net);
}

#endif
