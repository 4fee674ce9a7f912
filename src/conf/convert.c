#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "param_impl.h"

#define NUMBER_MOST 128 /* bytes of a number as written */

typedef struct {
    const tk_params_run *run;
    const tk_param *p;
    const tk_nml_value *v;
    const char *s; /* as written */
    size_t n;
    char shown[TK_SHOWN];
} conversion;

#define WRONG(c, ...) \
    tk_params_wrong((c)->run, (c)->v->line, (c)->v->column, __VA_ARGS__)

/* What C reads from a Fortran number: 1d3, 1q3 and 1+3 become 1e3.  False if
 * it is too long, or too large for a double.
 */
static bool
read_real(const char *s, size_t n, double *x)
{
    char text[NUMBER_MOST + 2];
    size_t used = 0;
    const size_t sign = n > 0 && (s[0] == '+' || s[0] == '-');
    const bool finite = n > sign && !isalpha((unsigned char)s[sign]);

    if (n > NUMBER_MOST)
        return false;
    for (size_t i = 0; i < n; i++) {
        const bool bare = (s[i] == '+' || s[i] == '-') && i > 0
                          && !isalpha((unsigned char)s[i - 1]);

        if (finite && bare)
            text[used++] = 'e';
        text[used++] = finite && isalpha((unsigned char)s[i]) ? 'e' : s[i];
    }
    text[used] = '\0';
    if (!finite) {
        *x = tolower((unsigned char)s[sign]) == 'n' ? NAN : INFINITY;
        if (s[0] == '-')
            *x = -*x;
        return true;
    }
    *x = strtod(text, NULL);
    return isfinite(*x);
}

static bool
check_range(conversion *c, double x)
{
    const tk_param *p = c->p;
    tk_text range = {0};

    if (!isfinite(x)) {
        if (!p->special)
            WRONG(c, "%s = %s: must be a finite number", p->key, c->shown);
        return p->special;
    }
    if (!(x < p->low) && !(x > p->high))
        return true;
    tk_param_write_range(p, &range);
    WRONG(c, "%s = %s: must be %s%s%s", p->key, c->shown, tk_text_get(&range),
          p->unit[0] && strcmp(p->unit, "1") != 0 ? " " : "",
          strcmp(p->unit, "1") != 0 ? p->unit : "");
    tk_text_drop(&range);
    return false;
}

static bool
convert_int(conversion *c, int *out)
{
    long x;

    if (c->v->kind == TK_NML_STRING) {
        WRONG(c, "%s: integer expected, found the text %s; no quotes",
              c->p->key, c->shown);
        return false;
    }
    if (c->v->kind != TK_NML_INT) {
        WRONG(c, "%s: integer expected, found '%s'", c->p->key, c->shown);
        return false;
    }
    errno = 0;
    x = strtol(c->s, NULL, 10); /* stops at what ended the value */
    if (errno == ERANGE || x < INT_MIN || x > INT_MAX) {
        WRONG(c, "%s = %s: too large for an integer", c->p->key, c->shown);
        return false;
    }
    if (!check_range(c, (double)x))
        return false;
    *out = (int)x;
    return true;
}

static bool
convert_real(conversion *c, double *out)
{
    double x;

    if (c->v->kind == TK_NML_STRING) {
        WRONG(c, "%s: number expected, found the text %s; no quotes", c->p->key,
              c->shown);
        return false;
    }
    if (c->v->kind != TK_NML_INT && c->v->kind != TK_NML_REAL) {
        WRONG(c, "%s: number expected, found '%s'", c->p->key, c->shown);
        return false;
    }
    if (!read_real(c->s, c->n, &x)) {
        WRONG(c, "%s = %s: too large for a number", c->p->key, c->shown);
        return false;
    }
    if (!check_range(c, x))
        return false;
    *out = x;
    return true;
}

