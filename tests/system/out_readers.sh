#!/usr/bin/env bash
# What others make of our files: GDAL places them, cdo, nco, ncdump and xarray
# read them, and CF finds no fault.
set -u
# shellcheck source=tests/system/out_common.inc
. tests/system/out_common.inc

# The python that has them: Debian's, behind any other one in PATH.
python=
for p in /usr/bin/python3 python3; do
  if "$p" -c 'import netCDF4, numpy, xarray' > /dev/null 2>&1; then
    python=$p
    break
  fi
done

echo "1..30"
for kind in regular projected annual; do
  for order in south north; do
    write 2 "$dir/$kind.$order.nc" $kind $order
    bad=$?
    say "${bad#0}" "$kind, $order first, written"
  done
done

# wants TEXT FILE WORD...: all of the words are in the file
wants() {
  local text=$1 file=$2 bad='' word
  shift 2
  for word in "$@"; do
    grep -qF -- "$word" "$file" || bad="$bad, no '$word'"
  done
  say "$bad" "$text"
}

for kind in regular projected; do
  for order in south north; do
    f=$dir/$kind.$order.nc
    case $kind in
      regular) code=4326 origin='Origin = (-190.000000000000000,75.000000000000000)'
        pixel='Pixel Size = (1.000000000000000,-0.500000000000000)' ;;
      projected) code=3338 origin='Origin = (-1225000.000000000000000,2375000.000000000000000)'
        pixel='Pixel Size = (50000.000000000000000,-50000.000000000000000)' ;;
    esac
    # Row 10 from the north, column 30, first month and depth; see out_tool.c.
    case $order in north) want=251.3 ;; south) want=253.2 ;; esac

    if have gdalinfo; then
      gdalinfo "NETCDF:$f:tsl" > "$dir/info" 2> "$dir/gdal.err"
      tail -n 1 <(sed -n '/^Coordinate System/,/^Data axis/p' "$dir/info" | grep 'ID\["EPSG"') > "$dir/epsg"
      wants "GDAL: $kind, $order first: EPSG:$code" "$dir/epsg" "\"EPSG\",$code"
      wants "GDAL: $kind, $order first: corner, pixel, missing value" "$dir/info" \
        "$origin" "$pixel" "Size is 53, 40" "NoData Value=1e+20" "NETCDF_DIM_time=56955.5"
      got=$(gdallocationinfo -valonly -b 1 "NETCDF:$f:tsl" 30 10 2>> "$dir/gdal.err")
      bad=$(awk -v g="$got" -v w="$want" 'BEGIN { if (g - w > 1e-4 || w - g > 1e-4) print g " not " w }')
      [ -s "$dir/gdal.err" ] && bad="$bad $(head -n 2 "$dir/gdal.err")"
      say "$bad" "GDAL: $kind, $order first: the value at a pixel, and no warning"
    else
      for what in CRS corner value; do skip "GDAL: $what" "gdalinfo is not installed"; done
    fi
  done
done

if have ncdump; then
  ncdump -h "$dir/projected.north.nc" > "$dir/dump" 2>&1
  wants "ncdump: the header" "$dir/dump" 'tsl(time, depth, y, x)' 'time = UNLIMITED' \
    'tsl:coordinates = "lat lon realization"' 'depth:positive = "down"' \
    'status_flag' 'cell_status:flag_values = 0b, 1b, 2b' ':Conventions = "CF-1.8 ACDD-1.3"' \
    ':realization = 1' 'tsl:ancillary_variables = "cell_status"' ':tracking_id = "'
else
  skip "ncdump" "not installed"
fi

if have cdo; then
  cdo -s sinfo "$dir/regular.north.nc" > "$dir/sinfo" 2>&1
  cdo -s sinfo "$dir/annual.south.nc" >> "$dir/sinfo" 2>&1
  wants "cdo sinfo: grid, depths, months" "$dir/sinfo" "lonlat" "(53x40)" \
    "lat : 74.75 to 55.25 by -0.5" "cellbounds" "0-0.05 to 0.15-0.35 m" "365_day  Bounds = true" \
    "2006-05-16 12:00:00" "2010-07-02 12:00:00" "depth : 1 m"
  cdo -s griddes "$dir/projected.north.nc" > "$dir/griddes" 2>&1
  wants "cdo griddes: projected" "$dir/griddes" "gridtype  = curvilinear" "gridtype  = projection" \
    "grid_mapping_name = albers_conical_equal_area" "yinc      = -50000"
  got=$(cdo -s outputf,%.3f,1 -fldmax -timmax -selname,tsl -sellevel,0.25 "$dir/regular.north.nc" 2> /dev/null)
  bad=$(awk -v g="$got" 'BEGIN { if (g < 275 || g > 280) print "greatest is " g }')
  say "$bad" "cdo: the greatest temperature is no fill"
