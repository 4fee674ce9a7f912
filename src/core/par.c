#include "talik/core/par.h"

#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"

#define CHUNK ((size_t)1 << 30) /* MPI counts are int */

static void
abort_all(int status)
{
    MPI_Abort(MPI_COMM_WORLD, status);
}

tk_err
tk_par_start(int *argc, char ***argv, tk_par *par)
{
    tk_mem_start();
    setenv("OMPI_MCA_io", "romio321", 0);
    if (MPI_Init(argc, argv) != MPI_SUCCESS)
        return tk_fail(TK_ERUN, "MPI did not start");
    par->comm = MPI_COMM_WORLD;
    MPI_Comm_rank(par->comm, &par->rank);
    MPI_Comm_size(par->comm, &par->size);
    tk_error_set_rank(par->rank);
    tk_error_set_abort(abort_all);
    return TK_OK;
}

void
tk_par_stop(tk_par *par)
{
    par->comm = MPI_COMM_NULL;
    MPI_Finalize();
}

tk_err
tk_agree(const tk_par *par, tk_err mine)
{
    struct {
        int failed, rank;
    } me = {mine != TK_OK, par->rank}, worst;
    tk_fault fault;

    /* MAXLOC breaks ties towards the lowest rank: the answer is stable. */
    MPI_Allreduce(&me, &worst, 1, MPI_2INT, MPI_MAXLOC, par->comm);
    if (!worst.failed)
        return TK_OK;
    fault = *tk_last_fault();
    if (par->rank == worst.rank)
        fault.code = (int)mine;
    MPI_Bcast(&fault, (int)sizeof fault, MPI_BYTE, worst.rank, par->comm);
    tk_adopt_fault(&fault);
    return (tk_err)fault.code;
}

void
tk_bcast(const tk_par *par, void *bytes, size_t n)
{
    char *at = bytes;

    while (n > 0) {
        const size_t part = n < CHUNK ? n : CHUNK;

        MPI_Bcast(at, (int)part, MPI_BYTE, 0, par->comm);
        at += part;
        n -= part;
    }
}

size_t
tk_at_once(size_t budget, size_t bytes)
{
    return budget > bytes ? budget / bytes : 1;
}

size_t
tk_par_rounds(const tk_par *par, size_t n, size_t at_once)
{
    unsigned long long rounds = (n + at_once - 1) / at_once;

    MPI_Allreduce(MPI_IN_PLACE, &rounds, 1, MPI_UNSIGNED_LONG_LONG, MPI_MAX,
                  par->comm);
    return (size_t)rounds;
}

void
tk_sum_u64(const tk_par *par, size_t n, uint64_t *x)
{
    MPI_Allreduce(MPI_IN_PLACE, x, (int)n, MPI_UINT64_T, MPI_SUM, par->comm);
}

tk_err
tk_sum_ordered(const tk_par *par, size_t n, size_t width, const double *mine,
               double *total)
{
    int *count = NULL, *start = NULL, my_count = (int)(n * width);
    double *all = NULL;
    size_t items = 0;
    tk_err err = TK_OK;

    if (par->rank == 0) {
        count = tk_new((size_t)par->size, sizeof *count);
        start = tk_new((size_t)par->size, sizeof *start);
        if (!count || !start)
            err = TK_ERUN;
    }
    TK_AGREE(par, err);
    MPI_Gather(&my_count, 1, MPI_INT, count, 1, MPI_INT, 0, par->comm);
    if (par->rank == 0) {
        for (int r = 0; r < par->size; r++) {
            start[r] = (int)items;
            items += (size_t)count[r];
        }
        all = tk_new(items, sizeof *all);
        err = all ? TK_OK : TK_ERUN;
    }
    TK_AGREE(par, err);
    MPI_Gatherv(mine, my_count, MPI_DOUBLE, all, count, start, MPI_DOUBLE, 0,
                par->comm);
    memset(total, 0, width * sizeof *total);
    for (size_t i = 0; par->rank == 0 && i < items; i++)
        total[i % width] += all[i];
    tk_bcast(par, total, width * sizeof *total);
    tk_free(all);
    tk_free(start);
    tk_free(count);
    return TK_OK;
}
