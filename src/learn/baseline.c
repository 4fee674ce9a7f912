#include "talik/learn/baseline.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "talik/core/mem.h"

const double tk_penalty[TK_PENALTIES] = {1e-3, 1e-2, 1e-1, 1, 10};

void
tk_climatology(const double *y, size_t january, tk_span fit, double mean[12])
{
    double n[12] = {0}, sum[12] = {0};

    for (size_t m = fit.first; m <= fit.last; m++)
        if (!isnan(y[m])) {
            n[(m + january) % 12] += 1;
            sum[(m + january) % 12] += y[m];
        }
    for (size_t k = 0; k < 12; k++)
        mean[k] = n[k] > 0 ? sum[k] / n[k] : NAN;
}

/* Scratch of one regression. */
typedef struct {
    size_t L, n;
    double mean_y;
    double *mean;   /* [L] of the lags      */
    double *gram;   /* [L][L] centred       */
    double *matrix; /* [L][L] for LAPACK    */
    double *moment; /* [L] of y and lags    */
    double *slope;  /* [L]                  */
} regression;

static bool
usable(const double *y, const double *air, size_t m, size_t L)
{
    if (isnan(y[m]))
        return false;
    for (size_t i = 0; i < L; i++)
        if (isnan(air[m - i]))
            return false;
    return true;
}

/* Means and centred sums of the months of the span that are one calendar month:
 * every 12th from `start`.
 */
static void
accumulate(regression *r, const double *y, const double *air, size_t start,
           size_t last)
{
    const size_t L = r->L;

    r->n = 0;
    r->mean_y = 0;
    memset(r->mean, 0, L * sizeof *r->mean);
    memset(r->gram, 0, L * L * sizeof *r->gram);
    memset(r->moment, 0, L * sizeof *r->moment);
    for (size_t m = start; m <= last; m += 12)
        if (usable(y, air, m, L)) {
            r->n++;
            r->mean_y += y[m];
            for (size_t i = 0; i < L; i++)
                r->mean[i] += air[m - i];
        }
    if (r->n == 0)
        return;
    r->mean_y /= (double)r->n;
    for (size_t i = 0; i < L; i++)
        r->mean[i] /= (double)r->n;
    for (size_t m = start; m <= last; m += 12)
        if (usable(y, air, m, L))
            for (size_t i = 0; i < L; i++) {
                const double x = air[m - i] - r->mean[i];

                r->moment[i] += x * (y[m] - r->mean_y);
                for (size_t j = 0; j <= i; j++)
                    r->gram[i * L + j] += x * (air[m - j] - r->mean[j]);
            }
}

/* Slopes for one penalty; all 0, the climatology, where the lags are constant. */
static void
solve(regression *r, double penalty)
{
    const size_t L = r->L;
    double trace = 0;

    for (size_t i = 0; i < L; i++)
        trace += r->gram[i * L + i];
    memcpy(r->matrix, r->gram, L * L * sizeof *r->matrix);
    memcpy(r->slope, r->moment, L * sizeof *r->slope);
    for (size_t i = 0; i < L; i++)
        r->matrix[i * L + i] += penalty * trace / (double)L;
    if (!(trace > 0)
        || LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', (int)L, 1, r->matrix, (int)L,
                         r->slope, 1)
               != 0)
        memset(r->slope, 0, L * sizeof *r->slope);
}

tk_err
tk_lagged_air(size_t nmonth, const double *y, const double *air, size_t L,
              tk_span fit, double *predicted)
{
    const size_t room = 2 * L * L + 3 * L;
    double *scratch = tk_new(room, sizeof *scratch);
    regression r = {.L = L};

    if (!scratch)
        return TK_ERUN;
    r.gram = scratch;
    r.matrix = r.gram + L * L;
    r.mean = r.matrix + L * L;
    r.moment = r.mean + L;
    r.slope = r.moment + L;
    for (size_t k = 0; k < 12; k++) {
        accumulate(&r, y, air, fit.first + k, fit.last);
        for (size_t p = 0; p < TK_PENALTIES; p++) {
            solve(&r, tk_penalty[p]);
            for (size_t m = (fit.first + k) % 12; m < nmonth; m += 12) {
                double sum = r.n > 0 && m + 1 >= L ? r.mean_y : NAN;

                for (size_t i = 0; i < L && m + 1 >= L; i++)
                    sum += r.slope[i] * (air[m - i] - r.mean[i]);
                predicted[p * nmonth + m] = sum;
            }
        }
    }
    tk_free(scratch);
    return TK_OK;
}
