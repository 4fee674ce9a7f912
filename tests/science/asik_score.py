#!/usr/bin/python3
"""Bias and RMSE of talik's soil temperature at the Asik station, per depth.

usage: asik_score.py soil.csv tsl.nc limit_K

Prints them beside two baselines, air temperature itself and a regression on
this and last month's air with each year held out; exit status 1 if an RMSE
exceeds the limit.
"""
import csv
import sys

import netCDF4
import numpy as np


def held_out_regression(air, soil, year):
    """Each year predicted from a fit to the others; the first month is lost."""
    x = np.column_stack([np.ones(len(air) - 1), air[1:], air[:-1]])
    y, years = soil[1:], year[1:]
    error = np.empty_like(y)
    for held in np.unique(years):
        fit, out = years != held, years == held
        coef, *_ = np.linalg.lstsq(x[fit], y[fit], rcond=None)
        error[out] = x[out] @ coef - y[out]
    return error


def show(name, error):
    rmse = np.sqrt((error**2).mean(axis=0))
    print(f"# {name:22s} bias {error.mean(axis=0).round(2)}  RMSE {rmse.round(2)}")
    return rmse


def main():
    with open(sys.argv[1], newline="") as f:
        rows = list(csv.DictReader(f))
    soil = np.array([[float(r[k]) for k in ("soil10", "soil20", "soil50")]
                     for r in rows])
    air = np.array([float(r["tair"]) for r in rows])
    year = np.array([int(r["year"]) for r in rows])
    with netCDF4.Dataset(sys.argv[2]) as d:
        tsl = np.asarray(d["tsl"][:]).reshape(len(rows), 3) - 273.15
    show("air temperature", air[:, None] - soil)
    show("held-out regression", held_out_regression(air, soil, year))
    rmse = show(sys.argv[2].rsplit("/", 1)[-1], tsl - soil)
    return 0 if (rmse <= float(sys.argv[3])).all() else 1


sys.exit(main())
