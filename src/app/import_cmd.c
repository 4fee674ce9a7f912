/* `talik import` and `talik export`: model files from and to safetensors.
 *
 * Rank 0 does all; the others wait for its word.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app.h"
#include "talik/core/log.h"
#include "talik/io/disk.h"
#include "talik/learn/exchange.h"

typedef struct {
    const char *in, *out;
    const char *statics; /* of import */
    bool overwrite;
} conversion;

static tk_err
take_path(const char *command, const char *path, conversion *c)
{
    for (const char *at = path; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return tk_fail(TK_ECONF, "%s: a path holds a control character",
                           command);
    if (c->out)
        return tk_fail(TK_ECONF, "%s: a third path, '%s'; see talik --help",
                       command, path);
    if (c->in)
        c->out = path;
    else
        c->in = path;
    return TK_OK;
}

static tk_err
take_arguments(const char *command, bool statics, int argc, char **argv,
               conversion *c)
{
    *c = (conversion){.statics = ""};
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];

        if (strcmp(arg, "--overwrite") == 0)
            c->overwrite = true;
        else if (statics && strcmp(arg, "--static") == 0 && i + 1 < argc)
            c->statics = argv[++i];
        else if (statics && strncmp(arg, "--static=", 9) == 0)
            c->statics = arg + 9;
        else if (statics && strcmp(arg, "--static") == 0)
            return tk_fail(TK_ECONF, "%s: --static needs NAME,...", command);
        else if (arg[0] == '-')
            return tk_fail(TK_ECONF,
                           "%s: unknown option '%s'; see talik --help", command,
                           arg);
        else
            TK_TRY(take_path(command, arg, c));
    }
    if (!c->out)
        return tk_fail(TK_ECONF, "%s: two paths are needed; see talik --help",
                       command);
    return TK_OK;
}

/* Before any work. */
static tk_err
check_paths(const conversion *c)
{
    struct stat in, out;

    if (stat(c->in, &in) == 0 && stat(c->out, &out) == 0
        && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
        return tk_fail(TK_EOUT, "%s: is the input as well", c->out);
    return tk_disk_check(c->out, c->overwrite);
}

static void
say_model(const char *path, const tk_trained *m)
{
    tk_note("%s: %s, window %zu, %zu inputs, %zu depths, %zu weights", path,
            m->net.model->name, m->net.dims.L, m->net.dims.F, m->net.dims.D,
            m->net.layout.size);
}

/* The names of the inputs that are static, or of those that are not. */
static void
say_inputs(const tk_trained *m, bool fixed)
{
    tk_text names = {0};

    for (size_t i = 0; i < m->features.n; i++) {
        const tk_feature *f = &m->features.f[i];

        if (tk_feature_is_static(f) == fixed)
            tk_text_add(&names, " %s", f->name);
    }
    if (names.len)
        tk_note("  %s inputs:%s", fixed ? "static" : "monthly",
                tk_text_get(&names));
    tk_text_drop(&names);
}

static tk_err
read_tensors(const conversion *c, tk_trained *m)
{
    tk_tensors *t;
    double worst;
    tk_err err;

    TK_TRY(check_paths(c));
    TK_TRY(tk_tensors_read(c->in, &t));
    err = tk_exchange_import(t, c->statics, m, &worst);
    if (!err) {
        say_model(c->in, m);
        tk_note("  SHA-256 %s", tk_tensors_sha256(t));
        say_inputs(m, false);
        say_inputs(m, true);
        if (isnan(worst))
            tk_warn(
                "%s: no golden pair: nothing shows that talik computes what "
                "its maker did",
                c->in);
        else
            tk_note("  golden pair met within %.1e", worst);
    }
    tk_tensors_drop(t);
    return err;
}

tk_err
cmd_import(const tk_par *par, int argc, char **argv)
{
    tk_trained m = {0};
    conversion c;
    tk_err err = TK_OK;

    TK_TRY(take_arguments("import", true, argc, argv, &c));
    if (par->rank == 0)
        err = read_tensors(&c, &m);
    err = tk_agree(par, err);
    if (!err)
        err = tk_trained_write(par, &m, c.out, c.overwrite);
    if (!err)
        tk_note("wrote %s", c.out);
    tk_trained_drop(&m);
    return err;
}

tk_err
cmd_export(const tk_par *par, int argc, char **argv)
{
    tk_trained m = {0};
    conversion c;
    tk_err err = TK_OK;

    TK_TRY(take_arguments("export", false, argc, argv, &c));
    if (par->rank == 0)
        err = check_paths(&c);
    TK_AGREE(par, err);
    TK_TRY(tk_trained_read(par, c.in, &m));
    if (par->rank == 0) {
        say_model(c.in, &m);
        err = tk_exchange_export(&m, c.out, c.overwrite);
    }
    err = tk_agree(par, err);
    if (!err)
        tk_note("wrote %s", c.out);
    tk_trained_drop(&m);
    return err;
}
