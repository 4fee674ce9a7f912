/* lstm_stack.h -- layers of long short-term memory above each other, in one
 * direction or in both, with dropout between them: PyTorch's nn.LSTM as the
 * models use it, from the zero state to the last states.
 *
 * Shapes  x[L][D][N]   last[ways H][N]
 *
 * last holds the last layer's state after step L - 1 and, with both directions,
 * behind it that of the reverse one after step 0.
 */
#ifndef TALIK_NN_LSTM_STACK_H
#define TALIK_NN_LSTM_STACK_H

#include "talik/nn/lstm.h"
#include "talik/nn/model.h"

typedef struct {
    size_t L, N, D, H;   /* steps, cells, inputs, units of a direction */
    size_t layers, ways; /* ways = 2: both directions                  */
    double dropout;

    /* What a pass works on; not needed for the sizes. */
    const tk_tensor *first; /* of the tensors that tk_stack_layout appended */
    const tk_real *theta;
    const tk_noise *noise;
    tk_real *tape; /* tk_stack_tape reals; begins with last */
} tk_stack;

tk_err tk_stack_layout(tk_layout *l, size_t layers, size_t ways, size_t D,
                       size_t H) TK_MUST;

/* H and layers, and D, from the shapes of given tensors. */
tk_err tk_stack_infer(const tk_layout *given, tk_model_dims *s,
                      size_t *D) TK_MUST;

/* In reals; work for forward and backward, and for tk_stack_window. */
size_t tk_stack_tape(const tk_stack *s);
size_t tk_stack_work(const tk_stack *s);
size_t tk_stack_window_work(const tk_stack *s);

void tk_stack_forward(const tk_stack *s, const tk_real *x, tk_real *work);

/* Adds to dtheta.  dlast, the gradient of last, is used up.  dx[L][D - skip][N]
 * is set to the gradient of the inputs from row `skip` on, unless it is NULL.
 */
void tk_stack_backward(const tk_stack *s, const tk_real *x, tk_real *dlast,
                       tk_real *dtheta, size_t skip, tk_real *dx,
                       tk_real *work);

/* The first layer's input product W x_l, [4H][N] without its bias, in the given
 * direction; each is asked for once in a window, in the order of reading.
 */
typedef const tk_real *tk_stack_input(void *what, size_t way, size_t l);

/* One window without a tape: last.  The same bits as tk_stack_forward. */
void tk_stack_window(const tk_stack *s, tk_stack_input *input, void *what,
                     tk_real *last, tk_real *work);

/* Where the weights of a layer lie in theta, and its sizes. */
tk_lstm_at tk_stack_at(const tk_stack *s, size_t k, size_t way);

#endif
