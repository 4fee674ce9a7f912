/* The model file: what it holds is listed in docs/files.md. */
#include "talik/learn/trained.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/grid/calendar.h"

#include "golden.h"

#define KIND "talik model"

/* ---- sizes -------------------------------------------------------------- */

typedef struct {
    const char *name;
    size_t offset;
} dims_entry;

#define ENTRY(member)                            \
    {                                            \
#member, offsetof(tk_model_dims, member) \
    }
static const dims_entry dims_table[] = {
    ENTRY(L), ENTRY(F), ENTRY(bands),  ENTRY(E), ENTRY(D),     ENTRY(layers),
    ENTRY(H), ENTRY(C), ENTRY(kernel), ENTRY(d), ENTRY(heads), ENTRY(ff)};
#define NDIMS (sizeof dims_table / sizeof dims_table[0])

static tk_err
put_dims(const tk_model_dims *dims, tk_store *s)
{
    tk_text text = {0};
    tk_err err;

    for (size_t i = 0; i < NDIMS; i++) {
        size_t value;

        memcpy(&value, (const char *)dims + dims_table[i].offset, sizeof value);
        tk_text_add(&text, "%s=%zu ", dims_table[i].name, value);
    }
    tk_text_add(&text, "dropout=%.17g", dims->dropout);
    err = text.failed ? TK_ERUN
                      : tk_store_put_text(s, "sizes", tk_text_get(&text));
    tk_text_drop(&text);
    return err;
}

/* The number behind "name=" in a list of such words. */
static tk_err
number_in(const tk_store *s, const char *list, const char *name, double *value)
{
    const size_t n = strlen(name);

    for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, name, n) == 0 && at[n] == '=') {
            *value = strtod(at + n + 1, NULL);
            if (*value >= 0 && *value <= 65536)
                return TK_OK;
        }
    return tk_fail(TK_EDATA, "%s: no sound size '%s'", tk_store_path(s), name);
}

static tk_err
get_dims(const tk_store *s, tk_model_dims *dims)
{
    const char *list;

    *dims = (tk_model_dims){0};
    TK_TRY(tk_store_get_text(s, "sizes", &list));
    for (size_t i = 0; i < NDIMS; i++) {
        double number;
        size_t value;

        TK_TRY(number_in(s, list, dims_table[i].name, &number));
        value = (size_t)number;
        memcpy((char *)dims + dims_table[i].offset, &value, sizeof value);
    }
    return number_in(s, list, "dropout", &dims->dropout);
}

/* ---- features ----------------------------------------------------------- */

/* One line each: name, kind, units. */
static tk_err
put_features(const tk_features *features, tk_store *s)
{
    const size_t n = features->n;
    const size_t dim[2] = {4, n};
    double number[4 * TK_FEATURES];
    tk_text text = {0};
    tk_err err;

    for (size_t i = 0; i < n; i++) {
        const tk_feature *f = &features->f[i];

        tk_text_add(&text, "%s%s\t%s\t%s", i ? "\n" : "", f->name,
                    tk_feature_is_static(f) ? "static" : "monthly", f->units);
        number[i] = f->mean;
        number[n + i] = f->std;
        number[2 * n + i] = f->low;
        number[3 * n + i] = f->high;
    }
    err = text.failed ? TK_ERUN
                      : tk_store_put_text(s, "features", tk_text_get(&text));
    tk_text_drop(&text);
    if (!err) /* rows: mean, std, lowest, highest */
        err = tk_store_put_doubles(s, "feature_scaling", 2, dim, number);
    return err;
}

static tk_err
get_feature(const tk_store *s, const char *line, size_t len,
            tk_features *features)
{
    char copy[4 * TK_FEAT_NAME], *kind, *units;
    tk_feature *f = &features->f[features->n];

    if (len >= sizeof copy || features->n == TK_FEATURES)
        return tk_fail(TK_EDATA, "%s: the list of features is not sound",
                       tk_store_path(s));
    memcpy(copy, line, len);
    copy[len] = '\0';
    kind = strchr(copy, '\t');
    units = kind ? strchr(kind + 1, '\t') : NULL;
    if (!units)
        return tk_fail(TK_EDATA, "%s: the list of features is not sound",
                       tk_store_path(s));
    *kind++ = '\0';
    *units++ = '\0';
    TK_TRY(tk_feature_from_name(copy, units, strcmp(kind, "static") == 0, f));
    features->n++;
    return TK_OK;
}

