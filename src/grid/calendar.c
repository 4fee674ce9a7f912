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

static double
days_from_epoch(tk_calendar calendar, long year, long month, long day)
{
    return (double)(day_number(calendar, year, month, day)
                    - day_number(calendar, TK_EPOCH_YEAR, 1, 1));
}

double
tk_month_start(tk_calendar calendar, int month)
{
    return days_from_epoch(calendar, tk_month_year(month),
                           tk_month_of_year(month), 1);
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

static bool
is_date(tk_calendar calendar, long year, long month, long day)
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
    if (!is_date(calendar, year, month, day))
        return NAN;
    return days_from_epoch(calendar, year, month, day) + (value - (double)date);
}

/* ---- time units as text -------------------------------------------------- */

static void
skip_blanks(const char **at)
{
    *at += strspn(*at, " \t");
}

static bool
read_word(const char **at, size_t room, char *word)
{
    const size_t n = strspn(*at, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (n == 0 || n >= room)
        return false;
    memcpy(word, *at, n);
    word[n] = '\0';
    *at += n;
    return true;
}

/* Up to `most` digits as a number; false if there is none or one too many. */
static bool
read_number(const char **at, size_t most, long *number)
{
    const size_t n = strspn(*at, "0123456789");

    if (n == 0 || n > most)
        return false;
    *number = 0;
    for (size_t i = 0; i < n; i++)
        *number = 10 * *number + ((*at)[i] - '0');
    *at += n;
    return true;
}

static bool
read_sign(const char **at, long *sign)
{
    *sign = **at == '-' ? -1 : 1;
    if (**at != '-' && **at != '+')
        return false;
    ++*at;
    return true;
}

/* Y-M-D or YYYYMMDD; years may have any number of digits up to five. */
static bool
read_date(const char **at, long *year, long *month, long *day)
{
    long sign;

    if (strspn(*at, "0123456789") == 8) {
        if (!read_number(at, 8, year))
            return false;
        *day = *year % 100;
        *month = *year / 100 % 100;
        *year /= 10000;
        return true;
    }
    read_sign(at, &sign);
    if (!read_number(at, 5, year) || *(*at)++ != '-'
        || !read_number(at, 2, month) || *(*at)++ != '-'
        || !read_number(at, 2, day))
        return false;
    *year *= sign;
    return true;
}

/* h[:m[:s[.f]]] as a part of a day. */
static bool
read_clock(const char **at, double *days)
{
    long part[3] = {0, 0, 0};
    double fraction = 0, digit = 0.1;

    for (int i = 0; i < 3; i++) {
        if (!read_number(at, 2, &part[i]))
            return false;
        if (i < 2 && **at != ':')
            break;
        *at += i < 2;
    }
    if (**at == '.')
        for (++*at; **at >= '0' && **at <= '9'; ++*at, digit /= 10)
            fraction += digit * (**at - '0');
    *days = (double)part[0] / 24 + (double)part[1] / 1440
            + ((double)part[2] + fraction) / 86400;
    return part[0] <= 24 && part[1] < 60 && part[2] <= 60;
}

/* Z, UTC, GMT, or the hours by which a clock is ahead of them: [+-]h[h][:]mm. */
static bool
read_zone(const char **at, double *days)
{
    char word[8];
    long sign, hours, minutes = 0;

    *days = 0;
    if (read_word(at, sizeof word, word))
        return tk_same_word(word, "Z") || tk_same_word(word, "UTC")
               || tk_same_word(word, "GMT");
    read_sign(at, &sign);
    if (!read_number(at, 4, &hours))
        return false;
    if (**at == ':') {
        ++*at;
        if (!read_number(at, 2, &minutes))
            return false;
    } else if (hours > 24) {
        minutes = hours % 100;
        hours /= 100;
    }
    *days = (double)sign * (60 * (double)hours + (double)minutes) / 1440;
    return hours <= 24 && minutes < 60;
}

static double
days_in_unit(const char *word)
{
    static const struct {
        const char *name;
        double days;
    } unit[] = {
        {"s", 1.0 / 86400},
        {"sec", 1.0 / 86400},
        {"secs", 1.0 / 86400},
        {"second", 1.0 / 86400},
        {"seconds", 1.0 / 86400},
        {"min", 1.0 / 1440},
        {"mins", 1.0 / 1440},
        {"minute", 1.0 / 1440},
        {"minutes", 1.0 / 1440},
        {"h", 1.0 / 24},
        {"hr", 1.0 / 24},
        {"hrs", 1.0 / 24},
        {"hour", 1.0 / 24},
        {"hours", 1.0 / 24},
        {"d", 1},
        {"day", 1},
        {"days", 1},
        {"week", 7},
        {"weeks", 7},
    };

    for (size_t i = 0; i < sizeof unit / sizeof unit[0]; i++)
        if (tk_same_word(word, unit[i].name))
            return unit[i].days;
    return 0;
}

/* The part after the unit: "since <date> [<time>] [<zone>]". */
static bool
read_origin(const char *at, tk_calendar calendar, double *origin)
{
    char word[8];
    long year, month, day;
    double clock = 0, zone = 0;

    skip_blanks(&at);
    if (!read_word(&at, sizeof word, word) || !tk_same_word(word, "since"))
        return false;
    skip_blanks(&at);
    if (!read_date(&at, &year, &month, &day)
        || !is_date(calendar, year, month, day))
        return false;
    if (*at == 'T' || *at == 't')
        at++;
    else
        skip_blanks(&at);
    if (*at >= '0' && *at <= '9' && !read_clock(&at, &clock))
        return false;
    skip_blanks(&at);
    if (*at && !read_zone(&at, &zone))
        return false;
    skip_blanks(&at);
    *origin = days_from_epoch(calendar, year, month, day) + clock - zone;
    return *at == '\0';
}

tk_err
tk_time_units_parse(const char *text, tk_calendar calendar,
                    tk_time_units *units)
{
    static const char *const dates[] = {"", "1", "day as %Y%m%d.%f",
                                        "day as %Y%m%d", "YYYYMMDD"};
    const char *at = text;
    char word[32];

    *units = (tk_time_units){0};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
        if (tk_same_word(text, dates[i])) {
            units->days_per_unit = 1;
            units->date_as_digits = true;
            return TK_OK;
        }
    skip_blanks(&at);
    if (read_word(&at, sizeof word, word)) {
        units->days_per_unit = days_in_unit(word);
        if (units->days_per_unit > 0
            && read_origin(at, calendar, &units->origin))
            return TK_OK;
        if (strncmp(word, "month", 5) == 0 || strncmp(word, "year", 4) == 0)
            return tk_fail(TK_EDATA,
                           "time units '%s': a %s has no fixed length; write "
                           "the times as days since a date",
                           text, word);
    }
    return tk_fail(TK_EDATA,
                   "time units '%s': expected \"days since YYYY-MM-DD\" (or "
                   "hours, minutes, seconds) with a date of the calendar %s",
                   text, tk_calendar_name(calendar));
}
