/* store_impl.h -- the inside of a store, shared by store.c and store_file.c. */
#ifndef TALIK_IO_STORE_IMPL_H
#define TALIK_IO_STORE_IMPL_H

#include <stdint.h>

#include "talik/io/store.h"

#define STORE_ITEMS 4096
#define STORE_RANK 4
#define STORE_BYTES ((size_t)1 << 30)

typedef enum { STORE_FLOAT, STORE_DOUBLE, STORE_TEXT } store_kind;

typedef struct {
    char *name;
    store_kind kind;
    int rank;
    size_t dim[STORE_RANK], n;
    void *bytes; /* n elements and a zero one */
} store_item;

struct tk_store {
    store_item *item;
    size_t n, room;
    char *path;
};

/* Adds an item with a copy of the bytes, or zeros if bytes is NULL. */
tk_err tk_store_put(tk_store *s, const char *name, store_kind kind, int rank,
                    const size_t *dim, const void *bytes) TK_MUST;

uint64_t tk_store_item_digest(const store_item *item);

#endif
