/* torch_compare MODEL FILE: talik on a problem that torch_export.py has solved.
 *
 * Prints the sizes and the worst differences in one line; exit status 1 if one
 * is too large.  Outputs must agree within 1e-5, gradients within 1e-4 of the
 * largest in their tensor.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/nn/loss.h"
#include "talik/nn/model.h"
#include "talik/nn/optim.h"

typedef struct {
    char name[TK_TENSOR_NAME + 8];
    size_t n;
    tk_real *at;
} record;

static record records[512];
static size_t n_records;

static _Noreturn void
give_up(const char *why, const char *what)
{
    printf("%s: %s\n", why, what);
    exit(EXIT_FAILURE);
}

static void *new (size_t n, size_t size)
{
    void *p = tk_new(n, size);

    if (!p)
        give_up("memory", tk_last_fault()->text);
    return p;
}

static void
read_problem(const char *path)
{
    FILE *f = fopen(path, "rb");
    record *r = records;
    int rank;

    if (!f)
        give_up("cannot open", path);
    for (; fscanf(f, "%71s %d", r->name, &rank) == 2; r++) {
        if (r == records + 511)
            give_up("too many records", path);
        r->n = 1;
        for (int i = 0; i < rank; i++) {
            size_t d;

            if (fscanf(f, "%zu", &d) != 1)
                give_up("bad shape", r->name);
            r->n *= d;
        }
        fgetc(f); /* the end of the line */
        r->at = new (r->n, sizeof *r->at);
        if (fread(r->at, sizeof *r->at, r->n, f) != r->n)
            give_up("file ends within", r->name);
    }
    n_records = (size_t)(r - records);
    fclose(f);
}

static const record *
look_for(const char *name)
{
    for (size_t i = 0; i < n_records; i++)
        if (strcmp(records[i].name, name) == 0)
            return &records[i];
    return NULL;
}

static const record *
find(const char *prefix, const char *name)
{
    char whole[2 * TK_TENSOR_NAME];
    const record *r;

    snprintf(whole, sizeof whole, "%s%s", prefix, name);
    r = look_for(whole);
    if (!r)
        give_up("no record", whole);
    return r;
}

static size_t
size_of(const char *name)
{
    return (size_t)find("", name)->at[0];
}

