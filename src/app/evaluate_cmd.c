/* `talik evaluate`: any number of models beside baselines, on held-out months. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

/* The models, their data, and what else is scored beside them. */
typedef struct {
    size_t nmodel, ngiven;
    tk_trained model[TK_CONTESTANTS];
    stage_data data;                   /* of the first model   */
    tk_inputs *inputs[TK_CONTESTANTS]; /* of the others        */
    tk_dataset set[TK_CONTESTANTS];
    tk_contestant contestant[TK_CONTESTANTS];
    tk_given_soil given[TK_GIVEN];
    char name[TK_GIVEN][TK_WORD];
} hall;

static const char *
file_of(const tk_setup *setup, size_t i)
{
    return setup->c.evaluate.nmodels ? setup->c.evaluate.models[i]
                                     : setup->c.model.file;
}

/* Imported models may not say which months they were fitted to; the namelist
 * may.
 */
static tk_err
know_periods(const tk_setup *setup, const char *file, tk_trained *m)
{
    const tk_config *c = &setup->c;

    if (m->train_first)
        return TK_OK;
    if (!*c->train.first || !*c->train.last || !*c->train.valid_last)
        return tk_fail(TK_EDATA,
                       "%s does not say which months it was fitted to (no "
                       "trained_on), and the baselines are fitted on the same: "
                       "give &train first, last and valid_last",
                       file);
    TK_TRY(tk_setup_month(setup, "train", "first", c->train.first, -1,
                          &m->train_first));
    TK_TRY(tk_setup_month(setup, "train", "last", c->train.last, -1,
                          &m->train_last));
    TK_TRY(tk_setup_month(setup, "train", "valid_first", c->train.valid_first,
                          m->train_last + 1, &m->valid_first));
    return tk_setup_month(setup, "train", "valid_last", c->train.valid_last, -1,
                          &m->valid_last);
}

static tk_err
read_models(const tk_par *par, const tk_setup *setup, hall *h)
{
    const size_t n = setup->c.evaluate.nmodels ? setup->c.evaluate.nmodels : 1;

    if (n > TK_CONTESTANTS)
        return tk_setup_fail(setup, "evaluate", "models",
                             "%zu files; at most %d models are judged at once",
                             n, TK_CONTESTANTS);
    for (size_t i = 0; i < n; i++) {
        tk_trained *m = &h->model[h->nmodel++];

        TK_TRY(tk_trained_read(par, file_of(setup, i), m));
        TK_AGREE(par, know_periods(setup, file_of(setup, i), m));
    }
    if (!setup->c.evaluate.nmodels)
        TK_AGREE(par, stage_compare(setup, 0, &h->model[0]));
    return TK_OK;
}

/* **Collective.**  Inputs of every model, on the cells that all of them have. */
static tk_err
open_inputs(const tk_par *par, const tk_setup *setup, hall *h)
{
    stage_data *s = &h->data;

    TK_TRY(stage_open(par, setup, &h->model[0].features, s));
    for (size_t i = 1; i < h->nmodel; i++) {
        TK_TRY(tk_inputs_open(par, &s->grid, &s->files, &h->model[i].features,
                              &h->inputs[i]));
        TK_TRY(tk_inputs_limit_grid(par, h->inputs[i], &s->grid));
    }
    if (s->grid.nactive == 0)
        return tk_fail(TK_EDATA, "no cell has the inputs of all models");
    TK_TRY(stage_open_targets(par, setup, h->model[0].net.dims.D,
                              h->model[0].depth, s));
    for (size_t i = 0; i < h->nmodel; i++) {
        h->set[i] = s->data;
        h->set[i].F = h->model[i].features.n;
        h->set[i].nedge = h->model[i].nedge;
        h->set[i].edge = h->model[i].edge;
        if (i > 0) {
            h->set[i].inputs = h->inputs[i];
            h->set[i].targets = NULL;
        }
        h->contestant[i] = (tk_contestant){&h->set[i], &h->model[i]};
        TK_TRY(stage_signal_fill(setup, &h->set[i], &h->model[i].features));
    }
    return TK_OK;
}

