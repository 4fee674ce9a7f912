/* `talik world`: a synthetic Alaska as files, for demonstration and tests. */
#include <stdio.h>
#include <string.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/phys/outline.h"
#include "world_impl.h"

/* ---- files ---------------------------------------------------------------- */

void
world_model_name(unsigned model, char name[16])
{
    snprintf(name, 16, "DEMO%u", model);
}

const char *
world_experiment(const maker *w, size_t i, tk_rcp *rcp, int *first, int *last)
{
    *rcp = i ? w->scenario[i - 1] : TK_RCP45;
    *first = i ? w->split : w->first;
    *last = i ? w->last : w->split - 1;
    return i ? tk_rcp_name(*rcp) : "historical";
}

void
world_describe(const maker *w, const char *experiment, const char *summary,
               global_atts *g)
{
    const tk_config *c = &w->setup->c;

    globals_begin(w->setup, 0, "world", g);
    if (!*c->run.title)
        globals_text(g, "title", "Demonstration world of talik");
    if (!*c->run.institution)
        globals_text(g, "institution", "none: made by talik world");
    globals_text(g, "summary", summary);
    globals_text(g, "keywords", "Alaska, synthetic climate, demonstration");
    globals_text(g, "source", SYNTHETIC);
    globals_text(g, "comment", SYNTHETIC);
    globals_text(g, "references", "https://arxiv.org/abs/2510.06258");
    globals_text(g, "experiment_id", experiment);
    globals_int(g, "seed", c->run.seed);
}

tk_err
world_check(const maker *w, const char *path)
{
    tk_err err = TK_OK;

    if (w->par->rank == 0)
        err = tk_out_check(path, w->setup->c.run.overwrite);
    return tk_agree(w->par, err);
}

tk_err
world_create(const maker *w, const world_file *f, tk_out **out)
{
    const size_t n = f->nmonth;
    double *axis = tk_new(3 * n, sizeof *axis);
    tk_err err = tk_agree(w->par, axis ? TK_OK : TK_ERUN);
    const tk_out_opts opts = {.path = f->path,
                              .overwrite = w->setup->c.run.overwrite,
                              .format = w->setup->c.output.format,
                              .calendar = f->calendar,
                              .ntime = n,
                              .time = axis,
                              .time_bounds = n ? axis + n : NULL,
                              .height = f->height,
                              .realization = -1,
                              .natt = f->g->n,
                              .att = f->g->att};

    *out = NULL;
    if (!err) {
        month_axis(f->calendar, f->first, n, axis, axis + n);
        err = tk_out_create(w->par, &opts, NULL, f->grid, f->run, f->nvar,
                            f->var, out);
    }
    tk_free(axis);
    return err;
}

tk_err
world_finish(tk_out *out, const char *path, tk_err err)
{
    if (err) {
        tk_out_drop(out);
        return err;
    }
    TK_TRY(tk_out_finish(out));
    tk_note("wrote %s", path);
    return TK_OK;
}

/* ---- the world ------------------------------------------------------------ */

static tk_err
choose_views(maker *w)
{
    const tk_config *c = &w->setup->c;
    const char *name[] = {"simple", "reanalysis", "models", "truth"};
    bool *wanted[] = {&w->simple, &w->reanalysis, &w->models, &w->truth};

    for (size_t i = 0; i < c->world.nviews; i++) {
        size_t k = 0;

        while (k < 4 && strcmp(c->world.views[i], name[k]) != 0)
            k++;
        if (k == 4)
            return tk_setup_fail(w->setup, "world", "views",
                                 "'%s': there are simple, reanalysis, models, "
                                 "truth",
                                 c->world.views[i]);
        *wanted[k] = true;
    }
    return TK_OK;
}

static tk_err
choose_scenarios(maker *w)
{
    const tk_config *c = &w->setup->c;

    for (size_t i = 0; i < c->world.nscenarios; i++) {
        if (tk_rcp_parse(c->world.scenarios[i], &w->scenario[i]) != TK_OK)
            return tk_setup_fail(w->setup, "world", "scenarios", "%s",
                                 tk_last_fault()->text);
        for (size_t k = 0; k < i; k++)
            if (w->scenario[k] == w->scenario[i])
                return tk_setup_fail(w->setup, "world", "scenarios",
                                     "'%s' is named twice",
                                     c->world.scenarios[i]);
    }
    w->nscenario = c->world.nscenarios;
    return TK_OK;
}

