/* contest.h -- what `talik evaluate` found: scores of predictors, and their
 * series at one cell beside what was observed; and how predictors are drawn.
 */
#ifndef TALIK_PLOT_CONTEST_H
#define TALIK_PLOT_CONTEST_H

#include "plot.h"

#define TK_CONTEST_NAME 48
#define TK_CONTEST_MONTHS 24 /* of the series, its last ones */

typedef struct {
    const char *path; /* borrowed */
    int nc;
    size_t np, nd, nb, ns;         /* predictors, depths, bands, seasons */
    char (*name)[TK_CONTEST_NAME]; /* [np]                               */
    double *depth;                 /* [nd] m                             */
    size_t band, season;           /* that of all cells, that of the year */
} tk_contest;

/* ---- contest.c ---- */

tk_err tk_contest_open(const char *path, tk_contest *contest) TK_MUST;
void tk_contest_close(tk_contest *contest);

/* The depths of -d, or the first ones. */
tk_err tk_contest_depths(const tk_plot_opts *opts, const tk_contest *contest,
                         size_t *k, size_t *n) TK_MUST;

/* A score over all cells and the year, [np][nd], NaN where there is none. */
typedef struct {
    char units[64], long_name[128];
    double *x;
} tk_score;

tk_err tk_contest_score(const tk_contest *contest, const char *name,
                        tk_score *score) TK_MUST;

/* The mean over the n depths k[] that have one; NaN without any. */
double tk_score_mean(const tk_contest *contest, const tk_score *score, size_t p,
                     size_t n, const size_t *k);

/* A variable of numbers over the named dimensions, NaN where it is missing;
 * tk_free ends it.
 */
tk_err tk_contest_read(const tk_contest *contest, const char *name, size_t ndim,
                       const char *const *dim, double **x) TK_MUST;

/* ---- cell.c: the last months at one cell, in degC ---- */

typedef struct {
    size_t nt, from, n; /* months there are; those drawn: n after `from`  */
    double *month;      /* [nt] as in talik/grid/calendar.h               */
    double *observed;   /* [nd][nt]                                       */
    double *predicted;  /* [np][nd][nt]                                   */
    double *half;       /* [np][nd] K, half width of a band; NULL         */
    double level;       /* what that band is to cover                     */
    double lat, lon;    /* NaN: not said                                  */
} tk_cell;

/* TK_EDATA unless two months and a value are there. */
tk_err tk_cell_read(const tk_contest *contest, tk_cell *cell) TK_MUST;
void tk_cell_free(tk_cell *cell);

/* ---- predictors.c ---- */

bool tk_is_baseline(const char *name);

/* Whether it is the mean over the members of an architecture. */
bool tk_is_mean(const char *name);

/* "gru" of "gru 1" and "gru mean". */
void tk_architecture(const char *name, char out[TK_CONTEST_NAME]);

bool tk_has_mean(const tk_contest *contest, const char *architecture);
size_t tk_members(const tk_contest *contest, const char *architecture);

/* An architecture has the same in all figures, baselines are grey. */
const char *tk_predictor_colour(const char *name);
void tk_predictor_pen(const tk_contest *contest, size_t p, size_t room,
                      char *pen);

/* A colour "R/G/B" mixed with white: GMT's transparency does not get through
 * to every picture.
 */
void tk_pale(const char *colour, size_t room, char *out);

/* Those of -m in that order, at most `most`; *n is 0 without -m. */
tk_err tk_named_predictors(const tk_plot_opts *opts, const tk_contest *contest,
                           size_t most, size_t *p, size_t *n) TK_MUST;

#endif
