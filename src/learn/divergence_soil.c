/* Soil by years: means, frozen years, zones, the threshold of permafrost. */
#include <math.h>
#include <string.h>

#include "divergence_impl.h"
#include "talik/core/mem.h"

#define YEAR 12
#define SEARCHED 20 /* K on either side of 0 degC */
#define HALVINGS 48 /* to 1e-13 K: finer than single precision tells apart */

static tk_err
allocate(tk_soils *s)
{
    const tk_futures *f = s->f;
    const size_t nlane = s->run.nlane;
    bool ok;

    s->y = tk_new(nlane * YEAR * f->D, sizeof *s->y);
    s->area = tk_new(nlane, sizeof *s->area);
    s->warmest =
        tk_new(f->fitted ? s->base_years * nlane : 0, sizeof *s->warmest);
    s->frozen = tk_new(nlane, sizeof *s->frozen);
    s->base = tk_new(nlane, sizeof *s->base);
    s->there = tk_new(nlane, sizeof *s->there);
    s->zone = tk_new(nlane, sizeof *s->zone);
    s->truth = tk_new(f->D * nlane, sizeof *s->truth);
    s->projected = tk_new(f->D * nlane, sizeof *s->projected);
    ok = s->y && s->area && s->warmest && s->frozen && s->base && s->there
         && s->zone && s->truth && s->projected;
    for (size_t k = 0; k < TK_ICES; k++) {
        s->ice[k] = tk_new(nlane, sizeof *s->ice[k]);
        ok = ok && s->ice[k];
    }
    return ok ? TK_OK : TK_ERUN;
}

tk_err
tk_soils_make(const tk_futures *f, tk_soils *s)
{
    double *lat = NULL;
    size_t first, ntile;
    tk_err err;

    s->f = f;
    s->base_years = (size_t)(f->base_last - f->base_first + 1) / YEAR;
    tk_tile_share(tk_tile_count(f->grid), f->par->rank, f->par->size, &first,
                  &ntile);
    err = tk_run_make(f->grid, first, ntile, &s->run);
    if (!err)
        err = allocate(s);
    if (!err && !(lat = tk_new(2 * s->run.nlane, sizeof *lat)))
        err = TK_ERUN;
    err = tk_agree(f->par, err);
    if (!err)
        err = tk_grid_lanes(f->par, f->source, f->grid, &s->run, lat,
                            lat + s->run.nlane, s->area);
    tk_free(lat);
    for (size_t l = 0; l < s->run.nlane && !err; l++) {
        s->there[l] = l < s->run.ncell;
        s->area[l] *= 1e-6;
    }
    return err;
}

void
tk_soils_drop(tk_soils *s)
{
    tk_free(s->y);
    tk_free(s->area);
    tk_free(s->warmest);
    tk_free(s->frozen);
    tk_free(s->base);
    tk_free(s->there);
    tk_free(s->zone);
    tk_free(s->truth);
    tk_free(s->projected);
    for (size_t k = 0; k < TK_ICES; k++)
        tk_free(s->ice[k]);
    tk_run_drop(&s->run);
}

/* Adds depth d's months of the year at hand in lane `lane` to *sum; the warmest
 * of them.  NaN if one is missing.
 */
static float
year_of(const tk_soils *s, size_t lane, size_t d, double *sum)
{
    const size_t D = s->f->D, t = lane / TK_TILE, l = lane % TK_TILE;
    float warmest = -HUGE_VALF;

    for (size_t m = 0; m < YEAR; m++) {
        const float y = s->y[((t * YEAR + m) * D + d) * TK_TILE + l];

        if (isnan(y))
            return NAN;
        *sum += (double)y;
        warmest = y > warmest ? y : warmest;
    }
    return warmest;
}

/* ---- the base years ------------------------------------------------------ */

/* One year of observations, or of the fitted answers, at the deepest depth. */
static void
take_observed(tk_soils *s)
{
    for (size_t l = 0; l < s->run.nlane; l++) {
        const float warmest = year_of(s, l, s->f->D - 1, &s->base[l]);

        s->there[l] = s->there[l] && !isnan(warmest);
        s->frozen[l] += (double)warmest < TK_FREEZING;
    }
}

static void
take_fitted(tk_soils *s, float *warmest)
{
    double unused = 0;

    for (size_t l = 0; l < s->run.nlane; l++) {
        warmest[l] = year_of(s, l, s->f->D - 1, &unused);
        s->there[l] = s->there[l] && !isnan(warmest[l]);
    }
}

static tk_zone
zone_of(double frozen, double base, double cold)
{
    if (frozen < 0.5)
        return TK_ZONE_NONE;
    return base < cold ? TK_ZONE_CONTINUOUS : TK_ZONE_DISCONTINUOUS;
}

