#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "coords.h"
#include "series_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "timeaxis.h"

#define MOST_OPEN 32

/* ---- one file ------------------------------------------------------------ */

/* Depths are found by value: files order and number them as they like. */
static tk_err
find_levels(const tk_nc *nc, const tk_nc_var *v, const tk_series_want *want,
            size_t n, const double *depth, size_t *level)
{
    for (size_t k = 0; k < want->ndepth; k++) {
        bool found = false;

        for (size_t i = 0; i < n && !found; i++)
            if (fabs(fabs(depth[i]) - want->depth[k]) <= 1e-3) {
                level[k] = i;
                found = true;
            }
        if (!found) {
            tk_text list = {0};
            tk_err err;

            for (size_t i = 0; i < n && i < 50; i++)
                tk_text_add(&list, " %g", fabs(depth[i]));
            err = tk_fail(TK_EDATA, "%s: '%s' has no depth %g m; there are%s",
                          tk_nc_path(nc), v->name, want->depth[k],
                          tk_text_get(&list));
            tk_text_drop(&list);
            return err;
        }
    }
    return TK_OK;
}

/* **Collective.**  */
static tk_err
read_levels(const tk_par *par, series_file *f, const tk_series_want *want)
{
    const char *name = f->var.dim_name[f->depth_dim];
    const size_t n = f->var.dim[f->depth_dim];
    double *depth = tk_new(n, sizeof *depth);
    tk_nc_var axis;
    tk_err err = depth ? TK_OK : TK_ERUN;

    f->level = tk_new(want->ndepth, sizeof *f->level);
    if (!f->level)
        err = TK_ERUN;
    if (!err)
        err = tk_nc_find(f->nc, name, &axis);
    if (!err && (axis.ndim != 1 || axis.dim[0] != n))
        err = tk_fail(TK_EDATA, "%s: '%s' is no depth axis", f->path, name);
    err = tk_agree(par, err);
    if (!err)
        err = tk_coords_axis(f->nc, &axis, depth);
    if (!err)
        err = tk_agree(par,
                       find_levels(f->nc, &f->var, want, n, depth, f->level));
    tk_free(depth);
    return err;
}

/* Which dimensions before the grid's are time and depth; any others must have
 * length 1.
 */
static tk_err
sort_dims(series_file *f, const tk_series_want *want)
{
    const tk_nc_var *v = &f->var;
    const int lead = v->ndim - 2, from = want->is_static ? 0 : 1;

    f->depth_dim = -1;
    if (lead < from)
        return tk_fail(TK_EDATA,
                       "%s: '%s' has no time: its dimensions are not (time, "
                       "%sy, x)",
                       f->path, v->name, want->ndepth ? "depth, " : "");
    for (int d = from; d < lead; d++)
        if (want->ndepth > 0 && (v->dim[d] > 1 || d == lead - 1)
            && f->depth_dim < 0)
            f->depth_dim = d;
        else if (v->dim[d] != 1)
            return tk_fail(TK_EDATA, "%s: '%s' has a dimension '%s' of %zu; %s",
                           f->path, v->name, v->dim_name[d], v->dim[d],
                           want->is_static
                               ? "a static field has one value for each cell"
                               : "(time, y, x) is needed, with depth if "
                                 "depths are asked for");
    if (want->ndepth > 0 && f->depth_dim < 0)
        return tk_fail(TK_EDATA, "%s: '%s' has no depth axis", f->path,
                       v->name);
    return TK_OK;
}

static tk_err
choose_units(series_file *f, const tk_series_want *want, bool first)
{
    const char *from =
        *want->units_in_file ? want->units_in_file : f->var.units;
    tk_err err;

    f->conversion = (tk_conversion){.scale = 1};
    if (!*want->units)
        return TK_OK;
    if (!*from) {
        if (first)
            tk_warn("%s: '%s' has no units; taken as '%s'", f->path,
                    f->var.name, want->units);
        return TK_OK;
    }
    err = tk_units_convert(from, want->units, want->water, want->daily,
                           &f->conversion);
    if (err) {
        const tk_fault why = *tk_last_fault();

        return tk_fail(err, "%s: '%s': %.3000s", f->path, f->var.name,
                       why.text);
    }
    return TK_OK;
}

/* **Collective.**  All that is to be known of a file that holds the variable. */
static tk_err
describe(const tk_par *par, const tk_grid *grid, const tk_series_want *want,
         bool first, series_file *f)
{
    tk_err err = tk_nc_find(f->nc, want->variable, &f->var);

    if (!err)
        err = sort_dims(f, want);
    if (!err)
        err = choose_units(f, want, first);
    if (!err && !want->is_static) {
        f->ntime = f->var.dim[0];
        f->month = tk_new(f->ntime, sizeof *f->month);
        err = f->month ? TK_OK : TK_ERUN;
    }
    TK_AGREE(par, err);
    TK_TRY(tk_coords_fit(par, f->nc, &f->var, grid));
    if (f->depth_dim >= 0)
        TK_TRY(read_levels(par, f, want));
    if (f->ntime > 0)
        TK_TRY(tk_timeaxis_read(par, f->nc, &f->var, &f->calendar, f->month));
    return TK_OK;
}

