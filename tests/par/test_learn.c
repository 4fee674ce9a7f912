/* From files to a trained model and its scores: the right months, cells and
 * scaling, the same bytes on any number of ranks and through a stop.
 */
#include "par_check.h"

#include "train_case.h"

/* ---- tests ----------------------------------------------------------------- */

static void
test_patch(void **state)
{
    learning s;
    tk_patch p;
    size_t first, n;

    (void)state;
    learning_open(&par, &s);
    tk_tile_share(tk_tile_count(&s.grid), par.rank, par.size, &first, &n);
    PAR_OK(tk_patch_make(&s.data, first, n, 12, &p));
    PAR_OK(tk_patch_load(&s.data, FIRST + 20, &p));
    for (int moved = 0; moved < 2; moved++) {
        for (size_t l = 0; l < p.run.nlane; l++) {
            const size_t t = l / TK_TILE, k = l % TK_TILE;
            const size_t last = p.run.ncell - 1;
            const size_t c = p.run.first_cell + (l < last ? l : last);

            assert_true((p.weight[l] > 0) == (l < p.run.ncell));
            for (int m = 0; m < 12; m++) {
                const size_t at = t * 12 + (size_t)m;
                const int month = p.first + m;
                const double x = (double)p.x[at * s.data.F * TK_TILE + k];
                const int bad = p.bad[at * TK_TILE + k];

                if (c == GAP_CELL && month == GAP_MONTH)
                    assert_int_equal(bad, TK_CELL_MISSING);
                else if (c == HOT_CELL && month == HOT_MONTH)
                    assert_int_equal(bad, TK_CELL_RANGE);
                else
                    CHECK_NEAR(x, air_of(c, month), 1e-3);
                CHECK_NEAR((double)p.x[(at * s.data.F + 2) * TK_TILE + k],
                           cos((tk_month_of_year(month) - 1) * M_PI / 6), 1e-6);
                if (!moved)
                    CHECK_NEAR((double)p.y[(at * DEPTHS + 1) * TK_TILE + k],
                               soil_of(c, month, 1), 1e-3);
            }
        }
        PAR_OK(moved ? TK_OK : tk_patch_advance(&s.data, 5, &p));
        assert_int_equal(p.first, FIRST + 25);
    }
    tk_patch_drop(&p);
    learning_close(&s);
}

/* A window has the reason of the first month in it that cannot be used. */
static void
test_window(void **state)
{
    unsigned char bad[8][TK_TILE] = {{0}};

    (void)state;
    bad[3][7] = TK_CELL_RANGE;
    bad[4][7] = TK_CELL_MISSING;
    assert_int_equal(tk_window_status(bad[0], 2, 3, 7), TK_CELL_OK);
    assert_int_equal(tk_window_status(bad[0], 3, 3, 7), TK_CELL_RANGE);
    assert_int_equal(tk_window_status(bad[0], 5, 3, 7), TK_CELL_RANGE);
    assert_int_equal(tk_window_status(bad[0], 6, 3, 7), TK_CELL_MISSING);
    assert_int_equal(tk_window_status(bad[0], 7, 3, 7), TK_CELL_OK);
    assert_int_equal(tk_window_status(bad[0], 5, 3, 6), TK_CELL_OK);
}

static void
test_scale(void **state)
{
    double mean[DEPTHS], std[DEPTHS], n = 0, sum = 0, square = 0, ny = 0, y = 0,
                                      yy = 0;
    learning s;

    (void)state;
    learning_open(&par, &s);
    PAR_OK(tk_scale_fit(&s.data, &s.features, WINDOW, TRAIN_FIRST, TRAIN_LAST,
                        1, mean, std)); /* a budget of one tile at a time */
    for (size_t c = 0; c < NY * NX; c++)
        for (int m = FIRST; m <= TRAIN_LAST; m++) {
            if (m >= TRAIN_FIRST) {
                ny += 1;
                y += soil_of(c, m, 1);
                yy += pow(soil_of(c, m, 1) - 268, 2);
            }
            if ((c == GAP_CELL && m == GAP_MONTH)
                || (c == HOT_CELL && m == HOT_MONTH))
                continue;
            n += 1;
            sum += air_of(c, m) - 263;
            square += pow(air_of(c, m) - 263, 2);
        }
    CHECK_NEAR(s.features.f[0].mean, 263 + sum / n, 1e-4);
    CHECK_NEAR(s.features.f[0].std, sqrt(square / n - sum / n * (sum / n)),
               1e-3);
    CHECK_NEAR(s.features.f[1].mean, 0, 0); /* the month is not scaled */
    CHECK_NEAR(s.features.f[1].std, 1, 0);
    CHECK_NEAR(mean[1], y / ny, 1e-4);
    CHECK_NEAR(std[1], sqrt(yy / ny - pow(y / ny - 268, 2)), 1e-3);
    learning_close(&s);
}

/* Every rank trains alone, then all together: the same bytes. */
static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    tk_train_opts o = options();
    uint64_t one, all;

    (void)state;
    one = train_once(&alone, &o, NULL);
    all = train_once(&par, &o, NULL);
    assert_true(one == all);
    o.seed++;
    assert_true(train_once(&par, &o, NULL) != all);
}

