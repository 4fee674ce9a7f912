/* Signals: one value for all cells, by month, from whoever knows the scenario. */
#include <math.h>

#include "inputs_impl.h"
#include "talik/core/mem.h"

tk_err
tk_inputs_set_signal(tk_inputs *in, size_t f, const double *value)
{
    const size_t n = (size_t)(in->last - in->first) + 1;
    float *copy = tk_new(n, sizeof *copy);

    if (!copy)
        return TK_ERUN;
    for (size_t i = 0; i < n; i++)
        copy[i] = (float)value[i];
    tk_free(in->signal[f]);
    in->signal[f] = copy;
    return TK_OK;
}

void
tk_inputs_signal_range(const tk_inputs *in, size_t f, int first, int last,
                       double *low, double *high)
{
    *low = *high = NAN;
    for (int m = first; m <= last && in->signal[f]; m++)
        if (m >= in->first && m <= in->last) {
            const double value = (double)in->signal[f][m - in->first];

            *low = fmin(*low, value); /* fmin and fmax pass over a NaN */
            *high = fmax(*high, value);
        }
}

tk_err
tk_signal_check(const tk_inputs *in)
{
    for (size_t i = 0; i < in->features->n; i++)
        if (in->features->f[i].kind == TK_FEAT_SIGNAL && !in->signal[i])
            return tk_fail(TK_ERUN, "signal '%s' was not set",
                           in->features->f[i].name);
    return TK_OK;
}

/* NaN for months that the inputs do not have: reading those fails elsewhere. */
static double
value_of(const tk_inputs *in, size_t i, int month)
{
    const tk_feature *f = &in->features->f[i];
    double value = month < in->first || month > in->last
                       ? NAN
                       : (double)in->signal[i][month - in->first];

    if (f->held && value < f->low)
        value = f->low;
    if (f->held && value > f->high)
        value = f->high;
    return value;
}

void
tk_signal_take(const tk_inputs *in, size_t i, const tk_run *run, int first,
               size_t n, size_t at, size_t room, float *x, unsigned char *bad)
{
    const tk_feature *f = &in->features->f[i];

    for (size_t t = 0; t < run->ntile; t++)
        for (size_t m = 0; m < n; m++) {
            const double value = value_of(in, i, first + (int)m);
            const size_t month = t * room + at + m;
            float *row = x + (month * in->features->n + i) * TK_TILE;
            unsigned char *why = bad + month * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++) {
                row[l] = isnan(value) ? 0 : (float)((value - f->mean) / f->std);
                if (isnan(value) && !why[l])
                    why[l] = TK_CELL_MISSING;
            }
        }
}
