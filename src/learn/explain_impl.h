/* explain_impl.h -- what the parts of tk_explain share. */
#ifndef TALIK_LEARN_EXPLAIN_IMPL_H
#define TALIK_LEARN_EXPLAIN_IMPL_H

#include "talik/learn/explain.h"

/* Streams of the generator. */
typedef enum {
    DRAW_ALPHA = 8,
    DRAW_SAMPLE,
    DRAW_BACKGROUND,
    DRAW_PARTNER,
} draw_kind;

static inline uint64_t
draw_stream(draw_kind kind, uint64_t index)
{
    return ((uint64_t)kind << 60) | index;
}

/* The i-th of several months in [first, last]: calendar months take turns, the
 * year is drawn by u in (0, 1).
 */
int tk_explain_month(int first, int last, size_t i, double u);

/* A window of L months that ends at place `m` of tile t of the patch: whether
 * lane l of it is a cell without gaps; its values, w[L][F].
 */
bool tk_explain_there(const tk_patch *p, size_t t, size_t m, size_t L,
                      size_t l);
void tk_explain_copy(const tk_patch *p, size_t t, size_t m, size_t L, size_t F,
                     size_t l, float *w);

/* **Collective.**  Background windows [opts->background][L][F], for all. */
tk_err tk_explain_background(const tk_dataset *data, const tk_trained *m,
                             const tk_explain_opts *opts,
                             float *window) TK_MUST;

/* The windows that change places: all samples of every `stride`-th tile. */
typedef struct {
    size_t n, stride, samples;
    float *x;       /* [n][L][F]                          */
    float *y;       /* [n][D] target, K; NaN: none        */
    double *weight; /* [n] km2                            */
    int *band;      /* [n]                                */
    int *calendar;  /* [n] calendar month 1..12; 0: empty */
} window_pool;

tk_err tk_pool_make(const tk_dataset *data, const tk_trained *m,
                    const tk_explain_opts *opts, window_pool *pool) TK_MUST;
void tk_pool_drop(window_pool *pool);

/* The place of a tile's i-th sample; n if it has none. */
size_t tk_pool_place(const window_pool *pool, size_t tile, size_t i);

/* **Collective.**  What each rank put into the pool to all, then importance. */
tk_err tk_pool_permute(const tk_dataset *data, const tk_trained *m,
                       uint64_t seed, window_pool *pool,
                       tk_explained *r) TK_MUST;

/* ---- sums ---------------------------------------------------------------- */

/* The weighted sums of a group, a band and season: a block of doubles with one
 * part for each depth.
 */
enum { COUNT, WEIGHT, HEAD };
enum { ANSWER, ANSWER_2, BASE, MISS_2, PART_HEAD };

typedef struct {
    const tk_dataset *data;
    const tk_trained *m;
    const tk_explain_opts *opts;
    size_t groups, part, block; /* doubles of a part, of a block */
    double *tile, *total;       /* [groups][block]               */
    double *pair;               /* [2][block]                    */
    float *background;          /* [n][L][F]                     */
    float *window;              /* [L][F]                        */
    double *attribution;        /* [D][L][F]                     */
    tk_explainer *explainer;
    window_pool pool;
} explain_work;

static inline double *
sums_part(const explain_work *w, double *sums, size_t group, size_t d)
{
    return sums + group * w->block + HEAD + d * w->part;
}

/* Memory of a result; its means from the totals: TK_EDATA if there is no
 * window, TK_ERUN if they are not complete.
 */
tk_err tk_explained_make(const explain_work *w, tk_explained *r) TK_MUST;
tk_err tk_explained_take(const explain_work *w, tk_explained *r) TK_MUST;

#endif
