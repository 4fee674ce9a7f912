#include "talik/learn/trained.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/version.h"

void
tk_trained_drop(tk_trained *m)
{
    tk_net_drop(&m->net);
    tk_free(m->theta);
    *m = (tk_trained){0};
}

tk_err
tk_trained_make(tk_trained *m, const char *architecture,
                const tk_model_dims *dims)
{
    TK_TRY(tk_net_make(&m->net, architecture, dims));
    m->theta = tk_new(m->net.layout.size, sizeof *m->theta);
    strncpy(m->version, tk_version(), sizeof m->version - 1);
    return m->theta ? TK_OK : TK_ERUN;
}

size_t
tk_trained_work(const tk_trained *m, size_t T)
{
    return tk_net_work(&m->net, TK_TILE, T);
}

void
tk_trained_predict(const tk_trained *m, size_t T, const float *x,
                   const unsigned char *bad, const int *band, float *work,
                   float *y)
{
    const size_t D = m->net.dims.D, L = m->net.dims.L;
    const tk_pass pass = {.net = &m->net,
                          .N = TK_TILE,
                          .theta = m->theta,
                          .x = x,
                          .band = band,
                          .work = work};

    m->net.model->predict(&pass, T, y);
    for (size_t t = 0; t + L <= T; t++)
        for (size_t d = 0; d < D; d++) {
            float *row = y + (t * D + d) * TK_TILE;

            for (size_t l = 0; l < TK_TILE; l++) {
                const double value =
                    (double)row[l] * m->target_std[d] + m->target_mean[d];
                const bool ok =
                    isfinite(value)
                    && tk_window_status(bad, t + L - 1, L, l) == TK_CELL_OK;

                row[l] = ok ? (float)value : NAN;
            }
        }
}
