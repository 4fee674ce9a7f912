#include "adjust_impl.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/grid/calendar.h"

#define MONTHS 12

/* A series of the reference period, and its distributions. */
typedef struct {
    tk_adjust_sample s;
    tk_adjust_years all;
    tk_adjust_table table[TK_ADJUST_KINDS];
} reference;

typedef struct {
    const tk_adjust *how;
    reference o, h;
    tk_adjust_sample x;
    size_t span;            /* years of a window */
    tk_adjust_years window; /* the one last asked for */
    bool there;
} job;

const char *
tk_adjust_name(tk_adjust_method method)
{
    static const char *const name[] = {"none", "delta", "eqm", "dqm", "qdm"};

    return name[method];
}

tk_adjust
tk_adjust_defaults(void)
{
    return (tk_adjust){
        .method = TK_ADJUST_QDM,
        .clip = true,
        .span_years = 30,
        .trace = 0.05,
        .ratio_max = 2,
        .seed = 1,
    };
}

static tk_err
check(const tk_adjust *how)
{
    if (how->half_window < 0 || how->half_window > 2)
        return tk_fail(TK_ECONF, "bias correction: %d neighbouring months",
                       how->half_window);
    if (how->quantiles == 1)
        return tk_fail(TK_ECONF, "bias correction: 1 quantile");
    if (how->span_years < 0)
        return tk_fail(TK_ECONF, "bias correction: a window of %d years",
                       how->span_years);
    if (how->ratio && !(how->trace >= 0 && how->ratio_max >= 1))
        return tk_fail(TK_ECONF,
                       "bias correction: trace %g, which must not be negative, "
                       "largest ratio %g, which must be at least 1",
                       how->trace, how->ratio_max);
    return TK_OK;
}

/* What is needed of each kind, or what is lacking. */
static tk_err
enough(const tk_adjust_years *w, size_t kind, const char *what)
{
    if (w->count[kind] >= TK_ADJUST_LEAST)
        return TK_OK;
    if (w->s->kinds == 1)
        return tk_fail(TK_EDATA, "bias correction: %s: %g months, %d needed",
                       what, w->count[kind], TK_ADJUST_LEAST);
    return tk_fail(TK_EDATA,
                   "bias correction: %s: %g values of calendar month %zu, %d "
                   "needed",
                   what, w->count[kind], kind + 1, TK_ADJUST_LEAST);
}

/* ---- memory: one block for a series --------------------------------------- */

static size_t
table_size(const tk_adjust *how, const tk_adjust_sample *s)
{
    const size_t room = tk_adjust_room(how, s);

    return how->quantiles > room ? how->quantiles : room;
}

static double *
lay_out(const tk_adjust *how, reference *r, double *at)
{
    r->s.v = at;
    at += MONTHS * r->s.years;
    for (size_t k = 0; k < r->s.kinds; k++) {
        r->table[k].q = at;
        at += table_size(how, &r->s);
    }
    return at;
}

static size_t
size_of(const tk_adjust *how, const reference *r)
{
    return MONTHS * r->s.years
           + (r->s.kinds + 1) * table_size(how, &r->s); /* and work space */
}

/* ---- the methods ----------------------------------------------------------- */

static tk_err
make_reference(const tk_adjust *how, const char *what, double *work,
               reference *r)
{
    r->all = tk_adjust_years_of(how, &r->s, 0, r->s.years);
    for (size_t k = 0; k < r->s.kinds; k++)
        TK_TRY(enough(&r->all, k, what));
    if (how->method == TK_ADJUST_EQM || how->method == TK_ADJUST_DQM
        || how->method == TK_ADJUST_QDM)
        for (size_t k = 0; k < r->s.kinds; k++)
            tk_adjust_tabulate(how, &r->all, k, work, &r->table[k]);
    return TK_OK;
}

/* The window of a month: centred, or the nearest one that is whole. */
static const tk_adjust_years *
window_of(job *j, int month)
{
    const size_t year = (size_t)(tk_month_year(month) - j->x.first);
    const size_t last = j->x.years - j->span, before = j->span / 2;
    size_t from = year > before ? year - before : 0;

    from = from < last ? from : last;
    if (!j->there || j->window.from != from)
        j->window = tk_adjust_years_of(j->how, &j->x, from, j->span);
    j->there = true;
    return &j->window;
}

/* x with a change of the mean, and without it.  A dry value has no part in it. */
static double
with(const tk_adjust *how, double x, double change)
{
    if (!how->ratio)
        return x + change;
    return tk_adjust_dry(how, x) ? x : x * change;
}

