#!/usr/bin/env bash
# The whole way on a small synthetic Alaska (make demo): world, column, GRU,
# three scenarios, figures.  Everything goes below demo/ and is replaced by the
# next run.  namelists/demo/ holds its runs and three more (contest,
# warmer, augment), to be copied and changed.
set -u
cd "$(dirname "$0")/.." || exit 1

talik=$PWD/bin/talik
plot=$PWD/bin/talik-plot
scenarios=(rcp26 rcp45 rcp85)
depths=0.035,0.175,0.64,1.945
note="synthetic demonstration world, not an observation"
world=demo/world
mkdir -p demo/figures || exit 1
log=demo/log.txt
: > $log || exit 1
. jobs/steps.inc
began=$SECONDS

# run COMMAND NAMELIST [KEY=VALUE]...: talik on all ranks, outputs replaced.
run() {
  local command=$1 namelist=$2
  shift 2
  on_ranks "$command" "namelists/demo/$namelist.nml" "$@"
}

splice() { # history and scenario, as a value of &forcing files
  echo "'$world/historical_1950-2005.nc', '$world/$1_2006-2100.nc'"
}

column_file() {
  echo "demo/column/tsl_Lmon_DEMO-column_$1_r1i1p1_200601-210012.nc"
}

gru_file() {
  echo "demo/tsl_Lmon_DEMO-gru_$1_r1i1p1_200601-210012.nc"
}

echo "talik demo: a synthetic Alaska on $ranks MPI ranks; details in $log"
step "world: climate 1950-2100, relief, soils" run world world
step "column: 1950-2005, what the GRU learns from" run project column
for s in "${scenarios[@]}"; do
  step "column: $s 2006-2100, the truth to compare with" run project column \
    "forcing%files=$(splice "$s")" "forcing%scenario=$s" \
    project%first=2006-01
done
step "train: GRU on 1952-1990, stopped by 1991-1997" run train train \
  train%resume=.false.
step "evaluate: on 1998-2005, beside baselines" run evaluate train
sed -n '/models\{0,1\} on/,/cell months/p' $log
for s in "${scenarios[@]}"; do
  step "project: GRU, $s 2006-2100" run project project \
    "forcing%files=$(splice "$s")" "forcing%scenario=$s"
done
for s in "${scenarios[@]}"; do
  step "evaluate: GRU against the column, $s 2081-2100" run evaluate train \
    "forcing%files=$(splice "$s")" \
    "targets%files(2)=$(column_file "$s")" \
    evaluate%first=2081-01 evaluate%last=2100-12 \
    "evaluate%csv=demo/gru.$s.csv" "evaluate%markdown=demo/gru.$s.md" \
    "evaluate%file=demo/gru.$s.nc" "evaluate%map=demo/gru.$s.map.nc"
done

echo
echo "Land mean of 2081-2100, degC: the column (truth here), the GRU that knows"
echo "1952-1997 only; monthly RMSE of the GRU and of lagged air's regression, K"
awk -F, '
  FNR == 1 { split(FILENAME, p, "."); s = p[2]; next }
  $3 != "all" || $4 != "year" { next }
  !($1 in seen) { seen[$1]; depth[++n] = $1 }
  $2 == "gru" {
    truth[$1, s] = $6 - 273.15
    model[$1, s] = $6 - 273.15 + $9
    rmse[$1, s] = $7
  }
  $2 == "lagged air" { ridge[$1, s] = $7 }
  !(s in known) { known[s]; scenario[++m] = s }
  END {
    print "  depth m  scenario   column     GRU    GRU - column   RMSE  (regression)"
    for (i = 1; i <= n; i++)
      for (j = 1; j <= m; j++) {
        k = depth[i] SUBSEP scenario[j]
        printf "  %7.3f  %-8s %8.2f%8.2f%11.2f%12.2f%10.2f\n", depth[i], \
          scenario[j], truth[k], model[k], model[k] - truth[k], rmse[k], ridge[k]
      }
    print ""
    print "What the choice of scenario changes, rcp85 - rcp26, K"
    print "  depth m  column     GRU   GRU/column"
    for (i = 1; i <= n; i++) {
      a = truth[depth[i], "rcp85"] - truth[depth[i], "rcp26"]
      b = model[depth[i], "rcp85"] - model[depth[i], "rcp26"]
      printf "  %7.3f%8.2f%8.2f%11.2f\n", depth[i], a, b, b / a
    }
  }' demo/gru.rcp*.csv | tee demo/scenarios.txt
echo

if [ -x "$plot" ]; then
  step "figure: map of rcp85 at 1.945 m, by the GRU" "$plot" map \
    "$(gru_file rcp85)" -v tsl -d 1.945 -p 2081-2100 --note "$note" \
    -t "Soil temperature at 1.945 m, RCP8.5, 2081-2100: GRU" \
    -o demo/figures/map_rcp85_gru.png
  step "figure: map of rcp85 less rcp26 at 1.945 m" "$plot" map \
    "$(gru_file rcp85)" -v tsl -d 1.945 -p 2081-2100 -f "$(gru_file rcp26)" \
    -b 2081-2100 --note "$note" \
    -t "RCP8.5 less RCP2.6 at 1.945 m, 2081-2100: GRU" \
    -o demo/figures/map_rcp85-rcp26_gru.png
  step "figure: map of GRU less column, rcp85" "$plot" map \
    "$(gru_file rcp85)" -v tsl -d 1.945 -p 2081-2100 \
    -f "$(column_file rcp85)" -b 2081-2100 --note "$note" \
    -t "GRU less column at 1.945 m, RCP8.5, 2081-2100" \
    -o demo/figures/map_rcp85_gru-column.png
  step "figure: three scenarios by the GRU, four depths" "$plot" series \
    "$(gru_file rcp26)" "$(gru_file rcp45)" "$(gru_file rcp85)" -v tsl \
    -d $depths --note "$note" -l RCP2.6,RCP4.5,RCP8.5 \
    -t "Soil temperature by the GRU, land mean" \
    -o demo/figures/series_gru.png
  step "figure: three scenarios, GRU and column at 1.945 m" "$plot" series \
    "$(gru_file rcp26)" "$(gru_file rcp45)" "$(gru_file rcp85)" \
    "$(column_file rcp26)" "$(column_file rcp45)" "$(column_file rcp85)" \
    -v tsl -d 1.945 --note "$note" \
    -l "RCP2.6 GRU,RCP4.5 GRU,RCP8.5 GRU,RCP2.6 column,RCP4.5 column,RCP8.5 column" \
    -t "The GRU and the column it learned from, land mean" \
    -o demo/figures/series_gru_column.png
  step "figure: training curves" "$plot" loss demo/gru.csv --note "$note" \
    -t "Training of the GRU" -o demo/figures/loss.png
  step "figure: predicted and true in one cell, 2004-2005" "$plot" predicted \
    demo/gru.evaluate.nc --note "$note" -o demo/figures/predicted.png
  step "figure: scores beside baselines" "$plot" scores demo/gru.evaluate.nc \
    --note "$note" -o demo/figures/scores.png
  step "figure: map of the GRU's error" "$plot" map demo/gru.evaluate.map.nc \
    -v rmse_gru -d $depths --note "$note" -o demo/figures/map_rmse_gru.png
else
  echo "no figures: bin/talik-plot needs GMT (make deps, then make demo again)"
fi

echo "demo: $((SECONDS - began)) s; files:"
find demo -type f ! -name '*.ckpt' | LC_ALL=C sort | sed 's/^/  /'
