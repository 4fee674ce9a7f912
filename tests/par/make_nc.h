/* make_nc.h -- small monthly files, as many sources write them. */
#ifndef TALIK_TESTS_MAKE_NC_H
#define TALIK_TESTS_MAKE_NC_H

#include <pnetcdf.h>

#include "par_check.h"
#include "talik/grid/calendar.h"

#define NC_OK(call) assert_int_equal((call), NC_NOERR)

/* All zero: 4 x 6 cells from the south, float, days in the standard calendar,
 * stamps at the first of the month.
 */
typedef struct {
    const char *path, *variable, *units, *time_units, *calendar;
    int first, n; /* months; n = 0: no time dimension */
    bool north_first, lon360, packed, bounds, mid_month, flat_lat_lon;
    bool depth, int64, no_fill_attribute, integer_date, backward;
    int leave_out, twice; /* index of a month + 1 */
    double shift;         /* of latitudes */
    size_t ny, nx;
} made;

static const double made_depth[3] = {0.1, 0.4, 1.5};

/* Cell (band 2, column 3) is always missing; (1, 1) in even years. */
static inline double
made_value(int month, size_t band, size_t j, size_t k)
{
    if ((band == 2 && j == 3) || (band == 1 && j == 1 && month / 12 % 2 == 0))
        return NAN;
    return (month - 24000) * 0.25 + 10.0 * (double)band + (double)j
           + 100.0 * (double)k;
}

static inline double
made_lat(const made *m, size_t band)
{
    return 60 + 0.5 * (double)band + m->shift;
}

static inline double
made_lon(const made *m, size_t j)
{
    return (m->lon360 ? 210 : -150) + 0.5 * (double)j;
}

static inline void
put_text(int id, int v, const char *name, const char *text)
{
    if (text)
        NC_OK(ncmpi_put_att_text(id, v, name, (MPI_Offset)strlen(text), text));
}

typedef struct {
    int lat, lon, time, bounds, depth, v;
} made_ids;

static inline void
made_define(int id, const made *m, made_ids *ids)
{
    const short fill_short = -32767;
    const float fill = 1e20f;
    const double scale = 0.25, offset = 5;
    int dim[4], n = 0, bnds, time = -1, y, x, two[2];
    const int type = m->packed ? NC_SHORT : m->int64 ? NC_INT64 : NC_FLOAT;

    if (m->n > 0) {
        NC_OK(ncmpi_def_dim(id, m->integer_date ? "date" : "time", NC_UNLIMITED,
                            &time));
        dim[n++] = time;
        NC_OK(ncmpi_def_var(id, m->integer_date ? "date" : "time",
                            m->integer_date ? NC_INT : NC_DOUBLE, 1, &time,
                            &ids->time));
        put_text(id, ids->time, "units", m->time_units);
        put_text(id, ids->time, "calendar", m->calendar);
    }
    if (m->bounds) {
        put_text(id, ids->time, "bounds", "time_bnds");
        NC_OK(ncmpi_def_dim(id, "bnds", 2, &bnds));
        two[0] = time;
        two[1] = bnds;
        NC_OK(ncmpi_def_var(id, "time_bnds", NC_DOUBLE, 2, two, &ids->bounds));
    }
    if (m->depth) {
        NC_OK(ncmpi_def_dim(id, "depth", 3, &dim[n]));
        NC_OK(ncmpi_def_var(id, "depth", NC_DOUBLE, 1, &dim[n], &ids->depth));
        put_text(id, ids->depth, "units", "cm");
        n++;
    }
    NC_OK(ncmpi_def_dim(id, "lat", (MPI_Offset)m->ny, &y));
    NC_OK(ncmpi_def_dim(id, "lon", (MPI_Offset)m->nx, &x));
    two[0] = dim[n++] = y;
    two[1] = dim[n++] = x;
    NC_OK(ncmpi_def_var(id, "lat", NC_DOUBLE, m->flat_lat_lon ? 2 : 1,
                        m->flat_lat_lon ? two : &y, &ids->lat));
    NC_OK(ncmpi_def_var(id, "lon", NC_DOUBLE, m->flat_lat_lon ? 2 : 1,
                        m->flat_lat_lon ? two : &x, &ids->lon));
    put_text(id, ids->lat, "units", "degrees_north");
    put_text(id, ids->lon, "units", "degrees_east");
    NC_OK(ncmpi_def_var(id, m->variable, type, n, dim, &ids->v));
    put_text(id, ids->v, "units", m->units);
    if (m->packed) {
        NC_OK(ncmpi_put_att_short(id, ids->v, "_FillValue", NC_SHORT, 1,
                                  &fill_short));
        NC_OK(ncmpi_put_att_double(id, ids->v, "scale_factor", NC_DOUBLE, 1,
                                   &scale));
        NC_OK(ncmpi_put_att_double(id, ids->v, "add_offset", NC_DOUBLE, 1,
                                   &offset));
    } else if (!m->int64 && !m->no_fill_attribute) {
        NC_OK(
            ncmpi_put_att_float(id, ids->v, "_FillValue", NC_FLOAT, 1, &fill));
    }
}