static bool
convert_logical(conversion *c, bool *out)
{
    const size_t dot = c->s[0] == '.';

    if (c->v->kind != TK_NML_LOGICAL) {
        WRONG(c, "%s: .true. or .false. expected, found '%s'", c->p->key,
              c->shown);
        return false;
    }
    *out = tolower((unsigned char)c->s[dot]) == 't';
    return true;
}

static bool
convert_complex(conversion *c, double out[2])
{
    const char *comma, *s, *end;

    if (c->v->kind != TK_NML_COMPLEX) {
        WRONG(c, "%s: complex number, as (1.0, 2.0), expected, found '%s'",
              c->p->key, c->shown);
        return false;
    }
    comma = memchr(c->s, ',', c->n);
    for (int part = 0; part < 2; part++) {
        s = part == 0 ? c->s + 1 : comma + 1;
        end = part == 0 ? comma : c->s + c->n - 1;
        while (s < end && isspace((unsigned char)*s))
            s++;
        while (end > s && isspace((unsigned char)end[-1]))
            end--;
        if (!read_real(s, (size_t)(end - s), &out[part])) {
            WRONG(c, "%s = %s: too large for a number", c->p->key, c->shown);
            return false;
        }
    }
    return true;
}

/* Compares with the allowed words, without regard to case, and takes over the
 * spelling of the table.
 */
static bool
check_word(conversion *c, char *text)
{
    char words[1024];
    const char *list[64], *nearest;
    size_t n = 0;
    char *rest;

    if (text[0] == '\0' && c->p->fallback
        && (!c->p->fallback[0] || strcmp(c->p->fallback, "''") == 0))
        return true;
    TK_ASSERT(strlen(c->p->words) < sizeof words);
    strcpy(words, c->p->words);
    for (char *w = strtok_r(words, " ", &rest); w;
         w = strtok_r(NULL, " ", &rest)) {
        TK_ASSERT(n < 64);
        list[n++] = w;
        if (tk_same_word(w, text)) {
            strcpy(text, w); /* as long as what it replaces */
            return true;
        }
    }
    nearest = tk_nearest_word(text, n, list);
    WRONG(c, "%s = %s: must be one of: %s%s%s%s", c->p->key, c->shown,
          c->p->words, nearest ? "; did you mean '" : "",
          nearest ? nearest : "", nearest ? "'?" : "");
    return false;
}

static bool
convert_string(conversion *c, char *out)
{
    const char quote = c->s[0];
    const bool quoted = c->v->kind == TK_NML_STRING;
    char text[TK_NML_TEXT_MOST + 1];
    size_t used = 0;

    if (!quoted && !c->run->nl->from_set) {
        WRONG(c, "%s: text expected, found '%s'; put quotes around it",
              c->p->key, c->shown);
        return false;
    }
    if (c->n > 2 * TK_NML_TEXT_MOST) {
        WRONG(c, "%s: a text has at most %d bytes", c->p->key,
              TK_NML_TEXT_MOST);
        return false;
    }
    for (size_t i = quoted; i < c->n - quoted && used < TK_NML_TEXT_MOST; i++) {
        text[used++] = c->s[i];
        if (quoted && c->s[i] == quote)
            i++; /* the second of two */
    }
    text[used] = '\0';
    if (used >= c->p->size) {
        WRONG(c, "%s = %s: %zu bytes, at most %zu fit", c->p->key, c->shown,
              used, c->p->size - 1);
        return false;
    }
    if (c->p->words && !check_word(c, text))
        return false;
    memcpy(out, text, used + 1);
    return true;
}

bool
tk_param_convert(const tk_params_run *run, const tk_param *p,
                 const tk_nml_value *v, void *at)
{
    conversion c = {run, p, v, run->nl->text + v->at, v->len, ""};

    tk_show(c.s, c.n, c.shown);
    switch (p->kind) {
    case TK_INT:
        return convert_int(&c, at);
    case TK_REAL:
        return convert_real(&c, at);
    case TK_LOGICAL:
        return convert_logical(&c, at);
    case TK_STRING:
        return convert_string(&c, at);
    case TK_COMPLEX:
        return convert_complex(&c, at);
    }
    return false;
}
