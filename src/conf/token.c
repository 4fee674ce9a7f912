#include "reader_impl.h"

#include <ctype.h>
#include <string.h>

static size_t
past_digits(const char *s, size_t n, size_t i)
{
    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    return i;
}

static bool
is_sign(char c)
{
    return c == '+' || c == '-';
}

static bool
is_word(const char *s, size_t n, const char *word)
{
    if (n != strlen(word))
        return false;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)s[i]) != word[i])
            return false;
    return true;
}

static bool
is_not_finite(const char *s, size_t n)
{
    if (is_word(s, n, "nan") || is_word(s, n, "inf")
        || is_word(s, n, "infinity"))
        return true;
    if (n < 5 || !is_word(s, 3, "nan") || s[3] != '(' || s[n - 1] != ')')
        return false;
    for (size_t i = 4; i + 1 < n; i++)
        if (!tk_nml_is_name((unsigned char)s[i]))
            return false;
    return true;
}

/* From an exponent's letter, or its sign alone as in 1.5+3, to the end. */
static bool
is_exponent(const char *s, size_t n, size_t i)
{
    size_t from;

    if (strchr("eEdDqQ", s[i])) {
        i++;
        if (i < n && is_sign(s[i]))
            i++;
    } else if (is_sign(s[i])) {
        i++;
    } else {
        return false;
    }
    from = i;
    i = past_digits(s, n, i);
    return i > from && i == n;
}

static tk_nml_kind
number_kind(const char *s, size_t n)
{
    size_t i = n > 0 && is_sign(s[0]) ? 1 : 0, from = i, digits;

    if (is_not_finite(s + i, n - i))
        return TK_NML_REAL;
    i = past_digits(s, n, i);
    digits = i - from;
    if (i == n)
        return digits > 0 ? TK_NML_INT : TK_NML_WORD;
    if (s[i] == '.') {
        from = ++i;
        i = past_digits(s, n, i);
        digits += i - from;
    }
    if (digits == 0)
        return TK_NML_WORD;
    return i == n || (s[i] != '\0' && is_exponent(s, n, i)) ? TK_NML_REAL
                                                            : TK_NML_WORD;
}

tk_nml_kind
tk_nml_token_kind(const char *s, size_t n)
{
    static const char *const logicals[] = {
        "t",    ".t",    ".t.",    "f",     ".f",     ".f.",
        "true", ".true", ".true.", "false", ".false", ".false.",
    };

    for (size_t k = 0; k < sizeof logicals / sizeof *logicals; k++)
        if (is_word(s, n, logicals[k]))
            return TK_NML_LOGICAL;
    return number_kind(s, n);
}
