/* Each architecture as safetensors: what is exported is imported, and a file
 * whose tensors do not fit one another is refused by the name of what is wrong.
 */
#include "../exchange_edit.h"

static void
use(const char *name, const tk_model_dims *s)
{
    model = name;
    dims = *s;
}

static const tk_model_dims lstm = {
    .L = 9, .F = 6, .bands = 3, .E = 2, .D = 4, .layers = 2, .H = 5};
static const tk_model_dims conv = {.L = 9,
                                   .F = 6,
                                   .bands = 3,
                                   .E = 2,
                                   .D = 4,
                                   .layers = 2,
                                   .H = 5,
                                   .C = 7,
                                   .kernel = 3};
static const tk_model_dims tcn = {.L = 9,
                                  .F = 6,
                                  .bands = 3,
                                  .E = 2,
                                  .D = 4,
                                  .layers = 3,
                                  .C = 7,
                                  .kernel = 2};
static const tk_model_dims tcn_same = {
    .L = 9, .F = 6, .D = 4, .layers = 2, .C = 6, .kernel = 3};
static const tk_model_dims former = {.L = 9,
                                     .F = 6,
                                     .bands = 3,
                                     .E = 2,
                                     .D = 4,
                                     .layers = 3,
                                     .d = 12,
                                     .heads = 3,
                                     .ff = 10};

static void
test_round_trips(void **state)
{
    const struct {
        const char *name;
        const tk_model_dims *s;
    } all[] = {{"gru", &lstm}, {"bilstm", &lstm},  {"conv1dlstm", &conv},
               {"tcn", &tcn},  {"tcn", &tcn_same}, {"transformer", &former}};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        tk_trained m, got = {0};
        tk_tensors *t;
        double worst;

        use(all[i].name, all[i].s);
        m = sample();
        t = exported();
        CHECK_OK(tk_exchange_import(t, "", &got, &worst));
        assert_string_equal(got.net.model->name, all[i].name);
        assert_memory_equal(&got.net.dims, all[i].s, sizeof *all[i].s);
        assert_memory_equal(got.theta, m.theta,
                            m.net.layout.size * sizeof *m.theta);
        CHECK_NEAR(worst, 0, 0);
        tk_tensors_drop(t);
        tk_trained_drop(&got);
        tk_trained_drop(&m);
    }
}

static void
test_gru(void **state)
{
    (void)state;
    use("gru", &lstm);
    refuses((edit){.name = "gru.weight_ih_l1", .as = "gru.weight_ih_l2"},
            "'gru.weight_ih_l1' is missing");
}

static void
test_bilstm(void **state)
{
    (void)state;
    use("bilstm", &lstm);
    refuses((edit){.drop = "lstm.weight_hh_l1_reverse"},
            "'lstm.weight_hh_l1_reverse' is missing");
    refuses((edit){.name = "lstm.bias_ih_l0_reverse", .as = "lstm.x_reverse"},
            "'lstm.bias_ih_l0_reverse' is missing");
    refuses((edit){.name = "lstm.weight_ih_l1", .as = "lstm.weight_ih_l2"},
            "'lstm.weight_ih_l1' is missing");
    refuses((edit){.bend = "lstm.weight_ih_l1"},
            "'lstm.weight_ih_l1' is [10][20], expected [20][10]");
    refuses((edit){.bend = "head.weight"},
            "'head.weight' is [10][4], expected [10][10]");
    refuses((edit){.from = "\"bilstm\"", .to = "\"gru\""},
            "'gru.weight_ih_l0' is missing");
    refuses((edit){.from = "\"bilstm\"", .to = "\"conv1dlstm\""},
            "'conv.weight' is missing");
}

static void
test_conv1dlstm(void **state)
{
    (void)state;
    use("conv1dlstm", &conv);
    refuses((edit){.drop = "norm.bias"}, "'norm.bias' is missing");
    refuses((edit){.drop = "conv.weight"}, "'conv.weight' is missing");
    refuses((edit){.name = "norm.weight", .as = "norm.weight_reverse"},
            "'norm.weight' is missing");
    /* [7][8][3] to [8][7][3]: the LSTM has other inputs. */
    refuses((edit){.bend = "conv.weight"},
            "the LSTM has 7 inputs, the convolution 8 channels");
    /* [7][8][3] to [7][3][8] */
    refuses((edit){.turn = "conv.weight"},
            "kernel = 8, expected an odd number");
}

