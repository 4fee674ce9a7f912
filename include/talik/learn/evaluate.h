/* talik/learn/evaluate.h -- skill on held-out months, beside baselines.
 *
 * All predictors are scored on the same cells and months: those where the
 * target and every predictor are there.  Cells count by area.
 *
 *   bias = mean(e)  mae = mean|e|  rmse = sqrt(mean e^2)      e = T - T_true, K
 *   r2 = 1 - sum e^2 / sum (T_true - mean T_true)^2
 *
 * Baselines, each fitted per cell on the model's training months alone:
 *   climatology  the mean of the calendar month
 *   persistence  the soil temperature of the month before (it knows the truth
 *                of that month, which the models do not)
 *   air          the air temperature of the same month
 *   lagged air   per calendar month a ridge regression on L lags of air
 *                temperature; its penalty, per depth and tile, is the one that
 *                does best in the months that stopped the model's training
 */
#ifndef TALIK_LEARN_EVALUATE_H
#define TALIK_LEARN_EVALUATE_H

#include "talik/learn/trained.h"

typedef enum {
    TK_BY_MODEL,
    TK_BY_CLIMATOLOGY,
    TK_BY_PERSISTENCE,
    TK_BY_AIR,
    TK_BY_LAGGED_AIR,
} tk_predictor;
#define TK_PREDICTORS 5

const char *tk_predictor_name(tk_predictor p);

typedef struct {
    double count;  /* cell months */
    double target; /* mean of the target, K */
    double bias, mae, rmse, r2;
} tk_skill;

/* **Collective.**  Skill in months [first, last], skill[TK_PREDICTORS][D].
 * air names the feature that is the air temperature (any units of temperature;
 * without it, "", the last two baselines are NaN).  The targets must cover the
 * training months as well.  budget: bytes of data that a rank may hold.
 */
tk_err tk_evaluate(const tk_dataset *data, const tk_trained *m, const char *air,
                   int first, int last, size_t budget, tk_skill *skill) TK_MUST;

#endif
