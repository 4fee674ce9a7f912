#!/usr/bin/env bash
# Slow means as inputs: the same bytes on any number of ranks, in blocks of any
# length and from any first month; what is refused; out to safetensors and back.
# shellcheck disable=SC1091
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc
export SOURCE_DATE_EPOCH=1700000000 # else dates are those of the inputs
in=$tmp/in
make_inputs
sed -i "s|$in|../in|g; s|^  dynamic|  slow = 't2m', 'tp', slow_months = 36, 3\n&|
  s|dir = '../in'|dir = '.'|; s|file = '../in/gru.nc'|file = 'gru.nc'|" \
  "$in/train.nml" "$in/project.nml"

# ---- any number of ranks ----------------------------------------------------

for n in 1 2 3; do
  works "trains on $n" on "$n" "$n" train train train%shards=3 \
    train%shard_tiles=2
  works "projects on $n" on "$n" "$n" project project
  [ "$n" = 1 ] && continue
  same "weights on $n ranks" 1/gru.nc "$n/gru.nc"
  same "temperatures on $n ranks" 1/gru_soil.nc "$n/gru_soil.nc"
done
means=$(grep -aoE '(t2m|tp)_mean(36|3).monthly' "$tmp/1/gru.nc" | sort -u)
[ "$(wc -l <<< "$means")" = 4 ]
report $? "the model file names all means"

# ---- blocks, and first months -----------------------------------------------

for block in 1 12 1000; do
  works "projects in blocks of $block" on 1 1 project project \
    "project%block=$block" "output%file=$block.nc"
  ! grep -q warning "$tmp/log"
  report $? "no warning, 54 months in" "$tmp/log"
  same_end "block $block: the same temperatures" 1/gru_soil.nc "1/$block.nc"
done
works "projects a later period" on 1 2 project project project%first=2006-01 \
  output%file=later.nc
same_end "a later first month: the same temperatures" 1/gru_soil.nc 1/later.nc
works "projects from less" on 1 1 project project output%file=less.nc \
  "forcing%files='../in/w/rcp85_2005-2006.nc'" project%first=2006-01
[ "$(grep -c "13 months up to 2006-01: 't2m_mean36' is a mean" "$tmp/log")" = 1 ]
report $? "warns once of a short mean" "$tmp/log"
grep -q 'trained on inputs from 2000-01 on, these begin with 2005-01' "$tmp/log"
report $? "and that the training's inputs began elsewhere" "$tmp/log"
! cmp -s <(end_of 1/less.nc 1/later.nc) <(end_of 1/later.nc 1/later.nc)
report $? "other temperatures: means know more than a window"

# ---- the other commands -----------------------------------------------------

works "check, with a model" on 1 2 check train
works "evaluates" on 1 2 evaluate train
works "explains" on 1 2 explain train explain%samples=2 explain%background=8
grep -q 't2m_mean36,all' "$tmp/1/gru.explain.csv"
report $? "a mean is explained as a feature"
works "a carried state trains" on 1 2 train train model%state=carry \
  model%file=carry.nc
works "a carried state projects" on 1 2 project project model%file=carry.nc \
  output%file=carried.nc
works "a carried state projects in one block" on 1 1 project project \
  model%file=carry.nc project%block=1000 output%file=whole.nc
same_end "the same temperatures of it" 1/carried.nc 1/whole.nc

# ---- what is refused --------------------------------------------------------

refuses 2 "&features slow: 'sd' is none of the dynamic inputs" \
  "check: a mean of no input" on 1 2 check train "features%slow='sd'" \
  model%file=none.nc
refuses 2 "'t2m_mean3' is the name of a slow mean" \
  "train: an input with the name of a mean" on 1 2 train train \
  "features%dynamic='t2m','tp','t2m_mean3'" model%file=none.nc
refuses 2 "mean 2 is 't2m_mean5' here and 't2m_mean3' in the model file gru.nc" \
  "project: other months" on 1 2 project project "features%slow='t2m','tp'" \
  features%slow_months=36,5 output%file=none.nc
