/* Training of every architecture with every seed, in turn, on the same data. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/core/mem.h"

typedef struct {
    const tk_par *par;
    const tk_setup *setup;
    stage_data *s;
    const tk_trained *shared;
    size_t n;                /* members                                */
    tk_train_result *result; /* [n]                                    */
    bool *done;              /* [n]: a model file of an earlier launch */
} contest;

bool
contest_may_skip(const tk_setup *setup, const char *file)
{
    size_t n;

    return tk_setup_members(setup, &n) == TK_OK && n > 1
           && setup->c.train.resume && !setup->c.run.overwrite
           && access(file, F_OK) == 0;
}

static tk_train_opts
options_of(const contest *c, const tk_member *member)
{
    tk_train_opts o = tk_setup_train(c->setup);

    o.nextra = c->s->nextra;
    o.extra = c->s->extra;
    o.share = c->setup->c.augment.share;
    o.seed = (uint64_t)member->seed;
    o.checkpoint = member->checkpoint;
    o.history = member->history;
    return o;
}

/* ---- members that are there ---------------------------------------------- */

static bool
same_numbers(size_t n, const double *a, const double *b)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static bool
same_split(const tk_split *a, const tk_split *b)
{
    tk_text x = {0}, y = {0};
    bool same;

    tk_split_text(a, &x);
    tk_split_text(b, &y);
    same = strcmp(tk_text_get(&x), tk_text_get(&y)) == 0;
    tk_text_drop(&x);
    tk_text_drop(&y);
    return same;
}

/* What a model file says about a member and this run does not; NULL if it is the
 * member.
 */
static const char *
difference(const tk_trained *a, const tk_trained *b)
{
    const tk_model_dims *x = &a->net.dims, *y = &b->net.dims;
    const size_t size[2][12] = {{x->L, x->F, x->bands, x->E, x->D, x->layers,
                                 x->H, x->C, x->kernel, x->d, x->heads, x->ff},
                                {y->L, y->F, y->bands, y->E, y->D, y->layers,
                                 y->H, y->C, y->kernel, y->d, y->heads, y->ff}};

    if (a->net.model != b->net.model || memcmp(size[0], size[1], sizeof size[0])
        || x->dropout != y->dropout)
        return "architecture or sizes";
    if (a->state != b->state)
        return "the state (window or carry)";
    if (a->seed != b->seed)
        return "the seed";
    if (!same_numbers(x->D, a->depth, b->depth) || a->nedge != b->nedge
        || !same_numbers(a->nedge, a->edge, b->edge))
        return "depths or latitude bands";
    if (a->train_first != b->train_first || a->train_last != b->train_last
        || a->valid_first != b->valid_first || a->valid_last != b->valid_last)
        return "the months fitted to or stopped by";
    if (!same_split(&a->split, &b->split))
        return "what is held out";
    if (strcmp(a->augmented, b->augmented) != 0)
        return "the data sets of &augment";
    if (!tk_features_same(&a->features, &b->features)
        || !same_numbers(x->D, a->target_mean, b->target_mean)
        || !same_numbers(x->D, a->target_std, b->target_std))
        return "inputs or their scaling (the data)";
    if (!tk_skip_same(&a->skip, &b->skip))
        return "the linear skip";
    return NULL;
}

/* **Collective.**  Whether member i is there already; TK_EOUT if its file is
 * that of another training.
 */
static tk_err
find_done(const contest *c, size_t i, bool *done)
{
    const tk_member member = tk_setup_member(c->setup, i);
    const tk_train_opts opts = options_of(c, &member);
    tk_trained m = {0}, there = {0};
    const char *what = NULL;
    tk_err err = TK_OK;

    *done = c->par->rank == 0 && contest_may_skip(c->setup, member.file);
    tk_bcast(c->par, done, sizeof *done);
    if (!*done)
        return TK_OK;
    err = tk_agree(c->par, member_make(c->setup, i, c->shared, &m));
    if (!err)
        err = tk_trained_read(c->par, member.file, &there);
    if (!err)
        what = difference(&there, &m);
    if (what)
        err = tk_fail(TK_EOUT,
                      "%s is there, of another training: %s differ; remove it, "
                      "or set &run overwrite = .true.",
                      member.file, what);
    if (!err)
        err = tk_train_score(&c->s->data, &opts, &there, &c->result[i]);
    tk_trained_drop(&there);
    tk_trained_drop(&m);
    return err;
}

