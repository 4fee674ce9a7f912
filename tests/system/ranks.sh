#!/usr/bin/env bash
# The same bytes on any number of ranks: whole files by cmp, on 1, 2, 3, 5 and
# more ranks than there are tiles.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
LIMIT=200
export SOURCE_DATE_EPOCH=1700000000 # else dates are those of the inputs

counts=(2 3 5 9)

# same TITLE NAME RANKS: file NAME of a run on so many ranks against that of one.
same() {
  cmp "$tmp/1/$2" "$tmp/$3/$2" > "$tmp/cmp" 2>&1
  report $? "$1 on $3 ranks: the bytes of one rank" "$tmp/cmp"
}

# on RANKS COMMAND NAMELIST KEY=VALUE...: paths in namelists are relative and each
# count of ranks has a folder, so that the files, which hold their namelist, can
# be the same.
on() {
  on_folder "$1" "$@" \
    || { report 1 "$2 $3 on $1 ranks" "$tmp/log"; return 1; }
}

on_folder() { # on_folder FOLDER RANKS COMMAND NAMELIST KEY=VALUE...
  local folder=$1 n=$2 command=$3 namelist=$4 set=() s
  shift 4
  for s; do set+=(--set "$s"); done
  mkdir -p "$tmp/$folder"
  (cd "$tmp/$folder" && ranks "$n" "$command" "$namelist" "${set[@]}") \
    > "$tmp/log" 2>&1
}

cat > "$tmp/world.nml" << 'END'
&world
  dir = 'world'
  first_year = 1998
  scenario_year = 2004
  last_year = 2006
  scenarios = 'rcp45'
/
END
cat > "$tmp/column.nml" << 'END'
&forcing files = 'world/historical_1998-2003.nc', static_files = 'world/static.nc' /
&model architecture = 'column' /
&column
  spinup_years = 3
  organic_depth_map = 'organic_depth'
  mineral_saturation_map = 'mineral_saturation'
/
&project first = '1998-03', block = 7 /
&output file = 'soil.nc' /
END
cat > "$tmp/train.nml" << 'END'
&forcing files = 'world/historical_1998-2003.nc', static_files = 'world/static.nc' /
&features
  dynamic = 't2m', 'tp'
  static = 'organic_depth'
  angles = 'aspect'
  classes = 'texture'
/
&targets files = 'soil.nc' /
&model
  file = 'gru.nc'
  window = 7
  hidden = 12
  embedding = 2
  band_edges = 50, 60, 66, 75
  dropout = 0.1
/
&train
  last = '2001-12'
  valid_last = '2002-12'
  epochs = 3
  steps_per_epoch = 20
  shards = 3
  shard_tiles = 2
  shard_steps = 2
/
END
cat > "$tmp/project.nml" << 'END'
&forcing
  files = 'world/historical_1998-2003.nc', 'world/rcp45_2004-2006.nc'
  static_files = 'world/static.nc'
  scenario = 'rcp45'
/
&model file = 'gru.nc' /
&project first = '2003-11', block = 5 /
&output file = 'gru_soil.nc' /
END

for n in 1 "${counts[@]}"; do
  on "$n" world ../world.nml && on "$n" project ../column.nml \
    && on "$n" train ../train.nml && on "$n" project ../project.nml \
    && on "$n" evaluate ../train.nml
  [ "$n" = 1 ] && continue
  for f in static historical_1998-2003 rcp45_2004-2006; do
    same "world, $f" "world/$f.nc" "$n"
  done
  same "column" soil.nc "$n"
  same "weights of the GRU" gru.nc "$n"
  same "training curves" gru.csv "$n"
  same "GRU" gru_soil.nc "$n"
  for f in csv md nc map.nc; do
    same "scores, $f" gru.evaluate.$f "$n"
  done
done

