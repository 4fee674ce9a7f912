/* talik/learn/exchange.h -- trained models to and from safetensors.
 *
 * The tensors bear PyTorch's names; what the numbers mean is JSON, under the
 * key `talik` of __metadata__ (docs/weights.md).  A golden pair, golden.x,
 * golden.band and golden.y, shows that both sides compute the same.
 */
#ifndef TALIK_LEARN_EXCHANGE_H
#define TALIK_LEARN_EXCHANGE_H

#include "talik/io/tensors.h"
#include "talik/learn/trained.h"

#define TK_EXCHANGE_KEY "talik"
#define TK_EXCHANGE_FORMAT 1

/* The months of a model whose file does not tell when it was trained: those of
 * the year 0.
 */
#define TK_TRAINED_UNKNOWN "0000-01"

/* A model from tensors; begin with {0}, tk_trained_drop ends it.  `statics` is
 * a list "name,name" of features that are static though the file does not say
 * so, or "".  Without a golden pair in the file *worst is NaN, else the worst
 * difference of outputs.
 *
 * TK_EDATA, naming both sides, where tensors, sizes and lists do not fit, a
 * weight is none, or the golden pair is missed by more than 1e-5; TK_ECONF if
 * statics names what is no feature.
 */
tk_err tk_exchange_import(const tk_tensors *t, const char *statics,
                          tk_trained *m, double *worst) TK_MUST;

/* Writes a file that tk_exchange_import reads, with a golden pair. */
tk_err tk_exchange_export(const tk_trained *m, const char *path,
                          bool overwrite) TK_MUST;

#endif
