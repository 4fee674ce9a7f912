#include "talik/data/band.h"

tk_err
tk_bands_check(size_t nedge, const double *edge)
{
    if (nedge == 1)
        return tk_fail(TK_ECONF, "&model band_edges: one edge makes no band");
    for (size_t i = 1; i < nedge; i++)
        if (!(edge[i] > edge[i - 1]))
            return tk_fail(TK_ECONF,
                           "&model band_edges must increase: %g is "
                           "followed by %g",
                           edge[i - 1], edge[i]);
    return TK_OK;
}

tk_err
tk_bands_of(size_t nedge, const double *edge, size_t n, const double *lat,
            int *band)
{
    for (size_t i = 0; i < n; i++) {
        size_t b = 0;

        band[i] = 0;
        if (nedge == 0)
            continue;
        while (b + 1 < nedge && lat[i] >= edge[b + 1])
            b++;
        if (b + 1 == nedge && lat[i] <= edge[b])
            b--; /* the last band is closed */
        if (!(lat[i] >= edge[0]) || b + 1 == nedge)
            return tk_fail(TK_EDATA,
                           "a cell at latitude %.4f lies outside the "
                           "latitude bands %g..%g of the model",
                           lat[i], edge[0], edge[nedge - 1]);
        band[i] = (int)b;
    }
    return TK_OK;
}