/* **Collective.**  'name=file' of &evaluate beside: the files of each name. */
static tk_err
open_given(const tk_par *par, const tk_setup *setup, hall *h)
{
    static const char *const variable[1] = {"tsl"};
    const tk_config *c = &setup->c;
    const char *file[TK_FILES];

    for (size_t i = 0; i < c->evaluate.nbeside; i++) {
        const char *text = c->evaluate.beside[i], *eq = strchr(text, '=');
        const size_t n = eq ? (size_t)(eq - text) : 0;
        char *name;
        tk_input_files files = {.forcing = file};
        bool seen = false;

        if (n == 0 || n >= TK_WORD || !eq[1])
            return tk_setup_fail(setup, "evaluate", "beside",
                                 "'%s' is no 'name=file'", text);
        for (size_t k = 0; k < i && !seen; k++)
            seen = strncmp(c->evaluate.beside[k], text, n + 1) == 0;
        if (seen)
            continue;
        if (h->ngiven == TK_GIVEN)
            return tk_setup_fail(setup, "evaluate", "beside",
                                 "more than %d names", TK_GIVEN);
        name = h->name[h->ngiven];
        snprintf(name, TK_WORD, "%.*s", (int)n, text);
        for (size_t k = i; k < c->evaluate.nbeside; k++)
            if (strncmp(c->evaluate.beside[k], text, n + 1) == 0)
                file[files.nforcing++] = c->evaluate.beside[k] + n + 1;
        h->given[h->ngiven].name = name;
        TK_TRY(tk_targets_open(par, &h->data.grid, &files, 1, variable,
                               h->model[0].net.dims.D, h->model[0].depth,
                               &h->given[h->ngiven].targets));
        h->ngiven++;
    }
    return TK_OK;
}

/* Whether model i's window of a month has its inputs; `what` is wanted of it. */
static tk_err
reach_back(const hall *h, size_t i, int month, const char *what)
{
    const int L = (int)h->model[i].net.dims.L;
    const int begin = tk_inputs_first(h->set[i].inputs);
    char wanted[16], first[16], have[16];

    if (month - L + 1 >= begin)
        return TK_OK;
    tk_month_text(month, wanted);
    tk_month_text(month - L + 1, first);
    tk_month_text(begin, have);
    return tk_fail(TK_EDATA,
                   "%s from %s on: a window of %d months needs inputs from %s, "
                   "and they begin with %s",
                   what, wanted, L, first, have);
}

static tk_err
set_period(const tk_setup *setup, const hall *h, tk_contest *c)
{
    const stage_data *s = &h->data;
    const tk_trained *m = &h->model[0];
    const int have[2] = {tk_inputs_first(s->inputs), tk_inputs_last(s->inputs)};
    const int soil[2] = {tk_targets_first(s->targets),
                         tk_targets_last(s->targets)};
    const int last = have[1] < soil[1] ? have[1] : soil[1];
    bool seen = false;
    char a[16], b[16], end[16];

    c->chosen = *setup->c.evaluate.first;
    TK_TRY(tk_setup_month(setup, "evaluate", "first", setup->c.evaluate.first,
                          m->train_first, &c->first));
    TK_TRY(tk_setup_month(setup, "evaluate", "last", setup->c.evaluate.last,
                          last, &c->last));
    tk_month_text(c->first, a);
    tk_month_text(c->last, b);
    tk_month_text(last, end);
    if (c->first > c->last || c->last > last)
        return tk_fail(TK_EDATA,
                       "cannot score %s to %s: inputs and targets reach to %s",
                       a, b, end);
    for (size_t i = 0; i < h->nmodel && c->chosen; i++)
        TK_TRY(reach_back(h, i, c->first, "cannot score"));
    TK_TRY(reach_back(h, 0, m->train_first,
                      "cannot fit the baselines, to the first model's training "
                      "months,"));
    for (int month = c->first; month <= c->last; month++)
        seen = seen || !tk_contest_tests(c, month);
    if (c->chosen && seen)
        tk_warn("%s to %s overlap months that a model was fitted to or stopped "
                "by",
                a, b);
    return TK_OK;
}

/* Signals of model i in the months that it answers, from the first of the test. */
static void
say_signals(const tk_setup *setup, const hall *h, size_t i, const tk_contest *c)
{
    const int L = (int)h->model[i].net.dims.L;
    int first = c->first;
    signal_words words;

    while (!c->chosen && first < c->last && !tk_contest_tests(c, first))
        first++;
    stage_signal_say(setup, &h->model[i].features, h->set[i].inputs,
                     first - L + 1, first, c->last, &words);
}

