/* What the commands share: features, grid, inputs, the run header. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/version.h"
#include "talik/io/units.h"

/* Units wanted of dynamic input i; "" are those of its file. */
static const char *
units_of(const tk_config *c, size_t i)
{
    return c->features.ndynamic_units ? c->features.dynamic_units[i] : "";
}

bool
stage_slow_differs(const tk_config *c)
{
    return strcmp(c->features.slow_form, "differences") == 0;
}

int
stage_slow_less(const tk_config *c, size_t k)
{
    return k && stage_slow_differs(c) ? c->features.slow_months[k - 1] : 0;
}

static tk_err
check_slow_months(const tk_setup *setup)
{
    const tk_config *c = &setup->c;
    const int *months = c->features.slow_months;

    if (c->features.nslow && c->features.nslow_months == 0)
        return tk_setup_fail(setup, "features", "slow_months",
                             "names no month");
    for (size_t k = 1; k < c->features.nslow_months; k++)
        if (stage_slow_differs(c) && months[k] <= months[k - 1])
            return tk_setup_fail(setup, "features", "slow_months",
                                 "%d comes after %d; with slow_form = "
                                 "'differences' they must grow",
                                 months[k], months[k - 1]);
    return TK_OK;
}

/* The means of &features slow, each over all of slow_months. */
static tk_err
add_slow(const tk_setup *setup, tk_features *f)
{
    const tk_config *c = &setup->c;

    TK_TRY(check_slow_months(setup));
    for (size_t i = 0; i < c->features.nslow; i++) {
        const char *name = c->features.slow[i];
        const int *months = c->features.slow_months;
        size_t d = 0;

        while (d < c->features.ndynamic
               && strcmp(c->features.dynamic[d], name) != 0)
            d++;
        if (d == c->features.ndynamic)
            return tk_setup_fail(setup, "features", "slow",
                                 "'%s' is none of the dynamic inputs", name);
        for (size_t k = 0; k < c->features.nslow_months; k++)
            if (tk_features_add_slow(f, name, (size_t)months[k],
                                     (size_t)stage_slow_less(c, k),
                                     units_of(c, d))
                != TK_OK)
                return tk_setup_fail(setup, "features", "slow", "%s",
                                     tk_last_fault()->text);
    }
    return TK_OK;
}

tk_err
stage_features(const tk_setup *setup, tk_features *f)
{
    const tk_config *c = &setup->c;

    f->n = 0;
    if (c->features.ndynamic == 0)
        return tk_setup_fail(setup, "features", "dynamic",
                             "names no monthly input");
    if (c->features.ndynamic_units
        && c->features.ndynamic_units != c->features.ndynamic)
        return tk_setup_fail(setup, "features", "dynamic_units",
                             "%zu units for %zu inputs",
                             c->features.ndynamic_units, c->features.ndynamic);
    for (size_t i = 0; i < c->features.ndynamic; i++)
        TK_TRY(tk_features_add(f, TK_FEAT_DYNAMIC, c->features.dynamic[i],
                               units_of(c, i)));
    TK_TRY(add_slow(setup, f));
    if (c->features.month)
        TK_TRY(tk_features_add(f, TK_FEAT_MONTH, "month", ""));
    for (size_t i = 0; i < c->features.nfixed; i++)
        TK_TRY(tk_features_add(f, TK_FEAT_STATIC, c->features.fixed[i], ""));
    for (size_t i = 0; i < c->features.nangles; i++)
        TK_TRY(tk_features_add(f, TK_FEAT_ANGLE, c->features.angles[i], ""));
    return TK_OK;
}

const char *
stage_air(const tk_setup *setup, const tk_features *f)
{
    tk_conversion c;

    if (*setup->c.evaluate.air)
        return setup->c.evaluate.air;
    for (size_t i = 0; i < f->n; i++)
        if (f->f[i].kind == TK_FEAT_DYNAMIC && *f->f[i].units
            && tk_units_convert(f->f[i].units, "K", false, false, &c) == TK_OK)
            return f->f[i].name;
    return "";
}

