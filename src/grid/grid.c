#include "talik/grid/grid.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/grid/albers.h"

/* Places in boxes are 32 bits wide. */
#define MOST_CELLS ((size_t)1 << 31)

#define WORD 64

static size_t
words_of(size_t cells)
{
    return (cells + WORD - 1) / WORD;
}

tk_err
tk_grid_make(size_t ny, size_t nx, tk_grid *grid)
{
    *grid = (tk_grid){0};
    if (ny == 0 || nx == 0 || ny > MOST_CELLS / nx)
        return tk_fail(TK_EDATA,
                       "a grid of %zu x %zu cells: at least one is needed, at "
                       "most %zu are possible",
                       ny, nx, MOST_CELLS);
    grid->ny = ny;
    grid->nx = nx;
    grid->y = tk_new(ny, sizeof *grid->y);
    grid->x = tk_new(nx, sizeof *grid->x);
    grid->active = tk_new(words_of(ny * nx), sizeof *grid->active);
    grid->crs_wkt = tk_copy_text("");
    for (int k = 0; k < 4; k++)
        grid->corner[k][0] = grid->corner[k][1] = NAN;
    if (grid->y && grid->x && grid->active && grid->crs_wkt)
        return TK_OK;
    tk_grid_drop(grid);
    return TK_ERUN;
}

void
tk_grid_drop(tk_grid *grid)
{
    tk_free(grid->y);
    tk_free(grid->x);
    tk_free(grid->active);
    tk_free(grid->crs_wkt);
    *grid = (tk_grid){0};
}

size_t
tk_grid_file_row(const tk_grid *grid, size_t band)
{
    return grid->south_first ? band : grid->ny - 1 - band;
}

bool
tk_grid_is_active(const tk_grid *grid, size_t position)
{
    return (grid->active[position / WORD] >> (position % WORD)) & 1;
}

void
tk_grid_set_active(tk_grid *grid, size_t position)
{
    grid->active[position / WORD] |= (uint64_t)1 << (position % WORD);
}

void
tk_grid_count(tk_grid *grid)
{
    grid->nactive = 0;
    for (size_t w = 0; w < words_of(grid->ny * grid->nx); w++)
        grid->nactive += (size_t)__builtin_popcountll(grid->active[w]);
}

void
tk_axis_bounds(size_t n, const double *axis, bool latitude, size_t i,
               double bounds[2])
{
    const double here = axis[i];
    double before = here - 0.5, after = here + 0.5; /* a single value */

    if (n > 1) {
        const double to_next =
            i + 1 < n ? axis[i + 1] - here : here - axis[i - 1];
        const double to_last = i > 0 ? here - axis[i - 1] : to_next;

        before = here - to_last / 2;
        after = here + to_next / 2;
    }
    bounds[0] = before;
    bounds[1] = after;
    for (int k = 0; latitude && k < 2; k++)
        bounds[k] = fmax(-90, fmin(90, bounds[k]));
}

double
tk_cell_area(const tk_grid *grid, size_t i, size_t j)
{
    const bool degrees =
        !grid->projected
        || strcmp(grid->mapping, "rotated_latitude_longitude") == 0;
    double y[2], x[2];

    tk_axis_bounds(grid->ny, grid->y, degrees, i, y);
    tk_axis_bounds(grid->nx, grid->x, false, j, x);
    if (!degrees)
        return fabs((y[1] - y[0]) * (x[1] - x[0]));
    return tk_wgs84_area(fmin(y[0], y[1]), fmax(y[0], y[1]), fabs(x[1] - x[0]));
}

void
tk_longitudes_join(size_t n, double *lon)
{
    double mean = 0, shift;

    for (size_t i = 1; i < n; i++)
        lon[i] -= 360 * round((lon[i] - lon[i - 1]) / 360);
    for (size_t i = 0; i < n; i++)
        mean += lon[i] / (double)n;
    shift = 360 * floor((mean + 190) / 360);
    for (size_t i = 0; i < n; i++)
        lon[i] -= shift;
}
