#include "talik/data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/rng.h"
#include "talik/grid/calendar.h"

#define STREAM ((uint64_t)0x5b10c << 40) /* of the blocks */

tk_err
tk_split_add_year(tk_split *s, int year)
{
    size_t i = 0;

    if (year < 1 || year > 9999)
        return tk_fail(TK_ECONF, "&split years: %d is no year", year);
    while (i < s->nyear && s->year[i] < year)
        i++;
    if (i < s->nyear && s->year[i] == year)
        return TK_OK;
    if (s->nyear == TK_SPLIT_YEARS)
        return tk_fail(TK_ECONF, "&split holds out more than %d years",
                       TK_SPLIT_YEARS);
    memmove(s->year + i + 1, s->year + i, (s->nyear - i) * sizeof *s->year);
    s->year[i] = year;
    s->nyear++;
    return TK_OK;
}

tk_err
tk_split_check(const tk_split *s)
{
    bool ok = s->nyear <= TK_SPLIT_YEARS;

    for (size_t i = 0; i < s->nyear && ok; i++)
        ok = s->year[i] >= 1 && s->year[i] <= 9999
             && (i == 0 || s->year[i] > s->year[i - 1]);
    ok = ok && fabs(s->lat_low) <= 90 && fabs(s->lat_high) <= 90;
    ok = ok && s->block >= 0 && s->block <= 360;
    ok = ok && s->share >= 0 && s->share <= 1;
    return ok ? TK_OK : tk_fail(TK_EDATA, "what is held out is not sound");
}

bool
tk_split_holds_month(const tk_split *s, int month)
{
    for (size_t i = 0; i < s->nyear; i++)
        if (tk_month_year(month) == s->year[i])
            return true;
    return false;
}

/* A number for the block of a cell, the same wherever the cell is met. */
static uint64_t
block_of(const tk_split *s, double lat, double lon)
{
    const double east = lon >= 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
    const int64_t row = (int64_t)floor(lat / s->block);
    const int64_t column = (int64_t)floor(east / s->block);

    return ((uint64_t)row << 32) ^ ((uint64_t)column & UINT32_MAX);
}

bool
tk_split_holds_cell(const tk_split *s, double lat, double lon)
{
    if (lat >= s->lat_low && lat < s->lat_high)
        return true;
    return s->block > 0
           && tk_rng_uniform(s->seed, STREAM, block_of(s, lat, lon)) < s->share;
}

bool
tk_split_by_cells(const tk_split *s)
{
    return s->lat_low < s->lat_high || (s->block > 0 && s->share > 0);
}

bool
tk_split_is_any(const tk_split *s)
{
    return s->nyear > 0 || tk_split_by_cells(s);
}

/* ---- as a line ----------------------------------------------------------- */

void
tk_split_text(const tk_split *s, tk_text *text)
{
    const char *gap = "";

    for (size_t i = 0; i < s->nyear; i++)
        tk_text_add(text, "%s %d", i ? "" : "years", s->year[i]);
    gap = s->nyear ? "; " : "";
    if (s->lat_low < s->lat_high) {
        tk_text_add(text, "%slat %.17g %.17g", gap, s->lat_low, s->lat_high);
        gap = "; ";
    }
    if (s->block > 0 && s->share > 0)
        tk_text_add(text, "%sblock %.17g share %.17g seed %llu", gap, s->block,
                    s->share, (unsigned long long)s->seed);
}

/* Goes past a word if it is the next one. */
static bool
skip_word(const char **at, const char *word)
{
    const char *from = *at + strspn(*at, " ;");
    const size_t n = strlen(word);

    if (strncmp(from, word, n) != 0 || from[n] != ' ')
        return false;
    *at = from + n;
    return true;
}

static bool
take_number(const char **at, double *number)
{
    char *end;

    *number = strtod(*at, &end);
    if (end == *at || !isfinite(*number))
        return false;
    *at = end;
    return true;
}

/* "1998 2004", as far as there are numbers. */
static tk_err
take_years(const char **at, tk_split *s)
{
    double year;

    while (take_number(at, &year))
        TK_TRY(tk_split_add_year(s, fabs(year) < 1e5 ? (int)lround(year) : 0));
    return TK_OK;
}

tk_err
tk_split_parse(const char *text, tk_split *s)
{
    const char *at = text;
    bool ok = true;

    *s = (tk_split){0};
    if (skip_word(&at, "years") && take_years(&at, s) != TK_OK)
        return TK_EDATA;
    if (skip_word(&at, "lat"))
        ok = take_number(&at, &s->lat_low) && take_number(&at, &s->lat_high);
    if (ok && skip_word(&at, "block")) {
        char *end = NULL;

        ok = take_number(&at, &s->block) && skip_word(&at, "share")
             && take_number(&at, &s->share) && skip_word(&at, "seed");
        if (ok)
            s->seed = strtoull(at, &end, 10);
        ok = ok && end != at;
        at = ok ? end : at;
    }
    if (!ok || *at)
        return tk_fail(TK_EDATA, "'%s' does not say what is held out", text);
    return tk_split_check(s);
}