tk_err
stage_open(const tk_par *par, const tk_setup *setup, tk_features *features,
           stage_data *s)
{
    const char *first = features->n ? features->f[0].variable : "";
    tk_err err;

    TK_AGREE(par, tk_setup_forcing(setup, &s->files));
    s->source = tk_setup_grid(setup, first);
    err = tk_grid_read(par, &s->source, &s->grid);
    if (!err)
        err = tk_inputs_open(par, &s->grid, &s->files, features, &s->inputs);
    if (!err)
        err = tk_inputs_limit_grid(par, s->inputs, &s->grid);
    if (!err && s->grid.nactive == 0)
        err = tk_fail(TK_EDATA, "no cell is left: masks and inputs have no "
                                "land in common");
    s->data = (tk_dataset){.par = par,
                           .grid = &s->grid,
                           .source = &s->source,
                           .inputs = s->inputs,
                           .F = features->n};
    return err;
}

tk_err
stage_open_targets(const tk_par *par, const tk_setup *setup, size_t ndepth,
                   const double *depth, stage_data *s)
{
    const tk_input_files files = tk_setup_targets(setup);

    if (files.nforcing == 0)
        return tk_setup_fail(setup, "targets", "files", "names no file");
    TK_TRY(tk_targets_open(par, &s->grid, &files, setup->c.targets.nvariables,
                           setup->target_variables, ndepth, depth,
                           &s->targets));
    s->data.targets = s->targets;
    s->data.D = ndepth;
    return TK_OK;
}

void
stage_close(stage_data *s)
{
    for (size_t i = 0; i < s->nextra; i++) {
        tk_targets_close(s->extra[i].targets);
        tk_inputs_close(s->extra[i].inputs);
    }
    tk_targets_close(s->targets);
    tk_inputs_close(s->inputs);
    tk_grid_drop(&s->grid);
}

tk_err
stage_state(const tk_setup *setup, const char *architecture, tk_state *state)
{
    if (tk_state_find(setup->c.model.state, architecture, state) != TK_OK)
        return tk_setup_fail(setup, "model", "state", "%s",
                             tk_last_fault()->text);
    return TK_OK;
}

#define SPINUP 120 /* months: less is said, as a carried state is still young */

void
stage_spinup(const tk_trained *m, const tk_inputs *inputs, int first)
{
    const int before = first - tk_inputs_first(inputs);
    char month[16];

    if (m->state != TK_STATE_CARRY || before >= SPINUP)
        return;
    tk_month_text(first, month);
    tk_warn("the inputs begin %d months before %s: a carried state takes %d to "
            "forget that it began from nothing",
            before, month, SPINUP);
}

void
stage_slow(const tk_trained *m, const tk_inputs *inputs, int first)
{
    const int begin = tk_inputs_first(inputs);
    const size_t there = (size_t)(first - begin) + 1;
    const tk_feature *longest = tk_features_slowest(&m->features);
    char month[16], here[16];

    if (!longest || there >= longest->months)
        return;
    if (m->inputs_begin && m->inputs_begin != begin) {
        tk_month_text(m->inputs_begin, month);
        tk_month_text(begin, here);
        tk_warn("the model was trained on inputs from %s on, these begin with "
                "%s: its slow means are of other months (&forcing files, "
                "repeat_from)",
                month, here);
    }
    tk_month_text(first, month);
    tk_warn("the inputs have %zu months up to %s: '%s' is a mean of those that "
            "are there, and depends on where the inputs begin",
            there, month, longest->name);
}

void
stage_repeat(const tk_setup *setup)
{
    const tk_config *c = &setup->c;

    if (*c->forcing.repeat_from)
        tk_note("  from %s on the first %d years of the inputs repeat before "
                "them",
                c->forcing.repeat_from, c->forcing.repeat_years);
}

void
stage_header(const tk_par *par, const char *command, const tk_grid *grid)
{
    const size_t ntile = tk_tile_count(grid);
    const size_t ranks = (size_t)par->size;

    tk_note("talik %s (%s)  %s on %d rank%s", tk_version(), tk_git_hash(),
            command, par->size, par->size == 1 ? "" : "s");
    tk_note("  grid %zu x %zu, %zu active cells in %zu tiles, at most %zu "
            "tile%s per rank%s",
            grid->ny, grid->nx, grid->nactive, ntile,
            (ntile + ranks - 1) / ranks,
            (ntile + ranks - 1) / ranks == 1 ? "" : "s",
            ntile < ranks ? " (some ranks have none)" : "");
}
