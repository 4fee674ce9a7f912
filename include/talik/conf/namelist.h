/* talik/conf/namelist.h -- Fortran namelist text: groups, items, values.
 *
 *     &train                        ! a group, ended by / or &end
 *       hidden = 64, rate = 1d-3    ! items; commas, blanks, line ends separate
 *       layers(2:3) = 2*0.5         ! sections, repeat counts, components a%b
 *     /
 *
 * Values are classified, not converted: what a key may hold is known to the
 * table of parameters alone (talik/conf/param.h).  The reader agrees with
 * gfortran, save where that loses input without a word: an unquoted '/' inside
 * a path, text over two lines and text without quotes are errors; a comment in
 * a list is no null; the last line needs no line end; text in other groups is
 * never taken for a group.
 *
 * Limits   file 1 MiB; name 63 bytes; text 4095 bytes; 1024 groups; repeat count
 *          1048576; 7 subscripts of 9 digits; 8 components.  A line may be as
 *          long as the file.  Any bytes are read in time about linear in n.
 * Errors   every problem becomes a line of the report (talik/conf/problem.h).
 */
#ifndef TALIK_CONF_NAMELIST_H
#define TALIK_CONF_NAMELIST_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/conf/problem.h"
#include "talik/core/error.h"
#include "talik/core/text.h"

#define TK_NML_FILE_MOST (1u << 20)
#define TK_NML_NAME_MOST 63
#define TK_NML_TEXT_MOST 4095
#define TK_NML_GROUPS_MOST 1024
#define TK_NML_REPEAT_MOST 1048576
#define TK_NML_SUBS_MOST 7
#define TK_NML_PARTS_MOST 8

typedef enum {
    TK_NML_NULL,    /* nothing between two commas: keeps what was there */
    TK_NML_INT,     /* 12                                               */
    TK_NML_REAL,    /* 1. .5 1e3 1d3 1+3 nan inf                        */
    TK_NML_LOGICAL, /* .true. .t. t true, and false                     */
    TK_NML_STRING,  /* 'it''s' or "it's", with its quotes               */
    TK_NML_COMPLEX, /* (1.0, 2.0)                                       */
    TK_NML_WORD,    /* unquoted text, only from tk_namelist_parse_set   */
} tk_nml_kind;

/* 24 bytes, because a file of a million commas is a million values. */
typedef struct {
    unsigned at, len;      /* of the value as written, in tk_namelist.text */
    unsigned repeat;       /* 1 without a repeat count                     */
    unsigned line, column; /* from 1                                       */
    unsigned char kind;    /* a tk_nml_kind                                */
    bool counted;          /* written with a repeat count, even of 1       */
} tk_nml_value;

typedef struct {
    unsigned key;          /* offset in tk_namelist.names */
    unsigned line, column; /* from 1                      */
    size_t first, n;       /* of its values               */
    bool bad;              /* has been reported           */
} tk_nml_item;

typedef struct {
    unsigned name; /* offset in tk_namelist.names */
    unsigned line, column;
    size_t first, n; /* of its items */
} tk_nml_group;

/* Begin with {0}; tk_namelist_drop ends it. */
typedef struct {
    char *source; /* the file's name, for messages  */
    char *text;   /* a copy of what was parsed      */
    size_t size;
    bool from_set; /* by tk_namelist_parse_set      */
    tk_text names; /* NUL-terminated, one after another */
    tk_nml_group *groups;
    tk_nml_item *items;
    tk_nml_value *values;
    size_t ngroups, nitems, nvalues;
    size_t group_room, item_room, value_room;
} tk_namelist;

/* Parses n bytes; `source` is their name in messages.  TK_ECONF if p gained an
 * error: nl then holds what could be read.  TK_ERUN if memory is short.
 */
tk_err tk_namelist_parse(const char *source, const char *bytes, size_t n,
                         tk_namelist *nl, tk_problems *p) TK_MUST;

/* Parses a setting of the command line, "group%key=values".  Shells eat quotes,
 * so text without them is a value here; comments are not known.
 */
tk_err tk_namelist_parse_set(const char *setting, tk_namelist *nl,
                             tk_problems *p) TK_MUST;

/* Reads a file.  TK_ECONF, without a line in p, if it is not readable or too
 * long: its name came from the command line.
 */
tk_err tk_namelist_read(const char *path, tk_namelist *nl,
                        tk_problems *p) TK_MUST;
void tk_namelist_drop(tk_namelist *nl);

/* The name of a group; an item's key in lower case without blanks, as
 * "ta(2)%id" or "m(1,2:3)".
 */
const char *tk_namelist_group(const tk_namelist *nl, const tk_nml_group *g);
const char *tk_namelist_key(const tk_namelist *nl, const tk_nml_item *item);

/* "run.nml:12:5", or "--set 'run%seed=x':10"; returns out. */
const char *tk_namelist_where(const tk_namelist *nl, unsigned line,
                              unsigned column, char *out, size_t n);

/* Writes the groups in file order, one item a line.  Parsing that gives the
 * same groups, items and values, and writing those the same text.
 */
void tk_namelist_write(const tk_namelist *nl, tk_text *out);

/* `talik check --syntax`: reads any namelist, with any groups and keys, and
 * writes it to out, which stays empty if it is wrong.  The report is added to
 * problems, warnings included.  TK_ECONF if it is wrong or not readable.
 */
tk_err tk_namelist_syntax(const char *path, tk_text *out,
                          tk_text *problems) TK_MUST;

#endif
