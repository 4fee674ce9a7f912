/* plot.h -- what the parts of talik-plot share.
 *
 * Errors are those of talik/core/error.h; their codes are the exit statuses:
 * 2 usage, 3 input, 4 output.
 */
#ifndef TALIK_PLOT_H
#define TALIK_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "talik/core/error.h"

#define TK_PLOT_FILES 16
#define TK_PLOT_DEPTHS 6

/* The command line, as far as the figures share it. */
typedef struct {
    const char *file[TK_PLOT_FILES];
    size_t nfile;
    const char *variable; /* -v */
    const char *models;   /* -m, separated by commas; NULL: a choice          */
    const char *zone;     /* -z; NULL: all                                    */
    double depth[TK_PLOT_DEPTHS];
    size_t ndepth;             /* -d; 0: the variable's only one            */
    int first_year, last_year; /* -p; 0: all                                */
    const char *base;          /* -f: file to subtract                      */
    int base_first, base_last; /* -b */
    const char *labels;        /* -l, separated by commas                   */
    double lat, lon;           /* NaN: land mean                            */
    double low, high;          /* --range; NaN: from the data               */
    bool monthly;
    const char *out;   /* -o */
    const char *title; /* -t */
    const char *note;  /* --note */
} tk_plot_opts;

tk_err tk_plot_map(const tk_plot_opts *opts) TK_MUST;
tk_err tk_plot_series(const tk_plot_opts *opts) TK_MUST;
tk_err tk_plot_loss(const tk_plot_opts *opts) TK_MUST;
tk_err tk_plot_explain(const tk_plot_opts *opts) TK_MUST;
tk_err tk_plot_predicted(const tk_plot_opts *opts) TK_MUST;
tk_err tk_plot_scores(const tk_plot_opts *opts) TK_MUST;
tk_err tk_plot_ratio(const tk_plot_opts *opts) TK_MUST;

/* ---- atts.c: attributes of an open NetCDF file ---- */

/* "" if the attribute is not there, is no text, or does not fit. */
void tk_plot_text_att(int nc, int var, const char *name, size_t room,
                      char *out);
double tk_plot_number_att(int nc, int var, const char *name, double absent);

/* ---- data.c, cells.c: a variable of a NetCDF file ---- */

typedef struct {
    const char *path, *variable; /* borrowed                                */
    int nc, var;
    size_t nt, ndepth, ny, nx; /* 1 where the variable has no such dimension */
    int dim_t, dim_z, dim_y, dim_x; /* its places among the dimensions; -1   */
    int *month;                     /* [nt] as in talik/grid/calendar.h      */
    double *depth;                  /* [ndepth] m                            */
    bool regular;                   /* lat[ny], lon[nx]; else both [ny * nx] */
    double *lat, *lon;              /* degrees, lon continuous               */
    double fill[2], scale, offset;
    char units[64];  /* as drawn: K is turned into degC ...                 */
    bool difference; /* ... unless CF's units_metadata say so               */
    char name[128];  /* long_name                                           */
    char about[160]; /* "CCSM4-gru, RCP8.5", as far as the file says it     */
    char experiment[32];
} tk_plot_data;

/* TK_EDATA, naming the variables that there are, if this one is not. */
tk_err tk_plot_open(const char *path, const char *variable,
                    tk_plot_data *data) TK_MUST;
void tk_plot_close(tk_plot_data *data);

/* The level at a depth, within 1 %; TK_EDATA lists those that there are. */
tk_err tk_plot_level(const tk_plot_data *data, double depth, size_t *k) TK_MUST;

/* One time step of a level: x[ny * nx], NaN where there is no value. */
tk_err tk_plot_step(const tk_plot_data *data, size_t t, size_t k,
                    double *x) TK_MUST;

/* Mean over the steps of the years first..last (0, 0: all); TK_EDATA if the
 * file does not hold them all.
 */
