/* `talik train`: data, scaling, model, fit, model file. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/learn/scale.h"

/* **Collective.**  Adds one feature for each value of each class variable that
 * occurs.
 */
static tk_err
add_classes(const tk_par *par, const tk_setup *setup, const stage_data *s,
            tk_features *features)
{
    const tk_config *c = &setup->c;

    for (size_t i = 0; i < c->features.nclasses; i++) {
        const char *name = c->features.classes[i];
        double value[TK_LIST];
        size_t n;
        tk_series *series;
        tk_err err;

        TK_TRY(
            tk_input_series(par, &s->grid, &s->files, true, name, "", &series));
        err = tk_scale_classes(par, &s->grid, series, TK_LIST, value, &n);
        tk_series_close(series);
        for (size_t k = 0; k < n && !err; k++)
            err = tk_features_add_class(features, name, value[k]);
        if (err)
            return err;
        tk_note("  %s: %zu classes", name, n);
    }
    return TK_OK;
}

/* **Collective.**  Opens the data; classes are found before the inputs open for
 * good.
 */
static tk_err
open_data(const tk_par *par, const tk_setup *setup, tk_features *features,
          stage_data *s)
{
    TK_TRY(stage_features(setup, features));
    if (setup->c.features.nclasses) {
        stage_data first = {0};
        tk_err err = stage_open(par, setup, features, &first);

        if (!err)
            err = add_classes(par, setup, &first, features);
        stage_close(&first);
        if (err)
            return err;
    }
    TK_TRY(stage_open(par, setup, features, s));
    TK_TRY(stage_signal_add(setup, features, s));
    TK_TRY(stage_open_targets(par, setup, setup->c.targets.ndepths,
                              setup->c.targets.depths, s));
    return stage_signal_fill(setup, &s->data, features);
}

static tk_err
later(const tk_setup *setup, const char *key, int from, int to)
{
    char a[16], b[16];

    if (from <= to)
        return TK_OK;
    tk_month_text(from, a);
    tk_month_text(to, b);
    return tk_setup_fail(setup, "train", key,
                         "the period ends in %s, before "
                         "it begins in %s",
                         b, a);
}

/* Training and validation months, within what inputs and targets have. */
static tk_err
set_periods(const tk_setup *setup, const stage_data *s, tk_trained *m)
{
    const tk_config *c = &setup->c;
    const int L = c->model.window;
    const int in = tk_inputs_first(s->inputs) + L - 1;
    const int first = tk_targets_first(s->targets);
    const int last = tk_targets_last(s->targets);
    const int from = in > first ? in : first;
    const int to =
        tk_inputs_last(s->inputs) < last ? tk_inputs_last(s->inputs) : last;
    char a[16], b[16];

    TK_TRY(tk_setup_month(setup, "train", "first", c->train.first, from,
                          &m->train_first));
    TK_TRY(tk_setup_month(setup, "train", "last", c->train.last, -1,
                          &m->train_last));
    TK_TRY(tk_setup_month(setup, "train", "valid_first", c->train.valid_first,
                          m->train_last + 1, &m->valid_first));
    TK_TRY(tk_setup_month(setup, "train", "valid_last", c->train.valid_last, -1,
                          &m->valid_last));
    TK_TRY(later(setup, "last", m->train_first, m->train_last));
    TK_TRY(later(setup, "valid_last", m->valid_first, m->valid_last));
    if (m->train_first <= m->valid_last && m->valid_first <= m->train_last)
        return tk_setup_fail(setup, "train", "valid_first",
                             "the validation "
                             "overlaps the months that are fitted to");
    if (m->train_first >= from && m->train_last <= to && m->valid_first >= from
        && m->valid_last <= to)
        return TK_OK;
    tk_month_text(from, a);
    tk_month_text(to, b);
    return tk_fail(TK_EDATA,
                   "training and validation must lie within %s to "
                   "%s, the months that have targets and a window of %d months "
                   "of inputs",
                   a, b, L);
}

/* Before the scaling, which takes long on large grids. */
static tk_err
make_skip(const tk_setup *setup, tk_trained *m)
{
    const tk_config *c = &setup->c;
    const char *name[TK_LIST];

    for (size_t i = 0; i < c->model.nskip; i++)
        name[i] = c->model.skip[i];
    if (tk_skip_make(&m->features, c->model.nskip, name, c->targets.ndepths,
                     (size_t)c->model.window, &m->skip)
        != TK_OK)
        return tk_setup_fail(setup, "model", "skip", "%s",
                             tk_last_fault()->text);
    return TK_OK;
}

