/* Models as safetensors: what is exported is imported, and what does not fit is
 * refused by name.
 */
#include "../exchange_edit.h"

#include "talik/core/rng.h"

/* ---- what is sound ------------------------------------------------------- */

static void
test_round_trip(void **state)
{
    tk_trained m = sample(), got = {0};
    tk_tensors *t = exported();
    double worst;

    (void)state;
    CHECK_OK(tk_exchange_import(t, "", &got, &worst));
    CHECK_NEAR(worst, 0, 0);
    assert_string_equal(got.net.model->name, "gru");
    assert_int_equal(got.state, TK_STATE_WINDOW);
    assert_memory_equal(&got.net.dims, &m.net.dims, sizeof m.net.dims);
    assert_memory_equal(got.theta, m.theta,
                        m.net.layout.size * sizeof *m.theta);
    assert_int_equal(got.features.n, m.features.n);
    for (size_t i = 0; i < m.features.n; i++)
        assert_memory_equal(&got.features.f[i], &m.features.f[i],
                            sizeof m.features.f[i]);
    assert_memory_equal(got.depth, m.depth, sizeof m.depth);
    assert_memory_equal(got.target_mean, m.target_mean, sizeof m.target_mean);
    assert_memory_equal(got.target_std, m.target_std, sizeof m.target_std);
    assert_int_equal(got.nedge, m.nedge);
    assert_memory_equal(got.edge, m.edge, sizeof m.edge);
    assert_true(got.seed == m.seed);
    assert_int_equal(got.train_first, m.train_first);
    assert_int_equal(got.train_last, m.train_last);
    assert_int_equal(got.valid_first, m.valid_first);
    assert_int_equal(got.valid_last, m.valid_last);
    assert_memory_equal(&got.split, &m.split, sizeof m.split);
    assert_int_equal(got.inputs_begin, m.inputs_begin);
    assert_string_equal(got.augmented, m.augmented);
    assert_string_equal(got.version, m.version);
    assert_non_null(strstr(got.origin, tk_tensors_sha256(t)));
    tk_trained_drop(&got);
    tk_trained_drop(&m);
    tk_tensors_drop(t);
}

/* The imported model lives on in the model's own file. */
static void
test_store(void **state)
{
    tk_tensors *t = exported();
    tk_store *store = tk_store_new();
    tk_trained m = {0}, got = {0};
    double worst;

    (void)state;
    CHECK_OK(tk_exchange_import(t, "", &m, &worst));
    CHECK_OK(tk_trained_to_store(&m, store));
    CHECK_OK(tk_trained_from_store(store, &got));
    assert_string_equal(got.origin, m.origin);
    assert_memory_equal(got.theta, m.theta,
                        m.net.layout.size * sizeof *m.theta);
    tk_trained_drop(&got);
    tk_trained_drop(&m);
    tk_store_drop(store);
    tk_tensors_drop(t);
}

/* A carried state goes along, into a model file and out again. */
static void
test_carried(void **state)
{
    tk_trained m = sample(), got = {0}, again = {0};
    tk_store *store = tk_store_new();
    tk_tensors *t;
    double worst;

    (void)state;
    m.state = TK_STATE_CARRY;
    CHECK_OK(tk_exchange_export(&m, path, true));
    CHECK_OK(tk_tensors_read(path, &t));
    CHECK_OK(tk_exchange_import(t, "", &got, &worst));
    CHECK_NEAR(worst, 0, 0); /* the golden pair is of windows */
    assert_int_equal(got.state, TK_STATE_CARRY);
    CHECK_OK(tk_trained_to_store(&got, store));
    CHECK_OK(tk_trained_from_store(store, &again));
    assert_int_equal(again.state, TK_STATE_CARRY);
    tk_trained_drop(&again);
    tk_trained_drop(&got);
    tk_trained_drop(&m);
    tk_store_drop(store);
    tk_tensors_drop(t);
}

