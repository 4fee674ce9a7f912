#include "talik/learn/exchange.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"

#include "exchange_impl.h"
#include "golden.h"

static const char *const golden_name[] = {"golden.x", "golden.band",
                                          "golden.y"};

static const char *const skip_name[] = {"skip.weight", "skip.bias"};

/* Whether a tensor is none of the network's. */
static bool
is_other(const char *name)
{
    for (size_t i = 0; i < 3; i++)
        if (strcmp(name, golden_name[i]) == 0)
            return true;
    return strcmp(name, skip_name[0]) == 0 || strcmp(name, skip_name[1]) == 0;
}

/* ---- weights ------------------------------------------------------------- */

/* The tensors that are weights, as a layout of their own. */
static tk_err
list_weights(const tk_tensors *t, tk_layout *given)
{
    const tk_tensors_item *item;

    for (size_t i = 0; (item = tk_tensors_at(t, i)) != NULL; i++) {
        if (is_other(item->name))
            continue;
        if (item->type == TK_TYPE_I64)
            return tk_fail(TK_EDATA,
                           "tensor '%s' is I64, expected F32, F16 or BF16",
                           item->name);
        TK_TRY(tk_layout_add(given, TK_INIT_CONSTANT, 0, item->rank, item->dim,
                             "%s", item->name));
    }
    return TK_OK;
}

static tk_err
find_sizes(const tk_tensors *t, const exchange_kind *kind, tk_model_dims *dims)
{
    tk_layout given = {0};
    tk_net net = {0};
    tk_err err = list_weights(t, &given);

    *dims = (tk_model_dims){0};
    if (!err)
        err = kind->model->infer(&given, dims);
    dims->L = kind->window;
    dims->heads = kind->heads;
    if (!err)
        err = tk_net_make(&net, kind->model->name, dims);
    /* Before theta is made: memory is bounded by what the file holds. */
    if (!err)
        err = tk_layout_match(&net.layout, &given);
    tk_net_drop(&net);
    tk_layout_drop(&given);
    return err;
}

static tk_err
check_values(const char *name, size_t n, const float *x)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(x[i]) < 1e6f))
            return tk_fail(TK_EDATA,
                           "%s[%zu] = %g, expected a number below 1e6", name, i,
                           (double)x[i]);
    return TK_OK;
}

static tk_err
get_weights(const tk_tensors *t, tk_trained *m)
{
    const tk_layout *l = &m->net.layout;

    for (size_t i = 0; i < l->n; i++) {
        const tk_tensor *tensor = &l->tensor[i];
        float *theta = m->theta + tensor->offset;

        TK_TRY(tk_tensors_floats(t, tk_tensors_find(t, tensor->name), theta));
        TK_TRY(check_values(tensor->name, tensor->count, theta));
    }
    return TK_OK;
}

/* ---- shapes -------------------------------------------------------------- */

/* "[4][24][5]" */
static void
shape_text(int rank, const size_t *dim, size_t room, char *text)
{
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < rank && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "[%zu]", dim[i]);
}

static tk_err
check_shape(const tk_tensors_item *item, int rank, const size_t *dim)
{
    char found[96], wanted[96];

    if (item->rank == rank
        && memcmp(item->dim, dim, (size_t)rank * sizeof *dim) == 0)
        return TK_OK;
    shape_text(item->rank, item->dim, sizeof found, found);
    shape_text(rank, dim, sizeof wanted, wanted);
    return tk_fail(TK_EDATA, "tensor '%s' is %s, expected %s", item->name,
                   found, wanted);
}

/* ---- linear skip --------------------------------------------------------- */

/* Its numbers; names come from the description. */
static tk_err
get_skip(const tk_tensors *t, tk_skip *s)
{
    const size_t dim[3] = {s->D, s->n, s->L};
    float *const to[2] = {s->weight, s->bias};

    for (int i = 0; i < 2; i++) {
        const tk_tensors_item *item = tk_tensors_find(t, skip_name[i]);

        if (!item && s->n)
            return tk_fail(TK_EDATA,
                           "tensor '%s' is missing, the description has "
                           "'skip'",
                           skip_name[i]);
        if (item && !s->n)
            return tk_fail(TK_EDATA,
                           "tensor '%s' is there, the description has no "
                           "'skip' that names its features",
                           skip_name[i]);
        if (!item)
            continue;
        TK_TRY(check_shape(item, i ? 1 : 3, dim));
        TK_TRY(tk_tensors_floats(t, item, to[i]));
        TK_TRY(check_values(skip_name[i], item->count, to[i]));
    }
    return TK_OK;
}

/* ---- golden pair --------------------------------------------------------- */

static tk_err
get_golden(const tk_tensors *t, const tk_trained *m, golden *g)
{
    const tk_model_dims *s = &m->net.dims;
    const tk_tensors_item *item[3];
    size_t n;

    for (size_t i = 0; i < 3; i++) {
        item[i] = tk_tensors_find(t, golden_name[i]);
        if (!item[i] && (i != 1 || s->E))
            return tk_fail(TK_EDATA,
                           "the golden pair is not whole: '%s' is "
                           "missing",
                           golden_name[i]);
    }
    n = item[0]->dim[0];
    TK_TRY(check_shape(item[0], 3, (size_t[]){n, s->L, s->F}));
    if (item[1])
        TK_TRY(check_shape(item[1], 1, &n));
    TK_TRY(check_shape(item[2], 2, (size_t[]){n, s->D}));
    TK_TRY(tk_golden_alloc(m, n, g));
    TK_TRY(tk_tensors_floats(t, item[0], g->x));
    TK_TRY(check_values(golden_name[0], item[0]->count, g->x));
    if (item[1])
        TK_TRY(tk_tensors_integers(t, item[1], g->band));
    TK_TRY(tk_tensors_floats(t, item[2], g->y));
    return check_values(golden_name[2], item[2]->count, g->y);
}

