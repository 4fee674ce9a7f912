/* talik/phys/adjust.h -- bias correction of one cell's monthly series.
 *
 * o observed and h modelled in the reference period, p the model's run in a
 * window of years about the month of x; m their means, F their distributions,
 * of x's calendar month (or of all months, `pooled`).  Additive form:
 *
 *   NONE   x' = x
 *   DELTA  x' = x + mo - mh, a shift of the mean by calendar month; the model's
 *          variability stays as it is
 *   EQM    x' = Fo^-1(Fh(x)); outside h, `clip`: o's least or largest value,
 *          else x with the correction of h's least or largest value
 *   DQM    x' = Fo^-1(Fh(x + mh - mp)) + mp - mh [1], outside h as EQM without
 *          `clip`
 *   QDM    x' = Fo^-1(t) + x - Fh^-1(t), t = Fp(x) [1]
 *
 * With `ratio` differences become quotients and sums products.  DELTA keeps the
 * model's change of the mean exactly.  So does QDM, additive, for a window with
 * as many values as o and h have (half_window 0, quantiles 0), and with it
 * any two runs' difference; DQM nearly.  EQM multiplies changes by
 * s_o / s_h, and clipped it loses what leaves the range of h.
 *
 * Quantiles   Type 7 of Hyndman and Fan: the i-th of n sorted values has the
 *             probability (i - 1) / (n - 1), straight lines between; equal
 *             values share the mean of theirs, so that equal values of a
 *             window have one answer.  A single or constant sample: 1/2.
 * Window      span_years calendar years, from span_years / 2 before the year of
 *             x; at the ends of the run the nearest whole window; the whole run
 *             if it is shorter, or for 0.
 * Neighbours  help with the shape of a distribution, not with its mean: they
 *             are moved to the mean of the month (ratio: multiplied, by 1 /
 *             ratio_max to ratio_max; a dry value stays as it is).
 * Dry         With `ratio` a value below `trace`, negative ones too, is taken
 *             for a random one between 0 and trace, a function of seed, cell
 *             and month; a result below trace is 0.  So the share of dry months
 *             becomes the observed one (but for DELTA).  In means it is 0; it
 *             is not multiplied by their change; two dry values have the
 *             quotient 1.
 * Quotients   by less than 10 trace are at most ratio_max.
 *
 * A window that stands, at either end of the run, is one distribution: what a
 * trend makes of it is mapped as the weather is, so multiplied by s_o / s_h.
 *
 * A change needs a common reference: give the same o and h for history and each
 * scenario.
 *
 * Units    any, the same in all series; trace in those.
 * Missing  NaN or infinite; becomes NaN, and counts nowhere.
 * Cost     below 1 ms for 200 years (make bench).
 *
 * [1] A. J. Cannon, S. R. Sobie, T. Q. Murdock, Bias correction of GCM
 *     precipitation by quantile mapping, J. Climate 28, 6938-6959 (2015),
 *     doi:10.1175/JCLI-D-14-00754.1.
 */
#ifndef TALIK_PHYS_ADJUST_H
#define TALIK_PHYS_ADJUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"

/* Values that a distribution must have, not counting neighbours. */
#define TK_ADJUST_LEAST 10

typedef enum {
    TK_ADJUST_NONE,
    TK_ADJUST_DELTA,
    TK_ADJUST_EQM,
    TK_ADJUST_DQM,
    TK_ADJUST_QDM,
} tk_adjust_method;

/* "none", "delta", "eqm", "dqm", "qdm". */
const char *tk_adjust_name(tk_adjust_method method);

typedef struct {
    tk_adjust_method method;
    bool ratio;       /* precipitation, radiation: by quotients            */
    bool clip;        /* EQM: not beyond the observed range                */
    bool pooled;      /* all months one distribution, else one for each    */
    int half_window;  /* neighbouring calendar months on either side, 0..2 */
    size_t quantiles; /* of o and h, equally spaced; 0: all that they have */
    int span_years;   /* DQM, QDM: years of the window; 0: the whole run   */
    double trace;     /* ratio: what is less is dry                        */
    double ratio_max; /* largest quotient by what is nearly nothing        */
    uint64_t seed;
} tk_adjust;

/* QDM, additive, clip, by calendar month without neighbours, all quantiles, 30
 * years, trace 0.05, ratio_max 2, seed 1.
 */
tk_adjust tk_adjust_defaults(void);

/* Corrects one cell and variable: x[n] into out[n], which may be x.
 *
 * observed[nobs], modelled[nmodel]  the reference period, from the months
 *     obs_first and model_first (talik/grid/calendar.h) on; they need not be
 *     the same months
 * x[n]  the model's run from the month `first` on, the whole of it: windows are
 *     taken from it
 *
 * TK_ECONF  a member of *how makes no sense.
 * TK_EDATA  observed or modelled has fewer than TK_ADJUST_LEAST values of some
 *     calendar month (pooled: in all), or, DQM and QDM, the window of a value of
 *     x has fewer of its calendar month.  out is then undefined.
 */
tk_err tk_adjust_series(const tk_adjust *how, uint64_t cell, int obs_first,
                        size_t nobs, const double *observed, int model_first,
                        size_t nmodel, const double *modelled, int first,
                        size_t n, const double *x, double *out) TK_MUST;

#endif