static tk_err
choose_years(maker *w)
{
    const tk_config *c = &w->setup->c;

    if (!(c->world.first_year < c->world.scenario_year
          && c->world.scenario_year <= c->world.last_year
          && c->world.scenario_year <= 2006))
        return tk_setup_fail(w->setup, "world", "scenario_year",
                             "first_year < scenario_year <= last_year is "
                             "needed, and scenario_year <= 2006: the scenarios "
                             "share their history until 2005");
    if (c->world.reanalysis_first_year > c->world.reanalysis_last_year)
        return tk_setup_fail(w->setup, "world", "reanalysis_last_year",
                             "%d lies before reanalysis_first_year, %d",
                             c->world.reanalysis_last_year,
                             c->world.reanalysis_first_year);
    if (c->world.truth_first_year > c->world.last_year)
        return tk_setup_fail(w->setup, "world", "truth_first_year",
                             "%d lies after last_year, %d",
                             c->world.truth_first_year, c->world.last_year);
    w->first = tk_month(c->world.first_year, 1);
    w->split = tk_month(c->world.scenario_year, 1);
    w->last = tk_month(c->world.last_year, 12);
    return choose_scenarios(w);
}

static tk_err
make_grid(maker *w)
{
    const double step = w->setup->c.world.resolution;
    tk_grid *g = &w->grid;

    TK_TRY(tk_grid_regular(51, 72, -190, -129, step, g));
    for (size_t b = 0; b < g->ny; b++)
        for (size_t j = 0; j < g->nx; j++)
            if (tk_alaska_land_fraction(g->y[tk_grid_file_row(g, b)], g->x[j],
                                        step, step)
                >= 0.5)
                tk_grid_set_active(g, b * g->nx + j);
    tk_grid_count(g);
    return TK_OK;
}

static tk_err
allocate(maker *w)
{
    size_t first, ntile, n;

    tk_tile_share(tk_tile_count(&w->grid), w->par->rank, w->par->size, &first,
                  &ntile);
    TK_TRY(tk_run_make(&w->grid, first, ntile, &w->run));
    n = w->run.nlane;
    w->cell = tk_new(n, sizeof *w->cell);
    w->tair = tk_new(n, sizeof *w->tair);
    w->precip = tk_new(n, sizeof *w->precip);
    if (!w->cell || !w->tair || !w->precip)
        return TK_ERUN;
    for (size_t l = 0; l < n; l++) {
        const double lat = w->grid.y[w->run.file_row[l]];
        const double lon = w->grid.x[w->run.file_col[l]];

        tk_world_cells(&w->world, 1, &lat, &lon, &w->cell[l]);
    }
    return TK_OK;
}

/* Twice: whether all files may be made, before minutes of work, then all. */
static tk_err
write_all(maker *w)
{
    for (int pass = 0; pass < 2; pass++) {
        w->checking = pass == 0;
        TK_TRY(world_static(w));
        if (w->simple)
            TK_TRY(world_simple(w));
        if (w->reanalysis)
            TK_TRY(world_reanalysis(w));
        if (w->models)
            TK_TRY(world_models(w));
        if (w->truth)
            TK_TRY(world_truth(w));
    }
    return TK_OK;
}

static void
drop(maker *w)
{
    tk_free(w->cell);
    tk_free(w->tair);
    tk_free(w->precip);
    tk_run_drop(&w->run);
    tk_grid_drop(&w->grid);
}

tk_err
cmd_world(const tk_par *par, const tk_setup *setup)
{
    const tk_world_opts opts = tk_setup_world(setup);
    maker w = {.par = par, .setup = setup};
    tk_err err = tk_world_make(&opts, &w.world);

    if (!err)
        err = choose_views(&w);
    if (!err)
        err = choose_years(&w);
    if (!err)
        err = make_grid(&w);
    if (!err)
        err = allocate(&w);
    err = tk_agree(par, err);
    if (!err) {
        stage_header(par, "world", &w.grid);
        tk_note("  %s", SYNTHETIC);
        err = write_all(&w);
    }
    drop(&w);
    return err;
}
