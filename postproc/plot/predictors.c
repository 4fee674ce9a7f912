/* Names of predictors, and how each is drawn in all figures. */
#include "contest.h"

#include <ctype.h>
#include <string.h>

#include "talik/core/text.h"

/* Of Okabe and Ito's palette, which is safe for colour-vision deficiency. */
static const struct {
    const char *name, *colour;
} architectures[] = {
    {"gru", "0/114/178"},         {"bilstm", "213/94/0"},
    {"conv1dlstm", "0/158/115"},  {"tcn", "204/121/167"},
    {"transformer", "230/159/0"}, {"column", "86/180/233"},
};
#define OTHER "120/70/30"
#define GREY "gray45"

static const struct {
    const char *name, *dash;
} baselines[] = {
    {"climatology", "6_3"},
    {"persistence", "1_2"},
    {"air", "9_2_2_2"},
    {"lagged air", "3_2"},
};
#define NBASE (sizeof baselines / sizeof baselines[0])

/* Of members, told apart by these; 0 is for what stands for an architecture. */
static const char *const dashes[] = {"", ",6_2", ",2_2", ",8_2_2_2", ",10_3"};
#define NDASH (sizeof dashes / sizeof dashes[0])

static size_t
baseline_of(const char *name)
{
    size_t i = 0;

    while (i < NBASE && !tk_same_word(name, baselines[i].name))
        i++;
    return i;
}

bool
tk_is_baseline(const char *name)
{
    return baseline_of(name) < NBASE;
}

bool
tk_is_mean(const char *name)
{
    const char *blank = strrchr(name, ' ');

    return blank && strcmp(blank, " mean") == 0;
}

void
tk_architecture(const char *name, char out[TK_CONTEST_NAME])
{
    const char *blank = strrchr(name, ' ');
    size_t n = strlen(name);

    if (blank && (tk_is_mean(name) || isdigit((unsigned char)blank[1])))
        n = (size_t)(blank - name);
    snprintf(out, TK_CONTEST_NAME, "%.*s", (int)n, name);
}

static bool
of_architecture(const char *name, const char *architecture)
{
    char own[TK_CONTEST_NAME];

    tk_architecture(name, own);
    return strcmp(own, architecture) == 0;
}

bool
tk_has_mean(const tk_contest *c, const char *architecture)
{
    for (size_t p = 0; p < c->np; p++)
        if (tk_is_mean(c->name[p]) && of_architecture(c->name[p], architecture))
            return true;
    return false;
}

/* How many members of an architecture are among the first n predictors. */
static size_t
members_before(const tk_contest *c, const char *architecture, size_t n)
{
    size_t count = 0;

    for (size_t p = 0; p < n; p++)
        count += !tk_is_mean(c->name[p])
                 && of_architecture(c->name[p], architecture);
    return count;
}

size_t
tk_members(const tk_contest *c, const char *architecture)
{
    return members_before(c, architecture, c->np);
}

const char *
tk_predictor_colour(const char *name)
{
    for (size_t i = 0; i < sizeof architectures / sizeof architectures[0]; i++)
        if (of_architecture(name, architectures[i].name))
            return architectures[i].colour;
    return tk_is_baseline(name) ? GREY : OTHER;
}

void
tk_predictor_pen(const tk_contest *c, size_t p, size_t room, char *pen)
{
    const char *name = c->name[p];
    char architecture[TK_CONTEST_NAME];
    size_t dash = 0;
    bool member;

    tk_architecture(name, architecture);
    member = !tk_is_mean(name) && tk_has_mean(c, architecture);
    if (!tk_is_mean(name))
        dash = members_before(c, architecture, p) + member;
    if (tk_is_baseline(name))
        snprintf(pen, room, "1.2p,%s,%s", GREY,
                 baselines[baseline_of(name)].dash);
    else
        snprintf(pen, room, "%s,%s%s", member ? "1.1p" : "1.6p",
                 tk_predictor_colour(name), dashes[dash % NDASH]);
}

void
tk_pale(const char *colour, size_t room, char *out)
{
    unsigned r = 128, g = 128, b = 128;

    if (sscanf(colour, "%u/%u/%u", &r, &g, &b) != 3)
        r = g = b = 128;
    snprintf(out, room, "%u/%u/%u", 255 - (255 - r) / 4, 255 - (255 - g) / 4,
             255 - (255 - b) / 4);
}

static tk_err
unknown(const tk_contest *c, const char *name)
{
    tk_text list = {0};
    tk_err err;

    for (size_t p = 0; p < c->np; p++)
        tk_text_add(&list, "%s %s", p ? "," : "", c->name[p]);
    err = tk_fail(TK_EDATA, "%s: no predictor '%s'; there are:%s", c->path,
                  name, tk_text_get(&list));
    tk_text_drop(&list);
    return err;
}

tk_err
tk_named_predictors(const tk_plot_opts *o, const tk_contest *c, size_t most,
                    size_t *p, size_t *n)
{
    const char *at = o->models;
    char name[TK_CONTEST_NAME];

    for (*n = 0; at; (*n)++) {
        const size_t length = strcspn(at, ",");
        size_t i = 0;

        if (*n == most)
            return tk_fail(TK_ECONF, "-m: at most %zu names", most);
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        while (i < c->np && !tk_same_word(c->name[i], name))
            i++;
        if (i == c->np)
            return unknown(c, name);
        p[*n] = i;
        at = at[length] ? at + length + 1 : NULL;
    }
    return TK_OK;
}
