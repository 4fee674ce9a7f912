/* The soil column over this rank's tiles: spin-up, and months from state to state.
 */
#include <math.h>
#include <stdlib.h>

#include "column_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

/* Doubles of c->tile, for blocks and the spin-up. */
static size_t
tile_room(const column_tiles *c, size_t spin)
{
    const size_t block = c->block + 2 * REACH;
    const size_t months = spin > block ? spin : block;

    return (NSERIES * months + c->block * (c->ndepth + 2)) * TK_TILE;
}

tk_err
column_make(const tk_par *par, const tk_setup *setup, const tk_grid *grid,
            const tk_run *run, size_t ndepth, const double *depth, size_t spin,
            column_tiles *c)
{
    const tk_column_opts opts = tk_setup_column(setup);

    *c = (column_tiles){.par = par,
                        .grid = grid,
                        .run = run,
                        .budget = tk_setup_budget(setup),
                        .block = (size_t)setup->c.project.block,
                        .ndepth = ndepth};
    TK_TRY(tk_setup_profile(setup, &c->profile));
    TK_TRY(tk_column_make(&opts, ndepth, depth, &c->column));
    TK_TRY(tk_ground_make(tk_column_nodes(c->column), &c->ground));
    c->state =
        tk_new(run->ntile * tk_column_state_size(c->column), sizeof *c->state);
    c->work = tk_new(tk_column_work_size(c->column), sizeof *c->work);
    c->tile = tk_new(tile_room(c, spin), sizeof *c->tile);
    c->status = tk_new(run->nlane, sizeof *c->status);
    return c->state && c->work && c->tile && c->status ? TK_OK : TK_ERUN;
}

void
column_drop(column_tiles *c)
{
    for (int i = 0; i < NMAP; i++)
        tk_free(c->map[i]);
    tk_free(c->state);
    tk_free(c->work);
    tk_free(c->tile);
    tk_free(c->status);
    tk_ground_drop(&c->ground);
    tk_column_drop(c->column);
    *c = (column_tiles){0};
}

/* The ground of the tile that begins `lane` lanes into this rank's. */
static void
tile_ground(const column_tiles *c, size_t lane)
{
    const double *map[NMAP];
    tk_ground ground = c->ground;

    for (int i = 0; i < NMAP; i++)
        map[i] = c->map[i] ? c->map[i] + lane : NULL;
    tk_ground_fill(&c->profile,
                   &(tk_profile_cells){.organic_depth = map[ORGANIC],
                                       .organic_saturation = map[ORGANIC_SAT],
                                       .mineral_porosity = map[POROSITY],
                                       .mineral_saturation = map[SATURATION],
                                       .mineral_k_solids = map[K_SOLIDS]},
                   tk_column_thickness(c->column), &ground);
}

/* **Collective.**  Tiles [done, done + n) of the run. */
static tk_err
spin_some(column_tiles *c, int begin, size_t spin, size_t done, size_t n,
          int *days)
{
    const size_t size = tk_column_state_size(c->column);
    tk_run run;
    forcing f = {0};
    tk_err err, mine;

    TK_AGREE(c->par, tk_run_make(c->grid, c->run->first_tile + done, n, &run));
    mine = err = forcing_read(c, &run, begin, spin, true, &f);
    for (size_t t = 0; t < n && !mine; t++) {
        tk_column_forcing tile;

        tile_forcing(c, &f, run.nlane, t, days,
                     c->status + (done + t) * TK_TILE, &tile);
        tile_ground(c, (done + t) * TK_TILE);
        mine = tk_column_spinup(c->column, &c->ground, &tile,
                                c->state + (done + t) * size, c->work);
    }
    if (!err)
        err = tk_agree(c->par, mine);
    forcing_drop(&f);
    tk_run_drop(&run);
    return err;
}

tk_err
column_spin_up(column_tiles *c, int begin, size_t spin)
{
    const size_t bytes = spin * NSERIES * TK_TILE * sizeof(float);
    const size_t at_once = tk_at_once(c->budget, bytes);
    size_t rounds = tk_par_rounds(c->par, c->run->ntile, at_once);
    int *days = tk_new(spin, sizeof *days);
    tk_err err = tk_agree(c->par, days ? TK_OK : TK_ERUN);

    for (size_t done = 0; rounds > 0 && !err; rounds--) {
        const size_t left = c->run->ntile - done;
        const size_t n = left < at_once ? left : at_once;

        err = spin_some(c, begin, spin, done, n, days);
        done += n;
    }
    tk_free(days);
    return err;
}

