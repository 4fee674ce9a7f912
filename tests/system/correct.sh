#!/usr/bin/env bash
# talik correct on a climate model that is made here: the same bytes on any
# number of ranks, regridding against cdo, bias gone and change kept, what is
# refused, and a projection on what it wrote.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
export SOURCE_DATE_EPOCH=1700000000

python=none
for p in ${PYTHON:-} python3 /usr/bin/python3; do
  "$p" -c 'import netCDF4' 2> /dev/null && python=$p && break
done
[ $python != none ] || skip_all "no Python with netCDF4 (Debian: python3-netcdf4)"
check() { "$python" "$tests_root/tests/system/correct_check.py" "$@"; }

# world RESOLUTION DIR FIRST: a reanalysis until 2005, 2010 as a scenario
world() {
  ranks 1 world "$tmp/world.nml" --set "world%dir=$2" --set world%resolution="$1" \
    --set world%first_year="$3" --set world%last_year=2010 \
    --set world%scenarios=rcp85 > "$tmp/log" 2>&1 \
    || bail_out "no world was written" "$tmp/log"
}

echo "&world /" > "$tmp/world.nml"
"$python" tests/tools/make_cmip5.py "$tmp/cm" > "$tmp/log" 2>&1 \
  && "$python" tests/tools/make_cmip5.py "$tmp/cm360" --calendar 360_day \
    --north-first --west --december --first 1986 --last 2007 >> "$tmp/log" 2>&1 \
  || bail_out "no climate model was written" "$tmp/log"
world 2 "$tmp/w" 1976
cd "$tmp" || exit 1
cat > correct.nml << 'END'
&forcing files = '../w/historical_1976-2005.nc', static_files = '../w/static.nc' /
&correct
  files = '../cm/*.nc'
  land_file = '../cm/sftlf_fx_TEST-CM_historical_r0i0p0.nc'
  dir = '.'
  first = '1960-01'
/
END

# on NAME RANKS KEY=VALUE...: a run in a folder of its own.
on() {
  local dir=$1 n=$2 set=()
  shift 2
  for s; do set+=(--set "$s"); done
  mkdir -p "$dir"
  (cd "$dir" && ranks "$n" correct ../correct.nml "${set[@]}") > log 2>&1
}

history=historical_TEST-CM_r1i1p1_196001-200512.nc
future=rcp85_TEST-CM_r1i1p1_200601-204512.nc
on 1 1 && [ -e 1/$history ] && [ -e 1/$future ] \
  && [ -e 1/rcp26_TEST-CM_r1i1p1_200601-204512.nc ] && grep -q SUCCESS log
report $? "history and two scenarios" log
for n in 2 3 5; do
  on $n $n
  report $? "runs on $n ranks" log
  for f in $history $future correct_report.csv; do
    cmp 1/$f $n/$f > log 2>&1
    report $? "$f on $n ranks: the bytes of one rank" log
  done
done
check_file() { # names, units and axis are those of the reanalysis
  ncdump -h "$1" > log
  grep -q 't2m:units = "K"' log && grep -q 'tp:units = "m"' log \
    && grep -q 't2m:standard_name = "air_temperature"' log \
    && grep -q 'time:calendar = "proleptic_gregorian"' log \
    && grep -q ':experiment_id = "rcp85"' log \
    && grep -q ':bias_correction = "qdm, by calendar month' log \
    && grep -q ':bias_correction_reference_period = "1976-01 .. 2005-12"' log \
    && grep -q 'tas_Amon_TEST-CM_rcp85_r1i1p1_200601-204512.nc' log \
    && ! grep -q 'rcp26_r1i1p1' log
}
if command -v ncdump > /dev/null; then
  check_file 1/$future
  report $? "names, units, calendar and where it came from" log
fi

# Against cdo, and what was regridded as what is corrected.
on raw 2 correct%method=none
report $? "regridding alone" log
check signal 1/$history 1/$future raw/$history raw/$future \
  w/historical_1976-2005.nc 1/correct_report.csv > log
