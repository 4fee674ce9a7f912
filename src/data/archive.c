#include "talik/data/archive.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/nc.h"

/* ---- names --------------------------------------------------------------- */

/* Field k of a text cut at '_', into a word; false if there is none or it is
 * too long.
 */
static bool
field_of(const char *text, int k, char *word)
{
    size_t n;

    for (; k > 0 && text; k--) {
        text = strchr(text, '_');
        text = text ? text + 1 : NULL;
    }
    if (!text)
        return false;
    n = strcspn(text, "_.");
    if (n == 0 || n >= TK_ARCHIVE_WORD)
        return false;
    memcpy(word, text, n);
    word[n] = '\0';
    return true;
}

bool
tk_archive_name(const char *path, char *model, char *experiment, char *member)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    int r, i, p, n = 0;

    return field_of(name, 2, model) && field_of(name, 3, experiment)
           && field_of(name, 4, member)
           && sscanf(member, "r%di%dp%d%n", &r, &i, &p, &n) == 3
           && member[n] == '\0';
}

/* ---- one file ------------------------------------------------------------ */

static void
member_of(const tk_nc *nc, char *member)
{
    static const char *const name[3] = {"realization", "initialization_method",
                                        "physics_version"};
    double x[3];

    for (int k = 0; k < 3; k++)
        if (tk_nc_numbers(nc, NULL, name[k], 1, &x[k]) != 1)
            return;
    snprintf(member, TK_ARCHIVE_WORD, "r%di%dp%d", (int)x[0], (int)x[1],
             (int)x[2]);
}

/* What the file is: attributes first, its name where they are silent. */
static tk_err
identify(const tk_nc *nc, tk_archive_file *f)
{
    char model[TK_ARCHIVE_WORD], experiment[TK_ARCHIVE_WORD],
        member[TK_ARCHIVE_WORD];
    const bool named = tk_archive_name(f->path, model, experiment, member);

    tk_nc_text(nc, NULL, "experiment_id", sizeof f->experiment, f->experiment);
    tk_nc_text(nc, NULL, "model_id", sizeof f->model, f->model);
    member_of(nc, f->member);
    if (named && !*f->experiment)
        memcpy(f->experiment, experiment, sizeof experiment);
    if (named && !*f->model)
        memcpy(f->model, model, sizeof model);
    if (named && !*f->member)
        memcpy(f->member, member, sizeof member);
    if (*f->experiment)
        return TK_OK;
    return tk_fail(TK_EDATA,
                   "%s: has neither the attribute experiment_id nor a name as "
                   "CMIP5 has them (variable_table_model_experiment_member_"
                   "period.nc)",
                   f->path);
}

/* **Collective.**  Keeps the file if it holds a variable and is of the model. */
static tk_err
take(const tk_par *par, const char *path, size_t nvariable,
     const char *const *variable, const char *model, const char *member,
     tk_archive *a)
{
    tk_archive_file *f = &a->file[a->n];
    tk_nc *nc;
    tk_err err = TK_OK;

    TK_TRY(tk_nc_open(par, path, &nc));
    *f = (tk_archive_file){0};
    for (size_t v = 0; v < nvariable; v++)
        f->holds |= (uint32_t)tk_nc_has(nc, variable[v]) << v;
    f->path = f->holds ? tk_copy_text(path) : NULL;
    if (f->holds)
        err = f->path ? identify(nc, f) : TK_ERUN;
    tk_nc_close(nc);
    if (f->holds && !err
        && ((*model && strcmp(model, f->model) != 0)
            || (*member && strcmp(member, f->member) != 0)))
        f->holds = 0;
    if (f->holds)
        a->n++; /* also a failed one: drop ends it */
    else
        tk_free(f->path);
    return tk_agree(par, err);
}

