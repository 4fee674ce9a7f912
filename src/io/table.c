#include "talik/io/table.h"

#include <math.h>
#include <pnetcdf.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/io/disk.h"

#define FILL 1e20

typedef struct {
    int id, code; /* of PnetCDF; the first that is not NC_NOERR */
    const tk_table_axis *axis;
    int *dim, *var_id;
} table;

static void
note(table *t, int code)
{
    if (t->code == NC_NOERR)
        t->code = code;
}

static void
put_text(table *t, int var, const char *name, const char *text)
{
    if (*text)
        note(t, ncmpi_put_att_text(t->id, var, name, (MPI_Offset)strlen(text),
                                   text));
}

static size_t
longest(const tk_table_var *v, size_t n)
{
    size_t most = 1;

    for (size_t i = 0; i < n; i++)
        most = strlen(v->label[i]) > most ? strlen(v->label[i]) : most;
    return most;
}

/* Dimensions of characters are named by their length and shared. */
static int
label_dim(table *t, size_t length)
{
    char name[32];
    int id = 0;

    snprintf(name, sizeof name, "string%zu", length);
    if (ncmpi_inq_dimid(t->id, name, &id) != NC_NOERR)
        note(t, ncmpi_def_dim(t->id, name, (MPI_Offset)length, &id));
    return id;
}

static void
define_var(table *t, const tk_table_var *v, int *id)
{
    const double fill = FILL;
    int dim[TK_TABLE_RANK + 1];

    for (int k = 0; k < v->rank; k++)
        dim[k] = t->dim[v->axis[k]];
    if (v->label)
        dim[v->rank] = label_dim(t, longest(v, t->axis[v->axis[0]].n));
    note(t, ncmpi_def_var(t->id, v->name, v->label ? NC_CHAR : NC_DOUBLE,
                          v->rank + (v->label != NULL), dim, id));
    if (t->code != NC_NOERR)
        return;
    put_text(t, *id, "long_name", v->long_name);
    put_text(t, *id, "units", v->units);
    put_text(t, *id, "coordinates", v->coordinates);
    /* Coordinate variables have no missing values. */
    if (!v->label
        && !(v->rank == 1 && strcmp(v->name, t->axis[v->axis[0]].name) == 0))
        note(t, ncmpi_put_att_double(t->id, *id, "_FillValue", NC_DOUBLE, 1,
                                     &fill));
}

static void
put_att(table *t, const tk_out_att *a)
{
    if (a->text)
        put_text(t, NC_GLOBAL, a->name, a->text);
    else if (a->integer) {
        const int number = (int)a->number;

        note(t,
             ncmpi_put_att_int(t->id, NC_GLOBAL, a->name, NC_INT, 1, &number));
    } else
        note(t, ncmpi_put_att_double(t->id, NC_GLOBAL, a->name, NC_DOUBLE, 1,
                                     &a->number));
}

static void
write_var(table *t, const tk_table_var *v, int id)
{
    size_t n = 1, width = 1;
    double *x;
    char *text;

    for (int k = 0; k < v->rank; k++)
        n *= t->axis[v->axis[k]].n;
    if (v->label)
        width = longest(v, n);
    x = v->label ? NULL : tk_new(n, sizeof *x);
    text = v->label ? tk_new(n * width, 1) : NULL;
    if (!x && !text)
        note(t, NC_ENOMEM);
    for (size_t i = 0; i < n && x; i++)
        x[i] = isnan(v->x[i]) ? FILL : v->x[i];
    for (size_t i = 0; i < n && text; i++)
        memcpy(text + i * width, v->label[i], strlen(v->label[i]));
    if (x && t->code == NC_NOERR)
        note(t, ncmpi_put_var_double_all(t->id, id, x));
    if (text && t->code == NC_NOERR)
        note(t, ncmpi_put_var_text_all(t->id, id, text));
    tk_free(x);
    tk_free(text);
}

