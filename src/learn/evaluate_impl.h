/* evaluate_impl.h -- the state of an evaluation, shared by evaluate*.c. */
#ifndef TALIK_LEARN_EVALUATE_IMPL_H
#define TALIK_LEARN_EVALUATE_IMPL_H

#include "talik/io/units.h"
#include "talik/learn/baseline.h"
#include "talik/learn/coverage.h"
#include "talik/learn/evaluate.h"

/* Some tiles over all months, everything that is scored there. */
typedef struct {
    tk_patch patch; /* of the first model: places, weights, truth         */
    float *air;     /* [ntile][T][TK_TILE], K; NaN where missing          */
    float **answer; /* [models + given][ntile][T][D][TK_TILE], K          */
    int *band;      /* [nlane] of the scores                              */
} tk_round;

typedef struct {
    const tk_contest *c;
    const tk_par *par;
    tk_verdict *v;
    size_t D, Q; /* depths, predictors */
    size_t T;    /* months first .. first + T - 1 are in memory           */
    int first;
    int *month;        /* [T]                                      */
    bool *test, *held; /* [T] held: by the first model's split     */
    bool *calibrates;  /* [models][T]                              */
    size_t air;        /* feature of the first model; F: none      */
    tk_conversion to_K;
    tk_span fit, stop; /* of the first model                       */
    bool by_cells;
    size_t first_tile, ntile; /* of this rank                             */
    size_t nband;
    tk_skill_sums *sums;       /* [ntile][Q][D][nband][TK_SPANS]            */
    tk_error_count *errors[2]; /* [Q][D]: in calibration months, in the test */
    uint64_t *present;         /* [Q + 1] months with truth and a prediction;
                                  the last: those with all                   */
    double distance;           /* of the cell whose series is kept         */
    /* One cell, [T], degC: */
    double *truth, *fitted, *scored, *variance, *air_C;
    double *value; /* [Q][T]                                   */
    double *ridge; /* [TK_TILE][TK_PENALTIES][T]                */
} tk_judge;

/* Names the predictors.  Sets first and T: the months in memory, from the first
 * window that any model, baseline or calibration needs; TK_EDATA if a model's
 * inputs begin too late for a single answer.  Marks them, and counts those of
 * the test in v->nmonth.
 */
void tk_judge_predictors(const tk_contest *c, tk_verdict *v);
tk_err tk_judge_span(tk_judge *j) TK_MUST;
void tk_judge_months(tk_judge *j);

/* **Collective.**  Reads tiles [first, first + n) and lets every model predict
 * them.  tk_round_drop ends the round.
 */
tk_err tk_round_make(const tk_judge *j, size_t first, size_t n,
                     tk_round *r) TK_MUST;
void tk_round_drop(const tk_judge *j, tk_round *r);
size_t tk_round_bytes(const tk_judge *j); /* of one tile */

/* Whether a cell is one of the test. */
bool tk_judge_tests(const tk_judge *j, double lat, double lon);

/* Scores tile t of the round.  Does not communicate. */
tk_err tk_judge_tile(tk_judge *j, const tk_round *r, size_t t) TK_MUST;

#endif
