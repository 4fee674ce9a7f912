/* talik/learn/domain.h -- how far a cell's year is from all that was learnt from.
 *
 * A cell's year is a point z: for each monthly input and slow mean the mean of
 * its twelve scaled months, for each static number its scaled value.  Months of
 * the calendar, angles and classes have no place in it.  Of the N cell-years of
 * training are kept low, high, mean and spread s of each z_i, and the factor L of
 * their correlations R + 1e-4 I = L L', so that
 *
 *     beyond range   = max over i of (low_i - z_i) / s_i, (z_i - high_i) / s_i, 0
 *     joint distance = |W u| / limit,  u_i = (z_i - mean_i) / s_i,  W = 1 / L
 *
 * |W u| is Mahalanobis' distance, limit its 99th percentile in training.  Inputs
 * whose z is constant in training are left out: they have no spread to measure
 * by.
 *
 * Shapes  x[F][TK_TILE] of a month, as in talik/data/inputs.h; a tile's year
 *         [n + 1][TK_TILE], zero before January: sums, and months that are bad
 */
#ifndef TALIK_LEARN_DOMAIN_H
#define TALIK_LEARN_DOMAIN_H

#include "talik/data/patch.h"
#include "talik/io/store.h"

/* {0} is none; tk_domain_drop ends it. */
typedef struct {
    size_t n;                    /* inputs in z; 0: no measure         */
    size_t feature[TK_FEATURES]; /* places among the model's, ascending */
    double low[TK_FEATURES], high[TK_FEATURES];
    double mean[TK_FEATURES], spread[TK_FEATURES];
    double limit;  /* 99th percentile of the distances in training   */
    double years;  /* cell-years of training                         */
    double *white; /* W[n][n], zero above the diagonal               */
} tk_domain;

void tk_domain_drop(tk_domain *domain);
tk_err tk_domain_copy(const tk_domain *from, tk_domain *to) TK_MUST;

/* Whether both are none, or have the same inputs and numbers. */
bool tk_domain_same(const tk_domain *a, const tk_domain *b);

/* TK_EDATA, naming what, unless a domain of n > 0 has sound numbers, and inputs
 * that have a place in z.
 */
tk_err tk_domain_check(const tk_domain *domain,
                       const tk_features *features) TK_MUST;

/* Whether an input has a place in z. */
bool tk_domain_takes(const tk_feature *feature);

/* Adds a month of a tile to its year. */
void tk_domain_month(const tk_domain *domain, const float *x,
                     const unsigned char *bad, double *year);

/* The year's sums become z, NaN in lanes with a bad month. */
void tk_domain_means(const tk_domain *domain, double *year);

/* Both measures of a tile's z, and the place in z of the input that is furthest
 * beyond its range (n: none is).  Lanes of NaN give NaN, and n.
 */
void tk_domain_measure(const tk_domain *domain, const double *z, double *beyond,
                       double *distance, size_t *worst);

/* **Collective.**  Fits it to the calendar years that lie whole within the months
 * first .. last, of data and of nextra further data sets of the same grid and
 * scaling.  A cell's year counts if all its inputs can be used and it has a
 * target: so what data->hide holds out does not.  Cell-years count alike, as in
 * the loss of a training.  Without a cell-year, or an input that varies, it is
 * left empty, and a note says so.  Reads each data set twice, in `budget` bytes
 * per rank.  The same bits on any number of ranks.  TK_ERUN: no memory.
 */
tk_err tk_domain_fit(const tk_dataset *data, size_t nextra,
                     const tk_dataset *extra, const tk_features *features,
                     int first, int last, size_t budget,
                     tk_domain *domain) TK_MUST;

/* To and from a model file, under the names of `features`.  A file without one
 * gives none; what is read is checked.
 */
tk_err tk_domain_to_store(const tk_domain *domain, const tk_features *features,
                          tk_store *store) TK_MUST;
tk_err tk_domain_from_store(const tk_store *store, const tk_features *features,
                            tk_domain *domain) TK_MUST;

#endif
