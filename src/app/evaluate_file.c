/* The NetCDF files of `talik evaluate`: scores and one cell's series; the error
 * of each cell.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/mem.h"
#include "talik/io/table.h"

/* ---- scores --------------------------------------------------------------- */

enum { PREDICTOR, DEPTH, BAND, SPAN, MONTH, AXES };
#define SCORES 16

static const struct {
    const char *name, *units, *long_name;
    size_t offset;
} scores[SCORES] = {
#define SCORE(member, units, text)                       \
    {                                                    \
#member, units, text, offsetof(tk_skill, member) \
    }
    SCORE(count, "1", "cell months scored"),
    SCORE(target, "degC", "mean of the targets"),
    SCORE(rmse, "K", "root mean square error"),
    SCORE(mae, "K", "mean absolute error"),
    SCORE(bias, "K", "mean error"),
    SCORE(r2, "1", "coefficient of determination"),
    SCORE(nse, "1", "efficiency of Nash and Sutcliffe about each cell's mean"),
    SCORE(kge, "1", "efficiency of Kling and Gupta, bias in units of spread"),
    SCORE(frozen, "1", "share of months on the right side of 0 degC"),
    SCORE(spread, "K", "root mean variance between the members"),
    SCORE(amplitude, "K", "mean error of the annual cycle's amplitude"),
    SCORE(abs_amplitude, "K", "mean absolute error of that amplitude"),
    SCORE(peak, "day", "mean error of the day of the annual maximum"),
    SCORE(abs_peak, "day", "mean absolute error of that day"),
    SCORE(curtain, "day", "mean error of the days a year near 0 degC"),
    SCORE(abs_curtain, "day", "mean absolute error of those days"),
#undef SCORE
};

typedef struct {
    tk_table_list list;
    double *score[SCORES]; /* [predictor][depth][band][span] */
    double *number[AXES], *year, *month_of_year;
    double south[TK_BANDS + 1], north[TK_BANDS + 1];
    char band[TK_BANDS + 1][32];
    const char *band_name[TK_BANDS + 1], *span_name[TK_SPANS];
    const char *predictor_name[TK_PREDICTORS];
} tables;

static tk_err
make_numbers(const tk_verdict *v, const size_t *length, tables *t)
{
    const size_t groups = v->npredictor * v->D * v->bands * TK_SPANS;

    for (int k = 0; k < AXES; k++) {
        if (!(t->number[k] = tk_new(length[k], sizeof(double))))
            return TK_ERUN;
        for (size_t i = 0; i < length[k]; i++)
            t->number[k][i] = (double)(i + 1);
    }
    for (size_t s = 0; s < SCORES; s++) {
        if (!(t->score[s] = tk_new(groups, sizeof(double))))
            return TK_ERUN;
        for (size_t i = 0; i < groups; i++)
            memcpy(&t->score[s][i],
                   (const char *)&v->skill[i] + scores[s].offset,
                   sizeof(double));
    }
    t->year = tk_new(v->nmonth, sizeof *t->year);
    t->month_of_year = tk_new(v->nmonth, sizeof *t->month_of_year);
    if (!t->year || !t->month_of_year)
        return TK_ERUN;
    for (size_t m = 0; m < v->nmonth; m++) {
        t->year[m] = tk_month_year(v->month[m]);
        t->month_of_year[m] = tk_month_of_year(v->month[m]);
    }
    return TK_OK;
}

static void
make_labels(const judgement *j, tables *t)
{
    const tk_verdict *v = j->verdict;

    for (size_t q = 0; q < v->npredictor; q++)
        t->predictor_name[q] = v->predictor[q].name;
    for (size_t s = 0; s < TK_SPANS; s++)
        t->span_name[s] = tk_span_name(s);
    for (size_t b = 0; b < v->bands; b++) {
        t->south[b] = b ? j->contest->edge[b - 1] : NAN;
        t->north[b] = b ? j->contest->edge[b] : NAN;
        snprintf(t->band[b], sizeof t->band[b], "all");
        if (b)
            snprintf(t->band[b], sizeof t->band[b], "%g to %g N", t->south[b],
                     t->north[b]);
        t->band_name[b] = t->band[b];
    }
}

