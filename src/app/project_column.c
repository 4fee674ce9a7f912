/* Projection by the soil column: spins up on the first years, runs through the
 * history, writes the months asked for.
 */
#include <stdio.h>
#include <string.h>

#include "column_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    tk_grid_source source;
    tk_grid grid;
    tk_input_files files;
    tk_series *series[NSERIES];
    tk_run run;
    tsl_spec spec;
    int have_first, have_last; /* months that all inputs have */
    int begin;                 /* first month of the spin-up  */
    size_t spin;               /* its months                  */
    column_tiles column;
    tk_out *out;
} simulation;

/* ---- setting up ----------------------------------------------------------- */

static tk_err
open_inputs(simulation *s)
{
    const tk_config *c = &s->setup->c;
    const char *name[NSERIES] = {c->column.air, c->column.precip,
                                 c->column.snow_depth};
    const char *units[NSERIES] = {"degC", "mm month-1", "m"};

    TK_AGREE(s->par, column_files(s->setup, &s->files));
    s->source = tk_setup_grid(s->setup, c->column.air);
    TK_TRY(tk_grid_read(s->par, &s->source, &s->grid));
    for (int i = 0; i < NSERIES; i++) {
        if (!*name[i] || (i == PRECIP && *c->column.snow_depth))
            continue; /* precipitation only feeds the modelled snow */
        TK_TRY(tk_input_series(s->par, &s->grid, &s->files, false, name[i],
                               units[i], &s->series[i]));
        TK_TRY(tk_grid_drop_missing(s->par, s->series[i], &s->grid));
    }
    if (s->grid.nactive == 0)
        return tk_fail(TK_EDATA, "no cell is left: masks and inputs have no "
                                 "land in common");
    return TK_OK;
}

static tk_err
set_period(simulation *s)
{
    const tk_config *c = &s->setup->c;
    const size_t wanted = 12 * (size_t)c->column.spinup_years;
    char first[16], last[16];
    size_t have;

    s->have_first = tk_series_first(s->series[AIR]);
    s->have_last = tk_series_last(s->series[AIR]);
    for (int i = PRECIP; i < NSERIES; i++)
        if (s->series[i]) {
            if (tk_series_first(s->series[i]) > s->have_first)
                s->have_first = tk_series_first(s->series[i]);
            if (tk_series_last(s->series[i]) < s->have_last)
                s->have_last = tk_series_last(s->series[i]);
        }
    if (s->have_first > s->have_last)
        return tk_fail(TK_EDATA, "air temperature and precipitation have no "
                                 "month in common");
    tk_month_text(s->have_first, first);
    tk_month_text(s->have_last, last);
    TK_TRY(tk_setup_month(s->setup, "column", "spinup_first",
                          c->column.spinup_first, s->have_first, &s->begin));
    TK_TRY(tk_setup_month(s->setup, "project", "first", c->project.first,
                          s->begin, &s->spec.first));
    TK_TRY(tk_setup_month(s->setup, "project", "last", c->project.last,
                          s->have_last, &s->spec.last));
    if (s->begin < s->have_first || s->spec.first < s->begin
        || s->spec.last > s->have_last || s->spec.first > s->spec.last)
        return tk_fail(TK_EDATA,
                       "spin-up and projection must lie within the "
                       "months of the inputs, %s to %s, in this order",
                       first, last);
    have = (size_t)(s->have_last - s->begin + 1) / 12 * 12;
    s->spin = wanted < have ? wanted : have;
    if (s->spin == 0)
        return tk_fail(TK_EDATA,
                       "the inputs have %s to %s: a spin-up takes a "
                       "year at least",
                       first, last);
    return TK_OK;
}

/* **Collective.**  The static fields that say more than the profile. */
static tk_err
read_maps(simulation *s)
{
    const tk_config *c = &s->setup->c;
    const char *name[NMAP] = {
        c->column.organic_depth_map, c->column.organic_saturation_map,
        c->column.mineral_porosity_map, c->column.mineral_saturation_map,
        c->column.mineral_k_solids_map};
    const char *units[NMAP] = {"m", "1", "1", "1", "W m-1 K-1"};

    for (int i = 0; i < NMAP; i++) {
        tk_series *series;
        float *x;
        tk_err err;

        if (!*name[i])
            continue;
        TK_TRY(tk_input_series(s->par, &s->grid, &s->files, true, name[i],
                               units[i], &series));
        x = tk_new(s->run.nlane, sizeof *x);
        s->column.map[i] = tk_new(s->run.nlane, sizeof *s->column.map[i]);
        err = tk_agree(s->par, x && s->column.map[i] ? TK_OK : TK_ERUN);
        if (!err)
            err = tk_series_read(series, &s->run, 0, 1, x);
        for (size_t l = 0; l < s->run.nlane && !err; l++)
            s->column.map[i][l] = (double)x[l];
        tk_free(x);
        tk_series_close(series);
        if (err)
            return err;
    }
    return TK_OK;
}

static tk_err
read_series(void *from, const tk_run *run, int which, int first, size_t n,
            float *x)
{
    const simulation *s = from;

    return tk_series_read(s->series[which], run, first, n, x);
}

