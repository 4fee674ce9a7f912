/* Every key of the namelist: default, range, unit, meaning.  docs/namelist.md
 * is made from this table.
 */
#include "config.h"

#define CHAR(g, k, m, d, what) TK_P_STRING(g, k, tk_config, m, d, what)
#define WORD(g, k, m, w, d, what) TK_P_WORD(g, k, tk_config, m, w, d, what)
#define WORDS(g, k, m, n, w, d, what) \
    TK_P_WORDS(g, k, tk_config, m, n, w, d, what)
#define CHARS(g, k, m, n, d, what) TK_P_STRINGS(g, k, tk_config, m, n, d, what)
#define INT(g, k, u, m, lo, hi, d, what) \
    TK_P_INT(g, k, u, tk_config, m, lo, hi, d, what)
#define INTS(g, k, u, m, n, lo, hi, d, what) \
    TK_P_INTS(g, k, u, tk_config, m, n, lo, hi, d, what)
#define REAL(g, k, u, m, lo, hi, d, what) \
    TK_P_REAL(g, k, u, tk_config, m, lo, hi, d, what)
#define REALS(g, k, u, m, n, lo, hi, d, what) \
    TK_P_REALS(g, k, u, tk_config, m, n, lo, hi, d, what)
#define FLAG(g, k, m, d, what) TK_P_LOGICAL(g, k, tk_config, m, d, what)
/* A number that the named profile supplies where it is not given. */
#define PROFILE(k, u, what)                                                   \
    {                                                                         \
        .group = "column", .key = #k, .unit = u, .kind = TK_REAL,             \
        .meaning = what " (default: as the profile has it)",                  \
        .offset = offsetof(tk_config, column.ground.k), .low = NAN,           \
        .high = NAN, .special = true, .fallback = "nan", .count = TK_NO_COUNT \
    }

