/* talik/io/textfile.h -- small tables as text, written by one rank. */
#ifndef TALIK_IO_TEXTFILE_H
#define TALIK_IO_TEXTFILE_H

#include "talik/core/text.h"

/* Writes the whole text beside, flushes, and renames; the folder is made if it is
 * not there.  TK_EOUT, and the file as it was, if it exists and may not be
 * overwritten, or cannot be written; TK_ERUN if the text ran out of memory.
 */
tk_err tk_textfile_write(const char *path, bool overwrite,
                         const tk_text *text) TK_MUST;

#endif
