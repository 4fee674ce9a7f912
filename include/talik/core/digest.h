/* talik/core/digest.h -- a digest of an array that does not depend on how it is
 * cut: the wrapping 64-bit sum of mix(global index, bits of the value).
 *
 * Ranks add what they own and sum the parts (tk_sum_u64).  Missing values take
 * part like any others.  Shown as 16 hexadecimal digits.
 */
#ifndef TALIK_CORE_DIGEST_H
#define TALIK_CORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* The sum over n floats whose global indices are first, first + 1, ... */
uint64_t tk_digest_floats(uint64_t first, size_t n, const float *x);

uint64_t tk_digest_doubles(uint64_t first, size_t n, const double *x);

/* 64-bit mix of index and bits; a bijection of the bits for a fixed index. */
uint64_t tk_digest_mix(uint64_t index, uint64_t bits);

/* A digest of plain bytes (FNV-1a, 64 bits), for texts and small files. */
uint64_t tk_digest_bytes(size_t n, const void *bytes);

/* Writes 16 digits and a NUL. */
void tk_digest_text(uint64_t digest, char out[17]);

#endif
