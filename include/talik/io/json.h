/* talik/io/json.h -- JSON from files that cannot be trusted. */
#ifndef TALIK_IO_JSON_H
#define TALIK_IO_JSON_H

#include <stddef.h>

#include <jansson.h>

#include "talik/core/error.h"

#define TK_JSON_DEPTH 4

/* The object in text[n]; json_decref ends it.  TK_EDATA, beginning with `what`,
 * if the text is no object of JSON, goes deeper than TK_JSON_DEPTH or has the
 * same key twice.  Memory is bounded by a multiple of n.
 */
tk_err tk_json_parse(const char *text, size_t n, const char *what,
                     json_t **object) TK_MUST;

/* A text of a file as it may be printed: at most 40 bytes, others than
 * printable ASCII as '?'.
 */
#define TK_JSON_SHOWN 48
const char *tk_json_shown(const char *text, char out[TK_JSON_SHOWN]);

#endif
