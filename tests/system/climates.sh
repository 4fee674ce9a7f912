#!/usr/bin/env bash
# Shifted and ramped forcing: column and model see what they would in a file that
# was changed by hand; training on the soil of such climates.
# shellcheck disable=SC1091
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc
export SOURCE_DATE_EPOCH=1700000000
in=$tmp/in
make_inputs
history=$in/w/historical_2000-2004.nc
late=$in/w/rcp85_2005-2006.nc

works() { # works TITLE RANKS COMMAND NAMELIST [KEY=VALUE]...
  local title=$1 n=$2 command=$3 namelist=$4 set=() s
  shift 4
  for s; do set+=(--set "$s"); done
  ranks "$n" "$command" "$in/$namelist.nml" "${set[@]}" > "$tmp/log" 2>&1
  report $? "$title" "$tmp/log"
}

# same_end TITLE FILE FILE: the last quarter of the second, which is data.
same_end() {
  local part=$(($(stat -c %s "$in/$3") / 4))
  cmp <(tail -c $part "$in/$2") <(tail -c $part "$in/$3") > "$tmp/log" 2>&1
  report $? "$1" "$tmp/log"
}

differs_end() { # differs_end TITLE FILE FILE
  local part=$(($(stat -c %s "$in/$3") / 4))
  ! cmp -s <(tail -c $part "$in/$2") <(tail -c $part "$in/$3")
  report $? "$1"
}

# deep FILE: mean of the lowest depth in the first month, K.
deep() {
  ncks -H -C -v tsl -d time,0 -d depth,-1 -s '%.3f\n' "$in/$1" \
    | awk '$1 > 150 && $1 < 350 { sum += $1; n++ } END { print n ? sum / n : "nan" }'
}

# is TITLE EXPRESSION: what awk makes of it.
is() {
  awk "BEGIN { exit !($2) }"
  report $? "$1: $2"
}

command -v ncap2 > /dev/null && command -v ncks > /dev/null || skip_all "no NCO"

# ---- by hand ------------------------------------------------------------------

shift4=(forcing%shift_of=t2m forcing%shift=4)
for f in "$history" "$late"; do
  ncap2 -O -s 't2m=float(t2m+4.0)' "$f" "${f%.nc}_plus4.nc"
done
# From 2001-12, month 23, to 2003-12, month 47.
ncap2 -O -s 'm=array(0.0,1.0,$time); r=(m-23.0)/24.0;
  where(r<0.0) r=0.0; where(r>1.0) r=1.0; t2m=float(t2m+4.0*r)' \
  "$history" "$in/w/ramp.nc" > "$tmp/log" 2>&1 || bail_out "no ramp" "$tmp/log"

works "the column in a file shifted by hand" 1 project column \
  "forcing%files=${history%.nc}_plus4.nc" output%file=hand.nc
works "the column, shifted" 1 project column "${shift4[@]}" output%file=shift.nc
works "the column, shifted, on 3 ranks" 3 project column "${shift4[@]}" \
  output%file=shift3.nc
same_end "a shift: the same soil" hand.nc shift.nc
same_end "on 3 ranks too" hand.nc shift3.nc
differs_end "another soil than without" soil.nc shift.nc
ncks -M "$in/shift.nc" | grep -q 'forcing_shift = "t2m +4 in every month"'
report $? "the output says so"
works "the column in a ramp made by hand" 1 project column \
  "forcing%files=$in/w/ramp.nc" output%file=hand_ramp.nc
works "the column on a ramp" 2 project column "${shift4[@]}" \
  forcing%ramp_first=2001-12 forcing%ramp_last=2003-12 output%file=ramp.nc
same_end "a ramp: the same soil" hand_ramp.nc ramp.nc
ncks -M "$in/ramp.nc" \
  | grep -q 'forcing_shift = "t2m +4, growing from 2001-12 to 2003-12"'
report $? "the output says that too"

# January is month 0: half as much again there, half as much in July.
ncap2 -O -s 'm=array(0.0,1.0,$time);
  t2m=float(t2m+4.0*(1.0+0.5*cos(m*3.14159265358979/6.0))); tp=float(tp*1.5)' \
  "$history" "$in/w/winter.nc" > "$tmp/log" 2>&1 || bail_out "no winter" "$tmp/log"
more=(forcing%shift_winter=0.5 forcing%scale_of=tp forcing%scale=1.5)
works "the column in warmer winters with more snow, by hand" 1 project column \
  "forcing%files=$in/w/winter.nc" output%file=hand_winter.nc
works "the same by keys" 2 project column "${shift4[@]}" "${more[@]}" \
  output%file=winter.nc
