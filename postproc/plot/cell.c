/* The series of an evaluation: one cell, its last two years. */
#include "contest.h"

#include <math.h>
#include <string.h>

#include <netcdf.h>

#include "talik/core/mem.h"
#include "talik/grid/calendar.h"

static const char *const month_dim[] = {"month"};
static const char *const cell_dim[] = {"predictor", "depth", "month"};

/* Months as single numbers, and which of them are drawn. */
static tk_err
read_months(const tk_contest *c, tk_cell *s)
{
    double *within = NULL;
    int dim;
    tk_err err;

    if (nc_inq_dimid(c->nc, "month", &dim) != NC_NOERR
        || nc_inq_dimlen(c->nc, dim, &s->nt) != NC_NOERR || s->nt == 0)
        return tk_fail(TK_EDATA, "%s: holds no series: no month", c->path);
    TK_TRY(tk_contest_read(c, "year", 1, month_dim, &s->month));
    err = tk_contest_read(c, "month_of_year", 1, month_dim, &within);
    for (size_t t = 0; !err && t < s->nt; t++) {
        s->month[t] = 12 * s->month[t] + within[t] - 1;
        if (isnan(s->month[t]) || (t && s->month[t] <= s->month[t - 1]))
            err = tk_fail(TK_EDATA,
                          "%s: the months of the series do not follow each "
                          "other",
                          c->path);
    }
    tk_free(within);
    if (!err && s->nt < 2)
        err = tk_fail(TK_EDATA,
                      "%s: one month is no series; a figure needs two or more",
                      c->path);
    return err;
}

/* Rows of nt values spread to `room` places, NaN where there is none. */
static tk_err
spread(size_t rows, size_t nt, const size_t *place, size_t room, double **x)
{
    double *wide = tk_new(rows * room, sizeof *wide);

    if (!wide)
        return TK_ERUN;
    for (size_t i = 0; i < rows * room; i++)
        wide[i] = NAN;
    for (size_t i = 0; i < rows * nt; i++)
        wide[i / nt * room + place[i % nt]] = (*x)[i];
    tk_free(*x);
    *x = wide;
    return TK_OK;
}

/* Held-out years need not follow each other: an empty place stands where months
 * are left out, so that no line is drawn over it.
 */
static tk_err
open_gaps(const tk_contest *c, tk_cell *s)
{
    size_t *place = tk_new(s->nt, sizeof *place), room;
    tk_err err = place ? TK_OK : TK_ERUN;

    for (size_t t = 1; t < s->nt && place; t++)
        place[t] = place[t - 1] + 1 + (s->month[t] > s->month[t - 1] + 1);
    if (!err) {
        const size_t last =
            s->nt < TK_CONTEST_MONTHS ? s->nt : TK_CONTEST_MONTHS;

        room = place[s->nt - 1] + 1;
        s->from = place[s->nt - last];
        s->n = room - s->from;
        err = spread(1, s->nt, place, room, &s->month);
        if (!err)
            err = spread(c->nd, s->nt, place, room, &s->observed);
        if (!err)
            err = spread(c->np * c->nd, s->nt, place, room, &s->predicted);
        s->nt = room;
    }
    tk_free(place);
    return err;
}

static tk_err
read_degrees(const tk_contest *c, const char *name, size_t ndim,
             const char *const *dim, size_t n, double **x)
{
    char units[64];
    double less = 0;
    int var;

    TK_TRY(tk_contest_read(c, name, ndim, dim, x));
    if (nc_inq_varid(c->nc, name, &var) != NC_NOERR)
        var = -1;
    tk_plot_text_att(c->nc, var, "units", sizeof units, units);
    if (strcmp(units, "K") == 0)
        less = 273.15;
    else if (strcmp(units, "degC") != 0)
        return tk_fail(TK_EDATA, "%s: '%s' is in '%s'; expected K", c->path,
                       name, units);
    for (size_t i = 0; i < n; i++)
        (*x)[i] -= less;
    return TK_OK;
}

static bool
any_observed(const tk_contest *c, const tk_cell *s)
{
    for (size_t k = 0; k < c->nd; k++)
        for (size_t t = s->from; t < s->nt; t++)
            if (!isnan(s->observed[k * s->nt + t]))
                return true;
    return false;
}

/* A band is drawn where there is one; none is no fault. */
static tk_err
read_band(const tk_contest *c, tk_cell *s)
{
    int var;

    s->level = tk_plot_number_att(c->nc, NC_GLOBAL, "coverage_level", 0.9);
    if (nc_inq_varid(c->nc, "coverage_level", &var) == NC_NOERR
        && nc_get_var1_double(c->nc, var, (size_t[1]){0}, &s->level)
               != NC_NOERR)
        s->level = 0.9;
    if (nc_inq_varid(c->nc, "half_width", &var) != NC_NOERR)
        return TK_OK;
    return tk_contest_read(c, "half_width", 2, cell_dim, &s->half);
}

tk_err
tk_cell_read(const tk_contest *c, tk_cell *s)
{
    char first[16], last[16];

    *s = (tk_cell){0};
    TK_TRY(read_months(c, s));
    TK_TRY(read_degrees(c, "observed", 2, cell_dim + 1, c->nd * s->nt,
                        &s->observed));
    TK_TRY(read_degrees(c, "predicted", 3, cell_dim, c->np * c->nd * s->nt,
                        &s->predicted));
    TK_TRY(read_band(c, s));
    TK_TRY(open_gaps(c, s));
    s->lat = tk_plot_number_att(c->nc, NC_GLOBAL, "point_lat", NAN);
    s->lon = tk_plot_number_att(c->nc, NC_GLOBAL, "point_lon", NAN);
    if (any_observed(c, s))
        return TK_OK;
    tk_month_text((int)s->month[s->from], first);
    tk_month_text((int)s->month[s->nt - 1], last);
    return tk_fail(TK_EDATA, "%s: 'observed' has no value from %s to %s",
                   c->path, first, last);
}

void
tk_cell_free(tk_cell *s)
{
    tk_free(s->month);
    tk_free(s->observed);
    tk_free(s->predicted);
    tk_free(s->half);
    *s = (tk_cell){0};
}