tk_err tk_plot_mean(const tk_plot_data *data, int first, int last, size_t k,
                    double *x) TK_MUST;

double tk_plot_lat(const tk_plot_data *data, size_t cell);
double tk_plot_lon(const tk_plot_data *data, size_t cell);

/* Corners of a cell, counter-clockwise. */
void tk_plot_corners(const tk_plot_data *data, size_t cell, double lat[4],
                     double lon[4]);

/* ---- figure.c: GMT, in a folder of its own ---- */

typedef struct tk_figure tk_figure;

/* Checks the output name (.png, .pdf, .jpg), starts GMT and moves to a new
 * folder for its files: inputs have to be read before.
 */
tk_err tk_figure_open(const char *out, tk_figure **figure) TK_MUST;

/* A GMT module; the first failure is remembered for tk_figure_close. */
void tk_gmt(tk_figure *figure, const char *module, const char *fmt, ...)
    TK_PRINTF(3, 4);

/* A text file for GMT to read; NULL, remembered, if it cannot be made. */
FILE *tk_figure_file(tk_figure *figure, const char *name);
void tk_figure_file_end(tk_figure *figure, FILE *f);

/* Text on the page, x and y in cm from the plot's origin; `how` is GMT's font
 * and justification: "+f10p+jBL".  Broken into lines so as to fit `width` cm.
 */
void tk_figure_text(tk_figure *figure, double x, double y, double width,
                    double points, const char *how, const char *text);

/* Height in cm that the text will take. */
double tk_figure_text_height(double width, double points, const char *text);

/* Draws to the end and moves the picture to its place if nothing failed and
 * `err` is TK_OK; cleans up in any case.
 */
tk_err tk_figure_close(tk_figure *figure, tk_err err) TK_MUST;

/* Text as GMT wants it: '@' doubled, Latin-1 as octal escapes, "?" for the
 * rest.  Borrowed until the fourth call after.
 */
const char *tk_gmt_text(const char *text);

/* "degC" as it is printed, others as they are. */
const char *tk_gmt_units(const char *units);

/* 1, 2 or 5 times a power of ten, at or above x. */
double tk_nice_up(double x);

/* ---- colours.c: the scale of a map ---- */

typedef enum {
    TK_SCALE_VALUE,
    TK_SCALE_TEMPERATURE, /* around 0 degC, unless far from it     */
    TK_SCALE_SIGNED,      /* differences: 0 is white               */
    TK_SCALE_SIZE,        /* sizes of errors: from 0               */
} tk_scale;

/* Makes colours.cpt for the values, NaN left out; `low` NaN: limits from them.
 */
void tk_plot_colours(tk_figure *figure, tk_scale scale, double low, double high,
                     size_t n, const double *x);

/* ---- palette.c: colours of things that have no order ---- */

#define TK_PALETTE 8

/* "R/G/B"; from TK_PALETTE on they come again. */
const char *tk_plot_palette(size_t i);

/* ---- panel.c: lines over x ---- */

typedef struct {
    const char *label;
    size_t n;
    double *x, *y;      /* NaN breaks the line */
    const char *pen;    /* "1.5p,blue,-"       */
    const char *symbol; /* GMT's, as "c0.1c", black; NULL              */
    double half;        /* of a band around the line; 0, NaN: none     */
    const char *fill;   /* of the band */
} tk_line;

typedef struct {
    double left, bottom, width, height; /* cm on the page                */
    const char *title, *xlabel, *ylabel;
    bool zero; /* a line at 0                                        */
    bool log;  /* logarithmic y                                      */
    bool legend, annotate_x;
    double low, high;   /* NaN: from the data                        */
    double first, last; /* limits of x; both 0: from the data        */
    const char *xaxis;  /* GMT's annotations of x; NULL: its choice  */
} tk_panel;

void tk_plot_panel(tk_figure *figure, const tk_panel *panel, size_t n,
                   const tk_line *lines);

#endif
