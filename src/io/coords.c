#include "coords.h"

#include <string.h>

#include "talik/core/text.h"
#include "talik/io/units.h"

typedef struct {
    const char *standard_name;
    const char *const *units, *const *names;
} kind;

static const char *const lat_units[] = {
    "degrees_north", "degree_north", "degree_N",         "degrees_N",
    "degreeN",       "degreesN",     "degrees latitude", NULL};
static const char *const lon_units[] = {
    "degrees_east", "degree_east", "degree_E",          "degrees_E",
    "degreeE",      "degreesE",    "degrees longitude", NULL};
static const char *const lat_names[] = {
    "lat",    "latitude", "nav_lat",    "XLAT", "XLAT_M",
    "LATIXY", "lat2d",    "latitude2d", "TLAT", NULL};
static const char *const lon_names[] = {
    "lon",    "longitude", "nav_lon",     "XLONG", "XLONG_M",
    "LONGXY", "lon2d",     "longitude2d", "TLONG", NULL};
static const kind latitude = {"latitude", lat_units, lat_names};
static const kind longitude = {"longitude", lon_units, lon_names};

static bool
is_among(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (tk_same_word(word, *list))
            return true;
    return false;
}

/* Whether `word` stands in a text of words separated by blanks. */
static bool
has_word(const char *text, const char *word)
{
    const size_t n = strlen(word);

    while (*text) {
        const size_t len = strcspn(text, " ");

        if (len == n && strncmp(text, word, n) == 0)
            return true;
        text += len;
        text += strspn(text, " ");
    }
    return false;
}

/* 1-D on dimension `name`. */
static bool
lies_on(const tk_nc_var *c, const char *name)
{
    return c->ndim == 1 && strcmp(c->dim_name[0], name) == 0;
}

/* 2-D on v's last two dimensions; dimensions before them are allowed. */
static bool
lies_on_both(const tk_nc_var *c, const tk_nc_var *v)
{
    return c->ndim >= 2 && v->ndim >= 2
           && strcmp(c->dim_name[c->ndim - 1], v->dim_name[v->ndim - 1]) == 0
           && strcmp(c->dim_name[c->ndim - 2], v->dim_name[v->ndim - 2]) == 0;
}

/* How surely variable c is the coordinate: 0 = it is not. */
static int
likeness(const tk_nc *nc, const tk_nc_var *c, const kind *k,
         const char *coordinates)
{
    char standard[TK_NAME];
    int score = 0;

    tk_nc_text(nc, c, "standard_name", sizeof standard, standard);
    if (*standard && strcmp(standard, k->standard_name) != 0
        && strcmp(standard, "unknown") != 0)
        return 0;
    if (strcmp(standard, k->standard_name) == 0)
        score += 4;
    if (is_among(c->units, k->units))
        score += 3;
    if (is_among(c->name, k->names))
        score += 1;
    if (score > 0 && has_word(coordinates, c->name))
        score += 8;
    return score;
}

/* Finds the likeliest variable that `fits`; dims of v are those asked for. */
static bool
find_likely(const tk_nc *nc, const tk_nc_var *v, const kind *k, int dim,
            tk_nc_var *found)
{
    char coordinates[1024];
    int best = 0;

    tk_nc_text(nc, v, "coordinates", sizeof coordinates, coordinates);
    for (const char *const *name = tk_nc_names(nc); *name; name++) {
        tk_nc_var c;
        int score;

        if (tk_nc_find(nc, *name, &c) != TK_OK)
            continue; /* more dimensions than we read: no coordinate */
        if (dim >= 0 ? !lies_on(&c, v->dim_name[dim]) : !lies_on_both(&c, v))
            continue;
        score = likeness(nc, &c, k, coordinates);
        if (score > best) {
            best = score;
            *found = c;
        }
    }
    return best > 0;
}

static bool
is_length(const char *units)
{
    tk_conversion c;

    return *units && tk_units_convert(units, "m", false, false, &c) == TK_OK;
}

/* An axis of a projection on dimension `dim`: by standard name on whatever
 * variable, else the variable of the dimension's name if it is a length.  Mere
 * indices have no units.
 */
static bool
find_axis(const tk_nc *nc, const tk_nc_var *v, int dim, const char *projected,
          const char *rotated, tk_nc_var *found)
{
    for (const char *const *name = tk_nc_names(nc); *name; name++) {
        char standard[TK_NAME];
        tk_nc_var c;

        if (tk_nc_find(nc, *name, &c) != TK_OK
            || !lies_on(&c, v->dim_name[dim]))
            continue;
        tk_nc_text(nc, &c, "standard_name", sizeof standard, standard);
        if (strcmp(standard, projected) == 0
            || strcmp(standard, rotated) == 0) {
            *found = c;
            return true;
        }
    }
    return tk_nc_has(nc, v->dim_name[dim])
           && tk_nc_find(nc, v->dim_name[dim], found) == TK_OK
           && lies_on(found, v->dim_name[dim]) && is_length(found->units);
}

