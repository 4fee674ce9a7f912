/* The figure of predicted and observed temperatures: one panel per depth, with
 * the errors of those shown at its side.
 */
#include "predicted.h"

#include <math.h>

#include "talik/grid/calendar.h"

#define WIDTH 12.5 /* cm of a panel, and of the key at its right */
#define KEY 6.2
#define LEFT (WIDTH + 0.4) /* of the key */
#define FONT "Helvetica,gray10"

/* A name for each month of one year, for each third of two. */
static void
write_months(tk_figure *f, const tk_predicted *g)
{
    static const char *const name[] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
    const double *month = g->cell.month + g->cell.from;
    FILE *file = tk_figure_file(f, "months.txt");

    for (size_t i = 0; file && i < g->cell.n; i++) {
        const int m = isnan(month[i]) ? 0 : tk_month_of_year((int)month[i]) - 1;
        const bool named = g->cell.n <= 12 || m % 3 == 0;
        const bool begins = m == 0 && i > 0;

        if (isnan(month[i]))
            continue;
        /* The year's line is where it begins, not at its first value. */
        if (begins)
            fprintf(file, "%zu g\n", i);
        fprintf(file, "%g %s %s\n", (double)i + 0.5,
                !named   ? "f"
                : begins ? "a"
                         : "ag",
                named ? name[m] : "");
    }
    tk_figure_file_end(f, file);
}

static int
year_of(double month)
{
    return isnan(month) ? -1 : tk_month_year((int)month);
}

/* Each below the middle of its months. */
static void
write_years(tk_figure *f, const tk_predicted *g)
{
    const double *month = g->cell.month + g->cell.from;
    const size_t span = g->cell.n;
    size_t begin = 0;

    for (size_t i = 1; i <= span; i++) {
        const double middle = 0.5 * (double)(begin + i) / (double)span;
        char text[16];

        if (i < span && year_of(month[i]) == year_of(month[begin]))
            continue;
        snprintf(text, sizeof text, "%d", year_of(month[begin]));
        if (!isnan(month[begin]))
            tk_figure_text(f, middle * WIDTH, -1.0, WIDTH, 10,
                           "+f10p,Helvetica,gray10+jBC", text);
        begin = i;
    }
}

static double
rmse_here(const tk_predicted *g, size_t p, size_t k)
{
    const double *a = tk_predicted_at(g, p, k), *b = tk_observed_at(g, k);
    double sum = 0, n = 0;

    for (size_t t = 0; t < g->cell.n; t++)
        if (!isnan(a[t]) && !isnan(b[t])) {
            sum += (a[t] - b[t]) * (a[t] - b[t]);
            n++;
        }
    return sqrt(sum / n);
}

static void
put_number(FILE *file, double x, double at, double value)
{
    if (!isnan(value))
        fprintf(file, "%g %g 9p," FONT " MR %.2f\n", at, x, value);
}

static double
key_step(const tk_predicted *g, double height)
{
    return fmin(0.48, (height - 0.9) / ((double)g->n + 1.5));
}

/* At the right of a panel: line, name, and two errors of each predictor. */
static void
draw_key(tk_figure *f, const tk_predicted *g, size_t k, double height)
{
    const double here = LEFT + 4.7, all = LEFT + 5.9;
    const double step = key_step(g, height);
    double y = height - 0.95;
    FILE *words = tk_figure_file(f, "words.txt");
    FILE *pens = tk_figure_file(f, "pens.txt");

    if (words && pens) {
        fprintf(words, "%g %g 9p," FONT " MR RMSE, K\n", all, height - 0.15);
        fprintf(words, "%g %g 9p," FONT " MR here\n", here, height - 0.55);
        fprintf(words, "%g %g 9p," FONT " MR all\n", all, height - 0.55);
        fprintf(words, "%g %g 9p," FONT " ML observed\n", LEFT + 1.1, y);
        fprintf(pens, "> -W0.8p,black\n%g %g\n%g %g\n", LEFT, y, LEFT + 0.9, y);
    }
    for (size_t i = 0; words && pens && i < g->n; i++) {
        const size_t p = g->p[i];

        y -= step;
        fprintf(words, "%g %g 9p," FONT " ML %s\n", LEFT + 1.1, y,
                tk_gmt_text(g->contest.name[p]));
        put_number(words, y, here, rmse_here(g, p, k));
        put_number(words, y, all, g->rmse.x[p * g->contest.nd + k]);
        fprintf(pens, "> -W%s\n%g %g\n%g %g\n", g->pen[i], LEFT, y, LEFT + 0.9,
                y);
    }
    tk_figure_file_end(f, pens);
    tk_figure_file_end(f, words);
    tk_gmt(f, "plot", "pens.txt -R0/100/0/100 -Jx1c -N");
    tk_gmt(f, "text", "words.txt -N -F+f+j");
}

