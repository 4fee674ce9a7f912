/* model_impl.h -- what the files m_*.c share: the models themselves, and checks
 * of sizes that leave a message with the value.
 */
#ifndef TALIK_NN_MODEL_IMPL_H
#define TALIK_NN_MODEL_IMPL_H

#include "talik/nn/dense.h"
#include "talik/nn/embed.h"
#include "talik/nn/model.h"

extern const tk_model tk_m_gru;
extern const tk_model tk_m_bilstm;
extern const tk_model tk_m_conv1dlstm;
extern const tk_model tk_m_tcn;
extern const tk_model tk_m_transformer;

/* TK_ECONF unless low <= value <= high. */
tk_err tk_check_size(const char *model, const char *what, size_t value,
                     size_t low, size_t high) TK_MUST;

/* L, F, D, bands, E and dropout, which all models have. */
tk_err tk_check_common(const char *model, const tk_model_dims *s) TK_MUST;

/* The band embedding as the first tensor, where E > 0. */
tk_err tk_layout_add_embedding(tk_layout *l, const tk_model_dims *s) TK_MUST;

/* For infer: dimension i of a tensor of that rank into *size, divided by parts,
 * which must leave nothing over.  TK_EDATA if there is no such tensor.
 */
tk_err tk_infer_size(const tk_layout *given, const char *name, int rank, int i,
                     size_t parts, size_t *size) TK_MUST;

/* How many layers: one more than the highest number between `before` and
 * `after` in a name, at least 1.  So a gap is found, as a tensor that is missing.
 */
size_t tk_infer_layers(const tk_layout *given, const char *before,
                       const char *after);

/* bands and E from the embedding, both 0 without one; D from the head. */
tk_err tk_infer_common(const tk_layout *given, tk_model_dims *s) TK_MUST;

/* F from the number of inputs per step, of which E are the embedding. */
tk_err tk_infer_features(size_t inputs, tk_model_dims *s) TK_MUST;

/* The head, whose tensors are the last two. */
tk_dense_at tk_head_at(const tk_net *net);

/* The embedding appended to `steps` steps of the pass's input. */
tk_embed_dims tk_embed_of(const tk_pass *p, size_t steps);

/* n reals of a tape or of work, from where *at points; moves it behind them and
 * on to the next line of 64 bytes.  tk_taken says how far n reals move it.
 */
tk_real *tk_take(tk_real **at, size_t n);
size_t tk_taken(size_t n);

/* The same, counted in *size; without `at` only counted, and NULL. */
tk_real *tk_place(tk_real **at, size_t *size, size_t n);

#endif
