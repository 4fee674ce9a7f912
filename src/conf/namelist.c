#include "talik/conf/namelist.h"

#include <stdio.h>
#include <string.h>

#include "reader_impl.h"
#include "talik/core/mem.h"

const char *
tk_namelist_group(const tk_namelist *nl, const tk_nml_group *g)
{
    return nl->names.at + g->name;
}

const char *
tk_namelist_key(const tk_namelist *nl, const tk_nml_item *item)
{
    return nl->names.at + item->key;
}

const char *
tk_namelist_where(const tk_namelist *nl, unsigned line, unsigned column,
                  char *out, size_t n)
{
    if (nl->from_set)
        snprintf(out, n, "%s:%u", nl->source, column);
    else
        snprintf(out, n, "%s:%u:%u", nl->source, line, column);
    return out;
}

void
tk_namelist_drop(tk_namelist *nl)
{
    tk_free(nl->source);
    tk_free(nl->text);
    tk_text_drop(&nl->names);
    tk_free(nl->groups);
    tk_free(nl->items);
    tk_free(nl->values);
    *nl = (tk_namelist){0};
}

/* Says so if a file is not text at all. */
static bool
is_binary(tk_nml_reader *r)
{
    const char *nul = memchr(r->s, '\0', r->n);
    tk_nml_mark at = {.line = 1};
    const bool utf16 = r->n > 1
                       && (memcmp(r->s, "\xFF\xFE", 2) == 0
                           || memcmp(r->s, "\xFE\xFF", 2) == 0);

    if (!nul && !utf16)
        return false;
    for (; nul && r->s + at.i < nul; at.i++)
        if (r->s[at.i] == '\n') {
            at.line++;
            at.line_start = at.i + 1;
        }
    if (utf16)
        tk_nml_wrong(r, &at, "the text is UTF-16; save it as UTF-8");
    else
        tk_nml_wrong(r, &at, "NUL byte: this is no text file");
    return true;
}

static tk_err
begin(tk_nml_reader *r, const char *source, const char *bytes, size_t n)
{
    tk_namelist *nl = r->nl;

    tk_namelist_drop(nl);
    nl->source = tk_copy_text(source);
    nl->text = tk_new(n + 1, 1);
    if (!nl->source || !nl->text)
        return TK_ERUN;
    memcpy(nl->text, bytes, n);
    nl->size = n;
    r->s = nl->text;
    r->n = n;
    r->now = (tk_nml_mark){.line = 1};
    return TK_OK;
}

static tk_err
end(const tk_nml_reader *r, size_t errors_before)
{
    if (r->short_of_memory || r->nl->names.failed || r->p->text.failed)
        return tk_fail(TK_ERUN, "%s: out of memory", r->nl->source);
    return r->p->errors > errors_before ? tk_problems_end(r->p) : TK_OK;
}

tk_err
tk_namelist_parse(const char *source, const char *bytes, size_t n,
                  tk_namelist *nl, tk_problems *p)
{
    tk_nml_reader r = {.nl = nl, .p = p};
    const size_t errors = p->errors;

    if (n > TK_NML_FILE_MOST)
        return tk_fail(TK_ECONF, "%s: %zu bytes, at most %u are read", source,
                       n, TK_NML_FILE_MOST);
    TK_TRY(begin(&r, source, bytes, n));
    if (!is_binary(&r)) {
        if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
            r.now.i = r.now.line_start = 3;
        tk_nml_read_groups(&r);
        tk_nml_warn_twice(nl, p);
    }
    return end(&r, errors);
}

tk_err
tk_namelist_parse_set(const char *setting, tk_namelist *nl, tk_problems *p)
{
    tk_nml_reader r = {.nl = nl, .p = p, .set = true};
    const size_t errors = p->errors;
    char shown[TK_SHOWN], source[TK_SHOWN + 16];
    tk_nml_group *g;

    snprintf(source, sizeof source, "--set '%s'",
             tk_show(setting, strlen(setting), shown));
    TK_TRY(begin(&r, source, setting, strlen(setting)));
    nl->from_set = true;
    g = tk_nml_new_group(&r, &r.now);
    if (!g)
        return end(&r, errors);
    if (!tk_nml_read_name(&r, "group%key=value"))
        return end(&r, errors);
    tk_text_add_bytes(&nl->names, "", 1);
    if (tk_nml_peek(&r, 0) != '%') {
        tk_nml_wrong(&r, &r.now,
                     "'%%' and a key must follow the group's name, "
                     "as in group%%key=value");
        return end(&r, errors);
    }
    tk_nml_step(&r, 1);
    tk_nml_read_item(&r, 0);
    return end(&r, errors);
}

tk_err
tk_namelist_read(const char *path, tk_namelist *nl, tk_problems *p)
{
    char *bytes;
    size_t n;
    tk_err err;

    err = tk_read_file(path, TK_NML_FILE_MOST, &bytes, &n);
    if (err == TK_EDATA) { /* a wrong command line, not wrong data */
        char why[TK_ERR_TEXT];

        snprintf(why, sizeof why, "%s", tk_last_fault()->text);
        return tk_fail(TK_ECONF, "%s", why);
    }
    if (err)
        return err;
    err = tk_namelist_parse(path, bytes, n, nl, p);
    tk_free(bytes);
    return err;
}
