/* Safetensors: what is written is read, and every attack known is refused. */
#include "../check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/core/sha256.h"
#include "talik/io/tensors.h"

/* A file of a header's text and so many bytes of data, which count up. */
typedef struct {
    unsigned char *at; /* of exactly n bytes, so that a byte too far is seen */
    size_t n;
} bytes;

static bytes
file_of(const char *header, size_t data)
{
    const size_t length = strlen(header);
    bytes b = {malloc(8 + length + data), 8 + length + data};

    assert_non_null(b.at);
    for (size_t i = 0; i < 8; i++)
        b.at[i] = (unsigned char)((uint64_t)length >> (8 * i));
    memcpy(b.at + 8, header, length);
    for (size_t i = 0; i < data; i++)
        b.at[8 + length + i] = (unsigned char)i;
    return b;
}

static void
says(const char *word)
{
    if (!strstr(tk_last_fault()->text, word))
        fail_msg("'%s' is not in: %s", word, tk_last_fault()->text);
}

static void
refused(const unsigned char *at, size_t n, const char *why)
{
    const size_t held = tk_mem_held();
    tk_tensors *t;

    if (tk_tensors_parse(at, n, "x", &t) != TK_EDATA)
        fail_msg("not refused, expected: %s", why);
    assert_null(t);
    says(why);
    assert_int_equal(tk_mem_held(), held);
}

static void
refuses(const char *header, size_t data, const char *why)
{
    const bytes b = file_of(header, data);

    refused(b.at, b.n, why);
    free(b.at);
}

static tk_tensors *
accepts(const char *header, size_t data, bytes *b)
{
    tk_tensors *t;

    *b = file_of(header, data);
    CHECK_OK(tk_tensors_parse(b->at, b->n, "x", &t));
    return t;
}

#define T(shape, from, to) \
    "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"
#define ONE(shape, from, to) "{\"a\":" T(shape, from, to) "}"

