/* Which features have a linear skip, in the description of a model. */
#include "talik/io/json.h"

#include "exchange_impl.h"

tk_err
tk_exchange_skip(const json_t *root, const tk_model_dims *dims,
                 const tk_features *features, tk_skip *skip)
{
    const json_t *list = json_object_get(root, "skip");
    const size_t n = json_array_size(list);
    const char *name[TK_SKIP];

    if (list && !json_is_array(list))
        return tk_fail(TK_EDATA, "metadata: 'skip' is no list");
    if (n > TK_SKIP)
        return tk_fail(TK_EDATA,
                       "metadata: 'skip' lists %zu, at most %d are "
                       "read",
                       n, TK_SKIP);
    for (size_t i = 0; i < n; i++) {
        char shown[TK_JSON_SHOWN];

        name[i] = json_string_value(json_array_get(list, i));
        if (!name[i])
            return tk_fail(TK_EDATA, "metadata: skip[%zu] is no text", i);
        if (tk_features_find(features, name[i]) == features->n)
            return tk_fail(TK_EDATA,
                           "metadata: 'skip' names '%s', 'features' does not",
                           tk_json_shown(name[i], shown));
    }
    if (tk_skip_make(features, n, name, dims->D, dims->L, skip) != TK_OK)
        return tk_fail((tk_err)tk_last_fault()->code, "metadata: skip: %s",
                       tk_last_fault()->text);
    return TK_OK;
}

json_t *
tk_exchange_skip_names(const tk_trained *m)
{
    json_t *list = json_array();

    for (size_t i = 0; i < m->skip.n; i++)
        json_array_append_new(
            list, json_string(m->features.f[m->skip.feature[i]].name));
    return list;
}
