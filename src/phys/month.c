#include "talik/phys/month.h"

#define N TK_TILE

/* p or q of month t, towards its neighbour of so many days. */
static double
share(const tk_month_window *w, size_t t, int neighbour)
{
    const double n = (double)w->steps[t];
    const double quarter = (double)(w->steps[t] * w->steps[t] / 4);

    return w->days[t] * quarter / (n * n * (w->days[t] + neighbour));
}

void
tk_month_mids(const tk_month_window *w, double *x)
{
    const size_t c = w->centre;
    double upper[TK_MONTH_WINDOW];
    double y[TK_MONTH_WINDOW][N];
    double prev = 0.0;

    /* Thomas: one matrix for all cells, with a dominant diagonal. */
    for (size_t t = 0; t < w->n; t++) {
        const double p = t > 0 ? share(w, t, w->days[t - 1]) : 0.0;
        const double q = t + 1 < w->n ? share(w, t, w->days[t + 1]) : 0.0;
        const double r = 1.0 / (1.0 - p - q - p * prev);
        const double *above = y[t > 0 ? t - 1 : 0];

        upper[t] = prev = q * r;
        if (t == 0)
            for (size_t i = 0; i < N; i++)
                y[t][i] = w->mean[t][i] * r;
        else
            for (size_t i = 0; i < N; i++)
                y[t][i] = (w->mean[t][i] - p * above[i]) * r;
    }
    for (size_t t = w->n - 1; t-- > 0 && t + 1 >= c;)
        for (size_t i = 0; i < N; i++)
            y[t][i] -= upper[t] * y[t + 1][i];

    for (size_t i = 0; i < N; i++) {
        x[i] = y[c > 0 ? c - 1 : c][i];
        x[N + i] = y[c][i];
        x[2 * N + i] = y[c + 1 < w->n ? c + 1 : c][i];
    }
}

void
tk_month_weights(const tk_month_window *w, size_t i, double weight[3])
{
    const size_t c = w->centre;
    const int days = w->days[c];
    const int before = c > 0 ? w->days[c - 1] : days;
    const int after = c + 1 < w->n ? w->days[c + 1] : days;
    const double t = ((double)i + 0.5) * days / (double)w->steps[c];
    const double from_mid = t - 0.5 * days;

    weight[0] = from_mid < 0.0 ? -from_mid / (0.5 * (before + days)) : 0.0;
    weight[2] = from_mid > 0.0 ? from_mid / (0.5 * (days + after)) : 0.0;
    weight[1] = 1.0 - weight[0] - weight[2];
}
