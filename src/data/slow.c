/* Slow means: what they remember of a run of tiles, and their values. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "inputs_impl.h"
#include "talik/core/mem.h"
#include "talik/data/trail.h"

#define NOTHING INT_MIN

struct tk_past {
    int next;                     /* month that it waits for, or NOTHING */
    tk_trail *trail[TK_FEATURES]; /* of dynamic features; NULL: no mean  */
    double *mean, *taken;         /* [nlane] */
};

/* ---- which means --------------------------------------------------------- */

tk_err
tk_slow_units(tk_features *features)
{
    TK_TRY(tk_features_check(features));
    for (size_t i = 0; i < features->n; i++) {
        tk_feature *f = &features->f[i];
        const tk_feature *base;

        if (!tk_feature_has_base(f))
            continue;
        base = &features->f[tk_features_base(features, f)];
        if (!*f->units)
            memcpy(f->units, base->units, sizeof f->units);
        if (strcmp(f->units, base->units) != 0)
            return tk_fail(TK_EDATA,
                           "feature '%s' is in '%s', its monthly input in '%s'",
                           f->name, f->units, base->units);
    }
    return TK_OK;
}

/* The slow means of dynamic feature i: where they are, over how long, and from
 * entry `count` of months on what is taken off those that are differences, in
 * their order.
 */
typedef struct {
    size_t count, all;
    size_t place[TK_FEATURES], months[2 * TK_FEATURES];
} means;

static means
means_of(const tk_features *features, size_t i)
{
    means m = {0};

    for (size_t k = 0; k < features->n; k++) {
        const tk_feature *f = &features->f[k];

        if (f->kind != TK_FEAT_SLOW || tk_features_base(features, f) != i)
            continue;
        m.place[m.count] = k;
        m.months[m.count++] = f->months;
    }
    m.all = m.count;
    for (size_t k = 0; k < m.count; k++)
        if (features->f[m.place[k]].less)
            m.months[m.all++] = features->f[m.place[k]].less;
    return m;
}

/* ---- the past ------------------------------------------------------------ */

size_t
tk_past_bytes(const tk_inputs *in)
{
    size_t bytes = 0;

    for (size_t i = 0; i < in->features->n; i++) {
        const means m = means_of(in->features, i);

        if (m.count)
            bytes += tk_trail_bytes(m.all, m.months);
    }
    return bytes ? bytes + 2 * sizeof(double) : 0;
}

tk_err
tk_past_make(const tk_inputs *in, size_t nlane, tk_past **past)
{
    tk_past *p;
    tk_err err = TK_OK;

    *past = NULL;
    if (!tk_past_bytes(in))
        return TK_OK;
    p = tk_new(1, sizeof *p);
    if (!p)
        return TK_ERUN;
    p->next = NOTHING;
    p->mean = tk_new(2 * nlane, sizeof *p->mean);
    if (!p->mean)
        err = TK_ERUN;
    else
        p->taken = p->mean + nlane;
    for (size_t i = 0; i < in->features->n && !err; i++) {
        const means m = means_of(in->features, i);

        if (m.count)
            err = tk_trail_make(nlane, m.all, m.months, &p->trail[i]);
    }
    if (err)
        tk_past_drop(p);
    else
        *past = p;
    return err;
}

void
tk_past_drop(tk_past *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < TK_FEATURES; i++)
        tk_trail_drop(p->trail[i]);
    tk_free(p->mean);
    tk_free(p);
}

/* ---- months -------------------------------------------------------------- */

/* Raw values of a month without those that no mean may hold. */
static void
leave_out(const tk_inputs *in, size_t i, size_t nlane, float *raw)
{
    for (size_t l = 0; l < nlane; l++)
        if (tk_inputs_judge(in, i, raw[l]))
            raw[l] = NAN;
}

/* **Collective.**  The trail of dynamic feature i from where its longest mean
 * at `first` begins.
 */
static tk_err
begin_trail(const tk_inputs *in, size_t i, const tk_run *run, int first,
            size_t piece, float *raw, tk_trail *trail)
{
    const int before = (int)tk_trail_longest(trail) - 1;
    int month = first - before > in->first ? first - before : in->first;

    tk_trail_clear(trail);
    while (month < first) {
        const size_t left = (size_t)(first - month);
        const size_t n = left < piece ? left : piece;

        TK_TRY(tk_series_read(in->series[i], run, month, n, raw));
        leave_out(in, i, n * run->nlane, raw);
        for (size_t m = 0; m < n; m++)
            tk_trail_push(trail, raw + m * run->nlane);
        month += (int)n;
    }
    return TK_OK;
}

tk_err
tk_slow_begin(const tk_inputs *in, const tk_run *run, int first, size_t piece,
              float *raw, tk_past *past)
{
    const bool follows = past->next == first;

    past->next = NOTHING; /* until all was taken */
    for (size_t i = 0; i < in->features->n && !follows; i++)
        if (past->trail[i])
            TK_TRY(begin_trail(in, i, run, first, piece, raw, past->trail[i]));
    return TK_OK;
}

void
tk_slow_end(tk_past *past, int next)
{
    past->next = next;
}

/* Means of one month into the row of feature f in tile t's month.  Where there
 * is none the month itself is bad, but for a value too large for a sum.
 */
static void
put_row(const tk_feature *f, const double *mean, float *row, unsigned char *why)
{
    for (size_t l = 0; l < TK_TILE; l++) {
        if (isnan(mean[l]) && !why[l])
            why[l] = TK_CELL_RANGE;
        row[l] = isnan(mean[l]) ? 0 : (float)((mean[l] - f->mean) / f->std);
    }
}

static void
take_off(const tk_trail *trail, size_t k, size_t nlane, tk_past *past)
{
    tk_trail_mean(trail, k, past->taken);
    for (size_t l = 0; l < nlane; l++)
        past->mean[l] -= past->taken[l];
}

void
tk_slow_take(const tk_inputs *in, size_t i, const tk_run *run, size_t n,
             size_t at, size_t room, float *raw, tk_past *past, float *x,
             unsigned char *bad)
{
    const size_t F = in->features->n;
    const means all = means_of(in->features, i);

    leave_out(in, i, n * run->nlane, raw);
    for (size_t m = 0; m < n && all.count; m++) {
        size_t taken = all.count;

        tk_trail_push(past->trail[i], raw + m * run->nlane);
        for (size_t k = 0; k < all.count; k++) {
            const tk_feature *f = &in->features->f[all.place[k]];

            tk_trail_mean(past->trail[i], k, past->mean);
            if (f->less)
                take_off(past->trail[i], taken++, run->nlane, past);
            for (size_t t = 0; t < run->ntile; t++) {
                const size_t month = t * room + at + m;

                put_row(f, past->mean + t * TK_TILE,
                        x + (month * F + all.place[k]) * TK_TILE,
                        bad + month * TK_TILE);
            }
        }
    }
}
