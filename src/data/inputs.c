#include <math.h>
#include <string.h>

#include "inputs_impl.h"
#include "talik/core/mem.h"
#include "talik/io/gridfile.h"
#include "talik/io/units.h"

/* Months read at once at least where a past begins: each costs a seek. */
#define PIECE 12

/* sin(2 pi k / 12): the month as features, the same bits with any libm. */
static const float month_sine[12] = {
    0, 0.5f,  0.866025404f,  1,  0.866025404f,  0.5f,
    0, -0.5f, -0.866025404f, -1, -0.866025404f, -0.5f};

/* The part of "name=value" behind '=' where the name fits; NULL elsewhere. */
static const char *
value_of(const char *pair, const char *name)
{
    const size_t n = strlen(name);

    return strncmp(pair, name, n) == 0 && pair[n] == '=' ? pair + n + 1 : NULL;
}

const char *
tk_input_variable(const tk_input_files *files, const char *name)
{
    for (size_t i = 0; i < files->nrename; i++) {
        const char *variable = value_of(files->rename[i], name);

        if (variable)
            return variable;
    }
    return name;
}

const char *
tk_input_units(const tk_input_files *files, const char *variable)
{
    for (size_t i = 0; i < files->nunits; i++) {
        const char *units = value_of(files->units_in_file[i], variable);

        if (units)
            return units;
    }
    return "";
}

tk_err
tk_input_series(const tk_par *par, const tk_grid *grid,
                const tk_input_files *files, bool is_static, const char *name,
                const char *units, tk_series **series)
{
    const char *variable = tk_input_variable(files, name);
    const bool total = strstr(units, "month-1") || strstr(units, "month^-1");
    tk_err err;
    const tk_series_want want = {
        .variable = variable,
        .units = units,
        .units_in_file = tk_input_units(files, variable),
        .water = total,
        .daily = total && files->daily_totals,
        .is_static = is_static,
    };

    TK_TRY(tk_series_open(
        par, grid, is_static ? files->nstatic : files->nforcing,
        is_static ? files->fixed : files->forcing, &want, series));
    if (!is_static && files->changed && strcmp(files->changed, name) == 0)
        tk_series_change(*series, &files->change);
    if (!is_static && files->scaled && strcmp(files->scaled, name) == 0)
        tk_series_change(*series, &files->scale);
    if (is_static || files->repeat_months == 0)
        return TK_OK;
    err = tk_agree(par, tk_series_repeat(*series, files->repeat_from,
                                         files->repeat_months));
    if (err) {
        tk_series_close(*series);
        *series = NULL;
    }
    return err;
}

void
tk_limits(const char *units, double *low, double *high)
{
    tk_conversion c;

    *low = 1;
    *high = 0;
    if (!*units)
        return;
    if (tk_units_convert("K", units, false, false, &c) == TK_OK) {
        *low = 150 * c.scale + c.offset;
        *high = 350 * c.scale + c.offset;
    } else if (tk_units_convert("kg m-2", units, true, false, &c) == TK_OK
               || strstr(units, "month-1")) {
        *low = -1e-6;
        *high = 1e6;
    }
}

/* **Collective.**  Opens the series of feature i, unless an earlier feature
 * (the other half of an angle, another class) has it.
 */
static tk_err
open_feature(tk_inputs *in, const tk_par *par, const tk_grid *grid,
             const tk_input_files *files, size_t i)
{
    tk_feature *f = &in->features->f[i];

    if (f->kind != TK_FEAT_DYNAMIC && !tk_feature_is_static(f))
        return TK_OK; /* of the calendar, of others, or tk_inputs_set_signal */
    for (size_t j = 0; j < i; j++)
        if (tk_feature_is_static(&in->features->f[j]) && tk_feature_is_static(f)
            && strcmp(in->features->f[j].variable, f->variable) == 0) {
            in->series[i] = in->series[j];
            return TK_OK;
        }
    TK_TRY(tk_input_series(par, grid, files, f->kind != TK_FEAT_DYNAMIC,
                           f->variable, f->units, &in->series[i]));
    if (!*f->units && f->kind != TK_FEAT_CLASS && f->kind != TK_FEAT_ANGLE)
        strncpy(f->units, tk_series_units(in->series[i]), sizeof f->units - 1);
    tk_limits(f->units, &in->low[i], &in->high[i]);
    return TK_OK;
}

