#include <stdio.h>

#include "talik/core/version.h"

int
main(void)
{
    printf("talik %s (%s)\n", tk_version(), tk_git_hash());
    return 0;
}