static const tk_param params[] = {
    CHAR("run", "title", run.title, "''", "title of the output files"),
    CHAR("run", "institution", run.institution, "''",
         "who makes the run; output attribute"),
    CHAR("run", "contact", run.contact, "''",
         "whom to ask; output attribute creator_name"),
    CHAR("run", "license", run.license, "''",
         "licence of the output; output attribute"),
    INT("run", "seed", "1", run.seed, 0, NAN, "1",
        "of everything that is random"),
    FLAG("run", "overwrite", run.overwrite, ".false.",
         "replace output files that exist"),
    FLAG("run", "quiet", run.quiet, ".false.", "print warnings only"),
    INT("run", "memory_mb", "MB", run.memory_mb, 16, 1e6, "512",
        "data that a rank may hold while it finds the scaling, evaluates, "
        "corrects or spins the column up"),

    CHAR("grid", "file", grid.file, "''",
         "file that describes the grid; default: the first forcing file"),
    CHAR("grid", "variable", grid.variable, "''",
         "variable on the grid; default: the first dynamic input"),
    CHAR("grid", "lat", grid.lat, "''",
         "name of the latitude; default: found by its attributes"),
    CHAR("grid", "lon", grid.lon, "''",
         "name of the longitude; default: found by its attributes"),
    CHAR("grid", "mask_file", grid.mask_file, "''", "file of the land mask"),
    CHAR("grid", "mask_variable", grid.mask_variable, "''",
         "land mask or land fraction; default: all cells with input"),
    REAL("grid", "mask_min", "1", grid.mask_min, NAN, NAN, "0.5",
         "a cell is land where the mask is at least this"),
    CHAR("grid", "run_mask_file", grid.run_mask_file, "''",
         "file of a further mask"),
    CHAR("grid", "run_mask_variable", grid.run_mask_variable, "''",
         "cells where it is 0 are left out"),
    CHAR("grid", "crs", grid.crs, "''",
         "for files without coordinates: 'EPSG:4326', 'EPSG:3338' or WKT"),
    REAL(
        "grid", "x0", "", grid.x0, NAN, NAN, "0",
        "for files without coordinates: centre of the cell in row 0, column 0"),
    REAL("grid", "y0", "", grid.y0, NAN, NAN, "0", "its centre northwards"),
    REAL("grid", "dx", "", grid.dx, NAN, NAN, "0",
         "step from column to column, in units of the CRS; 0: not given"),
    REAL("grid", "dy", "", grid.dy, NAN, NAN, "0",
         "step from row to row; negative if rows run from north to south"),

    CHARS("forcing", "files", forcing.files, forcing.nfiles, "",
          "files with the monthly inputs, in any order; history and scenario "
          "may be spliced"),
    CHARS("forcing", "static_files", forcing.static_files,
          forcing.nstatic_files, "", "files with inputs that do not change"),
    CHARS("forcing", "rename", forcing.rename, forcing.nrename, "",
          "'input=variable in the files' where names differ, such as "
          "'t2m=tas'"),
    CHARS("forcing", "units", forcing.units, forcing.nunits, "",
          "'variable=units' that replace a wrong or missing units attribute"),
    FLAG("forcing", "daily_totals", forcing.daily_totals, ".true.",
         "precipitation in m or mm without a time is the month's mean daily "
         "sum, as in ERA5-Land's monthly means"),
    CHAR("forcing", "scenario", forcing.scenario, "'historical'",
         "experiment of the forcing, for names and attributes: historical, "
         "rcp26, rcp45, rcp60, rcp85"),
    CHAR("forcing", "climate_model", forcing.climate_model, "'unknown'",
         "model that made the forcing, for names and attributes"),
    CHAR("forcing", "member", forcing.member, "'r1i1p1'",
         "ensemble member of the forcing"),
    CHAR("forcing", "shift_of", forcing.shift_of, "''",
         "monthly input to which shift is added: another climate, for the "
         "models as for the column; default: none"),
    REAL("forcing", "shift", "units of the file", forcing.shift, NAN, NAN, "0",
         "what is added to it in every month"),
    REAL("forcing", "shift_winter", "1", forcing.shift_winter, -1, 1, "0",
         "so much of shift more in January, and less in July, as a cosine"),
    CHAR("forcing", "scale_of", forcing.scale_of, "''",
         "monthly input that is multiplied by scale; default: none"),
    REAL("forcing", "scale", "1", forcing.scale, 0, 100, "1",
         "by what it is multiplied in every month"),
    CHAR("forcing", "ramp_first", forcing.ramp_first, "''",
         "'YYYY-MM': up to this month nothing is added, then as much more each "
         "month; the column spins up without; default: no ramp"),
    CHAR("forcing", "ramp_last", forcing.ramp_last, "''",
         "'YYYY-MM': from this month on all of it"),
    CHAR("forcing", "repeat_from", forcing.repeat_from, "''",
         "'YYYY-MM': from there to the first month of the files their first "
         "years repeat, so that slow means and ramps reach further back; "
         "default: not"),
    INT("forcing", "repeat_years", "year", forcing.repeat_years, 1, 1000, "30",
        "how many years repeat"),

    CHARS("features", "dynamic", features.dynamic, features.ndynamic,
          "'t2m', 'tp'", "monthly inputs of the model, from the forcing files"),
    CHARS("features", "dynamic_units", features.dynamic_units,
          features.ndynamic_units, "",
          "units wanted of each; default: those of the file"),
    CHARS("features", "slow", features.slow, features.nslow, "",
          "those of dynamic whose means over many months are inputs as well, "
          "'t2m_mean12' and so on, as far as the inputs reach back"),
    INTS("features", "slow_months", "month", features.slow_months,
         features.nslow_months, 1, 1200, "12, 36, 120, 360",
         "over how many months, the month's own the last"),
    WORD("features", "slow_form", features.slow_form, "means differences",
         "'means'",
         "differences: each but the first less the one before it in "
         "slow_months, which must grow: the warming apart from the climate"),
    CHARS("features", "static", features.fixed, features.nfixed, "",
          "numbers from the static files"),
    CHARS("features", "angles", features.angles, features.nangles, "",
          "static angles in degrees, taken as sine and cosine"),
    CHARS("features", "classes", features.classes, features.nclasses, "",
          "static classes, one input for each value"),
    FLAG("features", "month", features.month, ".true.",
         "sine and cosine of the month as inputs"),
    WORD(
        "features", "signal", features.signal, "none forcing warming", "'none'",
        "what scenarios differ by as an input, the same in all cells: forcing, "
        "the anthropogenic one of forcing%scenario; warming, the mean of the "
        "air over the cells and ten years"),
    FLAG("features", "signal_clip", features.signal_clip, ".false.",
         "the signal stays within its range of training"),

    CHARS("targets", "files", targets.files, targets.nfiles, "",
          "files with monthly soil temperature to learn from or to score "
          "against"),
    CHARS("targets", "variables", targets.variables, targets.nvariables,
          "'tsl'", "one variable with a depth axis, or one for each depth"),
    REALS("targets", "depths", "m", targets.depths, targets.ndepths, 0, 1000,
          "0.035, 0.175, 0.64, 1.945", "depths to learn"),

    WORDS(
        "model", "architecture", model.architecture, model.narchitecture,
        "gru bilstm conv1dlstm tcn transformer column", "'gru'",
        "sequence model, or the physical soil column; several are trained one "
        "after the other"),
    INTS("model", "seeds", "1", model.seeds, model.nseeds, 0, NAN, "",
         "of first weights, shuffles and dropout; each architecture is trained "
         "with each; default: run%seed"),
    CHAR("model", "file", model.file, "'model.nc'",
         "model file: written by train, read by evaluate and project; of "
         "several, 'model.nc' stands for 'model_gru_1.nc': architecture and "
         "seed"),
    INT("model", "window", "month", model.window, 2, 240, "24",
        "months that the model sees, the predicted one last; with a carried "
        "state the least before an answer, and how far back training follows "
        "an error"),
    WORD("model", "state", model.state, "window carry", "'window'",
         "where an answer begins: window, from nothing, window months before; "
         "carry (gru), one run from the first month of the inputs on, a step "
         "a month"),
    INT("model", "hidden", "1", model.hidden, 1, 1024, "64",
        "width of the recurrent state"),
    INT("model", "layers", "1", model.layers, 1, 8, "2",
        "recurrent or encoder layers"),
    INT("model", "blocks", "1", model.blocks, 1, 8, "4",
        "residual blocks of a tcn, block i with dilation 2^i"),
    INT("model", "channels", "1", model.channels, 1, 1024, "64",
        "channels of the convolution"),
    INT("model", "kernel", "month", model.kernel, 0, 63, "0",
        "months that the convolution sees; conv1dlstm: an odd number, 0: 7; "
        "tcn: 0: 3"),
    INT("model", "d_model", "1", model.d_model, 1, 1024, "64",
        "width of a transformer"),
    INT("model", "heads", "1", model.heads, 1, 64, "4",
        "heads of its attention, a divisor of d_model"),
    INT("model", "feed_forward", "1", model.feed_forward, 1, 4096, "128",
        "width of its feed-forward part"),
    INT("model", "embedding", "1", model.embedding, 0, 64, "0",
        "width of the latitude-band embedding; 0: none"),
    REALS("model", "band_edges", "degrees_north", model.band_edges,
          model.nband_edges, -90, 90, "",
          "edges of the latitude bands, increasing; needed by the embedding"),
    REAL("model", "dropout", "1", model.dropout, 0, 0.9, "0",
         "share of the outputs between layers that training drops"),
    CHARS("model", "skip", model.skip, model.nskip, "",
          "inputs of a linear skip, such as 't2m': the answer is a ridge "
          "regression on all months of the window of these, and a network that "
          "learns what that leaves; default: none"),
    REALS("model", "skip_penalty", "1", model.skip_penalty, model.nskip_penalty,
          1e-9, 1e3, "1e-6, 1e-5, 1e-4, 1e-3, 1e-2",
          "ridge penalties of the skip, relative to the variance of its "
          "inputs; each depth takes the one with the least error in the "
          "validation months"),

    CHAR("train", "first", train.first, "''",
         "first month fitted to, 'YYYY-MM'; default: the first with a whole "
         "window"),
    CHAR("train", "last", train.last, "''", "last month fitted to"),
    CHAR("train", "valid_first", train.valid_first, "''",
         "first month of the validation that stops the training"),
    CHAR("train", "valid_last", train.valid_last, "''",
         "last month of the validation"),
    INT("train", "epochs", "1", train.epochs, 1, 100000, "40",
        "at most so many epochs"),
    INT("train", "steps_per_epoch", "1", train.steps_per_epoch, 0, 1e8, "0",
        "at most so many updates in an epoch, but one for each round of tiles; "
        "0: all windows once"),
    INT("train", "patience", "1", train.patience, 1, 100000, "10",
        "epochs without a better validation before training stops"),
    INT("train", "shards", "1", train.shards, 1, 1024, "4",
        "parts of a batch; the result depends on it, and not on the ranks"),
    INT("train", "shard_tiles", "1", train.shard_tiles, 1, 1024, "1",
        "tiles of 64 cells that a shard has in memory"),
    INT("train", "shard_steps", "1", train.shard_steps, 1, 1024, "1",
        "pieces of 64 windows in a shard: the batch is shards x shard_steps x "
        "64 windows"),
    INT("train", "valid_tiles", "1", train.valid_tiles, 0, 1e6, "64",
        "tiles that are validated, spread over the grid; 0: all"),
    REAL("train", "learning_rate", "1", train.rate, 1e-8, 1, "3e-3",
         "AdamW's rate at its peak"),
    REAL("train", "learning_rate_low", "1", train.rate_low, 0, 1, "1e-5",
         "rate at the end of the schedule"),
    WORD("train", "schedule", train.schedule, "cosine plateau constant",
         "'cosine'", "how the rate goes on after the warm-up"),
    INT("train", "warmup", "1", train.warmup, 0, 1e8, "100",
        "updates during which the rate grows from 0"),
    REAL("train", "weight_decay", "1", train.decay, 0, 1, "1e-2",
         "AdamW's decay of the weights"),
    REAL("train", "clip", "1", train.clip, 0, NAN, "1",
         "longest gradient; 0: any"),
    WORD("train", "loss", train.loss, "mse huber", "'mse'",
         "distance from the scaled targets"),
    REAL("train", "huber_delta", "1", train.huber_delta, 1e-6, NAN, "1",
         "where Huber's loss turns from square to straight"),
    REALS("train", "depth_weights", "1", train.depth_weights,
          train.ndepth_weights, 0, NAN, "",
          "weight of each depth in the loss; default: 1"),
    CHAR("train", "checkpoint", train.checkpoint, "''",
         "state after each epoch; default: the model file's name with .ckpt"),
    FLAG("train", "resume", train.resume, ".true.",
         "go on from the checkpoint if it is there"),
    CHAR("train", "history", train.history, "''",
         "CSV of the loss curves; default: the model file's name with .csv"),

    INTS("split", "years", "", split.years, split.nyears, 1, 9999, "",
         "calendar years whose targets training and validation never read"),
    INT("split", "warmest", "", split.warmest, 0, 63, "0",
        "so many further years, the warmest by mean air temperature over the "
        "grid of those that lie whole within train%first .. train%last"),
    REALS("split", "lat", "degrees_north", split.lat, split.nlat, -90, 90, "",
          "low, high: cells whose targets are never read, low <= latitude < "
          "high"),
    REAL("split", "block_deg", "degree", split.block, 0, 90, "0",
         "size of square blocks of cells of which some are held out; 0: none"),
    REAL("split", "block_share", "1", split.share, 0, 1, "0",
         "share of these blocks, drawn by run%seed"),

    CHARS(
        "augment", "files", augment.files, augment.nfiles, "",
        "soil temperature under changed climates, such as the column's, a file "
        "for each: training fits to these too, with the forcing changed "
        "alike; scaling and validation do not know them"),
    CHARS("augment", "variables", augment.variables, augment.nvariables,
          "'tsl'",
          "their one variable with a depth axis, or one for each depth"),
    CHAR("augment", "shift_of", augment.shift_of, "''",
         "monthly input that is shifted"),
    REALS("augment", "shift", "units of the file", augment.shift,
          augment.nshift, NAN, NAN, "", "what is added to it, for each file"),
    REALS("augment", "shift_winter", "1", augment.shift_winter,
          augment.nshift_winter, -1, 1, "",
          "for each file, as forcing%shift_winter; default: 0"),
    CHAR("augment", "scale_of", augment.scale_of, "''",
         "monthly input that is multiplied; default: none"),
    REALS("augment", "scale", "1", augment.scale, augment.nscale, 0, 100, "",
          "by what it is multiplied, for each file"),
    CHARS(
        "augment", "ramp_first", augment.ramp_first, augment.nramp_first, "",
        "'YYYY-MM' for each file, as forcing%ramp_first; '': no ramp; default: "
        "no ramps"),
    CHARS("augment", "ramp_last", augment.ramp_last, augment.nramp_last, "",
          "'YYYY-MM' for each file, as forcing%ramp_last"),
    REAL("augment", "share", "1", augment.share, 0, 0.99, "0",
         "share of these data among all that an epoch goes over; 0: each file "
         "as much as the targets themselves"),

    CHARS("evaluate", "models", evaluate.models, evaluate.nmodels, "",
          "model files to judge side by side; default: &model file"),
    CHAR("evaluate", "first", evaluate.first, "''",
         "first month scored; default: the months that the models hold out"),
    CHAR("evaluate", "last", evaluate.last, "''",
         "last month scored; default: the last there is"),
    CHARS(
        "evaluate", "beside", evaluate.beside, evaluate.nbeside, "",
        "'name=file': temperatures from elsewhere to score beside the models, "
        "such as 'column=soil.nc'; files of one name are joined"),
    REALS("evaluate", "band_edges", "degrees_north", evaluate.band_edges,
          evaluate.nband_edges, -90, 90, "",
          "edges of the latitude bands of the scores; default: those of the "
          "first model"),
    REAL("evaluate", "coverage", "1", evaluate.coverage, 0.01, 0.999, "0.9",
         "share of the months that the band round predictions is to cover"),
    REALS("evaluate", "point", "degrees", evaluate.point, evaluate.npoint, -180,
          360, "",
          "latitude and longitude: the series of the cell nearest to it are "
          "kept; default: a cell in the middle"),
    CHAR("evaluate", "air", evaluate.air, "''",
         "the input that is air temperature, for two of the baselines and "
         "split%warmest; default: the first dynamic one that is a temperature"),
    CHAR("evaluate", "csv", evaluate.csv, "''",
         "table of the scores; default: the model file's name with "
         ".evaluate.csv"),
    CHAR("evaluate", "markdown", evaluate.markdown, "''",
         "tables for a report; default: the model file's name with "
         ".evaluate.md"),
    CHAR("evaluate", "file", evaluate.file, "''",
         "NetCDF of the scores and of one cell's series; default: the model "
         "file's name with .evaluate.nc"),
    CHAR("evaluate", "map", evaluate.map, "''",
         "NetCDF of each cell's error; default: the model file's name with "
         ".evaluate.map.nc"),

    CHAR("explain", "first", explain.first, "''",
         "first month explained, 'YYYY-MM'; default: the first with a whole "
         "window"),
    CHAR("explain", "last", explain.last, "''",
         "last month explained; default: the last there is"),
    INT("explain", "samples", "1", explain.samples, 1, 100000, "24",
        "windows explained of each tile of 64 cells; calendar months take "
        "turns"),
    INT("explain", "background", "1", explain.background, 1, 10000, "32",
        "windows of the training months that each is compared with"),
    INT("explain", "points", "1", explain.points, 2, 10000, "32",
        "points on the line from each of those to the window explained, an "
        "even number: more make the attributions add up better"),
    CHAR("explain", "file", explain.file, "''",
         "NetCDF of the attributions; default: the model file's name with "
         ".explain.nc"),
    CHAR("explain", "csv", explain.csv, "''",
         "ranked table of the inputs; default: the model file's name with "
         ".explain.csv"),

    CHAR("project", "first", project.first, "''",
         "first month written, 'YYYY-MM'; default: the first possible"),
    CHAR("project", "last", project.last, "''",
         "last month written; default: the last of the forcing"),
    WORD("project", "scale_by", project.scale_by, "training projection",
         "'training'",
         "projection: inputs are scaled by their own mean and spread in the "
         "months projected, which loses most of a change; to show what that "
         "does"),
    INT("project", "block", "month", project.block, 1, 1200, "12",
        "months read and written at a time"),

    CHAR("output", "dir", output.dir, "'.'",
         "folder of the output; made if "
         "it is not there"),
    CHAR("output", "file", output.file, "''",
         "name of the output; default: as CMIP5 names files"),
    WORD("output", "format", output.format, "auto cdf2 cdf5", "'auto'",
         "NetCDF format; auto: CDF-2 unless a record is larger than 4 GiB"),
    CHAR("output", "model_id", output.model_id, "''",
         "model in the file's name; default: climate model and architecture"),
    FLAG("output", "domain", output.domain, ".true.",
         "beside the temperatures of a model, a file that says how far each "
         "cell's year is from the training"),

    CHAR("column", "air", column.air, "'t2m'",
         "input that is the air temperature"),
    CHAR("column", "precip", column.precip, "'tp'",
         "input that is the precipitation"),
    CHAR("column", "snow_depth", column.snow_depth, "''",
         "input that is the snow depth; default: snow is modelled"),
    CHAR("column", "spinup_first", column.spinup_first, "''",
         "first month of the years that are repeated; default: the first"),
    INT("column", "spinup_years", "year", column.spinup_years, 1, 200, "30",
        "years of forcing that are repeated to spin the column up"),
    REALS("column", "depths", "m", column.depths, column.ndepths, 0, 100,
          "0.035, 0.175, 0.64, 1.945", "depths written"),
    WORD("column", "profile", column.profile, "tundra forest peat gravel stony",
         "'tundra'", "ground whose values the keys below change"),
    PROFILE(organic_depth, "m", "depth of the organic soil"),
    PROFILE(organic_porosity, "1", "pore share of organic soil"),
    PROFILE(organic_saturation, "1", "water in the pores of organic soil"),
    PROFILE(organic_k_solids, "W m-1 K-1", "conductivity of organic solids"),
    PROFILE(organic_k_dry, "W m-1 K-1", "conductivity of dry organic soil"),
    PROFILE(mineral_porosity, "1", "pore share of mineral soil"),
    PROFILE(mineral_saturation, "1", "water in the pores of mineral soil"),
    PROFILE(mineral_k_solids, "W m-1 K-1", "conductivity of mineral solids"),
    PROFILE(mineral_k_dry, "W m-1 K-1", "conductivity of dry mineral soil"),
    PROFILE(geothermal, "W m-2", "heat from below"),
    REALS("column", "organic_freeze", "", column.organic_freeze,
          column.norganic_freeze, NAN, NAN, "",
          "freezing curve of organic soil: degC, liquid share, degC, share"),
    REALS("column", "mineral_freeze", "", column.mineral_freeze,
          column.nmineral_freeze, NAN, NAN, "",
          "freezing curve of mineral soil: degC, liquid share, degC, share"),
    CHAR("column", "organic_depth_map", column.organic_depth_map, "''",
         "static input with each cell's organic depth in m"),
    CHAR("column", "organic_saturation_map", column.organic_saturation_map,
         "''", "static input with each cell's organic saturation"),
    CHAR("column", "mineral_porosity_map", column.mineral_porosity_map, "''",
         "static input with each cell's mineral porosity"),
    CHAR("column", "mineral_saturation_map", column.mineral_saturation_map,
         "''", "static input with each cell's mineral saturation"),
    CHAR("column", "mineral_k_solids_map", column.mineral_k_solids_map, "''",
         "static input with each cell's conductivity of mineral solids"),
    INT("column", "nodes", "1", column.nodes, 10, 200, "40", "nodes in depth"),
    INT("column", "fine_nodes", "1", column.fine_nodes, 1, 100, "10",
        "nodes of equal thickness at the top"),
    REAL("column", "fine", "m", column.fine, 1e-3, 0.5, "0.02",
         "their thickness"),
    REAL("column", "growth", "1", column.growth, 0, 2, "0",
         "growth of the thickness below; 0: as the bottom asks"),
    REAL("column", "bottom", "m", column.bottom, 20, 200, "30",
         "depth of the column"),
    REAL("column", "step", "day", column.step, 0.01, 10, "1", "time step"),
    REAL("column", "tolerance", "K", column.tolerance, 1e-9, 0.1, "1e-4",
         "error at which a step has converged"),
    REAL("column", "surface_factor", "1", column.surface_factor, 0.5, 2, "1",
         "of thawing air temperature on bare ground"),
    WORD("column", "snow_law", column.snow_law, "sturm calonne constant",
         "'sturm'", "conductivity of snow from its density"),
    REAL("column", "snow_k", "W m-1 K-1", column.snow_k, 0.01, 3, "0.25",
         "conductivity of snow under the law 'constant'"),
    REAL("column", "snow_k_factor", "1", column.snow_k_factor, 0.1, 10, "1",
         "multiplies the conductivity of any law"),
    REAL("column", "degree_day", "mm K-1 day-1", column.degree_day, 0, 20,
         "3.5", "snow melt per positive degree day"),
    REAL("column", "snow_spread", "K", column.snow_spread, 0, 20, "4",
         "spread of day temperatures about their mean"),
    REAL("column", "snow_below", "degC", column.snow_below, -5, 5, "1",
         "precipitation is snow below this temperature"),
    REAL("column", "snow_density_new", "kg m-3", column.snow_density_new, 20,
         500, "150", "density of new snow"),
    REAL("column", "snow_density_max", "kg m-3", column.snow_density_max, 50,
         600, "300", "density that old snow tends to"),
    REAL("column", "snow_density_rate", "day-1", column.snow_density_rate, 0,
         10, "0.24", "how fast it does"),
    REAL("column", "snow_density_given", "kg m-3", column.snow_density_given,
         50, 600, "250", "density of snow whose depth is an input"),
    REAL("column", "precip_factor", "1", column.precip_factor, 0, 5, "1",
         "on snowfall, for undercatch and drift"),
    REAL("column", "swe_most", "mm", column.swe_most, 1, 1e5, "1000",
         "most snow that lies; more is carried away"),
    REAL("column", "snow_cap_above", "m", column.snow_cap_above, 0, 1, "0.01",
         "less snow than this lets the surface thaw"),

    CHARS("divergence", "files", divergence.files, divergence.nfiles, "",
          "projections, each of one climate model under one scenario, as their "
          "attributes say; a pair may have several, one after the other"),
    CHARS("divergence", "truth", divergence.truth, divergence.ntruth, "",
          "the true soil of each pair, such as the column's or talik world's"),
    CHAR("divergence", "fitted", divergence.fitted, "''",
         "the model's answers in the base years, driven by what it was trained "
         "on: they calibrate the threshold of permafrost; default: 0 degC"),
    CHAR("divergence", "base_first", divergence.base_first, "'1993-01'",
         "first month of the base years, which targets%files have: zones and "
         "threshold come from them"),
    CHAR("divergence", "base_last", divergence.base_last, "'2012-12'",
         "last month of the base years"),
    CHAR("divergence", "first", divergence.first, "'2081-01'",
         "first month compared, a January"),
    CHAR("divergence", "last", divergence.last, "'2100-12'",
         "last month compared, a December"),
    CHAR("divergence", "low", divergence.low, "'rcp26'",
         "the ratio is of the difference from this scenario ..."),
    CHAR("divergence", "high", divergence.high, "'rcp85'", "... to this one"),
    REAL("divergence", "cold", "degC", divergence.cold, -30, 0, "-2",
         "permafrost whose mean at the deepest depth is below this in the base "
         "years counts as continuous"),
    CHAR("divergence", "model", divergence.model, "''",
         "name of the model in the tables; default: as its files say"),
    CHAR("divergence", "method", divergence.method, "'default'",
         "name of the set-up in the tables"),
    CHAR("divergence", "csv", divergence.csv, "'divergence.csv'",
         "table of errors and ratios, all climate models together"),
    CHAR("divergence", "details", divergence.details,
         "'divergence_details.csv'",
         "the same for each climate model, with means and biases"),

    CHARS("correct", "files", correct.files, correct.nfiles, "",
          "files of one climate model, history and scenarios in any order, "
          "names or patterns such as 'cmip5/*.nc'; CMIP5's attributes or names "
          "say what each is"),
    CHARS("correct", "variables", correct.variables, correct.nvariables,
          "'t2m=tas', 'tp=pr'", "'input=variable of the climate model'"),
    CHAR("correct", "historical", correct.historical, "'historical'",
         "experiment that is the history"),
    CHARS("correct", "scenarios", correct.scenarios, correct.nscenarios, "",
          "experiments that are corrected; default: all in the files"),
    CHAR("correct", "climate_model", correct.climate_model, "''",
         "takes this one of several models in the files"),
    CHAR("correct", "member", correct.member, "''",
         "takes this one of several members, such as 'r1i1p1'"),
    CHARS("correct", "units", correct.units, correct.nunits, "",
          "'variable=units' that replace a wrong or missing units attribute"),
    WORD("correct", "method", correct.method, "none delta eqm dqm qdm", "'qdm'",
         "bias correction; none: regridding alone"),
    CHARS("correct", "kind", correct.kind, correct.nkind, "",
          "'input=additive' or 'input=multiplicative'; default: additive for "
          "temperatures, multiplicative for others"),
    CHAR("correct", "reference_first", correct.reference_first, "''",
         "first month compared, 'YYYY-MM'; default: the first that reanalysis "
         "and history share"),
    CHAR("correct", "reference_last", correct.reference_last, "''",
         "last month compared; default: the last that both have"),
    CHAR("correct", "reference_scenario", correct.reference_scenario, "''",
         "scenario that lengthens the history to reference_last, for all"),
    CHAR("correct", "first", correct.first, "''",
         "first month of the history written; default: its first"),
    FLAG("correct", "pooled", correct.pooled, ".false.",
         "all calendar months have one distribution"),
    INT("correct", "half_window", "month", correct.half_window, 0, 2, "0",
        "calendar months on either side that lend their values to the "
        "distribution of a month"),
    INT("correct", "quantiles", "1", correct.quantiles, 0, 10000, "0",
        "quantiles of the reference; 0: all that it has"),
    INT("correct", "span_years", "year", correct.span_years, 0, 1000, "30",
        "years of the model's run that a month is compared with, dqm and qdm; "
        "0: all"),
    FLAG("correct", "clip", correct.clip, ".false.",
         "eqm stays within the range of the reanalysis; this loses change"),
    REALS("correct", "trace", "", correct.trace, correct.ntrace, 0, NAN, "",
          "for each of variables, multiplicative: less is dry; 0 or default: "
          "0.01 mm a day of water, 0 of others"),
    REAL("correct", "ratio_max", "1", correct.ratio_max, 1, 1000, "2",
         "largest quotient by what is nearly nothing, multiplicative"),
    WORD("correct", "regrid", correct.regrid, "bilinear conservative",
         "'bilinear'", "from the climate model's grid to the run's"),
    CHAR("correct", "land_file", correct.land_file, "''",
         "file of the climate model's land fraction: cells of sea take no "
         "part; default: all take part"),
    CHAR("correct", "land_variable", correct.land_variable, "'sftlf'",
         "its land fraction"),
    REAL("correct", "land_min", "1", correct.land_min, 0, 1, "0.5",
         "a cell of the climate model is land where the fraction is at least "
         "this"),
    REAL("correct", "lapse_rate", "K km-1", correct.lapse_rate, -20, 20, "0",
         "fall of temperature with height, from the climate model's to the "
         "cell's; 0: none"),
    CHAR("correct", "height_file", correct.height_file, "''",
         "file of the climate model's height; needed by lapse_rate"),
    CHAR("correct", "height_variable", correct.height_variable, "'orog'",
         "its height"),
    CHAR("correct", "elevation", correct.elevation, "'elevation'",
         "static input with each cell's height; needed by lapse_rate"),
    CHAR("correct", "dir", correct.dir, "'corrected'",
         "folder of the corrected files"),
    CHAR("correct", "report", correct.report, "''",
         "table of bias and change, before and after; default: "
         "correct_report.csv in dir"),

    CHAR("world", "dir", world.dir, "'world'",
         "folder of the demonstration world"),
    REAL("world", "resolution", "degree", world.resolution, 0.1, 2, "1",
         "size of its cells"),
    REAL("world", "sensitivity", "K", world.sensitivity, 0.1, 10, "2.5",
         "warming of the globe for doubled carbon dioxide"),
    REAL("world", "amplification", "1", world.amplification, 0.5, 6, "2.23",
         "warming inland at 65 N over that of the globe"),
    REAL("world", "noise", "1", world.noise, 0, 3, "1",
         "factor on weather; 0: normals only"),
    INT("world", "first_year", "", world.first_year, 1850, 2100, "1950",
        "first year of the history"),
    INT("world", "scenario_year", "", world.scenario_year, 1851, 2100, "2006",
        "first year of the scenarios; the history ends before it"),
    INT("world", "last_year", "", world.last_year, 1851, 2100, "2100",
        "last year of the scenarios"),
    CHARS("world", "scenarios", world.scenarios, world.nscenarios,
          "'rcp26', 'rcp45', 'rcp85'", "scenarios that are written"),
    CHARS("world", "views", world.views, world.nviews, "'simple'",
          "what is written: simple, one climate; reanalysis, with its soil; "
          "models, coarse and each with its own errors; truth, the soil under "
          "their weather, which train refuses"),
    INT("world", "reanalysis_first_year", "", world.reanalysis_first_year, 1850,
        2100, "1950", "first year of the reanalysis"),
    INT("world", "reanalysis_last_year", "", world.reanalysis_last_year, 1850,
        2100, "2020", "last year of the reanalysis; RCP4.5 after 2005"),
    INT("world", "climate_models", "1", world.climate_models, 1, 99, "2",
        "climate models, DEMO1, DEMO2, ..."),
    REAL("world", "model_resolution", "degree", world.model_resolution, 0.5, 10,
         "2.5", "size of their cells"),
    REAL("world", "model_bias", "1", world.model_bias, 0, 5, "1",
         "factor on their errors; 0: none"),
    INT("world", "truth_first_year", "", world.truth_first_year, 0, 2100, "0",
        "first year of the truth; 0: all"),
};

static const tk_group groups[] = {
    {"run", "The run as a whole", 0},
    {"grid", "The horizontal grid and its masks", 0},
    {"forcing", "Where inputs come from", 0},
    {"features", "What the model sees", 0},
    {"targets", "What the model learns", 0},
    {"model", "Which model, and its file", 0},
    {"train", "How weights are found", 0},
    {"split", "What training never learns from", 0},
    {"augment", "Other climates to learn from", 0},
    {"evaluate", "What is scored", 0},
    {"explain", "Which inputs make the answer", 0},
    {"project", "What is projected", 0},
    {"output", "Where results go", 0},
    {"column", "The physical soil column", 0},
    {"divergence", "Projections against a known truth", 0},
    {"correct", "Climate models on the reanalysis' grid, without its bias", 0},
    {"world", "The demonstration world", 0},
};

const tk_params tk_config_table = TK_PARAMS(params, groups);
