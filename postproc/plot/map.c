/* Means over years, or differences of two, at some depths, on Alaska Albers. */
#include "plot.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/grid/albers.h"
#include "talik/phys/outline.h"

#define TITLE 14.0 /* points */
#define GAP 1.0    /* cm between panels */
#define EDGE 4.0   /* left and below: annotations, the bar of colours */

typedef struct {
    tk_plot_data data;
    size_t n, nlevel; /* cells; panels, one for each depth               */
    double *x;        /* [nlevel][ny * nx] */
    bool difference;
    double west, east, south, north; /* km on the map */
} map;

/* Panels in rows from the top, cm. */
typedef struct {
    size_t columns, rows;
    double width, height;
} sheet;

static size_t
level_count(const tk_plot_opts *o)
{
    return o->ndepth ? o->ndepth : 1;
}

static tk_err
read_levels(const tk_plot_opts *o, const tk_plot_data *d, int first, int last,
            double *x)
{
    size_t k = 0;

    for (size_t i = 0; i < level_count(o); i++) {
        TK_TRY(tk_plot_level(d, o->ndepth ? o->depth[i] : NAN, &k));
        TK_TRY(tk_plot_mean(d, first, last, k, x + i * d->ny * d->nx));
    }
    return TK_OK;
}

static tk_err
subtract_base(const tk_plot_opts *o, map *m)
{
    tk_plot_data base;
    double *y = tk_new(m->nlevel * m->n, sizeof *y);
    tk_err err =
        y ? tk_plot_open(o->base ? o->base : o->file[0], o->variable, &base)
          : TK_ERUN;

    if (!y)
        return err;
    if (!err && (base.ny != m->data.ny || base.nx != m->data.nx))
        err = tk_fail(TK_EDATA, "%s: %zu x %zu cells, %s has %zu x %zu",
                      base.path, base.ny, base.nx, m->data.path, m->data.ny,
                      m->data.nx);
    for (size_t c = 0; !err && c < m->n; c++)
        if (fabs(tk_plot_lat(&base, c) - tk_plot_lat(&m->data, c)) > 1e-3
            || fabs(tk_plot_lon(&base, c) - tk_plot_lon(&m->data, c)) > 1e-3)
            err = tk_fail(TK_EDATA, "%s and %s lie on different grids",
                          base.path, m->data.path);
    if (!err)
        err = read_levels(o, &base, o->base_first, o->base_last, y);
    for (size_t c = 0; !err && c < m->nlevel * m->n; c++)
        m->x[c] -= y[c];
    tk_plot_close(&base);
    tk_free(y);
    return err;
}

static bool
has_value(const map *m, size_t cell)
{
    for (size_t i = 0; i < m->nlevel; i++)
        if (!isnan(m->x[i * m->n + cell]))
            return true;
    return false;
}

/* Around the cells with values, a little wider. */
static tk_err
find_extent(map *m)
{
    const tk_albers alaska = tk_albers_alaska();
    double margin, lat[4], lon[4], x, y;
    size_t seen = 0;

    m->west = m->south = INFINITY;
    m->east = m->north = -INFINITY;
    for (size_t c = 0; c < m->n; c++) {
        if (!has_value(m, c))
            continue;
        tk_plot_corners(&m->data, c, lat, lon);
        for (int i = 0; i < 4; i++) {
            tk_albers_forward(&alaska, lat[i], lon[i], &x, &y);
            m->west = fmin(m->west, x / 1e3);
            m->east = fmax(m->east, x / 1e3);
            m->south = fmin(m->south, y / 1e3);
            m->north = fmax(m->north, y / 1e3);
        }
        seen++;
    }
    if (!seen)
        return tk_fail(TK_EDATA, "%s: '%s' has no value there", m->data.path,
                       m->data.variable);
    margin = 0.04 * fmax(m->east - m->west, m->north - m->south);
    m->west -= margin;
    m->east += margin;
    m->south -= margin;
    m->north += margin;
    /* Neither a strip nor a tower. */
    if (m->north - m->south < 0.45 * (m->east - m->west)) {
        const double more =
            (0.45 * (m->east - m->west) - (m->north - m->south)) / 2;

        m->south -= more;
        m->north += more;
    }
    if (m->east - m->west < m->north - m->south) {
        const double more = ((m->north - m->south) - (m->east - m->west)) / 2;

        m->west -= more;
        m->east += more;
    }
    return TK_OK;
}