/* The months that all dynamic features share. */
static tk_err
common_months(tk_inputs *in)
{
    bool any = false;

    for (size_t i = 0; i < in->features->n; i++) {
        tk_series *s = in->series[i];

        if (in->features->f[i].kind != TK_FEAT_DYNAMIC)
            continue;
        if (!any || tk_series_first(s) > in->first)
            in->first = tk_series_first(s);
        if (!any || tk_series_last(s) < in->last)
            in->last = tk_series_last(s);
        if (!any)
            in->leader = i;
        any = true;
    }
    if (!any)
        return tk_fail(TK_ECONF, "&features dynamic names no variable");
    if (in->first > in->last)
        return tk_fail(TK_EDATA,
                       "the dynamic features have no month in common");
    return TK_OK;
}

static tk_err
find_changed(const char *changed, const char *key, const tk_features *features)
{
    if (!changed)
        return TK_OK;
    for (size_t i = 0; i < features->n; i++)
        if (features->f[i].kind == TK_FEAT_DYNAMIC
            && strcmp(features->f[i].variable, changed) == 0)
            return TK_OK;
    return tk_fail(TK_ECONF,
                   "%s: '%s' is none of the monthly inputs of the model", key,
                   changed);
}

tk_err
tk_inputs_open(const tk_par *par, const tk_grid *grid,
               const tk_input_files *files, tk_features *features,
               tk_inputs **inputs)
{
    tk_inputs *in = tk_new(1, sizeof *in);
    tk_err err = TK_OK;

    *inputs = NULL;
    TK_AGREE(par, in ? TK_OK : TK_ERUN);
    in->par = *par;
    in->features = features;
    err = find_changed(files->changed, "shift_of", features);
    if (!err)
        err = find_changed(files->scaled, "scale_of", features);
    for (size_t i = 0; i < TK_FEATURES; i++)
        in->low[i] = 1; /* above high: no limits */
    for (size_t i = 0; i < features->n && !err; i++)
        err = open_feature(in, par, grid, files, i);
    if (!err)
        err = tk_slow_units(features);
    if (!err)
        err = common_months(in);
    if (err) {
        tk_inputs_close(in);
        return err;
    }
    *inputs = in;
    return TK_OK;
}

void
tk_inputs_close(tk_inputs *in)
{
    if (!in)
        return;
    for (size_t i = 0; i < in->features->n; i++) {
        bool shared = false;

        for (size_t j = 0; j < i; j++)
            shared = shared || in->series[j] == in->series[i];
        if (!shared)
            tk_series_close(in->series[i]);
        tk_free(in->signal[i]);
    }
    tk_free(in);
}

int
tk_inputs_first(const tk_inputs *in)
{
    return in->first;
}

int
tk_inputs_last(const tk_inputs *in)
{
    return in->last;
}

tk_calendar
tk_inputs_calendar(const tk_inputs *in, int month)
{
    return tk_series_calendar(in->series[in->leader], month);
}

long long
tk_inputs_newest(const tk_inputs *in)
{
    long long newest = 0;

    for (size_t i = 0; i < in->features->n; i++)
        if (in->series[i] && tk_series_newest(in->series[i]) > newest)
            newest = tk_series_newest(in->series[i]);
    return newest;
}

tk_series *
tk_inputs_series(const tk_inputs *in, size_t f)
{
    return in->series[f];
}

tk_err
tk_inputs_limit_grid(const tk_par *par, tk_inputs *in, tk_grid *grid)
{
    for (size_t i = 0; i < in->features->n; i++)
        if (in->series[i])
            TK_TRY(tk_grid_drop_missing(par, in->series[i], grid));
    return TK_OK;
}

tk_cell_status
tk_inputs_judge(const tk_inputs *in, size_t i, float value)
{
    if (!isfinite(value))
        return TK_CELL_MISSING;
    if (in->low[i] <= in->high[i]
        && ((double)value < in->low[i] || (double)value > in->high[i]))
        return TK_CELL_RANGE;
    return TK_CELL_OK;
}

static float
scaled(const tk_feature *f, float value)
{
    return (float)(((double)value - f->mean) / f->std);
}

/* The unscaled static feature from the value of its variable. */
static float
fixed_value(const tk_feature *f, float value)
{
    if (f->kind == TK_FEAT_CLASS)
        return isnan(value) ? value
                            : (fabs((double)value - f->class_value) < 0.5);
    if (f->kind == TK_FEAT_ANGLE) {
        const double radians = (double)value * (M_PI / 180);

        return (float)(f->cosine ? cos(radians) : sin(radians));
    }
    return value;
}

