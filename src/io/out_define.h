/* out_define.h -- define mode at work: after the first failure nothing more is
 * tried, so that its many calls need no check each.
 *
 * Nothing here may fail on one rank alone: in its safe mode PnetCDF makes every
 * call of define mode a collective one.  So no memory is asked for.
 */
#ifndef TALIK_IO_OUT_DEFINE_H
#define TALIK_IO_OUT_DEFINE_H

#include "out_parts.h"

typedef struct {
    tk_out *out;
    const tk_out_opts *opts;
    int code;                    /* of PnetCDF                */
    char what[3 * TK_NAME];      /* that failed               */
    int time, depth, y, x, bnds; /* dimensions, or -1    */
    bool has_depth;              /* a dimension or scalar */
    double extent[4];            /* south, north, west, east; inf if unknown */
} tk_definer;

int tk_def_dimension(tk_definer *d, const char *name, size_t n);
int tk_def_variable(tk_definer *d, const char *name, nc_type type, int ndim,
                    const int *dim);

/* Attributes of a variable, or NC_GLOBAL; a text that is NULL or "" is left
 * out.
 */
void tk_def_text(tk_definer *d, int id, const char *name, const char *text);
void tk_def_bytes(tk_definer *d, int id, const char *name, size_t n,
                  const char *bytes);
void tk_def_doubles(tk_definer *d, int id, const char *name, size_t n,
                    const double *x);
void tk_def_ints(tk_definer *d, int id, const char *name, nc_type type,
                 size_t n, const int *x);

/* Doubles that out->axis_room must have. */
size_t tk_def_axis_room(const tk_out_opts *o, const tk_grid *grid);

/* All but the caller's variables: dimensions, coordinates with their bounds,
 * crs, realization.  Whether some variable lies along depth.
 */
void tk_def_axes(tk_definer *d, bool along_depth);

/* Global attributes. */
void tk_def_globals(tk_definer *d);

#endif
