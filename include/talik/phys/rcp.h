/* talik/phys/rcp.h -- radiative forcing of the RCP scenarios, year by year.
 *
 * Global means from M. Meinshausen et al., The RCP greenhouse gas
 * concentrations and their extensions from 1765 to 2300, Climatic Change 109
 * (2011), doi:10.1007/s10584-011-0156-z; figures as distributed with FaIR
 * (github.com/OMS-NetZero/FAIR, Apache-2.0).
 *
 * The paths are equal up to 2004.  Their order is not that of their names: 6.0
 * lies under 2.6 until 2029 and under 4.5 up to 2062.
 *
 * Units    W m-2, at the middle of the year, relative to 1765.
 */
#ifndef TALIK_PHYS_RCP_H
#define TALIK_PHYS_RCP_H

#include "talik/core/error.h"

#define TK_RCP_FIRST 1765
#define TK_RCP_LAST 2100

typedef enum { TK_RCP26, TK_RCP45, TK_RCP60, TK_RCP85, TK_RCP_COUNT } tk_rcp;

typedef enum {
    TK_FORCING_ANTHRO, /* TOTAL_ANTHRO_RF: smooth, what a signal should use  */
    TK_FORCING_TOTAL,  /* TOTAL_INCLVOLCANIC_RF: with sun and volcanoes      */
} tk_forcing;

/* NaN outside TK_RCP_FIRST..TK_RCP_LAST. */
double tk_rcp_forcing(tk_rcp rcp, int year, tk_forcing kind);

/* The same at the middle of a month (talik/grid/calendar.h), on straight lines
 * between the middles of years; before the first and behind the last middle the
 * value of that year.  NaN outside those years.
 */
double tk_rcp_forcing_month(tk_rcp rcp, int month, tk_forcing kind);

/* "rcp26", "rcp45", "rcp60", "rcp85", in any case, also with a dot, a space or
 * an underline ("RCP8.5"); "rcp6" and "rcp3pd" are names that some files use.
 * TK_ECONF for any other word; the fault names the nearest.
 */
tk_err tk_rcp_parse(const char *name, tk_rcp *rcp) TK_MUST;
const char *tk_rcp_name(tk_rcp rcp);  /* "rcp85"  */
const char *tk_rcp_title(tk_rcp rcp); /* "RCP8.5" */

#endif
