#!/usr/bin/env python3
"""Writes a file in the layout of talik's output, for trying talik-plot.

    make_plot_sample.py OUT.nc SCENARIO FIRST LAST [STEP] [projected]
    make_plot_sample.py OUT.nc errors [STEP]
    make_plot_sample.py OUT.nc scores [MONTHS] [CHANGE...]

A made-up soil temperature tsl(time, depth, lat, lon) in K on a grid of STEP
degrees over Alaska, or on a plane of 60 km in Alaska Albers with 2-D lat, lon.

errors: rmse_gru_1 and bias_gru_1 (depth, lat, lon), differences in K.

scores: the table of talik evaluate, and the series at a cell.  A CHANGE is
-NAME, without that variable or attribute; NAME=fill, without a value; plain,
one GRU instead of all models; members, without means over members; gap, a month
less in the middle; holes, months without a value.
"""
import sys

import netCDF4
import numpy as np

DEPTHS = (0.1, 1.0)
# South-west to north-east: a box is enough of a coast here.
LAND = ((60.5, 71, -166, -141), (58, 60.5, -162, -150), (55, 59.5, -136, -130),
        (57, 58.5, -154.5, -152.5))


def grid(step, projected):
    if not projected:
        lat = np.arange(51 + step / 2, 72, step)[::-1]
        lon = np.arange(-188 + step / 2, -129, step)
        return lat, lon, np.meshgrid(lat, lon, indexing="ij")
    y = np.arange(400e3, 2400e3, 60e3)
    x = np.arange(-900e3, 1500e3, 60e3)
    xx, yy = np.meshgrid(x, y)
    s1, s2, s0 = np.sin(np.radians([55, 65, 50]))
    n = (s1 + s2) / 2
    c = 1 - s1 * s1 + 2 * n * s1
    r = 6371e3
    rho0 = r * np.sqrt(c - 2 * n * s0) / n
    rho = np.hypot(xx, rho0 - yy)
    lat = np.degrees(np.arcsin((c - (rho * n / r) ** 2) / (2 * n)))
    lon = -154 + np.degrees(np.arctan2(xx, rho0 - yy) / n)
    return y, x, (lat, lon)


MODELS = {"gru 1": 0.42, "gru 2": 0.5, "gru 3": 0.46, "gru mean": 0.38,
          "bilstm 1": 0.6, "bilstm 2": 0.52, "bilstm mean": 0.47,
          "conv1dlstm": 0.66, "tcn": 0.58, "transformer": 0.55, "column": 0.9}
BASELINES = {"climatology": 0.85, "persistence": 2.4, "air": 6.5,
             "lagged air": 0.7}
SCORE_DEPTHS = (0.035, 0.175, 0.64, 1.945)
BANDS = ("all", "51 to 64 N", "64 to 72 N")
SEASONS = ("year", "DJF", "MAM", "JJA", "SON")


def errors(out, step):
    lat, lon, (la, lo) = grid(step, False)
    land = np.zeros(la.shape, bool)
    for s, n, w, e in LAND:
        land |= (la > s) & (la < n) & (lo > w) & (lo < e)
    with netCDF4.Dataset(out, "w", format="NETCDF3_64BIT_OFFSET") as f:
        for name, x, unit in (("depth", SCORE_DEPTHS, "m"),
                              ("lat", lat, "degrees_north"),
                              ("lon", lon, "degrees_east")):
            f.createDimension(name, len(x))
            v = f.createVariable(name, "f8", (name,))
            v.units = unit
            v[:] = x
        for name, long_name in (
                ("rmse_gru_1", "root mean square error of gru 1"),
                ("bias_gru_1", "bias of gru 1"), ("warm", "soil temperature")):
            v = f.createVariable(name, "f4", ("depth", "lat", "lon"),
                                 fill_value=np.float32(1e20))
            v.units, v.long_name = "K", long_name
            if name != "warm":
                v.units_metadata = "temperature: difference"
            for k, z in enumerate(SCORE_DEPTHS):
                x = (0.4 + np.cos(np.radians(9 * (lo + 4 * la)))) * np.exp(-z)
                x = {"r": 1.2 * np.exp(-z) + 0.5 * np.abs(x), "b": x,
                     "w": 273.15 - la + 60}[name[0]]
                v[k] = np.where(land, x, 1e20)


