#include "talik/phys/column.h"

#include <math.h>
#include <string.h>

#include "column_impl.h"
#include "talik/core/mem.h"

#define N TK_TILE

tk_column_opts
tk_column_defaults(void)
{
    return (tk_column_opts){
        .nodes = 40,
        .fine_nodes = 10,
        .fine = 0.02,
        .growth = 0.0,
        .bottom = 30.0,
        .step = 1.0,
        .tolerance = 1e-4,
        .surface_factor = 1.0,
        .spinup_years = 30,
        .snow = tk_snow_defaults(),
    };
}

/* Depth of the bottom with so many nodes that grow. */
static double
reach(double top, double fine, double growth, int n)
{
    double dz = fine, z = top;

    for (int k = 0; k < n; k++)
        z += dz *= growth;
    return z;
}

static tk_err
check(const tk_column_opts *o)
{
    if (o->nodes < 3 || o->nodes > TK_NODES_MAX || o->fine_nodes < 1
        || o->fine_nodes > o->nodes)
        return tk_fail(TK_ECONF, "soil nodes %d (3..%d), fine nodes %d",
                       o->nodes, TK_NODES_MAX, o->fine_nodes);
    if (!(o->fine >= 1e-3 && o->fine <= 1.0))
        return tk_fail(TK_ECONF, "fine = %g m is outside 0.001..1", o->fine);
    if (!(o->growth == 0.0 || (o->growth >= 1.0 && o->growth <= 3.0)))
        return tk_fail(TK_ECONF, "growth = %g is neither 0 nor in 1..3",
                       o->growth);
    if (!(o->bottom >= 20.0 && o->bottom <= 1000.0))
        return tk_fail(TK_ECONF, "bottom = %g m is outside 20..1000",
                       o->bottom);
    if (!(o->step >= 1e-3 && o->step <= 31.0))
        return tk_fail(TK_ECONF, "step = %g days is outside 0.001..31",
                       o->step);
    if (!(o->tolerance >= 1e-10 && o->tolerance <= 0.1))
        return tk_fail(TK_ECONF, "tolerance = %g K is outside 1e-10..0.1",
                       o->tolerance);
    if (!(o->surface_factor >= 0.1 && o->surface_factor <= 3.0))
        return tk_fail(TK_ECONF, "surface_factor = %g is outside 0.1..3",
                       o->surface_factor);
    if (o->spinup_years < 0 || o->spinup_years > 10000)
        return tk_fail(TK_ECONF, "spinup_years = %d is outside 0..10000",
                       o->spinup_years);
    return tk_snow_check(&o->snow);
}

/* Fine nodes, then thickness growing by a constant factor to the bottom. */
static tk_err
make_nodes(tk_column *col)
{
    const tk_column_opts *o = &col->o;
    const double top = o->fine * o->fine_nodes;
    const int n = o->nodes - o->fine_nodes;
    double growth = o->growth, low = 1.0, high = 3.0, z = 0.0;

    if (growth == 0.0) {
        if (n == 0 || reach(top, o->fine, low, n) > o->bottom
            || reach(top, o->fine, high, n) < o->bottom)
            return tk_fail(TK_ECONF,
                           "%d nodes, %d of them of %g m, cannot end at %g m "
                           "with a growth of 1..3",
                           o->nodes, o->fine_nodes, o->fine, o->bottom);
        for (int i = 0; i < 100; i++) {
            growth = 0.5 * (low + high);
            if (reach(top, o->fine, growth, n) < o->bottom)
                low = growth;
            else
                high = growth;
        }
    }
    if (reach(top, o->fine, growth, n) < 20.0 - 1e-9)
        return tk_fail(TK_ECONF,
                       "%d nodes with growth %g end at %.3g m, above 20 m",
                       o->nodes, growth, reach(top, o->fine, growth, n));
    col->nz = (size_t)o->nodes;
    for (size_t k = 0; k < col->nz; k++) {
        col->dz[k] =
            k < (size_t)o->fine_nodes ? o->fine : col->dz[k - 1] * growth;
        col->z[k] = z + 0.5 * col->dz[k];
        z += col->dz[k];
    }
    return TK_OK;
}

