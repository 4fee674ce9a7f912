/* Who takes part in an evaluation, and in which months. */
#include <stdio.h>
#include <string.h>

#include "evaluate_impl.h"

/* ---- who takes part ------------------------------------------------------ */

static const char *
architecture(const tk_contest *c, size_t i)
{
    return c->model[i].model->net.model->name;
}

/* Of one architecture, and both with or both without a carried state. */
static bool
akin(const tk_contest *c, size_t i, size_t k)
{
    return strcmp(architecture(c, i), architecture(c, k)) == 0
           && c->model[i].model->state == c->model[k].model->state;
}

static void
name_kind(const tk_contest *c, size_t i, tk_predictor *p)
{
    snprintf(p->name, sizeof p->name, "%s%s", architecture(c, i),
             c->model[i].model->state == TK_STATE_CARRY ? " carried" : "");
}

/* "gru", or "gru 3" by its seed where there are several; "gru 3 (2)" is the
 * second one with that seed.
 */
static void
name_model(const tk_contest *c, size_t i, tk_predictor *p)
{
    size_t kin = 0, twins = 0, n;
    const long long seed = c->model[i].model->seed;

    for (size_t k = 0; k < c->nmodel; k++)
        if (akin(c, k, i)) {
            kin++;
            twins += k < i && c->model[k].model->seed == seed;
        }
    name_kind(c, i, p);
    n = strlen(p->name);
    if (kin > 1)
        snprintf(p->name + n, sizeof p->name - n, " %lld", seed);
    n = strlen(p->name);
    if (twins)
        snprintf(p->name + n, sizeof p->name - n, " (%zu)", twins + 1);
}

static tk_predictor *
add(tk_verdict *v, tk_predictor_kind kind, size_t first, size_t count)
{
    tk_predictor *p = &v->predictor[v->npredictor++];

    *p = (tk_predictor){.kind = kind, .first = first, .count = count};
    return p;
}

/* Members of an architecture, and their mean where they are several. */
static void
add_means(const tk_contest *c, tk_verdict *v)
{
    size_t n = 0;

    for (size_t i = 0; i < c->nmodel; i++) {
        const size_t first = n;
        bool seen = false;

        for (size_t k = 0; k < i; k++)
            seen = seen || akin(c, k, i);
        for (size_t k = i; k < c->nmodel && !seen; k++)
            if (akin(c, k, i))
                v->member[n++] = k;
        if (n - first > 1) {
            tk_predictor *p = add(v, TK_BY_MEAN, first, n - first);
            size_t used;

            name_kind(c, i, p);
            used = strlen(p->name);
            snprintf(p->name + used, sizeof p->name - used, " mean");
        }
    }
}

void
tk_judge_predictors(const tk_contest *c, tk_verdict *v)
{
    static const struct {
        tk_predictor_kind kind;
        const char *name;
        bool by_air;
    } baseline[] = {{TK_BY_CLIMATOLOGY, "climatology", false},
                    {TK_BY_PERSISTENCE, "persistence", false},
                    {TK_BY_AIR, "air", true},
                    {TK_BY_LAGGED_AIR, "lagged air", true}};

    for (size_t i = 0; i < c->nmodel; i++)
        name_model(c, i, add(v, TK_BY_MODEL, i, 1));
    add_means(c, v);
    for (size_t i = 0; i < c->ngiven; i++) {
        tk_predictor *p = add(v, TK_BY_GIVEN, c->nmodel + i, 1);

        snprintf(p->name, sizeof p->name, "%s", c->given[i].name);
    }
    for (size_t i = 0; i < sizeof baseline / sizeof baseline[0]; i++)
        if (!baseline[i].by_air || *c->air)
            snprintf(add(v, baseline[i].kind, 0, 0)->name,
                     sizeof v->predictor[0].name, "%s", baseline[i].name);
}

/* ---- which months -------------------------------------------------------- */

static int
least(int a, int b)
{
    return a < b ? a : b;
}

static int
most(int a, int b)
{
    return a > b ? a : b;
}

bool
tk_contest_tests(const tk_contest *c, int month)
{
    for (size_t i = 0; i < c->nmodel; i++) {
        const tk_trained *m = c->model[i].model;

        if (m->split.nyear ? !tk_split_holds_month(&m->split, month)
                           : month <= most(m->train_last, m->valid_last))
            return false;
    }
    return true;
}

tk_err
tk_judge_span(tk_judge *j)
{
    const tk_contest *c = j->c;
    int first = c->first, last = c->last, there = c->first;

    for (size_t i = 0; i < c->nmodel; i++) {
        const tk_trained *m = c->model[i].model;
        const int from = least(least(m->train_first, m->valid_first), c->first);
        const tk_inputs *inputs = c->model[i].data->inputs;
        const int start = tk_trained_start(m, inputs, from);
        const int have = tk_inputs_first(inputs);

        first = least(first, start);
        there = i == 0 ? have : most(there, have);
        last = most(last, most(m->train_last, m->valid_last));
    }
    j->first = most(first, there);
    for (size_t i = 0; i < c->nmodel; i++) {
        const int L = (int)c->model[i].model->net.dims.L;
        char month[16];

        tk_month_text(there, month);
        if (last - j->first + 1 < L)
            return tk_fail(TK_EDATA,
                           "model %zu (%s) has a window of %d months, and the "
                           "inputs of all models begin with %s only",
                           i + 1, architecture(c, i), L, month);
    }
    j->T = (size_t)(last - j->first) + 1;
    return TK_OK;
}

/* Months [first, last] of a model, as places in memory; the regression of the
 * first model's baseline needs a whole window before each.
 */
static tk_span
span_of(const tk_judge *j, int first, int last)
{
    const int whole = j->first + (int)j->c->model[0].model->net.dims.L - 1;

    return (tk_span){(size_t)(most(first, whole) - j->first),
                     last > j->first ? (size_t)(last - j->first) : 0};
}

void
tk_judge_months(tk_judge *j)
{
    const tk_contest *c = j->c;
    const tk_trained *m = c->model[0].model;

    for (size_t t = 0; t < j->T; t++) {
        const int month = j->first + (int)t;

        j->month[t] = month;
        j->held[t] = tk_split_holds_month(&m->split, month);
        j->test[t] = month >= c->first && month <= c->last
                     && (c->chosen || tk_contest_tests(c, month));
        j->v->nmonth += j->test[t];
        for (size_t i = 0; i < c->nmodel; i++) {
            const tk_trained *own = c->model[i].model;

            j->calibrates[i * j->T + t] =
                month >= own->valid_first && month <= own->valid_last
                && !tk_split_holds_month(&own->split, month);
        }
    }
    j->fit = span_of(j, m->train_first, m->train_last);
    j->stop = span_of(j, m->valid_first, m->valid_last);
}
