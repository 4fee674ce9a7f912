#include "talik/io/header.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

#define FIRST_PIECE ((size_t)64 << 10)
#define LONGEST_HEADER ((size_t)256 << 20)
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
    bool record;
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

    if (v->bytes == 0 || (v->record && (l->streaming || l->numrecs == 0)))
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

/* ---- which kind of file -------------------------------------------------- */

static void
add_quoted(tk_text *t, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+,:@%=";

    if (path[strspn(path, plain)] == '\0') {
        tk_text_add(t, "%s", path);
        return;
    }
    tk_text_add(t, "'");
    for (; *path; path++)
        tk_text_add_bytes(t, *path == '\'' ? "'\\''" : path,
                          *path == '\'' ? 4 : 1);
    tk_text_add(t, "'");
}

/* x.nc4, x.nc, x.h5 -> x.cdf5.nc */
static void
add_converted(tk_text *t, const char *path)
{
    const char *base = strrchr(path, '/');
    const char *dot = strrchr(base ? base : path, '.');
    tk_text out = {0};

    tk_text_add_bytes(&out, path,
                      dot && dot > path ? (size_t)(dot - path) : strlen(path));
    tk_text_add(&out, ".cdf5.nc");
    add_quoted(t, tk_text_get(&out));
    tk_text_drop(&out);
}

static tk_err
refuse_hdf5(const char *path)
{
    tk_text in = {0}, out = {0};
    tk_err err;

    add_quoted(&in, path);
    add_converted(&out, path);
    err = tk_fail(TK_EDATA,
                  "%s: a netCDF-4 (HDF5) file, which PnetCDF cannot read; "
                  "convert it once:\n"
                  "    ncks -O -5 -C -x -v expver %s %s\n"
                  "if it comes from Copernicus and has string variables, else\n"
                  "    nccopy -k cdf5 %s %s",
                  path, tk_text_get(&in), tk_text_get(&out), tk_text_get(&in),
                  tk_text_get(&out));
    tk_text_drop(&in);
    tk_text_drop(&out);
    return err;
}

/* An HDF5 file may begin with a user block of 512, 1024, ... bytes. */
static bool
is_hdf5(const unsigned char *bytes, size_t n)
{
    for (size_t at = 0; n >= 8 && at <= n - 8; at = at ? 2 * at : 512)
        if (memcmp(bytes + at, "\211HDF\r\n\032\n", 8) == 0)
            return true;
    return false;
}

tk_err
tk_header_check_bytes(const unsigned char *bytes, size_t n,
                      uint64_t file_length, const char *path, bool *more)
{
    reader r = {.at = bytes, .n = n, .file_length = file_length, .path = path};
    layout l = {0};
    tk_err err;

    *more = false;
    if (is_hdf5(bytes, n))
        return refuse_hdf5(path);
    if (file_length == 0)
        return tk_fail(TK_EDATA, "%s: not a NetCDF file: it is empty", path);
    if (n >= 4 && memcmp(bytes, "GRIB", 4) == 0)
        return tk_fail(TK_EDATA,
                       "%s: not a NetCDF file but GRIB; `cdo -f nc2 copy` "
                       "converts it",
                       path);
    if (n < 4 || memcmp(bytes, "CDF", 3) != 0
        || (bytes[3] != 1 && bytes[3] != 2 && bytes[3] != 5))
        return tk_fail(TK_EDATA, "%s: not a NetCDF file", path);
    r.version = bytes[3];
    r.pos = 4;
    err = read_header(&r, &l);
    tk_free(l.dim);
    if (err || !r.ended)
        return err;
    if (n < file_length) {
        *more = true;
        return TK_OK;
    }
    return tk_fail(TK_EDATA,
                   "%s: truncated: it ends within its header, after %llu bytes",
                   path, (unsigned long long)file_length);
}

/* ---- files --------------------------------------------------------------- */

static tk_err
read_piece(int fd, const char *path, unsigned char *bytes, size_t n)
{
    size_t done = 0;

    while (done < n) {
        const ssize_t got = pread(fd, bytes + done, n - done, (off_t)done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return tk_fail(TK_EDATA, "%s: %s", path, strerror(errno));
        if (got == 0)
            return tk_fail(TK_EDATA, "%s: became shorter while read", path);
        done += (size_t)got;
    }
    return TK_OK;
}

static tk_err
check_open(int fd, const char *path)
{
    struct stat s;
    bool more = true;

    if (fstat(fd, &s) != 0)
        return tk_fail(TK_EDATA, "%s: %s", path, strerror(errno));
    if (S_ISDIR(s.st_mode))
        return tk_fail(TK_EDATA, "%s: a directory, not a file", path);
    if (!S_ISREG(s.st_mode))
        return tk_fail(TK_EDATA, "%s: not a regular file", path);
    for (size_t n = FIRST_PIECE; more; n *= 4) {
        const uint64_t length = (uint64_t)s.st_size;
        const size_t piece = length < n ? (size_t)length : n;
        unsigned char *bytes;
        tk_err err;

        if (n > LONGEST_HEADER)
            return tk_fail(TK_EDATA, "%s: a header of more than %zu bytes",
                           path, LONGEST_HEADER);
        bytes = tk_new(piece, 1);
        err = bytes ? read_piece(fd, path, bytes, piece) : TK_ERUN;
        if (!err)
            err = tk_header_check_bytes(bytes, piece, length, path, &more);
        tk_free(bytes);
        TK_TRY(err);
    }
    return TK_OK;
}

tk_err
tk_header_check(const char *path)
{
    int fd;
    tk_err err;

    if (tk_injected("io.header"))
        return tk_fail(TK_EDATA, "%s: injected: io.header", path);
    /* A pipe without a writer must not hold us. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return tk_fail(TK_EDATA, "%s: %s", path, strerror(errno));
    err = check_open(fd, path);
    close(fd);
    return err;
}
