/* Files: opening, refusing, reading in every type, on any number of ranks. */
#include "make_nc.h"

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/nc.h"

static void
write_bytes(const char *path, const char *bytes, size_t n)
{
    if (par.rank == 0) {
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(bytes, 1, n, f), n);
        fclose(f);
    }
    MPI_Barrier(par.comm);
}

static void
test_refused(void **state)
{
    const char *path = par_file("refused.nc4");
    tk_nc *nc;

    (void)state;
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, par_file("absent.nc"), &nc));
    PAR_SAYS("absent.nc", "No such file");
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, par_dir, &nc));
    PAR_SAYS("directory");
    write_bytes(path, "\211HDF\r\n\032\n", 8);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, path, &nc));
    PAR_SAYS("netCDF-4", "ncks -O -5 -C -x -v expver ", "nccopy -k cdf5 ",
             "refused.nc4 ", "refused.cdf5.nc");
    write_bytes(path, "year, temperature\n", 18);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, path, &nc));
    PAR_SAYS("not a NetCDF file");
    write_bytes(path, "", 0);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, path, &nc));
    PAR_SAYS("empty");
    assert_null(nc);
}

static void
test_truncated(void **state)
{
    const char *whole =
        make_nc((made){.path = par_file("whole.nc"), .first = 24000, .n = 3});
    const char *cut = par_file("cut.nc");
    char *bytes;
    size_t n;
    tk_nc *nc;

    (void)state;
    CHECK_OK(tk_read_file(whole, 1 << 20, &bytes, &n));
    write_bytes(cut, bytes, n - 1);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, cut, &nc));
    PAR_SAYS("truncated", "'t2m'");
    write_bytes(cut, bytes, 100);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, cut, &nc));
    PAR_SAYS("within its header");
    write_bytes(cut, bytes, n);
    PAR_OK(tk_nc_open(&par, cut, &nc));
    tk_nc_close(nc);
    tk_free(bytes);
}

static void
test_names(void **state)
{
    const char *path =
        make_nc((made){.path = par_file("names.nc"), .first = 24000, .n = 1});
    tk_nc *nc;
    tk_nc_var v;
    char text[64];
    double x[2];

    (void)state;
    PAR_OK(tk_nc_open(&par, path, &nc));
    assert_true(tk_nc_has(nc, "lat"));
    assert_false(tk_nc_has(nc, "la"));
    PAR_FAILS(TK_EDATA, tk_nc_find(nc, "t2n", &v));
    PAR_SAYS("'t2n'", "did you mean 't2m'");
    PAR_OK(tk_nc_find(nc, "t2m", &v));
    assert_int_equal(v.ndim, 3);
    assert_string_equal(v.dim_name[1], "lat");
    assert_int_equal(v.dim[2], 6);
    assert_string_equal(v.units, "K");
    tk_nc_text(nc, &v, "units", 64, text);
    assert_string_equal(text, "K");
    tk_nc_text(nc, &v, "nothing", 64, text);
    assert_string_equal(text, "");
    assert_int_equal(tk_nc_numbers(nc, &v, "_FillValue", 2, x), 1);
    CHECK_NEAR(x[0], 1e20f, 0);
    assert_int_equal(tk_nc_numbers(nc, &v, "units", 2, x), 0);
    assert_true(tk_nc_changed(nc) > 1600000000);
    tk_nc_close(nc);
}

/* One variable of every type, and a scalar. */
static const int types[10] = {NC_BYTE,  NC_UBYTE, NC_SHORT, NC_USHORT,
                              NC_INT,   NC_UINT,  NC_INT64, NC_UINT64,
                              NC_FLOAT, NC_DOUBLE};

