/* The description of a model in JSON, read. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/version.h"
#include "talik/grid/calendar.h"
#include "talik/io/json.h"

#include "exchange_impl.h"

#define WINDOW_MOST 240  /* as &model window */
#define DEEPEST_M 1000.0 /* as &targets depths */

static const char *const keys[] = {
    "format",       "architecture", "window",      "heads",
    "state",        "features",     "units",       "feature_mean",
    "feature_std",  "depths",       "target_mean", "target_std",
    "band_edges",   "static",       "feature_low", "feature_high",
    "seed",         "trained_on",   "stopped_by",  "trained_by",
    "held_out",     "skip",         "augmented",   "domain",
    "inputs_begin",
};
#define NKEYS (sizeof keys / sizeof keys[0])

/* ---- single values ------------------------------------------------------- */

static tk_err
check_keys(const json_t *root)
{
    const char *key;
    json_t *value;
    char shown[TK_JSON_SHOWN];

    json_object_foreach((json_t *)root, key, value)
    {
        const char *near;
        size_t i = 0;

        while (i < NKEYS && strcmp(keys[i], key) != 0)
            i++;
        if (i < NKEYS)
            continue;
        near = tk_nearest_word(key, NKEYS, keys);
        return tk_fail(TK_EDATA, "metadata: unknown key '%s'%s%s%s",
                       tk_json_shown(key, shown),
                       near ? "; did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
    }
    return TK_OK;
}

static tk_err
get(const json_t *root, const char *key, const json_t **value)
{
    *value = json_object_get(root, key);
    return *value ? TK_OK : tk_fail(TK_EDATA, "metadata: '%s' is missing", key);
}

static tk_err
get_text(const json_t *root, const char *key, const char **text)
{
    const json_t *value;

    TK_TRY(get(root, key, &value));
    *text = json_string_value(value);
    return *text ? TK_OK : tk_fail(TK_EDATA, "metadata: '%s' is no text", key);
}

static tk_err
get_whole(const json_t *root, const char *key, long long low, long long high,
          long long *number)
{
    const json_t *value;

    TK_TRY(get(root, key, &value));
    *number = json_integer_value(value);
    if (!json_is_integer(value) || *number < low || *number > high)
        return tk_fail(TK_EDATA,
                       "metadata: '%s' is not a whole number from %lld to %lld",
                       key, low, high);
    return TK_OK;
}

/* ---- lists --------------------------------------------------------------- */

static tk_err
get_list(const json_t *root, const char *key, size_t n, const char *what,
         const json_t **list)
{
    TK_TRY(get(root, key, list));
    if (!json_is_array(*list))
        return tk_fail(TK_EDATA, "metadata: '%s' is no list", key);
    if (json_array_size(*list) != n)
        return tk_fail(TK_EDATA,
                       "metadata: '%s' lists %zu, the tensors are made for %zu "
                       "%s",
                       key, json_array_size(*list), n, what);
    return TK_OK;
}

static tk_err
get_numbers(const json_t *root, const char *key, size_t n, const char *what,
            double *x)
{
    const json_t *list;

    TK_TRY(get_list(root, key, n, what, &list));
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);

        if (!json_is_number(value))
            return tk_fail(TK_EDATA, "metadata: %s[%zu] is no number", key, i);
        x[i] = json_number_value(value);
    }
    return TK_OK;
}

