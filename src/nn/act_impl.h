/* act_impl.h -- the activations of one element, to be inlined into loops over
 * cells, which a compiler then turns into vector code.
 *
 *   exp(x) = 2^k exp(r),  k = round(x log2 e),  r = x - k log 2
 *
 * exp(r) is 1 + r + r^2/2 + r^3 q(r) with q of degree 3, fitted to the least
 * worst error on |r| <= log(2)/2: 4.4e-9, far below the rounding of float.
 * tanh goes through exp - 1, so that small arguments keep their digits.
 *
 *   erf(x / sqrt(2)) / 2 = x P(x^2) / Q(x^2)
 *
 * with P and Q of degree 5, fitted to the least worst error on |x| <= 5.45:
 * 6.3e-9, and exactly 1/2 beyond.
 */
#ifndef TALIK_NN_ACT_IMPL_H
#define TALIK_NN_ACT_IMPL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "talik/nn/real.h"

/* Before a static function with such loops: compiled a second time for wider
 * vectors, and chosen when the program starts.  The bits are the same.
 * (clang 14 renames functions that are not static, and links the choice by name,
 * so no two files may use the same one; sanitizers come too late for the choice.)
 */
#define WIDE
#if defined(__x86_64__) && !defined(__AVX512F__) && defined(__has_attribute)
#if __has_attribute(target_clones) && !defined(__SANITIZE_ADDRESS__)
#undef WIDE
#define WIDE __attribute__((target_clones("avx512f", "default")))
#endif
#endif

#ifdef TK_NN_DOUBLE

static inline double
fma_of(double a, double b, double c)
{
    return a * b + c;
}

static inline double
exp_of(double x)
{
    return exp(x);
}

static inline double
sigmoid_of(double x)
{
    return 1 / (1 + exp(-x));
}

static inline double
tanh_of(double x)
{
    return tanh(x);
}

static inline double
half_erf(double x)
{
    return erf(x * 0.70710678118654752440) / 2;
}

#else

/* a b + c, rounded once where the target has the instruction.  Written out,
 * so that every compiler and every vector width makes the same bits of it.
 */
static inline float
fma_of(float a, float b, float c)
{
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* exp(x) = scale (1 + rest); x within -87 .. 88, or NaN. */
static inline void
exp_parts(float x, float *scale, float *rest)
{
    /* Adding 1.5 2^23 rounds to an integer, and leaves it in the low bits. */
    const float shift = 0x1.8p23f;
    const float shifted = fma_of(x, 0x1.715476p0f, shift);
    const float k = shifted - shift;
    float r = fma_of(k, -0x1.62e4p-1f, x); /* log 2 in two parts */
    float q;
    uint32_t bits;

    r = fma_of(k, -0x1.7f7d1cp-20f, r);
    q = fma_of(0x1.6d65dap-10f, r, 0x1.123ac8p-7f);
    q = fma_of(q, r, 0x1.5554d2p-5f);
    q = fma_of(q, r, 0x1.55549p-3f);
    q = fma_of(q, r, 0.5f);
    *rest = fma_of(q * r, r, r);

    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000u;
    memcpy(scale, &bits, sizeof bits);
}

static inline float
limit(float x, float low, float high)
{
    x = x < low ? low : x; /* false for NaN, which passes */
    return x > high ? high : x;
}

static inline float
exp_of(float x)
{
    float scale, rest;

    exp_parts(limit(x, -87, 88), &scale, &rest);
    return fma_of(scale, rest, scale);
}

static inline float
sigmoid_of(float x)
{
    return 1 / (1 + exp_of(-x));
}

static inline float
tanh_of(float x)
{
    float scale, rest, e;

    /* With |x| the function is exactly odd, and a little nearer. */
    exp_parts(limit(2 * fabsf(x), 0, 20), &scale, &rest);
    e = fma_of(scale, rest, scale - 1); /* exp(2 |x|) - 1 */
    return copysignf(e / (e + 2), x);
}

/* erf(x / sqrt(2)) / 2 */
static inline float
half_erf(float x)
{
    const float end = 5.45f;
    const float z = limit(x, -end, end), t = z * z;
    float p, q;

    p = fma_of(0x1.8c3db4p-26f, t, 0x1.aa7358p-18f);
    p = fma_of(p, t, 0x1.5d3246p-13f);
    p = fma_of(p, t, 0x1.31a27cp-8f);
    p = fma_of(p, t, 0x1.134f3p-5f);
    p = fma_of(p, t, 0x1.98845p-2f);
    q = fma_of(0x1.43f576p-20f, t, 0x1.322ddp-14f);
    q = fma_of(q, t, 0x1.ea8f3ap-10f);
    q = fma_of(q, t, 0x1.d31726p-6f);
    q = fma_of(q, t, 0x1.00eda2p-2f);
    q = fma_of(q, t, 1);
    p = z * p / q;
    return fabsf(x) >= end ? copysignf(0.5f, x) : p;
}

#endif

#endif