static void
test_tensors(void **state)
{
    (void)state;
    refuses((edit){.drop = "gru.bias_hh_l1"}, "'gru.bias_hh_l1' is missing");
    refuses((edit){.drop = "head.weight"}, "'head.weight' is missing");
    refuses((edit){.name = "head.bias", .as = "head.scale"},
            "'head.bias' is missing");
    refuses((edit){.name = "gru.weight_hh_l1", .as = "gru.weight_hh_l2"},
            "'gru.weight_hh_l1' is missing");
    refuses((edit){.name = "golden.y", .as = "extra"},
            "'extra' is not part of this model");
    refuses((edit){.drop = "golden.x"}, "not whole: 'golden.x' is missing");
    refuses((edit){.drop = "golden.band"}, "'golden.band' is missing");
    refuses((edit){.bend = "gru.weight_hh_l0"},
            "'gru.weight_hh_l0' is [5][15], expected [15][5]");
    refuses((edit){.bend = "gru.weight_ih_l0"}, "8 rows, expected a multiple");
    refuses((edit){.whole = "head.bias"}, "'head.bias' is I64, expected F32");
    refuses((edit){.set = "head.weight", .value = NAN}, "head.weight[1] = nan");
    refuses((edit){.set = "head.bias", .value = -1e6f}, "head.bias[1] = -1");
    refuses((edit){.set = "gru.bias_hh_l1", .value = INFINITY}, "= inf");
    refuses((edit){.key = "format"}, "no key 'talik'");
}

static void
test_description(void **state)
{
    (void)state;
    refuses((edit){.from = "\"format\":1", .to = "\"format\":2"},
            "format 2; this talik reads 1");
    refuses((edit){.from = "\"gru\"", .to = "\"grus\""},
            "architecture 'grus'; this talik has gru");
    refuses((edit){.from = "\"window\":9", .to = "\"window\":0"}, "'window'");
    refuses((edit){.from = "\"window\":9", .to = "\"window\":300"}, "to 240");
    refuses((edit){.from = "\"window\":9", .to = "\"window\":8"},
            "'golden.x' is [4][9][6], expected [4][8][6]");
    refuses((edit){.from = "\"window\":9", .to = "\"window\":9,\"heads\":4"},
            "'heads' belongs to the transformer");
    refuses((edit){.from = ":\"window\"", .to = ":\"carried\""},
            "state 'carried'; this talik has window, carry");
    refuses((edit){.from = "\"gru\",\"window\":9,\"state\":\"window\"",
                   .to = "\"tcn\",\"window\":9,\"state\":\"carry\""},
            "state 'carry' is for gru, not for tcn");
    refuses((edit){.from = "\"t2m\",", .to = ""},
            "'features' lists 5, the tensors are made for 6 features");
    refuses((edit){.from = "month_cos", .to = "month_sin"}, "named twice");
    refuses((edit){.from = "t2m", .to = "t2\\n"}, "control character");
    refuses((edit){.from = "t2m", .to = ""}, "''");
    refuses((edit){.from = "veg=7", .to = "veg=x"}, "number must follow");
    refuses((edit){.from = "[\"K\",", .to = "["}, "'units' lists 5");
    refuses((edit){.from = "[\"K\",", .to = "[1,"}, "units[0] is no text");
    refuses((edit){.from = "\"feature_mean\":[", .to = "\"feature_mean\":[1,"},
            "'feature_mean' lists 7");
    refuses((edit){.from = "\"feature_std\":[0", .to = "\"feature_std\":[-0"},
            "feature_std[0] = -0.33");
    refuses((edit){.from = ",0.0,0.0,0.0,0.0,0.0],\"feature_std\"",
                   .to = ",0.5,0,0,0,0],\"feature_std\""},
            "'month_sin' has mean 0.5");
    refuses((edit){.from = "\"depths\":[", .to = "\"depths\":[7,"},
            "'depths' lists 5, the tensors are made for 4 depths");
    refuses((edit){.from = "\"depths\":[", .to = "\"depths\":[-"},
            "depths[0] = -0.1");
    refuses((edit){.from = "\"target_std\":[1.0", .to = "\"target_std\":[0"},
            "target_std[0] = 0");
    refuses(
        (edit){.from = "\"target_std\":[1.0", .to = "\"target_std\":[1e999"},
        "JSON");
    refuses((edit){.from = "[55.5,", .to = "["},
            "'band_edges' lists 3, the tensors are made for 4 edges");
    refuses((edit){.from = "[55.5,", .to = "[61.5,"}, "must increase");
    refuses((edit){.from = "\"1951-12\"", .to = "\"1951-13\""}, "'trained_on'");
    refuses((edit){.from = "\"1951-12\"", .to = "\"1999-12\""}, "'trained_on'");
    refuses((edit){.from = "years 1977", .to = "years 0"}, "'held_out'");
    refuses((edit){.from = "\"static\"", .to = "\"statik\""},
            "unknown key 'statik'; did you mean 'static'?");
    refuses((edit){.from = "\"static\":[", .to = "\"static\":[\"t2n\","},
            "'static' names 't2n'");
    refuses((edit){.from = "\"seed\":1", .to = "\"seed\":1,\"seed\":1"},
            "duplicate");
    refuses((edit){.from = "{", .to = "["}, "JSON");
}

