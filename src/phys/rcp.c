#include "talik/phys/rcp.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "talik/core/text.h"
#include "talik/grid/calendar.h"

#include "rcp_table.h"

_Static_assert(RCP_FIRST == TK_RCP_FIRST && RCP_LAST == TK_RCP_LAST,
               "the table covers the years that the header promises");

static const struct {
    const char *name, *title, *other;
} known[TK_RCP_COUNT] = {
    [TK_RCP26] = {"rcp26", "RCP2.6", "rcp3pd"},
    [TK_RCP45] = {"rcp45", "RCP4.5", "rcp45"},
    [TK_RCP60] = {"rcp60", "RCP6.0", "rcp6"},
    [TK_RCP85] = {"rcp85", "RCP8.5", "rcp85"},
};

double
tk_rcp_forcing(tk_rcp rcp, int year, tk_forcing kind)
{
    const bool past = year < RCP_SPLIT;

    if (year < RCP_FIRST || year > RCP_LAST)
        return NAN;
    if (kind == TK_FORCING_TOTAL)
        return past ? past_total[year - RCP_FIRST]
                    : path_total[rcp][year - RCP_SPLIT];
    return past ? past_anthro[year - RCP_FIRST]
                : path_anthro[rcp][year - RCP_SPLIT];
}

double
tk_rcp_forcing_month(tk_rcp rcp, int month, tk_forcing kind)
{
    const int from = tk_month_year(month - 6); /* the last middle is its */
    const int k = tk_month_of_year(month - 6) - 1;
    const double a = tk_rcp_forcing(rcp, from, kind);
    const double b = tk_rcp_forcing(rcp, from + 1, kind);

    if (tk_month_year(month) < RCP_FIRST || tk_month_year(month) > RCP_LAST)
        return NAN;
    if (isnan(a) || isnan(b))
        return isnan(a) ? b : a;
    return a + (b - a) * ((k + 0.5) / 12);
}

/* Without what people put between the letters and the number. */
static void
bare_word(const char *name, char out[16])
{
    size_t n = 0;

    for (; *name && n < 15; name++)
        if (!strchr("._- ", *name))
            out[n++] = *name;
    out[n] = '\0';
}

tk_err
tk_rcp_parse(const char *name, tk_rcp *rcp)
{
    const char *names[TK_RCP_COUNT], *near;
    char word[16];

    bare_word(name, word);
    for (int i = 0; i < TK_RCP_COUNT; i++) {
        names[i] = known[i].name;
        if (tk_same_word(word, known[i].name)
            || tk_same_word(word, known[i].other)) {
            *rcp = (tk_rcp)i;
            return TK_OK;
        }
    }
    near = tk_nearest_word(word, TK_RCP_COUNT, names);
    return tk_fail(TK_ECONF,
                   "'%s' is no scenario: expected rcp26, rcp45, rcp60 or "
                   "rcp85%s%s%s",
                   name, near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

const char *
tk_rcp_name(tk_rcp rcp)
{
    return known[rcp].name;
}

const char *
tk_rcp_title(tk_rcp rcp)
{
    return known[rcp].title;
}