static tk_err
get_features(const tk_store *s, tk_features *features)
{
    double number[4 * TK_FEATURES];
    const char *list;
    size_t n;

    features->n = 0;
    TK_TRY(tk_store_get_text(s, "features", &list));
    while (*list) {
        const size_t len = strcspn(list, "\n");

        TK_TRY(get_feature(s, list, len, features));
        list += len + (list[len] == '\n');
    }
    if (tk_features_check(features) != TK_OK)
        return tk_fail(TK_EDATA, "%s: %s", tk_store_path(s),
                       tk_last_fault()->text);
    n = features->n;
    TK_TRY(tk_store_get_doubles(s, "feature_scaling", 4 * n, number));
    for (size_t i = 0; i < n; i++) {
        tk_feature *f = &features->f[i];

        f->mean = number[i];
        f->std = number[n + i];
        f->low = number[2 * n + i];
        f->high = number[3 * n + i];
        if (!isfinite(f->mean) || !(f->std > 0))
            return tk_fail(TK_EDATA,
                           "%s: the scaling of feature '%s' is not "
                           "sound",
                           tk_store_path(s), f->name);
        if (f->held && !(f->low <= f->high))
            return tk_fail(TK_EDATA,
                           "%s: feature '%s' has no range to be held within",
                           tk_store_path(s), f->name);
    }
    return TK_OK;
}

/* ---- golden pair -------------------------------------------------------- */

static tk_err
put_golden(const tk_trained *m, tk_store *store)
{
    const tk_model_dims *s = &m->net.dims;
    golden g = {0};
    tk_err err = tk_golden_draw(m, &g);
    double *band = err ? NULL : tk_new(g.n, sizeof *band);
    const size_t dim[3] = {g.n, s->L, s->F}, dim_y[2] = {g.n, s->D};

    if (!err && !band)
        err = TK_ERUN;
    for (size_t i = 0; i < g.n && !err; i++)
        band[i] = (double)g.band[i];
    if (!err)
        err = tk_store_put_floats(store, "golden.x", 3, dim, g.x);
    if (!err)
        err = tk_store_put_doubles(store, "golden.band", 1, dim, band);
    if (!err)
        err = tk_store_put_floats(store, "golden.y", 2, dim_y, g.y);
    tk_free(band);
    tk_golden_drop(&g);
    return err;
}

static tk_err
get_golden(const tk_store *store, const tk_trained *m, double *band, golden *g)
{
    const tk_model_dims *s = &m->net.dims;

    TK_TRY(tk_store_get_floats(store, "golden.x", g->n * s->L * s->F, g->x));
    TK_TRY(tk_store_get_doubles(store, "golden.band", g->n, band));
    TK_TRY(tk_store_get_floats(store, "golden.y", g->n * s->D, g->y));
    for (size_t i = 0; i < g->n; i++)
        g->band[i] = fabs(band[i]) < 1e6 ? (int64_t)band[i] : -1;
    return TK_OK;
}

static tk_err
check_golden(const tk_store *store, const tk_trained *m)
{
    const size_t n = tk_store_size(store, "golden.band");
    const tk_model_dims *s = &m->net.dims;
    double *band = tk_new(n, sizeof *band), worst;
    golden g = {0};
    tk_err err = band ? TK_OK : TK_ERUN;

    /* Not more memory than the file has behind it. */
    if (!err && (n == 0 || tk_store_size(store, "golden.x") / n != s->L * s->F))
        err =
            tk_fail(TK_EDATA, "%s: no sound golden pair", tk_store_path(store));
    if (!err)
        err = tk_golden_alloc(m, n, &g);
    if (!err)
        err = get_golden(store, m, band, &g);
    if (!err && tk_golden_check(m, &g, &worst) != TK_OK)
        err = tk_fail((tk_err)tk_last_fault()->code, "%s: %s",
                      tk_store_path(store), tk_last_fault()->text);
    tk_golden_drop(&g);
    tk_free(band);
    return err;
}

/* ---- the whole ---------------------------------------------------------- */

static tk_err
put_months(tk_store *s, const char *name, int first, int last)
{
    char a[16], b[16], both[40];

    tk_month_text(first, a);
    tk_month_text(last, b);
    snprintf(both, sizeof both, "%s %s", a, b);
    return tk_store_put_text(s, name, both);
}

static tk_err
get_months(const tk_store *s, const char *name, int *first, int *last)
{
    const char *text;
    char a[16] = "", b[16] = "";

    TK_TRY(tk_store_get_text(s, name, &text));
    if (sscanf(text, "%15s %15s", a, b) != 2
        || tk_month_parse(a, first) != TK_OK
        || tk_month_parse(b, last) != TK_OK)
        return tk_fail(TK_EDATA, "%s: '%s' holds no two months",
                       tk_store_path(s), name);
    return TK_OK;
}

