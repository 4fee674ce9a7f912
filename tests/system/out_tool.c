/* out_tool PATH KIND ORDER [PIECE]: writes an output as runs do, on any number
 * of ranks, with values that follow from their indices.
 *
 * KIND   regular, projected (EPSG:3338) or annual (regular; MAGT at one depth)
 * ORDER  south or north: which row of the file is the first
 * PIECE  bytes of a collective call
 *
 * PATH.in is the input that its grid is read from.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pnetcdf.h>

#include "talik/core/mem.h"
#include "talik/grid/albers.h"
#include "talik/io/out.h"

#define NY 40
#define NX 53
#define NZ 3
#define NT 5

static tk_par par;

static void
check(int code, const char *what)
{
    if (code == 0)
        return;
    fprintf(stderr, "out_tool: %s: %d %s\n", what, code, tk_last_fault()->text);
    MPI_Abort(MPI_COMM_WORLD, code > 0 ? code : 1);
}

static void
put_text(int nc, int v, const char *name, const char *text)
{
    check(ncmpi_put_att_text(nc, v, name, (MPI_Offset)strlen(text), text),
          name);
}

/* Rows from the south or north, lakes and a sea in the west. */
static void
axes(bool projected, bool south, double *y, double *x)
{
    for (int i = 0; i < NY; i++) {
        const int band = south ? i : NY - 1 - i;

        y[i] = projected ? 400e3 + 50e3 * band : 55.25 + 0.5 * band;
    }
    for (int j = 0; j < NX; j++)
        x[j] = projected ? -1200e3 + 50e3 * j : -189.5 + 1.0 * j;
}

static void
define_input(int nc, bool projected, int id[6])
{
    static const double parallel[2] = {55, 65}, lon0 = -154, lat0 = 50,
                        zero = 0, a = 6378137, flat = 298.257222101;
    int dim[2];

    check(ncmpi_def_dim(nc, projected ? "y" : "lat", NY, &dim[0]), "dim");
    check(ncmpi_def_dim(nc, projected ? "x" : "lon", NX, &dim[1]), "dim");
    check(ncmpi_def_var(nc, projected ? "y" : "lat", NC_DOUBLE, 1, dim, &id[0]),
          "y");
    check(ncmpi_def_var(nc, projected ? "x" : "lon", NC_DOUBLE, 1, dim + 1,
                        &id[1]),
          "x");
    check(ncmpi_def_var(nc, "lsm", NC_FLOAT, 2, dim, &id[2]), "lsm");
    put_text(nc, id[0], "units", projected ? "m" : "degrees_north");
    put_text(nc, id[1], "units", projected ? "m" : "degrees_east");
    if (!projected)
        return;
    put_text(nc, id[0], "standard_name", "projection_y_coordinate");
    put_text(nc, id[1], "standard_name", "projection_x_coordinate");
    check(ncmpi_def_var(nc, "lat", NC_DOUBLE, 2, dim, &id[3]), "lat");
    check(ncmpi_def_var(nc, "lon", NC_DOUBLE, 2, dim, &id[4]), "lon");
    put_text(nc, id[3], "units", "degrees_north");
    put_text(nc, id[4], "units", "degrees_east");
    put_text(nc, id[2], "coordinates", "lat lon");
    put_text(nc, id[2], "grid_mapping", "albers");
    check(ncmpi_def_var(nc, "albers", NC_INT, 0, NULL, &id[5]), "crs");
    put_text(nc, id[5], "grid_mapping_name", "albers_conical_equal_area");
    ncmpi_put_att_double(nc, id[5], "standard_parallel", NC_DOUBLE, 2,
                         parallel);
    ncmpi_put_att_double(nc, id[5], "longitude_of_central_meridian", NC_DOUBLE,
                         1, &lon0);
    ncmpi_put_att_double(nc, id[5], "latitude_of_projection_origin", NC_DOUBLE,
                         1, &lat0);
    ncmpi_put_att_double(nc, id[5], "false_easting", NC_DOUBLE, 1, &zero);
    ncmpi_put_att_double(nc, id[5], "false_northing", NC_DOUBLE, 1, &zero);
    ncmpi_put_att_double(nc, id[5], "semi_major_axis", NC_DOUBLE, 1, &a);
    ncmpi_put_att_double(nc, id[5], "inverse_flattening", NC_DOUBLE, 1, &flat);
}

