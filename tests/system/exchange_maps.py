"""The formulas of Keras' and ONNX' layers on their own layouts, against PyTorch
on what docs/examples/layouts.py makes of these; in double.
"""
import numpy as np
import torch

import layouts

I, H, STEPS = 5, 7, 9
random = np.random.default_rng(3)
some = random.standard_normal


def s(a):
    return 1 / (1 + np.exp(-a))


def last(x, state, step):
    for one in x:
        state = step(one, state)
    return state if isinstance(state, np.ndarray) else state[0]


def fill(layer, parts, suffix="_l0"):
    for name, part in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), parts):
        getattr(layer, name + suffix).data[:] = torch.from_numpy(part)


def gru_miss(x, want, parts):
    gru = torch.nn.GRU(I, H).double()
    fill(gru, parts)
    with torch.no_grad():
        return np.abs(want - gru(torch.from_numpy(x))[1][0].numpy()).max()


def lstm_miss(x, want, parts):
    """Directions of want and parts: one, or forward and reverse."""
    lstm = torch.nn.LSTM(I, H, bidirectional=len(parts) == 2).double()
    for suffix, part in zip(("_l0", "_l0_reverse"), parts):
        fill(lstm, part, suffix)
    with torch.no_grad():
        got = lstm(torch.from_numpy(x))[1][0].numpy()
    return np.abs(np.stack(want) - got).max()


def keras_gru(x):
    K, U, b = some((I, 3 * H)), some((H, 3 * H)), some((2, 3 * H))

    def step(x, h):
        a, c = x @ K + b[0], h @ U + b[1]
        z, r = s(a[:H] + c[:H]), s(a[H:2 * H] + c[H:2 * H])
        return z * h + (1 - z) * np.tanh(a[2 * H:] + r * c[2 * H:])

    return gru_miss(x, last(x, np.zeros(H), step),
                    layouts.gru_from_keras(K, U, b))


def onnx_gru(x):
    W, R, B = some((1, 3 * H, I)), some((1, 3 * H, H)), some((1, 6 * H))
    (wz, wr, wh), (rz, rr, rh) = np.split(W[0], 3), np.split(R[0], 3)
    bz, br, bh, cz, cr, ch = np.split(B[0], 6)

    def step(x, h):
        z = s(wz @ x + rz @ h + bz + cz)
        r = s(wr @ x + rr @ h + br + cr)
        return (1 - z) * np.tanh(wh @ x + r * (rh @ h + ch) + bh) + z * h

    return gru_miss(x, last(x, np.zeros(H), step),
                    layouts.gru_from_onnx(W, R, B, 1))


def cell(i, f, c, o, state):
    c = s(f) * state[1] + s(i) * np.tanh(c)
    return s(o) * np.tanh(c), c


def keras_lstm(x):
    K, U, b = some((I, 4 * H)), some((H, 4 * H)), some(4 * H)

    def step(x, state):
        i, f, c, o = np.split(x @ K + state[0] @ U + b, 4)
        return cell(i, f, c, o, state)

    return lstm_miss(x, [last(x, (np.zeros(H),) * 2, step)],
                     [layouts.lstm_from_keras(K, U, b)])


def onnx_lstm(x):
    W, R, B = some((2, 4 * H, I)), some((2, 4 * H, H)), some((2, 8 * H))

    def direction(k):
        def step(x, state):
            b, d = np.split(B[k], 2)
            i, o, f, c = np.split(W[k] @ x + R[k] @ state[0] + b + d, 4)
            return cell(i, f, c, o, state)

        return last(x[::-1] if k else x, (np.zeros(H),) * 2, step)

    return lstm_miss(x, [direction(0), direction(1)],
                     [layouts.lstm_from_onnx(W, R, B, k) for k in (0, 1)])


def keras_conv1d(x):
    """padding='causal', dilation_rate=2."""
    K, b, taps = some((3, I, H)), some(H), 3
    padded = np.concatenate([np.zeros((2 * (taps - 1), I)), x])
    want = [sum(padded[t + 2 * k] @ K[k] for k in range(taps)) + b
            for t in range(len(x))]
    conv = torch.nn.Conv1d(I, H, taps, dilation=2).double()
    weight, bias = layouts.conv1d_from_keras(K, b)
    conv.weight.data[:] = torch.from_numpy(weight)
    conv.bias.data[:] = torch.from_numpy(bias)
    with torch.no_grad():
        got = conv(torch.from_numpy(padded.T.copy())[None])[0].T.numpy()
    return np.abs(np.stack(want) - got).max()


def keras_attention():
    heads, width = 3, 4
    d = heads * width
    q, k, v = ((some((d, heads, width)), some((heads, width))) for _ in range(3))
    out = some((heads, width, d)), some(d)
    x = some((STEPS, d))
    Q, K, V = (np.einsum("td,dhe->hte", x, w) + b[:, None] for w, b in (q, k, v))
    p = np.exp(np.einsum("hte,hse->hts", Q, K) / np.sqrt(width))
    p /= p.sum(2, keepdims=True)
    want = np.einsum("hts,hse,hed->td", p, V, out[0]) + out[1]
    layer = torch.nn.MultiheadAttention(d, heads).double()
    parts = layouts.attention_from_keras(q, k, v, out)
    with torch.no_grad():
        for to, part in zip((layer.in_proj_weight, layer.in_proj_bias,
                             layer.out_proj.weight, layer.out_proj.bias), parts):
            to[:] = torch.from_numpy(part)
        y = torch.from_numpy(x)[:, None]
        return np.abs(want - layer(y, y, y)[0][:, 0].numpy()).max()


def worst():
    x = some((STEPS, I))
    miss = {f.__name__: f(x) for f in (keras_gru, onnx_gru, keras_lstm, onnx_lstm,
                                       keras_conv1d)}
    miss["keras_attention"] = keras_attention()
    for name, value in miss.items():
        print(f"{name}: worst difference {value:.1e}")
    return max(miss.values())
