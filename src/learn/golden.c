#include "golden.h"

#include <inttypes.h>
#include <math.h>

#include "talik/core/mem.h"
#include "talik/core/rng.h"

#define WINDOWS 4
#define STREAM 0x601d

void
tk_golden_drop(golden *g)
{
    tk_free(g->x);
    tk_free(g->y);
    tk_free(g->band);
    *g = (golden){0};
}

tk_err
tk_golden_alloc(const tk_trained *m, size_t n, golden *g)
{
    const tk_model_dims *s = &m->net.dims;

    g->n = n;
    g->x = tk_new(n * s->L * s->F, sizeof *g->x);
    g->y = tk_new(n * s->D, sizeof *g->y);
    g->band = tk_new(n, sizeof *g->band);
    return g->x && g->y && g->band ? TK_OK : TK_ERUN;
}

typedef struct {
    float *tile, *out, *work;
} scratch;

/* y of windows [first, first + TK_TILE), which begin again at 0 after the last:
 * a whole tile, as in any other run.
 */
static void
run_tile(const tk_trained *m, const golden *g, size_t first, scratch *w,
         float *y)
{
    const tk_model_dims *s = &m->net.dims;
    const size_t LF = s->L * s->F;
    int band[TK_TILE];
    const tk_pass pass = {.net = &m->net,
                          .N = TK_TILE,
                          .theta = m->theta,
                          .x = w->tile,
                          .band = band,
                          .work = w->work};

    for (size_t l = 0; l < TK_TILE; l++) {
        const size_t k = (first + l) % g->n;

        band[l] = (int)g->band[k];
        for (size_t i = 0; i < LF; i++)
            w->tile[i * TK_TILE + l] = g->x[k * LF + i];
    }
    m->net.model->predict(&pass, s->L, w->out);
    tk_skip_add(&m->skip, 1, 1, w->tile, w->out);
    for (size_t l = 0; l < TK_TILE && first + l < g->n; l++)
        for (size_t d = 0; d < s->D; d++)
            y[(first + l) * s->D + d] = w->out[d * TK_TILE + l];
}

static tk_err
run(const tk_trained *m, const golden *g, float *y)
{
    const tk_model_dims *s = &m->net.dims;
    scratch w = {.tile = tk_new(s->L * s->F * TK_TILE, sizeof *w.tile),
                 .out = tk_new(s->D * TK_TILE, sizeof *w.out),
                 .work = tk_new(tk_trained_work(m, s->L), sizeof *w.work)};
    const tk_err err = w.tile && w.out && w.work ? TK_OK : TK_ERUN;

    for (size_t first = 0; !err && first < g->n; first += TK_TILE)
        run_tile(m, g, first, &w, y);
    tk_free(w.work);
    tk_free(w.out);
    tk_free(w.tile);
    return err;
}

tk_err
tk_golden_draw(const tk_trained *m, golden *g)
{
    const tk_model_dims *s = &m->net.dims;

    TK_TRY(tk_golden_alloc(m, WINDOWS, g));
    for (size_t i = 0; i < WINDOWS * s->L * s->F; i++)
        g->x[i] = (float)tk_rng_normal((uint64_t)m->seed, STREAM, i);
    for (size_t i = 0; i < WINDOWS; i++)
        g->band[i] = s->bands ? (int64_t)(i % s->bands) : 0;
    return run(m, g, g->y);
}

tk_err
tk_golden_check(const tk_trained *m, const golden *g, double *worst)
{
    const tk_model_dims *s = &m->net.dims;
    const int64_t bands = s->bands ? (int64_t)s->bands : 1;
    float *y = tk_new(g->n * s->D, sizeof *y);
    size_t at = 0;
    tk_err err = y ? TK_OK : TK_ERUN;

    *worst = 0;
    for (size_t i = 0; i < g->n && !err; i++)
        if (g->band[i] < 0 || g->band[i] >= bands)
            err = tk_fail(TK_EDATA,
                          "golden.band[%zu] = %" PRId64
                          ", the model has %" PRId64 " band%s",
                          i, g->band[i], bands, bands == 1 ? "" : "s");
    if (!err)
        err = run(m, g, y);
    for (size_t i = 0; i < g->n * s->D && !err; i++) {
        const double miss = fabs((double)y[i] - (double)g->y[i]);

        if (!(miss <= *worst) && !isnan(*worst)) {
            *worst = miss;
            at = i;
        }
    }
    if (!err && !(*worst <= GOLDEN_MISS))
        err = tk_fail(TK_EDATA,
                      "the golden outputs are missed by %g, more than %g "
                      "(window %zu, output %zu: %.9g here, %.9g in the file): "
                      "the weights or this build are not what they were",
                      *worst, GOLDEN_MISS, at / s->D, at % s->D, (double)y[at],
                      (double)g->y[at]);
    tk_free(y);
    return err;
}
