#include "talik/data/coarse.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/io/gridfile.h"
#include "talik/io/nc.h"

#define MARGIN 3                 /* cells beside those needed, for land */
#define BUFFER ((size_t)4 << 20) /* floats of the window held at once   */

struct tk_coarse {
    tk_par par;
    tk_coarse_opts opts; /* its texts are the caller's until open returns */
    tk_grid grid;        /* of the files                                  */
    tk_series *series;
    tk_window window;
    unsigned char *usable; /* [cells of the window]        */
    float *height;         /* [cells of the window], or NULL */
};

static size_t
cells_of(const tk_window *w)
{
    return w->nrow * w->ncol;
}

/* ---- the window in the file ---------------------------------------------- */

/* The window as boxes of the file: to the end of its rows, and from their start
 * again.
 */
static size_t
boxes_of(const tk_window *w, size_t box[3][4])
{
    size_t n = 0;

    for (size_t k = 0; k < w->ncol; n++) {
        const size_t col = (w->col + k) % w->nx;
        const size_t left = w->ncol - k;
        const size_t some = w->nx - col < left ? w->nx - col : left;

        box[n][0] = w->row;
        box[n][1] = col;
        box[n][2] = w->nrow;
        box[n][3] = some;
        k += some;
    }
    return n;
}

/* Months in boxes, one after another, as rows of the window. */
static void
join_boxes(const tk_window *w, size_t nbox, const size_t (*box)[4], size_t n,
           const float *in, float *out)
{
    for (size_t t = 0; t < n; t++, out += cells_of(w)) {
        size_t at = 0;

        for (size_t b = 0; b < nbox; b++) {
            for (size_t i = 0; i < w->nrow; i++, in += box[b][3])
                memcpy(out + i * w->ncol + at, in, box[b][3] * sizeof *out);
            at += box[b][3];
        }
    }
}

/* **Collective.**  n months of the window from a series on the file's grid. */
static tk_err
read_window(const tk_coarse *c, tk_series *series, int first, size_t n,
            float *out)
{
    size_t box[3][4];
    const size_t nbox = boxes_of(&c->window, box);
    float *raw = tk_new(n * cells_of(&c->window), sizeof *raw);
    tk_err err = tk_agree(&c->par, raw ? TK_OK : TK_ERUN);

    if (!err)
        err = tk_series_read_boxes(series, nbox, (const size_t(*)[4])box, 0,
                                   first, n, raw);
    if (!err)
        join_boxes(&c->window, nbox, (const size_t(*)[4])box, n, raw, out);
    tk_free(raw);
    return err;
}

/* ---- opening ------------------------------------------------------------- */

/* **Collective.**  The bounds of an axis, where the file has them; they are its
 * own longitudes, not made continuous.
 */
static tk_err
read_edges(const tk_par *par, const tk_nc *nc, const char *axis, size_t n,
           double **edge)
{
    const size_t start[2] = {0, 0}, count[2] = {n, 2};
    char name[TK_NAME] = "";
    tk_nc_var v, bounds;
    double *x = NULL;
    bool has = tk_nc_has(nc, axis) && tk_nc_find(nc, axis, &v) == TK_OK;

    *edge = NULL;
    if (has)
        tk_nc_text(nc, &v, "bounds", sizeof name, name);
    has = *name && tk_nc_has(nc, name) && tk_nc_find(nc, name, &bounds) == TK_OK
          && bounds.ndim == 2 && bounds.dim[0] == n && bounds.dim[1] == 2;
    if (!has)
        return TK_OK;
    x = tk_new(2 * n, sizeof *x);
    TK_AGREE(par, x ? TK_OK : TK_ERUN);
    *edge = x;
    return tk_nc_read_same(nc, &bounds, start, count, x);
}

/* Bounds that are no numbers, or do not hold their centres, are none. */
static bool
edges_fit(size_t n, const double *axis, const double *edge, double period)
{
    for (size_t i = 0; edge && i < n; i++) {
        const double turn =
            period > 0 ? period * round((edge[2 * i] - axis[i]) / period) : 0;
        const double a = edge[2 * i] - turn, b = edge[2 * i + 1] - turn;

        if (!(fmin(a, b) <= axis[i] && axis[i] <= fmax(a, b)))
            return false;
    }
    return edge;
}

