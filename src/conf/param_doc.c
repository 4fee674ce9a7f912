#include <string.h>

#include "param_impl.h"

/* Text of a table's cell. */
static void
write_cell(const char *text, tk_text *out)
{
    for (; *text; text++)
        tk_text_add(out, *text == '|' ? "\\|" : "%c", *text);
}

static void
write_type(const tk_param *p, tk_text *out)
{
    static const char *const names[] = {
        [TK_INT] = "integer",     [TK_REAL] = "real",
        [TK_LOGICAL] = "logical", [TK_STRING] = "text",
        [TK_COMPLEX] = "complex",
    };

    tk_text_add(out, "%s", names[p->kind]);
    if (p->kind == TK_STRING && !p->words)
        tk_text_add(out, ", %zu bytes", p->size - 1);
    if (p->count != TK_NO_COUNT)
        tk_text_add(out, ", up to %zu", p->dims[0]);
    else if (p->dims[1])
        tk_text_add(out, ", %zu x %zu", p->dims[0], p->dims[1]);
    else if (p->dims[0])
        tk_text_add(out, ", %zu", p->dims[0]);
    if (p->outer)
        tk_text_add(out, ", in each of %zu", p->outer);
}

static void
write_allowed(const tk_param *p, tk_text *out)
{
    const char *w = p->words;

    if (!w) {
        tk_param_write_range(p, out);
        return;
    }
    while (*(w += strspn(w, " "))) {
        const size_t n = strcspn(w, " ");

        tk_text_add(out, "%s`%.*s`", w == p->words ? "" : ", ", (int)n, w);
        w += n;
    }
}

static void
write_row(const tk_param *p, tk_text *out)
{
    tk_text_add(out, "| `%s` | ", p->key);
    write_type(p, out);
    if (!p->fallback)
        tk_text_add(out, " | *required* | ");
    else if (p->fallback[0]) {
        tk_text_add(out, " | `");
        write_cell(p->fallback, out);
        tk_text_add(out, "` | ");
    } else
        tk_text_add(out, " | | ");
    write_cell(strcmp(p->unit, "1") == 0 ? "" : p->unit, out);
    tk_text_add(out, " | ");
    write_allowed(p, out);
    tk_text_add(out, " | ");
    write_cell(p->meaning, out);
    tk_text_add(out, " |\n");
}

void
tk_params_markdown(const tk_params *table, tk_text *out)
{
    for (size_t g = 0; g < table->ngroups; g++) {
        const tk_group *group = &table->groups[g];

        tk_text_add(out, "%s## `&%s`\n\n%s.", g ? "\n" : "", group->name,
                    group->title);
        if (group->flags & TK_GROUP_OPTIONAL)
            tk_text_add(out, " The group may lack; then nothing in it is "
                             "required.");
        if (group->flags & TK_GROUP_REPEATS)
            tk_text_add(out, " The group may be given several times; later "
                             "ones are read over earlier ones.");
        tk_text_add(out,
                    "\n\n| key | type | default | unit | allowed | meaning "
                    "|\n|---|---|---|---|---|---|\n");
        for (size_t i = 0; i < table->n; i++)
            if (strcmp(table->params[i].group, group->name) == 0)
                write_row(&table->params[i], out);
    }
}
