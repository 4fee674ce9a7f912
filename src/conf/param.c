#include "talik/conf/param.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "param_impl.h"
#include "talik/core/mem.h"

void
tk_params_wrong(const tk_params_run *run, unsigned line, unsigned column,
                const char *fmt, ...)
{
    char where[1024], text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tk_problem_error(
        run->p, tk_namelist_where(run->nl, line, column, where, sizeof where),
        "%s", text);
}

void
tk_given_drop(tk_given *given)
{
    for (size_t k = 0; k < given->nsources; k++)
        tk_free(given->sources[k]);
    tk_free(given->sources);
    tk_free(given->at);
    tk_free(given->marks);
    *given = (tk_given){0};
}

static tk_err
given_make(const tk_params *table, size_t nsources, tk_given *given)
{
    size_t n = 0;

    tk_given_drop(given);
    given->table = table;
    given->at = tk_new(table->n, sizeof *given->at);
    given->sources = tk_new(nsources, sizeof *given->sources);
    if (!given->at || !given->sources)
        return TK_ERUN;
    given->nsources = nsources;
    for (size_t i = 0; i < table->n; i++) {
        given->at[i].first = n;
        n += tk_param_elements(&table->params[i]);
    }
    given->marks = tk_new(n, 1);
    return given->marks ? TK_OK : TK_ERUN;
}

static const tk_given_at *
find_given(const tk_given *given, const char *group, const char *key)
{
    for (size_t i = 0; given->table && i < given->table->n; i++)
        if (strcmp(given->table->params[i].group, group) == 0
            && strcmp(given->table->params[i].key, key) == 0)
            return &given->at[i];
    return NULL;
}

bool
tk_params_was_given(const tk_given *given, const char *group, const char *key)
{
    const tk_given_at *at = find_given(given, group, key);

    return at && at->line > 0;
}

const char *
tk_params_where(const tk_given *given, const char *group, const char *key,
                char *out, size_t n)
{
    const tk_given_at *at = find_given(given, group, key);

    if (!at || at->line == 0)
        snprintf(out, n, "default of %s%%%s", group, key);
    else if (at->source == 0)
        snprintf(out, n, "%s:%zu:%zu", given->sources[0], at->line, at->column);
    else
        snprintf(out, n, "%s:%zu", given->sources[at->source], at->column);
    return out;
}

static const tk_group *
find_group(const tk_params *table, const char *name)
{
    for (size_t g = 0; g < table->ngroups; g++)
        if (strcmp(table->groups[g].name, name) == 0)
            return &table->groups[g];
    return NULL;
}

/* What a parameter holds before anything is given. */
static void
clear(const tk_param *p, void *options)
{
    const bool required = p->fallback == NULL;
    const size_t n = tk_param_elements(p);

    for (size_t e = 0; e < n; e++) {
        void *at = (char *)options + tk_param_offset(p, e);
        double *x = at;

        switch (p->kind) {
        case TK_INT:
            *(int *)at = required ? INT_MIN : 0;
            break;
        case TK_COMPLEX:
            x[1] = required ? NAN : 0;
            x[0] = required ? NAN : 0;
            break;
        case TK_REAL:
            *x = required ? NAN : 0;
            break;
        case TK_LOGICAL:
            *(bool *)at = false;
            break;
        case TK_STRING:
            *(char *)at = '\0';
            break;
        }
    }
    if (p->count != TK_NO_COUNT)
        *(size_t *)(void *)((char *)options + p->count) = 0;
}

/* Reads the defaults as the namelist that they are. */
static tk_err
read_defaults(const tk_params *table, void *options, tk_given *given)
{
    tk_namelist nl = {0};
    tk_problems p = {0};
    tk_params_run run = {table, &nl, options, given, &p, 0, true};
    tk_text text = {0};
    tk_err err = TK_OK;

    for (size_t i = 0; i < table->n; i++) {
        const tk_param *param = &table->params[i];

        TK_ASSERT(find_group(table, param->group) != NULL);
        clear(param, options);
        if (param->fallback && param->count == TK_NO_COUNT)
            memset(given->marks + given->at[i].first, TK_MARK_VALUE,
                   tk_param_elements(param));
        if (param->fallback && param->fallback[0])
            tk_text_add(&text, "&%s %s = %s\n/\n", param->group, param->key,
                        param->fallback);
    }
    if (text.failed)
        err = tk_fail(TK_ERUN, "out of memory: defaults");
    else if (text.len > 0)
        err = tk_namelist_parse("defaults", text.at, text.len, &nl, &p);
    for (size_t g = 0; err == TK_OK && g < nl.ngroups; g++)
        for (size_t k = 0; k < nl.groups[g].n; k++)
            tk_params_assign(&run, tk_namelist_group(&nl, &nl.groups[g]),
                             &nl.items[nl.groups[g].first + k]);
    if (p.errors > 0)
        fputs(tk_text_get(&p.text), stderr);
    TK_ASSERT(p.errors == 0 || err == TK_ERUN);
    tk_text_drop(&text);
    tk_problems_drop(&p);
    tk_namelist_drop(&nl);
    return err;
}

tk_err
tk_params_defaults(const tk_params *table, void *options)
{
    tk_given given = {0};
    tk_err err = given_make(table, 1, &given);

    if (err == TK_OK)
        err = read_defaults(table, options, &given);
    tk_given_drop(&given);
    return err;
}

