/* The domain of a training, in the description of a model. */
#include <string.h>

#include "talik/core/mem.h"
#include "talik/io/json.h"

#include "exchange_impl.h"

#define KEYS 8 /* of its object */

/* One of the lists that have a number for each input. */
static double *
list_of(tk_domain *d, const char **key, size_t i)
{
    static const char *const name[4] = {"mean", "spread", "low", "high"};
    double *const x[4] = {d->mean, d->spread, d->low, d->high};

    *key = name[i];
    return x[i];
}

static tk_err
get_number(const json_t *value, const char *key, double *x)
{
    if (!json_is_number(value))
        return tk_fail(TK_EDATA, "metadata: domain: '%s' lacks a number", key);
    *x = json_number_value(value);
    return TK_OK;
}

static tk_err
get_list(const json_t *root, const char *key, size_t n, const json_t **list)
{
    *list = json_object_get(root, key);
    if (!json_is_array(*list) || json_array_size(*list) != n)
        return tk_fail(TK_EDATA, "metadata: domain: '%s' is no list of %zu",
                       key, n);
    return TK_OK;
}

static tk_err
get_inputs(const json_t *root, const tk_features *features, tk_domain *d)
{
    const json_t *list = json_object_get(root, "inputs");
    const size_t n = json_array_size(list);

    if (n == 0 || n > TK_FEATURES)
        return tk_fail(TK_EDATA,
                       "metadata: domain: 'inputs' is no list of 1 to "
                       "%d",
                       TK_FEATURES);
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(list, i));

        if (!name)
            return tk_fail(TK_EDATA, "metadata: domain: inputs[%zu] is no text",
                           i);
        d->feature[i] = tk_features_find(features, name);
    }
    d->n = n;
    return TK_OK;
}

static tk_err
get_all(const json_t *root, const tk_features *features, tk_domain *d)
{
    const json_t *list;
    size_t k = 0;

    if (!json_is_object(root) || json_object_size(root) != KEYS)
        return tk_fail(TK_EDATA, "metadata: 'domain' is no object of %d keys",
                       KEYS);
    TK_TRY(get_inputs(root, features, d));
    for (size_t i = 0; i < 4; i++) {
        const char *key;
        double *x = list_of(d, &key, i);

        TK_TRY(get_list(root, key, d->n, &list));
        for (size_t j = 0; j < d->n; j++)
            TK_TRY(get_number(json_array_get(list, j), key, &x[j]));
    }
    d->white = tk_new(d->n * d->n, sizeof *d->white);
    if (!d->white)
        return TK_ERUN;
    TK_TRY(get_list(root, "white", d->n * (d->n + 1) / 2, &list));
    for (size_t i = 0; i < d->n; i++)
        for (size_t j = 0; j <= i; j++)
            TK_TRY(get_number(json_array_get(list, k++), "white",
                              &d->white[i * d->n + j]));
    TK_TRY(get_number(json_object_get(root, "limit"), "limit", &d->limit));
    TK_TRY(get_number(json_object_get(root, "cell_years"), "cell_years",
                      &d->years));
    if (tk_domain_check(d, features) != TK_OK)
        return tk_fail(TK_EDATA, "metadata: domain: %s", tk_last_fault()->text);
    return TK_OK;
}

tk_err
tk_exchange_domain(const json_t *root, const tk_features *features,
                   tk_domain *d)
{
    const json_t *own = json_object_get(root, "domain");
    tk_err err = TK_OK;

    *d = (tk_domain){0};
    if (own)
        err = get_all(own, features, d);
    if (err)
        tk_domain_drop(d);
    return err;
}

json_t *
tk_exchange_domain_object(const tk_trained *m)
{
    tk_domain copy = m->domain;
    json_t *root = json_object(), *list = json_array();

    for (size_t i = 0; i < copy.n; i++)
        json_array_append_new(list,
                              json_string(m->features.f[copy.feature[i]].name));
    json_object_set_new(root, "inputs", list);
    for (size_t i = 0; i < 4; i++) {
        const char *key;
        const double *x = list_of(&copy, &key, i);

        list = json_array();
        for (size_t j = 0; j < copy.n; j++)
            json_array_append_new(list, json_real(x[j]));
        json_object_set_new(root, key, list);
    }
    list = json_array(); /* the rows up to the diagonal */
    for (size_t i = 0; i < copy.n; i++)
        for (size_t j = 0; j <= i; j++)
            json_array_append_new(list, json_real(copy.white[i * copy.n + j]));
    json_object_set_new(root, "white", list);
    json_object_set_new(root, "limit", json_real(copy.limit));
    json_object_set_new(root, "cell_years", json_real(copy.years));
    return root;
}
