#!/usr/bin/env bash
# The three views of the demonstration world: reanalysis, climate models, truth.
# Files as CMIP5 has them; the column on the files gives the soil that the world
# gave; models are wrong by what is said and right in their change; no training
# reads the truth.  Ranks are in ranks.sh.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
LIMIT=300
export SOURCE_DATE_EPOCH=1700000000

w=$tmp/w
cat > "$tmp/world.nml" << END
&run institution = 'none' /
&world
  dir = '$w'
  resolution = 2
  first_year = 1996
  scenario_year = 2006
  last_year = 2009
  scenarios = 'rcp26', 'rcp85'
  views = 'reanalysis', 'models', 'truth'
  climate_models = 2
  reanalysis_first_year = 1996
  reanalysis_last_year = 2006
/
&column spinup_years = 5 /
END
python=none
for p in ${PYTHON:-} python3 /usr/bin/python3; do
  "$p" -c 'import netCDF4' 2> /dev/null && python=$p && break
done
run() { ranks 2 "$@" > "$tmp/log" 2>&1; }

run world "$tmp/world.nml"
report $? "three views on two ranks" "$tmp/log"
truth=$w/truth/tsl_Lmon_DEMO1-column
era=$w/reanalysis/era5land_1996-2006.nc
model() { echo "$w/models/$1_Amon_DEMO$2_$3_r1i1p1_$4.nc"; }
[ "$(find "$w" -name '*.nc' | wc -l)" = 24 ] && [ -e "$era" ] \
  && [ -e "$(model tas 2 rcp85 200601-200912)" ] \
  && [ -e "$(model pr 1 historical 199601-200512)" ] \
  && [ -e "$w/models/sftlf_fx_DEMO1_historical_r0i0p0.nc" ] \
  && [ -e "${truth}_rcp26_r1i1p1_200601-200912.nc" ] \
  && [ -e "${truth}_historical_r1i1p1_199601-200512.nc" ]
report $? "names of the files" <(find "$w")

# A file that stands in the way stops the run before it begins.
rm "${truth}_historical_r1i1p1_199601-200512.nc" "$w/static.nc"
run world "$tmp/world.nml"
[ $? = 4 ] && [ ! -e "$w/static.nc" ] && grep -q 'exists' "$tmp/log"
report $? "names are looked at first, nothing is written" "$tmp/log"
run world "$tmp/world.nml" --set run%overwrite=.true.
report $? "and replaced when asked" "$tmp/log"

# ---- readers -------------------------------------------------------------------

f=$(model tas 1 rcp85 200601-200912)
if command -v cdo > /dev/null; then
  cdo -s sinfo "$f" > "$tmp/sinfo" 2>&1
  grep -q '365_day  Bounds = true' "$tmp/sinfo" && grep -q 'cellbounds' "$tmp/sinfo" \
    && grep -q 'lon : 168.75 to 233.75 by 2.5' "$tmp/sinfo" \
    && grep -q 'lat : 48.75 to 73.75 by 2.5' "$tmp/sinfo" \
    && grep -q 'height : 2 m' "$tmp/sinfo" && grep -q '2006-01-16 12:00' "$tmp/sinfo"
  report $? "cdo: grid, height, calendar, months" "$tmp/sinfo"
else
  skip "cdo is not installed"
fi
if command -v ncdump > /dev/null; then
  ncdump -h "$f" > "$tmp/dump"
  bad=0
  for word in 'float tas(time, lat, lon)' 'tas:coordinates = "height"' \
    'tas:units = "K"' ':project_id = "CMIP5"' ':model_id = "DEMO1"' \
    ':experiment_id = "rcp85"' ':experiment = "RCP8.5"' ':frequency = "mon"' \
    ':parent_experiment_id = "historical"' ':branch_time = 56940' \
    ':realization = 1' ':table_id = "Table Amon"' ':tracking_id' \
    'synthetic demonstration world'; do
    grep -qF -- "$word" "$tmp/dump" || { echo "no $word"; bad=1; }
  done > "$tmp/said"
  report $bad "ncdump: attributes as CMOR writes them" "$tmp/said"
else
  skip "ncdump is not installed"
fi

# ---- numbers --------------------------------------------------------------------

# column OUTPUT FILES KEY=VALUE...: the column as a user would run it.
column() {
  local out=$1 files=$2 set=() m
  shift 2
  for s; do set+=(--set "$s"); done
  for m in organic_depth organic_saturation mineral_porosity mineral_saturation \
    mineral_k_solids; do
    set+=(--set "column%${m}_map=$m")
  done
  echo "&model architecture = 'column' /" > "$tmp/column.nml"
  run project "$tmp/column.nml" --set "forcing%files=$files" \
    --set "output%dir=$tmp" --set "output%file=$out" "${set[@]}"
}

# check WHICH: world_check.py's facts, a line of TAP each.
check() {
  if [ "$python" = none ]; then
    skip "$1: no Python with netCDF4 (Debian: python3-netcdf4)"
    return
  fi
  "$python" tests/system/world_check.py "$1" "$tmp" > "$tmp/facts" 2> "$tmp/said"
  report $? "world_check.py $1" "$tmp/said"
  while read -r bad title; do report "$bad" "$title"; done < "$tmp/facts"
}

