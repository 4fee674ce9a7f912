/* A score of every predictor at each depth: rows of the figure. */
#include "scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"

static tk_score_kind
kind_of(const char *name)
{
    static const struct {
        const char *name;
        tk_score_kind kind;
    } known[] = {{"rmse", TK_SCORE_ERROR}, {"mae", TK_SCORE_ERROR},
                 {"r2", TK_SCORE_SKILL},   {"nse", TK_SCORE_SKILL},
                 {"kge", TK_SCORE_SKILL},  {"bias", TK_SCORE_BIAS}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].kind;
    return TK_SCORE_OTHER;
}

double
tk_score_at(const tk_scores *s, size_t p, size_t k)
{
    return s->score.x[p * s->contest.nd + k];
}

double
tk_score_wrong(const tk_scores *s, double score)
{
    return s->kind == TK_SCORE_SKILL ? 1 - score : fabs(score);
}

/* ---- rows ---------------------------------------------------------------- */

/* A mean, or the only member. */
static size_t
stand_for(const tk_scores *s, const tk_score_row *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->n == 1 || tk_is_mean(s->contest.name[r->p[i]]))
            return r->p[i];
    return s->contest.np;
}

double
tk_score_of_row(const tk_scores *s, const tk_score_row *r, size_t k)
{
    double sum = 0, n = 0;

    if (r->whole != s->contest.np)
        return tk_score_at(s, r->whole, k);
    for (size_t i = 0; i < r->n; i++)
        if (!isnan(tk_score_at(s, r->p[i], k))) {
            sum += tk_score_at(s, r->p[i], k);
            n++;
        }
    return sum / n;
}

/* Mean over depths. */
static double
wrong_of(const tk_scores *s, const tk_score_row *r)
{
    double sum = 0, n = 0;

    for (size_t j = 0; j < s->nk; j++) {
        const double w = tk_score_wrong(s, tk_score_of_row(s, r, s->k[j]));

        if (!isnan(w)) {
            sum += w;
            n++;
        }
    }
    return sum / n;
}

/* Fills the row that predictor p belongs to, if p is the first of it. */
static void
add_row(tk_scores *s, const size_t *chosen, size_t nth, size_t n)
{
    tk_score_row *r = &s->row[s->nrow];
    char own[TK_CONTEST_NAME], other[TK_CONTEST_NAME];

    tk_architecture(s->contest.name[chosen[nth]], own);
    for (size_t i = 0; i < nth; i++) {
        tk_architecture(s->contest.name[chosen[i]], other);
        if (strcmp(own, other) == 0)
            return;
    }
    r->p = s->p + s->n;
    for (size_t i = nth; i < n; i++) {
        tk_architecture(s->contest.name[chosen[i]], other);
        if (strcmp(own, other) == 0)
            r->p[r->n++] = chosen[i];
    }
    s->n += r->n;
    s->members = s->members || r->n > 1;
    r->baseline = tk_is_baseline(own);
    r->whole = stand_for(s, r);
    s->averaged = s->averaged || r->whole == s->contest.np;
    r->wrong = wrong_of(s, r);
    snprintf(r->label, sizeof r->label, "%s",
             r->n == 1 ? s->contest.name[chosen[nth]] : own);
    s->nrow++;
}

/* Models before baselines, the better ones first. */
static int
by_rank(const void *a, const void *b)
{
    const tk_score_row *x = a, *y = b;

    if (x->baseline != y->baseline)
        return x->baseline ? 1 : -1;
    if (isnan(x->wrong) || isnan(y->wrong))
        return isnan(x->wrong) - isnan(y->wrong);
    return (x->wrong > y->wrong) - (x->wrong < y->wrong);
}

static tk_err
make_rows(const tk_plot_opts *o, tk_scores *s)
{
    const size_t np = s->contest.np;
    size_t *chosen = tk_new(np, sizeof *chosen), n = 0;
    double found = 0;
    tk_err err;

    s->p = tk_new(np, sizeof *s->p);
    s->row = tk_new(np, sizeof *s->row);
    err = chosen && s->p && s->row
              ? tk_named_predictors(o, &s->contest, np, chosen, &n)
              : TK_ERUN;
    for (; !err && !o->models && n < np; n++)
        chosen[n] = n;
    for (size_t i = 0; !err && i < n; i++)
        add_row(s, chosen, i, n);
    for (size_t i = 0; i < s->nrow; i++)
        found += !isnan(s->row[i].wrong);
    if (!err && found == 0)
        err = tk_fail(TK_EDATA, "%s: '%s' has no value of these predictors",
                      s->contest.path, s->name);
    if (!err && s->kind != TK_SCORE_OTHER)
        qsort(s->row, s->nrow, sizeof *s->row, by_rank);
    tk_free(chosen);
    return err;
}

tk_err
tk_plot_scores(const tk_plot_opts *o)
{
    tk_scores s = {.name = o->variable ? o->variable : "rmse"};
    tk_figure *f = NULL;
    tk_err err = tk_contest_open(o->file[0], &s.contest);

    s.kind = kind_of(s.name);
    if (!err)
        err = tk_contest_depths(o, &s.contest, s.k, &s.nk);
    if (!err)
        err = tk_contest_score(&s.contest, s.name, &s.score);
    if (!err)
        err = make_rows(o, &s);
    if (!err)
        err = tk_figure_open(o->out, &f);
    if (!err)
        tk_scores_draw(f, o, &s);
    err = tk_figure_close(f, err);
    tk_contest_close(&s.contest);
    tk_free(s.score.x);
    tk_free(s.row);
    tk_free(s.p);
    return err;
}