tk_err
tk_soils_base(tk_soils *s)
{
    const tk_futures *f = s->f;
    const size_t nlane = s->run.nlane;

    for (size_t i = 0; i < s->base_years; i++) {
        const int month = f->base_first + (int)i * YEAR;

        TK_TRY(tk_targets_fill(f->observed, &s->run, month, YEAR, s->y));
        take_observed(s);
        if (!f->fitted)
            continue;
        TK_TRY(tk_targets_fill(f->fitted, &s->run, month, YEAR, s->y));
        take_fitted(s, s->warmest + i * nlane);
    }
    for (size_t l = 0; l < nlane; l++) {
        s->frozen[l] /= (double)s->base_years;
        s->base[l] /= (double)(YEAR * s->base_years);
        s->zone[l] = zone_of(s->frozen[l], s->base[l], f->cold);
    }
    return TK_OK;
}

/* **Collective.**  Area of permafrost in the base years: of the observed ones
 * (total[0]), and of the fitted ones at a threshold (total[1]).
 */
static tk_err
base_area(const tk_soils *s, double threshold, double *tile, double total[2])
{
    const size_t nlane = s->run.nlane;

    memset(tile, 0, 2 * s->run.ntile * sizeof *tile);
    for (size_t l = 0; l < nlane; l++) {
        double *sum = tile + l / TK_TILE * 2, years = 0;

        if (!s->there[l])
            continue;
        for (size_t i = 0; i < s->base_years; i++)
            years += (double)s->warmest[i * nlane + l] < threshold;
        sum[0] += s->area[l] * s->frozen[l];
        sum[1] += s->area[l] * (years / (double)s->base_years);
    }
    return tk_sum_ordered(s->f->par, s->run.ntile, 2, tile, total);
}

/* Bisection: the area grows with the threshold, in steps.  `high` always has
 * enough of it, once it has been tried.
 */
tk_err
tk_soils_calibrate(const tk_soils *s, double *threshold)
{
    double low = TK_FREEZING - SEARCHED, high = TK_FREEZING + SEARCHED;
    double at = TK_FREEZING, total[2];
    double *tile = tk_new(2 * s->run.ntile, sizeof *tile);
    bool same = false, enough = false;
    tk_err err = tk_agree(s->f->par, tile ? TK_OK : TK_ERUN);

    for (int i = 0; i <= HALVINGS && !err && !same; i++) {
        err = base_area(s, at, tile, total);
        same = i == 0 && !err && total[1] == total[0];
        if (!err && total[1] < total[0])
            low = at;
        else
            high = at;
        enough = enough || high == at;
        at = 0.5 * (low + high);
    }
    tk_free(tile);
    *threshold = high;
    if (err || enough)
        return err;
    return tk_fail(TK_EDATA,
                   "no threshold up to %d degC gives the fitted soil as much "
                   "permafrost as was observed in the base years",
                   SEARCHED);
}

/* ---- a future ------------------------------------------------------------ */

/* **Collective.**  Means of all depths, and shares of n thresholds' frozen years.
 */
static tk_err
read_side(tk_soils *s, tk_targets *side, double *mean, size_t n,
          const double *threshold, double *const *ice)
{
    const tk_futures *f = s->f;
    const size_t D = f->D, nlane = s->run.nlane;
    const double years = (f->last - f->first + 1) / YEAR;

    memset(mean, 0, D * nlane * sizeof *mean);
    for (size_t k = 0; k < n; k++)
        memset(ice[k], 0, nlane * sizeof *ice[k]);
    for (int month = f->first; month <= f->last; month += YEAR) {
        TK_TRY(tk_targets_fill(side, &s->run, month, YEAR, s->y));
        for (size_t i = 0; i < D * nlane; i++) {
            const size_t d = i / nlane, l = i % nlane;
            const double warmest = (double)year_of(s, l, d, &mean[i]);

            s->there[l] = s->there[l] && !isnan(warmest);
            for (size_t k = 0; k < n && d == D - 1; k++)
                ice[k][l] += warmest < threshold[k];
        }
    }
    for (size_t i = 0; i < D * nlane; i++)
        mean[i] /= years * YEAR;
    for (size_t i = 0; i < n * nlane; i++)
        ice[i / nlane][i % nlane] /= years;
    return TK_OK;
}

tk_err
tk_soils_future(tk_soils *s, const tk_future *future, double threshold)
{
    const double freezing[1] = {TK_FREEZING};
    const double both[2] = {TK_FREEZING, threshold};

    TK_TRY(read_side(s, future->truth, s->truth, 1, freezing,
                     s->ice + TK_ICE_TRUE));
    return read_side(s, future->projected, s->projected, 2, both,
                     s->ice + TK_ICE_RAW);
}