/* Names and units end up in lines of texts: none holds a control character. */
static tk_err
get_word(const json_t *list, const char *key, size_t i, const char **word)
{
    *word = json_string_value(json_array_get(list, i));
    if (!*word)
        return tk_fail(TK_EDATA, "metadata: %s[%zu] is no text", key, i);
    for (const char *c = *word; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return tk_fail(TK_EDATA,
                           "metadata: %s[%zu] holds a control character", key,
                           i);
    if (strlen(*word) >= TK_FEAT_NAME)
        return tk_fail(TK_EDATA, "metadata: %s[%zu] is longer than %d bytes",
                       key, i, TK_FEAT_NAME - 1);
    return TK_OK;
}

static tk_err
check_positive(const char *key, size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (!(x[i] > 0))
            return tk_fail(TK_EDATA,
                           "metadata: %s[%zu] = %g, expected more than 0", key,
                           i, x[i]);
    return TK_OK;
}

/* ---- what comes first ---------------------------------------------------- */

static tk_err
get_model(const json_t *root, const tk_model **model)
{
    tk_text known = {0};
    char shown[TK_JSON_SHOWN];
    const char *name;

    TK_TRY(get_text(root, "architecture", &name));
    *model = tk_model_find(name);
    if (*model)
        return TK_OK;
    for (size_t i = 0; tk_model_at(i); i++)
        tk_text_add(&known, "%s%s", i ? ", " : "", tk_model_at(i)->name);
    tk_fail(TK_EDATA, "architecture '%s'; this talik has %s",
            tk_json_shown(name, shown), tk_text_get(&known));
    tk_text_drop(&known);
    return TK_EDATA;
}

static tk_err
get_kind(const json_t *root, exchange_kind *kind)
{
    long long number = 0;
    const char *state;
    char shown[TK_JSON_SHOWN];
    bool attends;

    TK_TRY(get_model(root, &kind->model));
    TK_TRY(get_whole(root, "window", 1, WINDOW_MOST, &number));
    kind->window = (size_t)number;
    attends = strcmp(kind->model->name, "transformer") == 0;
    kind->heads = 0;
    if (attends) {
        TK_TRY(get_whole(root, "heads", 1, 65536, &number));
        kind->heads = (size_t)number;
    } else if (json_object_get(root, "heads")) {
        return tk_fail(TK_EDATA,
                       "metadata: 'heads' belongs to the transformer; "
                       "this is %s",
                       kind->model->name);
    }
    TK_TRY(get_text(root, "state", &state));
    if (tk_state_find(tk_json_shown(state, shown), kind->model->name,
                      &kind->state)
        != TK_OK)
        return tk_fail(TK_EDATA, "metadata: %s", tk_last_fault()->text);
    return TK_OK;
}

tk_err
tk_exchange_open(const char *text, json_t **root, exchange_kind *kind)
{
    long long format = 0;
    tk_err err = tk_json_parse(text, strlen(text), "metadata", root);

    if (!err)
        err = get_whole(*root, "format", 0, INT32_MAX, &format);
    if (!err && format != TK_EXCHANGE_FORMAT)
        err = tk_fail(TK_EDATA, "metadata: format %lld; this talik reads %d",
                      format, TK_EXCHANGE_FORMAT);
    if (!err)
        err = check_keys(*root);
    if (!err)
        err = get_kind(*root, kind);
    if (err) {
        json_decref(*root);
        *root = NULL;
    }
    return err;
}

/* ---- features ------------------------------------------------------------ */

bool
tk_exchange_listed(const char *list, const char *feature)
{
    const size_t n = strlen(feature);

    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',') {
        const size_t m = strcspn(at, ",");

        if (m == 0 || m > n || strncmp(at, feature, m) != 0)
            continue;
        if (m == n || strcmp(feature + m, "_sin") == 0
            || strcmp(feature + m, "_cos") == 0)
            return true;
    }
    return false;
}

static bool
ends_like_angle(const char *name)
{
    const size_t n = strlen(name);

    return n > 4
           && (strcmp(name + n - 4, "_sin") == 0
               || strcmp(name + n - 4, "_cos") == 0);
}

/* Static if a list says so, or, without a list, if the name does. */
static tk_err
is_static(const json_t *root, const char *name, const char *statics, bool *yes)
{
    const json_t *list = json_object_get(root, "static");

    *yes = strchr(name, '=') || tk_exchange_listed(statics, name)
           || (!list && ends_like_angle(name));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word;

        TK_TRY(get_word(list, "static", i, &word));
        *yes = *yes || strcmp(word, name) == 0;
    }
    return TK_OK;
}

