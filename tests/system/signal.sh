#!/usr/bin/env bash
# The scenario signal: the same bytes on any number of ranks, in every command;
# how far beyond the training a run goes; what is refused; clipped, and without.
# shellcheck disable=SC1091
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc
export SOURCE_DATE_EPOCH=1700000000 # else dates are those of the inputs
in=$tmp/in
make_inputs
cp "$in/gru.nc" "$tmp/plain.nc"
sed -i "s|$in|../in|g; s|dir = '../in'|dir = '.'|; s|file = '../in/gru.nc'|file = 'gru.nc'|" \
  "$in/train.nml" "$in/project.nml"
rcp85=forcing%scenario=rcp85

says() { # says TITLE PATTERN: in the last log
  grep -q -- "$2" "$tmp/log"
  report $? "$1" "$tmp/log"
}

quiet_about() { # quiet_about TITLE PATTERN
  ! grep -q -- "$2" "$tmp/log"
  report $? "$1" "$tmp/log"
}

attribute() { # attribute FILE NAME: its text
  ncdump -h "$tmp/$1" | sed -n "s/^\t\t:$2 = \"\(.*\)\" ;/\1/p"
}

has() { # has FILE NAME PATTERN: an attribute that looks like that
  attribute "$1" "$2" | grep -qx -- "$3"
  report $? "$1 has $2 '$3'"
}

differs_end() { # differs_end TITLE FILE FILE
  ! cmp -s <(end_of "$2" "$3") <(end_of "$3" "$3")
  report $? "$1"
}

# ---- the forcing ------------------------------------------------------------

for n in 1 2 3; do
  works "trains on $n" on "$n" "$n" train train features%signal=forcing \
    train%shards=3 train%shard_tiles=2
  [ "$n" = 1 ] && says "says what it was trained on" \
    'signal anthropogenic_forcing (RCP4.5): 1.[0-9]* .. [12].[0-9]* W m-2 in training'
  works "projects on $n" on "$n" "$n" project project $rcp85
  [ "$n" = 1 ] && continue
  same "weights on $n ranks" 1/gru.nc "$n/gru.nc"
  same "temperatures on $n ranks" 1/gru_soil.nc "$n/gru_soil.nc"
done
works "projects on 2 once more" on 1 2 project project $rcp85 output%file=words.nc
says "says what this run has" \
  'signal anthropogenic_forcing (RCP8.5): .* in training, .* W m-2 in this run'
says "warns of what is beyond" \
  'signal anthropogenic_forcing (RCP8.5) goes beyond .* by 0.[0-9]* W m-2, .* standard'
grep -aq 'anthropogenic_forcing.monthly.W m-2' "$tmp/1/gru.nc"
report $? "the model file names it"
has 1/gru_soil.nc signal 'anthropogenic_forcing (RCP8.5)'
has 1/gru_soil.nc signal_training_range '[0-9.]* .. [0-9.]* W m-2'
has 1/gru_soil.nc signal_range '[0-9.]* .. [0-9.]* W m-2'
has 1/gru_soil.nc signal_beyond '0.[0-9]* W m-2, [0-9.]* standard deviations'
for block in 1 1000; do
  works "projects in blocks of $block" on 1 1 project project $rcp85 \
    "project%block=$block" "output%file=$block.nc"
  same_end "block $block: the same temperatures" 1/gru_soil.nc "1/$block.nc"
done
works "projects within the training" on 1 1 project project project%first=2002-01 \
  project%last=2002-12 output%file=within.nc
quiet_about "no warning there" "goes beyond"
has 1/within.nc signal_beyond 0
works "projects another scenario" on 1 1 project project \
  forcing%scenario=rcp26 output%file=rcp26.nc
differs_end "other temperatures" 1/rcp26.nc 1/gru_soil.nc
works "what is called historical" on 1 1 project project output%file=history.nc
works "goes on along RCP4.5" on 1 1 project project forcing%scenario=RCP4.5 \
  output%file=rcp45.nc
same_end "with the same temperatures" 1/history.nc 1/rcp45.nc
works "checks, with a model" on 1 2 check project $rcp85
works "evaluates" on 1 2 evaluate train
says "evaluate says how far it goes" 'signal anthropogenic_forcing (RCP4.5) goes beyond'
works "explains" on 1 2 explain train explain%samples=2 explain%background=8
grep -q 'anthropogenic_forcing,all' "$tmp/1/gru.explain.csv"
report $? "it is explained as a feature"

