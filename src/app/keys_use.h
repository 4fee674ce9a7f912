/* keys_use.h -- a part of the table in keys.c, which includes it once:
 * what is done with them: evaluate, explain, project, output.
 */
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
