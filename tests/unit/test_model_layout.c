/* Names, shapes, first values and sizes of every model. */
#include "../models.h"

static void
names(const char *model, const tk_model_dims *s, size_t n, const char **want)
{
    run r;

    make(&r, model, s);
    assert_int_equal(r.net.layout.n, n);
    for (size_t k = 0; k < n; k++)
        assert_string_equal(r.net.layout.tensor[k].name, want[k]);
    drop(&r);
}

/* Tensor `name` has this shape; 0 beyond the rank. */
static void
shape(const char *model, const tk_model_dims *s, const char *name, size_t a,
      size_t b, size_t c)
{
    const size_t want[] = {a, b, c};
    const tk_tensor *t;
    run r;

    make(&r, model, s);
    t = tk_layout_find(&r.net.layout, name);
    assert_non_null(t);
    assert_int_equal(t->rank, 1 + (b > 0) + (c > 0));
    for (int i = 0; i < t->rank; i++)
        assert_int_equal(t->dim[i], want[i]);
    drop(&r);
}

static void
gru_names(void **state)
{
    const char *want[] = {
        "band_embedding.weight", "gru.weight_ih_l0", "gru.weight_hh_l0",
        "gru.bias_ih_l0",        "gru.bias_hh_l0",   "gru.weight_ih_l1",
        "gru.weight_hh_l1",      "gru.bias_ih_l1",   "gru.bias_hh_l1",
        "gru.weight_ih_l2",      "gru.weight_hh_l2", "gru.bias_ih_l2",
        "gru.bias_hh_l2",        "head.weight",      "head.bias"};

    (void)state;
    names("gru", &banded, 15, want);
    shape("gru", &banded, "gru.weight_ih_l0", 21, 7, 0);
    shape("gru", &banded, "head.weight", 3, 7, 0);
}

static void
bilstm_names(void **state)
{
    const char *want[] = {"lstm.weight_ih_l0",
                          "lstm.weight_hh_l0",
                          "lstm.bias_ih_l0",
                          "lstm.bias_hh_l0",
                          "lstm.weight_ih_l0_reverse",
                          "lstm.weight_hh_l0_reverse",
                          "lstm.bias_ih_l0_reverse",
                          "lstm.bias_hh_l0_reverse",
                          "lstm.weight_ih_l1",
                          "lstm.weight_hh_l1",
                          "lstm.bias_ih_l1",
                          "lstm.bias_hh_l1",
                          "lstm.weight_ih_l1_reverse",
                          "lstm.weight_hh_l1_reverse",
                          "lstm.bias_ih_l1_reverse",
                          "lstm.bias_hh_l1_reverse",
                          "head.weight",
                          "head.bias"};

    (void)state;
    names("bilstm", &plain, 18, want);
    shape("bilstm", &plain, "lstm.weight_ih_l0_reverse", 32, 5, 0);
    shape("bilstm", &plain, "lstm.weight_ih_l1", 32, 16, 0);
    shape("bilstm", &plain, "lstm.bias_hh_l1_reverse", 32, 0, 0);
    shape("bilstm", &plain, "head.weight", 3, 16, 0);
}

static void
conv1dlstm_names(void **state)
{
    const char *want[] = {"conv.weight",       "conv.bias",
                          "norm.weight",       "norm.bias",
                          "lstm.weight_ih_l0", "lstm.weight_hh_l0",
                          "lstm.bias_ih_l0",   "lstm.bias_hh_l0",
                          "head.weight",       "head.bias"};

    (void)state;
    names("conv1dlstm", &narrow, 10, want);
    shape("conv1dlstm", &wide, "band_embedding.weight", 4, 2, 0);
    shape("conv1dlstm", &wide, "conv.weight", 9, 7, 7);
    shape("conv1dlstm", &narrow, "norm.bias", 9, 0, 0);
    shape("conv1dlstm", &narrow, "lstm.weight_ih_l0", 32, 9, 0);
    shape("conv1dlstm", &narrow, "head.weight", 3, 8, 0);
}

