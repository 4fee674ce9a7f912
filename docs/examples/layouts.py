"""Weights of Keras' and ONNX' layers in PyTorch's layout, with numpy alone.

Each function takes one layer's arrays, as layer.get_weights() of Keras and
onnx.numpy_helper.to_array of an initializer give them, and returns PyTorch's.
../weights.md says which layers have a counterpart.
"""
import numpy as np


def blocks(x, order):
    """Blocks of rows of x, one for each gate, in another order."""
    parts = np.split(np.asarray(x), len(order))
    return np.concatenate([parts[k] for k in order])


# ---- recurrent layers: weight_ih, weight_hh, bias_ih, bias_hh ----------------

KERAS_GRU = ONNX_GRU = (1, 0, 2)  # z, r, h to r, z, n
ONNX_LSTM = (0, 2, 3, 1)          # i, o, f, c to i, f, g, o


def gru_from_keras(kernel, recurrent_kernel, bias):
    """GRU(reset_after=True): columns z, r, h; bias [2, 3H]."""
    if np.ndim(bias) != 2:
        raise ValueError("reset_after=False has no counterpart in PyTorch")
    return (blocks(kernel.T, KERAS_GRU), blocks(recurrent_kernel.T, KERAS_GRU),
            blocks(bias[0], KERAS_GRU), blocks(bias[1], KERAS_GRU))


def lstm_from_keras(kernel, recurrent_kernel, bias):
    """LSTM: columns i, f, c, o, PyTorch's order; one bias [4H]."""
    return kernel.T, recurrent_kernel.T, bias, np.zeros_like(bias)


def from_onnx(W, R, B, order, direction):
    input_bias, recurrent_bias = np.split(B[direction], 2)
    return (blocks(W[direction], order), blocks(R[direction], order),
            blocks(input_bias, order), blocks(recurrent_bias, order))


def gru_from_onnx(W, R, B, linear_before_reset, direction=0):
    """GRU: W [directions, 3H, I], R [directions, 3H, H], B [directions, 6H];
    rows z, r, h."""
    if not linear_before_reset:
        raise ValueError("linear_before_reset = 0 has no counterpart in PyTorch")
    return from_onnx(W, R, B, ONNX_GRU, direction)


def lstm_from_onnx(W, R, B, direction=0):
    """LSTM: rows i, o, f, c; direction 1 of a bidirectional one is PyTorch's
    _reverse."""
    return from_onnx(W, R, B, ONNX_LSTM, direction)


# ---- other layers -----------------------------------------------------------

def conv1d_from_keras(kernel, bias):
    """Conv1D: kernel [taps, in, out].  As weight [out, in, taps], bias."""
    return np.transpose(kernel, (2, 1, 0)), bias


def attention_from_keras(query, key, value, output):
    """MultiHeadAttention(heads, key_dim), heads * key_dim = d: each a pair of
    kernel and bias, [d, heads, key_dim] and [heads, key_dim]; of the output
    [heads, key_dim, d] and [d].  As in_proj_weight, in_proj_bias,
    out_proj.weight, out_proj.bias."""
    d = len(output[1])
    if any(np.size(kernel) != d * d for kernel, _ in (query, key, value, output)):
        raise ValueError("heads * key_dim is not the width of the model")
    inputs = query, key, value
    return (np.concatenate([np.reshape(kernel, (d, d)).T for kernel, _ in inputs]),
            np.concatenate([np.ravel(bias) for _, bias in inputs]),
            np.reshape(output[0], (d, d)).T, output[1])
