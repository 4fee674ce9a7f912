/* Training curves from a table: the first column is x, the others are lines. */
#include "plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

#define MOST_BYTES (64u << 20)
#define MOST_LINES 7

static const char *const pens[MOST_LINES] = {
    "1.6p,0/114/178",   "1.6p,213/94/0,6_2", "1.6p,0/158/115,2_2",
    "1.6p,204/121/167", "1.6p,86/180/233",   "1.6p,230/159/0,4_2",
    "1.6p,gray10,1_2",
};

/* Ends the word at a comma; gives what follows, or NULL at the end. */
static char *
cut(char *word)
{
    char *comma = strchr(word, ',');

    if (!comma)
        return NULL;
    *comma = '\0';
    return comma + 1;
}

static tk_err
read_row(const char *path, size_t nth, char *row, size_t n, tk_line *lines,
         double *x)
{
    for (size_t c = 0; c <= n; c++) {
        char *next = row ? cut(row) : NULL, *end = row;
        double v = row ? strtod(row, &end) : NAN;

        if (!row)
            return tk_fail(TK_EDATA, "%s:%zu: %zu columns, the head has %zu",
                           path, nth, c, n + 1);
        if (end == row && *row)
            return tk_fail(TK_EDATA, "%s:%zu: '%s' is no number", path, nth,
                           row);
        if (end == row)
            v = NAN; /* an empty field: no value yet */
        if (c == 0) {
            *x = v;
        } else {
            lines[c - 1].x[lines[c - 1].n] = *x;
            lines[c - 1].y[lines[c - 1].n++] = v;
        }
        row = next;
    }
    return TK_OK;
}

static tk_err
read_table(const char *path, char *text, size_t *n, tk_line *lines,
           const char **xname)
{
    size_t rows = 0, nth = 1;
    char *row = text, *save = NULL, *word;
    double x;

    for (const char *p = text; *p; p++)
        rows += *p == '\n';
    row = strtok_r(text, "\r\n", &save);
    while (row && row[0] == '#')
        row = strtok_r(NULL, "\r\n", &save);
    if (!row || !strchr(row, ','))
        return tk_fail(TK_EDATA, "%s: expected a head 'epoch,train,valid,...'",
                       path);
    *xname = row;
    for (word = cut(row), *n = 0; word && *n < MOST_LINES; (*n)++) {
        tk_line *l = &lines[*n];

        *l = (tk_line){.label = word,
                       .pen = pens[*n],
                       .x = tk_new(rows + 1, sizeof *l->x),
                       .y = tk_new(rows + 1, sizeof *l->y)};
        if (!l->x || !l->y)
            return TK_ERUN;
        word = cut(word);
    }
    while ((row = strtok_r(NULL, "\r\n", &save))) {
        nth++;
        TK_TRY(read_row(path, nth, row, *n, lines, &x));
    }
    if (!lines[0].n)
        return tk_fail(TK_EDATA, "%s: no rows below the head", path);
    return TK_OK;
}

/* Logarithmic if all values are positive and span more than a factor of 5. */
static bool
wants_log(size_t n, const tk_line *lines)
{
    double low = INFINITY, high = 0;

    for (size_t l = 0; l < n; l++)
        for (size_t i = 0; i < lines[l].n; i++)
            if (!isnan(lines[l].y[i])) {
                low = fmin(low, lines[l].y[i]);
                high = fmax(high, lines[l].y[i]);
            }
    return low > 0 && high > 5 * low;
}

/* Those columns that are losses: no learning rate, no scores in other units. */
static size_t
losses(size_t n, const tk_line *lines, tk_line *shown)
{
    size_t m = 0;

    for (size_t l = 0; l < n; l++)
        if (strcmp(lines[l].label, "rate") != 0
            && strncmp(lines[l].label, "rmse", 4) != 0)
            shown[m++] = lines[l];
    return m;
}

tk_err
tk_plot_loss(const tk_plot_opts *o)
{
    tk_line lines[MOST_LINES] = {{0}}, shown[MOST_LINES];
    const char *xname = "";
    tk_figure *f = NULL;
    char *text = NULL;
    size_t bytes, n = 0, m = 0;
    tk_err err = tk_read_file(o->file[0], MOST_BYTES, &text, &bytes);

    if (!err)
        err = read_table(o->file[0], text, &n, lines, &xname);
    if (!err && (m = losses(n, lines, shown)) == 0)
        err = tk_fail(TK_EDATA, "%s: no column is a loss", o->file[0]);
    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err) {
        tk_plot_panel(f,
                      &(tk_panel){.width = 14,
                                  .height = 8,
                                  .xlabel = tk_gmt_text(xname),
                                  .ylabel = "loss",
                                  .log = wants_log(m, shown),
                                  .legend = true,
                                  .annotate_x = true,
                                  .low = o->low,
                                  .high = o->high},
                      m, shown);
        if (o->title)
            tk_figure_text(f, 0, 8.3, 14, 14, "+f14p,Helvetica-Bold,gray10+jBL",
                           o->title);
        if (o->note)
            tk_figure_text(f, 13.85, 0.15, 14, 8,
                           "+f8p,Helvetica-Oblique,gray30+jBR", o->note);
    }
    err = tk_figure_close(f, err);
    for (size_t l = 0; l < MOST_LINES; l++) {
        tk_free(lines[l].x);
        tk_free(lines[l].y);
    }
    tk_free(text);
    return err;
}
