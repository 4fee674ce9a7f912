#include "talik/io/nc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pnetcdf.h>

#include "nc_impl.h"
#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/header.h"

static tk_err
read_names(tk_nc *nc)
{
    int n;

    if (ncmpi_inq_nvars(nc->id, &n) != NC_NOERR)
        return tk_fail(TK_EDATA, "%s: its variables cannot be counted",
                       nc->path);
    nc->name = tk_new((size_t)n + 1, sizeof *nc->name);
    if (!nc->name)
        return TK_ERUN;
    nc->nvar = (size_t)n;
    for (int i = 0; i < n; i++) {
        char name[NC_MAX_NAME + 1];

        if (ncmpi_inq_varname(nc->id, i, name) != NC_NOERR)
            return tk_fail(TK_EDATA, "%s: variable %d has no name", nc->path,
                           i);
        nc->name[i] = tk_copy_text(name);
        if (!nc->name[i])
            return TK_ERUN;
    }
    return TK_OK;
}

/* Bytes that the longest attribute of a variable takes as numbers of 8. */
static size_t
longest_attribute(const tk_nc *nc, int var, size_t most)
{
    int natt = 0;

    if ((var == NC_GLOBAL ? ncmpi_inq_natts(nc->id, &natt)
                          : ncmpi_inq_varnatts(nc->id, var, &natt))
        != NC_NOERR)
        return most;
    for (int i = 0; i < natt; i++) {
        char name[NC_MAX_NAME + 1];
        MPI_Offset n = 0;

        if (ncmpi_inq_attname(nc->id, var, i, name) == NC_NOERR
            && ncmpi_inq_attlen(nc->id, var, name, &n) == NC_NOERR
            && (size_t)n * 8 > most)
            most = (size_t)n * 8;
    }
    return most;
}

static tk_err
make_attribute_room(tk_nc *nc)
{
    size_t most = longest_attribute(nc, NC_GLOBAL, 8);

    for (int i = 0; i < (int)nc->nvar; i++)
        most = longest_attribute(nc, i, most);
    nc->att = tk_new(most, 1);
    return nc->att ? TK_OK : TK_ERUN;
}

/* Frees what open has filled; the file itself only if every rank has it, for
 * closing is collective.
 */
static void
end(tk_nc *nc)
{
    int all = nc->is_open;

    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, nc->par.comm);
    if (all)
        ncmpi_close(nc->id);
    for (size_t i = 0; nc->name && i < nc->nvar; i++)
        tk_free(nc->name[i]);
    tk_free(nc->name);
    tk_free(nc->att);
    tk_free(nc->path);
    tk_free(nc);
}

/* A tile is a few hundred bytes in each of hundreds of records, among those of
 * other variables.  ROMIO's data sieving and collective buffering would read all
 * that lies between, once for each variable.  Who names a file of hints to ROMIO
 * has chosen.
 */
static int
open_file(const tk_par *par, const char *path, int *id)
{
    MPI_Info hints;
    int status;

    MPI_Info_create(&hints);
    if (!getenv("ROMIO_HINTS")) {
        MPI_Info_set(hints, "romio_ds_read", "disable");
        MPI_Info_set(hints, "romio_cb_read", "disable");
    }
    status = ncmpi_open(par->comm, path, NC_NOWRITE, hints, id);
    MPI_Info_free(&hints);
    return status;
}

