#include "talik/io/out.h"

#include <stdio.h>
#include <string.h>

#include "talik/core/digest.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

#include "out_define.h"

#define DEFAULT_PIECE ((size_t)64 << 20)
#define MOST_PIECE ((size_t)1 << 30) /* MPI counts are int */

tk_err
tk_out_inject(const tk_out *out, const char *site)
{
    if (!tk_injected(site))
        return TK_OK;
    return tk_fail(TK_EOUT, "%s: a fault was injected at %s", out->path, site);
}

tk_err
tk_out_nc_fail(const tk_out *out, int code, const char *doing, const char *what)
{
    if (code == NC_NOERR)
        return TK_OK;
    return tk_fail(TK_EOUT, "%s: cannot %s %s: %s", out->path, doing, what,
                   ncmpi_strerror(code));
}

static char *
join(const char *a, const char *b)
{
    const size_t n = strlen(a) + strlen(b) + 1;
    char *text = tk_new(n, 1);

    if (text)
        snprintf(text, n, "%s%s", a, b);
    return text;
}

static tk_err
make_field(tk_out *out, const char *name, nc_type type, bool time, bool depth,
           const tk_out_opts *o)
{
    tk_out_field *f = &out->field[out->nfield++];

    *f = (tk_out_field){.id = -1, .type = type, .time = time, .depth = depth};
    f->nt = time ? o->ntime : 1;
    f->nz = depth ? o->ndepth : 1;
    f->name = tk_copy_text(name);
    f->digest = tk_new(f->nt, sizeof *f->digest);
    f->written = tk_new(f->nt, sizeof *f->written);
    return f->name && f->digest && f->written ? TK_OK : TK_ERUN;
}

static tk_err
make_fields(tk_out *out, const tk_out_opts *o, bool coordinates, size_t nvar,
            const tk_out_var *var)
{
    static const nc_type type[] = {NC_FLOAT, NC_BYTE, NC_INT};
    static const char *const coordinate[] = {"lat", "lon"};

    out->field = tk_new(nvar + 2, sizeof *out->field);
    if (!out->field)
        return TK_ERUN;
    out->nvar = nvar;
    for (size_t v = 0; v < nvar; v++) {
        if ((var[v].time && o->ntime == 0) || (var[v].depth && o->ndepth == 0))
            return tk_fail(TK_ERUN, "%s: %s has an axis without values",
                           o->path, var[v].name);
        TK_TRY(make_field(out, var[v].name, type[var[v].type], var[v].time,
                          var[v].depth, o));
    }
    for (size_t i = 0; coordinates && i < 2; i++)
        TK_TRY(make_field(out, coordinate[i], NC_DOUBLE, false, false, o));
    if (!coordinates)
        return TK_OK;
    out->lat = tk_new(out->run->ncover, sizeof *out->lat);
    out->lon = tk_new(out->run->ncover, sizeof *out->lon);
    return out->lat && out->lon ? TK_OK : TK_ERUN;
}

/* All memory, so that none is missing hours later. */
static tk_err
begin(const tk_par *par, const tk_out_opts *o, bool coordinates,
      const tk_grid *grid, const tk_run *run, size_t nvar,
      const tk_out_var *var, size_t most_cover, tk_out **result)
{
    tk_out *out = tk_new(1, sizeof *out);

    *result = out;
    if (!out)
        return TK_ERUN;
    out->par = *par;
    out->grid = grid;
    out->run = run;
    out->overwrite = o->overwrite;
    out->crs = out->realization = -1;
    out->member = o->realization;
    out->most_cover = most_cover;
    out->piece = o->piece ? o->piece : DEFAULT_PIECE;
    if (out->piece > MOST_PIECE)
        out->piece = MOST_PIECE;
    out->path = tk_copy_text(o->path);
    out->temporary = join(o->path, ".tmp");
    out->axis_room = tk_new(tk_def_axis_room(o, grid), sizeof *out->axis_room);
    if (!out->path || !out->temporary || !out->axis_room)
        return TK_ERUN;
    TK_TRY(make_fields(out, o, coordinates, nvar, var));
    return tk_out_make_room(out);
}

