/* param_impl.h -- between the files that read parameters. */
#ifndef TALIK_CONF_PARAM_IMPL_H
#define TALIK_CONF_PARAM_IMPL_H

#include "talik/conf/namelist.h"
#include "talik/conf/param.h"

#define TK_COMPONENTS_MOST 32

/* Subscripts lo, lo + step, ...: n of them, from 0. */
typedef struct {
    long lo, step;
    size_t n;
} tk_range;

/* The elements that a key names, in the order that values fill them: of a
 * parameter by column, of several the components of one element first.
 */
typedef struct {
    size_t param[TK_COMPONENTS_MOST];
    size_t nparams;
    tk_range outer, dim[2]; /* dim of a single parameter; otherwise all of it */
    bool whole;             /* named without subscripts                       */
    size_t total;
} tk_target;

typedef struct {
    size_t param;   /* index in the table           */
    size_t element; /* of that parameter            */
    void *at;       /* in the options               */
} tk_slot;

/* What a read of one namelist knows. */
typedef struct {
    const tk_params *table;
    const tk_namelist *nl;
    void *options;
    tk_given *given;
    tk_problems *p;
    size_t source;
    bool defaults; /* the values are the table's own */
} tk_params_run;

/* Marks of an element. */
enum { TK_MARK_VALUE = 1 };

/* target.c: false, with a report, if the key is not known or does not fit. */
bool tk_target_find(const tk_params_run *run, const char *group,
                    const tk_nml_item *item, tk_target *t);
tk_slot tk_target_slot(const tk_params *table, const tk_target *t, size_t k,
                       void *options);
size_t tk_param_elements(const tk_param *p);
size_t tk_param_offset(const tk_param *p, size_t element);

/* convert.c: false, with a report, if the value is not one of this parameter. */
bool tk_param_convert(const tk_params_run *run, const tk_param *p,
                      const tk_nml_value *v, void *at);

/* assign.c: puts an item's values where they belong. */
void tk_params_assign(const tk_params_run *run, const char *group,
                      const tk_nml_item *item);

/* param_print.c */
void tk_param_write(const tk_param *p, const void *at, tk_text *out);
void tk_param_write_range(const tk_param *p, tk_text *out);
bool tk_param_is_unset(const tk_param *p, const void *at);

void tk_params_wrong(const tk_params_run *run, unsigned line, unsigned column,
                     const char *fmt, ...) TK_PRINTF(4, 5);

#endif
