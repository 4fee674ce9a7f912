/* A series' months into boxes and lanes. */
#include <string.h>

#include "series_impl.h"
#include "talik/core/mem.h"

/* Floats held beside the caller's array. */
#define BUFFER ((size_t)16 << 20)

static void
convert(const tk_conversion *c, tk_calendar calendar, int month, size_t n,
        float *x)
{
    const double days = tk_month_days(calendar, month);
    const double by = c->per_day ? days : c->over_days ? 1 / days : 1;

    if (c->scale == 1 && c->offset == 0 && by == 1)
        return;
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(((double)x[i] * c->scale + c->offset) * by);
}

/* ---- another climate ----------------------------------------------------- */

/* cos(2 pi k / 12): the same bits with any libm. */
static const double cosine[12] = {
    1,  0.8660254037844386,  0.5,  0, -0.5, -0.8660254037844386,
    -1, -0.8660254037844386, -0.5, 0, 0.5,  0.8660254037844386};

double
tk_change_weight(const tk_change *c, int month)
{
    if (!tk_change_is_ramp(c) || month >= c->last)
        return 1;
    return month <= c->first
               ? 0
               : (double)(month - c->first) / (double)(c->last - c->first);
}

double
tk_change_at(const tk_change *c, int month)
{
    const double season = 1 + c->winter * cosine[tk_month_of_year(month) - 1];

    return c->amount * season * tk_change_weight(c, month);
}

bool
tk_change_is_ramp(const tk_change *c)
{
    return c->first < c->last;
}

void
tk_series_change(tk_series *s, const tk_change *change)
{
    s->change = *change;
}

void
tk_series_plain(tk_series *s, bool plain)
{
    s->plain = plain;
}

/* Rounded to a float before units are converted: the same bits as a file that
 * was changed by hand.
 */
static void
change(const tk_series *s, int month, size_t n, float *x)
{
    const double by = tk_change_at(&s->change, month);
    const double times =
        1 + s->change.more * tk_change_weight(&s->change, month);

    if (s->plain || (by == 0 && times == 1))
        return;
    for (size_t i = 0; i < n; i++)
        x[i] = (float)((double)x[i] * times + by);
}

/* ---- reading ------------------------------------------------------------- */

/* How many of the months from `first` lie one after another in one file. */
static size_t
stretch(const tk_series *s, int first, size_t n)
{
    size_t len = 1;

    while (!s->is_static && len < n) {
        const int i = first - s->first + (int)len;

        if (s->at[i].file != s->at[i - 1].file
            || s->at[i].step != s->at[i - 1].step + 1)
            break;
        len++;
    }
    return len;
}

/* [box][n][cells of the box] -> [n][cells of all boxes] */
static void
months_first(size_t nbox, const size_t (*box)[4], size_t n, const float *in,
             float *out)
{
    size_t all = 0, at = 0;

    for (size_t b = 0; b < nbox; b++)
        all += box[b][2] * box[b][3];
    for (size_t b = 0; b < nbox; b++) {
        const size_t cells = box[b][2] * box[b][3];

        for (size_t t = 0; t < n; t++, in += cells)
            memcpy(out + t * all + at, in, cells * sizeof *out);
        at += cells;
    }
}

/* **Collective.**  A stretch of one file. */
static tk_err
read_stretch(tk_series *s, size_t nbox, const size_t (*box)[4], size_t d,
             int first, size_t n, size_t cells, float *out)
{
    const size_t k = s->is_static ? 0 : s->at[first - s->first].file;
    const size_t step = s->is_static ? 0 : s->at[first - s->first].step;
    size_t start[TK_NC_DIMS] = {0}, count[TK_NC_DIMS] = {1, 1, 1, 1, 1, 1};
    series_file *f = &s->file[k];
    float *raw;
    tk_err err;

    TK_TRY(tk_series_wake(s, k));
    raw = tk_new(n * cells, sizeof *raw);
    TK_AGREE(&s->par, raw ? TK_OK : TK_ERUN);
    if (!s->is_static) {
        start[0] = step;
        count[0] = n;
    }
    if (f->depth_dim >= 0)
        start[f->depth_dim] = f->level[d];
    err = tk_nc_read_boxes(f->nc, &f->var, start, count, nbox, box, raw);
    if (!err) {
        months_first(nbox, box, n, raw, out);
        for (size_t t = 0; t < n; t++) {
            change(s, first + (int)t, cells, out + t * cells);
            convert(&f->conversion, f->calendar, first + (int)t, cells,
                    out + t * cells);
        }
    }
    tk_free(raw);
    return err;
}

