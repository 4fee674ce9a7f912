/* nml_deck.h -- the declarations that the namelist cases are about: integer i,
 * j, arr(6), m(2,3); real x, r(4); double precision d; logical l, la(4); texts
 * s*12, sh*4, names(3)*12; complex z; derived types site and ta(2).
 */
#ifndef TALIK_TESTS_NML_DECK_H
#define TALIK_TESTS_NML_DECK_H

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "talik/conf/param.h"

typedef struct {
    int id;
    double lat;
    char nm[13];
} deck_site;

typedef struct {
    int i, j, arr[6], m[6];
    double x, d, r[4], z[2];
    bool l, la[4];
    char s[13], sh[5], names[3][13];
    deck_site site, ta[2];
    int other_i, other_q, cfg2_i;
    char other_s[32];
} deck;

#define DECK_AT(member) offsetof(deck, member)
#define DECK_(name, what, at)                                       \
    .group = "cfg", .key = (name), .unit = "", .meaning = "a test", \
    .kind = (what), .offset = (at), .count = TK_NO_COUNT
#define DECK_ANY_ .low = NAN, .high = NAN
/* Single precision, as in the program that is compared with. */
#define DECK_SINGLE_ .low = -FLT_MAX, .high = FLT_MAX, .special = true
#define DECK_TWO_ .outer = 2, .stride = sizeof(deck_site)
#define DECK_INT(group, name, member) \
    TK_P_INT(group, name, "", deck, member, NAN, NAN, "-99", "a test")

static const tk_param deck_table[] = {
    DECK_INT("cfg", "i", i),
    DECK_INT("cfg", "j", j),
    {DECK_("arr", TK_INT, DECK_AT(arr)), DECK_ANY_, .dims = {6, 0},
     .fallback = "6*-99"},
    {DECK_("m", TK_INT, DECK_AT(m)), DECK_ANY_, .dims = {2, 3},
     .fallback = "6*-99"},
    {DECK_("x", TK_REAL, DECK_AT(x)), DECK_SINGLE_, .fallback = "-99"},
    {DECK_("d", TK_REAL, DECK_AT(d)), DECK_ANY_, .special = true,
     .fallback = "-99"},
    {DECK_("r", TK_REAL, DECK_AT(r)), DECK_SINGLE_, .dims = {4, 0},
     .fallback = "4*-99"},
    {DECK_("z", TK_COMPLEX, DECK_AT(z)), DECK_ANY_, .fallback = "(-99,-99)"},
    TK_P_LOGICAL("cfg", "l", deck, l, ".false.", "a test"),
    {DECK_("la", TK_LOGICAL, DECK_AT(la)), DECK_ANY_, .dims = {4, 0},
     .fallback = "4*F"},
    TK_P_STRING("cfg", "s", deck, s, "'~'", "a test"),
    TK_P_STRING("cfg", "sh", deck, sh, "'~'", "a test"),
    {DECK_("names", TK_STRING, DECK_AT(names)), DECK_ANY_, .size = 13,
     .dims = {3, 0}, .fallback = "3*'~'"},
    {DECK_("site%id", TK_INT, DECK_AT(site.id)), DECK_ANY_, .fallback = "-99"},
    {DECK_("site%lat", TK_REAL, DECK_AT(site.lat)), DECK_SINGLE_,
     .fallback = "-99"},
    {DECK_("site%nm", TK_STRING, DECK_AT(site.nm)), DECK_ANY_, .size = 13,
     .fallback = "'~'"},
    {DECK_("ta%id", TK_INT, DECK_AT(ta[0].id)), DECK_ANY_, DECK_TWO_,
     .fallback = "2*-99"},
    {DECK_("ta%lat", TK_REAL, DECK_AT(ta[0].lat)), DECK_SINGLE_, DECK_TWO_,
     .fallback = "2*-99"},
    {DECK_("ta%nm", TK_STRING, DECK_AT(ta[0].nm)), DECK_ANY_, DECK_TWO_,
     .size = 13, .fallback = "2*'~'"},
    /* Of other groups, which cases have beside &cfg. */
    DECK_INT("other", "i", other_i),
    DECK_INT("other", "q", other_q),
    TK_P_STRING("other", "s", deck, other_s, "'~'", "a test"),
    DECK_INT("cfg2", "i", cfg2_i),
};

/* &cfg may be given once, or as often as the namelist likes. */
static const tk_group deck_once[] = {
    {"cfg", "test", 0}, {"other", "test", 0}, {"cfg2", "test", 0}};
static const tk_group deck_often[] = {{"cfg", "test", TK_GROUP_REPEATS},
                                      {"other", "test", 0},
                                      {"cfg2", "test", 0}};

static inline tk_params
deck_params(bool repeats)
{
    return (tk_params){deck_table, sizeof deck_table / sizeof *deck_table,
                       repeats ? deck_often : deck_once, 3};
}

static inline void
deck_number(FILE *f, const char *name, double x)
{
    fprintf(f, "%s ", name);
    if (isnan(x))
        fprintf(f, "nan\n");
    else if (isinf(x))
        fprintf(f, x > 0 ? "inf\n" : "-inf\n");
    else
        fprintf(f, "%.9g\n", x);
}

static inline void
deck_text(FILE *f, const char *name, const char *text)
{
    fprintf(f, "%s [%s]\n", name, text);
}

/* One value a line: "arr 7", "s [abc]".  What is single precision in the deck
 * is rounded to it; doubles appear to nine digits.
 */
static inline void
deck_print(FILE *f, const deck *o)
{
    fprintf(f, "i %d\nj %d\n", o->i, o->j);
    for (int k = 0; k < 6; k++)
        fprintf(f, "arr %d\n", o->arr[k]);
    for (int k = 0; k < 6; k++)
        fprintf(f, "m %d\n", o->m[k]);
    deck_number(f, "x", (float)o->x);
    deck_number(f, "d", o->d);
    for (int k = 0; k < 4; k++)
        deck_number(f, "r", (float)o->r[k]);
    deck_number(f, "z", (float)o->z[0]);
    deck_number(f, "z", (float)o->z[1]);
    fprintf(f, "l %c\n", o->l ? 'T' : 'F');
    for (int k = 0; k < 4; k++)
        fprintf(f, "la %c\n", o->la[k] ? 'T' : 'F');
    deck_text(f, "s", o->s);
    deck_text(f, "sh", o->sh);
    for (int k = 0; k < 3; k++)
        deck_text(f, "names", o->names[k]);
    for (int k = 0; k < 3; k++) {
        const deck_site *t = k == 0 ? &o->site : &o->ta[k - 1];

        fprintf(f, "%s %d\n", k == 0 ? "site" : "ta", t->id);
        deck_number(f, k == 0 ? "site" : "ta", (float)t->lat);
        deck_text(f, k == 0 ? "site" : "ta", t->nm);
    }
}

#endif
