/* The domain in a model file. */
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/learn/domain.h"

tk_err
tk_domain_to_store(const tk_domain *d, const tk_features *features,
                   tk_store *store)
{
    const size_t n = d->n, range[2] = {4, n}, square[2] = {n, n}, two = 2;
    const double limit[2] = {d->limit, d->years};
    double row[4 * TK_FEATURES];
    tk_text text = {0};
    tk_err err;

    if (n == 0) /* as files of before there was one */
        return TK_OK;
    for (size_t i = 0; i < n; i++) {
        tk_text_add(&text, "%s%s", i ? "\n" : "",
                    features->f[d->feature[i]].name);
        row[i] = d->mean[i];
        row[n + i] = d->spread[i];
        row[2 * n + i] = d->low[i];
        row[3 * n + i] = d->high[i];
    }
    err = text.failed ? TK_ERUN
                      : tk_store_put_text(store, "domain", tk_text_get(&text));
    tk_text_drop(&text);
    if (!err) /* rows: mean, spread, lowest, highest */
        err = tk_store_put_doubles(store, "domain.range", 2, range, row);
    if (!err)
        err = tk_store_put_doubles(store, "domain.white", 2, square, d->white);
    if (!err)
        err = tk_store_put_doubles(store, "domain.limit", 1, &two, limit);
    return err;
}

/* The names of the list, a line each, as places. */
static tk_err
get_names(const tk_store *store, const tk_features *features, tk_domain *d)
{
    const char *list;

    TK_TRY(tk_store_get_text(store, "domain", &list));
    while (*list) {
        const size_t len = strcspn(list, "\n");
        char name[TK_FEAT_NAME];

        if (len >= sizeof name || d->n == TK_FEATURES)
            return tk_fail(TK_EDATA, "%s: the list 'domain' is not sound",
                           tk_store_path(store));
        memcpy(name, list, len);
        name[len] = '\0';
        d->feature[d->n++] = tk_features_find(features, name);
        list += len + (list[len] == '\n');
    }
    return d->n ? TK_OK
                : tk_fail(TK_EDATA, "%s: the list 'domain' is empty",
                          tk_store_path(store));
}

static tk_err
get_numbers(const tk_store *store, tk_domain *d)
{
    const size_t n = d->n;
    double row[4 * TK_FEATURES], limit[2];

    TK_TRY(tk_store_get_doubles(store, "domain.range", 4 * n, row));
    TK_TRY(tk_store_get_doubles(store, "domain.limit", 2, limit));
    memcpy(d->mean, row, n * sizeof *row);
    memcpy(d->spread, row + n, n * sizeof *row);
    memcpy(d->low, row + 2 * n, n * sizeof *row);
    memcpy(d->high, row + 3 * n, n * sizeof *row);
    d->limit = limit[0];
    d->years = limit[1];
    d->white = tk_new(n * n, sizeof *d->white);
    if (!d->white)
        return TK_ERUN;
    return tk_store_get_doubles(store, "domain.white", n * n, d->white);
}

tk_err
tk_domain_from_store(const tk_store *store, const tk_features *features,
                     tk_domain *d)
{
    tk_err err;

    *d = (tk_domain){0};
    if (!tk_store_has_text(store, "domain"))
        return TK_OK;
    err = get_names(store, features, d);
    if (!err)
        err = get_numbers(store, d);
    if (!err && tk_domain_check(d, features) != TK_OK)
        err = tk_fail(TK_EDATA, "%s: domain: %s", tk_store_path(store),
                      tk_last_fault()->text);
    if (err)
        tk_domain_drop(d);
    return err;
}