/* Only where something is held out: older files have no such line. */
static tk_err
put_split(tk_store *s, const tk_split *split)
{
    tk_text text = {0};
    tk_err err = TK_OK;

    if (tk_split_is_any(split)) {
        tk_split_text(split, &text);
        err = text.failed
                  ? TK_ERUN
                  : tk_store_put_text(s, "held_out", tk_text_get(&text));
    }
    tk_text_drop(&text);
    return err;
}

static tk_err
get_split(const tk_store *s, tk_split *split)
{
    const char *text = "";

    if (tk_store_has_text(s, "held_out"))
        TK_TRY(tk_store_get_text(s, "held_out", &text));
    if (tk_split_parse(text, split) == TK_OK)
        return TK_OK;
    return tk_fail(TK_EDATA, "%s: %s", tk_store_path(s), tk_last_fault()->text);
}

/* Only where it is known: older files, and models without slow means. */
static tk_err
put_beginning(tk_store *s, int month)
{
    char text[16];

    if (!month)
        return TK_OK;
    tk_month_text(month, text);
    return tk_store_put_text(s, "inputs_begin", text);
}

static tk_err
get_beginning(const tk_store *s, int *month)
{
    const char *text;

    *month = 0;
    if (!tk_store_has_text(s, "inputs_begin"))
        return TK_OK;
    TK_TRY(tk_store_get_text(s, "inputs_begin", &text));
    if (tk_month_parse(text, month) == TK_OK)
        return TK_OK;
    return tk_fail(TK_EDATA, "%s: 'inputs_begin' is '%s', no month",
                   tk_store_path(s), text);
}

tk_err
tk_trained_to_store(const tk_trained *m, tk_store *s)
{
    const tk_layout *l = &m->net.layout;
    const size_t D = m->net.dims.D;
    char seed[32];

    snprintf(seed, sizeof seed, "%lld", m->seed);
    TK_TRY(tk_store_put_text(s, "kind", KIND));
    TK_TRY(tk_store_put_text(s, "format", "1"));
    TK_TRY(tk_store_put_text(s, "talik_version", m->version));
    TK_TRY(tk_store_put_text(s, "architecture", m->net.model->name));
    TK_TRY(tk_store_put_text(s, "state", tk_state_name(m->state)));
    TK_TRY(put_dims(&m->net.dims, s));
    TK_TRY(put_features(&m->features, s));
    TK_TRY(tk_store_put_doubles(s, "depth", 1, &D, m->depth));
    TK_TRY(tk_store_put_doubles(s, "target_mean", 1, &D, m->target_mean));
    TK_TRY(tk_store_put_doubles(s, "target_std", 1, &D, m->target_std));
    if (*m->origin)
        TK_TRY(tk_store_put_text(s, "origin", m->origin));
    if (m->nedge)
        TK_TRY(tk_store_put_doubles(s, "band_edges", 1, &m->nedge, m->edge));
    TK_TRY(tk_store_put_text(s, "seed", seed));
    TK_TRY(put_months(s, "trained_on", m->train_first, m->train_last));
    TK_TRY(put_months(s, "stopped_by", m->valid_first, m->valid_last));
    TK_TRY(put_split(s, &m->split));
    TK_TRY(put_beginning(s, m->inputs_begin));
    if (*m->augmented)
        TK_TRY(tk_store_put_text(s, "augmented", m->augmented));
    for (size_t i = 0; i < l->n; i++)
        TK_TRY(tk_store_put_floats(s, l->tensor[i].name, l->tensor[i].rank,
                                   l->tensor[i].dim,
                                   m->theta + l->tensor[i].offset));
    TK_TRY(tk_skip_to_store(&m->skip, &m->features, s));
    TK_TRY(tk_domain_to_store(&m->domain, &m->features, s));
    return put_golden(m, s);
}

/* A file without it is of a talik that knew windows alone. */
static tk_err
get_state(const tk_store *s, tk_trained *m)
{
    const char *name = tk_state_name(TK_STATE_WINDOW);

    if (tk_store_has_text(s, "state"))
        TK_TRY(tk_store_get_text(s, "state", &name));
    if (tk_state_find(name, m->net.model->name, &m->state) != TK_OK)
        return tk_fail(TK_EDATA, "%s: %s", tk_store_path(s),
                       tk_last_fault()->text);
    return TK_OK;
}