/* Together the ranks' runs cover the grid, else some cells would never be
 * written; and the most that one covers.
 */
static tk_err
check_cover(const tk_par *par, const tk_grid *grid, const tk_run *run,
            size_t *most)
{
    uint64_t covered = run->ncover, here = run->ncover, largest;

    tk_sum_u64(par, 1, &covered);
    MPI_Allreduce(&here, &largest, 1, MPI_UINT64_T, MPI_MAX, par->comm);
    *most = (size_t)largest;
    if (covered == (uint64_t)grid->ny * grid->nx)
        return TK_OK;
    return tk_fail(TK_ERUN, "the ranks cover %llu of %zu cells of the grid",
                   (unsigned long long)covered, grid->ny * grid->nx);
}

/* Rank 0: the way is free, and the reason if not is the system's own. */
static tk_err
clear_the_way(tk_out *out, const tk_out_size *size)
{
    tk_err err = tk_out_inject(out, "out.create");

    if (out->par.rank != 0 || err)
        return err;
    TK_TRY(tk_disk_check(out->path, out->overwrite));
    TK_TRY(tk_disk_make_folder(out->path));
    if (tk_disk_remove(out->temporary))
        tk_note("%s: removed, left over from a run that did not end",
                out->temporary);
    TK_TRY(tk_disk_probe(out->temporary));
    if (size->cdf == 5)
        tk_note("%s: CDF-5%s, which GDAL, QGIS and Java tools cannot read; for "
                "those: nccopy -k nc4 -d 4 -s %s OUT",
                out->path, size->too_large ? ", as a record exceeds 4 GiB" : "",
                out->path);
    return TK_OK;
}

static tk_err
create(tk_out *out, const tk_out_size *size)
{
    const int mode =
        NC_NOCLOBBER | (size->cdf == 5 ? NC_64BIT_DATA : NC_64BIT_OFFSET);
    MPI_Info hints;
    uint64_t bytes;
    tk_err err;
    int code;

    /* Data sieving of writes reads and rewrites what other ranks own. */
    MPI_Info_create(&hints);
    MPI_Info_set(hints, "romio_ds_write", "disable");
    out->made = true;
    code = ncmpi_create(out->par.comm, out->temporary, mode, hints, &out->nc);
    MPI_Info_free(&hints);
    TK_AGREE(&out->par, tk_out_nc_fail(out, code, "make", out->temporary));
    out->mode = OUT_DEFINE;
    err = out->par.rank == 0
              ? tk_disk_identify(out->temporary, &out->id, &bytes)
              : TK_OK;
    return tk_agree(&out->par, err);
}

/* The length that the header promises. */
static int
length_of(const tk_out *out, size_t ntime, uint64_t *bytes)
{
    MPI_Offset record = 0, at = 0, begin = -1, end = 0;
    int nvar = 0, unlimited = -1, code = ncmpi_inq_nvars(out->nc, &nvar);

    code = code ? code : ncmpi_inq_unlimdim(out->nc, &unlimited);
    code = code ? code : ncmpi_inq_recsize(out->nc, &record);
    for (int v = 0; v < nvar && !code; v++) {
        int ndim = 0, dims[4];
        MPI_Offset n, size;
        nc_type type;

        code = ncmpi_inq_varndims(out->nc, v, &ndim);
        code = code ? code : ncmpi_inq_vardimid(out->nc, v, dims);
        code = code ? code : ncmpi_inq_vartype(out->nc, v, &type);
        code = code ? code : ncmpi_inq_varoffset(out->nc, v, &at);
        if (ndim > 0 && dims[0] == unlimited) {
            begin = begin < 0 || at < begin ? at : begin;
            continue;
        }
        size = type == NC_BYTE ? 1 : type == NC_DOUBLE ? 8 : 4;
        for (int i = 0; i < ndim && !code; i++) {
            code = ncmpi_inq_dimlen(out->nc, dims[i], &n);
            size *= n;
        }
        size = (size + 3) / 4 * 4;
        end = at + size > end ? at + size : end;
    }
    if (begin >= 0)
        end = begin + (MPI_Offset)ntime * record;
    *bytes = (uint64_t)end;
    return code;
}

