/* talik/core/par.h -- ranks that agree: errors, decisions, sums in fixed order.
 *
 * **Collective** in a comment means: every rank of par->comm calls it, in the
 * same order.  A collective function returns the same code on every rank.
 */
#ifndef TALIK_CORE_PAR_H
#define TALIK_CORE_PAR_H

#include <stddef.h>
#include <stdint.h>

#include <mpi.h>

#include "talik/core/error.h"

typedef struct {
    MPI_Comm comm;
    int rank, size;
} tk_par;

/* Starts MPI, ROMIO chosen as its MPI-IO backend unless the user chose one
 * (Open MPI 4.1's OMPIO reports success on a full disk).
 */
tk_err tk_par_start(int *argc, char ***argv, tk_par *par) TK_MUST;
void tk_par_stop(tk_par *par);

/* **Collective.**  TK_OK if every rank brings TK_OK; else all return the code
 * of the lowest failing rank, whose fault becomes the last one everywhere.
 */
tk_err tk_agree(const tk_par *par, tk_err mine) TK_MUST;
#define TK_AGREE(par, mine) TK_TRY(tk_agree((par), (mine)))

/* **Collective.**  n bytes from rank 0 to all. */
void tk_bcast(const tk_par *par, void *bytes, size_t n);

/* **Collective.**  Element-wise wrapping sum over ranks, in place. */
void tk_sum_u64(const tk_par *par, size_t n, uint64_t *x);

/* How many things of `bytes` each fit into a budget of bytes; at least one. */
size_t tk_at_once(size_t budget, size_t bytes);

/* **Collective.**  In how many rounds all ranks go over their own n items,
 * at_once of them at a time: as many as the rank with most of them needs, so
 * that those with fewer, or none, take part in every collective call.
 */
size_t tk_par_rounds(const tk_par *par, size_t n, size_t at_once);

/* **Collective.**  Sums of doubles that do not depend on the number of ranks:
 * row i of `mine` [n][width] belongs to item first + i of the total number of
 * items; the ranks' items follow one another in rank order without a gap.
 * total[width] is the sum over items in their global order, on every rank.
 * Rank 0 holds [items][width] doubles meanwhile.
 */
tk_err tk_sum_ordered(const tk_par *par, size_t n, size_t width,
                      const double *mine, double *total) TK_MUST;

#endif
