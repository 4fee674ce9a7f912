#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param_impl.h"

#define WIDTH 78

/* The shortest decimal that reads back to the same double. */
static void
write_real(double x, tk_text *out)
{
    const double size = fabs(x);
    char text[40];
    int digits = 1;

    if (!isfinite(x)) {
        tk_text_add(out, isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
        return;
    }
    /* 100.0 rather than 1e+02: no fewer digits than stand before the point. */
    while (size < 1e6 && size >= pow(10, digits))
        digits++;
    for (; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    tk_text_add(out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

void
tk_param_write(const tk_param *p, const void *at, tk_text *out)
{
    const double *x = at;

    switch (p->kind) {
    case TK_INT:
        tk_text_add(out, "%d", *(const int *)at);
        break;
    case TK_REAL:
        write_real(*x, out);
        break;
    case TK_LOGICAL:
        tk_text_add(out, *(const bool *)at ? ".true." : ".false.");
        break;
    case TK_COMPLEX:
        tk_text_add(out, "(");
        write_real(x[0], out);
        tk_text_add(out, ", ");
        write_real(x[1], out);
        tk_text_add(out, ")");
        break;
    case TK_STRING:
        tk_text_add(out, "'");
        for (const char *s = at; *s; s++)
            tk_text_add(out, *s == '\'' ? "''" : "%c", *s);
        tk_text_add(out, "'");
        break;
    }
}

static void
write_limit(const tk_param *p, double x, tk_text *out)
{
    if (p->kind == TK_INT)
        tk_text_add(out, "%.0f", x);
    else
        write_real(x, out);
}

/* "from 1 to 5", "at least 1", "at most 5", "finite" or nothing. */
void
tk_param_write_range(const tk_param *p, tk_text *out)
{
    const bool low = !isnan(p->low), high = !isnan(p->high);

    if (p->kind != TK_INT && p->kind != TK_REAL)
        return;
    if (low)
        tk_text_add(out, high ? "from " : "at least ");
    if (low)
        write_limit(p, p->low, out);
    if (high)
        tk_text_add(out, low ? " to " : "at most ");
    if (high)
        write_limit(p, p->high, out);
    if (p->special)
        tk_text_add(out, low || high ? ", or nan, inf" : "also nan, inf");
}

/* Whether a required parameter still lacks. */
bool
tk_param_is_unset(const tk_param *p, const void *at)
{
    if (p->fallback)
        return false;
    switch (p->kind) {
    case TK_INT:
        return *(const int *)at == INT_MIN;
    case TK_REAL:
    case TK_COMPLEX:
        return isnan(*(const double *)at) && !p->special;
    case TK_STRING:
        return *(const char *)at == '\0';
    case TK_LOGICAL:
        return false;
    }
    return false;
}

/* A comment, broken into lines at blanks. */
static void
write_comment(const char *text, tk_text *out)
{
    while (*text) {
        size_t n = strlen(text);

        if (n > WIDTH - 4) {
            n = WIDTH - 4;
            while (n > 1 && text[n] != ' ')
                n--;
            if (n == 1)
                n = strcspn(text, " ");
        }
        tk_text_add(out, "  ! %.*s\n", (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
}

static void
write_explanation(const tk_param *p, tk_text *out)
{
    tk_text line = {0}, range = {0};

    tk_param_write_range(p, &range);
    tk_text_add(&line, "%s", p->meaning);
    if (p->unit[0] && strcmp(p->unit, "1") != 0)
        tk_text_add(&line, " [%s]", p->unit);
    if (range.len > 0)
        tk_text_add(&line, "; %s", tk_text_get(&range));
    if (p->words)
        tk_text_add(&line, "; one of: %s", p->words);
    if (!p->fallback)
        tk_text_add(&line, "; required");
    else if (p->fallback[0])
        tk_text_add(&line, "; default %s", p->fallback);
    write_comment(tk_text_get(&line), out);
    if (line.failed)
        out->failed = true;
    tk_text_drop(&line);
    tk_text_drop(&range);
}

/* `key =` and n elements from `first`, over several lines if need be. */
static void
write_values(const tk_param *p, const char *key, const void *options,
             size_t first, size_t n, tk_text *out)
{
    size_t column, before;

    tk_text_add(out, "  %s =", key);
    column = strlen(key) + 4;
    for (size_t e = 0; e < n; e++) {
        tk_text value = {0};

        tk_param_write(p, (const char *)options + tk_param_offset(p, first + e),
                       &value);
        before = column;
        column += value.len + 2;
        if (column > WIDTH && before > strlen(key) + 4) {
            tk_text_add(out, "\n   ");
            column = value.len + 5;
        }
        tk_text_add(out, " %s%s", tk_text_get(&value), e + 1 < n ? "," : "");
        if (value.failed)
            out->failed = true;
        tk_text_drop(&value);
    }
    tk_text_add(out, "\n");
}

static void
write_param(const tk_param *p, const void *options, tk_text *out)
{
    const size_t all = tk_param_elements(p);
    const char *component = strchr(p->key, '%');
    size_t n = all;

    if (p->count != TK_NO_COUNT)
        memcpy(&n, (const char *)options + p->count, sizeof n);
    if (n == 0 || tk_param_is_unset(p, (const char *)options + p->offset)) {
        tk_text_add(out, "  ! %s =\n", p->key);
        return;
    }
    if (!p->outer || p->dims[0] == 0 || !component) {
        write_values(p, p->key, options, 0, n, out);
        return;
    }
    for (size_t o = 0; o < p->outer; o++) {
        char key[2 * TK_NML_NAME_MOST + 32];

        snprintf(key, sizeof key, "%.*s(%zu)%s", (int)(component - p->key),
                 p->key, o + 1, component);
        write_values(p, key, options, o * (all / p->outer), all / p->outer,
                     out);
    }
}

tk_err
tk_params_print(const tk_params *table, const void *options, const char *group,
                bool commented, tk_text *out)
{
    bool found = false;

    for (size_t g = 0; g < table->ngroups; g++) {
        const tk_group *known = &table->groups[g];

        if (group && !tk_same_word(group, known->name))
            continue;
        if (commented)
            tk_text_add(out, "%s! %s\n", found ? "\n" : "", known->title);
        found = true;
        tk_text_add(out, "&%s\n", known->name);
        for (size_t i = 0; i < table->n; i++) {
            if (strcmp(table->params[i].group, known->name) != 0)
                continue;
            if (commented)
                write_explanation(&table->params[i], out);
            write_param(&table->params[i], options, out);
        }
        tk_text_add(out, "/\n");
    }
    if (!found && group) {
        tk_text names = {0};
        tk_err err;

        for (size_t g = 0; g < table->ngroups; g++)
            tk_text_add(&names, " %s", table->groups[g].name);
        err = tk_fail(TK_ECONF, "no group '%s'; there are:%s", group,
                      tk_text_get(&names));
        tk_text_drop(&names);
        return err;
    }
    return out->failed ? tk_fail(TK_ERUN, "out of memory: namelist") : TK_OK;
}
