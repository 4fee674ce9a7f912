"""Scores of talik evaluate against scores worked out here from the projection of
the same model: evaluate_check.py SOIL.nc PROJECTED.nc SCORES.csv SCORES.nc MAP.nc
NAME SOUTH NORTH, for months that both files have; exit 1 with the first miss.
"""
import csv
import sys

import numpy as np
from netCDF4 import Dataset

soil, projected, table, scores, maps, name, south, north = sys.argv[1:]
south, north = float(south), float(north)

truth, model = Dataset(soil), Dataset(projected)
days = model["time"][:]
at = [int(np.argmin(abs(truth["time"][:] - d))) for d in days]
t = np.ma.filled(truth["tsl"][at].astype(float), np.nan) - 273.15
p = np.ma.filled(model["tsl"][:].astype(float), np.nan) - 273.15
lat = model["lat"][:]
bounds = np.radians(model["lat_bnds"][:])

# Area of a cell on the ellipsoid, up to a factor.
a, f = 6378137.0, 1 / 298.257223563
e = np.sqrt(f * (2 - f))


def zone(phi):
    s = np.sin(phi)
    return s / (1 - (e * s) ** 2) + np.arctanh(e * s) / e


area = abs(zone(bounds[:, 1]) - zone(bounds[:, 0]))
first = int(Dataset(scores)["month_of_year"][0]) - 1
month = (np.arange(len(days)) + first) % 12
season = {"year": range(12), "DJF": (11, 0, 1), "MAM": (2, 3, 4),
          "JJA": (5, 6, 7), "SON": (8, 9, 10)}
bad = 0


def compare(what, got, want, tolerance):
    global bad
    if not abs(float(got) - want) <= tolerance:
        print(f"{what}: {got}, here {want:.6g}")
        bad = 1


rows = [r for r in csv.DictReader(open(table)) if r["predictor"] == name]
assert rows, "no line of " + name
depths = list(model["depth"][:])
n = 0
for row in rows:
    d = int(np.argmin([abs(x - float(row["depth_m"])) for x in depths]))
    inside = (lat >= south) & (lat < north)
    if row["band"] not in ("all", f"{south:g} to {north:g}"):
        continue
    keep = np.isin(month, list(season[row["season"]]))
    x, y = t[keep, d], p[keep, d]
    w = np.broadcast_to(area[None, :, None], x.shape).copy()
    if row["band"] != "all":
        w[:, ~inside] = 0
    w[np.isnan(x + y)] = 0
    x, y = np.nan_to_num(x), np.nan_to_num(y)

    def mean(z):
        return (w * z).sum() / w.sum()

    seen = w.max(axis=0) > 0
    own = np.where(seen, x.sum(axis=0) / max(1, x.shape[0]), 0)
    err, st, sp = y - x, np.sqrt(mean((x - mean(x)) ** 2)), np.sqrt(
        mean((y - mean(y)) ** 2))
    r = mean((x - mean(x)) * (y - mean(y))) / (st * sp)
    where = f"{row['depth_m']} m {row['band']} {row['season']} "
    compare(where + "cell months", row["cell_months"], (w > 0).sum(), 0)
    compare(where + "rmse", row["rmse_K"], np.sqrt(mean(err**2)), 2e-4)
    compare(where + "mae", row["mae_K"], mean(abs(err)), 2e-4)
    compare(where + "bias", row["bias_K"], mean(err), 2e-4)
    compare(where + "r2", row["r2"], 1 - mean(err**2) / st**2, 2e-4)
    compare(where + "nse", row["nse"],
            1 - mean(err**2) / mean((x - own[None]) ** 2), 5e-4)
    compare(where + "kge", row["kge"], 1 - np.sqrt(
        (r - 1) ** 2 + (sp / st - 1) ** 2 + (mean(err) / st) ** 2), 5e-4)
    compare(where + "frozen", row["frozen_agreement"],
            mean((x > 0) == (y > 0)), 5e-3)
    n += 1
assert n == len(depths) * 2 * 5, f"{n} lines compared"

# The same numbers in the NetCDF file, and one cell's series.
nc = Dataset(scores)
names = ["".join(c.decode() for c in r).rstrip("\0 ")
         for r in np.ma.filled(nc["predictor_name"][:], b"")]
q = names.index(name)
for row in rows:
    d = int(np.argmin([abs(x - float(row["depth_m"])) for x in depths]))
    if row["band"] == "all" and row["season"] == "year":
        compare("nc rmse", nc["rmse"][q, d, 0, 0], float(row["rmse_K"]), 1e-5)
        compare("nc half width", nc["half_width"][q, d],
                float(row["half_width_K"]), 1e-5)
i = int(np.argmin(abs(lat - nc.point_lat)))
j = int(np.argmin(abs(model["lon"][:] - nc.point_lon)))
for d in range(len(depths)):
    for m in range(len(days)):
        compare("series", nc["observed"][d, m], t[m, d, i, j] + 273.15, 1e-3)
        compare("series", nc["predicted"][q, d, m], p[m, d, i, j] + 273.15,
                1e-3)

# Each cell's error.
slug = "".join(c if c.isalnum() else "_" for c in name)
cells = np.ma.filled(Dataset(maps)["rmse_" + slug][:].astype(float), np.nan)
want = np.sqrt(np.nanmean((p - t) ** 2, axis=0))
if not np.nanmax(abs(cells - want)) < 2e-4:
    print("map: differs by", np.nanmax(abs(cells - want)))
    bad = 1
sys.exit(bad)