report $? "the bias is gone, the change is kept, the report says so" log
if command -v cdo > /dev/null; then
  cdo -s griddes -selname,t2m w/historical_1976-2005.nc > grid 2> /dev/null
  by_cdo() { # by_cdo bil|con IN VARIABLE OUT
    cdo -s -f nc2 -b F64 "remap$1,grid" "-selname,$3" "$2" "$4" > log 2>&1
  }
  tas=tas_Amon_TEST-CM_rcp85_r1i1p1_200601-204512.nc
  for how in bilinear conservative; do
    on all-$how 3 correct%method=none "correct%land_file=''" correct%regrid=$how \
      correct%scenarios=rcp85
    report $? "$how, sea as well" log
    by_cdo ${how:0:3} cm/$tas tas cdo.nc
    check same all-$how/$future t2m cdo.nc tas > log
    report $? "$how: temperature as cdo has it" log
    by_cdo ${how:0:3} cm/pr${tas#tas} pr cdo.nc
    check same all-$how/$future tp cdo.nc pr 86.4 > log
    report $? "$how: precipitation as cdo has it, as a mean daily sum in m" log
  done
  on lapse 2 correct%method=none "correct%land_file=''" correct%lapse_rate=6.5 \
    correct%scenarios=rcp85 \
    correct%height_file=../cm/orog_fx_TEST-CM_historical_r0i0p0.nc
  report $? "with a lapse rate" log
  by_cdo bil cm/orog_fx_TEST-CM_historical_r0i0p0.nc orog cdo.nc
  check lapse lapse/$future all-bilinear/$future cdo.nc w/static.nc 6.5 > log
  report $? "the lapse rate by height" log
  can=${TALIK_TEST_DATA:-none}/cmip5/tas_Amon_CanESM2_rcp85_r1i1p1_200701-200712.nc
  if [ -e "$can" ]; then
    for how in bilinear conservative; do
      on can-$how 2 correct%method=none "correct%land_file=''" correct%regrid=$how \
        correct%files="$can" correct%historical=rcp85 "correct%first=''" \
        correct%variables="'t2m=tas'" \
        forcing%files=../w/rcp85_2006-2010.nc
      report $? "CanESM2, $how" log
      by_cdo ${how:0:3} "$can" tas cdo.nc
      check same can-$how/rcp85_CanESM2_*.nc t2m cdo.nc tas > log
      report $? "CanESM2, $how: as cdo has it" log
    done
  else
    skip "no CanESM2 file in TALIK_TEST_DATA"
  fi
else
  skip "no cdo to compare regridding with"
fi

# Another calendar, rows and longitudes; a reference beyond the history.
on 360 2 "correct%files='../cm360/*.nc'" "correct%land_file=''" "correct%first=''" \
  correct%method=none
report $? "360_day, rows from the north, longitudes from -180" log
[ -e 360/historical_TEST-CM_r1i1p1_198601-200511.nc ]
report $? "the history ends where the first scenario begins" log
on same 1 "correct%land_file=''" correct%first=1986-01 correct%method=none \
  "correct%files='../cm/*.nc'"
"$python" - > log 2>&1 << 'END'
import glob, sys
from netCDF4 import Dataset
for scenario in "rcp26", "rcp85": # both begin where rcp85 does, with 2005-12
    a = Dataset(glob.glob(f"360/{scenario}_*_200512-200712.nc")[0])["t2m"][1:]
    b = Dataset(glob.glob(f"same/{scenario}_*.nc")[0])["t2m"][:len(a)]
    print(a.shape, abs(a - b).max())
    if len(a) != 24 or a.count() < 100 or abs(a - b).max() > 1e-4:
        sys.exit(1)
END
report $? "the same values from either" log
on sums 2 correct%method=none "forcing%units='tp=mm month-1'" correct%scenarios=rcp85
check sums sums/$future raw/$future > log 2>&1
report $? "sums of the months of the reanalysis' calendar" log
on sums_mm 2 correct%method=none "forcing%units='tp=mm'" \
  forcing%daily_totals=.false. correct%scenarios=rcp85
check sums sums_mm/$future raw/$future > log 2>&1
report $? "sums of months in units that do not say so" log
on deep 2 correct%method=none correct%scenarios=rcp85 \
  correct%report=new/folder/report.csv
[ -s deep/new/folder/report.csv ]
report $? "a report in a folder that is made" log
on longer 2 correct%reference_scenario=rcp26 correct%reference_last=2010-12 \
  "forcing%files='../w/historical_1976-2005.nc','../w/rcp85_2006-2010.nc'"
report $? "a reference lengthened by a scenario" log
grep -q 'reference 1976-01 .. 2010-12, with rcp26' log
report $? "which it says" log
for method in delta eqm dqm; do
  on $method 2 correct%method=$method correct%scenarios=rcp85
  report $? "method $method" log
done
lost() { # the change of the year, after over before
  awk -F, -v OFMT=%.3f '$1 == "t2m" && $2 == "change" && $4 == "rcp85" && $5 == "year" {
    print $8 / $7 }' "$1/correct_report.csv"
}
on clipped 2 correct%method=eqm correct%clip=.true. correct%scenarios=rcp85
echo "qdm keeps $(lost 1) of the change, delta $(lost delta), clipped eqm $(lost clipped)" > log
awk '{ exit !($3 > 0.95 && $3 < 1.05 && $8 + 0 > 0.999 && $8 + 0 < 1.001 && $11 < 0.9) }' log
report $? "qdm and delta keep the change, clipped eqm does not" log

