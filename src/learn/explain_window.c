/* Expected gradients of one window: lines from every background window to it,
 * 64 points of them in a pass.
 */
#include <string.h>

#include "explain_impl.h"
#include "talik/core/mem.h"
#include "talik/core/rng.h"

#define LANES TK_TILE /* of a pass */

struct tk_explainer {
    const tk_trained *m;
    uint64_t seed;
    size_t n, points; /* background windows; alphas for each */
    const float *background;
    float *path, *delta, *dx;    /* [L][F][LANES] */
    float *y, *dy;               /* [D][LANES]    */
    float *tape, *work, *dtheta; /* of the model */
    double *alpha;               /* [n][points] */
    uint32_t *order;             /* [n]       */
    int band[LANES];
};

tk_err
tk_explainer_make(const tk_trained *m, uint64_t seed, size_t n,
                  const float *background, size_t points,
                  tk_explainer **explainer)
{
    const size_t LFN = m->net.dims.L * m->net.dims.F * LANES;
    const size_t DN = m->net.dims.D * LANES;
    tk_explainer *e = tk_new(1, sizeof *e);

    *explainer = e;
    if (!e)
        return TK_ERUN;
    e->m = m;
    e->seed = seed;
    e->n = n;
    e->points = points;
    e->background = background;
    e->path = tk_new(LFN, sizeof *e->path);
    e->delta = tk_new(LFN, sizeof *e->delta);
    e->dx = tk_new(LFN, sizeof *e->dx);
    e->y = tk_new(DN, sizeof *e->y);
    e->dy = tk_new(DN, sizeof *e->dy);
    e->tape = tk_new(tk_net_tape(&m->net, LANES), sizeof *e->tape);
    e->work =
        tk_new(tk_net_work(&m->net, LANES, m->net.dims.L), sizeof *e->work);
    e->dtheta = tk_new(m->net.layout.size, sizeof *e->dtheta);
    e->alpha = tk_new(n * points, sizeof *e->alpha);
    e->order = tk_new(n, sizeof *e->order);
    if (e->path && e->delta && e->dx && e->y && e->dy && e->tape && e->work
        && e->dtheta && e->alpha && e->order)
        return TK_OK;
    tk_explainer_drop(e);
    *explainer = NULL;
    return TK_ERUN;
}

void
tk_explainer_drop(tk_explainer *e)
{
    if (!e)
        return;
    tk_free(e->path);
    tk_free(e->delta);
    tk_free(e->dx);
    tk_free(e->y);
    tk_free(e->dy);
    tk_free(e->tape);
    tk_free(e->work);
    tk_free(e->dtheta);
    tk_free(e->alpha);
    tk_free(e->order);
    tk_free(e);
}

static tk_pass
pass_of(tk_explainer *e)
{
    return (tk_pass){.net = &e->m->net,
                     .N = LANES,
                     .theta = e->m->theta,
                     .x = e->path,
                     .band = e->band,
                     .tape = e->tape,
                     .work = e->work};
}

/* The alphas of all lines.  Each line has a pair in each part of (0, 1), in
 * another n-th of the part than any other line.
 */
static void
draw_alphas(tk_explainer *e, uint64_t index)
{
    const size_t n = e->n, P = e->points;

    for (size_t h = 0; h < P / 2; h++) {
        const uint64_t s = draw_stream(DRAW_ALPHA, index * P + 2 * h);

        tk_rng_shuffle(e->seed, s, n, e->order);
        for (size_t b = 0; b < n; b++) {
            const double v = tk_rng_uniform(e->seed, s + 1, b);
            const double u = ((double)e->order[b] + v) / (double)n;

            e->alpha[b * P + 2 * h] = 2 * ((double)h + u) / (double)P;
            e->alpha[b * P + 2 * h + 1] = 2 * ((double)h + 1 - u) / (double)P;
        }
    }
}

/* Lane j of path, x' + alpha (x - x'), and of delta, x - x'. */
static void
set_lane(tk_explainer *e, size_t j, size_t b, double alpha, const float *x)
{
    const size_t LF = e->m->net.dims.L * e->m->net.dims.F;
    const float *from = e->background + b * LF;

    for (size_t i = 0; i < LF; i++) {
        const double delta = (double)x[i] - (double)from[i];

        e->delta[i * LANES + j] = (float)delta;
        e->path[i * LANES + j] = (float)((double)from[i] + alpha * delta);
    }
}

/* f(x), and the mean of f over the background. */
static void
answers(tk_explainer *e, const float *x, double *answer, double *base)
{
    const size_t D = e->m->net.dims.D;
    const tk_pass pass = pass_of(e);

    memset(base, 0, D * sizeof *base);
    for (size_t first = 0; first < e->n + 1; first += LANES) {
        for (size_t j = 0; j < LANES; j++) { /* window 0 is x itself */
            const size_t k = first + j <= e->n ? first + j : e->n;

            set_lane(e, j, k ? k - 1 : 0, k ? 0 : 1, x);
        }
        pass.net->model->forward(&pass, e->y);
        tk_skip_add(&e->m->skip, 1, 1, e->path, e->y);
        for (size_t d = 0; d < D; d++)
            for (size_t j = 0; j < LANES && first + j <= e->n; j++) {
                const double f =
                    (double)e->y[d * LANES + j] * e->m->target_std[d];

                if (first + j == 0)
                    answer[d] = f;
                else
                    base[d] += f / (double)e->n;
            }
    }
}

/* Adds depth d's share of the first `used` points of a pass. */
static void
add_gradients(tk_explainer *e, size_t d, size_t used, double *attribution)
{
    const size_t D = e->m->net.dims.D;
    const size_t LF = e->m->net.dims.L * e->m->net.dims.F;
    const double scale = e->m->target_std[d] / (double)(e->n * e->points);
    const tk_pass pass = pass_of(e);

    for (size_t i = 0; i < D * LANES; i++)
        e->dy[i] = i / LANES == d;
    pass.net->model->backward(&pass, e->dy, e->dtheta, e->dx);
    tk_skip_slope(&e->m->skip, d, e->dx);
    for (size_t i = 0; i < LF; i++) {
        const float *delta = e->delta + i * LANES, *dx = e->dx + i * LANES;
        double sum = 0;

        for (size_t j = 0; j < used; j++)
            sum += (double)delta[j] * (double)dx[j];
        attribution[d * LF + i] += scale * sum;
    }
}

void
tk_explain_window(tk_explainer *e, uint64_t index, const float *x, int band,
                  double *attribution, double *answer, double *base)
{
    const tk_model_dims *s = &e->m->net.dims;
    const size_t points = e->n * e->points;
    const tk_pass pass = pass_of(e);

    for (size_t j = 0; j < LANES; j++)
        e->band[j] = band;
    answers(e, x, answer, base);
    draw_alphas(e, index);
    memset(attribution, 0, s->D * s->L * s->F * sizeof *attribution);
    memset(e->dtheta, 0, e->m->net.layout.size * sizeof *e->dtheta);
    for (size_t first = 0; first < points; first += LANES) {
        const size_t used = points - first < LANES ? points - first : LANES;

        for (size_t j = 0; j < LANES; j++) {
            const size_t q = first + (j < used ? j : used - 1);

            set_lane(e, j, q / e->points, e->alpha[q], x);
        }
        pass.net->model->forward(&pass, e->y);
        for (size_t d = 0; d < s->D; d++)
            add_gradients(e, d, used, attribution);
    }
}
