#include "talik/learn/evaluate.h"

#include <math.h>
#include <string.h>

#include "evaluate_impl.h"
#include "talik/core/mem.h"
#include "talik/data/band.h"

/* ---- memory -------------------------------------------------------------- */

static tk_err
allocate_months(tk_judge *j)
{
    j->month = tk_new(j->T, sizeof *j->month);
    j->test = tk_new(j->T, sizeof *j->test);
    j->held = tk_new(j->T, sizeof *j->held);
    j->calibrates = tk_new(j->c->nmodel * j->T, sizeof *j->calibrates);
    return j->month && j->test && j->held && j->calibrates ? TK_OK : TK_ERUN;
}

static tk_err
allocate(tk_judge *j)
{
    tk_verdict *v = j->v;
    const size_t QD = j->Q * j->D, T = j->T;
    bool ok = true;

#define GET(what, n) ok = ((what) = tk_new((n), sizeof *(what))) && ok
    GET(j->sums, j->ntile * QD * j->nband * TK_SPANS);
    GET(j->errors[0], QD);
    GET(j->errors[1], QD);
    GET(j->present, j->Q + 1);
    GET(j->truth, T);
    GET(j->fitted, T);
    GET(j->scored, T);
    GET(j->variance, T);
    GET(j->air_C, T);
    GET(j->value, j->Q * T);
    GET(j->ridge, TK_TILE * TK_PENALTIES * T);
    GET(v->skill, QD * v->bands * TK_SPANS);
    GET(v->half_width, QD);
    GET(v->coverage, QD);
    GET(v->month, v->nmonth);
    GET(v->observed, j->D * v->nmonth);
    GET(v->predicted, QD * v->nmonth);
    GET(v->rmse, QD * v->nlane);
    GET(v->bias, QD * v->nlane);
#undef GET
    for (size_t i = 0; ok && i < QD * v->nlane; i++)
        v->rmse[i] = v->bias[i] = NAN;
    for (size_t i = 0; ok && i < QD * v->nmonth; i++)
        v->predicted[i] = NAN;
    for (size_t i = 0; ok && i < j->D * v->nmonth; i++)
        v->observed[i] = NAN;
    return ok ? TK_OK : TK_ERUN;
}

static void
drop(tk_judge *j)
{
    void *const all[] = {j->month,   j->test,   j->held,      j->calibrates,
                         j->sums,    j->truth,  j->errors[0], j->errors[1],
                         j->present, j->fitted, j->scored,    j->variance,
                         j->air_C,   j->value,  j->ridge};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        tk_free(all[i]);
}

void
tk_verdict_drop(tk_verdict *v)
{
    void *const all[] = {v->skill,    v->half_width, v->coverage, v->month,
                         v->observed, v->predicted,  v->rmse,     v->bias};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        tk_free(all[i]);
    *v = (tk_verdict){0};
}

/* ---- the whole ------------------------------------------------------------ */

static tk_err
find_air(tk_judge *j)
{
    const tk_features *all = &j->c->model[0].model->features;

    j->air = all->n;
    if (!*j->c->air)
        return TK_OK;
    j->air = tk_features_find(all, j->c->air);
    if (j->air == all->n)
        return tk_fail(TK_ECONF,
                       "&evaluate air: the first model has no feature '%s'",
                       j->c->air);
    return tk_units_convert(all->f[j->air].units, "K", false, false, &j->to_K);
}

static tk_err
check(const tk_contest *c)
{
    const tk_trained *a = c->model[0].model;

    for (size_t i = 0; i < c->nmodel; i++) {
        const tk_trained *b = c->model[i].model;

        if (b->net.dims.D != a->net.dims.D
            || memcmp(a->depth, b->depth, a->net.dims.D * sizeof *a->depth))
            return tk_fail(TK_ECONF,
                           "the models to compare differ in their depths: "
                           "model 1 (%s) has %zu from %g m to %g m, model %zu "
                           "(%s) %zu from %g m to %g m",
                           a->net.model->name, a->net.dims.D, a->depth[0],
                           a->depth[a->net.dims.D - 1], i + 1,
                           b->net.model->name, b->net.dims.D, b->depth[0],
                           b->depth[b->net.dims.D - 1]);
    }
    return tk_bands_check(c->nedge, c->edge);
}

/* **Collective.**  All tiles, as many at a time as the budget holds. */
static tk_err
walk(tk_judge *j)
{
    const size_t at_once = tk_at_once(j->c->budget, tk_round_bytes(j));
    size_t rounds = tk_par_rounds(j->par, j->ntile, at_once);
    tk_err err = TK_OK;

    for (size_t done = 0; rounds > 0 && !err; rounds--) {
        const size_t left = j->ntile - done;
        const size_t n = left < at_once ? left : at_once;
        tk_round r;

        TK_TRY(tk_round_make(j, j->first_tile + done, n, &r));
        for (size_t t = 0; t < n && !err; t++)
            err = tk_judge_tile(j, &r, t);
        err = tk_agree(j->par, err);
        tk_round_drop(j, &r);
        done += n;
    }
    return err;
}

