#include "talik/learn/warmest.h"

#include <math.h>
#include <stdlib.h>

#include "talik/core/mem.h"
#include "talik/data/yearly.h"

static int
warmer_first(const void *left, const void *right)
{
    const tk_year_mean *a = left, *b = right;

    if (a->mean != b->mean && !(isnan(a->mean) && isnan(b->mean)))
        return isnan(b->mean) || a->mean > b->mean ? -1 : 1;
    return a->year - b->year;
}

tk_err
tk_warmest_years(const tk_dataset *data, size_t feature, int first, int last,
                 size_t budget, size_t *n, tk_year_mean *list)
{
    const size_t room = last > first ? (size_t)(last - first + 1) / 12 : 0;
    double *mean = tk_new(room, sizeof *mean);
    tk_err err = tk_agree(data->par, mean ? TK_OK : TK_ERUN);
    int year = 0;

    *n = 0;
    if (!err)
        err =
            tk_yearly_means(data, feature, first, last, budget, &year, n, mean);
    for (size_t i = 0; i < *n && !err; i++)
        list[i] = (tk_year_mean){year + (int)i, mean[i]};
    if (!err)
        qsort(list, *n, sizeof *list, warmer_first);
    tk_free(mean);
    return err;
}
