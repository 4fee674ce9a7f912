"""Weight files through PyTorch, read by hand: exchange_torch.py COMMAND ...

    check FILE        nn.GRU with the file's weights meets its golden pair
    same A B          all weights of A are those of B, whatever their types
    make OUT TYPE     a random nn.GRU, its golden pair by PyTorch
    maps              weights in Keras' and ONNX' layouts, mapped to nn.GRU, and
                      numbers of 16 bits
"""
import json
import os
import struct
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../docs/examples"))
import write_safetensors as ws  # noqa: E402


def read(path):
    with open(path, "rb") as f:
        raw = f.read()
    n = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + n])
    about = json.loads(header.pop("__metadata__")["talik"])
    tensors = {}
    for name, t in header.items():
        first, end = t["data_offsets"]
        part = raw[8 + n + first:8 + n + end]
        if t["dtype"] == "BF16":
            x = np.frombuffer(part, "<u2").astype("<u4") << 16
            x = x.view("<f4")
        else:
            x = np.frombuffer(part, {"F32": "<f4", "F16": "<f2", "I64": "<i8"}
                              [t["dtype"]])
        if t["dtype"] == "F16":
            x = x.astype("<f4")
        tensors[name] = x.reshape(t["shape"]).copy()
    return about, tensors


class Net(torch.nn.Module):
    def __init__(self, features, bands, E, H, layers, D):
        super().__init__()
        if E:
            self.band_embedding = torch.nn.Embedding(bands, E)
        self.E = E
        self.gru = torch.nn.GRU(features + E, H, layers, batch_first=True)
        self.head = torch.nn.Linear(H, D)

    def forward(self, x, band):
        if self.E:
            e = self.band_embedding(band)
            x = torch.cat([x, e[:, None, :].expand(-1, x.shape[1], -1)], 2)
        return self.head(self.gru(x)[0][:, -1])


def net_of(about, weights):
    embedding = weights.get("band_embedding.weight", np.zeros((0, 0)))
    layers = sum(name.startswith("gru.weight_ih_l") for name in weights)
    net = Net(len(about["features"]), *embedding.shape,
              weights["gru.weight_hh_l0"].shape[1], layers,
              len(about["depths"]))
    net.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()},
                        strict=True)
    return net


def split(tensors):
    golden = {k[7:]: v for k, v in tensors.items() if k.startswith("golden.")}
    weights = {k: v for k, v in tensors.items() if not k.startswith("golden.")}
    return weights, golden


def check(path):
    about, tensors = read(path)
    weights, golden = split(tensors)
    with torch.no_grad():
        y = net_of(about, weights)(torch.from_numpy(golden["x"]),
                                   torch.from_numpy(golden["band"])).numpy()
    assert golden["x"].shape[1] == about["window"]
    worst = np.abs(y - golden["y"]).max()
    print(f"{len(weights)} tensors, {y.size} outputs, worst difference {worst:.1e}")
    return worst <= 1e-5 and np.abs(y).max() > 1e-3


def same(a, b):
    (about_a, a), (about_b, b) = read(a), read(b)
    (a, _), (b, _) = split(a), split(b)
    for key, value in about_a.items():
        assert about_b[key] == value, key
    return a.keys() == b.keys() and all(np.array_equal(a[k], b[k]) for k in a)


def make(path, dtype):
    torch.manual_seed(7)
    L, F, D, H, layers, bands, E = 12, 4, 2, 11, 3, 4, 3
    net = Net(F, bands, E, H, layers, D)
    weights = {k: ws.rounded(v.numpy(), dtype)[1]
               for k, v in net.state_dict().items()}
    about = {"format": 1, "architecture": "gru", "window": L,
             "state": "window", "features": ["t2m", "tp", "slope", "veg=3"],
             "units": ["degC", "mm month-1", "degree", ""],
             "feature_mean": [-7.1, 30, 5, 0], "feature_std": [1 / 3, 20, 4, 1],
             "depths": [0.1, 1], "target_mean": [271.1, 270],
             "target_std": [8, 4], "band_edges": [50, 60, 64, 68.5, 73]}
    net = net_of(about, weights)
    x, band = torch.randn(70, L, F), torch.arange(70) % bands
    with torch.no_grad():
        y = net(x, band)
    golden = {"golden.x": x.numpy(), "golden.band": band.numpy(),
              "golden.y": y.numpy()}
    ws.write_safetensors(path, {**weights, **golden}, about, dtype)
    return True


def steps(x, h, step):
    for t in range(len(x)):
        h = step(x[t], h)
    return h


def maps():
    """The formulas of Keras and ONNX on their own layouts, against PyTorch on
    what the example makes of these."""
    random = np.random.default_rng(3)
    I, H = 5, 7
    s = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    x = random.standard_normal((9, I))
    K, U = random.standard_normal((I, 3 * H)), random.standard_normal((H, 3 * H))
    b = random.standard_normal((2, 3 * H))

    def keras(x, h):
        a, c = x @ K + b[0], h @ U + b[1]
        z, r = s(a[:H] + c[:H]), s(a[H:2 * H] + c[H:2 * H])
        return z * h + (1 - z) * np.tanh(a[2 * H:] + r * c[2 * H:])

    W, R = random.standard_normal((1, 3 * H, I)), random.standard_normal((1, 3 * H, H))
    B = random.standard_normal((1, 6 * H))

    def onnx(x, h):
        (wz, wr, wh), (rz, rr, rh) = np.split(W[0], 3), np.split(R[0], 3)
        bz, br, bh, cz, cr, ch = np.split(B[0], 6)
        z = s(wz @ x + rz @ h + bz + cz)
        r = s(wr @ x + rr @ h + br + cr)
        return (1 - z) * np.tanh(wh @ x + r * (rh @ h + ch) + bh) + z * h

    def torch_gru(parts):
        gru = torch.nn.GRU(I, H).double()
        for name, part in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
                              parts):
            getattr(gru, name + "_l0").data[:] = torch.from_numpy(part)
        with torch.no_grad():
            return gru(torch.from_numpy(x))[1][0].numpy()

    some = random.standard_normal(300000).astype("f4")
    some[:4] = np.array([0x3F808000, 0x3F818000, 0x3F817FFF, 1], "u4").view("f4")
    for name, dtype in ("F16", torch.half), ("BF16", torch.bfloat16):
        kept = torch.from_numpy(some).to(dtype).float().numpy()
        assert np.array_equal(ws.rounded(some, name)[1], kept), name

    zero = np.zeros(H)
    worst = max(
        np.abs(steps(x, zero, keras) - torch_gru(ws.gru_from_keras(K, U, b))).max(),
        np.abs(steps(x, zero, onnx) - torch_gru(ws.gru_from_onnx(W, R, B, 1))).max())
    print(f"worst difference {worst:.1e}")
    return worst < 1e-12


commands = {"check": check, "same": same, "make": make, "maps": maps}
sys.exit(0 if commands[sys.argv[1]](*sys.argv[2:]) else 1)
