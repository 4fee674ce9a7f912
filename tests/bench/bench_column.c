/* bench_column.c -- CPU time of the soil column: 40 nodes, daily steps, 64
 * climates with snow.  Prints ms per cell and year; the bar is 0.3.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../climates.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/phys/column.h"

#define N TK_TILE
#define YEARS 8
#define REPEATS 15

/* CPU ms per cell-year of the months in calls of `piece` months, the ground
 * filled anew for each if `refill`.
 */
static double
measure(const tk_column *col, const tk_profile *p, tk_ground *g,
        const tk_column_forcing *all, double *state,
        const tk_column_output *out, double *work, size_t piece, int refill)
{
    const double start = tk_cpu_seconds();

    for (size_t t = 0; t < all->nmonth; t += piece) {
        const size_t reach = TK_MONTH_REACH;
        const size_t before = t < reach ? t : reach;
        const size_t rest = all->nmonth - t - piece;
        const tk_column_forcing f = {
            .nmonth = piece,
            .before = before,
            .after = rest < reach ? rest : reach,
            .days = all->days + t - before,
            .tair = all->tair + (t - before) * N,
            .precip = all->precip + t * N,
        };

        if (refill)
            tk_ground_fill(p, NULL, tk_column_thickness(col), g);
        tk_column_run(col, g, &f, state, out, work);
    }
    return 1e3 * (tk_cpu_seconds() - start) / (YEARS * N);
}

int
main(void)
{
    const double depth[] = {0.035, 0.175, 0.64, 1.945};
    tk_column_opts o = tk_column_defaults();
    tk_profile p, keys = tk_profile_unset();
    tk_column *col;
    tk_ground g;
    int days[12 * YEARS];
    double *tair = tk_new(12 * YEARS * N, sizeof *tair);
    double *precip = tk_new(12 * YEARS * N, sizeof *precip);
    double *tsoil = tk_new(12 * YEARS * 4 * N, sizeof *tsoil);
    double *state, *T, *work, best = 1e9, sum = 0.0, monthly = 1e9;
    double failed[N] = {0.0};

    if (tk_column_make(&o, 4, depth, &col) != TK_OK
        || tk_profile_make("tundra", &keys, &p) != TK_OK
        || tk_ground_make(tk_column_nodes(col), &g) != TK_OK)
        return EXIT_FAILURE;
    tk_ground_fill(&p, NULL, tk_column_thickness(col), &g);
    state = tk_new(tk_column_state_size(col), sizeof *state);
    T = tk_new(tk_column_nodes(col) * N, sizeof *T);
    work = tk_new(tk_column_work_size(col), sizeof *work);
    climates(YEARS, 1.5, days, tair, precip);
    for (size_t i = 0; i < tk_column_nodes(col) * N; i++)
        T[i] = -8.0 + 9.0 * (double)(i % N) / (N - 1);
    tk_column_start(col, &g, T, state);
    for (int r = 0; r < REPEATS; r++) {
        const tk_column_forcing f = {
            .nmonth = 12 * YEARS, .days = days, .tair = tair, .precip = precip};
        const tk_column_output out = {.tsoil = tsoil, .failed = failed};
        double ms;

        ms = measure(col, &p, &g, &f, state, &out, work, f.nmonth, 0);
        best = ms < best ? ms : best;
        sum += ms;
        ms = measure(col, &p, &g, &f, state, &out, work, 1, 1);
        monthly = ms < monthly ? ms : monthly;
    }
    for (size_t c = 1; c < N; c++)
        failed[0] += failed[c];
    printf("column\tus per cell-year\t%.1f\n"
           "column, mean of %d\tus per cell-year\t%.1f\n"
           "column, month by month\tus per cell-year\t%.1f\n",
           1e3 * best, REPEATS, 1e3 * sum / REPEATS, 1e3 * monthly);
    return failed[0] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
