#include "talik/io/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <udunits2.h>

#include "talik/core/text.h"

#define LONGEST 128

static ut_system *units_system;
static ut_unit *density; /* of water, 1000 kg m-3 */
static ut_unit *one_day;

static tk_err
begin(void)
{
    if (units_system)
        return TK_OK;
    ut_set_error_message_handler(ut_ignore);
    if (!tk_injected("io.units"))
        units_system = ut_read_xml(NULL);
    if (!units_system)
        return tk_fail(TK_ERUN,
                       "the units database of UDUNITS-2 cannot be read; "
                       "UDUNITS2_XML_PATH may name it");
    density = ut_parse(units_system, "1000 kg m-3", UT_ASCII);
    one_day = ut_parse(units_system, "day", UT_ASCII);
    if (density && one_day)
        return TK_OK;
    tk_units_end();
    return tk_fail(TK_ERUN, "the units database of UDUNITS-2 lacks kg or day");
}

void
tk_units_end(void)
{
    if (!units_system)
        return;
    ut_free(density);
    ut_free(one_day);
    ut_free_system(units_system);
    density = one_day = NULL;
    units_system = NULL;
}

/* ---- texts that files use and UDUNITS does not know ---------------------- */

static void
trim(const char *text, char out[LONGEST])
{
    size_t n;

    text += strspn(text, " \t\r\n");
    snprintf(out, LONGEST, "%s", text);
    for (n = strlen(out); n > 0 && strchr(" \t\r\n", out[n - 1]); n--)
        out[n - 1] = '\0';
}

static bool
ends_with(char *text, const char *tail)
{
    const size_t n = strlen(text), m = strlen(tail);

    return n > m && tk_same_word(text + n - m, tail);
}

/* "m of water equivalent" is metres, "(0 - 1)" a fraction, "C" no coulomb. */
static void
respell(char text[LONGEST])
{
    static const struct {
        const char *from, *to;
    } spelling[] = {
        {"", "1"},
        {"(0 - 1)", "1"},
        {"(0-1)", "1"},
        {"0-1", "1"},
        {"~", "1"},
        {"-", "1"},
        {"none", "1"},
        {"unitless", "1"},
        {"dimensionless", "1"},
        {"fraction", "1"},
        {"class", "1"},
        {"code", "1"},
        {"code table", "1"},
        {"Numeric", "1"},
        {"C", "degC"},
        {"deg C", "degC"},
        {"degrees C", "degC"},
        {"deg_C", "degC"},
        {"deg K", "K"},
        {"degrees latitude", "degree"},
        {"percentage", "%"},
        {"degrees longitude", "degree"},
        {"pct", "%"},
    };
    static const char *const tail[] = {" of water equivalent",
                                       " of water",
                                       " water equivalent",
                                       " w.e.",
                                       " we",
                                       " MSL",
                                       " H2O"};

    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        if (ends_with(text, tail[i]))
            text[strlen(text) - strlen(tail[i])] = '\0';
    for (size_t i = 0; i < sizeof spelling / sizeof spelling[0]; i++)
        if (tk_same_word(text, spelling[i].from)) {
            snprintf(text, LONGEST, "%s", spelling[i].to);
            return;
        }
}

/* Cuts "month-1", "/month", "per month" from the end: a sum over the calendar
 * month, which UDUNITS would take for 30.44 days.
 */
static bool
cut_month(char text[LONGEST])
{
    static const char *const tail[] = {
        " month-1",  " month^-1", " month**-1",  "/month",  " per month",
        " months-1", " mon-1",    "/mon",        "/months", " mo-1",
        ".month-1",  "*month-1",  " mth-1",      "/mth",    "/mo",
        " monthly",  " / month",  " month**(-1)"};

    for (size_t i = 0; i < sizeof tail / sizeof tail[0]; i++)
        if (ends_with(text, tail[i])) {
            text[strlen(text) - strlen(tail[i])] = '\0';
            return true;
        }
    return false;
}

/* ---- conversions --------------------------------------------------------- */

static ut_unit *
parse(const char *text)
{
    ut_unit *u = ut_parse(units_system, text, UT_ASCII);

    if (!u)
        u = ut_parse(units_system, text, UT_UTF8);
    if (!u)
        u = ut_parse(units_system, text, UT_LATIN1);
    return u;
}

static bool
convert(ut_unit *from, ut_unit *to, tk_conversion *c)
{
    cv_converter *f;

    if (!from || !ut_are_convertible(from, to))
        return false;
    f = ut_get_converter(from, to);
    if (!f)
        return false;
    c->offset = cv_convert_double(f, 0);
    /* A wide base keeps the rounding of the offset out of the slope. */
    c->scale = (cv_convert_double(f, 1e4) - cv_convert_double(f, -1e4)) / 2e4;
    if (fabs(c->scale - 1) < 1e-12)
        c->scale = 1;
    cv_free(f);
    return isfinite(c->scale) && c->scale != 0;
}

/* Also depth of water from mass per area, and the other way. */
static bool
convert_water(ut_unit *from, ut_unit *to, bool water, tk_conversion *c)
{
    bool done = convert(from, to, c);

    for (int way = 0; way < 2 && !done && water && from; way++) {
        ut_unit *u =
            way == 0 ? ut_divide(from, density) : ut_multiply(from, density);

        done = convert(u, to, c);
        ut_free(u);
    }
    return done;
}

/* From the amount of one day to a rate, or from a rate to the amount of a day.
 */
static bool
convert_daily(ut_unit *from, ut_unit *to, bool to_rate, bool water,
              tk_conversion *c)
{
    ut_unit *u =
        to_rate ? ut_divide(from, one_day) : ut_multiply(from, one_day);
    const bool done = convert_water(u, to, water, c);

    ut_free(u);
    return done;
}

static bool
convert_any(ut_unit *from, bool from_monthly, ut_unit *to, bool to_monthly,
            bool water, bool daily, tk_conversion *c)
{
    if (from_monthly && !to_monthly) {
        c->over_days = true;
        return convert_daily(from, to, true, water, c);
    }
    if (!from_monthly && to_monthly) {
        /* A depth without time is this month's sum, or the mean day's. */
        c->per_day = daily;
        if (convert_water(from, to, water, c))
            return true;
        c->per_day = true;
        return convert_daily(from, to, false, water, c);
    }
    if (convert_water(from, to, water, c)
        || (daily && convert_daily(from, to, true, water, c)))
        return true;
    c->per_day = water && !daily;
    return (water || daily) && convert_daily(from, to, false, water, c);
}

tk_err
tk_units_convert(const char *from, const char *to, bool water, bool daily,
                 tk_conversion *c)
{
    char from_text[LONGEST], to_text[LONGEST];
    bool from_monthly, to_monthly, done = false;
    ut_unit *a, *b;

    *c = (tk_conversion){.scale = 1};
    TK_TRY(begin());
    trim(from, from_text);
    trim(to, to_text);
    from_monthly = cut_month(from_text);
    to_monthly = cut_month(to_text);
    respell(from_text);
    respell(to_text);
    a = parse(from_text);
    b = parse(to_text);
    if (a && b)
        done = convert_any(a, from_monthly, b, to_monthly, water, daily, c);
    ut_free(a);
    ut_free(b);
    if (done)
        return TK_OK;
    if (!a || !b)
        return tk_fail(TK_EDATA,
                       "units '%s' cannot become '%s': '%s' is no unit that "
                       "UDUNITS-2 knows",
                       from, to, a ? to : from);
    return tk_fail(TK_EDATA, "units '%s' cannot become '%s'", from, to);
}