# Each model, and a training that ends with its second checkpoint on two ranks,
# for want of room, and goes on from the first one on three.
mkdir "$tmp/stop"
ln -s ../1/world ../1/soil.nc "$tmp/stop"
for model in gru bilstm conv1dlstm tcn transformer; do
  short=("model%architecture=$model" "model%file=$model.nc" train%epochs=2
    train%steps_per_epoch=5 run%overwrite=.true.)
  for n in 1 2 3 5; do
    on "$n" train ../train.nml "${short[@]}" \
      && on "$n" project ../project.nml "model%file=$model.nc" \
        "output%file=${model}_soil.nc" run%overwrite=.true.
    [ "$n" = 1 ] && continue
    same "weights of $model" "$model.nc" "$n"
    same "$model" "${model}_soil.nc" "$n"
  done
  TK_INJECT=store.write:0:2 on_folder stop 2 train ../train.nml "${short[@]}"
  [ $? = 4 ] && [ ! -e "$tmp/stop/$model.nc" ]
  report $? "$model stops with its second checkpoint" "$tmp/log"
  on_folder stop 3 train ../train.nml "${short[@]}" \
    && grep -q "resumed from $model.ckpt after epoch 1" "$tmp/log" \
    && cmp "$tmp/1/$model.nc" "$tmp/stop/$model.nc" >> "$tmp/log" 2>&1
  report $? "$model goes on, on three ranks: the bytes of one rank" "$tmp/log"
done

for n in 1 2 3 5; do
  on "$n" train ../train.nml model%file=held.nc train%epochs=2 \
    train%steps_per_epoch=5 split%warmest=1 'split%lat=60, 62' \
    split%block_deg=3 split%block_share=0.3
  [ "$n" = 1 ] && continue
  same "weights with years, latitudes and blocks held out" held.nc "$n"
done
grep -q '  warmest: ' "$tmp/log" && grep -aq 'years .*; lat 60 62; block 3' "$tmp/1/held.nc"
report $? "log and model file say what was held out" "$tmp/log"

for n in 1 "${counts[@]}"; do
  on "$n" world ../world.nml world%dir=views \
    "world%views='reanalysis', 'models', 'truth'" world%climate_models=1 \
    world%reanalysis_first_year=2000 world%reanalysis_last_year=2001 \
    world%first_year=2002 column%spinup_years=1 project%block=5
  [ "$n" = 1 ] && continue
  while IFS= read -r f; do
    same "view $(basename "$f")" "$f" "$n"
  done < <(cd "$tmp/1" && find views -name '*.nc' | LC_ALL=C sort)
done
[ "$(find "$tmp/1/views" -name '*.nc' | wc -l)" = 10 ]
report $? "the views are ten files"

# A checker that cannot tell files apart is none.
on 1 world ../world.nml run%seed=2 world%dir=other
cmp -s "$tmp/1/world/static.nc" "$tmp/1/other/static.nc"
[ $? = 1 ]
report $? "another seed gives other bytes"

toolik=${TALIK_TEST_DATA:-/nowhere}/toolik
if [ ! -e "$toolik/historic-climate.nc" ]; then
  skip "the Toolik tile: TALIK_TEST_DATA is not set"
  done_testing
fi
rm -rf "$tmp"/[0-9]*
for f in historic-climate topo soil-texture vegetation drainage; do
  ln -s "$toolik/$f.nc" "$tmp/$f.nc"
done
for n in 1 "${counts[@]}"; do
  on "$n" project "$tests_root/namelists/toolik/column.nml" \
    forcing%files=../historic-climate.nc output%dir=. output%file=soil.nc \
    project%last=1906-12 column%spinup_years=3 \
    && on "$n" train "$tests_root/namelists/toolik/train.nml" \
      forcing%files=../historic-climate.nc \
      "forcing%static_files='../topo.nc', '../soil-texture.nc', \
'../vegetation.nc', '../drainage.nc'" targets%files=soil.nc model%file=gru.nc \
      model%window=6 model%hidden=8 model%layers=1 train%last=1904-12 \
      train%valid_first=1905-01 train%valid_last=1905-12 train%epochs=2 \
      train%steps_per_epoch=10 \
    && on "$n" project "$tests_root/namelists/toolik/project.nml" \
      forcing%files=../historic-climate.nc \
      "forcing%static_files='../topo.nc', '../soil-texture.nc', \
'../vegetation.nc', '../drainage.nc'" model%file=gru.nc \
      project%first=2014-03 project%last=2015-12 output%dir=. \
      output%file=gru_soil.nc
  [ "$n" = 1 ] && continue
  same "column on the Toolik tile" soil.nc "$n"
  same "weights on the Toolik tile" gru.nc "$n"
  same "GRU on the Toolik tile" gru_soil.nc "$n"
done
done_testing
