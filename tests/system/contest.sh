#!/usr/bin/env bash
# Several architectures and seeds in one launch: each member's bytes are those
# that it has alone, a stopped contest goes on, and what is there is not redone.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc

in=$tmp/in
make_inputs

# contest FOLDER RANKS KEY=VALUE...: its status; what it says in $tmp/log.
contest() {
  local dir=$tmp/$1 n=$2 set=()
  shift 2
  for s; do set+=(--set "$s"); done
  mkdir -p "$dir"
  ranks "$n" train "$in/train.nml" --set "model%file=$dir/m.nc" \
    --set "model%architecture='gru', 'tcn'" --set 'model%seeds=3, 5' \
    --set model%channels=8 --set model%blocks=2 "${set[@]}" > "$tmp/log" 2>&1
}

# same TITLE FILE FILE
same() {
  cmp "$2" "$3" > "$tmp/cmp" 2>&1
  report $? "$1" "$tmp/cmp"
}

members=(gru_3 gru_5 tcn_3 tcn_5)
contest all 2
report $? "two architectures with two seeds" "$tmp/log"
for m in "${members[@]}"; do
  contest alone 1 "model%architecture=${m%_*}" "model%seeds=${m#*_}" \
    "model%file=$tmp/alone/$m.nc"
  report $? "$m alone" "$tmp/log"
  same "$m: the bytes of the member alone" "$tmp/all/m_$m.nc" "$tmp/alone/$m.nc"
  same "$m: its curves" "$tmp/all/m_$m.csv" "$tmp/alone/$m.csv"
done
ranks 1 train "$in/train.nml" --set "model%file=$tmp/alone/run.nc" \
  --set run%seed=5 > "$tmp/log" 2>&1
report $? "the same by run%seed" "$tmp/log"
same "run%seed is the seed where none is named" "$tmp/alone/run.nc" \
  "$tmp/all/m_gru_5.nc"
cmp -s "$tmp/all/m_gru_3.nc" "$tmp/all/m_gru_5.nc"
[ $? = 1 ] && [ ! -e "$tmp/all/m.nc" ] && ! ls "$tmp/all/"*.ckpt 2> /dev/null
report $? "seeds differ, no other file is there"

# Stopped in the second epoch of the second member: 2 checkpoints and a model of
# the first, 1 checkpoint of the second before.
TK_INJECT=store.write:0:5 contest parts 2
[ $? = 4 ] && [ -e "$tmp/parts/m_gru_3.nc" ] && [ -e "$tmp/parts/m_gru_5.ckpt" ]
report $? "stopped in its second member" "$tmp/log"
contest parts 3
report $? "goes on" "$tmp/log"
cp "$tmp/log" "$tmp/said"
for m in "${members[@]}"; do
  same "$m after the stop" "$tmp/all/m_$m.nc" "$tmp/parts/m_$m.nc"
done
grep -q 'member 1 of 4, gru_3: .*m_gru_3.nc is there' "$tmp/said" \
  && grep -q 'resumed from .*m_gru_5.ckpt after epoch 1' "$tmp/said"
report $? "it says what is there, and from where it goes on" "$tmp/said"
grep -Eq '^  member 3 of 4, tcn_3: epoch 2 \(2 of 2\)  eta [0-9]+ s' "$tmp/said" \
  && grep -Eq '^  member tcn_5 \(3 of 3\)  eta 0 s' "$tmp/said"
report $? "progress says which member of how many" "$tmp/said"
grep -Eq '^  gru_3( +[0-9.]+){4}  was there already$' "$tmp/said" \
  && grep -Eq '^  tcn_5( +[0-9.]+){4} +2 +[12] +[0-9]+$' "$tmp/said"
report $? "a table of all" "$tmp/said"

