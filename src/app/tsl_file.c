/* The soil-temperature file: name, axes, attributes, the closing words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

static const tk_out_var variables[TSL_VARIABLES] = {
    [TSL_TEMPERATURE] = {.name = "tsl",
                         .standard_name = "soil_temperature",
                         .long_name = "Temperature of Soil",
                         .units = "K",
                         .cell_methods = "area: mean where land time: mean",
                         .type = TK_OUT_FLOAT,
                         .time = true,
                         .depth = true,
                         .extra = "ancillary_variables=cell_status"},
    [TSL_STATUS] = {.name = "cell_status",
                    .standard_name = "status_flag",
                    .long_name = "why months of this cell are missing",
                    .units = "1",
                    .type = TK_OUT_BYTE,
                    .flag_meanings = TK_CELL_MEANINGS},
};

static const char *
either(const char *given, const char *key)
{
    return given ? given : key;
}

/* "CCSM4-gru" and "r1i1p7": the fields of the file's name that say which model
 * and which seed.
 */
static void
names(const tk_setup *setup, const tsl_spec *spec, char model[2 * TK_WORD + 8],
      char member[2 * TK_WORD])
{
    const tk_config *c = &setup->c;
    const char *of = either(spec->member, c->forcing.member);
    const char *p = strrchr(of, 'p');

    snprintf(model, 2 * TK_WORD + 8, "%s-%s",
             either(spec->climate_model, c->forcing.climate_model),
             spec->architecture);
    if (*c->output.model_id && !spec->climate_model)
        snprintf(model, 2 * TK_WORD + 8, "%s", c->output.model_id);
    snprintf(member, 2 * TK_WORD, "%s", of);
    if (spec->physics >= 0 && p)
        snprintf(member, 2 * TK_WORD, "%.*sp%lld", (int)(p - of), of,
                 spec->physics);
}

void
tsl_path(const tk_setup *setup, const tsl_spec *spec, size_t room, char *path)
{
    const tk_config *c = &setup->c;
    char model[2 * TK_WORD + 8], member[2 * TK_WORD];

    names(setup, spec, model, member);
    if (*c->output.file && !spec->dir)
        snprintf(path, room, "%s/%s", c->output.dir, c->output.file);
    else
        snprintf(path, room, "%s/tsl_Lmon_%s_%s_%s_%04d%02d-%04d%02d.nc",
                 either(spec->dir, c->output.dir), model,
                 either(spec->scenario, c->forcing.scenario), member,
                 tk_month_year(spec->first), tk_month_of_year(spec->first),
                 tk_month_year(spec->last), tk_month_of_year(spec->last));
}

static void
describe(const tk_setup *setup, const tsl_spec *spec, const char *model,
         const char *member, global_atts *g)
{
    const tk_config *c = &setup->c;
    int r = 1, i = 1, p = 1;

    sscanf(member, "r%di%dp%d", &r, &i, &p);
    globals_text(g, "source", spec->source_text);
    globals_text(g, "references", "https://arxiv.org/abs/2510.06258");
    globals_text(g, "project_id", "CMIP5");
    globals_text(g, "product", "output");
    globals_text(g, "experiment_id",
                 either(spec->scenario, c->forcing.scenario));
    globals_text(g, "driving_model_id",
                 either(spec->climate_model, c->forcing.climate_model));
    globals_text(g, "driving_model_ensemble_member",
                 either(spec->member, c->forcing.member));
    globals_text(g, "model_id", model);
    globals_int(g, "realization", r);
    globals_int(g, "initialization_method", i);
    globals_int(g, "physics_version", p);
    globals_text(g, "frequency", "mon");
    globals_text(g, "modeling_realm", "land");
    globals_text(g, "table_id", "Table Lmon");
    globals_text(g, "keywords", "permafrost, active layer, soil temperature");
    globals_int(g, "seed",
                (int)(spec->physics >= 0 ? spec->physics : c->run.seed));
    for (size_t k = 0; k < spec->natt; k++)
        globals_text(g, spec->att[k].name, spec->att[k].text);
}

tk_err
tsl_create(const tk_par *par, const tk_setup *setup, const tsl_spec *spec,
           const tk_grid_source *source, const tk_grid *grid, const tk_run *run,
           tk_out **out)
{
    const size_t n = (size_t)(spec->last - spec->first) + 1;
    const char *scenario = either(spec->scenario, setup->c.forcing.scenario);
    char path[TK_PATH * 3], model[2 * TK_WORD + 8], member[2 * TK_WORD];
    char title[TK_PATH], summary[2 * TK_PATH];
    double *axis = tk_new(3 * n, sizeof *axis), bounds[2 * TK_DEPTHS];
    global_atts g;
    tk_err err = tk_agree(par, axis ? TK_OK : TK_ERUN);
    tk_out_opts opts = {.path = path,
                        .overwrite = setup->c.run.overwrite,
                        .format = setup->c.output.format,
                        .calendar = spec->calendar,
                        .ntime = n,
                        .time = axis,
                        .time_bounds = axis + n,
                        .ndepth = spec->ndepth,
                        .depth = spec->depth,
                        .depth_bounds = bounds,
                        .realization = 1};

    if (err)
        return err;
    tsl_path(setup, spec, sizeof path, path);
    names(setup, spec, model, member);
    sscanf(member, "r%d", &opts.realization);
    globals_begin(setup, spec->newest, either(spec->command, "project"), &g);
    snprintf(title, sizeof title, "Soil temperature, %s %s %s", model, scenario,
             member);
    if (!*setup->c.run.title)
        globals_text(&g, "title", title);
    snprintf(summary, sizeof summary,
             "Monthly mean soil temperature at %zu "
             "depths, made by talik (%s) from the %s forcing of %s.",
             spec->ndepth, spec->architecture, scenario,
             either(spec->climate_model, setup->c.forcing.climate_model));
    globals_text(&g, "summary", summary);
    describe(setup, spec, model, member, &g);
    opts.natt = g.n;
    opts.att = g.att;
    month_axis(spec->calendar, spec->first, n, axis, axis + n);
    depth_bounds(spec->ndepth, spec->depth, bounds);
    err = tk_out_create(par, &opts, source, grid, run, TSL_VARIABLES, variables,
                        out);
    tk_free(axis);
    return err;
}

tk_err
tsl_finish(const tk_par *par, tk_out *out, const char *path,
           const tk_grid *grid, const tk_run *run, const unsigned char *status,
           int written, int simulated, double seconds)
{
    const double megabytes = (double)tk_out_bytes(out) / 1e6;
    uint64_t bad[2] = {0};
    float *flag = tk_new(run->nlane, sizeof *flag);
    tk_err err = tk_agree(par, flag ? TK_OK : TK_ERUN);

    for (size_t l = 0; l < run->nlane && !err; l++) {
        flag[l] = status[l];
        bad[0] += l < run->ncell && status[l] != TK_CELL_OK;
    }
    if (!err)
        err = tk_out_write(out, TSL_STATUS, 0, 1, flag);
    tk_free(flag);
    if (err) {
        tk_out_drop(out);
        return err;
    }
    TK_TRY(tk_out_finish(out));
    tk_sum_u64(par, 1, bad);
    if (bad[0])
        tk_warn("%llu of %zu cells have missing months; cell_status says why",
                (unsigned long long)bad[0], grid->nactive);
    tk_note("wrote %s", path);
    tk_note("  %.1f MB, %d months; computed %.0f cell-years per second",
            megabytes, written,
            (double)grid->nactive * simulated / 12
                / (seconds > 0 ? seconds : 1));
    return TK_OK;
}
