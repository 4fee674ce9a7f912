"""A climate model's files as CMIP5 has them: tas, pr, sftlf, orog.

make_cmip5.py DIR [--north-first] [--west] [--calendar 360_day] [--last 2045]
              [--december]

A global grid of 24 x 48 cells, longitudes from 0 (--west: from -180), rows from
the south, mid-month stamps with bounds. Too warm by 4 K, more so in winter, too
wet by half but for months without rain; rcp26 and rcp85 warm by 0.02 and 0.08 K a year after 2005. rcp85
begins with 2006, or (--december) a month before, as the history ends.
"""
import argparse
import os

import netCDF4
import numpy as np

p = argparse.ArgumentParser()
p.add_argument("dir")
p.add_argument("--north-first", action="store_true")
p.add_argument("--west", action="store_true")
p.add_argument("--december", action="store_true")
p.add_argument("--calendar", default="noleap")
p.add_argument("--model", default="TEST-CM")
p.add_argument("--first", type=int, default=1950)
p.add_argument("--last", type=int, default=2045)
a = p.parse_args()
os.makedirs(a.dir, exist_ok=True)

NY, NX = 24, 48
lat = -90 + 180 * (np.arange(NY) + 0.5) / NY
lon = 360 * np.arange(NX) / NX
east = np.where(lon > 180, lon - 360, lon)
land = np.where((lat[:, None] > 55) & (east[None, :] < -120)
                & (east[None, :] > -165), 100.0, 0.0)
land[lat < 0] = 100
orog = land * 6 + 3 * np.abs(lat)[:, None]
order = np.argsort(east) if a.west else np.arange(NX)
rows = slice(None, None, -1) if a.north_first else slice(None)
days = [30] * 12 if a.calendar == "360_day" else \
    [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def axis(f, name, values, step, units):
    f.createDimension(name, len(values))
    v = f.createVariable(name, "f8", (name,))
    v.standard_name = {"lat": "latitude", "lon": "longitude"}[name]
    v.units, v.bounds = units, name + "_bnds"
    v[:] = values
    b = f.createVariable(name + "_bnds", "f8", (name, "bnds"))
    b[:] = np.stack([values - step / 2, values + step / 2], 1)


def begin(name, experiment, member):
    f = netCDF4.Dataset(f"{a.dir}/{name}", "w", format="NETCDF3_64BIT_OFFSET")
    f.experiment_id, f.model_id = experiment, a.model
    f.realization, f.initialization_method, f.physics_version = np.int32(member)
    f.createDimension("bnds", 2)
    axis(f, "lat", lat[rows], 180 / NY, "degrees_north")
    axis(f, "lon", (east if a.west else lon)[order], 360 / NX, "degrees_east")
    return f


def write(variable, units, experiment, first, last, value):
    skip = 11 if a.december and experiment == "rcp85" else 0
    first -= skip > 0
    n = 12 * (last - first + 1)
    f = begin(f"{variable}_Amon_{a.model}_{experiment}_r1i1p1_"
              f"{first}{1 + skip:02d}-{last}12.nc", experiment, (1, 1, 1))
    f.createDimension("time", None)
    t = f.createVariable("time", "f8", ("time",))
    t.units, t.calendar = "days since 1850-1-1", a.calendar
    t.bounds = "time_bnds"
    length = np.tile(days, n // 12)
    start = (first - 1850) * sum(days) + np.cumsum(length) - length
    t[:] = (start + length / 2)[skip:]
    b = f.createVariable("time_bnds", "f8", ("time", "bnds"))
    b[:] = np.stack([start, start + length], 1)[skip:]
    v = f.createVariable(variable, "f4", ("time", "lat", "lon"),
                         fill_value=np.float32(1e20))
    v.units = units
    x = np.empty((n, NY, NX))
    for i in range(n):
        x[i] = value(experiment, first + i // 12, i % 12)
    v[:] = x[skip:, rows, :][:, :, order]
    f.close()


def weather(experiment, year, month, what):
    """Noise of its own for each month; the same before 2006."""
    key = {"historical": 0, "rcp26": 1, "rcp85": 2}[experiment]
    rng = np.random.default_rng((year * 12 + month) * 10 + key + 5 * what)
    return rng.standard_normal(), rng.standard_normal((NY, NX))


def tas(experiment, year, month):
    wide, local = weather(experiment, year, month, 0)
    warming = {"historical": 0, "rcp26": 0.02, "rcp85": 0.08}[experiment]
    season = np.cos(2 * np.pi * (month - 6.5) / 12)
    return (300 - 0.55 * np.abs(lat)[:, None] + 12 * season
            + np.where(season < 0, 6, 3) + 2.5 * wide + local
            + warming * (year - 2005) * (1.5 if season < 0 else 1))


def pr(experiment, year, month):
    wide, local = weather(experiment, year, month, 1)
    wetter = {"historical": 0, "rcp26": 0.001, "rcp85": 0.005}[experiment]
    if wide < -1.8:
        return np.zeros((NY, NX))
    return (2.5e-5 * np.exp(0.3 * wide + 0.3 * local)
            * (1 + wetter * (year - 2005)))


mid = (a.first + 2005) // 2
for first, last in ((a.first, mid), (mid + 1, 2005)):
    write("tas", "K", "historical", first, last, tas)
    write("pr", "kg m-2 s-1", "historical", first, last, pr)
for scenario in "rcp26", "rcp85":
    write("tas", "K", scenario, 2006, a.last, tas)
    write("pr", "kg m-2 s-1", scenario, 2006, a.last, pr)
for variable, units, x in ("sftlf", "%", land), ("orog", "m", orog):
    f = begin(f"{variable}_fx_{a.model}_historical_r0i0p0.nc", "historical",
              (0, 0, 0))
    v = f.createVariable(variable, "f4", ("lat", "lon"))
    v.units = units
    v[:] = x[rows, :][:, order]
    f.close()
