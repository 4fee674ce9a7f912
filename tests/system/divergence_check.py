#!/usr/bin/env python3
"""divergence_check.py change FOLDER: makes projections out of truth, FOLDER/p/*.nc.
divergence_check.py check FOLDER: every number of FOLDER/report.csv and details.csv,
worked out here from those files; exit 1 with the first misses.  See divergence.sh.
"""
import csv
import shutil
import sys

import netCDF4
import numpy as np

FREEZING, COLD = 273.15, -2 + 273.15
DEPTHS = [0.035, 0.175, 0.64, 1.945]
CLIMATES, SCENARIOS = ["DEMO1", "DEMO2"], ["rcp26", "rcp85"]
what, top = sys.argv[1:]


def truth_of(climate, scenario):
    return (f"{top}/w/truth/tsl_Lmon_{climate}-column_{scenario}_r1i1p1_"
            "200601-200912.nc")


def projected_of(climate, scenario):
    return f"{top}/p/{climate}_{scenario}.nc"


def read(path, *names):
    """Values in single precision, as they lie in the file; NaN where missing."""
    with netCDF4.Dataset(path) as nc:
        got = [np.ma.filled(nc[n][:].astype("f4"), np.nan) for n in names]
    return got[0] if len(got) == 1 else np.stack(got, 1)


def change():
    """Half of the difference between scenarios, 1 K too warm, noise; a gap.  The
    fitted soil is too warm likewise."""
    rng = np.random.default_rng(7)
    with netCDF4.Dataset(f"{top}/fitted.nc", "a") as nc:
        nc["tsl"][:] = nc["tsl"][:] + np.float32(1.2)
    for c in CLIMATES:
        low = read(truth_of(c, "rcp26"), "tsl")
        for s in SCENARIOS:
            x = low + 0.5 * (read(truth_of(c, s), "tsl") - low) + 1
            x += rng.normal(0, 0.7, x[:1].shape)
            shutil.copy(truth_of(c, s), projected_of(c, s))
            if (c, s) == ("DEMO2", "rcp85"):
                row, column = np.argwhere(np.isfinite(x[0, 0]))[3]
                x[30, 1, row, column] = np.nan
            with netCDF4.Dataset(projected_of(c, s), "a") as nc:
                nc["tsl"][:] = np.ma.masked_invalid(x.astype("f4"))
                nc.model_id = c + "-half"


def cell_areas(path):
    """km2, on the ellipsoid."""
    a, f = 6378137.0, 1 / 298.257223563
    e = np.sqrt(f * (2 - f))

    def zone(phi):
        s = np.sin(phi)
        return (s / (1 - (e * s) ** 2) + np.arctanh(e * s) / e) / 2

    with netCDF4.Dataset(path) as nc:
        lat = np.radians(nc["lat_bnds"][:])
        lon = np.radians(nc["lon_bnds"][:])
    band = a * a * (1 - e * e) * np.abs(zone(lat[:, 1]) - zone(lat[:, 0]))
    return band[:, None] * np.abs(lon[:, 1] - lon[:, 0])[None, :] * 1e-6


def years(x):
    """[month, ...] to [year, 12, ...]"""
    return x.reshape(-1, 12, *x.shape[1:])


def frozen(x, threshold):
    """Share of years below it at the deepest depth."""
    warmest = years(x[:, -1]).max(1).astype("f8")
    return (warmest < threshold).mean(0)


bad = 0


def compare(where, got, want):
    global bad
    if got == "" and not np.isfinite(want):
        return
    if got == "" or not abs(float(got) - want) <= 2e-5 * max(1, abs(want)):
        print(f"{where}: '{got}', here {want:.7g}")
        bad += 1


