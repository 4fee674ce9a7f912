/* The header of CDF-1, CDF-2 and CDF-5, read without trust. */
#include "classic.h"

#include <string.h>

#include "talik/core/mem.h"

#define LONGEST_NAME 256

enum { TAG_DIM = 10, TAG_VAR = 11, TAG_ATT = 12 };

/* A place in the header.  A read past the end leaves `ended` set and gives 0,
 * so that loops are left by their next check.
 */
typedef struct {
    const unsigned char *at;
    size_t pos, n;
    uint64_t file_length;
    const char *path;
    int version; /* 1, 2 or 5 */
    bool ended;
} reader;

/* What is needed to say how long the file must be. */
typedef struct {
    size_t ndim;
    uint64_t *dim; /* lengths; 0 is the record dimension */
    bool streaming;
    uint64_t numrecs, record_bytes;
    size_t nrecvar;
} layout;

static uint64_t
get(reader *r, size_t bytes)
{
    uint64_t x = 0;

    if (r->ended || r->n - r->pos < bytes) {
        r->ended = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        x = x << 8 | r->at[r->pos + i];
    r->pos += bytes;
    return x;
}

/* Counts and lengths: 32 bits, 64 in CDF-5. */
static uint64_t
get_count(reader *r)
{
    return get(r, r->version == 5 ? 8 : 4);
}

static void
skip(reader *r, uint64_t bytes)
{
    if (r->ended || bytes > r->n - r->pos)
        r->ended = true;
    else
        r->pos += (size_t)bytes;
}

static uint64_t
padded(uint64_t bytes)
{
    return bytes > UINT64_MAX - 3 ? UINT64_MAX : (bytes + 3) / 4 * 4;
}

static tk_err
unsound(const reader *r, const char *what)
{
    return tk_fail(TK_EDATA, "%s: damaged NetCDF header: %s, near byte %zu",
                   r->path, what, r->pos);
}

/* How many things follow; none of them is shorter than `least` bytes, so that
 * a count that the whole file cannot hold is seen before anyone allocates.
 */
static tk_err
get_list(reader *r, uint64_t tag, uint64_t least, uint64_t *n)
{
    const uint64_t found = get(r, 4);

    *n = get_count(r);
    if (r->ended)
        return TK_OK;
    if (found != tag && !(found == 0 && *n == 0))
        return unsound(r, "a list does not begin with its mark");
    if (*n > r->file_length / least)
        return unsound(r, "a list is longer than the file");
    return TK_OK;
}

static tk_err
get_name(reader *r, char name[LONGEST_NAME + 1])
{
    const uint64_t n = get_count(r);

    name[0] = '\0';
    if (r->ended)
        return TK_OK;
    if (n == 0 || n > LONGEST_NAME)
        return unsound(r, "a name of impossible length");
    if (r->n - r->pos < n) {
        r->ended = true;
        return TK_OK;
    }
    memcpy(name, r->at + r->pos, n);
    name[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 32)
            return unsound(r, "a name with control characters");
    skip(r, padded(n));
    return TK_OK;
}

/* Bytes of an external type; 0 if there is no such type. */
static uint64_t
type_bytes(const reader *r, uint64_t type)
{
    static const uint64_t bytes[12] = {0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};

    return type > (r->version == 5 ? 11u : 6u) ? 0 : bytes[type];
}

static tk_err
read_dims(reader *r, layout *l)
{
    uint64_t n;
    bool record = false;

    TK_TRY(get_list(r, TAG_DIM, r->version == 5 ? 20 : 12, &n));
    if (r->ended)
        return TK_OK;
    l->ndim = (size_t)n;
    l->dim = tk_new(l->ndim, sizeof *l->dim);
    if (!l->dim)
        return TK_ERUN;
    for (size_t i = 0; i < l->ndim && !r->ended; i++) {
        char name[LONGEST_NAME + 1];

        TK_TRY(get_name(r, name));
        l->dim[i] = get_count(r);
        if (!r->ended && l->dim[i] == 0) {
            if (record)
                return unsound(r, "two record dimensions");
            record = true;
        }
    }
    return TK_OK;
}

static tk_err
skip_atts(reader *r)
{
    uint64_t n;

    TK_TRY(get_list(r, TAG_ATT, r->version == 5 ? 24 : 16, &n));
    for (uint64_t i = 0; i < n && !r->ended; i++) {
        char name[LONGEST_NAME + 1];
        uint64_t bytes, count, total;

        TK_TRY(get_name(r, name));
        bytes = type_bytes(r, get(r, 4));
        count = get_count(r);
        if (r->ended)
            break;
        if (bytes == 0)
            return unsound(r, "an attribute of an unknown type");
        if (__builtin_mul_overflow(count, bytes, &total)
            || total > r->file_length)
            return unsound(r, "an attribute longer than the file");
        skip(r, padded(total));
    }
    return TK_OK;
}

typedef struct {
    char name[LONGEST_NAME + 1];
    bool record, scalar;
    uint64_t bytes; /* of the whole variable, or of one record, unpadded */
    uint64_t begin;
} variable;

static tk_err
read_var(reader *r, const layout *l, variable *v)
{
    uint64_t ndim, bytes = 1, one;

    v->record = false;
    TK_TRY(get_name(r, v->name));
    ndim = get_count(r);
    v->scalar = ndim == 0;
    if (!r->ended && ndim > r->file_length / 4)
        return unsound(r, "a variable of too many dimensions");
    for (uint64_t i = 0; i < ndim && !r->ended; i++) {
        const uint64_t id = get_count(r);

        if (r->ended)
            break;
        if (id >= l->ndim)
            return unsound(r, "a variable of an unknown dimension");
        if (l->dim[id] == 0 && i > 0)
            return unsound(r, "a record dimension that is not the first");
        if (l->dim[id] == 0)
            v->record = true;
        else if (__builtin_mul_overflow(bytes, l->dim[id], &bytes))
            return unsound(r, "a variable larger than any file");
    }
    TK_TRY(skip_atts(r));
    one = type_bytes(r, get(r, 4));
    get_count(r); /* vsize: redundant, and wrong by design where too large */
    v->begin = get(r, r->version == 1 ? 4 : 8);
    if (r->ended)
        return TK_OK;
    if (one == 0)
        return unsound(r, "a variable of an unknown type");
    if (__builtin_mul_overflow(bytes, one, &v->bytes)
        || v->bytes > INT64_MAX / 2 || v->begin > INT64_MAX / 2)
        return unsound(r, "a variable larger than any file");
    return TK_OK;
}

/* The last byte + 1 that the variable needs. */
static tk_err
check_extent(const reader *r, const layout *l, const variable *v)
{
    uint64_t end = v->begin, before = 0;

    /* Scalars only carry attributes, as a rule, and are never written. */
    if (v->scalar || v->bytes == 0
        || (v->record && (l->streaming || l->numrecs == 0)))
        return TK_OK;
    if (v->record
        && __builtin_mul_overflow(l->record_bytes, l->numrecs - 1, &before))
        return unsound(r, "more records than any file can hold");
    if (__builtin_add_overflow(end, v->bytes, &end)
        || __builtin_add_overflow(end, before, &end))
        return unsound(r, "a variable larger than any file");
    if (end > r->file_length)
        return tk_fail(TK_EDATA,
                       "%s: truncated: variable '%s' needs %llu bytes of file, "
                       "there are %llu",
                       r->path, v->name, (unsigned long long)end,
                       (unsigned long long)r->file_length);
    return TK_OK;
}

/* Two rounds: where records lie is known only after all variables are seen. */
static tk_err
read_vars(reader *r, layout *l)
{
    uint64_t n, sum = 0, only = 0;
    variable v;
    size_t begin;

    TK_TRY(get_list(r, TAG_VAR, r->version == 5 ? 52 : 32, &n));
    begin = r->pos;
    for (uint64_t i = 0; i < n && !r->ended; i++) {
        TK_TRY(read_var(r, l, &v));
        if (r->ended || !v.record)
            continue;
        l->nrecvar++;
        only = v.bytes;
        if (__builtin_add_overflow(sum, padded(v.bytes), &sum))
            return unsound(r, "a record larger than any file");
    }
    if (r->ended)
        return TK_OK;
    /* The records of a single record variable are not padded. */
    l->record_bytes = l->nrecvar == 1 ? only : sum;
    r->pos = begin;
    for (uint64_t i = 0; i < n; i++) {
        TK_TRY(read_var(r, l, &v));
        TK_TRY(check_extent(r, l, &v));
    }
    return TK_OK;
}

static tk_err
read_header(reader *r, layout *l)
{
    l->numrecs = get_count(r);
    l->streaming = l->numrecs == (r->version == 5 ? UINT64_MAX : UINT32_MAX);
    if (!r->ended)
        TK_TRY(read_dims(r, l));
    if (!r->ended)
        TK_TRY(skip_atts(r));
    if (!r->ended)
        TK_TRY(read_vars(r, l));
    /* PnetCDF takes the mark for a number of records. */
    if (!r->ended && l->streaming && l->nrecvar > 0)
        return tk_fail(TK_EDATA,
                       "%s: the number of records was never written (an "
                       "unfinished copy?); `ncks -O` on it writes a sound file",
                       r->path);
    return TK_OK;
}

tk_err
tk_classic_check(const unsigned char *bytes, size_t n, uint64_t file_length,
                 const char *path, bool *ended)
{
    reader r = {.at = bytes,
                .pos = 4,
                .n = n,
                .file_length = file_length,
                .path = path,
                .version = bytes[3]};
    layout l = {0};
    const tk_err err = read_header(&r, &l);

    tk_free(l.dim);
    *ended = r.ended;
    return err;
}
