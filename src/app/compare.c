/* The run's keys against what a model file says. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/io/units.h"

/* The word of the namelist that a feature of the model came from. */
static const char *
word_of(const tk_feature *f)
{
    return f->kind == TK_FEAT_ANGLE || f->kind == TK_FEAT_CLASS ? f->variable
                                                                : f->name;
}

/* One list of inputs here against the model's of that kind, in order. */
static tk_err
compare_list(const tk_setup *setup, const tk_member *member,
             const tk_trained *m, const char *key, tk_feature_kind kind,
             size_t n, const tk_word *word)
{
    const char *last = "";
    size_t k = 0;

    for (size_t i = 0; i < m->features.n; i++) {
        const tk_feature *f = &m->features.f[i];

        if (f->kind != kind || strcmp(word_of(f), last) == 0)
            continue;
        last = word_of(f); /* sine and cosine, and all classes, are one word */
        if (k >= n || strcmp(word[k], last) != 0)
            return tk_setup_fail(setup, "features", key,
                                 "input %zu is '%s' here and '%s' in the model "
                                 "file %s",
                                 k + 1, k < n ? word[k] : "(none)", last,
                                 member->file);
        k++;
    }
    if (k != n)
        return tk_setup_fail(setup, "features", key,
                             "%zu inputs here, %zu in the model file %s", n, k,
                             member->file);
    return TK_OK;
}

/* Units that were asked for against the model's, which are those that count. */
static tk_err
compare_units(const tk_setup *setup, const tk_member *member,
              const tk_trained *m)
{
    const tk_config *c = &setup->c;
    size_t k = 0;

    for (size_t i = 0; i < m->features.n; i++) {
        const tk_feature *f = &m->features.f[i];
        const char *ours = c->features.dynamic_units[k];
        tk_conversion to = {.scale = 1};

        if (f->kind != TK_FEAT_DYNAMIC)
            continue;
        if (k++ >= c->features.ndynamic_units || !*ours || !*f->units)
            continue;
        if (tk_units_convert(ours, f->units, false, false, &to) != TK_OK
            || fabs(to.scale - 1) > 1e-12 || to.offset != 0)
            return tk_setup_fail(setup, "features", "dynamic_units",
                                 "'%s' is wanted in '%s' here and in '%s' in "
                                 "the model file %s",
                                 f->name, ours, f->units, member->file);
    }
    return TK_OK;
}

/* The name of the run's k-th slow mean; "(none)" behind the last. */
static void
slow_name(const tk_config *c, size_t k, size_t size, char *name)
{
    const size_t n = c->features.nslow_months;
    const bool here = k < n * c->features.nslow;
    const int less = here ? stage_slow_less(c, k % n) : 0;

    if (!here)
        snprintf(name, size, "(none)");
    else if (less)
        snprintf(name, size, "%s_mean%d_%d", c->features.slow[k / n],
                 c->features.slow_months[k % n], less);
    else
        snprintf(name, size, "%s_mean%d", c->features.slow[k / n],
                 c->features.slow_months[k % n]);
}

/* The run's slow means against the model's. */
static tk_err
compare_slow(const tk_setup *setup, const tk_member *member,
             const tk_trained *m)
{
    char here[TK_WORD + 32];
    size_t k = 0;

    for (size_t i = 0; i <= m->features.n; i++) {
        const bool end = i == m->features.n;
        const char *there = end ? "(none)" : m->features.f[i].name;

        if (!end && m->features.f[i].kind != TK_FEAT_SLOW)
            continue;
        slow_name(&setup->c, k++, sizeof here, here);
        if (strcmp(here, there) != 0)
            return tk_setup_fail(
                setup, "features", "slow",
                "mean %zu is '%s' here and '%s' in the model file %s", k, here,
                there, member->file);
    }
    return TK_OK;
}

/* The form alone, where the means themselves follow the model.  The first mean of
 * an input is the same in both forms.
 */
static tk_err
compare_slow_form(const tk_setup *setup, const tk_member *member,
                  const tk_trained *m)
{
    const bool differs = stage_slow_differs(&setup->c);
    const char *last = "";

    for (size_t i = 0; i < m->features.n; i++) {
        const tk_feature *f = &m->features.f[i];
        const bool first = strcmp(f->variable, last) != 0;

        if (f->kind != TK_FEAT_SLOW)
            continue;
        if (f->less ? !differs : differs && !first)
            return tk_setup_fail(setup, "features", "slow_form",
                                 "'%s' here, and '%s' is an input of the model "
                                 "file %s",
                                 setup->c.features.slow_form, f->name,
                                 member->file);
        last = f->variable;
    }
    return TK_OK;
}

static tk_err
compare_month(const tk_setup *setup, const tk_member *member,
              const tk_trained *m)
{
    bool month = false;

    for (size_t i = 0; i < m->features.n; i++)
        month = month || m->features.f[i].kind == TK_FEAT_MONTH;
    if (month == setup->c.features.month)
        return TK_OK;
    return tk_setup_fail(setup, "features", "month",
                         "the month is %san input here and %sone of the model "
                         "file %s",
                         month ? "not " : "", month ? "" : "not ",
                         member->file);
}

/* "forcing", "warming"; of a model that someone else made perhaps both. */
static void
signal_word(const tk_features *features, size_t size, char *word, bool *held)
{
    size_t n = 0;

    *held = false;
    snprintf(word, size, "none");
    for (size_t i = 0; i < features->n; i++) {
        const tk_feature *f = &features->f[i];

        if (f->kind != TK_FEAT_SIGNAL)
            continue;
        n += (size_t)snprintf(word + n, size - n, "%s%s", n ? " " : "",
                              tk_feature_has_base(f) ? "warming" : "forcing");
        n = n < size ? n : size - 1;
        *held = *held || f->held;
    }
}

