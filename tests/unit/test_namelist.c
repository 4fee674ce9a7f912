#include "../check.h"

#include <time.h>

#include "../tools/nml_cases.h"
#include "talik/conf/namelist.h"
#include "talik/core/mem.h"

/* Parses and writes; the report is kept in p. */
static tk_err
normal(const char *bytes, size_t n, tk_text *out, tk_problems *p)
{
    tk_namelist nl = {0};
    tk_err err = tk_namelist_parse("f", bytes, n, &nl, p);

    if (err == TK_OK)
        tk_namelist_write(&nl, out);
    tk_namelist_drop(&nl);
    return err;
}

static void
check_normal(const char *text, const char *want)
{
    tk_text out = {0};
    tk_problems p = {0};
    tk_err err = normal(text, strlen(text), &out, &p);

    if (err)
        print_error("%s", tk_text_get(&p.text));
    CHECK_OK(err);
    assert_string_equal(tk_text_get(&out), want);
    tk_text_drop(&out);
    tk_problems_drop(&p);
}

/* The whole report of a wrong text. */
static void
check_report(const char *text, const char *want)
{
    tk_text out = {0};
    tk_problems p = {0};

    assert_int_equal(normal(text, strlen(text), &out, &p), TK_ECONF);
    assert_string_equal(tk_text_get(&p.text), want);
    assert_int_equal(out.len, 0);
    tk_text_drop(&out);
    tk_problems_drop(&p);
}

/* What is written must read back to the same, without new problems. */
static void
check_again(const tk_text *once, size_t warnings)
{
    tk_text again = {0};
    tk_problems p = {0};

    CHECK_OK(normal(once->at, once->len, &again, &p));
    assert_true(p.warnings <= warnings);
    assert_string_equal(tk_text_get(&again), once->at);
    tk_text_drop(&again);
    tk_problems_drop(&p);
}

static void
all_cases(void **state)
{
    static nml_case c;
    FILE *f = fopen(NML_CASES, "r");
    int n = 0;

    (void)state;
    assert_non_null(f);
    while (nml_next_case(f, &c)) {
        tk_text out = {0};
        tk_problems p = {0};
        const tk_err err = normal(c.text, c.size, &out, &p);
        const char *got = err ? "error" : p.warnings ? "warn" : "ok";

        n++;
        if (strcmp(got, c.untyped) != 0)
            fail_msg("case %d (%s): %s, want %s\n%s", c.number, c.title, got,
                     c.untyped, tk_text_get(&p.text));
        if (err && strncmp(tk_text_get(&p.text) + 2, c.want, strlen(c.want)))
            fail_msg("case %d (%s):\n%swant %s", c.number, c.title,
                     tk_text_get(&p.text), c.want);
        if (!err)
            check_again(&out, p.warnings);
        tk_text_drop(&out);
        tk_problems_drop(&p);
    }
    fclose(f);
    assert_int_equal(n, 158);
}

static void
form(void **state)
{
    (void)state;
    check_normal("&A\n X ( 2 : 4 , : ) = 1,2 3 , Y%B ( +1 )%C='q' /",
                 "&a\nx(2:4,:) = 1, 2, 3\ny%b(1)%c = 'q'\n/\n");
    check_normal("&a x=,,1,,2*,3*5,,\n/", "&a\nx = , , 1, , 2*, 3*5, ,\n/\n");
    check_normal("&a x=, /", "&a\nx = ,\n/\n");
    check_normal("&a z=( 1.0\r\n,\t2d0 ) /", "&a\nz = ( 1.0 , 2d0 )\n/\n");
    check_normal("&a nan=1 inf=nan nan(2)=nan(1) t=t /",
                 "&a\nnan = 1\ninf = nan\nnan(2) = nan(1)\nt = t\n/\n");
    check_normal("&a/\n&a &end\n$b x=1 $END", "&a\n/\n&a\n/\n&b\nx = 1\n/\n");
    check_normal("&a x = ! c\n ! c '\n 1 ! c /\n ! &end\n / &b x=1 /",
                 "&a\nx = 1\n/\n");
    check_normal("$Id: prose $ and 'it\n# x\n&a\nx=1\n/\nEND it's over",
                 "&a\nx = 1\n/\n");
}

