#!/usr/bin/env bash
# A carried state: the same bytes on any number of ranks, in blocks of any length
# and from any first month; what a run refuses; out to safetensors and back.
# shellcheck disable=SC1091
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc
export SOURCE_DATE_EPOCH=1700000000 # else dates are those of the inputs
in=$tmp/in
make_inputs
sed -i "s|$in|../in|g; s|^&model|& state = 'carry'|; s|dir = '../in'|dir = '.'|;
  s|file = '../in/gru.nc'|file = 'gru.nc'|" "$in/train.nml" "$in/project.nml"

# ---- any number of ranks ----------------------------------------------------

for n in 1 2 3 5; do
  works "trains on $n" on "$n" "$n" train train model%dropout=0.1 \
    model%layers=2 train%shards=3 train%shard_tiles=2
  works "evaluates on $n" on "$n" "$n" evaluate train
  works "projects on $n" on "$n" "$n" project project
  [ "$n" = 1 ] && continue
  same "weights on $n ranks" 1/gru.nc "$n/gru.nc"
  same "training curves on $n ranks" 1/gru.csv "$n/gru.csv"
  same "scores on $n ranks" 1/gru.evaluate.csv "$n/gru.evaluate.csv"
  same "temperatures on $n ranks" 1/gru_soil.nc "$n/gru_soil.nc"
done
for n in 1 3; do
  works "trains without a year on $n" on "$n" "$n" train train \
    split%years=2001 model%file=year.nc
done
same "weights without a year on 3 ranks" 1/year.nc 3/year.nc
grep -aq 'state = .carry' "$tmp/1/gru_soil.nc"
report $? "the output says how"

# ---- blocks, and first months -----------------------------------------------

for block in 1 2 12 1000; do
  works "projects in blocks of $block" on 1 1 project project \
    "project%block=$block" "output%file=$block.nc"
  same_end "block $block: the same temperatures" 1/gru_soil.nc "1/$block.nc"
done
works "projects a later period" on 1 2 project project project%first=2006-01 \
  output%file=later.nc
same_end "a later first month: the same temperatures" 1/gru_soil.nc 1/later.nc
works "projects from less" on 1 1 project project output%file=less.nc \
  "forcing%files='../in/w/rcp85_2005-2006.nc'" project%first=2006-01
grep -q 'begin 12 months before 2006-01: a carried state' "$tmp/log"
report $? "warns of a young state" "$tmp/log"
half=$(($(stat -c %s "$tmp/1/less.nc") / 2))
! cmp -s <(tail -c $half "$tmp/1/less.nc") <(tail -c $half "$tmp/1/later.nc")
report $? "other temperatures: the state is older than a window"

# ---- what is refused --------------------------------------------------------

for model in tcn bilstm column; do
  refuses 2 "&model state: state 'carry' is for gru, not for $model" \
    "check: no carried $model" on 1 1 check train "model%architecture=$model"
done
refuses 2 "state: state 'carry' is for gru, not for tcn" \
  "train: no carried tcn" on 1 2 train train model%architecture=tcn \
  model%file=none.nc
refuses 2 "state: 'window' here, 'carry' in the model file gru.nc" \
  "project: another state" on 1 2 project project model%state=window
refuses 2 "the model's state is carried" "explain: no carried state" \
  on 1 2 explain train
refuses 2 "5 months to be fitted to" "train: fewer months than a window" \
  on 1 2 train train train%first=2002-08 train%last=2002-12 model%file=none.nc
refuses 3 "the window of 2000-03 needs 5 months" "project: no window yet" \
  on 1 2 project project project%first=2000-03 output%file=none.nc
[ ! -e "$tmp/1/none.nc" ]
report $? "no file is left of those"

# ---- out and back -----------------------------------------------------------

out=$tmp/1/a.safetensors
ranks 1 export "$tmp/1/gru.nc" "$out" > "$tmp/log" 2>&1 \
  && grep -aq '"state":"carry"\|\\"state\\":\\"carry\\"' "$out"
report $? "export says it" "$tmp/log"
ranks 1 import "$out" "$tmp/1/again.nc" > "$tmp/log" 2>&1
report $? "imports it" "$tmp/log"
works "projects by what came back" on 1 1 project project model%file=again.nc \
  output%file=again_soil.nc
same_end "the same temperatures as before" 1/gru_soil.nc 1/again_soil.nc
done_testing
