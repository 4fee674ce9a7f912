#!/usr/bin/env bash
# talik divergence on a small world: a truth held against itself, changed files
# against numpy, the same bytes on any number of ranks, what is refused.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc

w=$tmp/w
cat > "$tmp/world.nml" << END
&world
  dir = '$w'
  resolution = 2
  first_year = 1996
  scenario_year = 2006
  last_year = 2009
  scenarios = 'rcp26', 'rcp85'
  views = 'reanalysis', 'truth'
  climate_models = 2
  reanalysis_first_year = 1996
  reanalysis_last_year = 2006
/
&column spinup_years = 3 /
END
ranks 2 world "$tmp/world.nml" > "$tmp/log" 2>&1 || bail_out "no world" "$tmp/log"
cat > "$tmp/column.nml" << END
&forcing
  files = '$w/reanalysis/era5land_1996-2006.nc'
  static_files = '$w/static.nc'
/
&model architecture = 'column' /
&column
  spinup_years = 3
  organic_depth_map = 'organic_depth'
/
&output dir = '$tmp', file = 'fitted.nc' /
END
ranks 2 project "$tmp/column.nml" > "$tmp/log" 2>&1 \
  || bail_out "no fitted soil" "$tmp/log"

truth() { # truth DEMO SCENARIO
  echo "'$w/truth/tsl_Lmon_DEMO$1-column_$2_r1i1p1_200601-200912.nc'"
}
all="$(truth 1 rcp26), $(truth 1 rcp85), $(truth 2 rcp85), $(truth 2 rcp26)"
history="'$w/truth/tsl_Lmon_DEMO1-column_historical_r1i1p1_199601-200512.nc'"
cat > "$tmp/d.nml" << END
&run seed = 7 /
&targets
  files = '$w/reanalysis/era5land_1996-2006.nc'
  variables = 'stl1', 'stl2', 'stl3', 'stl4'
/
&divergence
  files = $all
  truth = $history, $all
  base_first = '1996-01'
  base_last = '2005-12'
  first = '2007-01'
  last = '2009-12'
  method = 'by hand'
  csv = '$tmp/report.csv'
  details = '$tmp/details.csv'
/
END

# compare RANKS [KEY=VALUE]...
compare() {
  local n=$1 set=() s
  shift
  for s; do set+=(--set "$s"); done
  ranks "$n" divergence "$tmp/d.nml" --set run%overwrite=.true. "${set[@]}" \
    > "$tmp/log" 2>&1
}

# ---- a truth against itself ------------------------------------------------------

compare 2
report $? "a truth against itself" "$tmp/log"
grep -q 'column, 2 climate models, 2007-01 .. 2009-12' "$tmp/log" \
  && grep -q '0 left out' "$tmp/log" && grep -q SUCCESS "$tmp/log"
report $? "says of what, how many cells, and SUCCESS" "$tmp/log"
awk -F, 'NR > 1 && $1 == 7 && $2 == "column" && $7 == 0 && $8 == 1 && $9 == 0 { n++ }
  END { exit !(NR == 33 && n == 32) }' "$tmp/report.csv"
report $? "no error, ratio 1, in every zone and depth" "$tmp/report.csv"
awk -F, 'NR > 1 && $11 == 0 && $12 == 0 && $15 == 0 && $16 == 0 && $17 == "" { n++ }
  END { exit !(NR == 97 && n == 96) }' "$tmp/details.csv"
report $? "for each climate model too, without a threshold" "$tmp/details.csv"
compare 1 "divergence%files=$(truth 1 rcp85), $(truth 2 rcp85)"
[ $? = 0 ] && grep -q 'warning: no ratio: rcp26 and rcp85' "$tmp/log" \
  && awk -F, 'NR > 1 && $8 != "" { bad = 1 } END { exit bad || NR != 17 }' \
    "$tmp/report.csv"
report $? "no ratio of one scenario, which is said" "$tmp/report.csv"
compare 1 "divergence%files=$(truth 1 rcp26), $(truth 1 rcp85), $(truth 2 rcp85)"
[ $? = 0 ] && awk -F, '$4 == "DEMO2" && $6 == "rcp26" {
    n++; if ($8 != 0 || $9 $10 $11 $12 $13 $14 $15 $16 != "") bad = 1 }
  END { exit bad || n != 16 }' "$tmp/details.csv"
report $? "a pair without files has no numbers" "$tmp/details.csv"

# ---- changed files against numpy ---------------------------------------------------

python=none
for p in ${PYTHON:-} python3 /usr/bin/python3; do
  "$p" -c 'import netCDF4' 2> /dev/null && python=$p && break
done
if [ $python = none ]; then
  skip "no Python with netCDF4 (Debian: python3-netcdf4)"
