"""domain_check.py WORLD SOIL DOMAIN SHIFT -- beyond_range and joint_distance of
2005 and 2006 by their definition, from unscaled inputs: both are the same for any
scaling.  Training: 2001 and 2002, all cells with soil."""
import sys

import netCDF4
import numpy as np

world, soil, domain, shift = sys.argv[1:5]


def read(path, name):
    with netCDF4.Dataset(path) as f:
        return np.ma.filled(f.variables[name][:].astype(float), np.nan)


def monthly(name, more=0):
    parts = [read(f"{world}/{p}.nc", name)
             for p in ("historical_2000-2004", "rcp85_2005-2006")]
    return np.concatenate(parts) + more


def trailing(x, n):
    return np.array([x[max(0, i - n + 1):i + 1].mean(0) for i in range(len(x))])


def points(more):
    """z[year][cell][input]"""
    air = monthly("t2m", more)
    fixed = read(f"{world}/static.nc", "organic_depth")
    means = [x.reshape(-1, 12, *x.shape[1:]).mean(1)
             for x in (air, trailing(air, 24), monthly("tp"))]
    means.append(np.broadcast_to(fixed, means[0].shape))
    return np.stack([m.reshape(len(m), -1) for m in means], -1)


land = np.isfinite(read(soil, "tsl")[0, 0]).ravel()
train = points(0)[1:3][:, land].reshape(-1, 4)
print(f"{len(train)} cell-years")
std = train.std(0)
cov = np.cov(train.T, bias=True)
inverse = np.linalg.inv(cov + 1e-4 * np.diag(np.diag(cov)))


def distance(z):
    u = z - train.mean(0)
    return np.sqrt(np.einsum("...i,ij,...j", u, inverse, u))


limit = np.sort(distance(train))[int(np.ceil(0.99 * len(train))) - 1]
z = points(float(shift))[5:7][:, land]
beyond = np.maximum(0, np.maximum(train.min(0) - z, z - train.max(0)) / std).max(-1)
bad = 0
for name, want in (("beyond_range", beyond), ("joint_distance", distance(z) / limit)):
    got = read(domain, name).reshape(2, -1)
    off = np.abs(got[:, land] - want).max()
    print(name, "largest", want.max(), "off by", off)
    bad |= not off < 2e-3 * max(1, want.max())
    bad |= bool(np.isfinite(got[:, ~land]).any())
with netCDF4.Dataset(domain) as f:
    print("limit", f.domain_limit, limit)
    bad |= abs(f.domain_limit - limit) > 2e-3 * limit
    bad |= f.domain_training_cell_years != len(train)
sys.exit(int(bad))
