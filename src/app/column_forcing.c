/* Monthly forcing of the soil column, block by block and tile by tile. */
#include <math.h>
#include <string.h>

#include "column_impl.h"
#include "talik/core/mem.h"

tk_err
column_files(const tk_setup *setup, tk_input_files *files)
{
    const tk_config *c = &setup->c;
    const char *const name[2] = {c->column.air, *c->column.snow_depth
                                                    ? c->column.snow_depth
                                                    : c->column.precip};

    const char *const key[2] = {"shift_of", "scale_of"};
    const char *changed[2];

    TK_TRY(tk_setup_forcing(setup, files));
    changed[0] = files->changed;
    changed[1] = files->scaled;
    for (int i = 0; i < 2; i++)
        if (changed[i] && strcmp(changed[i], name[0]) != 0
            && strcmp(changed[i], name[1]) != 0)
            return tk_setup_fail(setup, "forcing", key[i],
                                 "the column reads '%s' and '%s', not '%s'",
                                 name[0], name[1], changed[i]);
    return TK_OK;
}

static size_t
months_of(const forcing *f, int which)
{
    return which == PRECIP ? f->n : f->before + f->n + f->after;
}

void
forcing_drop(forcing *f)
{
    for (int i = 0; i < NSERIES; i++)
        tk_free(f->x[i]);
}

tk_err
forcing_read(const column_tiles *c, const tk_run *run, int month, size_t n,
             bool ring, forcing *f)
{
    const column_source *s = &c->source;
    const int before = month - s->first, after = s->last - (month + (int)n - 1);
    tk_err err = TK_OK;

    *f = (forcing){.n = n};
    f->before = ring ? 0 : (size_t)(before < REACH ? before : REACH);
    f->after = ring ? 0 : (size_t)(after < REACH ? after : REACH);
    f->first = month - (int)f->before;
    for (int i = 0; i < NSERIES && !err; i++)
        if (s->has[i]
            && !(f->x[i] = tk_new(months_of(f, i) * run->nlane, sizeof(float))))
            err = TK_ERUN;
    err = tk_agree(c->par, err);
    for (int i = 0; i < NSERIES && !err; i++)
        if (s->has[i])
            err = s->read(s->from, run, i, i == PRECIP ? month : f->first,
                          months_of(f, i), f->x[i]);
    return err;
}

/* Physical limits of the forcing, in the units that the column takes. */
static tk_cell_status
judge(int which, float value)
{
    if (!isfinite(value))
        return TK_CELL_MISSING;
    if (which == AIR)
        return value < -123.15f || value > 76.85f ? TK_CELL_RANGE : TK_CELL_OK;
    return value < -1e-6f || value > 1e6f ? TK_CELL_RANGE : TK_CELL_OK;
}

void
tile_forcing(const column_tiles *c, const forcing *f, size_t nlane, size_t t,
             int *days, unsigned char *status, tk_column_forcing *out)
{
    const size_t T = f->before + f->n + f->after;
    double *at = c->tile;
    double *to[NSERIES] = {0};

    for (int i = 0; i < NSERIES; i++) {
        if (!f->x[i])
            continue;
        to[i] = at;
        at += months_of(f, i) * TK_TILE;
        for (size_t k = 0; k < months_of(f, i) * TK_TILE; k++) {
            const size_t l = k % TK_TILE;
            const float v = f->x[i][k / TK_TILE * nlane + t * TK_TILE + l];
            const tk_cell_status why = judge(i, v);

            if (why && !status[l])
                status[l] = (unsigned char)why;
            to[i][k] = why ? (double)NAN : (double)v;
        }
    }
    for (size_t m = 0; m < T; m++)
        days[m] =
            tk_month_days(c->source.calendar(c->source.from, f->first + (int)m),
                          f->first + (int)m);
    *out = (tk_column_forcing){.nmonth = f->n,
                               .before = f->before,
                               .after = f->after,
                               .days = days,
                               .tair = to[AIR],
                               .precip = to[PRECIP],
                               .snow_depth = to[SNOW]};
}
