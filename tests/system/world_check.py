#!/usr/bin/env python3
"""world_check.py WHICH FOLDER: what the views of the demonstration world hold,
against each other and against what `talik project` makes of them.  Prints a line
"0 title" or "1 title" for each fact, with the numbers; see world.sh.
"""
import sys

import netCDF4
import numpy as np

MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def read(path, *names):
    nc = netCDF4.Dataset(path)
    got = [np.ma.filled(nc[n][:].astype("f8"), np.nan) for n in names]
    return got[0] if len(got) == 1 else got


def fact(good, title, *numbers):
    said = " ".join(f"{x:.4g}" for x in numbers)
    print(0 if good else 1, f"{title}: {said}" if said else title)


def worst(a, b):
    """Largest difference; infinite where one of them has no value."""
    if a.shape != b.shape or (np.isnan(a) != np.isnan(b)).any():
        return np.inf
    return np.nanmax(np.abs(a - b))


def views(top):
    """A world with weather: reanalysis, two models, their truth."""
    era = f"{top}/w/reanalysis/era5land_1996-2006.nc"
    soil = read(f"{top}/soil.nc", "tsl")
    layers = np.stack(read(era, "stl1", "stl2", "stl3", "stl4"), 1)
    x = worst(soil, layers)
    fact(x < 0.02, "stl1 to stl4 are what the column makes of t2m and tp, K", x)
    for v in ("t2m", "tp"):
        a = read(era, v)[:120]
        x = worst(a, read(f"{top}/simple/historical_1996-2005.nc", v))
        fact(x == 0, f"{v} is the simple view's", x)
    sd, sde = read(era, "sd", "sde")
    land = ~np.isnan(sd[0])
    summer, winter = sd[6::12, land], sd[2::12, land]
    fact((sd[:, land] >= 0).all() and summer.mean() < 0.02 < winter.mean(),
         "snow: none in July, m of water in March", summer.mean(),
         winter.mean())
    density = 1000 * sd[2::12, land].sum() / sde[2::12, land].sum()
    fact(150 < density < 350, "density of snow in March, kg m-3", density)

    tas = [read(f"{top}/w/models/tas_Amon_DEMO{m}_historical_r1i1p1_"
                "199601-200512.nc", "tas") for m in (1, 2)]
    fact(all(np.isfinite(t).all() for t in tas), "models: no cell is missing")
    fact(all(np.abs(np.diff(t, axis=k)).max() < 20 for t in tas for k in (1, 2)),
         "models: smooth over land and sea, K between neighbours",
         max(np.abs(np.diff(t, axis=k)).max() for t in tas for k in (1, 2)))
    pr = read(f"{top}/w/models/pr_Amon_DEMO1_historical_r1i1p1_199601-200512.nc",
              "pr")
    year = pr[:12].mean(0) * 86400 * 365
    fact((pr > 0).all() and 30 < year.min() and year.max() < 4000,
         "models: precipitation, mm a year", year.min(), year.max())

    truth, lat, lon = read(f"{top}/w/truth/tsl_Lmon_DEMO1-column_historical_"
                           "r1i1p1_199601-200512.nc", "tsl", "lat", "lon")
    i, j = np.abs(lat - 64.5).argmin(), np.abs(lon + 151).argmin()
    summer = np.array([m % 12 in (4, 5, 6, 7, 8) for m in range(120)])

    def anomaly(x):
        return (x.reshape(10, 12) - x.reshape(10, 12).mean(0)).ravel()[summer]

    top_layer = anomaly(truth[:, 0, i, j])
    r = [np.corrcoef(top_layer, anomaly(t[:, 6, 16]))[0, 1] for t in tas]
    fact(r[0] > 0.6 and abs(r[1]) < 0.5,
         "the truth of model 1 follows its weather and not model 2's", *r)
    area, orog = (read(f"{top}/w/models/{v}_fx_DEMO1_historical_r0i0p0.nc", v)
                  for v in ("sftlf", "orog"))
    fact(area.min() == 0 and area.max() > 99.9 and orog.min() >= 0
         and 500 < orog.max() < 4000 and (orog[area == 0] == 0).all(),
         "land fraction, height", area.max(), orog.max())


