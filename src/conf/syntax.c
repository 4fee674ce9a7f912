#include <string.h>

#include "talik/conf/namelist.h"
#include "talik/core/mem.h"

/* As written, but a complex number comes on one line. */
static void
write_value(const tk_namelist *nl, const tk_nml_value *v, tk_text *out)
{
    if (v->counted)
        tk_text_add(out, "%u*", v->repeat);
    if (v->kind != TK_NML_COMPLEX) {
        tk_text_add_bytes(out, nl->text + v->at, v->len);
        return;
    }
    for (unsigned i = 0; i < v->len; i++) {
        const char c = nl->text[v->at + i];

        if (c != '\r')
            tk_text_add_bytes(out, c == '\n' || c == '\t' ? " " : &c, 1);
    }
}

static void
write_item(const tk_namelist *nl, const tk_nml_item *item, tk_text *out)
{
    tk_text_add(out, "%s =", tk_namelist_key(nl, item));
    for (size_t k = 0; k < item->n; k++) {
        const tk_nml_value *v = &nl->values[item->first + k];

        tk_text_add(out, k == 0 ? " " : ", ");
        write_value(nl, v, out);
        /* A comma after a value is its own; only one more makes a null. */
        if (k + 1 == item->n && v->kind == TK_NML_NULL && !v->counted)
            tk_text_add(out, ",");
    }
    tk_text_add(out, "\n");
}

void
tk_namelist_write(const tk_namelist *nl, tk_text *out)
{
    for (size_t g = 0; g < nl->ngroups; g++) {
        const tk_nml_group *group = &nl->groups[g];

        tk_text_add(out, "&%s\n", tk_namelist_group(nl, group));
        for (size_t k = 0; k < group->n; k++)
            write_item(nl, &nl->items[group->first + k], out);
        tk_text_add(out, "/\n");
    }
}

tk_err
tk_namelist_syntax(const char *path, tk_text *out, tk_text *problems)
{
    tk_namelist nl = {0};
    tk_problems p = {0};
    tk_err err = tk_namelist_read(path, &nl, &p);

    if (err == TK_OK)
        tk_namelist_write(&nl, out);
    if (p.text.len > 0)
        tk_text_add_bytes(problems, p.text.at, p.text.len);
    if (err == TK_OK && (out->failed || problems->failed))
        err = tk_fail(TK_ERUN, "%s: out of memory", path);
    tk_problems_drop(&p);
    tk_namelist_drop(&nl);
    return err;
}
