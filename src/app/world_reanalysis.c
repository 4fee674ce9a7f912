/* The view of a reanalysis: the world's weather of realisation 0, and its soil, in
 * the names and units of ERA5-Land.
 */
#include <stdio.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "world_impl.h"

/* What a reanalysis saw after 2005 is one path among those possible. */
#define PATH TK_RCP45

#define NLAYER 4
static const double layer[NLAYER] = {0.035, 0.175, 0.64, 1.945};

#define MONTHLY(n, standard, long, u)                                        \
    {                                                                        \
        .name = n, .standard_name = standard, .long_name = long, .units = u, \
        .cell_methods = "time: mean", .type = TK_OUT_FLOAT, .time = true     \
    }
enum { T2M, TP, SD, SDE, STL1, NVAR = STL1 + NLAYER };
static const tk_out_var variables[NVAR] = {
    [T2M] = MONTHLY("t2m", "air_temperature", "2 metre temperature", "K"),
    [TP] = MONTHLY("tp", NULL,
                   "mean daily sum of precipitation, as in ERA5-Land's monthly "
                   "means",
                   "m"),
    [SD] = MONTHLY("sd", "lwe_thickness_of_surface_snow_amount",
                   "snow depth water equivalent", "m"),
    [SDE] = MONTHLY("sde", "surface_snow_thickness", "snow depth", "m"),
    [STL1] = MONTHLY("stl1", "soil_temperature",
                     "soil temperature level 1 (0 - 0.07 m)", "K"),
    MONTHLY("stl2", "soil_temperature",
            "soil temperature level 2 (0.07 - 0.28 m)", "K"),
    MONTHLY("stl3", "soil_temperature", "soil temperature level 3 (0.28 - 1 m)",
            "K"),
    MONTHLY("stl4", "soil_temperature", "soil temperature level 4 (1 - 2.89 m)",
            "K"),
};

typedef struct {
    maker *w;
    column_tiles column;
    world_weather weather;
    tk_out *out;
    float *x, *soil; /* [2][block][nlane], [block][NLAYER][nlane] */
} view;

static tk_err
write_layers(view *v, size_t at, size_t n)
{
    const size_t nlane = v->w->run.nlane;

    for (size_t k = 0; k < NLAYER; k++) {
        for (size_t i = 0; i < n * nlane; i++)
            v->x[i] = v->soil[(i / nlane * NLAYER + k) * nlane + i % nlane];
        TK_TRY(tk_out_write(v->out, STL1 + k, at, n, v->x));
    }
    return TK_OK;
}

/* **Collective.**  Months [month, month + n) to steps at ... */
static tk_err
write_block(view *v, int month, size_t at, size_t n, float *sd, float *sde)
{
    const size_t nlane = v->w->run.nlane;

    TK_TRY(column_advance(
        &v->column, month, n,
        &(column_result){.tsoil = v->soil, .snow_depth = sde, .swe = sd}));
    for (size_t i = 0; i < n * nlane; i++)
        sd[i] *= 1e-3F;
    TK_TRY(tk_out_write(v->out, SD, at, n, sd));
    TK_TRY(tk_out_write(v->out, SDE, at, n, sde));
    TK_TRY(write_layers(v, at, n));
    world_weather_of(v->w, PATH, month, n, v->x);
    TK_TRY(tk_out_write(v->out, T2M, at, n, v->x));
    return tk_out_write(v->out, TP, at, n, v->x + n * nlane);
}

static tk_err
run_months(view *v)
{
    const int first = v->column.source.first, last = v->column.source.last;
    const int block = (int)v->column.block;
    const size_t each = (size_t)block * v->w->run.nlane;
    float *snow = tk_new(2 * each, sizeof *snow);
    tk_progress progress =
        tk_progress_begin("reanalysis to", (last - first + block) / block);
    tk_err err;

    v->x = tk_new(2 * each, sizeof *v->x);
    v->soil = tk_new(NLAYER * each, sizeof *v->soil);
    err = tk_agree(v->w->par, snow && v->x && v->soil ? TK_OK : TK_ERUN);
    for (int month = first; month <= last && !err; month += block) {
        const int n = last + 1 - month < block ? last + 1 - month : block;
        char label[16];

        err = write_block(v, month, (size_t)(month - first), (size_t)n, snow,
                          snow + each);
        tk_month_text(month + n - 1, label);
        if (!err)
            tk_progress_step(&progress, label, "%s", "");
    }
    tk_free(snow);
    tk_free(v->x);
    tk_free(v->soil);
    return err;
}

tk_err
world_reanalysis(maker *w)
{
    const tk_config *c = &w->setup->c;
    const int first = tk_month(c->world.reanalysis_first_year, 1);
    const int last = tk_month(c->world.reanalysis_last_year, 12);
    view v = {.w = w,
              .weather = {.w = w,
                          .scenario = PATH,
                          .realisation = 0,
                          .calendar = TK_CAL_PROLEPTIC}};
    char path[WORLD_PATH];
    world_file f = {.path = path,
                    .grid = &w->grid,
                    .run = &w->run,
                    .calendar = v.weather.calendar,
                    .first = first,
                    .nmonth = (size_t)(last - first + 1),
                    .nvar = NVAR,
                    .var = variables};
    global_atts g;
    tk_err err;

    snprintf(path, sizeof path, "%s/reanalysis/era5land_%d-%d.nc", c->world.dir,
             c->world.reanalysis_first_year, c->world.reanalysis_last_year);
    if (w->checking)
        return world_check(w, path);
    world_describe(w, "reanalysis",
                   "Weather, snow and soil of a synthetic Alaska, as a "
                   "reanalysis would give them.",
                   &g);
    f.g = &g;
    err = world_columns(w, &v.weather, NLAYER, layer, first, last, &v.column);
    if (!err)
        err = world_create(w, &f, &v.out);
    if (!err)
        err = column_spin_up(&v.column, first, world_spin(w, first, last));
    if (!err)
        err = run_months(&v);
    err = world_finish(v.out, path, err);
    column_drop(&v.column);
    return err;
}