static void
test_sha256(void **state)
{
    static const struct {
        size_t n;
        const char *text, *digits;
    } known[] = {
        {0, "",
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {3, "abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {55, NULL,
         "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, NULL,
         "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {64, NULL,
         "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
    };
    char a[64], out[TK_SHA256_TEXT];

    (void)state;
    memset(a, 'a', sizeof a);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        tk_sha256(known[i].n, known[i].text ? known[i].text : a, out);
        assert_string_equal(out, known[i].digits);
    }
}

static void
test_round_trip(void **state)
{
    const float w[6] = {1, -2.5f, 3e-39f, 0, -0.0f, 65504};
    const int64_t band[3] = {0, -1, INT64_MAX};
    const tk_tensors_given given[] = {
        {.name = "golden.band", .rank = 1, .dim = {3}, .integers = band},
        {.name = "w", .rank = 3, .dim = {1, 2, 3}, .floats = w},
        {.name = "scalar", .rank = 0, .floats = w + 1}};
    unsigned char *made;
    size_t size;
    tk_tensors *t;
    float x[6];
    int64_t k[3];

    (void)state;
    CHECK_OK(tk_tensors_make(3, given, "talik", "a \"text\"\n", &made, &size));
    assert_int_equal(made[0] % 8, 0);
    CHECK_OK(tk_tensors_parse(made, size, "x", &t));
    assert_string_equal(tk_tensors_text(t, "talik"), "a \"text\"\n");
    assert_null(tk_tensors_text(t, "other"));
    assert_null(tk_tensors_find(t, "v"));
    assert_null(tk_tensors_at(t, 3));
    assert_string_equal(tk_tensors_at(t, 0)->name, "golden.band");
    assert_int_equal(tk_tensors_find(t, "w")->rank, 3);
    assert_int_equal(tk_tensors_find(t, "w")->dim[2], 3);
    CHECK_OK(tk_tensors_floats(t, tk_tensors_find(t, "w"), x));
    assert_memory_equal(x, w, sizeof w);
    CHECK_OK(tk_tensors_floats(t, tk_tensors_find(t, "scalar"), x));
    assert_true(x[0] == -2.5f);
    CHECK_OK(tk_tensors_integers(t, tk_tensors_at(t, 0), k));
    assert_memory_equal(k, band, sizeof band);
    assert_int_equal(tk_tensors_floats(t, tk_tensors_at(t, 0), x), TK_EDATA);
    says("'golden.band' is I64, expected F32");
    assert_int_equal(tk_tensors_integers(t, tk_tensors_find(t, "w"), k),
                     TK_EDATA);
    says("'w' is F32, expected I64");
    tk_tensors_drop(t);
    tk_free(made);
}

static float
sixteen(const char *type, unsigned bits)
{
    char header[128];
    bytes b;
    tk_tensors *t;
    float x;

    snprintf(header, sizeof header,
             "{\"a\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,2]}}",
             type);
    t = accepts(header, 2, &b);
    b.at[b.n - 2] = (unsigned char)bits;
    b.at[b.n - 1] = (unsigned char)(bits >> 8);
    CHECK_OK(tk_tensors_floats(t, tk_tensors_at(t, 0), &x));
    tk_tensors_drop(t);
    free(b.at);
    return x;
}

static void
test_sixteen_bits(void **state)
{
    (void)state;
    assert_true(sixteen("F16", 0x3c00) == 1);
    assert_true(sixteen("F16", 0xc001) == -0x1.004p1f);
    assert_true(sixteen("F16", 0x0001) == 0x1p-24f);
    assert_true(sixteen("F16", 0x83ff) == -0x1.ff8p-15f);
    assert_true(sixteen("F16", 0x0400) == 0x1p-14f);
    assert_true(sixteen("F16", 0x7bff) == 65504);
    assert_true(sixteen("F16", 0xfc00) == -INFINITY);
    assert_true(isnan(sixteen("F16", 0x7c01)));
    assert_true(signbit(sixteen("F16", 0x8000)));
    assert_true(sixteen("BF16", 0x3f80) == 1);
    assert_true(sixteen("BF16", 0xbfc1) == -0x1.82p0f);
    assert_true(sixteen("BF16", 0x0001) == 0x1p-133f);
    assert_true(sixteen("BF16", 0x7f80) == INFINITY);
    assert_true(isnan(sixteen("BF16", 0xff81)));
}

static void
test_sound(void **state)
{
    bytes b;
    tk_tensors *t;

    (void)state;
    /* Blanks behind the header, tensors in any order, no tensor at all. */
    t = accepts("{\"b\":" T("[2]", "4", "12") ",\"a\":" T("[]", "0", "4") "}  ",
                12, &b);
    assert_string_equal(tk_tensors_at(t, 0)->name, "a");
    assert_int_equal(tk_tensors_at(t, 0)->rank, 0);
    assert_int_equal(tk_tensors_at(t, 0)->count, 1);
    tk_tensors_drop(t);
    free(b.at);
    tk_tensors_drop(accepts("{}", 0, &b));
    free(b.at);
    tk_tensors_drop(accepts("{\"__metadata__\":{}}", 0, &b));
    free(b.at);
    /* Brackets in a text are not depth, not even behind an escaped quote. */
    tk_tensors_drop(
        accepts("{\"__metadata__\":{\"a\":\"\\\"[[[[[[\"}}", 0, &b));
    free(b.at);
}

static void
test_header_length(void **state)
{
    bytes b = file_of(ONE("[1]", "0", "4"), 4);

    (void)state;
    memset(b.at, 0xff, 8);
    refused(b.at, b.n, "claims 18446744073709551615 bytes");
    memset(b.at, 0, 8);
    refused(b.at, b.n, "begin with '{'");
    b.at[0] = (unsigned char)(b.n - 8 + 1);
    refused(b.at, b.n, "cut short");
    b.at[2] = 0x10; /* 2^20 and more */
    refused(b.at, b.n, "too large a header");
    refused(b.at, 0, "0 bytes");
    free(b.at);
}

static void
test_shapes(void **state)
{
    (void)state;
    /* 65536^4 is 2^64, which wraps to 0. */
    refuses(ONE("[65536,65536,65536,65536]", "0", "0"), 0, "too large");
    refuses(ONE("[4294967296,4294967296]", "0", "0"), 0, "dimension 1");
    refuses(ONE("[65536,65536]", "0", "4"), 4, "too large");
    refuses(ONE("[2,65537]", "0", "4"), 4, "dimension 2");
    refuses(ONE("[-1]", "0", "4"), 4, "dimension 1");
    refuses(ONE("[-1,-1]", "0", "4"), 4, "dimension 1");
    refuses(ONE("[0]", "0", "0"), 0, "dimension 1");
    refuses(ONE("[1.0]", "0", "4"), 4, "dimension 1");
    refuses(ONE("[\"1\"]", "0", "4"), 4, "dimension 1");
    refuses(ONE("[1,1,1,1,1]", "0", "4"), 4, "5 dimensions");
    refuses(ONE("1", "0", "4"), 4, "shape");
    refuses(ONE("[99999999999999999999]", "0", "4"), 4, "JSON");
}

static void
test_places(void **state)
{
    (void)state;
    refuses(ONE("[2]", "0", "8"), 4, "ends at byte 8");
    refuses(ONE("[1]", "0", "8"), 8, "has 8 bytes");
    refuses(ONE("[1]", "4", "8"), 8, "a gap");
    refuses(ONE("[1]", "-4", "0"), 4, "data_offsets");
    refuses(ONE("[1]", "4", "0"), 4, "data_offsets");
    refuses(ONE("[1]", "0.0", "4"), 4, "data_offsets");
    refuses(ONE("[1]", "0", "4,8"), 8, "data_offsets");
    refuses(ONE("[1]", "9223372036854775804", "9223372036854775807"), 4,
            "ends at byte");
    refuses(ONE("[1]", "0", "4"), 5, "take 4 bytes of data, there are 5");
    refuses("{}", 1, "take 0 bytes");
    refuses("{\"a\":" T("[2]", "0", "8") ",\"b\":" T("[2]", "4", "12") "}", 12,
            "overlap");
    refuses("{\"a\":" T("[1]", "0", "4") ",\"b\":" T("[1]", "0", "4") "}", 4,
            "overlap");
    refuses("{\"a\":" T("[1]", "0", "4") ",\"b\":" T("[1]", "8", "12") "}", 12,
            "a gap");
}

static void
test_names_and_types(void **state)
{
    char deep[4200], name[4400];

    (void)state;
    refuses("{\"a\":" T("[1]", "0", "4") ",\"a\":" T("[1]", "4", "8") "}", 8,
            "duplicate");
    refuses("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],"
            "\"data_offsets\":[0,4]}}",
            4, "duplicate");
    refuses("{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
            8, "dtype 'F64'");
    refuses("{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
            "dtype ''");
    refuses("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
            "not described");
    refuses("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],"
            "\"stride\":1}}",
            4, "not described");
    refuses("{\"a\":[]}", 0, "not described");
    refuses("{\"\":" T("[1]", "0", "4") "}", 4, "tensor name ''");
    refuses("{\"a/b\":" T("[1]", "0", "4") "}", 4, "tensor name 'a/b'");
    refuses("{\"a\\u001b[31m\":" T("[1]", "0", "4") "}", 4, "'a?[31m'");
    refuses("{\"a\\u0000b\":" T("[1]", "0", "4") "}", 4, "JSON");
    refuses("{\"__metadata__\":[]}", 0, "no object");
    refuses("{\"__metadata__\":{\"a\":1}}", 0, "'a' is no text");
    refuses("{\"__metadata__\":{\"a\":{}}}", 0, "'a' is no text");
    refuses("[]", 0, "begin with '{'");
    refuses("{} x", 0, "JSON");
    refuses("{\"a\":[[[[1]]]]}", 0, "nested 5 deep");
    memset(deep, '[', sizeof deep - 1);
    memcpy(deep, "{\"a\":", 5);
    deep[sizeof deep - 1] = '\0';
    refuses(deep, 0, "deep");
    memset(deep, 'n', 129);
    deep[129] = '\0';
    snprintf(name, sizeof name, "{\"%s\":" T("[1]", "0", "4") "}", deep);
    refuses(name, 4, "tensor name 'nnn");
}

/* As many tensors as are read, with metadata, and one more without. */
static void
test_number(void **state)
{
    const size_t most = TK_TENSORS_MOST + 1, room = most * 80;
    char *header = malloc(room);

    (void)state;
    assert_non_null(header);
    for (size_t n = most - 1; n <= most; n++) {
        size_t at = (size_t)snprintf(header, room, "%s",
                                     n < most ? "{\"__metadata__\":{}," : "{");
        bytes b;

        for (size_t i = 0; i < n; i++)
            at += (size_t)snprintf(header + at, room - at,
                                   "%s\"t%zu\":" T("[1]", "%zu", "%zu"),
                                   i ? "," : "", i, 4 * i, 4 * i + 4);
        snprintf(header + at, room - at, "}");
        if (n == most)
            refuses(header, 4 * n, "more than 4096 tensors");
        else {
            tk_tensors_drop(accepts(header, 4 * n, &b));
            free(b.at);
        }
    }
    free(header);
}

static bytes
small_file(void)
{
    return file_of("{\"__metadata__\":{\"talik\":\"{}\"},\"golden.band\":"
                   "{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                   "\"a.b\":" T("[2,3]", "16", "40") "}",
                   40);
}

static void
test_cut(void **state)
{
    const bytes b = small_file();
    tk_tensors *t;

    (void)state;
    CHECK_OK(tk_tensors_parse(b.at, b.n, "x", &t));
    tk_tensors_drop(t);
    for (size_t n = 0; n < b.n; n++) {
        unsigned char *exact = malloc(n + !n);

        assert_non_null(exact);
        memcpy(exact, b.at, n);
        assert_int_equal(tk_tensors_parse(exact, n, "x", &t), TK_EDATA);
        free(exact);
    }
    free(b.at);
}

/* Flipped bits: an error, or tensors that lie within the bytes. */
static void
test_flips(void **state)
{
    const size_t held = tk_mem_held();
    size_t bad = 0;

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        bytes b = small_file();
        const uint64_t flips = 1 + tk_rng_u64(1, 0, i) % 3;
        const tk_tensors_item *item;
        tk_tensors *t;

        for (uint64_t k = 0; k < flips; k++)
            b.at[tk_rng_u64(2, k, i) % b.n] ^=
                (unsigned char)(1 << tk_rng_u64(3, k, i) % 8);
        if (tk_tensors_parse(b.at, b.n, "x", &t) != TK_OK)
            bad++;
        for (size_t k = 0; t && (item = tk_tensors_at(t, k)); k++) {
            float x[40];
            int64_t whole[40];

            assert_true(item->count <= 40);
            if (tk_tensors_floats(t, item, x) != TK_OK)
                CHECK_OK(tk_tensors_integers(t, item, whole));
        }
        tk_tensors_drop(t);
        free(b.at);
    }
    assert_true(bad > 5000);
    assert_int_equal(tk_mem_held(), held);
}

