/* What drives a model, from the table of `talik explain`: a row for each
 * depth, the features of most weight as bars, and their attributions over lags
 * as lines.
 */
#include "plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

#define MOST_BYTES (64u << 20)
#define HEAD "depth_m,rank,feature,lag_months,abs_attribution_K,"
#define BARS 8
#define LINES 4
#define LAGS 240
#define NAME 64

#define WIDTH 8.0 /* cm of each panel */
#define HEIGHT 5.0
#define GAP_X 4.6
#define GAP_Y 2.0

/* A feature keeps its own through all depths. */
#define COLOURS 6
static const char *const dash[COLOURS] = {
    "", ",6_2", ",2_2", ",8_2_2_2", ",10_3", ",4_2",
};

/* The features of most weight at a depth; lag i is i months before. */
typedef struct {
    double depth;
    size_t n; /* of bars, in order of rank */
    char name[BARS][NAME];
    double whole[BARS];
    size_t nlag[LINES];
    double lag[LINES][LAGS], y[LINES][LAGS];
} depth_table;

typedef struct {
    size_t n;
    depth_table d[TK_PLOT_DEPTHS];
    const char *coloured[COLOURS];
} explain_table;

/* ---- reading ------------------------------------------------------------- */

/* Whether a depth is drawn: all, the first six, or those asked for. */
static bool
wanted(const tk_plot_opts *o, double depth)
{
    for (size_t i = 0; i < o->ndepth; i++)
        if (fabs(o->depth[i] - depth) <= fmax(0.01 * depth, 1e-6))
            return true;
    return o->ndepth == 0;
}

static depth_table *
table_of(const tk_plot_opts *o, explain_table *t, double depth)
{
    if (!wanted(o, depth))
        return NULL;
    for (size_t i = 0; i < t->n; i++)
        if (t->d[i].depth == depth)
            return &t->d[i];
    if (t->n == TK_PLOT_DEPTHS)
        return NULL;
    t->d[t->n].depth = depth;
    return &t->d[t->n++];
}

static tk_err
take_row(const tk_plot_opts *o, explain_table *t, size_t nth, const char *row)
{
    char name[NAME], lag[16];
    double depth, size;
    unsigned rank;
    char *end;
    depth_table *d;

    if (sscanf(row, "%lf,%u,%63[^,],%15[^,],%lf", &depth, &rank, name, lag,
               &size)
            != 5
        || rank < 1 || !isfinite(depth) || !isfinite(size))
        return tk_fail(TK_EDATA,
                       "%s:%zu: expected a depth, a rank, a name, a lag and an "
                       "attribution",
                       o->file[0], nth);
    d = rank <= BARS ? table_of(o, t, depth) : NULL;
    if (!d)
        return TK_OK;
    if (strcmp(lag, "all") == 0) {
        snprintf(d->name[rank - 1], NAME, "%s", name);
        d->whole[rank - 1] = size;
        d->n = rank > d->n ? rank : d->n;
    } else if (rank <= LINES && d->nlag[rank - 1] < LAGS) {
        const size_t i = d->nlag[rank - 1]++;

        d->lag[rank - 1][i] = -strtod(lag, &end);
        d->y[rank - 1][i] = size;
        if (end == lag || *end)
            return tk_fail(TK_EDATA, "%s:%zu: '%s' is no lag", o->file[0], nth,
                           lag);
    }
    return TK_OK;
}

static tk_err
read_table(const tk_plot_opts *o, char *text, explain_table *t)
{
    char *save = NULL, *row = strtok_r(text, "\r\n", &save);
    size_t nth = 1;

    if (!row || strncmp(row, HEAD, strlen(HEAD)) != 0)
        return tk_fail(TK_EDATA,
                       "%s: expected the table of 'talik explain', which "
                       "begins with '%s...'",
                       o->file[0], HEAD);
    while ((row = strtok_r(NULL, "\r\n", &save)))
        TK_TRY(take_row(o, t, ++nth, row));
    if (t->n == 0)
        return tk_fail(TK_EDATA, "%s: no row %s", o->file[0],
                       o->ndepth ? "of that depth" : "below the head");
    return TK_OK;
}

/* ---- drawing ------------------------------------------------------------- */

/* The number of a feature's colour; COLOURS if it has none. */
static size_t
colour_of(const explain_table *t, const char *name)
{
    for (size_t k = 0; k < COLOURS && t->coloured[k]; k++)
        if (strcmp(t->coloured[k], name) == 0)
            return k;
    return COLOURS;
}

