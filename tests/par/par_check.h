/* par_check.h -- cmocka on several ranks: only rank 0 talks, and a failure on
 * one rank ends all, who may be waiting for it.
 */
#ifndef TALIK_TESTS_PAR_CHECK_H
#define TALIK_TESTS_PAR_CHECK_H

#include "../check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "talik/core/log.h"
#include "talik/core/par.h"

static tk_par par;
static char par_dir[512]; /* of this program's files */

static inline void
par_start(int *argc, char ***argv)
{
    const char *out = getenv("OUT");
    const char *name = strrchr((*argv)[0], '/');

    if (tk_par_start(argc, argv, &par))
        exit(1);
    tk_log_set(false, true);
    if (par.rank > 0 && !freopen("/dev/null", "w", stdout))
        exit(1);
    snprintf(par_dir, sizeof par_dir, "%s/tests/files",
             out ? out : "build/release");
    if (par.rank == 0)
        mkdir(par_dir, 0777);
    snprintf(par_dir + strlen(par_dir), sizeof par_dir - strlen(par_dir),
             "/%s.%d", name ? name + 1 : (*argv)[0], par.size);
    if (par.rank == 0)
        mkdir(par_dir, 0777);
    MPI_Barrier(par.comm);
}

/* A file of this program's folder; the text lives until the 16th next call. */
static inline const char *
par_file(const char *name)
{
    static char path[16][700];
    static int next;
    char *p = path[next++ % 16];

    snprintf(p, sizeof path[0], "%s/%s", par_dir, name);
    return p;
}

/* The same code on every rank, which must be `want`. */
#define PAR_FAILS(want, call) \
    par_fails((int)(want), (int)(call), #call, __FILE__, __LINE__)

static inline void
par_fails(int want, int code, const char *what, const char *file, int line)
{
    int least = code, most = code;

    MPI_Allreduce(MPI_IN_PLACE, &least, 1, MPI_INT, MPI_MIN, par.comm);
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_INT, MPI_MAX, par.comm);
    if (least == want && most == want)
        return;
    print_error("rank %d: %s: code %d here, %d to %d over ranks, want %d: %s\n",
                par.rank, what, code, least, most, want,
                code ? tk_last_fault()->text : "");
    _fail(file, line);
}

#define PAR_OK(call) PAR_FAILS(TK_OK, call)

/* The last fault has all of these words, NULL at the end. */
#define PAR_SAYS(...) par_says((const char *const[]){__VA_ARGS__, NULL})

static inline void
par_says(const char *const *word)
{
    for (; *word; word++)
        if (!strstr(tk_last_fault()->text, *word))
            fail_msg("'%s' is not in: %s", *word, tk_last_fault()->text);
}

/* TK_INJECT for the last rank; NULL takes it away. */
static inline void
par_inject(const char *site)
{
    char text[128];

    snprintf(text, sizeof text, "%s:%d", site ? site : "", par.size - 1);
    if (site)
        setenv("TK_INJECT", text, 1);
    else
        unsetenv("TK_INJECT");
}

static inline int
par_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
    const int failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);

    fflush(NULL);
    if (failed)
        MPI_Abort(MPI_COMM_WORLD, 1);
    tk_par_stop(&par);
    return 0;
}

#define PAR_RUN(tests) \
    par_run(#tests, tests, sizeof(tests) / sizeof((tests)[0]))

#endif
