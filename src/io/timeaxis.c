#include "timeaxis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

/* What the file says about its time. */
typedef struct {
    tk_nc_var var, bounds;
    bool has_bounds;
    tk_calendar calendar;
    tk_time_units units;
} axis;

static tk_err
find_axis(const tk_nc *nc, const tk_nc_var *v, axis *a)
{
    char text[TK_NAME];

    if (!tk_nc_has(nc, v->dim_name[0]))
        return tk_fail(TK_EDATA,
                       "%s: the first dimension of '%s', %s, has no variable "
                       "of its name to give the time",
                       tk_nc_path(nc), v->name, v->dim_name[0]);
    TK_TRY(tk_nc_find(nc, v->dim_name[0], &a->var));
    if (a->var.ndim != 1 || a->var.dim[0] != v->dim[0])
        return tk_fail(TK_EDATA, "%s: '%s' is no time axis", tk_nc_path(nc),
                       a->var.name);
    tk_nc_text(nc, &a->var, "calendar", sizeof text, text);
    if (tk_calendar_parse(text, &a->calendar)
        || tk_time_units_parse(a->var.units, a->calendar, &a->units)) {
        const tk_fault why = *tk_last_fault();

        return tk_fail(TK_EDATA, "%s: '%s': %.3000s", tk_nc_path(nc),
                       a->var.name, why.text);
    }
    tk_nc_text(nc, &a->var, "bounds", sizeof text, text);
    if (*text && tk_nc_has(nc, text)) {
        TK_TRY(tk_nc_find(nc, text, &a->bounds));
        a->has_bounds = a->bounds.ndim == 2 && a->bounds.dim[0] == v->dim[0]
                        && a->bounds.dim[1] == 2;
        if (!a->has_bounds)
            return tk_fail(TK_EDATA, "%s: '%s' are no bounds of '%s'",
                           tk_nc_path(nc), text, a->var.name);
    }
    return TK_OK;
}

/* The month of step t: that of the middle of its bounds, else of its stamp. */
static tk_err
find_month(const tk_nc *nc, const axis *a, size_t t, const double *value,
           const double *bounds, int *month)
{
    double day = tk_time_days(&a->units, a->calendar, value[t]);

    if (a->has_bounds) {
        const double from = tk_time_days(&a->units, a->calendar, bounds[2 * t]);
        const double to =
            tk_time_days(&a->units, a->calendar, bounds[2 * t + 1]);

        if (isfinite(from) && isfinite(to)
            && !(to - from >= 26.9 && to - from <= 32.1))
            return tk_fail(TK_EDATA,
                           "%s: not monthly: the bounds of step %zu of '%s' "
                           "are %g days apart",
                           tk_nc_path(nc), t + 1, a->var.name, to - from);
        day = (from + to) / 2;
    }
    if (!(fabs(day) < 3e6))
        return tk_fail(TK_EDATA,
                       "%s: value %.10g at step %zu of '%s' (units '%s') is no "
                       "date",
                       tk_nc_path(nc), value[t], t + 1, a->var.name,
                       a->var.units);
    *month = tk_month_at(a->calendar, day);
    return TK_OK;
}

static int
by_month(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

/* Two steps in one month: finer data, or a month written twice. */
static tk_err
check_once(const tk_nc *nc, const axis *a, size_t n, const int *month)
{
    int *sorted = tk_new(n, sizeof *sorted);
    size_t twice = 0, first = 0;
    char text[16];

    if (!sorted)
        return TK_ERUN;
    memcpy(sorted, month, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_month);
    for (size_t t = n; t > 1; t--)
        if (sorted[t - 1] == sorted[t - 2]) {
            twice++;
            first = t - 1;
        }
    if (twice > 0)
        tk_month_text(sorted[first], text);
    tk_free(sorted);
    if (twice == 0)
        return TK_OK;
    return tk_fail(TK_EDATA,
                   "%s: month %s is there more than once along '%s' (%zu steps "
                   "in all, %zu too many)%s",
                   tk_nc_path(nc), text, a->var.name, n, twice,
                   twice > n / 3 ? ": the data are not monthly; `cdo monmean` "
                                   "makes monthly means"
                                 : "");
}

tk_err
tk_timeaxis_read(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
                 tk_calendar *calendar, int *month)
{
    const size_t n = v->dim[0], start[2] = {0, 0}, count[2] = {n, 2};
    double *value = NULL, *bounds = NULL;
    axis a = {0};
    tk_err err = tk_injected("io.time") ? tk_fail(TK_EDATA, "injected: io.time")
                                        : find_axis(nc, v, &a);

    if (!err) {
        value = tk_new(n, sizeof *value);
        bounds = tk_new(a.has_bounds ? 2 * n : 1, sizeof *bounds);
        err = value && bounds ? TK_OK : TK_ERUN;
    }
    err = tk_agree(par, err);
    if (!err)
        err = tk_nc_read_same(nc, &a.var, start, count, value);
    if (!err && a.has_bounds)
        err = tk_nc_read_same(nc, &a.bounds, start, count, bounds);
    if (!err) {
        tk_err mine = TK_OK;

        for (size_t t = 0; t < n && !mine; t++)
            mine = find_month(nc, &a, t, value, bounds, &month[t]);
        if (!mine)
            mine = check_once(nc, &a, n, month);
        err = tk_agree(par, mine);
    }
    *calendar = a.calendar;
    tk_free(value);
    tk_free(bounds);
    return err;
}
