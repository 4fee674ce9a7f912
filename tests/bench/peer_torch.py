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
