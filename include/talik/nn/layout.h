/* talik/nn/layout.h -- where each weight lies in theta, and its first value.
 *
 * All parameters of a model are one vector theta; gradient and moments have the
 * same layout, so that sums, clipping, checkpoints and exchange see one array.
 * A layout is the list of its tensors, without gaps, in PyTorch's order and
 * under PyTorch's names; each is row-major.
 */
#ifndef TALIK_NN_LAYOUT_H
#define TALIK_NN_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#include "talik/core/error.h"
#include "talik/nn/real.h"

typedef enum {
    TK_INIT_CONSTANT, /* scale                              */
    TK_INIT_UNIFORM,  /* between -scale and scale           */
    TK_INIT_NORMAL,   /* mean 0, standard deviation = scale */
} tk_init;

#define TK_TENSOR_NAME 64

typedef struct {
    char name[TK_TENSOR_NAME]; /* "gru.weight_ih_l0"          */
    int rank;                  /* 1, 2 or 3                   */
    size_t dim[3];             /* 1 beyond the rank           */
    size_t offset, count;      /* in theta                    */
    tk_init init;
    double scale;
} tk_tensor;

/* Begin with {0}; tk_layout_drop ends it. */
typedef struct {
    tk_tensor *tensor;
    size_t n, room;
    size_t size; /* of theta */
} tk_layout;

/* Appends a tensor dim[rank] named by the format.  TK_ERUN if memory or the
 * range of size_t is too small, TK_EDATA if the name or the rank is too long.
 */
tk_err tk_layout_add(tk_layout *l, tk_init init, double scale, int rank,
                     const size_t *dim, const char *fmt, ...)
    TK_PRINTF(6, 7) TK_MUST;

/* The two tensors of an affine layer, name.weight [out][in] and name.bias, as
 * PyTorch's nn.Linear begins: uniform within 1 / sqrt(in).
 */
tk_err tk_layout_add_linear(tk_layout *l, size_t out, size_t in,
                            const char *name) TK_MUST;

void tk_layout_drop(tk_layout *l);

/* The tensor of that name, or NULL. */
const tk_tensor *tk_layout_find(const tk_layout *l, const char *name);

/* Whether `from`, tensors from elsewhere, are those of l: TK_EDATA if one is
 * missing, has another shape, or is not known to l.
 */
tk_err tk_layout_match(const tk_layout *l, const tk_layout *from) TK_MUST;

/* Copies every tensor of l from the tensor of the same name in `from`, whose
 * vector is theirs.  TK_EDATA, before anything is copied, unless they match.
 */
tk_err tk_layout_copy(const tk_layout *l, const tk_layout *from,
                      const tk_real *theirs, tk_real *theta) TK_MUST;

/* First values of theta[l->size].  Element i of tensor k is a function of seed,
 * k and i alone.
 */
void tk_layout_init(const tk_layout *l, uint64_t seed, tk_real *theta);

#endif
