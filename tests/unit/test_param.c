#include "../check.h"

#include <limits.h>
#include <unistd.h>

#include "../tools/nml_cases.h"
#include "../tools/nml_deck.h"
#include "talik/core/mem.h"

typedef struct {
    int hidden, steps;
    double rate, depth[5], bare[3];
    size_t ndepth, nvars;
    bool resume;
    char model[12], title[24], vars[4][8], file[32];
} options;

static const tk_param params[] = {
    TK_P_INT("train", "hidden", "1", options, hidden, 1, 4096, "64",
             "width of the recurrent state"),
    TK_P_REAL("train", "rate", "1", options, rate, 1e-8, 1, "1d-3",
              "Adam step at the schedule's peak"),
    TK_P_WORD("train", "model", options, model, "gru lstm tcn", "'gru'",
              "which network"),
    TK_P_LOGICAL("train", "resume", options, resume, ".false.",
                 "whether to go on from a checkpoint"),
    TK_P_STRING("train", "title", options, title, "'it''s'", "free | text"),
    TK_P_WORDS("train", "vars", options, vars, nvars, "t2m tp swe",
               "'t2m', 'tp'", "what the network sees"),
    TK_P_REALS("grid", "depth", "m", options, depth, ndepth, 0, 100, NULL,
               "centres of the layers"),
    {.group = "grid",
     .key = "bare",
     .unit = "K",
     .meaning = "an array without counter",
     .kind = TK_REAL,
     .offset = offsetof(options, bare),
     .dims = {3, 0},
     .count = TK_NO_COUNT,
     .low = NAN,
     .high = 300,
     .fallback = "1, 2"},
    TK_P_STRING("data", "file", options, file, NULL, "the file of forcings"),
    TK_P_INT("data", "steps", "1", options, steps, 0, NAN, "",
             "how many steps; 0 is all"),
};

static const tk_group groups[] = {
    {"train", "How weights are found", 0},
    {"grid", "The column", 0},
    {"data", "Input", TK_GROUP_OPTIONAL | TK_GROUP_REPEATS},
};

static const tk_params table = TK_PARAMS(params, groups);

static const char *
write_file(const char *text, size_t n)
{
    static char path[] = "/tmp/talik-param-XXXXXX";
    FILE *f;

    if (strchr(path, 'X') && strcmp(path + strlen(path) - 6, "XXXXXX") == 0)
        assert_true(close(mkstemp(path)) == 0);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
    return path;
}

static tk_err
read_text(const char *text, options *o, tk_given *given, tk_problems *p)
{
    return tk_params_read(&table, write_file(text, strlen(text)), 0, NULL, o,
                          given, p);
}

/* The report on a text, without the file's name. */
static void
check_report(const char *text, const char *want)
{
    options o;
    tk_problems p = {0};
    tk_text got = {0};
    const char *path;
    const tk_err err = read_text(text, &o, NULL, &p);

    path = write_file("", 0);
    for (const char *s = tk_text_get(&p.text); *s; s++) {
        if (strncmp(s, path, strlen(path)) == 0)
            s += strlen(path);
        tk_text_add(&got, "%c", *s);
    }
    assert_string_equal(tk_text_get(&got), want);
    assert_int_equal(err, strstr(want, "error") ? TK_ECONF : TK_OK);
    tk_text_drop(&got);
    tk_problems_drop(&p);
}

static void
add(tk_text *t, const char *fmt, const char *name)
{
    tk_text_add(t, "%s", t->len ? " " : "");
    tk_text_add(t, "%s%s", name, fmt);
}

/* One variable of the deck, as in the file of cases. */
static void
show_member(tk_text *t, const char *name, size_t n, const char *between,
            const char *open, const char *close, char values[][40])
{
    add(t, "=", name);
    tk_text_add(t, "%s", open);
    for (size_t k = 0; k < n; k++)
        tk_text_add(t, "%s%s", k ? between : "", values[k]);
    tk_text_add(t, "%s", close);
}

static void
show_ints(tk_text *t, const char *name, size_t n, const int *x)
{
    char v[6][40];
    bool changed = false;

    for (size_t k = 0; k < n; k++) {
        changed = changed || x[k] != -99;
        snprintf(v[k], sizeof v[k], "%d", x[k]);
    }
    if (changed)
        show_member(t, name, n, ",", "", "", v);
}

