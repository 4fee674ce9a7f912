/* talik/nn/real.h -- the number that the networks compute with.
 *
 * float in every release.  -DTK_NN_DOUBLE builds the same sources in double,
 * for the gradient checks: central differences need the digits.
 */
#ifndef TALIK_NN_REAL_H
#define TALIK_NN_REAL_H

#ifdef TK_NN_DOUBLE
typedef double tk_real;
#else
typedef float tk_real;
#endif

#endif
