/* Ratios of divergence: a panel per depth, a group of bars per model, a colour
 * per method; where a bar is the mean of several seeds, a dot for each.
 */
#include "ratio.h"

#include <math.h>
#include <string.h>

#define BAR 0.62    /* cm, with the air around it  */
#define BETWEEN 0.5 /* cm of air between groups    */
#define HEIGHT 4.6  /* cm of a panel               */
#define GAP_X 0.9   /* cm between panels           */
#define GAP_Y 1.5
#define NARROW 6.0  /* cm, the least of a panel    */
#define PAGE 26.0   /* cm that panels may take beside each other */
#define LABEL 20    /* letters of a model's name   */
#define LETTER 0.17 /* cm */

/* What a ratio has to reach: the projection diverges as much as the truth. */
#define GOOD_LOW 0.95
#define GOOD_HIGH 1.05
#define GOOD_FILL "222/222/222"

typedef struct {
    size_t n; /* bars */
    size_t method[TK_RATIO_METHODS];
    double middle; /* cm from the left */
} group;

typedef struct {
    group g[TK_RATIO_MODELS];
    double width;     /* cm of a panel      */
    double low, high; /* of all panels      */
    bool seeds;       /* whether dots are drawn */
    size_t ncolumn;
} layout;

static double
bar_x(const group *g, size_t i)
{
    return g->middle + BAR * ((double)i - 0.5 * (double)(g->n - 1));
}

/* ---- layout -------------------------------------------------------------- */

static void
label_of(const tk_ratios *r, size_t model, char out[TK_RATIO_WORD])
{
    const char *name = r->model[model];

    snprintf(out, TK_RATIO_WORD, "%.*s%s", LABEL, name,
             strlen(name) > LABEL ? ".." : "");
}

/* A group has the bars that its model has anywhere, so that they stand at the
 * same place in every panel.
 */
static void
place_groups(const tk_ratios *r, layout *l)
{
    double x = 0, total;

    for (size_t m = 0; m < r->nmodel; m++) {
        group *g = &l->g[m];
        char label[TK_RATIO_WORD];
        double width;

        for (size_t i = 0; i < r->nmethod; i++) {
            tk_ratio_bar b;

            if (tk_ratio_bar_of(r, m, i, r->k[0], &b))
                g->method[g->n++] = i;
        }
        label_of(r, m, label);
        width =
            BETWEEN + fmax(BAR * (double)g->n, LETTER * (double)strlen(label));
        g->middle = x + width / 2;
        x += width;
    }
    total = fmax(x, NARROW);
    for (size_t m = 0; m < r->nmodel; m++)
        l->g[m].middle += (total - x) / 2;
    l->width = total;
}

/* From 0, or from below it, to above 1; with room for numbers. */
static void
set_limits(const tk_plot_opts *o, const tk_ratios *r, layout *l)
{
    double span;

    l->low = 0;
    l->high = GOOD_HIGH;
    for (size_t i = 0; i < r->nk; i++)
        for (size_t m = 0; m < r->nmodel; m++)
            for (size_t j = 0; j < l->g[m].n; j++) {
                tk_ratio_bar b;

                tk_ratio_bar_of(r, m, l->g[m].method[j], r->k[i], &b);
                l->low = fmin(l->low, b.low);
                l->high = fmax(l->high, b.high);
                l->seeds |= b.n > 1;
            }
    span = l->high - l->low;
    l->high += 0.11 * span;
    l->low -= l->low < 0 ? 0.11 * span : 0;
    if (!isnan(o->low)) {
        l->low = o->low;
        l->high = o->high;
    }
}

static void
choose_columns(const tk_ratios *r, layout *l)
{
    const size_t fit = (size_t)fmax((PAGE + GAP_X) / (l->width + GAP_X), 1);
    const size_t rows = (r->nk + fit - 1) / fit;

    l->ncolumn = (r->nk + rows - 1) / rows;
}

/* ---- a panel ------------------------------------------------------------- */

static void
draw_frame(tk_figure *f, const tk_ratios *r, const layout *l, size_t nth)
{
    const size_t column = nth % l->ncolumn, row = nth / l->ncolumn;
    const size_t rows = (r->nk + l->ncolumn - 1) / l->ncolumn;
    FILE *file = tk_figure_file(f, "names.txt");
    char label[TK_RATIO_WORD];

    for (size_t m = 0; file && m < r->nmodel; m++) {
        label_of(r, m, label);
        fprintf(file, "%.4f a %s\n", l->g[m].middle, tk_gmt_text(label));
    }
    tk_figure_file_end(f, file);
    tk_gmt(f, "basemap",
           "-R0/%.4f/%.8g/%.8g -JX%.4fc/%.2fc -Xf%.2fc -Yf%.2fc -B0", l->width,
           l->low, l->high, l->width, HEIGHT,
           2 + (double)column * (l->width + GAP_X),
           3 + (double)(rows - 1 - row) * (HEIGHT + GAP_Y));
    file = tk_figure_file(f, "good.txt");
    if (file)
        fprintf(file, "0 %g\n%g %g\n%g %g\n0 %g\n", GOOD_LOW, l->width,
                GOOD_LOW, l->width, GOOD_HIGH, GOOD_HIGH);
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "good.txt -L -G%s", GOOD_FILL);
    tk_gmt(f, "basemap", "-B%sSrt -Bxcnames.txt -Byafg%s", column ? "l" : "W",
           column ? "" : "+l\"divergence ratio\"");
}

