#include "talik/learn/skip.h"

#include <string.h>

#include "talik/core/mem.h"

static size_t
numbers_of(const tk_skip *s)
{
    return s->D * (s->n * s->L + 1);
}

static tk_err
allocate(tk_skip *s)
{
    s->weight = tk_new(numbers_of(s), sizeof *s->weight);
    if (!s->weight) {
        *s = (tk_skip){0};
        return TK_ERUN;
    }
    s->bias = s->weight + s->D * s->n * s->L;
    return TK_OK;
}

tk_err
tk_skip_make(const tk_features *features, size_t n, const char *const *name,
             size_t D, size_t L, tk_skip *skip)
{
    tk_skip s = {.n = n, .D = D, .L = L, .F = features->n};

    *skip = (tk_skip){0};
    if (n == 0)
        return TK_OK;
    if (n > TK_SKIP)
        return tk_fail(TK_ECONF, "%zu features in a linear skip, at most %d", n,
                       TK_SKIP);
    for (size_t i = 0; i < n; i++) {
        s.feature[i] = tk_features_find(features, name[i]);
        if (s.feature[i] == features->n)
            return tk_fail(TK_ECONF, "'%s' is no input of the model", name[i]);
        for (size_t k = 0; k < i; k++)
            if (s.feature[k] == s.feature[i])
                return tk_fail(TK_ECONF, "'%s' is named twice", name[i]);
    }
    TK_TRY(allocate(&s));
    *skip = s;
    return TK_OK;
}

void
tk_skip_drop(tk_skip *skip)
{
    tk_free(skip->weight);
    *skip = (tk_skip){0};
}

tk_err
tk_skip_copy(const tk_skip *from, tk_skip *to)
{
    *to = *from;
    if (from->n == 0)
        return TK_OK;
    TK_TRY(allocate(to));
    memcpy(to->weight, from->weight, numbers_of(from) * sizeof *to->weight);
    return TK_OK;
}

bool
tk_skip_same(const tk_skip *a, const tk_skip *b)
{
    if (a->n != b->n || a->n == 0)
        return a->n == b->n;
    return a->D == b->D && a->L == b->L && a->F == b->F
           && memcmp(a->feature, b->feature, a->n * sizeof *a->feature) == 0
           && memcmp(a->weight, b->weight, numbers_of(a) * sizeof *a->weight)
                  == 0;
}

/* sum[TK_TILE] of one output, apart from y: a lane's order of additions does not
 * depend on the sign, nor on y.
 */
static void
one_output(const tk_skip *s, size_t d, const float *x, float *sum)
{
    for (size_t l = 0; l < TK_TILE; l++)
        sum[l] = s->bias[d];
    for (size_t f = 0; f < s->n; f++)
        for (size_t k = 0; k < s->L; k++) {
            const float w = s->weight[(d * s->n + f) * s->L + k];
            const float *row = x + (k * s->F + s->feature[f]) * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++)
                sum[l] += w * row[l];
        }
}

void
tk_skip_add(const tk_skip *s, size_t windows, float sign, const float *x,
            float *y)
{
    float sum[TK_TILE];

    for (size_t t = 0; t < windows && s->n > 0; t++)
        for (size_t d = 0; d < s->D; d++) {
            float *row = y + (t * s->D + d) * TK_TILE;

            one_output(s, d, x + t * s->F * TK_TILE, sum);
            for (size_t l = 0; l < TK_TILE; l++)
                row[l] += sign * sum[l];
        }
}

void
tk_skip_slope(const tk_skip *s, size_t d, float *dx)
{
    for (size_t f = 0; f < s->n; f++)
        for (size_t k = 0; k < s->L; k++) {
            const float w = s->weight[(d * s->n + f) * s->L + k];
            float *row = dx + (k * s->F + s->feature[f]) * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++)
                row[l] += w;
        }
}
