/* Values: what stands between an '=' and the next key or the group's end. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "reader_impl.h"

bool
tk_nml_ends_lump(const tk_nml_reader *r, size_t i)
{
    const int c = i < r->n ? (unsigned char)r->s[i] : -1;

    return c == -1 || c == '\n' || c == ',' || tk_nml_is_blank(c)
           || (c == '!' && !r->set) || tk_nml_at_slash(r, i);
}

/* The bytes up to the next blank, comma, line end, comment or ending slash. */
size_t
tk_nml_lump_length(const tk_nml_reader *r)
{
    size_t n = 0;

    while (!tk_nml_ends_lump(r, r->now.i + n))
        n++;
    return n;
}

static bool
push(tk_nml_reader *r, tk_nml_item *item, const tk_nml_mark *start,
     tk_nml_value v)
{
    tk_namelist *nl = r->nl;
    tk_nml_value *wider = tk_nml_grow(nl->values, nl->nvalues, &nl->value_room,
                                      sizeof *nl->values);

    if (!wider) {
        r->short_of_memory = true;
        return false;
    }
    nl->values = wider;
    v.line = start->line;
    v.column = tk_nml_column(start);
    nl->values[nl->nvalues++] = v;
    item->n++;
    return true;
}

/* After a closing quote or parenthesis. */
static bool
check_separated(tk_nml_reader *r)
{
    const int c = tk_nml_peek(r, 0);

    if (tk_nml_ends_lump(r, r->now.i))
        return true;
    if (c == ';' || c == '/' || c == '&')
        tk_nml_wrong_lump(r);
    else {
        tk_nml_wrong(r, &r->now,
                     "a comma or a blank must follow a closed "
                     "quote or parenthesis (a quote inside a text is doubled)");
        tk_nml_step(r, tk_nml_lump_length(r));
    }
    return false;
}

/* At an opening quote.  A text ends on its line: over two lines it is a
 * forgotten quote far more often than meant, and gfortran joins them silently.
 */
static bool
read_string(tk_nml_reader *r)
{
    const tk_nml_mark open = r->now;
    const char quote = r->s[open.i];
    size_t i = open.i + 1;

    for (;; i++) {
        const unsigned char c = i < r->n ? (unsigned char)r->s[i] : '\n';

        if (c == '\n'
            || (c == '\r' && (i + 1 >= r->n || r->s[i + 1] == '\n'))) {
            tk_nml_wrong(r, &open,
                         "a text begins here, and %c does not end it "
                         "on this line",
                         quote);
            tk_nml_step(r, i - open.i);
            r->quiet = true;
            return false;
        }
        if (c == (unsigned char)quote) {
            if (i + 1 < r->n && r->s[i + 1] == quote)
                i++;
            else
                break;
        } else if (c < ' ' && c != '\t') {
            tk_nml_mark at = open;

            at.i = i;
            tk_nml_wrong(r, &at, "control character 0x%02X in a text", c);
            tk_nml_step(r, i + 1 - open.i);
            r->quiet = true;
            return false;
        }
    }
    tk_nml_step(r, i + 1 - open.i);
    if (i - open.i - 1 > TK_NML_TEXT_MOST) {
        tk_nml_wrong(r, &open, "a text has at most %d bytes", TK_NML_TEXT_MOST);
        return false;
    }
    return check_separated(r);
}

/* Within a complex number; a comment has no place there. */
static void
skip_white(tk_nml_reader *r)
{
    while (tk_nml_is_blank(tk_nml_peek(r, 0)) || tk_nml_peek(r, 0) == '\n')
        tk_nml_step(r, 1);
}

