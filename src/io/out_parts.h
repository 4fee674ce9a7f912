/* out_parts.h -- what the sources of talik/io/out.h share.
 *
 * A *field* is a variable on the grid: those of the caller, then 2-D lat and
 * lon.  Its *level* is a step and a depth in one number, t * nz + z.  A *piece*
 * is what one collective call moves: some levels of some places of the run, in
 * the order [level][place]; all ranks have the same number of pieces.
 */
#ifndef TALIK_IO_OUT_PARTS_H
#define TALIK_IO_OUT_PARTS_H

#include <pnetcdf.h>

#include "talik/core/par.h"
#include "talik/io/disk.h"
#include "talik/io/out.h"

#define OUT_MORE_BOXES 9 /* a part of each of three boxes has three at most */
#define OUT_FILL_DOUBLE 1e20 /* of 2-D lat and lon */
#define OUT_NO_UUID "00000000-0000-8000-8000-000000000000"
#define OUT_NO_DIGEST "0000000000000000"

typedef struct {
    char *name;
    int id;
    nc_type type;
    size_t nt, nz;    /* at least 1                          */
    bool time, depth; /* has these dimensions                */
    uint64_t *digest; /* [nt] of this rank's cells           */
    size_t *written;  /* [nt] places of this rank that are   */
} tk_out_field;

/* Coordinates in one dimension and their bounds, written by rank 0. */
typedef struct {
    int id, ndim;
    MPI_Offset shape[2];
    double *value; /* in axis_room */
    uint64_t digest;
} tk_out_axis;

typedef struct {
    size_t level, nlevel, place, nplace;
} tk_out_piece;

struct tk_out {
    tk_par par;
    const tk_grid *grid;
    const tk_run *run;
    char *path, *temporary;
    bool overwrite;

    int nc;
    enum { OUT_CLOSED, OUT_DEFINE, OUT_DATA } mode;
    bool made; /* the temporary file may be there, and is ours      */
    tk_disk_id id;
    uint64_t bytes;

    size_t nvar, nfield; /* nfield = nvar + 2 with 2-D lat and lon  */
    tk_out_field *field;
    double *lat, *lon; /* [ncover], until they are written          */
    size_t naxis;
    tk_out_axis axis[9];
    double *axis_room; /* values, bounds and bounds at work; until written */
    size_t axis_used;
    int crs, realization; /* variables, or -1                       */
    int member;           /* the value of realization               */
    bool own_uuid;        /* tracking_id is ours to fill            */
    uint64_t header;      /* digest of the global attributes        */

    size_t piece;      /* bytes                                          */
    size_t most_cover; /* places of the rank that has most               */
    void *stage;
    MPI_Offset *at; /* starts and counts of the requests        */
    MPI_Offset **start, **count;

    tk_err err; /* the first, agreed */
    tk_fault fault;
};

/* TK_OK, or a fault of TK_EOUT if the site is to fail here. */
tk_err tk_out_inject(const tk_out *out, const char *site);

/* A PnetCDF code as a fault of TK_EOUT; TK_OK for NC_NOERR. */
tk_err tk_out_nc_fail(const tk_out *out, int code, const char *doing,
                      const char *what);

/* **Collective.**  Define mode from its begin to its end. */
tk_err tk_out_define(tk_out *out, const tk_out_opts *opts,
                     const tk_out_var *var) TK_MUST;

/* Room for the pieces of all fields. */
tk_err tk_out_make_room(tk_out *out) TK_MUST;

size_t tk_out_pieces(const tk_out *out, const tk_out_field *f, size_t nlevel);
tk_out_piece tk_out_piece_at(const tk_out *out, const tk_out_field *f,
                             size_t level, size_t nlevel, size_t i);

/* **Collective.**  Puts the staged piece into the file, or gets it. */
int tk_out_put_piece(tk_out *out, const tk_out_field *f, tk_out_piece p);
int tk_out_get_piece(tk_out *out, const tk_out_field *f, tk_out_piece p);

/* **Collective.**  A whole field of doubles x[ncover], in places. */
int tk_out_put_doubles(tk_out *out, tk_out_field *f, const double *x);

/* Adds the digest of the staged piece to those of its steps. */
void tk_out_digest_piece(const tk_out *out, const tk_out_field *f,
                         tk_out_piece p, uint64_t *digest);

/* **Collective.**  The sums over steps and ranks; sum[nvar]. */
void tk_out_sum_digests(const tk_out *out, uint64_t *sum);

#endif
