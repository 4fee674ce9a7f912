/* Whole models: every parameter and every input, all sizes different. */
#include "differences.h"

#include "talik/nn/model.h"

enum { N = 2, MOST_L = 5 };

typedef struct {
    tk_net net;
    tk_pass pass;
    double *theta, *x, *y, *w, *h0, *dh0;
    int band[N];
    size_t outputs;
} model;

static double
loss(void *what)
{
    model *m = what;

    m->net.model->forward(&m->pass, m->y);
    return weighted_sum(m->outputs, m->y, m->w);
}

/* How a state is carried: steps after which cells lose theirs. */
typedef struct {
    bool on;
    unsigned char lost[MOST_L][N];
} carry_of;

static const carry_of window, carried = {.on = true},
                              losing = {true, {[1] = {0, 1}, [2] = {1, 1}}};

/* With a carried state the loss weighs the output of every step. */
static void
check(const char *name, tk_model_dims s, carry_of carry)
{
    model m = {.band = {2, 0}};
    const size_t inputs = s.L * s.F * N;
    double *dtheta, *dx;
    size_t n, states;

    CHECK_OK(tk_net_make(&m.net, name, &s));
    n = m.net.layout.size;
    m.outputs = s.D * N * (carry.on ? s.L : 1);
    m.theta = numbers(1, n);
    tk_layout_init(&m.net.layout, 4, m.theta);
    m.x = numbers(2, inputs);
    m.y = numbers(3, m.outputs);
    m.w = numbers(4, m.outputs);
    states = carry.on ? tk_net_state(&m.net, N) : 0;
    m.h0 = carry.on ? numbers(5, states) : NULL;
    m.dh0 = numbers(9, states);
    m.pass = (tk_pass){.net = &m.net,
                       .N = N,
                       .theta = m.theta,
                       .x = m.x,
                       .band = m.band,
                       .tape = numbers(6, tk_net_tape(&m.net, N)),
                       .work = numbers(7, tk_net_work(&m.net, N, s.L)),
                       .noise = {true, 1, 2, 3, 4},
                       .h0 = m.h0,
                       .lost = carry.lost[0],
                       .dh0 = m.dh0};
    dtheta = tk_new(n, sizeof *dtheta);
    dx = numbers(8, inputs);

    loss(&m);
    m.net.model->backward(&m.pass, m.w, dtheta, dx);
    check_gradient("theta", loss, &m, n, m.theta, dtheta, 1e-6);
    check_gradient("x", loss, &m, inputs, m.x, dx, 1e-6);
    check_gradient("h0", loss, &m, states, m.h0, m.dh0, 1e-6);

    /* It adds to dtheta, the tape serves twice, and dx may be left out. */
    loss(&m);
    for (size_t i = 0; i < n; i++)
        dtheta[i] = -dtheta[i];
    m.net.model->backward(&m.pass, m.w, dtheta, dx);
    m.net.model->backward(&m.pass, m.w, dtheta, NULL);
    check_gradient("theta", loss, &m, n, m.theta, dtheta, 1e-6);

    tk_free(m.theta);
    tk_free(m.x);
    tk_free(m.y);
    tk_free(m.w);
    tk_free(m.h0);
    tk_free(m.dh0);
    tk_free(m.pass.tape);
    tk_free(m.pass.work);
    tk_free(dtheta);
    tk_free(dx);
    tk_net_drop(&m.net);
}

/* Up to three layers, with and without an embedding and dropout. */
static void
check_all(const char *name, tk_model_dims s, bool carry)
{
    for (size_t layers = 1; layers <= 3; layers++) {
        for (size_t E = 0; E <= 2; E += 2) {
            for (int k = 0; k < 2; k++) {
                s.layers = layers;
                s.E = E;
                s.dropout = k ? 0.4 : 0;
                check(name, s, window);
                if (carry) {
                    check(name, s, carried);
                    check(name, s, losing);
                }
            }
        }
    }
}

static void
gru(void **state)
{
    const tk_model_dims s = {.L = MOST_L, .F = 3, .bands = 3, .D = 6, .H = 4};

    (void)state;
    check_all("gru", s, true);
}

static void
gru_one_step(void **state)
{
    const tk_model_dims s = {.L = 1, .F = 3, .D = 2, .layers = 2, .H = 4};

    (void)state;
    check("gru", s, window);
    check("gru", s, carried);
}

static void
bilstm(void **state)
{
    const tk_model_dims s = {.L = MOST_L, .F = 3, .bands = 3, .D = 6, .H = 4};
    const tk_model_dims one = {.L = 1, .F = 3, .D = 2, .layers = 2, .H = 4};

    (void)state;
    check_all("bilstm", s, false);
    check("bilstm", one, window);
}

/* Kernels of one tap, shorter than the window, and longer. */
static void
conv1dlstm(void **state)
{
    const tk_model_dims s = {
        .L = MOST_L, .F = 3, .bands = 3, .D = 6, .H = 4, .C = 7, .kernel = 3};
    tk_model_dims one = {.L = 1, .F = 3, .D = 2, .layers = 2, .H = 4, .C = 5};
    tk_model_dims wide = s;

    (void)state;
    check_all("conv1dlstm", s, false);
    one.kernel = 1;
    check("conv1dlstm", one, window);
    one.kernel = 3;
    check("conv1dlstm", one, window);
    wide.layers = 1;
    wide.E = 2;
    wide.kernel = 9;
    check("conv1dlstm", wide, window);
    wide.L = 3;
    check("conv1dlstm", wide, window);
}

/* With and without a downsample, within the window and far beyond. */
static void
tcn(void **state)
{
    const tk_model_dims s = {
        .L = 11, .F = 3, .bands = 3, .D = 6, .C = 4, .kernel = 2};
    tk_model_dims one = {.L = 1, .F = 3, .D = 2, .layers = 2, .C = 5};
    tk_model_dims wide = s;

    (void)state;
    check_all("tcn", s, false);
    one.kernel = 1;
    check("tcn", one, window);
    one.kernel = 3;
    check("tcn", one, window);
    wide.kernel = 3;
    wide.C = 5; /* F + E: no downsample */
    wide.E = 2;
    wide.layers = 2;
    check("tcn", wide, window);
    wide.kernel = 7;
    check("tcn", wide, window);
    wide.E = 0;
    wide.C = 3;
    check("tcn", wide, window);
}

static void
transformer(void **state)
{
    const tk_model_dims s = {
        .L = MOST_L, .F = 3, .bands = 3, .D = 7, .d = 6, .heads = 2, .ff = 4};
    tk_model_dims one = {
        .L = 1, .F = 3, .D = 2, .layers = 2, .d = 5, .heads = 5, .ff = 4};

    (void)state;
    check_all("transformer", s, false);
    check("transformer", one, window);
    one.L = 3;
    one.heads = 1;
    check("transformer", one, window);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gru),    cmocka_unit_test(gru_one_step),
        cmocka_unit_test(bilstm), cmocka_unit_test(conv1dlstm),
        cmocka_unit_test(tcn),    cmocka_unit_test(transformer),
    };

    return cmocka_run_group_tests_name("gradient of models", tests, NULL, NULL);
}
