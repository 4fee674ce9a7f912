/* talik/io/out.h -- CF NetCDF output, written by all ranks, complete or absent.
 *
 * The file is made under a temporary name beside its final one, preallocated,
 * written month by month, closed, read again and compared with the digests of
 * what was meant, flushed and renamed.  Until then nothing has the final name;
 * a file that has it already is never overwritten unless told.
 *
 * CF-1.8 and ACDD-1.3; bounds on every axis; `crs` with crs_wkt; each variable
 * carries the attribute `digest` (talik/core/digest.h, over its values in file
 * order).  Nothing in the header depends on clock, host or number of ranks.
 *
 * CDF-2 unless a record exceeds 4 GiB, then CDF-5 with a note on who cannot
 * read it.  Every rank writes its whole run of the grid, sea as fill.
 *
 * Missing  1e20f for float, -1 for byte flags, NaN given by the caller counts
 * as missing.
 */
#ifndef TALIK_IO_OUT_H
#define TALIK_IO_OUT_H

#include "talik/grid/calendar.h"
#include "talik/grid/tile.h"
#include "talik/io/gridfile.h"

#define TK_FILL 1e20f

typedef struct tk_out tk_out;

typedef enum { TK_OUT_FLOAT, TK_OUT_BYTE, TK_OUT_INT } tk_out_type;

/* A variable: (time, depth, y, x) with either of the first two left out. */
typedef struct {
    const char *name, *standard_name, *long_name, *units, *cell_methods;
    tk_out_type type;
    bool time, depth;
    const char *flag_meanings; /* byte flags: values 0, 1, ...; else NULL    */
    const char *extra;         /* further attributes "name=text\n...", or NULL */
} tk_out_var;

/* Global attributes, in order. */
typedef struct {
    const char *name, *text;
} tk_out_att;

typedef struct {
    const char *path;
    bool overwrite;
    const char *format; /* "auto", "cdf2", "cdf5"                           */
    tk_calendar calendar;
    size_t ntime;
    const double *time, *time_bounds; /* [ntime], [ntime][2]: days from the epoch */
    size_t ndepth;
    const double *depth, *depth_bounds; /* [ndepth], [ndepth][2] m          */
    int realization;                    /* scalar coordinate; -1 = none     */
    size_t natt;
    const tk_out_att *att;
} tk_out_opts;

/* **Collective.**  TK_EOUT if the file exists (and may not be overwritten),
 * cannot be made, or the disk has no room for all of it.  All is borrowed until
 * the call returns, but grid and run until the file is finished or dropped.
 */
tk_err tk_out_create(const tk_par *par, const tk_out_opts *opts,
                     const tk_grid_source *source, const tk_grid *grid,
                     const tk_run *run, size_t nvar, const tk_out_var *var,
                     tk_out **out) TK_MUST;

/* **Collective.**  Steps [first, first + n) of variable v from the run's lanes:
 * x[n][ndepth][nlane] (without the dimensions that the variable lacks).  An
 * error is remembered: finish fails after it.
 */
tk_err tk_out_write(tk_out *out, size_t v, size_t first, size_t n,
                    const float *x) TK_MUST;

/* **Collective.**  Digests, close, verify, flush, rename.  TK_EOUT, and no file,
 * if anything went wrong now or before.  Ends `out` in any case.
 */
tk_err tk_out_finish(tk_out *out) TK_MUST;

/* **Collective.**  Gives up: closes and removes the temporary file.  Accepts
 * NULL.
 */
void tk_out_drop(tk_out *out);

/* Bytes of the whole file, for forecasts and messages. */
size_t tk_out_bytes(const tk_out *out);

/* After finish: "size in MB, digest" lines for the log are in talik/app. */

/* Rank 0's check of an output name: TK_EOUT if it exists and may not be
 * overwritten, or its folder cannot be written to (made if absent).
 */
tk_err tk_out_check(const char *path, bool overwrite) TK_MUST;

#endif
