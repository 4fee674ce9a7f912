#!/usr/bin/env bash
# The file that says how far a projection is from the training of its model: the
# same bytes on any number of ranks and in blocks of any length, whole years only,
# further away when it is warmer; the numbers that Python makes of the inputs.
# shellcheck disable=SC1091
cd "$(dirname "$0")/../.." || exit 1
. tests/system/tap.inc
. tests/system/small_runs.inc
command -v ncdump > /dev/null || skip_all "no ncdump"
export SOURCE_DATE_EPOCH=1700000000
in=$tmp/in
make_inputs
sed -i "s|$in|../in|g; s|^  dynamic|  slow = 't2m', slow_months = 24\n&|
  s|dir = '../in'|dir = '.'|; s|file = '../in/gru.nc'|file = 'gru.nc'|" \
  "$in/train.nml" "$in/project.nml"

# att FILE NAME: a global attribute.
att() {
  ncdump -h "$tmp/$1" | sed -n "s/^\t*:$2 = \(.*\) ;\$/\1/p"
}
has() { # has TITLE FILE PATTERN: in its header
  ncdump -h "$tmp/$2" > "$tmp/log" 2>&1 && grep -q -- "$3" "$tmp/log"
  report $? "$1" "$tmp/log"
}
absent() { # absent TITLE FILE
  [ ! -e "$tmp/$2" ]
  report $? "$1"
}
differ_end() { # differ_end TITLE FILE FILE
  [ -s "$tmp/$2" ] && [ -s "$tmp/$3" ] \
    && ! cmp -s <(end_of "$2" "$3") <(end_of "$3" "$3")
  report $? "$1"
}

# ---- any number of ranks, any block ------------------------------------------

for n in 1 2 3; do
  works "trains on $n" on "$n" "$n" train train
  works "projects on $n" on "$n" "$n" project project
  [ "$n" = 1 ] && continue
  same "the model, with its domain, on $n ranks" 1/gru.nc "$n/gru.nc"
  same "the domain of the projection on $n ranks" 1/gru_soil_domain.nc \
    "$n/gru_soil_domain.nc"
done
for block in 1 12 1000; do
  works "projects in blocks of $block" on 1 2 project project \
    "project%block=$block" "output%file=b$block.nc"
  same_end "block $block: the same distances" 1/gru_soil_domain.nc \
    "1/b${block}_domain.nc"
done

# ---- names, years --------------------------------------------------------------

has "two years, though 2004 was begun" 1/gru_soil_domain.nc 'time = UNLIMITED ; // (2 '
[ "$(att 1/gru_soil_domain.nc time_coverage_start)" = '"2005-01-01"' ]
report $? "the first is 2005"
has "years" 1/gru_soil_domain.nc ':frequency = "yr"'
has "the inputs of the measure" 1/gru_soil_domain.nc \
  ':domain_inputs = "t2m t2m_mean24 tp organic_depth"\|:domain_inputs = "t2m tp t2m_mean24 organic_depth"'
has "what it was fitted to" 1/gru_soil_domain.nc ':domain_training_cell_years = 138'
has "the summary" 1/gru_soil_domain.nc \
  ':domain_summary = "2005-2006: [0-9.]* % beyond range'
has "no such thing in the temperatures" 1/gru_soil.nc 'float tsl(time'
works "a name as CMIP5 has it" on 1 1 project project "output%file=''" \
  forcing%climate_model=DEMO forcing%scenario=rcp85
[ -e "$tmp/1/domain_Lyr_DEMO-gru_rcp85_r1i1p1_2005-2006.nc" ]
report $? "domain_Lyr_..._2005-2006.nc" "$tmp/log"
works "less than a year" on 1 2 project project project%first=2006-02 \
  output%file=less.nc
grep -q 'no domain is written: no calendar year is whole' "$tmp/log"
report $? "says why there is no file"
absent "less than a year, no file" 1/less_domain.nc
works "the key is off" on 1 1 project project output%domain=.false. \
  output%file=off.nc
absent "the key is off, no file" 1/off_domain.nc
same_end "the same temperatures" 1/gru_soil.nc 1/off.nc
refuses 4 "b1_domain.nc" "a domain's file in the way" on 1 2 project project \
  output%file=b1.nc
rm "$tmp/1/b1.nc"
refuses 4 "b1_domain.nc" "it alone" on 1 2 project project output%file=b1.nc
absent "nothing is written beside it" 1/b1.nc

# ---- a year with a gap -----------------------------------------------------------

