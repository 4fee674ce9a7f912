/* The linear skip in a model file. */
#include <math.h>
#include <string.h>

#include "talik/core/text.h"
#include "talik/learn/skip.h"

tk_err
tk_skip_to_store(const tk_skip *s, const tk_features *features, tk_store *store)
{
    const size_t dim[3] = {s->D, s->n, s->L};
    tk_text text = {0};
    tk_err err;

    if (s->n == 0) /* as files of before there was one */
        return TK_OK;
    for (size_t i = 0; i < s->n; i++)
        tk_text_add(&text, "%s%s", i ? "\n" : "",
                    features->f[s->feature[i]].name);
    err = text.failed ? TK_ERUN
                      : tk_store_put_text(store, "skip", tk_text_get(&text));
    tk_text_drop(&text);
    if (!err)
        err = tk_store_put_floats(store, "skip.weight", 3, dim, s->weight);
    if (!err)
        err = tk_store_put_floats(store, "skip.bias", 1, dim, s->bias);
    return err;
}

/* The names of a list, a line each: name[*n]. */
static tk_err
get_names(const tk_store *store, char name[TK_SKIP][TK_FEAT_NAME], size_t *n)
{
    const char *list;

    *n = 0;
    TK_TRY(tk_store_get_text(store, "skip", &list));
    while (*list) {
        const size_t len = strcspn(list, "\n");

        if (len >= TK_FEAT_NAME || *n == TK_SKIP)
            return tk_fail(TK_EDATA, "%s: the list 'skip' is not sound",
                           tk_store_path(store));
        memcpy(name[*n], list, len);
        name[(*n)++][len] = '\0';
        list += len + (list[len] == '\n');
    }
    return TK_OK;
}

static tk_err
check_numbers(const tk_store *store, size_t n, const float *x)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(x[i]) < 1e6f))
            return tk_fail(TK_EDATA, "%s: %g is no weight of a linear skip",
                           tk_store_path(store), (double)x[i]);
    return TK_OK;
}

tk_err
tk_skip_from_store(const tk_store *store, const tk_features *features, size_t D,
                   size_t L, tk_skip *s)
{
    char text[TK_SKIP][TK_FEAT_NAME];
    const char *name[TK_SKIP];
    size_t n;

    *s = (tk_skip){0};
    if (!tk_store_has_text(store, "skip"))
        return TK_OK;
    TK_TRY(get_names(store, text, &n));
    for (size_t i = 0; i < n; i++)
        name[i] = text[i];
    if (tk_skip_make(features, n, name, D, L, s) != TK_OK)
        return tk_fail(TK_EDATA, "%s: skip: %s", tk_store_path(store),
                       tk_last_fault()->text);
    if (n == 0)
        return TK_OK;
    TK_TRY(tk_store_get_floats(store, "skip.weight", D * n * L, s->weight));
    TK_TRY(tk_store_get_floats(store, "skip.bias", D, s->bias));
    return check_numbers(store, D * (n * L + 1), s->weight);
}
