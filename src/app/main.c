/* talik -- soil temperature of Alaska, from a namelist. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>

#include "app.h"
#include "talik/conf/namelist.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/core/version.h"
#include "talik/io/units.h"
#include "talik/nn/gemm.h"

#define MOST_SETS 256

static const char usage[] =
    "usage: talik <command> <run.nml> [--set group%key=value]...\n"
    "\n"
    "  check      validates namelist and inputs, runs nothing\n"
    "  correct    climate models on the reanalysis' grid, without its bias\n"
    "  train      fits the sequence model, writes the model file\n"
    "  evaluate   scores a model file on held-out months, beside baselines\n"
    "  explain    attributes the model's answers to inputs and lags\n"
    "  project    runs the model, or the soil column, through a scenario\n"
    "  divergence holds projections of several scenarios against a truth\n"
    "  world      writes the demonstration world, a synthetic Alaska\n"
    "\n"
    "  import IN.safetensors OUT.nc [--static NAME,...] [--overwrite]\n"
    "             weights from PyTorch and others as a model file\n"
    "  export IN.nc OUT.safetensors [--overwrite]\n"
    "             a model file as weights for PyTorch and others\n"
    "\n"
    "  check --syntax FILE       parses any Fortran namelist, prints it\n"
    "  check --keys run.nml      keys and values alone, opens no input\n"
    "  --print-namelist [group]  all keys with defaults and meaning\n"
    "  --print-reference         the same as Markdown\n"
    "  --version, --help\n"
    "\n"
    "Parallel: mpirun -n 8 talik project run.nml.  Exit status: 0 done, 1 run\n"
    "error, 2 usage or namelist, 3 input, 4 output.\n";

typedef struct {
    const char *name;
    tk_err (*run)(const tk_par *par, const tk_setup *setup); /* or: */
    tk_err (*convert)(const tk_par *par, int argc, char **argv);
} command;

static const command commands[] = {
    {"check", cmd_check, NULL},           {"train", cmd_train, NULL},
    {"evaluate", cmd_evaluate, NULL},     {"explain", cmd_explain, NULL},
    {"project", cmd_project, NULL},       {"correct", cmd_correct, NULL},
    {"divergence", cmd_divergence, NULL}, {"world", cmd_world, NULL},
    {"import", NULL, cmd_import},         {"export", NULL, cmd_export},
};
#define NCOMMAND (sizeof commands / sizeof commands[0])

typedef struct {
    const command *command;
    const char *namelist;
    const char *set[MOST_SETS];
    size_t nset;
} arguments;

static int
complain(const tk_fault *fault)
{
    fprintf(stderr, "talik: %s\n", fault->text);
    return fault->code;
}

static const command *
find_command(const char *name)
{
    const char *words[NCOMMAND];
    const char *nearest;

    for (size_t i = 0; i < NCOMMAND; i++) {
        words[i] = commands[i].name;
        if (strcmp(name, words[i]) == 0)
            return &commands[i];
    }
    nearest = tk_nearest_word(name, NCOMMAND, words);
    tk_fail(TK_ECONF, "unknown command '%s'%s%s%s (see talik --help)", name,
            nearest ? "; did you mean '" : "", nearest ? nearest : "",
            nearest ? "'?" : "");
    return NULL;
}

/* What follows the name of a command that takes a namelist. */
static tk_err
parse(int argc, char **argv, arguments *a)
{
    for (int i = 2; i < argc; i++) {
        const bool set = strcmp(argv[i], "--set") == 0;

        if (set && i + 1 == argc)
            return tk_fail(TK_ECONF, "--set needs group%%key=value");
        if (set && a->nset == MOST_SETS)
            return tk_fail(TK_ECONF, "more than %d --set", MOST_SETS);
        if (set)
            a->set[a->nset++] = argv[++i];
        else if (strncmp(argv[i], "--set=", 6) == 0 && a->nset < MOST_SETS)
            a->set[a->nset++] = argv[i] + 6;
        else if (argv[i][0] == '-')
            return tk_fail(TK_ECONF, "unknown option '%s'; see talik --help",
                           argv[i]);
        else if (a->namelist)
            return tk_fail(TK_ECONF, "two namelists: '%s' and '%s'",
                           a->namelist, argv[i]);
        else
            a->namelist = argv[i];
    }
    if (!a->namelist)
        return tk_fail(TK_ECONF, "%s: which namelist? (talik %s run.nml)",
                       a->command->name, a->command->name);
    return TK_OK;
}