static void
fill(const judgement *j, tables *t)
{
    const tk_verdict *v = j->verdict;
    tk_table_list *list = &t->list;

    tk_table_add(list, "predictor", "model or baseline", "1", "", "0",
                 t->number[PREDICTOR]);
    tk_table_add(list, "depth", "depth of the soil temperature", "m", "", "1",
                 j->contest->model[0].model->depth);
    tk_table_add(list, "band", "latitude band, the first one all", "1", "", "2",
                 t->number[BAND]);
    tk_table_add(list, "season", "season, the first one the year", "1", "", "3",
                 t->number[SPAN]);
    tk_table_add(list, "month", "month of the test", "1", "", "4",
                 t->number[MONTH]);
    tk_table_add_labels(list, "predictor_name", "model or baseline", PREDICTOR,
                        t->predictor_name);
    tk_table_add_labels(list, "band_name", "latitude band", BAND, t->band_name);
    tk_table_add_labels(list, "season_name", "season", SPAN, t->span_name);
    tk_table_add(list, "band_south", "southern edge of the band",
                 "degrees_north", "", "2", t->south);
    tk_table_add(list, "band_north", "northern edge of the band",
                 "degrees_north", "", "2", t->north);
    tk_table_add(list, "year", "year of the month", "1", "", "4", t->year);
    tk_table_add(list, "month_of_year", "month of the year", "1", "", "4",
                 t->month_of_year);
    for (size_t s = 0; s < SCORES; s++)
        tk_table_add(list, scores[s].name, scores[s].long_name, scores[s].units,
                     "predictor_name band_name season_name", "0123",
                     t->score[s]);
    tk_table_add(
        list, "half_width",
        "half-width of the band round predictions that was calibrated on the "
        "months that stopped the training",
        "K", "predictor_name", "01", v->half_width);
    tk_table_add(list, "coverage", "share of the test within that band", "1",
                 "predictor_name", "01", v->coverage);
    tk_table_add(list, "observed", "target in one cell", "K",
                 "year month_of_year", "14", v->observed);
    tk_table_add(list, "predicted", "prediction in that cell", "K",
                 "predictor_name year month_of_year", "014", v->predicted);
}

/* What both files say of the contest. */
static void
describe(const judgement *j, global_atts *g, char text[2][16],
         char models[4 * TK_PATH])
{
    const tk_verdict *v = j->verdict;
    const tk_config *c = &j->setup->c;
    size_t at = 0;

    for (size_t i = 0; i < c->evaluate.nmodels && at < 4 * TK_PATH; i++)
        at += (size_t)snprintf(models + at, 4 * TK_PATH - at, "%s%s",
                               i ? " " : "", c->evaluate.models[i]);
    globals_text(g, "model_files",
                 c->evaluate.nmodels ? models : c->model.file);
    tk_month_text(v->month[0], text[0]);
    tk_month_text(v->month[v->nmonth - 1], text[1]);
    globals_text(g, "first_month", text[0]);
    globals_text(g, "last_month", text[1]);
    globals_int(g, "test_months", (int)v->nmonth);
}

tk_err
evaluate_scores(const tk_par *par, const judgement *j)
{
    const tk_verdict *v = j->verdict;
    const size_t length[AXES] = {v->npredictor, v->D, v->bands, TK_SPANS,
                                 v->nmonth};
    const tk_table_axis axis[AXES] = {{"predictor", length[PREDICTOR]},
                                      {"depth", length[DEPTH]},
                                      {"band", length[BAND]},
                                      {"season", length[SPAN]},
                                      {"month", length[MONTH]}};
    tables *t = tk_new(1, sizeof *t);
    char text[2][16], models[4 * TK_PATH];
    global_atts g;
    tk_err err = tk_agree(par, t ? make_numbers(v, length, t) : TK_ERUN);

    if (!err) {
        make_labels(j, t);
        fill(j, t);
        globals_begin(j->setup, j->newest, "evaluate", &g);
        describe(j, &g, text, models);
        g.att[g.n++] = (tk_out_att){.name = "point_lat", .number = v->lat};
        g.att[g.n++] = (tk_out_att){.name = "point_lon", .number = v->lon};
        g.att[g.n++] =
            (tk_out_att){.name = "coverage_level", .number = j->contest->level};
        g.att[g.n++] =
            (tk_out_att){.name = "zero_curtain_K", .number = TK_CURTAIN};
        err = tk_table_write(par, j->setup->c.evaluate.file,
                             j->setup->c.run.overwrite, AXES, axis, t->list.n,
                             t->list.var, g.n, g.att);
    }
    for (int k = 0; t && k < AXES; k++)
        tk_free(t->number[k]);
    for (size_t s = 0; t && s < SCORES; s++)
        tk_free(t->score[s]);
    if (t) {
        tk_free(t->year);
        tk_free(t->month_of_year);
    }
    tk_free(t);
    return err;
}

