/* `talik check`: opens everything, runs nothing, reports all problems. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "column_impl.h"
#include "talik/core/log.h"

/* Collects the text of a failure and goes on. */
static void
collect(tk_err err, tk_text *report, tk_err *first)
{
    if (!err || strstr(tk_text_get(report), tk_last_fault()->text))
        return; /* several members can share one problem */
    tk_text_add(report, "%s%s", *first ? "\n" : "", tk_last_fault()->text);
    if (!*first)
        *first = err;
}

static void
say_period(const char *what, int first, int last)
{
    char a[16], b[16];

    tk_month_text(first, a);
    tk_month_text(last, b);
    tk_note("  %s: %s .. %s", what, a, b);
}

/* **Collective.**  One input of the column. */
static void
check_column_input(const tk_par *par, const tk_input_files *files,
                   const tk_grid *grid, const char *name, const char *units,
                   tk_text *report, tk_err *first)
{
    tk_series *series = NULL;
    tk_err err;

    if (!*name)
        return;
    err = tk_input_series(par, grid, files, false, name, units, &series);
    collect(err, report, first);
    if (!err)
        say_period(name, tk_series_first(series), tk_series_last(series));
    tk_series_close(series);
}

/* **Collective.** */
static void
check_column(const tk_par *par, const tk_setup *setup, tk_text *report,
             tk_err *first)
{
    const tk_config *c = &setup->c;
    const tk_grid_source source = tk_setup_grid(setup, c->column.air);
    const tk_column_opts opts = tk_setup_column(setup);
    tk_column *column = NULL;
    tk_input_files files;
    tk_profile profile;
    tk_grid grid = {0};
    tk_err err;

    collect(tk_setup_profile(setup, &profile), report, first);
    collect(tk_column_make(&opts, c->column.ndepths, c->column.depths, &column),
            report, first);
    tk_column_drop(column);
    err = tk_agree(par, column_files(setup, &files));
    collect(err, report, first);
    if (files.nforcing == 0)
        return;
    err = tk_grid_read(par, &source, &grid);
    collect(err, report, first);
    if (!err) {
        tk_note("  grid %zu x %zu, %zu cells", grid.ny, grid.nx, grid.nactive);
        check_column_input(par, &files, &grid, c->column.air, "degC", report,
                           first);
        check_column_input(par, &files, &grid,
                           *c->column.snow_depth ? "" : c->column.precip,
                           "mm month-1", report, first);
        check_column_input(par, &files, &grid, c->column.snow_depth, "m",
                           report, first);
    }
    tk_grid_drop(&grid);
}

/* **Collective.**  Of a model file, or of the namelist, which adds a signal. */
static void
check_features(const tk_par *par, const tk_setup *setup, bool trained,
               tk_features *features, size_t ndepth, const double *depth,
               tk_text *report, tk_err *first)
{
    stage_data s = {0};
    tk_split split;
    tk_err err = stage_open(par, setup, features, &s);

    collect(tk_setup_split(setup, &split), report, first);
    collect(err, report, first);
    if (!err) {
        tk_note("  grid %zu x %zu, %zu active cells", s.grid.ny, s.grid.nx,
                s.grid.nactive);
        say_period("inputs", tk_inputs_first(s.inputs),
                   tk_inputs_last(s.inputs));
        if (!trained)
            collect(stage_signal_add(setup, features, &s), report, first);
        collect(tk_agree(par, stage_signal_check(setup, features, s.inputs)),
                report, first);
        if (setup->c.targets.nfiles) {
            err = stage_open_targets(par, setup, ndepth, depth, &s);
            collect(err, report, first);
            if (!err)
                say_period("targets", tk_targets_first(s.targets),
                           tk_targets_last(s.targets));
            if (!err)
                collect(augment_open(par, setup, features, depth, &s), report,
                        first);
        }
    }
    stage_close(&s);
}

/* **Collective.**  Member i, and its model file if it is there: features and
 * depths of that are what a projection will ask of the inputs.  Says whether it
 * is there.
 */
static bool
check_member(const tk_par *par, const tk_setup *setup, size_t i,
             tk_text *report, tk_err *first)
{
    const tk_member member = tk_setup_member(setup, i);
    int there = par->rank == 0 && access(member.file, F_OK) == 0;
    tk_trained m = {0};
    tk_err err;

    collect(tk_agree(par, member_check(setup, i)), report, first);
    tk_bcast(par, &there, sizeof there);
    if (!there) {
        tk_note("  no model file %s: inputs are held against &features",
                member.file);
        return false;
    }
    err = tk_trained_read(par, member.file, &m);
    collect(err, report, first);
    if (!err) {
        tk_note("  model file %s: %s, window %zu, %zu inputs, %zu depths",
                member.file, m.net.model->name, m.net.dims.L, m.net.dims.F,
                m.net.dims.D);
        collect(tk_agree(par, stage_compare(setup, i, &m)), report, first);
        check_features(par, setup, true, &m.features, m.net.dims.D, m.depth,
                       report, first);
    }
    tk_trained_drop(&m);
    return true;
}

/* **Collective.** */
static void
check_models(const tk_par *par, const tk_setup *setup, size_t n,
             tk_text *report, tk_err *first)
{
    tk_features features = {0};
    size_t there = 0;
    tk_err err;

    for (size_t i = 0; i < n; i++)
        there += check_member(par, setup, i, report, first);
    if (there == n)
        return;
    err = stage_features(setup, &features);
    collect(err, report, first);
    if (!err)
        check_features(par, setup, false, &features, setup->c.targets.ndepths,
                       setup->c.targets.depths, report, first);
}

tk_err
cmd_check(const tk_par *par, const tk_setup *setup)
{
    tk_text report = {0};
    tk_err first = TK_OK;
    tk_state state;
    size_t n;

    TK_TRY(tk_setup_members(setup, &n));
    for (size_t i = 0; i < n; i++)
        collect(
            stage_state(setup, tk_setup_member(setup, i).architecture, &state),
            &report, &first);
    if (setup->c.correct.nfiles)
        collect(correct_check(par, setup), &report, &first);
    else if (strcmp(setup->c.model.architecture[0], "column") == 0)
        check_column(par, setup, &report, &first);
    else
        check_models(par, setup, n, &report, &first);
    /* Whoever judges or projects may read it. */
    if (truth_refuse(par, setup) != TK_OK)
        tk_warn("%s; train refuses it", tk_last_fault()->text);
    if (first)
        tk_fail(first, "%s", tk_text_get(&report));
    else
        tk_note("  no problem found");
    tk_text_drop(&report);
    return first;
}