/* ---- months ---------------------------------------------------------------- */

/* From a tile's x[n][depth][TK_TILE] to its lanes of y, plus `zero`; true in
 * bad[] where a lane has a value that is not finite.
 */
static void
put_tile(size_t n, size_t nlane, size_t t, const double *x, double zero,
         float *y, bool *bad)
{
    for (size_t i = 0; i < n * TK_TILE; i++) {
        const double v = x[i] + zero;
        const bool good = isfinite(v);

        bad[i % TK_TILE] = bad[i % TK_TILE] || !good;
        if (y)
            y[i / TK_TILE * nlane + t * TK_TILE + i % TK_TILE] =
                good ? (float)v : NAN;
    }
}

static void
run_tile(column_tiles *c, const forcing *f, size_t t, int *days,
         const column_result *to)
{
    const size_t nd = c->ndepth, nlane = c->run->nlane;
    const size_t size = tk_column_state_size(c->column);
    double *room = c->tile + NSERIES * (f->before + f->n + f->after) * TK_TILE;
    double failed[TK_TILE] = {0};
    bool bad[TK_TILE] = {false}, ignored[TK_TILE] = {false};
    const tk_column_output out = {
        .tsoil = room,
        .snow_depth = room + f->n * nd * TK_TILE,
        .swe = room + f->n * (nd + 1) * TK_TILE,
        .failed = failed,
    };
    unsigned char *status = c->status + t * TK_TILE;
    tk_column_forcing tile;

    tile_forcing(c, f, nlane, t, days, status, &tile);
    tile_ground(c, t * TK_TILE);
    tk_column_run(c->column, &c->ground, &tile, c->state + t * size, &out,
                  c->work);
    put_tile(f->n * nd, nlane, t, out.tsoil, 273.15, to->tsoil, bad);
    if (to->snow_depth)
        put_tile(f->n, nlane, t, out.snow_depth, 0, to->snow_depth, ignored);
    if (to->swe)
        put_tile(f->n, nlane, t, out.swe, 0, to->swe, ignored);
    for (size_t l = 0; l < TK_TILE; l++)
        if ((bad[l] || failed[l] > 0) && !status[l])
            status[l] = TK_CELL_NO_ANSWER;
}

tk_err
column_advance(column_tiles *c, int month, size_t n, const column_result *to)
{
    int days[1200 + 2 * REACH];
    forcing f;
    tk_err err;

    TK_ASSERT(n <= c->block && n <= 1200);
    err = forcing_read(c, c->run, month, n, false, &f);
    for (size_t t = 0; t < c->run->ntile && !err; t++)
        run_tile(c, &f, t, days, to);
    forcing_drop(&f);
    return err;
}

static int
blocks_of(int months, int block)
{
    return months > 0 ? (months + block - 1) / block : 0;
}

tk_err
column_write(column_tiles *c, int from, int to, tk_out *out, int first)
{
    const int block = (int)c->block;
    const int begin = !out || first > to ? to + 1 : first > from ? first : from;
    float *y = tk_new(c->block * c->ndepth * c->run->nlane, sizeof *y);
    tk_progress progress =
        tk_progress_begin("to", blocks_of(begin - from, block)
                                    + blocks_of(to + 1 - begin, block));
    tk_err err = tk_agree(c->par, y ? TK_OK : TK_ERUN);
    int month = from;

    while (month <= to && !err) {
        /* A block ends where writing begins. */
        const bool wanted = month >= begin;
        const int end = wanted ? to + 1 : begin;
        const int n = end - month < block ? end - month : block;
        char label[16];

        err = column_advance(c, month, (size_t)n,
                             &(column_result){.tsoil = wanted ? y : NULL});
        if (!err && wanted)
            err = tk_out_write(out, TSL_TEMPERATURE, (size_t)(month - first),
                               (size_t)n, y);
        month += n;
        tk_month_text(month - 1, label);
        if (!err)
            tk_progress_step(&progress, label, "%s",
                             wanted ? "" : "not written");
    }
    tk_free(y);
    return err;
}
