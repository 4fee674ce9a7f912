/* talik/conf/param.h -- tables of typed parameters: the one list of all keys.
 *
 * A program describes each key of its namelist by one line of a table.  From it
 * come the reader with its checks, the printed namelist and the reference for
 * people; no key, default or range stands anywhere else.
 *
 *     typedef struct {
 *         int hidden;
 *         double rate;
 *         char model[16];
 *         double depth[20];
 *         size_t ndepth;
 *     } options;
 *
 *     static const tk_param params[] = {
 *         TK_P_INT("train", "hidden", "1", options, hidden, 1, 4096, "64",
 *                  "width of the recurrent state"),
 *         TK_P_REAL("train", "rate", "1", options, rate, 1e-8, 1, "1e-3",
 *                   "Adam step at the schedule's peak"),
 *         TK_P_WORD("train", "model", options, model, "gru lstm", "'gru'",
 *                   "which network"),
 *         TK_P_REALS("grid", "depth", "m", options, depth, ndepth, 0, 100, NULL,
 *                    "depths of the layers' centres"),
 *     };
 *     static const tk_group groups[] = {
 *         {"train", "how weights are found", 0}, {"grid", "the column", 0}};
 *     static const tk_params table = TK_PARAMS(params, groups);
 *
 * Defaults are written as a namelist would give them.  NULL means that the key
 * is required, "" that it is zero, empty or absent.  Where a group has no line
 * in `groups`, that is a mistake of the program and ends it, as is a default
 * that the table itself would refuse.
 *
 * Lists    an array with a counter holds as many elements as are given.  A list
 *          without subscripts replaces the default list; list(3)=x sets one.
 * Arrays   of derived types: name each component as "ta%id", with the number of
 *          elements and the bytes from one to the next in outer and stride.
 */
#ifndef TALIK_CONF_PARAM_H
#define TALIK_CONF_PARAM_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "talik/conf/problem.h"
#include "talik/core/error.h"
#include "talik/core/text.h"

/* The member's type in C: int, double, bool, char[size], double[2]. */
typedef enum { TK_INT, TK_REAL, TK_LOGICAL, TK_STRING, TK_COMPLEX } tk_kind;

#define TK_NO_COUNT ((size_t)-1)

typedef struct {
    const char *group, *key; /* lower case; of a component "site%lat"        */
    const char *unit;        /* "", "1", "K", "m"                            */
    const char *meaning;     /* for people; no dot at its end                */
    tk_kind kind;
    size_t offset;        /* of the first element in the options          */
    size_t size;          /* TK_STRING: bytes of one, with its NUL        */
    size_t dims[2];       /* {0,0} scalar, {n,0} array, {m,n} columns     */
    size_t outer, stride; /* array of derived types; 0, 0 if there is none */
    size_t count;         /* offset of a size_t for the length of the list */
    double low, high;     /* inclusive; NAN is no limit                   */
    bool special;         /* NaN and infinity are good values             */
    const char *words;    /* allowed texts, blank separated; NULL is any  */
    const char *fallback; /* see above                                    */
} tk_param;

enum {
    TK_GROUP_REPEATS = 1,  /* may be given again; later ones read over it  */
    TK_GROUP_OPTIONAL = 2, /* its required keys may lack if the group does */
};

typedef struct {
    const char *name, *title;
    int flags;
} tk_group;

typedef struct {
    const tk_param *params;
    size_t n;
    const tk_group *groups;
    size_t ngroups;
} tk_params;

#define TK_PARAMS(params, groups)                          \
    {                                                      \
        params, sizeof(params) / sizeof *(params), groups, \
            sizeof(groups) / sizeof *(groups)              \
    }

/* The offset of a member; does not compile unless it has that type. */
#define TK_AT(type, member, is) \
    _Generic(&((type *)0)->member, is * : offsetof(type, member))
#define TK_LENGTH(type, member) \
    (sizeof((type *)0)->member / sizeof((type *)0)->member[0])

#define TK_P_(g, k, u, knd, at, lo, hi, dflt, what)                          \
    .group = (g), .key = (k), .unit = (u), .meaning = (what), .kind = (knd), \
    .offset = (at), .low = (lo), .high = (hi), .fallback = (dflt)
#define TK_ONE_ .count = TK_NO_COUNT
#define TK_LIST_(type, member, counter) \
    .dims = {TK_LENGTH(type, member), 0}, .count = TK_AT(type, counter, size_t)

#define TK_P_INT(group, key, unit, type, member, low, high, dflt, what)      \
    {                                                                        \
        TK_P_(group, key, unit, TK_INT, TK_AT(type, member, int), low, high, \
              dflt, what),                                                   \
            TK_ONE_                                                          \
    }
#define TK_P_REAL(group, key, unit, type, member, low, high, dflt, what)   \
    {                                                                      \
        TK_P_(group, key, unit, TK_REAL, TK_AT(type, member, double), low, \
              high, dflt, what),                                           \
            TK_ONE_                                                        \
    }
