/* column_case.h -- a column with everything it needs, for tests. */
#ifndef TALIK_TESTS_COLUMN_CASE_H
#define TALIK_TESTS_COLUMN_CASE_H

#include "check.h"
#include "climates.h"
#include "talik/core/mem.h"
#include "talik/phys/column.h"

#define N TK_TILE

typedef struct {
    tk_column *col;
    tk_ground g;
    size_t nz;
    double *state, *work, *T; /* T[nz][N] */
} column_case;

static inline column_case
case_make(const tk_column_opts *o, const char *profile, size_t ndepth,
          const double *depth)
{
    const tk_profile keys = tk_profile_unset();
    tk_profile p;
    column_case k = {0};

    CHECK_OK(tk_column_make(o, ndepth, depth, &k.col));
    k.nz = tk_column_nodes(k.col);
    CHECK_OK(tk_ground_make(k.nz, &k.g));
    CHECK_OK(tk_profile_make(profile, &keys, &p));
    tk_ground_fill(&p, NULL, tk_column_thickness(k.col), &k.g);
    k.state = tk_new(tk_column_state_size(k.col), sizeof *k.state);
    k.work = tk_new(tk_column_work_size(k.col), sizeof *k.work);
    k.T = tk_new(k.nz * N, sizeof *k.T);
    assert_true(k.state && k.work && k.T);
    return k;
}

static inline void
case_drop(column_case *k)
{
    tk_free(k->T);
    tk_free(k->work);
    tk_free(k->state);
    tk_ground_drop(&k->g);
    tk_column_drop(k->col);
}

/* Starts every cell at T0[N] all the way down. */
static inline void
case_start(column_case *k, const double *T0)
{
    for (size_t i = 0; i < k->nz * N; i++)
        k->T[i] = T0[i % N];
    tk_column_start(k->col, &k->g, k->T, k->state);
}

/* Years of the 64 climates (see climates.h). */
typedef struct {
    size_t years;
    int *days;
    double *tair, *precip;
} case_climate;

static inline case_climate
climate_make(size_t years, double noise)
{
    case_climate c = {.years = years};

    c.days = tk_new(12 * years, sizeof *c.days);
    c.tair = tk_new(12 * years * N, sizeof *c.tair);
    c.precip = tk_new(12 * years * N, sizeof *c.precip);
    assert_true(c.days && c.tair && c.precip);
    climates(years, noise, c.days, c.tair, c.precip);
    return c;
}

static inline void
climate_drop(case_climate *c)
{
    tk_free(c->days);
    tk_free(c->tair);
    tk_free(c->precip);
}

/* Months from..from+n-1 of a climate. */
static inline tk_column_forcing
climate_months(const case_climate *c, size_t from, size_t n)
{
    const size_t all = 12 * c->years;
    const size_t before = from < TK_MONTH_REACH ? from : TK_MONTH_REACH;
    const size_t rest = all - from - n;

    return (tk_column_forcing){
        .nmonth = n,
        .before = before,
        .after = rest < TK_MONTH_REACH ? rest : TK_MONTH_REACH,
        .days = c->days + from - before,
        .tair = c->tair + (from - before) * N,
        .precip = c->precip + from * N,
    };
}

#endif
