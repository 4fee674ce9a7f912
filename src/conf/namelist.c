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

static tk_nml_group *
new_group(tk_nml_reader *r, const tk_nml_mark *at)
{
    tk_namelist *nl = r->nl;
    tk_nml_group *g;

    if (nl->ngroups == TK_NML_GROUPS_MOST) {
        tk_nml_wrong(r, at, "more than %d groups", TK_NML_GROUPS_MOST);
        return NULL;
    }
    if (!tk_nml_grow((void **)&nl->groups, nl->ngroups, &nl->group_room,
                     sizeof *nl->groups)) {
        r->short_of_memory = true;
        return NULL;
    }
    g = &nl->groups[nl->ngroups++];
    *g = (tk_nml_group){.name = (unsigned)nl->names.len,
                        .line = at->line,
                        .column = tk_nml_column(at),
                        .first = nl->nitems};
    return g;
}

/* After a broken key, up to what makes sense again. */
static void
recover(tk_nml_reader *r)
{
    for (;;) {
        const size_t before = r->now.i;
        const int c = tk_nml_peek(r, 0);

        if (c == -1 || c == '&' || tk_nml_at_slash(r, before)
            || tk_nml_at_group(r, before) || tk_nml_at_key(r))
            return;
        tk_nml_step(r, tk_nml_lump_length(r));
        if (tk_nml_peek(r, 0) == ',')
            tk_nml_step(r, 1);
        tk_nml_skip_gap(r);
        if (r->now.i == before)
            tk_nml_step(r, 1);
    }
}

static void
read_item(tk_nml_reader *r, size_t group)
{
    tk_namelist *nl = r->nl;
    const tk_nml_mark start = r->now;
    tk_nml_item item = {.line = start.line,
                        .column = tk_nml_column(&start),
                        .first = nl->nvalues};

    if (!tk_nml_read_key(r, &item.key)) {
        recover(r);
        return;
    }
    item.bad = !tk_nml_read_values(r, &item);
    if (!item.bad && item.n == 0)
        tk_nml_doubt(r, &start, "'%s' has no value and keeps its default",
                     tk_namelist_key(nl, &item));
    if (!tk_nml_grow((void **)&nl->items, nl->nitems, &nl->item_room,
                     sizeof *nl->items)) {
        r->short_of_memory = true;
        return;
    }
    nl->items[nl->nitems++] = item;
    nl->groups[group].n++;
}

/* After the '/': gfortran drops the rest of the line, so an item there is lost.
 */
static void
read_after_slash(tk_nml_reader *r)
{
    const tk_nml_mark after = r->now;

    for (int c; (c = tk_nml_peek(r, 0)) != -1 && c != '\n' && c != '!';
         tk_nml_step(r, 1))
        if (c == '=') {
            tk_nml_doubt(r, &after,
                         "what follows the end of a group on its "
                         "line is ignored");
            break;
        }
    tk_nml_skip_line(r);
}

/* At '&' or '$' inside a group.  True if the group is over. */
static bool
read_mark(tk_nml_reader *r, const tk_nml_group *g)
{
    const size_t n = tk_nml_name_length(r, r->now.i + 1);
    const char *name = r->s + r->now.i + 1;

    if (n == 3 && (name[0] | 32) == 'e' && (name[1] | 32) == 'n'
        && (name[2] | 32) == 'd') {
        tk_nml_step(r, 4);
        read_after_slash(r);
        return true;
    }
    if (tk_nml_at_group(r, r->now.i)) {
        tk_nml_wrong(r, &r->now,
                     "group &%s, begun in line %u, is not ended by "
                     "'/' before this group",
                     tk_namelist_group(r->nl, g), g->line);
        return true;
    }
    if (r->s[r->now.i] == '&') {
        tk_nml_wrong(r, &r->now,
                     "'&' continues nothing here: a list goes on over line "
                     "ends without a mark");
        r->quiet = true; /* what follows belongs to the list before */
    } else {
        tk_nml_wrong_lump(r);
    }
    tk_nml_step(r, 1);
    return false;
}

/* The items of a group, and its end. */
static void
read_body(tk_nml_reader *r, size_t group)
{
    const tk_nml_mark begin = {.i = r->nl->groups[group].column - 1,
                               .line = r->nl->groups[group].line};

    for (;;) {
        int c;

        tk_nml_skip_gap(r);
        c = tk_nml_peek(r, 0);
        if (r->short_of_memory || tk_problems_full(r->p))
            return;
        if (c == -1) {
            tk_nml_wrong(r, &begin, "group &%s is not ended by '/'",
                         tk_namelist_group(r->nl, &r->nl->groups[group]));
            return;
        }
        if (tk_nml_at_slash(r, r->now.i)) {
            tk_nml_step(r, 1);
            read_after_slash(r);
            return;
        }
        if (c == '&' || c == '$') {
            if (read_mark(r, &r->nl->groups[group]))
                return;
        } else if (c == ',') {
            tk_nml_step(r, 1);
        } else if (tk_nml_name_length(r, r->now.i) > 0) {
            read_item(r, group);
        } else {
            tk_nml_wrong_lump(r);
            recover(r);
        }
    }
}

