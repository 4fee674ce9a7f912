/* timeaxis.h -- the months that the steps of a variable stand for. */
#ifndef TALIK_IO_TIMEAXIS_H
#define TALIK_IO_TIMEAXIS_H

#include "talik/grid/calendar.h"
#include "talik/io/nc.h"

/* **Collective.**  month[v->dim[0]], one of each at most, and the calendar, from
 * the coordinate variable of v's first dimension.
 */
tk_err tk_timeaxis_read(const tk_par *par, const tk_nc *nc, const tk_nc_var *v,
                        tk_calendar *calendar, int *month) TK_MUST;

#endif