static void
many_mistakes_in_one_report(void **state)
{
    (void)state;
    check_report("&a\n x = abc\n y = 1;\n z = 1.0_8, 'a'b\n f = /tmp/x\n k=2 /",
                 "f:2:6: error: unquoted text 'abc'; put quotes around it\n"
                 "f:3:6: error: ';' in '1;' does not separate; use a comma, a "
                 "blank or a new line\n"
                 "f:4:6: error: '1.0_8': a number has no '_', neither for its "
                 "kind nor between thousands\n"
                 "f:4:16: error: a comma or a blank must follow a closed quote "
                 "or parenthesis (a quote inside a text is doubled)\n"
                 "f:5:6: error: unquoted '/' in '/tmp/x': put quotes around "
                 "text (a '/' that ends the group stands before a blank)\n");
    check_report("x = 1\n y = 'a'\n",
                 "f:1:1: error: no group: 'name = value' stands outside of any "
                 "'&group ... /'\n");
    check_report("&a x='1\n y=2\n z=q /",
                 "f:1:6: error: a text begins here, and ' does not end it on "
                 "this line\n"
                 "f:3:4: error: unquoted text 'q'; put quotes around it\n");
}

static void
add_many(tk_text *t, const char *piece, size_t n)
{
    while (n-- > 0)
        tk_text_add(t, "%s", piece);
}

static void
limits(void **state)
{
    static const struct {
        const char *begin, *piece;
        size_t most;
        const char *end;
    } limit[] = {
        {"&", "n", 63, " /"},         {"&a ", "k", 63, "=1 /"},
        {"&a s='", "x", 4095, "' /"}, {"", "&a /\n", 1024, ""},
        {"&a x(1", ",1", 6, ")=1 /"}, {"&a x", "%x", 7, "=1 /"},
        {"&a x(", "1", 9, ")=1 /"},
    };

    (void)state;
    for (size_t k = 0; k < sizeof limit / sizeof *limit; k++)
        for (size_t more = 0; more < 2; more++) {
            tk_text t = {0}, out = {0};
            tk_problems p = {0};

            tk_text_add(&t, "%s", limit[k].begin);
            add_many(&t, limit[k].piece, limit[k].most + more);
            tk_text_add(&t, "%s", limit[k].end);
            assert_int_equal(normal(t.at, t.len, &out, &p),
                             more ? TK_ECONF : TK_OK);
            tk_text_drop(&t);
            tk_text_drop(&out);
            tk_problems_drop(&p);
        }
    check_normal("&a x=1048576*1 /", "&a\nx = 1048576*1\n/\n");
    check_report("&a x=1048577*1 /",
                 "f:1:6: error: a repeat count is at most 1048576\n");
}

/* Any megabyte is read, or refused, quickly. */
static void
large_inputs_are_quick(void **state)
{
    static const char *const pieces[] = {
        ",",    "t ", "a=", "(",    "a(", "'", "!", "&a ",
        "x=1,", "1*", "a%", "t!\n", "$",  "=", "/", "x=t\n\n"};
    static const char *const begins[] = {"", "&a x="};

    (void)state;
    for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++)
        for (size_t b = 0; b < 2; b++) {
            tk_text t = {0}, out = {0};
            tk_problems p = {0};
            const clock_t start = clock();

            tk_text_add(&t, "%s", begins[b]);
            while (t.len + 8 < TK_NML_FILE_MOST)
                tk_text_add_bytes(&t, pieces[k], strlen(pieces[k]));
            (void)normal(t.at, t.len, &out, &p);
            if (clock() - start > 4 * CLOCKS_PER_SEC)
                fail_msg("a megabyte of '%s' takes %g s", pieces[k],
                         (double)(clock() - start) / CLOCKS_PER_SEC);
            tk_text_drop(&t);
            tk_text_drop(&out);
            tk_problems_drop(&p);
        }
}

