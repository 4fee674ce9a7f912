"""peer_torch.py -- the cases of bench_nn through PyTorch, in the same form:
lines "case<TAB>unit<TAB>value", CPU times, one thread, medians.
"""
import statistics
import time

import torch
from torch import nn

REPEATS = 11
BATCH, L, F, D = 256, 24, 24, 4


class Gru(nn.Module):
    def __init__(self, layers, width):
        super().__init__()
        self.rnn = nn.GRU(F, width, layers)
        self.head = nn.Linear(width, D)

    def forward(self, x):  # [L, N, F]
        return self.head(self.rnn(x)[0][-1])


class BiLstm(nn.Module):
    def __init__(self, layers, width):
        super().__init__()
        self.rnn = nn.LSTM(F, width, layers, bidirectional=True)
        self.head = nn.Linear(2 * width, D)
        self.width = width

    def forward(self, x):
        y, h = self.rnn(x)[0], self.width
        return self.head(torch.cat([y[-1, :, :h], y[0, :, h:]], dim=1))


class ConvLstm(nn.Module):
    def __init__(self, kernel, channels, layers, width):
        super().__init__()
        self.conv = nn.Conv1d(F, channels, kernel, padding=kernel // 2)
        self.norm = nn.LayerNorm(channels)
        self.rnn = nn.LSTM(channels, width, layers)
        self.head = nn.Linear(width, D)

    def forward(self, x):
        y = self.conv(x.permute(1, 2, 0)).permute(2, 0, 1)
        return self.head(self.rnn(torch.relu(self.norm(y)))[0][-1])


class Block(nn.Module):
    def __init__(self, inputs, channels, kernel, dilation):
        super().__init__()
        self.left = (kernel - 1) * dilation
        self.conv1 = nn.Conv1d(inputs, channels, kernel, dilation=dilation)
        self.conv2 = nn.Conv1d(channels, channels, kernel, dilation=dilation)
        self.skip = nn.Identity() if inputs == channels \
            else nn.Conv1d(inputs, channels, 1)

    def forward(self, x):
        y = torch.relu(self.conv1(nn.functional.pad(x, (self.left, 0))))
        y = torch.relu(self.conv2(nn.functional.pad(y, (self.left, 0))))
        return torch.relu(y + self.skip(x))


class Tcn(nn.Module):
    def __init__(self, blocks, kernel, channels):
        super().__init__()
        self.blocks = nn.Sequential(*(
            Block(channels if i else F, channels, kernel, 2 ** i)
            for i in range(blocks)))
        self.head = nn.Linear(channels, D)

    def forward(self, x):
        return self.head(self.blocks(x.permute(1, 2, 0))[:, :, -1])


class Transformer(nn.Module):
    def __init__(self, layers, width, heads, ff):
        super().__init__()
        self.in_proj = nn.Linear(F, width)
        layer = nn.TransformerEncoderLayer(
            width, heads, ff, dropout=0, activation="gelu", norm_first=True,
            batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers,
                                             nn.LayerNorm(width))
        self.head = nn.Linear(width, D)
        self.positions = torch.randn(L, width)

    def forward(self, x):
        h = self.in_proj(x.transpose(0, 1)) + self.positions
        return self.head(self.encoder(h)[:, -1])


def median_time(run):
    times = []
    for i in range(REPEATS + 2):
        start = time.process_time()
        run()
        if i >= 2:
            times.append(time.process_time() - start)
    return statistics.median(times)


def bench(title, model):
    adamw = torch.optim.AdamW(model.parameters(), lr=1e-4)
    x, target = torch.randn(L, BATCH, F), torch.randn(BATCH, D)

    def train():
        adamw.zero_grad(set_to_none=True)
        nn.functional.mse_loss(model(x), target).backward()
        adamw.step()

    def infer():
        with torch.inference_mode():
            model(x)

    print(f"{title} training\twindows/s\t{BATCH / median_time(train):.0f}")
    speed = BATCH / median_time(infer)
    print(f"{title} inference\twindows/s\t{speed:.0f}")
    print(f"{title} inference, 12 months\twindows/s\t{speed:.0f}")


torch.manual_seed(1)
torch.set_num_threads(1)
bench("gru 2x64", Gru(2, 64))
bench("bilstm 1x64", BiLstm(1, 64))
bench("conv 3x64 lstm 1x64", ConvLstm(3, 64, 1, 64))
bench("tcn 4 blocks 3x64", Tcn(4, 3, 64))
bench("transformer 2x64", Transformer(2, 64, 4, 128))