ncdiff -O -v tsl "$in/winter.nc" "$in/hand_winter.nc" "$tmp/diff.nc" \
  && is "the same soil" "$(ncks -H -C -v tsl -s '%.6f\n' "$tmp/diff.nc" \
    | awk '$1 < 0 { $1 = -$1 } $1 < 1e10 && $1 > m { m = $1 } END { print m + 0 }') < 1e-3"
differs_end "another than with the shift alone" shift.nc winter.nc
ncks -M "$in/winter.nc" \
  | grep -q 'forcing_shift = "t2m +4, winter +0.5, tp x 1.5 in every month"'
report $? "the output says all of it"

# ---- where the state before comes from -----------------------------------------

works "the column on a ramp over its spin-up" 1 project column "${shift4[@]}" \
  forcing%ramp_first=2000-01 forcing%ramp_last=2000-02 output%file=steep.nc
was=$(deep soil.nc)
is "a shift has always been there" "$(deep shift.nc) - $was > 0.5"
is "a ramp begins as it was" "$(deep steep.nc) - $was < 0.1 && \
$(deep steep.nc) - $was > -0.1"

# ---- what was before the files ----------------------------------------------------

# Two years, four years and two years earlier; days as they fall in those years.
for shift in 1461 730; do
  ncks -O -d time,0,23 "$history" "$tmp/two.nc" \
    && ncap2 -O -s "time=time-$shift; time_bnds=time_bnds-$shift" "$tmp/two.nc" \
      "$in/w/before_$shift.nc"
done > "$tmp/log" 2>&1 || bail_out "no earlier years" "$tmp/log"
early=(forcing%ramp_first=1997-01 forcing%ramp_last=2002-12 project%first=2000-01)
works "the column in files that were prolonged by hand" 1 project column \
  "forcing%files='$in/w/before_1461.nc', '$in/w/before_730.nc', '$history'" \
  "${shift4[@]}" "${early[@]}" output%file=hand_before.nc
works "the column, prolonged" 2 project column "${shift4[@]}" "${early[@]}" \
  forcing%repeat_from=1996-01 forcing%repeat_years=2 output%file=before.nc
same_end "the same soil under a ramp that begins before the files" \
  hand_before.nc before.nc
differs_end "not that of one that begins with them" steep.nc before.nc
ncks -M "$in/before.nc" | grep -q 'forcing_repeated = "first 2 years from 1996-01 on"'
report $? "the output says what repeats"

# ---- models ---------------------------------------------------------------------

works "a model in files shifted by hand" 1 project project \
  "forcing%files='${history%.nc}_plus4.nc', '${late%.nc}_plus4.nc'" \
  output%file=model_hand.nc
works "a model, shifted" 2 project project "${shift4[@]}" \
  output%file=model_shift.nc
same_end "the same temperatures" model_hand.nc model_shift.nc
works "without" 1 project project output%file=model.nc
differs_end "others than without" model.nc model_shift.nc
own=(project%scale_by=projection)
works "a model on inputs scaled for themselves" 2 project project "${own[@]}" \
  output%file=own.nc
grep -q 'warning: &project scale_by: the inputs are scaled by their mean' "$tmp/log"
report $? "warns of it" "$tmp/log"
grep -q 'no domain is written: inputs are scaled by the projection' "$tmp/log" \
  && [ ! -e "$in/own_domain.nc" ]
report $? "says that there is no domain" "$tmp/log"
works "the same, shifted" 1 project project "${own[@]}" "${shift4[@]}" \
  output%file=own_shift.nc
differs_end "others than by the scaling of the training" model.nc own.nc
is "a scaling of its own does not see a shift" \
  "($(deep own.nc) - $(deep own_shift.nc)) ^ 2 < 1e-4"
is "that of the training does" "$(deep model_shift.nc) - $(deep model.nc) > 0.1"
works "check, shifted" 1 check train "${shift4[@]}"
works "evaluate, shifted" 1 evaluate train "${shift4[@]}" \
  "targets%files=$in/shift.nc" "evaluate%csv=$in/a.csv" run%overwrite=.true.
works "evaluate by hand" 1 evaluate train run%overwrite=.true. \
  "forcing%files=${history%.nc}_plus4.nc" "targets%files=$in/shift.nc" \
  "evaluate%csv=$in/b.csv"
cmp "$in/a.csv" "$in/b.csv" > "$tmp/log" 2>&1
report $? "the same scores" "$tmp/log"

# ---- training on them -------------------------------------------------------------

cat "$in/train.nml" - > "$in/augment.nml" << END
&augment
  files = '$in/shift.nc', '$in/ramp.nc'
  shift_of = 't2m'
  shift = 4, 4
  ramp_first = '', '2001-12'
  ramp_last = '', '2003-12'