/* **Collective.**  The window of the file's grid round the extent. */
static tk_err
make_window(tk_coarse *c, const char *path, const double extent[4])
{
    tk_axes axes = {
        .ny = c->grid.ny, .nx = c->grid.nx, .lat = c->grid.y, .lon = c->grid.x};
    double *lat = NULL, *lon = NULL;
    tk_nc *nc;
    tk_err err;

    TK_TRY(tk_nc_open(&c->par, path, &nc));
    err = read_edges(&c->par, nc, c->grid.dim_y, axes.ny, &lat);
    if (!err)
        err = read_edges(&c->par, nc, c->grid.dim_x, axes.nx, &lon);
    tk_nc_close(nc);
    if (!err) {
        axes.lat_edge = edges_fit(axes.ny, axes.lat, lat, 0) ? lat : NULL;
        axes.lon_edge = edges_fit(axes.nx, axes.lon, lon, 360) ? lon : NULL;
        err = tk_window_make(&axes, extent, MARGIN, &c->window);
        if (err == TK_EDATA) {
            const tk_fault why = *tk_last_fault();

            err = tk_fail(err, "%s: %.3000s", path, why.text);
        }
        err = tk_agree(&c->par, err);
    }
    tk_free(lat);
    tk_free(lon);
    return err;
}

/* **Collective.**  A static field of the model on the window. */
static tk_err
read_field(const tk_coarse *c, const char *path, const char *variable,
           const char *units, float *out)
{
    const tk_series_want want = {.variable = variable,
                                 .units = units,
                                 .units_in_file = "",
                                 .is_static = true};
    tk_series *series;
    tk_err err;

    TK_TRY(tk_series_open(&c->par, &c->grid, 1, &path, &want, &series));
    err = read_window(c, series, 0, 1, out);
    tk_series_close(series);
    return err;
}

/* **Collective.**  Which cells take part. */
static tk_err
find_usable(tk_coarse *c)
{
    const tk_coarse_opts *o = &c->opts;
    const size_t n = cells_of(&c->window);
    float *x = tk_new(2 * n, sizeof *x), *land = x ? x + n : NULL;
    tk_err err;

    c->usable = tk_new(n, 1);
    err = tk_agree(&c->par, x && c->usable ? TK_OK : TK_ERUN);
    if (!err)
        err = read_window(c, c->series, tk_series_first(c->series), 1, x);
    if (!err && *o->land_file)
        err = read_field(c, o->land_file, o->land_variable, "1", land);
    for (size_t i = 0; i < n && !err; i++)
        c->usable[i] =
            !isnan(x[i]) && (!*o->land_file || (double)land[i] >= o->land_min);
    tk_free(x);
    return err;
}

/* **Collective.** */
static tk_err
read_height(tk_coarse *c)
{
    const size_t n = cells_of(&c->window);

    if (c->opts.lapse == 0)
        return TK_OK;
    c->height = tk_new(n, sizeof *c->height);
    TK_AGREE(&c->par, c->height ? TK_OK : TK_ERUN);
    TK_TRY(read_field(c, c->opts.height_file, c->opts.height_variable, "m",
                      c->height));
    for (size_t i = 0; i < n; i++)
        if (isnan(c->height[i]))
            c->height[i] = 0; /* the sea, where land alone has a height */
    return TK_OK;
}

static tk_err
read_grid(tk_coarse *c, const char *path, const char *variable)
{
    const tk_grid_source source = tk_grid_source_of(path, variable);

    TK_TRY(tk_grid_read(&c->par, &source, &c->grid));
    if (c->grid.projected)
        return tk_fail(TK_EDATA,
                       "%s: '%s' has no latitude and longitude of one "
                       "dimension each; `cdo remapbil` makes a regular grid",
                       path, variable);
    return TK_OK;
}

tk_err
tk_coarse_open(const tk_par *par, const tk_coarse_opts *opts, size_t nfile,
               const char *const *file, const tk_series_want *want,
               const double extent[4], tk_coarse **coarse)
{
    tk_coarse *c = tk_new(1, sizeof *c);
    tk_err err = tk_agree(par, c ? TK_OK : TK_ERUN);

    *coarse = NULL;
    if (err) {
        tk_free(c);
        return err;
    }
    c->par = *par;
    c->opts = *opts;
    err = read_grid(c, file[0], want->variable);
    if (!err)
        err = tk_series_open(par, &c->grid, nfile, file, want, &c->series);
    if (!err)
        err = make_window(c, file[0], extent);
    if (!err)
        err = find_usable(c);
    if (!err)
        err = read_height(c);
    if (err)
        tk_coarse_close(c);
    else
        *coarse = c;
    return err;
}

