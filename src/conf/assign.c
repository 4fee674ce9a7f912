#include <stdio.h>
#include <string.h>

#include "param_impl.h"

static size_t *
counter(const tk_param *p, void *options)
{
    return p->count == TK_NO_COUNT
               ? NULL
               : (size_t *)(void *)((char *)options + p->count);
}

/* How many values an item gives, nulls included. */
static size_t
count_values(const tk_namelist *nl, const tk_nml_item *item)
{
    size_t n = 0;

    for (size_t k = 0; k < item->n; k++)
        n += nl->values[item->first + k].repeat;
    return n;
}

static void
report_too_many(const tk_params_run *run, const tk_nml_item *item,
                const tk_target *t, const tk_nml_value *v)
{
    const tk_param *p = &run->table->params[t->param[0]];
    const tk_nml_value *first = &run->nl->values[item->first];
    const size_t given = count_values(run->nl, item);
    const char *key = tk_namelist_key(run->nl, item);

    if (t->total > 1)
        tk_params_wrong(run, v->line, v->column,
                        "'%s' takes %zu values, %zu are given", key, t->total,
                        given);
    else if (first->repeat > 1)
        tk_params_wrong(run, first->line, first->column,
                        "'%s' takes one value, and so no repeat count", key);
    else
        tk_params_wrong(run, v->line, v->column,
                        "'%s' takes one value, %zu are given%s", key, given,
                        p->kind == TK_REAL && given == 2
                                && first->kind == TK_NML_INT
                                && v->kind == TK_NML_INT
                                && v->at == first->at + first->len + 1
                            ? "; a decimal point is written '.'"
                        : p->kind == TK_STRING && run->nl->from_set
                            ? "; put quotes around it"
                            : "");
}

static void
mark_given(const tk_params_run *run, const tk_nml_item *item, size_t param,
           bool good)
{
    tk_given_at *at = &run->given->at[param];

    if (run->defaults)
        return;
    if (!good) {
        at->tried = true;
        return;
    }
    at->line = item->line;
    at->column = item->column;
    at->source = run->source;
}

/* One more than the highest of the first n elements of a target. */
static size_t
past_elements(const tk_params_run *run, const tk_target *t, size_t n)
{
    const size_t a = tk_target_slot(run->table, t, 0, run->options).element;
    const size_t b = tk_target_slot(run->table, t, n - 1, run->options).element;

    return (a > b ? a : b) + 1;
}

/* A list that is given whole takes the place of the one before. */
static void
end_list(const tk_params_run *run, const tk_target *t, size_t n)
{
    const size_t param = t->param[0];
    const tk_param *p = &run->table->params[param];
    size_t *count = counter(p, run->options);
    size_t past;

    if (!count || n == 0)
        return;
    past = past_elements(run, t, n);
    if (t->whole)
        memset(run->given->marks + run->given->at[param].first + past, 0,
               tk_param_elements(p) - past);
    if (t->whole || past > *count)
        *count = past;
}

void
tk_params_assign(const tk_params_run *run, const char *group,
                 const tk_nml_item *item)
{
    tk_target t;
    size_t next = 0;
    bool good = !item->bad;

    if (!tk_target_find(run, group, item, &t))
        return;
    for (size_t k = 0; k < item->n && !tk_problems_full(run->p); k++) {
        const tk_nml_value *v = &run->nl->values[item->first + k];

        if (v->kind == TK_NML_NULL && !v->counted && next == t.total)
            continue; /* a comma too many, at the end */
        if (v->repeat > t.total - next) {
            report_too_many(run, item, &t, v);
            good = false;
            break;
        }
        for (size_t i = 0; i < v->repeat; i++, next++) {
            const tk_slot slot =
                tk_target_slot(run->table, &t, next, run->options);
            const tk_param *p = &run->table->params[slot.param];

            if (v->kind == TK_NML_NULL)
                continue;
            if (!tk_param_convert(run, p, v, slot.at)) {
                mark_given(run, item, slot.param, false);
                good = false;
                next += v->repeat - i; /* one report is enough */
                break;
            }
            run->given
                ->marks[run->given->at[slot.param].first + slot.element] |=
                TK_MARK_VALUE;
            mark_given(run, item, slot.param, true);
        }
    }
    if (!good)
        for (size_t i = 0; i < t.nparams; i++)
            mark_given(run, item, t.param[i], false);
    if (t.nparams == 1)
        end_list(run, &t, next);
}
