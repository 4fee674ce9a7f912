#!/usr/bin/env bash
# The same weights and inputs through PyTorch and through talik: outputs,
# losses, gradients and five updates of AdamW, for twelve random problems of
# every model.
cd "$(dirname "$0")/../.." || exit 1
. tests/python.sh
OUT=${OUT:-build/release}
if ! python=$(python_with_torch); then
  echo "1..0 # SKIP no Python with PyTorch (Debian: python3-torch)"
  exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
models="gru gru-carry bilstm conv1dlstm tcn transformer"
seeds=$(seq 1 12)
n=0
for model in $models; do
  mkdir "$dir/$model"
  # shellcheck disable=SC2086 # a list of words
  "$python" tests/science/torch_export.py "$dir/$model" "$model" $seeds
  for seed in $seeds; do
    n=$((n + 1))
    if text=$("$OUT/tests/science/torch_compare" "$model" "$dir/$model/$seed"); then
      echo "ok $n - $text"
    else
      printf 'not ok %s - %s\n' "$n" "$text"
    fi
  done
done
echo "1..$n"
