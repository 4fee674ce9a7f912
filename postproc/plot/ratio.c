/* The tables of `talik divergence`: ratios by model, method, seed and depth. */
#include "ratio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

#define MOST_BYTES (64u << 20)
#define MOST_FIELDS 64

/* The columns that are read, wherever they are in a table. */
enum { SEED, MODEL, METHOD, ZONE, DEPTH, RATIO, COLUMNS };
static const char *const column[COLUMNS] = {
    "seed", "model", "method", "zone", "depth", "divergence_ratio"};

/* Where we are in a file. */
typedef struct {
    const char *path;
    size_t line, nfield;
    size_t at[COLUMNS];
} place;

const char *
tk_ratio_zone(const tk_plot_opts *o)
{
    return o->zone ? o->zone : "all";
}

/* ---- lists --------------------------------------------------------------- */

/* The number of a word in a list, to which it is added if it is new. */
static tk_err
number_of(const place *p, const char *what, const char *word, size_t most,
          char list[][TK_RATIO_WORD], size_t *n, size_t *i)
{
    if (!*word || strlen(word) >= TK_RATIO_WORD)
        return tk_fail(TK_EDATA, "%s:%zu: %s '%.60s': expected 1 to %d letters",
                       p->path, p->line, what, word, TK_RATIO_WORD - 1);
    for (*i = 0; *i < *n; (*i)++)
        if (strcmp(list[*i], word) == 0)
            return TK_OK;
    if (*n == most)
        return tk_fail(TK_EDATA,
                       "%s:%zu: %s '%s': there is room for %zu in a figure",
                       p->path, p->line, what, word, most);
    snprintf(list[(*n)++], TK_RATIO_WORD, "%s", word);
    return TK_OK;
}

static tk_err
depth_number(const place *p, const char *word, tk_ratios *r, size_t *i)
{
    char *end;
    const double depth = strtod(word, &end);

    if (end == word || *end || !isfinite(depth))
        return tk_fail(TK_EDATA, "%s:%zu: '%s' is no depth", p->path, p->line,
                       word);
    for (*i = 0; *i < r->ndepth; (*i)++)
        if (r->depth[*i] == depth)
            return TK_OK;
    if (r->ndepth == TK_RATIO_DEPTHS)
        return tk_fail(TK_EDATA, "%s:%zu: more than %d depths", p->path,
                       p->line, TK_RATIO_DEPTHS);
    r->depth[r->ndepth++] = depth;
    return TK_OK;
}

/* ---- reading ------------------------------------------------------------- */

/* Cuts a line at its commas; gives how many fields it has, which may be more
 * than there is room for.
 */
static size_t
cut(char *line, char *field[MOST_FIELDS])
{
    size_t n = 0;

    for (char *word = line; word; n++) {
        char *comma = strchr(word, ',');

        if (comma)
            *comma = '\0';
        if (n < MOST_FIELDS)
            field[n] = word;
        word = comma ? comma + 1 : NULL;
    }
    return n;
}

static tk_err
take_head(char *line, place *p)
{
    char *field[MOST_FIELDS];
    size_t i;

    p->nfield = cut(line, field);
    for (size_t c = 0; c < COLUMNS; c++) {
        for (i = 0; i < p->nfield && i < MOST_FIELDS; i++)
            if (strcmp(field[i], column[c]) == 0)
                break;
        if (i == p->nfield || i == MOST_FIELDS)
            return tk_fail(TK_EDATA,
                           "%s: no column '%s'; expected the table of 'talik "
                           "divergence'",
                           p->path, column[c]);
        p->at[c] = i;
    }
    return TK_OK;
}

/* A table says a ratio once for each scenario: again is no news, unless it is
 * another one, as of a table that lists climate models too.
 */
static tk_err
add(const place *p, tk_ratios *r, const tk_ratio *new)
{
    for (size_t i = 0; i < r->n; i++) {
        tk_ratio *old = &r->ratio[i];

        if (old->model != new->model || old->method != new->method
            || old->depth != new->depth || strcmp(old->seed, new->seed) != 0)
            continue;
        if (!isnan(old->ratio) && !isnan(new->ratio)
            && old->ratio != new->ratio)
            return tk_fail(TK_EDATA,
                           "%s:%zu: %s by %s, seed %s, at %g m: a ratio of %g "
                           "and one of %g",
                           p->path, p->line, r->model[new->model],
                           r->method[new->method], new->seed,
                           r->depth[new->depth], old->ratio, new->ratio);
        if (isnan(old->ratio))
            old->ratio = new->ratio;
        return TK_OK;
    }
    if (r->n == r->room)
        return tk_fail(TK_EDATA, "%s:%zu: more than %zu ratios", p->path,
                       p->line, r->room);
    r->ratio[r->n++] = *new;
    return TK_OK;
}

