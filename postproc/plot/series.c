/* Annual means of several files as lines, one panel per depth. */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/grid/calendar.h"

#define WIDTH 16.0 /* cm */

/* RCPs in the colours of IPCC AR5, told apart by dashes too where each is there
 * once; a second file of the same scenario gets the colour again, thin and
 * dashed.  Others from Okabe and Ito's palette, which is safe for colour-vision
 * deficiency.
 */
static const struct {
    const char *experiment, *pen, *first, *second;
} rcp_pens[] = {
    {"rcp26", "1.6p,0/61/160,4_2", "1.8p,0/61/160", "1p,0/61/160,5_2"},
    {"rcp45", "1.6p,70/160/240", "1.8p,70/160/240", "1p,70/160/240,5_2"},
    {"rcp60", "1.6p,230/120/20,8_3", "1.8p,230/120/20", "1p,230/120/20,5_2"},
    {"rcp85", "1.8p,200/0/10", "1.8p,200/0/10", "1p,200/0/10,5_2"},
    {"historical", "1.6p,gray10", "1.8p,gray10", "1p,gray10,5_2"},
};
#define NRCP (sizeof rcp_pens / sizeof rcp_pens[0])
static const char *const other_pens[] = {
    "1.6p,0/114/178",           "1.6p,213/94/0,6_2", "1.6p,0/158/115,2_2",
    "1.6p,204/121/167,9_2_2_2", "1.6p,86/180/233",   "1.6p,230/159/0,4_2",
    "1.6p,gray10,1_2",
};

/* How many of the first n files have the scenario. */
static size_t
times(const char *experiment, size_t n, const tk_plot_data *d)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += strcmp(d[i].experiment, experiment) == 0;
    return count;
}

/* How often a scenario occurs at most; 0 if colours of scenarios do not tell the
 * files apart: one without, all of the same, or three of one.
 */
static size_t
most_of_one(size_t n, const tk_plot_data *d)
{
    size_t most = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t count = times(d[i].experiment, n, d);

        if (!d[i].experiment[0] || (count == n && n > 1))
            return 0;
        most = count > most ? count : most;
    }
    return most > 2 ? 0 : most;
}

static const char *
pen_of(size_t nth, size_t n, const tk_plot_data *d)
{
    const size_t nother = sizeof other_pens / sizeof other_pens[0];
    const size_t most = most_of_one(n, d);

    for (size_t i = 0; most && i < NRCP; i++)
        if (strcmp(d[nth].experiment, rcp_pens[i].experiment) == 0)
            return most == 1                               ? rcp_pens[i].pen
                   : times(d[nth].experiment, nth, d) == 0 ? rcp_pens[i].first
                                                           : rcp_pens[i].second;
    return other_pens[nth % nother];
}

/* Weights of the cells: the nearest one to a point, or areas over land.  Areas
 * of a projected grid are taken as equal.
 */
static tk_err
cell_weights(const tk_plot_opts *o, const tk_plot_data *d, size_t k, double *w)
{
    const size_t n = d->ny * d->nx;
    double least = INFINITY, *x = tk_new(n, sizeof *x);
    const double to_radians = 3.14159265358979323846 / 180;
    size_t nearest = n;
    tk_err err = x ? tk_plot_step(d, 0, k, x) : TK_ERUN;

    for (size_t c = 0; !err && c < n; c++) {
        const double lat = tk_plot_lat(d, c), lon = tk_plot_lon(d, c);

        w[c] = 0;
        if (isnan(x[c]))
            continue;
        if (isnan(o->lat)) {
            w[c] = d->regular ? cos(lat * to_radians) : 1;
            nearest = c;
        } else {
            const double at = o->lon - 360 * floor((o->lon + 280) / 360);
            const double far =
                hypot(lat - o->lat, (lon - at) * cos(lat * to_radians));

            if (far < least) {
                least = far;
                nearest = c;
            }
        }
    }
    if (!err && (nearest == n || (!isnan(o->lat) && least > 2)))
        err = tk_fail(TK_EDATA, "%s: no land cell with values%s", d->path,
                      isnan(o->lat) ? "" : " within 2 degrees of that point");
    if (!err && !isnan(o->lat))
        w[nearest] = 1;
    tk_free(x);
    return err;
}

/* The steps of the file, averaged over cells. */
static tk_err
average_cells(const tk_plot_opts *o, const tk_plot_data *d, size_t k, double *y)
{
    const size_t n = d->ny * d->nx;
    double *w = tk_new(n, sizeof *w), *x = tk_new(n, sizeof *x);
    tk_err err = w && x ? cell_weights(o, d, k, w) : TK_ERUN;

    for (size_t t = 0; !err && t < d->nt; t++) {
        double sum = 0, total = 0;

        err = tk_plot_step(d, t, k, x);
        for (size_t c = 0; c < n; c++)
            if (w[c] > 0 && !isnan(x[c])) {
                sum += w[c] * x[c];
                total += w[c];
            }
        y[t] = sum / total;
    }
    tk_free(w);
    tk_free(x);
    return err;
}

/* Means of the calendar years that are complete; a file of annual values stays
 * as it is.
 */
static size_t
annual_means(const tk_plot_data *d, const double *monthly, double *x, double *y)
{
    const bool annual = d->nt < 2 || d->month[1] - d->month[0] >= 12;
    size_t n = 0;

    for (size_t t = 0; t < d->nt;) {
        const int year = tk_month_year(d->month[t]);
        double sum = 0;
        size_t count = 0;

        for (; t < d->nt && tk_month_year(d->month[t]) == year; t++, count++)
            sum += monthly[t];
        if (!annual && count < 12)
            continue;
        x[n] = year + 0.5;
        y[n++] = sum / (double)count;
    }
    return n;
}

