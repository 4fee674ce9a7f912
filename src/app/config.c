#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/grid/calendar.h"

static void
point(size_t n, tk_path *text, const char **to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = text[i];
}

/* "model.nc" -> "model" + ending, where a path was not given. */
static void
derive(tk_path path, const char *model, const char *ending)
{
    const size_t n = strlen(model);
    const bool nc = n > 3 && strcmp(model + n - 3, ".nc") == 0;

    if (!*path)
        snprintf(path, TK_PATH, "%.*s%s", (int)(nc ? n - 3 : n), model, ending);
}

/* Drops empty words from a list: --set features%static='' empties it. */
static void
drop_empty(tk_word *word, size_t *n)
{
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++)
        if (*word[i])
            memmove(word[kept++], word[i], sizeof word[i]);
    *n = kept;
}

void
tk_setup_resolve(tk_setup *s)
{
    tk_config *c = &s->c;

    drop_empty(c->features.dynamic, &c->features.ndynamic);
    drop_empty(c->features.slow, &c->features.nslow);
    drop_empty(c->features.fixed, &c->features.nfixed);
    drop_empty(c->features.angles, &c->features.nangles);
    drop_empty(c->features.classes, &c->features.nclasses);
    drop_empty(c->model.skip, &c->model.nskip);
    point(c->forcing.nfiles, c->forcing.files, s->forcing_files);
    point(c->forcing.nstatic_files, c->forcing.static_files, s->static_files);
    point(c->targets.nfiles, c->targets.files, s->target_files);
    point(c->forcing.nrename, c->forcing.rename, s->rename);
    point(c->forcing.nunits, c->forcing.units, s->units);
    point(c->correct.nfiles, c->correct.files, s->correct_files);
    point(c->correct.nunits, c->correct.units, s->correct_units);
    drop_empty(c->correct.variables, &c->correct.nvariables);
    drop_empty(c->correct.scenarios, &c->correct.nscenarios);
    if (!*c->correct.report)
        snprintf(c->correct.report, TK_PATH, "%.480s/correct_report.csv",
                 c->correct.dir);
    for (size_t i = 0; i < c->targets.nvariables; i++)
        s->target_variables[i] = c->targets.variables[i];
    for (size_t i = 0; i < c->augment.nvariables; i++)
        s->augment_variables[i] = c->augment.variables[i];
    derive(c->train.checkpoint, c->model.file, ".ckpt");
    derive(c->train.history, c->model.file, ".csv");
    tk_setup_judge_members(s);
    derive(c->evaluate.csv, c->model.file, ".evaluate.csv");
    derive(c->evaluate.markdown, c->model.file, ".evaluate.md");
    derive(c->evaluate.file, c->model.file, ".evaluate.nc");
    derive(c->evaluate.map, c->model.file, ".evaluate.map.nc");
    derive(c->explain.file, c->model.file, ".explain.nc");
    derive(c->explain.csv, c->model.file, ".explain.csv");
}

tk_err
tk_setup_read(const char *path, size_t nset, const char *const *sets,
              tk_problems *problems, tk_setup *s)
{
    tk_text text = {0};
    tk_err err;

    TK_TRY(tk_params_read(&tk_config_table, path, nset, sets, &s->c, &s->given,
                          problems));
    tk_setup_resolve(s);
    err = tk_params_print(&tk_config_table, &s->c, NULL, false, &text);
    if (!err && text.failed)
        err = TK_ERUN;
    if (!err)
        err = (s->text = tk_copy_text(tk_text_get(&text))) ? TK_OK : TK_ERUN;
    tk_text_drop(&text);
    return err;
}

void
tk_setup_drop(tk_setup *s)
{
    tk_given_drop(&s->given);
    tk_free(s->text);
    s->text = NULL;
}

tk_input_files
tk_setup_inputs(const tk_setup *s)
{
    return (tk_input_files){
        .nforcing = s->c.forcing.nfiles,
        .nstatic = s->c.forcing.nstatic_files,
        .forcing = s->forcing_files,
        .fixed = s->static_files,
        .nrename = s->c.forcing.nrename,
        .rename = s->rename,
        .nunits = s->c.forcing.nunits,
        .units_in_file = s->units,
        .daily_totals = s->c.forcing.daily_totals,
    };
}

tk_err
tk_setup_ramp(const tk_setup *s, const char *group, const char *first,
              const char *last, tk_change *change)
{
    change->first = change->last = 0;
    if (!*first && !*last)
        return TK_OK;
    TK_TRY(tk_setup_month(s, group, "ramp_first", first, -1, &change->first));
    TK_TRY(tk_setup_month(s, group, "ramp_last", last, -1, &change->last));
    if (change->first < change->last)
        return TK_OK;
    return tk_setup_fail(s, group, "ramp_last",
                         "the ramp must end after it begins: %s .. %s", first,
                         last);
}

