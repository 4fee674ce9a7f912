#!/usr/bin/env bash
# talik-plot: pictures that are pictures, errors that say what is wrong.
cd "$(dirname "$0")/../.." || exit 1
plot=$PWD/bin/talik-plot
tools=$PWD/tests/tools

skip() {
  echo "1..0 # SKIP $1"
  exit 0
}

[ -x "$plot" ] || skip "bin/talik-plot was not built (GMT is missing)"
command -v gs > /dev/null || skip "Ghostscript is missing"
for python in python3 /usr/bin/python3 none; do
  "$python" -c 'import netCDF4, numpy' 2> /dev/null && break
done
[ "$python" = none ] && skip "python3-netcdf4 is missing"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0

report() { # report STATUS NAME [DETAILS]
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    echo "not ok $n - $2"
    [ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
  fi
}

draws() { # draws NAME COLOURS ARGUMENT...: a good PNG of so many colours
  local name=$1 colours=$2 out
  shift 2
  out=$("$plot" "$@" -o "$dir/$name.png" 2>&1) \
    && out=$("$python" "$tools/check_png.py" "$dir/$name.png" "$colours" 2>&1)
  report $? "draws $name" "$out"
}

shows() { # shows NAME WHAT COLOUR...: these are in it, those with a '-' are not
  local name=$1 what=$2 out
  shift 2
  out=$("$python" "$tools/check_png.py" "$dir/$name.png" 1 "$@" 2>&1)
  report $? "$name shows $what" "$out"
}

says() { # says NAME PATTERN ARGUMENT...: in the text of a PDF
  local name=$1 pattern=$2 out
  shift 2
  out=$("$plot" "$@" -o "$dir/$name.pdf" 2>&1 \
    && gs -q -sDEVICE=txtwrite -o - "$dir/$name.pdf" | tr -s ' \r\n' ' ')
  grep -q -- "$pattern" <<< "$out"
  report $? "$name says $pattern" "$out"
}

fails() { # fails STATUS PATTERN ARGUMENT...
  local want=$1 pattern=$2 out status
  shift 2
  out=$("$plot" "$@" 2>&1)
  status=$?
  [ "$status" = "$want" ] && grep -q -- "$pattern" <<< "$out"
  report $? "status $want: $pattern" "status $status: $out"
}

for s in rcp26 rcp85; do
  "$python" "$tools/make_plot_sample.py" "$dir/$s.nc" $s 2006 2015 2
done
"$python" "$tools/make_plot_sample.py" "$dir/proj.nc" rcp45 2006 2007 2 \
  projected
printf 'epoch,train,valid\n1,1.0,1.1\n2,0.4,0.5\n3,0.1,\n4,0.08,0.2\n' \
  > "$dir/loss.csv"

draws map 5 map "$dir/rcp85.nc" -v tsl -d 1 -p 2006-2010
draws difference 3 map "$dir/rcp85.nc" -v tsl -d 1 -p 2011-2015 \
  -f "$dir/rcp26.nc" -b 2006-2010 --note "a note" \
  -t "A title so long that it has to be broken into lines, since it would \
never fit over the map, not even nearly, however small"
"$python" "$tools/make_plot_sample.py" "$dir/errors.nc" errors
draws rmse 8 map "$dir/errors.nc" -v rmse_gru_1 -d 0.035,0.175,0.64,1.945
shows rmse "sizes from 0, not temperatures" 250/233/145 101/51/40 -2/32/106
shows rmse "each depth by its own values" 250/233/145@3 211/99/77@3
draws bias 8 map "$dir/errors.nc" -v bias_gru_1 -d 0.64
shows bias "both signs" 131/33/6 71/140/177 -250/233/145
draws projected 5 map "$dir/proj.nc" -v tsl -d 0.1
draws series 3 series "$dir/rcp26.nc" "$dir/rcp85.nc" -v tsl -d 0.1,1
draws point 2 series "$dir/rcp26.nc" -v tsl -d 1 --lat 64.8 --lon 212.1 \
  --monthly -l "Fairbanks, monthly"
draws loss 2 loss "$dir/loss.csv" -t "Training"
{
  echo "depth_m,rank,feature,lag_months,abs_attribution_K,\
mean_attribution_K,importance_K"
  for depth in 0.1 1; do
    for rank in 1 2 3; do
      echo "$depth,$rank,feature_$rank=@,all,$((9 - rank)),0.1,0.2"
      for lag in 0 1 2 3; do
        echo "$depth,$rank,feature_$rank=@,$lag,0.$((9 - rank - lag)),-0.01,"
      done
    done
  done
} > "$dir/explain.csv"
draws explain 5 explain "$dir/explain.csv" -t "Why" --note "a note"
for change in 's/,2,\(.*\),all,7,/,2,\1,all,3,/' 's/,2,\(.*\),1,0.6,/,2,\1,1,0.3,/'; do
  sed "$change" "$dir/explain.csv" > "$dir/other.csv"
  ! cmp -s "$dir/explain.csv" "$dir/other.csv" \
    && "$plot" explain "$dir/other.csv" -o "$dir/other.png" -t "Why" \
      --note "a note" && ! cmp -s "$dir/explain.png" "$dir/other.png"
  report $? "explain: a picture of $change"
done
sample() { # sample NAME MONTHS CHANGE...: as of talik evaluate
  local name=$1
  shift
  "$python" "$tools/make_plot_sample.py" "$dir/$name.nc" scores "$@"
}
for s in full: plain:plain "bare:plain -half_width" members:members \
  "holes:plain holes"; do
  # shellcheck disable=SC2086 # changes are words
  sample "${s%%:*}" 36 ${s#*:}
done
models="0/114/178 213/94/0 0/158/115 204/121/167 230/159/0 86/180/233"
# shellcheck disable=SC2086 # colours are words
{
  draws predicted 6 predicted "$dir/full.nc"
  shows predicted "each architecture in its colour" $models -192/220/236
  draws scores 6 scores "$dir/full.nc"
  shows scores "each architecture in its colour" $models
}
draws chosen 1 predicted "$dir/full.nc" -m "TCN,persistence" -d 0.64
shows chosen "no other" 204/121/167 -0/114/178 -213/94/0
draws pair 1 predicted "$dir/full.nc" -m "gru 1,gru mean" -d 0.64
shows pair "no band of two models" 0/114/178 -192/220/236
draws banded 2 predicted "$dir/plain.nc" -d 1.945
shows banded "the band of the only model" 0/114/178 192/220/236@0.5 -213/94/0
draws bare 1 predicted "$dir/bare.nc" -d 1.945
shows bare "no band where there is none" 0/114/178 -192/220/236
draws seven 3 predicted "$dir/members.nc" -d 0.035 -t "Members" --note "a note"
draws holes 2 predicted "$dir/holes.nc" -m gru -d 1.945
shows holes "the band where months are" 192/220/236@1.4
says words "68.625° N, 149.625° W" predicted "$dir/plain.nc"
here=$("$python" - "$dir/plain.nc" << 'END'
import sys
import netCDF4
f = netCDF4.Dataset(sys.argv[1])
wrong = f["predicted"][0, 0, -24:] - f["observed"][0, -24:]
print(f"{(wrong ** 2).mean() ** 0.5:.2f}")
END
)
says words "observed gru $here 0.41 lagged air 0.72 0.68 90 % band" \
  predicted "$dir/plain.nc" -d 0.035
says words "Jan Apr Jul Oct Jan Apr Jul Oct 2017 2018" \
  predicted "$dir/plain.nc" -d 0.035
number='[0-9.]*'
says words "gru mean $number 0.08 .*column $number 0.19 lagged air $number 0.15" \
  predicted "$dir/full.nc" -d 1.945
says contest "gru 0.37 0.080 bilstm 0.46 0.099 tran.* air » 6.32 » 1.371 0.0" \
  scores "$dir/full.nc" -d 0.035,1.945
says contest "0.9[0-9]* lagged air .* climatology .* « -1.497" \
  scores "$dir/full.nc" -v r2 -d 0.035
says contest "0.64 m tcn 0.348 lagged air 0.420 " \
  scores "$dir/full.nc" -d 0.64 -m "lagged air,tcn"
says contest "gru 0.45 transformer 0.53 bilstm 0.54 tcn 0.56" \
  scores "$dir/members.nc" -d 0.035
sample short 2 plain
says words "Jan Feb 2016" predicted "$dir/short.nc" -d 0.64
rows() { # rows SEED MODEL METHOD RATIO: as of talik divergence, less its head
  local zone scenario
  for zone in all none; do
    for scenario in rcp26 rcp85; do
      echo "$1,$2,$3,$zone,$scenario,0.1,0.5,$4,1.5"
      echo "$1,$2,$3,$zone,$scenario,1.9,0.4,${4/1./0.},1.5"
    done | if [ "$zone" = none ]; then sed 's/,[^,]*,1.5$/,,1.5/'; else cat; fi
  done
}
head=seed,model,method,zone,scenario,depth,rmse_K,divergence_ratio
head+=,permafrost_area_error
{
  echo "$head"
  rows 1 gru default 0.62
  rows 2 gru default 0.72
  rows 1 gru paper-eqm 1.01
  rows 1 tcn default -0.31
} > "$dir/ratio.csv"
{
  echo "$head"
  rows 1 column paper-scaling 1.25
} > "$dir/ratio2.csv"
# More of them than the samples in the legend hold.
colours="0/114/178@1 213/94/0@0.6 222/222/222@1"
# shellcheck disable=SC2086 # colours are words
{
  draws ratio 2 ratio "$dir/ratio.csv" -t "Ratios" --note "a note"
  shows ratio "a colour for each method, and the band" $colours -0/158/115
  draws ratio2 3 ratio "$dir/ratio.csv" "$dir/ratio2.csv" --range 0,1.5
  shows ratio2 "the method of the second file too" $colours 0/158/115@0.6
}
said="0.1 m 1.9 m 1.25 1.01 .*0.67 .*-0.31 .*gru tcn column .*default paper-eqm \
paper-scaling 0.95 to 1.05 of the truth A bar is the mean of its seeds"
says bars "$said" ratio "$dir/ratio.csv" "$dir/ratio2.csv"
says bars "1.9 m .* gru tcn default paper-eqm 0.95" \
  ratio "$dir/ratio.csv" -d 1.9 -z all
# Columns are found by their names, wherever they are.
awk -F, -v OFS=, '{ print $8, $4, "x y", $6, $3, $2, $1 }' "$dir/ratio.csv" \
  | sed 's/$/\r/' > "$dir/turned.csv"
"$plot" ratio "$dir/turned.csv" -o "$dir/turned.png" -t "Ratios" \
  --note "a note" && cmp "$dir/ratio.png" "$dir/turned.png"
report $? "ratio: the same picture of columns in another order"
draws "explain-one" 5 explain "$dir/explain.csv" -d 1
"$plot" map "$dir/rcp85.nc" -v tsl -d 1 -o "$dir/map.pdf" \
  && [ "$(head -c 5 "$dir/map.pdf")" = "%PDF-" ]
report $? "draws a PDF"
"$plot" map "$dir/rcp85.nc" -v tsl -d 1 -p 2006-2010 -o "$dir/again.png" \
  && cmp "$dir/map.png" "$dir/again.png"
report $? "draws the same picture twice"
mkdir "$dir/a b" && (cd "$dir/a b" \
  && env -u HOME "$plot" loss ../loss.csv -o "my loss.png" \
  && [ -s "my loss.png" ])
report $? "relative names, blanks, no HOME"
(
  pids=()
  for i in 1 2 3; do
    "$plot" loss "$dir/loss.csv" -o "$dir/p$i.png" &
    pids+=($!)
  done
  bad=0
  for p in "${pids[@]}"; do wait "$p" || bad=1; done
  exit $bad
)
report $? "several at once"

o=(-o "$dir/none.png")
warm=$dir/rcp85.nc
fails 3 "no variable 'tls'; there are:.* tsl" \
  map "$warm" -v tls -d 1 "${o[@]}"
fails 3 "no depth 2 m; there are, in m: 0.1, 1" \
  map "$warm" -v tsl -d 2 "${o[@]}"
fails 3 "several depths" map "$warm" -v tsl "${o[@]}"
fails 3 "no depth 2 m; there are, in m: 0.1, 1" \
  map "$warm" -v tsl -d 1,2 "${o[@]}"
fails 3 "has no time: leave out -p" \
  map "$dir/errors.nc" -v rmse_gru_1 -d 0.64 -p 2006 "${o[@]}"
fails 3 "2006-2015, 2081-2100 was asked" \
  map "$warm" -v tsl -d 1 -p 2081-2100 "${o[@]}"
fails 3 "No such file" map "$dir/absent.nc" -v tsl -d 1 "${o[@]}"
fails 3 "loss.csv" map "$dir/loss.csv" -v tsl -d 1 "${o[@]}"
fails 3 "proj.nc" map "$warm" -v tsl -d 1 -f "$dir/proj.nc" "${o[@]}"
fails 3 "within 2 degrees" \
  series "$warm" -v tsl -d 1 --lat 52 --lon -140 "${o[@]}"
fails 3 "expected a head" loss "$warm" "${o[@]}"
fails 3 "expected the table of 'talik explain'" \
  explain "$dir/loss.csv" "${o[@]}"
fails 3 "no row of that depth" explain "$dir/explain.csv" -d 2 "${o[@]}"
sed 's/,all,/,ever,/' "$dir/explain.csv" > "$dir/bad.csv"
fails 3 "bad.csv:2: 'ever' is no lag" explain "$dir/bad.csv" "${o[@]}"
fails 3 "no column 'seed'; expected the table of 'talik divergence'" \
  ratio "$dir/loss.csv" "${o[@]}"
fails 3 "expected the table of 'talik divergence'" ratio "$warm" "${o[@]}"
for name in model method zone depth divergence_ratio; do
  sed "1s/$name/other/" "$dir/ratio.csv" > "$dir/bad.csv"
  fails 3 "bad.csv: no column '$name'" \
    ratio "$dir/ratio2.csv" "$dir/bad.csv" "${o[@]}"
done
fails 3 "no zone 'cold'; there are: all, none" \
  ratio "$dir/ratio.csv" -z cold "${o[@]}"
fails 3 "no divergence_ratio of zone 'none'" \
  ratio "$dir/ratio.csv" -z none "${o[@]}"
fails 3 "no depth 2 m; there are, in m: 0.1, 1.9" \
  ratio "$dir/ratio.csv" -d 2 "${o[@]}"
head -n 1 "$dir/ratio.csv" > "$dir/bad.csv"
fails 3 "no rows below the head" ratio "$dir/bad.csv" "${o[@]}"
bad_row() { # bad_row CHANGE PATTERN: of the first row of a table
  sed "2$1" "$dir/ratio.csv" > "$dir/bad.csv"
  fails 3 "$2" ratio "$dir/bad.csv" "${o[@]}"
}
bad_row 's/0.62/soon/' "bad.csv:2: 'soon' is no ratio"
bad_row 's/,0.1,/,deep,/' "bad.csv:2: 'deep' is no depth"
bad_row 's/,1.5$//' "bad.csv:2: 8 columns, the head has 9"
bad_row 's/gru//' "bad.csv:2: model '': expected 1 to 47 letters"
bad_row 's/0.62/0.5/' "gru by default, seed 1, at 0.1 m: a ratio of 0.5 and"
fails 3 "no predictor 'grv'; there are: gru, climatology, persistence, air" \
  predicted "$dir/plain.nc" -m "gru,grv" "${o[@]}"
fails 3 "no predictor 'x'; there are: gru 1, gru 2" \
  scores "$dir/full.nc" -m x "${o[@]}"
fails 2 "at most 8 names" \
  predicted "$dir/full.nc" -m "air,air,air,air,air,air,air,air,air" "${o[@]}"
fails 3 "no depth 2 m; there are, in m: 0.035, 0.175, 0.64, 1.945" \
  predicted "$dir/plain.nc" -d 2 "${o[@]}"
fails 3 "no score 'tsl'; there are: rmse mae bias r2 cell_months" \
  scores "$dir/full.nc" -v tsl "${o[@]}"
fails 3 "expected the NetCDF file of 'talik evaluate'" \
  predicted "$warm" "${o[@]}"
fails 3 "expected the NetCDF file of 'talik evaluate'" scores "$warm" "${o[@]}"
wrong() { # wrong COMMAND CHANGE PATTERN
  sample wrong 36 plain "$2"
  fails 3 "$3" "$1" "$dir/wrong.nc" "${o[@]}"
}
wrong predicted -observed "no variable 'observed'"
wrong predicted -predicted "no variable 'predicted'"
wrong predicted -year "no variable 'year'"
wrong predicted -rmse "no score 'rmse'; there are: mae bias"
wrong predicted -predictor_name "no labels 'predictor_name'"
wrong scores -season_name "no labels 'season_name'"
wrong predicted observed=fill "'observed' has no value from 2017-01 to 2018-12"
wrong predicted predicted=fill "'gru' has no value in these months"
wrong predicted rmse=fill "no predictor has an 'rmse'"
wrong predicted month_of_year=fill "months of the series do not follow"
wrong predicted back "months of the series do not follow each other"
wrong scores rmse=fill "'rmse' has no value of these predictors"
sample one 1 plain
fails 3 "one month is no series" predicted "$dir/one.nc" "${o[@]}"
sample none 0 plain
fails 3 "holds no series" predicted "$dir/none.nc" "${o[@]}"
rm "$dir/none.nc"
fails 2 "did you mean 'series'" serie "$warm" "${o[@]}"
fails 2 "no variable: -v" map "$warm" "${o[@]}"
fails 2 "must end in" map "$warm" -v tsl -d 1 -o "$dir/none.gif"
fails 2 "expected years" map "$warm" -v tsl -d 1 -p soon "${o[@]}"
fails 2 "option '--nte'" map "$warm" --nte x "${o[@]}"
fails 2 "usage: talik-plot"
fails 4 "No such file" \
  map "$warm" -v tsl -d 1 -o "$dir/no/such/folder/x.png"
[ ! -e "$dir/none.png" ] && ! ls "$dir"/*.tmp > /dev/null 2>&1
report $? "errors leave no picture"
"$plot" --help | grep -q -- "--note"
report $? "--help"
echo "1..$n"
