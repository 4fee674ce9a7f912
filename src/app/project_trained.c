/* Projection by a trained model: a window moves over the months, block by block.
 * A carried state has its run from the first month of the inputs, so that its
 * answers do not depend on the month that is written first.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"
#include "talik/learn/scale.h"

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    tk_trained m;
    stage_data s;
    tsl_spec spec;
    tk_patch patch;
    size_t block;
    int start, before; /* first month read; answers before the first written */
    float *work, *tile_y, *y; /* of a tile; [block][D][nlane]            */
    float *h;                 /* [ntile][tk_trained_state]               */
    signal_words signal;
    unsigned char *status; /* [nlane]                                 */
    domain_run domain;
    tk_out *out;
} projection;

/* The months asked for, held against those that the inputs have. */
static tk_err
set_period(projection *p)
{
    const tk_setup *setup = p->setup;
    const int L = (int)p->m.net.dims.L;
    const int have_first = tk_inputs_first(p->s.inputs);
    const int have_last = tk_inputs_last(p->s.inputs);
    char want[16], from[16], to[16], first[16], last[16];
    tsl_spec *spec = &p->spec;

    TK_TRY(tk_setup_month(setup, "project", "first", setup->c.project.first,
                          have_first + L - 1, &spec->first));
    TK_TRY(tk_setup_month(setup, "project", "last", setup->c.project.last,
                          have_last, &spec->last));
    tk_month_text(have_first, first);
    tk_month_text(have_last, last);
    tk_month_text(spec->first, want);
    if (spec->first > spec->last)
        return tk_fail(TK_EDATA,
                       "no month to project: the inputs have %s to "
                       "%s, and a window takes %d months",
                       first, last, L);
    if (spec->first - L + 1 < have_first) {
        tk_month_text(spec->first - L + 1, from);
        tk_month_text(have_first - 1, to);
        return tk_fail(TK_EDATA,
                       "the window of %s needs %d months before it; "
                       "the inputs begin in %s: %s to %s are missing (add "
                       "files with them to &forcing files)",
                       want, L - 1, first, from, to);
    }
    if (spec->last > have_last) {
        tk_month_text(have_last + 1, from);
        tk_month_text(spec->last, to);
        return tk_fail(TK_EDATA, "the inputs end in %s: %s to %s are missing",
                       last, from, to);
    }
    return TK_OK;
}

/* Months that are answered, written or not. */
static size_t
months_of(const projection *p)
{
    return (size_t)(p->spec.last - p->spec.first + 1 + p->before);
}

/* Tile t's answers to the last T - L + 1 months of the patch, into tile_y. */
static void
predict_tile(projection *p, size_t t, size_t T)
{
    const size_t at = (t + 1) * p->patch.nmonth - T;
    const float *x = p->patch.x + at * p->s.data.F * TK_TILE;
    const unsigned char *bad = p->patch.bad + at * TK_TILE;
    const int *band = p->patch.band + t * TK_TILE;

    if (p->m.state == TK_STATE_CARRY)
        tk_trained_go_on(&p->m, T, x, bad, band, p->work,
                         p->h + t * tk_trained_state(&p->m), p->tile_y);
    else
        tk_trained_predict(&p->m, T, x, bad, band, p->work, p->tile_y);
}

/* Predicts the last n months of the patch into y[n][D][nlane]; no status comes
 * from the first `skip` of them.
 */
static void
predict(projection *p, size_t n, size_t skip)
{
    const size_t D = p->m.net.dims.D, L = p->m.net.dims.L;
    const size_t T = L - 1 + n, nlane = p->patch.run.nlane;

    for (size_t t = 0; t < p->patch.run.ntile; t++) {
        const unsigned char *bad =
            p->patch.bad + ((t + 1) * p->patch.nmonth - T) * TK_TILE;

        predict_tile(p, t, T);
        for (size_t i = 0; i < n * D; i++)
            memcpy(p->y + i * nlane + t * TK_TILE, p->tile_y + i * TK_TILE,
                   TK_TILE * sizeof *p->y);
        for (size_t i = skip * TK_TILE; i < n * TK_TILE; i++) {
            const size_t m = i / TK_TILE, l = i % TK_TILE;
            unsigned char *status = &p->status[t * TK_TILE + l];

            if (isnan(p->tile_y[m * D * TK_TILE + l]) && !*status) {
                *status = (unsigned char)tk_window_status(bad, m + L - 1, L, l);
                if (!*status)
                    *status = TK_CELL_NO_ANSWER;
            }
        }
    }
}

