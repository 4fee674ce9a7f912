#include "contest.h"

#include <math.h>
#include <string.h>

#include <netcdf.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

static tk_err
failed(const tk_contest *c, int status)
{
    return tk_fail(TK_EDATA, "%s: %s", c->path, nc_strerror(status));
}

/* ---- arrays -------------------------------------------------------------- */

static tk_err
check_dims(const tk_contest *c, int var, const char *name, size_t ndim,
           const char *const *dim, size_t *n)
{
    int ids[NC_MAX_VAR_DIMS], nd = 0;
    char own[NC_MAX_NAME + 1];
    tk_text want = {0};
    bool good = nc_inq_varndims(c->nc, var, &nd) == NC_NOERR
                && (size_t)nd == ndim
                && nc_inq_vardimid(c->nc, var, ids) == NC_NOERR;
    tk_err err = TK_OK;

    *n = 1;
    for (size_t i = 0; i < ndim; i++) {
        size_t length = 0;

        good = good && nc_inq_dim(c->nc, ids[i], own, &length) == NC_NOERR
               && strcmp(own, dim[i]) == 0;
        *n *= length;
        tk_text_add(&want, "%s%s", i ? ", " : "", dim[i]);
    }
    if (!good)
        err = tk_fail(TK_EDATA, "%s: '%s' is not over (%s)", c->path, name,
                      tk_text_get(&want));
    tk_text_drop(&want);
    return err;
}

tk_err
tk_contest_read(const tk_contest *c, const char *name, size_t ndim,
                const char *const *dim, double **x)
{
    double fill;
    size_t n;
    int var, status;

    *x = NULL;
    if (nc_inq_varid(c->nc, name, &var) != NC_NOERR)
        return tk_fail(TK_EDATA,
                       "%s: no variable '%s', which 'talik evaluate' writes",
                       c->path, name);
    TK_TRY(check_dims(c, var, name, ndim, dim, &n));
    if (!(*x = tk_new(n, sizeof **x)))
        return TK_ERUN;
    status = nc_get_var_double(c->nc, var, *x);
    fill = tk_plot_number_att(c->nc, var, "_FillValue", NAN);
    for (size_t i = 0; i < n; i++)
        if ((*x)[i] == fill || !(fabs((*x)[i]) < 1e19))
            (*x)[i] = NAN;
    if (status == NC_NOERR)
        return TK_OK;
    tk_free(*x);
    *x = NULL;
    return failed(c, status);
}

/* ---- axes and labels ----------------------------------------------------- */

static tk_err
axis_length(const tk_contest *c, const char *name, size_t *n)
{
    int id;

    if (nc_inq_dimid(c->nc, name, &id) != NC_NOERR
        || nc_inq_dimlen(c->nc, id, n) != NC_NOERR || *n == 0)
        return tk_fail(TK_EDATA,
                       "%s: no dimension '%s'; expected the NetCDF file of "
                       "'talik evaluate'",
                       c->path, name);
    return TK_OK;
}

/* Characters (n, length) as texts; cut where they do not fit. */
static tk_err
read_labels(const tk_contest *c, const char *name, size_t n,
            char (**label)[TK_CONTEST_NAME])
{
    size_t length = 0, rows = 0;
    int var, dims[2], nd = 0;
    nc_type type = NC_NAT;
    char *text;

    if (nc_inq_varid(c->nc, name, &var) != NC_NOERR
        || nc_inq_vartype(c->nc, var, &type) != NC_NOERR || type != NC_CHAR
        || nc_inq_varndims(c->nc, var, &nd) != NC_NOERR || nd != 2
        || nc_inq_vardimid(c->nc, var, dims) != NC_NOERR
        || nc_inq_dimlen(c->nc, dims[0], &rows) != NC_NOERR || rows != n
        || nc_inq_dimlen(c->nc, dims[1], &length) != NC_NOERR)
        return tk_fail(TK_EDATA,
                       "%s: no labels '%s', which 'talik evaluate' "
                       "writes",
                       c->path, name);
    text = tk_new(n * length, 1);
    *label = tk_new(n, sizeof **label);
    if (!text || !*label || nc_get_var_text(c->nc, var, text) != NC_NOERR) {
        tk_free(text);
        return tk_fail(TK_EDATA, "%s: cannot read '%s'", c->path, name);
    }
    for (size_t i = 0; i < n; i++) {
        char *out = (*label)[i];
        size_t end;

        snprintf(out, TK_CONTEST_NAME, "%.*s", (int)length, text + i * length);
        for (end = strlen(out); end > 0 && out[end - 1] == ' '; end--)
            out[end - 1] = '\0';
    }
    tk_free(text);
    return TK_OK;
}

