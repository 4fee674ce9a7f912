/* talik/learn/skill.h -- how well predicted soil temperatures agree with true
 * ones, from sums that are added up cell by cell.
 *
 * With e = p - t of a cell month, p predicted and t true, and means < > over the
 * cell months of a group, weighted by the cells' areas:
 *
 *   bias = <e>   mae = <|e|>   rmse = sqrt <e^2>
 *   r2   = 1 - <e^2> / <(t - <t>)^2>          (the coefficient of determination)
 *   nse  = 1 - <e^2> / <(t - mean of the cell's t)^2>
 *   kge  = 1 - sqrt((r - 1)^2 + (s_p / s_t - 1)^2 + ((<p> - <t>) / s_t)^2)
 *
 * r2 credits a predictor with knowing which cells are warm, nse does not: it is
 * the efficiency of Nash and Sutcliffe (1970), doi:10.1016/0022-1694(70)90255-6,
 * with the squares of all cells added up.  kge is that of Gupta et al. (2009),
 * doi:10.1016/j.jhydrol.2009.08.003, its bias in units of the spread (Tang et
 * al. 2021, doi:10.1175/JCLI-D-21-0067.1), as a ratio of temperatures in degC
 * means nothing; r and s are over the group.
 *
 *   frozen    share of cell months on the right side of 0 degC
 *   amplitude, peak   errors of the mean annual cycle, K and days
 *                     (talik/learn/cycle.h), in cells where it is there
 *   curtain   error of the days a year within TK_CURTAIN of 0 degC
 *
 * Units  K, days; temperatures given in degC.  NaN where there is nothing.
 */
#ifndef TALIK_LEARN_SKILL_H
#define TALIK_LEARN_SKILL_H

#include <stddef.h>

#define TK_CURTAIN 0.5 /* K */

/* The whole year, then December to February, and so on. */
#define TK_SPANS 5
const char *tk_span_name(size_t span);

/* All are sums over cells or cell months; every member is a double. */
typedef struct {
    double n, w;                  /* cell months; the area they stand for */
    double e, abs_e, sq_e;        /* errors */
    double t, p, tt, pp, tp, own; /* true, predicted, squares; own: about the
                                     cell's mean */
    double frozen, spread;        /* right side of 0 degC; members' variance */
    double cycles, amplitude, abs_amplitude;
    double peaks, peak, abs_peak;
    double curtains, curtain, abs_curtain;
} tk_skill_sums;
#define TK_SKILL_SUMS (sizeof(tk_skill_sums) / sizeof(double))

/* Adds one cell's n months to the groups sums[TK_SPANS].  Months where the truth
 * is NaN are passed over; where it is not, the prediction must not be.
 * variance[n], K2, is that of the members of an ensemble, or NULL.
 */
void tk_skill_add(size_t n, const int *month, const double *truth,
                  const double *predicted, const double *variance,
                  double weight, tk_skill_sums *sums);

typedef struct {
    double count;  /* cell months             */
    double target; /* mean of the truth, degC */
    double rmse, mae, bias, r2, nse, kge;
    double frozen;
    double spread; /* root of the members' mean variance; NaN: no ensemble */
    double amplitude, abs_amplitude, peak, abs_peak, curtain, abs_curtain;
} tk_skill;
tk_skill tk_skill_of(const tk_skill_sums *sums);

#endif
