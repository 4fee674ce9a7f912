#include "talik/learn/divergence.h"

#include <math.h>
#include <string.h>

#include "divergence_impl.h"
#include "talik/core/mem.h"

const char *
tk_zone_name(tk_zone zone)
{
    static const char *const name[TK_ZONES] = {"all", "continuous",
                                               "discontinuous", "none"};

    return name[zone];
}

const tk_scene *
tk_divergence_scene(const tk_divergence *r, size_t c, size_t scenario,
                    tk_zone zone)
{
    return &r->scene[(c * r->nscenario + scenario) * TK_ZONES + zone];
}

double
tk_divergence_ratio(const tk_divergence *r, size_t c, tk_zone zone,
                    size_t depth)
{
    return r->ratio[(c * TK_ZONES + zone) * r->D + depth];
}

void
tk_divergence_drop(tk_divergence *r)
{
    tk_free(r->scene);
    tk_free(r->ratio);
    *r = (tk_divergence){0};
}

/* ---- sums ---------------------------------------------------------------- */

/* Sums of a zone, all weighted by area: 1, the shares of ice, and by depth truth,
 * projection, squares of their difference.
 */
#define FIXED (1 + TK_ICES)
#define WIDTH(D) (FIXED + 3 * (D))

static void
add_cell(const tk_soils *s, size_t lane, double *sum)
{
    const size_t D = s->f->D, nlane = s->run.nlane;
    const double a = s->area[lane];

    sum[0] += a;
    for (size_t k = 0; k < TK_ICES; k++)
        sum[1 + k] += a * s->ice[k][lane];
    for (size_t d = 0; d < D; d++) {
        const double truth = s->truth[d * nlane + lane];
        const double projected = s->projected[d * nlane + lane];

        sum[FIXED + d] += a * truth;
        sum[FIXED + D + d] += a * projected;
        sum[FIXED + 2 * D + d] += a * (projected - truth) * (projected - truth);
    }
}

/* **Collective.**  The sums of one future over the cells that have all values:
 * total[TK_ZONES][WIDTH].
 */
static tk_err
sum_future(const tk_soils *s, double *tile, double *total)
{
    const size_t width = WIDTH(s->f->D), row = TK_ZONES * width;

    memset(tile, 0, s->run.ntile * row * sizeof *tile);
    for (size_t l = 0; l < s->run.nlane; l++) {
        double *sum = tile + l / TK_TILE * row;

        if (!s->there[l])
            continue;
        add_cell(s, l, sum);
        add_cell(s, l, sum + (size_t)s->zone[l] * width);
    }
    return tk_sum_ordered(s->f->par, s->run.ntile, row, tile, total);
}

/* Sums over n climate models, which all have the same cells. */
static void
finish_scene(size_t D, double n, const double *sum, tk_scene *s)
{
    s->area = sum[0] > 0 ? sum[0] / n : 0;
    s->frozen = sum[1 + TK_ICE_TRUE] / sum[0];
    s->raw = sum[1 + TK_ICE_RAW] / sum[0];
    s->calibrated = sum[1 + TK_ICE_CALIBRATED] / sum[0];
    for (size_t d = 0; d < D; d++) {
        s->truth[d] = sum[FIXED + d] / sum[0];
        s->projected[d] = sum[FIXED + D + d] / sum[0];
        s->rmse[d] = sqrt(sum[FIXED + 2 * D + d] / sum[0]);
    }
}

/* ---- ratios -------------------------------------------------------------- */

/* Adds the differences between the scenarios of climate model c, if it has both. */
static void
add_rise(const tk_futures *f, const tk_divergence *r, size_t c, tk_zone z,
         size_t d, double *truth, double *projected)
{
    const tk_scene *low, *high;

    if (f->low >= f->nscenario || f->high >= f->nscenario)
        return;
    low = tk_divergence_scene(r, c, f->low, z);
    high = tk_divergence_scene(r, c, f->high, z);
    if (!(low->area > 0) || !(high->area > 0))
        return;
    *truth += high->truth[d] - low->truth[d];
    *projected += high->projected[d] - low->projected[d];
}

/* Of all climate models together by sums: a mean of ratios would be ruled by the
 * one whose scenarios hardly differ.
 */
static void
set_ratios(const tk_futures *f, tk_divergence *r)
{
    for (size_t c = 0; c <= f->nclimate; c++)
        for (size_t i = 0; i < TK_ZONES * f->D; i++) {
            const tk_zone z = (tk_zone)(i / f->D);
            double truth = 0, projected = 0;

            for (size_t k = 0; k < f->nclimate; k++)
                if (c == f->nclimate || k == c)
                    add_rise(f, r, k, z, i % f->D, &truth, &projected);
            r->ratio[c * TK_ZONES * f->D + i] =
                truth != 0 ? projected / truth : NAN;
        }
}

