#include "talik/learn/domain.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"

void
tk_domain_drop(tk_domain *d)
{
    tk_free(d->white);
    *d = (tk_domain){0};
}

tk_err
tk_domain_copy(const tk_domain *from, tk_domain *to)
{
    const size_t n = from->n;

    *to = *from;
    to->white = NULL;
    if (n == 0)
        return TK_OK;
    to->white = tk_new(n * n, sizeof *to->white);
    if (!to->white) {
        *to = (tk_domain){0};
        return TK_ERUN;
    }
    memcpy(to->white, from->white, n * n * sizeof *to->white);
    return TK_OK;
}

bool
tk_domain_same(const tk_domain *a, const tk_domain *b)
{
    const size_t n = a->n, bytes = n * sizeof(double);

    return n == b->n && a->limit == b->limit && a->years == b->years
           && memcmp(a->feature, b->feature, n * sizeof *a->feature) == 0
           && memcmp(a->low, b->low, bytes) == 0
           && memcmp(a->high, b->high, bytes) == 0
           && memcmp(a->mean, b->mean, bytes) == 0
           && memcmp(a->spread, b->spread, bytes) == 0
           && (n == 0 || memcmp(a->white, b->white, n * bytes) == 0);
}

#define LARGE 1e12 /* what is larger is no number of a domain */

static bool
is_factor(const tk_domain *d, size_t i)
{
    for (size_t j = 0; j < d->n; j++) {
        const double w = d->white[i * d->n + j];

        if (!(fabs(w) < LARGE) || (i == j && !(w > 0)) || (j > i && w != 0))
            return false;
    }
    return true;
}

tk_err
tk_domain_check(const tk_domain *d, const tk_features *features)
{
    for (size_t i = 0; i < d->n; i++) {
        const size_t f = d->feature[i];

        if (f >= features->n || !tk_domain_takes(&features->f[f])
            || (i > 0 && f <= d->feature[i - 1]))
            return tk_fail(TK_EDATA,
                           "input %zu is none of the model's numbers, or not "
                           "in their order",
                           i + 1);
        if (!(fabs(d->mean[i]) < LARGE && d->spread[i] > 1 / LARGE
              && d->spread[i] < LARGE && d->low[i] > -LARGE
              && d->low[i] <= d->high[i] && d->high[i] < LARGE))
            return tk_fail(TK_EDATA, "the range of '%s' is not sound",
                           features->f[f].name);
        if (!is_factor(d, i))
            return tk_fail(TK_EDATA, "row %zu of the factor is not sound",
                           i + 1);
    }
    if (d->limit > 1 / LARGE && d->limit < LARGE && d->years >= 1
        && d->years <= INT32_MAX)
        return TK_OK;
    return tk_fail(TK_EDATA, "the limit is not sound");
}

bool
tk_domain_takes(const tk_feature *f)
{
    return f->kind == TK_FEAT_DYNAMIC || f->kind == TK_FEAT_SLOW
           || f->kind == TK_FEAT_STATIC;
}

void
tk_domain_month(const tk_domain *d, const float *x, const unsigned char *bad,
                double *year)
{
    for (size_t i = 0; i < d->n; i++) {
        const float *row = x + d->feature[i] * TK_TILE;

        for (size_t l = 0; l < TK_TILE; l++)
            year[i * TK_TILE + l] += (double)row[l];
    }
    for (size_t l = 0; l < TK_TILE; l++)
        year[d->n * TK_TILE + l] += bad[l] != 0;
}

void
tk_domain_means(const tk_domain *d, double *year)
{
    const double *bad = year + d->n * TK_TILE;

    for (size_t i = 0; i < d->n; i++)
        for (size_t l = 0; l < TK_TILE; l++)
            year[i * TK_TILE + l] =
                bad[l] > 0 ? NAN : year[i * TK_TILE + l] / 12;
}

/* Of one input: how far beyond, into `most` where it is the furthest so far. */
static void
excess(const tk_domain *d, size_t i, const double *z, double *most,
       size_t *worst)
{
    for (size_t l = 0; l < TK_TILE; l++) {
        const double below = d->low[i] - z[l], above = z[l] - d->high[i];
        const double far = (below > above ? below : above) / d->spread[i];

        if (far > most[l]) {
            most[l] = far;
            worst[l] = i;
        }
    }
}

void
tk_domain_measure(const tk_domain *d, const double *z, double *beyond,
                  double *distance, size_t *worst)
{
    double row[TK_TILE], square[TK_TILE] = {0};

    for (size_t l = 0; l < TK_TILE; l++) {
        beyond[l] = isnan(z[l]) ? NAN : 0;
        worst[l] = d->n;
    }
    for (size_t i = 0; i < d->n; i++) {
        excess(d, i, z + i * TK_TILE, beyond, worst);
        memset(row, 0, sizeof row);
        for (size_t j = 0; j <= i; j++) {
            const double w = d->white[i * d->n + j] / d->spread[j];

            for (size_t l = 0; l < TK_TILE; l++)
                row[l] += w * (z[j * TK_TILE + l] - d->mean[j]);
        }
        for (size_t l = 0; l < TK_TILE; l++)
            square[l] += row[l] * row[l];
    }
    for (size_t l = 0; l < TK_TILE; l++)
        distance[l] = sqrt(square[l]) / d->limit;
}
