/* talik/nn/gemm.h -- the matrix product, and the only place that knows BLAS.
 *
 *   C = A B + beta C      C[m][n], rows ldc apart
 *
 * A is [m][k] with rows lda apart, or [k][m] if ta; B is [k][n] with rows ldb
 * apart, or [n][k] if tb.  C overlaps neither.  Where beta is 0, C need not be
 * set before.
 *
 * **Same bits**: the order of the sums depends on the shape and on the CPU that
 * BLAS recognises, not on the values, nor on memory or on other calls.  BLAS
 * must run on one thread: tk_gemm_begin, once at the start of a program.
 */
#ifndef TALIK_NN_GEMM_H
#define TALIK_NN_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "talik/nn/real.h"

/* One thread from now on.  The environment is too late: OpenBLAS reads it when it
 * is loaded, before main.
 */
void tk_gemm_begin(void);

void tk_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, const tk_real *A,
             size_t lda, const tk_real *B, size_t ldb, tk_real beta, tk_real *C,
             size_t ldc);

/* The same in three plain loops: what the tests hold tk_gemm against. */
void tk_gemm_ref(bool ta, bool tb, size_t m, size_t n, size_t k,
                 const tk_real *A, size_t lda, const tk_real *B, size_t ldb,
                 tk_real beta, tk_real *C, size_t ldc);

/* g[i] += the sum of row i of A[m][n], in an order that depends on n only. */
void tk_add_row_sums(size_t m, size_t n, const tk_real *A, tk_real *g);

#endif
