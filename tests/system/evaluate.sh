#!/usr/bin/env bash
# talik evaluate on a small world: two members and another model beside the
# column; its scores against those that Python works out from projections.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc

in=$tmp/in
make_inputs
cd "$in" || exit 1
small=(--set model%hidden=6 --set run%quiet=.true.)
ranks 1 train train.nml "${small[@]}" --set model%file=two.nc \
  --set run%seed=2 > "$tmp/log" 2>&1 \
  && ranks 2 train train.nml "${small[@]}" --set model%file=tcn.nc \
    --set model%architecture=tcn --set model%channels=8 >> "$tmp/log" 2>&1
report $? "models to compare" "$tmp/log"

judge() { # judge RANKS KEY=VALUE...
  local n=$1 set=() s
  shift
  for s; do set+=(--set "$s"); done
  ranks "$n" evaluate train.nml --set run%overwrite=.true. \
    --set "evaluate%models='gru.nc','two.nc','tcn.nc'" \
    --set "evaluate%beside='column=soil.nc'" \
    --set "evaluate%band_edges=50,62,73" "${set[@]}"
}

judge 2 > "$tmp/log" 2>&1
report $? "three models, the column and four baselines" "$tmp/log"
grep -q 'gru mean' "$tmp/log" && grep -q 'tcn ' "$tmp/log" \
  && grep -q 'column ' "$tmp/log" && grep -q SUCCESS "$tmp/log"
report $? "a line for each, and SUCCESS" "$tmp/log"
awk -F, '$2 == "column" && $3 == "all" && $4 == "year" {
    n++; if ($7 != 0 || $9 != 0 || $15 != 0 || $17 != 0 || $19 != 0) bad = 1 }
  END { exit bad || n != 4 }' gru.evaluate.csv
report $? "what was learnt from has no error" gru.evaluate.csv
# Every number of the summary is in the CSV.
awk -F'|' '/^\| gru 1 \|/ && ++k == 1 { for (i = 4; i <= 7; i++) print $i + 0 }' \
  gru.evaluate.md > "$tmp/md"
awk -F, '$2 == "gru 1" && $3 == "all" && $4 == "year" { printf "%.3f\n", $7 }' \
  gru.evaluate.csv | awk '{ print $1 + 0 }' > "$tmp/csv"
[ "$(wc -l < "$tmp/md")" = 4 ] && cmp "$tmp/md" "$tmp/csv"
report $? "Markdown and CSV agree" gru.evaluate.md

judge 1 evaluate%csv=new/folder/scores.csv \
  "evaluate%beside='a b=soil.nc','a_b=soil.nc'" > "$tmp/log" 2>&1 \
  && [ -s new/folder/scores.csv ]
report $? "a table in a folder that is made" "$tmp/log"
if command -v ncdump > /dev/null; then
  ncdump -h gru.evaluate.map.nc > "$tmp/log" && grep -q ' rmse_a_b(' "$tmp/log" \
    && grep -q ' rmse_a_b_2(' "$tmp/log"
  report $? "names that become the same in the map stay apart" "$tmp/log"
else
  skip "no ncdump to read the map by (Debian: netcdf-bin)"
fi
judge 2 > "$tmp/log" 2>&1

python=none
for p in ${PYTHON:-} python3 /usr/bin/python3; do
  "$p" -c 'import netCDF4' 2> /dev/null && python=$p && break
done
if [ $python = none ]; then
  skip "no Python with netCDF4 (Debian: python3-netcdf4)"
else
  for m in gru:'gru 1' tcn:tcn; do
    ranks 1 project project.nml --set "model%file=${m%%:*}.nc" \
      --set project%first=2003-07 --set project%last=2004-12 \
      --set run%overwrite=.true. > "$tmp/log" 2>&1 \
      && "$python" "$tests_root/tests/system/evaluate_check.py" soil.nc \
        gru_soil.nc gru.evaluate.csv gru.evaluate.nc gru.evaluate.map.nc \
        "${m##*:}" 50 62 > "$tmp/log" 2>&1
    report $? "scores of ${m##*:} as Python has them" "$tmp/log"
  done
fi

refused() { # refused STATUS PATTERN KEY=VALUE...
  local want=$1 pattern=$2 status
  shift 2
  judge 2 "$@" > "$tmp/log" 2>&1
  status=$?
  [ $status = "$want" ] && [ "$(grep -c '^talik: ' "$tmp/log")" = 1 ] \
    && grep -q -- "$pattern" "$tmp/log"
  report $? "status $want: $pattern" "$tmp/log"
}

refused 2 "no 'name=file'" "evaluate%beside='soil.nc'"
refused 2 "a latitude and a longitude" evaluate%point=65
refused 2 "must increase" evaluate%band_edges=60,50
refused 3 "outside the latitude bands" evaluate%band_edges=60,61
refused 3 "no_such.nc" "evaluate%models='gru.nc','no_such.nc'"
refused 3 "window of 6 months needs inputs from 1999-09" evaluate%first=2000-02
refused 3 "cannot score" evaluate%first=2004-01 evaluate%last=2010-12
refused 4 "may not be overwritten" run%overwrite=.false.
done_testing