else
  mkdir "$tmp/p"
  "$python" tests/system/divergence_check.py change "$tmp" > "$tmp/log" 2>&1
  report $? "projections made of the truth" "$tmp/log"
  changed=("divergence%files='$tmp/p/DEMO1_rcp26.nc', '$tmp/p/DEMO1_rcp85.nc',
    '$tmp/p/DEMO2_rcp26.nc', '$tmp/p/DEMO2_rcp85.nc'"
    "divergence%fitted='$tmp/fitted.nc'")
  for n in 1 2 3; do
    compare "$n" "${changed[@]}"
    report $? "changed files on $n ranks" "$tmp/log"
    for f in report details; do
      [ "$n" = 1 ] && cp "$tmp/$f.csv" "$tmp/$f.1"
      cmp "$tmp/$f.1" "$tmp/$f.csv" > "$tmp/said" 2>&1
      report $? "$f: the same bytes on $n ranks" "$tmp/said"
    done
  done
  grep -q ' 1 left out' "$tmp/log"
  report $? "the cell with a gap is left out" "$tmp/log"
  "$python" tests/system/divergence_check.py check "$tmp" > "$tmp/said" 2>&1
  report $? "every number as numpy has it" "$tmp/said"

  # One pair in two files.
  if command -v ncks > /dev/null; then
    f=$tmp/p/DEMO1_rcp26
    ncks -O -d time,0,23 "$f.nc" "${f}_a.nc" \
      && ncks -O -d time,24,47 "$f.nc" "${f}_b.nc" \
      && compare 2 "${changed[@]/DEMO1_rcp26.nc\'/DEMO1_rcp26_b.nc\', \'${f}_a.nc\'}" \
      && cmp "$tmp/report.1" "$tmp/report.csv" >> "$tmp/log" 2>&1
    report $? "a projection in two files" "$tmp/log"
  else
    skip "ncks is not installed"
  fi
fi

# ---- what is refused -----------------------------------------------------------------

refused() { # refused STATUS WORDS TITLE KEY=VALUE...
  local want=$1 words=$2 title=$3 status
  shift 3
  rm -f "$tmp/report.csv" "$tmp/details.csv"
  compare 2 "$@"
  status=$?
  [ $status = "$want" ] && grep -q -- "$words" "$tmp/log" \
    && [ "$(grep -c '^talik: ' "$tmp/log")" = 1 ] \
    && [ ! -e "$tmp/report.csv" ] && [ ! -e "$tmp/details.csv" ]
  report $? "$title" "$tmp/log"
}
refused 2 'no file is of DEMO2 rcp85, as .*DEMO2-column_rcp85' "no truth for one" \
  "divergence%truth=$(truth 1 rcp26), $(truth 1 rcp85), $(truth 2 rcp26)"
refused 3 'month 2006-01 is in both .*column_rcp85' "a file twice" \
  "divergence%files=$(truth 1 rcp26), $(truth 1 rcp85), $(truth 1 rcp85)"
refused 3 'static.nc does not say its climate model and scenario' \
  "a file without attributes" "divergence%files='$w/static.nc'"
ranks 2 divergence "$tmp/column.nml" > "$tmp/log" 2>&1
[ $? = 2 ] && grep -q '&divergence files: names no file' "$tmp/log"
report $? "no projection" "$tmp/log"
ranks 2 divergence "$tmp/column.nml" --set divergence%files=none.nc > "$tmp/log" 2>&1
[ $? = 2 ] && grep -q '&targets files: names no file: zones' "$tmp/log"
report $? "no observations" "$tmp/log"
refused 2 '2007-02 to 2009-12: whole years' "no whole years" \
  divergence%first=2007-02
refused 2 '1996-01 to 1995-12: whole years' "base years that end too early" \
  divergence%base_last=1995-12
refused 3 'rcp26.*: months 2006-01 .. 2009-12; &divergence needs 2007-01 .. 2010-12' \
  "months that a projection lacks" divergence%last=2010-12
refused 3 'era5land.*: months 1996-01 .. 2006-12; &divergence needs 1995-01' \
  "months that the observations lack" divergence%base_first=1995-01
refused 3 'fitted.nc: months 1996-01 .. 2006-12; .* needs 1996-01 .. 2007-12' \
  "months that the fitted soil lacks" divergence%base_last=2007-12 \
  "divergence%fitted='$tmp/fitted.nc'" "targets%files=$(truth 1 rcp26), $history" \
  "targets%variables='tsl'"
refused 2 'depths: the last must be the deepest' "depths that do not end deep" \
  targets%depths=1.945,0.64 "targets%variables='stl4','stl3'"
refused 2 "a comma, a quote" "a name that breaks the table" \
  "divergence%method='a,b'"
refused 2 "is the same scenario as low" "one scenario for both" \
  divergence%low=rcp85
refused 2 "is the same file as csv" "one name for both tables" \
  "divergence%details='$tmp/report.csv'"
touch "$tmp/there.csv"
refused 4 "there.csv: exists" "a table that exists" run%overwrite=.false. \
  "divergence%details='$tmp/there.csv'"
[ ! -s "$tmp/there.csv" ]
report $? "which is left as it was"
if [ $python != none ]; then
  refused 3 "is by 'column', .*DEMO1_rcp85.nc by 'half'" "files of two models" \
    "divergence%files=$(truth 1 rcp26), '$tmp/p/DEMO1_rcp85.nc'"
fi
done_testing