static void
number(double x, char out[40])
{
    if (isnan(x))
        snprintf(out, 40, "NaN");
    else if (isinf(x))
        snprintf(out, 40, x > 0 ? "Inf" : "-Inf");
    else
        snprintf(out, 40, "%g", x);
}

static void
show_reals(tk_text *t, const char *name, size_t n, const double *x)
{
    char v[6][40];
    bool changed = false;

    for (size_t k = 0; k < n; k++) {
        changed = changed || !(x[k] >= -99 && x[k] <= -99);
        number(x[k], v[k]);
    }
    if (changed)
        show_member(t, name, n, ",", "", "", v);
}

static void
show_logicals(tk_text *t, const char *name, size_t n, const bool *x)
{
    char v[6][40];
    bool changed = false;

    for (size_t k = 0; k < n; k++) {
        changed = changed || x[k];
        snprintf(v[k], sizeof v[k], x[k] ? "T" : "F");
    }
    if (changed)
        show_member(t, name, n, "", "", "", v);
}

static void
show_texts(tk_text *t, const char *name, size_t n, const char *x, size_t size)
{
    char v[6][40];
    bool changed = false;

    for (size_t k = 0; k < n; k++) {
        changed = changed || strcmp(x + k * size, "~") != 0;
        snprintf(v[k], sizeof v[k], "%s", x + k * size);
    }
    if (changed)
        show_member(t, name, n, "|", "[", "]", v);
}

/* The variables that are not as before, in the order of the file of cases. */
static void
show_deck(const deck *o, tk_text *t)
{
    const int ids[2] = {o->ta[0].id, o->ta[1].id};
    const double lats[2] = {o->ta[0].lat, o->ta[1].lat};
    char names[2][13], lat[40];

    show_ints(t, "i", 1, &o->i);
    show_ints(t, "j", 1, &o->j);
    show_reals(t, "x", 1, &o->x);
    show_reals(t, "d", 1, &o->d);
    show_logicals(t, "l", 1, &o->l);
    show_logicals(t, "la", 4, o->la);
    show_texts(t, "s", 1, o->s, sizeof o->s);
    show_texts(t, "sh", 1, o->sh, sizeof o->sh);
    show_texts(t, "names", 3, o->names[0], sizeof o->names[0]);
    show_ints(t, "arr", 6, o->arr);
    show_ints(t, "m", 6, o->m);
    show_reals(t, "r", 4, o->r);
    show_reals(t, "z", 2, o->z);
    if (o->site.id != -99 || o->site.lat > -99 || strcmp(o->site.nm, "~")) {
        number(o->site.lat, lat);
        add(t, "=", "site");
        tk_text_add(t, "%d,%s,[%s]", o->site.id, lat, o->site.nm);
    }
    show_ints(t, "ta%id", 2, ids);
    show_reals(t, "ta%lat", 2, lats);
    for (int k = 0; k < 2; k++)
        memcpy(names[k], o->ta[k].nm, 13);
    show_texts(t, "ta%nm", 2, names[0], 13);
}

static void
all_cases(void **state)
{
    static nml_case c;
    const tk_params once = deck_params(false);
    FILE *f = fopen(NML_CASES, "r");
    int n = 0;

    (void)state;
    assert_non_null(f);
    while (nml_next_case(f, &c)) {
        const char *path = write_file(c.text, c.size);
        tk_problems p = {0};
        tk_text got = {0};
        deck o;
        const tk_err err = tk_params_read(&once, path, 0, NULL, &o, NULL, &p);
        const char *kind = err ? "error" : p.warnings ? "warn" : "ok";

        n++;
        if (err)
            tk_text_add(&got, "%.*s", (int)strlen(c.want),
                        tk_text_get(&p.text) + strlen(path) + 1);
        else
            show_deck(&o, &got);
        if (strcmp(kind, c.typed) || strcmp(tk_text_get(&got), c.want))
            fail_msg("case %d (%s): %s %s, want %s %s\n%s", c.number, c.title,
                     kind, tk_text_get(&got), c.typed, c.want,
                     tk_text_get(&p.text));
        tk_text_drop(&got);
        tk_problems_drop(&p);
    }
    fclose(f);
    assert_int_equal(n, 158);
}

