/* talik-plot -- maps, time series and training curves, drawn by GMT. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/text.h"
#include "talik/core/version.h"

#include "plot/plot.h"

static const char usage[] =
    "usage: talik-plot map FILE.nc -v NAME -o OUT [options]\n"
    "       talik-plot series FILE.nc... -v NAME -o OUT [options]\n"
    "       talik-plot loss FILE.csv -o OUT [options]\n"
    "       talik-plot explain FILE.csv -o OUT [options]\n"
    "       talik-plot predicted FILE.nc -o OUT [options]\n"
    "       talik-plot scores FILE.nc -o OUT [options]\n"
    "       talik-plot ratio FILE.csv... -o OUT [options]\n"
    "\n"
    "map     mean over years, or a difference of two, one panel per depth, "
    "Alaska\n"
    "        Albers; differences and errors in K from 0\n"
    "series  annual means of several files, one panel per depth\n"
    "loss    training curves: columns epoch,train,valid,...\n"
    "explain the table of talik explain: bars of the features of most weight "
    "and\n"
    "        their lags, a row for each depth\n"
    "predicted\n"
    "        of talik evaluate: what was predicted and observed at a cell, the "
    "last\n"
    "        two years, one panel per depth\n"
    "scores  of talik evaluate: a score of models and baselines, one panel "
    "per\n"
    "        depth\n"
    "ratio   the tables of talik divergence: bars of the divergence ratio of "
    "models\n"
    "        and methods, one panel per depth; dots are seeds\n"
    "\n"
    "  -v NAME         variable: tsl, alt, ...; scores: rmse (default), mae, "
    "...\n"
    "  -m NAME[,...]   predicted, scores: these predictors, as \"gru "
    "mean,climatology\"\n"
    "  -d DEPTH[,...]  depth in m, or several, one panel each\n"
    "  -z ZONE         ratio: all (default), continuous, discontinuous or "
    "none\n"
    "  -p FIRST-LAST   years (default all)\n"
    "  -f FILE         map: subtract this file's mean ...\n"
    "  -b FIRST-LAST   ... over these years (without -f: of the same file)\n"
    "  -l LABEL,...    series: names in the legend\n"
    "  --lat, --lon X  series: the land cell nearest to this point (default:\n"
    "                  mean over land)\n"
    "  --monthly       series: months instead of years\n"
    "  --range LO,HI   limits of the colours or of the y axis\n"
    "  -o OUT          picture: .png, .pdf or .jpg\n"
    "  -t TITLE        instead of the one made from the file\n"
    "  --note TEXT     small print in the figure\n"
    "  --help, --version\n"
    "\n"
    "Temperatures in K are drawn in degC.  Exit status: 0 drawn, 2 usage, 3\n"
    "input, 4 output.\n";

enum { OPT_LAT = 256, OPT_LON, OPT_RANGE, OPT_NOTE, OPT_MONTHLY, OPT_VERSION };

static const struct option known[] = {
    {"lat", required_argument, NULL, OPT_LAT},
    {"lon", required_argument, NULL, OPT_LON},
    {"range", required_argument, NULL, OPT_RANGE},
    {"note", required_argument, NULL, OPT_NOTE},
    {"monthly", no_argument, NULL, OPT_MONTHLY},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static tk_err
read_number(const char *what, const char *text, double *x)
{
    char *end;

    *x = strtod(text, &end);
    if (end == text || *end || !isfinite(*x))
        return tk_fail(TK_ECONF, "%s %s: expected a number", what, text);
    return TK_OK;
}

static tk_err
read_years(const char *what, const char *text, int *first, int *last)
{
    int n = 0;

    if (sscanf(text, "%d-%d%n", first, last, &n) == 2 && !text[n] && *first > 0
        && *last >= *first)
        return TK_OK;
    if (sscanf(text, "%d%n", first, &n) == 1 && !text[n] && *first > 0) {
        *last = *first;
        return TK_OK;
    }
    return tk_fail(TK_ECONF, "%s %s: expected years such as 2081-2100", what,
                   text);
}

static tk_err
read_list(const char *what, const char *text, size_t most, double *x, size_t *n)
{
    char word[64];

    for (*n = 0; *n < most; (*n)++) {
        const size_t length = strcspn(text, ",");

        snprintf(word, sizeof word, "%.*s", (int)length, text);
        TK_TRY(read_number(what, word, &x[*n]));
        if (!text[length]) {
            (*n)++;
            return TK_OK;
        }
        text += length + 1;
    }
    return tk_fail(TK_ECONF, "%s: at most %zu numbers", what, most);
}

static tk_err
read_option(int c, tk_plot_opts *o)
{
    double range[2];
    size_t n = 0;

    switch (c) {
    case 'v':
        o->variable = optarg;
        return TK_OK;
    case 'm':
        o->models = optarg;
        return TK_OK;
    case 'z':
        o->zone = optarg;
        return TK_OK;
    case 'd':
        return read_list("-d", optarg, TK_PLOT_DEPTHS, o->depth, &o->ndepth);
    case 'p':
        return read_years("-p", optarg, &o->first_year, &o->last_year);
    case 'f':
        o->base = optarg;
        return TK_OK;
    case 'b':
        return read_years("-b", optarg, &o->base_first, &o->base_last);
    case 'l':
        o->labels = optarg;
        return TK_OK;
    case 'o':
        o->out = optarg;
        return TK_OK;
    case 't':
        o->title = optarg;
        return TK_OK;
    case OPT_NOTE:
        o->note = optarg;
        return TK_OK;
    case OPT_MONTHLY:
        o->monthly = true;
        return TK_OK;
    case OPT_LAT:
        return read_number("--lat", optarg, &o->lat);
    case OPT_LON:
        return read_number("--lon", optarg, &o->lon);
    case OPT_RANGE:
        TK_TRY(read_list("--range", optarg, 2, range, &n));
        if (n != 2 || range[0] >= range[1])
            return tk_fail(TK_ECONF, "--range %s: expected LO,HI", optarg);
        o->low = range[0];
        o->high = range[1];
        return TK_OK;
    default:
        return tk_fail(TK_ECONF, "unknown or incomplete option '%s'",
                       optopt && optopt < 256
                           ? (char[]){'-', (char)optopt, '\0'}
                           : "--...");
    }
}

static tk_err
read_arguments(int argc, char **argv, tk_plot_opts *o)
{
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "v:m:z:d:p:f:b:l:o:t:h", known, NULL))
           >= 0) {
        if (c == '?')
            return tk_fail(TK_ECONF, "unknown or incomplete option '%s'",
                           argv[optind - 1]);
        TK_TRY(read_option(c, o));
    }
    for (; optind < argc; optind++) {
        if (o->nfile == TK_PLOT_FILES)
            return tk_fail(TK_ECONF, "at most %d files", TK_PLOT_FILES);
        o->file[o->nfile++] = argv[optind];
    }
    return TK_OK;
}

static tk_err
check_arguments(const char *what, const tk_plot_opts *o)
{
    const bool series = strcmp(what, "series") == 0;
    const bool several = series || strcmp(what, "ratio") == 0;

    if (!o->nfile)
        return tk_fail(TK_ECONF, "%s: no input file", what);
    if (!several && o->nfile > 1)
        return tk_fail(TK_ECONF, "%s: one input file, not '%s'", what,
                       o->file[1]);
    if (!o->out)
        return tk_fail(TK_ECONF, "%s: no output: -o OUT.png", what);
    if ((series || strcmp(what, "map") == 0) && !o->variable)
        return tk_fail(TK_ECONF, "%s: no variable: -v NAME", what);
    if (isnan(o->lat) != isnan(o->lon))
        return tk_fail(TK_ECONF, "--lat and --lon go together");
    return TK_OK;
}

static tk_err
run(int argc, char **argv)
{
    static const struct {
        const char *name;
        tk_err (*draw)(const tk_plot_opts *);
    } commands[] = {{"map", tk_plot_map},
                    {"series", tk_plot_series},
                    {"loss", tk_plot_loss},
                    {"explain", tk_plot_explain},
                    {"predicted", tk_plot_predicted},
                    {"scores", tk_plot_scores},
                    {"ratio", tk_plot_ratio}};
    enum { COMMANDS = sizeof commands / sizeof commands[0] };
    const size_t n = COMMANDS;
    const char *names[COMMANDS], *near;
    tk_plot_opts opts = {.lat = NAN, .lon = NAN, .low = NAN, .high = NAN};

    for (size_t i = 0; i < n; i++) {
        names[i] = commands[i].name;
        if (strcmp(argv[1], names[i]) != 0)
            continue;
        TK_TRY(read_arguments(argc - 1, argv + 1, &opts));
        TK_TRY(check_arguments(names[i], &opts));
        return commands[i].draw(&opts);
    }
    near = tk_nearest_word(argv[1], n, names);
    return tk_fail(TK_ECONF, "unknown command '%s'; did you mean '%s'?",
                   argv[1], near ? near : "map");
}

int
main(int argc, char **argv)
{
    tk_err err;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("talik-plot %s\n", tk_version());
            return 0;
        }
    }
    if (argc < 2) {
        fputs(usage, stderr);
        return TK_ECONF;
    }
    err = run(argc, argv);
    if (err) {
        fprintf(stderr, "talik-plot: %s\n", tk_last_fault()->text);
        if (err == TK_ECONF)
            fputs("Try 'talik-plot --help'.\n", stderr);
    }
    return (int)err;
}