static void
write_input(const char *path, bool projected, bool south)
{
    static double y[NY], x[NX], lat[NY * NX], lon[NY * NX];
    static float mask[NY * NX];
    const tk_albers p = tk_albers_alaska();
    const int zero = 0;
    int nc, id[6];

    axes(projected, south, y, x);
    for (int c = 0; c < NY * NX; c++) {
        const int i = c / NX, j = c % NX, band = south ? i : NY - 1 - i;

        mask[c] = j > 8 + band / 6 && (band * 7 + j * 3) % 11 != 0;
        if (projected)
            tk_albers_inverse(&p, x[j], y[i], &lat[c], &lon[c]);
    }
    check(ncmpi_create(MPI_COMM_SELF, path, NC_CLOBBER | NC_64BIT_OFFSET,
                       MPI_INFO_NULL, &nc),
          path);
    define_input(nc, projected, id);
    check(ncmpi_enddef(nc), "enddef");
    check(ncmpi_put_var_double_all(nc, id[0], y), "y");
    check(ncmpi_put_var_double_all(nc, id[1], x), "x");
    check(ncmpi_put_var_float_all(nc, id[2], mask), "lsm");
    if (projected) {
        check(ncmpi_put_var_double_all(nc, id[3], lat), "lat");
        check(ncmpi_put_var_double_all(nc, id[4], lon), "lon");
        check(ncmpi_put_var_int_all(nc, id[5], &zero), "crs");
    }
    check(ncmpi_close(nc), "close");
}

/* One cell is missing in one month. */
static float
value(size_t t, size_t k, size_t row, size_t col)
{
    if (t == 2 && row == 20 && col == 30)
        return NAN;
    return 250.0f + 10.0f * (float)k + (float)t + 0.1f * (float)row
           + 0.01f * (float)col;
}

static const tk_out_var monthly[] = {
    {.name = "tsl",
     .standard_name = "soil_temperature",
     .long_name = "Temperature of Soil",
     .units = "K",
     .cell_methods = "area: mean where land time: mean",
     .type = TK_OUT_FLOAT,
     .time = true,
     .depth = true,
     .extra = "cell_measures=area: areacella\n"
              "ancillary_variables=cell_status"},
    {.name = "cell_status",
     .standard_name = "status_flag",
     .long_name = "status of the cell",
     .type = TK_OUT_BYTE,
     .time = true,
     .flag_meanings = "valid input_missing input_out_of_range"},
    {.name = "areacella",
     .standard_name = "cell_area",
     .long_name = "Grid-Cell Area",
     .units = "m2"},
};

static const tk_out_var yearly[] = {
    {.name = "alt",
     .standard_name = "permafrost_active_layer_thickness",
     .long_name = "Active layer thickness",
     .units = "m",
     .cell_methods = "area: mean where land time: maximum",
     .time = true,
     .extra = "ancillary_variables=alt_flag"},
    {.name = "alt_flag",
     .standard_name = "status_flag",
     .long_name = "status of alt",
     .type = TK_OUT_BYTE,
     .time = true,
     .flag_meanings = "valid no_thaw thaw_exceeds_model_column no_permafrost"},
    {.name = "magt",
     .standard_name = "temperature_in_ground",
     .long_name = "Mean annual ground temperature",
     .units = "K",
     .cell_methods = "area: mean where land time: mean",
     .time = true,
     .extra = "coordinates=depth"},
    {.name = "first_thaw",
     .long_name = "months before the first thaw",
     .units = "1",
     .type = TK_OUT_INT},
};

/* Steps [t, t + n) of any variable. */
static void
fill(const tk_run *run, const tk_out_var *v, size_t t, size_t n,
     const double *area, float *x)
{
    const size_t nz = v->depth ? NZ : 1;

    for (size_t s = 0; s < n; s++)
        for (size_t k = 0; k < nz; k++)
            for (size_t l = 0; l < run->nlane; l++) {
                const size_t row = run->file_row[l], col = run->file_col[l];
                float *at = &x[(s * nz + k) * run->nlane + l];

                if (v->type == TK_OUT_BYTE)
                    *at = isnan(value(t + s, 0, row, col)) ? 1.0f : 0.0f;
                else if (v->type == TK_OUT_INT)
                    *at = (float)(row * NX + col);
                else
                    *at = v->time ? value(t + s, k, row, col) : (float)area[l];
            }
}

