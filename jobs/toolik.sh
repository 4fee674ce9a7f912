#!/usr/bin/env bash
# A GRU into climates that nobody has seen, on real ground: the column and its soil
# in warmer climates (namelists/toolik/warmer.nml), a GRU fitted to both
# (augment.nml) and one to the column alone, both held against the column in
# 2081-2100 under RCP8.5 of CCSM4, and of MRI-CGCM3 on another tile where that is
# there.  Needs data/toolik (docs/data.md); the second tile in data/toolik-mri.
set -u
cd "$(dirname "$0")/.." || exit 1
talik=$PWD/bin/talik
nml=namelists/toolik
out=data/toolik/out
mkdir -p $out || exit 1
log=$out/log.txt
: > $log || exit 1
. jobs/steps.inc

run() { # quietly
  echo "talik $*" >> $log
  on_ranks "$@" >> $log 2>&1 && return
  tail -n 5 $log
  exit 1
}

ramp() {
  echo "column: ${*: -1}"
  run project $nml/warmer.nml "$@"
}

run project $nml/column.nml
for_each_ramp $nml/augment.nml precip ramp || exit 1
sed '/^&augment/,/^\//d' $nml/augment.nml > $out/alone.nml || exit 1
echo "train: with the warmer climates, and without"
run train $nml/augment.nml train%resume=.false.
run train $out/alone.nml train%resume=.false. model%file=$out/gru_alone.nc

# follow TILE CLIMATE_MODEL HISTORY PROJECTION: the error of both in 2081-2100
follow() {
  local files="forcing%files='$3', '$4'" m
  run project $nml/project.nml "$files" "forcing%climate_model='$2'" \
    "forcing%static_files=''" model%architecture=column output%file="column_$1.nc"
  run project $nml/project.nml "$files" "forcing%climate_model='$2'" \
    "forcing%static_files=''" model%architecture=column project%first=1993-01 \
    project%last=2012-12 output%file="base_$1.nc"
  for m in augmented alone; do
    run project $nml/project.nml "$files" "forcing%climate_model='$2'" \
      "forcing%static_files=''" forcing%repeat_from=1801-01 \
      model%file="$out/gru_$m.nc" output%file="gru_${m}_$1.nc"
    run divergence $nml/augment.nml "targets%files=$out/base_$1.nc" \
      "divergence%files=$out/gru_${m}_$1.nc" "divergence%truth=$out/column_$1.nc" \
      divergence%method=$m "divergence%csv=$out/follow_${m}_$1.csv" \
      "divergence%details=$out/follow_${m}_$1.details.csv"
    awk -F, -v tile="$1" 'NR > 1 && $4 == "all" && $5 == "all" {
        printf "  %-8s %-10s %7s m  column %6.2f degC  bias %+5.2f K  RMSE %5.2f K\n", \
          tile, $3, $7, $9, $11, $12 }' "$out/follow_${m}_$1.details.csv"
  done
}
echo "2081-2100 under RCP8.5:"
follow ccsm4 CCSM4 data/toolik/historic-climate.nc data/toolik/projected-climate.nc
mri=data/toolik-mri
if [ -r $mri/projected-climate.nc ]; then
  follow mri MRI-CGCM3 $mri/historic-climate.nc $mri/projected-climate.nc
else
  echo "  no $mri (docs/data.md): one tile only"
fi
echo SUCCESS