else
  for what in sinfo griddes fldmax; do skip "cdo: $what" "not installed"; done
fi

if have ncks && have ncra; then
  bad=
  ncra -O "$dir/regular.south.nc" "$dir/mean.nc" > "$dir/nco" 2>&1 || bad="ncra fails"
  ncks -H -C -v tsl -d lat,20 -d lon,30 -d depth,0 "$dir/mean.nc" >> "$dir/nco" 2>&1 || bad="$bad, ncks fails"
  rm -f "$dir/mean.nc"
  # (0 + 1 + 3 + 4) / 4 = 2: the third month of this cell is missing.
  grep -q '254.3' "$dir/nco" || bad="$bad, no 254.3"
  say "$bad" "nco: a mean over months leaves out the missing one"
else
  skip "nco" "not installed"
fi

if [ -n "$python" ]; then
  cat > "$dir/open.py" << 'PY'
import sys
import numpy as np
import xarray as xr

for kind in "regular", "projected":
    for order in "south", "north":
        d = xr.open_dataset(f"{sys.argv[1]}/{kind}.{order}.nc", decode_coords="all")
        y, x = ("lat", "lon") if kind == "regular" else ("y", "x")
        assert d.tsl.dims == ("time", "depth", y, x), d.tsl.dims
        assert str(d.time.values[0]) == "2006-01-16 12:00:00", d.time
        assert {"lat", "lon", "crs", "realization", "time_bnds"} <= set(d.coords)
        assert abs(float(d.tsl[1, 2, 5, 40]) - 271.9) < 1e-4
        assert np.isnan(d.tsl[2, 0, 20, 30]) and np.isnan(d.tsl[0, 0, 0, 0])
        if kind == "projected":
            i, j = np.unravel_index(np.argmin(
                (d.lat.values - 65) ** 2 + (d.lon.values + 150) ** 2), d.lat.shape)
            assert abs(float(d.lat[i, j]) - 65) < 0.5
            assert float(d.y[i]) > 1e6
d = xr.open_dataset(f"{sys.argv[1]}/annual.north.nc", decode_coords="all")
assert float(d.magt.depth) == 1 and str(d.time.values[-1])[:7] == "2010-07"
assert int(d.first_thaw[20, 30]) == 20 * 53 + 30
PY
  bad=
  "$python" "$dir/open.py" "$dir" > "$dir/log" 2>&1 || bad="see below"
  say "$bad" "xarray: opens and decodes all"
  bad=
  "$python" tests/system/cf_check.py "$dir"/*.nc > "$dir/log" 2>&1 || bad="see below"
  say "$bad" "CF: no fault in any file"

  # A checker that never failed is none.
  bad=
  for edit in 'tsl:units = "degC"' 'tsl:standard_name = "soil_warmth"' 'depth_bnds:units = "m"' \
    'tsl:cell_methods = "time mean"' 'alt'; do
    cp "$dir/regular.north.nc" "$dir/broken.nc"
    if [ "$edit" = alt ]; then
      ncks -O -C -x -v crs "$dir/regular.north.nc" "$dir/broken.nc" > /dev/null 2>&1
    else
      "$python" - "$dir/broken.nc" "$edit" << 'PY'
import re, sys, netCDF4
v, a, text = re.match('(.*):(.*) = "(.*)"', sys.argv[2]).groups()
netCDF4.Dataset(sys.argv[1], "a").variables[v].setncattr(a, text)
PY
    fi
    "$python" tests/system/cf_check.py "$dir/broken.nc" > /dev/null 2>&1 && bad="$bad, not found: $edit"
  done
  say "$bad" "CF: the checker finds faults that are put in"
else
  for what in xarray CF "CF faults"; do skip "$what" "python3-xarray, python3-netcdf4 are not installed"; done
fi

bad=
if have ncvalidator; then
  for f in "$dir"/regular.*.nc "$dir"/projected.*.nc "$dir"/annual.*.nc; do
    ncvalidator -q "$f" > "$dir/log" 2>&1 || bad="$bad, $f"
  done
  say "$bad" "ncvalidator: valid"
else
  skip "ncvalidator" "not installed"
fi

bad=
ls "$dir"/*.tmp > /dev/null 2>&1 && bad="$(ls "$dir"/*.tmp)"
say "$bad" "no temporary file is left"
for kind in regular projected; do
  if have nccopy && have gdalinfo; then
    nccopy -k nc4 -d 4 -s "$dir/$kind.north.nc" "$dir/$kind.nc4" > "$dir/log" 2>&1
    gdalinfo "NETCDF:$dir/$kind.nc4:tsl" > "$dir/info" 2>&1
    wants "nccopy to netCDF-4, $kind: GDAL reads it" "$dir/info" "Size is 53, 40" "EPSG"
  else
    skip "nccopy, $kind" "nccopy or gdalinfo is not installed"
  fi
done
exit $failed
