/* The world's static fields, and one climate in the names of ERA5-Land. */
#include <stdio.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "world_impl.h"

enum { T2M, TP, NMONTHLY };
static const tk_out_var monthly[NMONTHLY] = {
    [T2M] = {.name = "t2m",
             .standard_name = "air_temperature",
             .long_name = "2 metre temperature",
             .units = "K",
             .cell_methods = "time: mean",
             .type = TK_OUT_FLOAT,
             .time = true},
    [TP] = {.name = "tp",
            .long_name = "mean daily sum of precipitation, as in ERA5-Land's "
                         "monthly means",
            .units = "m",
            .cell_methods = "time: mean",
            .type = TK_OUT_FLOAT,
            .time = true},
};

#define NUMBER(n, u, what)                                             \
    {                                                                  \
        .name = n, .units = u, .long_name = what, .type = TK_OUT_FLOAT \
    }
#define CLASS(n, words, what)                                            \
    {                                                                    \
        .name = n, .units = "1", .long_name = what, .type = TK_OUT_BYTE, \
        .flag_meanings = words                                           \
    }
enum { NSTATIC = 12 };
static const tk_out_var fixed[NSTATIC] = {
    NUMBER("elevation", "m", "height of the surface"),
    NUMBER("slope", "degree", "slope of the surface"),
    NUMBER("aspect", "degree", "direction the slope faces, from north"),
    NUMBER("organic_depth", "m", "depth of organic soil"),
    NUMBER("organic_saturation", "1", "water in the pores of organic soil"),
    NUMBER("mineral_porosity", "1", "pore share of mineral soil"),
    NUMBER("mineral_saturation", "1", "water in the pores of mineral soil"),
    NUMBER("mineral_k_solids", "W m-1 K-1", "conductivity of mineral solids"),
    CLASS("texture", TK_TEXTURES, "soil texture"),
    CLASS("vegetation", TK_VEGETATIONS, "plant cover"),
    CLASS("lithology", TK_LITHOLOGIES, "bedrock"),
    CLASS("drainage", TK_DRAINAGES, "drainage"),
};

static float
fixed_value(const tk_world_cell *c, int which)
{
    const double number[NSTATIC] = {c->elevation,
                                    c->slope,
                                    c->aspect,
                                    c->organic,
                                    c->organic_saturation,
                                    c->porosity,
                                    c->saturation,
                                    c->k_solids,
                                    (double)c->texture,
                                    (double)c->vegetation,
                                    (double)c->lithology,
                                    (double)c->drainage};

    return (float)number[which];
}

tk_err
world_static(maker *w)
{
    char path[WORLD_PATH];
    world_file f = {.path = path,
                    .grid = &w->grid,
                    .run = &w->run,
                    .nvar = NSTATIC,
                    .var = fixed};
    global_atts g;
    float *x;
    tk_out *out;
    tk_err err;

    snprintf(path, sizeof path, "%s/static.nc", w->setup->c.world.dir);
    if (w->checking)
        return world_check(w, path);
    world_describe(w, "none",
                   "Relief, soils and plant cover of a synthetic Alaska.", &g);
    f.g = &g;
    TK_TRY(world_create(w, &f, &out));
    x = tk_new(w->run.nlane, sizeof *x);
    err = tk_agree(w->par, x ? TK_OK : TK_ERUN);
    for (size_t v = 0; v < NSTATIC && !err; v++) {
        for (size_t l = 0; l < w->run.nlane; l++)
            x[l] = fixed_value(&w->cell[l], (int)v);
        err = tk_out_write(out, v, 0, 1, x);
    }
    tk_free(x);
    return world_finish(out, path, err);
}

void
world_weather_of(const maker *w, tk_rcp rcp, int first, size_t n, float *x)
{
    const size_t nlane = w->run.nlane;

    for (size_t m = 0; m < n; m++) {
        const int month = first + (int)m;
        const int days = tk_month_days(TK_CAL_PROLEPTIC, month);

        tk_world_month(&w->world, rcp, 0, month, nlane, w->cell, w->tair,
                       w->precip, NULL, NULL);
        for (size_t l = 0; l < nlane; l++) {
            x[m * nlane + l] = (float)(w->tair[l] + 273.15);
            x[(n + m) * nlane + l] = (float)(w->precip[l] * 1e-3 / days);
        }
    }
}

static tk_err
write_months(maker *w, tk_out *out, tk_rcp rcp, int first, size_t n)
{
    const size_t nlane = w->run.nlane;
    float *x = tk_new(NMONTHLY * WORLD_BLOCK * nlane, sizeof *x);
    tk_err err = tk_agree(w->par, x ? TK_OK : TK_ERUN);

    for (size_t done = 0; done < n && !err; done += WORLD_BLOCK) {
        const size_t some = n - done < WORLD_BLOCK ? n - done : WORLD_BLOCK;

        world_weather_of(w, rcp, first + (int)done, some, x);
        for (size_t v = 0; v < NMONTHLY && !err; v++)
            err = tk_out_write(out, v, done, some, x + v * some * nlane);
    }
    tk_free(x);
    return err;
}

static tk_err
write_climate(maker *w, size_t i)
{
    tk_rcp rcp;
    int first, last;
    const char *name = world_experiment(w, i, &rcp, &first, &last);
    char path[WORLD_PATH];
    world_file f = {.path = path,
                    .grid = &w->grid,
                    .run = &w->run,
                    .calendar = TK_CAL_PROLEPTIC,
                    .first = first,
                    .nmonth = (size_t)(last - first + 1),
                    .nvar = NMONTHLY,
                    .var = monthly};
    global_atts g;
    tk_out *out;

    snprintf(path, sizeof path, "%s/%s_%d-%d.nc", w->setup->c.world.dir, name,
             tk_month_year(first), tk_month_year(last));
    if (w->checking)
        return world_check(w, path);
    world_describe(w, name,
                   "A synthetic Alaska: outline and scenarios are real, "
                   "climate, relief and soils are random fields.",
                   &g);
    f.g = &g;
    TK_TRY(world_create(w, &f, &out));
    return world_finish(out, path, write_months(w, out, rcp, first, f.nmonth));
}

tk_err
world_simple(maker *w)
{
    for (size_t i = 0; i <= w->nscenario; i++)
        TK_TRY(write_climate(w, i));
    return TK_OK;
}
