#include "talik/grid/calendar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/text.h"

/* Beyond a hundred thousand years an instant is no date: held at the limit. */
#define FARTHEST_DAY 4e7

/* Half a second: stamps in hours or seconds do not divide evenly into days, and
 * midnight of the first must not fall into the month before.
 */
#define ROUNDING (0.5 / 86400)

static const struct {
    const char *name;
    tk_calendar calendar;
} names[] = {
    {"standard", TK_CAL_STANDARD},  {"proleptic_gregorian", TK_CAL_PROLEPTIC},
    {"noleap", TK_CAL_NOLEAP},      {"360_day", TK_CAL_360},
    {"gregorian", TK_CAL_STANDARD}, {"365_day", TK_CAL_NOLEAP},
};

tk_err
tk_calendar_parse(const char *name, tk_calendar *calendar)
{
    *calendar = TK_CAL_STANDARD;
    if (!name || !*name)
        return TK_OK;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (tk_same_word(name, names[i].name)) {
            *calendar = names[i].calendar;
            return TK_OK;
        }
    return tk_fail(TK_EDATA,
                   "calendar '%s' is not known; known are standard, "
                   "gregorian, proleptic_gregorian, noleap, 365_day, 360_day",
                   name);
}

const char *
tk_calendar_name(tk_calendar calendar)
{
    return names[calendar].name;
}

int
tk_month(int year, int month_of_year)
{
    return 12 * year + month_of_year - 1;
}

static long
floor_div(long a, long b)
{
    return a / b - (a % b < 0);
}

int
tk_month_year(int month)
{
    return (int)floor_div(month, 12);
}

int
tk_month_of_year(int month)
{
    return month - 12 * tk_month_year(month) + 1;
}

const char *
tk_season_name(size_t season)
{
    static const char *const name[TK_SEASONS] = {"DJF", "MAM", "JJA", "SON"};

    return name[season];
}

size_t
tk_season_of(int month)
{
    return (size_t)(tk_month_of_year(month) % 12 / 3);
}

tk_err
tk_month_parse(const char *text, int *month)
{
    int digit[6], n = 0;

    for (const char *c = text; *c && n < 6; c++) {
        if (n == 4 && c == text + 4 && *c == '-')
            continue;
        if (*c < '0' || *c > '9' || (n == 4 && c == text + 4))
            break;
        digit[n++] = *c - '0';
    }
    if (n == 6 && text[7] == '\0') {
        const int year =
            1000 * digit[0] + 100 * digit[1] + 10 * digit[2] + digit[3];
        const int of_year = 10 * digit[4] + digit[5];

        if (of_year >= 1 && of_year <= 12) {
            *month = tk_month(year, of_year);
            return TK_OK;
        }
    }
    return tk_fail(TK_ECONF, "'%s' is no month: YYYY-MM expected", text);
}

void
tk_month_text(int month, char out[16])
{
    const int year = tk_month_year(month) % 100000;
    const unsigned of_year = (unsigned)tk_month_of_year(month) % 100;

    snprintf(out, 16, "%04d-%02u", year, of_year);
}

/* Julian day number at noon of a date; L. E. Doggett, Calendars, in Explanatory
 * supplement to the astronomical almanac (1992), chapter 12.
 */
static long
julian_day(bool gregorian, long year, long month, long day)
{
    const long late = month > 2 ? 0 : 1; /* January, February end the year */
    const long y = year + 4800 - late;
    const long m = month + 12 * late - 3;
    const long days =
        day + (153 * m + 2) / 5 + 365 * y + floor_div(y, 4) - 32083;

    return gregorian ? days + 38 - floor_div(y, 100) + floor_div(y, 400) : days;
}

/* Days up to a date from some fixed one of the same calendar. */
static long
day_number(tk_calendar calendar, long year, long month, long day)
{
    static const int before[12] = {0,   31,  59,  90,  120, 151,
                                   181, 212, 243, 273, 304, 334};

    switch (calendar) {
    case TK_CAL_360:
        return 360 * year + 30 * (month - 1) + day - 1;
    case TK_CAL_NOLEAP:
        return 365 * year + before[month - 1] + day - 1;
    case TK_CAL_PROLEPTIC:
        return julian_day(true, year, month, day);
    case TK_CAL_STANDARD:
        break;
    }
    return julian_day(10000 * year + 100 * month + day >= 15821015, year, month,
                      day);
}

double
tk_date_days(tk_calendar calendar, long year, long month, long day)
{
    return (double)(day_number(calendar, year, month, day)
                    - day_number(calendar, TK_EPOCH_YEAR, 1, 1));
}

double
tk_month_start(tk_calendar calendar, int month)
{
    return tk_date_days(calendar, tk_month_year(month), tk_month_of_year(month),
                        1);
}

int
tk_month_days(tk_calendar calendar, int month)
{
    return (int)(tk_month_start(calendar, month + 1)
                 - tk_month_start(calendar, month));
}

int
tk_month_at(tk_calendar calendar, double days)
{
    static const double days_per_month[] = {
        [TK_CAL_STANDARD] = 365.2425 / 12,
        [TK_CAL_PROLEPTIC] = 365.2425 / 12,
        [TK_CAL_NOLEAP] = 365.0 / 12,
        [TK_CAL_360] = 30,
    };
    int month;

    days += ROUNDING;
    if (!(days > -FARTHEST_DAY))
        days = -FARTHEST_DAY;
    if (days > FARTHEST_DAY)
        days = FARTHEST_DAY;
    month = tk_month(TK_EPOCH_YEAR, 1)
            + (int)floor(days / days_per_month[calendar]);
    while (tk_month_start(calendar, month + 1) <= days)
        month++;
    while (tk_month_start(calendar, month) > days)
        month--;
    return month;
}

bool
tk_date_exists(tk_calendar calendar, long year, long month, long day)
{
    if (year < -9999 || year > 99999 || month < 1 || month > 12 || day < 1)
        return false;
    /* October 1582 lost ten days in its middle, not at its end. */
    if (calendar == TK_CAL_STANDARD && year == 1582 && month == 10)
        return day <= 4 || (day >= 15 && day <= 31);
    return day <= tk_month_days(calendar, tk_month((int)year, (int)month));
}

double
tk_time_days(const tk_time_units *units, tk_calendar calendar, double value)
{
    long date, year, month, day;

    if (!units->date_as_digits)
        return units->origin + value * units->days_per_unit;
    if (!(value >= 15000101 && value < 30000101))
        return NAN;
    date = (long)value;
    year = date / 10000;
    month = date / 100 % 100;
    day = date % 100;
    if (!tk_date_exists(calendar, year, month, day))
        return NAN;
    return tk_date_days(calendar, year, month, day) + (value - (double)date);
}
