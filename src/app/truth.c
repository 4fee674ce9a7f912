/* What no training may read: files that say that they hold the truth of the
 * demonstration world.  What counts is the attribute, not the name.
 */
#include "app.h"
#include "talik/io/nc.h"

/* **Collective.**  A file that cannot be opened is left to whoever reads it. */
static tk_err
refuse(const tk_par *par, const tk_setup *setup, const char *group,
       const char *key, const char *path)
{
    char mark[TK_NAME];
    tk_nc *nc;

    if (tk_nc_open(par, path, &nc) != TK_OK)
        return TK_OK;
    tk_nc_text(nc, NULL, TRUTH_ATTRIBUTE, sizeof mark, mark);
    tk_nc_close(nc);
    if (!*mark)
        return TK_OK;
    return tk_setup_fail(setup, group, key,
                         "%s holds the truth of a demonstration world "
                         "(attribute " TRUTH_ATTRIBUTE
                         "), which a model may be judged by and never learn "
                         "from",
                         path);
}

tk_err
truth_refuse(const tk_par *par, const tk_setup *setup)
{
    const tk_config *c = &setup->c;

    for (size_t i = 0; i < c->targets.nfiles; i++)
        TK_TRY(refuse(par, setup, "targets", "files", c->targets.files[i]));
    for (size_t i = 0; i < c->forcing.nfiles; i++)
        TK_TRY(refuse(par, setup, "forcing", "files", c->forcing.files[i]));
    for (size_t i = 0; i < c->forcing.nstatic_files; i++)
        TK_TRY(refuse(par, setup, "forcing", "static_files",
                      c->forcing.static_files[i]));
    for (size_t i = 0; i < c->augment.nfiles; i++)
        TK_TRY(refuse(par, setup, "augment", "files", c->augment.files[i]));
    return TK_OK;
}