static void
draw_cells(tk_figure *f, const map *m, size_t level)
{
    const double *x = m->x + level * m->n;
    FILE *file = tk_figure_file(f, "cells.txt");
    double lat[4], lon[4];

    for (size_t c = 0; file && c < m->n; c++) {
        if (isnan(x[c]))
            continue;
        tk_plot_corners(&m->data, c, lat, lon);
        fprintf(file, "> -Z%.6g\n", x[c]);
        for (int i = 0; i < 4; i++)
            fprintf(file, "%.5f %.5f\n", lon[i], lat[i]);
    }
    tk_figure_file_end(f, file);
    /* The pen closes the hair lines between neighbours. */
    tk_gmt(f, "plot", "cells.txt -Ccolours.cpt -L -A -W0.1p+c");
}

static void
write_coast(tk_figure *f)
{
    FILE *file = tk_figure_file(f, "coast.txt");
    double lat, lon;

    for (size_t r = 0; file && r < tk_alaska_ring_count(); r++) {
        fprintf(file, ">\n");
        for (size_t i = 0; i < tk_alaska_ring_length(r); i++) {
            tk_alaska_vertex(r, i, &lat, &lon);
            fprintf(file, "%.2f %.2f\n", lon, lat);
        }
    }
    tk_figure_file_end(f, file);
}

static void
years_text(int first, int last, size_t room, char *out)
{
    out[0] = '\0';
    if (first)
        snprintf(out, room, first == last ? "%d" : "%d-%d", first, last);
}

static void
own_title(const tk_plot_opts *o, const map *m, size_t room, char *out)
{
    char depth[32] = "", years[32], base[64] = "", past[32];

    if (o->ndepth == 1)
        snprintf(depth, sizeof depth, " at %g m", o->depth[0]);
    years_text(o->first_year, o->last_year, sizeof years, years);
    years_text(o->base_first, o->base_last, sizeof past, past);
    if (m->difference)
        snprintf(base, sizeof base, " minus %s", past[0] ? past : "the base");
    snprintf(out, room, "%s%s%s%s%s%s%s", m->data.name, depth,
             years[0] ? ", " : "", years, base, m->data.about[0] ? ": " : "",
             m->data.about);
}

static sheet
make_sheet(const map *m)
{
    sheet s = {.columns = m->nlevel == 1 ? 1 : m->nlevel <= 4 ? 2 : 3};

    s.rows = (m->nlevel + s.columns - 1) / s.columns;
    s.width = s.columns == 1 ? 17 : s.columns == 2 ? 10 : 8;
    s.height = s.width * (m->north - m->south) / (m->east - m->west);
    return s;
}

/* How far parallels and meridians are apart on a map of a few hundred km. */
static const char *
near_degrees(double span)
{
    return span > 300 ? "2" : span > 60 ? "0.5" : "0.1";
}

static void
draw_panel(tk_figure *f, const tk_plot_opts *o, const map *m, const sheet *s,
           size_t level)
{
    const double span = m->east - m->west;
    const size_t column = level % s->columns, row = level / s->columns;
    const char *const step = near_degrees(span);
    char sides[8], depth[32];

    snprintf(sides, sizeof sides, "%c%crt", column == 0 ? 'W' : 'l',
             level + s->columns >= m->nlevel ? 'S' : 'b');
    tk_gmt(f, "basemap",
           "-R%.3f/%.3f/%.3f/%.3f+uk -JB-154/50/55/65/%.2fc -B0 -Xf%.2fc "
           "-Yf%.2fc",
           m->west, m->east, m->south, m->north, s->width,
           EDGE + (double)column * (s->width + 0.4 * GAP),
           EDGE + (double)(s->rows - 1 - row) * (s->height + GAP));
    /* Land without values shows as grey under the cells; sea is white. */
    tk_gmt(f, "plot", "coast.txt -L -A -Ggray88");
    draw_cells(f, m, level);
    tk_gmt(f, "plot", "coast.txt -L -A -W0.5p,gray15");
    if (span > 1500)
        tk_gmt(f, "basemap", "-Bxa%dg10 -Bya5g5 -B%s --FORMAT_GEO_MAP=dddF",
               s->columns == 1 ? 10 : 20, sides);
    else
        tk_gmt(f, "basemap", "-Ba%sg%s -B%s --FORMAT_GEO_MAP=ddd.xF", step,
               step, sides);
    if (m->nlevel > 1) {
        snprintf(depth, sizeof depth, "%g m", o->depth[level]);
        tk_figure_text(f, 0, s->height + 0.15, s->width, 10,
                       "+f10p,Helvetica-Bold,gray10+jBL", depth);
    }
}

