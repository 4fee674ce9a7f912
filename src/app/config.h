/* config.h -- the configuration of a run: every key of the namelist.
 *
 * Only src/app knows this struct; the layers below take their own small options
 * (config.c makes them).  keys.c holds the table from which reader, checks,
 * --print-namelist, docs/namelist.md and output attributes come.
 */
#ifndef TALIK_APP_CONFIG_H
#define TALIK_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/conf/param.h"
#include "talik/data/patch.h"
#include "talik/learn/explain.h"
#include "talik/learn/train.h"
#include "talik/phys/column.h"
#include "talik/phys/world.h"

#define TK_PATH 512
#define TK_WORD 64
#define TK_FILES 64
#define TK_LIST 32
#define TK_ARCHITECTURES 8
#define TK_SEEDS 16
#define TK_SCENARIOS 8

typedef char tk_path[TK_PATH];
typedef char tk_word[TK_WORD];

typedef struct {
    struct {
        tk_path title, institution, contact, license;
        int seed;
        bool overwrite, quiet;
        int memory_mb;
    } run;
    struct {
        tk_path file, mask_file, run_mask_file;
        tk_word variable, lat, lon, mask_variable, run_mask_variable;
        double mask_min;
        char crs[4096];
        double x0, y0, dx, dy;
    } grid;
    struct {
        tk_path files[TK_FILES], truth[TK_FILES], fitted;
        size_t nfiles, ntruth;
        tk_word first, last, base_first, base_last, low, high, model, method;
        double cold;
        tk_path csv, details;
    } divergence;
    struct {
        tk_path files[TK_FILES];
        size_t nfiles;
        tk_path static_files[TK_FILES];
        size_t nstatic_files;
        tk_path rename[TK_LIST], units[TK_LIST];
        size_t nrename, nunits;
        bool daily_totals;
        tk_word scenario, climate_model, member;
        tk_word shift_of, ramp_first, ramp_last;
        double shift, shift_winter;
        tk_word scale_of;
        double scale;
        tk_word repeat_from;
        int repeat_years;
    } forcing;
    struct {
        tk_word dynamic[TK_LIST], dynamic_units[TK_LIST];
        size_t ndynamic, ndynamic_units;
        tk_word fixed[TK_LIST], angles[TK_LIST], classes[TK_LIST];
        size_t nfixed, nangles, nclasses;
        bool month;
        tk_word slow[TK_LIST];
        tk_word slow_form;
        int slow_months[TK_LIST];
        size_t nslow, nslow_months;
        tk_word signal;
        bool signal_clip;
    } features;
    struct {
        tk_path files[TK_FILES];
        size_t nfiles;
        tk_word variables[TK_DEPTHS];
        size_t nvariables;
        double depths[TK_DEPTHS];
        size_t ndepths;
    } targets;
    struct {
        tk_word architecture[TK_ARCHITECTURES];
        size_t narchitecture;
        int seeds[TK_SEEDS];
        size_t nseeds;
        tk_word state;
        tk_path file;
        int window, hidden, layers, blocks, channels, kernel, embedding;
        int d_model, heads, feed_forward;
        double band_edges[TK_BANDS + 1];
        size_t nband_edges;
        double dropout;
        tk_word skip[TK_LIST];
        double skip_penalty[TK_SKIP_PENALTIES];
        size_t nskip, nskip_penalty;
    } model;
    struct {
        tk_word first, last, valid_first, valid_last;
        int epochs, steps_per_epoch, patience, shards, shard_tiles, shard_steps,
            valid_tiles, warmup;
        double rate, rate_low, decay, clip, huber_delta;
        tk_word schedule, loss;
        double depth_weights[TK_DEPTHS];
        size_t ndepth_weights;
        tk_path checkpoint, history;
        bool resume;
    } train;
    struct {
        int years[TK_SPLIT_YEARS];
        size_t nyears;
        int warmest;
        double lat[2];
        size_t nlat;
        double block, share;
    } split;
    struct {
        tk_path files[TK_EXTRA];
        tk_word shift_of, ramp_first[TK_EXTRA], ramp_last[TK_EXTRA];
        double shift[TK_EXTRA], shift_winter[TK_EXTRA], share;
        tk_word scale_of;
        double scale[TK_EXTRA];
        size_t nfiles, nshift, nshift_winter, nscale, nramp_first, nramp_last;
        tk_word variables[TK_DEPTHS];
        size_t nvariables;
    } augment;
    struct {
        tk_path models[TK_FILES];
        size_t nmodels;
        tk_word first, last, air;
        tk_path beside[TK_FILES];
        size_t nbeside;
        double band_edges[TK_BANDS + 1];
        size_t nband_edges;
        double coverage, point[2];
        size_t npoint;
        tk_path csv, markdown, file, map;
    } evaluate;
    struct {
        tk_word first, last;
        int samples, background, points;
        tk_path file, csv;
    } explain;
    struct {
        tk_word first, last, scale_by;
        int block;
    } project;
    struct {
        tk_path dir, file;
        tk_word format, model_id;
        bool domain;
    } output;
    struct {
        tk_word air, precip, snow_depth;
        tk_word spinup_first;
        int spinup_years;
        double depths[TK_DEPTHS];
        size_t ndepths;
        tk_word profile;
        tk_profile ground;
        double organic_freeze[4], mineral_freeze[4];
        size_t norganic_freeze, nmineral_freeze;
        tk_word organic_depth_map, organic_saturation_map, mineral_porosity_map,
            mineral_saturation_map, mineral_k_solids_map;
        int nodes, fine_nodes;
        double fine, growth, bottom, step, tolerance, surface_factor;
        tk_word snow_law;
        double snow_k, snow_k_factor, degree_day, snow_spread, snow_below,
            snow_density_new, snow_density_max, snow_density_rate,
            snow_density_given, precip_factor, swe_most, snow_cap_above;
    } column;
    struct {
        tk_path files[TK_FILES];
        size_t nfiles;
        tk_word historical, scenarios[TK_SCENARIOS];
        size_t nscenarios;
        tk_word climate_model, member;
        tk_word variables[TK_LIST], kind[TK_LIST];
        size_t nvariables, nkind;
        tk_path units[TK_LIST];
        size_t nunits;
        tk_word method;
        tk_word reference_first, reference_last, reference_scenario, first;
        bool pooled, clip;
        int half_window, quantiles, span_years;
        double trace[TK_LIST], ratio_max;
        size_t ntrace;
        tk_word regrid;
        tk_path land_file, height_file;
        tk_word land_variable, height_variable, elevation;
        double land_min, lapse_rate;
        tk_path dir, report;
    } correct;
    struct {
        tk_path dir;
        double resolution, sensitivity, amplification, noise;
        int first_year, scenario_year, last_year;
        tk_word scenarios[4], views[4];
        size_t nscenarios, nviews;
        int reanalysis_first_year, reanalysis_last_year;
        int climate_models, truth_first_year;
        double model_resolution, model_bias;
    } world;
} tk_config;

