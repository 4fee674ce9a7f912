#include "../check.h"

#include "talik/core/mem.h"
#include "talik/nn/layout.h"

enum { MANY = 20000 };

static void
make(tk_layout *l)
{
    const size_t shape[] = {MANY / 100, 100}, three[] = {2, 3, 5};

    CHECK_OK(tk_layout_add(l, TK_INIT_UNIFORM, 0.25, 2, shape, "a.weight"));
    CHECK_OK(tk_layout_add(l, TK_INIT_NORMAL, 2, 2, shape, "b.%d.weight", 3));
    CHECK_OK(tk_layout_add(l, TK_INIT_CONSTANT, 1, 3, three, "norm.weight"));
    CHECK_OK(tk_layout_add_linear(l, 3, 16, "head"));
}

static void
offsets(void **state)
{
    tk_layout l = {0};
    const tk_tensor *t;

    (void)state;
    make(&l);
    assert_int_equal(l.n, 5);
    assert_int_equal(l.size, 2 * MANY + 30 + 48 + 3);
    t = tk_layout_find(&l, "norm.weight");
    assert_non_null(t);
    assert_int_equal(t->offset, 2 * MANY);
    assert_int_equal(t->count, 30);
    assert_int_equal(t->dim[2], 5);
    t = tk_layout_find(&l, "head.bias");
    assert_non_null(t);
    assert_int_equal(t->rank, 1);
    assert_int_equal(t->dim[0], 3);
    assert_int_equal(t->dim[1], 1);
    CHECK_NEAR(t->scale, 0.25, 0);
    assert_null(tk_layout_find(&l, "b.4.weight"));
    assert_non_null(tk_layout_find(&l, "b.3.weight"));
    tk_layout_drop(&l);
    assert_int_equal(l.size, 0);
}

/* Room grows; what was there stays. */
static void
many_tensors(void **state)
{
    const size_t one[] = {1};
    tk_layout l = {0};

    (void)state;
    for (size_t k = 0; k < 100; k++)
        CHECK_OK(tk_layout_add(&l, TK_INIT_CONSTANT, 0, 1, one, "t%zu", k));
    assert_string_equal(l.tensor[0].name, "t0");
    assert_string_equal(l.tensor[99].name, "t99");
    assert_int_equal(l.tensor[99].offset, 99);
    tk_layout_drop(&l);
}

static void
refused(void **state)
{
    const size_t large[] = {SIZE_MAX / 2, 3};
    tk_layout l = {0};

    (void)state;
    assert_int_equal(tk_layout_add(&l, TK_INIT_CONSTANT, 0, 2, large, "big"),
                     TK_ERUN);
    assert_non_null(strstr(tk_last_fault()->text, "big"));
    assert_int_equal(tk_layout_add(&l, TK_INIT_CONSTANT, 0, 4, large, "deep"),
                     TK_EDATA);
    assert_non_null(strstr(tk_last_fault()->text, "'deep' has 4 dimensions"));
    assert_int_equal(
        tk_layout_add(&l, TK_INIT_CONSTANT, 0, 1, large, "%064d", 1), TK_EDATA);
    assert_int_equal(
        tk_layout_add(&l, TK_INIT_CONSTANT, 0, 1, large, "%063d", 1), TK_OK);
    assert_int_equal(l.n, 1);
    tk_layout_drop(&l);
}

static void
first_values(void **state)
{
    tk_layout l = {0};
    tk_real *theta, *again;
    double mean = 0, square = 0, least = 1, most = -1;

    (void)state;
    make(&l);
    theta = tk_new(l.size, sizeof *theta);
    again = tk_new(l.size, sizeof *again);
    assert_non_null(theta);
    assert_non_null(again);
    tk_layout_init(&l, 5, theta);
    tk_layout_init(&l, 5, again);
    assert_memory_equal(theta, again, l.size * sizeof *theta);
    tk_layout_init(&l, 6, again);
    assert_memory_not_equal(theta, again, l.size * sizeof *theta);

    for (size_t i = 0; i < MANY; i++) {
        least = fmin(least, (double)theta[i]);
        most = fmax(most, (double)theta[i]);
        mean += (double)theta[i] / MANY;
    }
    CHECK_NEAR(least, -0.25, 1e-3);
    CHECK_NEAR(most, 0.25, 1e-3);
    CHECK_NEAR(mean, 0, 5e-3);
    for (size_t i = MANY; i < 2 * MANY; i++)
        square += (double)theta[i] * (double)theta[i] / MANY;
    CHECK_NEAR(square, 4, 0.2);
    CHECK_NEAR(theta[2 * MANY + 29], 1, 0);
    tk_free(theta);
    tk_free(again);
    tk_layout_drop(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets),
        cmocka_unit_test(many_tensors),
        cmocka_unit_test(refused),
        cmocka_unit_test(first_values),
    };

    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
