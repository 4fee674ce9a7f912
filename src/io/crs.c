#include "crs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <pnetcdf.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

/* The EPSG registry's WKT2 of the two systems that Alaskan files use. */
static const char wgs84[] =
    "GEOGCRS[\"WGS 84\",DATUM[\"World Geodetic System 1984\","
    "ELLIPSOID[\"WGS 84\",6378137,298.257223563,"
    "LENGTHUNIT[\"metre\",1]]],PRIMEM[\"Greenwich\",0,"
    "ANGLEUNIT[\"degree\",0.0174532925199433]],CS[ellipsoidal,2],"
    "AXIS[\"geodetic latitude (Lat)\",north,ORDER[1],"
    "ANGLEUNIT[\"degree\",0.0174532925199433]],"
    "AXIS[\"geodetic longitude (Lon)\",east,ORDER[2],"
    "ANGLEUNIT[\"degree\",0.0174532925199433]],ID[\"EPSG\",4326]]";
static const char alaska_albers[] =
    "PROJCRS[\"NAD83 / Alaska Albers\",BASEGEOGCRS[\"NAD83\","
    "DATUM[\"North American Datum 1983\","
    "ELLIPSOID[\"GRS 1980\",6378137,298.257222101,"
    "LENGTHUNIT[\"metre\",1]]],PRIMEM[\"Greenwich\",0,"
    "ANGLEUNIT[\"degree\",0.0174532925199433]],ID[\"EPSG\",4269]],"
    "CONVERSION[\"Alaska Albers (meters)\",METHOD[\"Albers Equal Area\","
    "ID[\"EPSG\",9822]],PARAMETER[\"Latitude of false origin\",50,"
    "ANGLEUNIT[\"degree\",0.0174532925199433],ID[\"EPSG\",8821]],"
    "PARAMETER[\"Longitude of false origin\",-154,"
    "ANGLEUNIT[\"degree\",0.0174532925199433],ID[\"EPSG\",8822]],"
    "PARAMETER[\"Latitude of 1st standard parallel\",55,"
    "ANGLEUNIT[\"degree\",0.0174532925199433],ID[\"EPSG\",8823]],"
    "PARAMETER[\"Latitude of 2nd standard parallel\",65,"
    "ANGLEUNIT[\"degree\",0.0174532925199433],ID[\"EPSG\",8824]],"
    "PARAMETER[\"Easting at false origin\",0,LENGTHUNIT[\"metre\",1],"
    "ID[\"EPSG\",8826]],PARAMETER[\"Northing at false origin\",0,"
    "LENGTHUNIT[\"metre\",1],ID[\"EPSG\",8827]]],CS[Cartesian,2],"
    "AXIS[\"easting (X)\",east,ORDER[1],LENGTHUNIT[\"metre\",1]],"
    "AXIS[\"northing (Y)\",north,ORDER[2],LENGTHUNIT[\"metre\",1]],"
    "USAGE[SCOPE[\"Topographic mapping (small scale).\"],"
    "AREA[\"United States (USA) - Alaska.\"],"
    "BBOX[51.3,172.42,71.4,-129.99]],ID[\"EPSG\",3338]]";

static tk_err
set_wkt(tk_grid *grid, const char *wkt)
{
    char *copy = tk_copy_text(wkt);

    if (!copy)
        return TK_ERUN;
    tk_free(grid->crs_wkt);
    grid->crs_wkt = copy;
    return TK_OK;
}

static void
set_mapping(tk_grid *grid, const char *name)
{
    snprintf(grid->mapping, sizeof grid->mapping, "%s", name);
}

static void
add_attr(tk_grid *grid, const char *name, size_t n, const double *value)
{
    const size_t room = sizeof grid->attr / sizeof grid->attr[0];

    if (grid->nattr == room || n < 1 || n > 2 || strlen(name) >= TK_NAME)
        return;
    snprintf(grid->attr[grid->nattr].name, TK_NAME, "%s", name);
    grid->attr[grid->nattr].n = n;
    memcpy(grid->attr[grid->nattr].value, value, n * sizeof *value);
    grid->nattr++;
}

static void
add_number(tk_grid *grid, const char *name, double value)
{
    add_attr(grid, name, 1, &value);
}

static tk_err
set_wgs84(tk_grid *grid)
{
    set_mapping(grid, "latitude_longitude");
    grid->nattr = 0;
    add_number(grid, "longitude_of_prime_meridian", 0);
    add_number(grid, "semi_major_axis", 6378137);
    add_number(grid, "inverse_flattening", 298.257223563);
    return set_wkt(grid, wgs84);
}

static tk_err
set_alaska(tk_grid *grid)
{
    static const double parallels[2] = {55, 65};

    set_mapping(grid, "albers_conical_equal_area");
    grid->nattr = 0;
    add_attr(grid, "standard_parallel", 2, parallels);
    add_number(grid, "longitude_of_central_meridian", -154);
    add_number(grid, "latitude_of_projection_origin", 50);
    add_number(grid, "false_easting", 0);
    add_number(grid, "false_northing", 0);
    add_number(grid, "longitude_of_prime_meridian", 0);
    add_number(grid, "semi_major_axis", 6378137);
    add_number(grid, "inverse_flattening", 298.257222101);
    return set_wkt(grid, alaska_albers);
}

bool
tk_crs_is_geographic(const char *crs)
{
    return tk_same_word(crs, "EPSG:4326") || strncmp(crs, "GEOG", 4) == 0
           || strncmp(crs, "GEODCRS", 7) == 0;
}

