/* column_impl.h -- the soil column over this rank's tiles (column_tiles.c) and its
 * forcing by blocks (column_forcing.c), wherever that comes from: from files in
 * project_column.c, from formulas in world_soil.c.
 */
#ifndef TALIK_APP_COLUMN_IMPL_H
#define TALIK_APP_COLUMN_IMPL_H

#include "app.h"

#define REACH TK_MONTH_REACH
enum { AIR, PRECIP, SNOW, NSERIES };
enum { ORGANIC, ORGANIC_SAT, POROSITY, SATURATION, K_SOLIDS, NMAP };

/* Where monthly forcing comes from: degC, mm month-1, m. */
typedef struct {
    void *from;
    bool has[NSERIES];
    int first, last; /* months that all of them have */
    /* **Collective.**  Months [first, first + n) of one: x[n][nlane]. */
    tk_err (*read)(void *from, const tk_run *run, int which, int first,
                   size_t n, float *x);
    tk_calendar (*calendar)(const void *from, int month);
} column_source;

/* The columns of a run of tiles.  par, grid and run are borrowed. */
typedef struct {
    const tk_par *par;
    const tk_grid *grid;
    const tk_run *run;
    column_source source;
    size_t budget, block; /* bytes for forcing in a spin-up; months at a time */
    size_t ndepth;
    tk_column *column;
    tk_profile profile;
    tk_ground ground;
    double *map[NMAP];     /* [nlane] or NULL; the caller's to fill     */
    double *state, *work;  /* [ntile][state size]                       */
    double *tile;          /* forcing and results of one tile           */
    unsigned char *status; /* [nlane] why a cell has no value, the first */
} column_tiles;

/* Columns with the options of &column, results at depth[ndepth]; `spin` months
 * of spin-up are the most.  The source may be set later.  Local; end it with
 * column_drop, which accepts a zeroed struct.
 */
tk_err column_make(const tk_par *par, const tk_setup *setup,
                   const tk_grid *grid, const tk_run *run, size_t ndepth,
                   const double *depth, size_t spin, column_tiles *c) TK_MUST;
void column_drop(column_tiles *c);

/* **Collective.**  The state after months [begin, begin + spin), repeated: as
 * many tiles at a time as memory allows.
 */
tk_err column_spin_up(column_tiles *c, int begin, size_t spin) TK_MUST;

/* What is wanted of some months, each [n][nlane] (tsoil [n][ndepth][nlane]) or
 * NULL; K, m, mm; NaN where there is none.
 */
typedef struct {
    float *tsoil, *snow_depth, *swe;
} column_result;

/* **Collective.**  Runs months [month, month + n), n <= c->block. */
tk_err column_advance(column_tiles *c, int month, size_t n,
                      const column_result *to) TK_MUST;

/* **Collective.**  Runs months from .. to, block by block; those from `first` on
 * are written to `out`, a file of tsl_create that begins there.  NULL: none are.
 */
tk_err column_write(column_tiles *c, int from, int to, tk_out *out,
                    int first) TK_MUST;

/* A block of months of all tiles, as read. */
typedef struct {
    int first; /* of air and snow: `before` months before the block */
    size_t before, n, after;
    float *x[NSERIES]; /* [before + n + after][nlane]; precip [n][nlane] */
} forcing;

/* The column's forcing, its shift included; TK_ECONF if that is of none of its
 * inputs.
 */
tk_err column_files(const tk_setup *setup, tk_input_files *files) TK_MUST;

/* **Collective.**  Reads months [month, month + n) of a run, with as many beside
 * them as the interpolation wants and the source has; as a ring, none.
 */
tk_err forcing_read(const column_tiles *c, const tk_run *run, int month,
                    size_t n, bool ring, forcing *f) TK_MUST;
void forcing_drop(forcing *f);

/* Tile t of a block in double, in c->tile; days[before + n + after].  What cannot
 * be used becomes NaN, which the column keeps within its cell, and its reason
 * goes to status[TK_TILE].
 */
void tile_forcing(const column_tiles *c, const forcing *f, size_t nlane,
                  size_t t, int *days, unsigned char *status,
                  tk_column_forcing *out);

#endif
