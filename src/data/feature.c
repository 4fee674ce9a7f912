#include "talik/data/feature.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/data/trail.h"

#define MEAN "_mean"
#define FORCING "anthropogenic_forcing"
#define FORCING_UNITS "W m-2"
#define REGIONAL "_regional"
#define HELD "_held"

static bool
ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);

    return n > m && strcmp(text + n - m, end) == 0;
}

static tk_err
append(tk_features *features, const tk_feature *feature)
{
    if (features->n == TK_FEATURES)
        return tk_fail(TK_ECONF, "more than %d features", TK_FEATURES);
    if (tk_features_find(features, feature->name) < features->n)
        return tk_fail(TK_ECONF, "feature '%s' is named twice", feature->name);
    features->f[features->n++] = *feature;
    return TK_OK;
}

#define DIGITS "0123456789"

/* What follows "_mean" in a name like "t2m_mean12" or "t2m_mean36_12": one
 * number or two.  NULL in others.
 */
static const char *
months_in(const char *name)
{
    const char *found = NULL;
    size_t n;

    for (const char *p = name; (p = strstr(p, MEAN)); p++)
        found = p;
    if (!found || found == name)
        return NULL;
    found += strlen(MEAN);
    n = strspn(found, DIGITS);
    if (n && found[n] == '_' && found[n + 1])
        n += 1 + strspn(found + n + 1, DIGITS);
    return n && !found[n] ? found : NULL;
}

/* Makes a feature that has its name a slow mean; n bytes of it are the name of
 * the dynamic one.
 */
static tk_err
set_slow(const char *number, tk_feature *feature, size_t *n)
{
    char *end;
    const unsigned long months = strtoul(number, &end, 10);
    const unsigned long less = *end ? strtoul(end + 1, NULL, 10) : 0;

    if (*number == '0' || months > TK_TRAIL_MONTHS || (*end && end[1] == '0'))
        return tk_fail(TK_ECONF,
                       "feature '%s': a slow mean is over 1 to %d months, "
                       "without zeros before the number",
                       feature->name, TK_TRAIL_MONTHS);
    if (*end && less >= months)
        return tk_fail(TK_ECONF,
                       "feature '%s': what is taken off a slow mean is one "
                       "over fewer months",
                       feature->name);
    feature->kind = TK_FEAT_SLOW;
    feature->months = months;
    feature->less = less;
    *n = (size_t)(number - feature->name) - strlen(MEAN);
    return TK_OK;
}

/* Makes a feature that has the name of a signal one; n bytes of it are the name
 * of its dynamic feature.
 */
static bool
set_signal(tk_feature *feature, size_t *n)
{
    const char *name = feature->name;
    const bool held = ends_with(name, HELD);
    const size_t len = strlen(name) - (held ? strlen(HELD) : 0);
    const size_t end = strlen(REGIONAL);

    if (len == strlen(FORCING) && strncmp(name, FORCING, len) == 0)
        *n = 0;
    else if (len > end && strncmp(name + len - end, REGIONAL, end) == 0)
        *n = len - end;
    else
        return false;
    feature->kind = TK_FEAT_SIGNAL;
    feature->held = held;
    feature->low = feature->high = NAN;
    return true;
}

/* There is one table, in one unit. */
static tk_err
set_forcing_units(tk_feature *feature)
{
    if (*feature->units && strcmp(feature->units, FORCING_UNITS) != 0)
        return tk_fail(TK_ECONF,
                       "feature '%s' is in " FORCING_UNITS ", not "
                       "in '%s'",
                       feature->name, feature->units);
    strcpy(feature->units, FORCING_UNITS);
    return TK_OK;
}

tk_err
tk_feature_from_name(const char *name, const char *units, bool is_static,
                     tk_feature *feature)
{
    const char *equals = strchr(name, '=');
    const char *number = months_in(name);
    size_t n = strlen(name);

    *feature =
        (tk_feature){.kind = is_static ? TK_FEAT_STATIC : TK_FEAT_DYNAMIC,
                     .mean = 0,
                     .std = 1};
    if (n == 0 || n >= sizeof feature->name
        || strlen(units) >= sizeof feature->units)
        return tk_fail(TK_ECONF,
                       "feature '%s' (%s): names and units have 1 to "
                       "%d bytes",
                       name, units, TK_FEAT_NAME - 1);
    strcpy(feature->name, name);
    strcpy(feature->units, units);
    if (strcmp(name, "month_sin") == 0 || strcmp(name, "month_cos") == 0) {
        feature->kind = TK_FEAT_MONTH;
        feature->cosine = ends_with(name, "_cos");
        return TK_OK;
    }
    if (equals) {
        char *end;

        feature->kind = TK_FEAT_CLASS;
        feature->class_value = strtod(equals + 1, &end);
        if (end == equals + 1 || *end)
            return tk_fail(TK_ECONF, "feature '%s': a number must follow '='",
                           name);
        n = (size_t)(equals - name);
    } else if (is_static
               && (ends_with(name, "_sin") || ends_with(name, "_cos"))) {
        feature->kind = TK_FEAT_ANGLE;
        feature->cosine = ends_with(name, "_cos");
        n -= strlen("_sin");
    } else if (!is_static && number) {
        TK_TRY(set_slow(feature->name + (number - name), feature, &n));
    } else if (!is_static && set_signal(feature, &n) && n == 0) {
        TK_TRY(set_forcing_units(feature));
    }
    memcpy(feature->variable, name, n);
    return TK_OK;
}

