#include "talik/io/textfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "talik/io/out.h"

tk_err
tk_textfile_write(const char *path, bool overwrite, const tk_text *text)
{
    FILE *f;
    bool ok;

    if (text->failed)
        return TK_ERUN;
    TK_TRY(tk_out_check(path, overwrite));
    f = fopen(path, "w");
    if (!f)
        return tk_fail(TK_EOUT, "%s: %s", path, strerror(errno));
    ok = fputs(tk_text_get(text), f) >= 0;
    ok = fclose(f) == 0 && ok;
    return ok ? TK_OK : tk_fail(TK_EOUT, "%s: %s", path, strerror(errno));
}
