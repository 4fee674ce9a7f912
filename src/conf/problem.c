#include "talik/conf/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
tk_problems_full(const tk_problems *p)
{
    return p->errors + p->warnings >= TK_PROBLEMS_MOST;
}

static void
add_line(tk_problems *p, const char *where, const char *what, const char *text)
{
    const size_t n = p->errors + p->warnings;

    if (n < TK_PROBLEMS_MOST)
        tk_text_add(&p->text, "%s: %s: %s\n", where, what, text);
    else if (n == TK_PROBLEMS_MOST)
        tk_text_add(&p->text, "%s: note: more problems follow, not shown\n",
                    where);
}

void
tk_problem_error(tk_problems *p, const char *where, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    add_line(p, where, "error", text);
    p->errors++;
}

void
tk_problem_warn(tk_problems *p, const char *where, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    add_line(p, where, "warning", text);
    p->warnings++;
}

tk_err
tk_problems_end(const tk_problems *p)
{
    const char *text = tk_text_get(&p->text);
    size_t n = p->text.len;

    if (p->text.failed)
        return TK_ERUN;
    if (p->errors == 0)
        return TK_OK;
    if (n > TK_ERR_TEXT - 64) {
        n = TK_ERR_TEXT - 64;
        while (n > 0 && text[n - 1] != '\n')
            n--;
        return tk_fail(TK_ECONF, "%.*s(%zu errors in all)", (int)n, text,
                       p->errors);
    }
    return tk_fail(TK_ECONF, "%.*s", (int)(n ? n - 1 : 0), text);
}

void
tk_problems_drop(tk_problems *p)
{
    tk_text_drop(&p->text);
    *p = (tk_problems){0};
}

/* The bytes of one well-formed UTF-8 character above the C1 controls, or 0. */
static size_t
utf8_length(const unsigned char *s, size_t n)
{
    size_t len;

    if (s[0] >= 0xC2 && s[0] <= 0xDF)
        len = 2;
    else if (s[0] >= 0xE0 && s[0] <= 0xEF)
        len = 3;
    else if (s[0] >= 0xF0 && s[0] <= 0xF4)
        len = 4;
    else
        return 0;
    if (len > n || (s[0] == 0xC2 && s[1] < 0xA1)
        || (s[0] == 0xE0 && s[1] < 0xA0))
        return 0;
    for (size_t k = 1; k < len; k++)
        if ((s[k] & 0xC0) != 0x80)
            return 0;
    return len;
}

const char *
tk_show(const char *bytes, size_t n, char out[TK_SHOWN])
{
    const unsigned char *s = (const unsigned char *)bytes;
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n;) {
        const size_t wide = utf8_length(s + i, n - i);

        if (used + 8 > TK_SHOWN) {
            memcpy(out + used, "...", 4);
            break;
        }
        if (s[i] >= ' ' && s[i] < 0x7F) {
            out[used++] = bytes[i++];
            out[used] = '\0';
        } else if (wide > 0) {
            memcpy(out + used, bytes + i, wide);
            used += wide;
            i += wide;
            out[used] = '\0';
        } else {
            used += (size_t)snprintf(out + used, 5, "\\x%02X", s[i++]);
        }
    }
    return out;
}
