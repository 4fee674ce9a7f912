#!/usr/bin/env bash
# talik explain on a small demonstration world with a GRU that was trained in
# short: complete, the same bytes on 1, 2, 3 and 5 ranks, tables that agree.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
LIMIT=300
plot=$PWD/bin/talik-plot
cd "$tmp" || exit 1

fails() { # fails STATUS PATTERN ARGUMENT...: on 2 ranks, with its message once
  local want=$1 pattern=$2 status
  shift 2
  ranks 2 explain run.nml --set explain%file=none.nc --set explain%csv=none.csv \
    "$@" > log 2>&1
  status=$?
  [ "$status" = "$want" ] && [ "$(grep -c -- "$pattern" log)" = 1 ] \
    && [ ! -e none.nc ] && [ ! -e none.csv ]
  report $? "status $want: $pattern" log
}

echo "&world resolution = 2, first_year = 1998, last_year = 2006,
  scenarios = 'rcp85' /" > world.nml
cat > column.nml << END
&forcing files = 'world/historical_1998-2005.nc' static_files = 'world/static.nc' /
&model architecture = 'column' /
&column organic_depth_map = 'organic_depth', spinup_years = 4 /
&output dir = '.', file = 'soil.nc' /
END
cat > run.nml << END
&forcing files = 'world/historical_1998-2005.nc' static_files = 'world/static.nc' /
&features dynamic = 't2m', 'tp', static = 'organic_depth' /
&targets files = 'soil.nc' /
&model file = 'gru.nc', window = 12, hidden = 16, layers = 1 /
&train last = '2002-12', valid_last = '2003-12', epochs = 8,
  steps_per_epoch = 16 /
&explain first = '2004-01' /
END
{ ranks 1 world world.nml && ranks 1 project column.nml \
  && ranks 2 train run.nml; } > log 2>&1
report $? "a world, its soil and a GRU" log

for r in 1 2 3 5; do
  mkdir "r$r"
  ranks "$r" explain run.nml > "r$r/log" 2>&1 && mv gru.explain.* "r$r"
  report $? "explains on $r rank(s)" "r$r/log"
  [ "$r" = 1 ] && continue
  cmp r1/gru.explain.nc "r$r/gru.explain.nc" \
    && cmp r1/gru.explain.csv "r$r/gru.explain.csv"
  report $? "the same bytes on $r ranks"
done

cp r1/gru.explain.* .
grep -q '^| t2m |' r1/log && grep -q '^|---|' r1/log
report $? "a Markdown table in the log" r1/log

# depth_m,rank,feature,lag_months,abs,mean,importance: 5 features, 4 depths, 12
# lags and all; ranks by size, lags that add up, air the first at the surface.
awk -F, 'NR == 1 { next }
  { rows++; bad = bad || NF != 7 || !($5 >= 0) }
  $4 == "all" { if ($2 > 1 && $5 > last) bad = 1; last = $5
    if (top == "") top = $3; mean = $6; sum = 0; k = 0; next }
  { sum += $6; k++; gap = sum - mean
    if (k == 12 && gap * gap > 1e-9) bad = 1 }
  END { print rows, top, bad
        exit bad || rows != 4 * 5 * 13 || top != "t2m" }' gru.explain.csv > log
report $? "the CSV is whole and ranked" log

if command -v ncdump > /dev/null; then
  ncdump -h gru.explain.nc > log 2>&1 \
    && grep -q 'attribution(depth, band, season, lag, feature)' log \
    && ncdump -v feature_name gru.explain.nc | grep -q '"t2m' \
    && grep -q ':first_month = "2004-01"' log
  report $? "ncdump reads the NetCDF file" log
fi
if [ -x "$plot" ] && command -v gs > /dev/null; then
  "$plot" explain gru.explain.csv -o x.png > log 2>&1 && [ -s x.png ]
  report $? "talik-plot draws it" log
fi

TK_INJECT=table.write:0 ranks 2 explain run.nml --set explain%file=none.nc \
  --set explain%csv=none.csv > log 2>&1
[ $? = 4 ] && [ ! -e none.nc ] && [ ! -e none.nc.tmp ]
report $? "a file that cannot be written leaves none" log
ranks 2 explain run.nml > log 2>&1
[ $? = 4 ] && grep -q "gru.explain.nc" log
report $? "an explanation that exists is kept" log
fails 3 "cannot explain 1997-01" --set explain%first=1997-01
fails 3 "cannot explain 2004-01 to 2003" --set explain%last=2003-01
fails 2 "not an even number" --set explain%points=3
fails 1 "not complete at .* raise &explain points (2 here) or background (2)" \
  --set explain%points=2 --set explain%background=2
fails 3 "the background comes from the model's training months" \
  --set forcing%files=world/rcp85_2006-2006.nc --set explain%first=2006-12 \
  --set targets%files=

# Weights that come without the months that they were fitted to.
ranks 1 export gru.nc gru.safetensors > log 2>&1 \
  && months=$(grep -ao '\\"trained_on\\":\[[^]]*\],' gru.safetensors) \
  && LC_ALL=C sed "s/\\\\\"trained_on\\\\\":\[[^]]*\],/$(printf '%*s' ${#months})/" \
    gru.safetensors > bare.safetensors \
  && ranks 1 import bare.safetensors bare.nc >> log 2>&1
report $? "a model without its training months" log
fails 3 "bare.nc: does not say which months it was trained on" \
  --set model%file=bare.nc
done_testing
