/* talik/conf/problem.h -- what is wrong with a configuration, all in one report.
 *
 * A user who has made three mistakes should hear of all three.  So readers do
 * not leave at the first, they add a line to a report:
 *
 *     run.nml:12:5: error: unknown key 'epoch' in &train; did you mean 'epochs'?
 *     run.nml:14:9: warning: 'hidden' is given twice; the last one counts
 *
 * Lines and columns count from 1; columns count bytes, and a tab is one.
 */
#ifndef TALIK_CONF_PROBLEM_H
#define TALIK_CONF_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/core/error.h"
#include "talik/core/text.h"

#define TK_PROBLEMS_MOST 100 /* more are counted, not written */
#define TK_SHOWN 72          /* room for a piece of input made printable */

/* Begin with {0}; tk_problems_drop ends it. */
typedef struct {
    tk_text text;
    size_t errors, warnings;
} tk_problems;

/* `where` is the place, as "run.nml:12:5". */
void tk_problem_error(tk_problems *p, const char *where, const char *fmt, ...)
    TK_PRINTF(3, 4);
void tk_problem_warn(tk_problems *p, const char *where, const char *fmt, ...)
    TK_PRINTF(3, 4);

/* Whether nothing more is written: a reader may then stop looking. */
bool tk_problems_full(const tk_problems *p);

/* TK_OK without errors.  Otherwise TK_ECONF, and the fault's text is the report
 * as far as it fits, in whole lines; p->text has all of it.
 */
tk_err tk_problems_end(const tk_problems *p) TK_MUST;
void tk_problems_drop(tk_problems *p);

/* The first bytes of a piece of input, safe for a terminal: control characters
 * and broken UTF-8 become \xNN, a long piece ends in "...".  Returns out.
 */
const char *tk_show(const char *bytes, size_t n, char out[TK_SHOWN]);

#endif