#define TK_P_LOGICAL(group, key, type, member, dflt, what)                     \
    {                                                                          \
        TK_P_(group, key, "", TK_LOGICAL, TK_AT(type, member, bool), NAN, NAN, \
              dflt, what),                                                     \
            TK_ONE_                                                            \
    }
#define TK_P_STRING(group, key, type, member, dflt, what)                   \
    {                                                                       \
        TK_P_(group, key, "", TK_STRING, TK_AT(type, member[0], char), NAN, \
              NAN, dflt, what),                                             \
            TK_ONE_, .size = sizeof((type *)0)->member                      \
    }
#define TK_P_WORD(group, key, type, member, allowed, dflt, what)            \
    {                                                                       \
        TK_P_(group, key, "", TK_STRING, TK_AT(type, member[0], char), NAN, \
              NAN, dflt, what),                                             \
            TK_ONE_, .size = sizeof((type *)0)->member, .words = (allowed)  \
    }

/* Lists: `member` is an array, `counter` a size_t. */
#define TK_P_INTS(group, key, unit, type, member, counter, low, high, dflt, \
                  what)                                                     \
    {                                                                       \
        TK_P_(group, key, unit, TK_INT, TK_AT(type, member[0], int), low,   \
              high, dflt, what),                                            \
            TK_LIST_(type, member, counter)                                 \
    }
#define TK_P_REALS(group, key, unit, type, member, counter, low, high, dflt,  \
                   what)                                                      \
    {                                                                         \
        TK_P_(group, key, unit, TK_REAL, TK_AT(type, member[0], double), low, \
              high, dflt, what),                                              \
            TK_LIST_(type, member, counter)                                   \
    }
#define TK_P_LOGICALS(group, key, type, member, counter, dflt, what)         \
    {                                                                        \
        TK_P_(group, key, "", TK_LOGICAL, TK_AT(type, member[0], bool), NAN, \
              NAN, dflt, what),                                              \
            TK_LIST_(type, member, counter)                                  \
    }
#define TK_P_STRINGS(group, key, type, member, counter, dflt, what)            \
    {                                                                          \
        TK_P_(group, key, "", TK_STRING, TK_AT(type, member[0][0], char), NAN, \
              NAN, dflt, what),                                                \
            TK_LIST_(type, member, counter),                                   \
            .size = sizeof((type *)0)->member[0]                               \
    }
#define TK_P_WORDS(group, key, type, member, counter, allowed, dflt, what)     \
    {                                                                          \
        TK_P_(group, key, "", TK_STRING, TK_AT(type, member[0][0], char), NAN, \
              NAN, dflt, what),                                                \
            TK_LIST_(type, member, counter),                                   \
            .size = sizeof((type *)0)->member[0], .words = (allowed)           \
    }

/* Where each parameter was given.  Begin with {0}; tk_given_drop ends it. */
typedef struct {
    size_t line, column; /* 0: it was not           */
    size_t source;       /* 0 the file, k the k-th --set */
    size_t first;        /* of its elements in marks */
    bool tried;          /* given, but wrong        */
} tk_given_at;

typedef struct {
    const tk_params *table; /* borrowed */
    tk_given_at *at;        /* [table->n] */
    unsigned char *marks;   /* of each element of each parameter */
    char **sources;         /* [nsources] names for messages     */
    size_t nsources;
} tk_given;

void tk_given_drop(tk_given *given);
bool tk_params_was_given(const tk_given *given, const char *group,
                         const char *key);

/* The place where a parameter was given, as "run.nml:12:5", for a message about
 * what it means; "default of train%rate" if it was not.  Returns out.
 */
const char *tk_params_where(const tk_given *given, const char *group,
                            const char *key, char *out, size_t n);

/* Puts the defaults into options.  What is required and so has none becomes
 * INT_MIN, NaN, false or "".
 */
tk_err tk_params_defaults(const tk_params *table, void *options) TK_MUST;

/* Puts defaults, then what the file at path gives (none if path is NULL), then
 * what `sets`, as "group%key=value", give into options.  Checks names, kinds,
 * ranges, words and that nothing required lacks.  Every problem is added to
 * p; TK_ECONF, and the report as the fault's text, if one is an error: then
 * options hold what was good.
 */
tk_err tk_params_read(const tk_params *table, const char *path, size_t nset,
                      const char *const *sets, void *options, tk_given *given,
                      tk_problems *p) TK_MUST;

/* Adds the options as a namelist that reads back to the same options, of one
 * group or, with NULL, of all; `commented` adds meaning, unit, range and
 * default of each key.  TK_ECONF if there is no such group.
 */
tk_err tk_params_print(const tk_params *table, const void *options,
                       const char *group, bool commented, tk_text *out) TK_MUST;

/* Adds the reference of all keys: a section for each group, a line each key. */
void tk_params_markdown(const tk_params *table, tk_text *out);

#endif
