/* Attributions over all cells: right where they are known, complete, and the
 * same bytes on any number of ranks.
 */
#include "par_check.h"

#include "../explain_known.h"
#include "talik/io/out.h"

#define NY 9
#define NX 30 /* 270 cells: 5 tiles, the last one short */
#define FIRST (12 * 2000)
#define MONTHS 48
#define WINDOW 4
#define GAP_TILE 1        /* without air in January */
#define USED (5 * 24 - 8) /* windows that do not reach into one */

static const double edges[3] = {60, 64, 69};

/* ---- files --------------------------------------------------------------- */

enum { AIR, RAIN, STILL, SOIL };

static double
air_of(size_t cell, int month)
{
    const int k = month - FIRST;

    return 263 + 15 * sin(k * M_PI / 6) - 0.5 * (double)(cell / NX)
           + 2 * tk_rng_normal(5, 3, (uint64_t)(k + 1000));
}

static double
value_of(int what, size_t cell, int month, size_t d)
{
    const uint64_t k = (uint64_t)(month - FIRST);

    switch (what) {
    case AIR:
        return cell / TK_TILE == GAP_TILE && k % 12 == 0 ? NAN
                                                         : air_of(cell, month);
    case RAIN:
        return 10 + 3 * tk_rng_uniform(7, cell, k);
    case STILL:
        return 5;
    default:
        return 270 + (d ? 0.3 : 0.8) * (air_of(cell, month) - 263);
    }
}

static const char *files[4];
static const char *const names[4] = {"t2m", "rain", "still", "tsl"};
static const char *const units[4] = {"K", "1", "1", "K"};

static void
write_file(int what, const tk_grid *grid, const tk_run *run)
{
    const size_t nd = what == SOIL ? DEPTHS : 1;
    const tk_out_var var = {.name = names[what],
                            .standard_name = "",
                            .long_name = names[what],
                            .units = units[what],
                            .cell_methods = "time: mean",
                            .type = TK_OUT_FLOAT,
                            .time = true,
                            .depth = what == SOIL};
    double time[MONTHS], bounds[MONTHS][2];
    float *x = tk_new(nd * run->nlane, sizeof *x);
    tk_out *out;
    const tk_out_opts o = {.path = files[what],
                           .overwrite = true,
                           .format = "auto",
                           .calendar = TK_CAL_NOLEAP,
                           .ntime = MONTHS,
                           .time = time,
                           .time_bounds = bounds[0],
                           .ndepth = what == SOIL ? DEPTHS : 0,
                           .depth = depths,
                           .realization = -1};

    assert_non_null(x);
    for (int m = 0; m < MONTHS; m++) {
        bounds[m][0] = tk_month_start(TK_CAL_NOLEAP, FIRST + m);
        bounds[m][1] = tk_month_start(TK_CAL_NOLEAP, FIRST + m + 1);
        time[m] = (bounds[m][0] + bounds[m][1]) / 2;
    }
    PAR_OK(tk_out_create(&par, &o, NULL, grid, run, 1, &var, &out));
    for (int m = 0; m < MONTHS; m++) {
        for (size_t d = 0; d < nd; d++)
            for (size_t l = 0; l < run->nlane; l++) {
                const size_t last = run->ncell ? run->ncell - 1 : 0;
                const size_t c = run->first_cell + (l < last ? l : last);

                x[d * run->nlane + l] = (float)value_of(what, c, FIRST + m, d);
            }
        PAR_OK(tk_out_write(out, 0, (size_t)m, 1, x));
    }
    PAR_OK(tk_out_finish(out));
    tk_free(x);
}

static void
make_files(void)
{
    tk_grid grid;
    size_t first, n;
    tk_run run;

    CHECK_OK(tk_grid_regular(60, 69, -160, -130, 1, &grid));
    for (size_t p = 0; p < NY * NX; p++)
        tk_grid_set_active(&grid, p);
    tk_grid_count(&grid);
    tk_tile_share(tk_tile_count(&grid), par.rank, par.size, &first, &n);
    CHECK_OK(tk_run_make(&grid, first, n, &run));
    for (int what = AIR; what <= SOIL; what++) {
        files[what] = strdup(par_file(names[what]));
        write_file(what, &grid, &run);
    }
    tk_run_drop(&run);
    tk_grid_drop(&grid);
}

/* ---- all cells ----------------------------------------------------------- */

typedef struct {
    tk_par par;
    tk_grid grid;
    tk_grid_source source;
    tk_inputs *inputs;
    tk_targets *targets;
    tk_dataset data;
} world;