static tk_err
allocate(projection *p)
{
    const size_t L = p->m.net.dims.L, D = p->m.net.dims.D;
    size_t first, ntile;

    tk_tile_share(tk_tile_count(&p->s.grid), p->par->rank, p->par->size, &first,
                  &ntile);
    TK_TRY(
        tk_patch_make(&p->s.data, first, ntile, L - 1 + p->block, &p->patch));
    p->work = tk_new(tk_trained_work(&p->m, L - 1 + p->block), sizeof *p->work);
    p->tile_y = tk_new(p->block * D * TK_TILE, sizeof *p->tile_y);
    p->y = tk_new(p->block * D * p->patch.run.nlane, sizeof *p->y);
    p->status = tk_new(p->patch.run.nlane, sizeof *p->status);
    p->h = tk_new(ntile * tk_trained_state(&p->m), sizeof *p->h);
    return tk_agree(p->par, p->work && p->tile_y && p->y && p->status && p->h
                                ? TK_OK
                                : TK_ERUN);
}

/* **Collective.**  The first months; carried states have seen all of them but
 * those that are answered.
 */
static tk_err
load_first(projection *p)
{
    const size_t n = p->patch.nmonth;

    TK_TRY(tk_patch_load(&p->s.data, p->start, &p->patch));
    for (size_t t = 0; t < p->patch.run.ntile; t++)
        if (p->m.state == TK_STATE_CARRY)
            tk_trained_carry(&p->m, p->m.net.dims.L - 1,
                             p->patch.x + t * n * p->s.data.F * TK_TILE,
                             p->patch.bad + t * n * TK_TILE,
                             p->patch.band + t * TK_TILE, p->work,
                             p->h + t * tk_trained_state(&p->m));
    return TK_OK;
}

/* **Collective.**  All months. */
static tk_err
run_months(projection *p)
{
    const size_t months = months_of(p), before = (size_t)p->before;
    const size_t row = p->m.net.dims.D * p->patch.run.nlane;
    tk_progress progress =
        tk_progress_begin("to", (long)((months + p->block - 1) / p->block));
    size_t done = 0;

    while (done < months) {
        const size_t left = months - done;
        const size_t n = left < p->block ? left : p->block;
        const size_t unwritten = done < before ? before - done : 0;
        const size_t skip = unwritten < n ? unwritten : n;
        char label[16];

        TK_TRY(done == 0 ? load_first(p)
                         : tk_patch_advance(&p->s.data, n, &p->patch));
        predict(p, n, skip);
        domain_months(&p->domain, n - skip);
        if (skip < n)
            TK_TRY(tk_out_write(p->out, TSL_TEMPERATURE, done + skip - before,
                                n - skip, p->y + skip * row));
        done += n;
        tk_month_text(p->spec.first - p->before + (int)done - 1, label);
        tk_progress_step(&progress, label, "%s", "");
    }
    return TK_OK;
}

/* **Collective.**  A scaling of this projection's own, as if each scenario were a
 * data set for itself.  What is said of ranges stays that of the training; the
 * domain, which is of scaled inputs, has no meaning any more.
 */
static tk_err
rescale(projection *p)
{
    const tk_features trained = p->m.features;

    if (strcmp(p->setup->c.project.scale_by, "projection") != 0)
        return TK_OK;
    tk_warn("&project scale_by: the inputs are scaled by their mean and spread "
            "in the months projected; most of what changes is lost");
    TK_TRY(tk_scale_fit(&p->s.data, &p->m.features, p->m.net.dims.L,
                        p->spec.first, p->spec.last, tk_setup_budget(p->setup),
                        NULL, NULL));
    for (size_t i = 0; i < trained.n; i++) {
        p->m.features.f[i].low = trained.f[i].low;
        p->m.features.f[i].high = trained.f[i].high;
    }
    tk_domain_drop(&p->m.domain);
    return TK_OK;
}

