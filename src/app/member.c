/* One member of a contest as a model: its sizes, its first weights. */
#include <string.h>

#include "app.h"

/* The sizes that the architecture has; the others stay 0. */
static tk_model_dims
dims_of(const tk_setup *setup, const char *name, size_t F)
{
    const tk_config *c = &setup->c;
    const bool conv = strcmp(name, "conv1dlstm") == 0;
    const bool tcn = strcmp(name, "tcn") == 0;
    const bool transformer = strcmp(name, "transformer") == 0;
    tk_model_dims dims = {
        .L = (size_t)c->model.window,
        .F = F,
        .D = c->targets.ndepths,
        .bands = c->model.embedding ? c->model.nband_edges - 1 : 0,
        .E = (size_t)c->model.embedding,
        .layers = (size_t)(tcn ? c->model.blocks : c->model.layers),
        .H = tcn || transformer ? 0 : (size_t)c->model.hidden,
        .dropout = c->model.dropout,
    };

    if (conv || tcn) {
        dims.C = (size_t)c->model.channels;
        dims.kernel = c->model.kernel ? (size_t)c->model.kernel : tcn ? 3 : 7;
    }
    if (transformer) {
        dims.d = (size_t)c->model.d_model;
        dims.heads = (size_t)c->model.heads;
        dims.ff = (size_t)c->model.feed_forward;
    }
    return dims;
}

tk_err
member_check(const tk_setup *setup, size_t i)
{
    const tk_config *c = &setup->c;
    const char *name = tk_setup_member(setup, i).architecture;
    tk_model_dims dims;
    tk_state state;
    tk_net net = {0};
    tk_err err;

    if (c->model.embedding && c->model.nband_edges < 2)
        return tk_setup_fail(setup, "model", "band_edges",
                             "an embedding needs "
                             "the edges of its bands");
    TK_TRY(tk_bands_check(c->model.nband_edges, c->model.band_edges));
    TK_TRY(stage_state(setup, name, &state));
    dims = dims_of(setup, name, 1); /* inputs are counted in the data */
    err = tk_net_make(&net, name, &dims);
    tk_net_drop(&net);
    return err;
}

tk_err
member_make(const tk_setup *setup, size_t i, const tk_trained *shared,
            tk_trained *m)
{
    const tk_member member = tk_setup_member(setup, i);
    const tk_model_dims dims =
        dims_of(setup, member.architecture, shared->features.n);

    *m = *shared;
    m->domain = (tk_domain){0}; /* nothing borrowed, should a copy fail */
    TK_TRY(tk_skip_copy(&shared->skip, &m->skip));
    TK_TRY(tk_domain_copy(&shared->domain, &m->domain));
    TK_TRY(tk_trained_make(m, member.architecture, &dims));
    TK_TRY(stage_state(setup, member.architecture, &m->state));
    tk_layout_init(&m->net.layout, (uint64_t)member.seed, m->theta);
    m->seed = member.seed;
    return TK_OK;
}
