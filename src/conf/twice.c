#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader_impl.h"
#include "talik/core/mem.h"

/* An item with what it is sorted by. */
typedef struct {
    const char *key;
    size_t group, item;
} entry;

static int
compare(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int order = a->group < b->group ? -1 : a->group > b->group;

    if (order == 0)
        order = strcmp(a->key, b->key);
    if (order == 0)
        order = a->item < b->item ? -1 : a->item > b->item;
    return order;
}

void
tk_nml_warn_twice(const tk_namelist *nl, tk_problems *p)
{
    entry *all;
    size_t n = 0;
    char where[1024], shown[TK_SHOWN];

    if (nl->nitems < 2 || tk_problems_full(p))
        return;
    all = tk_new(nl->nitems, sizeof *all);
    if (!all)
        return; /* a warning less; the next allocation will say so */
    for (size_t g = 0; g < nl->ngroups; g++)
        for (size_t k = 0; k < nl->groups[g].n; k++) {
            const size_t i = nl->groups[g].first + k;

            all[n++] = (entry){tk_namelist_key(nl, &nl->items[i]), g, i};
        }
    qsort(all, n, sizeof *all, compare);
    for (size_t k = 1; k < n && !tk_problems_full(p); k++) {
        const tk_nml_item *item = &nl->items[all[k].item];
        const tk_nml_item *before = &nl->items[all[k - 1].item];

        if (all[k].group != all[k - 1].group
            || strcmp(all[k].key, all[k - 1].key) != 0)
            continue;
        tk_problem_warn(p,
                        tk_namelist_where(nl, item->line, item->column, where,
                                          sizeof where),
                        "'%s' is given before, in line %u; the last one counts",
                        tk_show(all[k].key, strlen(all[k].key), shown),
                        before->line);
    }
    tk_free(all);
}