/* Everything but net, theta, skip and domain. */
static tk_err
get_head(const tk_store *s, const tk_model_dims *dims, tk_trained *m)
{
    const char *seed, *version, *origin = "", *augmented = "";

    if (dims->D == 0 || dims->D > TK_DEPTHS || dims->F != m->features.n)
        return tk_fail(TK_EDATA, "%s: sizes and lists do not fit",
                       tk_store_path(s));
    TK_TRY(tk_store_get_doubles(s, "depth", dims->D, m->depth));
    TK_TRY(tk_store_get_doubles(s, "target_mean", dims->D, m->target_mean));
    TK_TRY(tk_store_get_doubles(s, "target_std", dims->D, m->target_std));
    for (size_t d = 0; d < dims->D; d++)
        if (!isfinite(m->target_mean[d]) || !isfinite(m->target_std[d])
            || !(m->target_std[d] > 0))
            return tk_fail(TK_EDATA,
                           "%s: the scaling of depth %zu is not sound",
                           tk_store_path(s), d + 1);
    m->nedge = tk_store_size(s, "band_edges");
    if (m->nedge > TK_BANDS + 1 || (dims->E && m->nedge != dims->bands + 1))
        return tk_fail(TK_EDATA, "%s: %zu band edges for %zu bands",
                       tk_store_path(s), m->nedge, dims->bands);
    if (m->nedge)
        TK_TRY(tk_store_get_doubles(s, "band_edges", m->nedge, m->edge));
    TK_TRY(tk_bands_check(m->nedge, m->edge));
    TK_TRY(tk_store_get_text(s, "seed", &seed));
    m->seed = strtoll(seed, NULL, 10);
    TK_TRY(tk_store_get_text(s, "talik_version", &version));
    snprintf(m->version, sizeof m->version, "%s", version);
    if (tk_store_has_text(s, "origin"))
        TK_TRY(tk_store_get_text(s, "origin", &origin));
    snprintf(m->origin, sizeof m->origin, "%s", origin);
    if (tk_store_has_text(s, "augmented"))
        TK_TRY(tk_store_get_text(s, "augmented", &augmented));
    snprintf(m->augmented, sizeof m->augmented, "%s", augmented);
    TK_TRY(get_months(s, "trained_on", &m->train_first, &m->train_last));
    TK_TRY(get_months(s, "stopped_by", &m->valid_first, &m->valid_last));
    TK_TRY(get_beginning(s, &m->inputs_begin));
    return get_split(s, &m->split);
}

static tk_err
get_theta(const tk_store *s, tk_trained *m)
{
    const tk_layout *l = &m->net.layout;

    for (size_t i = 0; i < l->n; i++) {
        float *theta = m->theta + l->tensor[i].offset;

        TK_TRY(tk_store_get_floats(s, l->tensor[i].name, l->tensor[i].count,
                                   theta));
        for (size_t k = 0; k < l->tensor[i].count; k++)
            if (!(fabsf(theta[k]) < 1e6f))
                return tk_fail(TK_EDATA, "%s: %s[%zu] = %g is no weight",
                               tk_store_path(s), l->tensor[i].name, k,
                               (double)theta[k]);
    }
    return TK_OK;
}

tk_err
tk_trained_from_store(const tk_store *s, tk_trained *m)
{
    const char *architecture, *format;
    tk_model_dims dims;

    TK_TRY(tk_store_get_text(s, "format", &format));
    if (strcmp(format, "1") != 0)
        return tk_fail(TK_EDATA, "%s: model format '%s'; this talik reads 1",
                       tk_store_path(s), format);
    TK_TRY(tk_store_get_text(s, "architecture", &architecture));
    TK_TRY(get_dims(s, &dims));
    TK_TRY(get_features(s, &m->features));
    TK_TRY(tk_trained_make(m, architecture, &dims));
    TK_TRY(get_state(s, m));
    TK_TRY(get_head(s, &dims, m));
    TK_TRY(get_theta(s, m));
    TK_TRY(tk_skip_from_store(s, &m->features, dims.D, dims.L, &m->skip));
    TK_TRY(tk_domain_from_store(s, &m->features, &m->domain));
    return check_golden(s, m);
}

tk_err
tk_trained_write(const tk_par *par, const tk_trained *m, const char *path,
                 bool overwrite)
{
    tk_store *s = NULL;
    tk_err err = TK_OK;

    if (par->rank == 0) {
        s = tk_store_new();
        err = s ? tk_trained_to_store(m, s) : TK_ERUN;
    }
    err = tk_agree(par, err);
    if (!err)
        err = tk_store_write(par, s, path, overwrite);
    tk_store_drop(s);
    return err;
}

tk_err
tk_trained_read(const tk_par *par, const char *path, tk_trained *m)
{
    tk_store *s;
    tk_err err;

    TK_TRY(tk_store_read(par, path, KIND, &s));
    err = tk_agree(par, tk_trained_from_store(s, m));
    tk_store_drop(s);
    if (err)
        tk_trained_drop(m);
    return err;
}
