#include "talik/io/store.h"

#include <string.h>

#include "store_impl.h"
#include "talik/core/digest.h"
#include "talik/core/mem.h"

tk_store *
tk_store_new(void)
{
    return tk_new(1, sizeof(tk_store));
}

void
tk_store_drop(tk_store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        tk_free(s->item[i].name);
        tk_free(s->item[i].bytes);
    }
    tk_free(s->item);
    tk_free(s->path);
    tk_free(s);
}

static const store_item *
find(const tk_store *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->item[i].name, name) == 0)
            return &s->item[i];
    return NULL;
}

static size_t
item_size(store_kind kind)
{
    return kind == STORE_DOUBLE ? sizeof(double)
                                : (kind == STORE_FLOAT ? sizeof(float) : 1);
}

tk_err
tk_store_put(tk_store *s, const char *name, store_kind kind, int rank,
             const size_t *dim, const void *bytes)
{
    store_item item = {.kind = kind, .rank = rank, .n = 1};

    if (s->n == STORE_ITEMS || rank > STORE_RANK || find(s, name))
        return tk_fail(TK_ERUN, "store: cannot add '%s'", name);
    if (s->n == s->room) {
        const size_t room = s->room ? 2 * s->room : 32;
        store_item *wider = tk_new(room, sizeof *wider);

        if (!wider)
            return TK_ERUN;
        if (s->n)
            memcpy(wider, s->item, s->n * sizeof *wider);
        tk_free(s->item);
        s->item = wider;
        s->room = room;
    }
    for (int k = 0; k < rank; k++) {
        item.dim[k] = dim[k];
        item.n *= dim[k];
    }
    item.name = tk_copy_text(name);
    item.bytes = tk_new(item.n + 1, item_size(kind));
    if (!item.name || !item.bytes) {
        tk_free(item.name);
        tk_free(item.bytes);
        return TK_ERUN;
    }
    if (bytes)
        memcpy(item.bytes, bytes, item.n * item_size(kind));
    s->item[s->n++] = item;
    return TK_OK;
}

tk_err
tk_store_put_floats(tk_store *s, const char *name, int rank, const size_t *dim,
                    const float *x)
{
    return tk_store_put(s, name, STORE_FLOAT, rank, dim, x);
}

tk_err
tk_store_put_doubles(tk_store *s, const char *name, int rank, const size_t *dim,
                     const double *x)
{
    return tk_store_put(s, name, STORE_DOUBLE, rank, dim, x);
}

tk_err
tk_store_put_text(tk_store *s, const char *name, const char *text)
{
    const size_t n = strlen(text);

    return tk_store_put(s, name, STORE_TEXT, 1, &n, text);
}

static tk_err
get(const tk_store *s, const char *name, store_kind kind, const char *what,
    const store_item **item)
{
    *item = find(s, name);
    if (!*item || (*item)->kind != kind)
        return tk_fail(TK_EDATA, "%s: no %s '%s'", tk_store_path(s), what,
                       name);
    return TK_OK;
}

static tk_err
get_numbers(const tk_store *s, const char *name, store_kind kind, size_t n,
            void *x)
{
    const store_item *item;

    TK_TRY(get(s, name, kind, "array", &item));
    if (item->n != n)
        return tk_fail(TK_EDATA,
                       "%s: array '%s' has %zu elements, %zu are "
                       "expected",
                       tk_store_path(s), name, item->n, n);
    memcpy(x, item->bytes, n * item_size(kind));
    return TK_OK;
}

tk_err
tk_store_get_floats(const tk_store *s, const char *name, size_t n, float *x)
{
    return get_numbers(s, name, STORE_FLOAT, n, x);
}

tk_err
tk_store_get_doubles(const tk_store *s, const char *name, size_t n, double *x)
{
    return get_numbers(s, name, STORE_DOUBLE, n, x);
}

tk_err
tk_store_replace_floats(tk_store *s, const char *name, size_t n, const float *x)
{
    const store_item *item;

    TK_TRY(get(s, name, STORE_FLOAT, "array", &item));
    if (item->n != n)
        return tk_fail(TK_EDATA, "%s: array '%s' has %zu elements, not %zu",
                       tk_store_path(s), name, item->n, n);
    memcpy(item->bytes, x, n * sizeof *x);
    return TK_OK;
}

tk_err
tk_store_get_text(const tk_store *s, const char *name, const char **text)
{
    const store_item *item;

    TK_TRY(get(s, name, STORE_TEXT, "text", &item));
    *text = (const char *)item->bytes; /* one byte more is zero */
    return TK_OK;
}

size_t
tk_store_size(const tk_store *s, const char *name)
{
    const store_item *item = find(s, name);

    return item && item->kind != STORE_TEXT ? item->n : 0;
}

bool
tk_store_has_text(const tk_store *s, const char *name)
{
    const store_item *item = find(s, name);

    return item && item->kind == STORE_TEXT;
}

const char *
tk_store_path(const tk_store *s)
{
    return s->path ? s->path : "";
}

uint64_t
tk_store_item_digest(const store_item *item)
{
    const uint64_t name = tk_digest_bytes(strlen(item->name), item->name);

    return tk_digest_mix(
        name, tk_digest_bytes(item->n * item_size(item->kind), item->bytes));
}

unsigned long long
tk_store_digest(const tk_store *s)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < s->n; i++)
        sum += tk_store_item_digest(&s->item[i]);
    return sum;
}
