/* talik/learn/divergence.h -- projections of several scenarios against a truth.
 *
 * Does the choice of scenario change the answer as much as it changes the truth?
 * For a set of cells (a zone), a depth, and means over the months compared,
 *
 *     ratio = (projected_high - projected_low) / (true_high - true_low)
 *
 * from area-weighted means; of several climate models, from the sums of both
 * differences over those that have both scenarios.  A land mean hides errors that
 * cancel, so all is told by zone too:
 *
 *     continuous     frozen all year in at least half of the base years, and
 *                    colder than `cold` in their mean, at the deepest depth
 *     discontinuous  frozen all year likewise, but not so cold
 *     none           the others
 *
 * Zones are those of the observed soil: where half the years and `cold` cut is a
 * convention that only resembles the zones of permafrost maps, which are drawn by
 * the share of an area that is frozen.
 *
 * Permafrost is where all months of a year lie below a threshold at the deepest
 * depth, and its share of a zone the mean over cells and years.  The threshold is
 * 0 degC for observations and truth; for the projection 0 degC ("raw"), and the
 * lowest one at which `fitted` has no less of it in the base years than was
 * observed ("calibrated"; 0 degC where both have the same area at 0 degC).
 *
 * Cells: those that have every month of the base years and of the years compared,
 * in all files, at all depths (of the base years, at the deepest).
 *
 * Memory  the grid's cells, dealt to ranks, at once: 112 D bytes a cell, and 4 for
 * each base year.
 *
 * Units  K, km2; shares 0..1.  NaN where there is nothing to compare.
 */
#ifndef TALIK_LEARN_DIVERGENCE_H
#define TALIK_LEARN_DIVERGENCE_H

#include "talik/data/target.h"
#include "talik/io/gridfile.h"

typedef enum {
    TK_ZONE_ALL,
    TK_ZONE_CONTINUOUS,
    TK_ZONE_DISCONTINUOUS,
    TK_ZONE_NONE,
    TK_ZONES,
} tk_zone;
const char *tk_zone_name(tk_zone zone);

/* One climate model under one scenario. */
typedef struct {
    size_t climate, scenario; /* below nclimate, nscenario; each pair once */
    tk_targets *projected, *truth;
} tk_future;

/* All borrowed.  Months are of whole years, January to December; at least one
 * future.
 */
typedef struct {
    const tk_par *par;
    const tk_grid *grid;
    const tk_grid_source *source;
    size_t D; /* depths; the last is the deepest */
    size_t nclimate, nscenario, nfuture;
    const tk_future *future;
    size_t low, high; /* scenarios of the ratio; nscenario: none      */
    int first, last;  /* months compared                              */
    tk_targets *observed;
    tk_targets *fitted; /* the model's answers in the base years; NULL: none */
    int base_first, base_last;
    double cold; /* K */
} tk_futures;

/* What is known of one climate model, scenario and zone. */
typedef struct {
    double area;                                   /* km2; 0: not there      */
    double truth[TK_DEPTHS], projected[TK_DEPTHS]; /* means, K               */
    double rmse[TK_DEPTHS]; /* over cells, of the mean over the months, K    */
    double frozen, raw, calibrated; /* shares of the area with permafrost:
                                       true, projected                       */
} tk_scene;

/* Begin with {0}; tk_divergence_drop ends it. */
typedef struct {
    size_t nclimate, nscenario, D;
    double threshold; /* K; NaN without `fitted`: calibrated is raw          */
    double cells, left_out; /* compared; with something missing              */
    double share[TK_ZONES]; /* of the compared area                          */
    tk_scene *scene;        /* [nclimate + 1][nscenario][TK_ZONES], the last
                               of all climate models that have the scenario  */
    double *ratio;          /* [nclimate + 1][TK_ZONES][D]                   */
} tk_divergence;

/* **Collective.**  The same bits on any number of ranks.  TK_EDATA if no cell has
 * all values, or no threshold within 20 K of 0 degC does.
 */
tk_err tk_diverge(const tk_futures *futures, tk_divergence *result) TK_MUST;
void tk_divergence_drop(tk_divergence *result);

/* The scene of climate model c (nclimate: all together). */
const tk_scene *tk_divergence_scene(const tk_divergence *result, size_t c,
                                    size_t scenario, tk_zone zone);
double tk_divergence_ratio(const tk_divergence *result, size_t c, tk_zone zone,
                           size_t depth);

#endif
