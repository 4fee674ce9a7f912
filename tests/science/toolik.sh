#!/usr/bin/env bash
# The Toolik tile, in short: column 1901-2015, a GRU fitted to 1901-1985 in a few
# epochs, scored on 1996-2015.  At each depth it must err by at most 1 K and less
# than every baseline.  The whole run is in docs/results.md.
data=${TALIK_TEST_DATA:-}/toolik
if [ ! -r "$data/historic-climate.nc" ]; then
  echo "1..0 # SKIP no toolik/historic-climate.nc (TALIK_TEST_DATA)"
  exit 0
fi
dir=$PWD/$OUT/tests/toolik
nml=$PWD/namelists/toolik
rm -rf "$dir"
mkdir -p "$dir/data"
ln -s "$data" "$dir/data/in"
cd "$dir" || exit 1

f() { printf 'forcing%%files=%s' "data/in/historic-climate.nc"; }
static="forcing%static_files=data/in/topo.nc,data/in/soil-texture.nc,data/in/vegetation.nc,data/in/drainage.nc"
common=(--set "$(f)" --set "$static" --set targets%files=out/column_1901-2015.nc
  --set model%file=gru.nc)

echo "1..4"
report() { # code, number, what, log
  if [ "$1" = 0 ]; then
    echo "ok $2 - $3"
  else
    echo "not ok $2 - $3"
    tail -n 20 "$4" | sed 's/^/# /'
  fi
}
"$TALIK" project "$nml/column.nml" --set "$(f)" --set output%dir=out > column.log 2>&1
report $? 1 "the column over 1901-2015" column.log
"$TALIK" train "$nml/train.nml" "${common[@]}" --set train%epochs=6 \
  --set train%steps_per_epoch=100 > train.log 2>&1
report $? 2 "a GRU fitted to 1901-1985" train.log
"$TALIK" evaluate "$nml/train.nml" "${common[@]}" > evaluate.log 2>&1
report $? 3 "scores on 1996-2015" evaluate.log
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rmse_K") r = i; next }
  $3 != "all" || $4 != "year" { next }
  { if ($2 == "gru") gru[$1] = $r; else if (!($1 in best) || $r < best[$1]) best[$1] = $r }
  END { for (d in gru) { printf "# %s m: %.2f K, best baseline %.2f K\n", d, gru[d], best[d]
          if (!(gru[d] <= 1.0 && gru[d] < best[d])) bad = 1; n++ }
        exit bad || n != 4 }' gru.evaluate.csv > judge.log
code=$?
cat judge.log
report $code 4 "at most 1 K and better than every baseline at each depth" evaluate.log