/* At '(': two numbers. */
static bool
read_complex(tk_nml_reader *r)
{
    const tk_nml_mark open = r->now;

    tk_nml_step(r, 1);
    for (int part = 0; part < 2; part++) {
        size_t n = 0;
        tk_nml_kind kind;

        skip_white(r);
        while (!tk_nml_ends_lump(r, r->now.i + n) && tk_nml_peek(r, n) != ')')
            n++;
        kind = tk_nml_token_kind(r->s + r->now.i, n);
        tk_nml_step(r, n);
        skip_white(r);
        if ((kind != TK_NML_INT && kind != TK_NML_REAL)
            || tk_nml_peek(r, 0) != (part == 0 ? ',' : ')')) {
            tk_nml_wrong(r, &open,
                         "a complex number is written as (1.0, 2.0); "
                         "text needs quotes");
            tk_nml_step(r, tk_nml_lump_length(r));
            return false;
        }
        tk_nml_step(r, 1);
    }
    return check_separated(r);
}

/* Digits and a star; 0 with a report if the count is not usable. */
static bool
read_repeat(tk_nml_reader *r, tk_nml_value *v)
{
    size_t n = 0;
    unsigned long count = 0;

    v->repeat = 1;
    for (; isdigit(tk_nml_peek(r, n)); n++)
        if (count <= TK_NML_REPEAT_MOST)
            count = 10 * count + (unsigned)(tk_nml_peek(r, n) - '0');
    if (n == 0 || tk_nml_peek(r, n) != '*')
        return true;
    if (count == 0 || count > TK_NML_REPEAT_MOST) {
        tk_nml_wrong(r, &r->now,
                     count ? "a repeat count is at most %d"
                           : "a repeat count of 0 (at most %d)",
                     TK_NML_REPEAT_MOST);
        tk_nml_step(r, tk_nml_lump_length(r));
        return false;
    }
    v->repeat = (unsigned)count;
    v->counted = true;
    tk_nml_step(r, n + 1);
    return true;
}

static bool
read_value(tk_nml_reader *r, tk_nml_item *item)
{
    const tk_nml_mark start = r->now;
    tk_nml_value v = {0};
    bool good = true;
    int c;

    if (!read_repeat(r, &v))
        return false;
    v.at = (unsigned)r->now.i;
    c = tk_nml_peek(r, 0);
    if (c == '\'' || c == '"') {
        v.kind = TK_NML_STRING;
        good = read_string(r);
    } else if (c == '(') {
        v.kind = TK_NML_COMPLEX;
        good = read_complex(r);
    } else {
        const size_t n = tk_nml_lump_length(r);

        if (n > 0)
            v.kind = (unsigned char)tk_nml_token_kind(r->s + r->now.i, n);
        good = r->set || v.kind != TK_NML_WORD;
        if (good)
            tk_nml_step(r, n);
        else
            tk_nml_wrong_lump(r);
    }
    v.len = (unsigned)r->now.i - v.at;
    return good && push(r, item, &start, v);
}

/* Whether a value list ends here, at something that its group must handle. */
static bool
list_ends(const tk_nml_reader *r)
{
    const int c = tk_nml_peek(r, 0);

    if (c == -1)
        return true;
    if (r->set)
        return c == '\n';
    return tk_nml_at_slash(r, r->now.i) || c == '&'
           || tk_nml_at_group(r, r->now.i) || tk_nml_at_key(r);
}

/* A comma after a value belongs to it; any other comma ends a null value. */
bool
tk_nml_read_values(tk_nml_reader *r, tk_nml_item *item)
{
    bool after_value = false, good = true;

    for (;;) {
        tk_nml_skip_gap(r);
        if (list_ends(r) || r->short_of_memory || tk_problems_full(r->p))
            return good;
        if (tk_nml_peek(r, 0) == ',') {
            if (!after_value) {
                const tk_nml_value null = {.repeat = 1,
                                           .at = (unsigned)r->now.i};

                good = push(r, item, &r->now, null) && good;
            }
            tk_nml_step(r, 1);
            after_value = false;
        } else {
            good = read_value(r, item) && good;
            after_value = true;
        }
    }
}
