/* Dimensions, coordinates and their bounds, the projection. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/digest.h"

#include "out_define.h"

#define WGS84                                                               \
    "GEOGCRS[\"WGS 84\",DATUM[\"World Geodetic System 1984\","              \
    "ELLIPSOID[\"WGS 84\",6378137,298.257223563,LENGTHUNIT[\"metre\",1]]]," \
    "PRIMEM[\"Greenwich\",0,ANGLEUNIT[\"degree\",0.0174532925199433]],"     \
    "CS[ellipsoidal,2],AXIS[\"geodetic latitude (Lat)\",north,ORDER[1],"    \
    "ANGLEUNIT[\"degree\",0.0174532925199433]],"                            \
    "AXIS[\"geodetic longitude (Lon)\",east,ORDER[2],"                      \
    "ANGLEUNIT[\"degree\",0.0174532925199433]],ID[\"EPSG\",4326]]"

typedef struct {
    const char *name, *standard_name, *long_name, *units, *axis, *positive;
} axis_text;

/* Keeps the values until all is defined. */
static void
keep(tk_definer *d, int id, int ndim, size_t n0, size_t n1,
     const double *values)
{
    tk_out *out = d->out;
    tk_out_axis *axis = &out->axis[out->naxis];
    const size_t n = n0 * n1;

    if (id < 0)
        return;
    *axis = (tk_out_axis){.id = id,
                          .ndim = ndim,
                          .shape = {(MPI_Offset)n0, (MPI_Offset)n1},
                          .value = out->axis_room + out->axis_used,
                          .digest = tk_digest_doubles(0, n, values)};
    memcpy(axis->value, values, n * sizeof *values);
    out->axis_used += n;
    out->naxis++;
}

/* A coordinate of n values along dim, or a scalar (dim < 0, n = 1), with
 * bounds[n][2] unless that is NULL.
 */
static void
add_axis(tk_definer *d, const axis_text *text, int dim, size_t n,
         const double *values, const double *bounds)
{
    const int dims[] = {dim, d->bnds}, scalar = dim < 0;
    char name[TK_NAME + 8];
    int id;

    id = tk_def_variable(d, text->name, NC_DOUBLE, 1 - scalar, dims);
    keep(d, id, 1 - scalar, n, 1, values);
    tk_def_text(d, id, "standard_name", text->standard_name);
    tk_def_text(d, id, "long_name", text->long_name);
    tk_def_text(d, id, "units", text->units);
    if (strcmp(text->axis, "T") == 0)
        tk_def_text(d, id, "calendar", tk_calendar_name(d->opts->calendar));
    tk_def_text(d, id, "positive", text->positive);
    tk_def_text(d, id, "axis", text->axis);
    if (!bounds)
        return;
    snprintf(name, sizeof name, "%s_bnds", text->name);
    tk_def_text(d, id, "bounds", name);
    id = tk_def_variable(d, name, NC_DOUBLE, 2 - scalar, dims + scalar);
    if (scalar)
        keep(d, id, 1, 2, 1, bounds);
    else
        keep(d, id, 2, n, 2, bounds);
}

size_t
tk_def_axis_room(const tk_out_opts *o, const tk_grid *grid)
{
    const size_t longest = grid->ny > grid->nx ? grid->ny : grid->nx;

    return 3 * (o->ntime + o->ndepth + grid->ny + grid->nx) + 2 * longest + 1;
}

/* One of the grid's own axes; extent gets its least and greatest bound. */
static void
add_grid_axis(tk_definer *d, const axis_text *text, int dim, size_t n,
              const double *values, bool latitude, double extent[2])
{
    const size_t all = tk_def_axis_room(d->opts, d->out->grid);
    double *bounds = d->out->axis_room + all - 2 * n;

    extent[0] = INFINITY;
    extent[1] = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double *b = bounds + 2 * i;

        tk_axis_bounds(n, values, latitude, i, b);
        extent[0] = fmin(extent[0], fmin(b[0], b[1]));
        extent[1] = fmax(extent[1], fmax(b[0], b[1]));
    }
    add_axis(d, text, dim, n, values, bounds);
}

/* Least and greatest of 2-D lat and lon over all ranks; exact, so the same for
 * any number of them.
 */
static void
extent_of_cover(const tk_out *out, double extent[4])
{
    double least[4] = {INFINITY, INFINITY, INFINITY, INFINITY};

    for (size_t q = 0; out->lat && q < out->run->ncover; q++) {
        if (isnan(out->lat[q]) || isnan(out->lon[q]))
            continue;
        least[0] = fmin(least[0], out->lat[q]);
        least[1] = fmin(least[1], -out->lat[q]);
        least[2] = fmin(least[2], out->lon[q]);
        least[3] = fmin(least[3], -out->lon[q]);
    }
    MPI_Allreduce(least, extent, 4, MPI_DOUBLE, MPI_MIN, out->par.comm);
    extent[1] = -extent[1];
    extent[3] = -extent[3];
}

static void
add_2d_coordinate(tk_definer *d, tk_out_field *f, const char *standard_name,
                  const char *units)
{
    const double fill = OUT_FILL_DOUBLE;
    const int dims[] = {d->y, d->x};

    f->id = tk_def_variable(d, f->name, NC_DOUBLE, 2, dims);
    tk_def_text(d, f->id, "standard_name", standard_name);
    tk_def_text(d, f->id, "long_name", standard_name);
    tk_def_text(d, f->id, "units", units);
    tk_def_doubles(d, f->id, "_FillValue", 1, &fill);
}