static void
groups_that_repeat(void **state)
{
    const char *text = "&cfg i=1 /\n&cfg i=2 j=3 /\n";
    const tk_params often = deck_params(true);
    tk_problems p = {0};
    deck o;

    (void)state;
    CHECK_OK(tk_params_read(&often, write_file(text, strlen(text)), 0, NULL, &o,
                            NULL, &p));
    assert_int_equal(o.i, 2);
    assert_int_equal(o.j, 3);
    tk_problems_drop(&p);
}

static void
defaults(void **state)
{
    options o;

    (void)state;
    memset(&o, 0x7f, sizeof o);
    CHECK_OK(tk_params_defaults(&table, &o));
    assert_int_equal(o.hidden, 64);
    CHECK_NEAR(o.rate, 1e-3, 0);
    assert_string_equal(o.model, "gru");
    assert_string_equal(o.title, "it's");
    assert_false(o.resume);
    assert_int_equal(o.nvars, 2);
    assert_string_equal(o.vars[1], "tp");
    assert_int_equal(o.ndepth, 0);
    assert_true(isnan(o.depth[0]));
    CHECK_NEAR(o.bare[1], 2, 0);
    CHECK_NEAR(o.bare[2], 0, 0);
    assert_string_equal(o.file, "");
    assert_int_equal(o.steps, 0);
}

static void
values_and_places(void **state)
{
    const char *const sets[] = {"train%model=LSTM", "train%vars=swe",
                                "grid%depth(4)=5"};
    const char *text = "&train hidden=8\n  rate = 1e-4\n/\n"
                       "&grid depth = 0.1, 0.2, 0.5 /\n";
    char where[256], want[256];
    const char *path;
    tk_given given = {0};
    tk_problems p = {0};
    options o;

    (void)state;
    path = write_file(text, strlen(text));
    CHECK_OK(tk_params_read(&table, path, 3, sets, &o, &given, &p));
    assert_int_equal(o.hidden, 8);
    CHECK_NEAR(o.rate, 1e-4, 0);
    assert_string_equal(o.model, "lstm");
    assert_int_equal(o.nvars, 1);
    assert_string_equal(o.vars[0], "swe");
    assert_int_equal(o.ndepth, 4);
    CHECK_NEAR(o.depth[2], 0.5, 0);
    CHECK_NEAR(o.depth[3], 5, 0);

    snprintf(want, sizeof want, "%s:2:3", path);
    assert_string_equal(
        tk_params_where(&given, "train", "rate", where, sizeof where), want);
    assert_string_equal(
        tk_params_where(&given, "train", "model", where, sizeof where),
        "--set 'train%model=LSTM':7");
    assert_string_equal(
        tk_params_where(&given, "train", "title", where, sizeof where),
        "default of train%title");
    assert_true(tk_params_was_given(&given, "grid", "depth"));
    assert_false(tk_params_was_given(&given, "grid", "bare"));
    assert_false(tk_params_was_given(&given, "data", "file"));
    assert_int_equal(p.text.len, 0);
    tk_given_drop(&given);
    tk_problems_drop(&p);
}

static void
only_settings(void **state)
{
    const char *const sets[] = {"grid%depth=1,2", "train%title=gru", NULL};
    const char *const bad[] = {"trian%hidden=1", "train%hiden=1",
                               "train%hidden=many", "train%title=a b",
                               "grid%depth=1,,3"};
    tk_problems p = {0};
    options o;

    (void)state;
    CHECK_OK(tk_params_read(&table, NULL, 2, sets, &o, NULL, &p));
    assert_int_equal(o.ndepth, 2);
    assert_string_equal(o.title, "gru");
    assert_int_equal(tk_params_read(&table, NULL, 5, bad, &o, NULL, &p),
                     TK_ECONF);
    assert_string_equal(
        tk_text_get(&p.text),
        "--set 'trian%hidden=1':1: error: unknown group &trian; did you mean "
        "&train?\n"
        "--set 'train%hiden=1':7: error: unknown key 'hiden' in &train; did "
        "you mean 'hidden'?\n"
        "--set 'train%hidden=many':14: error: hidden: integer expected, found "
        "'many'\n"
        "--set 'train%title=a b':15: error: 'title' takes one value, 2 are "
        "given; put quotes around it\n"
        "--set 'grid%depth=1,,3':6: error: element 2 of 'depth' has no "
        "value\n");
    tk_problems_drop(&p);
}

