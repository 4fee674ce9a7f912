/* What a bias correction did: bias and spread in the reference period by
 * calendar month, and the change of each scenario by season, before it and after
 * it, as means over the grid's land weighted by area.
 *
 * Change   of the last 20 years against the reference period: a difference, or
 *          for multiplicative variables the mean over cells of the change in %.
 *          What of the reference comes after the history is left out here.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "correct_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/io/textfile.h"

#define MONTHS 12

/* Sums over cells of one variable; [2] is before and after. */
typedef struct {
    double area;
    double mean[MONTHS][3], spread[MONTHS][3]; /* observed, before, after */
    double change_area[EXPERIMENTS][WHENS], change[EXPERIMENTS][WHENS][2];
} sums;
#define WIDTH (sizeof(sums) / sizeof(double))

struct correct_sums {
    size_t ntile;
    sums *tile[TK_LIST]; /* [ntile] of each variable */
};

static const char *
when_name(size_t w)
{
    return w ? tk_season_name(w - 1) : "year";
}

tk_err
correct_sums_make(correction *c)
{
    c->sums = tk_new(1, sizeof *c->sums);
    if (!c->sums)
        return TK_ERUN;
    c->sums->ntile = c->run.ntile;
    for (size_t v = 0; v < c->nvar; v++)
        if (!(c->sums->tile[v] = tk_new(c->run.ntile, sizeof(sums))))
            return TK_ERUN;
    return TK_OK;
}

void
correct_sums_drop(correct_sums *s)
{
    if (!s)
        return;
    for (size_t v = 0; v < TK_LIST; v++)
        tk_free(s->tile[v]);
    tk_free(s);
}

/* ---- a cell -------------------------------------------------------------- */

/* Mean and standard deviation of a calendar month of x[n] from `first` on; NaN,
 * and no number in the report, where the history has too few of that month.
 */
static void
moments(const double *x, int first, size_t n, int month, double *mean,
        double *spread)
{
    double sum = 0, square = 0, count = 0;

    for (size_t t = 0; t < n; t++)
        if (tk_month_of_year(first + (int)t) == month) {
            sum += x[t];
            count++;
        }
    *mean = sum / count;
    for (size_t t = 0; t < n; t++)
        if (tk_month_of_year(first + (int)t) == month)
            square += (x[t] - *mean) * (x[t] - *mean);
    *spread = sqrt(square / (count - 1));
}

/* Mean of the year, or of a season. */
static double
mean_of(const double *x, int first, size_t n, size_t when)
{
    double sum = 0, count = 0;

    for (size_t t = 0; t < n; t++)
        if (when == 0 || tk_season_of(first + (int)t) == when - 1) {
            sum += x[t];
            count++;
        }
    return sum / count;
}

static bool
all_there(size_t n, const double *x)
{
    for (size_t t = 0; t < n; t++)
        if (!isfinite(x[t]))
            return false;
    return true;
}

/* The months of the reference that the history has. */
static size_t
compared(const correction *c, int *first)
{
    const int last =
        c->ref_last < c->exp[0].last ? c->ref_last : c->exp[0].last;

    *first = c->ref_first;
    return (size_t)(last - c->ref_first) + 1;
}

static void
add_history(correction *c, size_t v, size_t t, const correct_cell *cell)
{
    sums *s = &c->sums->tile[v][t];
    int first;
    const size_t n = compared(c, &first);
    const double *x[3] = {cell->observed, cell->before + (first - cell->first),
                          cell->after + (first - cell->first)};

    for (size_t w = 0; w < WHENS; w++) {
        cell->history[w][0] = mean_of(x[1], first, n, w);
        cell->history[w][1] = mean_of(x[2], first, n, w);
    }
    if (!all_there(n, x[0]) || !all_there(n, x[1]) || !all_there(n, x[2]))
        return;
    s->area += cell->area;
    for (int m = 0; m < MONTHS; m++)
        for (int k = 0; k < 3; k++) {
            double mean, spread;

            moments(x[k], first, n, m + 1, &mean, &spread);
            s->mean[m][k] += cell->area * mean;
            s->spread[m][k] += cell->area * spread;
        }
}

/* The last whole years of a scenario, 20 at most. */
static size_t
last_years(const experiment *e, int *first)
{
    const size_t have = (size_t)(e->last - e->first + 1) / MONTHS;
    const size_t n = MONTHS * (have < CHANGE_YEARS ? have : CHANGE_YEARS);

    *first = e->last + 1 - (int)n;
    return n;
}

static void
add_change(correction *c, size_t v, size_t e, size_t t,
           const correct_cell *cell)
{
    sums *s = &c->sums->tile[v][t];
    const bool ratio = c->var[v].how.ratio;
    int first;
    const size_t n = last_years(&c->exp[e], &first);

    for (size_t w = 0; w < WHENS && n > 0; w++) {
        const double *from = cell->history[w];
        const double to[2] = {
            mean_of(cell->before + (first - cell->first), first, n, w),
            mean_of(cell->after + (first - cell->first), first, n, w)};
        const double least = ratio ? c->var[v].how.trace : -INFINITY;

        if (!isfinite(from[0] + from[1] + to[0] + to[1])
            || (ratio && !(from[0] > least && from[1] > least)))
            continue;
        s->change_area[e][w] += cell->area;
        for (int k = 0; k < 2; k++)
            s->change[e][w][k] +=
                cell->area
                * (ratio ? 100 * (to[k] / from[k] - 1) : to[k] - from[k]);
    }
}

