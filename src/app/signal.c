/* The scenario signal: which one, its months, and how far a run is beyond what
 * the model was trained on.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/data/yearly.h"
#include "talik/phys/rcp.h"

#define YEARS 10 /* of the regional mean, a month's own the last */

static bool
is_regional(const tk_feature *f)
{
    return tk_feature_has_base(f);
}

tk_err
stage_signal_add(const tk_setup *setup, tk_features *features, stage_data *s)
{
    const tk_config *c = &setup->c;
    const bool regional = strcmp(c->features.signal, "warming") == 0;
    const char *air = regional ? stage_air(setup, features) : "";
    const size_t f = tk_features_find(features, air);

    if (strcmp(c->features.signal, "none") == 0)
        return TK_OK;
    if (regional
        && (f == features->n || features->f[f].kind != TK_FEAT_DYNAMIC))
        return tk_setup_fail(setup, "features", "signal",
                             "no monthly input is an air temperature; name it "
                             "by &evaluate air");
    if (tk_features_add_signal(features, air, c->features.signal_clip,
                               regional ? features->f[f].units : "")
        != TK_OK)
        return tk_setup_fail(setup, "features", "signal", "%s",
                             tk_last_fault()->text);
    s->data.F = features->n;
    return TK_OK;
}

/* ---- values --------------------------------------------------------------- */

/* The path of the run's scenario.  What is called historical goes on along one of
 * them, as CMIP5's own extensions of the history do.
 */
static tk_err
path_of(const tk_setup *setup, tk_rcp *rcp)
{
    *rcp = TK_RCP45;
    if (tk_same_word(setup->c.forcing.scenario, "historical")
        || tk_rcp_parse(setup->c.forcing.scenario, rcp) == TK_OK)
        return TK_OK;
    return tk_setup_fail(setup, "forcing", "scenario",
                         "%s, or historical; the signal of this model is the "
                         "forcing of one",
                         tk_last_fault()->text);
}

/* The anthropogenic forcing of months first .. last. */
static tk_err
forcing_months(const tk_setup *setup, int first, int last, double *value)
{
    tk_rcp rcp;

    TK_TRY(path_of(setup, &rcp));
    for (int m = first; m <= last; m++) {
        value[m - first] = tk_rcp_forcing_month(rcp, m, TK_FORCING_ANTHRO);
        if (isnan(value[m - first])) {
            char month[16];

            tk_month_text(m, month);
            return tk_setup_fail(setup, "forcing", "files",
                                 "no anthropogenic forcing is known of %s: the "
                                 "table has the years %d to %d",
                                 month, TK_RCP_FIRST, TK_RCP_LAST);
        }
    }
    return TK_OK;
}

/* Each month has the value of its year, or of the nearest whole one. */
static void
spread_years(const double *smooth, int year, size_t n, int first, int last,
             double *value)
{
    for (int m = first; m <= last; m++) {
        const int k = tk_month_year(m) - year;
        const int end = (int)n - 1;

        value[m - first] = smooth[k < 0 ? 0 : k > end ? end : k];
    }
}

/* **Collective.**  The smoothed regional mean of months first .. last. */
static tk_err
regional_months(const tk_setup *setup, const tk_dataset *data, size_t base,
                const char *name, int first, int last, double *value)
{
    const size_t room = (size_t)(last - first + 1) / 12;
    double *mean = tk_new(2 * room, sizeof *mean);
    char a[16], b[16];
    size_t n = 0;
    int year;
    tk_err err = tk_agree(data->par, mean ? TK_OK : TK_ERUN);

    if (!err)
        err = tk_yearly_means(data, base, first, last, tk_setup_budget(setup),
                              &year, &n, mean);
    if (!err && n == 0) {
        tk_month_text(first, a);
        tk_month_text(last, b);
        err = tk_fail(TK_EDATA,
                      "'%s' needs a whole calendar year of inputs; they have "
                      "%s .. %s",
                      name, a, b);
    }
    if (!err)
        err = tk_agree(data->par,
                       tk_yearly_smooth(n, mean, YEARS - 1, mean + room));
    if (!err)
        spread_years(mean + room, year, n, first, last, value);
    tk_free(mean);
    return err;
}

tk_err
stage_signal_fill(const tk_setup *setup, const tk_dataset *data,
                  const tk_features *features)
{
    const int first = tk_inputs_first(data->inputs);
    const int last = tk_inputs_last(data->inputs);
    double *value = tk_new((size_t)(last - first) + 1, sizeof *value);
    tk_err err = tk_agree(data->par, value ? TK_OK : TK_ERUN);

    for (size_t i = 0; i < features->n && !err; i++) {
        const tk_feature *f = &features->f[i];

        if (f->kind != TK_FEAT_SIGNAL)
            continue;
        err = is_regional(f)
                  ? regional_months(setup, data, tk_features_base(features, f),
                                    f->name, first, last, value)
                  : forcing_months(setup, first, last, value);
        if (!err)
            err = tk_agree(data->par,
                           tk_inputs_set_signal(data->inputs, i, value));
    }
    tk_free(value);
    return err;
}

tk_err
stage_signal_check(const tk_setup *setup, const tk_features *features,
                   const tk_inputs *inputs)
{
    const int first = tk_inputs_first(inputs), last = tk_inputs_last(inputs);
    double *value = tk_new((size_t)(last - first) + 1, sizeof *value);
    tk_err err = value ? TK_OK : TK_ERUN;

    for (size_t i = 0; i < features->n && !err; i++)
        if (features->f[i].kind == TK_FEAT_SIGNAL
            && !is_regional(&features->f[i]))
            err = forcing_months(setup, first, last, value);
    tk_free(value);
    return err;
}

