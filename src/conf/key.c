/* Keys: name, name(2,1:3), a%b, a(2)%b. */
#include <ctype.h>
#include <stdio.h>

#include "reader_impl.h"

bool
tk_nml_read_name(tk_nml_reader *r, const char *what)
{
    const size_t n = tk_nml_name_length(r, r->now.i);
    char lower[TK_NML_NAME_MOST], shown[TK_SHOWN];

    if (n == 0) {
        tk_nml_wrong(r, &r->now, "%s must follow here", what);
        return false;
    }
    if (n > TK_NML_NAME_MOST) {
        tk_nml_wrong(r, &r->now, "'%s': a name has at most %d characters",
                     tk_show(r->s + r->now.i, n, shown), TK_NML_NAME_MOST);
        tk_nml_step(r, n);
        return false;
    }
    for (size_t k = 0; k < n; k++)
        lower[k] = (char)tolower((unsigned char)r->s[r->now.i + k]);
    tk_text_add_bytes(&r->nl->names, lower, n);
    tk_nml_step(r, n);
    return true;
}

/* An integer of a subscript, if one is here; false if it is broken. */
static bool
read_bound(tk_nml_reader *r, bool *there, long *value)
{
    const int sign = tk_nml_peek(r, 0) == '-' ? -1 : 1;
    size_t n = tk_nml_peek(r, 0) == '-' || tk_nml_peek(r, 0) == '+' ? 1 : 0;
    const size_t from = n;

    *value = 0;
    for (; isdigit(tk_nml_peek(r, n)) && n < from + 10; n++)
        *value = 10 * *value + (tk_nml_peek(r, n) - '0');
    if (n == from && n > 0)
        return false; /* a sign alone */
    if (n == from + 10 || tk_nml_is_name(tk_nml_peek(r, n)))
        return false;
    *there = n > from;
    *value *= sign;
    tk_nml_step(r, n);
    tk_nml_skip_blanks(r);
    return true;
}

/* One dimension: 3, lo:hi, lo:hi:stride, each bound optional. */
static bool
read_subscript(tk_nml_reader *r)
{
    tk_text *names = &r->nl->names;
    bool there;
    long value;

    tk_nml_skip_blanks(r);
    for (int part = 0; part < 3; part++) {
        const tk_nml_mark at = r->now;

        if (!read_bound(r, &there, &value)) {
            tk_nml_wrong(r, &at, "an integer must stand here, in a subscript");
            return false;
        }
        if (part == 2 && (!there || value == 0)) {
            tk_nml_wrong(r, &at, "a stride must stand here, and not be 0");
            return false;
        }
        if (there)
            tk_text_add(names, "%ld", value);
        if (tk_nml_peek(r, 0) != ':') {
            if (part == 0 && !there) {
                tk_nml_wrong(r, &at, "a subscript must stand here");
                return false;
            }
            return true;
        }
        if (part < 2) {
            tk_text_add(names, ":");
            tk_nml_step(r, 1);
            tk_nml_skip_blanks(r);
        }
    }
    return true;
}

static bool
read_subscripts(tk_nml_reader *r)
{
    const tk_nml_mark open = r->now;
    int n = 0;

    tk_nml_step(r, 1);
    tk_text_add(&r->nl->names, "(");
    for (;;) {
        if (++n > TK_NML_SUBS_MOST) {
            tk_nml_wrong(r, &open, "more than %d subscripts", TK_NML_SUBS_MOST);
            return false;
        }
        if (!read_subscript(r))
            return false;
        if (tk_nml_peek(r, 0) != ',')
            break;
        tk_text_add(&r->nl->names, ",");
        tk_nml_step(r, 1);
    }
    if (tk_nml_peek(r, 0) != ')') {
        tk_nml_wrong(r, &r->now,
                     "')' must end the subscripts begun in column "
                     "%u",
                     tk_nml_column(&open));
        return false;
    }
    tk_nml_step(r, 1);
    tk_text_add(&r->nl->names, ")");
    return true;
}

/* What a key without '=' may have been meant to be. */
static void
wrong_key(tk_nml_reader *r, const tk_nml_mark *start)
{
    char shown[TK_SHOWN];
    const int c = tk_nml_peek(r, 0);
    size_t n = r->now.i - start->i;
    const char *key;

    while (n > 1 && tk_nml_is_blank((unsigned char)r->s[start->i + n - 1]))
        n--;
    key = tk_show(r->s + start->i, n, shown);
    n = 0;

    while (c == '.' && tk_nml_is_name(tk_nml_peek(r, 1 + n)))
        n++;
    if (n > 0)
        tk_nml_wrong(r, &r->now,
                     "'.' after '%s': a component is written "
                     "with '%%', as '%s%%%.*s'",
                     key, key, (int)(n < 63 ? n : 63), r->s + r->now.i + 1);
    else if (c == '+' && tk_nml_peek(r, 1) == '=')
        tk_nml_wrong(r, &r->now,
                     "'+=' after '%s' is not of namelists; "
                     "write '='",
                     key);
    else if (c == ':')
        tk_nml_wrong(r, &r->now, "':' after '%s'; write '='", key);
    else if (c == ';')
        tk_nml_wrong(r, &r->now,
                     "';' does not separate; use a comma, a blank "
                     "or a new line");
    else if (tk_same_word(key, "end"))
        tk_nml_wrong(r, start,
                     "'end' alone does not end a group; write '/' "
                     "or '&end'");
    else
        tk_nml_wrong(r, start, "'%s' is not followed by '='; text needs quotes",
                     key);
}

bool
tk_nml_read_key(tk_nml_reader *r, unsigned *key)
{
    const tk_nml_mark start = r->now;
    bool subscripts = false;
    int parts = 1;

    *key = (unsigned)r->nl->names.len;
    if (!tk_nml_read_name(r, "a key"))
        return false;
    for (;;) {
        const tk_nml_mark end = r->now;

        tk_nml_skip_blanks(r);
        if (tk_nml_peek(r, 0) == '(' && subscripts) {
            tk_nml_wrong(r, &r->now,
                         "a part of a text, as in s(1)(2:3), "
                         "cannot be set; give the whole text");
            return false;
        }
        if (tk_nml_peek(r, 0) == '(') {
            if (!read_subscripts(r))
                return false;
            subscripts = true;
        } else if (tk_nml_peek(r, 0) == '%') {
            if (++parts > TK_NML_PARTS_MOST) {
                tk_nml_wrong(r, &r->now, "more than %d components",
                             TK_NML_PARTS_MOST);
                return false;
            }
            tk_nml_step(r, 1);
            tk_nml_skip_blanks(r);
            tk_text_add(&r->nl->names, "%%");
            if (!tk_nml_read_name(r, "a component's name"))
                return false;
            subscripts = false;
        } else {
            r->now = end;
            break;
        }
    }
    tk_text_add_bytes(&r->nl->names, "", 1);
    {
        const tk_nml_mark end = r->now;

        tk_nml_skip_gap(r);
        if (tk_nml_peek(r, 0) == '=') {
            tk_nml_step(r, 1);
            r->quiet = false; /* sense is back */
            return true;
        }
        if (r->now.line != end.line)
            r->now = end;
    }
    wrong_key(r, &start);
    return false;
}