static void
test_resume(void **state)
{
    tk_train_opts o = options();
    uint64_t whole, parts;

    (void)state;
    whole = train_once(&par, &o, NULL);
    o.checkpoint = par_file("train.ckpt");
    o.history = par_file("train.csv");
    if (par.rank == 0)
        unlink(o.checkpoint);
    /* The failure of a later epoch leaves the checkpoint of the one before. */
    setenv("TK_INJECT", "store.write:0:3", 1);
    train_fails(TK_EOUT, &o, NULL);
    unsetenv("TK_INJECT");
    o.resume = true;
    parts = train_once(&par, &o, NULL);
    assert_true(whole == parts);

    /* Another training's checkpoint is refused, whatever differs. */
    o.rate.low = 1e-4;
    train_fails(TK_EDATA, &o, NULL);
    PAR_SAYS("another training");
    o = options();
    o.checkpoint = par_file("train.ckpt");
    o.resume = true;
    o.seed = 99;
    train_fails(TK_EDATA, &o, NULL);
    o.seed = 3;
    o.depth_weight[1] = 2;
    train_fails(TK_EDATA, &o, NULL);
}

static void
test_model_file(void **state)
{
    const char *path = par_file("model.nc");
    tk_train_opts o = options();
    learning s;
    tk_trained m = {0}, again = {0};

    (void)state;
    learning_open(&par, &s);
    o.epochs = 1;
    train(&s, &o, &m);
    PAR_OK(tk_trained_write(&par, &m, path, true));
    PAR_OK(tk_trained_read(&par, path, &again));
    assert_memory_equal(m.theta, again.theta,
                        m.net.layout.size * sizeof *m.theta);
    assert_int_equal(again.features.n, 3);
    assert_string_equal(again.features.f[0].units, "K");
    CHECK_NEAR(again.features.f[0].mean, m.features.f[0].mean, 0);
    CHECK_NEAR(again.features.f[0].high, m.features.f[0].high, 0);
    CHECK_NEAR(again.target_std[1], m.target_std[1], 0);
    assert_int_equal(again.train_last, TRAIN_LAST);
    assert_int_equal(again.seed, 3);
    tk_trained_drop(&again);

    /* Another weight than the golden pair was made with. */
    {
        tk_store *store = tk_store_new(), *bad = tk_store_new();
        const tk_tensor *head = tk_layout_find(&m.net.layout, "head.bias");
        float *golden = tk_new(4 * DEPTHS, sizeof *golden);

        assert_non_null(head);
        CHECK_OK(tk_trained_to_store(&m, store));
        CHECK_OK(tk_store_get_floats(store, "golden.y", 4 * DEPTHS, golden));
        m.theta[head->offset] += 1e-4f;
        CHECK_OK(tk_trained_to_store(&m, bad));
        CHECK_OK(tk_trained_from_store(bad, &again)); /* its own is sound */
        tk_trained_drop(&again);
        CHECK_OK(tk_store_replace_floats(bad, "golden.y", 4 * DEPTHS, golden));
        assert_int_equal(tk_trained_from_store(bad, &again), TK_EDATA);
        assert_non_null(strstr(tk_last_fault()->text, "golden"));
        tk_trained_drop(&again);
        tk_free(golden);
        tk_store_drop(store);
        tk_store_drop(bad);
    }
    tk_trained_drop(&m);
    learning_close(&s);
}

/* A cell with a gap loses the windows that hold it, no other. */
static void
test_gap(void **state)
{
    const tk_model_dims dims = {
        .L = WINDOW, .F = 3, .D = DEPTHS, .layers = 1, .H = 4};
    learning s;
    tk_trained m = {0};
    tk_patch p;
    size_t first, n;

    (void)state;
    learning_open(&par, &s);
    CHECK_OK(tk_trained_make(&m, "gru", &dims));
    m.target_std[0] = m.target_std[1] = 1;
    tk_tile_share(tk_tile_count(&s.grid), par.rank, par.size, &first, &n);
    PAR_OK(tk_patch_make(&s.data, first, n, MONTHS, &p));
    PAR_OK(tk_patch_load(&s.data, FIRST, &p));
    for (size_t t = 0; t < n; t++) {
        const size_t T = MONTHS - WINDOW + 1;
        float *work = tk_new(tk_trained_work(&m, MONTHS), sizeof *work);
        float *y = tk_new(T * DEPTHS * TK_TILE, sizeof *y);

        assert_true(work && y);
        tk_trained_predict(&m, MONTHS, p.x + t * MONTHS * 3 * TK_TILE,
                           p.bad + t * MONTHS * TK_TILE, p.band, work, y);
        for (size_t i = 0; i < T * DEPTHS * TK_TILE; i++) {
            const size_t c = (first + t) * TK_TILE + i % TK_TILE;
            const int month =
                FIRST + WINDOW - 1 + (int)(i / (DEPTHS * TK_TILE));
            const bool lost = (c == GAP_CELL && month >= GAP_MONTH
                               && month < GAP_MONTH + WINDOW)
                              || (c == HOT_CELL && month >= HOT_MONTH
                                  && month < HOT_MONTH + WINDOW);

            assert_true(isnan(y[i]) == lost);
        }
        tk_free(work);
        tk_free(y);
    }
    tk_patch_drop(&p);
    tk_trained_drop(&m);
    learning_close(&s);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest learn_tests[] = {
        cmocka_unit_test(test_patch),      cmocka_unit_test(test_window),
        cmocka_unit_test(test_scale),      cmocka_unit_test(test_gap),
        cmocka_unit_test(test_ranks),      cmocka_unit_test(test_resume),
        cmocka_unit_test(test_model_file),
    };

    par_start(&argc, &argv);
    learning_make();
    return PAR_RUN(learn_tests);
}
