/* nc_impl.h -- what the two halves of nc.h share: the open file. */
#ifndef TALIK_IO_NC_IMPL_H
#define TALIK_IO_NC_IMPL_H

#include "talik/io/nc.h"

struct tk_nc {
    tk_par par; /* the communicator is borrowed */
    char *path;
    int id;
    bool is_open;
    long long changed;
    size_t nvar;
    char **name; /* [nvar + 1], the last one NULL */
    void *att;   /* room for the longest attribute, so that reading one cannot
                    fail on one rank and not on another */
};

/* Bytes of a numeric type of PnetCDF; 0 for text. */
size_t tk_nc_type_bytes(int type);

/* n numbers of that type as doubles. */
void tk_nc_widen(int type, const void *raw, size_t n, double *out);

#endif
