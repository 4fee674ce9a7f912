/* Every key of the namelist: default, range, unit, meaning.  docs/namelist.md
 * is made from this table.
 */
#include "config.h"

#define CHAR(g, k, m, d, what) TK_P_STRING(g, k, tk_config, m, d, what)
#define WORD(g, k, m, w, d, what) TK_P_WORD(g, k, tk_config, m, w, d, what)
#define WORDS(g, k, m, n, w, d, what) \
    TK_P_WORDS(g, k, tk_config, m, n, w, d, what)
#define CHARS(g, k, m, n, d, what) TK_P_STRINGS(g, k, tk_config, m, n, d, what)
#define INT(g, k, u, m, lo, hi, d, what) \
    TK_P_INT(g, k, u, tk_config, m, lo, hi, d, what)
#define INTS(g, k, u, m, n, lo, hi, d, what) \
    TK_P_INTS(g, k, u, tk_config, m, n, lo, hi, d, what)
#define REAL(g, k, u, m, lo, hi, d, what) \
    TK_P_REAL(g, k, u, tk_config, m, lo, hi, d, what)
#define REALS(g, k, u, m, n, lo, hi, d, what) \
    TK_P_REALS(g, k, u, tk_config, m, n, lo, hi, d, what)
#define FLAG(g, k, m, d, what) TK_P_LOGICAL(g, k, tk_config, m, d, what)
/* A number that the named profile supplies where it is not given. */
#define PROFILE(k, u, what)                                                   \
    {                                                                         \
        .group = "column", .key = #k, .unit = u, .kind = TK_REAL,             \
        .meaning = what " (default: as the profile has it)",                  \
        .offset = offsetof(tk_config, column.ground.k), .low = NAN,           \
        .high = NAN, .special = true, .fallback = "nan", .count = TK_NO_COUNT \
    }

static const tk_param params[] = {
#include "keys_data.h"
#include "keys_learn.h"
#include "keys_use.h"
#include "keys_earth.h"
};

static const tk_group groups[] = {
    {"run", "The run as a whole", 0},
    {"grid", "The horizontal grid and its masks", 0},
    {"forcing", "Where inputs come from", 0},
    {"features", "What the model sees", 0},
    {"targets", "What the model learns", 0},
    {"model", "Which model, and its file", 0},
    {"train", "How weights are found", 0},
    {"split", "What training never learns from", 0},
    {"augment", "Other climates to learn from", 0},
    {"evaluate", "What is scored", 0},
    {"explain", "Which inputs make the answer", 0},
    {"project", "What is projected", 0},
    {"output", "Where results go", 0},
    {"column", "The physical soil column", 0},
    {"divergence", "Projections against a known truth", 0},
    {"correct", "Climate models on the reanalysis' grid, without its bias", 0},
    {"world", "The demonstration world", 0},
};

const tk_params tk_config_table = TK_PARAMS(params, groups);
