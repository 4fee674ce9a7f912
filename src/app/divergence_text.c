/* The results of `talik divergence` as a table and as CSV. */
#include <math.h>
#include <stdio.h>

#include "divergence_impl.h"
#include "talik/core/log.h"
#include "talik/core/text.h"
#include "talik/io/textfile.h"

/* Difference of two shares of the zone's area, in per cent. */
static double
off(double share, double truth)
{
    return 100 * (share - truth);
}

/* ---- the screen ---------------------------------------------------------- */

static void
print_zone(const divergence *d, tk_zone zone)
{
    const tk_divergence *r = &d->result;
    const size_t all = d->nclimate;
    char line[512];
    size_t at = 0;

    at += (size_t)snprintf(line, sizeof line, "  %-14s%5.1f%%  ratio",
                           tk_zone_name(zone), 100 * r->share[zone]);
    for (size_t k = 0; k < r->D && at < sizeof line; k++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%7.3f",
                               tk_divergence_ratio(r, all, zone, k));
    tk_note("%s", line);
    for (size_t s = 0; s < d->nscenario; s++) {
        const tk_scene *scene = tk_divergence_scene(r, all, s, zone);

        at = (size_t)snprintf(line, sizeof line, "    %-12s RMSE  ",
                              d->scenario[s]);
        for (size_t k = 0; k < r->D && at < sizeof line; k++)
            at += (size_t)snprintf(line + at, sizeof line - at, "%7.2f",
                                   scene->rmse[k]);
        tk_note("%s K   permafrost %5.1f%%, off by %+.1f (raw %+.1f)", line,
                100 * scene->frozen, off(scene->calibrated, scene->frozen),
                off(scene->raw, scene->frozen));
    }
}

void
divergence_print(const tk_setup *setup, const divergence *d)
{
    const tk_config *c = &setup->c;
    const tk_divergence *r = &d->result;
    char line[256];
    size_t at = 0;

    for (size_t k = 0; k < r->D && at < sizeof line; k++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%g",
                               k ? ", " : "", c->targets.depths[k]);
    tk_note("  %s, %zu climate model%s, %s .. %s; depths %s m", d->model,
            d->nclimate, d->nclimate == 1 ? "" : "s", c->divergence.first,
            c->divergence.last, line);
    tk_note("  %.0f cells, %.0f left out as something is missing", r->cells,
            r->left_out);
    if (isnan(r->threshold))
        tk_note("  permafrost: below 0 degC all year at %g m",
                c->targets.depths[r->D - 1]);
    else
        tk_note("  permafrost: below %+.2f degC all year at %g m, the value "
                "that gives the area of %s .. %s; raw: 0 degC",
                r->threshold - 273.15, c->targets.depths[r->D - 1],
                c->divergence.base_first, c->divergence.base_last);
    for (int zone = 0; zone < TK_ZONES; zone++)
        print_zone(d, (tk_zone)zone);
}

/* ---- CSV ----------------------------------------------------------------- */

static void
number(tk_text *t, double x)
{
    if (isnan(x))
        tk_text_add(t, ",");
    else
        tk_text_add(t, ",%.6g", x);
}

/* Calls line for each zone, scenario and depth of climate model c. */
typedef void line_of(const tk_setup *setup, const divergence *d, size_t c,
                     tk_zone zone, size_t s, size_t k, tk_text *t);

static void
all_lines(const tk_setup *setup, const divergence *d, size_t c, line_of *line,
          tk_text *t)
{
    for (int zone = 0; zone < TK_ZONES; zone++)
        for (size_t s = 0; s < d->nscenario; s++)
            for (size_t k = 0; k < d->result.D; k++)
                line(setup, d, c, (tk_zone)zone, s, k, t);
}

static void
report_line(const tk_setup *setup, const divergence *d, size_t c, tk_zone zone,
            size_t s, size_t k, tk_text *t)
{
    const tk_scene *scene = tk_divergence_scene(&d->result, c, s, zone);

    tk_text_add(t, "%d,%s,%s,%s,%s,%g", setup->c.run.seed, d->model,
                setup->c.divergence.method, tk_zone_name(zone), d->scenario[s],
                setup->c.targets.depths[k]);
    number(t, scene->rmse[k]);
    number(t, tk_divergence_ratio(&d->result, c, zone, k));
    number(t, off(scene->calibrated, scene->frozen));
    tk_text_add(t, "\n");
}

static void
detail_line(const tk_setup *setup, const divergence *d, size_t c, tk_zone zone,
            size_t s, size_t k, tk_text *t)
{
    const tk_scene *scene = tk_divergence_scene(&d->result, c, s, zone);

    tk_text_add(t, "%d,%s,%s,%s,%s,%s,%g", setup->c.run.seed, d->model,
                setup->c.divergence.method,
                c < d->nclimate ? d->climate[c] : "all", tk_zone_name(zone),
                d->scenario[s], setup->c.targets.depths[k]);
    number(t, scene->area);
    number(t, scene->truth[k] - 273.15);
    number(t, scene->projected[k] - 273.15);
    number(t, scene->projected[k] - scene->truth[k]);
    number(t, scene->rmse[k]);
    number(t, tk_divergence_ratio(&d->result, c, zone, k));
    number(t, 100 * scene->frozen);
    number(t, off(scene->raw, scene->frozen));
    number(t, off(scene->calibrated, scene->frozen));
    number(t, d->result.threshold - 273.15);
    tk_text_add(t, "\n");
}

tk_err
divergence_write(const tk_setup *setup, const divergence *d)
{
    const tk_config *c = &setup->c;
    tk_text t = {0};
    tk_err err;

    tk_text_add(&t, "seed,model,method,zone,scenario,depth,rmse_K,"
                    "divergence_ratio,permafrost_area_error\n");
    all_lines(setup, d, d->nclimate, report_line, &t);
    err = tk_textfile_write(c->divergence.csv, c->run.overwrite, &t);
    tk_text_drop(&t);
    if (err)
        return err;
    tk_text_add(&t, "seed,model,method,climate_model,zone,scenario,depth,"
                    "area_km2,truth_degC,projected_degC,bias_K,rmse_K,"
                    "divergence_ratio,permafrost,permafrost_error_raw,"
                    "permafrost_error_calibrated,threshold_degC\n");
    for (size_t i = 0; i <= d->nclimate; i++)
        all_lines(setup, d, i, detail_line, &t);
    err = tk_textfile_write(c->divergence.details, c->run.overwrite, &t);
    tk_text_drop(&t);
    return err;
}
