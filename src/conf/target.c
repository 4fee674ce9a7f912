#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param_impl.h"
#include "talik/core/mem.h"

/* Subscripts as written: of each dimension lo:hi:step, or one element. */
typedef struct {
    int n;
    struct {
        bool has_lo, has_hi, section;
        long lo, hi, step;
    } d[TK_NML_SUBS_MOST];
} subscripts;

/* A key taken apart: "ta(2)%id" is "ta%id" and the subscripts of its parts. */
typedef struct {
    char name[TK_NML_PARTS_MOST * (TK_NML_NAME_MOST + 1)];
    subscripts first, last; /* the same if there is one part */
    int parts;
    bool between; /* subscripts at another part */
} reference;

/* The parser has checked the form, so this only takes it apart. */
static const char *
parse_subscripts(const char *s, subscripts *out)
{
    char *end;

    out->n = 0;
    do {
        const int k = out->n++;

        s++; /* '(' or ',' */
        out->d[k].has_lo = out->d[k].has_hi = out->d[k].section = false;
        out->d[k].step = 1;
        out->d[k].lo = strtol(s, &end, 10);
        out->d[k].has_lo = end != s;
        s = end;
        if (*s != ':')
            continue;
        out->d[k].section = true;
        s++;
        out->d[k].hi = strtol(s, &end, 10);
        out->d[k].has_hi = end != s;
        s = end;
        if (*s == ':') {
            out->d[k].step = strtol(s + 1, &end, 10);
            s = end;
        }
    } while (*s == ',');
    return s + 1;
}

static void
parse_reference(const char *key, reference *ref)
{
    size_t used = 0;
    subscripts subs = {0};

    *ref = (reference){0};
    for (;;) {
        const size_t n = strcspn(key, "(%");

        memcpy(ref->name + used, key, n);
        used += n;
        key += n;
        subs.n = 0;
        if (*key == '(')
            key = parse_subscripts(key, &subs);
        if (ref->parts++ == 0)
            ref->first = subs;
        else if (*key == '%')
            ref->between = ref->between || subs.n > 0;
        if (*key != '%')
            break;
        ref->name[used++] = *key++;
    }
    ref->last = subs;
    ref->name[used] = '\0';
}

size_t
tk_param_elements(const tk_param *p)
{
    return (p->outer ? p->outer : 1) * (p->dims[0] ? p->dims[0] : 1)
           * (p->dims[1] ? p->dims[1] : 1);
}

size_t
tk_param_offset(const tk_param *p, size_t element)
{
    static const size_t sizes[] = {
        [TK_INT] = sizeof(int),
        [TK_REAL] = sizeof(double),
        [TK_LOGICAL] = sizeof(bool),
        [TK_COMPLEX] = 2 * sizeof(double),
    };
    const size_t size = p->kind == TK_STRING ? p->size : sizes[p->kind];
    const size_t inner = tk_param_elements(p) / (p->outer ? p->outer : 1);

    return p->offset + element / inner * p->stride + element % inner * size;
}

/* One dimension of `size` elements. */
static bool
make_range(const tk_params_run *run, const tk_nml_item *item,
           const subscripts *subs, int k, size_t size, bool run_on, tk_range *r)
{
    const char *key = tk_namelist_key(run->nl, item);
    const long top = (long)size;
    long hi;

    *r = (tk_range){0, 1, size};
    if (k >= subs->n)
        return true;
    r->step = subs->d[k].step;
    r->lo = subs->d[k].has_lo ? subs->d[k].lo : r->step > 0 ? 1 : top;
    if (!subs->d[k].section)
        hi = run_on ? top : r->lo;
    else
        hi = subs->d[k].has_hi ? subs->d[k].hi : r->step > 0 ? top : 1;
    if (r->lo < 1 || r->lo > top || hi < 1 || hi > top) {
        tk_params_wrong(run, item->line, item->column,
                        "subscript %ld of '%s' is outside of 1 to %zu",
                        r->lo < 1 || r->lo > top ? r->lo : hi, key, size);
        return false;
    }
    if (hi != r->lo && (hi > r->lo) != (r->step > 0)) {
        tk_params_wrong(run, item->line, item->column, "'%s' names no element",
                        key);
        return false;
    }
    r->n = (size_t)((hi - r->lo) / r->step) + 1;
    r->lo--;
    return true;
}

/* The words of `what` that are nearest to a name, as "; did you mean 'x'?". */
static void
suggest(const char *wrong, size_t n, const char *const *words, char *out,
        size_t room)
{
    const char *nearest = tk_nearest_word(wrong, n, words);

    out[0] = '\0';
    if (nearest)
        snprintf(out, room, "; did you mean '%s'?", nearest);
}

