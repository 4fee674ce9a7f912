/* Attributes and axes that all output files share. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "talik/core/version.h"

void
globals_text(global_atts *g, const char *name, const char *text)
{
    TK_ASSERT(g->n < sizeof g->att / sizeof g->att[0]);
    if (*text)
        g->att[g->n++] = (tk_out_att){.name = name, .text = text};
}

void
globals_int(global_atts *g, const char *name, int number)
{
    TK_ASSERT(g->n < sizeof g->att / sizeof g->att[0]);
    g->att[g->n++] =
        (tk_out_att){.name = name, .number = number, .integer = true};
}

void
globals_number(global_atts *g, const char *name, double number)
{
    TK_ASSERT(g->n < sizeof g->att / sizeof g->att[0]);
    g->att[g->n++] = (tk_out_att){.name = name, .number = number};
}

/* Dates follow SOURCE_DATE_EPOCH, or the newest input: never the clock, so that
 * the same run gives the same bytes.
 */
static void
dates(long long newest, global_atts *g)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const time_t when = (time_t)(epoch ? atoll(epoch) : newest);
    struct tm t;

    gmtime_r(&when, &t);
    *g->dates[0] = '\0';
    if (when > 0)
        strftime(g->dates[0], sizeof g->dates[0], "%Y-%m-%dT%H:%M:%SZ", &t);
}

/* "t2m +4 in every month", "t2m +4, winter +0.3, tp x 1.2, growing from 1950-01 to
 * 2009-12"; "" without.
 */
static void
say_change(const tk_config *c, size_t room, char *text)
{
    char winter[32] = "", scaled[TK_WORD + 32] = "", shifted[TK_WORD + 32] = "";

    *text = '\0';
    if (!*c->forcing.shift_of && !*c->forcing.scale_of)
        return;
    if (c->forcing.shift_winter != 0)
        snprintf(winter, sizeof winter, ", winter %+g",
                 c->forcing.shift_winter);
    if (*c->forcing.shift_of)
        snprintf(shifted, sizeof shifted, "%s %+g", c->forcing.shift_of,
                 c->forcing.shift);
    if (*c->forcing.scale_of)
        snprintf(scaled, sizeof scaled, "%s%s x %g", *shifted ? ", " : "",
                 c->forcing.scale_of, c->forcing.scale);
    if (*c->forcing.ramp_first)
        snprintf(text, room, "%s%s%s, growing from %s to %s", shifted, winter,
                 scaled, c->forcing.ramp_first, c->forcing.ramp_last);
    else
        snprintf(text, room, "%s%s%s in every month", shifted, winter, scaled);
}

void
globals_begin(const tk_setup *setup, long long newest, const char *command,
              global_atts *g)
{
    const tk_config *c = &setup->c;

    g->n = 0;
    dates(newest, g);
    snprintf(g->history, sizeof g->history, "%s%stalik %s", g->dates[0],
             *g->dates[0] ? " " : "", command);
    globals_text(g, "Conventions", "CF-1.8 ACDD-1.3");
    globals_text(g, "title", c->run.title);
    globals_text(g, "institution", c->run.institution);
    globals_text(g, "creator_name", c->run.contact);
    globals_text(g, "license", c->run.license);
    globals_text(g, "history", g->history);
    globals_text(g, "creation_date", g->dates[0]);
    globals_text(g, "date_created", g->dates[0]);
    if (strcmp(command, "world") != 0) { /* which reads no forcing */
        say_change(c, sizeof g->shift, g->shift);
        globals_text(g, "forcing_shift", g->shift);
        if (*c->forcing.repeat_from) {
            snprintf(g->repeated, sizeof g->repeated,
                     "first %d years from %s on", c->forcing.repeat_years,
                     c->forcing.repeat_from);
            globals_text(g, "forcing_repeated", g->repeated);
        }
    }
    globals_text(g, "talik_version", tk_version());
    globals_text(g, "talik_git", tk_git_hash());
    globals_text(g, "talik_namelist", setup->text);
}

void
month_axis(tk_calendar calendar, int first, size_t n, double *middle,
           double *bounds)
{
    for (size_t i = 0; i < n; i++) {
        bounds[2 * i] = tk_month_start(calendar, first + (int)i);
        bounds[2 * i + 1] = tk_month_start(calendar, first + (int)i + 1);
        middle[i] = 0.5 * (bounds[2 * i] + bounds[2 * i + 1]);
    }
}

void
depth_bounds(size_t n, const double *depth, double *bounds)
{
    static const double era5_node[4] = {0.035, 0.175, 0.64, 1.945};
    static const double era5_edge[5] = {0, 0.07, 0.28, 1.0, 2.89};
    bool era5 = n == 4;

    for (size_t k = 0; k < n && era5; k++)
        era5 = fabs(depth[k] - era5_node[k]) < 1e-6;
    for (size_t k = 0; k < n; k++) {
        const double below = k + 1 < n ? 0.5 * (depth[k] + depth[k + 1])
                             : n > 1
                                 ? depth[k] + 0.5 * (depth[k] - depth[k - 1])
                                 : depth[k];

        bounds[2 * k] = k ? bounds[2 * k - 1] : n > 1 ? 0 : depth[k];
        bounds[2 * k + 1] = below;
        if (era5) {
            bounds[2 * k] = era5_edge[k];
            bounds[2 * k + 1] = era5_edge[k + 1];
        }
    }
}