static void
reports(void **state)
{
    (void)state;
    check_report("&grid depth=1 /", "");
    check_report("&grid depth=0, 100 /\n&train hidden=4096 rate=1d-8 /", "");
    check_report("&grid depth=1 /\n&train rate=0.99999e-8 hidden=4097 /",
                 ":2:13: error: rate = 0.99999e-8: must be from 1e-08 to 1.0\n"
                 ":2:31: error: hidden = 4097: must be from 1 to 4096\n");
    check_report("&grid depth=1 /\n&data /\n",
                 ":2:1: error: 'file' is missing in &data: the file of "
                 "forcings\n");
    check_report("&train /\n", ": error: 'depth' is missing in &grid: centres "
                               "of the layers\n");
    check_report("&grid depth= /\n",
                 ":1:7: warning: 'depth' has no value and keeps its default\n"
                 ":1:1: error: 'depth' is missing in &grid: centres of the "
                 "layers\n");
    check_report("&grid depth(3)=1 /\n",
                 ":1:7: error: element 1 of 'depth' has no value\n");
    check_report(
        "&train hidden=0, rate=2, model='gro', vars='t2m','tpp',\n"
        " resume=1 title=5 bare=1 /\n&grid depth=-1, nan, 101 /\n",
        ":1:15: error: hidden = 0: must be from 1 to 4096\n"
        ":1:23: error: rate = 2: must be from 1e-08 to 1.0\n"
        ":1:32: error: model = 'gro': must be one of: gru lstm tcn; did you "
        "mean 'gru'?\n"
        ":1:50: error: vars = 'tpp': must be one of: t2m tp swe; did you mean "
        "'tp'?\n"
        ":2:9: error: resume: .true. or .false. expected, found '1'\n"
        ":2:17: error: title: text expected, found '5'; put quotes around it\n"
        ":2:19: error: unknown key 'bare' in &train; it is a key of &grid\n"
        ":3:13: error: depth = -1: must be from 0.0 to 100.0 m\n"
        ":3:17: error: depth = nan: must be a finite number\n"
        ":3:22: error: depth = 101: must be from 0.0 to 100.0 m\n");
    check_report("&grid depth=1 bare=4*1 /\n",
                 ":1:20: error: 'bare' takes 3 values, 4 are given\n");
    check_report("&grid depth=1 bare(2:1)=1 depth(1,2)=1 bare(0)=1 /\n",
                 ":1:15: error: 'bare(2:1)' names no element\n"
                 ":1:27: error: 'depth(1,2)' needs 1 subscript\n"
                 ":1:40: error: subscript 0 of 'bare(0)' is outside of 1 to "
                 "3\n");
    check_report("&grid depth=1 /\n&train title="
                 "'abcdefghijklmnopqrstuvwxyz' /\n",
                 ":2:14: error: title = 'abcdefghijklmnopqrstuvwxyz': 26 "
                 "bytes, at most 23 fit\n");
    check_report("", ":1:1: error: no group '&name ... /' in this file\n");
}

static void
the_fault_is_the_report(void **state)
{
    options o;
    tk_problems p = {0};

    (void)state;
    assert_int_equal(read_text("&grid depth=q /\n&data x=1 /", &o, NULL, &p),
                     TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, ":1:13: error: unquoted"));
    assert_non_null(strstr(tk_last_fault()->text, ":2:7: error: unknown key"));
    tk_problems_drop(&p);
    assert_int_equal(
        tk_params_read(&table, "/no/such.nml", 0, NULL, &o, NULL, &p),
        TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "/no/such.nml"));
    tk_problems_drop(&p);
}