static tk_err
check_outputs(const tk_setup *setup)
{
    const char *const path[] = {setup->c.evaluate.csv,
                                setup->c.evaluate.markdown,
                                setup->c.evaluate.file, setup->c.evaluate.map};

    for (size_t i = 0; i < sizeof path / sizeof path[0]; i++)
        TK_TRY(tk_out_check(path[i], setup->c.run.overwrite));
    return TK_OK;
}

static tk_err
write_all(const tk_par *par, const judgement *j)
{
    const tk_config *c = &j->setup->c;
    tk_err err = TK_OK;

    if (par->rank == 0) {
        err = evaluate_csv(j);
        if (!err)
            err = evaluate_markdown(j);
    }
    TK_AGREE(par, err);
    TK_TRY(evaluate_scores(par, j));
    TK_TRY(evaluate_map(par, j));
    tk_note("wrote %s, %s,\n  %s and %s", c->evaluate.csv, c->evaluate.markdown,
            c->evaluate.file, c->evaluate.map);
    return TK_OK;
}

static tk_err
score(const tk_par *par, const tk_setup *setup, hall *h, tk_verdict *v)
{
    const tk_config *c = &setup->c;
    judgement j = {setup, NULL, v, &h->data, 0};
    tk_contest contest = {.model = h->contestant,
                          .given = h->given,
                          .level = c->evaluate.coverage,
                          .lat = NAN,
                          .lon = NAN,
                          .budget = tk_setup_budget(setup)};
    char period[160];

    TK_AGREE(par, par->rank == 0 ? check_outputs(setup) : TK_OK);
    if (c->evaluate.npoint && c->evaluate.npoint != 2)
        return tk_setup_fail(setup, "evaluate", "point",
                             "a latitude and a longitude are expected");
    TK_TRY(read_models(par, setup, h));
    TK_TRY(open_inputs(par, setup, h));
    TK_TRY(open_given(par, setup, h));
    contest.nmodel = h->nmodel;
    contest.ngiven = h->ngiven;
    contest.air = stage_air(setup, &h->model[0].features);
    contest.nedge =
        c->evaluate.nband_edges ? c->evaluate.nband_edges : h->model[0].nedge;
    contest.edge =
        c->evaluate.nband_edges ? c->evaluate.band_edges : h->model[0].edge;
    if (c->evaluate.npoint == 2) {
        contest.lat = c->evaluate.point[0];
        contest.lon = c->evaluate.point[1];
    }
    TK_TRY(set_period(setup, h, &contest));
    stage_header(par, "evaluate", &h->data.grid);
    stage_repeat(setup);
    for (size_t i = 0; i < h->nmodel; i++)
        say_signals(setup, h, i, &contest);
    for (size_t i = 0; i < h->nmodel && contest.chosen; i++) {
        stage_spinup(&h->model[i], h->set[i].inputs, contest.first);
        stage_slow(&h->model[i], h->set[i].inputs, contest.first);
    }
    TK_TRY(tk_evaluate(&contest, v));
    j.contest = &contest;
    j.newest = tk_inputs_newest(h->data.inputs);
    evaluate_period(&j, sizeof period, period);
    tk_note("  %zu model%s on %s", h->nmodel, h->nmodel > 1 ? "s" : "", period);
    evaluate_print(&j);
    return write_all(par, &j);
}

tk_err
cmd_evaluate(const tk_par *par, const tk_setup *setup)
{
    hall *h = tk_new(1, sizeof *h);
    tk_verdict v = {0};
    tk_err err = tk_agree(par, h ? TK_OK : TK_ERUN);

    if (!err)
        err = score(par, setup, h, &v);
    for (size_t i = 0; h && i < h->ngiven; i++)
        tk_targets_close(h->given[i].targets);
    for (size_t i = 1; h && i < h->nmodel; i++)
        tk_inputs_close(h->inputs[i]);
    if (h)
        stage_close(&h->data);
    for (size_t i = 0; h && i < h->nmodel; i++)
        tk_trained_drop(&h->model[i]);
    tk_verdict_drop(&v);
    tk_free(h);
    return err;
}