static void
test_golden(void **state)
{
    edit e = {.set = "golden.y", .value = 3};

    (void)state;
    refuses(e, "golden outputs are missed by");
    refuses((edit){.set = "gru.bias_hh_l1", .value = 2},
            "golden outputs are missed by");
    refuses((edit){.set = "golden.band", .value = 3},
            "golden.band[1] = 3, the model has 3 bands");
    refuses((edit){.set = "golden.band", .value = -1}, "golden.band[1] = -1");
}

/* Which features are static: by list, by name, by option. */
static void
test_statics(void **state)
{
    const char *list = "\"static\":[\"aspect_sin\",\"aspect_cos\",\"veg=7\"],";
    edit e = {.from = list, .to = ""};
    tk_trained m = {0};
    double worst;

    (void)state;
    CHECK_OK(import_edited(&e, "", &m, &worst));
    assert_int_equal(m.features.f[0].kind, TK_FEAT_DYNAMIC);
    assert_int_equal(m.features.f[1].kind, TK_FEAT_MONTH);
    assert_int_equal(m.features.f[3].kind, TK_FEAT_ANGLE);
    assert_string_equal(m.features.f[3].variable, "aspect");
    assert_int_equal(m.features.f[5].kind, TK_FEAT_CLASS);
    tk_trained_drop(&m);
    e.to = "\"static\":[],";
    CHECK_OK(import_edited(&e, "", &m, &worst));
    assert_int_equal(m.features.f[3].kind, TK_FEAT_DYNAMIC);
    assert_string_equal(m.features.f[3].variable, "aspect_sin");
    tk_trained_drop(&m);
    CHECK_OK(import_edited(&e, "t2m,aspect", &m, &worst));
    assert_int_equal(m.features.f[0].kind, TK_FEAT_STATIC);
    assert_int_equal(m.features.f[3].kind, TK_FEAT_ANGLE);
    assert_int_equal(m.features.f[4].kind, TK_FEAT_ANGLE);
    tk_trained_drop(&m);
    assert_int_equal(import_edited(&e, "t2m,elevation", &m, &worst), TK_ECONF);
    says("--static names 'elevation', which is no feature");
}

/* A slow mean by its name, through both files; not without its input. */
static void
test_slow(void **state)
{
    edit e = {.from = "\"aspect_cos\",\"veg=7\"],\"units\":[\"K\",\"\",\"\","
                      "\"degree\",\"degree\",\"\"],\"static\":["
                      "\"aspect_sin\",\"aspect_cos\",",
              .to = "\"t2m_mean36\",\"veg=7\"],\"units\":[\"K\",\"\",\"\","
                    "\"degree\",\"K\",\"\"],\"static\":[\"aspect_sin\","};
    tk_store *store = tk_store_new();
    tk_trained m = {0}, got = {0};
    tk_tensors *t;
    double worst;

    (void)state;
    CHECK_OK(import_edited(&e, "", &m, &worst));
    CHECK_OK(tk_trained_to_store(&m, store));
    CHECK_OK(tk_trained_from_store(store, &got));
    assert_int_equal(got.features.f[4].kind, TK_FEAT_SLOW);
    assert_int_equal(got.features.f[4].months, 36);
    assert_string_equal(got.features.f[4].variable, "t2m");
    assert_string_equal(got.features.f[4].units, "K");
    CHECK_OK(tk_exchange_export(&got, path, true));
    CHECK_OK(tk_tensors_read(path, &t));
    assert_non_null(strstr(tk_tensors_text(t, TK_EXCHANGE_KEY), e.to));
    tk_tensors_drop(t);
    tk_store_drop(store);
    tk_trained_drop(&m);
    tk_trained_drop(&got);
    refuses((edit){.from = "month_cos", .to = "tp_mean12"},
            "slow mean of 'tp', which is no monthly feature");
    refuses((edit){.from = "month_cos", .to = "t2m_mean0"}, "1 to 1200 months");
}

