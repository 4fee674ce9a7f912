/* talik/nn/model.h -- the sequence models behind one interface.
 *
 * A model maps windows of L steps of F normalised features, and a band, to D
 * numbers, for the N cells of a tile at once.
 *
 * Shapes  x[L][F][N]  band[N]  y[D][N]  theta[net.layout.size]
 *
 * Sizes are checked once, by tk_net_make; the passes cannot fail.  They
 * allocate nothing: tape and work belong to the caller, 64-byte aligned (see
 * tk_new), and need not be set.  A pass has the same bits for the same N and T,
 * whatever was computed before and on whatever rank.
 *
 *   tk_net net = {0};
 *   TK_TRY(tk_net_make(&net, "gru", &dims));
 *   tape = tk_new(tk_net_tape(&net, N), sizeof *tape);
 *   work = tk_new(tk_net_work(&net, N, dims.L), sizeof *work);
 *   tk_layout_init(&net.layout, seed, theta);
 *   net.model->forward(&pass, y);
 *   ... dy from y ...
 *   net.model->backward(&pass, dy, dtheta, NULL);
 */
#ifndef TALIK_NN_MODEL_H
#define TALIK_NN_MODEL_H

#include <stddef.h>

#include "talik/core/error.h"
#include "talik/nn/dropout.h"
#include "talik/nn/layout.h"
#include "talik/nn/real.h"

/* The sizes of a model; zero where the model has no such thing. */
typedef struct {
    size_t L;        /* steps of a window                                 */
    size_t F;        /* features of a step                                */
    size_t bands, E; /* rows and width of the band embedding; E = 0: none */
    size_t D;        /* outputs                                           */
    size_t layers;   /* recurrent layers, blocks or encoder layers        */
    size_t H;        /* width of a recurrent state                        */
    size_t C;        /* channels of a convolution                         */
    size_t kernel;   /* its taps                                          */
    size_t d;        /* width of a transformer                            */
    size_t heads;    /* of its attention                                  */
    size_t ff;       /* width of its feed-forward part                    */
    double dropout;  /* probability, in training only                     */
} tk_model_dims;

typedef struct tk_net tk_net;

/* What a pass works on.  Set unused members to zero. */
typedef struct {
    const tk_net *net;
    size_t N;
    const tk_real *theta;
    const tk_real *x;
    const int *band; /* not read if E = 0                               */
    tk_real *tape;   /* tk_net_tape reals, kept from forward to backward */
    tk_real *work;   /* tk_net_work reals                               */
    tk_noise noise;  /* the same in forward and backward                */

    /* Carried state, where model->state is not NULL.  With h0, the first step
     * starts from it, and y and dy have one [D][N] for every step instead of
     * one for the window.  h1 receives the last state; predict allows h1 = h0.
     * A cell loses its state after a step where lost[step][N] is not 0: what
     * follows begins from zero there, and h1 holds zero if that was the last.
     */
    const tk_real *h0; /* tk_net_state reals; NULL: zero, one y per window */
    tk_real *h1;       /* NULL: not wanted                                 */
    const unsigned char *lost; /* NULL: nothing is; not read without h0    */
    tk_real *dh0; /* set by backward to the gradient of h0; NULL: not wanted */
} tk_pass;

typedef struct {
    const char *name;

    /* TK_ECONF, naming the value, if the sizes make no model. */
    tk_err (*check)(const tk_model_dims *s) TK_MUST;
    tk_err (*layout)(const tk_model_dims *s, tk_layout *l) TK_MUST;

    /* The sizes that the shapes of given tensors tell: all but L, heads and
     * dropout.  TK_EDATA if a tensor is missing that would tell one.
     */
    tk_err (*infer)(const tk_layout *given, tk_model_dims *s) TK_MUST;

    size_t (*tape)(const tk_model_dims *s, size_t N);
    size_t (*work)(const tk_model_dims *s, size_t N, size_t T);
    size_t (*state)(const tk_model_dims *s, size_t N); /* NULL: no state */

    /* Sets y and the tape. */
    void (*forward)(const tk_pass *p, tk_real *y);

    /* From dy, the gradient of y: adds to dtheta, and sets dx[L][F][N] unless
     * it is NULL.  After forward with the same pass; the tape stays, so that
     * one forward can serve several dy.
     */
    void (*backward)(const tk_pass *p, const tk_real *dy, tk_real *dtheta,
                     tk_real *dx);

    /* The windows that end at steps L-1 .. T-1 of x[T][F][N], T >= L, without
     * a tape: y[T - L + 1][D][N].  What windows share is computed once.  With
     * h0: every step of x, any T >= 1, and y[T][D][N], or y = NULL where only
     * the state is wanted.
     */
    void (*predict)(const tk_pass *p, size_t T, tk_real *y);
} tk_model;

/* A model with its sizes.  Begin with {0}; tk_net_drop ends it. */
struct tk_net {
    const tk_model *model;
    tk_model_dims dims;
    tk_layout layout;
};

/* The model of that name, or NULL.  tk_model_at: the i-th, NULL at the end. */
const tk_model *tk_model_find(const char *name);
const tk_model *tk_model_at(size_t i);

/* TK_ECONF if there is no such model or the sizes make none. */
tk_err tk_net_make(tk_net *net, const char *name,
                   const tk_model_dims *dims) TK_MUST;
void tk_net_drop(tk_net *net);

/* Sizes in reals.  T is the longest x given to predict, at least L; L where
 * predict is not used, or with h0 alone.  state is 0 for models that carry none.
 */
size_t tk_net_tape(const tk_net *net, size_t N);
size_t tk_net_work(const tk_net *net, size_t N, size_t T);
size_t tk_net_state(const tk_net *net, size_t N);

#endif
