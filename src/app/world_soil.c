/* The soil column under the world's weather: no file lies between them. */
#include "talik/core/mem.h"
#include "world_impl.h"

static tk_err
read_weather(void *from, const tk_run *run, int which, int first, size_t n,
             float *x)
{
    const world_weather *weather = from;
    const maker *w = weather->w;
    const size_t skip = (run->first_tile - w->run.first_tile) * TK_TILE;
    double *value = which == AIR ? w->tair : w->precip;

    if (run->nlane == 0)
        return TK_OK;
    for (size_t m = 0; m < n; m++) {
        tk_world_month(&w->world, weather->scenario, weather->realisation,
                       first + (int)m, run->nlane, w->cell + skip,
                       which == AIR ? value : NULL,
                       which == PRECIP ? value : NULL, NULL, NULL);
        for (size_t l = 0; l < run->nlane; l++)
            x[m * run->nlane + l] = (float)value[l];
    }
    return TK_OK;
}

static tk_calendar
calendar_of(const void *from, int month)
{
    const world_weather *weather = from;

    (void)month;
    return weather->calendar;
}

static tk_err
set_ground(const maker *w, column_tiles *c)
{
    const size_t n = w->run.nlane;

    for (int i = 0; i < NMAP; i++)
        if (!(c->map[i] = tk_new(n, sizeof *c->map[i])))
            return TK_ERUN;
    for (size_t l = 0; l < n; l++) {
        /* In single precision, as static.nc holds them. */
        c->map[ORGANIC][l] = (float)w->cell[l].organic;
        c->map[ORGANIC_SAT][l] = (float)w->cell[l].organic_saturation;
        c->map[POROSITY][l] = (float)w->cell[l].porosity;
        c->map[SATURATION][l] = (float)w->cell[l].saturation;
        c->map[K_SOLIDS][l] = (float)w->cell[l].k_solids;
    }
    return TK_OK;
}

size_t
world_spin(const maker *w, int first, int last)
{
    const size_t wanted = 12 * (size_t)w->setup->c.column.spinup_years;
    const size_t have = (size_t)(last - first + 1) / 12 * 12;

    return wanted < have ? wanted : have;
}

tk_err
world_columns(const maker *w, world_weather *weather, size_t ndepth,
              const double *depth, int first, int last, column_tiles *c)
{
    tk_err err = column_make(w->par, w->setup, &w->grid, &w->run, ndepth, depth,
                             world_spin(w, first, last), c);

    if (!err)
        err = set_ground(w, c);
    c->source = (column_source){.from = weather,
                                .has = {[AIR] = true, [PRECIP] = true},
                                .first = first,
                                .last = last,
                                .read = read_weather,
                                .calendar = calendar_of};
    return tk_agree(w->par, err);
}
