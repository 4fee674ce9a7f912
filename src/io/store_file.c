/* Stores on disk.  Only rank 0 touches the file, through a communicator of its
 * own; what it read goes to the others as one message.
 */
#include "talik/io/store.h"

#include <pnetcdf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store_impl.h"
#include "talik/core/digest.h"
#include "talik/core/mem.h"
#include "talik/io/disk.h"
#include "talik/io/nc.h"
#include "talik/io/out.h"

#define END_MARK "talik_store_end"
#define DIGEST "digest"

static const tk_par alone = {MPI_COMM_SELF, 0, 1};

static int
nc_type_of(store_kind kind)
{
    return kind == STORE_DOUBLE ? NC_DOUBLE : NC_FLOAT;
}

/* Dimensions are named by their length and shared: n24, n192. */
static int
dimension(int ncid, size_t length, int *id)
{
    char name[32];

    snprintf(name, sizeof name, "n%zu", length);
    if (ncmpi_inq_dimid(ncid, name, id) == NC_NOERR)
        return NC_NOERR;
    return ncmpi_def_dim(ncid, name, (MPI_Offset)length, id);
}

static int
define_item(int ncid, const store_item *item, int *var)
{
    int dim[STORE_RANK] = {0}, code = NC_NOERR;
    char digest[17];

    if (item->kind == STORE_TEXT)
        return ncmpi_put_att_text(ncid, NC_GLOBAL, item->name,
                                  (MPI_Offset)item->n,
                                  (const char *)item->bytes);
    for (int k = 0; k < item->rank && code == NC_NOERR; k++)
        code = dimension(ncid, item->dim[k], &dim[k]);
    if (code == NC_NOERR)
        code = ncmpi_def_var(ncid, item->name, nc_type_of(item->kind),
                             item->rank, dim, var);
    tk_digest_text(tk_store_item_digest(item), digest);
    if (code == NC_NOERR)
        code = ncmpi_put_att_text(ncid, *var, DIGEST, 16, digest);
    return code;
}

static int
write_items(int ncid, const tk_store *s)
{
    char digest[17];
    int code = NC_NOERR, *var = tk_new(s->n, sizeof *var);

    if (!var)
        return NC_ENOMEM;
    for (size_t i = 0; i < s->n && code == NC_NOERR; i++)
        code = define_item(ncid, &s->item[i], &var[i]);
    tk_digest_text(tk_store_digest(s), digest);
    if (code == NC_NOERR)
        code = ncmpi_put_att_text(ncid, NC_GLOBAL, END_MARK, 16, digest);
    if (code == NC_NOERR)
        code = ncmpi_enddef(ncid);
    for (size_t i = 0; i < s->n && code == NC_NOERR; i++) {
        const store_item *item = &s->item[i];

        if (item->kind == STORE_FLOAT)
            code = ncmpi_put_var_float_all(ncid, var[i], item->bytes);
        else if (item->kind == STORE_DOUBLE)
            code = ncmpi_put_var_double_all(ncid, var[i], item->bytes);
    }
    tk_free(var);
    return code;
}

static tk_err read_file(const char *path, const char *kind, tk_store **store);

/* Writes to a temporary name, reads it again, renames. */
static tk_err
write_file(tk_store *s, const char *path, bool overwrite)
{
    char tmp[4096];
    int ncid, code;
    tk_store *again = NULL;
    tk_err err = TK_OK;

    if (snprintf(tmp, sizeof tmp, "%s.tmp", path) >= (int)sizeof tmp)
        return tk_fail(TK_EOUT, "%s: the name is too long", path);
    TK_TRY(tk_out_check(path, overwrite));
    unlink(tmp);
    code = ncmpi_create(MPI_COMM_SELF, tmp, NC_NOCLOBBER | NC_64BIT_OFFSET,
                        MPI_INFO_NULL, &ncid);
    if (code != NC_NOERR)
        return tk_fail(TK_EOUT, "%s: %s", tmp, ncmpi_strerror(code));
    code = write_items(ncid, s);
    if (code != NC_NOERR || tk_injected("store.write"))
        err = tk_fail(TK_EOUT, "%s: %s", tmp,
                      code ? ncmpi_strerror(code) : "injected failure");
    code = ncmpi_close(ncid);
    if (!err && code != NC_NOERR)
        err = tk_fail(TK_EOUT, "%s: %s", tmp, ncmpi_strerror(code));
    if (!err)
        err = tk_disk_sync(tmp);
    if (!err
        && (read_file(tmp, NULL, &again) != TK_OK
            || tk_store_digest(again) != tk_store_digest(s)))
        err = tk_fail(TK_EOUT,
                      "%s: what was read again is not what was "
                      "written",
                      tmp);
    tk_store_drop(again);
    if (!err)
        err = tk_disk_rename(tmp, path, overwrite);
    if (err)
        unlink(tmp);
    return err;
}

