/* talik/core/version.h -- which talik this is. */
#ifndef TALIK_CORE_VERSION_H
#define TALIK_CORE_VERSION_H

const char *tk_version(void);  /* "0.1.0"                               */
const char *tk_git_hash(void); /* git describe --always, "none" outside */

#endif