static void
world_open(const tk_par *who, tk_features *features, world *s)
{
    static const char *const tsl[1] = {"tsl"};
    tk_input_files in = {.nforcing = 3, .forcing = files};

    *s = (world){.par = *who};
    s->source = tk_grid_source_of(files[AIR], "t2m");
    CHECK_OK(tk_grid_read(&s->par, &s->source, &s->grid));
    CHECK_OK(tk_inputs_open(&s->par, &s->grid, &in, features, &s->inputs));
    in.nforcing = 1;
    in.forcing = &files[SOIL];
    CHECK_OK(tk_targets_open(&s->par, &s->grid, &in, 1, tsl, DEPTHS, depths,
                             &s->targets));
    s->data = (tk_dataset){.par = &s->par,
                           .grid = &s->grid,
                           .source = &s->source,
                           .inputs = s->inputs,
                           .targets = s->targets,
                           .F = features->n,
                           .D = DEPTHS,
                           .nedge = 3,
                           .edge = edges};
}

static void
world_close(world *s)
{
    tk_targets_close(s->targets);
    tk_inputs_close(s->inputs);
    tk_grid_drop(&s->grid);
}

/* t2m, rain, still, month_sin, month_cos: the model is blind to rain. */
static void
make_gru(tk_trained *m)
{
    static const double mean[3] = {263, 11.5, 5}, std[3] = {11, 1, 1};
    const tk_tensor *W;
    tk_model_dims dims = {.L = WINDOW,
                          .F = 5,
                          .D = DEPTHS,
                          .layers = 2,
                          .H = 12,
                          .bands = 2,
                          .E = 2};

    *m = (tk_trained){0};
    CHECK_OK(tk_trained_make(m, "gru", &dims));
    tk_layout_init(&m->net.layout, 4, m->theta);
    for (size_t i = 0; i < m->net.layout.size; i++)
        m->theta[i] *= 2; /* far from linear */
    W = tk_layout_find(&m->net.layout, "gru.weight_ih_l0");
    for (size_t row = 0; row < W->dim[0]; row++)
        m->theta[W->offset + row * W->dim[1] + 1] = 0;
    for (int k = AIR; k <= STILL; k++) {
        CHECK_OK(tk_features_add(&m->features, TK_FEAT_DYNAMIC, names[k], ""));
        m->features.f[k].mean = mean[k];
        m->features.f[k].std = std[k];
    }
    CHECK_OK(tk_features_add(&m->features, TK_FEAT_MONTH, "", ""));
    for (size_t d = 0; d < DEPTHS; d++) {
        m->depth[d] = depths[d];
        m->target_mean[d] = 270;
        m->target_std[d] = 8;
    }
    m->nedge = 3;
    memcpy(m->edge, edges, sizeof edges);
    m->train_first = FIRST + WINDOW - 1;
    m->train_last = FIRST + 30;
}

static const tk_explain_opts usual = {.seed = 3,
                                      .first = FIRST + WINDOW - 1,
                                      .last = FIRST + MONTHS - 1,
                                      .samples = 24,
                                      .background = 16,
                                      .points = 16,
                                      .tolerance = 0.01};

static void
check_groups(const tk_explained *r)
{
    const size_t L = r->L, F = r->F, groups = r->bands * TK_SEASONS;
    const double area = 6371.0 * 6371.0 * M_PI / 6
                        * (sin(69 * M_PI / 180) - sin(60 * M_PI / 180));
    double windows = 0, weight = 0;

    for (size_t g = 0; g < groups; g++) {
        windows += r->count[g];
        weight += r->weight[g];
    }
    CHECK_NEAR(windows, USED, 0);
    CHECK_NEAR(weight, area * (1 - 64.0 / 270 / 3), 0.03 * area);
    for (size_t to = 0; to < DEPTHS * groups; to++) {
        const double gap = r->answer[to] - r->base[to];
        double sum = 0, air = 0;

        for (size_t l = 0; l < L; l++)
            for (size_t f = 0; f < F; f++) {
                const size_t i = (to * L + l) * F + f;

                sum += r->mean[i];
                air += f == 0 ? r->size[i] : 0;
                assert_true(r->size[i] >= fabs(r->mean[i]));
                if (f == 1 || f == 2) /* not used; constant */
                    assert_true(r->mean[i] == 0 && r->size[i] == 0);
            }
        assert_true(air > 0 && r->whole[to * F] <= air + 1e-12);
        CHECK_NEAR(sum, gap, 0.01 * r->spread[to / groups]);
    }
    for (size_t d = 0; d < DEPTHS; d++) {
        assert_true(r->importance[d * F] != 0);
        assert_true(r->importance[d * F + 1] == 0);
        assert_true(r->importance[d * F + 2] == 0);
        CHECK_NEAR(r->importance[d * F + 3], 0, 1e-9); /* of its month */
    }
    assert_true(r->miss < 0.01 && r->single < 0.02);
}

static void
same(const double *a, const double *b, size_t n)
{
    assert_memory_equal(a, b, n * sizeof *a);
}

