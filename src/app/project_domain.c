/* The domain along a projection: years add up while the months go by. */
#include <math.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

/* ---- periods --------------------------------------------------------------- */

#define PERIOD 20 /* years */

size_t
domain_periods(size_t nyear)
{
    return nyear >= 3 * PERIOD ? 3 : nyear >= 2 * PERIOD ? 2 : nyear > 0;
}

/* The first and the last 20 years, and 20 in the middle; all, if they are few. */
void
domain_period(size_t nyear, size_t i, size_t *from, size_t *to)
{
    const size_t n = domain_periods(nyear);
    const size_t length = n > 1 ? PERIOD : nyear;

    *from = n > 1 ? (nyear - length) * i / (n - 1) : 0;
    *to = *from + length;
}

/* What is summed of a period: all, beyond range, rare; by the furthest input. */
static size_t
sums_of(const domain_run *d)
{
    return 3 + d->m->domain.n;
}

/* ---- measuring ------------------------------------------------------------- */

/* The calendar years that lie whole within the period. */
static void
set_years(domain_run *d)
{
    const int first = d->spec->first + (12 - d->spec->first % 12) % 12;
    const int last = d->spec->last + 1;

    d->first = first;
    d->nyear = last - first >= 12 ? (size_t)(last - first) / 12 : 0;
}

static tk_err
allocate(domain_run *d)
{
    const size_t ntile = d->patch->run.ntile, nlane = d->patch->run.nlane;

    d->year = tk_new(ntile * (d->m->domain.n + 1) * TK_TILE, sizeof *d->year);
    d->beyond = tk_new(d->nyear * nlane, sizeof *d->beyond);
    d->distance = tk_new(d->nyear * nlane, sizeof *d->distance);
    d->tally = tk_new(ntile * DOMAIN_PERIODS * sums_of(d), sizeof *d->tally);
    return d->year && d->beyond && d->distance && d->tally ? TK_OK : TK_ERUN;
}

tk_err
domain_begin(const tk_par *par, const tk_setup *setup, const tk_trained *m,
             const tsl_spec *spec, const tk_patch *patch, domain_run *d)
{
    const char *without = NULL;

    *d = (domain_run){
        .par = par, .setup = setup, .m = m, .spec = spec, .patch = patch};
    if (!setup->c.output.domain)
        return TK_OK;
    set_years(d);
    if (m->domain.n == 0)
        without = strcmp(setup->c.project.scale_by, "projection") == 0
                      ? "inputs are scaled by the projection"
                      : "the model file has none";
    else if (d->nyear == 0)
        without = "no calendar year is whole";
    if (without) {
        tk_note("  no domain is written: %s", without);
        d->nyear = 0;
        return TK_OK;
    }
    tsl_domain_path(setup, spec, tk_month_year(d->first),
                    tk_month_year(d->first) + (int)d->nyear - 1, sizeof d->path,
                    d->path);
    TK_AGREE(par, par->rank == 0 ? tk_out_check(d->path, setup->c.run.overwrite)
                                 : TK_OK);
    return tk_agree(par, allocate(d));
}

/* Adds a tile's measures of year y to the periods that it is in. */
static void
add_up(domain_run *d, size_t tile, size_t y, const double *beyond,
       const double *distance, const size_t *worst)
{
    const double *weight = d->patch->weight + tile * TK_TILE;
    const size_t n = sums_of(d);

    for (size_t i = 0; i < domain_periods(d->nyear); i++) {
        double *sum = d->tally + (tile * DOMAIN_PERIODS + i) * n;
        size_t from, to;

        domain_period(d->nyear, i, &from, &to);
        for (size_t l = 0; l < TK_TILE && y >= from && y < to; l++) {
            if (!(weight[l] > 0) || isnan(beyond[l]))
                continue;
            sum[0] += weight[l];
            sum[1] += beyond[l] > 0 ? weight[l] : 0;
            sum[2] += distance[l] > 1 ? weight[l] : 0;
            if (beyond[l] > 0)
                sum[3 + worst[l]] += weight[l];
        }
    }
}

static void
end_year(domain_run *d, size_t tile, size_t y)
{
    const tk_domain *domain = &d->m->domain;
    const size_t rows = (domain->n + 1) * TK_TILE;
    const size_t at = y * d->patch->run.nlane + tile * TK_TILE;
    double *year = d->year + tile * rows;
    double beyond[TK_TILE], distance[TK_TILE];
    size_t worst[TK_TILE];

    tk_domain_means(domain, year);
    tk_domain_measure(domain, year, beyond, distance, worst);
    add_up(d, tile, y, beyond, distance, worst);
    for (size_t l = 0; l < TK_TILE; l++) {
        d->beyond[at + l] = (float)beyond[l];
        d->distance[at + l] = (float)distance[l];
    }
    memset(year, 0, rows * sizeof *year);
}

/* Month k of the patch, of all tiles. */
static void
add_month(domain_run *d, size_t k)
{
    const tk_patch *p = d->patch;
    const size_t F = d->m->net.dims.F, rows = (d->m->domain.n + 1) * TK_TILE;
    const int since = p->first + (int)k - d->first;

    if (since < 0 || (size_t)since >= 12 * d->nyear)
        return;
    for (size_t t = 0; t < p->run.ntile; t++) {
        const size_t month = t * p->nmonth + k;

        tk_domain_month(&d->m->domain, p->x + month * F * TK_TILE,
                        p->bad + month * TK_TILE, d->year + t * rows);
        if (since % 12 == 11)
            end_year(d, t, (size_t)since / 12);
    }
}

void
domain_months(domain_run *d, size_t n)
{
    for (size_t k = d->patch ? d->patch->nmonth - n : 0;
         d->nyear > 0 && k < d->patch->nmonth; k++)
        add_month(d, k);
}

void
domain_drop(domain_run *d)
{
    tk_out_drop(d->out);
    tk_free(d->year);
    tk_free(d->beyond);
    tk_free(d->distance);
    tk_free(d->tally);
    *d = (domain_run){0};
}