static void
print_and_read_again(void **state)
{
    tk_text once = {0}, again = {0};
    tk_problems p = {0};
    options o, back;

    (void)state;
    CHECK_OK(read_text("&grid depth=0.1, 1e-7, 3*0.30000000000000004\n"
                       "bare=-1e300,4.9d-324 /\n"
                       "&train title='a''b\"!/&' resume=t rate=0.125 /\n"
                       "&data file='x' /\n",
                       &o, NULL, &p));
    for (int commented = 0; commented < 2; commented++) {
        tk_text_drop(&once);
        CHECK_OK(tk_params_print(&table, &o, NULL, commented, &once));
        CHECK_OK(read_text(once.at, &back, NULL, &p));
        CHECK_OK(tk_params_print(&table, &back, NULL, commented, &again));
        assert_string_equal(once.at, again.at);
        tk_text_drop(&again);
        assert_memory_equal(o.depth, back.depth, sizeof o.depth);
        assert_memory_equal(o.bare, back.bare, sizeof o.bare);
        assert_string_equal(o.title, back.title);
        assert_int_equal(p.text.len, 0);
    }
    tk_text_drop(&once);

    CHECK_OK(tk_params_defaults(&table, &o));
    CHECK_OK(tk_params_print(&table, &o, "GRID", true, &once));
    assert_string_equal(once.at,
                        "! The column\n&grid\n"
                        "  ! centres of the layers [m]; from 0.0 to 100.0; "
                        "required\n"
                        "  ! depth =\n"
                        "  ! an array without counter [K]; at most 300.0; "
                        "default 1, 2\n"
                        "  bare = 1.0, 2.0, 0.0\n/\n");
    assert_int_equal(tk_params_print(&table, &o, "no", true, &once), TK_ECONF);
    tk_text_drop(&once);
    tk_problems_drop(&p);
}

static void
deck_prints_and_reads(void **state)
{
    const char *text =
        "&cfg arr=1,2,3,4,5,6 m(2,3)=7 z=(1,-2) la=T,F,T,F x=nan d=-inf "
        "names(2)='b' ta(2)%nm='q' ta%id=1,2 site=1,2,'c' /";
    const tk_params once = deck_params(false);
    tk_text out = {0}, first = {0}, second = {0};
    tk_problems p = {0};
    deck o, back;

    (void)state;
    CHECK_OK(tk_params_read(&once, write_file(text, strlen(text)), 0, NULL, &o,
                            NULL, &p));
    CHECK_OK(tk_params_print(&once, &o, NULL, false, &out));
    CHECK_OK(tk_params_read(&once, write_file(out.at, out.len), 0, NULL, &back,
                            NULL, &p));
    show_deck(&o, &first);
    show_deck(&back, &second);
    assert_string_equal(first.at, second.at);
    tk_text_drop(&out);
    tk_text_drop(&first);
    tk_text_drop(&second);
    tk_problems_drop(&p);
}

typedef struct {
    int n[4];
    bool on[2];
    char name[3][6];
    size_t nn, non, nname;
} lists;