static void
test_files(void **state)
{
    const char *out = getenv("OUT");
    const float w[2] = {1, 2};
    const tk_tensors_given given = {"w", 1, {2}, w, NULL};
    const tk_tensors_given wrong = {"w w", 1, {2}, w, NULL};
    char path[512], tmp[520];
    tk_tensors *t;
    struct stat s;

    (void)state;
    snprintf(path, sizeof path, "%s/tests/tensors.safetensors",
             out ? out : "build/release");
    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    unlink(path);
    CHECK_OK(tk_tensors_write(path, false, 1, &given, "k", "v"));
    assert_int_not_equal(stat(tmp, &s), 0);
    CHECK_OK(tk_tensors_read(path, &t));
    assert_string_equal(tk_tensors_text(t, "k"), "v");
    assert_int_equal(strlen(tk_tensors_sha256(t)), 64);
    tk_tensors_drop(t);
    assert_int_equal(tk_tensors_write(path, false, 1, &given, "k", "v"),
                     TK_EOUT);
    says("may not be overwritten");
    CHECK_OK(tk_tensors_write(path, true, 1, &given, "k", "w"));
    assert_int_equal(tk_tensors_write(path, true, 1, &wrong, "k", "v"),
                     TK_EOUT);
    says("tensor name");
    setenv("TK_INJECT", "tensors.write:0", 1);
    assert_int_equal(tk_tensors_write(path, true, 1, &given, "k", "x"),
                     TK_EOUT);
    unsetenv("TK_INJECT");
    assert_int_not_equal(stat(tmp, &s), 0);
    CHECK_OK(tk_tensors_read(path, &t)); /* the old one is whole */
    assert_string_equal(tk_tensors_text(t, "k"), "w");
    tk_tensors_drop(t);
    assert_int_equal(tk_tensors_read("/absent", &t), TK_EDATA);
    assert_null(t);
    assert_int_equal(tk_tensors_read("/dev/zero", &t), TK_EDATA);
    unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_sixteen_bits),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_header_length),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_names_and_types),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
