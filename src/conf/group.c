/* Groups, the items in them, and what may stand outside of them. */
#include <stdio.h>
#include <string.h>

#include "reader_impl.h"

tk_nml_group *
tk_nml_new_group(tk_nml_reader *r, const tk_nml_mark *at)
{
    tk_namelist *nl = r->nl;
    tk_nml_group *g, *wider;

    if (nl->ngroups == TK_NML_GROUPS_MOST) {
        tk_nml_wrong(r, at, "more than %d groups", TK_NML_GROUPS_MOST);
        return NULL;
    }
    wider = tk_nml_grow(nl->groups, nl->ngroups, &nl->group_room,
                        sizeof *nl->groups);
    if (!wider) {
        r->short_of_memory = true;
        return NULL;
    }
    nl->groups = wider;
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

void
tk_nml_read_item(tk_nml_reader *r, size_t group)
{
    tk_namelist *nl = r->nl;
    const tk_nml_mark start = r->now;
    tk_nml_item *wider, item = {.line = start.line,
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
    wider =
        tk_nml_grow(nl->items, nl->nitems, &nl->item_room, sizeof *nl->items);
    if (!wider) {
        r->short_of_memory = true;
        return;
    }
    nl->items = wider;
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
            tk_nml_read_item(r, group);
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
    tk_nml_group *g = tk_nml_new_group(r, &start);
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
void
tk_nml_read_groups(tk_nml_reader *r)
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
