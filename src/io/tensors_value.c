/* The numbers of safetensors. */
#include <math.h>
#include <string.h>

#include "tensors_impl.h"

/* A little-endian number of so many bytes, on any machine. */
static uint64_t
number_at(const unsigned char *b, size_t width)
{
    uint64_t x = 0;

    while (width-- > 0)
        x = x << 8 | b[width];
    return x;
}

static float
from_bits(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* IEEE binary16: 1 sign, 5 exponent, 10 fraction; all are floats, exactly. */
static float
from_half(uint32_t bits)
{
    const uint32_t sign = bits >> 15 << 31, fraction = bits & 0x3ff;
    const int exponent = (int)(bits >> 10 & 0x1f);
    float x;

    if (exponent == 0x1f)
        return from_bits(sign | 0x7f800000 | fraction << 13);
    x = exponent == 0 ? ldexpf((float)fraction, -24)
                      : ldexpf((float)(fraction | 0x400), exponent - 25);
    return sign ? -x : x;
}

tk_err
tk_tensors_floats(const tk_tensors *t, const tk_tensors_item *item, float *x)
{
    const size_t width = tk_tensors_width(item->type);
    const unsigned char *at = t->data + item->first;

    if (item->type == TK_TYPE_I64)
        return tk_fail(TK_EDATA,
                       "%s: tensor '%s' is I64, expected F32, F16 or BF16",
                       t->path, item->name);
    for (size_t i = 0; i < item->count; i++, at += width) {
        const uint32_t bits = (uint32_t)number_at(at, width);

        if (item->type == TK_TYPE_F16)
            x[i] = from_half(bits);
        else
            x[i] = from_bits(item->type == TK_TYPE_BF16 ? bits << 16 : bits);
    }
    return TK_OK;
}

tk_err
tk_tensors_integers(const tk_tensors *t, const tk_tensors_item *item,
                    int64_t *x)
{
    const unsigned char *at = t->data + item->first;

    if (item->type != TK_TYPE_I64)
        return tk_fail(TK_EDATA, "%s: tensor '%s' is %s, expected I64", t->path,
                       item->name, tk_tensors_type_name(item->type));
    for (size_t i = 0; i < item->count; i++, at += 8) {
        const uint64_t bits = number_at(at, 8);

        memcpy(&x[i], &bits, sizeof x[i]);
    }
    return TK_OK;
}
