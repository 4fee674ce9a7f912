/* talik/data/inputs.h -- features of tiles, read from files and scaled.
 *
 * Arrays are tile by tile, cells fastest, so that a window of L months is one
 * contiguous block that a model reads as it lies:
 *
 *     x[tile][room][F][TK_TILE]     scaled features of `room` months
 *     bad[tile][room][TK_TILE]      why a cell's month cannot be used
 *
 * A missing or impossible input is never handed on: x holds 0 (the training
 * mean) there and bad its reason.
 *
 * Slow means begin with the first month that all dynamic features have, and
 * leave out the months that are bad; where none is left the month itself is bad.
 * So a value depends on where the inputs begin while fewer months than its own
 * are behind it, and never on the months that were asked for.
 */
#ifndef TALIK_DATA_INPUTS_H
#define TALIK_DATA_INPUTS_H

#include "talik/data/feature.h"
#include "talik/io/series.h"

/* Why a cell has no value: also the values of the variable cell_status. */
typedef enum {
    TK_CELL_OK = 0,
    TK_CELL_MISSING = 1,   /* an input is fill or NaN                   */
    TK_CELL_RANGE = 2,     /* an input is outside physical limits       */
    TK_CELL_NO_ANSWER = 3, /* the model gave NaN or did not converge    */
} tk_cell_status;
#define TK_CELL_MEANINGS "ok missing_input input_out_of_range no_answer"

typedef struct {
    size_t nforcing, nstatic;
    const char *const *forcing; /* files with monthly variables            */
    const char *const *fixed;   /* files with static ones                  */
    size_t nrename;
    const char *const *rename; /* "name=variable in the files"             */
    size_t nunits;
    const char *const *units_in_file; /* "variable=units", see tk_series_want */
    bool daily_totals;                /* see talik/io/units.h              */
    const char *changed, *scaled;     /* monthly inputs under another climate;
                                     NULL: none                            */
    tk_change change, scale;        /* what that is                          */
    int repeat_from, repeat_months; /* see tk_series_repeat; 0 months: not */
} tk_input_files;

/* The variable of the files that stands for a name, after `rename`; and the
 * units to be used instead of its attribute, or "".
 */
const char *tk_input_variable(const tk_input_files *files, const char *name);
const char *tk_input_units(const tk_input_files *files, const char *variable);

/* **Collective.**  One series under one of our names, changed if it is
 * files->changed or scaled; units wanted, or "" for those of the file.  tk_series_close
 * ends it.
 */
tk_err tk_input_series(const tk_par *par, const tk_grid *grid,
                       const tk_input_files *files, bool is_static,
                       const char *name, const char *units,
                       tk_series **series) TK_MUST;

typedef struct tk_inputs tk_inputs;

/* **Collective.**  Opens a series for each feature that needs one.  Features
 * without units take those of the file, written into `features`, which is
 * borrowed until tk_inputs_close.  TK_EDATA: no such variable, wrong units, ...;
 * TK_ECONF: files->changed or scaled is none of them.
 */
tk_err tk_inputs_open(const tk_par *par, const tk_grid *grid,
                      const tk_input_files *files, tk_features *features,
                      tk_inputs **inputs) TK_MUST;
void tk_inputs_close(tk_inputs *inputs); /* **Collective.**  Accepts NULL. */

/* Months that all dynamic features have, and their calendar. */
int tk_inputs_first(const tk_inputs *inputs);
int tk_inputs_last(const tk_inputs *inputs);
tk_calendar tk_inputs_calendar(const tk_inputs *inputs, int month);
long long tk_inputs_newest(const tk_inputs *inputs);

/* The open series of feature f; NULL where it has none of its own. */
tk_series *tk_inputs_series(const tk_inputs *inputs, size_t f);

/* Signal f by month, value[tk_inputs_first .. tk_inputs_last], unscaled, in its
 * units; NaN where there is none, and all cells are missing.  Copied.  Local, and
 * alike on all ranks; without it no month can be loaded.  TK_ERUN: no memory.
 */
tk_err tk_inputs_set_signal(tk_inputs *inputs, size_t f,
                            const double *value) TK_MUST;

/* Range of signal f in the months [first, last] that there are, not held; both
 * NaN if there is none.
 */
void tk_inputs_signal_range(const tk_inputs *inputs, size_t f, int first,
                            int last, double *low, double *high);

/* **Collective.**  Takes cells without input out of the grid. */
tk_err tk_inputs_limit_grid(const tk_par *par, tk_inputs *inputs,
                            tk_grid *grid) TK_MUST;

/* **Collective.**  Static features of a run, scaled: fixed[F][nlane], with
 * fixed_bad[nlane].  Rows of other features are left alone.
 */
tk_err tk_inputs_fixed(tk_inputs *inputs, const tk_run *run, float *fixed,
                       unsigned char *fixed_bad) TK_MUST;

/* What slow means remember of a run of tiles; NULL if there are none.  Local;
 * TK_ERUN: no memory.  tk_past_drop ends it.
 */
typedef struct tk_past tk_past;
tk_err tk_past_make(const tk_inputs *inputs, size_t nlane,
                    tk_past **past) TK_MUST;
void tk_past_drop(tk_past *past);              /* accepts NULL */
size_t tk_past_bytes(const tk_inputs *inputs); /* of a lane     */

/* **Collective.**  Fills months [first, first + n) into x and bad at places
 * at .. at + n - 1 of `room`.  `past` is the run's own; where `first` does not
 * follow the months that it saw last, those before are read as well.
 */
tk_err tk_inputs_load(tk_inputs *inputs, const tk_run *run, const float *fixed,
                      const unsigned char *fixed_bad, tk_past *past, int first,
                      size_t n, size_t at, size_t room, float *x,
                      unsigned char *bad) TK_MUST;

/* What is wrong with lane l in the window of L months that ends at place m of
 * a tile's bad[room][TK_TILE]: the first reason met, or TK_CELL_OK.
 */
tk_cell_status tk_window_status(const unsigned char *bad, size_t m, size_t L,
                                size_t l);

/* Physical limits of a quantity, by its units: temperatures 150..350 K, water
 * amounts not below 0; *low > *high where none is known.
 */
void tk_limits(const char *units, double *low, double *high);

#endif
