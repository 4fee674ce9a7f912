/* adjust_impl.h -- samples and distributions, for adjust.c. */
#ifndef TALIK_PHYS_ADJUST_IMPL_H
#define TALIK_PHYS_ADJUST_IMPL_H

#include "talik/phys/adjust.h"

#define TK_ADJUST_KINDS 12 /* at most */

/* A series by kind of month and year, v[kinds][years * per], NaN where it has
 * no value: each calendar month a kind, or all of one kind.
 */
typedef struct {
    size_t kinds, per; /* 12 and 1, or pooled 1 and 12 values a year */
    size_t years;
    int first; /* year */
    double *v;
} tk_adjust_sample;

/* Some whole years of a sample, with how many values of each kind they have and
 * the means of those, what is dry as 0.
 */
typedef struct {
    const tk_adjust_sample *s;
    size_t from, years;
    double count[TK_ADJUST_KINDS], mean[TK_ADJUST_KINDS];
} tk_adjust_years;

/* A quantile function: values at n equally spaced probabilities from 0 to 1. */
typedef struct {
    size_t n;
    double *q; /* ascending */
} tk_adjust_table;

/* All but v, which has years * 12 values. */
tk_adjust_sample tk_adjust_sample_of(bool pooled, int first, size_t n);
size_t tk_adjust_kind(const tk_adjust_sample *s, int month);
double *tk_adjust_place(const tk_adjust_sample *s, int month);

/* Fills v from x[n], months from `first` on; a dry value becomes a random one,
 * the same for a month in any series of the stream.
 */
void tk_adjust_fill(const tk_adjust *how, uint64_t stream, int first, size_t n,
                    const double *x, tk_adjust_sample *s);

tk_adjust_years tk_adjust_years_of(const tk_adjust *how,
                                   const tk_adjust_sample *s, size_t from,
                                   size_t years);

bool tk_adjust_dry(const tk_adjust *how, double x);

/* By what y differs from x, a difference or a bounded quotient. */
double tk_adjust_change(const tk_adjust *how, double y, double x);

/* The values that a kind has with its neighbours, at most. */
size_t tk_adjust_room(const tk_adjust *how, const tk_adjust_sample *s);

/* The distribution of a kind, from its values and its neighbours' moved to its
 * mean.  table->q and work have the room for them, table->q for how->quantiles
 * as well.  There must be a value.
 */
void tk_adjust_tabulate(const tk_adjust *how, const tk_adjust_years *w,
                        size_t kind, double *work, tk_adjust_table *table);

/* F(x) in that distribution for one of its values, without sorting it. */
double tk_adjust_rank(const tk_adjust *how, const tk_adjust_years *w,
                      size_t kind, double x);

/* F^-1(p); F(x), from 0 to 1. */
double tk_adjust_at(const tk_adjust_table *table, double p);
double tk_adjust_of(const tk_adjust_table *table, double x);

#endif