tk_err
tk_inputs_fixed(tk_inputs *in, const tk_run *run, float *fixed,
                unsigned char *fixed_bad)
{
    memset(fixed_bad, TK_CELL_OK, run->nlane);
    for (size_t i = 0; i < in->features->n; i++) {
        const tk_feature *f = &in->features->f[i];
        float *row = fixed + i * run->nlane;

        if (!tk_feature_is_static(f))
            continue;
        TK_TRY(tk_series_read(in->series[i], run, 0, 1, row));
        for (size_t l = 0; l < run->nlane; l++) {
            const float value = fixed_value(f, row[l]);
            const tk_cell_status status = tk_inputs_judge(in, i, value);

            if (status && !fixed_bad[l])
                fixed_bad[l] = (unsigned char)status;
            row[l] = status ? 0 : scaled(f, value);
        }
    }
    return TK_OK;
}

/* One feature that is the same for all cells, or for all months of a cell. */
static void
spread(size_t ntile, size_t n, size_t at, size_t room, size_t F, size_t i,
       const float *by_month, const float *by_lane, float *x)
{
    for (size_t t = 0; t < ntile; t++)
        for (size_t m = 0; m < n; m++) {
            float *row = x + ((t * room + at + m) * F + i) * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++)
                row[l] = by_month ? by_month[m] : by_lane[t * TK_TILE + l];
        }
}

/* **Collective.**  One dynamic feature, scaled and judged. */
static tk_err
load_dynamic(tk_inputs *in, size_t i, const tk_run *run, int first, size_t n,
             size_t at, size_t room, float *raw, float *x, unsigned char *bad)
{
    const size_t F = in->features->n;
    const tk_feature *f = &in->features->f[i];

    TK_TRY(tk_series_read(in->series[i], run, first, n, raw));
    for (size_t t = 0; t < run->ntile; t++)
        for (size_t m = 0; m < n; m++) {
            const float *value = raw + m * run->nlane + t * TK_TILE;
            float *row = x + ((t * room + at + m) * F + i) * TK_TILE;
            unsigned char *why = bad + (t * room + at + m) * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++) {
                const tk_cell_status status = tk_inputs_judge(in, i, value[l]);

                if (status && !why[l])
                    why[l] = (unsigned char)status;
                row[l] = status ? 0 : scaled(f, value[l]);
            }
        }
    return TK_OK;
}

tk_err
tk_inputs_load(tk_inputs *in, const tk_run *run, const float *fixed,
               const unsigned char *fixed_bad, tk_past *past, int first,
               size_t n, size_t at, size_t room, float *x, unsigned char *bad)
{
    const size_t F = in->features->n;
    const size_t piece = past && n < PIECE ? PIECE : n;
    float *raw = tk_new(piece * run->nlane, sizeof *raw);
    float *by_month = tk_new(n, sizeof *by_month);
    tk_err err = raw && by_month ? tk_signal_check(in) : TK_ERUN;

    err = tk_agree(&in->par, err);
    for (size_t t = 0; t < run->ntile && !err; t++)
        for (size_t m = 0; m < n; m++)
            memcpy(bad + (t * room + at + m) * TK_TILE, fixed_bad + t * TK_TILE,
                   TK_TILE);
    if (!err && past)
        err = tk_slow_begin(in, run, first, piece, raw, past);
    for (size_t i = 0; i < F && !err; i++) {
        const tk_feature *f = &in->features->f[i];

        if (f->kind == TK_FEAT_SLOW)
            continue;
        if (f->kind == TK_FEAT_SIGNAL) {
            tk_signal_take(in, i, run, first, n, at, room, x, bad);
            continue;
        }
        if (f->kind == TK_FEAT_DYNAMIC) {
            err = load_dynamic(in, i, run, first, n, at, room, raw, x, bad);
            if (!err && past)
                tk_slow_take(in, i, run, n, at, room, raw, past, x, bad);
            continue;
        }
        for (size_t m = 0; m < n && f->kind == TK_FEAT_MONTH; m++) {
            const int k = tk_month_of_year(first + (int)m) - 1;

            by_month[m] = scaled(f, month_sine[(k + 3 * f->cosine) % 12]);
        }
        spread(run->ntile, n, at, room, F, i,
               f->kind == TK_FEAT_MONTH ? by_month : NULL,
               fixed + i * run->nlane, x);
    }
    if (!err && past)
        tk_slow_end(past, first + (int)n);
    tk_free(by_month);
    tk_free(raw);
    return err;
}

tk_cell_status
tk_window_status(const unsigned char *bad, size_t m, size_t L, size_t l)
{
    for (size_t k = m + 1 - L; k <= m; k++)
        if (bad[k * TK_TILE + l])
            return (tk_cell_status)bad[k * TK_TILE + l];
    return TK_CELL_OK;
}
