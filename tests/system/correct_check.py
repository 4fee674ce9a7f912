"""Files of talik correct against those that it was made from.

correct_check.py same TALIK.nc NAME OTHER.nc NAME [SCALE]
    regridded by talik and by cdo: at all cells that talik has, and months in
    order, to the last digits of a float
correct_check.py lapse WITH.nc WITHOUT.nc OROG.nc STATIC.nc K_PER_KM
    the difference is the rate times the difference of heights
correct_check.py sums SUMS.nc DAILY.nc
    mm in the month against m a day, in the days of the file's calendar
correct_check.py signal HISTORY.nc SCENARIO.nc RAW_HISTORY.nc RAW_SCENARIO.nc
        REANALYSIS.nc REPORT.csv
    the bias is gone, the change is kept, and the report says the same
"""
import csv
import sys

import numpy as np
from netCDF4 import Dataset


def field(path, name):
    return np.ma.filled(Dataset(path)[name][:].astype(float), np.nan)


def fail(text):
    print(text)
    sys.exit(1)


def same(ours, name, other, other_name, scale="1"):
    x, y = field(ours, name), field(other, other_name) * float(scale)
    d = abs(x - y)[~np.isnan(x)] / np.nanmax(abs(y))
    print(f"{d.size} values, worst difference {d.max():.3g} of the largest")
    if d.size < 100 or not d.max() < 2e-7:
        fail("not the same")


def lapse(with_it, without, orog, static, rate):
    x = field(with_it, "t2m") - field(without, "t2m")
    want = float(rate) / 1000 * (field(orog, "orog")
                                 - field(static, "elevation"))
    d = abs(x - want)[~np.isnan(x)]
    print(f"{d.size} values, shifts to {np.nanmax(abs(x)):.2f} K, worst {d.max()}")
    if d.size < 100 or not d.max() < 1e-4 or not np.nanmax(abs(x)) > 1:
        fail("not the lapse rate")


def sums(monthly, daily):
    time = Dataset(daily)["time_bnds"][:]
    want = field(daily, "tp") * 1000 * (time[:, 1] - time[:, 0])[:, None, None]
    d = abs(field(monthly, "tp") - want)[~np.isnan(want)]
    print(f"{d.size} values up to {np.nanmax(want):.1f} mm, worst {d.max()}")
    if d.size < 100 or not d.max() < 1e-4:
        fail("not the sums of months")


def weights(path):
    edge = np.radians(Dataset(path)["lat_bnds"][:])
    # Areas on the sphere: those of the ellipsoid differ by less than 0.4 %.
    return abs(np.sin(edge[:, 1]) - np.sin(edge[:, 0]))[:, None]


def mean(x, area):
    good = ~np.isnan(x)
    return np.sum(np.where(good, x * area, 0)) / np.sum(area * good)


def signal(history, scenario, raw_history, raw_scenario, reanalysis, report):
    area = weights(history)
    o = field(reanalysis, "t2m")
    n = len(o)
    h, r = field(history, "t2m")[-n:], field(raw_history, "t2m")[-n:]
    s = field(scenario, "t2m")[-240:]
    rs = field(raw_scenario, "t2m")[-240:]
    table = {}
    for line in csv.DictReader(open(report)):
        key = line["variable"], line["quantity"], line["experiment"], line["when"]
        table[key] = line

    def close(key, column, want, tolerance):
        got = float(table[key][column])
        if not abs(got - want) < tolerance:
            fail(f"{key} {column}: {got}, here {want}")

    for m in range(12):
        bias = [mean(np.mean(x[m::12], 0) - np.mean(o[m::12], 0), area)
                for x in (r, h)]
        key = "t2m", "bias", "historical", str(m + 1)
        close(key, "before", bias[0], 0.02)
        close(key, "after", bias[1], 0.005)
        if not abs(bias[1]) < 0.2 < abs(bias[0]):
            fail(f"month {m + 1}: bias {bias}")
        spread = [mean(np.std(x[m::12], 0, ddof=1), area) for x in (o, r, h)]
        key = "t2m", "sd_ratio", "historical", str(m + 1)
        close(key, "before", spread[1] / spread[0], 0.01)
        close(key, "after", spread[2] / spread[0], 0.01)
    change = [mean(np.mean(a, 0) - np.mean(b, 0), area)
              for a, b in ((rs, r), (s, h))]
    key = "t2m", "change", "rcp85", "year"
    close(key, "before", change[0], 0.02)
    close(key, "after", change[1], 0.02)
    print(f"change {change[0]:.3f} K before, {change[1]:.3f} K after")
    if not abs(change[1] - change[0]) < 0.05 * change[0]:
        fail("the change is not kept")


{"same": same, "lapse": lapse, "sums": sums, "signal": signal}[sys.argv[1]](*sys.argv[2:])
