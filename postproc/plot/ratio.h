/* ratio.h -- what `talik divergence` found: how far two scenarios lie apart in
 * a projection, as a ratio of how far they do in truth.
 */
#ifndef TALIK_PLOT_RATIO_H
#define TALIK_PLOT_RATIO_H

#include "plot.h"

#define TK_RATIO_WORD 48
#define TK_RATIO_MODELS 16
#define TK_RATIO_METHODS TK_PALETTE
#define TK_RATIO_DEPTHS 32
#define TK_RATIO_SEEDS 64 /* of a bar */

/* One seed of a model and method at a depth, in the zone that is drawn. */
typedef struct {
    size_t model, method, depth; /* numbers in the lists below */
    char seed[TK_RATIO_WORD];
    double ratio; /* NaN: none */
} tk_ratio;

/* Models, methods, zones and depths in the order of their first appearance;
 * models and methods are those of the zone.
 */
typedef struct {
    size_t nmodel, nmethod, nzone, ndepth;
    char model[TK_RATIO_MODELS][TK_RATIO_WORD];
    char method[TK_RATIO_METHODS][TK_RATIO_WORD];
    char zone[16][TK_RATIO_WORD];
    double depth[TK_RATIO_DEPTHS]; /* m */
    size_t n, room;
    tk_ratio *ratio;              /* [n] */
    size_t nk, k[TK_PLOT_DEPTHS]; /* the depths drawn */
} tk_ratios;

/* A bar: the seeds that have a ratio, their mean and extremes. */
typedef struct {
    size_t n;
    double seed[TK_RATIO_SEEDS];
    double mean, low, high; /* NaN if n is 0 */
} tk_ratio_bar;

/* ---- ratio.c ---- */

/* All files of the command line; tk_ratios_free ends it in any case.  TK_EDATA
 * if the zone or a depth is not there, or nothing has a ratio.
 */
tk_err tk_ratios_read(const tk_plot_opts *opts, tk_ratios *ratios) TK_MUST;
void tk_ratios_free(tk_ratios *ratios);

/* Of the depth k; false if no file has that model by that method at all. */
bool tk_ratio_bar_of(const tk_ratios *ratios, size_t model, size_t method,
                     size_t k, tk_ratio_bar *bar);

/* -z, or all. */
const char *tk_ratio_zone(const tk_plot_opts *opts);

#endif