static tk_err
compare_signal(const tk_setup *setup, const tk_member *member,
               const tk_trained *m)
{
    const tk_config *c = &setup->c;
    char there[TK_WORD];
    bool held;

    signal_word(&m->features, sizeof there, there, &held);
    if (tk_params_was_given(&setup->given, "features", "signal")
        && strcmp(c->features.signal, there) != 0)
        return tk_setup_fail(setup, "features", "signal",
                             "'%s' here, '%s' in the model file %s",
                             c->features.signal, there, member->file);
    if (tk_params_was_given(&setup->given, "features", "signal_clip")
        && c->features.signal_clip != held)
        return tk_setup_fail(setup, "features", "signal_clip",
                             "the signal is %sheld here and %sheld in the "
                             "model file %s",
                             held ? "not " : "", held ? "" : "not ",
                             member->file);
    return TK_OK;
}

static tk_err
compare_features(const tk_setup *setup, const tk_member *member,
                 const tk_trained *m)
{
    const tk_config *c = &setup->c;
    const struct {
        const char *key;
        tk_feature_kind kind;
        size_t n;
        const tk_word *word;
    } list[] = {
        {"dynamic", TK_FEAT_DYNAMIC, c->features.ndynamic, c->features.dynamic},
        {"static", TK_FEAT_STATIC, c->features.nfixed, c->features.fixed},
        {"angles", TK_FEAT_ANGLE, c->features.nangles, c->features.angles},
        {"classes", TK_FEAT_CLASS, c->features.nclasses, c->features.classes},
    };

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (tk_params_was_given(&setup->given, "features", list[i].key))
            TK_TRY(compare_list(setup, member, m, list[i].key, list[i].kind,
                                list[i].n, list[i].word));
    if (tk_params_was_given(&setup->given, "features", "dynamic_units"))
        TK_TRY(compare_units(setup, member, m));
    if (tk_params_was_given(&setup->given, "features", "slow")
        || tk_params_was_given(&setup->given, "features", "slow_months"))
        TK_TRY(compare_slow(setup, member, m));
    else if (tk_params_was_given(&setup->given, "features", "slow_form"))
        TK_TRY(compare_slow_form(setup, member, m));
    if (tk_params_was_given(&setup->given, "features", "month"))
        TK_TRY(compare_month(setup, member, m));
    return compare_signal(setup, member, m);
}

static tk_err
compare_skip(const tk_setup *setup, const tk_member *member,
             const tk_trained *m)
{
    const tk_config *c = &setup->c;

    if (c->model.nskip != m->skip.n)
        return tk_setup_fail(setup, "model", "skip",
                             "%zu inputs here, %zu in the model file %s",
                             c->model.nskip, m->skip.n, member->file);
    for (size_t i = 0; i < m->skip.n; i++) {
        const char *name = m->features.f[m->skip.feature[i]].name;

        if (strcmp(c->model.skip[i], name) != 0)
            return tk_setup_fail(setup, "model", "skip",
                                 "'%s' here, '%s' in the model file %s",
                                 c->model.skip[i], name, member->file);
    }
    return TK_OK;
}

static tk_err
compare_all(const tk_setup *setup, const tk_member *member, const tk_trained *m)
{
    const tk_config *c = &setup->c;
    const tk_given *given = &setup->given;

    TK_TRY(compare_features(setup, member, m));
    if (tk_params_was_given(given, "model", "window")
        && (size_t)c->model.window != m->net.dims.L)
        return tk_setup_fail(setup, "model", "window",
                             "%d months here, %zu in "
                             "the model file %s",
                             c->model.window, m->net.dims.L, member->file);
    if (tk_params_was_given(given, "model", "architecture")
        && strcmp(member->architecture, m->net.model->name) != 0)
        return tk_setup_fail(setup, "model", "architecture",
                             "'%s' here, '%s' "
                             "in the model file %s",
                             member->architecture, m->net.model->name,
                             member->file);
    if (tk_params_was_given(given, "model", "state")
        && strcmp(c->model.state, tk_state_name(m->state)) != 0)
        return tk_setup_fail(
            setup, "model", "state", "'%s' here, '%s' in the model file %s",
            c->model.state, tk_state_name(m->state), member->file);
    if (tk_params_was_given(given, "model", "skip"))
        TK_TRY(compare_skip(setup, member, m));
    if (!tk_params_was_given(given, "targets", "depths"))
        return TK_OK;
    for (size_t d = 0; d < m->net.dims.D || d < c->targets.ndepths; d++)
        if (d >= m->net.dims.D || d >= c->targets.ndepths
            || fabs(c->targets.depths[d] - m->depth[d]) > 1e-3)
            return tk_setup_fail(setup, "targets", "depths",
                                 "depth %zu of "
                                 "%zu depths here is not that of the %zu in "
                                 "the model file %s",
                                 d + 1, c->targets.ndepths, m->net.dims.D,
                                 member->file);
    return TK_OK;
}

tk_err
stage_compare(const tk_setup *setup, size_t i, const tk_trained *m)
{
    const tk_member member = tk_setup_member(setup, i);

    /* Only rank 0 knows what was given; callers agree. */
    return setup->given.table ? compare_all(setup, &member, m) : TK_OK;
}
