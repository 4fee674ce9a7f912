/* What the commands share: features, grid, inputs, the run header. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/version.h"
#include "talik/io/units.h"

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
        TK_TRY(tk_features_add(
            f, TK_FEAT_DYNAMIC, c->features.dynamic[i],
            c->features.ndynamic_units ? c->features.dynamic_units[i] : ""));
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

    s->files = tk_setup_inputs(setup);
    if (s->files.nforcing == 0)
        return tk_setup_fail(setup, "forcing", "files", "names no file");
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
    tk_targets_close(s->targets);
    tk_inputs_close(s->inputs);
    tk_grid_drop(&s->grid);
}

/* The run's list of dynamic inputs against the model's. */
static tk_err
compare_dynamic(const tk_setup *setup, const tk_trained *m)
{
    const tk_config *c = &setup->c;
    size_t k = 0;

    for (size_t i = 0; i < m->features.n; i++) {
        const tk_feature *f = &m->features.f[i];

        if (f->kind != TK_FEAT_DYNAMIC)
            continue;
        if (k >= c->features.ndynamic
            || strcmp(c->features.dynamic[k], f->name) != 0)
            return tk_setup_fail(
                setup, "features", "dynamic",
                "input %zu is '%s' here and '%s' in the model "
                "file %s",
                k + 1,
                k < c->features.ndynamic ? c->features.dynamic[k] : "(none)",
                f->name, c->model.file);
        k++;
    }
    if (k != c->features.ndynamic)
        return tk_setup_fail(setup, "features", "dynamic",
                             "%zu inputs here, %zu in the model file %s",
                             c->features.ndynamic, k, c->model.file);
    return TK_OK;
}

static bool
is_wanted(const tk_config *c, const char *architecture)
{
    for (size_t i = 0; i < c->model.narchitecture; i++)
        if (strcmp(c->model.architecture[i], architecture) == 0)
            return true;
    return false;
}

static tk_err
compare_all(const tk_setup *setup, const tk_trained *m)
{
    const tk_config *c = &setup->c;
    const tk_given *given = &setup->given;

    if (tk_params_was_given(given, "features", "dynamic"))
        TK_TRY(compare_dynamic(setup, m));
    if (tk_params_was_given(given, "model", "window")
        && (size_t)c->model.window != m->net.dims.L)
        return tk_setup_fail(setup, "model", "window",
                             "%d months here, %zu in "
                             "the model file %s",
                             c->model.window, m->net.dims.L, c->model.file);
    if (tk_params_was_given(given, "model", "architecture")
        && !is_wanted(c, m->net.model->name))
        return tk_setup_fail(setup, "model", "architecture",
                             "'%s' here, '%s' "
                             "in the model file %s",
                             c->model.architecture[0], m->net.model->name,
                             c->model.file);
    if (tk_params_was_given(given, "model", "state")
        && strcmp(c->model.state, tk_state_name(m->state)) != 0)
        return tk_setup_fail(
            setup, "model", "state", "'%s' here, '%s' in the model file %s",
            c->model.state, tk_state_name(m->state), c->model.file);
    if (!tk_params_was_given(given, "targets", "depths"))
        return TK_OK;
    for (size_t d = 0; d < m->net.dims.D || d < c->targets.ndepths; d++)
        if (d >= m->net.dims.D || d >= c->targets.ndepths
            || fabs(c->targets.depths[d] - m->depth[d]) > 1e-3)
            return tk_setup_fail(setup, "targets", "depths",
                                 "depth %zu of "
                                 "%zu depths here is not that of the %zu in "
                                 "the model file %s",
                                 d + 1, c->targets.ndepths, m->net.dims.D,
                                 c->model.file);
    return TK_OK;
}

tk_err
stage_compare(const tk_setup *setup, const tk_trained *m)
{
    /* Only rank 0 knows what was given; callers agree. */
    return setup->given.table ? compare_all(setup, m) : TK_OK;
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