/* ---- opening and closing ------------------------------------------------- */

static void
close_idle(tk_series *s)
{
    size_t open = 0, idle = 0;

    for (size_t k = 0; k < s->nfile; k++)
        if (s->file[k].nc) {
            if (open == 0 || s->file[k].used < s->file[idle].used)
                idle = k;
            open++;
        }
    if (open > MOST_OPEN) {
        tk_nc_close(s->file[idle].nc);
        s->file[idle].nc = NULL;
    }
}

tk_err
tk_series_wake(tk_series *s, size_t k)
{
    series_file *f = &s->file[k];
    tk_nc_var now;

    f->used = ++s->clock;
    if (f->nc)
        return TK_OK;
    TK_TRY(tk_nc_open(&s->par, f->path, &f->nc));
    close_idle(s);
    TK_AGREE(&s->par, tk_nc_find(f->nc, s->variable, &now));
    if (now.id == f->var.id && now.ndim == f->var.ndim
        && memcmp(now.dim, f->var.dim, sizeof now.dim) == 0)
        return TK_OK;
    return tk_fail(TK_EDATA, "%s: changed while it was in use", f->path);
}

void
tk_series_close(tk_series *s)
{
    if (!s)
        return;
    for (size_t k = 0; s->file && k < s->nfile; k++) {
        tk_nc_close(s->file[k].nc);
        tk_free(s->file[k].path);
        tk_free(s->file[k].month);
        tk_free(s->file[k].level);
    }
    tk_free(s->file);
    tk_free(s->at);
    tk_free(s->variable);
    tk_free(s);
}

static void
list_names(const tk_nc *nc, tk_text *list)
{
    tk_text_add(list, "\n    %s:", tk_nc_path(nc));
    for (const char *const *name = tk_nc_names(nc); *name; name++)
        tk_text_add(list, " %s", *name);
}

/* No file has the variable: the nearest name among all, and all names. */
static tk_err
nobody_has(const char *variable, size_t nfile, const tk_text *list,
           const char *near)
{
    return tk_fail(TK_EDATA, "%s: no variable '%s'%s%s%s; there are:%.3000s",
                   nfile == 1 ? "the file" : "none of the files has it",
                   variable, *near ? "; did you mean '" : "", near,
                   *near ? "'?" : "", tk_text_get(list));
}

static void
keep_nearest(const tk_nc *nc, const char *variable, char near[TK_NAME])
{
    const char *const *names = tk_nc_names(nc);
    const char *word;
    size_t n = 0;

    while (names[n])
        n++;
    word = tk_nearest_word(variable, n, names);
    if (word && strlen(word) < TK_NAME
        && (!*near
            || tk_word_distance(variable, word)
                   < tk_word_distance(variable, near)))
        memcpy(near, word, strlen(word) + 1);
}

/* **Collective.**  Opens one file; keeps it if it holds the variable. */
static tk_err
take_file(tk_series *s, const tk_grid *grid, const char *path,
          const tk_series_want *want, tk_text *list, char near[TK_NAME])
{
    series_file *f = &s->file[s->nfile];
    tk_series_want same = *want;
    long long changed;

    TK_TRY(tk_nc_open(&s->par, path, &f->nc));
    if (!tk_nc_has(f->nc, want->variable)) {
        list_names(f->nc, list);
        keep_nearest(f->nc, want->variable, near);
        tk_nc_close(f->nc);
        f->nc = NULL;
        return TK_OK;
    }
    f->used = ++s->clock;
    s->nfile++;
    f->path = tk_copy_text(path);
    TK_AGREE(&s->par, f->path ? TK_OK : TK_ERUN);
    changed = tk_nc_changed(f->nc);
    s->newest = changed > s->newest ? changed : s->newest;
    /* Files in a row may differ in units: all become those of the first. */
    if (!*want->units)
        same.units = s->units;
    TK_TRY(describe(&s->par, grid, &same, s->nfile == 1, f));
    if (!*s->units)
        snprintf(s->units, sizeof s->units, "%s",
                 *want->units           ? want->units
                 : *want->units_in_file ? want->units_in_file
                                        : f->var.units);
    close_idle(s);
    return TK_OK;
}

/* ---- months over files --------------------------------------------------- */

static tk_err
twice(const tk_series *s, int month, size_t a, size_t b)
{
    char text[16];

    tk_month_text(month, text);
    return tk_fail(TK_EDATA, "'%s': month %s is in both %s and %s", s->variable,
                   text, s->file[a].path, s->file[b].path);
}

