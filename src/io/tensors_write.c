/* Writing safetensors. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/disk.h"

#include "tensors_impl.h"

static tk_err
too_large(void)
{
    return tk_fail(TK_EOUT, "the tensors are too large for safetensors");
}

static size_t
width_of(const tk_tensors_given *g)
{
    return tk_tensors_width(g->floats ? TK_TYPE_F32 : TK_TYPE_I64);
}

static tk_err
bytes_of(const tk_tensors_given *g, size_t *bytes)
{
    *bytes = width_of(g);
    for (int i = 0; i < g->rank; i++)
        if (__builtin_mul_overflow(*bytes, g->dim[i], bytes))
            return too_large();
    return TK_OK;
}

static json_t *
entry_of(const tk_tensors_given *g, size_t first, size_t end)
{
    json_t *shape = json_array();

    for (int i = 0; i < g->rank; i++)
        json_array_append_new(shape, json_integer((json_int_t)g->dim[i]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", g->floats ? "F32" : "I64",
                     "shape", shape, "data_offsets", (json_int_t)first,
                     (json_int_t)end);
}

/* The header as text, blanks behind it up to a multiple of 8 bytes, so that
 * numbers lie aligned in a file that is mapped.  *data counts what follows.
 */
static tk_err
make_header(size_t n, const tk_tensors_given *given, const char *key,
            const char *text, tk_text *header, size_t *data)
{
    json_t *all = json_object();
    int bad = json_object_set_new(all, TENSORS_METADATA,
                                  json_pack("{s:s}", key, text));
    tk_err err = TK_OK;
    char *dump = NULL;

    *data = 0;
    for (size_t i = 0; i < n && !err; i++) {
        const size_t first = *data;
        size_t bytes;

        err = bytes_of(&given[i], &bytes);
        if (!err && __builtin_add_overflow(first, bytes, data))
            err = too_large();
        if (!err)
            bad |= json_object_set_new(all, given[i].name,
                                       entry_of(&given[i], first, *data));
    }
    if (!err && !bad)
        dump = json_dumps(all, JSON_COMPACT);
    if (!err && !dump)
        err = tk_fail(TK_ERUN, "no JSON could be made of the tensors' names");
    json_decref(all);
    if (!err) {
        tk_text_add(header, "%s", dump);
        while (header->len % 8 && !header->failed)
            tk_text_add(header, " ");
        err = header->failed ? TK_ERUN : TK_OK;
    }
    free(dump);
    return err;
}

static void
put_number(unsigned char *at, uint64_t x, size_t width)
{
    for (size_t i = 0; i < width; i++)
        at[i] = (unsigned char)(x >> (8 * i));
}

static unsigned char *
put_values(unsigned char *at, const tk_tensors_given *g)
{
    const size_t width = width_of(g);
    size_t count = 1;

    for (int i = 0; i < g->rank; i++)
        count *= g->dim[i];
    for (size_t i = 0; i < count; i++, at += width) {
        uint32_t bits;

        if (g->floats) {
            memcpy(&bits, &g->floats[i], sizeof bits);
            put_number(at, bits, width);
        } else {
            put_number(at, (uint64_t)g->integers[i], width);
        }
    }
    return at;
}

/* What we would not read we do not write. */
static tk_err
check_bytes(const unsigned char *bytes, size_t size)
{
    tk_tensors *t;

    if (tk_tensors_parse(bytes, size, "safetensors", &t) != TK_OK)
        return tk_fail(TK_EOUT, "%s", tk_last_fault()->text);
    tk_tensors_drop(t);
    return TK_OK;
}

tk_err
tk_tensors_make(size_t n, const tk_tensors_given *given, const char *key,
                const char *text, unsigned char **bytes, size_t *size)
{
    tk_text header = {0};
    size_t data;
    tk_err err = make_header(n, given, key, text, &header, &data);

    *bytes = NULL;
    *size = 0;
    if (!err && data > TK_TENSORS_BYTES)
        err = too_large();
    if (!err) {
        *size = 8 + header.len + data;
        *bytes = tk_new(*size, 1);
        err = *bytes ? TK_OK : TK_ERUN;
    }
    if (!err) {
        unsigned char *at = *bytes + 8 + header.len;

        put_number(*bytes, header.len, 8);
        memcpy(*bytes + 8, header.at, header.len);
        for (size_t i = 0; i < n; i++)
            at = put_values(at, &given[i]);
        err = check_bytes(*bytes, *size);
    }
    tk_text_drop(&header);
    if (err) {
        tk_free(*bytes);
        *bytes = NULL;
    }
    return err;
}

static tk_err
write_all(const char *path, const unsigned char *bytes, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    size_t done = 0;
    int why = fd < 0 ? errno : 0;

    while (!why && done < size) {
        const ssize_t n = write(fd, bytes + done, size - done);

        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            why = n == 0 ? EIO : errno;
    }
    if (fd >= 0 && close(fd) != 0 && !why)
        why = errno;
    if (!why && tk_injected("tensors.write"))
        why = ENOSPC;
    if (why)
        return tk_fail(TK_EOUT, "%s: cannot write: %s", path, strerror(why));
    return TK_OK;
}

/* A file that an earlier run left under the temporary name is removed. */
static tk_err
write_file(const char *path, bool overwrite, const unsigned char *bytes,
           size_t size)
{
    tk_text tmp = {0};
    tk_err err;

    tk_text_add(&tmp, "%s.tmp", path);
    if (tmp.failed)
        return TK_ERUN;
    tk_disk_remove(tmp.at);
    err = tk_disk_make_folder(path);
    if (!err)
        err = write_all(tmp.at, bytes, size);
    if (!err)
        err = tk_disk_sync(tmp.at);
    if (!err)
        err = tk_disk_rename(tmp.at, path, overwrite);
    if (err)
        tk_disk_remove(tmp.at);
    tk_text_drop(&tmp);
    return err;
}

tk_err
tk_tensors_write(const char *path, bool overwrite, size_t n,
                 const tk_tensors_given *given, const char *key,
                 const char *text)
{
    unsigned char *bytes;
    size_t size;
    tk_err err;

    TK_TRY(tk_disk_check(path, overwrite));
    TK_TRY(tk_tensors_make(n, given, key, text, &bytes, &size));
    err = write_file(path, overwrite, bytes, size);
    tk_free(bytes);
    return err;
}
