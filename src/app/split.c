/* What training never learns from: &split, and the years that the data name. */
#include <math.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/learn/warmest.h"

/* Takes the warmest of the years that are not held out already. */
static tk_err
take_warmest(const tk_setup *setup, const char *units, size_t n,
             const tk_year_mean *list, tk_split *split)
{
    const size_t wanted = split->nyear + (size_t)setup->c.split.warmest;

    for (size_t i = 0; i < n && split->nyear < wanted; i++) {
        const size_t before = split->nyear;

        if (isnan(list[i].mean))
            break;
        TK_TRY(tk_split_add_year(split, list[i].year));
        if (split->nyear > before)
            tk_note("  warmest: %d, mean air temperature %.2f %s", list[i].year,
                    list[i].mean, units);
    }
    if (split->nyear == wanted)
        return TK_OK;
    return tk_setup_fail(setup, "split", "warmest",
                         "%d years are wanted; fewer lie whole within the "
                         "months that are fitted to",
                         setup->c.split.warmest);
}

/* **Collective.** */
static tk_err
hold_warmest(const tk_par *par, const tk_setup *setup, const stage_data *s,
             const tk_features *features, int first, int last, tk_split *split)
{
    const char *air = stage_air(setup, features);
    const size_t f = tk_features_find(features, air);
    tk_year_mean *list;
    size_t n = 0;
    tk_err err;

    if (f == features->n || features->f[f].kind != TK_FEAT_DYNAMIC)
        return tk_setup_fail(setup, "split", "warmest",
                             "no monthly input is an air temperature; name it "
                             "by &evaluate air");
    list = tk_new((size_t)(last - first + 1) / 12, sizeof *list);
    err = tk_agree(par, list ? TK_OK : TK_ERUN);
    if (!err)
        err = tk_warmest_years(&s->data, f, first, last, tk_setup_budget(setup),
                               &n, list);
    if (!err)
        err = take_warmest(setup, features->f[f].units, n, list, split);
    tk_free(list);
    return err;
}

tk_err
stage_split(const tk_par *par, const tk_setup *setup, const stage_data *s,
            const tk_features *features, int first, int last, tk_split *split)
{
    tk_text text = {0};

    TK_TRY(tk_setup_split(setup, split));
    if (setup->c.split.warmest > 0)
        TK_TRY(hold_warmest(par, setup, s, features, first, last, split));
    tk_split_text(split, &text);
    if (text.len)
        tk_note("  held out: %s", tk_text_get(&text));
    tk_text_drop(&text);
    return TK_OK;
}
