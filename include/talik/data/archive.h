/* talik/data/archive.h -- which files of a climate model hold what.
 *
 * Files are given by names and patterns (glob).  What a file is, its global
 * attributes say as CMIP5 has them (experiment_id, model_id, realization,
 * initialization_method, physics_version), else its name:
 *
 *     tas_Amon_CanESM2_rcp85_r1i1p1_200601-210012.nc
 */
#ifndef TALIK_DATA_ARCHIVE_H
#define TALIK_DATA_ARCHIVE_H

#include <stdint.h>

#include "talik/core/par.h"

#define TK_ARCHIVE_WORD 64

typedef struct {
    char *path;
    char experiment[TK_ARCHIVE_WORD], model[TK_ARCHIVE_WORD],
        member[TK_ARCHIVE_WORD];
    uint32_t holds; /* bit v: has variable v */
} tk_archive_file;

/* The files that hold one of the variables, in order of their names. */
typedef struct {
    size_t n;
    tk_archive_file *file;
} tk_archive;

/* **Collective.**  At most 32 variables.  A model or member that is not "" takes
 * its files alone.  TK_EDATA for a pattern that fits no file, a file that cannot
 * be read or does not say what it is, files of several models or members.
 * tk_archive_drop ends it.
 */
tk_err tk_archive_open(const tk_par *par, size_t npattern,
                       const char *const *pattern, size_t nvariable,
                       const char *const *variable, const char *model,
                       const char *member, tk_archive *archive) TK_MUST;
void tk_archive_drop(tk_archive *archive);

/* The files of an experiment that hold variable v: path[<= archive->n],
 * borrowed; returns how many.
 */
size_t tk_archive_select(const tk_archive *archive, const char *experiment,
                         size_t v, const char **path);

/* The experiments, each once, in order: name[<= archive->n]; how many. */
size_t tk_archive_experiments(const tk_archive *archive, const char **name);

/* The three fields that a name of CMIP5 has in the middle; false if the name is
 * none.
 */
bool tk_archive_name(const char *path, char *model, char *experiment,
                     char *member);

#endif
