/* Global attributes: the caller's, and those that follow from the axes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/digest.h"

#include "out_define.h"

static bool
is_given(const tk_out_opts *o, const char *name)
{
    for (size_t i = 0; i < o->natt; i++)
        if (strcmp(o->att[i].name, name) == 0)
            return true;
    return false;
}

static void
add_text(tk_definer *d, const char *name, const char *text)
{
    if (!is_given(d->opts, name))
        tk_def_text(d, NC_GLOBAL, name, text);
}

static void
add_number(tk_definer *d, const char *name, double x)
{
    if (!is_given(d->opts, name))
        tk_def_doubles(d, NC_GLOBAL, name, 1, &x);
}

static void
add_given(tk_definer *d, const tk_out_att *att)
{
    const int integer = att->text ? 0 : (int)att->number;
    uint64_t value;

    memcpy(&value, &att->number, sizeof value);
    if (att->text)
        value = tk_digest_bytes(strlen(att->text), att->text);
    d->out->header +=
        tk_digest_mix(tk_digest_bytes(strlen(att->name), att->name), value);
    if (att->text)
        tk_def_text(d, NC_GLOBAL, att->name, att->text);
    else if (att->integer)
        tk_def_ints(d, NC_GLOBAL, att->name, NC_INT, 1, &integer);
    else
        tk_def_doubles(d, NC_GLOBAL, att->name, 1, &att->number);
}

/* "YYYY-MM-DD" of an instant, in days from the epoch. */
static void
add_date(tk_definer *d, const char *name, double days)
{
    const tk_calendar calendar = d->opts->calendar;
    const int month = tk_month_at(calendar, days);
    const double since = days - tk_month_start(calendar, month);
    char text[64];

    snprintf(text, sizeof text, "%04d-%02d-%02d", tk_month_year(month),
             tk_month_of_year(month), 1 + (int)floor(since));
    add_text(d, name, text);
}

/* The last day covered stands for the end, as in CMIP's file names. */
static void
add_coverage(tk_definer *d)
{
    const tk_out_opts *o = d->opts;
    const tk_calendar calendar = o->calendar;
    const double *b = o->time_bounds;
    char text[32];
    int months;

    if (o->ntime == 0)
        return;
    add_date(d, "time_coverage_start", b ? b[0] : o->time[0]);
    add_date(d, "time_coverage_end",
             b ? b[2 * o->ntime - 1] - 0.5 : o->time[o->ntime - 1]);
    if (!b)
        return;
    months = tk_month_at(calendar, b[1]) - tk_month_at(calendar, b[0]);
    if (months <= 0)
        return;
    if (months % 12 == 0)
        snprintf(text, sizeof text, "P%dY", months / 12);
    else
        snprintf(text, sizeof text, "P%dM", months);
    add_text(d, "time_coverage_resolution", text);
}

static void
add_space(tk_definer *d)
{
    const tk_out_opts *o = d->opts;
    const size_t n = o->ndepth;
    const double *b = o->depth_bounds;

    if (isfinite(d->extent[0])) {
        add_number(d, "geospatial_lat_min", d->extent[0]);
        add_number(d, "geospatial_lat_max", d->extent[1]);
        add_text(d, "geospatial_lat_units", "degrees_north");
        add_number(d, "geospatial_lon_min", d->extent[2]);
        add_number(d, "geospatial_lon_max", d->extent[3]);
        add_text(d, "geospatial_lon_units", "degrees_east");
    }
    if (!d->has_depth)
        return;
    add_number(d, "geospatial_vertical_min", b ? b[0] : o->depth[0]);
    add_number(d, "geospatial_vertical_max",
               b ? b[2 * n - 1] : o->depth[n - 1]);
    add_text(d, "geospatial_vertical_positive", "down");
    add_text(d, "geospatial_vertical_units", "m");
}

void
tk_def_globals(tk_definer *d)
{
    add_text(d, "Conventions", "CF-1.8 ACDD-1.3");
    for (size_t i = 0; i < d->opts->natt; i++)
        add_given(d, &d->opts->att[i]);
    add_space(d);
    add_coverage(d);
    add_text(d, "standard_name_vocabulary", "CF Standard Name Table v83");
    add_text(d, "cdm_data_type", "Grid");
    d->out->own_uuid = !is_given(d->opts, "tracking_id");
    add_text(d, "tracking_id", OUT_NO_UUID);
}