void
stage_signal_widen(tk_features *features, const tk_inputs *inputs, int first,
                   int last)
{
    for (size_t i = 0; i < features->n; i++) {
        tk_feature *f = &features->f[i];
        double low, high;

        if (f->kind != TK_FEAT_SIGNAL)
            continue;
        tk_inputs_signal_range(inputs, i, first, last, &low, &high);
        f->low = fmin(f->low, low);
        f->high = fmax(f->high, high);
    }
}

/* ---- words ---------------------------------------------------------------- */

/* "anthropogenic_forcing (RCP8.5)" */
static void
name_of(const tk_setup *setup, const tk_feature *f, size_t room, char *name)
{
    tk_rcp rcp;

    snprintf(name, room, "%s", f->name);
    if (!is_regional(f) && path_of(setup, &rcp) == TK_OK)
        snprintf(name, room, "%s (%s)", f->name, tk_rcp_title(rcp));
}

void
stage_signal_trained(const tk_setup *setup, const tk_features *features)
{
    for (size_t i = 0; i < features->n; i++) {
        const tk_feature *f = &features->f[i];
        char name[TK_WORD + 16];

        if (f->kind != TK_FEAT_SIGNAL)
            continue;
        name_of(setup, f, sizeof name, name);
        tk_note("  signal %s: %.2f .. %.2f %s in training", name, f->low,
                f->high, f->units);
    }
}

/* A warning where a regional mean has fewer years at the first answer than it
 * spans.
 */
static void
warn_short(const tk_feature *f, const tk_inputs *inputs, int first)
{
    const int begin = tk_inputs_first(inputs);
    const int january = begin + (13 - tk_month_of_year(begin)) % 12;
    const int years = tk_month_year(first) - tk_month_year(january) + 1;
    char month[16];

    if (!is_regional(f) || years >= YEARS)
        return;
    tk_month_text(first, month);
    tk_warn(
        "the inputs have %d year%s up to that of %s: '%s' is a mean of those "
        "that are there, of at most %d, and depends on where they begin",
        years > 1 ? years : 1, years > 1 ? "s" : "", month, f->name, YEARS);
}

static void
append(char *list, const char *text)
{
    const size_t n = strlen(list);

    snprintf(list + n, SIGNAL_TEXT - n, "%s%s", n ? "; " : "", text);
}

/* How far low .. high is beyond the range of training: "5.59 W m-2, 2.9 standard
 * deviations"; "0" if it is not.
 */
static bool
is_beyond(const tk_feature *f, double low, double high, char text[96])
{
    const double over = fmax(high - f->high, 0), under = fmax(f->low - low, 0);
    const double most = fmax(over, under);

    snprintf(text, 96, "0");
    if (most > 0 && f->low < f->high)
        snprintf(text, 96, "%.3g %.32s, %.2g standard deviations", most,
                 f->units, most / f->std);
    else if (most > 0) /* trained on one value */
        snprintf(text, 96, "%.3g %.32s", most, f->units);
    return most > 0;
}

/* One signal that is low .. high in the run. */
static void
say_one(const tk_setup *setup, const tk_feature *f, double low, double high,
        signal_words *w)
{
    char name[TK_WORD + 16], run[96], range[96], beyond[96];

    name_of(setup, f, sizeof name, name);
    snprintf(run, sizeof run, "%.2f .. %.2f %.32s", low, high, f->units);
    append(w->name, name);
    append(w->run, run);
    if (!(f->low <= f->high)) { /* weights from elsewhere */
        append(w->trained, "unknown");
        append(w->beyond, "unknown");
        tk_warn("signal %s: %s in this run, and the model does not say what it "
                "was trained on",
                name, run);
        return;
    }
    snprintf(range, sizeof range, "%.2f .. %.2f %.32s", f->low, f->high,
             f->units);
    append(w->trained, range);
    tk_note("  signal %s: %s in training, %s in this run", name, range, run);
    if (is_beyond(f, low, high, beyond))
        tk_warn("signal %s goes beyond what the model was trained on by %s: %s",
                name, beyond,
                f->held ? "it is held at the end of that range"
                        : "its answers there are extrapolated");
    append(w->beyond, beyond);
}

void
stage_signal_say(const tk_setup *setup, const tk_features *features,
                 const tk_inputs *inputs, int from, int first, int last,
                 signal_words *w)
{
    *w = (signal_words){0};
    for (size_t i = 0; i < features->n; i++) {
        double low, high;

        if (features->f[i].kind != TK_FEAT_SIGNAL)
            continue;
        tk_inputs_signal_range(inputs, i, from, last, &low, &high);
        say_one(setup, &features->f[i], low, high, w);
        warn_short(&features->f[i], inputs, first);
    }
    w->natt = *w->name ? 4 : 0; /* one by one: no initialiser points into w */
    w->att[0] = (tk_out_att){.name = "signal", .text = w->name};
    w->att[1] =
        (tk_out_att){.name = "signal_training_range", .text = w->trained};
    w->att[2] = (tk_out_att){.name = "signal_range", .text = w->run};
    w->att[3] = (tk_out_att){.name = "signal_beyond", .text = w->beyond};
}