/* ---- patterns ------------------------------------------------------------ */

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Rank 0: all names that the patterns fit, each on a line, sorted, once. */
static tk_err
expand(size_t npattern, const char *const *pattern, tk_text *text)
{
    glob_t found = {0};
    tk_err err = TK_OK;

    for (size_t i = 0; i < npattern && !err; i++) {
        const int code =
            glob(pattern[i], i > 0 ? GLOB_APPEND : 0, NULL, &found);

        if (code == GLOB_NOMATCH)
            err = tk_fail(TK_EDATA, "no file fits '%s'", pattern[i]);
        else if (code)
            err = tk_fail(TK_EDATA, "cannot look for '%s'", pattern[i]);
    }
    if (!err && found.gl_pathc)
        qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, by_name);
    for (size_t i = 0; i < found.gl_pathc && !err; i++)
        if (i == 0 || strcmp(found.gl_pathv[i], found.gl_pathv[i - 1]) != 0)
            tk_text_add(text, "%s\n", found.gl_pathv[i]);
    globfree(&found);
    return err ? err : text->failed ? TK_ERUN : TK_OK;
}

/* **Collective.**  The same list on all ranks; tk_free ends it. */
static tk_err
list_files(const tk_par *par, size_t npattern, const char *const *pattern,
           char **list)
{
    tk_text text = {0};
    size_t n;
    tk_err err = tk_injected("archive.list")
                     ? tk_fail(TK_EDATA, "injected: archive.list")
                 : par->rank == 0 ? expand(npattern, pattern, &text)
                                  : TK_OK;

    n = text.len + 1;
    err = tk_agree(par, err);
    if (!err) {
        tk_bcast(par, &n, sizeof n);
        *list = tk_new(n, 1);
        err = tk_agree(par, *list ? TK_OK : TK_ERUN);
    }
    if (!err && par->rank == 0)
        memcpy(*list, tk_text_get(&text), n);
    if (!err)
        tk_bcast(par, *list, n);
    tk_text_drop(&text);
    return err;
}

/* ---- the whole ----------------------------------------------------------- */

static tk_err
check_one_model(const tk_archive *a)
{
    for (size_t i = 1; i < a->n; i++) {
        const tk_archive_file *f = &a->file[0], *g = &a->file[i];

        if (strcmp(f->model, g->model) != 0)
            return tk_fail(TK_EDATA,
                           "files of two climate models: '%s' (%s) and '%s' "
                           "(%s); climate_model chooses one",
                           f->model, f->path, g->model, g->path);
        if (strcmp(f->member, g->member) != 0)
            return tk_fail(TK_EDATA,
                           "files of two members: '%s' (%s) and '%s' (%s); "
                           "member chooses one",
                           f->member, f->path, g->member, g->path);
    }
    return TK_OK;
}

tk_err
tk_archive_open(const tk_par *par, size_t npattern, const char *const *pattern,
                size_t nvariable, const char *const *variable,
                const char *model, const char *member, tk_archive *a)
{
    char *list = NULL, *path, *rest = NULL;
    size_t n = 0;
    tk_err err;

    TK_ASSERT(nvariable <= 32);
    *a = (tk_archive){0};
    err = list_files(par, npattern, pattern, &list);
    for (const char *c = list; c && *c; c++)
        n += *c == '\n';
    if (!err) {
        a->file = tk_new(n + 1, sizeof *a->file);
        err = tk_agree(par, a->file ? TK_OK : TK_ERUN);
    }
    for (path = err ? NULL : strtok_r(list, "\n", &rest); path && !err;
         path = strtok_r(NULL, "\n", &rest))
        err = take(par, path, nvariable, variable, model, member, a);
    tk_free(list);
    if (!err)
        err = check_one_model(a);
    if (err)
        tk_archive_drop(a);
    return err;
}

void
tk_archive_drop(tk_archive *a)
{
    for (size_t i = 0; a->file && i < a->n; i++)
        tk_free(a->file[i].path);
    tk_free(a->file);
    *a = (tk_archive){0};
}

size_t
tk_archive_select(const tk_archive *a, const char *experiment, size_t v,
                  const char **path)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++)
        if ((a->file[i].holds >> v & 1)
            && strcmp(a->file[i].experiment, experiment) == 0)
            path[n++] = a->file[i].path;
    return n;
}

size_t
tk_archive_experiments(const tk_archive *a, const char **name)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++) {
        bool known = false;

        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(name[k], a->file[i].experiment) == 0;
        if (!known)
            name[n++] = a->file[i].experiment;
    }
    return n;
}
