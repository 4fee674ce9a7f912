"""torch_export.py DIR MODEL SEED ...: random problems solved by PyTorch, one
for each seed, in DIR/SEED.

A file is a row of records, each a line "name n d1 .. dn" followed by the
d1 * .. * dn numbers as little-endian float32, row by row.  Arrays over cells
have the cells last, as talik has them.  Read by torch_compare.c.
"""
import os
import random
import sys

import torch
from torch import nn


class Banded(nn.Module):
    """What all models have.  `width`: what the head sees."""

    def __init__(self, s, width):
        super().__init__()
        if s["E"]:
            self.band_embedding = nn.Embedding(s["bands"], s["E"])
        self.head = nn.Linear(width, s["D"])

    def inputs(self, x, band):  # x [L, N, F]
        if not hasattr(self, "band_embedding"):
            return x
        e = self.band_embedding(band).expand(x.shape[0], -1, -1)
        return torch.cat([x, e], dim=2)


# Each model is a class with `sizes(r)`, which draws those of its own from the
# random numbers r, and a line in MODELS.


class Gru(Banded):
    def __init__(self, s):
        super().__init__(s, s["H"])
        self.gru = nn.GRU(s["F"] + s["E"], s["H"], s["layers"])

    @staticmethod
    def sizes(r):
        return {"layers": r.randint(1, 3), "H": r.choice([3, 16, 33, 64])}

    def forward(self, x, band):
        return self.head(self.gru(self.inputs(x, band))[0][-1])


class GruCarry(Gru):
    """Begins from a state and answers at every step."""

    def __init__(self, s):
        super().__init__(s)
        self.h0 = torch.randn(s["layers"], s["N"], s["H"], requires_grad=True)

    def forward(self, x, band):
        return self.head(self.gru(self.inputs(x, band), self.h0)[0])


class BiLstm(Banded):
    def __init__(self, s):
        super().__init__(s, 2 * s["H"])
        self.lstm = nn.LSTM(s["F"] + s["E"], s["H"], s["layers"],
                            bidirectional=True)

    @staticmethod
    def sizes(r):
        return {"layers": r.randint(1, 3), "H": r.choice([3, 16, 33, 64])}

    def forward(self, x, band):
        _, (h, _) = self.lstm(self.inputs(x, band))
        return self.head(torch.cat([h[-2], h[-1]], dim=1))


