#include "talik/nn/gemm.h"

#include <limits.h>

#include <cblas.h>

#include "talik/core/error.h"

#ifdef TK_NN_DOUBLE
#define blas_gemm cblas_dgemm
#else
#define blas_gemm cblas_sgemm
#endif

/* OpenBLAS has a faster kernel, without copies, for products of up to 100^3
 * multiplications (0.3.21): larger ones are cut into rows that fit, which makes
 * 115 GFLOP/s of 98 where a layer has 128 units.  With B transposed that kernel
 * is no faster than the other.
 */
#define SMALL_PRODUCT 1000000
#define MOST_CUTS 16
#define ROWS_MULTIPLE 16

/* Rows of C at a time: a function of the shape alone, as the bits must be. */
static size_t
rows_at_once(bool tb, size_t m, size_t n, size_t k)
{
    const size_t fit = SMALL_PRODUCT / (n * k) / ROWS_MULTIPLE * ROWS_MULTIPLE;

    return tb || fit == 0 || m > MOST_CUTS * fit ? m : fit;
}

/* Not in every CBLAS; where it lacks, the library has no threads of its own. */
extern void openblas_set_num_threads(int n) __attribute__((weak));

void
tk_gemm_begin(void)
{
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
}

void
tk_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, const tk_real *A,
        size_t lda, const tk_real *B, size_t ldb, tk_real beta, tk_real *C,
        size_t ldc)
{
    const size_t most = INT_MAX;
    size_t rows;

    if (m == 0 || n == 0)
        return;
    TK_ASSERT(m <= most && n <= most && k <= most);
    TK_ASSERT(lda <= most && ldb <= most && ldc <= most);
    TK_ASSERT(k > 0);
    rows = rows_at_once(tb, m, n, k);
    for (size_t i = 0; i < m; i += rows)
        blas_gemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans,
                  tb ? CblasTrans : CblasNoTrans,
                  (int)(m - i < rows ? m - i : rows), (int)n, (int)k, 1,
                  A + (ta ? i : i * lda), (int)lda, B, (int)ldb, beta,
                  C + i * ldc, (int)ldc);
}

void
tk_gemm_ref(bool ta, bool tb, size_t m, size_t n, size_t k, const tk_real *A,
            size_t lda, const tk_real *B, size_t ldb, tk_real beta, tk_real *C,
            size_t ldc)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            tk_real sum = 0;

            for (size_t l = 0; l < k; l++)
                sum += (ta ? A[l * lda + i] : A[i * lda + l])
                       * (tb ? B[j * ldb + l] : B[l * ldb + j]);
            C[i * ldc + j] = beta == 0 ? sum : sum + beta * C[i * ldc + j];
        }
    }
}

void
tk_add_row_sums(size_t m, size_t n, const tk_real *A, tk_real *g)
{
    enum { LANES = 16 }; /* of partial sums, for vector units of any width */

    for (size_t i = 0; i < m; i++, A += n) {
        tk_real lane[LANES] = {0}, sum = 0;
        size_t j = 0;

        for (; j + LANES <= n; j += LANES)
            for (size_t l = 0; l < LANES; l++)
                lane[l] += A[j + l];
        for (; j < n; j++)
            lane[j % LANES] += A[j];
        for (size_t l = 0; l < LANES; l++)
            sum += lane[l];
        g[i] += sum;
    }
}
