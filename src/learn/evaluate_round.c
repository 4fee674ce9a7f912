/* What all models say of some tiles. */
#include <math.h>
#include <string.h>

#include "evaluate_impl.h"
#include "talik/core/mem.h"
#include "talik/data/band.h"

size_t
tk_round_bytes(const tk_judge *j)
{
    const size_t answers = j->c->nmodel + j->c->ngiven;
    size_t other = 0; /* the patch of another model, beside the first one's */

    for (size_t i = 1; i < j->c->nmodel; i++) {
        const size_t bytes = tk_patch_bytes(j->c->model[i].data, j->T);

        other = bytes > other ? bytes : other;
    }
    return tk_patch_bytes(j->c->model[0].data, j->T) + other
           + TK_TILE * j->T * (1 + answers * j->D) * sizeof(float);
}

/* Whether two models see the same numbers. */
static bool
alike(const tk_trained *a, const tk_trained *b)
{
    return tk_features_same(&a->features, &b->features) && a->nedge == b->nedge
           && memcmp(a->edge, b->edge, a->nedge * sizeof *a->edge) == 0;
}

/* Answers of model i to a patch; NaN in the months before its first window. */
static tk_err
answer(const tk_judge *j, size_t i, const tk_patch *p, float *y)
{
    const tk_trained *m = j->c->model[i].model;
    const size_t D = j->D, T = j->T, F = m->net.dims.F, L = m->net.dims.L;
    const size_t before = (L - 1) * D * TK_TILE;
    float *work = tk_new(tk_trained_work(m, T), sizeof *work);

    if (!work)
        return TK_ERUN;
    for (size_t t = 0; t < p->run.ntile; t++) {
        float *tile = y + t * T * D * TK_TILE;

        for (size_t k = 0; k < before; k++)
            tile[k] = NAN;
        tk_trained_predict(m, T, p->x + t * T * F * TK_TILE,
                           p->bad + t * T * TK_TILE, p->band + t * TK_TILE,
                           work, tile + before);
    }
    tk_free(work);
    return TK_OK;
}

/* Air temperatures of the first model's patch, K. */
static void
take_air(const tk_judge *j, tk_round *r)
{
    const tk_trained *m = j->c->model[0].model;
    const size_t F = m->net.dims.F;
    const tk_feature *f = j->air < F ? &m->features.f[j->air] : NULL;
    const tk_patch *p = &r->patch;

    for (size_t k = 0; k < p->run.ntile * j->T; k++)
        for (size_t l = 0; l < TK_TILE; l++) {
            const bool there = f && !p->bad[k * TK_TILE + l];
            const double x =
                (double)p->x[(k * F + j->air * there) * TK_TILE + l];

            r->air[k * TK_TILE + l] =
                there ? (float)((x * f->std + f->mean) * j->to_K.scale
                                + j->to_K.offset)
                      : NAN;
        }
}

static tk_err
allocate(const tk_judge *j, size_t n, tk_round *r)
{
    const size_t answers = j->c->nmodel + j->c->ngiven;

    r->air = tk_new(n * j->T * TK_TILE, sizeof *r->air);
    r->band = tk_new(n * TK_TILE, sizeof *r->band);
    r->answer = tk_new(answers, sizeof *r->answer);
    if (!r->air || !r->band || !r->answer)
        return TK_ERUN;
    for (size_t i = 0; i < answers; i++)
        if (!(r->answer[i] = tk_new(n * j->T * j->D * TK_TILE, sizeof(float))))
            return TK_ERUN;
    return TK_OK;
}

/* **Collective.**  The patch of a model and its answers; where it sees what the
 * one before saw, that one's patch serves.
 */
static tk_err
ask(const tk_judge *j, size_t i, tk_patch *patch, tk_round *r)
{
    const tk_contestant *m = &j->c->model[i];
    const bool same = i > 0 && alike(m->model, j->c->model[i - 1].model);
    const size_t first = r->patch.run.first_tile, n = r->patch.run.ntile;

    if (i > 0 && !same) {
        tk_patch_drop(patch);
        TK_TRY(tk_patch_make(m->data, first, n, j->T, patch));
        TK_TRY(tk_patch_load(m->data, j->first, patch));
    }
    return tk_agree(j->par,
                    answer(j, i, patch->x ? patch : &r->patch, r->answer[i]));
}

tk_err
tk_round_make(const tk_judge *j, size_t first, size_t n, tk_round *r)
{
    const tk_contest *c = j->c;
    tk_patch other = {0};
    tk_err err;

    *r = (tk_round){0};
    TK_TRY(tk_patch_make(c->model[0].data, first, n, j->T, &r->patch));
    err = tk_patch_load(c->model[0].data, j->first, &r->patch);
    if (!err)
        err = tk_agree(j->par, allocate(j, n, r));
    if (!err)
        err =
            tk_agree(j->par, tk_bands_of(c->nedge, c->edge, r->patch.run.nlane,
                                         r->patch.lat, r->band));
    if (!err)
        take_air(j, r);
    for (size_t i = 0; i < c->nmodel && !err; i++)
        err = ask(j, i, &other, r);
    for (size_t i = 0; i < c->ngiven && !err; i++)
        err = tk_targets_fill(c->given[i].targets, &r->patch.run, j->first,
                              j->T, r->answer[c->nmodel + i]);
    tk_patch_drop(&other);
    if (err)
        tk_round_drop(j, r);
    return err;
}

void
tk_round_drop(const tk_judge *j, tk_round *r)
{
    const size_t answers = j->c->nmodel + j->c->ngiven;

    for (size_t i = 0; r->answer && i < answers; i++)
        tk_free(r->answer[i]);
    tk_free(r->answer);
    tk_free(r->air);
    tk_free(r->band);
    tk_patch_drop(&r->patch);
    *r = (tk_round){0};
}