/* The place of a word among the labels; of the only one, whatever it says. */
static tk_err
find_label(const tk_contest *c, const char *name, size_t n, const char *word,
           size_t *at)
{
    char(*label)[TK_CONTEST_NAME] = NULL;
    tk_text list = {0};
    tk_err err;

    *at = 0;
    if (n == 1)
        return TK_OK;
    err = read_labels(c, name, n, &label);
    for (; !err && *at < n; (*at)++) {
        if (tk_same_word(label[*at], word))
            break;
        tk_text_add(&list, "%s %s", *at ? "," : "", label[*at]);
    }
    if (!err && *at == n)
        err = tk_fail(TK_EDATA, "%s: no '%s' among '%s'; there are:%s", c->path,
                      word, name, tk_text_get(&list));
    tk_text_drop(&list);
    tk_free(label);
    return err;
}

tk_err
tk_contest_open(const char *path, tk_contest *c)
{
    static const char *const depth[] = {"depth"};
    int status;

    *c = (tk_contest){.path = path, .nc = -1};
    status = nc_open(path, NC_NOWRITE, &c->nc);
    if (status != NC_NOERR)
        return failed(c, status);
    TK_TRY(axis_length(c, "predictor", &c->np));
    TK_TRY(axis_length(c, "depth", &c->nd));
    TK_TRY(axis_length(c, "band", &c->nb));
    TK_TRY(axis_length(c, "season", &c->ns));
    TK_TRY(tk_contest_read(c, "depth", 1, depth, &c->depth));
    TK_TRY(read_labels(c, "predictor_name", c->np, &c->name));
    TK_TRY(find_label(c, "band_name", c->nb, "all", &c->band));
    return find_label(c, "season_name", c->ns, "year", &c->season);
}

void
tk_contest_close(tk_contest *c)
{
    if (c->path && c->nc >= 0)
        nc_close(c->nc);
    tk_free(c->name);
    tk_free(c->depth);
    *c = (tk_contest){.nc = -1};
}

static tk_err
find_depth(const tk_contest *c, double depth, size_t *k)
{
    tk_text list = {0};
    tk_err err;

    for (*k = 0; *k < c->nd; (*k)++) {
        if (fabs(c->depth[*k] - depth) <= fmax(0.01 * depth, 1e-6))
            break;
        tk_text_add(&list, "%s %g", *k ? "," : "", c->depth[*k]);
    }
    err = *k < c->nd
              ? TK_OK
              : tk_fail(TK_EDATA, "%s: no depth %g m; there are, in m:%s",
                        c->path, depth, tk_text_get(&list));
    tk_text_drop(&list);
    return err;
}

tk_err
tk_contest_depths(const tk_plot_opts *o, const tk_contest *c, size_t *k,
                  size_t *n)
{
    *n = c->nd < TK_PLOT_DEPTHS ? c->nd : TK_PLOT_DEPTHS;
    for (size_t i = 0; i < *n; i++)
        k[i] = i;
    if (o->ndepth)
        *n = o->ndepth;
    for (size_t i = 0; i < o->ndepth; i++)
        TK_TRY(find_depth(c, o->depth[i], &k[i]));
    return TK_OK;
}

/* ---- scores -------------------------------------------------------------- */

static tk_err
no_score(const tk_contest *c, const char *name)
{
    tk_text list = {0};
    int n = 0, nd;
    char other[NC_MAX_NAME + 1];
    tk_err err;

    nc_inq_nvars(c->nc, &n);
    for (int v = 0; v < n; v++)
        if (nc_inq_varndims(c->nc, v, &nd) == NC_NOERR && nd == 4
            && nc_inq_varname(c->nc, v, other) == NC_NOERR)
            tk_text_add(&list, " %s", other);
    err = tk_fail(TK_EDATA, "%s: no score '%s'; there are:%s", c->path, name,
                  list.len ? tk_text_get(&list) : " none");
    tk_text_drop(&list);
    return err;
}

tk_err
tk_contest_score(const tk_contest *c, const char *name, tk_score *s)
{
    static const char *const dim[] = {"predictor", "depth", "band", "season"};
    double *all = NULL;
    int var;
    tk_err err;

    *s = (tk_score){.x = tk_new(c->np * c->nd, sizeof *s->x)};
    if (!s->x)
        return TK_ERUN;
    if (nc_inq_varid(c->nc, name, &var) != NC_NOERR)
        return no_score(c, name);
    err = tk_contest_read(c, name, 4, dim, &all);
    for (size_t i = 0; !err && i < c->np * c->nd; i++)
        s->x[i] = all[(i * c->nb + c->band) * c->ns + c->season];
    tk_free(all);
    tk_plot_text_att(c->nc, var, "units", sizeof s->units, s->units);
    tk_plot_text_att(c->nc, var, "long_name", sizeof s->long_name,
                     s->long_name);
    if (!s->long_name[0])
        snprintf(s->long_name, sizeof s->long_name, "%s", name);
    return err;
}

double
tk_score_mean(const tk_contest *c, const tk_score *s, size_t p, size_t n,
              const size_t *k)
{
    double sum = 0, count = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(s->x[p * c->nd + k[i]])) {
            sum += s->x[p * c->nd + k[i]];
            count++;
        }
    return count > 0 ? sum / count : NAN;
}
