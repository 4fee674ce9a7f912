#include "../check.h"
#include "../numbers.h"

#include "talik/nn/gemm.h"

/* Rows are 3 elements longer than needed, to see that strides are kept. */
enum { GAP = 3 };

static void
compare(bool ta, bool tb, size_t m, size_t n, size_t k, tk_real beta)
{
    const size_t lda = (ta ? m : k) + GAP, ldb = (tb ? k : n) + GAP;
    const size_t ldc = n + GAP;
    tk_real *A = numbers(1, (ta ? k : m) * lda);
    tk_real *B = numbers(2, (tb ? n : k) * ldb);
    tk_real *C = numbers(3, m * ldc), *want = numbers(3, m * ldc);

    if (beta == 0)
        C[0] = (tk_real)NAN; /* need not be set */
    tk_gemm(ta, tb, m, n, k, A, lda, B, ldb, beta, C, ldc);
    tk_gemm_ref(ta, tb, m, n, k, A, lda, B, ldb, beta, want, ldc);
    for (size_t i = 0; i < m * ldc; i++)
        CHECK_NEAR(C[i], want[i], 3e-6 * (double)(k + 1));
    tk_free(A);
    tk_free(B);
    tk_free(C);
    tk_free(want);
}

static void
against_plain_loops(void **state)
{
    /* The last ones are cut into rows. */
    const size_t shape[][3] = {{1, 1, 1},     {5, 2, 3},     {12, 7, 4},
                               {192, 64, 24}, {97, 64, 192}, {384, 64, 128},
                               {260, 65, 70}};
    const tk_real beta[] = {0, 1, (tk_real)0.5};

    (void)state;
    for (size_t s = 0; s < sizeof shape / sizeof shape[0]; s++)
        for (int t = 0; t < 12; t++)
            compare(t & 1, t & 2, shape[s][0], shape[s][1], shape[s][2],
                    beta[t / 4]);
}

static void
nothing_to_do(void **state)
{
    tk_real one = 1;

    (void)state;
    tk_gemm(false, false, 0, 1, 1, &one, 1, &one, 1, 0, &one, 1);
    CHECK_NEAR(one, 1, 0);
}

static void
row_sums(void **state)
{
    const size_t sizes[] = {1, 5, 16, 17, 64, 100};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        const size_t n = sizes[s];
        tk_real *A = numbers(4, 3 * n), g[3] = {1, 2, 3};

        tk_add_row_sums(3, n, A, g);
        for (size_t i = 0; i < 3; i++) {
            double want = (double)(i + 1);

            for (size_t j = 0; j < n; j++)
                want += (double)A[i * n + j];
            CHECK_NEAR(g[i], want, 1e-5);
        }
        tk_free(A);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_plain_loops),
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(row_sums),
    };

    return cmocka_run_group_tests_name("gemm", tests, NULL, NULL);
}
