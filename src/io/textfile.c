#include "talik/io/textfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "talik/io/disk.h"

static tk_err
write_beside(const char *part, const tk_text *text)
{
    FILE *f = fopen(part, "w");
    int code = 0;

    if (!f)
        return tk_fail(TK_EOUT, "%s: %s", part, strerror(errno));
    if (fputs(tk_text_get(text), f) < 0)
        code = errno;
    if (fclose(f) != 0 && code == 0)
        code = errno;
    if (code || tk_injected("textfile.write"))
        return tk_fail(TK_EOUT, "%s: %s", part,
                       code ? strerror(code) : "injected failure");
    return tk_disk_sync(part);
}

tk_err
tk_textfile_write(const char *path, bool overwrite, const tk_text *text)
{
    char part[4096];
    tk_err err;

    if (text->failed)
        return TK_ERUN;
    if (snprintf(part, sizeof part, "%s.tmp", path) >= (int)sizeof part)
        return tk_fail(TK_EOUT, "%s: the name is too long", path);
    TK_TRY(tk_disk_check(path, overwrite));
    TK_TRY(tk_disk_make_folder(path));
    tk_disk_remove(part);
    err = write_beside(part, text);
    if (!err)
        err = tk_disk_rename(part, path, overwrite);
    if (err)
        tk_disk_remove(part);
    return err;
}
