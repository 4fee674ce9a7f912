/* The corrected forcing as files: names, attributes, the first lines of a run.
 */
#include <stdio.h>
#include <string.h>

#include "correct_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

#define REFERENCE "https://doi.org/10.1175/JCLI-D-14-00754.1 (quantile mapping)"

/* Texts of the global attributes; long lists are cut. */
typedef struct {
    char title[TK_PATH], period[48], method[1024], regrid[TK_PATH * 2],
        comment[512];
    tk_text sources, reanalysis;
} texts;

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static const char *
model_of(const correction *c)
{
    const char *model = c->archive.file[0].model;

    return *model ? model : "unknown";
}

static const char *
member_of(const correction *c)
{
    const char *member = c->archive.file[0].member;

    return *member ? member : "r1i1p1";
}

static void
period_text(int first, int last, size_t room, char *text)
{
    char a[16], b[16];

    tk_month_text(first, a);
    tk_month_text(last, b);
    snprintf(text, room, "%s .. %s", a, b);
}

/* "qdm by calendar month, 1 neighbour ...; t2m additive; tp multiplicative ..."
 */
static void
method_text(const correction *c, size_t room, char *text)
{
    const tk_adjust *how = &c->var[0].how;
    size_t at = (size_t)snprintf(
        text, room,
        "%s, %s, half_window %d, quantiles %zu, span_years %d, %s, ratio_max "
        "%g, seed %llu",
        tk_adjust_name(how->method),
        how->pooled ? "all months together" : "by calendar month",
        how->half_window, how->quantiles, how->span_years,
        how->clip ? "clipped" : "not clipped", how->ratio_max,
        (unsigned long long)how->seed);

    for (size_t v = 0; v < c->nvar && at < room; v++) {
        at += (size_t)snprintf(text + at, room - at, "; %s from %s %s",
                               c->var[v].variable, c->var[v].modelled,
                               c->var[v].how.ratio ? "multiplicative"
                                                   : "additive");
        if (c->var[v].how.ratio && at < room)
            at += (size_t)snprintf(text + at, room - at, ", trace %g %s",
                                   c->var[v].how.trace, c->var[v].units);
    }
}

static void
regrid_text(const correction *c, size_t room, char *text)
{
    const tk_config *k = &c->setup->c;
    size_t at = (size_t)snprintf(text, room, "%s", k->correct.regrid);

    if (*k->correct.land_file && at < room)
        at += (size_t)snprintf(text + at, room - at,
                               ", land of %s where %s >= %g",
                               base_name(k->correct.land_file),
                               k->correct.land_variable, k->correct.land_min);
    if (c->elevation && at < room)
        snprintf(text + at, room - at,
                 ", temperature by %g K km-1 from %s of %s to %s",
                 k->correct.lapse_rate, k->correct.height_variable,
                 base_name(k->correct.height_file), k->correct.elevation);
}

/* The files that an experiment was made of: its own and, for a scenario or a
 * longer reference, the others'.
 */
static void
sources_text(const correction *c, const experiment *e, tk_text *text)
{
    for (size_t i = 0; i < c->archive.n; i++) {
        const tk_archive_file *f = &c->archive.file[i];

        if (strcmp(f->experiment, e->name) == 0
            || strcmp(f->experiment, c->exp[0].name) == 0
            || (c->lengthens
                && strcmp(f->experiment, c->exp[c->lengthens].name) == 0))
            tk_text_add(text, "%s%s", text->len ? "\n" : "",
                        base_name(f->path));
    }
}

