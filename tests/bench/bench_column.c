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
    double *state, *T, *work, best = 1e9, first = 0.0;
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
        const double t0 = tk_cpu_seconds();
        double ms;

        tk_column_run(col, &g, &f, state, &out, work);
        ms = 1e3 * (tk_cpu_seconds() - t0) / (YEARS * N);
        best = ms < best ? ms : best;
        first += ms;
    }
    for (size_t c = 1; c < N; c++)
        failed[0] += failed[c];
    printf("column: %.3f ms per cell-year (mean %.3f), %g steps failed\n", best,
           first / REPEATS, failed[0]);
    return EXIT_SUCCESS;
}
