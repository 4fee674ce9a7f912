#!/usr/bin/env bash
# Wrong inputs, on 1 and on 3 ranks: the right exit status, one message from rank
# 0 that says what is wrong, no hang, and no output.
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc

in=$tmp/in
out=$tmp/out
mkdir -p "$out"
make_inputs
history=$in/w/historical_2000-2004.nc

# refused STATUS PATTERN TITLE COMMAND NAMELIST KEY=VALUE...: PATTERN is of grep -E
# and sought in the message alone.
refused() {
  local want=$1 pattern=$2 title=$3 command=$4 namelist=$5 set=() n status
  shift 5
  set=(--set "output%dir=$out" --set run%quiet=.true.)
  [ "$command" = train ] && set+=(--set "model%file=$out/gru.nc")
  [ "$command" = evaluate ] && set+=(--set "evaluate%csv=$out/scores.csv"
    --set "evaluate%markdown=$out/scores.md" --set "evaluate%file=$out/scores.nc"
    --set "evaluate%map=$out/map.nc")
  for s; do set+=(--set "$s"); done
  for n in 1 3; do
    find "$tmp" -type f ! -path "$tmp/log*" -exec cksum {} + | sort > "$tmp/log.before"
    ranks $n "$command" "$in/$namelist.nml" "${set[@]}" > "$tmp/log" 2>&1
    status=$?
    find "$tmp" -type f ! -path "$tmp/log*" -exec cksum {} + | sort > "$tmp/log.after"
    echo "status $status, wanted $want and one message with /$pattern/" >> "$tmp/log"
    [ $status = "$want" ] && [ "$(grep -c '^talik: ' "$tmp/log")" = 1 ] \
      && sed -n '/^talik: /,/^--*$/p' "$tmp/log" | grep -Eq -- "$pattern"
    report $? "$title, $n ranks: status $want, one message" "$tmp/log"
    cmp "$tmp/log.before" "$tmp/log.after" > "$tmp/log" 2>&1
    report $? "$title, $n ranks: no file made or changed" "$tmp/log"
  done
}

needs() { # needs TITLE TOOL...: whether all are here; if not, a skipped test
  local title=$1 tool
  shift
  for tool; do
    command -v "$tool" > /dev/null || { skip "$title: no $tool"; return 1; }
  done
}

# The namelist.
refused 2 "unknown key 'frist'.*did you mean 'first'" "unknown key" \
  project project project%frist=2004-06
refused 2 "'2004-13' is no month" "a month that is none" project project \
  project%first=2004-13
refused 2 "&features slow: 'sd' is none of the dynamic inputs" \
  "a slow mean of no input" train train "features%slow='sd'"
refused 2 "slow_months.* from 1 to 1200" "a slow mean of no months" train train \
  "features%slow='t2m'" features%slow_months=12,0
refused 2 "slow: feature 't2m_mean3' is named twice" "a slow mean twice" \
  train train "features%slow='t2m'" features%slow_months=3,5,3
sed '/^ *files/d' "$in/column.nml" > "$in/empty.nml"
refused 2 "&forcing files" "no input at all" project empty

# Files that cannot be what they should.
refused 3 "absent.nc: No such file" "missing file" project column \
  "forcing%files=$tmp/absent.nc"
head -c 60000 "$history" > "$tmp/short.nc"
refused 3 "short.nc: .*(truncated|short|ends|bytes)" "truncated file" project \
  column "forcing%files=$tmp/short.nc"
head -c 40 "$history" > "$tmp/head.nc"
refused 3 "head.nc: " "truncated header" project column \
  "forcing%files=$tmp/head.nc"
refused 3 "column.nml: " "a text as input" project column \
  "forcing%files=$in/column.nml"
if needs "netCDF-4 file" nccopy; then
  nccopy -k nc4 "$history" "$tmp/four.nc"
  refused 3 "ncks -O -5 -C -x -v expver .*four.nc" "netCDF-4 file, cure 1" \
    project column "forcing%files=$tmp/four.nc"
  refused 3 "nccopy -k cdf5 .*four.nc" "netCDF-4 file, cure 2" project column \
    "forcing%files=$tmp/four.nc"
fi