void
tk_coarse_close(tk_coarse *c)
{
    if (!c)
        return;
    tk_series_close(c->series);
    tk_window_drop(&c->window);
    tk_grid_drop(&c->grid);
    tk_free(c->usable);
    tk_free(c->height);
    tk_free(c);
}

tk_series *
tk_coarse_series(const tk_coarse *c)
{
    return c->series;
}

const tk_window *
tk_coarse_window(const tk_coarse *c)
{
    return &c->window;
}

/* ---- cells --------------------------------------------------------------- */

void
tk_coarse_extent(const tk_par *par, const tk_cells *cells, double extent[4])
{
    double low[4] = {INFINITY, INFINITY, INFINITY, INFINITY};

    for (size_t l = 0; l < cells->n; l++)
        for (int k = 0; k < 2; k++) {
            const double lat =
                cells->lat_edge ? cells->lat_edge[l][k] : cells->lat[l];
            const double lon =
                cells->lon_edge ? cells->lon_edge[l][k] : cells->lon[l];

            low[0] = fmin(low[0], lat);
            low[1] = fmin(low[1], -lat);
            low[2] = fmin(low[2], lon);
            low[3] = fmin(low[3], -lon);
        }
    MPI_Allreduce(MPI_IN_PLACE, low, 4, MPI_DOUBLE, MPI_MIN, par->comm);
    for (int k = 0; k < 4; k++)
        extent[k] = k % 2 ? -low[k] : low[k];
}

/* The model's height on the cells against theirs. */
static tk_err
make_shift(const tk_coarse *c, const tk_cells *cells, tk_coarse_lanes *lanes)
{
    const size_t n = cells->n;

    if (!c->height || !cells->height)
        return TK_OK;
    lanes->shift = tk_new(n, sizeof *lanes->shift);
    if (!lanes->shift)
        return TK_ERUN;
    tk_weights_apply(&lanes->weights, 1, cells_of(&c->window), c->height, n,
                     lanes->shift);
    for (size_t l = 0; l < n; l++)
        lanes->shift[l] =
            (float)(c->opts.lapse
                    * ((double)lanes->shift[l] - (double)cells->height[l]));
    return TK_OK;
}

tk_err
tk_coarse_lanes_make(const tk_coarse *c, const tk_cells *cells,
                     tk_coarse_lanes *lanes)
{
    tk_err err;

    *lanes = (tk_coarse_lanes){0};
    if (c->opts.how == TK_REGRID_BILINEAR)
        err = tk_weights_bilinear(&c->window, c->usable, cells->n, cells->lat,
                                  cells->lon, &lanes->weights);
    else if (!cells->lat_edge)
        err = tk_fail(TK_ECONF,
                      "conservative weights need a grid of latitudes and "
                      "longitudes, and this one is projected: take 'bilinear'");
    else
        err = tk_weights_conservative(&c->window, c->usable, cells->n,
                                      (const double(*)[2])cells->lat_edge,
                                      (const double(*)[2])cells->lon_edge,
                                      &lanes->weights);
    if (!err)
        err = make_shift(c, cells, lanes);
    if (err)
        tk_coarse_lanes_drop(lanes);
    return err;
}

void
tk_coarse_lanes_drop(tk_coarse_lanes *lanes)
{
    tk_weights_drop(&lanes->weights);
    tk_free(lanes->shift);
    *lanes = (tk_coarse_lanes){0};
}

static void
shift_all(const tk_coarse_lanes *lanes, size_t n, size_t nlane, float *out)
{
    for (size_t t = 0; t < n; t++)
        for (size_t l = 0; l < lanes->weights.n; l++)
            if (!isnan(lanes->shift[l]))
                out[t * nlane + l] += lanes->shift[l];
}

tk_err
tk_coarse_read(tk_coarse *c, const tk_coarse_lanes *lanes, int first, size_t n,
               size_t nlane, float *out)
{
    const size_t ncell = cells_of(&c->window);
    const size_t most = BUFFER / ncell > 0 ? BUFFER / ncell : 1;
    float *in = tk_new((n < most ? n : most) * ncell, sizeof *in);
    tk_err err = tk_agree(&c->par, in ? TK_OK : TK_ERUN);

    for (size_t done = 0; done < n && !err; done += most) {
        const size_t some = n - done < most ? n - done : most;

        err = read_window(c, c->series, first + (int)done, some, in);
        if (!err)
            tk_weights_apply(&lanes->weights, some, ncell, in, nlane,
                             out + done * nlane);
    }
    if (!err && lanes->shift)
        shift_all(lanes, n, nlane, out);
    tk_free(in);
    return err;
}