# The table's error of a member that was there is that of its training.
contest all 1
report $? "all are there" "$tmp/log"
awk '$1 == "tcn_3" { print $2, $3, $4, $5 }' "$tmp/log" > "$tmp/a"
awk '$1 == "tcn_3" { print $2, $3, $4, $5 }' "$tmp/said" > "$tmp/b"
[ -s "$tmp/a" ] && cmp -s "$tmp/a" "$tmp/b"
report $? "the same errors in both tables" "$tmp/log"

contest all 2 model%hidden=9
[ $? = 4 ] && grep -q 'm_gru_3.nc is there, of another training: architecture or sizes' "$tmp/log"
report $? "a member of other sizes is not taken" "$tmp/log"
contest all 2 split%years=2001
[ $? = 4 ] && grep -q 'm_gru_3.nc is there, of another training: what is held out' "$tmp/log"
report $? "nor one of another split" "$tmp/log"
mkdir -p "$tmp/wrong"
cp "$tmp/parts/m_gru_5.nc" "$tmp/wrong/m_gru_3.nc"
contest wrong 2
[ $? = 4 ] && grep -q 'm_gru_3.nc is there, of another training: the seed' "$tmp/log"
report $? "nor one of another seed" "$tmp/log"
contest all 2 train%resume=.false.
[ $? = 4 ] && grep -q 'm_gru_3.nc' "$tmp/log"
report $? "without resume a file that is there is in the way" "$tmp/log"
contest all 1 run%overwrite=.true. model%seeds=3 model%hidden=9
[ $? = 0 ] && ! cmp -s "$tmp/all/m_gru_3.nc" "$tmp/parts/m_gru_3.nc"
report $? "overwrite trains again" "$tmp/log"

# refused STATUS PATTERN TITLE COMMAND KEY=VALUE...
refused() {
  local want=$1 pattern=$2 title=$3 command=$4 set=() status
  shift 4
  for s; do set+=(--set "$s"); done
  ranks 2 "$command" "$in/train.nml" --set "model%file=$tmp/none/m.nc" \
    "${set[@]}" > "$tmp/log" 2>&1
  status=$?
  [ $status = "$want" ] && [ "$(grep -c '^talik: ' "$tmp/log")" = 1 ] \
    && grep -Eq -- "$pattern" "$tmp/log"
  report $? "$title" "$tmp/log"
}
mkdir -p "$tmp/none"
two="model%architecture='gru', 'tcn'"
refused 2 "&model architecture: 2 models .*m_gru_1.nc" "project takes one" \
  project "$two"
refused 2 "&model seeds: 2 models" "of one seed" explain 'model%seeds=1, 2'
refused 2 "&model architecture: the column" "no column among models" train \
  "model%architecture='gru', 'column'"
refused 2 "&model architecture: the column" "nor in a check" check \
  "model%architecture='column', 'gru'"
refused 2 "&model architecture: 'gru' is named twice" "twice the same" train \
  "model%architecture='gru', 'gru'"
refused 2 "&model seeds: 4 is named twice" "twice the same seed" train \
  'model%seeds=4, 4'
refused 2 "heads" "sizes of every member are looked at" train \
  "model%architecture='gru', 'transformer'" model%heads=3
refused 2 "heads" "in a check too" check \
  "model%architecture='gru', 'transformer'" model%heads=3
ls "$tmp/none" > "$tmp/log"
[ ! -s "$tmp/log" ]
report $? "no file of those" "$tmp/log"

ranks 1 check "$in/train.nml" --set "$two" --set "model%seeds=3, 5" \
  --set "model%file=$tmp/parts/m.nc" > "$tmp/log" 2>&1 \
  && [ "$(grep -c 'model file .*/m_' "$tmp/log")" = 4 ]
report $? "check opens all model files" "$tmp/log"
ranks 2 evaluate "$in/train.nml" --set "$two" --set "model%seeds=3, 5" \
  --set "model%file=$tmp/parts/m.nc" > "$tmp/log" 2>&1 \
  && grep -q '  4 models on ' "$tmp/log"
report $? "evaluate judges all" "$tmp/log"
done_testing