refuses 2 "mean 3 is '(none)' here and 'tp_mean36' in the model" \
  "project: fewer means" on 1 2 project project "features%slow='t2m'" \
  features%slow_months=36,3 output%file=none.nc
refuses 2 "mean 5 is 'x_mean36' here and '(none)' in the model" \
  "project: more means" on 1 2 project project "features%slow='t2m','tp','x'" \
  features%slow_months=36,3 output%file=none.nc
works "check: the same means" on 1 2 check project "features%slow='t2m','tp'" \
  features%slow_months=36,3
[ ! -e "$tmp/1/none.nc" ]
report $? "no file is left of those"

# ---- differences ------------------------------------------------------------

differ=("features%slow='t2m'" features%slow_form=differences
  "features%slow_months=3,12,36")
works "trains on differences" on 1 2 train train "${differ[@]}" \
  model%file=differ.nc
means=$(grep -aoE 't2m_mean[0-9_]*' "$tmp/1/differ.nc" | sort -u | tr '\n' ' ')
[ "$means" = "t2m_mean12_3 t2m_mean3 t2m_mean36_12 " ]
report $? "the model file names them" <(echo "$means")
works "projects, their form named" on 1 2 project project model%file=differ.nc \
  features%slow_form=differences output%file=differ_soil.nc
works "projects a later period" on 1 1 project project model%file=differ.nc \
  "${differ[@]}" project%first=2006-01 output%file=differ_later.nc
same_end "the same temperatures of it" 1/differ_soil.nc 1/differ_later.nc
refuses 2 "slow_form: 'means' here, and 't2m_mean12_3' is an input of the model" \
  "project: differences taken for means" on 1 2 project project \
  model%file=differ.nc features%slow_form=means output%file=none.nc
refuses 2 "slow_form: 'differences' here, and 't2m_mean3' is an input of" \
  "project: means taken for differences" on 1 2 project project \
  features%slow_form=differences output%file=none.nc
refuses 2 "mean 2 is 't2m_mean12' here and 't2m_mean12_3' in the model" \
  "project: means named for differences" on 1 2 project project \
  model%file=differ.nc "features%slow='t2m'" features%slow_months=3,12,36 \
  output%file=none.nc
refuses 2 "slow_months: 3 comes after 36; with slow_form = 'differences' they" \
  "train: months that do not grow" on 1 2 train train \
  features%slow_form=differences model%file=none.nc
refuses 2 "slow_months: 12 comes after 12; with slow_form" \
  "train: months twice" on 1 2 train train "${differ[@]}" \
  features%slow_months=12,12 model%file=none.nc
out=$tmp/1/differ.safetensors
ranks 1 export "$tmp/1/differ.nc" "$out" > "$tmp/log" 2>&1 \
  && ranks 1 import "$out" "$tmp/1/differ_again.nc" > "$tmp/log" 2>&1
report $? "out to safetensors and back" "$tmp/log"
works "projects by what came back" on 1 1 project project \
  model%file=differ_again.nc output%file=differ_again_soil.nc
same_end "the same temperatures" 1/differ_soil.nc 1/differ_again_soil.nc

# ---- out and back -----------------------------------------------------------

out=$tmp/1/a.safetensors
ranks 1 export "$tmp/1/gru.nc" "$out" > "$tmp/log" 2>&1 \
  && ranks 1 import "$out" "$tmp/1/again.nc" > "$tmp/log" 2>&1
report $? "out to safetensors and back" "$tmp/log"
grep -q 'monthly inputs: t2m tp t2m_mean36' "$tmp/log"
report $? "import names them as monthly" "$tmp/log"
works "projects by what came back" on 1 1 project project model%file=again.nc \
  output%file=again_soil.nc
same_end "the same temperatures as before" 1/gru_soil.nc 1/again_soil.nc
done_testing
