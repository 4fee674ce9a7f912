/* nml_syntax FILE: what `talik check --syntax FILE` prints. */
#include <stdio.h>

#include "talik/conf/namelist.h"

int
main(int argc, char **argv)
{
    tk_text out = {0}, problems = {0};
    tk_err err = argc == 2 ? tk_namelist_syntax(argv[1], &out, &problems)
                           : tk_fail(TK_ECONF, "usage: nml_syntax FILE");

    fputs(tk_text_get(&problems), stderr);
    fputs(tk_text_get(&out), stdout);
    if (err && problems.len == 0)
        fprintf(stderr, "%s\n", tk_last_fault()->text);
    tk_text_drop(&out);
    tk_text_drop(&problems);
    return (int)err;
}