tk_err
tk_nc_open(const tk_par *par, const char *path, tk_nc **out)
{
    tk_nc *nc = tk_new(1, sizeof *nc);
    struct stat s = {0};
    tk_err err = nc ? TK_OK : TK_ERUN;
    int status;

    *out = NULL;
    if (nc) {
        nc->par = *par;
        nc->path = tk_copy_text(path);
        err = nc->path ? TK_OK : TK_ERUN;
    }
    /* ncmpi_open hangs when a file is missing for one rank: rank 0 decides. */
    if (!err && par->rank == 0) {
        err = tk_header_check(path);
        if (!err && stat(path, &s) == 0)
            nc->changed = (long long)s.st_mtime;
    }
    err = tk_agree(par, err);
    if (err) {
        if (nc)
            tk_free(nc->path);
        tk_free(nc);
        return err;
    }
    tk_bcast(par, &nc->changed, sizeof nc->changed);
    status = open_file(par, path, &nc->id);
    nc->is_open = status == NC_NOERR;
    if (status != NC_NOERR)
        err = tk_fail(TK_EDATA, "%s: %s", path, ncmpi_strerror(status));
    else if (tk_injected("io.open"))
        err = tk_fail(TK_EDATA, "%s: injected: io.open", path);
    else
        err = read_names(nc);
    if (!err)
        err = make_attribute_room(nc);
    err = tk_agree(par, err);
    if (err) {
        end(nc);
        return err;
    }
    *out = nc;
    return TK_OK;
}

void
tk_nc_close(tk_nc *nc)
{
    if (nc)
        end(nc);
}

const char *
tk_nc_path(const tk_nc *nc)
{
    return nc->path;
}

int
tk_nc_id(const tk_nc *nc)
{
    return nc->id;
}

long long
tk_nc_changed(const tk_nc *nc)
{
    return nc->changed;
}

const char *const *
tk_nc_names(const tk_nc *nc)
{
    return (const char *const *)nc->name;
}

bool
tk_nc_has(const tk_nc *nc, const char *variable)
{
    for (size_t i = 0; i < nc->nvar; i++)
        if (strcmp(nc->name[i], variable) == 0)
            return true;
    return false;
}

/* ---- attributes ---------------------------------------------------------- */

static int
var_id(const tk_nc_var *v)
{
    return v ? v->id : NC_GLOBAL;
}

void
tk_nc_text(const tk_nc *nc, const tk_nc_var *v, const char *attribute,
           size_t room, char *out)
{
    nc_type type;
    MPI_Offset n;
    const char *text = nc->att;

    out[0] = '\0';
    if (ncmpi_inq_att(nc->id, var_id(v), attribute, &type, &n) != NC_NOERR
        || type != NC_CHAR || n <= 0)
        return;
    if (ncmpi_get_att_text(nc->id, var_id(v), attribute, nc->att) == NC_NOERR) {
        const size_t len = strnlen(text, (size_t)n);
        const size_t kept = len < room ? len : room - 1;

        memcpy(out, text, kept);
        out[kept] = '\0';
    }
}

size_t
tk_nc_numbers(const tk_nc *nc, const tk_nc_var *v, const char *attribute,
              size_t most, double *out)
{
    nc_type type;
    MPI_Offset n;
    size_t count;

    if (ncmpi_inq_att(nc->id, var_id(v), attribute, &type, &n) != NC_NOERR
        || n <= 0 || tk_nc_type_bytes(type) == 0)
        return 0;
    count = (size_t)n;
    if (ncmpi_get_att(nc->id, var_id(v), attribute, nc->att) != NC_NOERR)
        return 0;
    tk_nc_widen(type, nc->att, count < most ? count : most, out);
    return count;
}

/* ---- variables ----------------------------------------------------------- */

