#include "plot.h"

#include <math.h>
#include <string.h>

#include <netcdf.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/grid/calendar.h"

static tk_err
failed(const tk_plot_data *d, int status)
{
    return tk_fail(TK_EDATA, "%s: %s", d->path, nc_strerror(status));
}

#define NC_TRY(d, call)             \
    do {                            \
        int s_ = (call);            \
        if (s_ != NC_NOERR)         \
            return failed((d), s_); \
    } while (0)

static bool
begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* What there is besides coordinates and bounds, for messages. */
static tk_err
no_variable(const tk_plot_data *d)
{
    tk_text list = {0};
    int n = 0, ndim;
    tk_err err;
    char name[NC_MAX_NAME + 1];

    nc_inq_nvars(d->nc, &n);
    for (int v = 0; v < n; v++) {
        if (nc_inq_varname(d->nc, v, name) == NC_NOERR
            && nc_inq_varndims(d->nc, v, &ndim) == NC_NOERR && ndim >= 2
            && !strstr(name, "_bnds"))
            tk_text_add(&list, " %s", name);
    }
    err = tk_fail(TK_EDATA, "%s: no variable '%s'; there are:%s", d->path,
                  d->variable, tk_text_get(&list));
    tk_text_drop(&list);
    return err;
}

static tk_err
read_times(tk_plot_data *d, int var)
{
    char text[256], bounds_name[128];
    tk_calendar calendar;
    tk_time_units units;
    double *value = tk_new(2 * d->nt, sizeof *value);
    tk_err err = TK_OK;
    int bounds;

    d->month = tk_new(d->nt, sizeof *d->month);
    if (!value || !d->month) {
        tk_free(value);
        return TK_ERUN;
    }
    tk_plot_text_att(d->nc, var, "calendar", sizeof text, text);
    err = tk_calendar_parse(text, &calendar);
    tk_plot_text_att(d->nc, var, "units", sizeof text, text);
    if (!err)
        err = tk_time_units_parse(text, calendar, &units);
    tk_plot_text_att(d->nc, var, "bounds", sizeof bounds_name, bounds_name);
    if (!err && bounds_name[0]
        && nc_inq_varid(d->nc, bounds_name, &bounds) == NC_NOERR
        && nc_get_var_double(d->nc, bounds, value) == NC_NOERR) {
        for (size_t t = 0; t < d->nt; t++)
            value[t] = 0.5 * (value[2 * t] + value[2 * t + 1]);
    } else if (!err && nc_get_var_double(d->nc, var, value) != NC_NOERR) {
        err = tk_fail(TK_EDATA, "%s: cannot read the times", d->path);
    }
    for (size_t t = 0; !err && t < d->nt; t++)
        d->month[t] =
            tk_month_at(calendar, tk_time_days(&units, calendar, value[t]));
    tk_free(value);
    return err;
}

/* The coordinate variable of that unit, of one dimension or on (y, x). */
static int
find_axis(const tk_plot_data *d, int dim_y, int dim_x, bool latitude, int ndim)
{
    const int own = latitude ? dim_y : dim_x;
    int n = 0, dims[NC_MAX_VAR_DIMS], nd;
    char units[64];

    nc_inq_nvars(d->nc, &n);
    for (int v = 0; v < n; v++) {
        if (nc_inq_varndims(d->nc, v, &nd) != NC_NOERR || nd != ndim
            || nc_inq_vardimid(d->nc, v, dims) != NC_NOERR)
            continue;
        tk_plot_text_att(d->nc, v, "units", sizeof units, units);
        if (!begins(units, latitude ? "degrees_n" : "degrees_e")
            && !begins(units, latitude ? "degree_n" : "degree_e"))
            continue;
        if (ndim == 1 ? dims[0] == own : dims[0] == dim_y && dims[1] == dim_x)
            return v;
    }
    return -1;
}

static void
join_longitudes(size_t n, double *lon)
{
    for (size_t i = 0; i < n; i++)
        lon[i] -= 360 * floor((lon[i] + 280) / 360);
}

