#include "talik/data/yearly.h"

#include <math.h>

#include <gsl/gsl_movstat.h>

#include "inputs_impl.h"
#include "talik/core/mem.h"

typedef struct {
    const tk_dataset *data;
    size_t f;
    int january;         /* of the first year */
    size_t nyear, years; /* all; at once */
    double *sums;        /* [own tiles][nyear][2]: of area * value, of area */
} means;

/* The mean of a lane's year in raw[12][nlane]; NaN with gaps. */
static double
year_of_cell(const means *w, const float *raw, size_t nlane, size_t lane)
{
    double sum = 0;

    for (size_t m = 0; m < 12; m++) {
        const float value = raw[m * nlane + lane];

        if (tk_inputs_judge(w->data->inputs, w->f, value) != TK_CELL_OK)
            return NAN;
        sum += (double)value;
    }
    return sum / 12;
}

/* Year y of a piece into its tiles' sums[.][nyear][2]. */
static void
add_year(const means *w, const tk_run *run, const double *area,
         const float *raw, size_t y, double *sums)
{
    for (size_t l = 0; l < run->ncell; l++) {
        const double mean = year_of_cell(w, raw, run->nlane, l);
        double *to = sums + (l / TK_TILE * w->nyear + y) * 2;

        if (!isnan(mean)) {
            to[0] += area[l] * mean;
            to[1] += area[l];
        }
    }
}

/* **Collective.**  All years of n tiles, perhaps none. */
static tk_err
add_piece(const means *w, size_t first_tile, size_t n, double *sums)
{
    const tk_par *par = w->data->par;
    tk_run run = {0};
    float *raw = NULL;
    double *place = NULL; /* lat, lon, area */
    tk_err err = tk_run_make(w->data->grid, first_tile, n, &run);

    if (!err) {
        raw = tk_new(12 * w->years * run.nlane, sizeof *raw);
        place = tk_new(3 * run.nlane, sizeof *place);
        err = raw && place ? TK_OK : TK_ERUN;
    }
    err = tk_agree(par, err);
    if (!err)
        err = tk_grid_lanes(par, w->data->source, w->data->grid, &run, place,
                            place + run.nlane, place + 2 * run.nlane);
    for (size_t y = 0; y < w->nyear && !err; y += w->years) {
        const size_t left = w->nyear - y;
        const size_t k = left < w->years ? left : w->years;

        err = tk_series_read(tk_inputs_series(w->data->inputs, w->f), &run,
                             w->january + 12 * (int)y, 12 * k, raw);
        for (size_t i = 0; i < k && !err; i++)
            add_year(w, &run, place + 2 * run.nlane, raw + 12 * i * run.nlane,
                     y + i, sums);
    }
    tk_free(place);
    tk_free(raw);
    tk_run_drop(&run);
    return err;
}

/* **Collective.**  All own tiles, as many at a time as the budget holds. */
static tk_err
add_tiles(means *w, size_t first_tile, size_t own, size_t budget)
{
    const size_t ranks = (size_t)w->data->par->size;
    const size_t most = (tk_tile_count(w->data->grid) + ranks - 1) / ranks;
    const size_t year = TK_TILE * 12 * sizeof(float);
    const size_t fit = tk_at_once(budget, year);
    const size_t at_once = fit < most || most == 0 ? fit : most;
    size_t rounds = tk_par_rounds(w->data->par, own, at_once);

    w->years = fit / at_once < w->nyear ? fit / at_once : w->nyear;
    for (size_t done = 0; rounds > 0; rounds--) {
        const size_t n = own - done < at_once ? own - done : at_once;

        TK_TRY(
            add_piece(w, first_tile + done, n, w->sums + done * w->nyear * 2));
        done += n;
    }
    return TK_OK;
}

tk_err
tk_yearly_means(const tk_dataset *data, size_t f, int first, int last,
                size_t budget, int *year, size_t *n, double *mean)
{
    const int january = first + (13 - tk_month_of_year(first)) % 12;
    const int months = last - january + 1;
    means w = {.data = data, .f = f, .january = january};
    double *total = NULL;
    size_t first_own, own;
    tk_err err;

    *year = tk_month_year(january);
    *n = w.nyear = months > 0 ? (size_t)months / 12 : 0;
    if (*n == 0)
        return TK_OK;
    tk_tile_share(tk_tile_count(data->grid), data->par->rank, data->par->size,
                  &first_own, &own);
    w.sums = tk_new(own * 2 * w.nyear, sizeof *w.sums);
    total = tk_new(2 * w.nyear, sizeof *total);
    err = tk_agree(data->par, w.sums && total ? TK_OK : TK_ERUN);
    if (!err)
        err = add_tiles(&w, first_own, own, budget);
    if (!err)
        err = tk_sum_ordered(data->par, own, 2 * w.nyear, w.sums, total);
    for (size_t i = 0; i < w.nyear && !err; i++)
        mean[i] = total[2 * i + 1] > 0 ? total[2 * i] / total[2 * i + 1] : NAN;
    tk_free(total);
    tk_free(w.sums);
    return err;
}

/* ---- smoothing ----------------------------------------------------------- */

/* GSL's own moving mean slides, with round-off that depends on what it has
 * passed, and knows no gaps.
 */
static double
mean_of_finite(size_t n, double x[], void *unused)
{
    double sum = 0;
    size_t count = 0;

    (void)unused;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i])) {
            sum += x[i];
            count++;
        }
    return count ? sum / (double)count : NAN;
}

tk_err
tk_yearly_smooth(size_t n, const double *x, size_t before, double *smooth)
{
    const gsl_movstat_function mean = {mean_of_finite, NULL};
    gsl_movstat_workspace *w = gsl_movstat_alloc2(before, 0);
    int failed = 0;

    if (!w)
        return tk_fail(TK_ERUN, "no memory for a moving mean");
    if (n > 0) {
        const gsl_vector_const_view in = gsl_vector_const_view_array(x, n);
        gsl_vector_view out = gsl_vector_view_array(smooth, n);

        failed = gsl_movstat_apply(GSL_MOVSTAT_END_TRUNCATE, &mean, &in.vector,
                                   &out.vector, w);
    }
    gsl_movstat_free(w);
    return failed ? tk_fail(TK_ERUN, "a moving mean of %zu years failed", n)
                  : TK_OK;
}
