#include "talik/learn/walk.h"

#include <string.h>

#include "talik/core/mem.h"

tk_err
tk_walk_tiles(const tk_dataset *data, size_t first_tile, size_t ntile,
              int first, size_t nmonth, size_t budget, tk_visit visit,
              void *context)
{
    const size_t at_once = tk_at_once(budget, tk_patch_bytes(data, nmonth));
    size_t rounds = tk_par_rounds(data->par, ntile, at_once);

    for (size_t done = 0; rounds > 0; rounds--) {
        const size_t n = ntile - done < at_once ? ntile - done : at_once;
        tk_patch patch;
        tk_err err;

        TK_TRY(tk_patch_make(data, first_tile + done, n, nmonth, &patch));
        err = tk_patch_load(data, first, &patch);
        if (!err)
            err = tk_agree(data->par, n > 0 ? visit(&patch, context) : TK_OK);
        tk_patch_drop(&patch);
        if (err)
            return err;
        done += n;
    }
    return TK_OK;
}

typedef struct {
    tk_tile_sum visit;
    void *context;
    size_t width, first_tile; /* that `sum` begins with */
    double *sum;              /* [own tiles][width]     */
} summing;

static tk_err
sum_tiles(const tk_patch *p, void *context)
{
    const summing *s = context;

    for (size_t t = 0; t < p->run.ntile; t++)
        s->visit(p, t, s->context,
                 s->sum + (p->run.first_tile + t - s->first_tile) * s->width);
    return TK_OK;
}

/* **Collective.**  Tiles [begin, begin + n).  What is in total already is the
 * first item of rank 0, so that it does not matter where the tiles are cut.
 */
static tk_err
add_tiles(const tk_dataset *data, summing *s, size_t begin, size_t n, int first,
          size_t nmonth, size_t budget, double *total)
{
    const tk_par *par = data->par;
    const size_t lead = par->rank == 0;
    size_t mine, own;
    double *sums;
    tk_err err;

    tk_tile_share(n, par->rank, par->size, &mine, &own);
    sums = tk_new((own + lead) * s->width, sizeof *sums);
    err = tk_agree(par, sums ? TK_OK : TK_ERUN);
    if (!err) {
        memcpy(sums, total, lead * s->width * sizeof *sums);
        s->first_tile = begin + mine;
        s->sum = sums + lead * s->width;
        err = tk_walk_tiles(data, s->first_tile, own, first, nmonth, budget,
                            sum_tiles, s);
    }
    if (!err)
        err = tk_sum_ordered(par, own + lead, s->width, sums, total);
    tk_free(sums);
    return err;
}

tk_err
tk_walk_sum(const tk_dataset *data, int first, size_t nmonth, size_t budget,
            size_t width, tk_tile_sum visit, void *context, double *total)
{
    const size_t ntile = tk_tile_count(data->grid);
    const size_t at_once = tk_at_once(budget / 2, 2 * width * sizeof *total);
    summing s = {.visit = visit, .context = context, .width = width};

    for (size_t begin = 0; begin < ntile; begin += at_once) {
        const size_t left = ntile - begin;

        TK_TRY(add_tiles(data, &s, begin, left < at_once ? left : at_once,
                         first, nmonth, budget / 2, total));
    }
    return TK_OK;
}