static inline void
made_put_coordinates(int id, const made *m, const made_ids *ids)
{
    const double cm[3] = {10, 40, 150};

    for (size_t i = 0; i < m->ny; i++)
        for (size_t j = 0; j < m->nx; j++) {
            const size_t band = m->north_first ? m->ny - 1 - i : i;
            const double lat = made_lat(m, band), lon = made_lon(m, j);
            const MPI_Offset at[2] = {(MPI_Offset)i, (MPI_Offset)j};

            NC_OK(ncmpi_put_var1_double_all(id, ids->lat, at, &lat));
            NC_OK(ncmpi_put_var1_double_all(
                id, ids->lon, m->flat_lat_lon ? at : at + 1, &lon));
        }
    if (m->depth)
        NC_OK(ncmpi_put_var_double_all(id, ids->depth, cm));
}

static inline void
made_put_time(int id, const made *m, const made_ids *ids, int step, int month)
{
    const MPI_Offset at[2] = {step, 0}, one[2] = {1, 2};
    tk_calendar c;
    tk_time_units u;
    double from, to, bounds[2], value;
    int date = tk_month_year(month) * 10000 + tk_month_of_year(month) * 100 + 1;

    if (m->integer_date) {
        NC_OK(ncmpi_put_var1_int_all(id, ids->time, at, &date));
        return;
    }
    CHECK_OK(tk_calendar_parse(m->calendar, &c));
    CHECK_OK(tk_time_units_parse(m->time_units, c, &u));
    from = (tk_month_start(c, month) - u.origin) / u.days_per_unit;
    to = (tk_month_start(c, month + 1) - u.origin) / u.days_per_unit;
    value = m->mid_month ? (from + to) / 2 : from;
    if (m->bounds) {
        bounds[0] = from;
        bounds[1] = to;
        value = to; /* end of the month: the stamp alone would mislead */
        NC_OK(ncmpi_put_vara_double_all(id, ids->bounds, at, one, bounds));
    }
    NC_OK(ncmpi_put_var1_double_all(id, ids->time, at, &value));
}

static inline void
made_put_step(int id, const made *m, const made_ids *ids, int step, int month)
{
    for (size_t k = 0; k < (m->depth ? 3 : 1); k++)
        for (size_t i = 0; i < m->ny; i++)
            for (size_t j = 0; j < m->nx; j++) {
                const size_t band = m->north_first ? m->ny - 1 - i : i;
                const double x = made_value(month, band, j, k);
                const float f = m->no_fill_attribute ? NC_FILL_FLOAT : 1e20f;
                MPI_Offset at[4];
                int n = 0;

                if (m->n > 0)
                    at[n++] = step;
                if (m->depth)
                    at[n++] = (MPI_Offset)k;
                at[n++] = (MPI_Offset)i;
                at[n++] = (MPI_Offset)j;
                if (m->packed) {
                    const short s =
                        isnan(x) ? -32767 : (short)lrint((x - 5) / 0.25);

                    NC_OK(ncmpi_put_var1_short_all(id, ids->v, at, &s));
                } else if (m->int64) {
                    const long long l = isnan(x) ? NC_FILL_INT64 : (long long)x;

                    NC_OK(ncmpi_put_var1_longlong_all(id, ids->v, at, &l));
                } else {
                    const float y = isnan(x) ? f : (float)x;

                    NC_OK(ncmpi_put_var1_float_all(id, ids->v, at, &y));
                }
            }
}

/* Rank 0 writes; all go on when it has. */
static inline const char *
make_nc(made m)
{
    m.variable = m.variable ? m.variable : "t2m";
    m.units = m.units ? m.units : "K";
    m.calendar = m.calendar ? m.calendar : "standard";
    m.time_units = m.time_units ? m.time_units : "days since 1900-01-01";
    m.ny = m.ny ? m.ny : 4;
    m.nx = m.nx ? m.nx : 6;
    if (par.rank == 0) {
        made_ids ids = {0};
        int id, step = 0;

        NC_OK(ncmpi_create(MPI_COMM_SELF, m.path, NC_CLOBBER | NC_64BIT_DATA,
                           MPI_INFO_NULL, &id));
        made_define(id, &m, &ids);
        NC_OK(ncmpi_enddef(id));
        made_put_coordinates(id, &m, &ids);
        for (int t = 0; t < m.n || t == 0; t++) {
            const int month = m.first + (m.backward ? m.n - 1 - t : t);

            if (t + 1 == m.leave_out)
                continue;
            for (int again = 0; again < (t + 1 == m.twice ? 2 : 1); again++) {
                if (m.n > 0)
                    made_put_time(id, &m, &ids, step, month);
                made_put_step(id, &m, &ids, step++, month);
            }
        }
        NC_OK(ncmpi_close(id));
    }
    MPI_Barrier(par.comm);
    return m.path;
}

#endif