static tk_scale
scale_of(const map *m)
{
    if (m->difference)
        return TK_SCALE_SIGNED;
    if (!m->data.difference)
        return strcmp(m->data.units, "degC") == 0 ? TK_SCALE_TEMPERATURE
                                                  : TK_SCALE_VALUE;
    for (size_t i = 0; i < m->nlevel * m->n; i++)
        if (m->x[i] < 0)
            return TK_SCALE_SIGNED;
    return TK_SCALE_SIZE;
}

/* Below the middle of the lowest row; moves the origin to its left end.  Errors
 * end at 0.
 */
static void
draw_bar(tk_figure *f, const tk_plot_opts *o, const map *m, double width)
{
    char bar[256];

    snprintf(bar, sizeof bar, "%s%s%s%s",
             !m->difference ? ""
             : o->base      ? "Difference of "
                            : "Change of ",
             tk_gmt_text(m->data.name), m->data.units[0] ? ", " : "",
             m->difference && strcmp(m->data.units, "degC") == 0
                 ? "K"
                 : tk_gmt_units(m->data.units));
    tk_gmt(f, "colorbar",
           "-Ccolours.cpt -Dx%.2fc/-1.0c+w11c/0.35c+h+e%s+jTC -Bxaf "
           "-Bx+l\"%s\" -Xf%.2fc -Yf%.2fc",
           width / 2, scale_of(m) == TK_SCALE_SIZE ? "f" : "", bar, EDGE, EDGE);
}

static void
draw(tk_figure *f, const tk_plot_opts *o, const map *m)
{
    const sheet s = make_sheet(m);
    const double width = (double)s.columns * (s.width + 0.4 * GAP) - 0.4 * GAP;
    const double height = (double)s.rows * (s.height + GAP) - GAP;
    char title[512];

    own_title(o, m, sizeof title, title);
    if (o->title)
        snprintf(title, sizeof title, "%s", o->title);
    tk_plot_colours(f, scale_of(m), o->low, o->high, m->nlevel * m->n, m->x);
    write_coast(f);
    for (size_t i = 0; i < m->nlevel; i++)
        draw_panel(f, o, m, &s, i);
    draw_bar(f, o, m, width);
    tk_figure_text(f, 0, height + (m->nlevel > 1 ? 0.85 : 0.35), width, TITLE,
                   "+f14p,Helvetica-Bold,gray10+jBL", title);
    if (o->note)
        tk_figure_text(f, width - 0.15, 0.12, width, 8,
                       "+f8p,Helvetica-Oblique,gray30+jBR", o->note);
}

tk_err
tk_plot_map(const tk_plot_opts *o)
{
    map m = {.nlevel = level_count(o), .difference = o->base || o->base_first};
    tk_figure *f = NULL;
    tk_err err = tk_plot_open(o->file[0], o->variable, &m.data);

    m.n = m.data.ny * m.data.nx;
    if (!err && !(m.x = tk_new(m.nlevel * m.n, sizeof *m.x)))
        err = TK_ERUN;
    if (!err)
        err = read_levels(o, &m.data, o->first_year, o->last_year, m.x);
    if (!err && m.difference)
        err = subtract_base(o, &m);
    if (!err)
        err = find_extent(&m);
    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err)
        draw(f, o, &m);
    err = tk_figure_close(f, err);
    tk_plot_close(&m.data);
    tk_free(m.x);
    return err;
}