/* The parts that lie within the limits: GMT leaves out a whole bar of which the
 * end does not.
 */
static void
draw_bars(tk_figure *f, const tk_ratios *r, const layout *l, size_t k)
{
    const double base = fmin(fmax(0, l->low), l->high);
    FILE *file = tk_figure_file(f, "bars.txt");

    for (size_t m = 0; file && m < r->nmodel; m++)
        for (size_t i = 0; i < l->g[m].n; i++) {
            const size_t method = l->g[m].method[i];
            tk_ratio_bar b;

            tk_ratio_bar_of(r, m, method, k, &b);
            if (b.n > 0)
                fprintf(file, "> -G%s\n%.4f %.8g\n", tk_plot_palette(method),
                        bar_x(&l->g[m], i),
                        fmin(fmax(b.mean, l->low), l->high));
        }
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "bars.txt -Sb%.2fc+b%.8g -W0.4p,gray20", 0.86 * BAR,
           base);
}

/* Over the bars, so that what a bar reaches can be seen in it. */
static void
draw_rules(tk_figure *f, const layout *l)
{
    FILE *file = tk_figure_file(f, "rules.txt");

    if (file)
        fprintf(file,
                "> -W0.9p,gray10\n0 1\n%g 1\n"
                "> -W0.4p,gray30,2_2\n0 %g\n%g %g\n"
                "> -W0.4p,gray30,2_2\n0 %g\n%g %g\n"
                "> -W0.7p,gray30\n0 0\n%g 0\n",
                l->width, GOOD_LOW, l->width, GOOD_LOW, GOOD_HIGH, l->width,
                GOOD_HIGH, l->width);
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "rules.txt");
}

/* Beside each other, as far as the bar is wide. */
static void
draw_seeds(tk_figure *f, const tk_ratios *r, const layout *l, size_t k)
{
    FILE *file = tk_figure_file(f, "seeds.txt");

    for (size_t m = 0; file && m < r->nmodel; m++)
        for (size_t i = 0; i < l->g[m].n; i++) {
            tk_ratio_bar b;

            tk_ratio_bar_of(r, m, l->g[m].method[i], k, &b);
            for (size_t j = 0; b.n > 1 && j < b.n; j++)
                fprintf(file, "%.4f %.8g\n",
                        bar_x(&l->g[m], i)
                            + ((double)j / (double)(b.n - 1) - 0.5)
                                  * fmin(0.12 * (double)(b.n - 1), 0.55 * BAR),
                        b.seed[j]);
        }
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "seeds.txt -Sc0.12c -Gwhite -W0.6p,gray10");
}

/* Beyond a bar and its dots, or at the edge if that is beyond it. */
static void
put_number(FILE *file, const layout *l, double x, const tk_ratio_bar *b)
{
    const double cm = (l->high - l->low) / HEIGHT;
    const bool down = b->mean < 0;
    const double y = b->n == 0 ? fmin(fmax(0, l->low), l->high) + 0.1 * cm
                     : down    ? b->low - 0.1 * cm
                               : fmax(b->high, 0) + 0.1 * cm;
    char text[32] = "none";

    if (b->n > 0)
        snprintf(text, sizeof text, fabs(b->mean) < 9.995 ? "%.2f" : "%.3g",
                 b->mean);
    if (y + (down ? 0 : 0.25 * cm) > l->high)
        fprintf(file, "%.4f %.8g TC %s\n", x, l->high - 0.06 * cm, text);
    else if (y - (down ? 0.25 * cm : 0) < l->low)
        fprintf(file, "%.4f %.8g BC %s\n", x, l->low + 0.06 * cm, text);
    else
        fprintf(file, "%.4f %.8g %s %s\n", x, y, down ? "TC" : "BC", text);
}

