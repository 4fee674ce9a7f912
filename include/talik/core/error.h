/* talik/core/error.h -- error codes, the last fault, fault injection.
 *
 * A function that can fail returns a tk_err and leaves a description in the
 * last fault of this rank.  The codes are the exit statuses of the program.
 * Only main prints an error, and only on rank 0 (see talik/core/par.h for how
 * ranks agree on one).
 */
#ifndef TALIK_CORE_ERROR_H
#define TALIK_CORE_ERROR_H

#include <stdbool.h>

typedef enum {
    TK_OK = 0,
    TK_ERUN = 1,      /* internal, out of memory, no convergence, NaN loss */
    TK_ECONF = 2,     /* the command line or the namelist is wrong         */
    TK_EDATA = 3,     /* an input is missing, unreadable or not usable     */
    TK_EOUT = 4,      /* an output exists, or cannot be written            */
    TK_ESTOPPED = 75, /* stopped by signal or walltime, restart written    */
} tk_err;

#define TK_ERR_TEXT 4096

/* The last failure on this rank.  Plain bytes, so that ranks can exchange it. */
typedef struct {
    int code; /* a tk_err                                   */
    int rank; /* world rank where it began; -1 before MPI   */
    int line; /* of the source that called tk_fail          */
    char file[64];
    char text[TK_ERR_TEXT];
} tk_fault;

#if defined(__GNUC__)
#define TK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define TK_MUST __attribute__((warn_unused_result))
#else
#define TK_PRINTF(fmt, args)
#define TK_MUST
#endif

/* Records the failure and returns code, so that it can be returned at once:
 *
 *     return tk_fail(TK_EDATA, "%s: no variable '%s'", path, name);
 */
#define tk_fail(code, ...) tk_fail_at((code), __FILE__, __LINE__, __VA_ARGS__)
tk_err tk_fail_at(tk_err code, const char *file, int line, const char *fmt, ...)
    TK_PRINTF(4, 5);

const tk_fault *tk_last_fault(void);

/* Makes a fault received from another rank the last one here. */
void tk_adopt_fault(const tk_fault *fault);

/* Leaves at once with the code of a failed call.  Never between two collective
 * calls: there the code is kept and passed to tk_agree.
 */
#define TK_TRY(call)        \
    do {                    \
        tk_err e_ = (call); \
        if (e_ != TK_OK)    \
            return e_;      \
    } while (0)

/* The rank used in faults and by fault injection; -1 until MPI is there. */
void tk_error_set_rank(int world_rank);

/* Whether the environment asks this rank to fail here: TK_INJECT=site:rank, or
 * TK_INJECT=site:rank:n for the n-th time (from 1) that the site is reached.
 * Several are separated by commas.  Every place that can fail has a site, and
 * tests/system/inject.sh visits them all.
 */
bool tk_injected(const char *site);

/* A broken promise of our own code: prints where, and ends all ranks. */
#define TK_ASSERT(cond)                                  \
    do {                                                 \
        if (!(cond))                                     \
            tk_assert_failed(#cond, __FILE__, __LINE__); \
    } while (0)
_Noreturn void tk_assert_failed(const char *cond, const char *file, int line);

/* What ends all ranks; abort() until talik/core/par.h sets MPI_Abort. */
void tk_error_set_abort(void (*end_all)(int status));

#endif