/* Colours for what is drawn as a line anywhere, the first ranks first. */
static void
give_colours(explain_table *t)
{
    size_t n = 0;

    for (size_t k = 0; k < LINES; k++)
        for (size_t i = 0; i < t->n && n < COLOURS; i++)
            if (k < t->d[i].n && colour_of(t, t->d[i].name[k]) == COLOURS)
                t->coloured[n++] = t->d[i].name[k];
}

static void
draw_bars(tk_figure *f, const explain_table *t, const depth_table *d,
          double bottom, bool last)
{
    const double most = fmax(d->whole[0], 1e-9);
    FILE *names = tk_figure_file(f, "names.txt"), *bars;

    for (size_t i = 0; names && i < d->n; i++)
        fprintf(names, "%zu a %s\n", BARS - i, tk_gmt_text(d->name[i]));
    tk_figure_file_end(f, names);
    tk_gmt(f, "basemap",
           "-R0/%.8g/0.4/%.1f -JX%.2fc/%.2fc -Xf%.2fc -Yf%.2fc -B0",
           1.05 * most, BARS + 0.6, WIDTH, HEIGHT, GAP_X, bottom + 2);
    tk_gmt(f, "basemap", "-BWSrt -Bxafg%s -Bycnames.txt",
           last ? "+l\"mean |attribution|, all lags (K)\"" : "");
    for (size_t i = 0; i < d->n; i++) {
        const size_t k = colour_of(t, d->name[i]);

        bars = tk_figure_file(f, "bar.txt");
        if (bars)
            fprintf(bars, "%.8g %zu\n", d->whole[i], BARS - i);
        tk_figure_file_end(f, bars);
        tk_gmt(f, "plot", "bar.txt -SB0.62u+b0 -G%s",
               k < COLOURS ? tk_plot_palette(k) : "gray70");
    }
}

static void
draw_lags(tk_figure *f, const explain_table *t, depth_table *d, double bottom,
          bool last)
{
    char pen[LINES][48];
    tk_line lines[LINES];
    double most = 0;
    size_t n = 0;

    for (; n < LINES && n < d->n && d->nlag[n] > 0; n++) {
        const size_t k = colour_of(t, d->name[n]);

        for (size_t i = 0; i < d->nlag[n]; i++)
            most = fmax(most, d->y[n][i]);
        snprintf(pen[n], sizeof pen[n], "1.6p,%s%s",
                 k < COLOURS ? tk_plot_palette(k) : "gray40",
                 k < COLOURS ? dash[k] : "");
        lines[n] = (tk_line){.label = d->name[n],
                             .n = d->nlag[n],
                             .x = d->lag[n],
                             .y = d->y[n],
                             .pen = pen[n]};
    }
    if (n > 0)
        tk_plot_panel(f,
                      &(tk_panel){.left = GAP_X + WIDTH - 2 + 2.2,
                                  .bottom = bottom,
                                  .width = WIDTH,
                                  .height = HEIGHT,
                                  .xlabel = "month (0: the one explained)",
                                  .ylabel = "mean |attribution| (K)",
                                  .legend = true,
                                  .annotate_x = last,
                                  .low = 0,
                                  .high = fmax(1.1 * most, 1e-9)},
                      n, lines);
}

tk_err
tk_plot_explain(const tk_plot_opts *o)
{
    explain_table *t = tk_new(1, sizeof *t);
    tk_figure *f = NULL;
    char *text = NULL, title[64];
    size_t bytes;
    tk_err err =
        t ? tk_read_file(o->file[0], MOST_BYTES, &text, &bytes) : TK_ERUN;

    if (!err)
        err = read_table(o, text, t);
    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err)
        give_colours(t);
    for (size_t i = 0; !err && i < t->n; i++) {
        const double bottom = (double)(t->n - 1 - i) * (HEIGHT + GAP_Y);

        draw_lags(f, t, &t->d[i], bottom, i + 1 == t->n);
        draw_bars(f, t, &t->d[i], bottom, i + 1 == t->n);
        snprintf(title, sizeof title, "%g m", t->d[i].depth);
        tk_figure_text(f, 0, HEIGHT + 0.15, WIDTH, 11,
                       "+f11p,Helvetica-Bold,gray10+jBL", title);
        if (i == 0 && o->title)
            tk_figure_text(f, 0, HEIGHT + 0.9, 2 * WIDTH, 14,
                           "+f14p,Helvetica-Bold,gray10+jBL", o->title);
        if (i + 1 == t->n && o->note)
            tk_figure_text(f, 0, -1.9, 2 * WIDTH, 8,
                           "+f8p,Helvetica-Oblique,gray30+jBL", o->note);
    }
    err = tk_figure_close(f, err);
    tk_free(text);
    tk_free(t);
    return err;
}
