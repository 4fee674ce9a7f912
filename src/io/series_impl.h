/* series_impl.h -- what opening and reading a series share. */
#ifndef TALIK_IO_SERIES_IMPL_H
#define TALIK_IO_SERIES_IMPL_H

#include "talik/io/series.h"
#include "talik/io/units.h"

/* One of the series' files. */
typedef struct {
    char *path;
    tk_nc *nc; /* NULL while closed: thousands of files may make one series */
    long used; /* when it was last read; the longest idle is closed first   */
    tk_nc_var var;
    tk_calendar calendar;
    tk_conversion conversion;
    size_t ntime;
    int *month;    /* [ntime]                                          */
    int depth_dim; /* of the variable; -1 = none                        */
    size_t *level; /* [ndepth] index along it                           */
} series_file;

struct tk_series {
    tk_par par;
    char *variable;
    char units[TK_NAME];   /* of what read gives: wanted, or the first file's */
    size_t ny, nx, ndepth; /* ndepth at least 1 */
    bool is_static;
    size_t nfile;
    series_file *file;
    long clock;
    int first, last;
    struct {
        uint32_t file, step;
    } * at; /* [last - first + 1] */
    long long newest;
    tk_change change;
    bool plain; /* without it */
};

/* **Collective.**  Opens file k again if it was closed. */
tk_err tk_series_wake(tk_series *s, size_t k) TK_MUST;

#endif