/* A name of 'static' that is no feature is a misspelling. */
static tk_err
check_static(const json_t *root, const tk_features *features)
{
    const json_t *list = json_object_get(root, "static");
    char shown[TK_JSON_SHOWN];

    if (list && !json_is_array(list))
        return tk_fail(TK_EDATA, "metadata: 'static' is no list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word;

        TK_TRY(get_word(list, "static", i, &word));
        if (tk_features_find(features, word) == features->n)
            return tk_fail(TK_EDATA,
                           "metadata: 'static' names '%s', 'features' does not",
                           tk_json_shown(word, shown));
    }
    return TK_OK;
}

static tk_err
get_names(const json_t *root, const char *statics, size_t F,
          tk_features *features)
{
    const json_t *names, *units;
    char shown[TK_JSON_SHOWN];

    if (F > TK_FEATURES)
        return tk_fail(TK_EDATA,
                       "the tensors are made for %zu features, at "
                       "most %d are read",
                       F, TK_FEATURES);
    TK_TRY(get_list(root, "features", F, "features", &names));
    TK_TRY(get_list(root, "units", F, "features", &units));
    features->n = 0;
    for (size_t i = 0; i < F; i++) {
        const char *name, *unit;
        bool fixed;

        TK_TRY(get_word(names, "features", i, &name));
        TK_TRY(get_word(units, "units", i, &unit));
        if (tk_features_find(features, name) < features->n)
            return tk_fail(TK_EDATA, "metadata: feature '%s' is named twice",
                           tk_json_shown(name, shown));
        TK_TRY(is_static(root, name, statics, &fixed));
        TK_TRY(tk_feature_from_name(name, unit, fixed, &features->f[i]));
        features->n++;
    }
    TK_TRY(check_static(root, features));
    if (tk_features_check(features) != TK_OK)
        return tk_fail(TK_EDATA, "metadata: %s", tk_last_fault()->text);
    return TK_OK;
}

static tk_err
get_scaling(const json_t *root, tk_features *features)
{
    const size_t n = features->n;
    double mean[TK_FEATURES], std[TK_FEATURES];
    double low[TK_FEATURES], high[TK_FEATURES];
    const bool ranges = json_object_get(root, "feature_low")
                        || json_object_get(root, "feature_high");

    TK_TRY(get_numbers(root, "feature_mean", n, "features", mean));
    TK_TRY(get_numbers(root, "feature_std", n, "features", std));
    TK_TRY(check_positive("feature_std", n, std));
    if (ranges) {
        TK_TRY(get_numbers(root, "feature_low", n, "features", low));
        TK_TRY(get_numbers(root, "feature_high", n, "features", high));
    }
    for (size_t i = 0; i < n; i++) {
        tk_feature *f = &features->f[i];

        if (f->kind == TK_FEAT_MONTH && !(mean[i] == 0 && std[i] == 1))
            return tk_fail(TK_EDATA,
                           "feature '%s' has mean %g and std %g, the month is "
                           "used as it is: 0 and 1",
                           f->name, mean[i], std[i]);
        f->mean = mean[i];
        f->std = std[i];
        f->low = ranges ? low[i] : NAN;
        f->high = ranges ? high[i] : NAN;
        if (f->held && !(f->low <= f->high))
            return tk_fail(TK_EDATA,
                           "feature '%s' is held within its range of training, "
                           "which feature_low and feature_high do not say",
                           f->name);
    }
    return TK_OK;
}

/* ---- depths, bands, periods ---------------------------------------------- */

static tk_err
get_targets(const json_t *root, size_t D, tk_trained *m)
{
    if (D > TK_DEPTHS)
        return tk_fail(TK_EDATA,
                       "the tensors are made for %zu depths, at most %d are "
                       "read",
                       D, TK_DEPTHS);
    TK_TRY(get_numbers(root, "depths", D, "depths", m->depth));
    TK_TRY(get_numbers(root, "target_mean", D, "depths", m->target_mean));
    TK_TRY(get_numbers(root, "target_std", D, "depths", m->target_std));
    TK_TRY(check_positive("target_std", D, m->target_std));
    for (size_t d = 0; d < D; d++)
        if (!(m->depth[d] >= 0 && m->depth[d] <= DEEPEST_M))
            return tk_fail(TK_EDATA,
                           "metadata: depths[%zu] = %g, expected 0 to %g m", d,
                           m->depth[d], DEEPEST_M);
    return TK_OK;
}

