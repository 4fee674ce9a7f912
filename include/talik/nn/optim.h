/* talik/nn/optim.h -- AdamW, clipping of the gradient, learning rates.
 *
 * I. Loshchilov and F. Hutter, Decoupled weight decay regularization (2019),
 * arXiv:1711.05101; the order of operations is that of PyTorch's AdamW:
 *
 *   theta -= lr decay theta
 *   m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
 *   theta -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
 */
#ifndef TALIK_NN_OPTIM_H
#define TALIK_NN_OPTIM_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "talik/nn/real.h"

typedef struct {
    double beta1, beta2, eps, decay;
} tk_adamw;

#define TK_ADAMW_DEFAULT ((tk_adamw){0.9, 0.999, 1e-8, 0.01})

/* Update t = 1, 2, ... of theta[n] at rate lr; m and v begin as zeros. */
void tk_adamw_step(const tk_adamw *o, uint64_t t, double lr, size_t n,
                   const tk_real *g, tk_real *m, tk_real *v, tk_real *theta);

/* g[n] *= factor. */
void tk_scale(size_t n, double factor, tk_real *g);

/* Euclidean norm, summed in double in index order; NaN or infinite if an
 * element is.
 */
double tk_norm(size_t n, const tk_real *g);

/* Shortens g to the given norm if it is longer, as PyTorch's clip_grad_norm_;
 * returns its norm before.  most <= 0 only measures.
 */
double tk_clip(size_t n, double most, tk_real *g);

typedef enum {
    TK_RATE_CONSTANT,
    TK_RATE_COSINE,  /* from the peak to `low` along half a cosine wave */
    TK_RATE_PLATEAU, /* times factor after `patience` epochs in vain    */
} tk_rate_kind;

typedef struct {
    tk_rate_kind kind;
    double peak, low;       /* low: the last rate, or the least one    */
    uint64_t warmup, total; /* updates; the rate grows linearly before */
    double factor;          /* plateau only, between 0 and 1           */
    uint64_t patience;      /* plateau only, epochs                    */
} tk_rate;

/* The state of a plateau, kept in checkpoints; begin with TK_PLATEAU_START. */
typedef struct {
    double best, scale;
    uint64_t vain; /* epochs since the last gain */
} tk_plateau;

#define TK_PLATEAU_START ((tk_plateau){HUGE_VAL, 1, 0})

/* The rate of update t = 1, 2, ...  Warm-up reaches the peak at t = warmup, the
 * cosine reaches `low` at t = total and stays there.
 */
double tk_rate_at(const tk_rate *r, const tk_plateau *p, uint64_t t);

/* After an epoch with this validation loss: a gain is at least 1e-4 of the
 * best; after more than `patience` epochs without one, scale shrinks by factor.
 */
void tk_plateau_epoch(const tk_rate *r, double loss, tk_plateau *p);

#endif