static tk_err
take_row(const tk_plot_opts *o, char *line, const place *p, tk_ratios *r)
{
    char *field[MOST_FIELDS], *end;
    const size_t n = cut(line, field);
    tk_ratio new = {.ratio = NAN};
    const char *word;
    size_t zone;

    if (n != p->nfield)
        return tk_fail(TK_EDATA, "%s:%zu: %zu columns, the head has %zu",
                       p->path, p->line, n, p->nfield);
    TK_TRY(number_of(p, "zone", field[p->at[ZONE]],
                     sizeof r->zone / sizeof r->zone[0], r->zone, &r->nzone,
                     &zone));
    if (strcmp(r->zone[zone], tk_ratio_zone(o)) != 0)
        return TK_OK;
    TK_TRY(number_of(p, "model", field[p->at[MODEL]], TK_RATIO_MODELS, r->model,
                     &r->nmodel, &new.model));
    TK_TRY(number_of(p, "method", field[p->at[METHOD]], TK_RATIO_METHODS,
                     r->method, &r->nmethod, &new.method));
    TK_TRY(depth_number(p, field[p->at[DEPTH]], r, &new.depth));
    snprintf(new.seed, sizeof new.seed, "%s", field[p->at[SEED]]);
    word = field[p->at[RATIO]];
    if (*word) {
        new.ratio = strtod(word, &end);
        if (end == word || *end || isinf(new.ratio))
            return tk_fail(TK_EDATA, "%s:%zu: '%s' is no ratio", p->path,
                           p->line, word);
    }
    return add(p, r, &new);
}

static tk_err
read_file(const tk_plot_opts *o, const char *path, tk_ratios *r)
{
    char *text = NULL, *rest, *line;
    place p = {.path = path};
    size_t bytes;
    tk_err err = tk_read_file(path, MOST_BYTES, &text, &bytes);

    for (rest = text; !err && (line = strsep(&rest, "\n"));) {
        line[strcspn(line, "\r")] = '\0';
        p.line++;
        if (p.line == 1)
            err = take_head(line, &p);
        else if (*line)
            err = take_row(o, line, &p, r);
    }
    tk_free(text);
    return err;
}

/* ---- what is drawn ------------------------------------------------------- */

static tk_err
find_depth(const tk_plot_opts *o, const tk_ratios *r, double depth, size_t *k)
{
    tk_text list = {0};
    tk_err err;

    for (*k = 0; *k < r->ndepth; (*k)++) {
        if (fabs(r->depth[*k] - depth) <= fmax(0.01 * depth, 1e-6))
            break;
        tk_text_add(&list, "%s %g", *k ? "," : "", r->depth[*k]);
    }
    err = *k < r->ndepth
              ? TK_OK
              : tk_fail(TK_EDATA, "%s: no depth %g m; there are, in m:%s",
                        o->file[0], depth, tk_text_get(&list));
    tk_text_drop(&list);
    return err;
}

static tk_err
check_zone(const tk_plot_opts *o, const tk_ratios *r)
{
    tk_text list = {0};
    tk_err err;

    if (r->nmodel > 0)
        return TK_OK;
    if (r->nzone == 0)
        return tk_fail(TK_EDATA, "%s: no rows below the head", o->file[0]);
    for (size_t i = 0; i < r->nzone; i++)
        tk_text_add(&list, "%s %s", i ? "," : "", r->zone[i]);
    err = tk_fail(TK_EDATA, "%s: no zone '%s'; there are:%s", o->file[0],
                  tk_ratio_zone(o), tk_text_get(&list));
    tk_text_drop(&list);
    return err;
}

static tk_err
choose(const tk_plot_opts *o, tk_ratios *r)
{
    bool any = false;

    TK_TRY(check_zone(o, r));
    r->nk = o->ndepth                    ? o->ndepth
            : r->ndepth < TK_PLOT_DEPTHS ? r->ndepth
                                         : TK_PLOT_DEPTHS;
    for (size_t i = 0; i < r->nk; i++) {
        r->k[i] = i;
        if (o->ndepth)
            TK_TRY(find_depth(o, r, o->depth[i], &r->k[i]));
        for (size_t j = 0; j < r->n; j++)
            any |= r->ratio[j].depth == r->k[i] && !isnan(r->ratio[j].ratio);
    }
    if (!any)
        return tk_fail(TK_EDATA, "%s: no divergence_ratio of zone '%s'%s",
                       o->file[0], tk_ratio_zone(o),
                       o->ndepth ? " at these depths" : "");
    return TK_OK;
}

tk_err
tk_ratios_read(const tk_plot_opts *o, tk_ratios *r)
{
    *r = (tk_ratios){.room = (size_t)TK_RATIO_MODELS * TK_RATIO_METHODS
                             * TK_RATIO_SEEDS};
    r->ratio = tk_new(r->room, sizeof *r->ratio);
    if (!r->ratio)
        return TK_ERUN;
    for (size_t i = 0; i < o->nfile; i++)
        TK_TRY(read_file(o, o->file[i], r));
    return choose(o, r);
}

void
tk_ratios_free(tk_ratios *r)
{
    tk_free(r->ratio);
    r->ratio = NULL;
}

bool
tk_ratio_bar_of(const tk_ratios *r, size_t model, size_t method, size_t k,
                tk_ratio_bar *b)
{
    bool there = false;
    double sum = 0;

    *b = (tk_ratio_bar){.mean = NAN, .low = NAN, .high = NAN};
    for (size_t i = 0; i < r->n; i++) {
        const tk_ratio *x = &r->ratio[i];

        if (x->model != model || x->method != method)
            continue;
        there = true;
        if (x->depth != k || isnan(x->ratio) || b->n == TK_RATIO_SEEDS)
            continue;
        b->seed[b->n++] = x->ratio;
        b->low = fmin(b->low, x->ratio);
        b->high = fmax(b->high, x->ratio);
        sum += x->ratio;
    }
    if (b->n > 0)
        b->mean = sum / (double)b->n;
    return there;
}
