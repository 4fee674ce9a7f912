#!/usr/bin/env python3
"""cf_check.py FILE...: what CF-1.8 and ACDD-1.3 ask of the files that talik
writes.  Prints a line for each fault; the exit status says whether there were
any.  It knows the subset of CF that talik uses, and refuses the rest.
"""
import re
import sys

import netCDF4
import numpy as np

STANDARD_NAMES = {  # of the CF table v83: name -> canonical units
    "time": None, "depth": "m", "latitude": "degrees_north",
    "longitude": "degrees_east", "projection_x_coordinate": "m",
    "projection_y_coordinate": "m", "grid_latitude": "degrees",
    "grid_longitude": "degrees", "realization": "1", "cell_area": "m2",
    "status_flag": None, "soil_temperature": "K", "temperature_in_ground": "K",
    "temperature_in_surface_snow": "K",
    "permafrost_active_layer_thickness": "m",
    "depth_at_base_of_unfrozen_ground": "m",
    "depth_at_shallowest_isotherm_defined_by_soil_temperature": "m",
    "permafrost_layer_thickness": "m", "permafrost_area_fraction": "1",
    "liquid_water_content_of_permafrost_layer": "kg m-2",
    "surface_snow_thickness": "m", "land_area_fraction": "%",
    "lwe_thickness_of_surface_snow_amount": "m", "height": "m",
    "surface_altitude": "m", "precipitation_flux": "kg m-2 s-1",
    "volume_fraction_of_frozen_water_in_soil": "1",
    "air_temperature": "K", "surface_temperature": "K",
}
METHODS = {"point", "sum", "maximum", "minimum", "mean", "median", "mid_range",
           "standard_deviation", "variance", "mode", "range"}
MAPPINGS = {
    "latitude_longitude": [],
    "albers_conical_equal_area": ["standard_parallel",
                                  "longitude_of_central_meridian",
                                  "latitude_of_projection_origin"],
    "polar_stereographic": ["latitude_of_projection_origin"],
    "lambert_conformal_conic": ["standard_parallel",
                                "longitude_of_central_meridian",
                                "latitude_of_projection_origin"],
    "rotated_latitude_longitude": ["grid_north_pole_latitude",
                                   "grid_north_pole_longitude"],
}
CALENDARS = {"standard", "gregorian", "proleptic_gregorian", "noleap",
             "365_day", "360_day"}
GLOBALS = ["Conventions", "title", "summary", "keywords", "institution",
           "source", "history", "references", "comment", "tracking_id",
           "geospatial_lat_min", "geospatial_lat_max", "geospatial_lon_min",
           "geospatial_lon_max", "time_coverage_start", "time_coverage_end"]
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
CELL_METHOD = re.compile(
    r"((?:[A-Za-z_]+: )+)([a-z_]+)( where [a-z_]+)?( over [a-z_]+)?"
    r"( (?:within|over) (?:days|years))*( \([^)]*\))?(?: |$)")