/* ---- all of it ----------------------------------------------------------- */

/* Pairs of climate model and scenario without files have no numbers. */
static tk_err
make_result(const tk_futures *f, tk_divergence *r)
{
    const size_t nscene = (f->nclimate + 1) * f->nscenario * TK_ZONES;

    r->nclimate = f->nclimate;
    r->nscenario = f->nscenario;
    r->D = f->D;
    r->threshold = NAN;
    r->scene = tk_new(nscene, sizeof *r->scene);
    r->ratio = tk_new((f->nclimate + 1) * TK_ZONES * f->D, sizeof *r->ratio);
    if (!r->scene || !r->ratio)
        return TK_ERUN;
    for (size_t i = 0; i < nscene; i++) {
        static const double nothing[WIDTH(TK_DEPTHS)];

        finish_scene(TK_DEPTHS, 1, nothing, &r->scene[i]);
    }
    return TK_OK;
}

/* **Collective.**  Reads everything once to see which cells have it all. */
static tk_err
find_cells(tk_soils *s, tk_divergence *r)
{
    const tk_futures *f = s->f;
    uint64_t n[2] = {0};

    TK_TRY(tk_soils_base(s));
    for (size_t i = 0; i < f->nfuture; i++)
        TK_TRY(tk_soils_future(s, &f->future[i], TK_FREEZING));
    for (size_t l = 0; l < s->run.ncell; l++)
        n[!s->there[l]]++;
    tk_sum_u64(f->par, 2, n);
    r->cells = (double)n[0];
    r->left_out = (double)n[1];
    if (n[0] == 0)
        return tk_fail(TK_EDATA, "no cell has a value in every month of the "
                                 "base years and of the years compared");
    return f->fitted ? tk_soils_calibrate(s, &r->threshold) : TK_OK;
}

/* **Collective.**  work[1 + nscenario + tiles][TK_ZONES][WIDTH]: a future's sums,
 * those of all climate models by scenario, those by tile.
 */
static tk_err
compare(tk_soils *s, double *work, tk_divergence *r)
{
    const tk_futures *f = s->f;
    const size_t width = WIDTH(f->D), row = TK_ZONES * width;
    const double threshold = f->fitted ? r->threshold : TK_FREEZING;
    double *total = work, *pooled = work + row;
    double *tile = pooled + f->nscenario * row;

    for (size_t i = 0; i < f->nfuture; i++) {
        const tk_future *future = &f->future[i];
        tk_scene *scene =
            &r->scene[(future->climate * f->nscenario + future->scenario)
                      * TK_ZONES];

        TK_TRY(tk_soils_future(s, future, threshold));
        TK_TRY(sum_future(s, tile, total));
        for (size_t z = 0; z < TK_ZONES; z++)
            finish_scene(f->D, 1, total + z * width, &scene[z]);
        for (size_t k = 0; k < row; k++)
            pooled[future->scenario * row + k] += total[k];
    }
    for (size_t z = 0; z < TK_ZONES; z++)
        r->share[z] = total[z * width] / total[0];
    for (size_t i = 0; i < f->nscenario; i++) {
        tk_scene *scene =
            &r->scene[(f->nclimate * f->nscenario + i) * TK_ZONES];
        double n = 0;

        for (size_t k = 0; k < f->nfuture; k++)
            n += f->future[k].scenario == i;
        for (size_t z = 0; z < TK_ZONES; z++)
            finish_scene(f->D, n, pooled + i * row + z * width, &scene[z]);
    }
    set_ratios(f, r);
    return TK_OK;
}

tk_err
tk_diverge(const tk_futures *f, tk_divergence *r)
{
    const size_t row = TK_ZONES * WIDTH(f->D);
    tk_soils s = {0};
    double *work = NULL;
    tk_err err = tk_agree(f->par, make_result(f, r));

    if (!err)
        err = tk_soils_make(f, &s);
    if (!err)
        err = find_cells(&s, r);
    if (!err) {
        work = tk_new((1 + f->nscenario + s.run.ntile) * row, sizeof *work);
        err = tk_agree(f->par, work ? TK_OK : TK_ERUN);
    }
    if (!err)
        err = compare(&s, work, r);
    tk_free(work);
    tk_soils_drop(&s);
    if (err)
        tk_divergence_drop(r);
    return err;
}