static tk_err
get_bands(const json_t *root, const tk_model_dims *dims, tk_trained *m)
{
    if (dims->E && dims->bands > TK_BANDS)
        return tk_fail(TK_EDATA,
                       "the embedding has %zu bands, at most %d are "
                       "read",
                       dims->bands, TK_BANDS);
    m->nedge = dims->E ? dims->bands + 1 : 0;
    TK_TRY(get_numbers(root, "band_edges", m->nedge,
                       dims->E ? "edges" : "edges: there is no embedding",
                       m->edge));
    for (size_t i = 1; i < m->nedge; i++)
        if (!(m->edge[i] > m->edge[i - 1]))
            return tk_fail(TK_EDATA,
                           "metadata: band_edges must increase: %g is followed "
                           "by %g",
                           m->edge[i - 1], m->edge[i]);
    return TK_OK;
}

/* Two months, "YYYY-MM", or the year 0 where there are none. */
static tk_err
get_months(const json_t *root, const char *key, int *first, int *last)
{
    const json_t *list = json_object_get(root, key);
    const char *a = TK_TRAINED_UNKNOWN, *b = a;

    if (list) {
        if (json_array_size(list) != 2)
            return tk_fail(TK_EDATA, "metadata: '%s' is not two months", key);
        TK_TRY(get_word(list, key, 0, &a));
        TK_TRY(get_word(list, key, 1, &b));
    }
    if (tk_month_parse(a, first) != TK_OK || tk_month_parse(b, last) != TK_OK
        || *first > *last)
        return tk_fail(TK_EDATA,
                       "metadata: '%s' is not two months YYYY-MM, "
                       "the earlier one first",
                       key);
    return TK_OK;
}

tk_err
tk_exchange_describe(const json_t *root, const tk_model_dims *dims,
                     const char *statics, tk_trained *m)
{
    const char *by = tk_version(), *held = "", *augmented = "", *begin = "";

    TK_TRY(get_names(root, statics, dims->F, &m->features));
    TK_TRY(get_scaling(root, &m->features));
    TK_TRY(tk_exchange_skip(root, dims, &m->features, &m->skip));
    TK_TRY(tk_exchange_domain(root, &m->features, &m->domain));
    TK_TRY(get_targets(root, dims->D, m));
    TK_TRY(get_bands(root, dims, m));
    TK_TRY(get_months(root, "trained_on", &m->train_first, &m->train_last));
    TK_TRY(get_months(root, "stopped_by", &m->valid_first, &m->valid_last));
    if (json_object_get(root, "held_out"))
        TK_TRY(get_text(root, "held_out", &held));
    if (tk_split_parse(held, &m->split) != TK_OK)
        return tk_fail(TK_EDATA, "metadata: 'held_out': %s",
                       tk_last_fault()->text);
    if (json_object_get(root, "inputs_begin"))
        TK_TRY(get_text(root, "inputs_begin", &begin));
    if (*begin && tk_month_parse(begin, &m->inputs_begin) != TK_OK)
        return tk_fail(TK_EDATA, "metadata: 'inputs_begin' is '%s', no month",
                       begin);
    if (json_object_get(root, "augmented"))
        TK_TRY(get_text(root, "augmented", &augmented));
    if (strlen(augmented) >= sizeof m->augmented)
        return tk_fail(TK_EDATA, "metadata: 'augmented' has at most %zu bytes",
                       sizeof m->augmented - 1);
    strcpy(m->augmented, augmented);
    if (json_object_get(root, "trained_by"))
        TK_TRY(get_text(root, "trained_by", &by));
    if (!*by || strlen(by) >= sizeof m->version)
        return tk_fail(TK_EDATA, "metadata: 'trained_by' has 1 to %zu bytes",
                       sizeof m->version - 1);
    snprintf(m->version, sizeof m->version, "%s", by);
    m->seed = 0;
    if (json_object_get(root, "seed"))
        TK_TRY(get_whole(root, "seed", 0, INT64_MAX, &m->seed));
    return TK_OK;
}
