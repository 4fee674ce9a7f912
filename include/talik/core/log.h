/* talik/core/log.h -- what the user sees while a run goes on.
 *
 * Only world rank 0 speaks: progress and notes on standard output, warnings on
 * standard error.  No carriage returns, no colours: a batch log is a file.
 */
#ifndef TALIK_CORE_LOG_H
#define TALIK_CORE_LOG_H

#include <stdbool.h>

#include "talik/core/error.h"

/* Silent ranks, or a silent run: nothing but warnings. */
void tk_log_set(bool speaks, bool quiet);

void tk_note(const char *fmt, ...) TK_PRINTF(1, 2);
void tk_warn(const char *fmt, ...) TK_PRINTF(1, 2);
int tk_warnings(void); /* how many different ones so far */

/* Progress with an estimate of the time that is left. */
typedef struct {
    const char *what; /* "year", "epoch"                        */
    long done, total;
    double start, last_line; /* seconds on the monotonic clock */
} tk_progress;

tk_progress tk_progress_begin(const char *what, long total);

/* After one more unit of work.  At most one line a second, but always the last:
 *     year 2047 (32 of 85)  eta 12 s  <text>
 */
void tk_progress_step(tk_progress *p, const char *label, const char *fmt, ...)
    TK_PRINTF(3, 4);

double tk_seconds(void);     /* monotonic wall clock       */
double tk_cpu_seconds(void); /* CPU time of this process   */

#endif
