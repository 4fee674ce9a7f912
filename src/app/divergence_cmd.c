/* `talik divergence`: projections of several scenarios against a known truth. */
#include <string.h>

#include "app.h"
#include "divergence_impl.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

/* ---- keys ---------------------------------------------------------------- */

/* Whole years from January to December. */
static tk_err
years(const tk_setup *setup, const char *first_key, const char *last_key,
      const char *first, const char *last, int *from, int *to)
{
    TK_TRY(tk_setup_month(setup, "divergence", first_key, first, -1, from));
    TK_TRY(tk_setup_month(setup, "divergence", last_key, last, -1, to));
    if (tk_month_of_year(*from) == 1 && tk_month_of_year(*to) == 12
        && *from < *to)
        return TK_OK;
    return tk_setup_fail(setup, "divergence", last_key,
                         "%s to %s: whole years are compared, from a January "
                         "to a December",
                         first, last);
}

static tk_err
check_depths(const tk_setup *setup)
{
    const tk_config *c = &setup->c;
    const size_t n = c->targets.ndepths;

    for (size_t d = 0; d + 1 < n; d++)
        if (c->targets.depths[d] >= c->targets.depths[n - 1])
            return tk_setup_fail(setup, "targets", "depths",
                                 "the last must be the deepest: zones and "
                                 "permafrost are of that depth");
    return TK_OK;
}

static tk_err
check_names(const tk_setup *setup)
{
    const tk_config *c = &setup->c;
    const char *const key[] = {"model", "method"};
    const char *const name[] = {c->divergence.model, c->divergence.method};

    for (size_t i = 0; i < 2; i++)
        if (strpbrk(name[i], ",\"\n"))
            return tk_setup_fail(setup, "divergence", key[i],
                                 "'%s': a comma, a quote or a line break does "
                                 "not go into the tables",
                                 name[i]);
    return TK_OK;
}

static tk_err
check_keys(const tk_setup *setup, tk_futures *f)
{
    const tk_config *c = &setup->c;

    TK_TRY(check_names(setup));
    if (c->divergence.nfiles == 0)
        return tk_setup_fail(setup, "divergence", "files", "names no file");
    if (c->targets.nfiles == 0)
        return tk_setup_fail(setup, "targets", "files",
                             "names no file: zones and threshold come from "
                             "the soil of the base years");
    if (strcmp(c->divergence.low, c->divergence.high) == 0)
        return tk_setup_fail(setup, "divergence", "high",
                             "is the same scenario as low, '%s'",
                             c->divergence.low);
    TK_TRY(check_depths(setup));
    TK_TRY(years(setup, "first", "last", c->divergence.first,
                 c->divergence.last, &f->first, &f->last));
    return years(setup, "base_first", "base_last", c->divergence.base_first,
                 c->divergence.base_last, &f->base_first, &f->base_last);
}

/* By rank 0, before hours of reading. */
static tk_err
check_outputs(const tk_setup *setup)
{
    const tk_config *c = &setup->c;

    if (strcmp(c->divergence.csv, c->divergence.details) == 0)
        return tk_setup_fail(setup, "divergence", "details",
                             "is the same file as csv, '%s'",
                             c->divergence.csv);
    TK_TRY(tk_out_check(c->divergence.csv, c->run.overwrite));
    return tk_out_check(c->divergence.details, c->run.overwrite);
}

/* ---- run ----------------------------------------------------------------- */

/* The scenario of a key among those that are there; nscenario if it is not. */
static size_t
scenario_of(const divergence *d, const char *name)
{
    size_t i = 0;

    while (i < d->nscenario && strcmp(d->scenario[i], name) != 0)
        i++;
    return i;
}

static tk_err
run(const tk_par *par, const tk_setup *setup, divergence *d)
{
    const tk_config *c = &setup->c;
    tk_futures f = {.par = par,
                    .grid = &d->grid,
                    .source = &d->source,
                    .D = c->targets.ndepths,
                    .future = d->future,
                    .cold = c->divergence.cold + 273.15};

    TK_AGREE(par, check_keys(setup, &f));
    TK_AGREE(par, par->rank == 0 ? check_outputs(setup) : TK_OK);
    TK_TRY(divergence_pair(par, setup, d));
    TK_TRY(divergence_open(par, setup, &f, d));
    f.nclimate = d->nclimate;
    f.nscenario = d->nscenario;
    f.nfuture = d->nfuture;
    f.low = scenario_of(d, c->divergence.low);
    f.high = scenario_of(d, c->divergence.high);
    f.observed = d->observed;
    f.fitted = d->fitted;
    stage_header(par, "divergence", &d->grid);
    if (f.low == d->nscenario || f.high == d->nscenario)
        tk_warn("no ratio: %s and %s are not both among the files",
                c->divergence.low, c->divergence.high);
    TK_TRY(tk_diverge(&f, &d->result));
    divergence_print(setup, d);
    TK_AGREE(par, par->rank == 0 ? divergence_write(setup, d) : TK_OK);
    tk_note("wrote %s and %s", c->divergence.csv, c->divergence.details);
    return TK_OK;
}

tk_err
cmd_divergence(const tk_par *par, const tk_setup *setup)
{
    divergence *d = tk_new(1, sizeof *d);
    tk_err err = tk_agree(par, d ? TK_OK : TK_ERUN);

    if (!err)
        err = run(par, setup, d);
    if (d) {
        tk_divergence_drop(&d->result);
        divergence_close(d);
    }
    tk_free(d);
    return err;
}
