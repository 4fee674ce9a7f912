#!/usr/bin/env bash
# make science in small: two degrees, one model, two epochs.  Not what it finds is
# looked at, but that each method and zone has its rows, that the column on
# corrected forcing keeps the scenarios apart, and that a scaler for each scenario
# does not.
if ! command -v mpirun > /dev/null; then
  echo "1..0 # SKIP no mpirun"
  exit 0
fi
dir=$PWD/$OUT/tests/perfect
rm -rf "$dir"
mkdir -p "$dir"
n=0
report() { # code, what, log
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    echo "not ok $n - $2"
    [ -z "${3:-}" ] || tail -n 20 "$3" | sed 's/^/# /'
  fi
}

# PLOT=none: figures have tests of their own.
TALIK=$TALIK PLOT=none SEED=3 RESOLUTION=2 MODELS=gru EPOCHS=2 DIR=$dir/s \
  jobs/science.sh > "$dir/log" 2>&1 && grep -q '^SUCCESS' "$dir/log"
report $? "the whole way" "$dir/log"
csv=$dir/s/report.csv
[ "$(head -n 1 "$csv")" = seed,model,method,zone,scenario,depth,rmse_K,divergence_ratio,permafrost_area_error ]
report $? "the columns of the report" "$csv"

# Of each model and method 4 zones x 3 scenarios x 4 depths.
awk -F, 'NR > 1 { k[$2 " " $3]++; if ($1 != 3) bad = 1 }
  END { for (i in k) { n++; if (k[i] != 48) bad = 1 }
        exit bad || n != 5 || !("gru paper-scaled" in k) || !("column default" in k) }' "$csv"
report $? "rows of each model and method" "$csv"

# says WHAT MODEL METHOD CONDITION: of the ratio r of the land mean at each depth
says() {
  awk -F, 'NR > 1 && $2 == "'"$2"'" && $3 == "'"$3"'" && $4 == "all" {
      r = $8; n++; if (!('"$4"')) bad = 1 } END { exit bad || n != 12 }' "$csv"
  report $? "$1" <(grep "$2,$3,all" "$csv")
}
says "the column on corrected forcing keeps the scenarios apart" column default \
  'r > 0.9 && r < 1.1'
says "so does the GRU, more or less, after two epochs" gru default 'r > 0.8 && r < 1.2'
says "a clipped quantile mapping loses half of it" gru clipped 'r < 0.6'
says "a scaler for each scenario loses half of it" gru paper-scaled \
  'r > 0.4 && r < 0.8'

echo "1..$n"