static void
report_unknown(const tk_params_run *run, const char *group,
               const tk_nml_item *item, const char *name)
{
    const char **keys = tk_new(run->table->n, sizeof *keys);
    const char *elsewhere = NULL;
    char hint[256];
    size_t n = 0;

    if (!keys)
        return;
    for (size_t i = 0; i < run->table->n; i++) {
        const tk_param *p = &run->table->params[i];

        if (strcmp(p->group, group) == 0)
            keys[n++] = p->key;
        else if (strcmp(p->key, name) == 0)
            elsewhere = p->group;
    }
    if (elsewhere)
        snprintf(hint, sizeof hint, "; it is a key of &%s", elsewhere);
    else
        suggest(name, n, keys, hint, sizeof hint);
    tk_params_wrong(run, item->line, item->column, "unknown key '%s' in &%s%s",
                    name, group, hint);
    tk_free(keys);
}

/* Finds the parameter, or the components of the derived type, so named. */
static bool
find_params(const tk_params *table, const char *group, const char *name,
            tk_target *t)
{
    const size_t len = strlen(name);

    t->nparams = 0;
    for (size_t i = 0; i < table->n; i++) {
        const tk_param *p = &table->params[i];

        if (strcmp(p->group, group) != 0)
            continue;
        if (strcmp(p->key, name) == 0) {
            t->param[0] = i;
            t->nparams = 1;
            return true;
        }
        if (strncmp(p->key, name, len) == 0 && p->key[len] == '%') {
            TK_ASSERT(t->nparams < TK_COMPONENTS_MOST);
            t->param[t->nparams++] = i;
        }
    }
    return t->nparams > 0;
}

/* Whether the number of subscripts fits. */
static bool
fits(const tk_params_run *run, const tk_nml_item *item, const subscripts *subs,
     int rank, bool is_text)
{
    const char *key = tk_namelist_key(run->nl, item);

    if (subs->n == 0 || subs->n == rank)
        return true;
    if (rank == 0)
        tk_params_wrong(run, item->line, item->column,
                        is_text ? "'%s': a part of a text cannot be set; give "
                                  "the whole text"
                                : "'%s': subscripts on what is no array",
                        key);
    else
        tk_params_wrong(run, item->line, item->column,
                        "'%s' needs %d subscript%s", key, rank,
                        rank == 1 ? "" : "s");
    return false;
}

bool
tk_target_find(const tk_params_run *run, const char *group,
               const tk_nml_item *item, tk_target *t)
{
    static const subscripts none = {0};
    const subscripts *outer, *inner;
    const tk_param *p;
    reference ref;
    bool single;
    int rank;

    parse_reference(tk_namelist_key(run->nl, item), &ref);
    if (!find_params(run->table, group, ref.name, t)) {
        report_unknown(run, group, item, ref.name);
        return false;
    }
    p = &run->table->params[t->param[0]];
    single = strcmp(p->key, ref.name) == 0;
    outer = ref.parts > 1 || !single ? &ref.first : &none;
    inner = single ? &ref.last : &none;
    rank = !single ? 0 : p->dims[1] ? 2 : p->dims[0] ? 1 : 0;
    if (ref.between || (!single && ref.parts > 1 && ref.last.n > 0)) {
        tk_params_wrong(run, item->line, item->column,
                        "'%s': subscripts on what is no array",
                        tk_namelist_key(run->nl, item));
        return false;
    }
    t->whole = ref.first.n == 0 && ref.last.n == 0;
    if (!fits(run, item, outer, p->outer ? 1 : 0, false)
        || !fits(run, item, inner, rank, p->kind == TK_STRING)
        || !make_range(run, item, outer, 0, p->outer ? p->outer : 1, !single,
                       &t->outer)
        || !make_range(run, item, inner, 0, p->dims[0] ? p->dims[0] : 1,
                       rank == 1, &t->dim[0])
        || !make_range(run, item, inner, 1, p->dims[1] ? p->dims[1] : 1, false,
                       &t->dim[1]))
        return false;
    if (single) {
        t->total = t->outer.n * t->dim[0].n * t->dim[1].n;
        return true;
    }
    t->total = 0;
    for (size_t i = 0; i < t->nparams; i++) {
        p = &run->table->params[t->param[i]];
        t->total += tk_param_elements(p) / (p->outer ? p->outer : 1);
    }
    t->total *= t->outer.n;
    return true;
}

static size_t
nth(const tk_range *r, size_t k)
{
    return (size_t)(r->lo + (long)k * r->step);
}

tk_slot
tk_target_slot(const tk_params *table, const tk_target *t, size_t k,
               void *options)
{
    const size_t per_outer = t->total / t->outer.n;
    const size_t o = nth(&t->outer, k / per_outer);
    size_t rest = k % per_outer, i = 0, inner;
    const tk_param *p = &table->params[t->param[0]];
    tk_slot slot;

    inner = tk_param_elements(p) / (p->outer ? p->outer : 1);
    if (t->nparams == 1) {
        rest = nth(&t->dim[0], rest % t->dim[0].n)
               + nth(&t->dim[1], rest / t->dim[0].n)
                     * (p->dims[0] ? p->dims[0] : 1);
    } else {
        while (rest >= inner) {
            rest -= inner;
            p = &table->params[t->param[++i]];
            inner = tk_param_elements(p) / (p->outer ? p->outer : 1);
        }
    }
    slot.param = t->param[i];
    slot.element = o * inner + rest;
    slot.at = (char *)options + tk_param_offset(p, slot.element);
    return slot;
}
