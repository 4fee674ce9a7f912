/* talik/io/series.h -- one variable, month by month, over one or several files.
 *
 * The files that hold the variable are put in order of time; together they must
 * have each month at most once and without a gap.  A month is taken from the
 * time bounds where they exist, else it is the one that holds the time stamp
 * (first-of-month and mid-month stamps both occur).  Files may have calendars
 * of their own; the series counts in months.
 *
 * Dimensions (time, [depth,] y, x), others of length 1; sizes as the grid's.
 * Latitudes and longitudes must be the grid's within 1e-4 degree or 1 % of a
 * step.  Projection axes, or the corners of 2-D coordinates, may be off by less
 * than 0.75 cells, with a warning: published tiles of one place drift that much.
 * Rows that run the other way than the grid's are an error that says so.  A
 * variable without time is static: it has one "month".
 *
 * A series can be another climate: tk_series_change adds to every value that is
 * read, before units are converted.
 *
 * Missing  NaN, for _FillValue, missing_value and NaN in the file.
 */
#ifndef TALIK_IO_SERIES_H
#define TALIK_IO_SERIES_H

#include "talik/grid/calendar.h"
#include "talik/grid/tile.h"
#include "talik/io/nc.h"

typedef struct tk_series tk_series;

typedef struct {
    const char *variable; /* its name in the files                        */
    const char *units;    /* wanted; "" takes the numbers as they are     */
    const char *units_in_file; /* "" = the attribute; else instead of it  */
    bool water, daily;   /* see talik/io/units.h                         */
    bool is_static;      /* has no time, or one step only                */
    size_t ndepth;       /* wanted depths, m, found by value within 1 mm */
    const double *depth; /* (ndepth = 0: the variable has no depth axis) */
} tk_series_want;

/* What becomes of a variable x, in its units in the files, in month m = 1 .. 12:
 *
 *     x (1 + more w) + amount w (1 + winter cos(2 pi (m - 1) / 12))
 *
 * where w = 1.  As a ramp, first < last, w = 0 up to month `first`, then as much
 * more each month, and 1 from `last` on.  {0} leaves it as it is.
 */
typedef struct {
    double amount, winter, more;
    int first, last;
} tk_change;

/* w of a month, and what is added then. */
double tk_change_weight(const tk_change *change, int month);
double tk_change_at(const tk_change *change, int month);

/* Whether it grows; else it is the same in all months. */
bool tk_change_is_ramp(const tk_change *change);

/* **Collective.**  Opens those of the files that hold the variable; TK_EDATA if
 * none does (with the nearest name), for months doubled or missing (named), for
 * a grid or units that do not fit, for a calendar not known, ...
 * tk_series_close ends it.
 */
tk_err tk_series_open(const tk_par *par, const tk_grid *grid, size_t nfile,
                      const char *const *file, const tk_series_want *want,
                      tk_series **series) TK_MUST;
void tk_series_close(tk_series *series); /* **Collective.**  Accepts NULL. */

/* What reads do from now on: a copy.  tk_series_plain leaves it out, and takes it
 * up again.
 */
void tk_series_change(tk_series *series, const tk_change *change);
void tk_series_plain(tk_series *series, bool plain);

/* Reaches back to month `first` by repeating the first `cycle` months that the
 * files hold (fewer whole years, if they hold no more), a January for a January.
 * From then on these months are held like any other, and a change counts by the
 * month that is asked for, not by the one that stands for it.  Local.  Nothing if
 * the files begin no later; TK_EDATA if they hold less than a year; TK_ERUN: no
 * memory.
 */
tk_err tk_series_repeat(tk_series *series, int first, int cycle) TK_MUST;

/* Months held, [first, last]; both 0 if static. */
int tk_series_first(const tk_series *series);
int tk_series_last(const tk_series *series);
tk_calendar tk_series_calendar(const tk_series *series, int month);
const char *tk_series_variable(const tk_series *series);

/* The units of the values that tk_series_read gives; "" if none are known. */
const char *tk_series_units(const tk_series *series);

/* The time of the newest change of its files, s since 1970: dates in headers
 * follow it, so that the same run writes the same bytes.
 */
long long tk_series_newest(const tk_series *series);

/* **Collective.**  Months [first, first + n) of the run's lanes:
 * out[n][max(ndepth,1)][nlane].  Ranks may bring different runs, also empty
 * ones, but the same months.  TK_EDATA names months that are not there.
 */
tk_err tk_series_read(tk_series *series, const tk_run *run, int first, size_t n,
                      float *out) TK_MUST;

/* **Collective.**  The same for boxes {row, col, nrow, ncol} of the file, at
 * wanted depth d: out[n][cells of the boxes].
 */
tk_err tk_series_read_boxes(tk_series *series, size_t nbox,
                            const size_t (*box)[4], size_t d, int first,
                            size_t n, float *out) TK_MUST;

#endif