static tk_err
check_golden(const tk_tensors *t, const tk_trained *m, double *worst)
{
    golden g = {0};
    bool any = false;
    tk_err err;

    *worst = NAN;
    for (size_t i = 0; i < 3; i++)
        any = any || tk_tensors_find(t, golden_name[i]);
    if (!any)
        return TK_OK;
    err = get_golden(t, m, &g);
    if (!err)
        err = tk_golden_check(m, &g, worst);
    tk_golden_drop(&g);
    return err;
}

/* ---- import -------------------------------------------------------------- */

static tk_err
import_described(const tk_tensors *t, const char *statics, const json_t *root,
                 const exchange_kind *kind, tk_trained *m, double *worst)
{
    tk_model_dims dims;

    TK_TRY(find_sizes(t, kind, &dims));
    TK_TRY(tk_trained_make(m, kind->model->name, &dims));
    m->state = kind->state;
    TK_TRY(tk_exchange_describe(root, &dims, statics, m));
    TK_TRY(get_weights(t, m));
    TK_TRY(get_skip(t, &m->skip));
    snprintf(m->origin, sizeof m->origin, "imported, SHA-256 %s",
             tk_tensors_sha256(t));
    return check_golden(t, m, worst);
}

static tk_err
import_all(const tk_tensors *t, const char *statics, tk_trained *m,
           double *worst)
{
    const char *text = tk_tensors_text(t, TK_EXCHANGE_KEY);
    exchange_kind kind;
    json_t *root;
    tk_err err;

    if (!text)
        return tk_fail(TK_EDATA,
                       "no key '" TK_EXCHANGE_KEY "' in __metadata__: the file "
                       "does not say which model, inputs and units its "
                       "numbers are for (see docs/weights.md)");
    TK_TRY(tk_exchange_open(text, &root, &kind));
    err = import_described(t, statics, root, &kind, m, worst);
    json_decref(root);
    return err;
}

/* Each name of the list must have met a feature. */
static tk_err
check_statics(const tk_tensors *t, const char *statics, const tk_trained *m)
{
    for (const char *at = statics; *at;) {
        const size_t n = strcspn(at, ",");
        char word[TK_FEAT_NAME] = "";
        size_t met = 0;

        memcpy(word, at, n < sizeof word ? n : sizeof word - 1);
        for (size_t i = 0; i < m->features.n && n < sizeof word; i++)
            met += tk_exchange_listed(word, m->features.f[i].name);
        if (!met)
            return tk_fail(TK_ECONF,
                           "--static names '%s', which is no feature "
                           "of %s",
                           word, tk_tensors_path(t));
        at += n + (at[n] == ',');
    }
    return TK_OK;
}

tk_err
tk_exchange_import(const tk_tensors *t, const char *statics, tk_trained *m,
                   double *worst)
{
    const char *path = tk_tensors_path(t), *text = tk_last_fault()->text;
    tk_err err = import_all(t, statics, m, worst);

    /* Layers below know no file, and take sizes for the user's. */
    if (err && strncmp(text, path, strlen(path)) != 0)
        tk_fail(err, "%s: %s", path, text);
    if (err == TK_ECONF)
        err = TK_EDATA;
    if (!err)
        err = check_statics(t, statics, m);
    if (err)
        tk_trained_drop(m);
    return err;
}

/* ---- export -------------------------------------------------------------- */

static void
give_weights(const tk_trained *m, tk_tensors_given *given)
{
    const tk_layout *l = &m->net.layout;
    const tk_skip *s = &m->skip;

    for (size_t i = 0; i < l->n; i++) {
        const tk_tensor *tensor = &l->tensor[i];

        given[i] = (tk_tensors_given){.name = tensor->name,
                                      .rank = tensor->rank,
                                      .floats = m->theta + tensor->offset};
        memcpy(given[i].dim, tensor->dim, sizeof tensor->dim);
    }
    if (m->skip.n == 0)
        return;
    given[l->n] = (tk_tensors_given){.name = skip_name[0],
                                     .rank = 3,
                                     .dim = {s->D, s->n, s->L},
                                     .floats = s->weight};
    given[l->n + 1] = (tk_tensors_given){
        .name = skip_name[1], .rank = 1, .dim = {s->D}, .floats = s->bias};
}

tk_err
tk_exchange_export(const tk_trained *m, const char *path, bool overwrite)
{
    const tk_model_dims *s = &m->net.dims;
    const size_t n = m->net.layout.n + (m->skip.n ? 2 : 0) + 3;
    tk_tensors_given *given = tk_new(n, sizeof *given);
    char *text = tk_exchange_text(m);
    golden g = {0};
    tk_err err = given && text ? tk_golden_draw(m, &g) : TK_ERUN;

    if (!err) { /* integers first: all others then lie aligned */
        given[0] = (tk_tensors_given){.name = golden_name[1],
                                      .rank = 1,
                                      .dim = {g.n},
                                      .integers = g.band};
        give_weights(m, given + 1);
        given[n - 2] = (tk_tensors_given){.name = golden_name[0],
                                          .rank = 3,
                                          .dim = {g.n, s->L, s->F},
                                          .floats = g.x};
        given[n - 1] = (tk_tensors_given){.name = golden_name[2],
                                          .rank = 2,
                                          .dim = {g.n, s->D},
                                          .floats = g.y};
        err =
            tk_tensors_write(path, overwrite, n, given, TK_EXCHANGE_KEY, text);
    }
    tk_golden_drop(&g);
    free(text);
    tk_free(given);
    return err;
}
