/* What a file needs, and what may be written at all; nothing here opens one. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/io/disk.h"
#include "talik/io/out.h"

/* The most that one variable, or a record of one, may have in CDF-2. */
#define CDF2_MOST 4294967292u

static uint64_t
width_of(tk_out_type type)
{
    return type == TK_OUT_BYTE ? 1 : 4;
}

static void
add(tk_out_size *size, uint64_t record, size_t times)
{
    if (record > size->record)
        size->record = record;
    size->bytes += record * times;
}

tk_err
tk_out_forecast(const tk_out_opts *opts, const tk_grid *grid, size_t nvar,
                const tk_out_var *var, tk_out_size *size)
{
    static const char *const known[] = {"auto", "cdf2", "cdf5"};
    const char *format = opts->format && *opts->format ? opts->format : "auto";
    const uint64_t cells = (uint64_t)grid->ny * grid->nx;
    size_t choice = 0;

    *size = (tk_out_size){0};
    while (choice < 3 && !tk_same_word(format, known[choice]))
        choice++;
    if (choice == 3)
        return tk_fail(TK_ECONF, "output format '%s': auto, cdf2 or cdf5",
                       format);
    add(size, 3 * sizeof(double), opts->ntime);
    add(size, 3 * sizeof(double), opts->ndepth + grid->ny + grid->nx);
    if (grid->projected)
        add(size, cells * sizeof(double), 2);
    for (size_t v = 0; v < nvar; v++)
        add(size,
            cells * width_of(var[v].type) * (var[v].depth ? opts->ndepth : 1),
            var[v].time ? opts->ntime : 1);
    size->too_large = size->record > CDF2_MOST;
    size->cdf = choice == 2 || size->too_large ? 5 : 2;
    if (choice == 1 && size->too_large)
        return tk_fail(TK_ECONF,
                       "%s: one time step of a variable has %.2f GiB, and the "
                       "format cdf2 holds less than 4: take cdf5 or auto, or "
                       "fewer depths",
                       opts->path, (double)size->record / 1073741824.0);
    return TK_OK;
}

tk_err
tk_out_check(const char *path, bool overwrite)
{
    return tk_disk_check(path, overwrite);
}

tk_err
tk_out_same_file(const char *path, size_t n, const char *const *inputs)
{
    tk_text temporary = {0};
    struct stat s, t;
    tk_err err = TK_OK;

    tk_text_add(&temporary, "%s.tmp", path);
    for (size_t k = 0; k < 2 && !err; k++) {
        const char *name = k == 0 ? path : tk_text_get(&temporary);

        if (stat(name, &s) != 0)
            continue;
        for (size_t i = 0; i < n && !err; i++)
            if (inputs[i] && *inputs[i] && stat(inputs[i], &t) == 0
                && s.st_dev == t.st_dev && s.st_ino == t.st_ino)
                err = tk_fail(TK_EOUT, "%s: would overwrite the input %s", name,
                              inputs[i]);
    }
    if (temporary.failed)
        err = TK_ERUN;
    tk_text_drop(&temporary);
    return err;
}
