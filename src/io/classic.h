/* classic.h -- a classic header: is it sound, is the file as long as it says? */
#ifndef TALIK_IO_CLASSIC_H
#define TALIK_IO_CLASSIC_H

#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

/* bytes begin with CDF and a version of 1, 2 or 5.  *ended: the header goes on
 * after the n bytes.
 */
tk_err tk_classic_check(const unsigned char *bytes, size_t n,
                        uint64_t file_length, const char *path,
                        bool *ended) TK_MUST;

#endif
