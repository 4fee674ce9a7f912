/* Define mode: the caller's variables, and the mode's begin and end. */
#include <stdio.h>
#include <string.h>

#include "out_define.h"

/* Room in the header for attributes added later, and where data begin: fixed
 * here, as PnetCDF would take the file system's stripe, and the same run must
 * write the same bytes everywhere.
 */
#define HEADER_ROOM 4096
#define DATA_ALIGN 4096

static bool
ready(tk_definer *d, int id, const char *name)
{
    char variable[NC_MAX_NAME + 1] = "";

    if (d->code)
        return false;
    if (id >= 0)
        ncmpi_inq_varname(d->out->nc, id, variable);
    snprintf(d->what, sizeof d->what, "%.127s%s%.127s", variable,
             *variable ? ":" : "", name);
    return true;
}

int
tk_def_dimension(tk_definer *d, const char *name, size_t n)
{
    int id = -1;

    if (ready(d, -1, name))
        d->code = ncmpi_def_dim(d->out->nc, name, (MPI_Offset)n, &id);
    return id;
}

int
tk_def_variable(tk_definer *d, const char *name, nc_type type, int ndim,
                const int *dim)
{
    int id = -1;

    if (ready(d, -1, name))
        d->code = ncmpi_def_var(d->out->nc, name, type, ndim, dim, &id);
    return id;
}

void
tk_def_bytes(tk_definer *d, int id, const char *name, size_t n,
             const char *bytes)
{
    if (ready(d, id, name))
        d->code =
            ncmpi_put_att_text(d->out->nc, id, name, (MPI_Offset)n, bytes);
}

void
tk_def_text(tk_definer *d, int id, const char *name, const char *text)
{
    if (text && *text)
        tk_def_bytes(d, id, name, strlen(text), text);
}

void
tk_def_doubles(tk_definer *d, int id, const char *name, size_t n,
               const double *x)
{
    if (ready(d, id, name))
        d->code = ncmpi_put_att_double(d->out->nc, id, name, NC_DOUBLE,
                                       (MPI_Offset)n, x);
}

void
tk_def_ints(tk_definer *d, int id, const char *name, nc_type type, size_t n,
            const int *x)
{
    if (ready(d, id, name))
        d->code =
            ncmpi_put_att_int(d->out->nc, id, name, type, (MPI_Offset)n, x);
}

/* flag_values 0, 1, ... for as many as there are words. */
static void
add_flags(tk_definer *d, const tk_out_field *f, const char *meanings)
{
    int values[128], n = 0;

    for (const char *at = meanings; *at && n < 128;) {
        const size_t word = strcspn(at, " ");

        if (word > 0) {
            values[n] = n;
            n++;
        }
        at += word + strspn(at + word, " ");
    }
    if (n > 0)
        tk_def_ints(d, f->id, "flag_values", f->type, (size_t)n, values);
    tk_def_text(d, f->id, "flag_meanings", meanings);
}

/* Lines "name=text"; of "coordinates" the text is added to the list. */
static void
add_extra(tk_definer *d, const tk_out_field *f, const char *at, char *list,
          size_t room)
{
    while (at && *at) {
        const size_t line = strcspn(at, "\n"), n = strcspn(at, "=\n");
        const int length = (int)(line - n) - 1; /* of the text; < 0: no '=' */
        char name[TK_NAME];

        snprintf(name, sizeof name, "%.*s", (int)n, at);
        if (length < 0 || n >= sizeof name) {
            if (ready(d, f->id, name))
                d->code = NC_EINVAL;
        } else if (strcmp(name, "coordinates") == 0) {
            const size_t used = strlen(list);

            snprintf(list + used, room - used, " %.*s", length, at + n + 1);
        } else if (length > 0) {
            tk_def_bytes(d, f->id, name, (size_t)length, at + n + 1);
        }
        at += line + (at[line] == '\n');
    }
}

/* Those of the grid, of the caller, of the ensemble, in this order. */
static void
add_coordinates(tk_definer *d, const tk_out_field *f, const char *extra)
{
    char list[8 * TK_NAME] = "";

    if (d->out->nfield > d->out->nvar)
        snprintf(list, sizeof list, " lat lon");
    add_extra(d, f, extra, list, sizeof list - sizeof " realization");
    if (d->out->realization >= 0 && f->time)
        strcat(list, " realization");
    if (*list)
        tk_def_text(d, f->id, "coordinates", list + 1);
}

static void
add_fill(tk_definer *d, const tk_out_field *f)
{
    static const float fill = TK_FILL;
    const int byte = TK_FILL_BYTE, word = TK_FILL_INT;

    if (f->type != NC_FLOAT) {
        tk_def_ints(d, f->id, "_FillValue", f->type, 1,
                    f->type == NC_BYTE ? &byte : &word);
        return;
    }
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "_FillValue" : "missing_value";

        if (ready(d, f->id, name))
            d->code = ncmpi_put_att_float(d->out->nc, f->id, name, NC_FLOAT, 1,
                                          &fill);
    }
}

static void
add_field(tk_definer *d, tk_out_field *f, const tk_out_var *var)
{
    int dims[4], n = 0;

    if (f->time)
        dims[n++] = d->time;
    if (f->depth)
        dims[n++] = d->depth;
    dims[n++] = d->y;
    dims[n++] = d->x;
    f->id = tk_def_variable(d, f->name, f->type, n, dims);
    tk_def_text(d, f->id, "standard_name", var->standard_name);
    tk_def_text(d, f->id, "long_name", var->long_name);
    tk_def_text(d, f->id, "units", var->units);
    tk_def_text(d, f->id, "cell_methods", var->cell_methods);
    if (var->flag_meanings && f->type != NC_FLOAT)
        add_flags(d, f, var->flag_meanings);
    if (d->out->crs >= 0)
        tk_def_text(d, f->id, "grid_mapping", "crs");
    add_coordinates(d, f, var->extra);
    add_fill(d, f);
    tk_def_text(d, f->id, "digest", OUT_NO_DIGEST);
}

tk_err
tk_out_define(tk_out *out, const tk_out_opts *opts, const tk_out_var *var)
{
    tk_definer d = {.out = out, .opts = opts, .code = NC_NOERR};
    bool along_depth = false;
    tk_err err;

    for (size_t v = 0; v < out->nvar; v++)
        along_depth = along_depth || out->field[v].depth;
    tk_def_axes(&d, along_depth);
    for (size_t v = 0; v < out->nvar; v++)
        add_field(&d, &out->field[v], &var[v]);
    tk_def_globals(&d);
    err = tk_out_nc_fail(out, d.code, "define", d.what);
    if (!err)
        err = tk_out_inject(out, "out.define");
    /* Ranks that disagree would wait for each other in enddef. */
    TK_AGREE(&out->par, err);
    err = tk_out_nc_fail(
        out, ncmpi__enddef(out->nc, HEADER_ROOM, DATA_ALIGN, 0, DATA_ALIGN),
        "write", "the header");
    TK_AGREE(&out->par, err);
    out->mode = OUT_DATA;
    return TK_OK;
}