# A projected grid in other units and names.
toolik=${TALIK_TEST_DATA:-none}/toolik/historic-climate.nc
if [ -e "$toolik" ]; then
  at_toolik() { # at_toolik FOLDER RANKS KEY=VALUE...
    local dir=$1 n=$2
    shift 2
    on "$dir" "$n" forcing%files="$toolik" "correct%variables='tair=tas','precip=pr'" \
      correct%scenarios=rcp85 correct%reference_first=1961-01 "$@"
  }
  at_toolik toolik1 1
  report $? "a projected grid, degC and mm month-1" log
  at_toolik toolik2 2
  cmp toolik1/$future toolik2/$future > log 2>&1
  report $? "the same bytes on 2 ranks" log
  at_toolik toolik3 2 correct%regrid=conservative
  [ $? = 2 ] && grep -q "regrid: 'conservative' needs .* take 'bilinear'" log
  report $? "conservative weights are refused there" log
else
  skip "no toolik in TALIK_TEST_DATA"
fi

# Batches: fewer tiles in memory, the same values.
world 0.3 "$tmp/fine" 1990
cat > fine.nml << 'END'
&forcing files = 'fine/historical_1990-2005.nc' /
&correct
  files = 'cm/tas*.nc'
  variables = 't2m=tas'
  scenarios = 'rcp85'
  method = 'delta'
  dir = 'batches'
/
END
LIMIT=200 ranks 2 correct fine.nml > log 2>&1
report $? "all tiles at once" log
mv batches whole
LIMIT=200 ranks 1 correct fine.nml --set run%memory_mb=16 > log 2>&1
report $? "batches of tiles" log
grep -q '(4 of 4)' log
report $? "two of them" log
for f in historical_TEST-CM_r1i1p1_195001-200512.nc $future; do
  diff <(ncdump -h whole/$f | grep digest) <(ncdump -h batches/$f | grep digest) > log
  report $? "$f: the same digests" log
done