static void
write_all(table *t, size_t naxis, size_t nvar, const tk_table_var *var,
          size_t natt, const tk_out_att *att)
{
    for (size_t i = 0; i < naxis; i++)
        note(t, ncmpi_def_dim(t->id, t->axis[i].name, (MPI_Offset)t->axis[i].n,
                              &t->dim[i]));
    for (size_t i = 0; i < nvar && t->code == NC_NOERR; i++)
        define_var(t, &var[i], &t->var_id[i]);
    for (size_t i = 0; i < natt && t->code == NC_NOERR; i++)
        put_att(t, &att[i]);
    note(t, ncmpi_enddef(t->id));
    for (size_t i = 0; i < nvar && t->code == NC_NOERR; i++)
        write_var(t, &var[i], t->var_id[i]);
}

/* Rank 0: the file under a name that is not yet its own. */
static tk_err
write_beside(table *t, const char *part, size_t naxis, size_t nvar,
             const tk_table_var *var, size_t natt, const tk_out_att *att)
{
    int code;

    TK_TRY(tk_disk_probe(part));
    code = ncmpi_create(MPI_COMM_SELF, part, NC_NOCLOBBER | NC_64BIT_OFFSET,
                        MPI_INFO_NULL, &t->id);
    if (code != NC_NOERR)
        return tk_fail(TK_EOUT, "%s: %s", part, ncmpi_strerror(code));
    write_all(t, naxis, nvar, var, natt, att);
    note(t, ncmpi_close(t->id));
    if (t->code != NC_NOERR || tk_injected("table.write"))
        return tk_fail(TK_EOUT, "%s: %s", part,
                       t->code ? ncmpi_strerror(t->code) : "injected failure");
    return tk_disk_sync(part);
}

static tk_err
write_table(const char *path, bool overwrite, size_t naxis,
            const tk_table_axis *axis, size_t nvar, const tk_table_var *var,
            size_t natt, const tk_out_att *att)
{
    table t = {.axis = axis,
               .dim = tk_new(naxis, sizeof *t.dim),
               .var_id = tk_new(nvar, sizeof *t.var_id)};
    char part[4096];
    tk_err err = t.dim && t.var_id ? TK_OK : TK_ERUN;

    if (!err && snprintf(part, sizeof part, "%s.tmp", path) >= (int)sizeof part)
        err = tk_fail(TK_EOUT, "%s: the name is too long", path);
    if (!err)
        err = tk_disk_check(path, overwrite);
    if (!err)
        err = tk_disk_make_folder(path);
    if (!err) {
        tk_disk_remove(part);
        err = write_beside(&t, part, naxis, nvar, var, natt, att);
        if (!err)
            err = tk_disk_rename(part, path, overwrite);
        if (err)
            tk_disk_remove(part);
    }
    tk_free(t.dim);
    tk_free(t.var_id);
    return err;
}

void
tk_table_add(tk_table_list *list, const char *name, const char *long_name,
             const char *units, const char *coordinates, const char *axes,
             const double *x)
{
    tk_table_var *v = &list->var[list->n++];

    TK_ASSERT(list->n <= TK_TABLE_VARS);
    *v = (tk_table_var){.name = name,
                        .long_name = long_name,
                        .units = units,
                        .coordinates = coordinates,
                        .rank = (int)strlen(axes),
                        .x = x};
    for (int k = 0; k < v->rank; k++)
        v->axis[k] = axes[k] - '0';
}

void
tk_table_add_labels(tk_table_list *list, const char *name,
                    const char *long_name, int axis, const char *const *label)
{
    TK_ASSERT(list->n < TK_TABLE_VARS);
    list->var[list->n++] = (tk_table_var){.name = name,
                                          .long_name = long_name,
                                          .units = "",
                                          .coordinates = "",
                                          .rank = 1,
                                          .axis = {axis},
                                          .label = label};
}

tk_err
tk_table_write(const tk_par *par, const char *path, bool overwrite,
               size_t naxis, const tk_table_axis *axis, size_t nvar,
               const tk_table_var *var, size_t natt, const tk_out_att *att)
{
    return tk_agree(par, par->rank == 0 ? write_table(
                             path, overwrite, naxis, axis, nvar, var, natt, att)
                                        : TK_OK);
}
