#include "talik/nn/optim.h"

#include <tgmath.h>

void
tk_adamw_step(const tk_adamw *o, uint64_t t, double lr, size_t n,
              const tk_real *g, tk_real *m, tk_real *v, tk_real *theta)
{
    const double bias1 = 1 - pow(o->beta1, (double)t);
    const double bias2 = 1 - pow(o->beta2, (double)t);
    const tk_real b1 = (tk_real)o->beta1, c1 = (tk_real)(1 - o->beta1);
    const tk_real b2 = (tk_real)o->beta2, c2 = (tk_real)(1 - o->beta2);
    const tk_real keep = (tk_real)(1 - lr * o->decay);
    const tk_real step = (tk_real)(lr / bias1);
    const tk_real root = (tk_real)sqrt(bias2), eps = (tk_real)o->eps;

    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + c1 * g[i];
        v[i] = b2 * v[i] + c2 * g[i] * g[i];
        theta[i] = keep * theta[i] - step * m[i] / (sqrt(v[i]) / root + eps);
    }
}

void
tk_scale(size_t n, double factor, tk_real *g)
{
    const tk_real f = (tk_real)factor;

    for (size_t i = 0; i < n; i++)
        g[i] *= f;
}

double
tk_norm(size_t n, const tk_real *g)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)g[i] * (double)g[i];
    return sqrt(sum);
}

double
tk_clip(size_t n, double most, tk_real *g)
{
    const double norm = tk_norm(n, g);

    /* PyTorch adds 1e-6 too. */
    if (most > 0 && norm + 1e-6 > most)
        tk_scale(n, most / (norm + 1e-6), g);
    return norm;
}

double
tk_rate_at(const tk_rate *r, const tk_plateau *p, uint64_t t)
{
    const double pi = 3.141592653589793;
    double part;

    if (t < r->warmup)
        return r->peak * (double)t / (double)r->warmup;
    switch (r->kind) {
    case TK_RATE_COSINE:
        if (t >= r->total)
            return r->low;
        part = (double)(t - r->warmup) / (double)(r->total - r->warmup);
        return r->low + (r->peak - r->low) * (1 + cos(pi * part)) / 2;
    case TK_RATE_PLATEAU:
        return fmax(r->low, r->peak * p->scale);
    case TK_RATE_CONSTANT:
        break;
    }
    return r->peak;
}

void
tk_plateau_epoch(const tk_rate *r, double loss, tk_plateau *p)
{
    if (loss < p->best * (1 - 1e-4)) {
        p->best = loss;
        p->vain = 0;
    } else if (++p->vain > r->patience) {
        p->scale *= r->factor;
        p->vain = 0;
    }
}
