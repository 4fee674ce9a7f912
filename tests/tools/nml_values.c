/* nml_values [-r] FILE: reads &cfg of FILE with the declarations of nml_deck.h
 * and prints every value; -r lets the group repeat.  Problems go to stderr, and
 * the status is that of the reader.
 */
#include "nml_deck.h"

int
main(int argc, char **argv)
{
    const bool repeats = argc == 3 && strcmp(argv[1], "-r") == 0;
    const tk_params table = deck_params(repeats);
    tk_problems problems = {0};
    deck o;
    tk_err err = argc < 2 ? tk_fail(TK_ECONF, "usage: nml_values [-r] FILE")
                          : tk_params_read(&table, argv[argc - 1], 0, NULL, &o,
                                           NULL, &problems);

    fputs(tk_text_get(&problems.text), stderr);
    if (err && problems.errors == 0)
        fprintf(stderr, "%s\n", tk_last_fault()->text);
    if (err == TK_OK)
        deck_print(stdout, &o);
    tk_problems_drop(&problems);
    return (int)err;
}