class Checker:
    def __init__(self, path):
        self.path = path
        self.nc = netCDF4.Dataset(path)
        self.nc.set_auto_maskandscale(False)
        self.v = self.nc.variables
        self.faults = []
        self.bounds = {x.bounds for x in self.v.values()
                       if "bounds" in x.ncattrs()}
        self.mappings = {x.grid_mapping for x in self.v.values()
                         if "grid_mapping" in x.ncattrs()}
        self.named = {n for x in self.v.values()
                      for n in self.words(x, "coordinates")}

    @staticmethod
    def words(x, attribute):
        return getattr(x, attribute, "").split()

    def need(self, truth, *text):
        if not truth:
            self.faults.append(" ".join(str(t) for t in text))

    def globals(self):
        for name in GLOBALS:
            if name.startswith("time_") and "time" not in self.nc.dimensions:
                continue
            self.need(name in self.nc.ncattrs(), "no global attribute", name)
        words = getattr(self.nc, "Conventions", "").replace(",", " ").split()
        self.need("CF-1.8" in words, "Conventions is", words)
        self.need(self.nc.data_model.startswith("NETCDF3"),
                  "the format is", self.nc.data_model)

    def attributes(self, name, x):
        self.need(NAME.match(name), name, "is no CF name")
        units = getattr(x, "units", None)
        standard = getattr(x, "standard_name", None)
        if standard is not None:
            self.need(standard in STANDARD_NAMES, name, "standard_name",
                      standard)
            want = STANDARD_NAMES.get(standard)
            self.need(want is None or units == want, name, "units", units,
                      "for", standard)
        else:
            self.need(getattr(x, "long_name", ""), name,
                      "has neither standard_name nor long_name")
        flags = "flag_meanings" in x.ncattrs()
        self.need(units or flags, name, "has no units")
        for a in ("_FillValue", "missing_value", "flag_values"):
            if a in x.ncattrs():
                got = np.asarray(x.getncattr(a)).dtype
                self.need(got == x.dtype, name, a, "is", got, "not", x.dtype)
        if flags:
            n = len(np.atleast_1d(x.flag_values))
            self.need(n == len(x.flag_meanings.split()), name, n,
                      "flag_values,", x.flag_meanings)
            self.need(len(set(np.atleast_1d(x.flag_values))) == n, name,
                      "flag_values are not unique")

    def coordinate(self, name, x):
        self.need("standard_name" in x.ncattrs() or
                  getattr(x, "units", "") == "1", name,
                  "is a coordinate without standard_name")
        if x.ndim == 1 and x.dimensions == (name,):
            values = x[:]
            step = np.diff(values)
            self.need((step > 0).all() or (step < 0).all(), name,
                      "is not monotonic")
            self.need("_FillValue" not in x.ncattrs(), name,
                      "is an axis with _FillValue")
            self.need("axis" in x.ncattrs(), name, "has no axis")
            self.need("bounds" in x.ncattrs(), name, "has no bounds")
        if "bounds" in x.ncattrs():
            self.bound(name, x)
        if getattr(x, "standard_name", "") == "time":
            self.need(re.match(r"^days since \d{4}-\d\d-\d\d( \S+)?$", x.units),
                      "time units", x.units)
            self.need(x.calendar in CALENDARS, "calendar", x.calendar)
        if getattr(x, "axis", "") == "Z":
            self.need(getattr(x, "positive", "") in ("up", "down"), name,
                      "has no positive")

    def bound(self, name, x):
        self.need(x.bounds in self.v, name, "bounds", x.bounds, "is not there")
        if x.bounds not in self.v:
            return
        b = self.v[x.bounds]
        self.need(b.dimensions[:-1] == x.dimensions and b.shape[-1] == 2,
                  x.bounds, "has dimensions", b.dimensions)
        self.need(not b.ncattrs(), x.bounds, "has attributes", b.ncattrs())
        low, high = b[..., 0].min(), b[..., 1].max()
        inside = (np.minimum(b[..., 0], b[..., 1]) <= x[:]) & (
            np.maximum(b[..., 0], b[..., 1]) >= x[:])
        self.need(np.all(inside), name, "lies outside its bounds")
        self.need(np.isfinite(low) and np.isfinite(high), x.bounds, low, high)
        if x.ndim == 1 and len(x) > 1:
            self.need(np.array_equal(b[1:, 0], b[:-1, 1]), x.bounds,
                      "leaves gaps")
            down = x[0] > x[1]
            self.need(((b[:, 0] > b[:, 1]) == down).all(), x.bounds,
                      "runs against its axis")

    def mapping(self, name, x):
        got = getattr(x, "grid_mapping_name", None)
        self.need(got in MAPPINGS, name, "grid_mapping_name", got)
        for a in MAPPINGS.get(got, []):
            self.need(a in x.ncattrs(), name, "has no", a)
        self.need(x.ndim == 0, name, "is no scalar")
        self.need("crs_wkt" in x.ncattrs() and "EPSG" in x.crs_wkt, name,
                  "has no crs_wkt with an EPSG code")

    def cell_methods(self, name, x):
        text = getattr(x, "cell_methods", None)
        if text is None:
            return
        at = 0
        while at < len(text):
            m = CELL_METHOD.match(text, at)
            if not m or not m.group(0):
                self.need(False, name, "cell_methods", repr(text))
                return
            for axis in m.group(1).replace(":", "").split():
                self.need(axis in ("area",) or axis in x.dimensions or
                          axis in self.v or axis in STANDARD_NAMES, name,
                          "cell_methods of", axis)
            self.need(m.group(2) in METHODS, name, "cell_methods", m.group(2))
            at = m.end()

    def data(self, name, x):
        self.need("_FillValue" in x.ncattrs(), name, "has no _FillValue")
        self.cell_methods(name, x)
        axes = [getattr(self.v.get(d), "axis", "?") for d in x.dimensions]
        self.need("".join(axes) in ("TZYX", "TYX", "ZYX", "YX"), name,
                  "has axes", axes)
        mapping = getattr(x, "grid_mapping", None)
        self.need(mapping in self.v, name, "grid_mapping", mapping)
        for c in self.words(x, "coordinates"):
            self.need(c in self.v, name, "coordinates", c, "is not there")
            if c in self.v:
                self.need(set(self.v[c].dimensions) <= set(x.dimensions), name,
                          "coordinates", c, self.v[c].dimensions)
        for c in self.words(x, "ancillary_variables"):
            self.need(c in self.v, name, "ancillary_variables", c)
        measures = self.words(x, "cell_measures")
        self.need(not measures or (measures[0] == "area:" and
                                   measures[1] in self.v), name,
                  "cell_measures", measures)
        self.need(re.match("^[0-9a-f]{16}$", getattr(x, "digest", "")) and
                  x.digest != "0" * 16, name, "digest")
        values = x[:]
        self.need(np.isfinite(values).all(), name, "has NaN or inf")
        good = values[values != x.getncattr("_FillValue")]
        self.need(good.size, name, "is all fill")
        if "flag_values" in x.ncattrs():
            self.need(np.isin(good, x.flag_values).all(), name,
                      "has values that are no flag")

    def run(self):
        self.globals()
        for name, x in self.v.items():
            if name in self.bounds:
                continue
            if name in self.mappings:
                self.mapping(name, x)
                continue
            self.attributes(name, x)
            if name in self.nc.dimensions or name in self.named:
                self.coordinate(name, x)
            else:
                self.data(name, x)
        return self.faults


def main(paths):
    bad = 0
    for path in paths:
        for fault in Checker(path).run():
            print(f"{path}: {fault}")
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
