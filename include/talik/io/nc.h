/* talik/io/nc.h -- NetCDF files read through PnetCDF.
 *
 * Reads classic files (CDF-1, -2, -5).  Rank 0 looks at the file before PnetCDF
 * does: missing, not NetCDF, netCDF-4 (the error prints both cures), a header
 * that is not sound, a file shorter than its header says.
 *
 * Numbers come in the file's own type and are converted here: PnetCDF's own
 * conversion traps on NaN.
 */
#ifndef TALIK_IO_NC_H
#define TALIK_IO_NC_H

#include <stddef.h>

#include "talik/core/par.h"
#include "talik/grid/grid.h"

typedef struct tk_nc tk_nc;

#define TK_NC_DIMS 6

typedef struct {
    int id, type; /* of PnetCDF                                          */
    int ndim, natt;
    bool record; /* the first dimension is the record dimension              */
    char name[TK_NAME];
    char dim_name[TK_NC_DIMS][TK_NAME];
    size_t dim[TK_NC_DIMS];
    double scale, offset; /* scale_factor and add_offset, else 1 and 0      */
    size_t nmissing;      /* _FillValue, missing_value, as in the file:     */
    double missing[4];    /*   compared before scale and offset are applied;
                               without either, the type's default fill      */
    char units[TK_NAME];  /* "" if there is none                            */
} tk_nc_var;

/* **Collective.**  TK_EDATA with the reason.  tk_nc_close ends it. */
tk_err tk_nc_open(const tk_par *par, const char *path, tk_nc **nc) TK_MUST;
void tk_nc_close(tk_nc *nc); /* **Collective.**  Accepts NULL. */

const char *tk_nc_path(const tk_nc *nc);
int tk_nc_id(const tk_nc *nc);
long long tk_nc_changed(const tk_nc *nc); /* last change, s since 1970 */

bool tk_nc_has(const tk_nc *nc, const char *variable);

/* TK_EDATA, with the nearest name, if there is no such variable. */
tk_err tk_nc_find(const tk_nc *nc, const char *variable, tk_nc_var *v) TK_MUST;

/* The names of all variables: NULL-terminated, borrowed, until close. */
const char *const *tk_nc_names(const tk_nc *nc);

/* Attribute of a variable (NULL: global) as text, or "" in out if absent. */
void tk_nc_text(const tk_nc *nc, const tk_nc_var *v, const char *attribute,
                size_t room, char *out);

/* Numeric attribute; returns how many values there are, at most `most` read. */
size_t tk_nc_numbers(const tk_nc *nc, const tk_nc_var *v, const char *attribute,
                     size_t most, double *out);

/* **Collective.**  A hyperslab of any numeric variable as doubles: scaled, and
 * missing values turned into NaN.  Every rank may ask for its own slab, or for
 * none (n = 0 elements: count[0] = 0).
 */
tk_err tk_nc_read(const tk_nc *nc, const tk_nc_var *v, const size_t *start,
                  const size_t *count, double *out) TK_MUST;

/* **Collective.**  Boxes of the two last dimensions, as floats: for each box,
 * the dimensions before them at start[i], count[i] and the box's cells.
 * out is box after box: [box][count[0]]...[box cells].
 */
tk_err tk_nc_read_boxes(const tk_nc *nc, const tk_nc_var *v,
                        const size_t *start, const size_t *count, size_t nbox,
                        const size_t (*box)[4] /* row, col, nrow, ncol */,
                        float *out) TK_MUST;

/* **Collective.**  The same as doubles, for coordinates. */
tk_err tk_nc_read_boxes_double(const tk_nc *nc, const tk_nc_var *v,
                               const size_t *start, const size_t *count,
                               size_t nbox, const size_t (*box)[4],
                               double *out) TK_MUST;

/* **Collective.**  As tk_nc_read, the same slab for all: one rank reads. */
tk_err tk_nc_read_same(const tk_nc *nc, const tk_nc_var *v, const size_t *start,
                       const size_t *count, double *out) TK_MUST;

#endif
