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

/* The name as CMIP5 has it, of a table and a period. */
static void
named_path(const tk_setup *setup, const tsl_spec *spec, const char *table,
           const char *period, size_t room, char *path)
{
    const tk_config *c = &setup->c;
    char model[2 * TK_WORD + 8], member[2 * TK_WORD];

    names(setup, spec, model, member);
    snprintf(path, room, "%s/%s_%s_%s_%s_%s.nc",
             either(spec->dir, c->output.dir), table, model,
             either(spec->scenario, c->forcing.scenario), member, period);
}

void
tsl_path(const tk_setup *setup, const tsl_spec *spec, size_t room, char *path)
{
    const tk_config *c = &setup->c;
    char period[48];

    snprintf(period, sizeof period, "%04d%02d-%04d%02d",
             tk_month_year(spec->first), tk_month_of_year(spec->first),
             tk_month_year(spec->last), tk_month_of_year(spec->last));
    if (*c->output.file && !spec->dir)
        snprintf(path, room, "%s/%s", c->output.dir, c->output.file);
    else
        named_path(setup, spec, "tsl_Lmon", period, room, path);
}

void
tsl_domain_path(const tk_setup *setup, const tsl_spec *spec, int first_year,
                int last_year, size_t room, char *path)
{
    const tk_config *c = &setup->c;
    const char *file = c->output.file, *slash = strrchr(file, '/');
    const char *dot = strrchr(slash ? slash : file, '.');
    const int stem = (int)(dot ? dot - file : (long)strlen(file));
    char period[32];

    snprintf(period, sizeof period, "%04d-%04d", first_year, last_year);
    if (*file && !spec->dir)
        snprintf(path, room, "%s/%.*s_domain%s", c->output.dir, stem, file,
                 file + stem);
    else
        named_path(setup, spec, "domain_Lyr", period, room, path);
}

void
tsl_globals(const tk_setup *setup, const tsl_spec *spec, const char *what,
            const char *summary, const char *frequency, global_atts *g)
{
    const tk_config *c = &setup->c;
    const char *scenario = either(spec->scenario, c->forcing.scenario);
    const char *climate = either(spec->climate_model, c->forcing.climate_model);
    int r = 1, i = 1, p = 1;

    globals_begin(setup, spec->newest, either(spec->command, "project"), g);
    names(setup, spec, g->model, g->member);
    sscanf(g->member, "r%di%dp%d", &r, &i, &p);
    snprintf(g->title, sizeof g->title, "%s, %s %s %s", what, g->model,
             scenario, g->member);
    if (!*c->run.title)
        globals_text(g, "title", g->title);
    snprintf(g->summary, sizeof g->summary,
             "%s, made by talik (%s) from the %s forcing of %s.", summary,
             spec->architecture, scenario, climate);
    globals_text(g, "summary", g->summary);
    globals_text(g, "source", spec->source_text);
    globals_text(g, "references", "https://arxiv.org/abs/2510.06258");
    globals_text(g, "project_id", "CMIP5");
    globals_text(g, "product", "output");
    globals_text(g, "experiment_id", scenario);
    globals_text(g, "driving_model_id", climate);
    globals_text(g, "driving_model_ensemble_member",
                 either(spec->member, c->forcing.member));
    globals_text(g, "model_id", g->model);
    globals_int(g, "realization", r);
    globals_int(g, "initialization_method", i);
    globals_int(g, "physics_version", p);
    globals_text(g, "frequency", frequency);
    globals_text(g, "modeling_realm", "land");
    if (strcmp(frequency, "mon") == 0)
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
    char path[TK_PATH * 3], summary[96];
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
    snprintf(summary, sizeof summary,
             "Monthly mean soil temperature at %zu depths", spec->ndepth);
    tsl_globals(setup, spec, "Soil temperature", summary, "mon", &g);
    sscanf(g.member, "r%d", &opts.realization);
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
