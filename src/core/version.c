#include "talik/core/version.h"

#include "version.h"

const char *
tk_version(void)
{
    return TK_VERSION;
}

const char *
tk_git_hash(void)
{
    return TK_GIT;
}