static tk_err
gap(const tk_series *s, int from)
{
    char a[16], b[16], first[16], last[16];
    int to = from;

    while (s->at[to + 1 - s->first].file == UINT32_MAX)
        to++;
    tk_month_text(from, a);
    tk_month_text(to, b);
    tk_month_text(s->first, first);
    tk_month_text(s->last, last);
    return tk_fail(TK_EDATA,
                   "'%s': its files hold %s to %s, but %s%s%s (%d months) is "
                   "missing",
                   s->variable, first, last, a, from == to ? "" : " to ",
                   from == to ? "" : b, to - from + 1);
}

static tk_err
order_months(tk_series *s)
{
    size_t n;

    s->first = INT32_MAX;
    s->last = INT32_MIN;
    for (size_t k = 0; k < s->nfile; k++)
        for (size_t t = 0; t < s->file[k].ntime; t++) {
            const int m = s->file[k].month[t];

            s->first = m < s->first ? m : s->first;
            s->last = m > s->last ? m : s->last;
        }
    if (s->last < s->first)
        return tk_fail(TK_EDATA, "%s: '%s' has no time step", s->file[0].path,
                       s->variable);
    n = (size_t)(s->last - s->first) + 1;
    s->at = tk_new(n, sizeof *s->at);
    if (!s->at)
        return TK_ERUN;
    for (size_t i = 0; i < n; i++)
        s->at[i].file = UINT32_MAX;
    for (size_t k = 0; k < s->nfile; k++)
        for (size_t t = 0; t < s->file[k].ntime; t++) {
            const int m = s->file[k].month[t] - s->first;

            if (s->at[m].file != UINT32_MAX)
                return twice(s, m + s->first, s->at[m].file, k);
            s->at[m].file = (uint32_t)k;
            s->at[m].step = (uint32_t)t;
        }
    for (size_t i = 0; i < n; i++)
        if (s->at[i].file == UINT32_MAX)
            return gap(s, s->first + (int)i);
    return TK_OK;
}

tk_err
tk_series_open(const tk_par *par, const tk_grid *grid, size_t nfile,
               const char *const *file, const tk_series_want *want,
               tk_series **out)
{
    tk_series *s = tk_new(1, sizeof *s);
    tk_text list = {0};
    char near[TK_NAME] = "";
    tk_err err = s ? TK_OK : TK_ERUN;

    *out = NULL;
    if (s) {
        s->par = *par;
        s->ny = grid->ny;
        s->nx = grid->nx;
        s->ndepth = want->ndepth ? want->ndepth : 1;
        s->is_static = want->is_static;
        s->variable = tk_copy_text(want->variable);
        s->file = tk_new(nfile, sizeof *s->file);
        if (!s->variable || !s->file)
            err = TK_ERUN;
    }
    err = tk_agree(par, err);
    for (size_t i = 0; i < nfile && !err; i++)
        if (!want->is_static || s->nfile == 0)
            err = take_file(s, grid, file[i], want, &list, near);
    if (!err && s->nfile == 0)
        err = nobody_has(want->variable, nfile, &list, near);
    if (!err && !want->is_static)
        err = order_months(s);
    tk_text_drop(&list);
    err = tk_agree(par, err);
    if (err)
        tk_series_close(s);
    else
        *out = s;
    return err;
}

tk_err
tk_series_repeat(tk_series *s, int first, int cycle)
{
    const int have = s->last - s->first + 1;
    const int whole = (cycle < have ? cycle : have) / 12 * 12;
    const size_t more = (size_t)(s->first - first);
    char a[16], b[16];
    void *at;

    if (s->is_static || first >= s->first)
        return TK_OK;
    tk_month_text(s->first, a);
    tk_month_text(s->last, b);
    if (whole == 0)
        return tk_fail(TK_EDATA,
                       "'%s': its files hold %s to %s; a year at least is "
                       "needed to repeat",
                       s->variable, a, b);
    at = tk_new(more + (size_t)have, sizeof *s->at);
    if (!at)
        return TK_ERUN;
    memcpy((char *)at + more * sizeof *s->at, s->at,
           (size_t)have * sizeof *s->at);
    for (size_t i = 0; i < more; i++) {
        const size_t ahead = (more - i) % (size_t)whole;
        const size_t stand_in = ahead ? (size_t)whole - ahead : 0;

        memcpy((char *)at + i * sizeof *s->at, &s->at[stand_in], sizeof *s->at);
    }
    tk_free(s->at);
    s->at = at;
    s->first = first;
    return TK_OK;
}

int
tk_series_first(const tk_series *s)
{
    return s->first;
}

int
tk_series_last(const tk_series *s)
{
    return s->last;
}

tk_calendar
tk_series_calendar(const tk_series *s, int month)
{
    if (s->is_static || month < s->first || month > s->last)
        return s->file[0].calendar;
    return s->file[s->at[month - s->first].file].calendar;
}

const char *
tk_series_variable(const tk_series *s)
{
    return s->variable;
}

const char *
tk_series_units(const tk_series *s)
{
    return s->units;
}

long long
tk_series_newest(const tk_series *s)
{
    return s->newest;
}