static const char *
make_types(const char *path)
{
    if (par.rank == 0) {
        int id, dim[2], v[11];

        NC_OK(ncmpi_create(MPI_COMM_SELF, path, NC_CLOBBER | NC_64BIT_DATA,
                           MPI_INFO_NULL, &id));
        NC_OK(ncmpi_def_dim(id, "y", 5, &dim[0]));
        NC_OK(ncmpi_def_dim(id, "x", 7, &dim[1]));
        for (int k = 0; k < 10; k++) {
            char name[16];

            snprintf(name, sizeof name, "v%d", k);
            NC_OK(ncmpi_def_var(id, name, types[k], 2, dim, &v[k]));
        }
        NC_OK(ncmpi_def_var(id, "scalar", NC_INT, 0, NULL, &v[10]));
        NC_OK(ncmpi_def_var(id, "words", NC_CHAR, 2, dim, &v[10]));
        NC_OK(ncmpi_enddef(id));
        NC_OK(ncmpi_put_var_text_all(id, v[10],
                                     "thirty-five characters of no meaning"));
        for (int k = 0; k < 10; k++)
            for (MPI_Offset i = 0; i < 5; i++)
                for (MPI_Offset j = 0; j < 7; j++) {
                    const MPI_Offset at[2] = {i, j};
                    const double x = (double)(7 * i + j + k);

                    NC_OK(ncmpi_put_var1_double_all(id, v[k], at, &x));
                }
        NC_OK(ncmpi_close(id));
    }
    MPI_Barrier(par.comm);
    return path;
}

/* Rank r reads rows r..; some ranks read nothing, in either way of reading. */
static void
test_types(void **state)
{
    const char *path = make_types(par_file("types.nc"));
    const size_t row = (size_t)par.rank;
    const bool some = par.rank % 2 == 0 && row < 5;
    tk_nc *nc;

    (void)state;
    PAR_OK(tk_nc_open(&par, path, &nc));
    for (int k = 0; k < 10; k++) {
        const size_t start[2] = {row % 5, 2}, count[2] = {some, 4};
        const size_t box[2][4] = {{row % 5, 0, 1, 2}, {row % 5, 3, 1, 4}};
        double x[4];
        float y[6];
        char name[16];
        tk_nc_var v;

        snprintf(name, sizeof name, "v%d", k);
        PAR_OK(tk_nc_find(nc, name, &v));
        PAR_OK(tk_nc_read(nc, &v, start, count, x));
        for (int j = 0; some && j < 4; j++)
            CHECK_NEAR(x[j], 7 * par.rank + 2 + j + k, 0);
        PAR_OK(tk_nc_read_boxes(nc, &v, NULL, NULL, some ? 2 : 0, box, y));
        for (int j = 0; some && j < 6; j++)
            CHECK_NEAR(y[j], 7 * par.rank + (j < 2 ? j : j + 1) + k, 0);
    }
    tk_nc_close(nc);
}

static void
test_bad_reads(void **state)
{
    const char *path = make_types(par_file("types2.nc"));
    const size_t start[2] = {0, 4};
    const size_t count[2] = {1, par.rank == par.size - 1 ? 4 : 3};
    double x[8];
    tk_nc *nc;
    tk_nc_var v;

    (void)state;
    PAR_OK(tk_nc_open(&par, path, &nc));
    PAR_OK(tk_nc_find(nc, "v3", &v));
    PAR_FAILS(TK_EDATA, tk_nc_read(nc, &v, start, count, x));
    PAR_SAYS("v3", "which has 7");
    PAR_OK(tk_nc_find(nc, "words", &v));
    PAR_FAILS(TK_EDATA, tk_nc_read(nc, &v, start, count, x));
    PAR_SAYS("text");
    PAR_OK(tk_nc_find(nc, "scalar", &v));
    PAR_OK(tk_nc_read(nc, &v, NULL, NULL, x));
    tk_nc_close(nc);
}

/* Fill, packing, and the library's own fill where no attribute names one. */
static void
test_missing(void **state)
{
    static const struct {
        const char *file;
        bool packed, int64, bare;
    } kind[] = {{"packed.nc", true, false, false},
                {"int64.nc", false, true, false},
                {"bare.nc", false, false, true},
                {"plain.nc", false, false, false}};

    (void)state;
    for (size_t k = 0; k < 4; k++) {
        const char *path = make_nc((made){.path = par_file(kind[k].file),
                                          .first = 24001,
                                          .n = 2,
                                          .packed = kind[k].packed,
                                          .int64 = kind[k].int64,
                                          .no_fill_attribute = kind[k].bare});
        const size_t start[3] = {0, 0, 0}, count[3] = {2, 4, 6};
        double x[48];
        tk_nc *nc;
        tk_nc_var v;

        PAR_OK(tk_nc_open(&par, path, &nc));
        PAR_OK(tk_nc_find(nc, "t2m", &v));
        PAR_OK(tk_nc_read_same(nc, &v, start, count, x));
        for (size_t i = 0; i < 48; i++) {
            const double want =
                made_value(24001 + (int)(i / 24), i / 6 % 4, i % 6, 0);

            CHECK_NEAR(x[i], kind[k].int64 ? trunc(want) : want, 0);
        }
        tk_nc_close(nc);
    }
}

