/* talik/grid/tile.h -- active cells cut into tiles, tiles dealt to ranks.
 *
 * Active cells are numbered 0..ncell-1 band by band from the south, each band
 * by column.  TK_TILE consecutive cells make a tile, the last one padded.  Each
 * rank owns a contiguous run of tiles: a latitude band, ragged by at most one
 * tile at either edge.  Ranks beyond the tiles own none.
 *
 * A *run* of tiles is read from and written to files as at most three boxes
 * (the rest of a row, whole rows, the start of a row).  A *lane* is a cell's
 * place in memory: lane l of a run is cell first_cell + l; lanes past the last
 * cell repeat it, so that kernels always see whole tiles of sound numbers.
 */
#ifndef TALIK_GRID_TILE_H
#define TALIK_GRID_TILE_H

#include "talik/core/tile_width.h"
#include "talik/grid/grid.h"

/* Tiles of the whole grid. */
static inline size_t
tk_tile_count(const tk_grid *grid)
{
    return (grid->nactive + TK_TILE - 1) / TK_TILE;
}

/* The tiles [*first, *first + *n) of one of `size` ranks.  Runs differ by at
 * most one tile in length; the longer ones come first.
 */
void tk_tile_share(size_t ntile, int rank, int size, size_t *first, size_t *n);

/* One box of a run, in file rows and columns. */
typedef struct {
    size_t row, col, nrow, ncol;
    size_t at; /* cells of the boxes before it */
} tk_box;

/* A run of tiles: its cells, and the part of the grid that it covers.  The
 * covered parts of consecutive runs join without a gap: from the position of
 * the run's first cell (the whole grid's first position for tile 0) to before
 * that of the next run's first cell (the grid's end for the last tile).
 */
typedef struct {
    size_t first_tile, ntile;
    size_t first_cell, ncell; /* active cells                             */
    size_t nlane;             /* ntile * TK_TILE                          */
    size_t nbox, ncover;      /* boxes; cells of the grid that they cover */
    tk_box box[3];
    uint32_t *place; /* [nlane] of a lane in the boxes, 0..ncover-1       */
    uint32_t *file_row, *file_col; /* [nlane]                             */
} tk_run;

/* TK_ERUN when memory is short.  A run of no tiles has no box and no lane.
 * tk_run_drop ends it.
 */
tk_err tk_run_make(const tk_grid *grid, size_t first_tile, size_t ntile,
                   tk_run *run) TK_MUST;
void tk_run_drop(tk_run *run);

/* Which box holds place q of the boxes; q < ncover. */
size_t tk_run_box(const tk_run *run, size_t place);

#endif
