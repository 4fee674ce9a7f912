#!/usr/bin/python3
"""Monthly forcing and soil temperature of the Asik station, Noatak.

usage: asik_to_nc.py Asik20120713_20150606.csv forcing.nc soil.csv

Writes a 1 x 1 CF file (NetCDF classic, 64-bit offset) with the 34 full months
2012-08 to 2015-05 of tair (degC), precip (mm month-1) and snow_depth (m), and a
CSV with the same months and soil temperature at 10, 20 and 50 cm (degC).  With
`-` for forcing.nc only the CSV is written, and netCDF4 is not needed.

The snow sensor reads 0.05 m too much from July 2012 to June 2013, midsummer
included, and zero most of the rest: the offset is subtracted, what is negative
or lies in a month warmer than 2 degC is zero.
"""
import csv
import sys
from datetime import datetime
from statistics import fmean

FIRST, LAST = (2012, 8), (2015, 5)
OFFSET_UNTIL, OFFSET = (2013, 6), 0.05
LAT, LON = 67.4749, -162.2664
EPOCH, UNITS = datetime(2012, 1, 1), "days since 2012-01-01"

AIR, RAIN, SNOW, SOIL = 4, 1, 10, (13, 14, 15)


def celsius(f):
    return (f - 32.0) / 1.8


def read(path):
    """Per month and column, the values that are there."""
    months = {}
    with open(path, newline="", encoding="latin-1") as f:
        rows = csv.reader(f)
        next(rows), next(rows)
        for row in rows:
            when = datetime.strptime(row[0], "%m/%d/%Y %H:%M")
            columns = months.setdefault((when.year, when.month), {})
            for i in (AIR, RAIN, SNOW) + SOIL:
                if row[i].strip():
                    columns.setdefault(i, []).append(float(row[i]))
    return months


def write_nc(path, days, tair, precip, snow):
    import netCDF4
    import numpy as np

    days = np.array(days, dtype=float)
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as nc:
        nc.Conventions = "CF-1.8"
        nc.title = "Asik station, Noatak: monthly forcing of the soil column"
        nc.source = "US National Park Service, hourly observations"
        for name, size in (("time", None), ("lat", 1), ("lon", 1), ("bnds", 2)):
            nc.createDimension(name, size)

        def variable(name, dims, values, **attributes):
            v = nc.createVariable(name, "f8", dims)
            v.setncatts(attributes)
            v[:] = values

        variable("time", ("time",), (days[:-1] + days[1:]) / 2,
                 standard_name="time", units=UNITS, calendar="standard",
                 axis="T", bounds="time_bnds")
        variable("time_bnds", ("time", "bnds"),
                 np.stack([days[:-1], days[1:]], axis=1))
        variable("lat", ("lat",), LAT, standard_name="latitude",
                 units="degrees_north", axis="Y")
        variable("lon", ("lon",), LON, standard_name="longitude",
                 units="degrees_east", axis="X")
        cube = ("time", "lat", "lon")
        shape = (len(tair), 1, 1)
        variable("tair", cube, np.reshape(tair, shape), units="degC",
                 standard_name="air_temperature",
                 cell_methods="time: mean")
        variable("precip", cube, np.reshape(precip, shape), units="mm month-1",
                 long_name="precipitation of the month",
                 cell_methods="time: sum")
        variable("snow_depth", cube, np.reshape(snow, shape), units="m",
                 standard_name="surface_snow_thickness",
                 cell_methods="time: mean")


def main(source, forcing, soil):
    months = read(source)
    keys = sorted(k for k in months if FIRST <= k <= LAST)
    tair, precip, snow, deep = [], [], [], []
    for key in keys:
        m = months[key]
        air = celsius(fmean(m[AIR]))
        depth = 0.0254 * fmean(m[SNOW]) if m.get(SNOW) else 0.0
        depth -= OFFSET if key <= OFFSET_UNTIL else 0.0
        tair.append(air)
        precip.append(25.4 * sum(m[RAIN]))
        snow.append(max(0.0, depth) if air <= 2.0 else 0.0)
        deep.append([celsius(fmean(m[i])) for i in SOIL])

    edges = [datetime(y, m, 1) for y, m in keys + [(2015, 6)]]
    days = [(e - EPOCH).days for e in edges]
    if forcing != "-":
        write_nc(forcing, days, tair, precip, snow)
    with open(soil, "w", encoding="ascii") as f:
        f.write("year,month,days,tair,precip,snow_depth,soil10,soil20,soil50\n")
        for i, (y, m) in enumerate(keys):
            values = [tair[i], precip[i], snow[i], *deep[i]]
            f.write(f"{y},{m},{days[i + 1] - days[i]},"
                    + ",".join(f"{v:.6f}" for v in values) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
