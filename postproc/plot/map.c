/* A mean over years at a depth, or a difference of two, on Alaska Albers. */
#include "plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/grid/albers.h"
#include "talik/phys/outline.h"

#define WIDTH 17.0 /* cm */
#define TITLE 14.0 /* points */

typedef struct {
    tk_plot_data data;
    double *x; /* [ny * nx] */
    size_t n;
    bool difference;
    double west, east, south, north; /* km on the map */
} map;

static tk_err
subtract_base(const tk_plot_opts *o, map *m)
{
    tk_plot_data base;
    double *y = tk_new(m->n, sizeof *y);
    size_t k = 0;
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
        err = tk_plot_level(&base, o->ndepth ? o->depth[0] : NAN, &k);
    if (!err)
        err = tk_plot_mean(&base, o->base_first, o->base_last, k, y);
    for (size_t c = 0; !err && c < m->n; c++)
        m->x[c] -= y[c];
    tk_plot_close(&base);
    tk_free(y);
    return err;
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
        if (isnan(m->x[c]))
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

static int
by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Colours from the 1st to the 99th percentile, so that one odd cell does not
 * wash out the rest; the bar's ends are triangles.
 */
static void
data_range(const map *m, double *low, double *high)
{
    double *sorted = tk_new(m->n, sizeof *sorted);
    size_t n = 0;

    *low = *high = 0;
    if (!sorted)
        return;
    for (size_t c = 0; c < m->n; c++)
        if (!isnan(m->x[c]))
            sorted[n++] = m->x[c];
    qsort(sorted, n, sizeof *sorted, by_value);
    *low = sorted[n / 100];
    *high = sorted[n - 1 - n / 100];
    tk_free(sorted);
}

/* vik around 0 for temperatures and differences, batlow for the rest (F.
 * Crameri, Scientific colour maps, doi:10.5281/zenodo.1243862).
 */
static void
make_colours(tk_figure *f, const map *m, const tk_plot_opts *o)
{
    const bool temperature = strcmp(m->data.units, "degC") == 0;
    bool around_zero;
    double low, high, step;

    data_range(m, &low, &high);
    /* A narrow range far from 0 would be one colour. */
    around_zero =
        m->difference
        || (temperature && high - low > 0.25 * fmax(fabs(low), fabs(high)));
    if (!isnan(o->low)) {
        low = o->low;
        high = o->high;
        step = tk_nice_up((high - low) / 24);
    } else if (around_zero) {
        /* Both sides alike; but the empty one is left out. */
        const double most = fmax(fmax(fabs(low), fabs(high)), 1e-6);
        const bool one_sided = low >= 0 || high <= 0;
        double limit;

        step = tk_nice_up(most / (one_sided ? 16 : 10));
        limit = step * ceil(most / step - 1e-6);
        low = one_sided && low >= 0 ? 0 : -limit;
        high = one_sided && low < 0 ? 0 : limit;
    } else {
        step = tk_nice_up(fmax(high - low, 1e-6) / 16);
        low = floor(low / step) * step;
        high = ceil(high / step) * step;
        if (!(high > low))
            high = low + step;
    }
    tk_gmt(f, "makecpt", "-C%s -T%.10g/%.10g/%.10g -D -H > colours.cpt",
           around_zero ? "vik+h0" : "batlow", low, high, step);
}

static void
draw_cells(tk_figure *f, const map *m)
{
    FILE *file = tk_figure_file(f, "cells.txt");
    double lat[4], lon[4];

    for (size_t c = 0; file && c < m->n; c++) {
        if (isnan(m->x[c]))
            continue;
        tk_plot_corners(&m->data, c, lat, lon);
        fprintf(file, "> -Z%.6g\n", m->x[c]);
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

    if (o->ndepth)
        snprintf(depth, sizeof depth, " at %g m", o->depth[0]);
    years_text(o->first_year, o->last_year, sizeof years, years);
    years_text(o->base_first, o->base_last, sizeof past, past);
    if (m->difference)
        snprintf(base, sizeof base, " minus %s", past[0] ? past : "the base");
    snprintf(out, room, "%s%s%s%s%s%s%s", m->data.name, depth,
             years[0] ? ", " : "", years, base, m->data.about[0] ? ": " : "",
             m->data.about);
}

static void
draw(tk_figure *f, const tk_plot_opts *o, const map *m)
{
    const double height = WIDTH * (m->north - m->south) / (m->east - m->west);
    const bool wide = m->east - m->west > 1500;
    const double span = m->east - m->west;
    char title[512], bar[256];

    own_title(o, m, sizeof title, title);
    if (o->title)
        snprintf(title, sizeof title, "%s", o->title);
    make_colours(f, m, o);
    write_coast(f);
    tk_gmt(f, "basemap", "-R%.3f/%.3f/%.3f/%.3f+uk -JB-154/50/55/65/%.2fc -B0",
           m->west, m->east, m->south, m->north, WIDTH);
    /* Land without values shows as grey under the cells; sea is white. */
    tk_gmt(f, "plot", "coast.txt -L -A -Ggray88");
    draw_cells(f, m);
    tk_gmt(f, "plot", "coast.txt -L -A -W0.5p,gray15");
    if (wide)
        tk_gmt(f, "basemap", "-Bxa10g10 -Bya5g5 -BWSrt --FORMAT_GEO_MAP=dddF");
    else
        tk_gmt(f, "basemap", "-Ba%sg%s -BWSrt --FORMAT_GEO_MAP=ddd.xF",
               span > 300  ? "2"
               : span > 60 ? "0.5"
                           : "0.1",
               span > 300  ? "2"
               : span > 60 ? "0.5"
                           : "0.1");
    snprintf(bar, sizeof bar, "%s%s%s%s",
             !m->difference ? ""
             : o->base      ? "Difference of "
                            : "Change of ",
             tk_gmt_text(m->data.name), m->data.units[0] ? ", " : "",
             m->difference && strcmp(m->data.units, "degC") == 0
                 ? "K"
                 : tk_gmt_units(m->data.units));
    tk_gmt(f, "colorbar",
           "-Ccolours.cpt -DJBC+w11c/0.35c+h+e+o0/1.0c -Bxaf -Bx+l\"%s\"", bar);
    tk_figure_text(f, 0, height + 0.35, WIDTH, TITLE,
                   "+f14p,Helvetica-Bold,gray10+jBL", title);
    if (o->note)
        tk_figure_text(f, WIDTH - 0.15, 0.12, WIDTH, 8,
                       "+f8p,Helvetica-Oblique,gray30+jBR", o->note);
}

tk_err
tk_plot_map(const tk_plot_opts *o)
{
    map m = {.difference = o->base || o->base_first};
    tk_figure *f = NULL;
    size_t k = 0;
    tk_err err = tk_plot_open(o->file[0], o->variable, &m.data);

    if (!err)
        err = tk_plot_level(&m.data, o->ndepth ? o->depth[0] : NAN, &k);
    m.n = m.data.ny * m.data.nx;
    if (!err && !(m.x = tk_new(m.n, sizeof *m.x)))
        err = TK_ERUN;
    if (!err)
        err = tk_plot_mean(&m.data, o->first_year, o->last_year, k, m.x);
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