class Table:
    """Variables and attributes, less what the changes say."""

    def __init__(self, f, changes):
        self.f, self.changes = f, changes

    def att(self, name, value):
        if "-" + name not in self.changes:
            setattr(self.f, name, value)

    def put(self, name, dims, x, unit, long_name=""):
        if "-" + name in self.changes:
            return
        v = self.f.createVariable(name, "f8", dims, fill_value=1e20)
        v.units, v.long_name = unit, long_name or name
        if name + "=fill" in self.changes:
            x = np.full(np.shape(x), np.nan)
        v[:] = np.where(np.isnan(x), 1e20, x)

    def labels(self, name, dim, words):
        if "-" + name in self.changes:
            return
        width = max(len(w) for w in words)
        string = f"string{width}"
        if string not in self.f.dimensions:
            self.f.createDimension(string, width)
        v = self.f.createVariable(name, "S1", (dim, string))
        for i, w in enumerate(words):
            for j, c in enumerate(w):
                v[i, j] = c.encode()


def score_table(t, names, error):
    nb, ns, nd = len(BANDS), len(SEASONS), len(SCORE_DEPTHS)
    factor = np.exp(-0.8 * np.array(SCORE_DEPTHS))
    spread = 1 + 0.2 * np.arange(nb)[:, None] + 0.1 * np.arange(ns)
    rmse = (error[:, None, None, None] * factor[:, None, None] * spread)
    dims = ("predictor", "depth", "band", "season")
    t.put("rmse", dims, rmse, "K", "root mean square error")
    t.put("mae", dims, 0.8 * rmse, "K", "mean absolute error")
    t.put("bias", dims, 0.3 * rmse * np.where(
        np.arange(len(names)) % 2, 1, -1)[:, None, None, None], "K", "bias")
    t.put("r2", dims, 1 - (rmse / 4) ** 2, "1",
          "coefficient of determination")
    t.put("cell_months", dims, np.full(rmse.shape, 12345.0), "1")
    half = np.full((len(names), nd), np.nan)
    for i, name in enumerate(names):
        if name.startswith("gru"):
            half[i] = 1.645 * error[i] * factor
    t.put("half_width", dims[:2], half, "K")


def series(t, names, error, month):
    rng = np.random.default_rng(2)
    depth = np.array(SCORE_DEPTHS)[:, None]
    wave = -2 + 12 * np.exp(-depth) * np.cos(
        2 * np.pi * (month % 12 - 6.5 - 1.5 * depth) / 12) + 273.15
    true = wave + rng.normal(0, 0.8, (1, len(month))) * np.exp(-depth)
    wrong = rng.normal(0, 1, (len(names), len(SCORE_DEPTHS), len(month)))
    wrong *= error[:, None, None] * np.exp(-0.8 * depth)
    predicted = true + wrong
    if "holes" in t.changes:
        true[:, -20:-17] = true[:, -1] = predicted[:, :, -9:-6] = np.nan
    t.put("observed", ("depth", "month"), true, "K")
    t.put("predicted", ("predictor", "depth", "month"), predicted, "K")