def check():
    era = read(f"{top}/w/reanalysis/era5land_1996-2006.nc", "stl1", "stl2",
               "stl3", "stl4")[:120]
    fitted = read(f"{top}/fitted.nc", "tsl")[:120]
    futures = {(c, s): (read(truth_of(c, s), "tsl")[12:],
                        read(projected_of(c, s), "tsl")[12:])
               for c in CLIMATES for s in SCENARIOS}
    there = np.isfinite(era[:, -1]).all(0) & np.isfinite(fitted[:, -1]).all(0)
    for t, p in futures.values():
        there &= np.isfinite(t).all((0, 1)) & np.isfinite(p).all((0, 1))
    area = np.where(there, cell_areas(truth_of("DEMO1", "rcp26")), 0)

    # The threshold: the least warmest month that is enough of them.
    warmest = np.sort(years(fitted[:, -1]).max(1)[:, there].ravel())
    wanted = (area * frozen(era, FREEZING))[there].sum()
    enough = [w for w in warmest
              if (area * frozen(fitted, np.nextafter(np.float64(w), 400)))
              [there].sum() >= wanted]
    threshold = float(enough[0])

    permafrost = frozen(era, FREEZING) >= 0.5
    cold = era[:, -1].astype("f8").mean(0) < COLD
    zones = {"all": there, "continuous": there & permafrost & cold,
             "discontinuous": there & permafrost & ~cold,
             "none": there & ~permafrost}
    assert all(z.any() for z in zones.values()), "an empty zone tests nothing"
    assert not there.all() and abs(threshold - FREEZING) > 0.5

    def numbers(climates, zone, s, k):
        w = area[zone]
        mean = lambda x: np.average(x, weights=w)
        t = np.mean([mean(futures[c, s][0][:, k].astype("f8").mean(0)[zone])
                     for c in climates])
        p = np.mean([mean(futures[c, s][1][:, k].astype("f8").mean(0)[zone])
                     for c in climates])
        square = np.mean([mean((futures[c, s][1][:, k].astype("f8").mean(0)
                                - futures[c, s][0][:, k].astype("f8").mean(0))
                               [zone] ** 2) for c in climates])
        ice = [np.mean([100 * mean(frozen(futures[c, s][side], at)[zone])
                        for c in climates])
               for side, at in ((0, FREEZING), (1, FREEZING),
                                (1, np.nextafter(threshold, 400)))]
        return t, p, np.sqrt(square), ice

    def ratio(climates, zone, k):
        rise = [numbers(climates, zone, "rcp85", k)[i]
                - numbers(climates, zone, "rcp26", k)[i] for i in (0, 1)]
        return rise[1] / rise[0]

    n = 0
    for row in csv.DictReader(open(f"{top}/details.csv")):
        climates = CLIMATES if row["climate_model"] == "all" else [
            row["climate_model"]]
        zone, s = zones[row["zone"]], row["scenario"]
        k = DEPTHS.index(float(row["depth"]))
        t, p, rmse, ice = numbers(climates, zone, s, k)
        want = {"seed": 7, "area_km2": area[zone].sum(),
                "truth_degC": t - FREEZING, "projected_degC": p - FREEZING,
                "bias_K": p - t, "rmse_K": rmse,
                "divergence_ratio": ratio(climates, zone, k),
                "permafrost": ice[0], "permafrost_error_raw": ice[1] - ice[0],
                "permafrost_error_calibrated": ice[2] - ice[0],
                "threshold_degC": threshold - FREEZING}
        assert set(row) - set(want) == {"model", "method", "climate_model",
                                        "zone", "scenario", "depth"}
        assert (row["model"], row["method"]) == ("half", "by hand"), row
        for key in want:
            compare(f"details {row['climate_model']} {row['zone']} {s} {k} {key}",
                    row[key], want[key])
        n += 1
    assert n == 3 * 4 * 2 * 4, n
    n = 0
    for row in csv.DictReader(open(f"{top}/report.csv")):
        zone, s = zones[row["zone"]], row["scenario"]
        k = DEPTHS.index(float(row["depth"]))
        _, _, rmse, ice = numbers(CLIMATES, zone, s, k)
        where = f"report {row['zone']} {s} {k}"
        assert list(row) == ["seed", "model", "method", "zone", "scenario",
                             "depth", "rmse_K", "divergence_ratio",
                             "permafrost_area_error"]
        compare(where, row["rmse_K"], rmse)
        compare(where, row["divergence_ratio"], ratio(CLIMATES, zone, k))
        compare(where, row["permafrost_area_error"], ice[2] - ice[0])
        n += 1
    assert n == 4 * 2 * 4, n
    print(f"threshold {threshold - FREEZING:.3f} degC, {there.sum()} cells")


change() if what == "change" else check()
sys.exit(bad > 0)
