/* world_impl.h -- what the views of the demonstration world share.
 *
 * world_cmd.c makes the world and calls the views: world_simple.c (one climate),
 * world_reanalysis.c, world_models.c, world_truth.c; world_soil.c is the soil
 * column under the world's weather.
 */
#ifndef TALIK_APP_WORLD_IMPL_H
#define TALIK_APP_WORLD_IMPL_H

#include "app.h"
#include "column_impl.h"

#define SYNTHETIC "synthetic demonstration world, not an observation"
#define WORLD_PATH (2 * TK_PATH)
#define WORLD_BLOCK 12 /* months written at a time */

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    tk_world world;
    tk_grid grid; /* land of the world's own resolution */
    tk_run run;
    tk_world_cell *cell;   /* [nlane] */
    double *tair, *precip; /* [nlane], of whoever needs them */
    tk_rcp scenario[TK_RCP_COUNT];
    size_t nscenario;
    int first, split, last; /* months: of the history, the scenarios, the end */
    bool simple, reanalysis, models, truth;
    bool checking; /* views only ask whether their files may be made */
} maker;

/* **Collective.**  The views.  While checking they write nothing. */
tk_err world_static(maker *w) TK_MUST;
tk_err world_simple(maker *w) TK_MUST;
tk_err world_reanalysis(maker *w) TK_MUST;
tk_err world_models(maker *w) TK_MUST;
tk_err world_truth(maker *w) TK_MUST;

/* "DEMO1" of model 1; "historical" or the scenario, whose months are given back:
 * i = 0 is the history, i = 1 .. nscenario the scenarios.
 */
void world_model_name(unsigned model, char name[16]);
const char *world_experiment(const maker *w, size_t i, tk_rcp *rcp, int *first,
                             int *last);

/* A file of monthly fields, or of fields that do not change (nmonth = 0). */
typedef struct {
    const char *path;
    const tk_grid *grid;
    const tk_run *run;
    tk_calendar calendar;
    int first;
    size_t nmonth;
    double height; /* see talik/io/out.h */
    size_t nvar;
    const tk_out_var *var;
    const global_atts *g;
} world_file;

/* **Collective.**  May this file be made? */
tk_err world_check(const maker *w, const char *path) TK_MUST;
tk_err world_create(const maker *w, const world_file *f, tk_out **out) TK_MUST;
/* **Collective.**  Finishes the file after `err`, or drops it; says its name. */
tk_err world_finish(tk_out *out, const char *path, tk_err err) TK_MUST;

/* Attributes that all of them have, an experiment and a summary among them. */
void world_describe(const maker *w, const char *experiment, const char *summary,
                    global_atts *g);

/* Months first .. first + n - 1 of a scenario of realisation 0, in the units of
 * ERA5-Land: t2m, then tp, each x[n][nlane].
 */
void world_weather_of(const maker *w, tk_rcp rcp, int first, size_t n,
                      float *x);

/* Weather as forcing of the column. */
typedef struct {
    const maker *w;
    tk_rcp scenario;
    unsigned realisation;
    tk_calendar calendar;
} world_weather;

/* **Collective.**  Columns under that weather in the months first .. last, each
 * on its own ground.  column_drop ends them; the weather is borrowed.
 */
tk_err world_columns(const maker *w, world_weather *weather, size_t ndepth,
                     const double *depth, int first, int last,
                     column_tiles *c) TK_MUST;

/* Months of the spin-up in a series of so many. */
size_t world_spin(const maker *w, int first, int last);

#endif
