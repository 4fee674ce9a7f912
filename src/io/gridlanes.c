/* Where the cells of a run lie. */
#include <math.h>

#include "coords.h"
#include "crs.h"
#include "grid_impl.h"
#include "talik/core/mem.h"

#define RADIANS (3.14159265358979323846 / 180)

/* The meridian around which the longitudes of a projected grid are continuous:
 * the middle of its corners, within [-190, 170).
 */
static double
middle(const tk_grid *grid)
{
    double s = 0, c = 0, lon;

    for (int k = 0; k < 4; k++)
        if (isfinite(grid->corner[k][1])) {
            s += sin(grid->corner[k][1] * RADIANS);
            c += cos(grid->corner[k][1] * RADIANS);
        }
    if (s == 0 && c == 0)
        return -10;
    lon = atan2(s, c) / RADIANS;
    tk_longitudes_join(1, &lon);
    return lon;
}

/* By the axes alone: a regular grid, or Albers' projection. */
static tk_err
compute(const tk_grid_source *src, const tk_grid *grid, const tk_run *run,
        double *lat, double *lon)
{
    tk_albers p;

    if (grid->projected && !tk_crs_albers(grid, &p))
        return tk_fail(TK_EDATA,
                       "%s: no latitude and longitude, and no projection to "
                       "compute them",
                       src->file);
    for (size_t b = 0; b < run->nbox; b++) {
        const tk_box *box = &run->box[b];

        for (size_t q = 0; q < box->nrow * box->ncol; q++) {
            const double y = grid->y[box->row + q / box->ncol];
            const double x = grid->x[box->col + q % box->ncol];
            const size_t at = box->at + q;

            lat[at] = y;
            lon[at] = x;
            if (grid->projected)
                tk_albers_inverse(&p, x, y, &lat[at], &lon[at]);
        }
    }
    return TK_OK;
}

/* **Collective.**  From 2-D coordinates. */
static tk_err
read_two_d(const tk_nc *nc, const tk_coords *c, const tk_run *run, double *lat,
           double *lon)
{
    const size_t start[TK_NC_DIMS] = {0};
    const size_t count[TK_NC_DIMS] = {1, 1, 1, 1, 1, 1};
    size_t box[3][4];

    for (size_t b = 0; b < run->nbox; b++) {
        box[b][0] = run->box[b].row;
        box[b][1] = run->box[b].col;
        box[b][2] = run->box[b].nrow;
        box[b][3] = run->box[b].ncol;
    }
    TK_TRY(tk_nc_read_boxes_double(nc, &c->lat, start, count, run->nbox,
                                   (const size_t(*)[4])box, lat));
    return tk_nc_read_boxes_double(nc, &c->lon, start, count, run->nbox,
                                   (const size_t(*)[4])box, lon);
}

/* **Collective.**  On projected grids, 2-D coordinates where the file has them.
 */
static tk_err
find_places(const tk_par *par, const tk_grid_source *src, const tk_grid *grid,
            const tk_run *run, double *lat, double *lon)
{
    tk_nc *nc;
    tk_nc_var v;
    tk_coords c;
    tk_err err;

    TK_TRY(tk_nc_open(par, src->file, &nc));
    err = tk_agree(par, tk_nc_find(nc, src->variable, &v));
    if (!err)
        err = tk_coords_find(par, nc, &v, src->lat, src->lon, &c);
    if (!err && c.has_lat_lon && c.two_d)
        err = read_two_d(nc, &c, run, lat, lon);
    else if (!err)
        err = tk_agree(par, compute(src, grid, run, lat, lon));
    tk_nc_close(nc);
    return err;
}

tk_err
tk_grid_cover(const tk_par *par, const tk_grid_source *source,
              const tk_grid *grid, const tk_run *run, double *lat, double *lon)
{
    double centre;

    if (!grid->projected)
        return tk_agree(par, compute(source, grid, run, lat, lon));
    TK_TRY(find_places(par, source, grid, run, lat, lon));
    centre = middle(grid);
    for (size_t q = 0; q < run->ncover; q++)
        lon[q] = centre + remainder(lon[q] - centre, 360);
    return TK_OK;
}

static tk_err
check_lane(const tk_grid_source *src, const tk_run *run, size_t l, double lat,
           double lon)
{
    if (fabs(lat) <= 90.001 && isfinite(lon))
        return TK_OK;
    return tk_fail(TK_EDATA, "%s: cell at row %u, column %u lies at %g N %g E",
                   src->file, run->file_row[l], run->file_col[l], lat, lon);
}

tk_err
tk_grid_lanes(const tk_par *par, const tk_grid_source *source,
              const tk_grid *grid, const tk_run *run, double *lat, double *lon,
              double *area)
{
    double *cover = tk_new(2 * run->ncover, sizeof *cover);
    tk_err err = tk_injected("io.lanes")
                     ? tk_fail(TK_EDATA, "injected: io.lanes")
                 : cover ? TK_OK
                         : TK_ERUN;

    err = tk_agree(par, err);
    if (!err)
        err = tk_grid_cover(par, source, grid, run, cover, cover + run->ncover);
    if (!err) {
        for (size_t l = 0; l < run->nlane; l++) {
            lat[l] = cover[run->place[l]];
            lon[l] = cover[run->ncover + run->place[l]];
            area[l] = tk_cell_area(grid, run->file_row[l], run->file_col[l]);
            if (!err)
                err = check_lane(source, run, l, lat[l], lon[l]);
        }
        err = tk_agree(par, err);
    }
    tk_free(cover);
    return err;
}
