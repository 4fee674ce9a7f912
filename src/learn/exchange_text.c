/* The description of a model in JSON, written. */
#include <math.h>
#include <string.h>

#include "talik/grid/calendar.h"

#include "exchange_impl.h"

/* Which number of a feature. */
typedef enum { MEAN, STD, LOW, HIGH } which;

static double
number_of(const tk_feature *f, which w)
{
    switch (w) {
    case MEAN:
        return f->mean;
    case STD:
        return f->std;
    case LOW:
        return f->low;
    case HIGH:
        break;
    }
    return f->high;
}

static json_t *
numbers(size_t n, const double *x)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(x[i]));
    return list;
}

static json_t *
feature_numbers(const tk_features *features, which w)
{
    double x[TK_FEATURES];

    for (size_t i = 0; i < features->n; i++)
        x[i] = number_of(&features->f[i], w);
    return numbers(features->n, x);
}

/* Not so in weights that came without. */
static bool
ranges_known(const tk_features *features)
{
    bool known = true;

    for (size_t i = 0; i < features->n; i++)
        known = known && isfinite(features->f[i].low)
                && isfinite(features->f[i].high);
    return known;
}

static json_t *
feature_texts(const tk_features *features, bool units, bool fixed_only)
{
    json_t *list = json_array();

    for (size_t i = 0; i < features->n; i++) {
        const tk_feature *f = &features->f[i];

        if (!fixed_only || tk_feature_is_static(f))
            json_array_append_new(list,
                                  json_string(units ? f->units : f->name));
    }
    return list;
}

static void
put_months(json_t *root, const char *key, int first, int last)
{
    char a[16], b[16];

    tk_month_text(first, a);
    tk_month_text(last, b);
    if (strcmp(a, TK_TRAINED_UNKNOWN) != 0)
        json_object_set_new(root, key, json_pack("[s,s]", a, b));
}

static void
put_split(json_t *root, const tk_split *split)
{
    tk_text text = {0};

    tk_split_text(split, &text);
    if (text.len)
        json_object_set_new(root, "held_out", json_string(tk_text_get(&text)));
    tk_text_drop(&text);
}

char *
tk_exchange_text(const tk_trained *m)
{
    const tk_model_dims *s = &m->net.dims;
    const tk_features *f = &m->features;
    const bool ranges = ranges_known(f);
    json_t *root = json_object();
    char *text;

    json_object_set_new(root, "format", json_integer(TK_EXCHANGE_FORMAT));
    json_object_set_new(root, "architecture", json_string(m->net.model->name));
    json_object_set_new(root, "window", json_integer((json_int_t)s->L));
    if (strcmp(m->net.model->name, "transformer") == 0)
        json_object_set_new(root, "heads", json_integer((json_int_t)s->heads));
    json_object_set_new(root, "state", json_string(tk_state_name(m->state)));
    json_object_set_new(root, "features", feature_texts(f, false, false));
    json_object_set_new(root, "units", feature_texts(f, true, false));
    json_object_set_new(root, "static", feature_texts(f, false, true));
    json_object_set_new(root, "feature_mean", feature_numbers(f, MEAN));
    json_object_set_new(root, "feature_std", feature_numbers(f, STD));
    if (ranges) {
        json_object_set_new(root, "feature_low", feature_numbers(f, LOW));
        json_object_set_new(root, "feature_high", feature_numbers(f, HIGH));
    }
    json_object_set_new(root, "depths", numbers(s->D, m->depth));
    json_object_set_new(root, "target_mean", numbers(s->D, m->target_mean));
    json_object_set_new(root, "target_std", numbers(s->D, m->target_std));
    json_object_set_new(root, "band_edges",
                        numbers(s->E ? m->nedge : 0, m->edge));
    json_object_set_new(root, "seed", json_integer(m->seed));
    put_months(root, "trained_on", m->train_first, m->train_last);
    put_months(root, "stopped_by", m->valid_first, m->valid_last);
    put_split(root, &m->split);
    if (m->inputs_begin) {
        char begin[16];

        tk_month_text(m->inputs_begin, begin);
        json_object_set_new(root, "inputs_begin", json_string(begin));
    }
    if (*m->augmented)
        json_object_set_new(root, "augmented", json_string(m->augmented));
    if (m->skip.n)
        json_object_set_new(root, "skip", tk_exchange_skip_names(m));
    if (m->domain.n)
        json_object_set_new(root, "domain", tk_exchange_domain_object(m));
    json_object_set_new(root, "trained_by", json_string(m->version));
    text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (!text)
        tk_fail(TK_ERUN, "no JSON could be made of the model");
    return text;
}