static tk_err
reserve(tk_out *out, size_t ntime)
{
    tk_err err = tk_out_inject(out, "out.fallocate");
    const int code = length_of(out, ntime, &out->bytes);

    if (!err)
        err = tk_out_nc_fail(out, code, "measure", "the file");
    if (!err && out->par.rank == 0)
        err = tk_disk_reserve(out->temporary, out->bytes);
    return tk_agree(&out->par, err);
}

/* Rank 0's values; the others take part with none.  All times are there from
 * the first moment, so that writing months need not lengthen the file.
 */
static int
put_axes(tk_out *out)
{
    const bool mine = out->par.rank == 0;
    const MPI_Offset none[2] = {0, 0};
    const int zero = 0;
    int first = NC_NOERR, code;

    for (size_t i = 0; i < out->naxis; i++) {
        tk_out_axis *axis = &out->axis[i];

        if (axis->ndim == 0)
            code = ncmpi_put_var_double_all(out->nc, axis->id, axis->value);
        else
            code = ncmpi_put_vara_double_all(out->nc, axis->id, none,
                                             mine ? axis->shape : none,
                                             axis->value);
        first = first ? first : code;
    }
    tk_free(out->axis_room);
    out->axis_room = NULL;
    if (out->crs >= 0) {
        code = ncmpi_put_var_int_all(out->nc, out->crs, &zero);
        first = first ? first : code;
    }
    if (out->realization >= 0) {
        code = ncmpi_put_var_int_all(out->nc, out->realization, &out->member);
        first = first ? first : code;
    }
    return first;
}

static tk_err
put_coordinates(tk_out *out)
{
    int code = put_axes(out);

    for (size_t i = out->nvar; i < out->nfield; i++) {
        const int next = tk_out_put_doubles(
            out, &out->field[i], i == out->nvar ? out->lat : out->lon);

        code = code ? code : next;
    }
    tk_free(out->lat);
    tk_free(out->lon);
    out->lat = out->lon = NULL;
    return tk_agree(&out->par,
                    tk_out_nc_fail(out, code, "write", "coordinates"));
}

tk_err
tk_out_create(const tk_par *par, const tk_out_opts *opts,
              const tk_grid_source *source, const tk_grid *grid,
              const tk_run *run, size_t nvar, const tk_out_var *var,
              tk_out **result)
{
    const bool coordinates = grid->projected && source;
    tk_out_size size;
    size_t most;
    tk_out *out = NULL;
    tk_err err;

    *result = NULL;
    TK_AGREE(par, tk_out_forecast(opts, grid, nvar, var, &size));
    TK_AGREE(par, check_cover(par, grid, run, &most));
    err = tk_agree(
        par, begin(par, opts, coordinates, grid, run, nvar, var, most, &out));
    if (!err)
        err = tk_agree(par, clear_the_way(out, &size));
    if (!err && coordinates)
        err = tk_grid_cover(par, source, grid, run, out->lat, out->lon);
    if (!err)
        err = create(out, &size);
    if (!err)
        err = tk_out_define(out, opts, var);
    if (!err)
        err = reserve(out, opts->ntime);
    if (!err)
        err = put_coordinates(out);
    if (err) {
        tk_out_drop(out);
        return err;
    }
    *result = out;
    return TK_OK;
}

size_t
tk_out_bytes(const tk_out *out)
{
    return (size_t)out->bytes;
}