static void
report_group(const tk_params_run *run, const tk_nml_group *g, const char *name)
{
    const tk_params *table = run->table;
    const char **names = tk_new(table->ngroups, sizeof *names);
    const char *nearest;
    tk_text known = {0};

    if (!names)
        return;
    for (size_t k = 0; k < table->ngroups; k++) {
        names[k] = table->groups[k].name;
        tk_text_add(&known, " &%s", names[k]);
    }
    nearest = tk_nearest_word(name, table->ngroups, names);
    if (nearest)
        tk_params_wrong(run, g->line, g->column,
                        "unknown group &%s; did you mean &%s?", name, nearest);
    else
        tk_params_wrong(run, g->line, g->column,
                        "unknown group &%s; there are%s", name,
                        tk_text_get(&known));
    tk_text_drop(&known);
    tk_free(names);
}

/* Checks the groups of a namelist and assigns their items. */
static void
apply(const tk_params_run *run)
{
    const tk_namelist *nl = run->nl;

    for (size_t g = 0; g < nl->ngroups && !tk_problems_full(run->p); g++) {
        const tk_nml_group *group = &nl->groups[g];
        const char *name = tk_namelist_group(nl, group);
        const tk_group *known = find_group(run->table, name);

        if (name[0] == '\0')
            continue; /* has been reported */
        if (!known) {
            report_group(run, group, name);
            continue;
        }
        for (size_t k = 0; k < g && !(known->flags & TK_GROUP_REPEATS); k++)
            if (strcmp(tk_namelist_group(nl, &nl->groups[k]), name) == 0) {
                tk_params_wrong(run, group->line, group->column,
                                "group &%s is given before, in line %u", name,
                                nl->groups[k].line);
                break;
            }
        for (size_t k = 0; k < group->n && !tk_problems_full(run->p); k++)
            tk_params_assign(run, name, &nl->items[group->first + k]);
    }
}

static bool
has_group(const tk_namelist *nl, const char *name, const tk_nml_group **at)
{
    for (size_t g = 0; g < nl->ngroups; g++)
        if (strcmp(tk_namelist_group(nl, &nl->groups[g]), name) == 0) {
            *at = &nl->groups[g];
            return true;
        }
    return false;
}

/* Adds what is required and lacks, and gaps in lists. */
static void
check_complete(const tk_params_run *run, const char *path)
{
    for (size_t i = 0; i < run->table->n; i++) {
        const tk_param *p = &run->table->params[i];
        const unsigned char *marks =
            run->given->marks + run->given->at[i].first;
        const tk_nml_group *group = NULL;
        size_t n = tk_param_elements(p), e = 0;
        char where[1024];
        const bool there = has_group(run->nl, p->group, &group);

        if (p->count != TK_NO_COUNT) {
            memcpy(&n, (char *)run->options + p->count, sizeof n);
            if (n == 0 && !p->fallback)
                n = 1;
        }
        while (e < n && (marks[e] & TK_MARK_VALUE))
            e++;
        if (e == n || run->given->at[i].tried
            || (!there && run->given->at[i].line == 0
                && (find_group(run->table, p->group)->flags
                    & TK_GROUP_OPTIONAL)))
            continue;
        if (run->given->at[i].line > 0)
            tk_params_where(run->given, p->group, p->key, where, sizeof where);
        else if (there)
            tk_namelist_where(run->nl, group->line, group->column, where,
                              sizeof where);
        else
            snprintf(where, sizeof where, "%s", path ? path : "command line");
        if (run->given->at[i].line > 0)
            tk_problem_error(run->p, where, "element %zu of '%s' has no value",
                             e + 1, p->key);
        else
            tk_problem_error(run->p, where, "'%s' is missing in &%s: %s",
                             p->key, p->group, p->meaning);
    }
}

static tk_err
read_set(const tk_params_run *run, const char *set)
{
    tk_namelist nl = {0};
    tk_params_run mine = *run;
    tk_err err;

    mine.nl = &nl;
    err = tk_namelist_parse_set(set, &nl, run->p);
    if (err == TK_OK) {
        run->given->sources[run->source] = tk_copy_text(nl.source);
        if (!run->given->sources[run->source])
            err = TK_ERUN;
        else
            apply(&mine);
    }
    tk_namelist_drop(&nl);
    return err == TK_ECONF ? TK_OK : err; /* it is in the report */
}

static tk_err
read_all(tk_params_run *run, tk_namelist *nl, const char *path, size_t nset,
         const char *const *sets)
{
    const size_t errors = run->p->errors;
    tk_err err;

    TK_TRY(given_make(run->table, nset + 1, run->given));
    TK_TRY(read_defaults(run->table, run->options, run->given));
    run->given->sources[0] = tk_copy_text(path ? path : "");
    if (!run->given->sources[0])
        return TK_ERUN;
    if (path) {
        err = tk_namelist_read(path, nl, run->p);
        if (err != TK_OK && (err != TK_ECONF || run->p->errors == errors))
            return err;
        apply(run);
    }
    for (size_t k = 0; k < nset; k++) {
        run->source = k + 1;
        TK_TRY(read_set(run, sets[k]));
    }
    if (!path || nl->ngroups > 0) /* else all would be missing */
        check_complete(run, path);
    return tk_problems_end(run->p);
}

tk_err
tk_params_read(const tk_params *table, const char *path, size_t nset,
               const char *const *sets, void *options, tk_given *given,
               tk_problems *p)
{
    tk_namelist nl = {0};
    tk_given unused = {0};
    tk_params_run run = {table, &nl, options, given ? given : &unused,
                         p,     0,   false};
    const tk_err err = read_all(&run, &nl, path, nset, sets);

    tk_namelist_drop(&nl);
    tk_given_drop(&unused);
    return err;
}
