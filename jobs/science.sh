#!/usr/bin/env bash
# The perfect-model test (make science): a synthetic world whose future is known;
# models learn its reanalysis of 1950-2020, are driven by corrected climate models
# to 2100, and are held against the truth.  Below build/science:
#   report.csv    seed,model,method,zone,scenario,depth,rmse_K,divergence_ratio,
#                 permafrost_area_error (docs/files.md)
#   details.csv   the same for each climate model, with means, biases, raw errors
#   figures/      bars of the ratio, fans of scenarios, maps of the change
# From the environment: SEED (1), SENSITIVITY (2.5 K), AMPLIFICATION (2.23) of the
# world, each as a factor if below 2; MODELS ("gru bilstm conv1dlstm tcn
# transformer"); EPOCHS; RESOLUTION (1); DIR (build/science).
set -u
cd "$(dirname "$0")/.." || exit 1

talik=${TALIK:-$PWD/bin/talik}
plot=${PLOT:-$PWD/bin/talik-plot}
seed=${SEED:-1}
read -ra models <<< "${MODELS:-gru bilstm conv1dlstm tcn transformer}"
resolution=${RESOLUTION:-1}
dir=${DIR:-build/science}
scenarios=(rcp26 rcp45 rcp85)
climates=(DEMO1 DEMO2)
note="synthetic demonstration world, not an observation"
# A number below 2 is a factor on the default, as SENSITIVITY=1.3.
scaled() { awk -v x="${1:-1}" -v d="$2" 'BEGIN { print x < 2 ? x * d : x }'; }
sensitivity=$(scaled "${SENSITIVITY:-}" 2.5)
amplification=$(scaled "${AMPLIFICATION:-}" 2.23)

mkdir -p "$dir/figures" "$dir/parts" || exit 1
log=$dir/log.txt
: > "$log" || exit 1
. jobs/steps.inc
began=$SECONDS

# run COMMAND NAMELIST [KEY=VALUE]...: talik on all ranks, outputs replaced, the
# namelist's folder perfect/ moved below ours.
run() {
  local command=$1 namelist=$2
  shift 2
  sed "s#'perfect/#'$dir/#g" "namelists/$namelist.nml" > "$dir/run.nml" || return 1
  on_ranks "$command" "$dir/run.nml" "$@"
}

# ---- world, other climates, corrected climate models ----------------------------

world() {
  run world perfect/world run%seed="$seed" world%resolution="$resolution" \
    world%sensitivity="$sensitivity" world%amplification="$amplification" \
    "world%scenarios=$(quoted "${scenarios[@]}")"
}

ramp() { run project perfect/column "$@"; }
other_climates() { for_each_ramp namelists/perfect/train.nml tp ramp; }

correct() { # correct METHOD FOLDER [KEY=VALUE]...
  local method=$1 folder=$2 c
  shift 2
  for c in "${climates[@]}"; do
    run correct perfect/correct correct%climate_model="$c" \
      "correct%dir='$dir/$folder'" correct%method="$method" \
      "correct%land_file='$dir/world/models/sftlf_fx_${c}_historical_r0i0p0.nc'" \
      "correct%report='$dir/$folder/report_$c.csv'" "$@" || return 1
  done
}

# ---- projections and their comparison with the truth ----------------------------

projected() { # projected METHOD MODEL CLIMATE SCENARIO: the file's name
  echo "$dir/projected/$1/tsl_Lmon_$3-$2_$4.nc"
}

# project METHOD MODEL WEIGHTS FORCING [KEY=VALUE]...: all climates and scenarios,
# and the years that the model was fitted to.
project() {
  local method=$1 model=$2 weights=$3 forcing=$4 c s file nml=project
  shift 4
  [ "$model" = column ] && nml=column
  file=$(projected "$method" "$model" fitted historical)
  run project perfect/$nml \
    "model%architecture='$model'" "model%file='$weights'" \
    "forcing%files='$dir/world/reanalysis/era5land_1950-2020.nc'" \
    forcing%climate_model=DEMO forcing%scenario=historical \
    "output%dir='$(dirname "$file")'" "output%file='$(basename "$file")'" \
    project%first=1993-01 project%last=2012-12 "$@" || return 1
  for c in "${climates[@]}"; do
    for s in "${scenarios[@]}"; do
      file=$(projected "$method" "$model" "$c" "$s")
      run project perfect/$nml \
        "model%architecture='$model'" "model%file='$weights'" \
        "forcing%files=$(quoted "$dir/$forcing/historical_${c}_r1i1p1_195001-200512.nc" \
          "$dir/$forcing/${s}_${c}_r1i1p1_200601-210012.nc")" \
        forcing%climate_model="$c" forcing%scenario="$s" \
        "output%dir='$(dirname "$file")'" "output%file='$(basename "$file")'" \
        project%first="${FIRST:-2081-01}" project%last=2100-12 "$@" || return 1
    done
  done
}

compare() { # compare METHOD MODEL
  local c s files=() truth=()
  for c in "${climates[@]}"; do
    for s in "${scenarios[@]}"; do
      files+=("$(projected "$1" "$2" "$c" "$s")")
      truth+=("$dir/world/truth/tsl_Lmon_$c-column_${s}_r1i1p1_200601-210012.nc")
    done
  done
  run divergence perfect/divergence run%seed="$seed" \
    divergence%method="$1" divergence%model="$2" \
    "divergence%files=$(quoted "${files[@]}")" \
    "divergence%truth=$(quoted "${truth[@]}")" \
    "divergence%fitted='$(projected "$1" "$2" fitted historical)'" \
    "divergence%csv='$dir/parts/$1_$2.csv'" \
    "divergence%details='$dir/parts/$1_$2.details.csv'"
}

