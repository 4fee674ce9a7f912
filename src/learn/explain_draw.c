/* Which windows are explained, and which they are compared with. */
#include <stdio.h>

#include "explain_impl.h"
#include "talik/core/mem.h"
#include "talik/core/rng.h"

#define TRIES 64 /* windows that are looked at before one is given up */

int
tk_explain_month(int first, int last, size_t i, double u)
{
    const size_t n = (size_t)(last - first) + 1;
    const size_t start = i % (n < 12 ? n : 12);
    const size_t years = (n - start + 11) / 12;
    const size_t year = (size_t)(u * (double)years);

    return first + (int)(start + 12 * (year < years ? year : years - 1));
}

bool
tk_explain_there(const tk_patch *p, size_t t, size_t m, size_t L, size_t l)
{
    const unsigned char *bad = p->bad + t * p->nmonth * TK_TILE;

    return p->weight[t * TK_TILE + l] > 0
           && tk_window_status(bad, m, L, l) == TK_CELL_OK;
}

void
tk_explain_copy(const tk_patch *p, size_t t, size_t m, size_t L, size_t F,
                size_t l, float *w)
{
    const float *x = p->x + (t * p->nmonth + m - (L - 1)) * F * TK_TILE;

    for (size_t i = 0; i < L * F; i++)
        w[i] = x[i * TK_TILE + l];
}

/* **Collective.**  Rank 0 reads one window; *there on all ranks. */
static tk_err
read_window(const tk_dataset *data, size_t L, size_t cell, int month,
            float *window, int *there)
{
    const bool mine = data->par->rank == 0;
    const size_t l = cell % TK_TILE;
    tk_patch p;
    tk_err err;

    TK_TRY(tk_patch_make(data, mine ? cell / TK_TILE : 0, mine, L, &p));
    err = tk_patch_load(data, month - (int)(L - 1), &p);
    *there = !err && mine && tk_explain_there(&p, 0, L - 1, L, l);
    if (*there)
        tk_explain_copy(&p, 0, L - 1, L, data->F, l, window);
    tk_patch_drop(&p);
    if (!err)
        tk_bcast(data->par, there, sizeof *there);
    return err;
}

static tk_err
draw_one(const tk_dataset *data, const tk_trained *m,
         const tk_explain_opts *opts, size_t b, float *window)
{
    const uint64_t s = draw_stream(DRAW_BACKGROUND, b);
    char from[16], to[16];
    int there = 0;

    for (uint64_t k = 0; k < TRIES && !there; k++) {
        const int month =
            tk_explain_month(m->train_first, m->train_last, b,
                             tk_rng_uniform(opts->seed, s, 2 * k));
        const size_t cell = (size_t)(tk_rng_uniform(opts->seed, s, 2 * k + 1)
                                     * (double)data->grid->nactive);

        TK_TRY(read_window(data, m->net.dims.L, cell, month, window, &there));
    }
    if (there)
        return TK_OK;
    tk_month_text(m->train_first, from);
    tk_month_text(m->train_last, to);
    return tk_fail(TK_EDATA,
                   "no background window: %d drawn from the training months "
                   "%s to %s all have gaps",
                   TRIES, from, to);
}

tk_err
tk_explain_background(const tk_dataset *data, const tk_trained *m,
                      const tk_explain_opts *opts, float *window)
{
    const size_t LF = m->net.dims.L * m->net.dims.F;
    tk_dataset inputs = *data;

    inputs.targets = NULL;
    for (size_t b = 0; b < opts->background; b++)
        TK_TRY(draw_one(&inputs, m, opts, b, window + b * LF));
    tk_bcast(data->par, window, opts->background * LF * sizeof *window);
    return TK_OK;
}
