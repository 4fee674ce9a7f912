/* Classic headers: sound ones, cut ones, and any bytes at all. */
#include "../check.h"

#include <unistd.h>

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/io/header.h"

/* A header under construction. */
typedef struct {
    unsigned char at[4096];
    size_t n;
    int version;
} bytes;

static void
put(bytes *b, size_t width, uint64_t x)
{
    for (size_t i = 0; i < width; i++)
        b->at[b->n++] = (unsigned char)(x >> (8 * (width - 1 - i)));
}

static void
put_count(bytes *b, uint64_t x)
{
    put(b, b->version == 5 ? 8 : 4, x);
}

static void
put_name(bytes *b, const char *name)
{
    put_count(b, strlen(name));
    memcpy(b->at + b->n, name, strlen(name));
    b->n += (strlen(name) + 3) / 4 * 4;
}

static void
put_var(bytes *b, const char *name, uint64_t ndim, const uint64_t *dim,
        uint64_t type, uint64_t begin)
{
    put_name(b, name);
    put_count(b, ndim);
    for (size_t d = 0; d < ndim; d++)
        put_count(b, dim[d]);
    put(b, 4, 0); /* no attributes */
    put_count(b, 0);
    put(b, 4, type);
    put_count(b, 0);
    put(b, b->version == 1 ? 4 : 8, begin);
}

/* dims time (records), y = 3; short a(time, y), float b(y), and, if `two`,
 * byte c(time).  Data begin at 1000: b, then the records.
 */
static bytes
sample(int version, uint64_t numrecs, bool two)
{
    const uint64_t ty[2] = {0, 1};
    bytes b = {.version = version};

    memcpy(b.at, "CDF", 3);
    b.at[3] = (unsigned char)version;
    b.n = 4;
    put_count(&b, numrecs);
    put(&b, 4, 10);
    put_count(&b, 2);
    put_name(&b, "time");
    put_count(&b, 0);
    put_name(&b, "y");
    put_count(&b, 3);
    put(&b, 4, 12);
    put_count(&b, 1);
    put_name(&b, "title");
    put(&b, 4, 2);
    put_count(&b, 5);
    put(&b, 8, 0);
    put(&b, 4, 11);
    put_count(&b, two ? 3 : 2);
    put_var(&b, "a", 2, ty, 3, 1012);
    put_var(&b, "b", 1, ty + 1, 5, 1000);
    if (two)
        put_var(&b, "c", 1, ty, 1, 1020);
    return b;
}

static tk_err
look(const bytes *b, uint64_t length)
{
    bool more;
    const tk_err err =
        tk_header_check_bytes(b->at, b->n, length, "x.nc", &more);

    assert_false(more);
    return err;
}

static void
says(const char *word)
{
    if (!strstr(tk_last_fault()->text, word))
        fail_msg("'%s' is not in: %s", word, tk_last_fault()->text);
}

static void
test_extent(void **state)
{
    static const int version[3] = {1, 2, 5};

    (void)state;
    for (int k = 0; k < 3; k++) {
        bytes b = sample(version[k], 5, false);

        /* A single record variable: 6 bytes each, not padded to 8. */
        CHECK_OK(look(&b, 1012 + 5 * 6));
        assert_int_equal(look(&b, 1012 + 5 * 6 - 1), TK_EDATA);
        says("variable 'a' needs 1042 bytes of file, there are 1041");
        b = sample(version[k], 5, true);
        CHECK_OK(look(&b, 1012 + 4 * 12 + 9));
        assert_int_equal(look(&b, 1012 + 4 * 12 + 8), TK_EDATA);
        says("'c'");
        b = sample(version[k], 0, true);
        CHECK_OK(look(&b, 1012));
        assert_int_equal(look(&b, 1011), TK_EDATA);
        says("'b'");
    }
}

