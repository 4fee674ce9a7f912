/* exchange_edit.h -- a small model as safetensors, whole or with one thing
 * wrong, for tests of what the import says.
 */
#ifndef TALIK_TESTS_EXCHANGE_EDIT_H
#define TALIK_TESTS_EXCHANGE_EDIT_H

#include "check.h"

#include <unistd.h>

#include "talik/core/mem.h"
#include "talik/grid/calendar.h"
#include "talik/learn/exchange.h"

#define MOST 64

static char path[512];

static inline void
says(const char *word)
{
    if (!strstr(tk_last_fault()->text, word))
        fail_msg("'%s' is not in: %s", word, tk_last_fault()->text);
}

/* The model that is exported. */
static const char *model = "gru";
static tk_model_dims dims = {
    .L = 9, .F = 6, .bands = 3, .E = 2, .D = 4, .layers = 2, .H = 5};
static size_t nskip; /* features of its linear skip */
static bool with_domain;

/* All kinds of features, an embedding; sizes all different. */
static inline tk_trained
sample(void)
{
    tk_trained m = {0};
    tk_features *f = &m.features;

    CHECK_OK(tk_features_add(f, TK_FEAT_DYNAMIC, "t2m", "K"));
    CHECK_OK(tk_features_add(f, TK_FEAT_MONTH, "", ""));
    CHECK_OK(tk_features_add(f, TK_FEAT_ANGLE, "aspect", "degree"));
    CHECK_OK(tk_features_add_class(f, "veg", 7));
    f->f[0].mean = 271.3;
    f->f[0].std = 1 / 3.0;
    f->f[0].low = 230.1;
    f->f[0].high = 301;
    CHECK_OK(tk_trained_make(&m, model, &dims));
    tk_layout_init(&m.net.layout, 5, m.theta);
    for (size_t d = 0; d < dims.D; d++) {
        m.depth[d] = 0.1 * (double)(d + 1);
        m.target_mean[d] = 270 + (double)d / 7;
        m.target_std[d] = 1 + (double)d / 3;
    }
    m.nedge = 4;
    for (size_t i = 0; i < m.nedge; i++)
        m.edge[i] = 55.5 + 5 * (double)i;
    m.seed = 123456789012345;
    CHECK_OK(tk_month_parse("1951-12", &m.train_first));
    CHECK_OK(tk_month_parse("1980-12", &m.train_last));
    CHECK_OK(tk_month_parse("1981-01", &m.valid_first));
    CHECK_OK(tk_month_parse("1985-12", &m.valid_last));
    if (nskip) {
        static const char *const name[2] = {"aspect_cos", "t2m"};

        CHECK_OK(tk_skip_make(f, nskip, name, dims.D, dims.L, &m.skip));
        for (size_t i = 0; i < dims.D * (nskip * dims.L + 1); i++)
            m.skip.weight[i] = (float)i / 100 - 0.3f;
    }
    if (with_domain) {
        double white = 0.75;
        const tk_domain d = {.n = 1,
                             .low = {-1.5},
                             .high = {1 / 3.0},
                             .mean = {0.25},
                             .spread = {0.5},
                             .limit = 2.5,
                             .years = 1234,
                             .white = &white};

        CHECK_OK(tk_domain_copy(&d, &m.domain));
    }
    m.inputs_begin = 12 * 1890;
    strcpy(m.augmented, "t2m +4 (0123456789abcdef); share 0.5");
    m.split =
        (tk_split){.nyear = 1, .year = {1977}, .lat_low = 60.1, .lat_high = 61};
    return m;
}

static inline tk_tensors *
exported(void)
{
    tk_trained m = sample();
    tk_tensors *t;

    CHECK_OK(tk_exchange_export(&m, path, true));
    tk_trained_drop(&m);
    CHECK_OK(tk_tensors_read(path, &t));
    return t;
}

