/* exchange_impl.h -- the description of a model, as JSON. */
#ifndef TALIK_LEARN_EXCHANGE_IMPL_H
#define TALIK_LEARN_EXCHANGE_IMPL_H

#include <jansson.h>

#include "talik/core/text.h"
#include "talik/learn/exchange.h"

/* What must be known before the sizes are. */
typedef struct {
    const tk_model *model;
    tk_state state;
    size_t window, heads; /* heads 0: not given */
} exchange_kind;

/* Parses the text; json_decref ends *root.  Every key is a known one. */
tk_err tk_exchange_open(const char *text, json_t **root,
                        exchange_kind *kind) TK_MUST;

/* Fills all of m but net, theta, the numbers of the skip and origin; dims are those of the tensors. */
tk_err tk_exchange_describe(const json_t *root, const tk_model_dims *dims,
                            const char *statics, tk_trained *m) TK_MUST;

/* Whether a feature is one of "name,name"; an angle goes by the name of its
 * variable as well.
 */
bool tk_exchange_listed(const char *list, const char *feature);

/* The linear skip that "skip" names, with zeros; none without the key.  And the
 * list of those names.
 */
tk_err tk_exchange_skip(const json_t *root, const tk_model_dims *dims,
                        const tk_features *features, tk_skip *skip) TK_MUST;
json_t *tk_exchange_skip_names(const tk_trained *m);

/* The domain that "domain" describes, checked; none without the key.  And that
 * object.
 */
tk_err tk_exchange_domain(const json_t *root, const tk_features *features,
                          tk_domain *domain) TK_MUST;
json_t *tk_exchange_domain_object(const tk_trained *m);

/* The text for a model; free() ends it.  NULL, with a fault, if memory is
 * short or a text of the model is no UTF-8.
 */
char *tk_exchange_text(const tk_trained *m);

#endif
