/* What is wrong with text that is no value, and how to put it right. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "reader_impl.h"

/* Bytes that word processors and web pages put in place of plain ones. */
static const char *
odd_bytes(const char *s, size_t n)
{
    static const struct {
        const char *bytes, *what;
    } odd[] = {
        {"\xC2\xA0", "a non-breaking space (bytes C2 A0); write a blank"},
        {"\xE2\x80\x98", "a curly quote; write ' or \""},
        {"\xE2\x80\x99", "a curly quote; write ' or \""},
        {"\xE2\x80\x9C", "a curly quote; write ' or \""},
        {"\xE2\x80\x9D", "a curly quote; write ' or \""},
        {"\xE2\x80\x93", "a dash (bytes E2 80 93); write -"},
        {"\xE2\x88\x92", "a minus sign (bytes E2 88 92); write -"},
        {"\xEF\xBB\xBF", "a byte order mark inside the file; remove it"},
    };

    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
        const size_t len = strlen(odd[k].bytes);

        if (n >= len && memcmp(s, odd[k].bytes, len) == 0)
            return odd[k].what;
    }
    return NULL;
}

/* Reports a byte that has no business outside quotes and comments. */
static bool
wrong_byte(tk_nml_reader *r, size_t n)
{
    tk_nml_mark at = r->now;

    for (size_t k = 0; k < n; k++) {
        const unsigned char c = (unsigned char)r->s[r->now.i + k];
        const char *what = odd_bytes(r->s + r->now.i + k, n - k);

        if (c >= ' ' && c < 0x7F)
            continue;
        at.i = r->now.i + k;
        if (what)
            tk_nml_wrong(r, &at, "%s", what);
        else
            tk_nml_wrong(r, &at,
                         "byte 0x%02X may stand in quotes or in a "
                         "comment only",
                         c);
        return true;
    }
    return false;
}

/* An unquoted piece of text that begins with a digit, sign or dot. */
static void
wrong_number(tk_nml_reader *r, const char *shown, size_t n)
{
    const char *s = r->s + r->now.i;

    if (s[0] == '.' && n > 1 && isalpha((unsigned char)s[1]))
        tk_nml_wrong(r, &r->now,
                     "'%s' is neither .true. nor .false.; text needs quotes",
                     shown);
    else if (n > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
        tk_nml_wrong(r, &r->now, "'%s': numbers are decimal", shown);
    else if (memchr(s, '_', n))
        tk_nml_wrong(r, &r->now,
                     "'%s': a number has no '_', neither for its "
                     "kind nor between thousands",
                     shown);
    else
        tk_nml_wrong(r, &r->now, "'%s' is not a number; text needs quotes",
                     shown);
}

static void
wrong_word(tk_nml_reader *r, const char *shown, size_t n)
{
    static const char *const truths[] = {"yes", "no", "on", "off"};
    const char *s = r->s + r->now.i;

    for (size_t k = 0; k < 4; k++)
        if (tk_same_word(shown, truths[k])) {
            tk_nml_wrong(r, &r->now,
                         "'%s' is no value; write %s, or put "
                         "quotes around text",
                         shown, k % 2 == 0 ? ".true." : ".false.");
            return;
        }
    if (tk_same_word(shown, "end"))
        tk_nml_wrong(r, &r->now,
                     "'end' alone does not end a group; write '/' "
                     "or '&end'");
    else if (n > 2 && strchr("zZoObB", s[0]) && (s[1] == '\'' || s[1] == '"'))
        tk_nml_wrong(r, &r->now, "'%s': numbers are decimal", shown);
    else
        tk_nml_wrong(r, &r->now, "unquoted text '%s'; put quotes around it",
                     shown);
}

/* site.id=3 */
static bool
is_dotted_key(const char *s, size_t n)
{
    const char *equals = memchr(s, '=', n);
    const char *dot = memchr(s, '.', n);

    return isalpha((unsigned char)s[0]) && equals && dot && dot < equals
           && dot + 1 < equals;
}

void
tk_nml_wrong_lump(tk_nml_reader *r)
{
    const size_t n = tk_nml_lump_length(r);
    const char *s = r->s + r->now.i;
    const char *slash = memchr(s, '/', n);
    char shown[TK_SHOWN];

    tk_show(s, n, shown);
    if (n == 0) {
        tk_nml_wrong(r, &r->now, "a value must stand here");
        tk_nml_step(r, 1);
        return;
    }
    if (s[0] == '#') {
        tk_nml_wrong(r, &r->now, "'#' begins no comment; write '!'");
        tk_nml_skip_line(r);
        return;
    }
    if (wrong_byte(r, n))
        ;
    else if (slash)
        tk_nml_wrong(r, &r->now,
                     "unquoted '/' in '%s': put quotes around "
                     "text (a '/' that ends the group stands before a blank)",
                     shown);
    else if (memchr(s, ';', n))
        tk_nml_wrong(r, &r->now,
                     "';' in '%s' does not separate; use a comma, "
                     "a blank or a new line",
                     shown);
    else if (s[0] == '*' || s[n - 1] == '*')
        tk_nml_wrong(r, &r->now,
                     "'%s': a repeat count is written without "
                     "blanks, as 3*7",
                     shown);
    else if (is_dotted_key(s, n))
        tk_nml_wrong(r, &r->now,
                     "'%s': a component is written with '%%', not "
                     "'.'",
                     shown);
    else if (s[0] == '?')
        tk_nml_wrong(r, &r->now,
                     "'?' is a question to some run-time systems; "
                     "it has no place here");
    else if (s[0] == '=')
        tk_nml_wrong(r, &r->now, "'=' without a key before it");
    else if (tk_nml_token_kind(s, n) != TK_NML_WORD)
        tk_nml_wrong(r, &r->now, "a key and '=' must stand before '%s'", shown);
    else if (isdigit((unsigned char)s[0]) || strchr("+-.", s[0]))
        wrong_number(r, shown, n);
    else
        wrong_word(r, shown, n);
    tk_nml_step(r, n);
}
