/* Reading safetensors: header, shapes, places. */
#include "talik/io/tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/json.h"

#include "tensors_impl.h"

#define LENGTH 8 /* bytes of the header's length */

static const struct {
    const char *name;
    size_t width;
} types[] = {[TK_TYPE_F32] = {"F32", 4},
             [TK_TYPE_F16] = {"F16", 2},
             [TK_TYPE_BF16] = {"BF16", 2},
             [TK_TYPE_I64] = {"I64", 8}};
#define TYPES (sizeof types / sizeof types[0])

const char *
tk_tensors_type_name(tk_tensors_type type)
{
    return types[type].name;
}

size_t
tk_tensors_width(tk_tensors_type type)
{
    return types[type].width;
}

void
tk_tensors_drop(tk_tensors *t)
{
    if (!t)
        return;
    json_decref(t->header);
    tk_free(t->item);
    tk_free(t->owned);
    tk_free(t->path);
    tk_free(t);
}

const char *
tk_tensors_path(const tk_tensors *t)
{
    return t->path;
}

const char *
tk_tensors_sha256(const tk_tensors *t)
{
    return t->sha256;
}

const tk_tensors_item *
tk_tensors_at(const tk_tensors *t, size_t i)
{
    return i < t->n ? &t->item[i] : NULL;
}

const tk_tensors_item *
tk_tensors_find(const tk_tensors *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->item[i].name, name) == 0)
            return &t->item[i];
    return NULL;
}

const char *
tk_tensors_text(const tk_tensors *t, const char *key)
{
    return json_string_value(
        json_object_get(json_object_get(t->header, TENSORS_METADATA), key));
}

/* ---- one tensor ---------------------------------------------------------- */

static tk_err
take_name(const tk_tensors *t, const char *name, tk_tensors_item *item)
{
    const char *allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                          "0123456789_.";
    const size_t n = strlen(name);
    char shown[TK_JSON_SHOWN];

    if (n == 0 || n > TK_TENSORS_NAME || strspn(name, allowed) != n)
        return tk_fail(TK_EDATA,
                       "%s: tensor name '%s': 1 to %d letters, "
                       "digits, '_' and '.' are expected",
                       t->path, tk_json_shown(name, shown), TK_TENSORS_NAME);
    memcpy(item->name, name, n + 1);
    return TK_OK;
}

static tk_err
take_type(const tk_tensors *t, const json_t *value, tk_tensors_item *item)
{
    const char *name = json_string_value(value);
    char shown[TK_JSON_SHOWN];

    for (size_t i = 0; name && i < TYPES; i++)
        if (strcmp(name, types[i].name) == 0) {
            item->type = (tk_tensors_type)i;
            return TK_OK;
        }
    return tk_fail(TK_EDATA,
                   "%s: tensor '%s': dtype '%s', expected F32, F16, BF16 or "
                   "I64",
                   t->path, item->name, tk_json_shown(name ? name : "", shown));
}

/* Fills rank, dim and count, and gives the bytes that they take. */
static tk_err
take_shape(const tk_tensors *t, const json_t *shape, tk_tensors_item *item,
           size_t *bytes)
{
    const size_t rank = json_array_size(shape);

    if (!json_is_array(shape) || rank > TK_TENSORS_RANK)
        return tk_fail(TK_EDATA,
                       "%s: tensor '%s' has a shape of %zu dimensions, "
                       "at most %d are read",
                       t->path, item->name, rank, TK_TENSORS_RANK);
    item->rank = (int)rank;
    item->count = 1;
    for (size_t i = 0; i < TK_TENSORS_RANK; i++) {
        const json_t *value = json_array_get(shape, i);
        const json_int_t dim = json_integer_value(value);

        item->dim[i] = 1;
        if (i >= rank)
            continue;
        if (!json_is_integer(value) || dim < 1 || dim > TK_TENSORS_DIM)
            return tk_fail(TK_EDATA,
                           "%s: tensor '%s': dimension %zu is not a "
                           "number from 1 to %d",
                           t->path, item->name, i + 1, TK_TENSORS_DIM);
        item->dim[i] = (size_t)dim;
        if (__builtin_mul_overflow(item->count, item->dim[i], &item->count))
            return tk_fail(TK_EDATA, "%s: tensor '%s' is too large", t->path,
                           item->name);
    }
    if (__builtin_mul_overflow(item->count, types[item->type].width, bytes)
        || *bytes > TK_TENSORS_BYTES)
        return tk_fail(TK_EDATA, "%s: tensor '%s' is too large", t->path,
                       item->name);
    return TK_OK;
}