def calm(top):
    """Worlds without weather: means by area, errors that do not change."""
    t2m, tp, lat, lon = read(f"{top}/plain/historical_2003-2004.nc", "t2m", "tp",
                             "lat", "lon")
    tas, pr, y, x = {}, {}, None, None
    for kind in ("plain", "wrong"):
        name = f"{top}/{kind}/models/%s_Amon_DEMO1_%s_r1i1p1_%s.nc"
        for e, when in (("historical", "200301-200412"), ("rcp85", "200501-209912")):
            tas[kind, e], y, x = read(name % ("tas", e, when), "tas", "lat", "lon")
            pr[kind, e] = read(name % ("pr", e, when), "pr")
    # Coarse cell 63 to 66 N, 156 to 153 W: nine cells of land.
    i, j = np.abs(y - 64.5).argmin(), np.abs(x - 205.5).argmin()
    rows = (lat > 63) & (lat < 66)
    cols = (lon > -156) & (lon < -153)
    weight = np.cos(np.radians(lat[rows]))[:, None] * np.ones(cols.sum())
    days = np.array(MONTHS)
    mean = (t2m[:12][:, rows][:, :, cols] * weight).sum((1, 2)) / weight.sum()
    rain = (tp[:12][:, rows][:, :, cols] * weight).sum((1, 2)) / weight.sum()
    d = np.abs(mean - tas["plain", "historical"][:12, i, j]).max()
    fact(d < 1e-3, "a coarse cell is the mean of its nine, K", d)
    d = np.abs(rain * 1000 / 86400 / pr["plain", "historical"][:12, i, j] - 1).max()
    fact(d < 1e-5, "and so is its rain", d)
    bias = {e: tas["wrong", e] - tas["plain", e] for e in ("historical", "rcp85")}
    end = bias["rcp85"][-12:]
    d = np.abs(end - bias["historical"][:12]).max()
    fact(d < 2e-3, "the error of a month is the same a century later, K", d)
    fact(0.3 < np.std(end.mean(0)) < 4 and np.abs(end.mean(0)).max() < 8,
         "its yearly mean: spread and most, K", np.std(end.mean(0)),
         np.abs(end.mean(0)).max())
    season = end[0] - end[6]
    fact(np.std(season) > 0.2, "January less July, K", np.std(season))
    ratio = pr["wrong", "rcp85"] / pr["plain", "rcp85"]
    fact(ratio.min() > 0.25 and ratio.max() < 4 and np.std(np.log(ratio)) > 0.1,
         "factor on rain", ratio.min(), ratio.max())
    warm = {k: tas[k, "rcp85"][-360:].mean(0) - tas[k, "historical"].mean(0)
            for k in ("plain", "wrong")}
    d = np.abs(warm["plain"] - warm["wrong"]).max()
    fact(d < 2e-3 and warm["plain"][i, j] > 3,
         "the change under RCP8.5 is the world's, K", d, warm["plain"][i, j])


def branch(top):
    """The truth against the column on the files of the same weather."""
    for e in ("rcp26", "rcp85"):
        d = worst(read(f"{top}/{e}.nc", "tsl"),
                  read(f"{top}/b/truth/tsl_Lmon_DEMO1-column_{e}_r1i1p1_"
                       "200601-200712.nc", "tsl"))
        fact(d < 5e-3, f"the truth of {e} is the column on its files, K", d)
    d = worst(read(f"{top}/history.nc", "tsl"),
              read(f"{top}/b/truth/tsl_Lmon_DEMO1-column_historical_r1i1p1_"
                   "200501-200512.nc", "tsl"))
    fact(d < 5e-3, "and so is the history's, K", d)


{"views": views, "calm": calm, "branch": branch}[sys.argv[1]](sys.argv[2])