static void
describe(const correction *c, const experiment *e, texts *t, global_atts *g)
{
    const tk_config *k = &c->setup->c;

    globals_begin(c->setup, c->newest, "correct", g);
    snprintf(t->title, sizeof t->title, "Forcing of %s %s %s, bias-corrected",
             model_of(c), e->name, member_of(c));
    if (!*k->run.title)
        globals_text(g, "title", t->title);
    globals_text(g, "summary",
                 "Monthly forcing of a climate model on the grid of a "
                 "reanalysis, with the climate model's changes and without "
                 "its bias, made by talik.");
    globals_text(g, "source", t->title);
    globals_text(g, "references", REFERENCE);
    globals_text(g, "project_id", "CMIP5");
    globals_text(g, "experiment_id", e->name);
    globals_text(g, "model_id", model_of(c));
    globals_text(g, "driving_model_id", model_of(c));
    globals_text(g, "driving_experiment_name", e->name);
    globals_text(g, "driving_model_ensemble_member", member_of(c));
    globals_text(g, "frequency", "mon");
    method_text(c, sizeof t->method, t->method);
    globals_text(g, "bias_correction", t->method);
    period_text(c->ref_first, c->ref_last, sizeof t->period, t->period);
    globals_text(g, "bias_correction_reference_period", t->period);
    if (c->lengthens)
        globals_text(g, "bias_correction_reference_scenario",
                     c->exp[c->lengthens].name);
    for (size_t i = 0; i < c->files.nforcing; i++)
        tk_text_add(&t->reanalysis, "%s%s", i ? "\n" : "",
                    base_name(c->files.forcing[i]));
    globals_text(g, "bias_correction_reference_files",
                 tk_text_get(&t->reanalysis));
    regrid_text(c, sizeof t->regrid, t->regrid);
    globals_text(g, "regridding", t->regrid);
    sources_text(c, e, &t->sources);
    globals_text(g, "driving_files", tk_text_get(&t->sources));
    period_text(e->first, e->last, sizeof t->comment, t->comment);
    globals_text(g, "driving_months", t->comment);
}

static void
describe_variables(const correction *c, tk_out_var *var)
{
    for (size_t v = 0; v < c->nvar; v++)
        var[v] = (tk_out_var){
            .name = c->var[v].variable,
            .standard_name = c->var[v].standard_name,
            .long_name =
                *c->var[v].long_name ? c->var[v].long_name : c->var[v].variable,
            .units = c->var[v].units,
            .cell_methods =
                *c->var[v].cell_methods ? c->var[v].cell_methods : "time: mean",
            .type = TK_OUT_FLOAT,
            .time = true};
}

static void
name_file(const correction *c, experiment *e)
{
    snprintf(e->path, sizeof e->path, "%s/%s_%s_%s_%04d%02d-%04d%02d.nc",
             c->setup->c.correct.dir, e->name, model_of(c), member_of(c),
             tk_month_year(e->from), tk_month_of_year(e->from),
             tk_month_year(e->to), tk_month_of_year(e->to));
}

tk_err
correct_create(correction *c, experiment *e)
{
    const size_t n = (size_t)(e->to - e->from) + 1;
    double *axis = tk_new(3 * n, sizeof *axis);
    tk_out_var var[TK_LIST];
    texts t = {0};
    global_atts g;
    tk_out_opts opts = {.path = e->path,
                        .overwrite = c->setup->c.run.overwrite,
                        .format = c->setup->c.output.format,
                        .calendar = c->calendar,
                        .ntime = n,
                        .time = axis,
                        .time_bounds = axis ? axis + n : NULL,
                        .realization = 1};
    tk_err err;

    name_file(c, e);
    describe(c, e, &t, &g);
    describe_variables(c, var);
    sscanf(member_of(c), "r%d", &opts.realization);
    opts.natt = g.n;
    opts.att = g.att;
    err = axis && !t.sources.failed && !t.reanalysis.failed ? TK_OK : TK_ERUN;
    if (!err && c->par->rank == 0)
        err = tk_out_same_file(e->path, c->files.nforcing, c->files.forcing);
    for (size_t i = 0; i < c->archive.n && !err && c->par->rank == 0; i++) {
        const char *path = c->archive.file[i].path;

        err = tk_out_same_file(e->path, 1, &path);
    }
    err = tk_agree(c->par, err);
    if (!err) {
        month_axis(c->calendar, e->from, n, axis, axis + n);
        err = tk_out_create(c->par, &opts, &c->source, &c->grid, &c->run,
                            c->nvar, var, &e->out);
    }
    tk_text_drop(&t.sources);
    tk_text_drop(&t.reanalysis);
    tk_free(axis);
    return err;
}

void
correct_header(const correction *c)
{
    const tk_window *w = tk_coarse_window(c->exp[0].coarse[0]);
    char text[1024];

    stage_header(c->par, "correct", &c->grid);
    tk_note("  %s %s, %zu x %zu of its cells; %s", model_of(c), member_of(c),
            w->nrow, w->ncol, c->setup->c.correct.regrid);
    for (size_t e = 0; e < c->nexp; e++) {
        period_text(c->exp[e].first, c->exp[e].last, sizeof text, text);
        tk_note("  %s: %s", c->exp[e].name, text);
    }
    period_text(c->ref_first, c->ref_last, sizeof text, text);
    tk_note("  reference %s%s%s", text, c->lengthens ? ", with " : "",
            c->lengthens ? c->exp[c->lengthens].name : "");
    method_text(c, sizeof text, text);
    tk_note("  %s", text);
}