/* Cases with random damage: no crash, and what is accepted reads back. */
static void
damaged_inputs(void **state)
{
    static const char alphabet[] =
        "&$/!='\"(),*%:;.+-#?\n\r\t atTfF019eEdDnx_\0";
    static nml_case cases[158];
    FILE *f = fopen(NML_CASES, "r");
    uint64_t seed = 1;
    size_t n = 0, good = 0;

    (void)state;
    assert_non_null(f);
    while (n < 158 && nml_next_case(f, &cases[n]))
        n++;
    fclose(f);
    for (int trial = 0; trial < 40000; trial++) {
        char text[256];
        const nml_case *c = &cases[(size_t)trial % n];
        size_t size = c->size < sizeof text ? c->size : sizeof text;
        tk_text out = {0};
        tk_problems p = {0};

        memcpy(text, c->text, size);
        for (int hits = trial % 5; hits >= 0 && size > 0; hits--) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            text[(seed >> 33) % size] =
                alphabet[(seed >> 17) % (sizeof alphabet - 1)];
        }
        if (normal(text, size, &out, &p) == TK_OK) {
            good++;
            check_again(&out, p.warnings);
        } else {
            assert_true(p.errors > 0);
        }
        tk_text_drop(&out);
        tk_problems_drop(&p);
    }
    assert_true(good > 2000);
}

static void
settings(void **state)
{
    static const struct {
        const char *text, *want;
    } good[] = {
        {"run%name=gru", "&run\nname = gru\n/\n"},
        {"RUN%depth(2:3)=1, 2", "&run\ndepth(2:3) = 1, 2\n/\n"},
        {"data%file=/a b", "&data\nfile = /a, b\n/\n"},
        {"data%file='/a b!'", "&data\nfile = '/a b!'\n/\n"},
        {"a%site%id=3", "&a\nsite%id = 3\n/\n"},
    };
    tk_problems p = {0};
    tk_namelist nl = {0};

    (void)state;
    for (size_t k = 0; k < sizeof good / sizeof *good; k++) {
        tk_text out = {0};

        CHECK_OK(tk_namelist_parse_set(good[k].text, &nl, &p));
        tk_namelist_write(&nl, &out);
        assert_string_equal(tk_text_get(&out), good[k].want);
        tk_text_drop(&out);
    }
    assert_int_equal(tk_namelist_parse_set("run=1", &nl, &p), TK_ECONF);
    assert_int_equal(tk_namelist_parse_set("run%x", &nl, &p), TK_ECONF);
    assert_int_equal(tk_namelist_parse_set("", &nl, &p), TK_ECONF);
    assert_string_equal(
        tk_text_get(&p.text),
        "--set 'run=1':4: error: '%' and a key must follow the "
        "group's name, as in group%key=value\n"
        "--set 'run%x':5: error: 'x' is not followed by '='; "
        "text needs quotes\n"
        "--set '':1: error: group%key=value must follow here\n");
    tk_problems_drop(&p);
    tk_namelist_drop(&nl);
}

static void
no_file(void **state)
{
    tk_text out = {0}, problems = {0};

    (void)state;
    assert_int_equal(tk_namelist_syntax("/no/such.nml", &out, &problems),
                     TK_ECONF);
    assert_non_null(strstr(tk_last_fault()->text, "/no/such.nml"));
    assert_int_equal(out.len + problems.len, 0);
    tk_text_drop(&out);
    tk_text_drop(&problems);
}

static void
reports_are_bounded(void **state)
{
    tk_text t = {0}, out = {0};
    tk_problems p = {0};

    (void)state;
    tk_text_add(&t, "&a\n");
    add_many(&t, "x = \x1b[31mevil\n", 5000);
    assert_int_equal(normal(t.at, t.len, &out, &p), TK_ECONF);
    assert_true(p.errors <= TK_PROBLEMS_MOST + 1);
    assert_true(p.text.len < 20000);
    assert_null(strchr(p.text.at, 0x1b));
    assert_true(strlen(tk_last_fault()->text) < TK_ERR_TEXT - 1);
    tk_text_drop(&t);
    tk_problems_drop(&p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_cases),
        cmocka_unit_test(form),
        cmocka_unit_test(many_mistakes_in_one_report),
        cmocka_unit_test(limits),
        cmocka_unit_test(large_inputs_are_quick),
        cmocka_unit_test(damaged_inputs),
        cmocka_unit_test(settings),
        cmocka_unit_test(no_file),
        cmocka_unit_test(reports_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
