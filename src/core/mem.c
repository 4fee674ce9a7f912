#include "talik/core/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "talik/core/error.h"

#define LINE 64 /* bytes of a cache line; also holds the size before it */

#define LARGE (1 << 20)

static size_t held, peak;

void
tk_mem_start(void)
{
#ifdef __GLIBC__
    /* Else glibc raises the threshold up to 32 MB, and buffers of readers, freed
     * and taken in turn, leave holes of hundreds of MB.
     */
    mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
}

void *
tk_new(size_t n, size_t size)
{
    size_t bytes;
    unsigned char *base = NULL;

    if (tk_injected("mem.new") || __builtin_mul_overflow(n, size, &bytes)
        || bytes > SIZE_MAX - 3 * LINE) {
        tk_fail(TK_ERUN, "out of memory: %zu elements of %zu bytes", n, size);
        return NULL;
    }
    bytes = (bytes + LINE - 1) / LINE * LINE + LINE;
    base = aligned_alloc(LINE, bytes);
    if (!base) {
        tk_fail(TK_ERUN, "out of memory: %zu bytes wanted, %zu held", bytes,
                held);
        return NULL;
    }
    memset(base, 0, bytes);
    memcpy(base, &bytes, sizeof bytes);
    held += bytes;
    peak = held > peak ? held : peak;
    return base + LINE;
}

void
tk_free(void *p)
{
    unsigned char *base = p;
    size_t bytes;

    if (!p)
        return;
    base -= LINE;
    memcpy(&bytes, base, sizeof bytes);
    held -= bytes;
    free(base);
}

char *
tk_copy_text(const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = tk_new(n, 1);

    return copy ? memcpy(copy, text, n) : NULL;
}

size_t
tk_mem_held(void)
{
    return held;
}

size_t
tk_mem_peak(void)
{
    return peak;
}
