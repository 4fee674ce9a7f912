/* correct_impl.h -- `talik correct`: what its sources share.
 *
 * correct_reanalysis.c opens one side, correct_open.c the other and settles the
 * periods; correct_cmd.c goes through batches of tiles; correct_file.c makes the
 * output, correct_report.c sums up what was done.
 *
 * Experiment 0 is the history, the others are scenarios.
 */
#ifndef TALIK_APP_CORRECT_IMPL_H
#define TALIK_APP_CORRECT_IMPL_H

#include "app.h"
#include "talik/data/archive.h"
#include "talik/data/coarse.h"
#include "talik/phys/adjust.h"

#define EXPERIMENTS (TK_SCENARIOS + 1)
#define WHENS (TK_SEASONS + 1) /* the year, then its seasons */
#define CHANGE_YEARS 20        /* at the end of a scenario  */

typedef struct {
    tk_word name;         /* in the namelist                             */
    tk_word modelled;     /* in the climate model                        */
    const char *variable; /* in the reanalysis and the output            */
    tk_series *observed;
    const char *units;
    bool temperature, total; /* a unit of temperature; a sum of a month    */
    tk_adjust how;
    char standard_name[TK_NAME], long_name[TK_NAME], cell_methods[TK_NAME];
} correct_var;

typedef struct {
    const char *name;
    tk_coarse *coarse[TK_LIST];
    int first, last; /* months held: the history up to the last scenario */
    int from, to;    /* months written: the history up to the first one  */
    char path[TK_PATH * 2];
    tk_out *out;
} experiment;

/* What a report needs of the cells of a tile, weighted by area; see
 * correct_report.c.
 */
typedef struct correct_sums correct_sums;

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    tk_grid_source source;
    tk_grid grid;
    tk_input_files files; /* of the reanalysis */
    tk_run run;           /* all tiles of this rank */
    tk_series *elevation; /* NULL without lapse rate */
    tk_archive archive;
    double extent[4];
    size_t nvar;
    correct_var var[TK_LIST];
    size_t nexp;
    experiment exp[EXPERIMENTS];
    size_t lengthens;        /* the reference beyond the history; 0: none */
    int ref_first, ref_last; /* the reference period       */
    tk_calendar calendar;    /* of the reanalysis          */
    long long newest;
    correct_sums *sums;
    uint64_t failed;   /* cells and variables of this rank not corrected */
    tk_fault why;      /* of the first of them */
    double farthest;   /* km to the land of a cell without its own */
    uint64_t borrowed; /* such cells of this rank */
    uint64_t outside;  /* cells of this rank with no source at all */
} correction;

/* **Collective.**  Everything is open and checked, nothing is computed. */
tk_err correct_open(const tk_par *par, const tk_setup *setup,
                    correction *c) TK_MUST;
void correct_close(correction *c); /* **Collective.** */

/* **Collective.**  The first part of it: grid, variables and elevation; then this
 * rank's tiles, and how far those of all reach.
 */
tk_err correct_open_reanalysis(correction *c) TK_MUST;
tk_err correct_share_cells(correction *c) TK_MUST;

/* The lanes of a run as targets; correct_cells_drop ends them.  **Collective.** */
tk_err correct_cells(const correction *c, const tk_run *run, tk_cells *cells,
                     double *area) TK_MUST;
void correct_cells_drop(tk_cells *cells);

/* First lines: grids, periods, what is compared. */
void correct_header(const correction *c);

/* **Collective.**  The output of an experiment, open. */
tk_err correct_create(correction *c, experiment *e) TK_MUST;

/* One cell of variable v in doubles, as it goes into the report. */
typedef struct {
    double area;
    const double *observed; /* [months of the reference]                   */
    const double *before, *after; /* of an experiment, from month `first` on */
    int first;
    size_t n;
    double (*history)[2]; /* [WHENS] its means in the reference, before and
                             after: made with the history, used with others */
} correct_cell;

tk_err correct_sums_make(correction *c) TK_MUST;
void correct_sums_drop(correct_sums *sums);

/* Takes experiment e of a cell of this rank's tile t into account. */
void correct_sums_add(correction *c, size_t v, size_t e, size_t t,
                      const correct_cell *cell);

/* **Collective.**  Table on the screen, and the CSV file. */
tk_err correct_report(const correction *c) TK_MUST;

#endif
