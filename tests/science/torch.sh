#!/usr/bin/env bash
# The same weights and inputs through PyTorch and through talik: outputs,
# losses, gradients and five updates of AdamW, for twelve random problems.
cd "$(dirname "$0")/../.." || exit 1
. tests/python.sh
OUT=${OUT:-build/release}
if ! python=$(python_with_torch); then
  echo "1..0 # SKIP no Python with PyTorch (Debian: python3-torch)"
  exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
echo "1..12"
for seed in $(seq 1 12); do
  if "$python" tests/science/torch_export.py "$dir/problem" "$seed" \
    && text=$("$OUT/tests/science/torch_compare" "$dir/problem"); then
    echo "ok $seed - $text"
  else
    printf 'not ok %s - %s\n' "$seed" "$text"
  fi
done
