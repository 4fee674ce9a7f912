/* nml_cases.h -- reads tests/data/namelist_cases.tsv. */
#ifndef TALIK_TESTS_NML_CASES_H
#define TALIK_TESTS_NML_CASES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NML_CASES "tests/data/namelist_cases.tsv"

typedef struct {
    char line[4096]; /* what the others point into */
    char *field[7];
    int number;
    const char *untyped, *typed, *gfortran, *want, *title;
    char text[8192]; /* decoded */
    size_t size;
} nml_case;

/* \n \r \t \0 \\ \xNN \s5000; */
static inline size_t
nml_decode(const char *s, char *out, size_t room)
{
    size_t n = 0;

    for (; *s && n + 1 < room; s++) {
        if (*s != '\\') {
            out[n++] = *s;
            continue;
        }
        switch (*++s) {
        case 'n':
            out[n++] = '\n';
            break;
        case 'r':
            out[n++] = '\r';
            break;
        case 't':
            out[n++] = '\t';
            break;
        case '0':
            out[n++] = '\0';
            break;
        case 'x': {
            const char hex[3] = {s[1], s[2], '\0'};

            out[n++] = (char)strtol(hex, NULL, 16);
            s += 2;
            break;
        }
        case 's': {
            char *end;
            long blanks = strtol(s + 1, &end, 10);

            for (; blanks > 0 && n + 1 < room; blanks--)
                out[n++] = ' ';
            s = end;
            break;
        }
        default:
            out[n++] = *s;
        }
    }
    out[n] = '\0';
    return n;
}

/* The next case, or 0 at the end of the file. */
static inline int
nml_next_case(FILE *f, nml_case *c)
{
    do {
        char *at;

        if (!fgets(c->line, sizeof c->line, f))
            return 0;
        c->line[strcspn(c->line, "\n")] = '\0';
        at = c->line;
        for (int k = 0; k < 7; k++) {
            c->field[k] = at;
            at += strcspn(at, "\t");
            if (*at)
                *at++ = '\0';
        }
    } while (c->line[0] == '#');
    c->number = atoi(c->field[0]);
    c->untyped = c->field[1];
    c->typed = c->field[2];
    c->gfortran = c->field[3];
    c->want = c->field[5];
    c->title = c->field[6];
    c->size = nml_decode(c->field[4], c->text, sizeof c->text);
    return 1;
}

#endif