void
correct_sums_add(correction *c, size_t v, size_t e, size_t t,
                 const correct_cell *cell)
{
    if (e == 0)
        add_history(c, v, t, cell);
    else
        add_change(c, v, e, t, cell);
}

/* ---- the tables ---------------------------------------------------------- */

static const char *
change_units(const correct_var *v)
{
    return v->how.ratio ? "%" : v->units;
}

static double
bias(const sums *s, int m, int k)
{
    return (s->mean[m][k] - s->mean[m][0]) / s->area;
}

static double
ratio(const sums *s, int m, int k)
{
    return s->spread[m][0] > 0 ? s->spread[m][k] / s->spread[m][0] : NAN;
}

static double
change(const sums *s, size_t e, size_t w, int k)
{
    return s->change_area[e][w] > 0 ? s->change[e][w][k] / s->change_area[e][w]
                                    : NAN;
}

static void
say_months(const correct_var *v, const sums *s)
{
    static const char *const month[MONTHS] = {"Jan", "Feb", "Mar", "Apr",
                                              "May", "Jun", "Jul", "Aug",
                                              "Sep", "Oct", "Nov", "Dec"};

    tk_note("\n  %-8s   mean of the    bias, %s          sd / sd of the "
            "reanalysis",
            v->variable, v->units);
    tk_note("             reanalysis    before     after    before     after");
    for (int m = 0; m < MONTHS; m++)
        tk_note("  %s      %12.5g%10.3g%10.3g%10.3f%10.3f", month[m],
                s->mean[m][0] / s->area, bias(s, m, 1), bias(s, m, 2),
                ratio(s, m, 1), ratio(s, m, 2));
}

static void
say_changes(const correction *c, const correct_var *v, const sums *s)
{
    char line[160];
    size_t at = 0;

    if (c->nexp == 1)
        return;
    for (size_t w = 0; w < WHENS; w++)
        at +=
            (size_t)snprintf(line + at, sizeof line - at, "%17s", when_name(w));
    tk_note("  change, %-5s%s", change_units(v), line);
    for (size_t e = 1; e < c->nexp; e++) {
        at = 0;
        for (size_t w = 0; w < WHENS; w++)
            at += (size_t)snprintf(line + at, sizeof line - at, "%8.3g ->%6.3g",
                                   change(s, e, w, 0), change(s, e, w, 1));
        tk_note("  %-13s%s", c->exp[e].name, line);
    }
}

static void
add_line(tk_text *t, const correct_var *v, const char *quantity,
         const char *units, const char *run, const char *when, double observed,
         double before, double after)
{
    const double x[3] = {observed, before, after};

    tk_text_add(t, "%s,%s,%s,%s,%s", v->variable, quantity, units, run, when);
    for (int k = 0; k < 3; k++)
        if (isnan(x[k]))
            tk_text_add(t, ",");
        else
            tk_text_add(t, ",%.6g", x[k]);
    tk_text_add(t, "\n");
}

static void
add_variable(const correction *c, const correct_var *v, const sums *s,
             tk_text *t)
{
    for (int m = 0; m < MONTHS; m++) {
        char when[16];

        snprintf(when, sizeof when, "%d", m + 1);
        add_line(t, v, "bias", v->units, c->exp[0].name, when,
                 s->mean[m][0] / s->area, bias(s, m, 1), bias(s, m, 2));
        add_line(t, v, "sd_ratio", "1", c->exp[0].name, when,
                 s->spread[m][0] / s->area, ratio(s, m, 1), ratio(s, m, 2));
    }
    for (size_t e = 1; e < c->nexp; e++)
        for (size_t w = 0; w < WHENS; w++)
            add_line(t, v, "change", change_units(v), c->exp[e].name,
                     when_name(w), NAN, change(s, e, w, 0), change(s, e, w, 1));
}

tk_err
correct_report(const correction *c)
{
    const tk_config *k = &c->setup->c;
    tk_text t = {0};
    tk_err err = TK_OK;

    tk_text_add(&t, "variable,quantity,units,experiment,when,reanalysis,before,"
                    "after\n");
    for (size_t v = 0; v < c->nvar && !err; v++) {
        sums all;

        err = tk_sum_ordered(c->par, c->run.ntile, WIDTH,
                             (const double *)c->sums->tile[v], (double *)&all);
        if (err)
            break;
        say_months(&c->var[v], &all);
        say_changes(c, &c->var[v], &all);
        add_variable(c, &c->var[v], &all, &t);
    }
    if (!err && c->par->rank == 0)
        err = tk_textfile_write(k->correct.report, k->run.overwrite, &t);
    tk_text_drop(&t);
    err = tk_agree(c->par, err);
    if (!err)
        tk_note("wrote %s", k->correct.report);
    return err;
}