static tk_err
read_place(tk_plot_data *d, int dim_y, int dim_x)
{
    int lat = find_axis(d, dim_y, dim_x, true, 1);
    int lon = find_axis(d, dim_y, dim_x, false, 1);
    size_t ny = d->ny, nx = d->nx;

    d->regular = lat >= 0 && lon >= 0;
    if (!d->regular) {
        lat = find_axis(d, dim_y, dim_x, true, 2);
        lon = find_axis(d, dim_y, dim_x, false, 2);
        ny = nx = d->ny * d->nx;
    }
    if (lat < 0 || lon < 0)
        return tk_fail(TK_EDATA,
                       "%s: '%s' has no latitudes and longitudes (units "
                       "degrees_north, degrees_east)",
                       d->path, d->variable);
    d->lat = tk_new(ny, sizeof *d->lat);
    d->lon = tk_new(nx, sizeof *d->lon);
    if (!d->lat || !d->lon)
        return TK_ERUN;
    NC_TRY(d, nc_get_var_double(d->nc, lat, d->lat));
    NC_TRY(d, nc_get_var_double(d->nc, lon, d->lon));
    join_longitudes(nx, d->lon);
    return TK_OK;
}

/* Which dimension is time and which is depth; the last two are y and x. */
static tk_err
read_dimensions(tk_plot_data *d)
{
    int ndim, dims[NC_MAX_VAR_DIMS], var;
    char name[NC_MAX_NAME + 1], units[256];
    size_t n;

    NC_TRY(d, nc_inq_varndims(d->nc, d->var, &ndim));
    NC_TRY(d, nc_inq_vardimid(d->nc, d->var, dims));
    if (ndim < 2 || ndim > 4)
        return tk_fail(TK_EDATA,
                       "%s: '%s' has %d dimensions; expected ([time, [depth,]] "
                       "y, x)",
                       d->path, d->variable, ndim);
    d->dim_y = ndim - 2;
    d->dim_x = ndim - 1;
    NC_TRY(d, nc_inq_dimlen(d->nc, dims[d->dim_y], &d->ny));
    NC_TRY(d, nc_inq_dimlen(d->nc, dims[d->dim_x], &d->nx));
    for (int i = 0; i < ndim - 2; i++) {
        NC_TRY(d, nc_inq_dim(d->nc, dims[i], name, &n));
        units[0] = '\0';
        if (nc_inq_varid(d->nc, name, &var) == NC_NOERR)
            tk_plot_text_att(d->nc, var, "units", sizeof units, units);
        if (strstr(units, " since ") || begins(units, "day as")) {
            d->dim_t = i;
            d->nt = n;
            TK_TRY(read_times(d, var));
        } else if (d->dim_z < 0 && units[0]) {
            d->dim_z = i;
            d->ndepth = n;
            d->depth = tk_new(n, sizeof *d->depth);
            if (!d->depth)
                return TK_ERUN;
            NC_TRY(d, nc_get_var_double(d->nc, var, d->depth));
        } else {
            return tk_fail(TK_EDATA,
                           "%s: dimension '%s' of '%s' is neither a time nor "
                           "a depth with units",
                           d->path, name, d->variable);
        }
    }
    return read_place(d, dims[d->dim_y], dims[d->dim_x]);
}

/* A difference of 1 K is one of 1 degC, and stays. */
static void
read_units(tk_plot_data *d)
{
    char about[64];

    tk_plot_text_att(d->nc, d->var, "units", sizeof d->units, d->units);
    tk_plot_text_att(d->nc, d->var, "units_metadata", sizeof about, about);
    d->difference = strstr(about, "temperature: difference") != NULL;
    if (d->difference)
        return;
    if (strcmp(d->units, "K") == 0 || strcmp(d->units, "kelvin") == 0) {
        d->offset -= 273.15;
        snprintf(d->units, sizeof d->units, "degC");
    } else if (strcmp(d->units, "celsius") == 0) {
        snprintf(d->units, sizeof d->units, "degC");
    }
}

static void
read_description(tk_plot_data *d)
{
    char model[64], experiment[64];

    tk_plot_text_att(d->nc, d->var, "long_name", sizeof d->name, d->name);
    if (!d->name[0])
        snprintf(d->name, sizeof d->name, "%s", d->variable);
    tk_plot_text_att(d->nc, NC_GLOBAL, "model_id", sizeof model, model);
    tk_plot_text_att(d->nc, NC_GLOBAL, "experiment", sizeof experiment,
                     experiment);
    tk_plot_text_att(d->nc, NC_GLOBAL, "experiment_id", sizeof d->experiment,
                     d->experiment);
    if (!experiment[0] && strncmp(d->experiment, "rcp", 3) == 0
        && strlen(d->experiment) == 5)
        snprintf(experiment, sizeof experiment, "RCP%c.%c", d->experiment[3],
                 d->experiment[4]);
    snprintf(d->about, sizeof d->about, "%s%s%s", model,
             model[0] && experiment[0] ? ", " : "", experiment);
    d->scale = tk_plot_number_att(d->nc, d->var, "scale_factor", 1);
    d->offset = tk_plot_number_att(d->nc, d->var, "add_offset", 0);
    d->fill[0] = tk_plot_number_att(d->nc, d->var, "_FillValue", NAN);
    d->fill[1] = tk_plot_number_att(d->nc, d->var, "missing_value", NAN);
    read_units(d);
}