/* The observed one's symbol, and the band where there is one. */
static void
draw_key_symbols(tk_figure *f, const tk_predicted *g, size_t k, double height)
{
    const double step = key_step(g, height);
    const double y = height - 0.95 - step * (double)(g->n + 1);
    FILE *file = tk_figure_file(f, "symbol.txt");
    char text[64];

    if (file)
        fprintf(file, "%g %g\n", LEFT + 0.45, height - 0.95);
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "symbol.txt -N -Sc0.11c -Gblack");
    if (g->banded == g->n
        || isnan(g->cell.half[g->p[g->banded] * g->contest.nd + k]))
        return;
    file = tk_figure_file(f, "symbol.txt");
    if (file)
        fprintf(file, "%g %g 0.9 0.32\n", LEFT + 0.45, y);
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "symbol.txt -N -Sr -G%s", g->fill);
    snprintf(text, sizeof text, "%g %% band",
             g->cell.level <= 1 ? 100 * g->cell.level : g->cell.level);
    tk_figure_text(f, LEFT + 1.1, y - 0.16, KEY, 9, "+f9p," FONT "+jBL", text);
}

/* Models, then what was observed, on top. */
static size_t
make_lines(const tk_predicted *g, size_t k, tk_line *line)
{
    size_t n = 0;

    for (size_t i = g->n; i-- > 0;) {
        const size_t p = g->p[i];

        line[n++] = (tk_line){
            .label = g->contest.name[p],
            .n = g->cell.n,
            .x = g->x,
            .y = (double *)tk_predicted_at(g, p, k),
            .pen = g->pen[i],
            .half = i == g->banded ? g->cell.half[p * g->contest.nd + k] : 0,
            .fill = g->fill};
    }
    line[n++] = (tk_line){.label = "observed",
                          .n = g->cell.n,
                          .x = g->x,
                          .y = (double *)tk_observed_at(g, k),
                          .pen = "0.8p,black",
                          .symbol = "c0.11c"};
    return n;
}

static void
draw_panel(tk_figure *f, const tk_plot_opts *o, const tk_predicted *g,
           size_t nth, double height, double gap)
{
    const double below = (double)(g->nk - 1 - nth) * (height + gap);
    tk_line line[TK_PREDICTED + 1];
    const size_t n = make_lines(g, g->k[nth], line);
    char head[64];

    snprintf(head, sizeof head, "%g m", g->contest.depth[g->k[nth]]);
    tk_plot_panel(f,
                  &(tk_panel){.bottom = 1 + below,
                              .width = WIDTH,
                              .height = height,
                              .title = head,
                              .ylabel = "@.C",
                              .zero = true,
                              .annotate_x = nth + 1 == g->nk,
                              .low = o->low,
                              .high = o->high,
                              .last = (double)g->cell.n,
                              .xaxis = "cmonths.txt"},
                  n, line);
    draw_key(f, g, g->k[nth], height);
    draw_key_symbols(f, g, g->k[nth], height);
}

static void
own_title(const tk_predicted *g, size_t room, char *out)
{
    const double lon = g->cell.lon - 360 * floor((g->cell.lon + 180) / 360);
    char place[96] = "";

    if (!isnan(g->cell.lat) && !isnan(lon))
        snprintf(place, sizeof place, " at %g\u00b0 %c, %g\u00b0 %c",
                 fabs(g->cell.lat), g->cell.lat < 0 ? 'S' : 'N', fabs(lon),
                 lon < 0 ? 'W' : 'E');
    snprintf(out, room, "Soil temperature%s, predicted and observed", place);
}

void
tk_predicted_draw(tk_figure *f, const tk_plot_opts *o, const tk_predicted *g)
{
    const double height = g->nk > 2 ? 4.6 : g->nk == 2 ? 6 : 8, gap = 0.9;
    char title[512];

    own_title(g, sizeof title, title);
    write_months(f, g);
    for (size_t i = 0; i < g->nk; i++) {
        draw_panel(f, o, g, i, height, gap);
        if (i == 0)
            tk_figure_text(f, 0, height + 0.8, WIDTH + KEY, 14,
                           "+f14p,Helvetica-Bold,gray10+jBL",
                           o->title ? o->title : title);
    }
    write_years(f, g);
    snprintf(title, sizeof title,
             "RMSE here: of this cell in the months drawn; all: of all cells "
             "and months evaluated%s",
             g->left_out ? "; the models of least RMSE" : "");
    tk_figure_text(f, 0, -1.75, WIDTH + KEY, 8, "+f8p,Helvetica,gray30+jBL",
                   title);
    if (o->note)
        tk_figure_text(f, 0, -2.2, WIDTH + KEY, 8,
                       "+f8p,Helvetica-Oblique,gray30+jBL", o->note);
}
