/* adjust_series: bias correction of the cases of standard input, for
 * adjust_check.py.  A case is a line
 *
 *     method ratio clip pooled half_window quantiles span_years
 *     obs_first nobs model_first nmodel first n
 *
 * and the three series, NaN where missing.  Prints the n results in a line, or
 * the message.
 */
#include <stdio.h>
#include <stdlib.h>

#include "talik/core/mem.h"
#include "talik/phys/adjust.h"

static void
give_up(const char *why)
{
    fprintf(stderr, "adjust_series: %s\n", why);
    exit(EXIT_FAILURE);
}

static double *
numbers(size_t n)
{
    double *x = tk_new(n, sizeof *x);

    for (size_t i = 0; i < n; i++)
        if (!x || scanf("%lf", &x[i]) != 1)
            give_up("not enough numbers");
    return x;
}

static bool
read_setting(tk_adjust *how)
{
    int ratio, clip, pooled;
    unsigned method;

    if (scanf("%u %d %d %d %d %zu %d", &method, &ratio, &clip, &pooled,
              &how->half_window, &how->quantiles, &how->span_years)
        != 7)
        return false;
    how->method = (tk_adjust_method)method;
    how->ratio = ratio;
    how->clip = clip;
    how->pooled = pooled;
    return true;
}

static void
solve(const tk_adjust *how)
{
    int obs_first, model_first, first;
    size_t nobs, nmodel, n;
    double *o, *h, *x;

    if (scanf("%d %zu %d %zu %d %zu", &obs_first, &nobs, &model_first, &nmodel,
              &first, &n)
        != 6)
        give_up("bad sizes");
    o = numbers(nobs);
    h = numbers(nmodel);
    x = numbers(n);
    if (tk_adjust_series(how, 1, obs_first, nobs, o, model_first, nmodel, h,
                         first, n, x, x)
        == TK_OK)
        for (size_t i = 0; i < n; i++)
            printf("%.17g ", x[i]);
    else
        printf("%s", tk_last_fault()->text);
    putchar('\n');
    tk_free(o);
    tk_free(h);
    tk_free(x);
}

int
main(int argc, char **argv)
{
    tk_adjust how = tk_adjust_defaults();

    (void)argv;
    if (argc < 2) {
        puts("1..0 # SKIP adjust_check.py calls this");
        return 0;
    }
    while (read_setting(&how))
        solve(&how);
    return 0;
}
