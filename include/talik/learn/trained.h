/* talik/learn/trained.h -- a trained model, and its file.
 *
 * The file holds the tensors and everything needed to use them: architecture,
 * sizes, window, features with units, order, scaling and training ranges,
 * depths, latitude bands, periods, what was held out, seed, version, and a
 * golden pair of inputs and outputs that is computed again on loading
 * (docs/files.md).
 *
 * Units  temperatures K: T = y * target_std + target_mean of a model output y,
 *        that of the network and the linear skip together.
 */
#ifndef TALIK_LEARN_TRAINED_H
#define TALIK_LEARN_TRAINED_H

#include "talik/data/band.h"
#include "talik/data/feature.h"
#include "talik/data/patch.h"
#include "talik/data/split.h"
#include "talik/io/store.h"
#include "talik/learn/domain.h"
#include "talik/learn/skip.h"
#include "talik/nn/model.h"

/* Where a month's answer begins.  'window': from the zero state, L - 1 months
 * before.  'carry': one run along the whole series, which begins from the zero
 * state with the first month of the inputs.  Either way there is no answer
 * before L months are there, nor in the L months from one that cannot be used
 * on; a carried state is zero after such a month.
 */
typedef enum {
    TK_STATE_WINDOW,
    TK_STATE_CARRY,
} tk_state;

const char *tk_state_name(tk_state state);

/* The state of that name.  TK_ECONF if there is none, or the model of that name
 * cannot have it; the message names those that can.
 */
tk_err tk_state_find(const char *name, const char *model,
                     tk_state *state) TK_MUST;

/* Begin with {0}; tk_trained_drop ends it. */
typedef struct {
    tk_net net;
    float *theta;
    tk_skip skip;     /* not part of theta */
    tk_domain domain; /* of the training; no part of any answer */
    tk_state state;
    tk_features features;
    double depth[TK_DEPTHS];
    double target_mean[TK_DEPTHS], target_std[TK_DEPTHS]; /* K */
    size_t nedge;
    double edge[TK_BANDS + 1];
    long long seed;
    int train_first, train_last; /* months of the targets fitted to  */
    int valid_first, valid_last; /* months that stopped the training */
    tk_split split;              /* what neither of them read        */
    int inputs_begin;     /* first month of the inputs; 0: not known, or no slow
                         mean depends on it                                   */
    char augmented[2048]; /* further data sets fitted to, or ""       */
    char version[64];     /* of the talik that trained it     */
    char origin[128];     /* of imported weights; "" if trained here */
} tk_trained;

void tk_trained_drop(tk_trained *m);

/* Makes net and theta (zeros) from name and sizes. */
tk_err tk_trained_make(tk_trained *m, const char *architecture,
                       const tk_model_dims *dims) TK_MUST;

/* To and from a store.  from_store checks everything that it reads. */
tk_err tk_trained_to_store(const tk_trained *m, tk_store *store) TK_MUST;
tk_err tk_trained_from_store(const tk_store *store, tk_trained *m) TK_MUST;

/* **Collective.**  Writes and reads a model file.  Reading runs the golden pair
 * again: TK_EDATA, naming the worst difference, if one exceeds 1e-5.
 */
tk_err tk_trained_write(const tk_par *par, const tk_trained *m,
                        const char *path, bool overwrite) TK_MUST;
tk_err tk_trained_read(const tk_par *par, const char *path,
                       tk_trained *m) TK_MUST;

/* The first month of inputs that the answer of `month` comes from. */
int tk_trained_start(const tk_trained *m, const tk_inputs *inputs, int month);

/* Reals of scratch for tk_trained_predict on T months. */
size_t tk_trained_work(const tk_trained *m, size_t T);

/* Temperatures, K, of the months L-1 .. T-1 of one tile: y[T-L+1][D][TK_TILE]
 * from scaled x[T][F][TK_TILE]; NaN in lanes and months whose window has
 * something in bad[T][TK_TILE], or where the model gives no finite answer.  A
 * carried state is zero before month 0.
 */
void tk_trained_predict(const tk_trained *m, size_t T, const float *x,
                        const unsigned char *bad, const int *band, float *work,
                        float *y);

/* The same run of a carried state in pieces of any length, to the same bits.
 * h has tk_trained_state reals, none without a carried state, and is zero before
 * the first month.  tk_trained_carry takes it on by T months without answers.
 * tk_trained_go_on is tk_trained_predict where h has seen months 0 .. L-2 of x
 * and takes it on to T - 1.
 */
size_t tk_trained_state(const tk_trained *m);
void tk_trained_carry(const tk_trained *m, size_t T, const float *x,
                      const unsigned char *bad, const int *band, float *work,
                      float *h);
void tk_trained_go_on(const tk_trained *m, size_t T, const float *x,
                      const unsigned char *bad, const int *band, float *work,
                      float *h, float *y);

#endif
