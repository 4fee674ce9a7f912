#include "adjust_impl.h"

#include <math.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "talik/core/rng.h"
#include "talik/grid/calendar.h"

#define MONTHS 12
#define NEARLY_NOTHING 10 /* traces */

tk_adjust_sample
tk_adjust_sample_of(bool pooled, int first, size_t n)
{
    const int year = tk_month_year(first);
    const int last = tk_month_year(first + (int)n - 1);

    return (tk_adjust_sample){
        .kinds = pooled ? 1 : MONTHS,
        .per = pooled ? MONTHS : 1,
        .years = n > 0 ? (size_t)(last - year + 1) : 0,
        .first = year,
    };
}

size_t
tk_adjust_kind(const tk_adjust_sample *s, int month)
{
    return s->kinds > 1 ? (size_t)(tk_month_of_year(month) - 1) : 0;
}

double *
tk_adjust_place(const tk_adjust_sample *s, int month)
{
    const size_t year = (size_t)(tk_month_year(month) - s->first);
    const size_t of_year = (size_t)(tk_month_of_year(month) - 1);

    return s->v
           + (s->kinds > 1 ? of_year * s->years + year
                           : year * s->per + of_year);
}

bool
tk_adjust_dry(const tk_adjust *how, double x)
{
    return how->ratio && x < how->trace;
}

void
tk_adjust_fill(const tk_adjust *how, uint64_t stream, int first, size_t n,
               const double *x, tk_adjust_sample *s)
{
    for (size_t i = 0; i < MONTHS * s->years; i++)
        s->v[i] = NAN;
    for (size_t i = 0; i < n; i++) {
        const int month = first + (int)i;
        double value = isfinite(x[i]) ? x[i] : NAN;

        if (tk_adjust_dry(how, value))
            value =
                how->trace * tk_rng_uniform(how->seed, stream, (uint64_t)month);
        *tk_adjust_place(s, month) = value;
    }
}

tk_adjust_years
tk_adjust_years_of(const tk_adjust *how, const tk_adjust_sample *s, size_t from,
                   size_t years)
{
    tk_adjust_years w = {.s = s, .from = from, .years = years};

    for (size_t k = 0; k < s->kinds; k++) {
        const double *v = s->v + (k * s->years + from) * s->per;
        double sum = 0;

        for (size_t i = 0; i < years * s->per; i++)
            if (!isnan(v[i])) {
                w.count[k] += 1;
                sum += tk_adjust_dry(how, v[i]) ? 0 : v[i];
            }
        w.mean[k] = sum / w.count[k];
    }
    return w;
}

double
tk_adjust_change(const tk_adjust *how, double y, double x)
{
    double q;

    if (!how->ratio)
        return y - x;
    if (!(x > 0))
        return y > 0 ? how->ratio_max : 1;
    q = y / x;
    return x < NEARLY_NOTHING * how->trace ? fmin(q, how->ratio_max) : q;
}

/* What moves a neighbour's values to the mean of the kind. */
static double
move(const tk_adjust *how, const tk_adjust_years *w, size_t kind,
     size_t neighbour)
{
    const double to = w->mean[kind], mean = w->mean[neighbour];

    if (!how->ratio)
        return to - mean;
    if (!(mean > 0))
        return 1;
    return fmax(fmin(to / mean, how->ratio_max), 1 / how->ratio_max);
}

static inline double
moved(const tk_adjust *how, double x, double by)
{
    if (!how->ratio)
        return x + by;
    return x < how->trace ? x : x * by;
}

static size_t
reach(const tk_adjust *how, const tk_adjust_sample *s)
{
    return s->kinds > 1 ? (size_t)how->half_window : 0;
}

/* The j-th of the kinds that make a distribution, and its values. */
static size_t
member(const tk_adjust_years *w, size_t kind, size_t span, size_t j,
       const double **v)
{
    const size_t k = (kind + w->s->kinds + j - span) % w->s->kinds;

    *v = w->s->v + (k * w->s->years + w->from) * w->s->per;
    return k;
}

size_t
tk_adjust_room(const tk_adjust *how, const tk_adjust_sample *s)
{
    return (2 * reach(how, s) + 1) * s->years * s->per;
}

void
tk_adjust_tabulate(const tk_adjust *how, const tk_adjust_years *w, size_t kind,
                   double *work, tk_adjust_table *table)
{
    const size_t span = reach(how, w->s);
    double *sorted = how->quantiles ? work : table->q;
    size_t n = 0;

    for (size_t j = 0; j <= 2 * span; j++) {
        const double *v;
        const size_t k = member(w, kind, span, j, &v);
        const double by = move(how, w, kind, k);

        for (size_t i = 0; i < w->years * w->s->per; i++)
            if (!isnan(v[i]))
                sorted[n++] = moved(how, v[i], by);
    }
    gsl_sort(sorted, 1, n);
    table->n = how->quantiles ? how->quantiles : n;
    for (size_t i = 0; i < how->quantiles; i++)
        table->q[i] = gsl_stats_quantile_from_sorted_data(
            sorted, 1, n, (double)i / (double)(how->quantiles - 1));
}

/* What is missing compares false.  No branches: this loop takes the time. */
static void
compare(const tk_adjust *how, const double *v, size_t n, double by, double x,
        double count[2])
{
    uint64_t less = 0, equal = 0;

    for (size_t i = 0; i < n; i++) {
        const double y = moved(how, v[i], by);

        less += y < x;
        equal += y == x;
    }
    count[0] += (double)less;
    count[1] += (double)equal;
}

double
tk_adjust_rank(const tk_adjust *how, const tk_adjust_years *w, size_t kind,
               double x)
{
    const size_t span = reach(how, w->s);
    double count[2] = {0}, n = 0;

    for (size_t j = 0; j <= 2 * span; j++) {
        const double *v;
        const size_t k = member(w, kind, span, j, &v);

        n += w->count[k];
        compare(how, v, w->years * w->s->per, move(how, w, kind, k), x, count);
    }
    return n > 1 ? (count[0] + 0.5 * (count[1] - 1)) / (n - 1) : 0.5;
}

double
tk_adjust_at(const tk_adjust_table *table, double p)
{
    return gsl_stats_quantile_from_sorted_data(table->q, 1, table->n, p);
}

/* How many are below x, or at most x. */
static size_t
below(const tk_adjust_table *table, double x, bool with_equal)
{
    size_t lo = 0, hi = table->n;

    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;

        if (table->q[mid] < x || (with_equal && table->q[mid] == x))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

double
tk_adjust_of(const tk_adjust_table *table, double x)
{
    const size_t less = below(table, x, false), most = below(table, x, true);
    const double last = (double)(table->n - 1);
    const double *q = table->q + less;

    if (less < most)
        return 0.5 * (double)(less + most - 1) / last;
    if (less == 0)
        return 0;
    if (less == table->n)
        return 1;
    return ((double)(less - 1) + (x - q[-1]) / (q[0] - q[-1])) / last;
}
