/* talik/data/split.h -- months and cells that training never learns from.
 *
 * Whole calendar years, cells in a band of latitude, cells in blocks drawn at
 * random.  Never single months: the next month knows the one before it, and a
 * score on months between those fitted to would flatter.
 *
 * What is held out are targets: those of every cell in a held month, those of
 * every month in a held cell.  Inputs of held months may lie in the windows of
 * later months that are fitted to, as they do in any projection.
 *
 * Units  latitudes and longitudes degrees; lon 0..360 and -180..180 are the same.
 */
#ifndef TALIK_DATA_SPLIT_H
#define TALIK_DATA_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"
#include "talik/core/text.h"

#define TK_SPLIT_YEARS 64 /* at most so many */

/* {0} holds nothing out. */
typedef struct {
    size_t nyear;
    int year[TK_SPLIT_YEARS]; /* sorted, each once                         */
    double lat_low, lat_high; /* lat_low <= lat < lat_high; no cells by
                                 latitude unless low < high                */
    double block, share;      /* size of the blocks, degrees, 0: none; how
                                 likely each is held                       */
    uint64_t seed;            /* of the blocks                             */
} tk_split;

/* Puts a year in its place, once.  TK_ECONF if it is not 1 .. 9999, or there are
 * too many.
 */
tk_err tk_split_add_year(tk_split *split, int year) TK_MUST;

/* TK_EDATA unless years, latitudes and shares are as said above. */
tk_err tk_split_check(const tk_split *split) TK_MUST;

/* Whether targets of the month, of the cell, are held out.  A cell's block is
 * (floor(lat / block), floor(lon / block)), lon within -180 .. 180.
 */
bool tk_split_holds_month(const tk_split *split, int month);
bool tk_split_holds_cell(const tk_split *split, double lat, double lon);

/* Whether it can hold any cells, and anything, at all. */
bool tk_split_by_cells(const tk_split *split);
bool tk_split_is_any(const tk_split *split);

/* As one line, that of model files: "years 1998 2004; lat 60 64; block 2 share
 * 0.25 seed 1", of what there is; "" where nothing is held.  Parsing it gives the
 * same split, bit by bit; TK_EDATA if the line is none, or not sound.
 */
void tk_split_text(const tk_split *split, tk_text *text);
tk_err tk_split_parse(const char *text, tk_split *split) TK_MUST;

#endif
