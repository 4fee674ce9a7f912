/* talik/data/feature.h -- the predictors, by name, with units and scaling.
 *
 *   name            what it is
 *   tair            a variable of the forcing files, monthly
 *   tair_mean12     its mean over 12 months, the month's own the last
 *   tair_mean36_12  its mean over 36 months less that over 12
 *   tair_regional   mean of tair over all cells and 10 years, in K as tair
 *   anthropogenic_forcing  of the scenario (talik/phys/rcp.h)
 *   month_sin, _cos sin, cos(2 pi (m - 1) / 12), January m = 1
 *   elevation       a variable of the static files
 *   aspect_sin,_cos sine and cosine of a static angle in degrees
 *   veg_class=5     1 where the static class has that value, else 0
 *
 * The two of them that are the same in all cells are signals.  With _held behind
 * its name a signal stays within its range in the training data.
 *
 * Scaled value = (value - mean) / std.  Months and classes keep mean 0, std 1;
 * the others take both from training cells and months, once, for all scenarios.
 */
#ifndef TALIK_DATA_FEATURE_H
#define TALIK_DATA_FEATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/core/error.h"

#define TK_FEATURES 128 /* at most so many                     */
#define TK_FEAT_NAME 64 /* bytes of a name or unit with its NUL */

typedef enum {
    TK_FEAT_DYNAMIC, /* of the forcing files            */
    TK_FEAT_MONTH,   /* of the calendar                 */
    TK_FEAT_STATIC,  /* of the static files             */
    TK_FEAT_ANGLE,   /* sine or cosine of a static one  */
    TK_FEAT_CLASS,   /* one-hot of a static one         */
    TK_FEAT_SLOW,    /* trailing mean of a dynamic one  */
    TK_FEAT_SIGNAL,  /* one value of all cells, monthly */
} tk_feature_kind;

typedef struct {
    tk_feature_kind kind;
    char name[TK_FEAT_NAME];
    char variable[TK_FEAT_NAME]; /* "" for months; renamed when files differ;
                                    of a slow mean its dynamic feature, of a
                                    regional one as well                    */
    char units[TK_FEAT_NAME];    /* of the unscaled value; "" as in the file */
    bool cosine;                 /* of an angle or the month                 */
    double class_value;
    size_t months; /* of a slow mean, 1 .. TK_TRAIL_MONTHS           */
    size_t less;   /* months of the mean that is taken off it; 0: none */
    bool held;     /* of a signal: within low .. high                       */
    double mean, std;
    double low, high; /* range in the training data, unscaled; of a signal
                         NaN as long as that is not known                   */
} tk_feature;

typedef struct {
    size_t n;
    tk_feature f[TK_FEATURES];
} tk_features;

/* Appends a feature of the kind; for angles and the month both sine and cosine.
 * TK_ECONF: too many, a name too long, or twice the same.
 */
tk_err tk_features_add(tk_features *features, tk_feature_kind kind,
                       const char *variable, const char *units) TK_MUST;
tk_err tk_features_add_class(tk_features *features, const char *variable,
                             double class_value) TK_MUST;

/* The mean of a dynamic feature over so many months (talik/data/trail.h), less
 * that over `less` of them (0: as it is).
 */
tk_err tk_features_add_slow(tk_features *features, const char *dynamic,
                            size_t months, size_t less,
                            const char *units) TK_MUST;

/* A signal: the mean of a dynamic feature over the region, or with "" the
 * anthropogenic forcing.
 */
tk_err tk_features_add_signal(tk_features *features, const char *dynamic,
                              bool held, const char *units) TK_MUST;

/* Whether it is made of a dynamic feature: a slow mean, a regional signal. */
bool tk_feature_has_base(const tk_feature *feature);

/* Whether it comes from the static files: one value of a cell for all months. */
bool tk_feature_is_static(const tk_feature *feature);

/* Fills everything but scaling from a name as listed above; is_static tells
 * dynamic from static where the name does not.  A name that ends in _mean and a
 * number is that of a slow mean, unless it is static; signals likewise.
 */
tk_err tk_feature_from_name(const char *name, const char *units, bool is_static,
                            tk_feature *feature) TK_MUST;

/* Whether both are the same numbers to a model: names, kinds, units, scaling,
 * the range within which a signal is held.
 */
bool tk_features_same(const tk_features *a, const tk_features *b);

/* The slow mean over most months; NULL if there is none.  Borrowed. */
const tk_feature *tk_features_slowest(const tk_features *features);

/* Index of the feature with that name; features->n if there is none. */
size_t tk_features_find(const tk_features *features, const char *name);

/* Index of the dynamic feature that another one is made of; features->n if there
 * is none.  tk_features_check: TK_EDATA if one that has_base is without.
 */
size_t tk_features_base(const tk_features *features, const tk_feature *mean);
tk_err tk_features_check(const tk_features *features) TK_MUST;

#endif
