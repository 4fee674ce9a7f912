/* Attributes of NetCDF files, absent or odd ones without fuss. */
#include "plot.h"

#include <netcdf.h>

void
tk_plot_text_att(int nc, int var, const char *name, size_t room, char *out)
{
    size_t n = 0;
    nc_type type;

    out[0] = '\0';
    if (nc_inq_att(nc, var, name, &type, &n) != NC_NOERR || type != NC_CHAR
        || n >= room)
        return;
    if (nc_get_att_text(nc, var, name, out) != NC_NOERR)
        n = 0;
    out[n] = '\0';
}

double
tk_plot_number_att(int nc, int var, const char *name, double absent)
{
    double x;
    size_t n;

    if (nc_inq_attlen(nc, var, name, &n) != NC_NOERR || n != 1
        || nc_get_att_double(nc, var, name, &x) != NC_NOERR)
        return absent;
    return x;
}
