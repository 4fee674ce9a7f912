/* app.h -- the commands of talik, and what they share. */
#ifndef TALIK_APP_H
#define TALIK_APP_H

#include "config.h"
#include "talik/core/par.h"
#include "talik/io/out.h"
#include "talik/learn/evaluate.h"
#include "talik/learn/explain.h"
#include "talik/learn/trained.h"

/* **Collective.**  The commands. */
tk_err cmd_check(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_train(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_evaluate(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_explain(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_project(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_divergence(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_correct(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err cmd_world(const tk_par *par, const tk_setup *setup) TK_MUST;

/* **Collective.**  Those without a namelist; argv[argc] follows their names. */
tk_err cmd_import(const tk_par *par, int argc, char **argv) TK_MUST;
tk_err cmd_export(const tk_par *par, int argc, char **argv) TK_MUST;

/* **Collective.**  All that `talik correct` needs before it computes. */
tk_err correct_check(const tk_par *par, const tk_setup *setup) TK_MUST;

/* The two ways to project: talik/nn models, and the soil column. */
tk_err project_trained(const tk_par *par, const tk_setup *setup) TK_MUST;
tk_err project_column(const tk_par *par, const tk_setup *setup) TK_MUST;

/* The mark of files that no training may read; and **Collective**, TK_ECONF if
 * the targets or the forcing of this setup have one, under whatever name.
 */
#define TRUTH_ATTRIBUTE "talik_truth"
tk_err truth_refuse(const tk_par *par, const tk_setup *setup) TK_MUST;

/* The features that the namelist names; classes are still to be found. */
tk_err stage_features(const tk_setup *setup, tk_features *features) TK_MUST;

/* Whether slow means are differences; over how many months the one is that is
 * taken off the mean over slow_months[k], 0 for none.
 */
bool stage_slow_differs(const tk_config *c);
int stage_slow_less(const tk_config *c, size_t k);

/* **Collective.**  Grid and open inputs, cells without input left out. */
typedef struct {
    tk_grid_source source;
    tk_grid grid;
    tk_input_files files;
    tk_inputs *inputs;
    tk_targets *targets; /* NULL unless asked for */
    tk_dataset data;
    size_t nextra;              /* of &augment, once opened          */
    tk_dataset extra[TK_EXTRA]; /* with inputs and targets of their own */
} stage_data;
tk_err stage_open(const tk_par *par, const tk_setup *setup,
                  tk_features *features, stage_data *s) TK_MUST;
tk_err stage_open_targets(const tk_par *par, const tk_setup *setup,
                          size_t ndepth, const double *depth,
                          stage_data *s) TK_MUST;
void stage_close(stage_data *s); /* **Collective.** */

/* The input that is the air temperature: the one named by &evaluate air, or the
 * first monthly one with a unit of temperature; "" if there is none.
 */
const char *stage_air(const tk_setup *setup, const tk_features *features);

/* Adds the signal of &features signal to the features of open inputs: it needs no
 * series of its own, but may take the units of one.
 */
tk_err stage_signal_add(const tk_setup *setup, tk_features *features,
                        stage_data *s) TK_MUST;

/* **Collective.**  Gives the inputs of a data set the months of their signals;
 * its grid is final.  Without it no month can be loaded.  TK_ECONF: a scenario
 * without a forcing, months that the table does not have.
 */
tk_err stage_signal_fill(const tk_setup *setup, const tk_dataset *data,
                         const tk_features *features) TK_MUST;

/* What of that can fail without reading a month. */
tk_err stage_signal_check(const tk_setup *setup, const tk_features *features,
                          const tk_inputs *inputs) TK_MUST;

/* What is fitted to months first .. last of these inputs as well is no longer
 * beyond the range of training.
 */
void stage_signal_widen(tk_features *features, const tk_inputs *inputs,
                        int first, int last);

/* The line of a training. */
void stage_signal_trained(const tk_setup *setup, const tk_features *features);

/* The lines of a run that reads months from .. last and answers those from
 * `first` on, with a warning where it goes beyond the range of training; the
 * same as global attributes, which point into w.
 */
#define SIGNAL_TEXT 256
typedef struct {
    char name[SIGNAL_TEXT], trained[SIGNAL_TEXT], run[SIGNAL_TEXT],
        beyond[SIGNAL_TEXT];
    size_t natt;
    tk_out_att att[4];
} signal_words;
void stage_signal_say(const tk_setup *setup, const tk_features *features,
                      const tk_inputs *inputs, int from, int first, int last,
                      signal_words *w);

/* Member i of &model without data: whether its sizes and bands can be. */
tk_err member_check(const tk_setup *setup, size_t i) TK_MUST;

/* Member i with first weights; `shared` has what all members have in common. */
tk_err member_make(const tk_setup *setup, size_t i, const tk_trained *shared,
                   tk_trained *m) TK_MUST;

/* Whether a member need not be trained if its model file proves to be its own:
 * it is there, of several, to be resumed and not to be overwritten.  Rank 0.
 */
bool contest_may_skip(const tk_setup *setup, const char *file);

/* **Collective.**  Trains all members in turn, each with the bytes that it has
 * alone, and writes their model files; skips those that are there.  The scaling
 * and periods of `shared` are fitted.
 */
tk_err contest_run(const tk_par *par, const tk_setup *setup, stage_data *s,
                   const tk_trained *shared) TK_MUST;

/* **Collective.**  What &split holds out of a training on the months first ..
 * last; says it.  The features are not scaled yet.
 */
tk_err stage_split(const tk_par *par, const tk_setup *setup,
                   const stage_data *s, const tk_features *features, int first,
                   int last, tk_split *split) TK_MUST;

/* **Collective.**  Opens the data sets of &augment beside those of s, whose
 * targets are open; TK_ECONF if its keys do not go together.
 */
tk_err augment_open(const tk_par *par, const tk_setup *setup,
                    tk_features *features, const double *depth,
                    stage_data *s) TK_MUST;

/* **Collective.**  m->augmented: what they are, with a digest of the targets of
 * the last month that is fitted to.  Says it.
 */
tk_err augment_describe(const tk_par *par, const tk_setup *setup,
                        const stage_data *s, tk_trained *m) TK_MUST;

/* TK_ECONF, naming both sides, where keys that were given differ from what the
 * model file of member i says.
 */
tk_err stage_compare(const tk_setup *setup, size_t i,
                     const tk_trained *m) TK_MUST;

/* The state asked for; TK_ECONF if that architecture cannot have it. */
tk_err stage_state(const tk_setup *setup, const char *architecture,
                   tk_state *state) TK_MUST;

/* A warning where a carried state has few months before the first answer. */
void stage_spinup(const tk_trained *m, const tk_inputs *inputs, int first);

/* A warning where the longest slow mean has fewer months at the first answer
 * than it spans.
 */
void stage_slow(const tk_trained *m, const tk_inputs *inputs, int first);

/* Says what &forcing repeat_from does. */
void stage_repeat(const tk_setup *setup);

/* First lines of a run: what, on how many ranks, which grid. */
void stage_header(const tk_par *par, const char *command, const tk_grid *grid);

/* Global attributes that all files share; `n` counts them. */
typedef struct {
    tk_out_att att[48];
    size_t n;
    char dates[3][32], seed[24], history[TK_PATH + 64];
    char shift[4 * TK_WORD + 160], repeated[TK_WORD + 64];
    char model[2 * TK_WORD + 8], member[2 * TK_WORD]; /* of tsl_globals */
    char title[TK_PATH], summary[2 * TK_PATH];
} global_atts;
void globals_begin(const tk_setup *setup, long long newest, const char *command,
                   global_atts *g);
void globals_text(global_atts *g, const char *name, const char *text);
void globals_int(global_atts *g, const char *name, int number);
void globals_number(global_atts *g, const char *name, double number);

/* The soil-temperature file of a projection. */
typedef struct {
    const char *architecture; /* for the model field of the name           */
    long long physics;        /* p of the member; negative: the forcing's  */
    const char *source_text;  /* how the temperatures were made            */
    tk_calendar calendar;
    int first, last; /* months */
    size_t ndepth;
    const double *depth;
    long long newest; /* of the inputs, s since 1970 */
    /* NULL: as the namelist has it; a folder sets &output file aside too. */
    const char *command, *dir, *climate_model, *scenario, *member;
    size_t natt; /* further global attributes */
    const tk_out_att *att;
} tsl_spec;

/* What is written into it, month by month. */
enum { TSL_TEMPERATURE, TSL_STATUS, TSL_VARIABLES };

/* The path of the file: &output file, or a name as CMIP5 has it. */
void tsl_path(const tk_setup *setup, const tsl_spec *spec, size_t room,
              char *path);

/* The path of the domain's file, of whole years: &output file with _domain before
 * its ending, or a name as CMIP5 might have it.
 */
void tsl_domain_path(const tk_setup *setup, const tsl_spec *spec,
                     int first_year, int last_year, size_t room, char *path);

/* Attributes of a file of a projection: what it is, in the title; the beginning
 * of its summary; "mon" or "yr".
 */
void tsl_globals(const tk_setup *setup, const tsl_spec *spec, const char *what,
                 const char *summary, const char *frequency, global_atts *g);
tk_err tsl_create(const tk_par *par, const tk_setup *setup,
                  const tsl_spec *spec, const tk_grid_source *source,
                  const tk_grid *grid, const tk_run *run, tk_out **out) TK_MUST;

/* **Collective.**  Writes status[nlane], finishes, and says what was written, of
 * how many months, and how fast the months that were computed went.
 */
tk_err tsl_finish(const tk_par *par, tk_out *out, const char *path,
                  const tk_grid *grid, const tk_run *run,
                  const unsigned char *status, int written, int simulated,
                  double seconds) TK_MUST;

/* How far the years of a projection are from the training of its model, by
 * talik/learn/domain.h, and the file that says so.  Begin with {0}.
 */
typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    const tk_trained *m;
    const tsl_spec *spec;
    const tk_patch *patch;
    int first;                /* January of the first whole year        */
    size_t nyear;             /* 0: nothing is measured                 */
    double *year;             /* [ntile][n + 1][TK_TILE]                */
    float *beyond, *distance; /* [nyear][nlane]                         */
    double *tally;            /* [ntile][periods][what is summed]       */
    char path[3 * TK_PATH];
    tk_out *out;
} domain_run;

/* **Collective.**  What is borrowed stays until domain_drop.  Measures nothing,
 * and says why, if the model has no domain or no calendar year is whole.
 */
tk_err domain_begin(const tk_par *par, const tk_setup *setup,
                    const tk_trained *m, const tsl_spec *spec,
                    const tk_patch *patch, domain_run *d) TK_MUST;

/* The last n months of the patch.  Called for all months in order. */
void domain_months(domain_run *d, size_t n);

/* **Collective.**  Writes the file under a temporary name, and finishes it. */
tk_err domain_write(domain_run *d, const tk_grid_source *source,
                    const tk_grid *grid) TK_MUST;
tk_err domain_finish(domain_run *d) TK_MUST;
void domain_drop(domain_run *d); /* **Collective.** */

/* The periods that are summed up, at most so many; years of period i of a run of
 * nyear: [*from, *to).
 */
#define DOMAIN_PERIODS 3
size_t domain_periods(size_t nyear);
void domain_period(size_t nyear, size_t i, size_t *from, size_t *to);

/* What an evaluation is written with. */
typedef struct {
    const tk_setup *setup;
    const tk_contest *contest;
    const tk_verdict *verdict;
    const stage_data *data; /* of the first model */
    long long newest;       /* of the inputs, s since 1970 */
} judgement;

/* The table on the screen; CSV and Markdown, by rank 0. */
void evaluate_print(const judgement *j);
tk_err evaluate_csv(const judgement *j) TK_MUST;
tk_err evaluate_markdown(const judgement *j) TK_MUST;

/* "1996-01 .. 2015-12, 240 months", "years 1998 2004 2010, 36 months". */
void evaluate_period(const judgement *j, size_t room, char *text);

/* **Collective.**  NetCDF of the scores, and of the errors of each cell. */
tk_err evaluate_scores(const tk_par *par, const judgement *j) TK_MUST;
tk_err evaluate_map(const tk_par *par, const judgement *j) TK_MUST;

/* **Collective.**  The NetCDF file of an explanation. */
tk_err explain_write(const tk_par *par, const tk_setup *setup,
                     const tk_trained *m, const tk_explain_opts *opts,
                     long long newest, const tk_explained *r) TK_MUST;

/* Middle and bounds of n months, in days from the epoch: time[n], [n][2]. */
void month_axis(tk_calendar calendar, int first, size_t n, double *time,
                double *bounds);

/* Bounds of layers around nodes at depth[n], m: bounds[n][2]; those of
 * ERA5-Land's four layers where the depths are theirs.
 */
void depth_bounds(size_t n, const double *depth, double *bounds);

#endif
