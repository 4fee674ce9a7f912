#include "talik/learn/trained.h"

#include <math.h>
#include <string.h>

#include "talik/core/mem.h"
#include "talik/core/text.h"
#include "talik/core/version.h"

void
tk_trained_drop(tk_trained *m)
{
    tk_net_drop(&m->net);
    tk_free(m->theta);
    tk_skip_drop(&m->skip);
    tk_domain_drop(&m->domain);
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

static const char *const state_name[] = {"window", "carry"};

const char *
tk_state_name(tk_state state)
{
    return state_name[state];
}

tk_err
tk_state_find(const char *name, const char *model, tk_state *state)
{
    const tk_model *found = tk_model_find(model);
    tk_text able = {0};

    *state = TK_STATE_WINDOW;
    if (strcmp(name, state_name[TK_STATE_WINDOW]) == 0)
        return TK_OK;
    *state = TK_STATE_CARRY;
    if (strcmp(name, state_name[TK_STATE_CARRY]) != 0)
        return tk_fail(TK_ECONF, "state '%s'; this talik has window, carry",
                       name);
    if (found && found->state)
        return TK_OK;
    for (size_t i = 0; tk_model_at(i); i++)
        if (tk_model_at(i)->state)
            tk_text_add(&able, "%s%s", able.len ? ", " : "",
                        tk_model_at(i)->name);
    tk_fail(TK_ECONF, "state 'carry' is for %s, not for %s", tk_text_get(&able),
            model);
    tk_text_drop(&able);
    return TK_ECONF;
}

int
tk_trained_start(const tk_trained *m, const tk_inputs *inputs, int month)
{
    const int window = month - (int)m->net.dims.L + 1;
    const int first = tk_inputs_first(inputs);

    return m->state == TK_STATE_CARRY && first < window ? first : window;
}

size_t
tk_trained_state(const tk_trained *m)
{
    return m->state == TK_STATE_CARRY ? tk_net_state(&m->net, TK_TILE) : 0;
}

/* Behind it, on a line of 64 bytes, a state. */
static size_t
net_work(const tk_trained *m, size_t T)
{
    const size_t steps = m->state == TK_STATE_CARRY ? m->net.dims.L : T;

    return (tk_net_work(&m->net, TK_TILE, steps) + 15) / 16 * 16;
}

size_t
tk_trained_work(const tk_trained *m, size_t T)
{
    return net_work(m, T) + tk_trained_state(m);
}

static tk_pass
pass_of(const tk_trained *m, const float *x, const int *band, float *work)
{
    return (tk_pass){.net = &m->net,
                     .N = TK_TILE,
                     .theta = m->theta,
                     .x = x,
                     .band = band,
                     .work = work};
}

/* y[T - L + 1][D][TK_TILE] of the network to K, NaN where there is no answer. */
static void
finish(const tk_trained *m, size_t T, const float *x, const unsigned char *bad,
       float *y)
{
    const size_t D = m->net.dims.D, L = m->net.dims.L;

    tk_skip_add(&m->skip, T - L + 1, 1, x, y);
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

/* What cannot be used is what is lost. */
void
tk_trained_carry(const tk_trained *m, size_t T, const float *x,
                 const unsigned char *bad, const int *band, float *work,
                 float *h)
{
    tk_pass pass = pass_of(m, x, band, work);

    pass.h0 = pass.h1 = h;
    pass.lost = bad;
    pass.net->model->predict(&pass, T, NULL);
}

void
tk_trained_go_on(const tk_trained *m, size_t T, const float *x,
                 const unsigned char *bad, const int *band, float *work,
                 float *h, float *y)
{
    const size_t seen = m->net.dims.L - 1;
    tk_pass pass = pass_of(m, x + seen * m->net.dims.F * TK_TILE, band, work);

    pass.h0 = pass.h1 = h;
    pass.lost = bad + seen * TK_TILE;
    pass.net->model->predict(&pass, T - seen, y);
    finish(m, T, x, bad, y);
}

void
tk_trained_predict(const tk_trained *m, size_t T, const float *x,
                   const unsigned char *bad, const int *band, float *work,
                   float *y)
{
    const tk_pass pass = pass_of(m, x, band, work);

    if (m->state == TK_STATE_CARRY) {
        float *h = work + net_work(m, T);

        memset(h, 0, tk_trained_state(m) * sizeof *h);
        tk_trained_carry(m, m->net.dims.L - 1, x, bad, band, work, h);
        tk_trained_go_on(m, T, x, bad, band, work, h, y);
        return;
    }
    pass.net->model->predict(&pass, T, y);
    finish(m, T, x, bad, y);
}