static tk_err
find_named(const tk_nc *nc, const tk_nc_var *v, const char *lat,
           const char *lon, tk_coords *c)
{
    TK_TRY(tk_nc_find(nc, lat, &c->lat));
    TK_TRY(tk_nc_find(nc, lon, &c->lon));
    c->has_lat_lon = true;
    c->two_d = lies_on_both(&c->lat, v) && lies_on_both(&c->lon, v);
    if (c->two_d
        || (lies_on(&c->lat, v->dim_name[v->ndim - 2])
            && lies_on(&c->lon, v->dim_name[v->ndim - 1])))
        return TK_OK;
    return tk_fail(TK_EDATA,
                   "%s: '%s' and '%s' are no coordinates of '%s'(%s, %s)",
                   tk_nc_path(nc), lat, lon, v->name, v->dim_name[v->ndim - 2],
                   v->dim_name[v->ndim - 1]);
}

static tk_err
find_here(const tk_nc *nc, const tk_nc_var *v, const char *lat, const char *lon,
          tk_coords *c)
{
    const int row = v->ndim - 2, col = v->ndim - 1;
    tk_nc_var swapped;

    *c = (tk_coords){0};
    if (v->ndim < 2)
        return tk_fail(
            TK_EDATA, "%s: '%s' has %d dimension%s; two of a grid are needed",
            tk_nc_path(nc), v->name, v->ndim, v->ndim == 1 ? "" : "s");
    c->has_axes =
        find_axis(nc, v, row, "projection_y_coordinate", "grid_latitude", &c->y)
        && find_axis(nc, v, col, "projection_x_coordinate", "grid_longitude",
                     &c->x);
    if (*lat && *lon)
        return find_named(nc, v, lat, lon, c);
    if (find_likely(nc, v, &latitude, row, &c->lat)
        && find_likely(nc, v, &longitude, col, &c->lon)) {
        c->has_lat_lon = true;
        return TK_OK;
    }
    if (find_likely(nc, v, &latitude, col, &swapped)
        && find_likely(nc, v, &longitude, row, &swapped))
        return tk_fail(TK_EDATA,
                       "%s: '%s' is (.., %s, %s); latitude must come before "
                       "longitude: `ncpdq -a %s,%s` turns it",
                       tk_nc_path(nc), v->name, v->dim_name[row],
                       v->dim_name[col], v->dim_name[col], v->dim_name[row]);
    c->two_d = find_likely(nc, v, &latitude, -1, &c->lat)
               && find_likely(nc, v, &longitude, -1, &c->lon);
    c->has_lat_lon = c->two_d;
    return TK_OK;
}

tk_err
tk_coords_find(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
               const char *lat, const char *lon, tk_coords *c)
{
    tk_err err = TK_OK;

    /* The choice steers collective reads: it must not differ between ranks. */
    if (par->rank == 0)
        err = find_here(nc, v, lat, lon, c);
    if (tk_injected("io.coords"))
        err = tk_fail(TK_EDATA, "injected: io.coords");
    TK_AGREE(par, err);
    tk_bcast(par, c, sizeof *c);
    return TK_OK;
}

tk_err
tk_coords_axis(const tk_nc *nc, const tk_nc_var *axis, double *out)
{
    const size_t start[1] = {0};
    tk_conversion c = {.scale = 1};

    TK_TRY(tk_nc_read_same(nc, axis, start, axis->dim, out));
    if (is_length(axis->units))
        TK_TRY(tk_units_convert(axis->units, "m", false, false, &c));
    for (size_t i = 0; i < axis->dim[0]; i++)
        out[i] = out[i] * c.scale + c.offset;
    return TK_OK;
}

/* One value of a coordinate, at a cell. */
static tk_err
read_at(const tk_nc *nc, const tk_nc_var *c, size_t row, size_t col,
        bool is_row, double *out)
{
    size_t start[TK_NC_DIMS] = {0}, count[TK_NC_DIMS];

    for (int d = 0; d < TK_NC_DIMS; d++)
        count[d] = 1;
    if (c->ndim == 1) {
        start[0] = is_row ? row : col;
    } else {
        start[c->ndim - 2] = row;
        start[c->ndim - 1] = col;
    }
    return tk_nc_read_same(nc, c, start, count, out);
}

tk_err
tk_coords_corners(const tk_nc *nc, const tk_coords *c, size_t ny, size_t nx,
                  double corner[4][2])
{
    for (size_t k = 0; k < 4; k++) {
        const size_t row = k < 2 ? 0 : ny - 1, col = k % 2 ? nx - 1 : 0;

        TK_TRY(read_at(nc, &c->lat, row, col, true, &corner[k][0]));
        TK_TRY(read_at(nc, &c->lon, row, col, false, &corner[k][1]));
    }
    return TK_OK;
}