static tk_err
begin(projection *p)
{
    const tk_par *par = p->par;
    const tk_config *c = &p->setup->c;
    size_t block = (size_t)c->project.block;

    TK_TRY(tk_trained_read(par, c->model.file, &p->m));
    TK_AGREE(par, stage_compare(p->setup, 0, &p->m));
    TK_TRY(stage_open(par, p->setup, &p->m.features, &p->s));
    TK_TRY(stage_signal_fill(p->setup, &p->s.data, &p->m.features));
    p->s.data.nedge = p->m.nedge;
    p->s.data.edge = p->m.edge;
    TK_TRY(set_period(p));
    TK_TRY(rescale(p));
    p->start = tk_trained_start(&p->m, p->s.inputs, p->spec.first);
    p->before = p->spec.first - (int)p->m.net.dims.L + 1 - p->start;
    p->block = months_of(p) < block ? months_of(p) : block;
    p->spec.architecture = p->m.net.model->name;
    p->spec.physics = p->m.seed;
    p->spec.source_text = "talik: soil temperature by a sequence model trained "
                          "on monthly climate (talik_namelist, model_id)";
    p->spec.calendar = tk_inputs_calendar(p->s.inputs, p->spec.first);
    p->spec.ndepth = p->m.net.dims.D;
    p->spec.depth = p->m.depth;
    p->spec.newest = tk_inputs_newest(p->s.inputs);
    stage_header(par, "project", &p->s.grid);
    stage_repeat(p->setup);
    stage_spinup(&p->m, p->s.inputs, p->spec.first);
    stage_slow(&p->m, p->s.inputs, p->spec.first);
    stage_signal_say(p->setup, &p->m.features, p->s.inputs, p->start,
                     p->spec.first, p->spec.last, &p->signal);
    p->spec.natt = p->signal.natt;
    p->spec.att = p->signal.att;
    TK_TRY(allocate(p));
    TK_TRY(domain_begin(par, p->setup, &p->m, &p->spec, &p->patch, &p->domain));
    tk_note("  model %s: %s, window %zu, %zu inputs, %zu depths, %zu weights",
            c->model.file, p->m.net.model->name, p->m.net.dims.L,
            p->m.net.dims.F, p->m.net.dims.D, p->m.net.layout.size);
    tk_note("  memory per rank: %.0f MB, of which windows of %zu months %.0f "
            "MB, output buffer %.0f MB",
            (double)tk_mem_peak() / 1e6, p->patch.nmonth,
            (double)p->patch.run.ntile
                * (double)tk_patch_bytes(&p->s.data, p->patch.nmonth) / 1e6,
            (double)(p->block * p->spec.ndepth * p->patch.run.nlane)
                * sizeof(float) / 1e6);
    return TK_OK;
}

tk_err
project_trained(const tk_par *par, const tk_setup *setup)
{
    projection p = {.par = par, .setup = setup};
    const double start = tk_seconds();
    char path[TK_PATH * 3];
    tk_err err = begin(&p);

    if (!err)
        err = tsl_create(par, setup, &p.spec, &p.s.source, &p.s.grid,
                         &p.patch.run, &p.out);
    if (!err)
        err = run_months(&p);
    if (!err) /* under a temporary name: a fault leaves neither file */
        err = domain_write(&p.domain, &p.s.source, &p.s.grid);
    tsl_path(setup, &p.spec, sizeof path, path);
    if (!err)
        err = tsl_finish(par, p.out, path, &p.s.grid, &p.patch.run, p.status,
                         p.spec.last - p.spec.first + 1, (int)months_of(&p),
                         tk_seconds() - start);
    else
        tk_out_drop(p.out);
    if (!err)
        err = domain_finish(&p.domain);
    domain_drop(&p.domain);
    tk_free(p.work);
    tk_free(p.tile_y);
    tk_free(p.y);
    tk_free(p.status);
    tk_free(p.h);
    tk_patch_drop(&p.patch);
    stage_close(&p.s);
    tk_trained_drop(&p.m);
    return err;
}