static int
check_syntax(const char *path)
{
    tk_text out = {0}, problems = {0};
    const tk_err err = tk_namelist_syntax(path, &out, &problems);

    fputs(tk_text_get(&problems), stderr);
    if (err && !problems.len)
        fprintf(stderr, "talik: %s\n", tk_last_fault()->text);
    if (!err)
        fputs(tk_text_get(&out), stdout);
    tk_text_drop(&out);
    tk_text_drop(&problems);
    return (int)err;
}

/* Keys and values of a namelist, without its inputs. */
static int
check_keys(const char *path)
{
    static tk_setup setup;
    tk_problems problems = {0};
    const tk_err err = tk_setup_read(path, 0, NULL, &problems, &setup);

    if (!err && problems.warnings)
        fputs(tk_text_get(&problems.text), stderr);
    if (!err)
        printf("talik: %s: keys and values are known\n", path);
    tk_problems_drop(&problems);
    tk_setup_drop(&setup);
    return err ? complain(tk_last_fault()) : 0;
}

static int
print_keys(const char *group, bool reference)
{
    static tk_config c;
    tk_text out = {0};
    tk_err err = tk_params_defaults(&tk_config_table, &c);

    if (!err && reference)
        tk_params_markdown(&tk_config_table, &out);
    else if (!err)
        err = tk_params_print(&tk_config_table, &c, group, true, &out);
    if (!err)
        fputs(tk_text_get(&out), stdout);
    tk_text_drop(&out);
    return err ? complain(tk_last_fault()) : 0;
}

/* What answers before MPI starts; -1 if nothing here does. */
static int
answer_at_once(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";

    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0
        || strcmp(first, "help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(first, "--version") == 0) {
        printf("talik %s (%s)\n", tk_version(), tk_git_hash());
        return 0;
    }
    if (strcmp(first, "--print-namelist") == 0)
        return print_keys(argc > 2 ? argv[2] : NULL, false);
    if (strcmp(first, "--print-reference") == 0)
        return print_keys(NULL, true);
    if (argc == 4 && strcmp(first, "check") == 0
        && strcmp(argv[2], "--syntax") == 0)
        return check_syntax(argv[3]);
    if (argc == 4 && strcmp(first, "check") == 0
        && strcmp(argv[2], "--keys") == 0)
        return check_keys(argv[3]);
    return -1;
}

/* **Collective.**  Rank 0 reads the namelist; all get its values. */
static tk_err
share_setup(const tk_par *par, const arguments *a, tk_setup *setup)
{
    tk_problems problems = {0};
    tk_err err = TK_OK;
    size_t n = 0;

    if (par->rank == 0) {
        err = tk_setup_read(a->namelist, a->nset, a->set, &problems, setup);
        if (!err && problems.warnings)
            fputs(tk_text_get(&problems.text), stderr);
        n = setup->text ? strlen(setup->text) + 1 : 0;
    }
    tk_problems_drop(&problems);
    TK_AGREE(par, err);
    tk_bcast(par, &n, sizeof n);
    if (par->rank != 0)
        setup->text = tk_new(n, 1);
    TK_AGREE(par, setup->text ? TK_OK : TK_ERUN);
    tk_bcast(par, setup->text, n);
    tk_bcast(par, &setup->c, sizeof setup->c);
    tk_setup_resolve(setup);
    return TK_OK;
}

static tk_err
run(const tk_par *par, int argc, char **argv, tk_setup *setup)
{
    arguments a = {0};
    const double start = tk_seconds();

    if (argc < 2)
        return tk_fail(TK_ECONF, "no command; see talik --help");
    a.command = find_command(argv[1]);
    if (!a.command)
        return TK_ECONF;
    if (a.command->convert)
        return a.command->convert(par, argc - 2, argv + 2);
    TK_TRY(parse(argc, argv, &a));
    TK_TRY(share_setup(par, &a, setup));
    tk_log_set(par->rank == 0, setup->c.run.quiet);
    TK_TRY(a.command->run(par, setup));
    tk_note("SUCCESS  %s, %.1f s", a.command->name, tk_seconds() - start);
    return TK_OK;
}

int
main(int argc, char **argv)
{
    static tk_setup setup;
    const int answer = answer_at_once(argc, argv);
    tk_par par;
    tk_err err;

    if (answer >= 0)
        return answer;
    gsl_set_error_handler_off();
    tk_gemm_begin();
    if (tk_par_start(&argc, &argv, &par) != TK_OK)
        return complain(tk_last_fault());
    tk_log_set(par.rank == 0, false);
    err = run(&par, argc, argv, &setup);
    fflush(stdout);
    if (err && par.rank == 0)
        complain(tk_last_fault());
    tk_setup_drop(&setup);
    tk_units_end();
    tk_par_stop(&par);
    return (int)err;
}