# another DIR KEY=VALUE...: another small world.
another() {
  local dir=$1 set=()
  shift
  for s; do set+=(--set "$s"); done
  run world "$tmp/world.nml" --set "world%dir=$tmp/$dir" "${set[@]}" \
    || report 1 "world $dir" "$tmp/log"
}

column soil.nc "'$era'" "forcing%static_files='$w/static.nc'" column%spinup_years=5
report $? "the column takes the reanalysis" "$tmp/log"
another simple "world%views='simple'"
check views

calm=(world%noise=0 world%resolution=1 world%model_resolution=3
  world%climate_models=1 world%first_year=2003 world%scenario_year=2005
  world%last_year=2099 "world%scenarios='rcp85'" "world%views='simple', 'models'")
another plain "${calm[@]}" world%model_bias=0
another wrong "${calm[@]}"
check calm

# Without weather and leap years the truth is what the column makes of the files.
another b world%noise=0 world%climate_models=1 world%first_year=2005 \
  world%last_year=2007 "world%views='simple', 'truth'" column%spinup_years=1
for e in rcp26 rcp85; do
  column $e.nc "'$tmp/b/historical_2005-2005.nc', '$tmp/b/${e}_2006-2007.nc'" \
    "forcing%static_files='$tmp/b/static.nc'" column%spinup_years=1 \
    project%first=2006-01 || report 1 "column of $e" "$tmp/log"
done
column history.nc "'$tmp/b/historical_2005-2005.nc'" \
  "forcing%static_files='$tmp/b/static.nc'" column%spinup_years=1
check branch

if [ "$python" != none ]; then
  "$python" tests/system/cf_check.py "$f" "$era" "$(model pr 2 historical 199601-200512)" \
    "$w/models/sftlf_fx_DEMO1_historical_r0i0p0.nc" \
    "$w/models/orog_fx_DEMO2_historical_r0i0p0.nc" \
    "${truth}_rcp85_r1i1p1_200601-200912.nc" > "$tmp/cf" 2>&1
  report $? "CF finds no fault" "$tmp/cf"
fi

# ---- no training reads the truth -----------------------------------------------

t=${truth}_historical_r1i1p1_199601-200512.nc
ln -s "$t" "$tmp/harmless.nc"
cp "$t" "$tmp/copy.nc"
cat > "$tmp/train.nml" << END
&forcing files = '$era', static_files = '$w/static.nc' /
&targets files = '$era', variables = 'stl1', 'stl2', 'stl3', 'stl4' /
&model
  file = '$tmp/gru.nc'
  window = 6
  hidden = 6
  layers = 1
/
&train
  last = '2003-12'
  valid_last = '2005-12'
  epochs = 1
  steps_per_epoch = 4
/
&evaluate first = '2000-01', last = '2005-12' /
END
refused() { # refused TITLE KEY=VALUE...
  local title=$1 set=()
  shift
  for s; do set+=(--set "$s"); done
  run train "$tmp/train.nml" "${set[@]}"
  [ $? = 2 ] && grep -q 'holds the truth' "$tmp/log" && [ ! -e "$tmp/gru.nc" ]
  report $? "train refuses the truth $title" "$tmp/log"
}
refused "as targets" "targets%files=$t" "targets%variables='tsl'"
refused "under another name" "targets%files=$tmp/harmless.nc" "targets%variables='tsl'"
refused "as a copy" "targets%files=$tmp/copy.nc" "targets%variables='tsl'"
refused "among other targets" "targets%files='$era', '$t'"
refused "as forcing" "forcing%files='$era', '$tmp/copy.nc'"
refused "as the soil of another climate" "augment%files=$t" \
  augment%shift_of=t2m augment%shift=4
refused "as a static file" "forcing%static_files='$w/static.nc', '$t'"
run train "$tmp/train.nml"
report $? "train takes the reanalysis and its layers" "$tmp/log"
run evaluate "$tmp/train.nml" "--set" "targets%files='$tmp/harmless.nc'" \
  --set "targets%variables='tsl'"
report $? "evaluate takes the truth" "$tmp/log"
run check "$tmp/train.nml" --set "targets%files='$tmp/harmless.nc'" \
  --set "targets%variables='tsl'"
[ $? = 0 ] && grep -q 'warning: .*holds the truth.*train refuses it' "$tmp/log"
report $? "check says that train refuses it" "$tmp/log"

# ---- what cannot be ------------------------------------------------------------

wrong() { # wrong TITLE WORDS KEY=VALUE
  run world "$tmp/world.nml" --set "$3" --set "world%dir=$tmp/none"
  [ $? = 2 ] && grep -q "$2" "$tmp/log" && [ ! -e "$tmp/none" ]
  report $? "$1" "$tmp/log"
}
wrong "a view that there is not" 'simple, reanalysis, models, truth' "world%views='modles'"
wrong "a scenario that there is not" "&world scenarios: 'rcp99'" "world%scenarios='rcp99'"
wrong "a scenario named twice" "'rcp45' is named twice" "world%scenarios='rcp45','rcp26','rcp45'"
wrong "a reanalysis that ends before it begins" 'lies before' world%reanalysis_last_year=1990
wrong "a truth that begins too late" 'lies after' world%truth_first_year=2050
done_testing