static tk_err
make_line(const tk_plot_opts *o, const tk_plot_data *d, double depth,
          tk_line *line)
{
    size_t k = 0, m = 0;
    double *y = tk_new(d->nt, sizeof *y);
    tk_err err;

    line->x = tk_new(d->nt, sizeof *line->x);
    line->y = tk_new(d->nt, sizeof *line->y);
    err = y && line->x && line->y ? tk_plot_level(d, depth, &k) : TK_ERUN;
    if (!err && !d->month)
        err = tk_fail(TK_EDATA, "%s: '%s' has no time", d->path, d->variable);
    if (!err)
        err = average_cells(o, d, k, y);
    if (!err && o->monthly) {
        for (size_t t = 0; t < d->nt; t++) {
            line->x[t] = (d->month[t] + 0.5) / 12.0;
            line->y[t] = y[t];
        }
        line->n = d->nt;
    } else if (!err) {
        line->n = annual_means(d, y, line->x, line->y);
        if (!line->n)
            err = tk_fail(TK_EDATA, "%s: no complete year", d->path);
    }
    /* Only the years asked for. */
    for (size_t t = 0; !err && o->first_year && t < line->n; t++)
        if (line->x[t] >= o->first_year && line->x[t] < o->last_year + 1) {
            line->x[m] = line->x[t];
            line->y[m++] = line->y[t];
        }
    if (!err && o->first_year) {
        line->n = m;
        if (!m)
            err = tk_fail(TK_EDATA, "%s: none of the years %d-%d", d->path,
                          o->first_year, o->last_year);
    }
    tk_free(y);
    return err;
}

static void
set_labels(const tk_plot_opts *o, const tk_plot_data *d, char label[][128])
{
    const char *at = o->labels;

    for (size_t i = 0; i < o->nfile; i++) {
        const char *base = strrchr(o->file[i], '/');
        const size_t n = at ? strcspn(at, ",") : 0;

        snprintf(label[i], 128, "%s",
                 d[i].about[0] ? d[i].about
                 : base        ? base + 1
                               : o->file[i]);
        if (at && n)
            snprintf(label[i], 128, "%.*s", (int)n, at);
        if (at)
            at = at[n] ? at + n + 1 : NULL;
    }
}

static void
draw(tk_figure *f, const tk_plot_opts *o, const tk_plot_data *d, size_t npanel,
     tk_line lines[][TK_PLOT_FILES])
{
    const double height = npanel > 2 ? 4.8 : npanel == 2 ? 6 : 8.5, gap = 0.9;
    char title[512], place[64] = "land mean", ylabel[160], head[64];

    if (!isnan(o->lat))
        snprintf(place, sizeof place, "%g N, %g %s", o->lat, fabs(o->lon),
                 o->lon < 0 ? "W" : "E");
    snprintf(title, sizeof title, "%s, %s", d->name, place);
    if (o->title)
        snprintf(title, sizeof title, "%s", o->title);
    snprintf(ylabel, sizeof ylabel, "%s", tk_gmt_units(d->units));
    for (size_t p = 0; p < npanel; p++) {
        const bool last = p + 1 == npanel;

        snprintf(head, sizeof head, "%g m", o->ndepth ? o->depth[p] : 0);
        tk_plot_panel(
            f,
            &(tk_panel){.left = 0,
                        .bottom = (double)(npanel - 1 - p) * (height + gap),
                        .width = WIDTH,
                        .height = height,
                        .title = o->ndepth ? head : NULL,
                        .xlabel = "year",
                        .ylabel = ylabel,
                        .zero = true,
                        .legend = p == 0,
                        .annotate_x = last,
                        .low = o->low,
                        .high = o->high},
            o->nfile, lines[p]);
        if (p == 0)
            tk_figure_text(f, 0, height + (o->ndepth ? 0.75 : 0.3), WIDTH, 14,
                           "+f14p,Helvetica-Bold,gray10+jBL", title);
        if (last && o->note)
            tk_figure_text(f, WIDTH - 0.15, 0.15, WIDTH, 8,
                           "+f8p,Helvetica-Oblique,gray30+jBR", o->note);
    }
}

tk_err
tk_plot_series(const tk_plot_opts *o)
{
    static tk_line lines[TK_PLOT_DEPTHS][TK_PLOT_FILES];
    static char label[TK_PLOT_FILES][128];
    static tk_plot_data data[TK_PLOT_FILES];
    const size_t npanel = o->ndepth ? o->ndepth : 1;
    tk_figure *f = NULL;
    tk_err err = TK_OK;
    size_t opened = 0;

    while (!err && opened < o->nfile) {
        err = tk_plot_open(o->file[opened], o->variable, &data[opened]);
        opened++;
    }
    if (!err)
        set_labels(o, data, label);
    for (size_t p = 0; p < npanel; p++)
        for (size_t i = 0; !err && i < o->nfile; i++) {
            lines[p][i].label = label[i];
            lines[p][i].pen = pen_of(i, o->nfile, data);
            err = make_line(o, &data[i], o->ndepth ? o->depth[p] : NAN,
                            &lines[p][i]);
        }
    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err)
        draw(f, o, data, npanel, lines);
    err = tk_figure_close(f, err);
    for (size_t i = 0; i < opened; i++)
        tk_plot_close(&data[i]);
    for (size_t p = 0; p < npanel; p++)
        for (size_t i = 0; i < o->nfile; i++) {
            tk_free(lines[p][i].x);
            tk_free(lines[p][i].y);
        }
    return err;
}