/* More than one call is needed, and ranks need different numbers of them. */
static void
test_many_pieces(void **state)
{
    const size_t rows = 9000, cols = 2000; /* of doubles: 144 MB */
    const char *path = par_file("large.nc");
    size_t start[2] = {0, 0}, count[2] = {rows, cols};
    double *x;
    tk_nc *nc;
    tk_nc_var v;
    int bad = 0;

    (void)state;
    if (par.rank == 0) {
        int id, dim[2], var;
        double *row = tk_new(cols, sizeof *row);

        NC_OK(ncmpi_create(MPI_COMM_SELF, path, NC_CLOBBER | NC_64BIT_OFFSET,
                           MPI_INFO_NULL, &id));
        NC_OK(ncmpi_def_dim(id, "y", (MPI_Offset)rows, &dim[0]));
        NC_OK(ncmpi_def_dim(id, "x", (MPI_Offset)cols, &dim[1]));
        NC_OK(ncmpi_def_var(id, "v", NC_DOUBLE, 2, dim, &var));
        NC_OK(ncmpi_enddef(id));
        for (size_t i = 0; i < rows; i++) {
            const MPI_Offset at[2] = {(MPI_Offset)i, 0};
            const MPI_Offset one[2] = {1, (MPI_Offset)cols};

            for (size_t j = 0; j < cols; j++)
                row[j] = (double)(i * cols + j);
            NC_OK(ncmpi_put_vara_double_all(id, var, at, one, row));
        }
        NC_OK(ncmpi_close(id));
        tk_free(row);
    }
    MPI_Barrier(par.comm);
    PAR_OK(tk_nc_open(&par, path, &nc));
    PAR_OK(tk_nc_find(nc, "v", &v));
    if (par.rank > 0) {
        start[0] = 1000 * (size_t)par.rank;
        count[0] = 100;
    }
    x = tk_new(count[0] * cols, sizeof *x);
    assert_non_null(x);
    PAR_OK(tk_nc_read(nc, &v, start, count, x));
    for (size_t i = 0; i < count[0] * cols; i++)
        bad += x[i] != (double)(start[0] * cols + i);
    assert_int_equal(bad, 0);
    tk_free(x);
    tk_nc_close(nc);
    if (par.rank == 0)
        unlink(path);
}

static void
test_injected(void **state)
{
    static const char *const site[] = {"io.open", "io.find", "mem.new"};
    const char *path =
        make_nc((made){.path = par_file("inject.nc"), .first = 24000, .n = 1});
    tk_nc *nc;
    tk_nc_var v;
    double x[6];
    const size_t start[3] = {0, 0, 0}, count[3] = {1, 1, 6};

    (void)state;
    par_inject(site[0]);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, path, &nc));
    par_inject(site[2]);
    PAR_FAILS(TK_ERUN, tk_nc_open(&par, path, &nc));
    par_inject(NULL);
    PAR_OK(tk_nc_open(&par, path, &nc));
    par_inject(site[1]);
    PAR_FAILS(TK_EDATA, tk_agree(&par, tk_nc_find(nc, "t2m", &v)));
    par_inject(NULL);
    PAR_OK(tk_nc_find(nc, "t2m", &v));
    par_inject("io.read");
    PAR_FAILS(TK_EDATA, tk_nc_read(nc, &v, start, count, x));
    PAR_SAYS("injected");
    par_inject("mem.new");
    PAR_FAILS(TK_ERUN, tk_nc_read(nc, &v, start, count, x));
    par_inject(NULL);
    tk_nc_close(nc);
    setenv("TK_INJECT", "io.header:0", 1);
    PAR_FAILS(TK_EDATA, tk_nc_open(&par, path, &nc));
    par_inject(NULL);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest nc_tests[] = {
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_names),       cmocka_unit_test(test_types),
        cmocka_unit_test(test_bad_reads),   cmocka_unit_test(test_missing),
        cmocka_unit_test(test_many_pieces), cmocka_unit_test(test_injected),
    };

    par_start(&argc, &argv);
    return PAR_RUN(nc_tests);
}
