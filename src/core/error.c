#include "talik/core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SITES 32

static tk_fault last = {.code = TK_OK, .rank = -1};
static int world_rank = -1;
static void (*end_all_ranks)(int status);

tk_err
tk_fail_at(tk_err code, const char *file, int line, const char *fmt, ...)
{
    va_list args;
    const char *shown = strstr(file, "src/");

    last.code = (int)code;
    last.rank = world_rank;
    last.line = line;
    snprintf(last.file, sizeof last.file, "%s", shown ? shown + 4 : file);
    va_start(args, fmt);
    vsnprintf(last.text, sizeof last.text, fmt, args);
    va_end(args);
    return code;
}

const tk_fault *
tk_last_fault(void)
{
    return &last;
}

void
tk_adopt_fault(const tk_fault *fault)
{
    last = *fault;
}

void
tk_error_set_rank(int rank_in_world)
{
    world_rank = rank_in_world;
}

static long visits[MAX_SITES]; /* of each entry of TK_INJECT */

/* A new TK_INJECT counts anew: tests change it within one process. */
static void
forget_visits(const char *text)
{
    static char seen[1024];

    if (strncmp(seen, text, sizeof seen - 1) == 0)
        return;
    snprintf(seen, sizeof seen, "%s", text);
    memset(visits, 0, sizeof visits);
}

/* Reads site:rank[:n] at text and compares it; counts the visits of the site
 * under the entry's number, so that ":n" can name a later one.
 */
static bool
entry_fires(const char *text, size_t len, const char *site, size_t entry)
{
    const size_t n = strlen(site);
    char *end;
    long rank, nth = 0;

    if (len <= n || strncmp(text, site, n) != 0 || text[n] != ':')
        return false;
    rank = strtol(text + n + 1, &end, 10);
    if (*end == ':')
        nth = strtol(end + 1, NULL, 10);
    if (rank != (world_rank < 0 ? 0 : world_rank))
        return false;
    visits[entry]++;
    return nth == 0 || visits[entry] == nth;
}

bool
tk_injected(const char *site)
{
    const char *at = getenv("TK_INJECT");
    bool fires = false;

    forget_visits(at ? at : "");
    for (size_t entry = 0; at && *at && entry < MAX_SITES; entry++) {
        const size_t len = strcspn(at, ",");

        fires = entry_fires(at, len, site, entry) || fires;
        at += len + (at[len] == ',');
    }
    return fires;
}

void
tk_error_set_abort(void (*end_all)(int status))
{
    end_all_ranks = end_all;
}

_Noreturn void
tk_assert_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "talik: rank %d: %s:%d: this must hold: %s\n",
            world_rank < 0 ? 0 : world_rank, file, line, cond);
    if (end_all_ranks)
        end_all_ranks(TK_ERUN);
    abort();
}