/* The sizes that a model may have; those not in the file are 0. */
static const struct {
    const char *name;
    size_t offset;
} sizes[] = {
    {"L", offsetof(tk_model_dims, L)},
    {"F", offsetof(tk_model_dims, F)},
    {"bands", offsetof(tk_model_dims, bands)},
    {"E", offsetof(tk_model_dims, E)},
    {"D", offsetof(tk_model_dims, D)},
    {"layers", offsetof(tk_model_dims, layers)},
    {"H", offsetof(tk_model_dims, H)},
    {"C", offsetof(tk_model_dims, C)},
    {"kernel", offsetof(tk_model_dims, kernel)},
    {"d", offsetof(tk_model_dims, d)},
    {"heads", offsetof(tk_model_dims, heads)},
    {"ff", offsetof(tk_model_dims, ff)},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static tk_model_dims
read_sizes(void)
{
    tk_model_dims s = {0};

    for (size_t i = 0; i < n_records; i++)
        for (size_t k = 0; k < SIZES; k++)
            if (strcmp(records[i].name, sizes[k].name) == 0) {
                const size_t value = (size_t)records[i].at[0];

                memcpy((char *)&s + sizes[k].offset, &value, sizeof value);
            }
    return s;
}

static void
print_sizes(const tk_model_dims *s)
{
    for (size_t k = 0; k < SIZES; k++) {
        size_t value;

        memcpy(&value, (const char *)s + sizes[k].offset, sizeof value);
        if (value > 0)
            printf("%s %zu, ", sizes[k].name, value);
    }
}

/* All tensors with that prefix as one theta. */
static tk_real *
gather(const tk_layout *l, const char *prefix)
{
    tk_real *theta = new (l->size, sizeof *theta);

    for (size_t k = 0; k < l->n; k++) {
        const tk_tensor *t = &l->tensor[k];
        const record *r = find(prefix, t->name);

        if (r->n != t->count)
            give_up("another size", t->name);
        memcpy(theta + t->offset, r->at, r->n * sizeof *theta);
    }
    return theta;
}

/* The largest difference, relative to the largest number if `relative`. */
static double
worst(size_t n, const tk_real *got, const tk_real *want, bool relative)
{
    double difference = 0, largest = 0;

    for (size_t i = 0; i < n; i++) {
        const double d = fabs((double)got[i] - (double)want[i]);

        if (!(d <= difference)) /* so that NaN shows */
            difference = d;
        largest = fmax(largest, fabs((double)want[i]));
    }
    return relative ? difference / (largest + 1e-6) : difference;
}

static double
worst_tensor(const tk_layout *l, const tk_real *got, const tk_real *want)
{
    double all = 0;

    for (size_t k = 0; k < l->n; k++) {
        const tk_tensor *t = &l->tensor[k];
        const double d =
            worst(t->count, got + t->offset, want + t->offset, true);

        if (!(d <= all))
            all = d;
    }
    return all;
}

typedef struct {
    tk_net net;
    tk_pass pass;
    tk_loss loss;
    tk_real *theta, *y, *dy, *g, *dx;
    size_t steps; /* that have an answer */
} problem;

/* Mean loss, and the gradient in p->g and p->dx. */
static double
evaluate(problem *p)
{
    const tk_model_dims *s = &p->net.dims;
    const size_t N = p->pass.N, DN = s->D * N;
    double sum = 0, weight = 0;

    memset(p->g, 0, p->net.layout.size * sizeof *p->g);
    p->net.model->forward(&p->pass, p->y);
    for (size_t l = 0; l < p->steps; l++) {
        const tk_loss_sums one = tk_loss_eval(
            &p->loss, s->D, N, find("", "weight")->at, NULL, p->y + l * DN,
            find("", "target")->at + l * DN, p->dy + l * DN);

        sum += one.sum;
        weight += one.weight;
    }
    p->net.model->backward(&p->pass, p->dy, p->g, p->dx);
    tk_scale(p->net.layout.size, 1 / weight, p->g);
    tk_scale(s->L * s->F * N, 1 / weight, p->dx);
    if (p->pass.dh0)
        tk_scale(tk_net_state(&p->net, N), 1 / weight, p->pass.dh0);
    return sum / weight;
}

static problem
make_problem(const char *name)
{
    const size_t N = size_of("N");
    const tk_model_dims s = read_sizes();
    problem p = {.loss = {size_of("huber") ? TK_LOSS_HUBER : TK_LOSS_MSE, 0.8}};
    int *band = new (N, sizeof *band);
    const record *h0 = look_for("h0");
    char model[32];

    snprintf(model, sizeof model, "%.*s", (int)strcspn(name, "-"), name);
    p.steps = h0 ? s.L : 1;
    if (tk_net_make(&p.net, model, &s) != TK_OK)
        give_up("model", tk_last_fault()->text);
    for (size_t c = 0; c < N; c++)
        band[c] = (int)find("", "band")->at[c];
    p.theta = gather(&p.net.layout, "w.");
    p.g = new (p.net.layout.size, sizeof *p.g);
    p.y = new (p.steps * s.D * N, sizeof *p.y);
    p.dy = new (p.steps * s.D * N, sizeof *p.dy);
    p.dx = new (s.L * s.F * N, sizeof *p.dx);
    p.pass =
        (tk_pass){.N = N,
                  .theta = p.theta,
                  .x = find("", "x")->at,
                  .band = band,
                  .tape = new (tk_net_tape(&p.net, N), sizeof(tk_real)),
                  .work = new (tk_net_work(&p.net, N, s.L), sizeof(tk_real)),
                  .h0 = h0 ? h0->at : NULL,
                  .dh0 = h0 ? new (h0->n, sizeof(tk_real)) : NULL};
    return p;
}

/* Five updates with clipping; returns the worst relative norm. */
static double
update(problem *p)
{
    const size_t n = p->net.layout.size;
    tk_adamw o = TK_ADAMW_DEFAULT;
    tk_real *m = new (n, sizeof *m), *v = new (n, sizeof *v);
    double difference = 0;

    o.decay = 0.1;
    o.eps = 1e-4;
    for (uint64_t t = 1; t <= 5; t++) {
        char name[16];
        double norm;

        evaluate(p);
        norm = tk_clip(n, 0.3, p->g);
        tk_adamw_step(&o, t, 1e-3 / (double)t, n, p->g, m, v, p->theta);
        snprintf(name, sizeof name, "norm%d", (int)t);
        difference =
            fmax(difference, fabs(norm / (double)find("", name)->at[0] - 1));
    }
    tk_free(m);
    tk_free(v);
    return difference;
}

int
main(int argc, char **argv)
{
    double loss, d_y, d_loss, d_g, d_dx, d_norm, d_theta;
    const tk_model_dims *s;
    problem p;
    bool good;

    if (argc < 3) {
        puts("1..0 # SKIP torch.sh calls this with a model and a file");
        return 0;
    }
    read_problem(argv[2]);
    p = make_problem(argv[1]);
    p.pass.net = &p.net;
    s = &p.net.dims;

    loss = evaluate(&p);
    d_y = worst(p.steps * s->D * p.pass.N, p.y, find("", "y")->at, false);
    d_loss = fabs(loss / (double)find("", "loss")->at[0] - 1);
    d_dx = worst(s->L * s->F * p.pass.N, p.dx, find("", "dx")->at, true);
    if (p.pass.h0) {
        const double d_h0 = worst(tk_net_state(&p.net, p.pass.N), p.pass.dh0,
                                  find("", "dh0")->at, true);

        if (!(d_h0 <= d_dx)) /* so that NaN shows */
            d_dx = d_h0;
    }
    d_g = worst_tensor(&p.net.layout, p.g, gather(&p.net.layout, "g."));
    d_norm = update(&p);
    d_theta = worst(p.net.layout.size, p.theta, gather(&p.net.layout, "after."),
                    false);

    good = d_y <= 1e-5 && d_loss <= 1e-5 && d_dx <= 1e-4 && d_g <= 1e-4
           && d_norm <= 1e-4 && d_theta <= 2e-5;
    printf("%s: ", argv[1]);
    print_sizes(s);
    printf("N %zu: y %.1e loss %.1e dx %.1e g %.1e norm %.1e theta %.1e\n",
           p.pass.N, d_y, d_loss, d_dx, d_g, d_norm, d_theta);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
