#include "talik/core/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "talik/core/mem.h"

#define LONGEST_WORD 63

static bool
make_room(tk_text *t, size_t more)
{
    size_t room = t->room ? t->room : 256;
    char *wider;

    if (t->failed)
        return false;
    if (t->at && t->len + more < t->room)
        return true;
    while (room <= t->len + more)
        room *= 2;
    wider = tk_new(room, 1);
    if (!wider) {
        t->failed = true;
        return false;
    }
    if (t->at)
        memcpy(wider, t->at, t->len);
    tk_free(t->at);
    t->at = wider;
    t->room = room;
    return true;
}

void
tk_text_add(tk_text *t, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !make_room(t, (size_t)n + 1))
        return;
    va_start(args, fmt);
    vsnprintf(t->at + t->len, (size_t)n + 1, fmt, args);
    va_end(args);
    t->len += (size_t)n;
}

void
tk_text_add_bytes(tk_text *t, const char *bytes, size_t n)
{
    if (!make_room(t, n + 1))
        return;
    memcpy(t->at + t->len, bytes, n);
    t->len += n;
    t->at[t->len] = '\0';
}

const char *
tk_text_get(const tk_text *t)
{
    return t->at ? t->at : "";
}

void
tk_text_drop(tk_text *t)
{
    tk_free(t->at);
    *t = (tk_text){0};
}

tk_err
tk_read_file(const char *path, size_t most, char **bytes, size_t *n)
{
    struct stat s;
    FILE *f = fopen(path, "rb");
    tk_err err = TK_OK;

    *bytes = NULL;
    *n = 0;
    if (!f)
        return tk_fail(TK_EDATA, "%s: %s", path, strerror(errno));
    if (fstat(fileno(f), &s) != 0)
        err = tk_fail(TK_EDATA, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(s.st_mode))
        err = tk_fail(TK_EDATA, "%s: not a regular file", path);
    else if ((size_t)s.st_size > most)
        err = tk_fail(TK_EDATA, "%s: %lld bytes, at most %zu are read", path,
                      (long long)s.st_size, most);
    else if (!(*bytes = tk_new((size_t)s.st_size + 1, 1)))
        err = TK_ERUN;
    else if (fread(*bytes, 1, (size_t)s.st_size, f) != (size_t)s.st_size)
        err = tk_fail(TK_EDATA, "%s: ended while being read", path);
    else
        *n = (size_t)s.st_size;
    fclose(f);
    if (err) {
        tk_free(*bytes);
        *bytes = NULL;
    }
    return err;
}

static int
lower(char c)
{
    return tolower((unsigned char)c);
}

bool
tk_same_word(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t
tk_word_distance(const char *a, const char *b)
{
    const size_t na = least(strlen(a), LONGEST_WORD);
    const size_t nb = least(strlen(b), LONGEST_WORD);
    size_t row[3][LONGEST_WORD + 1]; /* two rows back, one back, this one */

    memset(row, 0, sizeof row);
    for (size_t j = 0; j <= nb; j++)
        row[2][j] = j;
    for (size_t i = 1; i <= na; i++) {
        memcpy(row[0], row[1], sizeof row[0]);
        memcpy(row[1], row[2], sizeof row[1]);
        row[2][0] = i;
        for (size_t j = 1; j <= nb; j++) {
            const size_t differs = lower(a[i - 1]) != lower(b[j - 1]);

            row[2][j] = least(least(row[1][j], row[2][j - 1]) + 1,
                              row[1][j - 1] + differs);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2])
                && lower(a[i - 2]) == lower(b[j - 1]))
                row[2][j] = least(row[2][j], row[0][j - 2] + 1);
        }
    }
    return row[2][nb];
}

const char *
tk_nearest_word(const char *wrong, size_t n, const char *const *words)
{
    const char *nearest = NULL;
    size_t best = 2 + strlen(wrong) / 4; /* farther is no misspelling */

    if (best > strlen(wrong))
        best = strlen(wrong);
    for (size_t i = 0; i < n; i++) {
        const size_t d = tk_word_distance(wrong, words[i]);

        if (d < best || (d == best && !nearest)) {
            best = d;
            nearest = words[i];
        }
    }
    return nearest;
}
