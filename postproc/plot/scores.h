/* scores.h -- what the figure of scores shows. */
#ifndef TALIK_PLOT_SCORES_H
#define TALIK_PLOT_SCORES_H

#include "contest.h"

/* How a score is read: whether small, near to 1 or near to 0 is good. */
typedef enum {
    TK_SCORE_ERROR,
    TK_SCORE_SKILL,
    TK_SCORE_BIAS,
    TK_SCORE_OTHER
} tk_score_kind;

/* An architecture with its members, or a baseline. */
typedef struct {
    char label[TK_CONTEST_NAME];
    bool baseline;
    size_t n, *p; /* its predictors                                   */
    size_t whole; /* the one that stands for it; np: members alone    */
    double wrong; /* how bad it is over all depths; NaN: no score     */
} tk_score_row;

typedef struct {
    const char *name;
    tk_contest contest;
    tk_score score;
    tk_score_kind kind;
    size_t nk, k[TK_PLOT_DEPTHS];
    size_t n, *p; /* predictors chosen, row by row                */
    size_t nrow;  /* the best model first, then baselines         */
    tk_score_row *row;
    bool members;  /* some row has more than one ...                 */
    bool averaged; /* ... and none that stands for them              */
} tk_scores;

double tk_score_at(const tk_scores *s, size_t p, size_t k);

/* Of the one that stands for the row, else the mean over its members. */
double tk_score_of_row(const tk_scores *s, const tk_score_row *row, size_t k);

/* 0: perfect; the larger the worse.  NaN where there is none. */
double tk_score_wrong(const tk_scores *s, double score);

/* scores_draw.c */
void tk_scores_draw(tk_figure *figure, const tk_plot_opts *opts,
                    const tk_scores *s);

#endif
