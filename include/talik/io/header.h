/* talik/io/header.h -- what a file is, before a library opens it.
 *
 * PnetCDF reads a truncated file without a word and may fault on a header with
 * absurd counts.  So one rank looks first: at the magic bytes, at every length
 * of a classic header, and at whether the file is as long as its header says.
 *
 * The NetCDF classic format specifications, CDF-1, CDF-2 and CDF-5.
 */
#ifndef TALIK_IO_HEADER_H
#define TALIK_IO_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

/* TK_EDATA, with the reason and, for netCDF-4, the cure.  Not collective. */
tk_err tk_header_check(const char *path) TK_MUST;

/* The same for the first n bytes of a file of the given length.  If the header
 * does not end within them although the file is longer, *more is true and the
 * caller comes again with a longer piece.  Any bytes are safe; memory and time
 * are bounded by n.
 */
tk_err tk_header_check_bytes(const unsigned char *bytes, size_t n,
                             uint64_t file_length, const char *path,
                             bool *more) TK_MUST;

#endif