static tk_err
add_named(tk_features *features, tk_feature_kind kind, const char *name,
          const char *units)
{
    tk_feature f;

    TK_TRY(tk_feature_from_name(name, units,
                                kind != TK_FEAT_DYNAMIC && kind != TK_FEAT_SLOW
                                    && kind != TK_FEAT_SIGNAL,
                                &f));
    if (kind == TK_FEAT_DYNAMIC && f.kind == TK_FEAT_SLOW)
        return tk_fail(TK_ECONF,
                       "'%s' is the name of a slow mean of '%s'; a monthly "
                       "input needs another one (&forcing rename)",
                       name, f.variable);
    if (kind == TK_FEAT_DYNAMIC && f.kind == TK_FEAT_SIGNAL)
        return tk_fail(TK_ECONF,
                       "'%s' is the name of a signal; a monthly input needs "
                       "another one (&forcing rename)",
                       name);
    return append(features, &f);
}

tk_err
tk_features_add(tk_features *features, tk_feature_kind kind,
                const char *variable, const char *units)
{
    char name[2 * TK_FEAT_NAME];

    if (kind == TK_FEAT_MONTH)
        variable = "month";
    if (kind == TK_FEAT_DYNAMIC || kind == TK_FEAT_STATIC)
        return add_named(features, kind, variable, units);
    snprintf(name, sizeof name, "%.*s_sin", TK_FEAT_NAME, variable);
    TK_TRY(add_named(features, kind, name, units));
    snprintf(name, sizeof name, "%.*s_cos", TK_FEAT_NAME, variable);
    return add_named(features, kind, name, units);
}

tk_err
tk_features_add_class(tk_features *features, const char *variable,
                      double class_value)
{
    char name[2 * TK_FEAT_NAME];

    snprintf(name, sizeof name, "%.*s=%.9g", TK_FEAT_NAME, variable,
             class_value);
    return add_named(features, TK_FEAT_CLASS, name, "");
}

tk_err
tk_features_add_slow(tk_features *features, const char *dynamic, size_t months,
                     size_t less, const char *units)
{
    char name[2 * TK_FEAT_NAME], taken[24] = "";

    if (less)
        snprintf(taken, sizeof taken, "_%zu", less);
    snprintf(name, sizeof name, "%.*s" MEAN "%zu%s", TK_FEAT_NAME, dynamic,
             months, taken);
    return add_named(features, TK_FEAT_SLOW, name, units);
}

tk_err
tk_features_add_signal(tk_features *features, const char *dynamic, bool held,
                       const char *units)
{
    char name[2 * TK_FEAT_NAME];

    snprintf(name, sizeof name, "%.*s%s%s", TK_FEAT_NAME, dynamic,
             *dynamic ? REGIONAL : FORCING, held ? HELD : "");
    return add_named(features, TK_FEAT_SIGNAL, name, units);
}

bool
tk_feature_has_base(const tk_feature *feature)
{
    return feature->kind == TK_FEAT_SLOW
           || (feature->kind == TK_FEAT_SIGNAL && *feature->variable);
}

bool
tk_feature_is_static(const tk_feature *feature)
{
    return feature->kind == TK_FEAT_STATIC || feature->kind == TK_FEAT_ANGLE
           || feature->kind == TK_FEAT_CLASS;
}

size_t
tk_features_find(const tk_features *features, const char *name)
{
    size_t i = 0;

    while (i < features->n && strcmp(features->f[i].name, name) != 0)
        i++;
    return i;
}

size_t
tk_features_base(const tk_features *features, const tk_feature *mean)
{
    const size_t i = tk_features_find(features, mean->variable);

    return i < features->n && features->f[i].kind == TK_FEAT_DYNAMIC
               ? i
               : features->n;
}

const tk_feature *
tk_features_slowest(const tk_features *features)
{
    const tk_feature *longest = NULL;

    for (size_t i = 0; i < features->n; i++) {
        const tk_feature *f = &features->f[i];

        if (f->kind == TK_FEAT_SLOW
            && (!longest || f->months > longest->months))
            longest = f;
    }
    return longest;
}

tk_err
tk_features_check(const tk_features *features)
{
    for (size_t i = 0; i < features->n; i++) {
        const tk_feature *f = &features->f[i];

        if (tk_feature_has_base(f)
            && tk_features_base(features, f) == features->n)
            return tk_fail(TK_EDATA,
                           "feature '%s' is a %s mean of '%s', which is no "
                           "monthly feature beside it",
                           f->name,
                           f->kind == TK_FEAT_SLOW ? "slow" : "regional",
                           f->variable);
    }
    return TK_OK;
}

bool
tk_features_same(const tk_features *a, const tk_features *b)
{
    bool same = a->n == b->n;

    for (size_t i = 0; i < a->n && same; i++) {
        const tk_feature *f = &a->f[i], *g = &b->f[i];

        same = f->kind == g->kind && strcmp(f->name, g->name) == 0
               && strcmp(f->units, g->units) == 0 && f->mean == g->mean
               && f->std == g->std
               && (!f->held || (f->low == g->low && f->high == g->high));
    }
    return same;
}