/* Signals by their names, through both files, with their range. */
static void
test_signal(void **state)
{
    edit e = {.from = "\"aspect_cos\",\"veg=7\"],\"units\":[\"K\",\"\",\"\","
                      "\"degree\",\"degree\",\"\"],\"static\":["
                      "\"aspect_sin\",\"aspect_cos\",",
              .to = "\"t2m_regional_held\",\"veg=7\"],\"units\":[\"K\",\"\","
                    "\"\",\"degree\",\"K\",\"\"],\"static\":["
                    "\"aspect_sin\","};
    tk_store *store = tk_store_new();
    tk_trained m = {0}, got = {0};
    tk_tensors *t;
    double worst;

    (void)state;
    CHECK_OK(import_edited(&e, "", &m, &worst));
    CHECK_OK(tk_trained_to_store(&m, store));
    CHECK_OK(tk_trained_from_store(store, &got));
    assert_int_equal(got.features.f[4].kind, TK_FEAT_SIGNAL);
    assert_true(got.features.f[4].held);
    assert_string_equal(got.features.f[4].variable, "t2m");
    assert_true(got.features.f[4].low <= got.features.f[4].high);
    CHECK_OK(tk_exchange_export(&got, path, true));
    CHECK_OK(tk_tensors_read(path, &t));
    assert_non_null(strstr(tk_tensors_text(t, TK_EXCHANGE_KEY), e.to));
    tk_tensors_drop(t);
    tk_store_drop(store);
    tk_trained_drop(&got);

    /* Nor does either file pass without the range. */
    m.features.f[4].low = NAN;
    store = tk_store_new();
    CHECK_OK(tk_trained_to_store(&m, store));
    assert_int_equal(tk_trained_from_store(store, &got), TK_EDATA);
    says("no range to be held within");
    tk_store_drop(store);
    tk_trained_drop(&got);
    CHECK_OK(tk_exchange_export(&m, path, true));
    CHECK_OK(tk_tensors_read(path, &t));
    tk_trained_drop(&m);
    assert_int_equal(tk_exchange_import(t, "", &m, &worst), TK_EDATA);
    says("which feature_low and feature_high do not say");
    tk_tensors_drop(t);
    tk_trained_drop(&m);
    refuses((edit){.from = "month_cos", .to = "tp_regional"},
            "regional mean of 'tp', which is no monthly feature");
}

/* Whole without a golden pair, which is said, and without a training period. */
static void
test_bare(void **state)
{
    edit e = {.from =
                  ",\"trained_on\":[\"1951-12\",\"1980-12\"],\"stopped_by\":"
                  "[\"1981-01\",\"1985-12\"]",
              .to = ""};
    tk_trained m = {0};
    tk_tensors *t;
    char month[16];
    double worst;

    (void)state;
    CHECK_OK(import_edited(&e, "", &m, &worst));
    tk_month_text(m.train_first, month);
    assert_string_equal(month, TK_TRAINED_UNKNOWN);
    CHECK_OK(tk_exchange_export(&m, path, true));
    tk_trained_drop(&m);
    CHECK_OK(tk_tensors_read(path, &t));
    assert_null(strstr(tk_tensors_text(t, TK_EXCHANGE_KEY), "trained_on"));
    tk_tensors_drop(t);
}

