"""Weight files through PyTorch, read by hand: exchange_torch.py COMMAND ...

    make DIR          random models of all architectures in DIR/ARCHITECTURE.TYPE,
                      TYPE one of F32, F16, BF16; golden pairs by PyTorch;
                      GRU and TCN with a linear skip too, ARCHITECTURE_skip
    check FILE ...    PyTorch with the file's weights meets its golden pair
    same A B ...      all weights of A are those of B, whatever their types
    maps              weights in Keras' and ONNX' layouts, mapped to PyTorch's,
                      and numbers of 16 bits
"""
import json
import os
import struct
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../docs/examples"),
                os.path.join(HERE, "../science")]
import exchange_maps  # noqa: E402
import write_safetensors as ws  # noqa: E402
from torch_export import MODELS  # noqa: E402


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


def sizes_of(about, w):
    """The sizes that the weights have."""
    s = {"L": about["window"], "F": len(about["features"]),
         "D": len(about["depths"]), "heads": about.get("heads")}
    s["bands"], s["E"] = w.get("band_embedding.weight", np.zeros((0, 0))).shape
    for name, sizes in {
            "gru.weight_hh_l0": ("3H", "H"), "lstm.weight_hh_l0": ("4H", "H"),
            "conv.weight": ("C", "I", "kernel"),
            "blocks.0.conv1.weight": ("C", "I", "kernel"),
            "encoder.layers.0.linear1.weight": ("ff", "d")}.items():
        s.update(zip(sizes, w[name].shape) if name in w else ())
    s["layers"] = sum(
        name.endswith(".linear1.weight") or name.endswith(".conv1.weight")
        or ".weight_hh_l" in name and not name.endswith("_reverse")
        for name in w)
    return s


def net_of(about, weights):
    net = MODELS[about["architecture"]](sizes_of(about, weights))
    net.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()
                         if not k.startswith("skip.")}, strict=True)
    return net.eval()


def answers(about, weights, x, band):
    """x[n, L, F] to y[n, D]."""
    x = torch.from_numpy(x)
    with torch.no_grad():
        y = net_of(about, weights)(x.permute(1, 0, 2), torch.from_numpy(band))
        if "skip" in about:
            columns = [about["features"].index(name) for name in about["skip"]]
            w, b = (torch.from_numpy(weights["skip." + k])
                    for k in ("weight", "bias"))
            y = y + torch.einsum("nlf,dfl->nd", x[:, :, columns], w) + b
    return y.numpy()


def split(tensors):
    golden = {k[7:]: v for k, v in tensors.items() if k.startswith("golden.")}
    weights = {k: v for k, v in tensors.items() if not k.startswith("golden.")}
    return weights, golden


def check(*paths):
    good = True
    for path in paths:
        about, tensors = read(path)
        weights, golden = split(tensors)
        y = answers(about, weights, golden["x"], golden["band"])
        assert golden["x"].shape[1] == about["window"]
        worst = np.abs(y - golden["y"]).max()
        print(f"{path}: {len(weights)} tensors, {y.size} outputs, worst "
              f"difference {worst:.1e}")
        good = good and worst <= 1e-5 and np.abs(y).max() > 1e-3
    return good


def same(*paths):
    for a, b in zip(paths[::2], paths[1::2]):
        (about_a, a), (about_b, b) = read(a), read(b)
        (a, _), (b, _) = split(a), split(b)
        for key, value in about_a.items():
            assert about_b[key] == value, key
        assert a.keys() == b.keys()
        for key in a:
            assert np.array_equal(a[key], b[key]), key
    return True


# Seven inputs: the first block of the TCN has a downsample, the others none.
SIZES = {
    "gru": {"layers": 3, "H": 11},
    "bilstm": {"layers": 2, "H": 9},
    "conv1dlstm": {"layers": 2, "H": 9, "C": 13, "kernel": 5},
    "tcn": {"layers": 4, "C": 10, "kernel": 3},
    "transformer": {"layers": 2, "d": 12, "heads": 3, "ff": 17},
}


def make_one(path, name, dtype, skip=()):
    s = {"L": 12, "F": 4, "D": 2, "bands": 4, "E": 3, **SIZES[name]}
    weights = {k: ws.rounded(v.numpy(), dtype)[1]
               for k, v in MODELS[name](s).state_dict().items()}
    about = {"format": 1, "architecture": name, "window": s["L"],
             "state": "window", "features": ["t2m", "tp", "slope", "veg=3"],
             "units": ["degC", "mm month-1", "degree", ""],
             "feature_mean": [-7.1, 30, 5, 0], "feature_std": [1 / 3, 20, 4, 1],
             "depths": [0.1, 1], "target_mean": [271.1, 270],
             "target_std": [8, 4], "band_edges": [50, 60, 64, 68.5, 73]}
    if "heads" in s:
        about["heads"] = s["heads"]
    if skip:
        about["skip"] = skip
        for k, shape in {"weight": (s["D"], len(skip), s["L"]),
                         "bias": (s["D"],)}.items():
            weights["skip." + k] = ws.rounded(torch.randn(shape).numpy(),
                                              dtype)[1]
    x = torch.randn(70, s["L"], s["F"]).numpy()
    band = np.arange(70) % s["bands"]
    golden = {"golden.x": x, "golden.band": band,
              "golden.y": answers(about, weights, x, band)}
    ws.write_safetensors(path, {**weights, **golden}, about, dtype)


def make(folder):
    torch.manual_seed(7)
    for name in MODELS:
        for dtype in "F32", "F16", "BF16":
            make_one(os.path.join(folder, f"{name}.{dtype}"), name, dtype)
            if name in ("gru", "tcn"):
                make_one(os.path.join(folder, f"{name}_skip.{dtype}"), name,
                         dtype, ["slope", "t2m"])
    return True


def maps():
    some = np.random.default_rng(3).standard_normal(300000).astype("f4")
    some[:4] = np.array([0x3F808000, 0x3F818000, 0x3F817FFF, 1], "u4").view("f4")
    for name, dtype in ("F16", torch.half), ("BF16", torch.bfloat16):
        kept = torch.from_numpy(some).to(dtype).float().numpy()
        assert np.array_equal(ws.rounded(some, name)[1], kept), name
    return exchange_maps.worst() < 1e-12


commands = {"make": make, "check": check, "same": same, "maps": maps}
sys.exit(0 if commands[sys.argv[1]](*sys.argv[2:]) else 1)