typedef struct {
    const char *from, *to; /* in the description; NULL: as it is          */
    const char *drop;      /* this tensor                                  */
    const char *name, *as; /* this one renamed                             */
    const char *bend;      /* this one with its first dimensions swapped   */
    const char *turn;      /* this one with its last dimensions swapped    */
    const char *set;       /* this one's second value to `value`           */
    float value;
    const char *whole; /* this one as integers                         */
    const char *key;   /* of __metadata__; NULL: ours                  */
} edit;

/* Replaces the first `from` of a text. */
static inline char *
replaced(const char *text, const char *from, const char *to)
{
    const char *at = from ? strstr(text, from) : NULL;
    char *out = calloc(1, strlen(text) + (to ? strlen(to) : 0) + 1);

    assert_non_null(out);
    if (from && !at)
        fail_msg("'%s' is not in %s", from, text);
    if (at)
        sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    else
        strcpy(out, text);
    return out;
}

static inline bool
is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

static inline tk_tensors *
edited(const edit *e, unsigned char **bytes)
{
    tk_tensors *t = exported();
    tk_tensors_given given[MOST];
    float *x[MOST] = {NULL};
    int64_t whole[4096] = {0};
    char *text = replaced(tk_tensors_text(t, TK_EXCHANGE_KEY), e->from, e->to);
    const tk_tensors_item *item;
    size_t n = 0, size;

    for (size_t i = 0; (item = tk_tensors_at(t, i)) != NULL; i++) {
        tk_tensors_given *g = &given[n];

        assert_true(n < MOST && item->count <= 4096);
        if (is(e->drop, item->name))
            continue;
        *g = (tk_tensors_given){.name = item->name, .rank = item->rank};
        memcpy(g->dim, item->dim, sizeof g->dim);
        if (item->type == TK_TYPE_I64) {
            CHECK_OK(tk_tensors_integers(t, item, whole));
            g->integers = whole;
        } else {
            x[n] = calloc(item->count, sizeof *x[n]);
            CHECK_OK(tk_tensors_floats(t, item, x[n]));
            g->floats = x[n];
        }
        if (is(e->name, item->name))
            g->name = e->as;
        if (is(e->bend, item->name)) {
            g->dim[0] = item->dim[1];
            g->dim[1] = item->dim[0];
        }
        if (is(e->turn, item->name)) {
            g->dim[1] = item->dim[2];
            g->dim[2] = item->dim[1];
        }
        if (is(e->set, item->name) && x[n])
            x[n][1] = e->value;
        else if (is(e->set, item->name))
            whole[1] = (int64_t)e->value;
        if (is(e->whole, item->name)) {
            g->floats = NULL;
            g->integers = whole;
        }
        n++;
    }
    CHECK_OK(tk_tensors_make(n, given, e->key ? e->key : TK_EXCHANGE_KEY, text,
                             bytes, &size));
    tk_tensors_drop(t);
    for (size_t i = 0; i < n; i++)
        free(x[i]);
    free(text);
    CHECK_OK(tk_tensors_parse(*bytes, size, "x.safetensors", &t));
    return t;
}

static inline tk_err
import_edited(const edit *e, const char *statics, tk_trained *m, double *worst)
{
    unsigned char *bytes;
    tk_tensors *t = edited(e, &bytes);
    const tk_err err = tk_exchange_import(t, statics, m, worst);

    tk_tensors_drop(t);
    tk_free(bytes);
    return err;
}

static inline void
refuses(edit e, const char *why)
{
    const size_t held = tk_mem_held();
    tk_trained m = {0};
    double worst;

    if (import_edited(&e, "", &m, &worst) != TK_EDATA)
        fail_msg("not refused, expected: %s", why);
    says("x.safetensors: ");
    says(why);
    assert_null(m.theta);
    assert_int_equal(tk_mem_held(), held);
}

/* Runs the tests, with a file of their own. */
#define EXCHANGE_RUN(tests, name) \
    (exchange_path(name), cmocka_run_group_tests(tests, NULL, exchange_end))

static inline void
exchange_path(const char *name)
{
    const char *out = getenv("OUT");

    snprintf(path, sizeof path, "%s/tests/%s.safetensors",
             out ? out : "build/release", name);
}

static inline int
exchange_end(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

#endif