tk_err
tk_store_write(const tk_par *par, tk_store *s, const char *path, bool overwrite)
{
    tk_err err = TK_OK;

    if (par->rank == 0) {
        err = write_file(s, path, overwrite);
        tk_free(s->path);
        s->path = tk_copy_text(path);
    }
    return tk_agree(par, err);
}

/* One text of a store file: all global attributes but the end mark. */
static tk_err
read_text(const tk_nc *nc, int i, tk_store *s)
{
    char name[NC_MAX_NAME + 1];
    MPI_Offset n;
    nc_type type;
    char *text;
    size_t length;
    int code = ncmpi_inq_attname(tk_nc_id(nc), NC_GLOBAL, i, name);
    tk_err err = TK_OK;

    if (code == NC_NOERR)
        code = ncmpi_inq_att(tk_nc_id(nc), NC_GLOBAL, name, &type, &n);
    if (code != NC_NOERR || type != NC_CHAR || (size_t)n > STORE_BYTES)
        return tk_fail(TK_EDATA, "%s: attribute %d is no text of a store",
                       tk_nc_path(nc), i);
    if (strcmp(name, END_MARK) == 0)
        return TK_OK;
    length = (size_t)n;
    text = tk_new(length + 1, 1);
    if (!text)
        return TK_ERUN;
    if (ncmpi_get_att_text(tk_nc_id(nc), NC_GLOBAL, name, text) != NC_NOERR)
        err = tk_fail(TK_EDATA, "%s: attribute '%s' is not readable",
                      tk_nc_path(nc), name);
    else
        err = tk_store_put(s, name, STORE_TEXT, 1, &length, text);
    tk_free(text);
    return err;
}

static tk_err
read_array(const tk_nc *nc, const char *name, tk_store *s)
{
    tk_nc_var v;
    char digest[17], stored[TK_NAME];
    size_t n = 1;
    store_item *item;
    int code;

    TK_TRY(tk_nc_find(nc, name, &v));
    for (int k = 0; k < v.ndim && k < STORE_RANK; k++)
        if (__builtin_mul_overflow(n, v.dim[k], &n) || n > STORE_BYTES / 8)
            return tk_fail(TK_EDATA, "%s: array '%s' is too large",
                           tk_nc_path(nc), name);
    if (v.ndim > STORE_RANK || (v.type != NC_FLOAT && v.type != NC_DOUBLE))
        return tk_fail(TK_EDATA, "%s: '%s' is no array of a store",
                       tk_nc_path(nc), name);
    TK_TRY(tk_store_put(s, name,
                        v.type == NC_FLOAT ? STORE_FLOAT : STORE_DOUBLE, v.ndim,
                        v.dim, NULL));
    item = &s->item[s->n - 1];
    code = v.type == NC_FLOAT
               ? ncmpi_get_var_float_all(tk_nc_id(nc), v.id, item->bytes)
               : ncmpi_get_var_double_all(tk_nc_id(nc), v.id, item->bytes);
    tk_digest_text(tk_store_item_digest(item), digest);
    tk_nc_text(nc, &v, DIGEST, sizeof stored, stored);
    if (code != NC_NOERR || strcmp(digest, stored) != 0)
        return tk_fail(TK_EDATA,
                       "%s: array '%s' is damaged (digest %s, the "
                       "file says %s)",
                       tk_nc_path(nc), name, digest, stored);
    return TK_OK;
}