/* Names and numbers of a changed climate go together. */
static tk_err
check_changes(const tk_setup *s, const tk_input_files *files)
{
    const tk_config *c = &s->c;
    const bool shifted = files->changed, scaled = files->scaled;

    if (!shifted
        && (c->forcing.shift != 0 || c->forcing.shift_winter != 0
            || (!scaled && tk_change_is_ramp(&files->change))))
        return tk_setup_fail(s, "forcing", "shift_of",
                             "names no input that is to be shifted");
    if (!scaled && c->forcing.scale != 1)
        return tk_setup_fail(s, "forcing", "scale_of",
                             "names no input that is to be multiplied");
    if (shifted && c->forcing.shift == 0)
        return tk_setup_fail(s, "forcing", "shift",
                             "says not how much to add to '%s'",
                             files->changed);
    if (scaled && c->forcing.scale == 1)
        return tk_setup_fail(s, "forcing", "scale",
                             "says not by how much to multiply '%s'",
                             files->scaled);
    if (shifted && scaled && strcmp(files->changed, files->scaled) == 0)
        return tk_setup_fail(s, "forcing", "scale_of",
                             "'%s' is shifted already; one of the two can be",
                             files->scaled);
    return TK_OK;
}

tk_err
tk_setup_forcing(const tk_setup *s, tk_input_files *files)
{
    const tk_config *c = &s->c;

    *files = tk_setup_inputs(s);
    if (files->nforcing == 0)
        return tk_setup_fail(s, "forcing", "files", "names no file");
    if (*c->forcing.repeat_from) {
        TK_TRY(tk_setup_month(s, "forcing", "repeat_from",
                              c->forcing.repeat_from, -1, &files->repeat_from));
        files->repeat_months = 12 * c->forcing.repeat_years;
    }
    files->change.amount = c->forcing.shift;
    files->change.winter = c->forcing.shift_winter;
    TK_TRY(tk_setup_ramp(s, "forcing", c->forcing.ramp_first,
                         c->forcing.ramp_last, &files->change));
    files->scale = (tk_change){.more = c->forcing.scale - 1,
                               .first = files->change.first,
                               .last = files->change.last};
    if (*c->forcing.shift_of)
        files->changed = c->forcing.shift_of;
    if (*c->forcing.scale_of)
        files->scaled = c->forcing.scale_of;
    return check_changes(s, files);
}

tk_input_files
tk_setup_targets(const tk_setup *s)
{
    tk_input_files files = tk_setup_inputs(s);

    files.nforcing = s->c.targets.nfiles;
    files.forcing = s->target_files;
    return files;
}

tk_grid_source
tk_setup_grid(const tk_setup *s, const char *variable)
{
    const tk_config *c = &s->c;
    const tk_input_files files = tk_setup_inputs(s);

    return (tk_grid_source){
        .file = *c->grid.file ? c->grid.file : s->forcing_files[0],
        .variable = *c->grid.variable ? c->grid.variable
                                      : tk_input_variable(&files, variable),
        .lat = c->grid.lat,
        .lon = c->grid.lon,
        .mask_file = c->grid.mask_file,
        .mask_variable = c->grid.mask_variable,
        .mask_min = c->grid.mask_min,
        .run_mask_file = c->grid.run_mask_file,
        .run_mask_variable = c->grid.run_mask_variable,
        .crs = c->grid.crs,
        .x0 = c->grid.x0,
        .y0 = c->grid.y0,
        .dx = c->grid.dx,
        .dy = c->grid.dy,
    };
}

tk_train_opts
tk_setup_train(const tk_setup *s)
{
    const tk_config *c = &s->c;
    const bool plateau = strcmp(c->train.schedule, "plateau") == 0;
    const bool cosine = strcmp(c->train.schedule, "cosine") == 0;
    tk_train_opts o = {
        .seed = (uint64_t)c->run.seed,
        .shards = (size_t)c->train.shards,
        .slots = (size_t)c->train.shard_tiles,
        .per_step = (size_t)c->train.shard_steps,
        .epochs = (size_t)c->train.epochs,
        .steps_most = (size_t)c->train.steps_per_epoch,
        .patience = (size_t)c->train.patience,
        .valid_tiles = (size_t)c->train.valid_tiles,
        .adamw = TK_ADAMW_DEFAULT,
        .rate = {.kind = plateau  ? TK_RATE_PLATEAU
                         : cosine ? TK_RATE_COSINE
                                  : TK_RATE_CONSTANT,
                 .peak = c->train.rate,
                 .low = c->train.rate_low,
                 .factor = 0.5,
                 .patience = 3},
        .warmup_steps = (size_t)c->train.warmup,
        .clip = c->train.clip,
        .loss = {strcmp(c->train.loss, "huber") == 0 ? TK_LOSS_HUBER
                                                     : TK_LOSS_MSE,
                 c->train.huber_delta},
        .history = c->train.history,
        .checkpoint = c->train.checkpoint,
        .resume = c->train.resume,
    };

    o.adamw.decay = c->train.decay;
    for (size_t d = 0; d < TK_DEPTHS; d++)
        o.depth_weight[d] =
            d < c->train.ndepth_weights ? (float)c->train.depth_weights[d] : 1;
    return o;
}

