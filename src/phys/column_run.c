/* column_run.c -- months of a tile, bundle by bundle. */
#include "column_impl.h"

#include <math.h>
#include <string.h>

#define N TK_TILE

size_t
tk_column_steps(const tk_column *col, int days)
{
    const double n = ceil(days / col->o.step - 1e-9);

    return n < 1.0 ? 1 : (size_t)n;
}

void
tk_column_window(const tk_column *col, const tk_column_forcing *f, size_t t,
                 tk_month_window *w)
{
    const size_t at = f->before + t, end = f->before + f->nmonth + f->after;
    const size_t from = at > TK_MONTH_REACH ? at - TK_MONTH_REACH : 0;
    const size_t to = at + TK_MONTH_REACH < end ? at + TK_MONTH_REACH + 1 : end;

    w->n = to - from;
    w->centre = at - from;
    for (size_t i = 0; i < w->n; i++) {
        w->days[i] = f->days[from + i];
        w->steps[i] = tk_column_steps(col, w->days[i]);
        w->mean[i] = f->tair + (from + i) * N;
    }
}

/* Months of the cells in bundles of L.  The months are the outer loop of a
 * bundle, so that its nodes stay in cache.
 */
static void
run(const tk_column *col, const tk_ground *g, const tk_column_forcing *f,
    double *state, const tk_column_output *out, double *work, size_t L)
{
    double *node = work;

    for (size_t first = 0; first < N; first += L) {
        tk_bundle b;

        tk_bundle_ground(&b, col, g, first, L, node);
        tk_bundle_load(&b, state, first, L);
        for (size_t t = 0; t < f->nmonth; t++) {
            double air[3 * N], snow[3 * N];
            tk_month_window w;
            tk_month_forcing m = {.w = &w, .tair = air};

            tk_column_window(col, f, t, &w);
            tk_month_mids(&w, air);
            if (f->snow_depth) {
                for (size_t i = 0; i < w.n; i++)
                    w.mean[i] = f->snow_depth + (w.mean[i] - f->tair);
                tk_month_mids(&w, snow);
                m.snow = snow;
            } else {
                m.precip = f->precip + t * N;
            }
            tk_bundle_month(
                &b, col, &m, first, L, false,
                out->tsoil ? out->tsoil + t * col->ndepth * N + first : NULL,
                out->snow_depth ? out->snow_depth + t * N + first : NULL,
                out->swe ? out->swe + t * N + first : NULL);
        }
        tk_bundle_store(&b, state, first, L);
        for (size_t c = 0; c < L; c++) {
            if (out->heat_in)
                out->heat_in[first + c] += b.heat_in[c];
            if (out->heat_moved)
                out->heat_moved[first + c] += b.heat_moved[c];
            if (out->failed)
                out->failed[first + c] += b.failed[c];
        }
    }
}

void
tk_column_run(const tk_column *col, const tk_ground *g,
              const tk_column_forcing *f, double *state,
              const tk_column_output *out, double *work)
{
    run(col, g, f, state, out, work, TK_BUNDLE);
}

void
tk_column_run_ref(const tk_column *col, const tk_ground *g,
                  const tk_column_forcing *f, double *state,
                  const tk_column_output *out, double *work)
{
    run(col, g, f, state, out, work, 1);
}