static void
tcn_names(void **state)
{
    const char *want[] = {"blocks.0.conv1.weight",
                          "blocks.0.conv1.bias",
                          "blocks.0.conv2.weight",
                          "blocks.0.conv2.bias",
                          "blocks.0.downsample.weight",
                          "blocks.0.downsample.bias",
                          "blocks.1.conv1.weight",
                          "blocks.1.conv1.bias",
                          "blocks.1.conv2.weight",
                          "blocks.1.conv2.bias",
                          "head.weight",
                          "head.bias"};
    run r;

    (void)state;
    names("tcn", &blocks, 12, want);
    shape("tcn", &blocks, "blocks.0.conv1.weight", 8, 5, 2);
    shape("tcn", &blocks, "blocks.0.downsample.weight", 8, 5, 1);
    shape("tcn", &blocks, "blocks.1.conv1.weight", 8, 8, 2);
    shape("tcn", &blocks, "head.weight", 3, 8, 0);
    make(&r, "tcn", &causal); /* 5 + 2 inputs, 7 channels */
    assert_null(tk_layout_find(&r.net.layout, "blocks.0.downsample.weight"));
    drop(&r);
}

static void
transformer_names(void **state)
{
    const char *want[] = {"in_proj.weight",
                          "in_proj.bias",
                          "encoder.layers.0.self_attn.in_proj_weight",
                          "encoder.layers.0.self_attn.in_proj_bias",
                          "encoder.layers.0.self_attn.out_proj.weight",
                          "encoder.layers.0.self_attn.out_proj.bias",
                          "encoder.layers.0.linear1.weight",
                          "encoder.layers.0.linear1.bias",
                          "encoder.layers.0.linear2.weight",
                          "encoder.layers.0.linear2.bias",
                          "encoder.layers.0.norm1.weight",
                          "encoder.layers.0.norm1.bias",
                          "encoder.layers.0.norm2.weight",
                          "encoder.layers.0.norm2.bias",
                          "encoder.norm.weight",
                          "encoder.norm.bias",
                          "head.weight",
                          "head.bias"};
    const char *layer = "encoder.layers.2.self_attn.in_proj_weight";

    (void)state;
    names("transformer", &shallow, 18, want);
    shape("transformer", &deep, "in_proj.weight", 14, 7, 0);
    shape("transformer", &deep, layer, 42, 14, 0);
    shape("transformer", &deep, "encoder.layers.1.linear1.weight", 9, 14, 0);
    shape("transformer", &deep, "encoder.layers.1.linear2.weight", 14, 9, 0);
    shape("transformer", &deep, "encoder.norm.bias", 14, 0, 0);
    shape("transformer", &deep, "head.weight", 3, 14, 0);
}

/* The first values as PyTorch draws them: their bounds are kept, and nearly
 * reached.
 */
static void
begins(const char *model, const tk_model_dims *s, const char *name, double low,
       double high)
{
    double least = INFINITY, most = -INFINITY;
    const tk_tensor *t;
    run r;

    make(&r, model, s);
    t = tk_layout_find(&r.net.layout, name);
    assert_non_null(t);
    for (size_t i = t->offset; i < t->offset + t->count; i++) {
        least = fmin(least, (double)r.theta[i]);
        most = fmax(most, (double)r.theta[i]);
    }
    CHECK_NEAR(least, low, 0.04 * (high - low));
    CHECK_NEAR(most, high, 0.04 * (high - low));
    assert_true(least >= low - 1e-7 && most <= high + 1e-7);
    drop(&r);
}

static void
first_values(void **state)
{
    const double conv = 1 / sqrt(7 * 7), lstm = 1 / sqrt(7);
    const double causal_conv = 1 / sqrt(3 * 7), d = 1 / sqrt(14);
    const double xavier = sqrt(6.0 / (4 * 14));

    (void)state;
    begins("gru", &banded, "gru.weight_hh_l1", -lstm, lstm);
    begins("bilstm", &banded, "lstm.weight_ih_l2_reverse", -lstm, lstm);
    begins("conv1dlstm", &wide, "conv.weight", -conv, conv);
    begins("conv1dlstm", &wide, "norm.weight", 1, 1);
    begins("conv1dlstm", &wide, "norm.bias", 0, 0);
    begins("conv1dlstm", &wide, "lstm.weight_hh_l0", -lstm, lstm);
    begins("tcn", &causal, "blocks.2.conv1.weight", -causal_conv, causal_conv);
    begins("transformer", &deep, "encoder.layers.0.self_attn.in_proj_weight",
           -xavier, xavier);
    begins("transformer", &deep, "encoder.layers.0.self_attn.in_proj_bias", 0,
           0);
    begins("transformer", &deep, "encoder.layers.1.self_attn.out_proj.weight",
           -d, d);
    begins("transformer", &deep, "encoder.layers.1.self_attn.out_proj.bias", 0,
           0);
    begins("transformer", &deep, "encoder.layers.1.linear1.weight", -d, d);
    begins("transformer", &deep, "encoder.layers.1.linear2.weight", -1 / 3.0,
           1 / 3.0);
    begins("transformer", &deep, "encoder.layers.1.norm2.weight", 1, 1);
    begins("transformer", &deep, "encoder.norm.bias", 0, 0);
}