static void
draw_numbers(tk_figure *f, const tk_ratios *r, const layout *l, size_t k)
{
    FILE *file = tk_figure_file(f, "numbers.txt");

    for (size_t m = 0; file && m < r->nmodel; m++)
        for (size_t i = 0; i < l->g[m].n; i++) {
            tk_ratio_bar b;

            tk_ratio_bar_of(r, m, l->g[m].method[i], k, &b);
            put_number(file, l, bar_x(&l->g[m], i), &b);
        }
    tk_figure_file_end(f, file);
    tk_gmt(f, "text", "numbers.txt -F+f7p,Helvetica,gray10+j -Gwhite -C8%%");
}

/* ---- around the panels --------------------------------------------------- */

/* A sample and its words; where there is no room, in the next line. */
static void
put_item(FILE *marks, FILE *words, double width, double *x, double *y,
         const char *mark, const char *word)
{
    const double need = 0.9 + LETTER * (double)strlen(word);

    if (*x > 0 && *x + need > width) {
        *x = 0;
        *y -= 0.5;
    }
    if (marks)
        fprintf(marks, "> %s\n%g %g\n", mark, *x + 0.15, *y);
    if (words)
        fprintf(words, "%g %g %s\n", *x + 0.42, *y - 0.11, tk_gmt_text(word));
    *x += need;
}

/* Methods, then what else there is to be known; drawn below y. */
static double
draw_legend(tk_figure *f, const tk_ratios *r, const layout *l, double width,
            double y)
{
    FILE *marks = tk_figure_file(f, "marks.txt");
    FILE *words = tk_figure_file(f, "words.txt");
    char mark[64], good[64];
    double x = 0;

    for (size_t i = 0; i < r->nmethod; i++) {
        snprintf(mark, sizeof mark, "-G%s", tk_plot_palette(i));
        put_item(marks, words, width, &x, &y, mark, r->method[i]);
    }
    snprintf(good, sizeof good, "%g to %g of the truth", GOOD_LOW, GOOD_HIGH);
    put_item(marks, words, width, &x, &y, "-G" GOOD_FILL, good);
    tk_figure_file_end(f, marks);
    tk_figure_file_end(f, words);
    tk_gmt(f, "plot",
           "marks.txt -R0/100/0/100 -Jx1c -N -Ss0.34c -W0.4p,gray20");
    tk_gmt(f, "text", "words.txt -N -F+f9p,Helvetica,gray10+jBL");
    if (l->seeds) {
        y -= 0.35 + tk_figure_text_height(width, 8, "x");
        tk_figure_text(f, 0, y, width, 8, "+f8p,Helvetica,gray30+jBL",
                       "A bar is the mean of its seeds, a dot one of them.");
    }
    return y;
}

static void
draw(tk_figure *f, const tk_plot_opts *o, const tk_ratios *r)
{
    layout l = {0};
    const bool all = strcmp(tk_ratio_zone(o), "all") == 0;
    double width, top, y = -1.1;
    char text[160];

    place_groups(r, &l);
    set_limits(o, r, &l);
    choose_columns(r, &l);
    width = (double)l.ncolumn * (l.width + GAP_X) - GAP_X;
    top = (double)((r->nk - 1) / l.ncolumn) * (HEIGHT + GAP_Y) + HEIGHT;
    for (size_t i = 0; i < r->nk; i++) {
        draw_frame(f, r, &l, i);
        draw_bars(f, r, &l, r->k[i]);
        draw_rules(f, &l);
        draw_seeds(f, r, &l, r->k[i]);
        draw_numbers(f, r, &l, r->k[i]);
        snprintf(text, sizeof text, "%g m", r->depth[r->k[i]]);
        tk_figure_text(f, 0, HEIGHT + 0.15, l.width, 10,
                       "+f10p,Helvetica-Bold,gray10+jBL", text);
    }
    tk_gmt(f, "basemap", "-R0/100/0/100 -Jx1c -B0 -B+n -Xf2c -Yf3c");
    snprintf(text, sizeof text, "Divergence, projected over true: %s%s",
             all ? "" : "zone ", all ? "all cells" : tk_ratio_zone(o));
    tk_figure_text(f, 0, top + 0.8, width, 14,
                   "+f14p,Helvetica-Bold,gray10+jBL",
                   o->title ? o->title : text);
    y = draw_legend(f, r, &l, width, y);
    if (o->note)
        tk_figure_text(f, 0,
                       y - 0.35 - tk_figure_text_height(width, 8, o->note),
                       width, 8, "+f8p,Helvetica-Oblique,gray30+jBL", o->note);
}

tk_err
tk_plot_ratio(const tk_plot_opts *o)
{
    static tk_ratios ratios;
    tk_figure *f = NULL;
    tk_err err = tk_ratios_read(o, &ratios);

    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err)
        draw(f, o, &ratios);
    err = tk_figure_close(f, err);
    tk_ratios_free(&ratios);
    return err;
}