tk_err
tk_plot_open(const char *path, const char *variable, tk_plot_data *d)
{
    *d = (tk_plot_data){.path = path,
                        .variable = variable,
                        .nc = -1,
                        .nt = 1,
                        .ndepth = 1,
                        .dim_t = -1,
                        .dim_z = -1};
    NC_TRY(d, nc_open(path, NC_NOWRITE, &d->nc));
    if (nc_inq_varid(d->nc, variable, &d->var) != NC_NOERR)
        return no_variable(d);
    read_description(d);
    return read_dimensions(d);
}

void
tk_plot_close(tk_plot_data *d)
{
    if (d->path && d->nc >= 0)
        nc_close(d->nc);
    tk_free(d->month);
    tk_free(d->depth);
    tk_free(d->lat);
    tk_free(d->lon);
    *d = (tk_plot_data){.nc = -1};
}

tk_err
tk_plot_level(const tk_plot_data *d, double depth, size_t *k)
{
    tk_text list = {0};
    tk_err err;

    *k = 0;
    if (isnan(depth) && d->ndepth == 1)
        return TK_OK;
    for (; d->depth && *k < d->ndepth; (*k)++)
        if (fabs(d->depth[*k] - depth) <= fmax(0.01 * depth, 1e-6))
            return TK_OK;
    *k = 0;
    for (size_t i = 0; d->depth && i < d->ndepth; i++)
        tk_text_add(&list, "%s %g", i ? "," : "", d->depth[i]);
    if (!d->depth)
        err = tk_fail(TK_EDATA, "%s: '%s' has no depths: leave out -d", d->path,
                      d->variable);
    else if (isnan(depth))
        err = tk_fail(TK_EDATA,
                      "%s: '%s' has several depths: choose one with -d; there "
                      "are, in m:%s",
                      d->path, d->variable, tk_text_get(&list));
    else
        err = tk_fail(TK_EDATA, "%s: no depth %g m; there are, in m:%s",
                      d->path, depth, tk_text_get(&list));
    tk_text_drop(&list);
    return err;
}

tk_err
tk_plot_step(const tk_plot_data *d, size_t t, size_t k, double *x)
{
    size_t start[4] = {0}, count[4] = {1, 1, 1, 1};

    if (d->dim_t >= 0)
        start[d->dim_t] = t;
    if (d->dim_z >= 0)
        start[d->dim_z] = k;
    count[d->dim_y] = d->ny;
    count[d->dim_x] = d->nx;
    NC_TRY(d, nc_get_vara_double(d->nc, d->var, start, count, x));
    for (size_t i = 0; i < d->ny * d->nx; i++) {
        if (x[i] == d->fill[0] || x[i] == d->fill[1] || fabs(x[i]) > 1e19)
            x[i] = NAN;
        else
            x[i] = x[i] * d->scale + d->offset;
    }
    return TK_OK;
}

static tk_err
check_years(const tk_plot_data *d, int first, int last)
{
    int from, to;

    if (!d->month)
        return tk_fail(TK_EDATA, "%s: '%s' has no time: leave out -p", d->path,
                       d->variable);
    from = to = tk_month_year(d->month[0]);
    for (size_t t = 1; t < d->nt; t++) {
        const int y = tk_month_year(d->month[t]);

        from = y < from ? y : from;
        to = y > to ? y : to;
    }
    if (first < from || last > to)
        return tk_fail(TK_EDATA,
                       "%s: holds the years %d-%d, %d-%d was asked for",
                       d->path, from, to, first, last);
    return TK_OK;
}

tk_err
tk_plot_mean(const tk_plot_data *d, int first, int last, size_t k, double *x)
{
    const size_t n = d->ny * d->nx;
    double *step = tk_new(n, sizeof *step);
    size_t used = 0;
    tk_err err = step ? TK_OK : TK_ERUN;

    if (!err && first)
        err = check_years(d, first, last);
    for (size_t i = 0; i < n; i++)
        x[i] = 0;
    for (size_t t = 0; !err && t < d->nt; t++) {
        const int year = d->month ? tk_month_year(d->month[t]) : 0;

        if (first && (year < first || year > last))
            continue;
        err = tk_plot_step(d, t, k, step);
        for (size_t i = 0; i < n; i++)
            x[i] += step[i];
        used++;
    }
    for (size_t i = 0; i < n; i++)
        x[i] /= (double)used;
    tk_free(step);
    return err;
}
