/* talik/io/table.h -- small results with labelled axes, as one NetCDF file.
 *
 * For what lies on no grid: attributions, scores.  CDF-2, CF-like: axes with
 * units, labels as characters, missing values as fill.  What identical runs
 * write is identical.
 */
#ifndef TALIK_IO_TABLE_H
#define TALIK_IO_TABLE_H

#include "talik/core/par.h"
#include "talik/io/out.h"

#define TK_TABLE_RANK 6

typedef struct {
    const char *name;
    size_t n;
} tk_table_axis;

/* Numbers over some of the axes, the last one fastest; NaN where there is none.
 * Or labels of one axis.
 */
typedef struct {
    const char *name, *long_name;
    const char *units;       /* "" for labels                           */
    const char *coordinates; /* names of labels that belong to it, or ""  */
    int rank, axis[TK_TABLE_RANK];
    const double *x;
    const char *const *label; /* instead of x, rank 1 */
} tk_table_var;

/* A list of variables that grows; begin with {0}.  All texts and numbers are
 * borrowed.  axes lists the numbers of the axes: "0124".
 */
#define TK_TABLE_VARS 40
typedef struct {
    tk_table_var var[TK_TABLE_VARS];
    size_t n;
} tk_table_list;
void tk_table_add(tk_table_list *list, const char *name, const char *long_name,
                  const char *units, const char *coordinates, const char *axes,
                  const double *x);
void tk_table_add_labels(tk_table_list *list, const char *name,
                         const char *long_name, int axis,
                         const char *const *label);

/* **Collective.**  Rank 0 writes beside, flushes, and renames; the others'
 * tables are not looked at.  TK_EOUT, and no file, if that fails or the file
 * exists and may not be overwritten.
 */
tk_err tk_table_write(const tk_par *par, const char *path, bool overwrite,
                      size_t naxis, const tk_table_axis *axis, size_t nvar,
                      const tk_table_var *var, size_t natt,
                      const tk_out_att *att) TK_MUST;

#endif
