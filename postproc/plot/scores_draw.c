/* The figure of scores: a panel per depth, a row per architecture or baseline,
 * a dot per predictor, and the numbers at the right.
 */
#include "scores.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "talik/grid/calendar.h"

#include <netcdf.h>

#define ROW 0.56     /* cm */
#define APART 0.7    /* rows between models and baselines  */
#define NUMBERS 1.05 /* cm at the right of a panel ...     */
#define GAP 0.6      /* ... and before the next one        */

/* Baselines so many times worse than the best one are left beyond the edge:
 * they would crowd the models at the other one.
 */
#define BEYOND 2.0

typedef struct {
    double left, width, height, low, high; /* cm, and the score's limits */
    const char *decimals;
} panel;

static bool
both(const tk_scores *s)
{
    return !s->row[0].baseline && s->row[s->nrow - 1].baseline;
}

/* From the bottom of a panel to the middle of a row. */
static double
row_y(const tk_scores *s, size_t i)
{
    const double below = (double)(s->nrow - 1 - i) + 0.7;

    return ROW * (below + (both(s) && !s->row[i].baseline ? APART : 0));
}

static double
panel_x(const panel *a, double score)
{
    return a->width * (score - a->low) / (a->high - a->low);
}

/* The best row at a depth, among all or the baselines alone; nrow: none. */
static size_t
best_at(const tk_scores *s, size_t k, bool baselines)
{
    size_t best = s->nrow;
    double least = INFINITY;

    for (size_t i = 0; s->kind != TK_SCORE_OTHER && i < s->nrow; i++) {
        const double w = tk_score_wrong(s, tk_score_of_row(s, &s->row[i], k));

        if ((baselines && !s->row[i].baseline) || !(w < least))
            continue;
        best = i;
        least = w;
    }
    return best;
}

/* How wrong a score may be to be within the panel. */
static double
widest(const tk_scores *s, size_t k)
{
    const size_t base = best_at(s, k, true);
    double models = 0, all = 0;

    for (size_t i = 0; i < s->nrow; i++)
        for (size_t j = 0; j < s->row[i].n; j++) {
            const double w =
                tk_score_wrong(s, tk_score_at(s, s->row[i].p[j], k));

            all = fmax(all, w);
            if (!s->row[i].baseline)
                models = fmax(models, w);
        }
    if (base == s->nrow)
        return fmax(all, 1e-9);
    models =
        fmax(models,
             BEYOND * tk_score_wrong(s, tk_score_of_row(s, &s->row[base], k)));
    return fmax(fmin(all, models), 1e-9);
}

static void
set_limits(const tk_plot_opts *o, const tk_scores *s, size_t k, panel *a)
{
    const double most = 1.08 * widest(s, k);

    a->low = s->kind == TK_SCORE_SKILL  ? 1 - most
             : s->kind == TK_SCORE_BIAS ? -most
                                        : 0;
    a->high = s->kind == TK_SCORE_SKILL ? 1 + 0.04 * most : most;
    for (size_t i = 0; s->kind == TK_SCORE_OTHER && i < s->n; i++)
        if (tk_score_at(s, s->p[i], k) < 0)
            a->low = -most;
    if (!isnan(o->low)) {
        a->low = o->low;
        a->high = o->high;
    }
    a->decimals = most < 1 ? "%.3f" : most < 1000 ? "%.2f" : "%.0f";
}

static void
draw_frame(tk_figure *f, const tk_scores *s, size_t nth, const panel *a)
{
    FILE *names = tk_figure_file(f, "names.txt");
    char head[32];

    for (size_t i = 0; names && i < s->nrow; i++)
        fprintf(names, "%g ag %s\n", row_y(s, i), tk_gmt_text(s->row[i].label));
    tk_figure_file_end(f, names);
    tk_gmt(f, "basemap", "-R%.8g/%.8g/0/%.4f -JX%.2fc/%.4fc -Xf%.2fc -Yf3c -B0",
           a->low, a->high, a->height, a->width, a->height, a->left);
    tk_gmt(f, "basemap", "-B%sSrt -Bxafg+l\"%s%s%s\" -Bycnames.txt",
           nth ? "l" : "W", tk_gmt_text(s->name),
           strcmp(s->score.units, "1") == 0 ? "" : ", ",
           tk_gmt_units(s->score.units));
    snprintf(head, sizeof head, "%g m", s->contest.depth[s->k[nth]]);
    tk_figure_text(f, 0, a->height + 0.15, a->width, 10,
                   "+f10p,Helvetica-Bold,gray10+jBL", head);
}

/* Between models and baselines, and where the best baseline is. */
static void
draw_rules(tk_figure *f, const tk_scores *s, size_t k, const panel *a)
{
    const size_t base = best_at(s, k, true);
    FILE *file = tk_figure_file(f, "rules.txt");

    for (size_t i = 0; file && both(s) && i < s->nrow; i++)
        if (s->row[i].baseline) {
            const double y = row_y(s, i) + ROW * (1 + APART) / 2;

            fprintf(file, "> -W0.5p,gray40\n0 %g\n%g %g\n", y, a->width, y);
            break;
        }
    if (file && base < s->nrow) {
        const double x = panel_x(a, tk_score_of_row(s, &s->row[base], k));

        if (x >= 0 && x <= a->width)
            fprintf(file, "> -W1p,gray45,4_2\n%g 0\n%g %g\n", x, x, a->height);
    }
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "rules.txt -R0/100/0/100 -Jx1c -N");
}

