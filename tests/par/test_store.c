/* Stores on disk: the same on every rank, and nothing that is damaged. */
#include "par_check.h"

#include <fcntl.h>

#include "talik/core/rng.h"
#include "talik/io/store.h"

#define N 500

static tk_store *
make(void)
{
    const size_t one = N, two[2] = {20, 25};
    float f[N];
    double d[N];
    tk_store *s = tk_store_new();

    for (uint64_t i = 0; i < N; i++) {
        f[i] = (float)tk_rng_normal(1, 1, i);
        d[i] = tk_rng_normal(1, 2, i);
    }
    assert_non_null(s);
    CHECK_OK(tk_store_put_text(s, "kind", "talik test"));
    CHECK_OK(tk_store_put_text(s, "note", "two\nlines"));
    CHECK_OK(tk_store_put_floats(s, "gru.weight", 2, two, f));
    CHECK_OK(tk_store_put_doubles(s, "scale", 1, &one, d));
    return s;
}

static void
test_round_trip(void **state)
{
    tk_store *s = make(), *t;
    const char *path = par_file("store.nc"), *text;
    double d[N];
    float f[N];

    (void)state;
    PAR_OK(tk_store_write(&par, s, path, true));
    PAR_FAILS(TK_EOUT, tk_store_write(&par, s, path, false));
    PAR_OK(tk_store_read(&par, path, "talik test", &t));
    assert_true(tk_store_digest(s) == tk_store_digest(t));
    CHECK_OK(tk_store_get_floats(t, "gru.weight", N, f));
    CHECK_NEAR(f[N - 1], (float)tk_rng_normal(1, 1, N - 1), 0);
    CHECK_OK(tk_store_get_doubles(t, "scale", N, d));
    CHECK_NEAR(d[7], tk_rng_normal(1, 2, 7), 0);
    CHECK_OK(tk_store_get_text(t, "note", &text));
    assert_string_equal(text, "two\nlines");
    assert_int_equal(tk_store_get_floats(t, "gru.weight", N - 1, f), TK_EDATA);
    assert_int_equal(tk_store_get_floats(t, "scale", N, f), TK_EDATA);
    assert_int_equal(tk_store_get_text(t, "scale", &text), TK_EDATA);
    assert_int_equal(tk_store_size(t, "nothing"), 0);
    tk_store_drop(t);
    PAR_FAILS(TK_EDATA, tk_store_read(&par, path, "talik model", &t));
    PAR_SAYS("not a talik model");
    PAR_FAILS(TK_EDATA,
              tk_store_read(&par, par_file("absent.nc"), "talik test", &t));
    tk_store_drop(s);
}

/* Rank 0 writes n bytes, one bit changed (none if bit < 0). */
static void
damage(const char *path, const unsigned char *bytes, size_t n, long bit)
{
    if (par.rank == 0) {
        FILE *f = fopen(path, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(bytes, 1, n, f), n);
        if (bit >= 0) {
            const unsigned char changed =
                (unsigned char)(bytes[bit / 8] ^ (1 << bit % 8));

            assert_int_equal(fseek(f, bit / 8, SEEK_SET), 0);
            assert_int_equal(fwrite(&changed, 1, 1, f), 1);
        }
        fclose(f);
    }
    MPI_Barrier(par.comm);
}

static size_t
slurp(const char *path, unsigned char *bytes, size_t most)
{
    FILE *f = fopen(path, "rb");
    size_t n;

    assert_non_null(f);
    n = fread(bytes, 1, most, f);
    fclose(f);
    return n;
}

/* Either refused on all ranks, or the very same content. */
static void
must_be_refused_or_whole(const char *path, unsigned long long digest)
{
    tk_store *t = NULL;
    const tk_err err = tk_store_read(&par, path, "talik test", &t);

    PAR_FAILS(err, err);
    if (err) {
        assert_int_equal(err, TK_EDATA);
    } else {
        assert_true(tk_store_digest(t) == digest);
        tk_store_drop(t);
    }
}

static void
test_damage(void **state)
{
    static unsigned char bytes[1 << 16];
    const char *whole = par_file("whole.nc"), *bad = par_file("bad.nc");
    tk_store *s = make(), *t;
    size_t n;

    (void)state;
    PAR_OK(tk_store_write(&par, s, whole, true));
    n = slurp(whole, bytes, sizeof bytes);
    for (size_t cut = 0; cut < n; cut += cut < 64 ? 7 : 311) {
        damage(bad, bytes, cut, -1);
        PAR_FAILS(TK_EDATA, tk_store_read(&par, bad, "talik test", &t));
    }
    for (uint64_t i = 0; i < 300; i++) {
        damage(bad, bytes, n, (long)(tk_rng_u64(3, 3, i) % (8 * n)));
        must_be_refused_or_whole(bad, tk_store_digest(s));
    }
    tk_store_drop(s);
}

static void
test_injected(void **state)
{
    const char *path = par_file("injected.nc");
    tk_store *s = make(), *t;
    char where[64];

    (void)state;
    if (par.rank == 0)
        unlink(path);
    setenv("TK_INJECT", "store.write:0", 1);
    PAR_FAILS(TK_EOUT, tk_store_write(&par, s, path, false));
    assert_int_not_equal(access(path, F_OK), 0);
    unsetenv("TK_INJECT");
    PAR_OK(tk_store_write(&par, s, path, false));
    snprintf(where, sizeof where, "store.read:%d", par.size - 1);
    setenv("TK_INJECT", where, 1);
    PAR_FAILS(TK_EDATA, tk_store_read(&par, path, "talik test", &t));
    for (int n = 1; n < 30; n++) {
        tk_err err;

        snprintf(where, sizeof where, "mem.new:%d:%d", par.size - 1, n);
        setenv("TK_INJECT", where, 1);
        err = tk_store_read(&par, path, "talik test", &t);
        PAR_FAILS(err, err);
        if (!err)
            tk_store_drop(t);
    }
    unsetenv("TK_INJECT");
    tk_store_drop(s);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest store_tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_injected),
    };

    par_start(&argc, &argv);
    return PAR_RUN(store_tests);
}
