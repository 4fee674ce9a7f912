#include "talik/io/json.h"

#include <string.h>

/* Jansson's own limit is a constant of its build, and recursion is what a file
 * of brackets attacks: so the depth is known before.
 */
static size_t
deepest(const char *text, size_t n)
{
    size_t depth = 0, most = 0;
    bool quoted = false;

    for (size_t i = 0; i < n; i++) {
        const char c = text[i];

        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            most = ++depth > most ? depth : most;
        else if (!quoted && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return most;
}

const char *
tk_json_shown(const char *text, char out[TK_JSON_SHOWN])
{
    size_t n = 0;

    for (; text[n] && n < 40; n++)
        out[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
    strcpy(out + n, text[n] ? "..." : "");
    return out;
}

tk_err
tk_json_parse(const char *text, size_t n, const char *what, json_t **object)
{
    const size_t depth = deepest(text, n);
    json_error_t why = {0};

    *object = NULL;
    if (depth > TK_JSON_DEPTH)
        return tk_fail(TK_EDATA, "%s: JSON nested %zu deep, at most %d is read",
                       what, depth, TK_JSON_DEPTH);
    *object = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(*object))
        return TK_OK;
    for (char *c = why.text; *c; c++)
        *c = *c >= ' ' && *c <= '~' ? *c : '?';
    if (*object)
        tk_fail(TK_EDATA, "%s: no object of JSON", what);
    else
        tk_fail(TK_EDATA, "%s: no sound JSON at byte %d: %s", what,
                why.position, why.text);
    json_decref(*object);
    *object = NULL;
    return TK_EDATA;
}