static void
test_tcn(void **state)
{
    (void)state;
    use("tcn", &tcn);
    refuses((edit){.drop = "blocks.0.downsample.weight"},
            "'blocks.0.downsample.weight' is missing: the block has 8 inputs "
            "and 7 channels");
    refuses((edit){.drop = "blocks.0.downsample.bias"},
            "'blocks.0.downsample.bias' is missing");
    refuses((edit){.name = "blocks.0.downsample.weight",
                   .as = "blocks.1.downsample.weight"},
            "'blocks.0.downsample.weight' is missing");
    /* A gap in the numbers, whatever comes behind it. */
    refuses(
        (edit){.name = "blocks.1.conv1.weight", .as = "blocks.3.conv1.weight"},
        "'blocks.1.conv1.weight' is missing");
    refuses((edit){.name = "blocks.2.conv1.weight",
                   .as = "blocks.99999999999999999999.conv1.weight"},
            "layers (blocks) = 65536, expected 1 to 16");
    refuses((edit){.name = "blocks.0.conv1.weight", .as = "conv.weight"},
            "'blocks.0.conv1.weight' is missing");
    refuses((edit){.name = "blocks.1.conv2.weight",
                   .as = "blocks.1.conv2.weight_v"},
            "'blocks.1.conv2.weight' is missing");
    refuses((edit){.turn = "blocks.2.conv1.weight"},
            "'blocks.2.conv1.weight' is [7][2][7], expected [7][7][2]");
    use("tcn", &tcn_same);
    refuses((edit){.name = "blocks.1.conv2.bias",
                   .as = "blocks.1.downsample.weight"},
            "'blocks.1.downsample.weight' is not wanted: the block has 6 "
            "inputs and 6 channels");
    refuses((edit){.from = "\"window\":9", .to = "\"window\":9,\"heads\":4"},
            "'heads' belongs to the transformer");
}

static void
test_transformer(void **state)
{
    (void)state;
    use("transformer", &former);
    refuses((edit){.from = "\"heads\":3,", .to = ""}, "'heads' is missing");
    refuses((edit){.from = "\"heads\":3", .to = "\"heads\":5"},
            "heads = 5, expected a divisor of d = 12");
    refuses((edit){.from = "\"heads\":3", .to = "\"heads\":24"},
            "heads = 24, expected 1 to 12");
    refuses((edit){.from = "\"heads\":3", .to = "\"heads\":0"},
            "'heads' is not a whole number from 1");
    refuses((edit){.from = "\"heads\":3", .to = "\"heads\":4"},
            "golden outputs are missed by");
    refuses((edit){.name = "encoder.layers.1.linear1.weight",
                   .as = "encoder.layers.4.linear1.weight"},
            "'encoder.layers.1.linear1.weight' is missing");
    refuses((edit){.drop = "encoder.layers.0.linear1.weight"},
            "'encoder.layers.0.linear1.weight' is missing");
    refuses((edit){.drop = "encoder.norm.weight"},
            "'encoder.norm.weight' is missing");
    refuses((edit){.bend = "encoder.layers.2.self_attn.in_proj_weight"},
            "in_proj_weight' is [12][36], expected [36][12]");
    refuses((edit){.bend = "in_proj.weight"},
            "heads = 3, expected a divisor of d = 8");
    /* Positions are fixed, for any window. */
    refuses((edit){.name = "golden.y", .as = "positions"},
            "'positions' is not part of this model");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips), cmocka_unit_test(test_gru),
        cmocka_unit_test(test_bilstm),      cmocka_unit_test(test_conv1dlstm),
        cmocka_unit_test(test_tcn),         cmocka_unit_test(test_transformer),
    };

    return EXCHANGE_RUN(tests, "exchange_models");
}