static void
add_regular(tk_definer *d)
{
    static const axis_text lat = {"lat",           "latitude", "latitude",
                                  "degrees_north", "Y",        NULL};
    static const axis_text lon = {"lon",          "longitude", "longitude",
                                  "degrees_east", "X",         NULL};
    const tk_grid *grid = d->out->grid;

    add_grid_axis(d, &lat, d->y, grid->ny, grid->y, true, d->extent);
    add_grid_axis(d, &lon, d->x, grid->nx, grid->x, false, d->extent + 2);
}

static void
add_projected(tk_definer *d)
{
    static const axis_text y = {
        "y", "projection_y_coordinate", "y coordinate of projection", "m", "Y",
        NULL};
    static const axis_text x = {
        "x", "projection_x_coordinate", "x coordinate of projection", "m", "X",
        NULL};
    static const axis_text row = {"y", NULL, "row, from 0", "1", "Y", NULL};
    static const axis_text column = {"x", NULL, "column, from 0",
                                     "1", "X",  NULL};
    static const axis_text rlat = {
        "y", "grid_latitude", "latitude in rotated pole grid", "degrees", "Y",
        NULL};
    static const axis_text rlon = {
        "x", "grid_longitude", "longitude in rotated pole grid", "degrees", "X",
        NULL};
    tk_out *out = d->out;
    const tk_grid *grid = out->grid;
    const bool rotated =
        strcmp(grid->mapping, "rotated_latitude_longitude") == 0;
    double ignored[2];

    add_grid_axis(d,
                  grid->indices ? &row
                  : rotated     ? &rlat
                                : &y,
                  d->y, grid->ny, grid->y, rotated, ignored);
    add_grid_axis(d,
                  grid->indices ? &column
                  : rotated     ? &rlon
                                : &x,
                  d->x, grid->nx, grid->x, false, ignored);
    if (out->nfield > out->nvar) {
        add_2d_coordinate(d, &out->field[out->nvar], "latitude",
                          "degrees_north");
        add_2d_coordinate(d, &out->field[out->nvar + 1], "longitude",
                          "degrees_east");
    }
    extent_of_cover(out, d->extent);
}

/* No GeoTransform attribute: it would say the same as the axes, and readers
 * that obey it ignore which way the rows run.
 */
static void
add_crs(tk_definer *d)
{
    static const double radius = 6378137, flattening = 298.257223563, zero = 0;
    const tk_grid *grid = d->out->grid;
    const char *wkt = grid->crs_wkt ? grid->crs_wkt : "";
    const bool plain = !grid->projected && !*wkt && grid->nattr == 0;
    int id;

    if (grid->indices || (grid->projected && !*wkt && !*grid->mapping))
        return; /* not known, or of no use without coordinates */
    id = d->out->crs = tk_def_variable(d, "crs", NC_INT, 0, NULL);
    tk_def_text(d, id, "long_name", "coordinate reference system");
    tk_def_text(d, id, "grid_mapping_name",
                *grid->mapping || grid->projected ? grid->mapping
                                                  : "latitude_longitude");
    if (!grid->projected && grid->nattr == 0) {
        tk_def_doubles(d, id, "longitude_of_prime_meridian", 1, &zero);
        tk_def_doubles(d, id, "semi_major_axis", 1, &radius);
        tk_def_doubles(d, id, "inverse_flattening", 1, &flattening);
    }
    for (size_t i = 0; i < grid->nattr; i++)
        tk_def_doubles(d, id, grid->attr[i].name, grid->attr[i].n,
                       grid->attr[i].value);
    /* CF's name, and the one that older GDAL looks for. */
    tk_def_text(d, id, "crs_wkt", plain ? WGS84 : wkt);
    tk_def_text(d, id, "spatial_ref", plain ? WGS84 : wkt);
}

static void
add_realization(tk_definer *d)
{
    const int id = tk_def_variable(d, "realization", NC_INT, 0, NULL);

    tk_def_text(d, id, "standard_name", "realization");
    tk_def_text(d, id, "long_name", "ensemble member");
    tk_def_text(d, id, "units", "1");
    d->out->realization = id;
}

void
tk_def_axes(tk_definer *d, bool along_depth)
{
    static const axis_text time = {"time",        "time", "time",
                                   TK_TIME_UNITS, "T",    NULL};
    static const axis_text depth = {
        "depth", "depth", "depth below ground surface", "m", "Z", "down"};
    static const axis_text height = {"height", "height", "height",
                                     "m",      "Z",      "up"};
    const tk_out_opts *o = d->opts;
    const tk_grid *grid = d->out->grid;

    d->time = d->depth = -1;
    if (o->ntime > 0)
        d->time = tk_def_dimension(d, "time", NC_UNLIMITED);
    if (along_depth)
        d->depth = tk_def_dimension(d, "depth", o->ndepth);
    d->y = tk_def_dimension(d, grid->projected ? "y" : "lat", grid->ny);
    d->x = tk_def_dimension(d, grid->projected ? "x" : "lon", grid->nx);
    d->bnds = tk_def_dimension(d, "bnds", 2);
    d->has_depth = along_depth || o->ndepth == 1;
    if (o->ntime > 0)
        add_axis(d, &time, d->time, o->ntime, o->time, o->time_bounds);
    if (d->has_depth)
        add_axis(d, &depth, d->depth, o->ndepth, o->depth, o->depth_bounds);
    if (o->height > 0)
        add_axis(d, &height, -1, 1, &o->height, NULL);
    if (grid->projected)
        add_projected(d);
    else
        add_regular(d);
    add_crs(d);
    if (o->realization >= 0)
        add_realization(d);
}
