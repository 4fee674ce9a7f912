/* talik/io/disk.h -- files that are complete or absent: what the system does.
 *
 * For one rank at a time (rank 0, but tk_disk_sync); nothing is collective.
 * Every fault is TK_EOUT and holds the path and the system's own words.
 */
#ifndef TALIK_IO_DISK_H
#define TALIK_IO_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

/* Which file this is, whatever it is called; a file renamed keeps it. */
typedef struct {
    uint64_t device, inode;
} tk_disk_id;

/* The folder of path: "." where path has no slash; tk_free ends it, NULL when
 * memory is short.
 */
char *tk_disk_folder(const char *path);

/* Whether a file may be made at path: TK_EOUT if one is there (a link counts,
 * even one to nowhere) and may not be overwritten, or is no regular file, or
 * if the folder, or the nearest one above it that exists, cannot be written to.
 * Makes nothing.
 */
tk_err tk_disk_check(const char *path, bool overwrite) TK_MUST;

/* Makes the folders above path that are missing. */
tk_err tk_disk_make_folder(const char *path) TK_MUST;

/* Tries to make path, which must not exist, and removes it again: the reason of
 * a failure is known here, and lost in MPI-IO.
 */
tk_err tk_disk_probe(const char *path) TK_MUST;

tk_err tk_disk_identify(const char *path, tk_disk_id *id,
                        uint64_t *bytes) TK_MUST;

/* Gives the file its full length, with room on the disk for it, so that a full
 * disk is found before hours of work and not in the midst of a collective
 * write.  Where the file system cannot promise room, free space is compared
 * and the length set.  Existing bytes are kept, new ones are zero.
 */
tk_err tk_disk_reserve(const char *path, uint64_t bytes) TK_MUST;

/* Flushes a file to the disk.  Network file systems report a failed write to
 * the node that wrote: every rank calls this.
 */
tk_err tk_disk_sync(const char *path) TK_MUST;

/* Renames within a folder.  Without overwrite never over another file, not even
 * one that has come up since tk_disk_check.  The folder is flushed as well; if
 * only that fails, a warning is printed, as the file itself is there.
 */
tk_err tk_disk_rename(const char *from, const char *to, bool overwrite) TK_MUST;

/* Removes a file; whether there was one. */
bool tk_disk_remove(const char *path);

#endif
