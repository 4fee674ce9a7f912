/* bench_adjust.c -- CPU time of bias correction: a series of 2400 months, by
 * 360 of reference.  The bar is 1.36 ms: 33,000 cells and 4 variables in 3
 * minutes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/core/rng.h"
#include "talik/phys/adjust.h"

#define N 2400
#define REFERENCE 360
#define FROM 1200 /* month of the run where the reference begins */
#define SERIES 100
#define REPEATS 3

static double observed[REFERENCE], x[N], out[N];

static void
make_series(bool ratio)
{
    for (size_t i = 0; i < N; i++) {
        const double z = tk_rng_normal(1, 1, i);
        const double y = z + 0.003 * (double)i;

        x[i] = ratio ? z * z : y;
    }
    for (size_t i = 0; i < REFERENCE; i++)
        observed[i] = 1.3 * x[FROM + i] + (ratio ? 0 : 2);
}

static int
measure(const char *name, tk_adjust how)
{
    double best = 1e9;

    make_series(how.ratio);
    for (int r = 0; r < REPEATS; r++) {
        const double start = tk_cpu_seconds();
        double us;

        for (uint64_t c = 0; c < SERIES; c++)
            if (tk_adjust_series(&how, c, FROM, REFERENCE, observed, FROM,
                                 REFERENCE, x + FROM, 0, N, x, out)
                != TK_OK)
                return EXIT_FAILURE;
        us = 1e6 * (tk_cpu_seconds() - start) / SERIES;
        best = us < best ? us : best;
    }
    printf("adjust, %s\tus per series\t%.1f\n", name, best);
    return EXIT_SUCCESS;
}

int
main(void)
{
    tk_adjust how = tk_adjust_defaults();
    int status = measure("qdm", how);

    how.half_window = 2;
    status |= measure("qdm, 2 neighbours", how);
    how.ratio = true;
    status |= measure("qdm, ratio, 2 neighbours", how);
    how.pooled = true;
    status |= measure("qdm, ratio, pooled", how);
    how = tk_adjust_defaults();
    how.method = TK_ADJUST_DQM;
    status |= measure("dqm", how);
    how.method = TK_ADJUST_EQM;
    return status | measure("eqm", how);
}
