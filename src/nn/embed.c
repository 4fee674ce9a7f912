#include "talik/nn/embed.h"

#include <string.h>

#include "talik/core/error.h"

static size_t
row_of(tk_embed_dims s, int band)
{
    TK_ASSERT(band >= 0 && (size_t)band < s.bands);
    return (size_t)band * s.E;
}

void
tk_embed_forward(tk_embed_dims s, const tk_real *table, const int *band,
                 const tk_real *x, tk_real *out)
{
    const size_t N = s.N, FN = s.F * N, EN = s.E * N;

    for (size_t l = 0; l < s.L; l++)
        memcpy(out + l * (FN + EN), x + l * FN, FN * sizeof *out);
    for (size_t c = 0; c < N; c++) {
        const tk_real *row = table + row_of(s, band[c]);

        for (size_t e = 0; e < s.E; e++)
            out[FN + e * N + c] = row[e];
    }
    for (size_t l = 1; l < s.L; l++)
        memcpy(out + l * (FN + EN) + FN, out + FN, EN * sizeof *out);
}

void
tk_embed_backward(tk_embed_dims s, const int *band, size_t rows,
                  const tk_real *dout, tk_real *dtable, tk_real *dx)
{
    const size_t N = s.N, skip = rows - s.E;

    TK_ASSERT(rows == s.E || rows == s.F + s.E);
    /* forward: out[l] = concat(x[l], table[band]) */
    for (size_t l = 0; l < s.L; l++) {
        const tk_real *dout_l = dout + l * rows * N;

        if (dx && skip > 0)
            memcpy(dx + l * s.F * N, dout_l, s.F * N * sizeof *dx);
        for (size_t e = 0; e < s.E; e++)
            for (size_t c = 0; c < N; c++)
                dtable[row_of(s, band[c]) + e] += dout_l[(skip + e) * N + c];
    }
}
