/* talik/core/mem.h -- checked, aligned, zeroed memory.
 *
 * Large arrays begin on a 64-byte line, so that vector loads never straddle
 * one.  What is allocated is counted, for the "MB per rank" of the run header.
 */
#ifndef TALIK_CORE_MEM_H
#define TALIK_CORE_MEM_H

#include <stddef.h>

/* Before any other memory is taken: what is large goes back to the system when
 * it is freed, in MPI and PnetCDF as well.
 */
void tk_mem_start(void);

/* n zeroed elements of the given size; at least one byte.  NULL, with a fault
 * of TK_ERUN, if n * size overflows or memory is short.  tk_free ends it.
 */
void *tk_new(size_t n, size_t size);
void tk_free(void *p); /* accepts NULL */

/* A copy of a text; tk_free ends it. */
char *tk_copy_text(const char *text);

/* Bytes held now, and the most held so far, by this rank. */
size_t tk_mem_held(void);
size_t tk_mem_peak(void);

#endif
