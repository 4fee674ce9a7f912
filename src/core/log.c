#include "talik/core/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "talik/core/digest.h"

#define MOST_WARNED 256

static bool speaks_here = true, quiet_run;
static int warnings;

void
tk_log_set(bool speaks, bool quiet)
{
    speaks_here = speaks;
    quiet_run = quiet;
}

void
tk_note(const char *fmt, ...)
{
    va_list args;

    if (!speaks_here || quiet_run)
        return;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

/* Whether a text was warned of before; the first MOST_WARNED are remembered. */
static bool
is_repeated(const char *text)
{
    static uint64_t seen[MOST_WARNED];
    const uint64_t digest = tk_digest_bytes(strlen(text), text);
    int n = warnings < MOST_WARNED ? warnings : MOST_WARNED;

    for (int i = 0; i < n; i++)
        if (seen[i] == digest)
            return true;
    if (n < MOST_WARNED)
        seen[n] = digest;
    return false;
}

void
tk_warn(const char *fmt, ...)
{
    char text[TK_ERR_TEXT];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (is_repeated(text))
        return;
    warnings++;
    if (!speaks_here)
        return;
    fflush(stdout);
    fprintf(stderr, "talik: warning: %s\n", text);
}

int
tk_warnings(void)
{
    return warnings;
}

static double
read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double
tk_seconds(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double
tk_cpu_seconds(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

tk_progress
tk_progress_begin(const char *what, long total)
{
    const double now = tk_seconds();

    return (tk_progress){what, 0, total, now, now - 1};
}

void
tk_progress_step(tk_progress *p, const char *label, const char *fmt, ...)
{
    const double now = tk_seconds();
    char text[512];
    va_list args;
    double left;

    p->done++;
    if (now - p->last_line < 1 && p->done < p->total)
        return;
    p->last_line = now;
    left = (now - p->start) / (double)p->done * (double)(p->total - p->done);
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    tk_note("  %s %s (%ld of %ld)  eta %.0f s%s%s", p->what, label, p->done,
            p->total, left, *text ? "  " : "", text);
}
