/* talik/core/text.h -- texts that grow, words that are near to another.  */
#ifndef TALIK_CORE_TEXT_H
#define TALIK_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/core/error.h"

/* A text that grows; begin with {0}.  tk_text_drop ends it.  Out of memory is
 * remembered in `failed`, so that a writer checks once, at its end.
 */
typedef struct {
    char *at; /* NUL-terminated; NULL while empty */
    size_t len, room;
    bool failed;
} tk_text;

void tk_text_add(tk_text *t, const char *fmt, ...) TK_PRINTF(2, 3);
void tk_text_add_bytes(tk_text *t, const char *bytes, size_t n);
const char *tk_text_get(const tk_text *t); /* "" while empty */
void tk_text_drop(tk_text *t);

/* The whole of a file, NUL-terminated, at most `most` bytes; tk_free ends it.
 * TK_EDATA if it cannot be read or is longer.
 */
tk_err tk_read_file(const char *path, size_t most, char **bytes,
                    size_t *n) TK_MUST;

/* Compares without regard to ASCII case. */
bool tk_same_word(const char *a, const char *b);

/* Edits (insert, delete, replace, swap) from a to b, without regard to case. */
size_t tk_word_distance(const char *a, const char *b);

/* The word nearest to `wrong` among n words, or NULL if none is near enough to
 * be a likely misspelling.
 */
const char *tk_nearest_word(const char *wrong, size_t n,
                            const char *const *words);

#endif