static double
without(const tk_adjust *how, double x, double change)
{
    if (!how->ratio)
        return x - change;
    return tk_adjust_dry(how, x) || !(change > 0) ? x : x / change;
}

static double
map(const job *j, size_t kind, double x, bool clip)
{
    const tk_adjust_table *o = &j->o.table[kind], *h = &j->h.table[kind];
    const double low = h->q[0], high = h->q[h->n - 1];

    if (!clip && x < low)
        return with(j->how, x, tk_adjust_change(j->how, o->q[0], low));
    if (!clip && x > high)
        return with(j->how, x, tk_adjust_change(j->how, o->q[o->n - 1], high));
    return tk_adjust_at(o, tk_adjust_of(h, x));
}

static double
detrended(const job *j, const tk_adjust_years *w, size_t kind, double x)
{
    const double change =
        tk_adjust_change(j->how, w->mean[kind], j->h.all.mean[kind]);

    return with(j->how, map(j, kind, without(j->how, x, change), false),
                change);
}

static double
delta_mapped(const job *j, const tk_adjust_years *w, size_t kind, double x)
{
    const double p = tk_adjust_rank(j->how, w, kind, x);
    const double o = tk_adjust_at(&j->o.table[kind], p);
    const double h = tk_adjust_at(&j->h.table[kind], p);

    if (!j->how->ratio)
        return o + (x - h);
    /* The quotient of two random numbers says nothing. */
    return tk_adjust_dry(j->how, x) && tk_adjust_dry(j->how, h)
               ? o
               : o * tk_adjust_change(j->how, x, h);
}

static tk_err
correct(job *j, int month, double *out)
{
    const double x = *tk_adjust_place(&j->x, month);
    const size_t kind = tk_adjust_kind(&j->x, month);
    const tk_adjust_years *w;

    switch (j->how->method) {
    case TK_ADJUST_DELTA:
        *out = with(
            j->how, x,
            tk_adjust_change(j->how, j->o.all.mean[kind], j->h.all.mean[kind]));
        break;
    case TK_ADJUST_EQM:
        *out = map(j, kind, x, j->how->clip);
        break;
    case TK_ADJUST_DQM:
    case TK_ADJUST_QDM:
        w = window_of(j, month);
        TK_TRY(enough(w, kind, "a window of the run"));
        *out = j->how->method == TK_ADJUST_DQM ? detrended(j, w, kind, x)
                                               : delta_mapped(j, w, kind, x);
        break;
    default:
        *out = x;
    }
    if (tk_adjust_dry(j->how, *out))
        *out = 0;
    return TK_OK;
}

static tk_err
run(job *j, double *work, int first, size_t n, double *out)
{
    TK_TRY(make_reference(j->how, "observed", work, &j->o));
    TK_TRY(make_reference(j->how, "modelled", work, &j->h));
    for (size_t i = 0; i < n; i++) {
        const int month = first + (int)i;

        if (isnan(*tk_adjust_place(&j->x, month)))
            out[i] = NAN;
        else
            TK_TRY(correct(j, month, &out[i]));
    }
    return TK_OK;
}

tk_err
tk_adjust_series(const tk_adjust *how, uint64_t cell, int obs_first,
                 size_t nobs, const double *observed, int model_first,
                 size_t nmodel, const double *modelled, int first, size_t n,
                 const double *x, double *out)
{
    const uint64_t stream = 2 * cell; /* history and run: the same numbers */
    job j = {.how = how};
    double *block, *at;
    size_t years;
    tk_err err;

    TK_TRY(check(how));
    if (n == 0)
        return TK_OK;
    if (how->method == TK_ADJUST_NONE) {
        memmove(out, x, n * sizeof *x);
        return TK_OK;
    }
    j.o.s = tk_adjust_sample_of(how->pooled, obs_first, nobs);
    j.h.s = tk_adjust_sample_of(how->pooled, model_first, nmodel);
    j.x = tk_adjust_sample_of(how->pooled, first, n);
    years = (size_t)how->span_years;
    j.span = years > 0 && years < j.x.years ? years : j.x.years;

    block = tk_new(size_of(how, &j.o) + size_of(how, &j.h) + MONTHS * j.x.years,
                   sizeof *block);
    if (!block)
        return TK_ERUN;
    at = lay_out(how, &j.o, block);
    at = lay_out(how, &j.h, at);
    j.x.v = at;
    tk_adjust_fill(how, stream, obs_first, nobs, observed, &j.o.s);
    tk_adjust_fill(how, stream + 1, model_first, nmodel, modelled, &j.h.s);
    tk_adjust_fill(how, stream + 1, first, n, x, &j.x);
    err = run(&j, at + MONTHS * j.x.years, first, n, out);
    tk_free(block);
    return err;
}