def scores(out, words):
    months = int(words.pop(0)) if words and words[0].isdigit() else 36
    models = {"gru": 0.42} if "plain" in words else MODELS
    everyone = {k: v for k, v in {**models, **BASELINES}.items()
                if "members" not in words or not k.endswith("mean")}
    names, error = list(everyone), np.array(list(everyone.values()))
    month = 2016 * 12 + np.arange(months)
    if "gap" in words:  # two years held out that do not follow each other
        month[:-12] -= 36
    if "back" in words:
        month[-1] -= 24
    # Classic files cannot say that there is no month at all.
    kind = "NETCDF3_64BIT_OFFSET" if months else "NETCDF4"
    with netCDF4.Dataset(out, "w", format=kind) as f:
        t = Table(f, words)
        for name, n in (("predictor", len(names)),
                        ("depth", len(SCORE_DEPTHS)), ("band", len(BANDS)),
                        ("season", len(SEASONS)), ("month", len(month))):
            f.createDimension(name, n)
        t.put("depth", ("depth",), SCORE_DEPTHS, "m")
        t.put("year", ("month",), month // 12, "1")
        t.put("month_of_year", ("month",), month % 12 + 1, "1")
        t.labels("predictor_name", "predictor", names)
        t.labels("band_name", "band", BANDS)
        t.labels("season_name", "season", SEASONS)
        score_table(t, names, error)
        series(t, names, error, month)
        t.att("point_lat", 68.625)
        t.att("point_lon", 210.375)
        t.att("coverage_level", 0.9)
        t.att("first_month", "2016-01")
        t.att("last_month", f"{2016 + (months - 1) // 12}-12")


def temperatures():
    out, scenario, first, last = sys.argv[1:5]
    step = float(sys.argv[5]) if len(sys.argv) > 5 else 1.0
    projected = "projected" in sys.argv[5:]
    years = np.arange(int(first), int(last) + 1)
    rate = {"rcp26": 0.02, "rcp45": 0.035, "rcp60": 0.045, "rcp85": 0.07}
    y, x, (lat, lon) = grid(step, projected)
    land = np.zeros(lat.shape, bool)
    for s, n, w, e in LAND:
        land |= (lat > s) & (lat < n) & (lon > w) & (lon < e)
    with netCDF4.Dataset(out, "w", format="NETCDF3_64BIT_OFFSET") as f:
        f.model_id, f.experiment_id = "CCSM4-gru", scenario
        f.experiment = f"RCP{scenario[3]}.{scenario[4]}"
        dims = ("y", "x") if projected else ("lat", "lon")
        f.createDimension("time", None)
        f.createDimension("depth", len(DEPTHS))
        f.createDimension("bnds", 2)
        f.createDimension(dims[0], len(y))
        f.createDimension(dims[1], len(x))
        t = f.createVariable("time", "f8", ("time",))
        t.units, t.calendar = "days since 1850-01-01 00:00:00", "noleap"
        t.bounds = "time_bnds"
        tb = f.createVariable("time_bnds", "f8", ("time", "bnds"))
        d = f.createVariable("depth", "f8", ("depth",))
        d.units, d.positive = "m", "down"
        d[:] = DEPTHS
        if projected:
            for name, v in (("y", y), ("x", x)):
                a = f.createVariable(name, "f8", (name,))
                a.units = "m"
                a[:] = v
        for name, unit, v in (("lat", "degrees_north", lat if projected else y),
                              ("lon", "degrees_east", lon if projected else x)):
            a = f.createVariable(name, "f8", dims if projected else (name,))
            a.units = unit
            a[:] = v
        v = f.createVariable("tsl", "f4", ("time", "depth") + dims,
                             fill_value=np.float32(1e20))
        v.units, v.long_name = "K", "Temperature of Soil"
        if projected:
            v.coordinates = "lat lon"
        rng = np.random.default_rng(1)
        days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])
        i = 0
        for year in years:
            warm = rate[scenario] * max(year - 2005, 0) + rng.normal(0, 0.5)
            for m in range(12):
                start = (year - 1850) * 365 + days[:m + 1].sum()
                tb[i] = start, start + (days[m + 1] if m < 11 else 31)
                t[i] = np.mean(tb[i])
                for k, z in enumerate(DEPTHS):
                    phase = 2 * np.pi * (m - 6.5 - z) / 12
                    wave = 14 * np.exp(-z) * np.cos(phase)
                    temp = 3 - 0.85 * (lat - 58) + warm + wave + 273.15
                    v[i, k] = np.where(land, temp, 1e20)
                i += 1


def main():
    if sys.argv[2] == "scores":
        scores(sys.argv[1], sys.argv[3:])
    elif sys.argv[2] == "errors":
        errors(sys.argv[1], float(sys.argv[3]) if sys.argv[3:] else 2.0)
    else:
        temperatures()


main()