# judge METHOD MODEL WEIGHTS FORCING [KEY=VALUE]...
judge() {
  project "$@" && compare "$1" "$2"
}

join() { # join OUT FILE...: one header
  local out=$1
  shift
  { head -n 1 "$1" && for f; do tail -n +2 "$f"; done } > "$out.tmp" \
    && mv "$out.tmp" "$out"
}

# ---- the test --------------------------------------------------------------------

epochs() { [ -z "${EPOCHS:-}" ] || echo "train%epochs=$EPOCHS"; }
# shellcheck disable=SC2046
train() { # train NAMELIST FILE
  run train "$1" "model%architecture=$(quoted "${models[@]}")" \
    "model%file='$dir/$2.nc'" train%resume=.false. $(epochs)
}

weights() { # weights FILE MODEL: of several members each has its own file
  if [ ${#models[@]} = 1 ]; then echo "$dir/$1.nc"; else echo "$dir/$1_$2_1.nc"; fi
}

# The scaling of the paper set-up is each scenario's own.
none="forcing%repeat_from=''"
echo "talik science: seed $seed, sensitivity $sensitivity K, amplification" \
  "$amplification, on $ranks MPI ranks; details in $log"
rm -f "$dir"/parts/*
step "world: reanalysis, two climate models, truth" world
step "column: the soil of other climates" other_climates
step "correct: quantile delta mapping" correct qdm qdm
step "correct: empirical quantile mapping, clipped" correct eqm eqm correct%clip=.true.
step "train: ${models[*]}" train perfect/train model
step "train: the same as in the paper" train paper/train paper
# shellcheck disable=SC2119
step "column on corrected forcing: what correction alone costs" \
  judge default column "" qdm "forcing%shift_of=''" forcing%shift=0 \
  "forcing%ramp_first=''" "forcing%ramp_last=''" "$none"
for m in "${models[@]}"; do
  FIRST=2006-01
  [ "$m" = "${models[0]}" ] || FIRST=2081-01
  export FIRST
  step "$m: default set-up" judge default "$m" "$(weights model "$m")" qdm
  FIRST=2081-01
  step "$m: default set-up, clipped quantile mapping" \
    judge clipped "$m" "$(weights model "$m")" eqm
  step "$m: the paper's set-up" judge paper "$m" "$(weights paper "$m")" qdm "$none"
  FIRST=2006-01 # the scaler of a scenario is over all its months
  step "$m: the paper's set-up, each scenario scaled for itself" \
    judge paper-scaled "$m" "$(weights paper "$m")" qdm "$none" \
    project%scale_by=projection
done
mapfile -t parts < <(find "$dir/parts" -name '*.csv' ! -name '*.details.csv' | sort)
join "$dir/report.csv" "${parts[@]}" \
  && join "$dir/details.csv" "${parts[@]/%.csv/.details.csv}" || exit 1

echo
echo "Ratio of the projected to the true difference of rcp85 and rcp26, land mean;"
echo "largest RMSE over scenarios and depths, K; largest error of permafrost area, %"
awk -F, '
  NR > 1 && $4 == "all" {
    k = sprintf("%-12s %-14s", $2, $3)
    if (!(k in n)) order[++m] = k
    if (!(k SUBSEP $6 in seen)) { seen[k, $6]; ratio[k] = ratio[k] sprintf("%7.3f", $8) }
    n[k]++
    if ($7 > rmse[k]) rmse[k] = $7
    a = $9 < 0 ? -$9 : $9
    if (a > area[k]) area[k] = a
  }
  END {
    for (i = 1; i <= m; i++)
      printf "  %s %s %7.2f %6.1f\n", order[i], ratio[order[i]], rmse[order[i]], area[order[i]]
  }' "$dir/report.csv" | sort -k2,2 -s | tee "$dir/summary.txt"
echo

# ---- figures ---------------------------------------------------------------------

first=${models[0]}
if [ -x "$plot" ]; then
  step "figure: the ratio by model and method" "$plot" ratio "$dir/report.csv" \
    --note "$note" -o "$dir/figures/ratio.png"
  fan=()
  for s in "${scenarios[@]}"; do fan+=("$(projected default "$first" DEMO1 "$s")"); done
  step "figure: scenarios at each depth, $first" "$plot" series "${fan[@]}" -v tsl \
    -d 0.035,0.175,0.64,1.945 -l RCP2.6,RCP4.5,RCP8.5 --note "$note" \
    -t "Soil temperature by the $first, DEMO1, land mean" \
    -o "$dir/figures/fan_$first.png"
  for s in rcp26 rcp85; do
    step "figure: map of the change to 2081-2100, $s" "$plot" map \
      "$(projected default "$first" DEMO1 "$s")" -v tsl -d 0.035,1.945 \
      -p 2081-2100 -b 2006-2025 --note "$note" \
      -t "Change from 2006-2025 to 2081-2100, $s, DEMO1: $first" \
      -o "$dir/figures/change_$s.png"
  done
else
  echo "no figures: bin/talik-plot needs GMT (make deps, then make science again)"
fi
echo "science: $((SECONDS - began)) s; wrote $dir/report.csv, $dir/details.csv"
echo SUCCESS
