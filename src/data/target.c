#include "talik/data/target.h"

#include <math.h>

#include "talik/core/mem.h"
#include "talik/io/gridfile.h"

struct tk_targets {
    tk_par par;
    size_t nseries, ndepth;
    size_t depths_each; /* of a series: ndepth, or 1 */
    tk_series *series[TK_DEPTHS];
};

tk_err
tk_targets_open(const tk_par *par, const tk_grid *grid,
                const tk_input_files *files, size_t nvar,
                const char *const *variable, size_t ndepth, const double *depth,
                tk_targets **targets)
{
    tk_targets *t = tk_new(1, sizeof *t);
    tk_err err = TK_OK;

    *targets = NULL;
    TK_AGREE(par, t ? TK_OK : TK_ERUN);
    *t = (tk_targets){.par = *par, .nseries = nvar, .ndepth = ndepth};
    t->depths_each = nvar == 1 ? ndepth : 1;
    if (ndepth == 0 || ndepth > TK_DEPTHS || (nvar != 1 && nvar != ndepth)) {
        err = tk_fail(TK_ECONF,
                      "&targets: %zu variables for %zu depths; give "
                      "one variable, or one for each of 1 to %d depths",
                      nvar, ndepth, TK_DEPTHS);
        t->nseries = 0;
    }
    for (size_t i = 0; i < nvar && !err; i++) {
        const char *name = tk_input_variable(files, variable[i]);
        const tk_series_want want = {
            .variable = name,
            .units = "K",
            .units_in_file = tk_input_units(files, name),
            .ndepth = nvar == 1 ? ndepth : 0,
            .depth = depth,
        };

        err = tk_series_open(par, grid, files->nforcing, files->forcing, &want,
                             &t->series[i]);
    }
    if (err) {
        tk_targets_close(t);
        return err;
    }
    *targets = t;
    return TK_OK;
}

void
tk_targets_close(tk_targets *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->nseries; i++)
        tk_series_close(t->series[i]);
    tk_free(t);
}

tk_err
tk_targets_limit_grid(const tk_par *par, tk_targets *t, tk_grid *grid)
{
    for (size_t i = 0; i < t->nseries; i++)
        TK_TRY(tk_grid_drop_missing(par, t->series[i], grid));
    return TK_OK;
}

int
tk_targets_first(const tk_targets *t)
{
    int first = tk_series_first(t->series[0]);

    for (size_t i = 1; i < t->nseries; i++)
        if (tk_series_first(t->series[i]) > first)
            first = tk_series_first(t->series[i]);
    return first;
}

int
tk_targets_last(const tk_targets *t)
{
    int last = tk_series_last(t->series[0]);

    for (size_t i = 1; i < t->nseries; i++)
        if (tk_series_last(t->series[i]) < last)
            last = tk_series_last(t->series[i]);
    return last;
}

tk_err
tk_targets_load(tk_targets *t, const tk_run *run, int first, size_t n,
                size_t at, size_t room, float *y)
{
    const size_t D = t->ndepth, each = t->depths_each;
    float *raw = tk_new(n * each * run->nlane, sizeof *raw);
    tk_err err = tk_agree(&t->par, raw ? TK_OK : TK_ERUN);

    for (size_t s = 0; s < t->nseries && !err; s++) {
        err = tk_series_read(t->series[s], run, first, n, raw);
        for (size_t i = 0; i < run->ntile * n * each && !err; i++) {
            const size_t tile = i / (n * each), m = i / each % n, d = i % each;
            const float *from =
                raw + (m * each + d) * run->nlane + tile * TK_TILE;
            float *to =
                y + ((tile * room + at + m) * D + s * each + d) * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++)
                to[l] = from[l] >= 150 && from[l] <= 350 ? from[l] : NAN;
        }
    }
    tk_free(raw);
    return err;
}

tk_err
tk_targets_fill(tk_targets *t, const tk_run *run, int first, size_t n, float *y)
{
    const int last = first + (int)n - 1;
    const int have[2] = {tk_targets_first(t), tk_targets_last(t)};
    const int from = have[0] > first ? have[0] : first;
    const int to = have[1] < last ? have[1] : last;

    for (size_t i = 0; i < run->nlane * n * t->ndepth; i++)
        y[i] = NAN;
    if (from > to)
        return TK_OK;
    return tk_targets_load(t, run, from, (size_t)(to - from + 1),
                           (size_t)(from - first), n, y);
}