static void
found_by_name(void **state)
{
    size_t n = 0;

    (void)state;
    for (; tk_model_at(n); n++)
        assert_ptr_equal(tk_model_find(tk_model_at(n)->name), tk_model_at(n));
    assert_int_equal(n, 5);
    assert_null(tk_model_find("none"));
}

static void
refuses(const char *name, tk_model_dims s, const char *word)
{
    tk_net net = {0};

    assert_int_equal(tk_net_make(&net, name, &s), TK_ECONF);
    if (!strstr(tk_last_fault()->text, word))
        fail_msg("'%s' does not name %s", tk_last_fault()->text, word);
}

static void
bad_sizes(void **state)
{
    tk_model_dims s = plain;

    (void)state;
    refuses("gri", s, "did you mean 'gru'");
    s.H = 70000;
    refuses("gru", s, "H (hidden) = 70000");
    s = plain;
    s.L = 0;
    refuses("gru", s, "L (window) = 0");
    s = plain;
    s.layers = 0;
    refuses("gru", s, "layers = 0");
    s = plain;
    s.E = 3;
    refuses("gru", s, "bands = 0");
    s = plain;
    s.dropout = 1;
    refuses("gru", s, "dropout = 1");
    s.dropout = NAN;
    refuses("gru", s, "dropout = nan");

    s = plain;
    s.H = 0;
    refuses("bilstm", s, "H (hidden) = 0");
    s = plain;
    s.layers = 65;
    refuses("bilstm", s, "layers = 65");
    s = narrow;
    s.C = 0;
    refuses("conv1dlstm", s, "C (channels) = 0");
    s = narrow;
    s.kernel = 4;
    refuses("conv1dlstm", s, "kernel = 4, expected an odd number");
    s.kernel = 0;
    refuses("conv1dlstm", s, "kernel = 0");
    s = narrow;
    s.H = 0;
    refuses("conv1dlstm", s, "H (hidden) = 0");
    s = narrow;
    s.layers = 0;
    refuses("conv1dlstm", s, "layers = 0");

    s = blocks;
    s.C = 0;
    refuses("tcn", s, "C (channels) = 0");
    s = blocks;
    s.kernel = 0;
    refuses("tcn", s, "kernel = 0");
    s = blocks;
    s.layers = 17;
    refuses("tcn", s, "layers (blocks) = 17");
    s = encoder;
    s.d = 0;
    refuses("transformer", s, "d (width) = 0");
    s = encoder;
    s.heads = 5;
    refuses("transformer", s, "heads = 5, expected a divisor of d = 12");
    s.heads = 0;
    refuses("transformer", s, "heads = 0");
    s = encoder;
    s.ff = 0;
    refuses("transformer", s, "ff (feed-forward width) = 0");
    s = encoder;
    s.layers = 0;
    refuses("transformer", s, "layers = 0");
}

/* Sizes come back from shapes, also in another order. */
static void
sizes_of_case(const char *name, const tk_model_dims *want)
{
    tk_layout given = {0};
    tk_model_dims s = {.L = want->L, .heads = want->heads};
    run r;

    make(&r, name, want);
    for (size_t k = r.net.layout.n; k-- > 0;) {
        const tk_tensor *t = &r.net.layout.tensor[k];

        CHECK_OK(tk_layout_add(&given, t->init, t->scale, t->rank, t->dim, "%s",
                               t->name));
    }
    CHECK_OK(r.net.model->infer(&given, &s));
    if (tk_layout_find(&given, "conv.weight") || strcmp(name, "tcn") == 0) {
        assert_int_equal(s.C, want->C);
        assert_int_equal(s.kernel, want->kernel);
    }
    s.C = want->C; /* not read where there is no convolution */
    s.kernel = want->kernel;
    assert_memory_equal(&s, want, sizeof s);
    tk_layout_drop(&given);
    drop(&r);
}

