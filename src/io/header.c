#include "talik/io/header.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "classic.h"
#include "talik/core/mem.h"
#include "talik/core/text.h"

#define FIRST_PIECE ((size_t)64 << 10)
#define LONGEST_HEADER ((size_t)256 << 20)

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
    bool ended;

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
    TK_TRY(tk_classic_check(bytes, n, file_length, path, &ended));
    if (!ended)
        return TK_OK;
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