/* ---- one member ---------------------------------------------------------- */

static void
say_member(const contest *c, const tk_trained *m, const tk_train_opts *o)
{
    tk_note("  %s: window %zu, %zu inputs, %zu depths, %zu weights, seed %lld",
            m->net.model->name, m->net.dims.L, m->net.dims.F, m->net.dims.D,
            m->net.layout.size, m->seed);
    tk_note("  batch %zu %s in %zu shards; memory per rank: %.0f MB",
            o->shards * o->per_step * TK_TILE,
            m->state == TK_STATE_CARRY ? "runs, a window long," : "windows",
            o->shards,
            (double)tk_train_bytes(&c->s->data, o, m, c->par->size) / 1e6);
}

/* **Collective.** */
static tk_err
train_member(const contest *c, size_t i)
{
    const tk_member member = tk_setup_member(c->setup, i);
    tk_train_opts opts = options_of(c, &member);
    char what[2 * TK_WORD];
    tk_trained m = {0};
    tk_err err;

    snprintf(what, sizeof what, "member %zu of %zu, %s: epoch", i + 1, c->n,
             member.name);
    opts.what = c->n > 1 ? what : NULL;
    opts.result = c->n > 1 ? &c->result[i] : NULL;
    err = tk_agree(c->par, member_make(c->setup, i, c->shared, &m));
    if (!err) {
        say_member(c, &m, &opts);
        err = tk_train(&c->s->data, &opts, &m);
    }
    if (!err)
        err = tk_trained_write(c->par, &m, member.file,
                               c->setup->c.run.overwrite);
    if (!err && c->par->rank == 0)
        remove(member.checkpoint); /* the training is done */
    if (!err)
        tk_note("wrote %s and %s", member.file, member.history);
    tk_trained_drop(&m);
    return err;
}

/* ---- all ----------------------------------------------------------------- */

static void
print_table(const contest *c)
{
    tk_text line = {0};

    for (size_t d = 0; d < c->s->data.D; d++)
        tk_text_add(&line, "%8.3f", c->shared->depth[d]);
    tk_note("  validation RMSE in K at depths in m");
    tk_note("  %-20s%s   epochs   best  windows/s", "member",
            tk_text_get(&line));
    for (size_t i = 0; i < c->n; i++) {
        const tk_train_result *r = &c->result[i];

        tk_text_drop(&line);
        for (size_t d = 0; d < c->s->data.D; d++)
            tk_text_add(&line, "%8.3f", r->rmse[d]);
        if (c->done[i])
            tk_text_add(&line, "  was there already");
        else
            tk_text_add(&line, "%9zu%7zu", r->epochs, r->best_epoch);
        if (r->seconds > 0)
            tk_text_add(&line, "%11.0f", r->windows / r->seconds);
        tk_note("  %-20s%s", tk_setup_member(c->setup, i).name,
                tk_text_get(&line));
    }
    tk_text_drop(&line);
}

/* **Collective.** */
static tk_err
run_all(const contest *c)
{
    tk_progress progress;
    long left = 0;

    for (size_t i = 0; i < c->n; i++) {
        TK_TRY(find_done(c, i, &c->done[i]));
        if (c->done[i])
            tk_note("  member %zu of %zu, %s: %s is there", i + 1, c->n,
                    tk_setup_member(c->setup, i).name,
                    tk_setup_member(c->setup, i).file);
        left += !c->done[i];
    }
    progress = tk_progress_begin("member", left);
    for (size_t i = 0; i < c->n; i++) {
        if (c->done[i])
            continue;
        TK_TRY(train_member(c, i));
        if (c->n > 1)
            tk_progress_step(&progress, tk_setup_member(c->setup, i).name,
                             "trained");
    }
    if (c->n > 1)
        print_table(c);
    return TK_OK;
}

tk_err
contest_run(const tk_par *par, const tk_setup *setup, stage_data *s,
            const tk_trained *shared)
{
    contest c = {.par = par, .setup = setup, .s = s, .shared = shared};
    tk_err err;

    TK_TRY(tk_setup_members(setup, &c.n));
    c.result = tk_new(c.n, sizeof *c.result);
    c.done = tk_new(c.n, sizeof *c.done);
    err = tk_agree(par, c.result && c.done ? TK_OK : TK_ERUN);
    if (!err)
        err = run_all(&c);
    tk_free(c.result);
    tk_free(c.done);
    return err;
}