static void
check_same(const tk_explained *a, const tk_explained *b)
{
    const size_t groups = a->bands * TK_SEASONS, LF = a->L * a->F;

    same(a->mean, b->mean, DEPTHS * groups * LF);
    same(a->size, b->size, DEPTHS * groups * LF);
    same(a->whole, b->whole, DEPTHS * groups * a->F);
    same(a->answer, b->answer, DEPTHS * groups);
    same(a->base, b->base, DEPTHS * groups);
    same(a->count, b->count, groups);
    same(a->weight, b->weight, groups);
    same(a->importance, b->importance, DEPTHS * a->F);
    same(a->rmse, b->rmse, DEPTHS);
    same(a->spread, b->spread, DEPTHS);
    same(&a->miss, &b->miss, 1);
    same(&a->single, &b->single, 1);
    assert_int_equal(a->permuted, b->permuted);
}

/* Everything on all ranks, then on rank 0 alone. */
static void
test_ranks(void **state)
{
    const tk_par alone = {MPI_COMM_SELF, 0, 1};
    tk_explained many = {0}, one = {0};
    tk_trained m;
    world s;

    (void)state;
    make_gru(&m);
    world_open(&par, &m.features, &s);
    PAR_OK(tk_explain(&s.data, &m, &usual, &many));
    world_close(&s);
    check_groups(&many);
    assert_true(many.by_targets && many.permuted == USED);
    if (par.rank == 0) {
        world_open(&alone, &m.features, &s);
        CHECK_OK(tk_explain(&s.data, &m, &usual, &one));
        world_close(&s);
        check_same(&many, &one);
    }
    MPI_Barrier(par.comm);
    tk_explained_drop(&many);
    tk_explained_drop(&one);
    tk_trained_drop(&m);
}

/* A linear model's means are its weights times the mean of x - x', which all
 * depths share; without targets importance is against its own answers.
 */
static void
test_linear(void **state)
{
    tk_explained r = {0};
    tk_trained gru, m;
    world s;

    (void)state;
    make_gru(&gru);
    make_known(WINDOW, 5, 0, &m);
    m.features = gru.features;
    m.nedge = 3;
    memcpy(m.edge, edges, sizeof edges);
    m.train_first = gru.train_first;
    m.train_last = gru.train_last;
    world_open(&par, &m.features, &s);
    s.data.targets = NULL;
    PAR_OK(tk_explain(&s.data, &m, &usual, &r));
    world_close(&s);
    assert_false(r.by_targets);
    for (size_t g = 0; g < r.bands * TK_SEASONS; g++)
        for (size_t i = 0; i < WINDOW * 5; i++) {
            const size_t LF = WINDOW * 5;
            const size_t lag = i / 5, step = WINDOW - 1 - lag;
            const size_t at = step * 5 + i % 5; /* in the window */
            const double w0 = (double)m.theta[at] * m.target_std[0];
            const double w1 = (double)m.theta[LF + 1 + at] * m.target_std[1];
            const double a0 = r.mean[g * LF + i];
            const double a1 = r.mean[(r.bands * TK_SEASONS + g) * LF + i];

            CHECK_NEAR(a0 / w0, a1 / w1, 1e-4);
        }
    for (size_t d = 0; d < DEPTHS; d++) {
        CHECK_NEAR(r.rmse[d], 0, 0);
        assert_true(r.importance[d * 5] > 0.1);
        assert_true(r.importance[d * 5 + 1] > 0.1);
        CHECK_NEAR(r.importance[d * 5 + 2], 0, 0);
    }
    /* December to February's air is colder than the background's, whose windows
     * are of all months; with lag 0 at step 3 of the window.
     */
    assert_true(r.mean[0] / (double)m.theta[15] < 0);
    tk_explained_drop(&r);
    tk_free(m.theta);
    tk_trained_drop(&gru);
}

static void
test_errors(void **state)
{
    tk_explain_opts o = usual;
    tk_explained r = {0};
    tk_trained m;
    world s;

    (void)state;
    make_gru(&m);
    world_open(&par, &m.features, &s);
    o.tolerance = 1e-7;
    o.points = 2;
    PAR_FAILS(TK_ERUN, tk_explain(&s.data, &m, &o, &r));
    PAR_SAYS("not complete at", " N, ", "&explain points", "background (16)");
    tk_explained_drop(&r);
    o.points = 3;
    PAR_FAILS(TK_ECONF, tk_explain(&s.data, &m, &o, &r));
    PAR_SAYS("even");
    tk_explained_drop(&r);
    par_inject("explain.memory");
    PAR_FAILS(TK_ERUN, tk_explain(&s.data, &m, &usual, &r));
    par_inject(NULL);
    tk_explained_drop(&r);
    world_close(&s);
    tk_trained_drop(&m);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_errors),
    };

    par_start(&argc, &argv);
    make_files();
    return PAR_RUN(tests);
}