/* ---- the error of each cell ------------------------------------------------ */

#define MAPS (2 * TK_PREDICTORS)

typedef struct {
    tk_out_var var[MAPS];
    char name[MAPS][96], long_name[MAPS][160];
} maps;

/* "rmse_lagged_air" of "lagged air"; "_2" and so on behind it where another
 * predictor before has become the same.
 */
static void
name_map(maps *m, size_t i, const char *what, const char *predictor)
{
    char plain[sizeof m->name[0] - 16];
    int twins = 1;

    snprintf(plain, sizeof plain, "%s_%s", what, predictor);
    for (char *c = plain; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    snprintf(m->name[i], sizeof m->name[i], "%s", plain);
    for (size_t k = 0; k < i; k++)
        if (strcmp(m->name[k], m->name[i]) == 0) {
            snprintf(m->name[i], sizeof m->name[i], "%s_%d", plain, ++twins);
            k = (size_t)-1; /* again from the first */
        }
}

static void
name_maps(const tk_verdict *v, maps *m)
{
    for (size_t i = 0; i < 2 * v->npredictor; i++) {
        const char *predictor = v->predictor[i / 2].name;
        const bool bias = i % 2;

        name_map(m, i, bias ? "bias" : "rmse", predictor);
        snprintf(m->long_name[i], sizeof m->long_name[i], "%s of %s",
                 bias ? "mean error" : "root mean square error", predictor);
        m->var[i] =
            (tk_out_var){.name = m->name[i],
                         .long_name = m->long_name[i],
                         .units = "K",
                         .type = TK_OUT_FLOAT,
                         .depth = true,
                         .extra = "units_metadata=temperature: difference"};
    }
}

/* **Collective.** */
static tk_err
write_maps(const tk_par *par, const judgement *j, const tk_run *run, maps *m)
{
    const tk_verdict *v = j->verdict;
    const stage_data *s = j->data;
    const size_t each = v->D * v->nlane;
    double bounds[2 * TK_DEPTHS];
    char text[2][16], models[4 * TK_PATH];
    global_atts g;
    tk_out *out;
    tk_err err = TK_OK;

    globals_begin(j->setup, j->newest, "evaluate", &g);
    describe(j, &g, text, models);
    depth_bounds(v->D, j->contest->model[0].model->depth, bounds);
    TK_TRY(tk_out_create(
        par,
        &(tk_out_opts){.path = j->setup->c.evaluate.map,
                       .overwrite = j->setup->c.run.overwrite,
                       .format = j->setup->c.output.format,
                       .ndepth = v->D,
                       .depth = j->contest->model[0].model->depth,
                       .depth_bounds = bounds,
                       .realization = -1,
                       .natt = g.n,
                       .att = g.att},
        &s->source, &s->grid, run, 2 * v->npredictor, m->var, &out));
    for (size_t i = 0; i < 2 * v->npredictor && !err; i++)
        err = tk_out_write(out, i, 0, 1,
                           (i % 2 ? v->bias : v->rmse) + i / 2 * each);
    if (err) {
        tk_out_drop(out);
        return err;
    }
    return tk_out_finish(out);
}

tk_err
evaluate_map(const tk_par *par, const judgement *j)
{
    maps *m = tk_new(1, sizeof *m);
    tk_run run = {0};
    size_t first, n;
    tk_err err = m ? TK_OK : TK_ERUN;

    tk_tile_share(tk_tile_count(&j->data->grid), par->rank, par->size, &first,
                  &n);
    if (!err)
        err = tk_run_make(&j->data->grid, first, n, &run);
    err = tk_agree(par, err);
    if (!err) {
        name_maps(j->verdict, m);
        err = write_maps(par, j, &run, m);
    }
    tk_run_drop(&run);
    tk_free(m);
    return err;
}