static tk_err
read_all(const tk_nc *nc, const char *kind, tk_store *s)
{
    char mark[TK_NAME], digest[17];
    const char *found;
    int natt = 0;

    tk_nc_text(nc, NULL, END_MARK, sizeof mark, mark);
    if (!*mark)
        return tk_fail(TK_EDATA,
                       "%s: not a talik model or checkpoint (no end "
                       "mark)",
                       tk_nc_path(nc));
    if (ncmpi_inq_natts(tk_nc_id(nc), &natt) != NC_NOERR || natt > STORE_ITEMS)
        return tk_fail(TK_EDATA, "%s: too many attributes", tk_nc_path(nc));
    for (int i = 0; i < natt; i++)
        TK_TRY(read_text(nc, i, s));
    for (const char *const *name = tk_nc_names(nc); *name; name++)
        TK_TRY(read_array(nc, *name, s));
    tk_digest_text(tk_store_digest(s), digest);
    if (strcmp(digest, mark) != 0)
        return tk_fail(TK_EDATA,
                       "%s: damaged (digest %s, the end mark says "
                       "%s)",
                       tk_nc_path(nc), digest, mark);
    if (!kind)
        return TK_OK;
    if (tk_store_get_text(s, "kind", &found) != TK_OK
        || strcmp(found, kind) != 0)
        return tk_fail(TK_EDATA, "%s: not a %s", tk_nc_path(nc), kind);
    return TK_OK;
}

static tk_err
read_file(const char *path, const char *kind, tk_store **store)
{
    tk_nc *nc;
    tk_store *s;
    tk_err err;

    *store = NULL;
    TK_TRY(tk_nc_open(&alone, path, &nc));
    s = tk_store_new();
    err = s ? read_all(nc, kind, s) : TK_ERUN;
    tk_nc_close(nc);
    if (err) {
        tk_store_drop(s);
        return err;
    }
    *store = s;
    return TK_OK;
}

/* **Collective.**  Item i of rank 0 to all. */
static tk_err
share_item(const tk_par *par, tk_store *s, size_t i)
{
    struct {
        store_item item;
        char name[NC_MAX_NAME + 1];
    } head = {0};
    tk_err err = TK_OK;

    if (par->rank == 0) {
        head.item = s->item[i];
        snprintf(head.name, sizeof head.name, "%s", s->item[i].name);
    }
    tk_bcast(par, &head, sizeof head);
    if (par->rank != 0)
        err = tk_store_put(s, head.name, head.item.kind, head.item.rank,
                           head.item.dim, NULL);
    TK_AGREE(par, err);
    tk_bcast(par, s->item[i].bytes,
             head.item.n
                 * (head.item.kind == STORE_DOUBLE
                        ? sizeof(double)
                        : (head.item.kind == STORE_FLOAT ? sizeof(float) : 1)));
    return TK_OK;
}

tk_err
tk_store_read(const tk_par *par, const char *path, const char *kind,
              tk_store **store)
{
    tk_store *s = NULL;
    size_t n = 0;
    tk_err err = TK_OK;

    *store = NULL;
    if (tk_injected("store.read"))
        err = tk_fail(TK_EDATA, "%s: injected failure", path);
    else if (par->rank == 0)
        err = read_file(path, kind, &s);
    else if (!(s = tk_store_new()))
        err = TK_ERUN;
    err = tk_agree(par, err);
    n = s && par->rank == 0 ? s->n : 0;
    tk_bcast(par, &n, sizeof n);
    for (size_t i = 0; i < n && !err; i++)
        err = share_item(par, s, i);
    if (!err) {
        s->path = tk_copy_text(path);
        err = tk_agree(par, s->path ? TK_OK : TK_ERUN);
    }
    if (err) {
        tk_store_drop(s);
        return err;
    }
    *store = s;
    return TK_OK;
}
