/* talik/io/store.h -- small files of named arrays and texts: models, checkpoints.
 *
 * A store is a NetCDF file (CDF-2) that rank 0 writes and reads as a whole:
 * under a temporary name, read again, flushed, renamed.  Each array carries a
 * digest, and the last attribute is an end mark: a file that is cut short or
 * altered is refused.
 *
 * Limits   4096 arrays of at most 4 dimensions; 1 GiB in all.
 */
#ifndef TALIK_IO_STORE_H
#define TALIK_IO_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/core/par.h"

typedef struct tk_store tk_store;

tk_store *tk_store_new(void); /* NULL, with a fault, if memory is short */
void tk_store_drop(tk_store *store); /* accepts NULL                    */

/* Adds a copy of an array.  Names are unique. */
tk_err tk_store_put_floats(tk_store *store, const char *name, int rank,
                           const size_t *dim, const float *x) TK_MUST;
tk_err tk_store_put_doubles(tk_store *store, const char *name, int rank,
                            const size_t *dim, const double *x) TK_MUST;
tk_err tk_store_put_text(tk_store *store, const char *name,
                         const char *text) TK_MUST;

/* New values for an array that is there, of n floats. */
tk_err tk_store_replace_floats(tk_store *store, const char *name, size_t n,
                               const float *x) TK_MUST;

/* A copied-out array of exactly n elements; TK_EDATA if it is not there or has
 * another size.  n = NULL-terminated texts are borrowed.
 */
tk_err tk_store_get_floats(const tk_store *store, const char *name, size_t n,
                           float *x) TK_MUST;
tk_err tk_store_get_doubles(const tk_store *store, const char *name, size_t n,
                            double *x) TK_MUST;
tk_err tk_store_get_text(const tk_store *store, const char *name,
                         const char **text) TK_MUST;

/* Elements of an array of either type; 0 if it is not there. */
size_t tk_store_size(const tk_store *store, const char *name);
bool tk_store_has_text(const tk_store *store, const char *name);

/* The file's name, for messages; "" before it is written or read. */
const char *tk_store_path(const tk_store *store);

/* A digest over all names, texts and arrays. */
unsigned long long tk_store_digest(const tk_store *store);

/* **Collective.**  Rank 0's store goes to the file; the others may pass NULL.
 * TK_EOUT if the file exists (and may not be overwritten) or is not written.
 */
tk_err tk_store_write(const tk_par *par, tk_store *store, const char *path,
                      bool overwrite) TK_MUST;

/* **Collective.**  The same store on every rank.  TK_EDATA if it is missing, cut
 * short, altered, or no store of the given kind (its text "kind").
 */
tk_err tk_store_read(const tk_par *par, const char *path, const char *kind,
                     tk_store **store) TK_MUST;

#endif