class Conv1dLstm(Banded):
    def __init__(self, s):
        super().__init__(s, s["H"])
        self.conv = nn.Conv1d(s["F"] + s["E"], s["C"], s["kernel"],
                              padding=s["kernel"] // 2)
        self.norm = nn.LayerNorm(s["C"])
        self.lstm = nn.LSTM(s["C"], s["H"], s["layers"])

    @staticmethod
    def sizes(r):
        return {"layers": r.randint(1, 3), "H": r.choice([3, 16, 33, 64]),
                "C": r.choice([4, 15, 48, 64]),
                "kernel": r.choice([1, 3, 7, 11])}

    def forward(self, x, band):
        y = self.conv(self.inputs(x, band).permute(1, 2, 0)).permute(2, 0, 1)
        return self.head(self.lstm(torch.relu(self.norm(y)))[0][-1])


class Block(nn.Module):
    def __init__(self, inputs, channels, kernel, dilation):
        super().__init__()
        self.left = (kernel - 1) * dilation
        self.conv1 = nn.Conv1d(inputs, channels, kernel, dilation=dilation)
        self.conv2 = nn.Conv1d(channels, channels, kernel, dilation=dilation)
        if inputs != channels:
            self.downsample = nn.Conv1d(inputs, channels, 1)

    def forward(self, x):
        y = torch.relu(self.conv1(nn.functional.pad(x, (self.left, 0))))
        y = torch.relu(self.conv2(nn.functional.pad(y, (self.left, 0))))
        skip = self.downsample(x) if hasattr(self, "downsample") else x
        return torch.relu(y + skip)


class Tcn(Banded):
    def __init__(self, s):
        super().__init__(s, s["C"])
        inputs = [s["F"] + s["E"]] + [s["C"]] * (s["layers"] - 1)
        self.blocks = nn.Sequential(*(
            Block(n, s["C"], s["kernel"], 2 ** i)
            for i, n in enumerate(inputs)))

    @staticmethod
    def sizes(r):
        return {"layers": r.randint(1, 5), "C": r.choice([4, 15, 33, 64]),
                "kernel": r.choice([1, 2, 3, 3, 5, 8])}

    def forward(self, x, band):
        y = self.blocks(self.inputs(x, band).permute(1, 2, 0))
        return self.head(y[:, :, -1])


class Transformer(Banded):
    def __init__(self, s):
        super().__init__(s, s["d"])
        self.in_proj = nn.Linear(s["F"] + s["E"], s["d"])
        layer = nn.TransformerEncoderLayer(
            s["d"], s["heads"], s["ff"], dropout=0, activation="gelu",
            norm_first=True)
        self.encoder = nn.TransformerEncoder(
            layer, s["layers"], nn.LayerNorm(s["d"]))
        pairs = torch.arange(0, s["d"], 2, dtype=torch.float64) / s["d"]
        angle = torch.arange(s["L"])[:, None] / 10000 ** pairs
        columns = torch.stack([angle.sin(), angle.cos()], dim=2)
        self.positions = columns.flatten(1)[:, None, :s["d"]].float()

    @staticmethod
    def sizes(r):
        heads = r.choice([1, 2, 3, 4])
        return {"layers": r.randint(1, 3), "heads": heads,
                "d": heads * r.choice([6, 9, 16]),
                "ff": r.choice([3, 32, 65, 128])}

    def forward(self, x, band):
        h = self.in_proj(self.inputs(x, band)) + self.positions
        return self.head(self.encoder(h)[-1])


MODELS = {
    "gru": Gru,
    "bilstm": BiLstm,
    "conv1dlstm": Conv1dLstm,
    "tcn": Tcn,
    "transformer": Transformer,
}
PROBLEMS = {**MODELS, "gru-carry": GruCarry}


def write(f, name, t):
    t = torch.as_tensor(t, dtype=torch.float32).detach().contiguous()
    shape = t.shape if t.dim() else (1,)
    f.write(f"{name} {len(shape)} {' '.join(map(str, shape))}\n".encode())
    f.write(t.numpy().astype("<f4").tobytes())


def sizes(kind, seed):
    r = random.Random(seed)
    common = {
        "L": r.randint(1, 26),
        "N": r.choice([1, 5, 64, 67]),
        "F": r.randint(1, 30),
        "bands": 5,
        "E": r.choice([0, 3, 8]),
        "D": r.randint(1, 6),
    }
    return {**common, **kind.sizes(r)}


def distance(y, target, weight, huber):
    """Weighted mean over the targets that are there."""
    there = ~torch.isnan(target)
    w = weight.expand_as(target)[there]
    loss = nn.HuberLoss(reduction="none", delta=0.8) if huber \
        else nn.MSELoss(reduction="none")
    return (w * loss(y[there], target[there])).sum() / w.sum()


def export(path, kind, seed):
    torch.manual_seed(seed)
    s = sizes(kind, seed)
    huber = seed % 2
    model = kind(s)
    with torch.no_grad():
        for p in model.parameters():  # gates that are not all half open
            p.mul_(1.5)
    x = torch.randn(s["L"], s["N"], s["F"], requires_grad=True)
    band = torch.randint(0, s["bands"], (s["N"],))
    steps = [s["L"]] if hasattr(model, "h0") else []
    target = torch.randn(*steps, s["N"], s["D"])
    target[torch.rand_like(target) < 0.2] = float("nan")
    target[..., 0, 0] = 0.5
    weight = torch.rand(s["D"]) + 0.5

    with open(path, "wb") as f:
        for name, value in s.items():
            write(f, name, value)
        write(f, "huber", huber)
        for name, p in model.state_dict().items():
            write(f, "w." + name, p)
        write(f, "x", x.permute(0, 2, 1))
        write(f, "band", band)
        write(f, "target", target.transpose(-1, -2))
        write(f, "weight", weight)

        y = model(x, band)
        loss = distance(y, target, weight, huber)
        loss.backward()
        write(f, "y", y.transpose(-1, -2))
        write(f, "loss", loss)
        write(f, "dx", x.grad.permute(0, 2, 1))
        if steps:
            write(f, "h0", model.h0.permute(0, 2, 1))
            write(f, "dh0", model.h0.grad.permute(0, 2, 1))
        for name, p in model.named_parameters():
            write(f, "g." + name, p.grad)

        # With a small eps the rounding of a gradient that is zero, such as that
        # of a bias of attention keys, would move a weight by the rate.
        adamw = torch.optim.AdamW(model.parameters(), lr=1e-3, eps=1e-4,
                                  weight_decay=0.1)
        x = x.detach()
        for update in range(1, 6):
            for group in adamw.param_groups:
                group["lr"] = 1e-3 / update
            adamw.zero_grad()
            distance(model(x, band), target, weight, huber).backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 0.3)
            write(f, f"norm{update}", norm)
            adamw.step()
        for name, p in model.named_parameters():
            write(f, "after." + name, p)


def main(folder, name, *seeds):
    torch.set_num_threads(1)
    for seed in seeds:
        export(os.path.join(folder, seed), PROBLEMS[name], int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