/* Those that stand for a row, or the members beside them. */
static void
draw_dots(tk_figure *f, const tk_scores *s, size_t k, const panel *a,
          bool baseline, bool whole)
{
    FILE *file = tk_figure_file(f, "dots.txt");

    for (size_t i = 0; file && i < s->nrow; i++)
        for (size_t j = 0; j < s->row[i].n; j++) {
            const size_t p = s->row[i].p[j];
            const char *colour = tk_predictor_colour(s->contest.name[p]);
            const double x = panel_x(a, tk_score_at(s, p, k));

            if (s->row[i].baseline != baseline
                || (p == s->row[i].whole) != whole
                || !(x >= 0 && x <= a->width))
                continue;
            fprintf(file, "> -G%s -W%s,%s\n%g %g\n", whole ? colour : "white",
                    whole ? "0.5p" : "1p", colour, x, row_y(s, i));
        }
    tk_figure_file_end(f, file);
    tk_gmt(f, "plot", "dots.txt -N -S%s",
           baseline ? "d0.3c"
           : whole  ? "c0.27c"
                    : "c0.17c");
}

static void
put_edge(FILE *file, const tk_scores *s, size_t i, const panel *a, size_t p,
         size_t k)
{
    const double x = panel_x(a, tk_score_at(s, p, k));
    const bool right = x > a->width;

    if (x < 0 || right)
        fprintf(file, "%g %g 13p,Helvetica-Bold,%s %s \\%d\n",
                right ? a->width - 0.06 : 0.06, row_y(s, i),
                tk_predictor_colour(s->contest.name[p]), right ? "MR" : "ML",
                right ? 273 : 253);
}

/* Numbers, the best one bold, and marks at the edge for what is beyond it. */
static void
draw_numbers(tk_figure *f, const tk_scores *s, size_t k, const panel *a)
{
    const size_t best = best_at(s, k, false);
    FILE *file = tk_figure_file(f, "numbers.txt");
    char number[32];

    for (size_t i = 0; file && i < s->nrow; i++) {
        const double score = tk_score_of_row(s, &s->row[i], k);

        for (size_t j = 0; j < s->row[i].n; j++)
            put_edge(file, s, i, a, s->row[i].p[j], k);
        snprintf(number, sizeof number, "-");
        if (!isnan(score))
            snprintf(number, sizeof number, a->decimals, score);
        fprintf(file, "%g %g 9p,Helvetica%s,gray10 MR %s\n",
                a->width + NUMBERS - 0.05, row_y(s, i),
                i == best ? "-Bold" : "", number);
    }
    tk_figure_file_end(f, file);
    tk_gmt(f, "text", "numbers.txt -N -F+f+j");
}

/* "..., 1999-01 to 2005-12", or "..., 72 months of 1978 to 1999" where months
 * between them were not scored.
 */
static void
own_title(const tk_scores *s, size_t room, char *out)
{
    const double months =
        tk_plot_number_att(s->contest.nc, NC_GLOBAL, "test_months", 0);
    char first[16], last[16], when[64] = "";
    int from, to;

    tk_plot_text_att(s->contest.nc, NC_GLOBAL, "first_month", sizeof first,
                     first);
    tk_plot_text_att(s->contest.nc, NC_GLOBAL, "last_month", sizeof last, last);
    if (first[0] && last[0])
        snprintf(when, sizeof when, ", %s to %s", first, last);
    if (months > 0 && tk_month_parse(first, &from) == TK_OK
        && tk_month_parse(last, &to) == TK_OK && months < to - from + 1)
        snprintf(when, sizeof when, ", %.0f months of %.4s to %.4s", months,
                 first, last);
    snprintf(out, room, "%s over all cells%s", s->score.long_name, when);
    out[0] = (char)toupper((unsigned char)out[0]);
}

static void
draw_words(tk_figure *f, const tk_plot_opts *o, const tk_scores *s,
           const panel *a)
{
    const double width = a->left - 4.5 + a->width + NUMBERS;
    char title[512], how[256];
    double y;

    own_title(s, sizeof title, title);
    snprintf(how, sizeof how, "%s%s%s",
             s->members ? "Filled: mean of an architecture's members, or its "
                          "only one; open: members. "
                        : "",
             s->averaged ? "Numbers without a filled one: the mean of the "
                           "members' scores. "
                         : "",
             s->kind == TK_SCORE_OTHER ? ""
                                       : "Dashed: the best baseline. Bold: the "
                                         "best of all.");
    tk_gmt(f, "basemap", "-R0/100/0/100 -Jx1c -B0 -B+n -Xf4.5c -Yf3c");
    tk_figure_text(f, 0, a->height + 0.85, width, 14,
                   "+f14p,Helvetica-Bold,gray10+jBL",
                   o->title ? o->title : title);
    y = -1.45 - tk_figure_text_height(width, 8, how);
    tk_figure_text(f, 0, y, width, 8, "+f8p,Helvetica,gray30+jBL", how);
    if (o->note)
        tk_figure_text(f, 0,
                       y - 0.05 - tk_figure_text_height(width, 8, o->note),
                       width, 8, "+f8p,Helvetica-Oblique,gray30+jBL", o->note);
}

void
tk_scores_draw(tk_figure *f, const tk_plot_opts *o, const tk_scores *s)
{
    panel a = {.left = 4.5,
               .width = s->nk == 1   ? 9
                        : s->nk <= 3 ? 5.2
                                     : 4.2,
               .height = row_y(s, 0) + 0.7 * ROW};

    for (size_t i = 0; i < s->nk; i++) {
        if (i)
            a.left += a.width + NUMBERS + GAP;
        set_limits(o, s, s->k[i], &a);
        draw_frame(f, s, i, &a);
        draw_rules(f, s, s->k[i], &a);
        draw_dots(f, s, s->k[i], &a, true, true);
        draw_dots(f, s, s->k[i], &a, false, false);
        draw_dots(f, s, s->k[i], &a, false, true);
        draw_numbers(f, s, s->k[i], &a);
    }
    draw_words(f, o, s, &a);
}