static tk_err
take_place(const tk_tensors *t, const json_t *offsets, size_t bytes,
           tk_tensors_item *item)
{
    const json_t *a = json_array_get(offsets, 0);
    const json_t *b = json_array_get(offsets, 1);
    const json_int_t first = json_integer_value(a);
    const json_int_t end = json_integer_value(b);

    if (json_array_size(offsets) != 2 || !json_is_integer(a)
        || !json_is_integer(b) || first < 0 || end < first)
        return tk_fail(TK_EDATA,
                       "%s: tensor '%s': data_offsets are not two "
                       "increasing numbers from 0 on",
                       t->path, item->name);
    if ((uint64_t)end > t->size)
        return tk_fail(TK_EDATA,
                       "%s: tensor '%s' ends at byte %" JSON_INTEGER_FORMAT
                       " of data, there are %zu",
                       t->path, item->name, end, t->size);
    if ((uint64_t)(end - first) != bytes)
        return tk_fail(TK_EDATA,
                       "%s: tensor '%s' has %" JSON_INTEGER_FORMAT
                       " bytes of data, its shape takes %zu",
                       t->path, item->name, end - first, bytes);
    item->first = (size_t)first;
    return TK_OK;
}

static tk_err
take_item(const tk_tensors *t, const char *name, const json_t *value,
          tk_tensors_item *item)
{
    const json_t *dtype = json_object_get(value, "dtype");
    const json_t *shape = json_object_get(value, "shape");
    const json_t *offsets = json_object_get(value, "data_offsets");
    size_t bytes = 0;

    TK_TRY(take_name(t, name, item));
    if (!dtype || !shape || !offsets || json_object_size(value) != 3)
        return tk_fail(TK_EDATA,
                       "%s: tensor '%s' is not described by dtype, "
                       "shape and data_offsets alone",
                       t->path, item->name);
    TK_TRY(take_type(t, dtype, item));
    TK_TRY(take_shape(t, shape, item, &bytes));
    return take_place(t, offsets, bytes, item);
}

/* ---- all ----------------------------------------------------------------- */

static tk_err
check_metadata(const tk_tensors *t, json_t *metadata)
{
    const char *key;
    json_t *value;
    char shown[TK_JSON_SHOWN];

    if (!json_is_object(metadata))
        return tk_fail(TK_EDATA, "%s: " TENSORS_METADATA " is no object",
                       t->path);
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value))
            return tk_fail(TK_EDATA, "%s: " TENSORS_METADATA " '%s' is no text",
                           t->path, tk_json_shown(key, shown));
    }
    return TK_OK;
}