static tk_err
place_output(tk_column *col, size_t ndepth, const double *depth)
{
    if (ndepth > TK_DEPTHS_MAX)
        return tk_fail(TK_ECONF, "%zu output depths, at most %d", ndepth,
                       TK_DEPTHS_MAX);
    col->ndepth = ndepth;
    for (size_t d = 0; d < ndepth; d++) {
        size_t k = 0;

        if (!(depth[d] >= 0.0 && depth[d] <= col->z[col->nz - 1]))
            return tk_fail(TK_ECONF,
                           "output depth %g m is outside 0..%.4g, the deepest "
                           "node",
                           depth[d], col->z[col->nz - 1]);
        while (k + 2 < col->nz && col->z[k + 1] <= depth[d])
            k++;
        col->above[d] = k;
        col->toward[d] =
            fmax(0.0, (depth[d] - col->z[k]) / (col->z[k + 1] - col->z[k]));
    }
    return TK_OK;
}

tk_err
tk_column_make(const tk_column_opts *opts, size_t ndepth, const double *depth,
               tk_column **out)
{
    tk_column *col;
    tk_err err;

    *out = NULL;
    TK_TRY(check(opts));
    col = tk_new(1, sizeof *col);
    if (!col)
        return TK_ERUN;
    col->o = *opts;
    err = make_nodes(col);
    if (err == TK_OK)
        err = place_output(col, ndepth, depth);
    if (err != TK_OK) {
        tk_column_drop(col);
        return err;
    }
    *out = col;
    return TK_OK;
}

void
tk_column_drop(tk_column *col)
{
    tk_free(col);
}

size_t
tk_column_nodes(const tk_column *col)
{
    return col->nz;
}

const double *
tk_column_thickness(const tk_column *col)
{
    return col->dz;
}

const double *
tk_column_depths(const tk_column *col)
{
    return col->z;
}

size_t
tk_column_state_size(const tk_column *col)
{
    return (col->nz + 2) * N;
}

size_t
tk_column_work_size(const tk_column *col)
{
    return (col->nz + 1) * F_COUNT * TK_BUNDLE;
}

void
tk_column_heat(const tk_column *col, const double *state, double *heat)
{
    memset(heat, 0, N * sizeof *heat);
    for (size_t k = 0; k < col->nz; k++)
        for (size_t c = 0; c < N; c++)
            heat[c] += state[k * N + c] * col->dz[k];
}

void
tk_column_start(const tk_column *col, const tk_ground *g, const double *T,
                double *state)
{
    for (size_t i = 0; i < col->nz * N; i++) {
        const double freeze[4] = {g->t1[i], g->p1[i], g->t2[i], g->p2[i]};

        state[i] =
            T[i] > 0.0
                ? g->ct[i] * T[i]
                : g->cf[i] * T[i] + g->lw[i] * (tk_liquid(freeze, T[i]) - 1.0);
    }
    for (size_t c = 0; c < N; c++) {
        state[col->nz * N + c] = 0.0;
        state[(col->nz + 1) * N + c] = col->o.snow.density_new;
    }
}

void
tk_column_temperature(const tk_column *col, const tk_ground *g,
                      const double *state, double *T)
{
    for (size_t i = 0; i < col->nz * N; i++) {
        const double H = state[i];
        const double H1 = g->cf[i] * g->t1[i] + g->lw[i] * (g->p1[i] - 1.0);
        const double H2 = g->cf[i] * g->t2[i] + g->lw[i] * (g->p2[i] - 1.0);

        if (H > 0.0)
            T[i] = H / g->ct[i];
        else if (H > H1)
            T[i] = g->t1[i] / H1 * H;
        else if (H > H2)
            T[i] = g->t1[i] + (g->t2[i] - g->t1[i]) * (H - H1) / (H2 - H1);
        else
            T[i] = g->t2[i] + (H - H2) / g->cf[i];
    }
}
