/* talik/core/tile_width.h -- how many land cells are computed together.
 *
 * A tile is TK_TILE cells, the last and fastest index of its arrays.  Cells
 * beyond the last one of a grid are padding: finite copies, or NaN.
 */
#ifndef TALIK_CORE_TILE_WIDTH_H
#define TALIK_CORE_TILE_WIDTH_H

#define TK_TILE 64

#endif
