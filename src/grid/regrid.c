#include "talik/grid/regrid.h"

#include <math.h>
#include <stdint.h>

#include "talik/core/mem.h"

#define RADIANS (3.14159265358979323846 / 180)
#define EARTH_KM 6371.0

/* ---- weights that grow --------------------------------------------------- */

/* Weights under way: those of one target come after those of the one before. */
typedef struct {
    tk_weights *to;
    size_t used, room;
} builder;

static tk_err
begin(size_t n, builder *b, tk_weights *to)
{
    *to = (tk_weights){.n = n};
    *b = (builder){.to = to};
    to->first = tk_new(n + 1, sizeof *to->first);
    return to->first ? TK_OK : TK_ERUN;
}

static tk_err
grow(builder *b)
{
    const size_t room = b->room ? 2 * b->room : 4 * b->to->n + 16;
    uint32_t *cell = tk_new(room, sizeof *cell);
    double *weight = tk_new(room, sizeof *weight);

    if (!cell || !weight) {
        tk_free(cell);
        tk_free(weight);
        return TK_ERUN;
    }
    for (size_t i = 0; i < b->used; i++) {
        cell[i] = b->to->cell[i];
        weight[i] = b->to->weight[i];
    }
    tk_free(b->to->cell);
    tk_free(b->to->weight);
    b->to->cell = cell;
    b->to->weight = weight;
    b->room = room;
    return TK_OK;
}

static tk_err
add(builder *b, size_t cell, double weight)
{
    if (b->used == b->room)
        TK_TRY(grow(b));
    b->to->cell[b->used] = (uint32_t)cell;
    b->to->weight[b->used++] = weight;
    return TK_OK;
}

void
tk_weights_drop(tk_weights *w)
{
    tk_free(w->first);
    tk_free(w->cell);
    tk_free(w->weight);
    *w = (tk_weights){0};
}

/* ---- targets ------------------------------------------------------------- */

/* The target's longitude as the window counts. */
static double
longitude_here(const tk_window *w, double lon)
{
    const double middle = (w->lon[0] + w->lon[w->ncol - 1]) / 2;

    return middle + remainder(lon - middle, 360);
}

static double
kilometres(double lat1, double lon1, double lat2, double lon2)
{
    const double a = sin((lat2 - lat1) * RADIANS / 2);
    const double b = sin((lon2 - lon1) * RADIANS / 2);
    const double h = a * a + cos(lat1 * RADIANS) * cos(lat2 * RADIANS) * b * b;

    return 2 * EARTH_KM * asin(fmin(1, sqrt(h)));
}

/* The nearest usable cell alone; of equally near ones the first. */
static tk_err
borrow(builder *b, const tk_window *w, const unsigned char *usable, double lat,
       double lon)
{
    size_t best = SIZE_MAX;
    double least = INFINITY;

    for (size_t c = 0; usable && c < w->nrow * w->ncol; c++) {
        double d;

        if (!usable[c])
            continue;
        d = kilometres(lat, lon, w->lat[c / w->ncol], w->lon[c % w->ncol]);
        if (d < least) {
            least = d;
            best = c;
        }
    }
    if (best == SIZE_MAX) {
        b->to->outside++;
        return TK_OK;
    }
    b->to->borrowed++;
    b->to->farthest = fmax(b->to->farthest, least);
    return add(b, best, 1);
}

/* Ends target i, whose weights began at `from`: they are made to add up to 1. */
static tk_err
end_target(builder *b, size_t i, size_t from, bool inside, const tk_window *w,
           const unsigned char *usable, double lat, double lon)
{
    double sum = 0;

    for (size_t k = from; k < b->used; k++)
        sum += b->to->weight[k];
    for (size_t k = from; k < b->used; k++)
        b->to->weight[k] /= sum;
    if (b->used == from && !inside)
        b->to->outside++;
    else if (b->used == from)
        TK_TRY(borrow(b, w, usable, lat, lon));
    b->to->first[i + 1] = b->used;
    return TK_OK;
}

/* ---- bilinear ------------------------------------------------------------ */

/* The two centres round x and the share of the second; beyond the outermost
 * centre that one alone, as far as its cell reaches.  False if x is outside.
 */
static bool
bracket(size_t n, const double *axis, const double *edge, double x,
        size_t at[2], double *share)
{
    const double sign = n > 1 && axis[n - 1] < axis[0] ? -1 : 1;
    size_t i = 0, end = n - 1;

    at[0] = at[1] = 0;
    *share = 0;
    if (sign * x <= sign * axis[0])
        return fmin(edge[0], edge[1]) <= x && x <= fmax(edge[0], edge[1]);
    if (sign * x >= sign * axis[n - 1]) {
        at[0] = at[1] = n - 1;
        edge += 2 * (n - 1);
        return fmin(edge[0], edge[1]) <= x && x <= fmax(edge[0], edge[1]);
    }
    while (end - i > 1) {
        const size_t half = i + (end - i) / 2;

        *(sign * axis[half] <= sign * x ? &i : &end) = half;
    }
    at[0] = i;
    at[1] = i + 1;
    *share = (x - axis[i]) / (axis[i + 1] - axis[i]);
    return true;
}

