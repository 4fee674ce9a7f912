/* differences.h -- a gradient against central differences, in double.
 *
 * Signed, and relative to 1 + |value|: a wrong sign or a missing term cannot
 * pass.
 */
#ifndef TALIK_TESTS_DIFFERENCES_H
#define TALIK_TESTS_DIFFERENCES_H

#include "../check.h"
#include "../numbers.h"

#ifndef TK_NN_DOUBLE
#error "gradient checks need BUILD=double"
#endif

/* df/dx[i] by central differences. */
static inline double
difference(double (*f)(void *), void *what, double *x, double step)
{
    const double kept = *x;
    double up, down;

    *x = kept + step;
    up = f(what);
    *x = kept - step;
    down = f(what);
    *x = kept;
    return (up - down) / (2 * step);
}

/* Whether got[n] is the gradient by x[n] of f(what), which reads x.  Where a kink
 * of ReLU lies between the two points, they are tried nearer to each other.
 */
static inline void
check_gradient(const char *name, double (*f)(void *), void *what, size_t n,
               double *x, const double *got, double tol)
{
    const double steps[] = {1e-5, 1e-7};

    for (size_t i = 0; i < n; i++) {
        double want = NAN;

        for (size_t k = 0; k < 2; k++) {
            want = difference(f, what, x + i, steps[k]);
            if (fabs(got[i] - want) <= tol * (1 + fabs(want)))
                break;
        }
        if (!(fabs(got[i] - want) <= tol * (1 + fabs(want))))
            fail_msg("d/d%s[%zu]: got %.12g, differences say %.12g", name, i,
                     got[i], want);
    }
}

/* The sum of y weighted by w: a loss whose gradient by y is w. */
static inline double
weighted_sum(size_t n, const double *y, const double *w)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += w[i] * y[i];
    return sum;
}

#endif
