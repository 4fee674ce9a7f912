/* reader_impl.h -- the place in a namelist's text, shared by its parser. */
#ifndef TALIK_CONF_READER_IMPL_H
#define TALIK_CONF_READER_IMPL_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/conf/namelist.h"

typedef struct {
    size_t i;          /* of the next byte           */
    unsigned line;     /* from 1                     */
    size_t line_start; /* i of the line's first byte */
} tk_nml_mark;

typedef struct {
    tk_namelist *nl;
    tk_problems *p;
    const char *s; /* n bytes and a NUL */
    size_t n;
    tk_nml_mark now;
    bool set;   /* a setting of the command line */
    bool quiet; /* after a mistake that hides what follows: say nothing */
    bool short_of_memory;
} tk_nml_reader;

/* reader.c */
int tk_nml_peek(const tk_nml_reader *r, size_t ahead); /* -1 at the end */
void tk_nml_step(tk_nml_reader *r, size_t n);
unsigned tk_nml_column(const tk_nml_mark *m);
void tk_nml_wrong(tk_nml_reader *r, const tk_nml_mark *m, const char *fmt, ...)
    TK_PRINTF(3, 4);
void tk_nml_doubt(tk_nml_reader *r, const tk_nml_mark *m, const char *fmt, ...)
    TK_PRINTF(3, 4);
bool tk_nml_is_blank(int c);
bool tk_nml_is_name(int c);
void tk_nml_skip_blanks(tk_nml_reader *r); /* within the line            */
void tk_nml_skip_gap(tk_nml_reader *r);    /* also line ends and comments */
void tk_nml_skip_line(tk_nml_reader *r);   /* to the next line            */
bool tk_nml_at_slash(const tk_nml_reader *r, size_t i); /* one that ends */
bool tk_nml_at_group(const tk_nml_reader *r, size_t i); /* &name or $name */
bool tk_nml_at_key(const tk_nml_reader *r);
size_t tk_nml_name_length(const tk_nml_reader *r, size_t i);
/* An array of n with room for one more, in place of `at`; NULL, and `at` is
 * kept, if memory is short.
 */
void *tk_nml_grow(void *at, size_t n, size_t *room, size_t size);

/* key.c */
bool tk_nml_read_key(tk_nml_reader *r, unsigned *key);
/* Copies a name in lower case to the end of nl->names, without its NUL. */
bool tk_nml_read_name(tk_nml_reader *r, const char *what);

/* value.c */
bool tk_nml_read_values(tk_nml_reader *r, tk_nml_item *item);
/* A lump: what lies between blanks, commas, line ends, comments and the slash
 * that ends the group.
 */
bool tk_nml_ends_lump(const tk_nml_reader *r, size_t i);
size_t tk_nml_lump_length(const tk_nml_reader *r);

/* wrong.c: says what is wrong with the next lump, and skips it. */
void tk_nml_wrong_lump(tk_nml_reader *r);

/* group.c */
tk_nml_group *tk_nml_new_group(tk_nml_reader *r, const tk_nml_mark *at);
void tk_nml_read_item(tk_nml_reader *r, size_t group);
void tk_nml_read_groups(tk_nml_reader *r);

/* twice.c: warns of keys given twice in a group. */
void tk_nml_warn_twice(const tk_namelist *nl, tk_problems *p);

/* token.c */
/* The kind of an unquoted value; TK_NML_WORD if it is none. */
tk_nml_kind tk_nml_token_kind(const char *s, size_t n);

#endif
