/* talik/core/tile_width.h -- how many cells make a tile.
 *
 * The unit of work, of memory layout (cells are the fast index of every kernel
 * array), of load balance, of failure and of restart: docs/adr/0001-tiles.md.
 */
#ifndef TALIK_CORE_TILE_WIDTH_H
#define TALIK_CORE_TILE_WIDTH_H

#define TK_TILE 64

#endif
