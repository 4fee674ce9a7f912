/* make_forcing FILE ROWS COLUMNS MONTHS VARIABLES DEPTHS
 *
 * A file of any size for tests of memory: monthly variables v1, v2, ... in K, a
 * season and noise, and the soil temperature tsl, which follows the mean of the
 * last year of v1; months from 1950-01.  Time is the record dimension, as in
 * files that cdo and nco write: a cell's series is spread over the whole file.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mpi.h>
#include <pnetcdf.h>

enum { MOST_VARS = 64 };

typedef struct {
    int id, time, lat, lon, depth;
    int v[MOST_VARS], tsl;
    size_t ny, nx, months, vars, depths;
} file;

static void
need(int status)
{
    if (status == NC_NOERR)
        return;
    fprintf(stderr, "make_forcing: %s\n", ncmpi_strerror(status));
    exit(1);
}

static void
text(int id, int v, const char *name, const char *value)
{
    need(ncmpi_put_att_text(id, v, name, (MPI_Offset)strlen(value), value));
}

static void
define(const char *path, file *f)
{
    int dim[4], on[4];

    need(ncmpi_create(MPI_COMM_SELF, path, NC_CLOBBER | NC_64BIT_DATA,
                      MPI_INFO_NULL, &f->id));
    need(ncmpi_def_dim(f->id, "time", NC_UNLIMITED, &dim[0]));
    need(ncmpi_def_dim(f->id, "depth", (MPI_Offset)f->depths, &dim[1]));
    need(ncmpi_def_dim(f->id, "lat", (MPI_Offset)f->ny, &dim[2]));
    need(ncmpi_def_dim(f->id, "lon", (MPI_Offset)f->nx, &dim[3]));
    need(ncmpi_def_var(f->id, "time", NC_DOUBLE, 1, &dim[0], &f->time));
    text(f->id, f->time, "units", "days since 1950-01-01");
    text(f->id, f->time, "calendar", "360_day");
    need(ncmpi_def_var(f->id, "depth", NC_DOUBLE, 1, &dim[1], &f->depth));
    text(f->id, f->depth, "units", "m");
    need(ncmpi_def_var(f->id, "lat", NC_DOUBLE, 1, &dim[2], &f->lat));
    text(f->id, f->lat, "units", "degrees_north");
    need(ncmpi_def_var(f->id, "lon", NC_DOUBLE, 1, &dim[3], &f->lon));
    text(f->id, f->lon, "units", "degrees_east");
    memcpy(on, dim, sizeof on);
    need(ncmpi_def_var(f->id, "tsl", NC_FLOAT, 4, on, &f->tsl));
    text(f->id, f->tsl, "units", "K");
    on[1] = dim[2];
    on[2] = dim[3];
    for (size_t k = 0; k < f->vars; k++) {
        char name[16];

        snprintf(name, sizeof name, "v%zu", k + 1);
        need(ncmpi_def_var(f->id, name, NC_FLOAT, 3, on, &f->v[k]));
        text(f->id, f->v[k], "units", "K");
    }
    need(ncmpi_enddef(f->id));
}

static void
put_axis(const file *f, int v, size_t n, double first, double step)
{
    double *x = malloc(n * sizeof *x);

    if (!x)
        exit(1);
    for (size_t i = 0; i < n; i++)
        x[i] = first + step * (double)i;
    need(ncmpi_put_var_double_all(f->id, v, x));
    free(x);
}

/* From -1 to 1, a function of its arguments. */
static float
noise(uint64_t a, uint64_t b)
{
    uint64_t x = (a << 32 ^ b) + 0x9e3779b97f4a7c15;

    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return (float)(x >> 40) / (float)(1 << 23) - 1;
}

static void
put_month(const file *f, size_t m, float *x, float *year)
{
    const size_t n = f->ny * f->nx;
    const float season = sinf((float)(m % 12) * 0.5235988f);
    const double time = 30 * (double)m + 15;
    const MPI_Offset start[4] = {(MPI_Offset)m};
    MPI_Offset count[4] = {1, (MPI_Offset)f->ny, (MPI_Offset)f->nx, 1};

    need(ncmpi_put_var1_double_all(f->id, f->time, start, &time));
    for (size_t k = 0; k < f->vars; k++) {
        for (size_t c = 0; c < n; c++) {
            x[c] = 268 + 15 * season + 3 * noise(k * f->months + m, c);
            if (k == 0)
                year[c] = m ? year[c] * (11.f / 12) + x[c] / 12 : x[c];
        }
        need(ncmpi_put_vara_float_all(f->id, f->v[k], start, count, x));
    }
    for (size_t d = 0; d < f->depths; d++)
        for (size_t c = 0; c < n; c++)
            x[d * n + c] = year[c] + 2 * (float)d;
    count[1] = (MPI_Offset)f->depths;
    count[2] = (MPI_Offset)f->ny;
    count[3] = (MPI_Offset)f->nx;
    need(ncmpi_put_vara_float_all(f->id, f->tsl, start, count, x));
}

int
main(int argc, char **argv)
{
    size_t size[5];
    float *x, *year;
    file f;

    for (int i = 0; i < 5; i++)
        size[i] = argc == 7 ? strtoul(argv[i + 2], NULL, 10) : 0;
    f = (file){.ny = size[0],
               .nx = size[1],
               .months = size[2],
               .vars = size[3],
               .depths = size[4]};
    if (f.ny < 2 || f.nx < 2 || f.months < 1 || f.vars < 1 || f.vars > MOST_VARS
        || f.depths < 1) {
        fprintf(stderr, "usage: make_forcing FILE ROWS COLUMNS MONTHS "
                        "VARIABLES DEPTHS\n");
        return 2;
    }
    MPI_Init(&argc, &argv);
    x = malloc(f.depths * f.ny * f.nx * sizeof *x);
    year = malloc(f.ny * f.nx * sizeof *year);
    if (!x || !year)
        return 1;
    define(argv[1], &f);
    put_axis(&f, f.lat, f.ny, 55, 16 / (double)f.ny);
    put_axis(&f, f.lon, f.nx, -168, 30 / (double)f.nx);
    put_axis(&f, f.depth, f.depths, 0.1, 0.3);
    for (size_t m = 0; m < f.months; m++)
        put_month(&f, m, x, year);
    need(ncmpi_close(f.id));
    free(x);
    free(year);
    MPI_Finalize();
    return 0;
}
