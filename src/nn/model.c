#include "talik/nn/model.h"

#include <stdlib.h>
#include <string.h>

#include "talik/core/text.h"

#include "model_impl.h"

#define MOST 65536 /* of any size: products of three stay within size_t */

static const tk_model *const models[] = {
    &tk_m_gru, &tk_m_bilstm, &tk_m_conv1dlstm, &tk_m_tcn, &tk_m_transformer,
};

enum { MODELS = sizeof models / sizeof models[0] };

const tk_model *
tk_model_at(size_t i)
{
    return i < MODELS ? models[i] : NULL;
}

const tk_model *
tk_model_find(const char *name)
{
    for (size_t i = 0; i < MODELS; i++)
        if (strcmp(models[i]->name, name) == 0)
            return models[i];
    return NULL;
}

tk_err
tk_net_make(tk_net *net, const char *name, const tk_model_dims *dims)
{
    const char *names[MODELS], *near;
    tk_err err;

    *net = (tk_net){.model = tk_model_find(name), .dims = *dims};
    if (!net->model) {
        for (size_t i = 0; i < MODELS; i++)
            names[i] = models[i]->name;
        near = tk_nearest_word(name, MODELS, names);
        return near ? tk_fail(TK_ECONF, "no model '%s'; did you mean '%s'?",
                              name, near)
                    : tk_fail(TK_ECONF, "no model '%s'", name);
    }
    TK_TRY(net->model->check(dims));
    err = net->model->layout(dims, &net->layout);
    if (err)
        tk_net_drop(net);
    return err;
}

void
tk_net_drop(tk_net *net)
{
    tk_layout_drop(&net->layout);
    *net = (tk_net){0};
}

size_t
tk_net_tape(const tk_net *net, size_t N)
{
    return net->model->tape(&net->dims, N);
}

size_t
tk_net_work(const tk_net *net, size_t N, size_t T)
{
    return net->model->work(&net->dims, N, T);
}

size_t
tk_net_state(const tk_net *net, size_t N)
{
    return net->model->state ? net->model->state(&net->dims, N) : 0;
}

tk_err
tk_check_size(const char *model, const char *what, size_t value, size_t low,
              size_t high)
{
    if (value >= low && value <= high)
        return TK_OK;
    return tk_fail(TK_ECONF, "model %s: %s = %zu, expected %zu to %zu", model,
                   what, value, low, high);
}

tk_err
tk_check_common(const char *model, const tk_model_dims *s)
{
    TK_TRY(tk_check_size(model, "L (window)", s->L, 1, MOST));
    TK_TRY(tk_check_size(model, "F (features)", s->F, 1, MOST));
    TK_TRY(tk_check_size(model, "D (outputs)", s->D, 1, MOST));
    TK_TRY(tk_check_size(model, "E (embedding width)", s->E, 0, MOST));
    TK_TRY(tk_check_size(model, "bands", s->bands, s->E > 0, MOST));
    if (!(s->dropout >= 0 && s->dropout < 1))
        return tk_fail(TK_ECONF,
                       "model %s: dropout = %g, expected 0 to less than 1",
                       model, s->dropout);
    return TK_OK;
}

tk_err
tk_layout_add_embedding(tk_layout *l, const tk_model_dims *s)
{
    const size_t shape[] = {s->bands, s->E};

    if (s->E == 0)
        return TK_OK;
    return tk_layout_add(l, TK_INIT_NORMAL, 1, 2, shape,
                         "band_embedding.weight");
}

tk_err
tk_infer_size(const tk_layout *given, const char *name, int rank, int i,
              size_t parts, size_t *size)
{
    const tk_tensor *t = tk_layout_find(given, name);

    if (!t)
        return tk_fail(TK_EDATA, "tensor '%s' is missing", name);
    if (t->rank != rank)
        return tk_fail(TK_EDATA, "tensor '%s' has %d dimensions, expected %d",
                       name, t->rank, rank);
    if (t->dim[i] % parts != 0)
        return tk_fail(TK_EDATA,
                       "tensor '%s' has %zu rows, expected a multiple of %zu",
                       name, t->dim[i], parts);
    *size = t->dim[i] / parts;
    return TK_OK;
}

size_t
tk_infer_layers(const tk_layout *given, const char *before, const char *after)
{
    const size_t skip = strlen(before);
    size_t n = 1;

    for (size_t i = 0; i < given->n; i++) {
        const char *number = given->tensor[i].name + skip;
        char *end;
        unsigned long k;

        if (strncmp(given->tensor[i].name, before, skip) != 0
            || strspn(number, "0123456789") == 0)
            continue;
        k = strtoul(number, &end, 10);
        if (strcmp(end, after) == 0 && k >= n)
            n = k < MOST ? k + 1 : MOST;
    }
    return n;
}

tk_err
tk_infer_common(const tk_layout *given, tk_model_dims *s)
{
    const char *table = "band_embedding.weight";

    s->bands = s->E = 0;
    if (tk_layout_find(given, table)) {
        TK_TRY(tk_infer_size(given, table, 2, 0, 1, &s->bands));
        TK_TRY(tk_infer_size(given, table, 2, 1, 1, &s->E));
    }
    return tk_infer_size(given, "head.weight", 2, 0, 1, &s->D);
}

tk_err
tk_infer_features(size_t inputs, tk_model_dims *s)
{
    if (inputs <= s->E)
        return tk_fail(TK_EDATA,
                       "%zu inputs per step leave no feature beside an "
                       "embedding of %zu",
                       inputs, s->E);
    s->F = inputs - s->E;
    return TK_OK;
}

tk_dense_at
tk_head_at(const tk_net *net)
{
    const tk_tensor *t = net->layout.tensor + net->layout.n - 2;

    return (tk_dense_at){t[0].offset, t[1].offset};
}

tk_embed_dims
tk_embed_of(const tk_pass *p, size_t steps)
{
    const tk_model_dims *s = &p->net->dims;

    return (tk_embed_dims){steps, p->N, s->F, s->E, s->bands};
}

size_t
tk_taken(size_t n)
{
    const size_t line = 64 / sizeof(tk_real);

    return (n + line - 1) / line * line;
}

tk_real *
tk_take(tk_real **at, size_t n)
{
    tk_real *here = *at;

    *at += tk_taken(n);
    return here;
}

tk_real *
tk_place(tk_real **at, size_t *size, size_t n)
{
    *size += tk_taken(n);
    return at ? tk_take(at, n) : NULL;
}
