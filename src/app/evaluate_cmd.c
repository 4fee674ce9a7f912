/* `talik evaluate`: the model beside the baselines, as table and CSV. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/io/units.h"
#include "talik/learn/evaluate.h"

/* The input that is the air temperature: the one named, or the first monthly
 * one with a unit of temperature.
 */
static const char *
air_of(const tk_setup *setup, const tk_features *f)
{
    tk_conversion c;

    if (*setup->c.evaluate.air)
        return setup->c.evaluate.air;
    for (size_t i = 0; i < f->n; i++)
        if (f->f[i].kind == TK_FEAT_DYNAMIC && *f->f[i].units
            && tk_units_convert(f->f[i].units, "K", false, false, &c) == TK_OK)
            return f->f[i].name;
    return "";
}

static tk_err
set_period(const tk_setup *setup, const stage_data *s, const tk_trained *m,
           int *first, int *last)
{
    const int have = tk_inputs_last(s->inputs);
    const int end = tk_targets_last(s->targets);
    const int L = (int)m->net.dims.L;
    char a[16], b[16];

    TK_TRY(tk_setup_month(setup, "evaluate", "first", setup->c.evaluate.first,
                          m->valid_last + 1, first));
    TK_TRY(tk_setup_month(setup, "evaluate", "last", setup->c.evaluate.last,
                          have < end ? have : end, last));
    tk_month_text(*first, a);
    tk_month_text(*last, b);
    if (*first > *last || *last > have || *last > end)
        return tk_fail(TK_EDATA,
                       "cannot score %s to %s: inputs or targets do "
                       "not reach that far",
                       a, b);
    if (m->train_first - L + 1 < tk_inputs_first(s->inputs)
        || *first - L + 1 < tk_inputs_first(s->inputs))
        return tk_fail(TK_EDATA,
                       "the baselines are fitted on the model's "
                       "training months, which begin before the inputs do");
    if (*first <= m->valid_last && *last >= m->train_first)
        tk_warn("%s to %s overlap the months that the model was fitted to or "
                "stopped by",
                a, b);
    return TK_OK;
}

static void
print_table(const tk_trained *m, const tk_skill *skill, const char *air)
{
    const size_t D = m->net.dims.D;

    tk_note("  depth m  predictor      RMSE K   MAE K  bias K      R2");
    for (size_t d = 0; d < D; d++)
        for (int p = 0; p < TK_PREDICTORS; p++) {
            const tk_skill *k = &skill[(size_t)p * D + d];

            if (p < TK_BY_AIR || *air)
                tk_note("  %7.3f  %-12s %8.3f%8.3f%8.3f%8.3f", m->depth[d],
                        p == TK_BY_MODEL ? m->net.model->name
                                         : tk_predictor_name((tk_predictor)p),
                        k->rmse, k->mae, k->bias, k->r2);
        }
    tk_note("  %.0f cell months at each depth; every predictor on the same",
            skill[0].count);
}

/* Rank 0. */
static tk_err
write_csv(const char *path, bool overwrite, const tk_trained *m,
          const tk_skill *skill)
{
    const size_t D = m->net.dims.D;
    FILE *f;
    bool ok = true;

    TK_TRY(tk_out_check(path, overwrite));
    f = fopen(path, "w");
    if (!f)
        return tk_fail(TK_EOUT, "%s: %s", path, strerror(errno));
    ok = fprintf(f, "depth_m,predictor,cell_months,target_K,rmse_K,mae_K,"
                    "bias_K,r2\n")
         > 0;
    for (size_t i = 0; i < D * TK_PREDICTORS; i++) {
        const size_t d = i / TK_PREDICTORS, p = i % TK_PREDICTORS;
        const tk_skill *k = &skill[p * D + d];

        ok = fprintf(f, "%g,%s,%.0f,%.6f,%.6g,%.6g,%.6g,%.6g\n", m->depth[d],
                     p == TK_BY_MODEL ? m->net.model->name
                                      : tk_predictor_name((tk_predictor)p),
                     k->count, k->target, k->rmse, k->mae, k->bias, k->r2)
                 > 0
             && ok;
    }
    ok = fclose(f) == 0 && ok;
    return ok ? TK_OK : tk_fail(TK_EOUT, "%s: %s", path, strerror(errno));
}

static tk_err
score(const tk_par *par, const tk_setup *setup, stage_data *s, tk_trained *m)
{
    const char *path = setup->c.evaluate.csv;
    tk_skill skill[TK_PREDICTORS * TK_DEPTHS];
    char a[16], b[16];
    int first, last;

    TK_TRY(tk_trained_read(par, setup->c.model.file, m));
    TK_AGREE(par, stage_compare(setup, m));
    TK_TRY(stage_open(par, setup, &m->features, s));
    TK_TRY(stage_open_targets(par, setup, m->net.dims.D, m->depth, s));
    s->data.nedge = m->nedge;
    s->data.edge = m->edge;
    TK_TRY(set_period(setup, s, m, &first, &last));
    stage_header(par, "evaluate", &s->grid);
    tk_month_text(first, a);
    tk_month_text(last, b);
    tk_note("  %s on %s .. %s", setup->c.model.file, a, b);
    TK_TRY(tk_evaluate(&s->data, m, air_of(setup, &m->features), first, last,
                       tk_setup_budget(setup), skill));
    print_table(m, skill, air_of(setup, &m->features));
    TK_AGREE(par, par->rank == 0
                      ? write_csv(path, setup->c.run.overwrite, m, skill)
                      : TK_OK);
    tk_note("wrote %s", path);
    return TK_OK;
}

tk_err
cmd_evaluate(const tk_par *par, const tk_setup *setup)
{
    tk_trained m = {0};
    stage_data s = {0};
    const tk_err err = score(par, setup, &s, &m);

    stage_close(&s);
    tk_trained_drop(&m);
    return err;
}