static tk_err
have_months(const tk_series *s, int first, size_t n)
{
    char a[16], b[16], from[16], to[16];

    if (n == 0 || s->is_static
        || (first >= s->first && first <= s->last
            && n <= (size_t)(s->last - first) + 1))
        return TK_OK;
    tk_month_text(first, a);
    tk_month_text(first + (int)n - 1, b);
    tk_month_text(s->first, from);
    tk_month_text(s->last, to);
    return tk_fail(TK_EDATA,
                   "'%s': months %s to %s are needed, its files hold %s to %s",
                   s->variable, a, b, from, to);
}

tk_err
tk_series_read_boxes(tk_series *s, size_t nbox, const size_t (*box)[4],
                     size_t d, int first, size_t n, float *out)
{
    size_t cells = 0;

    for (size_t b = 0; b < nbox; b++)
        cells += box[b][2] * box[b][3];
    TK_AGREE(&s->par, have_months(s, first, n));
    while (n > 0) {
        const size_t part = stretch(s, first, n);

        TK_TRY(read_stretch(s, nbox, box, d, first, part, cells, out));
        out += part * cells;
        first += (int)part;
        n -= part;
    }
    return TK_OK;
}

/* out[n][ndepth][nlane] at depth d from in[n][ncover] */
static void
to_lanes(const tk_run *run, size_t ndepth, size_t d, size_t n, const float *in,
         float *out)
{
    for (size_t t = 0; t < n; t++)
        for (size_t l = 0; l < run->nlane; l++)
            out[(t * ndepth + d) * run->nlane + l] =
                in[t * run->ncover + run->place[l]];
}

tk_err
tk_series_read(tk_series *s, const tk_run *run, int first, size_t n, float *out)
{
    size_t box[3][4];
    unsigned long long widest = run->ncover;
    size_t at_once, part;
    float *cover;
    tk_err err;

    for (size_t b = 0; b < run->nbox; b++) {
        box[b][0] = run->box[b].row;
        box[b][1] = run->box[b].col;
        box[b][2] = run->box[b].nrow;
        box[b][3] = run->box[b].ncol;
    }
    /* All ranks take the same number of months at once. */
    MPI_Allreduce(MPI_IN_PLACE, &widest, 1, MPI_UNSIGNED_LONG_LONG, MPI_MAX,
                  s->par.comm);
    at_once = widest > 0 ? BUFFER / (size_t)widest : n;
    at_once = at_once < 1 ? 1 : at_once > n ? n : at_once;
    cover = tk_new(at_once * run->ncover, sizeof *cover);
    err = cover ? TK_OK : TK_ERUN;
    if (!err)
        err = have_months(s, first, n);
    err = tk_agree(&s->par, err);
    for (size_t t = 0; t < n && !err; t += part) {
        part = n - t < at_once ? n - t : at_once;
        for (size_t d = 0; d < s->ndepth && !err; d++) {
            err = tk_series_read_boxes(s, run->nbox, (const size_t(*)[4])box, d,
                                       first + (int)t, part, cover);
            if (!err)
                to_lanes(run, s->ndepth, d, part, cover,
                         out + t * s->ndepth * run->nlane);
        }
    }
    tk_free(cover);
    return err;
}
