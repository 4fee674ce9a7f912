#!/usr/bin/env python3
"""Writes a file in the layout of talik's output, for trying talik-plot.

    make_plot_sample.py OUT.nc SCENARIO FIRST LAST [STEP] [projected]

A made-up soil temperature tsl(time, depth, lat, lon) in K on a grid of STEP
degrees over Alaska, or on a plane of 60 km in Alaska Albers with 2-D lat, lon.
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


def main():
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


main()