tk_err
tk_crs_named(const char *crs, tk_grid *grid)
{
    if (tk_same_word(crs, "EPSG:4326"))
        return set_wgs84(grid);
    if (tk_same_word(crs, "EPSG:3338"))
        return set_alaska(grid);
    if (!strchr(crs, '['))
        return tk_fail(TK_ECONF,
                       "crs '%s': known are EPSG:4326 and EPSG:3338; any other "
                       "must be given as WKT (`gdalsrsinfo -o wkt2_2019 "
                       "--single-line EPSG:n` prints it)",
                       crs);
    set_mapping(grid, tk_crs_is_geographic(crs) ? "latitude_longitude" : "");
    grid->nattr = 0;
    return set_wkt(grid, crs);
}

/* ---- from files ---------------------------------------------------------- */

/* The variable that v's attribute names; else the file's only grid mapping,
 * for static files often forget the attribute.
 */
static bool
find_mapping(const tk_nc *nc, const tk_nc_var *v, tk_nc_var *mapping)
{
    char text[4 * TK_NAME], name[TK_NAME];
    size_t found = 0;

    tk_nc_text(nc, v, "grid_mapping", sizeof text, text);
    text[strcspn(text, ": ")] = '\0'; /* "crs: lat lon" is the longer form */
    if (*text)
        return tk_nc_has(nc, text) && tk_nc_find(nc, text, mapping) == TK_OK;
    for (const char *const *n = tk_nc_names(nc); *n; n++) {
        tk_nc_var c;

        if (tk_nc_find(nc, *n, &c) != TK_OK)
            continue;
        tk_nc_text(nc, &c, "grid_mapping_name", sizeof name, name);
        if (*name) {
            *mapping = c;
            found++;
        }
    }
    return found == 1;
}

static void
copy_numbers(const tk_nc *nc, const tk_nc_var *mapping, tk_grid *grid)
{
    for (int a = 0; a < mapping->natt; a++) {
        char name[NC_MAX_NAME + 1];
        double value[2];

        if (ncmpi_inq_attname(tk_nc_id(nc), mapping->id, a, name) == NC_NOERR)
            add_attr(grid, name, tk_nc_numbers(nc, mapping, name, 2, value),
                     value);
    }
}

static tk_err
copy_wkt(const tk_nc *nc, const tk_nc_var *mapping, tk_grid *grid)
{
    const size_t room = 1 << 16;
    char *wkt = tk_new(room, 1);
    tk_err err = wkt ? TK_OK : TK_ERUN;

    if (!err) {
        tk_nc_text(nc, mapping, "crs_wkt", room, wkt);
        if (!*wkt)
            tk_nc_text(nc, mapping, "spatial_ref", room, wkt);
        if (*wkt)
            err = set_wkt(grid, wkt);
    }
    tk_free(wkt);
    return err;
}

/* Whether the numbers are those of Alaska Albers, EPSG:3338: files often hold
 * them without a WKT, and then GIS would not know the datum.
 */
static bool
is_alaska(const tk_grid *grid)
{
    const tk_albers want = tk_albers_alaska();
    tk_albers p;

    return tk_crs_albers(grid, &p) && p.lat0 == want.lat0 && p.lon0 == want.lon0
           && p.parallel[0] == want.parallel[0]
           && p.parallel[1] == want.parallel[1] && p.x0 == want.x0
           && p.y0 == want.y0 && p.a == want.a && fabs(p.e2 - want.e2) < 1e-8;
}

tk_err
tk_crs_read(const tk_nc *nc, const tk_nc_var *v, tk_grid *grid)
{
    tk_nc_var mapping;

    if (find_mapping(nc, v, &mapping)) {
        tk_nc_text(nc, &mapping, "grid_mapping_name", sizeof grid->mapping,
                   grid->mapping);
        copy_numbers(nc, &mapping, grid);
        TK_TRY(copy_wkt(nc, &mapping, grid));
        if (!*grid->crs_wkt && is_alaska(grid))
            TK_TRY(set_wkt(grid, alaska_albers));
    }
    if (grid->projected || *grid->crs_wkt)
        return TK_OK;
    if (grid->nattr > 0) { /* a sphere, say: its numbers are kept */
        set_mapping(grid, "latitude_longitude");
        return TK_OK;
    }
    return set_wgs84(grid);
}

/* ---- Albers -------------------------------------------------------------- */

static size_t
numbers(const tk_grid *grid, const char *name, double value[2])
{
    for (size_t i = 0; i < grid->nattr; i++)
        if (strcmp(grid->attr[i].name, name) == 0) {
            value[0] = grid->attr[i].value[0];
            value[1] = grid->attr[i].value[grid->attr[i].n - 1];
            return grid->attr[i].n;
        }
    return 0;
}

bool
tk_crs_albers(const tk_grid *grid, tk_albers *p)
{
    double parallel[2], lat0[2], lon0[2], east[2] = {0}, north[2] = {0};
    double a[2] = {6378137}, flattening[2] = {298.257222101};

    if (strcmp(grid->mapping, "albers_conical_equal_area") != 0
        || !numbers(grid, "standard_parallel", parallel)
        || !numbers(grid, "latitude_of_projection_origin", lat0)
        || !numbers(grid, "longitude_of_central_meridian", lon0))
        return false;
    numbers(grid, "false_easting", east);
    numbers(grid, "false_northing", north);
    if (numbers(grid, "earth_radius", a))
        flattening[0] = 0;
    if (numbers(grid, "semi_major_axis", a)
        && !numbers(grid, "inverse_flattening", flattening)) {
        double b[2];

        flattening[0] = numbers(grid, "semi_minor_axis", b) && b[0] < a[0]
                            ? a[0] / (a[0] - b[0])
                            : 0;
    }
    return tk_albers_make(lat0[0], lon0[0], parallel, east[0], north[0], a[0],
                          flattening[0], p)
           == TK_OK;
}
