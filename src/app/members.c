/* The members of a contest: &model architecture and seeds, and their files. */
#include <stdio.h>
#include <string.h>

#include "config.h"

static size_t
count(const tk_config *c)
{
    return c->model.narchitecture * (c->model.nseeds ? c->model.nseeds : 1);
}

/* The place of the ending: ".nc" alone of a model, the last dot of others. */
static size_t
stem(const char *path, bool model)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    const char *name = slash ? slash + 1 : path;
    const size_t n = strlen(path);

    if (!dot || dot <= name || (model && strcmp(dot, ".nc") != 0))
        return n;
    return (size_t)(dot - path);
}

static void
name_file(const tk_config *c, const char *given, const char *name, bool model,
          tk_path path)
{
    const size_t at = stem(given, model);

    if (count(c) == 1)
        snprintf(path, TK_PATH, "%s", given);
    else
        snprintf(path, TK_PATH, "%.*s_%s%s", (int)at, given, name, given + at);
}

tk_member
tk_setup_member(const tk_setup *s, size_t i)
{
    const tk_config *c = &s->c;
    const size_t seeds = c->model.nseeds ? c->model.nseeds : 1;
    tk_member m = {
        .architecture = c->model.architecture[i / seeds],
        .seed = c->model.nseeds ? c->model.seeds[i % seeds] : c->run.seed,
    };

    snprintf(m.name, sizeof m.name, "%s_%d", m.architecture, m.seed);
    name_file(c, c->model.file, m.name, true, m.file);
    name_file(c, c->train.checkpoint, m.name, false, m.checkpoint);
    name_file(c, c->train.history, m.name, false, m.history);
    return m;
}

tk_err
tk_setup_members(const tk_setup *s, size_t *n)
{
    const tk_config *c = &s->c;

    *n = count(c);
    if (*n == 0)
        return tk_setup_fail(s, "model", "architecture", "names none");
    for (size_t i = 0; i < c->model.narchitecture; i++) {
        const char *name = c->model.architecture[i];

        for (size_t k = 0; k < i; k++)
            if (strcmp(name, c->model.architecture[k]) == 0)
                return tk_setup_fail(s, "model", "architecture",
                                     "'%s' is named twice", name);
        if (*n > 1 && strcmp(name, "column") == 0)
            return tk_setup_fail(s, "model", "architecture",
                                 "the column is not trained, and has no part "
                                 "in a list of models");
    }
    for (size_t i = 0; i < c->model.nseeds; i++)
        for (size_t k = 0; k < i; k++)
            if (c->model.seeds[i] == c->model.seeds[k])
                return tk_setup_fail(s, "model", "seeds", "%d is named twice",
                                     c->model.seeds[i]);
    if (*n > TK_FILES)
        return tk_setup_fail(s, "model", "architecture",
                             "%zu models; at most %d are trained in one run",
                             *n, TK_FILES);
    return TK_OK;
}

tk_err
tk_setup_single(const tk_setup *s)
{
    size_t n;

    TK_TRY(tk_setup_members(s, &n));
    if (n == 1)
        return TK_OK;
    return tk_setup_fail(
        s, "model", s->c.model.narchitecture > 1 ? "architecture" : "seeds",
        "%zu models are named; this command takes one: give "
        "one architecture, one seed and its &model file, such "
        "as '%s'",
        n, tk_setup_member(s, 0).file);
}

void
tk_setup_judge_members(tk_setup *s)
{
    tk_config *c = &s->c;
    const size_t n = count(c);

    if (c->evaluate.nmodels || n < 2 || n > TK_FILES)
        return;
    for (size_t i = 0; i < n; i++)
        memcpy(c->evaluate.models[i], tk_setup_member(s, i).file,
               sizeof c->evaluate.models[i]);
    c->evaluate.nmodels = n;
}
