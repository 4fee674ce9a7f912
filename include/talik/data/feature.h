/* talik/data/feature.h -- the predictors, by name, with units and scaling.
 *
 *   name            what it is
 *   tair            a variable of the forcing files, monthly
 *   month_sin, _cos sin, cos(2 pi (m - 1) / 12), January m = 1
 *   elevation       a variable of the static files
 *   aspect_sin,_cos sine and cosine of a static angle in degrees
 *   veg_class=5     1 where the static class has that value, else 0
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
} tk_feature_kind;

typedef struct {
    tk_feature_kind kind;
    char name[TK_FEAT_NAME];
    char variable[TK_FEAT_NAME]; /* "" for months; renamed when files differ */
    char units[TK_FEAT_NAME];    /* of the unscaled value; "" as in the file */
    bool cosine;                 /* of an angle or the month                 */
    double class_value;
    double mean, std;
    double low, high; /* range in the training data, unscaled         */
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

/* Fills everything but scaling from a name as listed above; kind tells dynamic
 * from static where the name does not.
 */
tk_err tk_feature_from_name(const char *name, const char *units, bool is_static,
                            tk_feature *feature) TK_MUST;

/* Index of the feature with that name; features->n if there is none. */
size_t tk_features_find(const tk_features *features, const char *name);

#endif
