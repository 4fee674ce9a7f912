/* explain_known.h -- models whose attributions are known. */
#ifndef TALIK_TESTS_EXPLAIN_KNOWN_H
#define TALIK_TESTS_EXPLAIN_KNOWN_H

#include "check.h"

#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/learn/explain.h"

#define DEPTHS 2
static const double depths[DEPTHS] = {0.1, 1.0};

/* y_d = sum over i of theta_di x_i + theta_d,LF (sum over i of x_i)^2 / 2; the
 * steps are weighted alike by every model here.
 */
static inline size_t
none(const tk_model_dims *s, size_t n)
{
    (void)s;
    return n;
}

static inline size_t
none_of(const tk_model_dims *s, size_t n, size_t T)
{
    (void)s;
    (void)T;
    return n;
}

static inline double
lane_sum(const tk_pass *p, size_t from, size_t j)
{
    const size_t LF = p->net->dims.L * p->net->dims.F;
    double sum = 0;

    for (size_t i = 0; i < LF; i++)
        sum += (double)p->x[(from * p->net->dims.F + i) * p->N + j];
    return sum;
}

static inline void
known_answers(const tk_pass *p, size_t from, float *y)
{
    const size_t F = p->net->dims.F, LF = p->net->dims.L * F;

    for (size_t d = 0; d < p->net->dims.D; d++)
        for (size_t j = 0; j < p->N; j++) {
            const float *w = p->theta + d * (LF + 1);
            const double all = lane_sum(p, from, j);
            double sum = (double)w[LF] * all * all / 2;

            for (size_t i = 0; i < LF; i++)
                sum += (double)w[i] * (double)p->x[(from * F + i) * p->N + j];
            y[d * p->N + j] = (float)sum;
        }
}

static inline void
known_forward(const tk_pass *p, float *y)
{
    known_answers(p, 0, y);
}

static inline void
known_predict(const tk_pass *p, size_t T, float *y)
{
    for (size_t t = 0; t + p->net->dims.L <= T; t++)
        known_answers(p, t, y + t * p->net->dims.D * p->N);
}

static inline void
known_backward(const tk_pass *p, const float *dy, float *dtheta, float *dx)
{
    const size_t LF = p->net->dims.L * p->net->dims.F;

    dtheta[0] += 1; /* as a model would */
    for (size_t j = 0; j < p->N; j++) {
        const double all = lane_sum(p, 0, j);

        for (size_t i = 0; i < LF; i++) {
            double sum = 0;

            for (size_t d = 0; d < p->net->dims.D; d++) {
                const float *w = p->theta + d * (LF + 1);

                sum += (double)dy[d * p->N + j]
                       * ((double)w[i] + (double)w[LF] * all);
            }
            dx[i * p->N + j] = (float)sum;
        }
    }
}

static const tk_model known = {.name = "known",
                               .tape = none,
                               .work = none_of,
                               .forward = known_forward,
                               .backward = known_backward,
                               .predict = known_predict};

static inline void
make_known(size_t L, size_t F, double square, tk_trained *m)
{
    *m = (tk_trained){0};
    m->net.model = &known;
    m->net.dims = (tk_model_dims){.L = L, .F = F, .D = DEPTHS};
    m->net.layout.size = DEPTHS * (L * F + 1);
    m->theta = tk_new(m->net.layout.size, sizeof *m->theta);
    assert_non_null(m->theta);
    for (size_t i = 0; i < m->net.layout.size; i++)
        m->theta[i] = (float)tk_rng_normal(3, 1, i);
    for (size_t d = 0; d < DEPTHS; d++) {
        m->theta[d * (L * F + 1) + L * F] = (float)square;
        m->target_std[d] = 2.5 + (double)d;
        m->target_mean[d] = 270;
        m->depth[d] = depths[d];
    }
}

#endif