static tk_calendar
calendar_of(const void *from, int month)
{
    const simulation *s = from;

    return tk_series_calendar(s->series[AIR], month);
}

static tk_err
make_columns(simulation *s)
{
    const tk_config *c = &s->setup->c;
    size_t first, ntile;
    tk_err err;

    tk_tile_share(tk_tile_count(&s->grid), s->par->rank, s->par->size, &first,
                  &ntile);
    err = tk_run_make(&s->grid, first, ntile, &s->run);
    if (!err)
        err =
            column_make(s->par, s->setup, &s->grid, &s->run, c->column.ndepths,
                        c->column.depths, s->spin, &s->column);
    s->column.source = (column_source){.from = s,
                                       .first = s->have_first,
                                       .last = s->have_last,
                                       .read = read_series,
                                       .calendar = calendar_of};
    for (int i = 0; i < NSERIES; i++)
        s->column.source.has[i] = s->series[i] != NULL;
    return tk_agree(s->par, err);
}

static tk_err
begin(simulation *s)
{
    const tk_config *c = &s->setup->c;
    char text[3][16];

    if (c->column.ndepths == 0)
        return tk_setup_fail(s->setup, "column", "depths", "names no depth");
    TK_TRY(open_inputs(s));
    TK_TRY(set_period(s));
    TK_TRY(make_columns(s));
    TK_TRY(read_maps(s));
    s->spec.architecture = "column";
    s->spec.physics = -1;
    s->spec.source_text = "talik: soil temperature by a column of heat "
                          "conduction with phase change under snow "
                          "(talik_namelist)";
    s->spec.calendar = tk_series_calendar(s->series[AIR], s->spec.first);
    s->spec.ndepth = c->column.ndepths;
    s->spec.depth = c->column.depths;
    for (int i = 0; i < NSERIES; i++)
        if (s->series[i] && tk_series_newest(s->series[i]) > s->spec.newest)
            s->spec.newest = tk_series_newest(s->series[i]);
    tk_month_text(s->begin, text[0]);
    tk_month_text(s->begin + (int)s->spin - 1, text[1]);
    stage_header(s->par, "project", &s->grid);
    stage_repeat(s->setup);
    tk_note("  column: %zu nodes, profile '%s', snow law '%s'; spin-up on %s "
            "to %s",
            tk_column_nodes(s->column.column), c->column.profile,
            c->column.snow_law, text[0], text[1]);
    tk_note("  memory per rank: %.1f MB of state, %.1f MB of forcing at a time",
            (double)(s->run.ntile * tk_column_state_size(s->column.column))
                * 8e-6,
            (double)(((size_t)c->project.block + 2 * REACH) * NSERIES
                     * s->run.nlane)
                * 4e-6);
    return TK_OK;
}

/* ---- running -------------------------------------------------------------- */

/* **Collective.**  A ramp begins in the climate of the files, and so does what it
 * meets: the state before it.  A shift has always been there.
 */
static tk_err
spin_up(simulation *s)
{
    const bool ramp = tk_change_is_ramp(&s->files.change);
    tk_err err;

    for (int i = 0; i < NSERIES && ramp; i++)
        if (s->series[i])
            tk_series_plain(s->series[i], true);
    err = column_spin_up(&s->column, s->begin, s->spin);
    for (int i = 0; i < NSERIES && ramp; i++)
        if (s->series[i])
            tk_series_plain(s->series[i], false);
    return err;
}

static void
end(simulation *s)
{
    column_drop(&s->column);
    for (int i = 0; i < NSERIES; i++)
        tk_series_close(s->series[i]);
    tk_run_drop(&s->run);
    tk_grid_drop(&s->grid);
}

tk_err
project_column(const tk_par *par, const tk_setup *setup)
{
    simulation s = {.par = par, .setup = setup};
    double start = tk_seconds();
    char path[TK_PATH * 3];
    tk_err err = begin(&s);

    if (!err)
        err =
            tsl_create(par, setup, &s.spec, &s.source, &s.grid, &s.run, &s.out);
    if (!err)
        err = spin_up(&s);
    if (!err)
        tk_note("  spun up in %.1f s", tk_seconds() - start);
    start = tk_seconds();
    if (!err)
        err =
            column_write(&s.column, s.begin, s.spec.last, s.out, s.spec.first);
    tsl_path(setup, &s.spec, sizeof path, path);
    if (!err)
        err = tsl_finish(par, s.out, path, &s.grid, &s.run, s.column.status,
                         s.spec.last - s.spec.first + 1,
                         s.spec.last - s.begin + 1, tk_seconds() - start);
    else
        tk_out_drop(s.out);
    end(&s);
    return err;
}

tk_err
cmd_project(const tk_par *par, const tk_setup *setup)
{
    tk_state state;

    TK_TRY(tk_setup_single(setup));
    TK_TRY(stage_state(setup, setup->c.model.architecture[0], &state));
    return strcmp(setup->c.model.architecture[0], "column") == 0
               ? project_column(par, setup)
               : project_trained(par, setup);
}
