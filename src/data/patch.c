#include "talik/data/patch.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/data/band.h"

size_t
tk_patch_bytes(const tk_dataset *data, size_t nmonth)
{
    const size_t y = data->targets ? data->D * sizeof(float) : 0;
    const size_t month = data->F * sizeof(float) + y + 1;
    const size_t lane =
        data->F * sizeof(float) + 4 * sizeof(double) + sizeof(int) + 1;
    const size_t past = nmonth ? tk_past_bytes(data->inputs) : 0;

    return TK_TILE * (nmonth * month + lane + past);
}

static tk_err
allocate(const tk_dataset *data, size_t nmonth, tk_patch *p)
{
    const size_t nlane = p->run.nlane;

    p->nmonth = nmonth;
    p->x = tk_new(nlane * nmonth * data->F, sizeof *p->x);
    p->bad = tk_new(nlane * nmonth, sizeof *p->bad);
    if (data->targets)
        p->y = tk_new(nlane * nmonth * data->D, sizeof *p->y);
    p->band = tk_new(nlane, sizeof *p->band);
    p->lat = tk_new(nlane, sizeof *p->lat);
    p->lon = tk_new(nlane, sizeof *p->lon);
    p->area = tk_new(nlane, sizeof *p->area);
    p->weight = tk_new(nlane, sizeof *p->weight);
    p->fixed = tk_new(nlane * data->F, sizeof *p->fixed);
    p->fixed_bad = tk_new(nlane, sizeof *p->fixed_bad);
    if (!p->x || !p->bad || (data->targets && !p->y) || !p->band || !p->lat
        || !p->lon || !p->area || !p->weight || !p->fixed || !p->fixed_bad)
        return TK_ERUN;
    /* A patch of no months is of places only. */
    return nmonth ? tk_past_make(data->inputs, nlane, &p->past) : TK_OK;
}

tk_err
tk_patch_make(const tk_dataset *data, size_t first_tile, size_t ntile,
              size_t nmonth, tk_patch *p)
{
    tk_err err;

    *p = (tk_patch){0};
    err = tk_run_make(data->grid, first_tile, ntile, &p->run);
    if (!err)
        err = allocate(data, nmonth, p);
    err = tk_agree(data->par, err);
    if (!err)
        err = tk_grid_lanes(data->par, data->source, data->grid, &p->run,
                            p->lat, p->lon, p->area);
    if (!err)
        err = tk_agree(data->par, tk_bands_of(data->nedge, data->edge,
                                              p->run.nlane, p->lat, p->band));
    if (!err)
        err = tk_inputs_fixed(data->inputs, &p->run, p->fixed, p->fixed_bad);
    for (size_t l = 0; l < p->run.nlane && !err; l++)
        p->weight[l] = l < p->run.ncell ? p->area[l] * 1e-6 : 0;
    if (err)
        tk_patch_drop(p);
    return err;
}

void
tk_patch_drop(tk_patch *p)
{
    tk_run_drop(&p->run);
    tk_free(p->x);
    tk_free(p->bad);
    tk_free(p->y);
    tk_free(p->band);
    tk_free(p->lat);
    tk_free(p->lon);
    tk_free(p->area);
    tk_free(p->weight);
    tk_free(p->fixed);
    tk_free(p->fixed_bad);
    tk_past_drop(p->past);
    *p = (tk_patch){0};
}

/* NaN for each target that is held out: nobody who asked for it can read one. */
static void
hide_targets(const tk_split *hide, size_t D, tk_patch *p)
{
    for (size_t lane = 0; lane < p->run.nlane; lane++) {
        const bool cell = tk_split_holds_cell(hide, p->lat[lane], p->lon[lane]);
        const size_t tile = lane / TK_TILE, l = lane % TK_TILE;

        for (size_t m = 0; m < p->nmonth; m++)
            if (cell || tk_split_holds_month(hide, p->first + (int)m))
                for (size_t d = 0; d < D; d++)
                    p->y[((tile * p->nmonth + m) * D + d) * TK_TILE + l] = NAN;
    }
}

tk_err
tk_patch_load(const tk_dataset *data, int first, tk_patch *p)
{
    p->first = first;
    TK_TRY(tk_inputs_load(data->inputs, &p->run, p->fixed, p->fixed_bad,
                          p->past, first, p->nmonth, 0, p->nmonth, p->x,
                          p->bad));
    if (!data->targets)
        return TK_OK;
    TK_TRY(tk_targets_fill(data->targets, &p->run, first, p->nmonth, p->y));
    if (data->hide)
        hide_targets(data->hide, data->D, p);
    return TK_OK;
}

tk_err
tk_patch_advance(const tk_dataset *data, size_t n, tk_patch *p)
{
    const size_t keep = p->nmonth - n, row = data->F * TK_TILE;

    for (size_t t = 0; t < p->run.ntile; t++) {
        float *x = p->x + t * p->nmonth * row;
        unsigned char *bad = p->bad + t * p->nmonth * TK_TILE;

        memmove(x, x + n * row, keep * row * sizeof *x);
        memmove(bad, bad + n * TK_TILE, keep * TK_TILE);
    }
    p->first += (int)n;
    return tk_inputs_load(data->inputs, &p->run, p->fixed, p->fixed_bad,
                          p->past, p->first + (int)keep, n, keep, p->nmonth,
                          p->x, p->bad);
}
