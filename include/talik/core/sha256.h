/* talik/core/sha256.h -- SHA-256, to say which file was read.
 *
 * NIST, Secure hash standard, FIPS 180-4 (2015), doi:10.6028/NIST.FIPS.180-4.
 */
#ifndef TALIK_CORE_SHA256_H
#define TALIK_CORE_SHA256_H

#include <stddef.h>

#define TK_SHA256_TEXT 65 /* 64 hexadecimal digits and a NUL */

void tk_sha256(size_t n, const void *bytes, char out[TK_SHA256_TEXT]);

#endif
