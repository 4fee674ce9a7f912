/* encoder.h -- one layer of a transformer's encoder, normalised before its two
 * parts (pre-norm), over a tile of cells.
 *
 *   m = h + drop(Wo attention(Wi norm1(h) + bi) + bo)
 *   h' = m + drop(W2 drop(gelu(W1 norm2(m) + b1)) + b2)
 *
 * computed for the last Q of L steps only; keys and values are those of all.
 * As PyTorch's nn.TransformerEncoderLayer(norm_first=True, activation='gelu'),
 * but that the attention's weights themselves are not dropped.
 *
 * R. Xiong et al. (2020), arXiv:2002.04745.
 *
 * Shapes  h[L][d][N]  h'[Q][d][N]     (N cells)
 */
#ifndef TALIK_NN_ENCODER_H
#define TALIK_NN_ENCODER_H

#include "talik/nn/dense.h"
#include "talik/nn/dropout.h"
#include "talik/nn/layout.h"
#include "talik/nn/norm.h"

typedef struct {
    tk_dense_at in, out, ff1, ff2;
    tk_norm_at norm1, norm2;
} tk_encoder_at;

typedef struct {
    size_t L, Q, N, d, heads, ff;
    tk_encoder_at at;
    const tk_real *theta;
    double dropout;
    const tk_noise *noise; /* NULL: nothing is dropped          */
    unsigned place;        /* of the first of three masks       */
} tk_encoder;

enum { TK_ENCODER_TENSORS = 12, TK_ENCODER_MASKS = 3 };

/* What a layer leaves for its backward pass.  Without a tape (keep = 0) one step
 * of each array with that factor serves all, and p, slope and the masks are
 * NULL.
 */
typedef struct {
    size_t keep;
    tk_real *n1, *stats1;   /* keep: [L][d][N], [L][2][N]        */
    tk_real *qkv;           /* [L][3d][N]                        */
    tk_real *p;             /* tk_attention_tape                 */
    tk_real *o;             /* [Q][d][N]                         */
    tk_real *m;             /* keep: [Q][d][N]                   */
    tk_real *n2, *stats2;   /* keep: [Q][d][N], [Q][2][N]        */
    tk_real *g, *slope;     /* keep: [Q][ff][N], with their mask */
    tk_real *mask1, *mask2; /* [Q][d][N] of the two sums       */
} tk_encoder_tape;

/* Appends the twelve tensors name.self_attn.in_proj_weight and so on as PyTorch
 * begins them.
 */
tk_err tk_encoder_layout(tk_layout *l, size_t d, size_t ff,
                         const char *name) TK_MUST;
tk_encoder_at tk_encoder_find(const tk_tensor *first);

/* Takes the arrays of a tape from where *at points. */
size_t tk_encoder_tape_size(const tk_encoder *e, bool keep);
tk_encoder_tape tk_encoder_take(const tk_encoder *e, bool keep, tk_real **at);

/* Of every function below. */
size_t tk_encoder_work(const tk_encoder *e);

/* Sets qkv from h. */
void tk_encoder_project(const tk_encoder *e, tk_encoder_tape t,
                        const tk_real *h);

/* Sets out = h' from h and qkv; without a tape it may be the last Q steps of h.
 */
void tk_encoder_rest(const tk_encoder *e, tk_encoder_tape t, const tk_real *h,
                     tk_real *out, tk_real *work);

/* Adds to dtheta; sets dh[L][d][N] from dout[Q][d][N], which is used up. */
void tk_encoder_backward(const tk_encoder *e, tk_encoder_tape t,
                         const tk_real *h, tk_real *dout, tk_real *dtheta,
                         tk_real *dh, tk_real *work);

#endif