# Contents that are wrong.
if needs "wrong units" ncdump ncgen; then
  ncdump -p 9,17 "$history" > "$tmp/history.cdl"
  sed 's/t2m:units = "K"/t2m:units = "kg"/' "$tmp/history.cdl" \
    | ncgen -k 64-bit-offset -o "$tmp/units.nc" -
  refused 3 "units.nc: .*t2m.*kg" "wrong units" project column \
    "forcing%files=$tmp/units.nc"
  sed 's/time:units = "[^"]*"/time:units = "apples since 1850-01-01"/' \
    "$tmp/history.cdl" | ncgen -k 64-bit-offset -o "$tmp/time.nc" -
  refused 3 "time.nc: .*apples" "wrong units of time" project column \
    "forcing%files=$tmp/time.nc"
fi
if needs "gaps and duplicates" ncks; then
  ncks -O -d time,0,29 "$history" "$tmp/a.nc"
  ncks -O -d time,31,59 "$history" "$tmp/b.nc"
  ncks -O -d time,30,59 "$history" "$tmp/c.nc"
  ncks -O -d time,0,30 "$history" "$tmp/d.nc"
  refused 3 "2002-07" "missing month" project column \
    "forcing%files='$tmp/a.nc', '$tmp/b.nc'"
  refused 3 "2002-07" "duplicate month" project column \
    "forcing%files='$tmp/d.nc', '$tmp/c.nc'"
  ncks -O -C -x -v tp "$history" "$tmp/dry.nc"
  refused 3 "tp" "a missing variable" project column "forcing%files=$tmp/dry.nc"
fi

# Periods.
refused 3 "2000-01 to 2000-03 .*missing|1999-10 to 1999-12 are missing" \
  "window months missing before the first" project project project%first=2000-03
refused 3 "2007-01 to 2007-05 are missing" "months missing at the end" project \
  project project%last=2007-05
refused 2 "overlaps the months that are fitted to" "validation within training" \
  train train train%valid_first=2002-06
refused 2 "&split lat: two numbers" "an empty band held out" train train \
  "split%lat=62, 60"
refused 2 "&split warmest: 3 years are wanted" "more warm years than there are" \
  train train split%warmest=3
refused 2 "&split years .*&train first" "all that is fitted to held out" train \
  train "split%years=2000, 2001, 2002"
refused 3 "2000-0[0-9] to 2004-12" "training beyond the data" train train \
  train%valid_last=2005-06

# Shifts.
refused 2 "&forcing shift_of: names no input" "a shift of nothing" project column \
  forcing%shift=4
refused 2 "&forcing shift: says not how much" "a shift by nothing" project column \
  forcing%shift_of=t2m
refused 2 "&forcing shift_of: the column reads 't2m' and 'tp', not 'tas'" \
  "a shift of what the column has not" project column forcing%shift_of=tas \
  forcing%shift=4
refused 2 "shift_of: 'organic_depth' is none of the monthly inputs" \
  "a shift of what the model has not" project project \
  forcing%shift_of=organic_depth forcing%shift=4
refused 2 "&forcing ramp_last: a month is needed" "a ramp without an end" project \
  column forcing%shift_of=t2m forcing%shift=4 forcing%ramp_first=2001-01
refused 2 "&forcing ramp_last: the ramp must end after it begins" \
  "a ramp that ends first" project column forcing%shift_of=t2m forcing%shift=4 \
  forcing%ramp_first=2001-01 forcing%ramp_last=2001-01
refused 2 "&forcing ramp_first: '2001-13' is no month" "a ramp from no month" \
  train train forcing%shift_of=t2m forcing%shift=4 forcing%ramp_first=2001-13 \
  forcing%ramp_last=2003-01

refused 2 "&forcing scale_of: names no input" "a factor of nothing" project column \
  forcing%scale=2
refused 2 "&forcing scale: says not by how much" "a factor of one" project column \
  forcing%scale_of=tp
refused 2 "&forcing scale_of: the column reads 't2m' and 'tp', not 'pr'" \
  "a factor of what the column has not" project column forcing%scale_of=pr \
  forcing%scale=2
refused 2 "scale_of: 'organic_depth' is none of the monthly inputs" \
  "a factor of what the model has not" project project \
  forcing%scale_of=organic_depth forcing%scale=2
refused 2 "&forcing scale_of: 't2m' is shifted already" "one input twice" project \
  column forcing%scale_of=t2m forcing%scale=2 forcing%shift_of=t2m forcing%shift=4
refused 2 "&forcing repeat_from: '1950' is no month" "repeated from no month" \
  project column forcing%repeat_from=1950

