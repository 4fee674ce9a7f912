/* CF time units, as files write them. */
#include <string.h>

#include "talik/core/text.h"
#include "talik/grid/calendar.h"

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
        || !tk_date_exists(calendar, year, month, day))
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
    *origin = tk_date_days(calendar, year, month, day) + clock - zone;
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