static void
sizes_from_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES; i++)
        sizes_of_case(cases[i].name, cases[i].s);
}

/* Weights are copied by name; what does not fit is named. */
static void
weights_from_elsewhere(void **state)
{
    tk_layout other = {0};
    tk_model_dims s = banded;
    const tk_layout *own;
    tk_real *theta;
    run r;

    (void)state;
    make(&r, "gru", &banded);
    own = &r.net.layout;
    for (size_t k = own->n; k-- > 0;) {
        const tk_tensor *t = &own->tensor[k];

        CHECK_OK(tk_layout_add(&other, t->init, t->scale, t->rank, t->dim, "%s",
                               t->name));
    }
    theta = numbers(9, other.size);
    CHECK_OK(tk_layout_copy(own, &other, theta, r.theta));
    CHECK_NEAR(r.theta[0],
               theta[tk_layout_find(&other, "band_embedding.weight")->offset],
               0);
    CHECK_NEAR(r.theta[own->size - 1], theta[banded.D - 1], 0);
    tk_layout_drop(&other);

    s.layers = 2;
    CHECK_OK(r.net.model->layout(&s, &other));
    assert_int_equal(tk_layout_copy(&other, own, theta, r.theta), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "gru.weight_ih_l2"));
    assert_int_equal(tk_layout_copy(own, &other, theta, r.theta), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "gru.weight_ih_l2"));
    tk_layout_drop(&other);
    s.H = 5;
    CHECK_OK(r.net.model->layout(&s, &other));
    assert_int_equal(tk_layout_copy(&other, own, theta, r.theta), TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text,
                           "'gru.weight_ih_l0' is [21][7], expected [15][7]"));
    tk_layout_drop(&other);
    tk_free(theta);
    drop(&r);
}

static void
cannot_infer(const char *name, const tk_layout *given, const char *word)
{
    tk_model_dims s = {.L = 6};

    assert_int_equal(tk_model_find(name)->infer(given, &s), TK_EDATA);
    if (!strstr(tk_last_fault()->text, word))
        fail_msg("'%s' does not name %s", tk_last_fault()->text, word);
}

static void
missing_shapes(void **state)
{
    const size_t conv[] = {9, 5, 3}, W[] = {32, 8};
    tk_layout l = {0};

    (void)state;
    for (size_t i = 0; i < CASES; i++)
        cannot_infer(cases[i].name, &l, "head.weight");
    CHECK_OK(tk_layout_add_linear(&l, 3, 8, "head"));
    cannot_infer("gru", &l, "gru.weight_ih_l0");
    cannot_infer("bilstm", &l, "lstm.weight_ih_l0");
    cannot_infer("conv1dlstm", &l, "conv.weight");
    cannot_infer("tcn", &l, "blocks.0.conv1.weight");
    cannot_infer("transformer", &l, "in_proj.weight");
    CHECK_OK(tk_layout_add(&l, TK_INIT_CONSTANT, 0, 3, conv, "conv.weight"));
    cannot_infer("conv1dlstm", &l, "lstm.weight_ih_l0");
    CHECK_OK(tk_layout_add(&l, TK_INIT_CONSTANT, 0, 2, W, "lstm.weight_ih_l0"));
    cannot_infer("conv1dlstm", &l, "8 inputs, the convolution 9 channels");
    tk_layout_drop(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_name),
        cmocka_unit_test(gru_names),
        cmocka_unit_test(bilstm_names),
        cmocka_unit_test(conv1dlstm_names),
        cmocka_unit_test(tcn_names),
        cmocka_unit_test(transformer_names),
        cmocka_unit_test(first_values),
        cmocka_unit_test(sizes_from_shapes),
        cmocka_unit_test(weights_from_elsewhere),
        cmocka_unit_test(missing_shapes),
        cmocka_unit_test(bad_sizes),
    };

    return cmocka_run_group_tests_name("model layout", tests, NULL, NULL);
}