/* The first step alone, then two at a time, as blocks of months come. */
static void
write_all(tk_out *out, const tk_run *run, const tk_out_var *v, size_t index,
          const double *area)
{
    float *x = tk_new(2 * NZ * run->nlane, sizeof *x);
    const size_t nt = v->time ? NT : 1;
    size_t n;

    for (size_t t = 0; t < nt; t += n) {
        n = t == 0 ? 1 : 2;
        fill(run, v, t, n, area, x);
        check((int)tk_out_write(out, index, t, n, x), v->name);
    }
    tk_free(x);
}

static void
set_times(bool annual, double *time, double (*bounds)[2])
{
    for (int t = 0; t < NT; t++) {
        const int month = tk_month(2006, 1) + t * (annual ? 12 : 1);

        bounds[t][0] = tk_month_start(TK_CAL_NOLEAP, month);
        bounds[t][1] = tk_month_start(TK_CAL_NOLEAP, month + (annual ? 12 : 1));
        time[t] = (bounds[t][0] + bounds[t][1]) / 2;
    }
}

static void
write_output(const char *path, const tk_grid_source *source,
             const tk_grid *grid, bool annual, size_t piece)
{
    static const double depth[NZ] = {0.025, 0.1, 0.25};
    static const double depth_bounds[NZ][2] = {
        {0, 0.05}, {0.05, 0.15}, {0.15, 0.35}};
    static const double one_depth = 1;
    static const tk_out_att att[] = {
        {.name = "title", .text = "Soil temperature, Alaska"},
        {.name = "summary", .text = "Written by a test."},
        {.name = "keywords", .text = "permafrost, soil temperature"},
        {.name = "institution", .text = "none"},
        {.name = "source", .text = "talik"},
        {.name = "history", .text = "out_tool"},
        {.name = "references", .text = "none"},
        {.name = "comment", .text = "none"},
        {.name = "realization", .number = 1, .integer = true},
        {.name = "driving_model_id", .text = "CCSM4"},
    };
    double time[NT], bounds[NT][2];
    const tk_out_opts opts = {.path = path,
                              .overwrite = true,
                              .format = "auto",
                              .calendar = TK_CAL_NOLEAP,
                              .ntime = NT,
                              .time = time,
                              .time_bounds = bounds[0],
                              .ndepth = annual ? 1 : NZ,
                              .depth = annual ? &one_depth : depth,
                              .depth_bounds = annual ? NULL : depth_bounds[0],
                              .realization = 1,
                              .natt = sizeof att / sizeof att[0],
                              .att = att,
                              .piece = piece};
    const tk_out_var *var = annual ? yearly : monthly;
    const size_t nvar = annual ? 4 : 3;
    size_t first, n;
    double *place;
    tk_run run;
    tk_out *out;

    set_times(annual, time, bounds);
    tk_tile_share(tk_tile_count(grid), par.rank, par.size, &first, &n);
    check((int)tk_run_make(grid, first, n, &run), "run");
    place = tk_new(3 * run.nlane, sizeof *place);
    check((int)tk_grid_lanes(&par, source, grid, &run, place, place + run.nlane,
                             place + 2 * run.nlane),
          "lanes");
    check((int)tk_out_create(&par, &opts, source, grid, &run, nvar, var, &out),
          "create");
    for (size_t v = 0; v < nvar; v++)
        write_all(out, &run, &var[v], v, place + 2 * run.nlane);
    check((int)tk_out_finish(out), "finish");
    tk_free(place);
    tk_run_drop(&run);
}

int
main(int argc, char **argv)
{
    char input[4096];
    tk_grid grid;
    bool projected;

    check((int)tk_par_start(&argc, &argv, &par), "start");
    if (argc < 4)
        check(TK_ECONF, "usage: out_tool PATH KIND ORDER [PIECE]");
    projected = strcmp(argv[2], "projected") == 0;
    snprintf(input, sizeof input, "%s.in", argv[1]);
    if (par.rank == 0)
        write_input(input, projected, strcmp(argv[3], "south") == 0);
    MPI_Barrier(par.comm);
    {
        tk_grid_source source = tk_grid_source_of(input, "lsm");

        source.mask_file = input;
        source.mask_variable = "lsm";
        source.mask_min = 0.5;
        source.crs = projected ? "EPSG:3338" : "";

        check((int)tk_grid_read(&par, &source, &grid), "grid");
        tk_grid_count(&grid);
        write_output(argv[1], &source, &grid, strcmp(argv[2], "annual") == 0,
                     argc > 4 ? strtoul(argv[4], NULL, 10) : 0);
    }
    tk_grid_drop(&grid);
    tk_par_stop(&par);
    return 0;
}