extern const tk_params tk_config_table;

/* A read configuration, where its keys were given, and what the layers below
 * borrow from it.
 */
typedef struct {
    tk_config c;
    tk_given given;
    const char *forcing_files[TK_FILES], *static_files[TK_FILES];
    const char *target_files[TK_FILES], *correct_files[TK_FILES];
    const char *rename[TK_LIST], *units[TK_LIST], *correct_units[TK_LIST];
    const char *target_variables[TK_DEPTHS], *augment_variables[TK_DEPTHS];
    char *text; /* the complete resolved namelist */
} tk_setup;

/* Reads the namelist on this rank; problems in one report.  The caller ends it
 * with tk_setup_drop, also after a failure.
 */
tk_err tk_setup_read(const char *path, size_t nset, const char *const *sets,
                     tk_problems *problems, tk_setup *setup) TK_MUST;
void tk_setup_drop(tk_setup *setup);

/* Fills what follows from c; after c came from another rank. */
void tk_setup_resolve(tk_setup *setup);

/* What &model architecture and seeds ask for: every architecture with every seed
 * (run%seed if there are none), the seeds of the first one first.
 */
typedef struct {
    const char *architecture;
    int seed;
    char name[TK_WORD + 16]; /* "gru_1" */
    tk_path file, checkpoint, history;
} tk_member;

/* How many there are; TK_ECONF if one is named twice, or the column among
 * others.
 */
tk_err tk_setup_members(const tk_setup *setup, size_t *n) TK_MUST;

/* Member i.  Where there are several, its files have its name before the last
 * ending of what the namelist gives: "out/model.nc" is "out/model_gru_1.nc".
 */
tk_member tk_setup_member(const tk_setup *setup, size_t i);

/* Makes the members the models that evaluate judges, where none are named. */
void tk_setup_judge_members(tk_setup *setup);

/* TK_ECONF if there are several, for commands that take one. */
tk_err tk_setup_single(const tk_setup *setup) TK_MUST;

/* Options of the layers below; all borrow from the setup. */
tk_input_files tk_setup_inputs(const tk_setup *setup);
/* The same with &forcing shift; TK_ECONF if there are no files, or the keys of
 * the shift do not go together.
 */
tk_err tk_setup_forcing(const tk_setup *setup, tk_input_files *files) TK_MUST;
tk_input_files tk_setup_targets(const tk_setup *setup);
tk_grid_source tk_setup_grid(const tk_setup *setup, const char *variable);
tk_train_opts tk_setup_train(const tk_setup *setup);
tk_explain_opts tk_setup_explain(const tk_setup *setup);
tk_column_opts tk_setup_column(const tk_setup *setup);
tk_err tk_setup_profile(const tk_setup *setup, tk_profile *profile) TK_MUST;
tk_world_opts tk_setup_world(const tk_setup *setup);
/* What is held out, but for the warmest years, which the data decide. */
tk_err tk_setup_split(const tk_setup *setup, tk_split *split) TK_MUST;
size_t tk_setup_budget(const tk_setup *setup);

/* The month that a key holds; TK_ECONF, with its place in the file, if it is
 * none ("" gives fallback, unless that is negative).
 */
tk_err tk_setup_month(const tk_setup *setup, const char *group, const char *key,
                      const char *text, int fallback, int *month) TK_MUST;

/* The ramp from one month to another that two keys hold, "" for both: none. */
tk_err tk_setup_ramp(const tk_setup *setup, const char *group,
                     const char *first, const char *last,
                     tk_change *change) TK_MUST;

/* TK_ECONF with the place of the key. */
tk_err tk_setup_fail(const tk_setup *setup, const char *group, const char *key,
                     const char *fmt, ...) TK_PRINTF(4, 5) TK_MUST;

#endif
