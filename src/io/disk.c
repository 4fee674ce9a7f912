#include "talik/io/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"

static tk_err
fail_errno(const char *path, const char *doing)
{
    return tk_fail(TK_EOUT, "%s: cannot %s: %s", path, doing, strerror(errno));
}

char *
tk_disk_folder(const char *path)
{
    char *copy = tk_copy_text(path), *folder = NULL;

    if (copy)
        folder = tk_copy_text(dirname(copy));
    tk_free(copy);
    return folder;
}

/* Shortens `folder` to the nearest one that exists. */
static tk_err
nearest_folder(char *folder, struct stat *s)
{
    while (stat(folder, s) != 0) {
        const char *above;

        if (errno != ENOENT)
            return fail_errno(folder, "look into the folder");
        above = dirname(folder);
        memmove(folder, above, strlen(above) + 1);
    }
    return TK_OK;
}

static tk_err
check_folder(const char *path)
{
    char *folder = tk_disk_folder(path);
    struct stat s;
    tk_err err = folder ? nearest_folder(folder, &s) : TK_ERUN;

    if (!err && !S_ISDIR(s.st_mode))
        err = tk_fail(TK_EOUT, "%s: %s is not a folder", path, folder);
    else if (!err && access(folder, W_OK | X_OK) != 0)
        err = tk_fail(TK_EOUT, "%s: cannot write to the folder %s: %s", path,
                      folder, strerror(errno));
    tk_free(folder);
    return err;
}

tk_err
tk_disk_check(const char *path, bool overwrite)
{
    struct stat s;

    if (!*path || path[strlen(path) - 1] == '/')
        return tk_fail(TK_EOUT, "'%s': an output needs a file name", path);
    if (lstat(path, &s) != 0) {
        if (errno != ENOENT)
            return fail_errno(path, "make the file");
        return check_folder(path);
    }
    if (!S_ISREG(s.st_mode) && !S_ISLNK(s.st_mode))
        return tk_fail(TK_EOUT, "%s: exists and is not a regular file", path);
    if (!overwrite)
        return tk_fail(TK_EOUT, "%s: exists, and may not be overwritten", path);
    return check_folder(path);
}

/* Above folders that we may not write to, EROFS or EACCES can come before
 * EEXIST: what counts is that the folder is there.
 */
static tk_err
make_one(const char *folder)
{
    struct stat s;
    int why;

    if (mkdir(folder, 0777) == 0 || errno == EEXIST)
        return TK_OK;
    why = errno;
    if (stat(folder, &s) == 0 && S_ISDIR(s.st_mode))
        return TK_OK;
    errno = why;
    return fail_errno(folder, "make the folder");
}

tk_err
tk_disk_make_folder(const char *path)
{
    char *part = tk_copy_text(path);
    tk_err err = part && *part ? TK_OK : TK_ERUN;

    for (char *at = err ? NULL : strchr(part + 1, '/'); at && !err;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        err = make_one(part);
        *at = '/';
    }
    tk_free(part);
    return err;
}

tk_err
tk_disk_probe(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);

    if (fd < 0)
        return fail_errno(path, "make the file");
    close(fd);
    unlink(path);
    return TK_OK;
}

tk_err
tk_disk_identify(const char *path, tk_disk_id *id, uint64_t *bytes)
{
    struct stat s;

    if (lstat(path, &s) != 0)
        return fail_errno(path, "look at the file");
    id->device = (uint64_t)s.st_dev;
    id->inode = (uint64_t)s.st_ino;
    *bytes = (uint64_t)s.st_size;
    return TK_OK;
}

/* What the disk has for us, without what is kept for root. */
static uint64_t
room_left(int fd)
{
    struct statvfs s;

    return fstatvfs(fd, &s) == 0 ? (uint64_t)s.f_bavail * s.f_frsize : 0;
}

static tk_err
no_room(const char *path, uint64_t bytes, uint64_t room, int why)
{
    return tk_fail(TK_EOUT,
                   "%s: %s: the file needs %" PRIu64
                   " bytes (%.1f MB), %" PRIu64 " (%.1f MB) are available",
                   path, strerror(why), bytes, 1e-6 * (double)bytes, room,
                   1e-6 * (double)room);
}

/* errno's code, 0 if the room is ours.  Not posix_fallocate: where the file
 * system lacks it, glibc writes into every block instead.
 */
static int
allocate(int fd, uint64_t bytes)
{
    int code;

    do
        code = fallocate(fd, 0, 0, (off_t)bytes) == 0 ? 0 : errno;
    while (code == EINTR);
    return code;
}

static tk_err
reserve(int fd, const char *path, uint64_t bytes)
{
    const uint64_t room = room_left(fd);
    struct rlimit most;
    struct stat s;
    int code;

    if (bytes == 0)
        return TK_OK;
    /* Beyond the limit of `ulimit -f` the system sends a deadly signal. */
    if (getrlimit(RLIMIT_FSIZE, &most) == 0 && most.rlim_cur != RLIM_INFINITY
        && bytes > most.rlim_cur)
        return no_room(path, bytes, (uint64_t)most.rlim_cur, EFBIG);
    code = allocate(fd, bytes);
    if (code == 0)
        return TK_OK;
    if (code != EOPNOTSUPP && code != ENOSYS)
        return no_room(path, bytes, room, code);
    if (bytes > room)
        return no_room(path, bytes, room, ENOSPC);
    if (fstat(fd, &s) != 0
        || ((uint64_t)s.st_size < bytes && ftruncate(fd, (off_t)bytes) != 0))
        return fail_errno(path, "set the length");
    return TK_OK;
}

tk_err
tk_disk_reserve(const char *path, uint64_t bytes)
{
    const int fd = open(path, O_WRONLY | O_NOFOLLOW);
    tk_err err;

    if (fd < 0)
        return fail_errno(path, "open the file");
    err = reserve(fd, path, bytes);
    if (close(fd) != 0 && !err)
        err = fail_errno(path, "close the file");
    return err;
}

tk_err
tk_disk_sync(const char *path)
{
    const int fd = open(path, O_RDWR | O_NOFOLLOW);
    tk_err err = TK_OK;

    if (fd < 0)
        return fail_errno(path, "open the file");
    if (fsync(fd) != 0)
        err = fail_errno(path, "flush the file");
    if (close(fd) != 0 && !err)
        err = fail_errno(path, "close the file");
    return err;
}

static void
sync_folder(const char *path)
{
    char *folder = tk_disk_folder(path);
    const int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY) : -1;

    /* Some file systems cannot flush a folder, and say EINVAL. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != EBADF))
        tk_warn("%s: complete, but its folder could not be flushed (%s): "
                "after a power failure its name may be lost",
                path, strerror(errno));
    if (fd >= 0)
        close(fd);
    tk_free(folder);
}

/* Where renameat2 is not known, the moment between looking and renaming is
 * accepted.
 */
static int
rename_to_new(const char *from, const char *to)
{
    struct stat s;

    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (lstat(to, &s) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

tk_err
tk_disk_rename(const char *from, const char *to, bool overwrite)
{
    if ((overwrite ? rename(from, to) : rename_to_new(from, to)) != 0)
        return tk_fail(TK_EOUT, "%s: cannot rename %s to it: %s", to, from,
                       strerror(errno));
    sync_folder(to);
    return TK_OK;
}

bool
tk_disk_remove(const char *path)
{
    return unlink(path) == 0;
}