tk_err
tk_setup_split(const tk_setup *s, tk_split *split)
{
    const tk_config *c = &s->c;

    *split = (tk_split){0};
    for (size_t i = 0; i < c->split.nyears; i++)
        TK_TRY(tk_split_add_year(split, c->split.years[i]));
    if (c->split.nlat
        && (c->split.nlat != 2 || !(c->split.lat[0] < c->split.lat[1])))
        return tk_setup_fail(s, "split", "lat",
                             "two numbers are expected, the lower one first");
    if (c->split.nlat) {
        split->lat_low = c->split.lat[0];
        split->lat_high = c->split.lat[1];
    }
    if ((c->split.block > 0) != (c->split.share > 0))
        return tk_setup_fail(s, "split", "block_deg",
                             "block_deg and block_share go together");
    split->block = c->split.block;
    split->share = c->split.share;
    split->seed = (uint64_t)c->run.seed;
    return TK_OK;
}

tk_explain_opts
tk_setup_explain(const tk_setup *s)
{
    return (tk_explain_opts){
        .seed = (uint64_t)s->c.run.seed,
        .samples = (size_t)s->c.explain.samples,
        .background = (size_t)s->c.explain.background,
        .points = (size_t)s->c.explain.points,
        .tolerance = 0.01,
    };
}

tk_column_opts
tk_setup_column(const tk_setup *s)
{
    const tk_config *c = &s->c;

    return (tk_column_opts){
        .nodes = c->column.nodes,
        .fine_nodes = c->column.fine_nodes,
        .fine = c->column.fine,
        .growth = c->column.growth,
        .bottom = c->column.bottom,
        .step = c->column.step,
        .tolerance = c->column.tolerance,
        .surface_factor = c->column.surface_factor,
        .spinup_years = c->column.spinup_years,
        .snow = {.law = c->column.snow_law,
                 .k_constant = c->column.snow_k,
                 .k_factor = c->column.snow_k_factor,
                 .degree_day = c->column.degree_day,
                 .spread = c->column.snow_spread,
                 .snow_below = c->column.snow_below,
                 .density_new = c->column.snow_density_new,
                 .density_max = c->column.snow_density_max,
                 .density_rate = c->column.snow_density_rate,
                 .density_given = c->column.snow_density_given,
                 .precip_factor = c->column.precip_factor,
                 .swe_most = c->column.swe_most,
                 .cap_above = c->column.snow_cap_above},
    };
}

static tk_err
freezing_curve(const tk_setup *s, const char *key, size_t n, const double *from,
               double *to)
{
    if (n != 0 && n != 4)
        return tk_setup_fail(s, "column", key,
                             "four numbers are expected, not "
                             "%zu",
                             n);
    for (size_t i = 0; i < 4; i++)
        to[i] = n ? from[i] : NAN;
    return TK_OK;
}

tk_err
tk_setup_profile(const tk_setup *s, tk_profile *profile)
{
    const tk_config *c = &s->c;
    tk_profile keys = c->column.ground;

    TK_TRY(freezing_curve(s, "organic_freeze", c->column.norganic_freeze,
                          c->column.organic_freeze, keys.organic_freeze));
    TK_TRY(freezing_curve(s, "mineral_freeze", c->column.nmineral_freeze,
                          c->column.mineral_freeze, keys.mineral_freeze));
    return tk_profile_make(c->column.profile, &keys, profile);
}

tk_world_opts
tk_setup_world(const tk_setup *s)
{
    return (tk_world_opts){.seed = (uint64_t)s->c.run.seed,
                           .sensitivity = s->c.world.sensitivity,
                           .amplification = s->c.world.amplification,
                           .noise = s->c.world.noise};
}

size_t
tk_setup_budget(const tk_setup *s)
{
    return (size_t)s->c.run.memory_mb << 20;
}

tk_err
tk_setup_month(const tk_setup *s, const char *group, const char *key,
               const char *text, int fallback, int *month)
{
    *month = fallback;
    if (!*text && fallback < 0)
        return tk_setup_fail(s, group, key, "a month is needed, 'YYYY-MM'");
    if (*text && tk_month_parse(text, month) != TK_OK)
        return tk_setup_fail(s, group, key, "'%s' is no month; write 'YYYY-MM'",
                             text);
    return TK_OK;
}

tk_err
tk_setup_fail(const tk_setup *s, const char *group, const char *key,
              const char *fmt, ...)
{
    char where[TK_PATH + 64], text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!s->given.table) /* not rank 0, which speaks for all */
        return tk_fail(TK_ECONF, "&%s %s: %s", group, key, text);
    return tk_fail(TK_ECONF, "%s: error: &%s %s: %s",
                   tk_params_where(&s->given, group, key, where, sizeof where),
                   group, key, text);
}
