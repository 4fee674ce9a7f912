#include "reader_impl.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/mem.h"

int
tk_nml_peek(const tk_nml_reader *r, size_t ahead)
{
    const size_t i = r->now.i + ahead;

    return i < r->n ? (unsigned char)r->s[i] : -1;
}

void
tk_nml_step(tk_nml_reader *r, size_t n)
{
    for (; n > 0 && r->now.i < r->n; n--)
        if (r->s[r->now.i++] == '\n') {
            r->now.line++;
            r->now.line_start = r->now.i;
        }
}

unsigned
tk_nml_column(const tk_nml_mark *m)
{
    return (unsigned)(m->i - m->line_start + 1);
}

void
tk_nml_wrong(tk_nml_reader *r, const tk_nml_mark *m, const char *fmt, ...)
{
    char where[1024], text[512];
    va_list args;

    if (r->quiet)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tk_namelist_where(r->nl, m->line, tk_nml_column(m), where, sizeof where);
    tk_problem_error(r->p, where, "%s", text);
}

void
tk_nml_doubt(tk_nml_reader *r, const tk_nml_mark *m, const char *fmt, ...)
{
    char where[1024], text[512];
    va_list args;

    if (r->quiet)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tk_namelist_where(r->nl, m->line, tk_nml_column(m), where, sizeof where);
    tk_problem_warn(r->p, where, "%s", text);
}

/* A carriage return is a blank: that is all CR LF files need. */
bool
tk_nml_is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool
tk_nml_is_name(int c)
{
    return c == '_' || (c >= 0 && c < 0x80 && isalnum(c));
}

static size_t
past_blanks(const tk_nml_reader *r, size_t i)
{
    while (i < r->n && tk_nml_is_blank((unsigned char)r->s[i]))
        i++;
    return i;
}

static size_t
past_line(const tk_nml_reader *r, size_t i)
{
    const char *end = i < r->n ? memchr(r->s + i, '\n', r->n - i) : NULL;

    return end ? (size_t)(end - r->s) : r->n;
}

static size_t
past_gap(const tk_nml_reader *r, size_t i)
{
    for (;;) {
        i = past_blanks(r, i);
        if (i < r->n && r->s[i] == '!' && !r->set)
            i = past_line(r, i);
        if (i < r->n && r->s[i] == '\n')
            i++;
        else
            return i;
    }
}

void
tk_nml_skip_blanks(tk_nml_reader *r)
{
    r->now.i = past_blanks(r, r->now.i);
}

void
tk_nml_skip_gap(tk_nml_reader *r)
{
    tk_nml_step(r, past_gap(r, r->now.i) - r->now.i);
}

void
tk_nml_skip_line(tk_nml_reader *r)
{
    r->now.i = past_line(r, r->now.i);
    tk_nml_step(r, 1);
}

/* Only a blank, a line end, a comment or the end may follow: then a path that
 * lost its quotes is not taken for the end of the group.
 */
bool
tk_nml_at_slash(const tk_nml_reader *r, size_t i)
{
    if (r->set || i >= r->n || r->s[i] != '/')
        return false;
    return i + 1 >= r->n || r->s[i + 1] == '\n' || r->s[i + 1] == '!'
           || tk_nml_is_blank((unsigned char)r->s[i + 1]);
}

size_t
tk_nml_name_length(const tk_nml_reader *r, size_t i)
{
    size_t n = 0;

    if (i >= r->n || !isalpha((unsigned char)r->s[i])
        || (unsigned char)r->s[i] >= 0x80)
        return 0;
    while (i + n < r->n && tk_nml_is_name((unsigned char)r->s[i + n]))
        n++;
    return n;
}

/* '$' is also in prose ("$Id: ... $"), and so wants a blank after the name. */
bool
tk_nml_at_group(const tk_nml_reader *r, size_t i)
{
    size_t end;

    if (i >= r->n || (r->s[i] != '&' && r->s[i] != '$'))
        return false;
    end = i + 1 + tk_nml_name_length(r, i + 1);
    if (end == i + 1)
        return false;
    return r->s[i] == '&' || end == r->n || r->s[end] == '\n'
           || r->s[end] == ',' || r->s[end] == '!'
           || tk_nml_is_blank((unsigned char)r->s[end]);
}

/* After nan( ... ) a key would have to go on. */
static bool
is_nan_payload(const tk_nml_reader *r, size_t start, size_t paren)
{
    size_t i = paren + 1;

    if (paren - start != 3 || tolower((unsigned char)r->s[start]) != 'n'
        || tolower((unsigned char)r->s[start + 1]) != 'a'
        || tolower((unsigned char)r->s[start + 2]) != 'n')
        return false;
    while (i < r->n && tk_nml_is_name((unsigned char)r->s[i]))
        i++;
    if (i >= r->n || r->s[i] != ')')
        return false;
    i = past_blanks(r, i + 1);
    return i >= r->n || (r->s[i] != '=' && r->s[i] != '%');
}

/* Whether a key begins here.  T and F may begin one, or be a value. */
bool
tk_nml_at_key(const tk_nml_reader *r)
{
    const size_t start = r->now.i;
    const size_t n = tk_nml_name_length(r, start);
    size_t i;

    if (n == 0)
        return false;
    i = past_blanks(r, start + n);
    if (i < r->n && r->s[i] == '(')
        return !is_nan_payload(r, start, i);
    if (i < r->n && r->s[i] == '%')
        return true;
    i = past_gap(r, i);
    return i < r->n && r->s[i] == '=';
}

void *
tk_nml_grow(void *at, size_t n, size_t *room, size_t size)
{
    void *wider;
    size_t more;

    if (n < *room)
        return at;
    more = *room ? 2 * *room : 64;
    wider = tk_new(more, size);
    if (!wider)
        return NULL;
    if (at)
        memcpy(wider, at, n * size);
    tk_free(at);
    *room = more;
    return wider;
}