/* Nothing scored: which predictor has nothing in the test months. */
static tk_err
explain_nothing(const tk_judge *j)
{
    if (j->present[j->Q])
        return TK_OK;
    for (size_t q = 0; q < j->Q; q++)
        if (!j->present[q])
            return tk_fail(TK_EDATA,
                           "nothing to score: '%s' has no value in any of the "
                           "%zu test months where there is a target",
                           j->v->predictor[q].name, j->v->nmonth);
    return tk_fail(TK_EDATA,
                   "nothing to score: in none of the %zu test months "
                   "has any cell a target and all predictors",
                   j->v->nmonth);
}

/* Skill of each band and of all together, from the sums of all tiles. */
static tk_err
judge_sums(tk_judge *j)
{
    tk_verdict *v = j->v;
    const size_t QD = j->Q * j->D, width = QD * j->nband * TK_SPANS;
    tk_skill_sums *total = tk_new(width, sizeof *total);
    tk_err err = tk_agree(j->par, total ? TK_OK : TK_ERUN);

    if (!err)
        err = tk_sum_ordered(j->par, j->ntile, width * TK_SKILL_SUMS,
                             (const double *)j->sums, (double *)total);
    for (size_t i = 0; i < QD * TK_SPANS && !err; i++) {
        const size_t g = i / TK_SPANS, s = i % TK_SPANS;
        tk_skill_sums all = {0};

        for (size_t b = 0; b < j->nband; b++) {
            const tk_skill_sums *one =
                &total[(g * j->nband + b) * TK_SPANS + s];

            for (size_t k = 0; k < TK_SKILL_SUMS; k++)
                ((double *)&all)[k] += ((const double *)one)[k];
            if (v->bands > 1)
                v->skill[(g * v->bands + 1 + b) * TK_SPANS + s] =
                    tk_skill_of(one);
        }
        v->skill[g * v->bands * TK_SPANS + s] = tk_skill_of(&all);
    }
    tk_free(total);
    return err;
}

/* **Collective.**  The bands round predictions, and what they cover. */
static void
judge_errors(tk_judge *j)
{
    const size_t QD = j->Q * j->D;

    for (int k = 0; k < 2; k++)
        tk_sum_u64(j->par, QD * TK_ERROR_WORDS, (uint64_t *)j->errors[k]);
    for (size_t i = 0; i < QD; i++) {
        j->v->half_width[i] =
            tk_error_half_width(&j->errors[0][i], j->c->level);
        j->v->coverage[i] =
            tk_error_coverage(&j->errors[1][i], j->v->half_width[i]);
    }
}

/* **Collective.**  The series of the cell that is nearest of all. */
static void
share_series(tk_judge *j)
{
    tk_verdict *v = j->v;
    const size_t n = v->nmonth;
    struct {
        double far;
        int rank;
    } mine = {j->distance, j->par->rank}, best;

    MPI_Allreduce(&mine, &best, 1, MPI_DOUBLE_INT, MPI_MINLOC, j->par->comm);
    MPI_Bcast(&v->lat, 1, MPI_DOUBLE, best.rank, j->par->comm);
    MPI_Bcast(&v->lon, 1, MPI_DOUBLE, best.rank, j->par->comm);
    MPI_Bcast(v->observed, (int)(j->D * n), MPI_DOUBLE, best.rank,
              j->par->comm);
    MPI_Bcast(v->predicted, (int)(j->Q * j->D * n), MPI_DOUBLE, best.rank,
              j->par->comm);
}

static tk_err
judge(tk_judge *j)
{
    tk_verdict *v = j->v;

    TK_AGREE(j->par, allocate_months(j));
    tk_judge_months(j);
    if (v->nmonth == 0)
        return tk_fail(TK_EDATA,
                       "no test month: the models were fitted to or stopped by "
                       "all months that have inputs and targets");
    TK_AGREE(j->par, allocate(j));
    for (size_t m = 0, k = 0; m < j->T; m++)
        if (j->test[m])
            v->month[k++] = j->month[m];
    TK_TRY(walk(j));
    tk_sum_u64(j->par, j->Q + 1, j->present);
    TK_TRY(explain_nothing(j));
    TK_TRY(judge_sums(j));
    judge_errors(j);
    share_series(j);
    return TK_OK;
}

tk_err
tk_evaluate(const tk_contest *c, tk_verdict *v)
{
    const tk_dataset *data = c->model[0].data;
    tk_judge j = {.c = c,
                  .par = data->par,
                  .v = v,
                  .D = data->D,
                  .nband = c->nedge ? c->nedge - 1 : 1,
                  .distance = INFINITY};
    tk_err err;

    *v = (tk_verdict){.D = j.D,
                      .bands = j.nband > 1 ? 1 + j.nband : 1,
                      .lat = NAN,
                      .lon = NAN};
    TK_TRY(check(c));
    TK_TRY(find_air(&j));
    tk_judge_predictors(c, v);
    j.Q = v->npredictor;
    for (size_t i = 0; i < c->nmodel; i++)
        j.by_cells = j.by_cells || tk_split_by_cells(&c->model[i].model->split);
    tk_tile_share(tk_tile_count(data->grid), j.par->rank, j.par->size,
                  &j.first_tile, &j.ntile);
    v->nlane = j.ntile * TK_TILE;
    TK_TRY(tk_judge_span(&j));
    err = judge(&j);
    drop(&j);
    return err;
}

const tk_skill *
tk_verdict_skill(const tk_verdict *v, size_t predictor, size_t d, size_t band,
                 size_t span)
{
    return &v->skill[((predictor * v->D + d) * v->bands + band) * TK_SPANS
                     + span];
}
