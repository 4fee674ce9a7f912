/* talik/learn/coverage.h -- a calibrated band round predictions, by split
 * conformal prediction.
 *
 * The half-width of the band at a level (0.9, say) is the quantile of |e| in the
 * calibration months, which no weight was fitted to: their share with |e| up to
 * it, counted as if one more month had been there, which lay outside, reaches the
 * level (Lei et al. 2018, doi:10.1080/01621459.2017.1307116).  If the months
 * were exchangeable, a new one would lie within with at least that probability;
 * months of one cell and of one year are not, so the coverage that is measured
 * in other months is told beside it.
 *
 * Errors are counted in classes of TK_ERROR_STEP, by whole km2 of their cells:
 * integers, whose sums do not depend on order or number of ranks.
 */
#ifndef TALIK_LEARN_COVERAGE_H
#define TALIK_LEARN_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#define TK_ERROR_STEP 0.005   /* K; a half-width is a multiple of it */
#define TK_ERROR_CLASSES 4001 /* the last one: 20 K and more        */

typedef struct {
    uint64_t months;                 /* cell months */
    uint64_t area[TK_ERROR_CLASSES]; /* km2         */
} tk_error_count;
#define TK_ERROR_WORDS (sizeof(tk_error_count) / sizeof(uint64_t))

/* error in K, weight in km2 (at least 1 is counted); NaN is passed over. */
void tk_error_add(tk_error_count *count, double error, double weight);

/* K; NaN if there are no errors, too few of them for the level, or the quantile
 * lies beyond 20 K.
 */
double tk_error_half_width(const tk_error_count *count, double level);

/* Share of the errors within the half-width; NaN if there are none. */
double tk_error_coverage(const tk_error_count *count, double half_width);

#endif