if command -v ncap2 > /dev/null; then
  cp "$in/w/rcp85_2005-2006.nc" "$in/w/gap.nc"
  ncap2 -O -s 't2m(3,:,:)=t2m(3,:,:)*0+9999' "$in/w/gap.nc" "$in/w/gap.nc"
  works "a month out of range" on 1 2 project project output%file=gap.nc \
    "forcing%files='../in/w/historical_2000-2004.nc','../in/w/gap.nc'"
  [ "$(ncks -H -C -v joint_distance -d time,0 -s '%g\n' "$tmp/1/gap_domain.nc" \
    | grep -cv '^1e+20\|^_\|^$')" = 0 ]
  report $? "its year is missing"
  [ "$(ncks -H -C -v joint_distance -d time,1 -s '%g\n' "$tmp/1/gap_domain.nc" \
    | grep -cv '^1e+20\|^_\|^$')" = 69 ]
  report $? "the next is not"
  ncap2 -O -s 'flat=organic_depth*0+3' "$in/w/static.nc" "$in/w/static.nc"
  works "trains with an input that is the same everywhere" on 1 2 train train \
    "features%static='flat','organic_depth'" model%file=flat.nc
  works "projects with it" on 1 2 project project model%file=flat.nc \
    output%file=flat_soil.nc
  same_end "it has no place in the measure" 1/gru_soil_domain.nc \
    1/flat_soil_domain.nc
else
  skip "no NCO"
fi

# ---- another climate ---------------------------------------------------------------

# share FILE: % of cell-years beyond range, as its attribute has it.
share() {
  att "$1" domain_summary | sed 's/.*: \([0-9.]*\) % beyond.*/\1/'
}
works "4 K warmer" on 1 2 project project forcing%shift_of=t2m forcing%shift=4 \
  output%file=warm.nc
awk "BEGIN { exit !($(share 1/warm_domain.nc) > $(share 1/gru_soil_domain.nc) + 5) }"
report $? "more is beyond the range" "$tmp/log"
has "by the air" 1/warm_domain.nc 'furthest most often by t2m'
differ_end "other distances" 1/gru_soil_domain.nc 1/warm_domain.nc
cat "$in/train.nml" - > "$in/augment.nml" << END
&augment files = '../in/soil.nc', shift_of = 't2m', shift = 4 /
END
works "trains on warmer air as well" on 1 2 train augment model%file=aug.nc
works "projects 4 K warmer by it" on 1 2 project project forcing%shift_of=t2m \
  forcing%shift=4 output%file=known.nc model%file=aug.nc
awk "BEGIN { exit !($(share 1/known_domain.nc) < $(share 1/warm_domain.nc) - 5) }"
report $? "less is beyond the range then" "$tmp/log"

# ---- models without, safetensors -----------------------------------------------------

works "trains on less than a year" on 1 1 train train model%file=short.nc \
  train%last=2000-11 train%valid_first=2001-01
grep -q 'will not say what is out of its domain' "$tmp/log"
report $? "says that there is no domain" "$tmp/log"
works "projects by it" on 1 1 project project model%file=short.nc \
  output%file=short_soil.nc
grep -q 'no domain is written: the model file has none' "$tmp/log"
report $? "says why there is no file" "$tmp/log"
absent "no domain of it" 1/short_soil_domain.nc
ranks 1 export "$tmp/1/gru.nc" "$tmp/a.safetensors" > "$tmp/log" 2>&1 \
  && ranks 1 import "$tmp/a.safetensors" "$tmp/1/again.nc" > "$tmp/log" 2>&1
report $? "out to safetensors and back" "$tmp/log"
works "projects by what came back" on 1 1 project project model%file=again.nc \
  output%file=again_soil.nc
same_end "the same distances" 1/gru_soil_domain.nc 1/again_soil_domain.nc

# ---- by Python --------------------------------------------------------------------------

python=none
for p in ${PYTHON:-} python3 /usr/bin/python3; do
  "$p" -c 'import netCDF4, numpy' 2> /dev/null && python=$p && break
done
if [ $python = none ]; then
  skip "no Python with netCDF4 and numpy (Debian: python3-netcdf4)"
else
  on 1 1 project project run%institution=none output%file=cf.nc
  "$python" tests/system/cf_check.py "$tmp/1/cf_domain.nc" > "$tmp/log" 2>&1
  report $? "CF and ACDD" "$tmp/log"
  for f in gru_soil warm; do
    "$python" tests/system/domain_check.py "$in/w" "$in/soil.nc" \
      "$tmp/1/${f}_domain.nc" "$([ $f = warm ] && echo 4 || echo 0)" \
      > "$tmp/log" 2>&1
    report $? "$f: the distances as numpy has them" "$tmp/log"
  done
fi
done_testing
