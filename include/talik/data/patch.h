/* talik/data/patch.h -- everything about some tiles over some months.
 *
 * What training, scoring and projection work on: features, targets, bands and
 * areas of a run of tiles, in the layouts of talik/data/inputs.h and target.h.
 */
#ifndef TALIK_DATA_PATCH_H
#define TALIK_DATA_PATCH_H

#include "talik/data/inputs.h"
#include "talik/data/split.h"
#include "talik/data/target.h"
#include "talik/io/gridfile.h"

/* Where patches come from; all borrowed. */
typedef struct {
    const tk_par *par;
    const tk_grid *grid;
    const tk_grid_source *source;
    tk_inputs *inputs;
    tk_targets *targets; /* NULL: none                        */
    size_t F, D;         /* features; depths of the targets   */
    size_t nedge;        /* of the latitude bands; 0: no band */
    const double *edge;
    const tk_split *hide; /* targets held out by it are NaN in every patch;
                             NULL: none                                      */
} tk_dataset;

typedef struct {
    tk_run run;
    int first;
    size_t nmonth;            /* months first .. first + nmonth - 1           */
    float *x;                 /* [ntile][nmonth][F][TK_TILE]                  */
    unsigned char *bad;       /* [ntile][nmonth][TK_TILE]                     */
    float *y;                 /* [ntile][nmonth][D][TK_TILE], K, or NULL      */
    int *band;                /* [nlane]                                      */
    double *lat, *lon, *area; /* [nlane]                                    */
    double *weight;           /* [nlane]: area in km2, 0 in padding           */
    float *fixed;             /* [F][nlane]                                   */
    unsigned char *fixed_bad; /* [nlane]                                    */
    tk_past *past;            /* of the slow means; NULL: none              */
} tk_patch;

/* **Collective.**  Allocates a patch for a run of tiles (perhaps none) and
 * reads what does not change in time.  tk_patch_drop ends it.
 */
tk_err tk_patch_make(const tk_dataset *data, size_t first_tile, size_t ntile,
                     size_t nmonth, tk_patch *patch) TK_MUST;
void tk_patch_drop(tk_patch *patch);

/* **Collective.**  Reads months first .. first + nmonth - 1; targets of months
 * that their files do not have, and those that data->hide holds out, are NaN.
 * Ranks may bring different tiles, but the same months.
 */
tk_err tk_patch_load(const tk_dataset *data, int first,
                     tk_patch *patch) TK_MUST;

/* **Collective.**  Moves on by n months: keeps the last nmonth - n and reads n
 * further ones (targets are not read).
 */
tk_err tk_patch_advance(const tk_dataset *data, size_t n,
                        tk_patch *patch) TK_MUST;

/* Bytes that one tile of nmonth months takes. */
size_t tk_patch_bytes(const tk_dataset *data, size_t nmonth);

#endif
