#include "talik/io/gridfile.h"

#include <math.h>
#include <string.h>

#include "crs.h"

tk_err
tk_grid_regular(double south, double north, double west, double east,
                double step, tk_grid *grid)
{
    const size_t ny = (size_t)lround((north - south) / step);
    const size_t nx = (size_t)lround((east - west) / step);

    TK_TRY(tk_grid_make(ny, nx, grid));
    for (size_t i = 0; i < ny; i++)
        grid->y[i] = north - ((double)i + 0.5) * step;
    for (size_t j = 0; j < nx; j++)
        grid->x[j] = west + ((double)j + 0.5) * step;
    strcpy(grid->dim_y, "lat");
    strcpy(grid->dim_x, "lon");
    for (int k = 0; k < 4; k++) {
        grid->corner[k][0] = grid->y[k < 2 ? 0 : ny - 1];
        grid->corner[k][1] = grid->x[k % 2 ? nx - 1 : 0];
    }
    return tk_crs_named("EPSG:4326", grid);
}
