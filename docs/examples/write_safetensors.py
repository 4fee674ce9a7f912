#!/usr/bin/env python3
"""Writes weights as a file that `talik import` reads, with numpy alone.

    python3 write_safetensors.py OUT.safetensors [--architecture gru|tcn]
                [--type F32|F16|BF16] [--no-golden] [--seed N]

The weights here are random; put your own into `tensors`, under PyTorch's names
(../weights.md lists them), and describe them in `description`.  layouts.py
brings weights of Keras and ONNX into PyTorch's layout.
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


def with_band(w, x, band):
    """The row of the cell's band behind each month's features."""
    if "band_embedding.weight" not in w:
        return x
    e = w["band_embedding.weight"][band]
    return np.concatenate([x, np.repeat(e[:, None], x.shape[1], axis=1)], axis=2)


def gru(w, x):
    """x[n, L, I] to the last layer's state after the last month."""
    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    k = 0
    while f"gru.weight_ih_l{k}" in w:
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
        k += 1
    return x[:, -1]


def tcn(w, x):
    """x[n, L, I] to the last block's channels in the last month."""
    def causal(x, name, dilation):
        W = w[name + ".weight"]  # [out, in, taps]
        zeros = np.zeros((len(x), dilation * (W.shape[2] - 1), x.shape[2]))
        x = np.concatenate([zeros, x], axis=1)
        n = x.shape[1] - zeros.shape[1]
        return w[name + ".bias"] + sum(
            x[:, k * dilation:k * dilation + n] @ W[:, :, k].T
            for k in range(W.shape[2]))

    i = 0
    while f"blocks.{i}.conv1.weight" in w:
        y = np.maximum(causal(x, f"blocks.{i}.conv1", 2 ** i), 0)
        y = np.maximum(causal(y, f"blocks.{i}.conv2", 2 ** i), 0)
        if f"blocks.{i}.downsample.weight" in w:
            x = causal(x, f"blocks.{i}.downsample", 1)
        x = np.maximum(y + x, 0)
        i += 1
    return x[:, -1]


def predict(architecture, tensors, x, band):
    """The model, plainly: x[n, L, F] and band[n] to y[n, D]."""
    w = {name: np.asarray(t, dtype=np.float64) for name, t in tensors.items()}
    x = with_band(w, x, band)
    x = gru(w, x) if architecture == "gru" else tcn(w, x)
    return x @ w["head.weight"].T + w["head.bias"]


def random_gru(some, I, H=8, layers=2):
    """Tensors of a GRU, and the width that its head sees."""
    tensors = {}
    for k in range(layers):
        tensors[f"gru.weight_ih_l{k}"] = some(3 * H, I if k == 0 else H)
        tensors[f"gru.weight_hh_l{k}"] = some(3 * H, H)
        tensors[f"gru.bias_ih_l{k}"] = some(3 * H)
        tensors[f"gru.bias_hh_l{k}"] = some(3 * H)
    return tensors, H


def random_tcn(some, I, C=8, blocks=3, taps=3):
    tensors = {}
    for i in range(blocks):
        inputs = I if i == 0 else C
        tensors[f"blocks.{i}.conv1.weight"] = some(C, inputs, taps)
        tensors[f"blocks.{i}.conv1.bias"] = some(C)
        tensors[f"blocks.{i}.conv2.weight"] = some(C, C, taps)
        tensors[f"blocks.{i}.conv2.bias"] = some(C)
        if inputs != C:
            tensors[f"blocks.{i}.downsample.weight"] = some(C, inputs, 1)
            tensors[f"blocks.{i}.downsample.bias"] = some(C)
    return tensors, C


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args.add_argument("--architecture", default="gru", choices=["gru", "tcn"])
    args.add_argument("--type", default="F32", choices=["F32", "F16", "BF16"])
    args.add_argument("--no-golden", action="store_true")
    args.add_argument("--seed", type=int, default=1)
    args = args.parse_args()
    random = np.random.default_rng(args.seed)

    features = ["t2m", "tp", "month_sin", "month_cos", "elevation"]
    depths = [0.035, 0.175, 0.64]
    L, F, D, bands, E = 24, len(features), len(depths), 3, 2

    def some(*shape):
        return random.uniform(-0.5, 0.5, shape)

    make = random_gru if args.architecture == "gru" else random_tcn
    tensors, width = make(some, F + E)
    tensors["band_embedding.weight"] = some(bands, E)
    tensors["head.weight"] = some(D, width)
    tensors["head.bias"] = some(D)

    description = {
        "format": 1, "architecture": args.architecture, "window": L,
        "state": "window",
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
        y = predict(args.architecture, tensors, x, band)
        tensors.update({"golden.x": x, "golden.band": band, "golden.y": y})
    write_safetensors(args.out, tensors, description, args.type)


if __name__ == "__main__":
    main()
