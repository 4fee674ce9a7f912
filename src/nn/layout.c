#include "talik/nn/layout.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/rng.h"

/* Streams of the run's seed that belong to first values, one per tensor. */
#define STREAM_INIT ((uint64_t)'w' << 56)

static tk_err
make_room(tk_layout *l)
{
    const size_t room = l->room ? 2 * l->room : 16;
    tk_tensor *larger;

    if (l->n < l->room)
        return TK_OK;
    larger = tk_new(room, sizeof *larger);
    if (!larger)
        return TK_ERUN;
    if (l->n > 0)
        memcpy(larger, l->tensor, l->n * sizeof *larger);
    tk_free(l->tensor);
    l->tensor = larger;
    l->room = room;
    return TK_OK;
}

tk_err
tk_layout_add(tk_layout *l, tk_init init, double scale, int rank,
              const size_t *dim, const char *fmt, ...)
{
    tk_tensor *t;
    size_t size;
    va_list args;
    int length;

    TK_TRY(make_room(l));
    t = &l->tensor[l->n];
    *t = (tk_tensor){.rank = rank,
                     .dim = {1, 1, 1},
                     .offset = l->size,
                     .count = 1,
                     .init = init,
                     .scale = scale};
    va_start(args, fmt);
    length = vsnprintf(t->name, sizeof t->name, fmt, args);
    va_end(args);
    /* Names and shapes may come from a file. */
    if (length <= 0 || (size_t)length >= sizeof t->name)
        return tk_fail(TK_EDATA,
                       "tensor '%s...': a name has 1 to %d characters", t->name,
                       TK_TENSOR_NAME - 1);
    if (rank < 1 || rank > 3)
        return tk_fail(TK_EDATA,
                       "tensor '%s' has %d dimensions, expected 1 to 3",
                       t->name, rank);
    for (int i = 0; i < rank; i++) {
        t->dim[i] = dim[i];
        if (__builtin_mul_overflow(t->count, dim[i], &t->count))
            return tk_fail(TK_ERUN, "%s: too many elements", t->name);
    }
    if (__builtin_add_overflow(l->size, t->count, &size))
        return tk_fail(TK_ERUN, "%s: too many parameters", t->name);
    l->size = size;
    l->n++;
    return TK_OK;
}

tk_err
tk_layout_add_linear(tk_layout *l, size_t out, size_t in, const char *name)
{
    const double bound = 1 / sqrt((double)in);
    const size_t shape[] = {out, in};

    TK_TRY(
        tk_layout_add(l, TK_INIT_UNIFORM, bound, 2, shape, "%s.weight", name));
    return tk_layout_add(l, TK_INIT_UNIFORM, bound, 1, shape, "%s.bias", name);
}

void
tk_layout_drop(tk_layout *l)
{
    tk_free(l->tensor);
    *l = (tk_layout){0};
}

const tk_tensor *
tk_layout_find(const tk_layout *l, const char *name)
{
    for (size_t k = 0; k < l->n; k++)
        if (strcmp(l->tensor[k].name, name) == 0)
            return &l->tensor[k];
    return NULL;
}

/* "[12][3]" */
static void
shape_text(const tk_tensor *t, size_t size, char *text)
{
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < t->rank && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "[%zu]", t->dim[i]);
}

static tk_err
check_shape(const tk_tensor *want, const tk_tensor *given)
{
    char wanted[72], found[72];

    if (!given)
        return tk_fail(TK_EDATA, "tensor '%s' is missing", want->name);
    if (want->rank == given->rank
        && memcmp(want->dim, given->dim, sizeof want->dim) == 0)
        return TK_OK;
    shape_text(want, sizeof wanted, wanted);
    shape_text(given, sizeof found, found);
    return tk_fail(TK_EDATA, "tensor '%s' is %s, expected %s", want->name,
                   found, wanted);
}

tk_err
tk_layout_match(const tk_layout *l, const tk_layout *from)
{
    for (size_t k = 0; k < l->n; k++)
        TK_TRY(check_shape(&l->tensor[k],
                           tk_layout_find(from, l->tensor[k].name)));
    for (size_t k = 0; k < from->n; k++)
        if (!tk_layout_find(l, from->tensor[k].name))
            return tk_fail(TK_EDATA, "tensor '%s' is not part of this model",
                           from->tensor[k].name);
    return TK_OK;
}

tk_err
tk_layout_copy(const tk_layout *l, const tk_layout *from, const tk_real *theirs,
               tk_real *theta)
{
    TK_TRY(tk_layout_match(l, from));
    for (size_t k = 0; k < l->n; k++) {
        const tk_tensor *t = &l->tensor[k];
        const tk_tensor *f = tk_layout_find(from, t->name);

        memcpy(theta + t->offset, theirs + f->offset, t->count * sizeof *theta);
    }
    return TK_OK;
}

static double
first_value(const tk_tensor *t, uint64_t seed, uint64_t stream, size_t i)
{
    switch (t->init) {
    case TK_INIT_UNIFORM:
        return t->scale * (2 * tk_rng_uniform(seed, stream, i) - 1);
    case TK_INIT_NORMAL:
        return t->scale * tk_rng_normal(seed, stream, i);
    case TK_INIT_CONSTANT:
        break;
    }
    return t->scale;
}

void
tk_layout_init(const tk_layout *l, uint64_t seed, tk_real *theta)
{
    for (size_t k = 0; k < l->n; k++) {
        const tk_tensor *t = &l->tensor[k];

        for (size_t i = 0; i < t->count; i++)
            theta[t->offset + i] =
                (tk_real)first_value(t, seed, STREAM_INIT + k, i);
    }
}
