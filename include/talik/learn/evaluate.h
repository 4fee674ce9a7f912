/* talik/learn/evaluate.h -- any number of models beside baselines, on months and
 * cells held out.
 *
 * All predictors are scored on the same cells and months: those of the test where
 * the truth and every predictor are there.  Cells count by area.  The scores are
 * those of talik/learn/skill.h, by depth, latitude band and season.
 *
 * Test months  those that every model holds out: months of its held years, or,
 * where it holds out none, those after its training and validation; of these
 * the ones in [first, last].  With `chosen` all months of [first, last], whatever was
 * learnt from.  Test cells  those that every model holds out that holds out
 * any; else all.
 *
 * Baselines, each fitted per cell on the first model's training months alone:
 *   climatology  the mean of the calendar month
 *   persistence  the soil temperature of the month before (it knows the truth
 *                of that month, which the models do not)
 *   air          the air temperature of the same month
 *   lagged air   per calendar month a ridge regression on L lags of air
 *                temperature; its penalty, per depth and tile, is the one that
 *                does best in the months that stopped the first model's training
 * In cells that the models hold out, the baselines still know the cell's own
 * training months: they have an advantage there.
 *
 * A carried state has its run from the first month that the inputs of all models
 * have.
 *
 * Models of one architecture and state that differ in their seeds are members;
 * their mean is a predictor too, and the root mean variance between them its
 * spread.
 *
 * The band  models and means have a half-width per depth, the quantile of their
 * errors in the months that stopped the training, in cells not held out
 * (talik/learn/coverage.h), and its coverage in the test.
 */
#ifndef TALIK_LEARN_EVALUATE_H
#define TALIK_LEARN_EVALUATE_H

#include "talik/learn/skill.h"
#include "talik/learn/trained.h"

typedef enum {
    TK_BY_MODEL,
    TK_BY_MEAN,  /* of the members of an architecture       */
    TK_BY_GIVEN, /* temperatures from elsewhere: the column */
    TK_BY_CLIMATOLOGY,
    TK_BY_PERSISTENCE,
    TK_BY_AIR,
    TK_BY_LAGGED_AIR,
} tk_predictor_kind;

#define TK_CONTESTANTS 64 /* models at most                          */
#define TK_GIVEN 24       /* temperatures from elsewhere at most      */
#define TK_PREDICTORS 128 /* so that means and baselines have room    */

typedef struct {
    const tk_dataset *data; /* with the inputs that this model wants; grid and
                               targets are those of the first               */
    const tk_trained *model;
} tk_contestant;

typedef struct {
    const char *name;
    tk_targets *targets; /* at the depths of the models */
} tk_given_soil;

/* All is borrowed. */
typedef struct {
    size_t nmodel;
    const tk_contestant *model; /* [nmodel], the same depths in all       */
    size_t ngiven;
    const tk_given_soil *given;
    const char *air; /* the first model's feature that is the air temperature,
                        any units of temperature; "": the last two baselines
                        are left out                                        */
    size_t nedge;
    const double *edge; /* latitude bands of the scores; 0: one for all   */
    int first, last;
    bool chosen;
    double level;    /* of the band round predictions, such as 0.9      */
    double lat, lon; /* whose series is kept; NaN: that of a cell in the
                            middle                                          */
    size_t budget;   /* bytes of data that a rank may hold               */
} tk_contest;

typedef struct {
    tk_predictor_kind kind;
    char name[64];       /* "gru 1", "gru mean", "column", "lagged air"  */
    size_t first, count; /* the model, or where the members begin in `member`,
                            and how many                                      */
} tk_predictor;

typedef struct {
    size_t npredictor, D, bands; /* bands: 1 for all cells, and one for each
                                    where there are several                  */
    tk_predictor predictor[TK_PREDICTORS];
    size_t member[TK_CONTESTANTS]; /* models, sorted by architecture       */
    tk_skill *skill;               /* [npredictor][D][bands][TK_SPANS]      */
    double *half_width, *coverage; /* [npredictor][D]; NaN where there is no
                                      band                                    */
    size_t nmonth;
    int *month; /* [nmonth] of the test, some of which may be without scores */
    double lat, lon;    /* of the cell nearest to that asked for; NaN: none  */
    double *observed;   /* [D][nmonth] of that cell, K; on every rank         */
    double *predicted;  /* [npredictor][D][nmonth]                            */
    size_t nlane;       /* of this rank's tiles: maps, NaN where no score is  */
    float *rmse, *bias; /* [npredictor][D][nlane], K                          */
} tk_verdict;

/* **Collective.**  TK_EDATA if there is nothing to score, saying what lacks;
 * TK_ECONF if the models' depths differ.  tk_verdict_drop ends the verdict, also
 * after an error.
 */
tk_err tk_evaluate(const tk_contest *contest, tk_verdict *verdict) TK_MUST;
void tk_verdict_drop(tk_verdict *verdict);

/* Element of verdict->skill. */
const tk_skill *tk_verdict_skill(const tk_verdict *v, size_t predictor,
                                 size_t d, size_t band, size_t span);

/* Whether every model holds the month out, as said above. */
bool tk_contest_tests(const tk_contest *contest, int month);

#endif
