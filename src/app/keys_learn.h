/* keys_learn.h -- a part of the table in keys.c, which includes it once:
 * models and how they learn: model, train, split, augment.
 */
WORDS("model", "architecture", model.architecture, model.narchitecture,
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
