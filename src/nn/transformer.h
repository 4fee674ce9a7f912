/* transformer.h -- what the two files of the model transformer share. */
#ifndef TALIK_NN_TRANSFORMER_H
#define TALIK_NN_TRANSFORMER_H

#include "encoder.h"
#include "model_impl.h"

/* Tensors in the order of the layout, behind the embedding: in_proj, the layers,
 * the last normalisation, the head.
 */
tk_dense_at tk_former_in(const tk_net *net);
tk_norm_at tk_former_norm(const tk_net *net);
tk_dense_dims tk_former_in_dims(const tk_pass *p);
tk_dense_dims tk_former_head_dims(const tk_pass *p);

/* Layer k; the last one has a single query. */
tk_encoder tk_former_layer(const tk_pass *p, size_t k);

/* Fixed positions pe[L][d]: the sine in even columns j of l / 10000^(j/d), in
 * the column behind each the cosine of the same.
 */
void tk_former_positions(size_t L, size_t d, tk_real *pe);

size_t tk_former_predict_work(const tk_model_dims *s, size_t N, size_t T);
void tk_former_predict(const tk_pass *p, size_t T, tk_real *y);

#endif
