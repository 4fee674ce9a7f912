#!/usr/bin/env bash
# Weights out to PyTorch and back, and in from PyTorch and from numpy alone.
# shellcheck disable=SC1091,SC2086,SC2317
cd "$(dirname "$0")/../.." || exit 1
. tests/python.sh
talik=${TALIK:-$PWD/bin/talik}
here=tests/system
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
bad=0

report() { # report STATUS TITLE: one line of TAP, and the log if it is bad
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
  else
    echo "not ok $n - $2"
    tail -n 15 "$dir/log" | sed 's/^/# /'
    bad=1
  fi
}

works() { # works TITLE COMMAND...
  local title=$1
  shift
  timeout -k 5 300 "$@" > "$dir/log" 2>&1 < /dev/null
  report $? "$title"
}

fails() { # fails STATUS PATTERN COMMAND...: and leaves no file $dir/none
  local want=$1 pattern=$2 status
  shift 2
  timeout -k 5 60 "$@" > "$dir/log" 2>&1 < /dev/null
  status=$?
  [ "$status" = "$want" ] && grep -q -- "$pattern" "$dir/log" &&
    ! ls "$dir"/none* "$dir"/*.tmp > /dev/null 2>&1
  report $? "status $want: $pattern"
}

# ---- a small model ----------------------------------------------------------

cat > "$dir/run.nml" << EOF
&world
  dir = '$dir/world', resolution = 2.0, first_year = 1990,
  scenario_year = 1996, last_year = 1996, scenarios = 'rcp85'
/
&forcing
  files = '$dir/world/historical_1990-1995.nc'
  static_files = '$dir/world/static.nc'
/
&features
  static = 'elevation', 'organic_depth'
  angles = 'aspect'
  classes = 'drainage'
/
&targets files = '$dir/column.nc', depths = 0.035, 0.64 /
&column spinup_years = 1 /
&model
  file = '$dir/model.nc', window = 12, hidden = 8, embedding = 2
  band_edges = 50, 60, 65, 75
/
&train
  last = '1993-12', valid_last = '1994-12', epochs = 2, steps_per_epoch = 5
/
&output dir = '$dir', file = 'column.nc' /
EOF
works "makes a world" "$talik" world "$dir/run.nml"
works "projects by the column" "$talik" project "$dir/run.nml" \
  --set model%architecture=column
works "trains a GRU" "$talik" train "$dir/run.nml"
[ "$bad" = 0 ] || { echo "Bail out! no model to exchange"; exit 1; }

# ---- out and back -----------------------------------------------------------

a=$dir/a.safetensors
works "exports it" "$talik" export "$dir/model.nc" "$a"
works "imports it" "$talik" import "$a" "$dir/again.nc"
works "exports it again" "$talik" export "$dir/again.nc" "$dir/b.safetensors"
works "the same bytes" cmp "$a" "$dir/b.safetensors"
works "on two ranks" ${MPIRUN:-mpirun --oversubscribe} -n 2 "$talik" import \
  --overwrite "$a" "$dir/again.nc"
works "trains a TCN with a linear skip" "$talik" train "$dir/run.nml" \
  --set model%architecture=tcn --set "model%skip='tp', 't2m'" \
  --set model%channels=8 --set model%blocks=2 --set "model%file=$dir/skip.nc"
works "exports it" "$talik" export "$dir/skip.nc" "$dir/skip.safetensors"
works "imports it" "$talik" import "$dir/skip.safetensors" "$dir/skip2.nc"
works "the same bytes again" bash -c "'$talik' export '$dir/skip2.nc' \
  '$dir/skip2.safetensors' && cmp '$dir'/skip{,2}.safetensors"
works "evaluates it" "$talik" evaluate "$dir/run.nml" \
  --set "model%file=$dir/skip2.nc" --set model%architecture=tcn
works "explains it" "$talik" explain "$dir/run.nml" --set explain%samples=12 \
  --set "model%file=$dir/skip2.nc" --set model%architecture=tcn
works "keeps the file's digest" grep -qa \
  "imported, SHA-256 $(sha256sum "$a" | cut -d' ' -f1)" "$dir/again.nc"
works "evaluates" "$talik" evaluate "$dir/run.nml" \
  --set "model%file=$dir/again.nc"
for m in model again; do
  works "projects by $m.nc" "$talik" project "$dir/run.nml" \
    --set "model%file=$dir/$m.nc" --set output%file=by_$m.nc
done
# The headers differ, by name and time; the temperatures come behind them.
half=$(($(stat -c %s "$dir/by_model.nc") / 2))
works "the same temperatures" cmp \
  <(tail -c $half "$dir/by_model.nc") <(tail -c $half "$dir/by_again.nc")

# ---- what must fail ---------------------------------------------------------

none=$dir/none.nc
fails 4 "may not be overwritten" "$talik" import "$a" "$dir/again.nc"
fails 4 "may not be overwritten" "$talik" export "$dir/model.nc" "$a"
fails 4 "is the input as well" "$talik" import "$a" "$a" --overwrite
fails 4 "Not a directory" "$talik" export "$dir/model.nc" /dev/null/none
run=("$talik" project "$dir/run.nml" --set "output%file=none.nc"
  --set "model%file=$dir/skip.nc" --set model%architecture=tcn)
fails 2 "skip: 1 inputs here, 2 in the model" "${run[@]}" --set model%skip=tp
fails 2 "skip: 't2m' here, 'tp' in the model" "${run[@]}" \
  --set "model%skip='t2m', 'tp'"
fails 2 "skip: 't2n' is no input" "$talik" train "$dir/run.nml" \
  --set "model%file=$none" --set model%skip=t2n
fails 3 "No such file" "$talik" import "$dir/absent" "$none"
fails 3 "No such file" "$talik" export "$dir/absent.nc" "$none"
fails 3 "not a talik model" "$talik" export "$dir/column.nc" "$none"
fails 3 "no safetensors" "$talik" import "$dir/model.nc" "$none"
head -c -100 "$a" > "$dir/cut"
fails 3 "ends at byte" "$talik" import "$dir/cut" "$none"
fails 2 "two paths" "$talik" import "$a"
fails 2 "third path" "$talik" export "$dir/model.nc" "$none" x
fails 2 "unknown option '--statik'" "$talik" import "$a" "$none" --statik x
fails 2 "unknown option '--static'" "$talik" export "$a" "$none" --static x
fails 2 "NAME" "$talik" import "$a" "$none" --static
fails 2 "'nothing', which is no feature" \
  "$talik" import "$a" "$none" --static nothing
voice=${TALIK_TEST_DATA:-}/weights/silero_vad_16k.safetensors
if [ -n "${TALIK_TEST_DATA:-}" ] && [ -e "$voice" ]; then
  fails 3 "no key 'talik' in __metadata__" "$talik" import "$voice" "$none"
else
  n=$((n + 1))
  echo "ok $n # SKIP TALIK_TEST_DATA has no weights of a voice model"
fi

# ---- Python -----------------------------------------------------------------

example=docs/examples/write_safetensors.py
for python in ${PYTHON:-} python3 /usr/bin/python3 none; do
  "$python" -c 'import numpy' 2> /dev/null && break
done
if [ "$python" = none ]; then
  n=$((n + 1))
  echo "ok $n # SKIP no Python with numpy"
else
  example() { # example NAME OPTION...: writes and imports it
    local name=$1
    shift
    works "writes the example $*" "$python" $example "$dir/$name" "$@"
    works "imports it" "$talik" import "$dir/$name" "$dir/$name.nc"
  }
  for type in F32 F16 BF16; do
    example "gru.$type" --type $type
    grep -q "golden pair met" "$dir/log"
    report $? "meets its golden pair"
  done
  example tcn --architecture tcn
  grep -q "tcn, window 24, .* golden pair met" <(tr '\n' ' ' < "$dir/log")
  report $? "meets its golden pair"
  example bare --no-golden
  grep -q "no golden pair" "$dir/log"
  report $? "says that nothing vouches for it"
fi
if ! python=$(python_with_torch); then
  n=$((n + 1))
  echo "ok $n # SKIP no Python with PyTorch (Debian: python3-torch)"
else
  torch() { "$python" $here/exchange_torch.py "$@"; }
  export -f torch
  export python here
  in_torch() { works "$1" bash -c 'torch "$@"' torch "${@:2}"; }
  in_torch "the trained GRU in PyTorch" check "$a"
  in_torch "the trained TCN and its skip in PyTorch" check \
    "$dir/skip.safetensors"
  mkdir "$dir/t"
  in_torch "PyTorch makes models of all architectures" make "$dir/t"
  for model in gru bilstm conv1dlstm tcn transformer gru_skip tcn_skip; do
    out=()
    pairs=()
    for type in F32 F16 BF16; do
      p=$dir/t/$model.$type
      works "imports $model, $type" "$talik" import "$p" "$p.nc" --static slope
      grep -q "golden pair met" "$dir/log"
      report $? "meets PyTorch's golden pair"
      works "exports it" "$talik" export "$p.nc" "$p.out"
      out+=("$p.out")
      pairs+=("$p" "$p.out")
    done
    in_torch "$model: the same weights in all types" same "${pairs[@]}"
    in_torch "$model: PyTorch predicts the same" check "${out[@]}"
    works "$model: imports what it exported" "$talik" import "$p.out" "$p.2.nc"
    works "$model: exports it again" "$talik" export "$p.2.nc" "$p.2.out"
    works "$model: the same bytes" cmp "$p.out" "$p.2.out"
  done
  in_torch "Keras' and ONNX' layouts" maps
fi
echo "1..$n"
exit $bad
