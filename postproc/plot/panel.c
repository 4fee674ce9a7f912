#include "plot.h"

#include <math.h>
#include <string.h>

static void
extend(double v, double *low, double *high)
{
    if (!isnan(v)) {
        *low = fmin(*low, v);
        *high = fmax(*high, v);
    }
}

static double
half_of(const tk_line *line)
{
    return line->half > 0 ? line->half : 0;
}

static double
legend_width(size_t n, const tk_line *lines)
{
    double width = 0;

    for (size_t l = 0; l < n; l++)
        width = fmax(width, 1.8 + 0.17 * (double)strlen(lines[l].label));
    return width;
}

/* More room at the top if a line runs where the legend will lie. */
static void
clear_legend(const tk_panel *p, size_t n, const tk_line *lines, double r[4])
{
    const double height = (0.45 * (double)n + 0.4) / p->height;
    const double right =
        r[0] + (r[1] - r[0]) * legend_width(n, lines) / p->width;
    double top = r[2];

    for (size_t l = 0; l < n; l++)
        for (size_t i = 0; i < lines[l].n; i++)
            if (lines[l].x[i] < right)
                top = fmax(top, lines[l].y[i]);
    if (height < 0.7)
        r[3] = fmax(r[3], r[2] + (top - r[2]) / (1 - height));
}

/* Round limits around all values, with a little air. */
static void
limits(const tk_panel *p, size_t n, const tk_line *lines, double r[4])
{
    double step;

    r[0] = r[2] = INFINITY;
    r[1] = r[3] = -INFINITY;
    for (size_t l = 0; l < n; l++)
        for (size_t i = 0; i < lines[l].n; i++) {
            extend(lines[l].x[i], &r[0], &r[1]);
            extend(lines[l].y[i] - half_of(&lines[l]), &r[2], &r[3]);
            extend(lines[l].y[i] + half_of(&lines[l]), &r[2], &r[3]);
        }
    if (r[1] - r[0] > 10) {
        r[0] = floor(r[0]);
        r[1] = ceil(r[1]);
    }
    if (p->last > p->first) {
        r[0] = p->first;
        r[1] = p->last;
    }
    if (r[0] == r[1])
        r[1] += 1;
    if (p->log) {
        r[2] /= 1.3;
        r[3] *= 1.3;
        return;
    }
    if (p->legend)
        clear_legend(p, n, lines, r);
    step = tk_nice_up(fmax(r[3] - r[2], 1e-9) / 10);
    r[2] = floor((r[2] - 0.1 * step) / step) * step;
    r[3] = ceil((r[3] + 0.1 * step) / step) * step;
    if (!isnan(p->low)) {
        r[2] = p->low;
        r[3] = p->high;
    }
}

/* A polygon for each stretch without a gap. */
static void
draw_band(tk_figure *f, const tk_line *line)
{
    FILE *file = tk_figure_file(f, "band.txt");

    for (size_t i = 0; file && i < line->n;) {
        size_t end = i;

        while (end < line->n && !isnan(line->y[end]))
            end++;
        if (end > i)
            fprintf(file, ">\n");
        for (size_t j = i; j < end; j++)
            fprintf(file, "%.6g %.8g\n", line->x[j], line->y[j] + line->half);
        for (size_t j = end; j > i; j--)
            fprintf(file, "%.6g %.8g\n", line->x[j - 1],
                    line->y[j - 1] - line->half);
        i = end + 1;
    }
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "band.txt -L -G%s", line->fill);
}

static void
draw_line(tk_figure *f, const tk_line *line)
{
    FILE *file = tk_figure_file(f, "line.txt");

    for (size_t i = 0; file && i < line->n; i++)
        fprintf(file, "%.6g %.8g\n", line->x[i], line->y[i]);
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "line.txt -W%s", line->pen);
    if (line->symbol)
        tk_gmt(f, "plot", "line.txt -S%s -Gblack", line->symbol);
}

static void
draw_legend(tk_figure *f, const tk_panel *p, size_t n, const tk_line *lines)
{
    FILE *file = tk_figure_file(f, "legend.txt");

    for (size_t l = 0; file && l < n; l++)
        fprintf(file, "S 0.6c - 1.1c - %s 1.4c %s\n", lines[l].pen,
                tk_gmt_text(lines[l].label));
    tk_figure_file_end(f, file);
    /* What is drawn on a logarithmic axis falls: its right is free. */
    tk_gmt(f, "legend",
           "legend.txt -Dj%s+w%.2fc+o0.15c -F+gwhite@25 "
           "--FONT_ANNOT_PRIMARY=9p",
           p->log ? "TR" : "TL", legend_width(n, lines));
}

void
tk_plot_panel(tk_figure *f, const tk_panel *p, size_t n, const tk_line *lines)
{
    const bool label = p->annotate_x && p->xlabel;
    double r[4];

    limits(p, n, lines, r);
    tk_gmt(f, "basemap",
           "-R%.8g/%.8g/%.8g/%.8g -JX%.2fc/%.2fc%s -Xf%.2fc -Yf%.2fc -B0", r[0],
           r[1], r[2], r[3], p->width, p->height, p->log ? "l" : "",
           p->left + 2, p->bottom + 2);
    tk_gmt(f, "basemap", "-BW%srt -Bx%s -Bya%s -By+l\"%s\"%s%s%s",
           p->annotate_x ? "S" : "b", p->xaxis ? p->xaxis : "afg",
           p->log ? "2f3g3" : "fg", p->ylabel, label ? " -Bx+l\"" : "",
           label ? p->xlabel : "", label ? "\"" : "");
    for (size_t l = 0; l < n; l++)
        if (lines[l].n && half_of(&lines[l]) > 0)
            draw_band(f, &lines[l]);
    if (p->zero && r[2] < 0 && r[3] > 0) {
        FILE *file = tk_figure_file(f, "zero.txt");

        if (file)
            fprintf(file, "%.8g 0\n%.8g 0\n", r[0], r[1]);
        tk_figure_file_end(f, file);
        tk_gmt(f, "plot", "zero.txt -W0.8p,gray30");
    }
    for (size_t l = 0; l < n; l++)
        if (lines[l].n)
            draw_line(f, &lines[l]);
    if (p->legend)
        draw_legend(f, p, n, lines);
    if (p->title)
        tk_figure_text(f, 0, p->height + 0.15, p->width, 10,
                       "+f10p,Helvetica-Bold,gray10+jBL", p->title);
}