# Other climates to learn from.
sets=("augment%files=$in/soil.nc" augment%shift_of=t2m augment%shift=4)
for command in train check; do
  refused 2 "&augment shift: 2 for 1 files" "$command: more shifts than files" \
    $command train "${sets[@]}" augment%shift=2,4
  refused 2 "&augment shift_winter: 2 for 1 files" \
    "$command: more winters than files" $command train "${sets[@]}" \
    augment%shift_winter=0.1,0.2
  refused 2 "&augment scale: 0 for 1 files of 'tp'" \
    "$command: no factor" $command train "${sets[@]}" augment%scale_of=tp
  refused 2 "&augment scale_of: 't2m' is shifted already" \
    "$command: one input twice" $command train "${sets[@]}" \
    augment%scale_of=t2m augment%scale=2
  refused 2 "&augment ramp_first: 2 months for 1 files" \
    "$command: more ramps than files" $command train "${sets[@]}" \
    "augment%ramp_first='2000-01','2000-01'"
  refused 2 "&augment ramp_last: 0 months; ramp_first has 1" \
    "$command: ramps without ends" $command train "${sets[@]}" \
    augment%ramp_first=2000-01
  refused 2 "&augment shift_of: names no input" "$command: files of no shift" \
    $command train "${sets[@]}" "augment%shift_of=''"
  refused 2 "shift_of: 'sd' is none of the monthly" "$command: a shift of no input" \
    $command train "${sets[@]}" augment%shift_of=sd
  refused 2 "changed by &forcing shift_of or scale_of already" "$command: two shifts" \
    $command train "${sets[@]}" forcing%shift_of=t2m forcing%shift=1
  refused 3 "gone.nc: No such file" "$command: no such soil" $command train \
    "${sets[@]}" "augment%files=$in/gone.nc"
done
if command -v ncks > /dev/null; then
  ncks -O -d time,0,30 "$in/soil.nc" "$tmp/brief.nc"
  refused 2 "brief.nc has 2000-01 .. 2002-07, not all months" "a brief other climate" \
    train train "${sets[@]}" "augment%files=$tmp/brief.nc"
fi

# The model file.
refused 3 "absent.nc" "no model file" project project "model%file=$tmp/absent.nc"
refused 3 "static.nc: " "a model file that is none" project project \
  "model%file=$in/w/static.nc"
refused 2 "1 inputs here, 2 in the model|input 2 is" "a model with another input" \
  project project features%dynamic=t2m
refused 2 "input 1 is 'tp' here and 't2m' in the model" \
  "a model with inputs in another order" project project \
  "features%dynamic='tp','t2m'"
refused 2 "input 1 is 'elevation' here and 'organic_depth' in the model" \
  "a model with another static input" project project \
  features%static=elevation
refused 2 "0 inputs here, 1 in the model|(none)" "a model with classes" project \
  project "features%classes=''"
refused 2 "'t2m' is wanted in 'degC' here and in 'K' in the model" \
  "a model with other units" project project "features%dynamic_units='degC','m'"
refused 2 "the month is not an input here and one of the model" \
  "a model that knows the month" project project features%month=.false.
refused 2 "5 months here, 6 in the model" "a model with another window" project \
  project model%window=5
refused 2 "depth" "a model with other depths" project project \
  targets%depths=0.035,1
refused 3 "organic_depth" "a static input that is not there" project project \
  "forcing%static_files=$history"
if command -v ncks > /dev/null; then
  refused 3 "tp" "an input of the model that is not there" project project \
    "forcing%files=$tmp/dry.nc"
fi
cp "$in/gru.nc" "$tmp/bent.nc"
printf '\377' | dd of="$tmp/bent.nc" bs=1 seek=$(($(wc -c < "$in/gru.nc") - 100)) \
  conv=notrunc 2> /dev/null
refused 3 "bent.nc: " "a model file with a changed byte" project project \
  "model%file=$tmp/bent.nc"

# The output.
refused 4 "soil.nc.*exists" "output exists" project column "output%dir=$in"
refused 4 "gru.nc.*exists" "model file exists" train train "model%file=$in/gru.nc"
echo text > "$tmp/file"
refused 4 "$tmp/file" "a file where the folder should be" project column \
  "output%dir=$tmp/file"
refused 4 "$tmp/file" "the same for the model" train train \
  "model%file=$tmp/file/gru.nc"
refused 4 "$tmp/file" "the same for the world" world column \
  "world%dir=$tmp/file"
done_testing
