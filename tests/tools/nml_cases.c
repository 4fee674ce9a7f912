/* nml_cases FOLDER: writes the text of each namelist case to FOLDER/NNN.nml and
 * prints "NNN untyped typed gfortran" for each.
 */
#include "nml_cases.h"

int
main(int argc, char **argv)
{
    static nml_case c;
    FILE *f = argc == 2 ? fopen(NML_CASES, "r") : NULL;

    if (!f)
        return 1;
    while (nml_next_case(f, &c)) {
        char path[4096];
        FILE *out;

        snprintf(path, sizeof path, "%s/%03d.nml", argv[1], c.number);
        out = fopen(path, "wb");
        if (!out || fwrite(c.text, 1, c.size, out) != c.size || fclose(out))
            return 1;
        printf("%03d %s %s %s\n", c.number, c.untyped, c.typed, c.gfortran);
    }
    fclose(f);
    return 0;
}
