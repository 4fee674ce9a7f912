/* The truth: the column's soil temperature to the end of the scenarios, under each
 * climate model's own weather without its errors, on the world's own cells.  A
 * projection is held against it; no training may read it (truth.c).
 *
 * The history is run once for all scenarios of a model.  Days within a month
 * know the months beside it, so what scenarios share ends REACH months before
 * they part; from there each runs through the rest by itself.
 */
#include <stdio.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "world_impl.h"

typedef struct {
    maker *w;
    char name[16], folder[WORLD_PATH];
    world_weather weather;
    column_tiles column;
    double *state; /* at the branch: [ntile][state size] */
    unsigned char *status;
    int branch, written; /* months: where scenarios begin; first one written */
} model_truth;

static size_t
state_bytes(const model_truth *t)
{
    return t->w->run.ntile * tk_column_state_size(t->column.column)
           * sizeof *t->state;
}

static void
keep_branch(model_truth *t)
{
    memcpy(t->state, t->column.state, state_bytes(t));
    memcpy(t->status, t->column.status, t->w->run.nlane);
}

static void
return_to_branch(model_truth *t)
{
    memcpy(t->column.state, t->state, state_bytes(t));
    memcpy(t->column.status, t->status, t->w->run.nlane);
}

static tsl_spec
spec_of(const model_truth *t, size_t i, tk_rcp *rcp)
{
    static const tk_out_att marks[] = {
        {.name = TRUTH_ATTRIBUTE,
         .text = "what a projection is held against: talik train refuses it"},
        {.name = "comment", .text = SYNTHETIC}};
    const tk_config *c = &t->w->setup->c;
    tsl_spec s = {.architecture = "column",
                  .physics = -1,
                  .source_text =
                      "talik: the soil column under the climate model's own "
                      "weather without its errors (talik_namelist)",
                  .calendar = TK_CAL_NOLEAP,
                  .ndepth = c->column.ndepths,
                  .depth = c->column.depths,
                  .command = "world",
                  .dir = t->folder,
                  .climate_model = t->name,
                  .member = "r1i1p1",
                  .natt = sizeof marks / sizeof *marks,
                  .att = marks};

    s.scenario = world_experiment(t->w, i, rcp, &s.first, &s.last);
    if (s.first < t->written)
        s.first = t->written;
    return s;
}

/* The months of experiment i from `from` on, written where asked for. */
static tk_err
run_experiment(model_truth *t, size_t i, int from, tk_out *out, int to)
{
    tk_rcp rcp;
    const tsl_spec s = spec_of(t, i, &rcp);

    t->weather.scenario = rcp;
    t->column.source.last = i ? t->w->last : t->w->split - 1;
    return column_write(&t->column, from, to, out, s.first);
}

static tk_err
finish(model_truth *t, size_t i, tk_out *out, int from, double start,
       tk_err err)
{
    const maker *w = t->w;
    tk_rcp rcp;
    const tsl_spec s = spec_of(t, i, &rcp);
    char path[TK_PATH * 3];

    if (err) {
        tk_out_drop(out);
        return err;
    }
    tsl_path(w->setup, &s, sizeof path, path);
    return tsl_finish(w->par, out, path, &w->grid, &w->run, t->column.status,
                      s.last - s.first + 1, s.last - from + 1,
                      tk_seconds() - start);
}

static tk_err
create(model_truth *t, size_t i, tk_out **out)
{
    const maker *w = t->w;
    tk_rcp rcp;
    const tsl_spec s = spec_of(t, i, &rcp);

    return tsl_create(w->par, w->setup, &s, NULL, &w->grid, &w->run, out);
}

/* From the spin-up to the branch, and on to the end of the history. */
static tk_err
run_history(model_truth *t)
{
    const maker *w = t->w;
    const bool wanted = t->written < w->split;
    double start = tk_seconds();
    tk_out *out = NULL;
    tk_err err = wanted ? create(t, 0, &out) : TK_OK;

    if (!err)
        err = column_spin_up(&t->column, w->first,
                             world_spin(w, w->first, w->split - 1));
    if (!err)
        tk_note("  %s spun up in %.1f s", t->name, tk_seconds() - start);
    start = tk_seconds();
    if (!err)
        err = run_experiment(t, 0, w->first, out, t->branch - 1);
    if (!err)
        keep_branch(t);
    if (!err && wanted)
        err = run_experiment(t, 0, t->branch, out, w->split - 1);
    if (!wanted)
        return err;
    return finish(t, 0, out, w->first, start, err);
}

static tk_err
run_scenario(model_truth *t, size_t i)
{
    const double start = tk_seconds();
    tk_out *out;
    tk_err err;

    TK_TRY(create(t, i, &out));
    return_to_branch(t);
    err = run_experiment(t, i, t->branch, out, t->w->last);
    return finish(t, i, out, t->branch, start, err);
}

static tk_err
check_names(model_truth *t)
{
    for (size_t i = t->written < t->w->split ? 0 : 1; i <= t->w->nscenario;
         i++) {
        tk_rcp rcp;
        const tsl_spec s = spec_of(t, i, &rcp);
        char path[TK_PATH * 3];

        tsl_path(t->w->setup, &s, sizeof path, path);
        TK_TRY(world_check(t->w, path));
    }
    return TK_OK;
}

static tk_err
run_model(model_truth *t)
{
    const maker *w = t->w;
    const tk_config *c = &w->setup->c;
    tk_err err =
        world_columns(w, &t->weather, c->column.ndepths, c->column.depths,
                      w->first, w->split - 1, &t->column);

    if (err)
        return err;
    t->state = tk_new(state_bytes(t), 1);
    t->status = tk_new(w->run.nlane, sizeof *t->status);
    TK_AGREE(w->par, t->state && t->status ? TK_OK : TK_ERUN);
    TK_TRY(run_history(t));
    for (size_t i = 1; i <= w->nscenario; i++)
        TK_TRY(run_scenario(t, i));
    return TK_OK;
}

tk_err
world_truth(maker *w)
{
    const tk_config *c = &w->setup->c;
    tk_err err = TK_OK;

    for (unsigned m = 1; m <= (unsigned)c->world.climate_models && !err; m++) {
        model_truth t = {
            .w = w,
            .weather = {.w = w, .realisation = m, .calendar = TK_CAL_NOLEAP},
            .branch = w->split - REACH};

        t.written = tk_month(c->world.truth_first_year, 1);
        if (t.written < w->first)
            t.written = w->first;
        world_model_name(m, t.name);
        snprintf(t.folder, sizeof t.folder, "%s/truth", c->world.dir);
        err = w->checking ? check_names(&t) : run_model(&t);
        column_drop(&t.column);
        tk_free(t.state);
        tk_free(t.status);
    }
    return err;
}