static tk_err
bilinear_target(builder *b, const tk_window *w, const unsigned char *usable,
                size_t i, double lat, double lon)
{
    const double here = longitude_here(w, lon);
    const size_t from = b->used;
    size_t row[2], col[2];
    double up, right;
    bool inside = bracket(w->nrow, w->lat, w->lat_edge, lat, row, &up);

    inside = inside && bracket(w->ncol, w->lon, w->lon_edge, here, col, &right);
    for (size_t k = 0; inside && k < 4; k++) {
        const size_t cell = row[k / 2] * w->ncol + col[k % 2];
        const double weight =
            (k / 2 ? up : 1 - up) * (k % 2 ? right : 1 - right);

        if (weight > 0 && (!usable || usable[cell]))
            TK_TRY(add(b, cell, weight));
    }
    return end_target(b, i, from, inside, w, usable, lat, here);
}

tk_err
tk_weights_bilinear(const tk_window *w, const unsigned char *usable, size_t n,
                    const double *lat, const double *lon, tk_weights *weights)
{
    builder b;
    tk_err err = begin(n, &b, weights);

    for (size_t i = 0; i < n && !err; i++)
        err = bilinear_target(&b, w, usable, i, lat[i], lon[i]);
    if (err)
        tk_weights_drop(weights);
    return err;
}

/* ---- conservative -------------------------------------------------------- */

static double
shared(const double a[2], double low, double high)
{
    return fmin(fmax(a[0], a[1]), high) - fmax(fmin(a[0], a[1]), low);
}

/* What [low, high] shares with a column, however either counts its turns. */
static double
shared_width(const double edge[2], double low, double high)
{
    double sum = 0;

    for (int turn = -1; turn <= 1; turn++)
        sum += fmax(0, shared(edge, low + 360 * turn, high + 360 * turn));
    return sum;
}

static tk_err
conservative_target(builder *b, const tk_window *w, const unsigned char *usable,
                    size_t i, const double lat[2], const double lon[2])
{
    const size_t ncol = w->closed ? w->ncol - 1 : w->ncol, from = b->used;
    const double south = fmin(lat[0], lat[1]), north = fmax(lat[0], lat[1]);
    const double half = fabs(lon[1] - lon[0]) / 2;
    const double middle = longitude_here(w, (lon[0] + lon[1]) / 2);
    bool inside = false;

    for (size_t r = 0; r < w->nrow; r++) {
        const double *edge = w->lat_edge + 2 * r;
        const double low = fmax(south, fmin(edge[0], edge[1]));
        const double high = fmin(north, fmax(edge[0], edge[1]));

        for (size_t k = 0; low < high && k < ncol; k++) {
            const double width =
                shared_width(w->lon_edge + 2 * k, middle - half, middle + half);
            const size_t cell = r * w->ncol + k;

            if (!(width > 0))
                continue;
            inside = true;
            if (!usable || usable[cell])
                TK_TRY(add(b, cell,
                           (sin(high * RADIANS) - sin(low * RADIANS)) * width));
        }
    }
    return end_target(b, i, from, inside, w, usable, (south + north) / 2,
                      middle);
}

tk_err
tk_weights_conservative(const tk_window *w, const unsigned char *usable,
                        size_t n, const double (*lat)[2],
                        const double (*lon)[2], tk_weights *weights)
{
    builder b;
    tk_err err = begin(n, &b, weights);

    for (size_t i = 0; i < n && !err; i++)
        err = conservative_target(&b, w, usable, i, lat[i], lon[i]);
    if (err)
        tk_weights_drop(weights);
    return err;
}

/* ---- applying ------------------------------------------------------------ */

void
tk_weights_apply(const tk_weights *w, size_t nstep, size_t ncell,
                 const float *in, size_t nlane, float *out)
{
    for (size_t t = 0; t < nstep; t++, in += ncell, out += nlane)
        for (size_t i = 0; i < w->n; i++) {
            double sum = 0, all = 0;

            for (size_t k = w->first[i]; k < w->first[i + 1]; k++) {
                const double x = (double)in[w->cell[k]];

                if (isnan(x))
                    continue;
                sum += w->weight[k] * x;
                all += w->weight[k];
            }
            out[i] = all > 0 ? (float)(sum / all) : NAN;
        }
}