/* A linear skip goes along; description and tensors must agree on it. */
static void
test_skip(void **state)
{
    const edit whole = {0};
    tk_trained m = {0}, want;
    double worst;

    (void)state;
    nskip = 2;
    want = sample();
    CHECK_OK(import_edited(&whole, "", &m, &worst));
    CHECK_NEAR(worst, 0, 0);
    assert_int_equal(m.skip.n, 2);
    assert_int_equal(m.skip.feature[0], 4);
    assert_true(tk_skip_same(&m.skip, &want.skip));
    tk_trained_drop(&m);
    tk_trained_drop(&want);
    refuses((edit){.drop = "skip.bias"}, "'skip.bias' is missing");
    refuses((edit){.name = "skip.weight", .as = "skip.wait"},
            "'skip.wait' is not part of this model");
    refuses((edit){.turn = "skip.weight"},
            "'skip.weight' is [4][9][2], expected [4][2][9]");
    refuses((edit){.set = "skip.bias", .value = NAN}, "skip.bias[1] = nan");
    refuses((edit){.set = "skip.bias", .value = 3},
            "golden outputs are missed");
    refuses((edit){.set = "skip.weight", .value = 3},
            "golden outputs are missed");
    refuses((edit){.from = "\"skip\":[\"aspect_cos\",\"t2m\"]",
                   .to = "\"skip\":[\"t2m\",\"aspect_cos\"]"},
            "golden outputs are missed");
    refuses((edit){.from = "\"skip\":[\"aspect_cos\",\"t2m\"],", .to = ""},
            "has no 'skip' that names");
    refuses((edit){.from = "\"skip\":[\"aspect_cos\",\"t2m\"]",
                   .to = "\"skip\":[\"t2m\"]"},
            "'skip.weight' is [4][2][9], expected [4][1][9]");
    refuses(
        (edit){.from = "\"skip\":[\"aspect_cos\",", .to = "\"skip\":[\"t2n\","},
        "'skip' names 't2n', 'features' does not");
    refuses(
        (edit){.from = "\"skip\":[\"aspect_cos\",", .to = "\"skip\":[\"t2m\","},
        "'t2m' is named twice");
    refuses((edit){.from = "\"skip\":[\"aspect_cos\",", .to = "\"skip\":[3,"},
            "skip[0] is no text");
    nskip = 0;
    refuses((edit){.from = "\"static\":[", .to = "\"skip\":{},\"static\":["},
            "'skip' is no list");
}

/* Flipped bits of a whole file: an error, or a model that can be used. */
static void
test_flips(void **state)
{
    tk_tensors *t = exported();
    const size_t held = tk_mem_held();
    unsigned char whole[16384];
    FILE *f = fopen(path, "rb");
    size_t n, bad = 0;

    (void)state;
    assert_non_null(f);
    n = fread(whole, 1, sizeof whole, f);
    fclose(f);
    assert_in_range(n, 1000, sizeof whole - 1);
    for (uint64_t i = 0; i < 2000; i++) {
        unsigned char *exact = malloc(n);
        tk_tensors *u;
        tk_trained m = {0};
        double worst;
        tk_err err;

        assert_non_null(exact);
        memcpy(exact, whole, n);
        exact[tk_rng_u64(7, 0, i) % n] ^=
            (unsigned char)(1 << tk_rng_u64(7, 1, i) % 8);
        err = tk_tensors_parse(exact, n, "x", &u);
        if (!err)
            err = tk_exchange_import(u, "", &m, &worst);
        if (!err)
            for (size_t k = 0; k < m.net.layout.size; k++)
                assert_true(fabsf(m.theta[k]) < 1e6f);
        assert_true(err == TK_OK || err == TK_EDATA);
        bad += err != TK_OK;
        tk_trained_drop(&m);
        tk_tensors_drop(u);
        free(exact);
    }
    assert_true(bad > 500);
    assert_int_equal(tk_mem_held(), held);
    tk_tensors_drop(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_carried),
        cmocka_unit_test(test_store),       cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_description), cmocka_unit_test(test_golden),
        cmocka_unit_test(test_statics),     cmocka_unit_test(test_slow),
        cmocka_unit_test(test_signal),      cmocka_unit_test(test_bare),
        cmocka_unit_test(test_flips),       cmocka_unit_test(test_skip),
    };

    return EXCHANGE_RUN(tests, "exchange");
}
