#!/usr/bin/env python3
"""Writes weights as a file that `talik import` reads, with numpy alone.

    python3 write_safetensors.py OUT.safetensors [--type F32|F16|BF16]
                                 [--no-golden] [--seed N]

The weights here are random; put your own into `tensors`, under PyTorch's names
(../weights.md lists them), and describe them in `description`.  The functions
gru_from_keras and gru_from_onnx bring the gates of those frameworks into
PyTorch's order.
"""
import argparse
import json
import struct

import numpy as np


def rounded(x, dtype):
    """The bytes of x in a type of safetensors, and the numbers that are left."""
    x = np.ascontiguousarray(x)
    if dtype == "I64":
        x = x.astype("<i8")
        return x.tobytes(), x
    x = x.astype("<f4")
    if dtype == "F16":
        x = x.astype("<f2")
        return x.tobytes(), x.astype("<f4")
    if dtype == "BF16":  # the upper half of an F32, to the nearest, ties to even
        bits = x.view("<u4").astype(np.uint64)
        bits = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
        kept = (bits << 16).astype("<u4").view("<f4").reshape(x.shape)
        return bits.astype("<u2").tobytes(), kept
    return x.tobytes(), x


def write_safetensors(path, tensors, description, dtype="F32"):
    """tensors: name -> array; a golden pair stays in full precision."""
    header = {"__metadata__": {"talik": json.dumps(description)}}
    data = b""
    for name, x in tensors.items():
        kind = dtype
        if name.startswith("golden."):
            kind = "I64" if name == "golden.band" else "F32"
        raw, _ = rounded(x, kind)
        header[name] = {"dtype": kind, "shape": list(np.shape(x)),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def gru_from_keras(kernel, recurrent_kernel, bias):
    """Keras' GRU(reset_after=True): columns z, r, h.  As weight_ih, weight_hh,
    bias_ih, bias_hh."""
    if np.ndim(bias) != 2:
        raise ValueError("reset_after=False has no counterpart in PyTorch")

    def rows(x):
        z, r, h = np.split(x, 3)
        return np.concatenate([r, z, h])

    return (rows(kernel.T), rows(recurrent_kernel.T), rows(bias[0]),
            rows(bias[1]))


def gru_from_onnx(W, R, B, linear_before_reset):
    """ONNX's GRU, one direction: W[1, 3H, I], R[1, 3H, H], B[1, 6H]; rows
    z, r, h.  As weight_ih, weight_hh, bias_ih, bias_hh."""
    if not linear_before_reset or len(W) != 1:
        raise ValueError("only linear_before_reset = 1, one direction")

    def rows(x):
        z, r, h = np.split(x, 3)
        return np.concatenate([r, z, h])

    input_bias, recurrent_bias = np.split(B[0], 2)
    return rows(W[0]), rows(R[0]), rows(input_bias), rows(recurrent_bias)


def predict(tensors, layers, x, band):
    """The GRU of talik, plainly: x[n, L, F] and band[n] to y[n, D]."""
    w = {name: np.asarray(t, dtype=np.float64) for name, t in tensors.items()}

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    if "band_embedding.weight" in w:
        e = w["band_embedding.weight"][band]
        e = np.repeat(e[:, None, :], x.shape[1], axis=1)
        x = np.concatenate([x, e], axis=2)
    for k in range(layers):
        h = np.zeros((len(x), w[f"gru.weight_hh_l{k}"].shape[1]))
        out = []
        for t in range(x.shape[1]):
            a = x[:, t] @ w[f"gru.weight_ih_l{k}"].T + w[f"gru.bias_ih_l{k}"]
            b = h @ w[f"gru.weight_hh_l{k}"].T + w[f"gru.bias_hh_l{k}"]
            (ar, az, an), (br, bz, bn) = np.split(a, 3, 1), np.split(b, 3, 1)
            r, z = sigmoid(ar + br), sigmoid(az + bz)
            h = (1 - z) * np.tanh(an + r * bn) + z * h
            out.append(h)
        x = np.stack(out, axis=1)
    return x[:, -1] @ w["head.weight"].T + w["head.bias"]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args.add_argument("--type", default="F32", choices=["F32", "F16", "BF16"])
    args.add_argument("--no-golden", action="store_true")
    args.add_argument("--seed", type=int, default=1)
    args = args.parse_args()
    random = np.random.default_rng(args.seed)

    features = ["t2m", "tp", "month_sin", "month_cos", "elevation"]
    depths = [0.035, 0.175, 0.64]
    L, F, D, H, layers, bands, E = 24, len(features), len(depths), 8, 2, 3, 2

    def some(*shape):
        return random.uniform(-0.5, 0.5, shape)

    tensors = {"band_embedding.weight": some(bands, E)}
    for k in range(layers):
        inputs = F + E if k == 0 else H
        tensors[f"gru.weight_ih_l{k}"] = some(3 * H, inputs)
        tensors[f"gru.weight_hh_l{k}"] = some(3 * H, H)
        tensors[f"gru.bias_ih_l{k}"] = some(3 * H)
        tensors[f"gru.bias_hh_l{k}"] = some(3 * H)
    tensors["head.weight"] = some(D, H)
    tensors["head.bias"] = some(D)

    description = {
        "format": 1, "architecture": "gru", "window": L, "state": "window",
        "features": features, "units": ["K", "m", "", "", "m"],
        "static": ["elevation"],
        "feature_mean": [270.5, 0.001, 0, 0, 420],
        "feature_std": [12.25, 0.0015, 1, 1, 380],
        "depths": depths,
        "target_mean": [271, 270.5, 270],  # K
        "target_std": [9, 7, 4],           # K
        "band_edges": [55, 62, 66.5, 72],  # degrees north, bands + 1
    }

    # What a 16-bit file holds is no longer quite what was trained: the golden
    # pair belongs to the numbers that are written.
    tensors = {n: rounded(t, args.type)[1] for n, t in tensors.items()}
    if not args.no_golden:
        x = random.standard_normal((5, L, F)).astype("f4")
        band = np.arange(5) % bands
        y = predict(tensors, layers, x, band)
        tensors.update({"golden.x": x, "golden.band": band, "golden.y": y})
    write_safetensors(args.out, tensors, description, args.type)


if __name__ == "__main__":
    main()
