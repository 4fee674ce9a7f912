"""adjust_check.py PROGRAM: bias correction by the definitions, in numpy.

Makes random series, corrects them here and by PROGRAM (adjust_series.c), and
prints TAP.  Written from the equations of include/talik/phys/adjust.h, value by
value and without a thought for speed.  No value is dry, so nothing is random.
"""
import subprocess
import sys

import numpy as np

NONE, DELTA, EQM, DQM, QDM = range(5)
RATIO_MAX = 2.0
TRACE = 0.05
TOLERANCE = 1e-9


class Series:
    """Values by calendar year and month of the year, NaN where missing."""

    def __init__(self, first, values):
        month = first + np.arange(len(values))
        self.year, self.of_year = month // 12, month % 12
        self.values = values

    def between(self, year, years):
        inside = (self.year >= year) & (self.year < year + years)
        return Part(self.values[inside], self.of_year[inside])


class Part:
    """The values of some years."""

    def __init__(self, values, of_year):
        there = ~np.isnan(values)
        self.values, self.of_year = values[there], of_year[there]

    def own(self, case, k):
        if case["pooled"]:
            return self.values
        return self.values[self.of_year == k]

    def pool(self, case, k):
        """A calendar month with its neighbours, moved to its mean."""
        if case["pooled"]:
            return self.values
        parts = []
        for j in range(-case["half_window"], case["half_window"] + 1):
            v = self.own(case, (k + j) % 12)
            if v.size == 0:
                continue
            to = self.own(case, k).mean()
            if case["ratio"]:
                v = v * np.clip(to / v.mean(), 1 / RATIO_MAX, RATIO_MAX)
            else:
                v = v + (to - v.mean())
            parts.append(v)
        return np.concatenate(parts)


def change(case, y, x):
    if not case["ratio"]:
        return y - x
    return min(y / x, RATIO_MAX) if x < 10 * TRACE else y / x


def add(case, x, d):
    return x * d if case["ratio"] else x + d


def take(case, x, d):
    return x / d if case["ratio"] else x - d


def sample(case, pool):
    """The values at the probabilities where a distribution is known."""
    if case["quantiles"]:
        at = np.linspace(0, 100, case["quantiles"])
        return np.percentile(pool, at, method="linear")
    return np.sort(pool)


def probability(values, x):
    """F(x) from sorted values at equally spaced probabilities."""
    p = np.linspace(0, 1, values.size)
    same = values == x
    return p[same].mean() if same.any() else np.interp(x, values, p)


def map_quantile(case, o, h, x, clip):
    if x < h[0] and not clip:
        return add(case, x, change(case, o[0], h[0]))
    if x > h[-1] and not clip:
        return add(case, x, change(case, o[-1], h[-1]))
    return np.percentile(o, 100 * probability(h, x), method="linear")


def window(case, run, year):
    first, last = run.year[0], run.year[-1]
    span = min(case["span_years"] or 10**6, last - first + 1)
    begin = min(max(year - span // 2, first), last - span + 1)
    return run.between(begin, span)


def correct(case, observed, modelled, run, i):
    x, k = run.values[i], run.of_year[i]
    method = case["method"]
    if np.isnan(x) or method == NONE:
        return x
    whole = (-(10**6), 2 * 10**6)
    po, ph = observed.between(*whole), modelled.between(*whole)
    mo, mh = po.own(case, k).mean(), ph.own(case, k).mean()
    if method == DELTA:
        return add(case, x, change(case, mo, mh))
    o, h = sample(case, po.pool(case, k)), sample(case, ph.pool(case, k))
    if method == EQM:
        return map_quantile(case, o, h, x, case["clip"])
    w = window(case, run, run.year[i])
    if method == DQM:
        d = change(case, w.own(case, k).mean(), mh)
        return add(case, map_quantile(case, o, h, take(case, x, d), False), d)
    t = 100 * probability(np.sort(w.pool(case, k)), x)
    at_o = np.percentile(o, t, method="linear")
    at_h = np.percentile(h, t, method="linear")
    return add(case, at_o, change(case, x, at_h))


def draw(rng, case, n, mean, spread, trend):
    z = mean + spread * rng.standard_normal(n)
    season = 4 * np.cos(np.arange(n) * np.pi / 6)
    x = z + season + trend * np.arange(n) / n
    if case["ratio"]:
        x = 0.06 + np.exp(0.25 * x)
    x = np.where(rng.random(n) < 0.3, np.round(x, 1), x)  # some are equal
    if case["ratio"]:
        x = np.maximum(x, 0.06)
    x[rng.random(n) < 0.03] = np.nan
    return x


def random_case(seed):
    rng = np.random.default_rng(seed)
    case = {
        "method": seed % 5,
        "ratio": int(rng.integers(2)),
        "clip": int(rng.integers(2)),
        "pooled": int(rng.random() < 0.25),
        "half_window": int(rng.integers(3)),
        "quantiles": int(rng.choice([0, 0, 2, 7, 60])),
        "span_years": int(rng.choice([0, 20, 21, 30, 99])),
    }
    o = draw(rng, case, int(rng.integers(300, 420)), 3, 2.0, 0)
    h = draw(rng, case, int(rng.integers(300, 420)), 1, 1.5, 0)
    x = draw(rng, case, int(rng.integers(420, 540)), 1, 1.5, 6)
    firsts = [int(12 * 1950 + rng.integers(60)) for _ in range(3)]
    return case, list(zip(firsts, (o, h, x)))


def text(case, series):
    words = [case[k] for k in ("method", "ratio", "clip", "pooled",
                               "half_window", "quantiles", "span_years")]
    for first, v in series:
        words += [first, len(v)]
    values = np.concatenate([v for _, v in series])
    return " ".join(map(str, words + [repr(float(v)) for v in values]))


def main():
    cases = [random_case(seed) for seed in range(40)]
    done = subprocess.run([sys.argv[1], "-"], check=True, text=True,
                          input="\n".join(text(*c) for c in cases),
                          stdout=subprocess.PIPE)
    lines = done.stdout.splitlines()
    worst = [0.0] * 5
    for (case, series), line in zip(cases, lines):
        observed, modelled, run = (Series(*s) for s in series)
        want = [correct(case, observed, modelled, run, i)
                for i in range(len(run.values))]
        try:
            got = np.array(line.split(), dtype=float)
        except ValueError:
            print("#", line)
            got = np.full(len(want), np.inf)
        miss = np.abs(got - want)
        miss[np.isnan(got) & np.isnan(want)] = 0
        far = np.inf if np.isnan(miss).any() else miss.max()
        if far > TOLERANCE:
            print("#", case, "differs by", far)
        worst[case["method"]] = max(worst[case["method"]], far)
    print("1..6")
    print("ok" if len(lines) == len(cases) else "not ok", 1, "- all answered")
    for i, name in enumerate(("none", "delta", "eqm", "dqm", "qdm")):
        good = "ok" if worst[i] <= TOLERANCE else "not ok"
        print(f"{good} {i + 2} - {name} is numpy's within {worst[i]:.1e}")


main()
