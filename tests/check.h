/* check.h -- cmocka, and what it lacks. */
#ifndef TALIK_TESTS_CHECK_H
#define TALIK_TESTS_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* |got - want| <= tol; NaN matches only NaN. */
#define CHECK_NEAR(got, want, tol)                                           \
    check_near((double)(got), (double)(want), (double)(tol), #got, __FILE__, \
               __LINE__)

static inline void
check_near(double got, double want, double tol, const char *what,
           const char *file, int line)
{
    if ((isnan(got) && isnan(want)) || fabs(got - want) <= tol)
        return;
    print_error("%s: got %.17g, want %.17g within %g\n", what, got, want, tol);
    _fail(file, line);
}

#define CHECK_OK(call) assert_int_equal((call), 0)

/* Where data too large or too foreign for the repository may lie; NULL where
 * it is absent: the test then skips, and says so.
 */
static inline const char *
check_data_dir(void)
{
    const char *dir = getenv("TALIK_TEST_DATA");

    return dir && *dir ? dir : NULL;
}

#endif
