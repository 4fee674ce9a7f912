#include "talik/learn/warmest.h"

#include <math.h>
#include <stdlib.h>

#include "talik/core/mem.h"
#include "talik/grid/calendar.h"
#include "talik/learn/walk.h"

typedef struct {
    size_t feature, F;
    size_t nyear, first_own;
    double *sums; /* [own tiles][nyear][2]: of weight * value, of weight */
} means;

/* The mean of a cell's year, whose first month is at `from`; NaN with gaps. */
static double
year_of_cell(const means *w, const tk_patch *p, size_t tile, size_t from,
             size_t l)
{
    double sum = 0;

    for (size_t m = from; m < from + 12; m++) {
        const size_t at = tile * p->nmonth + m;

        if (p->bad[at * TK_TILE + l] != TK_CELL_OK)
            return NAN;
        sum += (double)p->x[(at * w->F + w->feature) * TK_TILE + l];
    }
    return sum / 12;
}

static tk_err
visit(const tk_patch *p, void *context)
{
    means *w = context;

    for (size_t t = 0; t < p->run.ntile; t++) {
        const size_t tile = p->run.first_tile + t - w->first_own;

        for (size_t i = 0; i < w->nyear * TK_TILE; i++) {
            const size_t y = i / TK_TILE, l = i % TK_TILE;
            const double weight = p->weight[t * TK_TILE + l];
            const double mean = year_of_cell(w, p, t, 12 * y, l);
            double *sums = w->sums + (tile * w->nyear + y) * 2;

            if (weight > 0 && !isnan(mean)) {
                sums[0] += weight * mean;
                sums[1] += weight;
            }
        }
    }
    return TK_OK;
}

static int
warmer_first(const void *left, const void *right)
{
    const tk_year_mean *a = left, *b = right;

    if (a->mean != b->mean && !(isnan(a->mean) && isnan(b->mean)))
        return isnan(b->mean) || a->mean > b->mean ? -1 : 1;
    return a->year - b->year;
}

/* **Collective.**  The sums of all tiles, in their order, as a sorted list. */
static tk_err
rank_years(const tk_par *par, const means *w, size_t own, int year,
           tk_year_mean *list)
{
    double *total = tk_new(2 * w->nyear, sizeof *total);
    tk_err err = tk_agree(par, total ? TK_OK : TK_ERUN);

    if (!err)
        err = tk_sum_ordered(par, own, 2 * w->nyear, w->sums, total);
    for (size_t i = 0; i < w->nyear && !err; i++)
        list[i] = (tk_year_mean){
            year + (int)i,
            total[2 * i + 1] > 0 ? total[2 * i] / total[2 * i + 1] : NAN};
    tk_free(total);
    if (!err)
        qsort(list, w->nyear, sizeof *list, warmer_first);
    return err;
}

tk_err
tk_warmest_years(const tk_dataset *data, size_t feature, int first, int last,
                 size_t budget, size_t *n, tk_year_mean *list)
{
    const int january = first + (13 - tk_month_of_year(first)) % 12;
    const int whole = last - january + 1;
    tk_dataset inputs = *data;
    means w = {.feature = feature, .F = data->F};
    size_t own;
    tk_err err;

    *n = w.nyear = whole > 0 ? (size_t)whole / 12 : 0;
    if (*n == 0)
        return TK_OK;
    inputs.targets = NULL; /* not read */
    tk_tile_share(tk_tile_count(data->grid), data->par->rank, data->par->size,
                  &w.first_own, &own);
    w.sums = tk_new(own * 2 * w.nyear, sizeof *w.sums);
    err = tk_agree(data->par, w.sums ? TK_OK : TK_ERUN);
    if (!err)
        err = tk_walk_tiles(&inputs, w.first_own, own, january, 12 * w.nyear,
                            budget, visit, &w);
    if (!err)
        err = rank_years(data->par, &w, own, tk_month_year(january), list);
    tk_free(w.sums);
    return err;
}
