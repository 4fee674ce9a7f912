/* grid_impl.h -- the parts of gridfile.h. */
#ifndef TALIK_IO_GRID_IMPL_H
#define TALIK_IO_GRID_IMPL_H

#include "talik/io/gridfile.h"

#define TK_GRID_ROW_FLOATS ((size_t)4 << 20) /* read at once by a rank */

/* The rows of the grid cut over ranks and into rounds: every rank makes the
 * same number of them, perhaps with no row.
 */
typedef struct {
    size_t rows_each, rows_once, rounds;
} tk_rounds;

tk_rounds tk_rounds_of(const tk_par *par, const tk_grid *grid);

/* The box {row, 0, nrow, nx} of a round, in file rows; false if it is empty. */
bool tk_rounds_box(const tk_rounds *rounds, const tk_par *par,
                   const tk_grid *grid, size_t round, size_t box[4]);

/* **Collective.**  Bitmaps [words of the grid] by position: OR over ranks. */
void tk_bits_join(const tk_par *par, const tk_grid *grid, uint64_t *bits);

/* Position of a cell in file row and column. */
size_t tk_grid_position(const tk_grid *grid, size_t row, size_t col);

/* **Collective.**  Makes active the cells that the source's masks leave, and
 * that have coordinates.
 */
tk_err tk_grid_read_masks(const tk_par *par, const tk_grid_source *source,
                          tk_grid *grid) TK_MUST;

#endif