static void
lists_of_each_kind(void **state)
{
    static const tk_param of_list[] = {
        TK_P_INTS("g", "n", "1", lists, n, nn, 0, 9, "1, 2, 3", "numbers"),
        TK_P_LOGICALS("g", "on", lists, on, non, "", "switches"),
        TK_P_STRINGS("g", "name", lists, name, nname, "2*'a'", "names"),
    };
    static const tk_group one[] = {{"g", "t", 0}};
    static const tk_params of = TK_PARAMS(of_list, one);
    static const struct {
        const char *text, *want;
    } trial[] = {
        {"&g /", "&g\n  n = 1, 2, 3\n  ! on =\n  name = 'a', 'a'\n/\n"},
        {"&g n=7 on(1)=t name(3)='z' /",
         "&g\n  n = 7\n  on = .true.\n  name = 'a', 'a', 'z'\n/\n"},
        {"&g n(4:1:-1)=9,8,7,6 name=,'b' /",
         "&g\n  n = 6, 7, 8, 9\n  ! on =\n  name = 'a', 'b'\n/\n"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof trial / sizeof *trial; k++) {
        const char *path = write_file(trial[k].text, strlen(trial[k].text));
        tk_text out = {0};
        tk_problems p = {0};
        lists o;

        CHECK_OK(tk_params_read(&of, path, 0, NULL, &o, NULL, &p));
        CHECK_OK(tk_params_print(&of, &o, NULL, false, &out));
        assert_string_equal(out.at, trial[k].want);
        tk_text_drop(&out);
        tk_problems_drop(&p);
    }
}

typedef struct {
    struct {
        int n[3];
        double w;
    } layer[2];
} layers;

/* Components that are arrays, in an array of their type. */
static void
arrays_in_arrays(void **state)
{
    static const tk_param of_layer[] = {
        {.group = "g",
         .key = "layer%n",
         .unit = "1",
         .meaning = "m",
         .kind = TK_INT,
         .offset = offsetof(layers, layer[0].n),
         .dims = {3, 0},
         .outer = 2,
         .stride = sizeof((layers *)0)->layer[0],
         .count = TK_NO_COUNT,
         .low = NAN,
         .high = NAN,
         .fallback = "6*0"},
        {.group = "g",
         .key = "layer%w",
         .unit = "1",
         .meaning = "m",
         .kind = TK_REAL,
         .offset = offsetof(layers, layer[0].w),
         .outer = 2,
         .stride = sizeof((layers *)0)->layer[0],
         .count = TK_NO_COUNT,
         .low = NAN,
         .high = NAN,
         .fallback = "2*0"},
    };
    static const tk_group one[] = {{"g", "t", 0}};
    static const tk_params of = TK_PARAMS(of_layer, one);
    const char *text = "&g layer(2)%n(2)=8,9 layer(1)=1,2,3,0.5,4 /";
    tk_text out = {0};
    tk_problems p = {0};
    layers o, back;

    (void)state;
    CHECK_OK(tk_params_read(&of, write_file(text, strlen(text)), 0, NULL, &o,
                            NULL, &p));
    CHECK_OK(tk_params_print(&of, &o, NULL, false, &out));
    assert_string_equal(out.at, "&g\n  layer(1)%n = 1, 2, 3\n"
                                "  layer(2)%n = 4, 8, 9\n"
                                "  layer%w = 0.5, 0.0\n/\n");
    CHECK_OK(tk_params_read(&of, write_file(out.at, out.len), 0, NULL, &back,
                            NULL, &p));
    for (int k = 0; k < 6; k++)
        assert_int_equal(back.layer[k / 3].n[k % 3], o.layer[k / 3].n[k % 3]);
    tk_text_drop(&out);
    tk_problems_drop(&p);
}

static void
reference(void **state)
{
    tk_text out = {0};

    (void)state;
    tk_params_markdown(&table, &out);
    assert_non_null(strstr(out.at, "## `&train`\n\nHow weights are found.\n"));
    assert_non_null(strstr(out.at,
                           "| `rate` | real | `1d-3` |  | from 1e-08 to 1.0 | "
                           "Adam step at the schedule's peak |\n"));
    assert_non_null(strstr(out.at, "| `depth` | real, up to 5 | *required* | m "
                                   "| from 0.0 to 100.0 | centres"));
    assert_non_null(strstr(out.at, "| `vars` | text, up to 4 | `'t2m', 'tp'` | "
                                   " | `t2m`, `tp`, `swe` |"));
    assert_non_null(strstr(out.at, "free \\| text"));
    tk_text_drop(&out);
}

/* Each of the first allocations fails once: an error, and nothing is lost. */
static void
memory_runs_short(void **state)
{
    char inject[256] = "";
    const char *const sets[] = {"train%title=gru"};
    size_t failed = 0;

    (void)state;
    for (int k = 1; k <= 30; k++) {
        const size_t held = tk_mem_held();
        const char *path = write_file("&grid depth=1 /", 15);
        tk_given given = {0};
        tk_problems p = {0};
        options o;
        tk_err err;
        char *end = inject + strlen(inject);

        /* The k-th entry has a counter of its own, still at zero. */
        snprintf(end, 32, "mem.new:0:%d", k);
        setenv("TK_INJECT", inject, 1);
        err = tk_params_read(&table, path, 1, sets, &o, &given, &p);
        unsetenv("TK_INJECT");
        snprintf(end, 32, "-:0,");
        failed += err == TK_ERUN;
        assert_true(err == TK_OK || err == TK_ERUN);
        tk_given_drop(&given);
        tk_problems_drop(&p);
        assert_int_equal(tk_mem_held(), held);
    }
    assert_true(failed >= 10);
}

static int
remove_file(void **state)
{
    (void)state;
    return unlink(write_file("", 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_cases),
        cmocka_unit_test(groups_that_repeat),
        cmocka_unit_test(defaults),
        cmocka_unit_test(values_and_places),
        cmocka_unit_test(only_settings),
        cmocka_unit_test(reports),
        cmocka_unit_test(the_fault_is_the_report),
        cmocka_unit_test(print_and_read_again),
        cmocka_unit_test(deck_prints_and_reads),
        cmocka_unit_test(lists_of_each_kind),
        cmocka_unit_test(arrays_in_arrays),
        cmocka_unit_test(reference),
        cmocka_unit_test(memory_runs_short),
    };

    return cmocka_run_group_tests(tests, NULL, remove_file);
}