/* At '&' or '$'. */
static void
read_group(tk_nml_reader *r)
{
    const tk_nml_mark start = r->now;
    tk_nml_group *g = new_group(r, &start);
    int c;

    if (!g) {
        r->now.i = r->n;
        return;
    }
    r->quiet = false;
    tk_nml_step(r, 1);
    if (tk_nml_is_blank(tk_nml_peek(r, 0))) {
        tk_nml_wrong(r, &start,
                     "no blank may stand between '&' and the "
                     "group's name");
        tk_nml_skip_blanks(r);
    }
    if (!tk_nml_read_name(r, "a group's name")) {
        r->quiet = true;
    } else if ((c = tk_nml_peek(r, 0)) != -1 && c != '\n' && c != ','
               && c != '!' && !tk_nml_is_blank(c)
               && !tk_nml_at_slash(r, r->now.i)) {
        const tk_nml_mark at = r->now;
        char shown[TK_SHOWN];

        if (c >= 0x80 || c < ' ')
            tk_nml_wrong_lump(r);
        else
            tk_nml_wrong(r, &at, "a blank must follow the group's name in '%s'",
                         tk_show(r->s + start.i, at.i - start.i + 1, shown));
        r->quiet = true;
    }
    tk_text_add_bytes(&r->nl->names, "", 1);
    if (r->nl->names.failed)
        r->short_of_memory = true;
    else
        read_body(r, r->nl->ngroups - 1);
}

/* key = ..., or key += ... as some build systems write it. */
static bool
looks_like_item(const tk_nml_reader *r)
{
    size_t n = tk_nml_name_length(r, r->now.i);

    if (n == 0)
        return false;
    for (;; n++) {
        const int c = tk_nml_peek(r, n);

        if (c == '=' || (c == '+' && tk_nml_peek(r, n + 1) == '='))
            return true;
        if (c == -1 || !(tk_nml_is_name(c) || strchr(" \t%(),:-", c)))
            return false;
    }
}

/* A line outside of groups, not empty.  Prose is allowed there, but a group
 * that begins within it was most likely meant to be read.
 */
static void
read_prose(tk_nml_reader *r, tk_nml_mark *loose, size_t *nloose)
{
    const tk_nml_mark start = r->now;
    const bool hash = tk_nml_peek(r, 0) == '#';

    if (looks_like_item(r) && (*nloose)++ == 0)
        *loose = r->now;
    for (int c; (c = tk_nml_peek(r, 0)) != -1 && c != '\n' && c != '!';
         tk_nml_step(r, 1)) {
        if (!tk_nml_at_group(r, r->now.i)
            || (c == '$'
                && !tk_nml_is_blank((unsigned char)r->s[r->now.i - 1])))
            continue;
        if (hash) {
            tk_nml_doubt(r, &start,
                         "'#' is taken to begin a comment, '!' is what other "
                         "readers know: they read the group on this line");
            break;
        }
        tk_nml_wrong(r, &r->now, "only blanks may precede a group on its line");
        read_group(r);
        return;
    }
    tk_nml_skip_line(r);
}

/* Groups need to begin on a line of their own, unless the one before was not
 * ended, which has been said.
 */
static void
read_groups(tk_nml_reader *r)
{
    tk_nml_mark loose = r->now;
    size_t nloose = 0;

    for (;;) {
        const tk_nml_mark start = r->now;
        int c;

        tk_nml_skip_gap(r);
        c = tk_nml_peek(r, 0);
        if (c == -1 || r->short_of_memory || tk_problems_full(r->p))
            break;
        if (tk_nml_at_group(r, r->now.i) || c == '&') {
            const size_t n = tk_nml_name_length(r, r->now.i + 1);

            if (n == 3 && strncmp(r->s + r->now.i + 1, "end", 3) == 0) {
                tk_nml_doubt(r, &r->now,
                             "'&end' outside of a group is "
                             "ignored");
                tk_nml_skip_line(r);
            } else {
                read_group(r);
            }
        } else {
            read_prose(r, &loose, &nloose);
        }
        TK_ASSERT(r->now.i > start.i);
    }
    r->quiet = r->short_of_memory;
    if (r->nl->ngroups == 0 && nloose > 0)
        tk_nml_wrong(r, &loose,
                     "no group: 'name = value' stands outside of "
                     "any '&group ... /'");
    else if (r->nl->ngroups == 0)
        tk_nml_wrong(r, &loose, "no group '&name ... /' in this file");
    else if (nloose > 0)
        tk_nml_doubt(r, &loose,
                     "%zu line%s outside of any group look%s like "
                     "'name = value'; ignored",
                     nloose, nloose == 1 ? "" : "s", nloose == 1 ? "s" : "");
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
        read_groups(&r);
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
    g = new_group(&r, &r.now);
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
    read_item(&r, 0);
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
