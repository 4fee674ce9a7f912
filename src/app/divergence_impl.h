/* divergence_impl.h -- what the files of `talik divergence` share. */
#ifndef TALIK_APP_DIVERGENCE_IMPL_H
#define TALIK_APP_DIVERGENCE_IMPL_H

#include "config.h"
#include "talik/learn/divergence.h"

/* Files of one side of a future; borrowed from the namelist. */
typedef struct {
    size_t n;
    const char *path[TK_FILES];
} file_list;

typedef struct {
    tk_grid_source source;
    tk_grid grid;
    tk_word model;
    tk_word climate[TK_FILES], scenario[TK_FILES]; /* as they first occur */
    size_t nclimate, nscenario, nfuture;
    tk_future future[TK_FILES];
    file_list projected[TK_FILES], truth[TK_FILES]; /* of each future */
    tk_targets *observed, *fitted;
    tk_divergence result;
} divergence;

/* **Collective.**  Climate model and scenario of every file; each projection finds
 * its truth.  TK_EDATA where a file does not say them or files are of two models,
 * TK_ECONF where there is no truth.
 */
tk_err divergence_pair(const tk_par *par, const tk_setup *setup,
                       divergence *d) TK_MUST;

/* **Collective.**  Opens all; f says which months they must have.  TK_EDATA names
 * a file that lacks some.  divergence_close ends it in any case.
 */
tk_err divergence_open(const tk_par *par, const tk_setup *setup,
                       const tk_futures *f, divergence *d) TK_MUST;
void divergence_close(divergence *d); /* **Collective.** */

/* The table on the screen; the two CSV files, by rank 0 (docs/files.md). */
void divergence_print(const tk_setup *setup, const divergence *d);
tk_err divergence_write(const tk_setup *setup, const divergence *d) TK_MUST;

#endif