/* **Collective.** */
static tk_err
fit_skip(const tk_setup *setup, const stage_data *s, tk_trained *m)
{
    const tk_config *c = &setup->c;
    tk_skip_opts o = {.first = m->train_first,
                      .last = m->train_last,
                      .valid_first = m->valid_first,
                      .valid_last = m->valid_last,
                      .npenalty = c->model.nskip_penalty,
                      .target_mean = m->target_mean,
                      .target_std = m->target_std,
                      .budget = tk_setup_budget(setup)};

    memcpy(o.penalty, c->model.skip_penalty, sizeof o.penalty);
    return tk_skip_fit(&s->data, &o, &m->skip);
}

/* **Collective.**  The scaling; the range of a signal is over all climates that
 * are fitted to.
 */
static tk_err
fit_scaling(const tk_setup *setup, const stage_data *s, tk_trained *m)
{
    const size_t L = (size_t)setup->c.model.window;

    TK_TRY(tk_scale_fit(&s->data, &m->features, L, m->train_first,
                        m->train_last, tk_setup_budget(setup), m->target_mean,
                        m->target_std));
    for (size_t i = 0; i < s->nextra; i++)
        stage_signal_widen(&m->features, s->extra[i].inputs,
                           m->train_first - (int)L + 1, m->train_last);
    stage_signal_trained(setup, &m->features);
    return TK_OK;
}

/* **Collective.**  All that the members share: depths, bands, periods, what is
 * held out, scaling, the linear skip, the domain.
 */
static tk_err
prepare(const tk_par *par, const tk_setup *setup, stage_data *s, tk_trained *m)
{
    const tk_config *c = &setup->c;
    char t[4][16];

    memcpy(m->depth, c->targets.depths, c->targets.ndepths * sizeof *m->depth);
    m->nedge = c->model.embedding ? c->model.nband_edges : 0;
    memcpy(m->edge, c->model.band_edges, m->nedge * sizeof *m->edge);
    TK_TRY(set_periods(setup, s, m));
    if (tk_features_slowest(&m->features))
        m->inputs_begin = tk_inputs_first(s->inputs);
    s->data.nedge = m->nedge;
    s->data.edge = m->edge;
    tk_month_text(m->train_first, t[0]);
    tk_month_text(m->train_last, t[1]);
    tk_month_text(m->valid_first, t[2]);
    tk_month_text(m->valid_last, t[3]);
    tk_note("  fitted to %s .. %s, stopped by %s .. %s", t[0], t[1], t[2],
            t[3]);
    TK_TRY(stage_split(par, setup, s, &m->features, m->train_first,
                       m->train_last, &m->split));
    TK_TRY(tk_train_check_split(m));
    s->data.hide = &m->split;
    TK_TRY(augment_open(par, setup, &m->features, m->depth, s));
    for (size_t i = 0; i < s->nextra; i++)
        TK_TRY(stage_signal_fill(setup, &s->extra[i], &m->features));
    TK_TRY(augment_describe(par, setup, s, m));
    TK_AGREE(par, make_skip(setup, m));
    TK_TRY(fit_scaling(setup, s, m));
    TK_TRY(fit_skip(setup, s, m));
    return tk_domain_fit(&s->data, s->nextra, s->extra, &m->features,
                         m->train_first, m->train_last, tk_setup_budget(setup),
                         &m->domain);
}

/* Rank 0's check of all outputs, before hours of work. */
static tk_err
check_outputs(const tk_setup *setup, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const tk_member member = tk_setup_member(setup, i);

        if (!contest_may_skip(setup, member.file))
            TK_TRY(tk_out_check(member.file, setup->c.run.overwrite));
    }
    return TK_OK;
}

tk_err
cmd_train(const tk_par *par, const tk_setup *setup)
{
    tk_trained shared = {0};
    stage_data s = {0};
    size_t n;
    tk_err err;

    TK_TRY(tk_setup_members(setup, &n));
    if (strcmp(setup->c.model.architecture[0], "column") == 0)
        return tk_setup_fail(setup, "model", "architecture",
                             "the column is not trained");
    for (size_t i = 0; i < n; i++)
        TK_AGREE(par, member_check(setup, i));
    TK_AGREE(par, par->rank == 0 ? check_outputs(setup, n) : TK_OK);
    TK_TRY(truth_refuse(par, setup));
    err = open_data(par, setup, &shared.features, &s);
    if (!err) {
        stage_header(par, "train", &s.grid);
        stage_repeat(setup);
        err = prepare(par, setup, &s, &shared);
    }
    if (!err)
        err = contest_run(par, setup, &s, &shared);
    tk_trained_drop(&shared);
    stage_close(&s);
    return err;
}