# ---- clipped ----------------------------------------------------------------

works "trains with signal_clip" on clip 2 train train features%signal=forcing \
  features%signal_clip=.true.
for scenario in rcp26 rcp85; do
  works "projects $scenario without being told" on clip 1 project project \
    "forcing%scenario=$scenario" "output%file=$scenario.nc"
  says "says that it is held" 'goes beyond .* it is held at the end'
done
same_end "beyond the training all are the same" clip/rcp26.nc clip/rcp85.nc
out=$tmp/clip/a.safetensors
ranks 1 export "$tmp/clip/gru.nc" "$out" > "$tmp/log" 2>&1 \
  && ranks 1 import "$out" "$tmp/clip/again.nc" > "$tmp/log" 2>&1
report $? "out to safetensors and back" "$tmp/log"
works "projects by what came back" on clip 1 project project model%file=again.nc \
  forcing%scenario=rcp85 output%file=again_soil.nc
same_end "the same temperatures as before" clip/rcp85.nc clip/again_soil.nc

# ---- the warming of the region ----------------------------------------------

for n in 1 3; do
  works "trains with the warming on $n" on "w$n" "$n" train train \
    features%signal=warming train%shards=3 train%shard_tiles=2
  works "projects on $n" on "w$n" "$n" project project
done
says "says what it is" 'signal t2m_regional: .* K in training, .* K in this run'
says "warns of few years" "have 5 years up to that of 2004-06: 't2m_regional' is a mean"
same "weights on 3 ranks" w1/gru.nc w3/gru.nc
same "temperatures on 3 ranks" w1/gru_soil.nc w3/gru_soil.nc
works "projects the end of the history" on w1 1 project project \
  project%last=2004-12 output%file=followed.nc
works "without what follows it" on w1 1 project project project%last=2004-12 \
  "forcing%files='../in/w/historical_2000-2004.nc'" output%file=alone.nc
same_end "the same temperatures" w1/alone.nc w1/followed.nc
works "evaluates with and without a signal" on w1 2 evaluate train \
  "evaluate%models='gru.nc','../1/gru.nc','../plain.nc'"
works "trains on another climate as well" on w1 2 train train \
  features%signal=warming features%signal_clip=.true. model%file=more.nc \
  augment%files=../in/soil.nc augment%shift_of=t2m augment%shift=4
low=$(sed -n 's/.*t2m_regional_held: .* \.\. \([0-9.]*\) K in tr.*/\1/p' "$tmp/log")
works "trains on its own" on w1 2 train train features%signal=warming \
  features%signal_clip=.true. model%file=less.nc
own=$(sed -n 's/.*t2m_regional_held: .* \.\. \([0-9.]*\) K in tr.*/\1/p' "$tmp/log")
awk "BEGIN { d = $low - ($own); exit !(d > 3.98 && d < 4.02) }"
report $? "that climate's warming is in the range ($low, $own)"

# ---- what is refused --------------------------------------------------------

refuses 2 "'sresa1b' is no scenario: expected rcp26" "project: no scenario" \
  on 1 2 project project forcing%scenario=sresa1b output%file=none.nc
refuses 2 "&forcing scenario.*did you mean 'rcp85'" "check: a wrong scenario" \
  on 1 1 check project forcing%scenario=rcp58
refuses 2 "signal = forcings: must be one of: none forcing warming" "train: a wrong word" \
  on 1 1 train train features%signal=forcings model%file=none.nc
refuses 2 "no monthly input is an air temperature" "train: no air" on 1 2 train \
  train features%signal=warming "features%dynamic='tp'" model%file=none.nc
refuses 2 "signal: 'warming' here, 'forcing' in the model file gru.nc" \
  "project: another signal" on 1 2 project project features%signal=warming \
  output%file=none.nc
refuses 2 "the signal is held here and not held in the model file gru.nc" \
  "project: clipped here" on 1 1 project project features%signal_clip=.true. \
  output%file=none.nc
[ ! -e "$tmp/1/none.nc" ]
report $? "no file is left of those"

# ---- none -------------------------------------------------------------------

works "trains without, said so" on none 1 train train features%signal=none \
  features%signal_clip=.true.
cmp "$tmp/plain.nc" "$tmp/none/gru.nc" > "$tmp/log" 2>&1
report $? "as by default" "$tmp/log"
works "projects without" on none 1 project project forcing%scenario=anything
[ -z "$(attribute none/gru_soil.nc signal)" ]
report $? "and writes nothing of it"
done_testing