static void
test_kinds(void **state)
{
    const char *text = "time,temperature\n";
    unsigned char hdf[1032] = {0};
    bytes b = sample(5, UINT64_MAX, true);
    bool more;

    (void)state;
    assert_int_equal(look(&b, 99999), TK_EDATA);
    says("number of records");
    assert_int_equal(tk_header_check_bytes((const unsigned char *)text, 17, 17,
                                           "t.csv", &more),
                     TK_EDATA);
    says("t.csv: not a NetCDF file");
    assert_int_equal(tk_header_check_bytes((const unsigned char *)"GRIB..", 6,
                                           6, "t.grb", &more),
                     TK_EDATA);
    says("GRIB");
    memcpy(hdf + 512, "\211HDF\r\n\032\n", 8);
    assert_int_equal(tk_header_check_bytes(hdf, sizeof hdf, sizeof hdf,
                                           "my dir/e's.nc4", &more),
                     TK_EDATA);
    says("ncks -O -5 -C -x -v expver 'my dir/e'\\''s.nc4' "
         "'my dir/e'\\''s.cdf5.nc'");
    says("nccopy -k cdf5 'my dir/e'\\''s.nc4'");
    b = sample(2, 1, false);
    b.at[3] = 3;
    assert_int_equal(look(&b, 2000), TK_EDATA);
    says("not a NetCDF file");
}

static void
test_pieces(void **state)
{
    const bytes b = sample(2, 3, true);
    bool more;

    (void)state;
    for (size_t n = 4; n < b.n; n++) {
        CHECK_OK(tk_header_check_bytes(b.at, n, 5000, "x", &more));
        assert_true(more);
        assert_int_equal(tk_header_check_bytes(b.at, n, n, "x", &more),
                         TK_EDATA);
        assert_false(more);
    }
}

/* Absurd counts are refused at once, without memory for them. */
static void
test_absurd(void **state)
{
    bytes b = {.version = 5, .n = 4};

    (void)state;
    memcpy(b.at, "CDF\005", 4);
    put_count(&b, 0);
    put(&b, 4, 10);
    put_count(&b, (uint64_t)1 << 60);
    assert_int_equal(look(&b, 4096), TK_EDATA);
    says("longer than the file");
    b.n = 4;
    put_count(&b, 0);
    put(&b, 4, 10);
    put_count(&b, 1);
    put_count(&b, UINT64_MAX - 1);
    assert_int_equal(look(&b, 4096), TK_EDATA);
    says("impossible length");
}

/* Flipped bytes: any verdict, no fault; run under the sanitizers too. */
static void
test_mutations(void **state)
{
    const size_t held = tk_mem_held();
    size_t refused = 0;

    (void)state;
    for (uint64_t i = 0; i < 60000; i++) {
        bytes b = sample(i % 3 == 0 ? 1 : i % 3 == 1 ? 2 : 5, 4, i % 2);
        const uint64_t flips = 1 + tk_rng_u64(1, 0, i) % 4;
        unsigned char *exact;
        bool more;

        for (uint64_t k = 0; k < flips; k++)
            b.at[3 + tk_rng_u64(2, k, i) % (b.n - 3)] =
                (unsigned char)(tk_rng_u64(3, k, i) % 3 ? tk_rng_u64(4, k, i)
                                                        : 255);
        exact = malloc(b.n); /* so that a byte too far is seen */
        assert_non_null(exact);
        memcpy(exact, b.at, b.n);
        refused += tk_header_check_bytes(exact, b.n, 1060, "x", &more) != TK_OK;
        free(exact);
    }
    assert_true(refused > 20000);
    assert_int_equal(tk_mem_held(), held);
}

static void
test_files(void **state)
{
    const char *out = getenv("OUT");
    char path[512];
    bytes b = sample(1, 2, true);
    FILE *f;

    (void)state;
    snprintf(path, sizeof path, "%s/tests/header.nc",
             out ? out : "build/release");
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b.at, 1, 1033, f), 1033);
    fclose(f);
    CHECK_OK(tk_header_check(path));
    assert_int_equal(truncate(path, 1032), 0);
    assert_int_equal(tk_header_check(path), TK_EDATA);
    says("truncated");
    assert_int_equal(tk_header_check("/absent/file.nc"), TK_EDATA);
    says("No such file");
    assert_int_equal(tk_header_check("/"), TK_EDATA);
    says("directory");
    assert_int_equal(tk_header_check("/dev/null"), TK_EDATA);
    says("not a regular file");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extent),    cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_pieces),    cmocka_unit_test(test_absurd),
        cmocka_unit_test(test_mutations), cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
