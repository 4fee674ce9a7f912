#include "talik/data/trail.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "talik/core/mem.h"

#define PARTS 0x1p52   /* of a whole    */
#define LARGEST 0x1p50 /* see the header */

/* The sum over one mean's months: whole units, and parts of a unit. */
typedef struct {
    size_t months;
    int64_t *whole, *part; /* [nlane] */
    int32_t *count;        /* [nlane] */
} window;

struct tk_trail {
    size_t nlane, nmean, longest;
    size_t pushed; /* months since the beginning                      */
    float *past;   /* [longest][nlane]: month i is in row i % longest */
    window *mean;  /* [nmean]                                         */
};

static size_t
longest_of(size_t nmean, const size_t *months)
{
    size_t most = 1;

    for (size_t k = 0; k < nmean; k++)
        most = months[k] > most ? months[k] : most;
    return most;
}

size_t
tk_trail_bytes(size_t nmean, const size_t *months)
{
    return longest_of(nmean, months) * sizeof(float)
           + nmean * (2 * sizeof(int64_t) + sizeof(int32_t));
}

tk_err
tk_trail_make(size_t nlane, size_t nmean, const size_t *months,
              tk_trail **trail)
{
    tk_trail *t = tk_new(1, sizeof *t);
    bool ok = t;

    if (t) {
        *t = (tk_trail){.nlane = nlane, .longest = longest_of(nmean, months)};
        t->past = tk_new(t->longest * nlane, sizeof *t->past);
        t->mean = tk_new(nmean, sizeof *t->mean);
        ok = t->past && t->mean;
    }
    for (size_t k = 0; k < nmean && ok; k++) {
        window *w = &t->mean[t->nmean++];

        w->months = months[k];
        w->whole = tk_new(nlane, sizeof *w->whole);
        w->part = tk_new(nlane, sizeof *w->part);
        w->count = tk_new(nlane, sizeof *w->count);
        ok = w->whole && w->part && w->count;
    }
    if (!ok) {
        tk_trail_drop(t);
        t = NULL;
    }
    *trail = t;
    return ok ? TK_OK : TK_ERUN;
}

void
tk_trail_drop(tk_trail *t)
{
    if (!t)
        return;
    for (size_t k = 0; k < t->nmean; k++) {
        tk_free(t->mean[k].whole);
        tk_free(t->mean[k].part);
        tk_free(t->mean[k].count);
    }
    tk_free(t->mean);
    tk_free(t->past);
    tk_free(t);
}

size_t
tk_trail_longest(const tk_trail *t)
{
    return t->longest;
}

void
tk_trail_clear(tk_trail *t)
{
    t->pushed = 0;
    for (size_t k = 0; k < t->nmean; k++) {
        memset(t->mean[k].whole, 0, t->nlane * sizeof *t->mean[k].whole);
        memset(t->mean[k].part, 0, t->nlane * sizeof *t->mean[k].part);
        memset(t->mean[k].count, 0, t->nlane * sizeof *t->mean[k].count);
    }
}

/* Adds a month to a sum, or takes it away (sign -1). */
static void
add(window *w, size_t nlane, const float *x, int sign)
{
    for (size_t l = 0; l < nlane; l++)
        if (!isnan(x[l])) {
            const double down = floor((double)x[l]);

            w->whole[l] += sign * (int64_t)down;
            w->part[l] += sign * (int64_t)(((double)x[l] - down) * PARTS);
            w->count[l] += sign;
        }
}

void
tk_trail_push(tk_trail *t, const float *x)
{
    float *row = t->past + t->pushed % t->longest * t->nlane;

    /* What leaves is taken away before its row is written over. */
    for (size_t k = 0; k < t->nmean; k++) {
        window *w = &t->mean[k];
        const size_t out = (t->pushed - w->months) % t->longest;

        if (t->pushed >= w->months)
            add(w, t->nlane, t->past + out * t->nlane, -1);
    }
    for (size_t l = 0; l < t->nlane; l++)
        row[l] = fabsf(x[l]) < (float)LARGEST ? x[l] : NAN;
    for (size_t k = 0; k < t->nmean; k++)
        add(&t->mean[k], t->nlane, row, 1);
    t->pushed++;
}

void
tk_trail_mean(const tk_trail *t, size_t k, double *mean)
{
    const window *w = &t->mean[k];

    for (size_t l = 0; l < t->nlane; l++) {
        const double sum =
            (double)w->whole[l] + (double)w->part[l] * (1 / PARTS);

        mean[l] = w->count[l] ? sum / (double)w->count[l] : NAN;
    }
}