# Refused, with the reason and without a file.
refused() { # refused STATUS PATTERN TITLE KEY=VALUE...
  local want=$1 pattern=$2 title=$3 n status
  shift 3
  for n in 1 3; do
    rm -rf refused
    on refused $n "$@"
    status=$?
    echo "status $status, wanted $want and /$pattern/" >> log
    [ $status = "$want" ] && [ "$(grep -c '^talik: ' log)" = 1 ] \
      && grep '^talik: ' log | grep -Eq -- "$pattern"
    report $? "$title, $n ranks: status $want, one message" log
    [ -z "$(find refused -type f)" ]
    report $? "$title, $n ranks: no file"
  done
}
refused 3 "tasmax" "a variable that no file has" "correct%variables='t2m=tasmax'"
refused 3 "nothing.nc" "a pattern that fits nothing" correct%files=nothing.nc
refused 3 "1976-01 .. 2010-12 is not covered.*2005-12.*reference_scenario" \
  "a reference beyond the history" correct%reference_last=2010-12
refused 3 "1970-01 .. 2005-12 is not covered.*1976-01" \
  "a reference before the reanalysis" correct%reference_first=1970-01
refused 3 "60 months; 10 years" "a short reference" \
  correct%reference_first=2001-01
refused 3 "'kg'.*'K'" "units that cannot become temperature" \
  "correct%units='tas=kg'"
refused 3 "'rcp60'.*experiments.*rcp26 rcp85" "a scenario that is not there" \
  correct%scenarios=rcp60
refused 2 "reference_scenario: 'rcp60'" "a reference scenario that is none" \
  correct%reference_scenario=rcp60
refused 2 "scenarios: 'rcp26' is named twice" "a scenario named twice" \
  "correct%scenarios='rcp26','rcp85','rcp26'"
refused 2 "repeat_from: the reanalysis is taken as it is" "years that repeat" \
  forcing%repeat_from=1950-01
refused 2 "shift_of: the reanalysis is taken as it is" "a shift" \
  forcing%shift_of=t2m forcing%shift=4
refused 2 "kind: 'odd'" "a kind that is none" "correct%kind='t2m=odd'"
refused 2 "variables: 'tas' is no" "a variable without a pair" \
  correct%variables=tas
refused 2 "height_file" "a lapse rate without a height" correct%lapse_rate=6.5
refused 2 "first: .*history" "a first month before the history" \
  correct%first=1940-01
"$python" - << END
import shutil
import netCDF4
shutil.copy("cm/tas_Amon_TEST-CM_rcp85_r1i1p1_200601-204512.nc", "cm/zz.nc")
d = netCDF4.Dataset("cm/zz.nc", "a")
d.model_id = "TWO"
d.close()
END
refused 3 "'TEST-CM'.*'TWO'.*climate_model" "two climate models"
rm -f cm/zz.nc
refused 3 "1950-01 is in both" "a month in two files" \
  "correct%files='../cm/*.nc','../cm/../cm/tas_Amon_TEST-CM_historical*.nc'"
on 1 2
status=$?
echo "status $status" >> log
[ $status = 4 ] && grep -q 'correct_report.csv: exists' log
report $? "files that exist are kept" log
on 1 2 run%overwrite=.true.
report $? "unless told" log

# Before it, after it.
ranks 2 check correct.nml --set "correct%files='cm/*.nc'" \
  --set forcing%files=w/historical_1976-2005.nc --set "correct%land_file=''" > log 2>&1
report $? "check" log
grep -q 'reference 1976-01 .. 2005-12' log && grep -q 'no problem found' log
report $? "check says the reference" log
cat > column.nml << END
&forcing
  files = '1/$history', '1/$future'
  static_files = 'w/static.nc'
  scenario = 'rcp85'
  climate_model = 'TEST-CM'
/
&model architecture = 'column' /
&column spinup_years = 2, spinup_first = '2000-01' /
&project first = '2004-01', last = '2008-12' /
&output dir = '.', file = 'soil.nc' /
END
ranks 2 project column.nml > log 2>&1 && [ -e soil.nc ] && ! grep -q 'warning' log
report $? "the column runs through history and scenario" log
done_testing