/
END
# fits FILE RANKS [KEY=VALUE]...
fits() {
  works "trains $1 on $2" "$2" train augment "model%file=$in/$1" "${@:3}"
}
same() { # same TITLE FILE FILE
  cmp "$in/$2" "$in/$3" > "$tmp/log" 2>&1
  report $? "$1" "$tmp/log"
}
for n in 1 2 3; do
  mkdir "$in/$n"
  (cd "$in/$n" && ranks "$n" train ../augment.nml --set model%file=gru.nc \
    --set model%seeds=1,2 --set train%shards=3) > "$tmp/log" 2>&1
  report $? "a contest on $n ranks" "$tmp/log"
  [ "$n" = 1 ] && continue
  for m in 1 2; do
    same "weights of member $m on $n ranks" "1/gru_gru_$m.nc" "$n/gru_gru_$m.nc"
    same "its curves on $n ranks" "1/gru_gru_$m.csv" "$n/gru_gru_$m.csv"
  done
done
fits a1.nc 1
! cmp -s "$in/a1.nc" "$in/gru.nc"
report $? "other weights than without"
ncks -M "$in/a1.nc" | grep -q 'augmented = "t2m +4 ([0-9a-f]*); t2m +4 from 2001-12'
report $? "the model file says what it was fitted to"
fits carry.nc 1 model%state=carry
fits carry3.nc 3 model%state=carry
same "a carried state too, on 3 ranks" carry.nc carry3.nc
fits share.nc 1 augment%share=0.2
! cmp -s "$in/a1.nc" "$in/share.nc"
report $? "another share, other weights"
works "check" 1 check augment
(cd "$in/1" && ranks 1 train ../augment.nml --set model%file=gru.nc \
  --set model%seeds=1,2 --set train%shards=3) > "$tmp/log" 2>&1 \
  && [ "$(grep -c 'gru_gru_[12].nc is there' "$tmp/log")" = 2 ]
report $? "members that are there are known again" "$tmp/log"
(cd "$in/1" && ranks 1 train ../augment.nml --set model%file=gru.nc \
  --set model%seeds=1,2 --set train%shards=3 --set augment%share=0.2) > "$tmp/log" 2>&1
[ $? = 4 ] && grep -q 'of another training: the data sets of &augment differ' "$tmp/log"
report $? "members of other data sets are not taken for these" "$tmp/log"

# ---- targets of other names: layers of a reanalysis, and the column's soil -------

write_world "$in/v" 2000 2005 2006 "world%views='reanalysis'" \
  world%reanalysis_first_year=2000 world%reanalysis_last_year=2004 \
  column%spinup_years=1 || bail_out "no reanalysis was written" "$tmp/log"
era="forcing%files=$in/v/reanalysis/era5land_2000-2004.nc"
layers=("$era" "targets%files=${era#*=}"
  "targets%variables='stl1','stl2','stl3','stl4'")
works "the column on the reanalysis, shifted" 1 project column "$era" \
  "${shift4[@]}" output%file=era4.nc
cp "$in/era4.nc" "$in/era4b.nc"
for k in 0 1 2 3; do
  ncks -O -C -v tsl -d "depth,$k" "$in/era4b.nc" "$tmp/layer.nc" \
    && ncwa -O -a depth "$tmp/layer.nc" "$tmp/flat.nc" \
    && ncrename -v "tsl,soil$k" "$tmp/flat.nc" && ncks -A -C -v "soil$k" \
      "$tmp/flat.nc" "$in/era4b.nc"
done > "$tmp/log" 2>&1
era_fits() { # era_fits FILE SOIL [KEY=VALUE]...
  works "trains $1 on layers and $2" 1 train train "${layers[@]}" \
    "augment%files=$in/$2" augment%shift_of=t2m augment%shift=4 \
    "model%file=$in/$1" "${@:3}"
}
era_fits layers.nc era4.nc
era_fits named.nc era4b.nc "augment%variables='soil0','soil1','soil2','soil3'"
works "trains on layers alone" 1 train train "${layers[@]}" \
  "model%file=$in/alone.nc"
same_end "one variable with depths, or one for each: the same weights" \
  layers.nc named.nc
differs_end "other weights than of layers alone" layers.nc alone.nc
ranks 1 train "$in/train.nml" --set "augment%files=$in/era4.nc" \
  --set augment%shift_of=t2m --set augment%shift=4 --set "model%file=$in/none.nc" \
  --set "augment%variables='tsl','tsl'" > "$tmp/log" 2>&1
[ $? = 2 ] && grep -q '&augment variables: 2 for 4 depths' "$tmp/log" \
  && [ ! -e "$in/none.nc" ]
report $? "two variables for four depths" "$tmp/log"

done_testing