static tk_err
no_such(const tk_nc *nc, const char *variable)
{
    const char *near =
        tk_nearest_word(variable, nc->nvar, (const char *const *)nc->name);

    return tk_fail(TK_EDATA, "%s: no variable '%s'%s%s%s", nc->path, variable,
                   near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
}

static tk_err
read_shape(const tk_nc *nc, tk_nc_var *v)
{
    int ids[TK_NC_DIMS], unlimited = -1;

    ncmpi_inq_vardimid(nc->id, v->id, ids);
    ncmpi_inq_unlimdim(nc->id, &unlimited);
    v->record = v->ndim > 0 && ids[0] == unlimited;
    for (int d = 0; d < v->ndim; d++) {
        char name[NC_MAX_NAME + 1];
        MPI_Offset n;

        if (ncmpi_inq_dim(nc->id, ids[d], name, &n) != NC_NOERR
            || strlen(name) >= TK_NAME)
            return tk_fail(TK_EDATA,
                           "%s: variable '%s': the name of dimension %d is too "
                           "long",
                           nc->path, v->name, d + 1);
        memcpy(v->dim_name[d], name, strlen(name) + 1);
        v->dim[d] = (size_t)n;
    }
    return TK_OK;
}

/* The fill of the netCDF library for variables that name none; bytes have no
 * value to spare.
 */
static bool
default_fill(int type, double *fill)
{
    switch (type) {
    case NC_SHORT:
        *fill = NC_FILL_SHORT;
        return true;
    case NC_INT:
        *fill = NC_FILL_INT;
        return true;
    case NC_INT64:
        *fill = (double)NC_FILL_INT64;
        return true;
    case NC_FLOAT:
        *fill = (double)NC_FILL_FLOAT;
        return true;
    case NC_DOUBLE:
        *fill = NC_FILL_DOUBLE;
        return true;
    default:
        return false;
    }
}

static void
read_missing(const tk_nc *nc, tk_nc_var *v)
{
    static const char *const att[] = {"_FillValue", "missing_value"};

    for (int i = 0; i < 2; i++) {
        const size_t room = i == 0 ? 1 : 4 - v->nmissing;
        const size_t n =
            tk_nc_numbers(nc, v, att[i], room, v->missing + v->nmissing);

        v->nmissing += n < room ? n : room;
    }
    if (v->nmissing == 0)
        v->nmissing = default_fill(v->type, &v->missing[0]);
    /* An attribute may be of a wider type than the data. */
    for (size_t i = 0; v->type == NC_FLOAT && i < v->nmissing; i++)
        v->missing[i] = (double)(float)v->missing[i];
}

static tk_err
read_packing(const tk_nc *nc, tk_nc_var *v)
{
    v->scale = 1;
    v->offset = 0;
    tk_nc_numbers(nc, v, "scale_factor", 1, &v->scale);
    tk_nc_numbers(nc, v, "add_offset", 1, &v->offset);
    if (v->scale == 0 || !isfinite(v->scale) || !isfinite(v->offset))
        return tk_fail(TK_EDATA,
                       "%s: variable '%s': scale_factor %g, add_offset %g",
                       nc->path, v->name, v->scale, v->offset);
    return TK_OK;
}

tk_err
tk_nc_find(const tk_nc *nc, const char *variable, tk_nc_var *v)
{
    nc_type type;

    *v = (tk_nc_var){0};
    if (tk_injected("io.find"))
        return tk_fail(TK_EDATA, "%s: injected: io.find", nc->path);
    if (strlen(variable) >= TK_NAME || !tk_nc_has(nc, variable)
        || ncmpi_inq_varid(nc->id, variable, &v->id) != NC_NOERR)
        return no_such(nc, variable);
    memcpy(v->name, variable, strlen(variable) + 1);
    if (ncmpi_inq_vartype(nc->id, v->id, &type) != NC_NOERR
        || ncmpi_inq_varndims(nc->id, v->id, &v->ndim) != NC_NOERR
        || ncmpi_inq_varnatts(nc->id, v->id, &v->natt) != NC_NOERR)
        return tk_fail(TK_EDATA, "%s: variable '%s' cannot be described",
                       nc->path, variable);
    v->type = type;
    if (v->ndim > TK_NC_DIMS)
        return tk_fail(TK_EDATA,
                       "%s: variable '%s' has %d dimensions, at most %d are "
                       "read",
                       nc->path, variable, v->ndim, TK_NC_DIMS);
    TK_TRY(read_shape(nc, v));
    TK_TRY(read_packing(nc, v));
    read_missing(nc, v);
    tk_nc_text(nc, v, "units", sizeof v->units, v->units);
    return TK_OK;
}
