/* inputs_impl.h -- what inputs.c, slow.c and signal.c share. */
#ifndef TALIK_DATA_INPUTS_IMPL_H
#define TALIK_DATA_INPUTS_IMPL_H

#include "talik/core/par.h"
#include "talik/data/inputs.h"

struct tk_inputs {
    tk_par par;
    tk_features *features; /* borrowed */
    tk_series *series[TK_FEATURES];
    double low[TK_FEATURES], high[TK_FEATURES]; /* physical limits */
    float *signal[TK_FEATURES]; /* [last - first + 1] of signals, once known */
    int first, last;
    size_t leader; /* a dynamic feature, for the calendar */
};

/* What a value of feature i may be; NaN is missing. */
tk_cell_status tk_inputs_judge(const tk_inputs *in, size_t i, float value);

/* Slow and regional means take the units of their dynamic features, or must have
 * them.
 */
tk_err tk_slow_units(tk_features *features) TK_MUST;

/* **Collective.**  Makes the past ready for months from `first` on: reads those
 * before it, unless they were the last ones taken.  raw has room for `piece`
 * months of the run.
 */
tk_err tk_slow_begin(const tk_inputs *in, const tk_run *run, int first,
                     size_t piece, float *raw, tk_past *past) TK_MUST;

/* The next n months of dynamic feature i, raw[n][nlane], which is spoilt: its
 * slow means go to x and bad as in tk_inputs_load.
 */
void tk_slow_take(const tk_inputs *in, size_t i, const tk_run *run, size_t n,
                  size_t at, size_t room, float *raw, tk_past *past, float *x,
                  unsigned char *bad);

/* All dynamic features were taken, up to the month before `next`. */
void tk_slow_end(tk_past *past, int next);

/* TK_ERUN if a signal was never set. */
tk_err tk_signal_check(const tk_inputs *in) TK_MUST;

/* Months first .. first + n - 1 of signal i into x, and its gaps into bad, as in
 * tk_inputs_load.
 */
void tk_signal_take(const tk_inputs *in, size_t i, const tk_run *run, int first,
                    size_t n, size_t at, size_t room, float *x,
                    unsigned char *bad);

#endif
