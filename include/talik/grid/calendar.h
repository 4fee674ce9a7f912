/* talik/grid/calendar.h -- CF calendars, months as numbers, CF time units.
 *
 * A month is one number, so that windows and gaps are plain arithmetic:
 * month = 12 * year + (1..12) - 1.  Time in files that talik writes counts in
 * days since TK_EPOCH_YEAR-01-01 00:00:00 of the file's own calendar.
 */
#ifndef TALIK_GRID_CALENDAR_H
#define TALIK_GRID_CALENDAR_H

#include <stddef.h>

#include "talik/core/error.h"

#define TK_EPOCH_YEAR 1850
#define TK_TIME_UNITS "days since 1850-01-01 00:00:00"

typedef enum {
    TK_CAL_STANDARD,  /* "standard", "gregorian": Julian before 1582-10-15 */
    TK_CAL_PROLEPTIC, /* "proleptic_gregorian"                             */
    TK_CAL_NOLEAP,    /* "noleap", "365_day"                               */
    TK_CAL_360,       /* "360_day"                                         */
} tk_calendar;

/* "" or NULL is standard, as CF says.  TK_EDATA for any other word; the fault
 * names the calendars that are known.
 */
tk_err tk_calendar_parse(const char *name, tk_calendar *calendar) TK_MUST;
const char *tk_calendar_name(tk_calendar calendar);

int tk_month(int year, int month_of_year);
int tk_month_year(int month);
int tk_month_of_year(int month); /* 1..12 */

/* "DJF", "MAM", "JJA", "SON"; which of them a month belongs to. */
#define TK_SEASONS 4
const char *tk_season_name(size_t season);
size_t tk_season_of(int month);

/* "YYYY-MM" <-> month; TK_ECONF if the text is anything else. */
tk_err tk_month_parse(const char *text, int *month) TK_MUST;
void tk_month_text(int month, char out[16]);

/* Days in the month: 28..31, or 30; 21 in the standard calendar's 1582-10. */
int tk_month_days(tk_calendar calendar, int month);

/* Days from the epoch to the first instant of the month. */
double tk_month_start(tk_calendar calendar, int month);

/* Days from the epoch to a date that exists. */
double tk_date_days(tk_calendar calendar, long year, long month, long day);
bool tk_date_exists(tk_calendar calendar, long year, long month, long day);

/* "<unit> since <date> [<time>] [<zone>]", unit one of seconds, minutes, hours,
 * days and their usual spellings; or "day as %Y%m%d", and for integer dates
 * with the units "1" of current Copernicus files, the same.
 */
typedef struct {
    double days_per_unit;
    double origin; /* days from the epoch, in the calendar */
    bool date_as_digits;
} tk_time_units;

/* TK_EDATA, with what was expected, if the text is no time unit ("months
 * since" and "years since" have no fixed length and are refused).
 */
tk_err tk_time_units_parse(const char *text, tk_calendar calendar,
                           tk_time_units *units) TK_MUST;

/* Days from the epoch of a time value; NaN for digits that are no date between
 * the years 1500 and 3000.
 */
double tk_time_days(const tk_time_units *units, tk_calendar calendar,
                    double value);

/* The calendar month that holds an instant, given in days from the epoch.  Half
 * a second before a month counts as its beginning: hours and seconds do not
 * divide evenly into days.
 */
int tk_month_at(tk_calendar calendar, double days);

#endif
