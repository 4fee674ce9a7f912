/* talik/io/tensors.h -- safetensors: named arrays of numbers, from and to
 * PyTorch.
 *
 * A file is a 64-bit length, so many bytes of JSON, and the numbers of all
 * tensors, little-endian and row-major.  It may come from anywhere: nothing in
 * it is believed before it is checked, and any bytes at all are safe.
 *
 * Limits   header 1 MiB, JSON nested 4 deep; 4096 tensors of 0 to 4 dimensions,
 *          each 1 to 65536; names of 1 to 128 of A-Z a-z 0-9 _ and .; 1 GiB in
 *          all.  No name twice, no gap, no overlap, nothing after the last.
 * Types    F32, F16, BF16 and I64 are read; F32 and I64 are written.
 *
 * Not collective: one rank reads, and tells the others.
 */
#ifndef TALIK_IO_TENSORS_H
#define TALIK_IO_TENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

#define TK_TENSORS_MOST 4096
#define TK_TENSORS_RANK 4
#define TK_TENSORS_NAME 128
#define TK_TENSORS_DIM 65536
#define TK_TENSORS_HEADER ((size_t)1 << 20)
#define TK_TENSORS_BYTES ((size_t)1 << 30)

typedef enum {
    TK_TYPE_F32,
    TK_TYPE_F16,
    TK_TYPE_BF16,
    TK_TYPE_I64,
} tk_tensors_type;

/* "F32" */
const char *tk_tensors_type_name(tk_tensors_type type);

typedef struct {
    char name[TK_TENSORS_NAME + 1];
    tk_tensors_type type;
    int rank;
    size_t dim[TK_TENSORS_RANK]; /* 1 beyond the rank        */
    size_t count;                /* elements                 */
    size_t first;                /* byte among those of data */
} tk_tensors_item;

typedef struct tk_tensors tk_tensors;

/* Reads a file.  TK_EDATA, naming the file and the tensor.  tk_tensors_drop
 * ends it.
 */
tk_err tk_tensors_read(const char *path, tk_tensors **t) TK_MUST;

/* The same from n bytes in memory, which are borrowed; path is for messages. */
tk_err tk_tensors_parse(const void *bytes, size_t n, const char *path,
                        tk_tensors **t) TK_MUST;
void tk_tensors_drop(tk_tensors *t); /* accepts NULL */

const char *tk_tensors_path(const tk_tensors *t);
const char *tk_tensors_sha256(const tk_tensors *t); /* of the whole file */

/* The tensors in the order of their data; NULL beyond the last, or where there
 * is none of that name.
 */
const tk_tensors_item *tk_tensors_at(const tk_tensors *t, size_t i);
const tk_tensors_item *tk_tensors_find(const tk_tensors *t, const char *name);

/* The text of a key of __metadata__, or NULL. */
const char *tk_tensors_text(const tk_tensors *t, const char *key);

/* Copies item->count values out.  TK_EDATA if the type is another: floats come
 * from F32, F16 and BF16, exactly; integers from I64.  NaN and infinity are
 * possible.
 */
tk_err tk_tensors_floats(const tk_tensors *t, const tk_tensors_item *item,
                         float *x) TK_MUST;
tk_err tk_tensors_integers(const tk_tensors *t, const tk_tensors_item *item,
                           int64_t *x) TK_MUST;

/* A tensor to be written: floats or, where they are NULL, integers. */
typedef struct {
    const char *name;
    int rank;
    size_t dim[TK_TENSORS_RANK];
    const float *floats;
    const int64_t *integers;
} tk_tensors_given;

/* The bytes of a file with n tensors, in their order, and one text under a key
 * of __metadata__; tk_free ends them.  TK_EOUT if tk_tensors_parse would not
 * read them.
 */
tk_err tk_tensors_make(size_t n, const tk_tensors_given *given, const char *key,
                       const char *text, unsigned char **bytes,
                       size_t *size) TK_MUST;

/* The same as a file: under a temporary name, flushed, renamed.  TK_EOUT if it
 * exists and may not be overwritten, or cannot be written.
 */
tk_err tk_tensors_write(const char *path, bool overwrite, size_t n,
                        const tk_tensors_given *given, const char *key,
                        const char *text) TK_MUST;

#endif