static int
by_place(const void *a, const void *b)
{
    const tk_tensors_item *x = a, *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

/* Each tensor has at least one byte: so tensors that follow one another without
 * gap from 0 to the end do not overlap.
 */
static tk_err
check_places(tk_tensors *t)
{
    size_t at = 0;

    if (t->n)
        qsort(t->item, t->n, sizeof *t->item, by_place);
    for (size_t i = 0; i < t->n; i++) {
        const tk_tensors_item *item = &t->item[i];

        if (item->first != at)
            return tk_fail(TK_EDATA,
                           "%s: tensor '%s' begins at byte %zu of data; %s "
                           "ends at %zu: %s",
                           t->path, item->name, item->first,
                           i ? t->item[i - 1].name : "the header", at,
                           item->first < at ? "they overlap" : "a gap");
        at += item->count * types[item->type].width;
    }
    if (at != t->size)
        return tk_fail(TK_EDATA,
                       "%s: the tensors take %zu bytes of data, there are %zu",
                       t->path, at, t->size);
    return TK_OK;
}

static tk_err
take_items(tk_tensors *t)
{
    const size_t most = json_object_size(t->header);
    const char *name;
    json_t *value;

    if (most > TK_TENSORS_MOST + 1) /* with the metadata */
        return tk_fail(TK_EDATA, "%s: more than %d tensors", t->path,
                       TK_TENSORS_MOST);
    t->item = tk_new(most, sizeof *t->item);
    if (!t->item)
        return TK_ERUN;
    json_object_foreach(t->header, name, value)
    {
        if (strcmp(name, TENSORS_METADATA) == 0) {
            TK_TRY(check_metadata(t, value));
            continue;
        }
        if (t->n == TK_TENSORS_MOST)
            return tk_fail(TK_EDATA, "%s: more than %d tensors", t->path,
                           TK_TENSORS_MOST);
        TK_TRY(take_item(t, name, value, &t->item[t->n]));
        t->n++;
    }
    return check_places(t);
}

static tk_err
take_header(tk_tensors *t, const unsigned char *bytes, size_t n)
{
    uint64_t length = 0;

    if (n < LENGTH)
        return tk_fail(TK_EDATA, "%s: no safetensors: %zu bytes in all",
                       t->path, n);
    for (size_t i = LENGTH; i-- > 0;)
        length = length << 8 | bytes[i];
    if (length > TK_TENSORS_HEADER)
        return tk_fail(TK_EDATA,
                       "%s: no safetensors, or too large a header: it "
                       "claims %" PRIu64 " bytes, at most %zu are read",
                       t->path, length, TK_TENSORS_HEADER);
    if (length > n - LENGTH)
        return tk_fail(TK_EDATA,
                       "%s: cut short: a header of %" PRIu64
                       " bytes, %zu are there",
                       t->path, length, n - LENGTH);
    t->data = bytes + LENGTH + length;
    t->size = n - LENGTH - (size_t)length;
    if (t->size > TK_TENSORS_BYTES)
        return tk_fail(TK_EDATA, "%s: %zu bytes of data, at most %zu are read",
                       t->path, t->size, TK_TENSORS_BYTES);
    if (length == 0 || bytes[LENGTH] != '{')
        return tk_fail(TK_EDATA, "%s: the header does not begin with '{'",
                       t->path);
    return tk_json_parse((const char *)bytes + LENGTH, (size_t)length, t->path,
                         &t->header);
}

tk_err
tk_tensors_parse(const void *bytes, size_t n, const char *path, tk_tensors **t)
{
    tk_tensors *made = tk_new(1, sizeof *made);
    tk_err err = made ? TK_OK : TK_ERUN;

    *t = NULL;
    if (!err && !(made->path = tk_copy_text(path)))
        err = TK_ERUN;
    if (!err)
        err = take_header(made, bytes, n);
    if (!err)
        err = take_items(made);
    if (err) {
        tk_tensors_drop(made);
        return err;
    }
    tk_sha256(n, bytes, made->sha256);
    *t = made;
    return TK_OK;
}

tk_err
tk_tensors_read(const char *path, tk_tensors **t)
{
    const size_t most = LENGTH + TK_TENSORS_HEADER + TK_TENSORS_BYTES;
    char *bytes;
    size_t n;
    tk_err err;

    *t = NULL;
    TK_TRY(tk_read_file(path, most, &bytes, &n));
    err = tk_tensors_parse(bytes, n, path, t);
    if (err)
        tk_free(bytes);
    else
        (*t)->owned = bytes;
    return err;
}
