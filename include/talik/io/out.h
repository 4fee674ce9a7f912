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
 * CDF-2 unless a variable or its record exceeds 4 GiB, then CDF-5 with a note
 * on who cannot read it.  Every rank writes its whole run of the grid, sea as
 * fill.
 *
 * Missing  1e20f for float, -1 for byte flags, TK_FILL_INT for int; NaN given
 * by the caller counts as missing.
 */
#ifndef TALIK_IO_OUT_H
#define TALIK_IO_OUT_H

#include "talik/grid/calendar.h"
#include "talik/grid/tile.h"
#include "talik/io/gridfile.h"

#define TK_FILL 1e20f
#define TK_FILL_BYTE (-1)
#define TK_FILL_INT (-2147483647)

typedef struct tk_out tk_out;

typedef enum { TK_OUT_FLOAT, TK_OUT_BYTE, TK_OUT_INT } tk_out_type;

/* A variable: (time, depth, y, x) with either of the first two left out. */
typedef struct {
    const char *name, *standard_name, *long_name, *units, *cell_methods;
    tk_out_type type;
    bool time, depth;
    const char *flag_meanings; /* byte flags: values 0, 1, ...; else NULL    */
    const char *extra; /* further attributes "name=text\n...", or NULL; those of
                          "coordinates" are joined with our own            */
} tk_out_var;

/* Global attributes, in order: a text, or a number where text is NULL. */
typedef struct {
    const char *name, *text;
    double number;
    bool integer; /* the number is written as an int */
} tk_out_att;

/* Where no variable lies along depth and ndepth is 1, depth is a scalar
 * coordinate: variables name it by extra = "coordinates=depth".
 *
 * Conventions, geospatial_*, time_coverage_* and tracking_id (from the digests,
 * a UUID of version 8) are written unless `att` has them.
 */
typedef struct {
    const char *path;
    bool overwrite;
    const char *format; /* "auto", "cdf2", "cdf5"                           */
    tk_calendar calendar;
    size_t ntime; /* 0: no time axis                                        */
    const double *time, *time_bounds; /* [ntime], [ntime][2]: days from the
                                         epoch; bounds may be NULL          */
    size_t ndepth;
    const double *depth, *depth_bounds; /* [ndepth], [ndepth][2] m, or NULL */
    int realization;                    /* scalar coordinate; -1 = none     */
    double height; /* m above ground: scalar coordinate `height` of variables
                      whose extra has "coordinates=height"; 0 = none       */
    size_t natt;
    const tk_out_att *att;
    size_t piece; /* most bytes that a rank holds for a call; 0 = 64 MiB    */
} tk_out_opts;

/* What the file will be; by arithmetic, nothing is opened. */
typedef struct {
    uint64_t bytes;  /* of all values; the header adds a few kB            */
    uint64_t record; /* the largest fixed variable, or record of a variable */
    int cdf;         /* 2 or 5                                             */
    bool too_large;  /* for CDF-2                                          */
} tk_out_size;

/* TK_ECONF if the format is unknown, or is cdf2 and the file too large for it.
 */
tk_err tk_out_forecast(const tk_out_opts *opts, const tk_grid *grid,
                       size_t nvar, const tk_out_var *var,
                       tk_out_size *size) TK_MUST;

/* **Collective.**  TK_EOUT if the file exists (and may not be overwritten),
 * cannot be made, or the disk has no room for all of it; TK_ECONF as above.
 * Folders are made if absent.  All is borrowed until the call returns, but grid
 * and run until the file is finished or dropped.  On projected grids 2-D lat
 * and lon come from the source; NULL leaves them out.
 */
tk_err tk_out_create(const tk_par *par, const tk_out_opts *opts,
                     const tk_grid_source *source, const tk_grid *grid,
                     const tk_run *run, size_t nvar, const tk_out_var *var,
                     tk_out **out) TK_MUST;

/* **Collective.**  Steps [first, first + n) of variable v from the run's lanes:
 * x[n][ndepth][nlane] (without the dimensions that the variable lacks), each
 * step exactly once.  An error is remembered: finish fails after it.
 */
tk_err tk_out_write(tk_out *out, size_t v, size_t first, size_t n,
                    const float *x) TK_MUST;

/* **Collective.**  The same for a part of the run, tk_run_make's of some of its
 * tiles, of a variable without depth: x[n][part's nlane].  Each tile once; ranks
 * may bring parts of different sizes, or of no tiles.
 */
tk_err tk_out_write_part(tk_out *out, const tk_run *part, size_t v,
                         size_t first, size_t n, const float *x) TK_MUST;

/* **Collective.**  The digests of what was written so far, one text for each
 * variable; for the log, before finish.
 */
void tk_out_digests(const tk_out *out, char (*text)[17]);

/* **Collective.**  Digests, close, verify, flush, rename.  If anything went
 * wrong now or before: its code, and no file; TK_ERUN if a step was never
 * written.  Ends `out` in any case.
 */
tk_err tk_out_finish(tk_out *out) TK_MUST;

/* **Collective.**  Gives up: closes and removes the temporary file.  Accepts
 * NULL.
 */
void tk_out_drop(tk_out *out);

/* Bytes of the whole file, for messages. */
size_t tk_out_bytes(const tk_out *out);

/* Rank 0's check of an output name: TK_EOUT if it exists and may not be
 * overwritten, or its folder (or, if absent, the one to make it in) cannot be
 * written to.  Makes nothing.
 */
tk_err tk_out_check(const char *path, bool overwrite) TK_MUST;

/* Rank 0's check that writing path would not destroy an input, under whatever
 * name: TK_EOUT names the one that path, or its temporary file, is.  Inputs
 * that do not exist, are "" or NULL are passed over.
 */
tk_err tk_out_same_file(const char *path, size_t n,
                        const char *const *inputs) TK_MUST;

#endif
