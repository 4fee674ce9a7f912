#!/usr/bin/env bash
# Speed as ratios: tests/bench/bench.sh [ROUNDS].
#
# Runs every bench_* program of the build, and those peers that are installed,
# in turn, ROUNDS times (5), and prints medians.  Each prints lines
# "case<TAB>unit<TAB>value"; a peer's case of the same name is the same work.
# Virtual machines lose time to their neighbours: only CPU times, medians and
# ratios within one run mean anything.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/python.sh
OUT=${OUT:-build/release}
rounds=${1:-5}
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
python=$(python_with_torch) || echo "(no Python with PyTorch: column '-')"

for ((i = 0; i < rounds; i++)); do
  for source in tests/bench/bench_*.c; do
    [ -e "$source" ] || continue
    "$OUT/${source%.c}" > "$dir/one" || exit 1
    sed 's/^/talik\t/' "$dir/one"
  done
  if [ -n "$python" ]; then
    # The better of the two is the peer: some builds do not find AVX-512 alone.
    "$python" tests/bench/peer_torch.py | sed 's/^/torch\t/'
    ATEN_CPU_CAPABILITY=avx512 "$python" tests/bench/peer_torch.py |
      sed 's/^/torch avx512\t/'
  fi
done > "$dir/lines"

awk -F '\t' '
function median(key,    n, i, j, v, t) {
  n = split(values[key], v, " ")
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) {
      t = v[j]; v[j] = v[j - 1]; v[j - 1] = t
    }
  return n ? v[int((n + 1) / 2)] + 0 : 0
}
function number(x) {
  return x == 0 ? "-" : sprintf(x < 1000 ? "%.1f" : "%.0f", x)
}
{
  values[$1, $2] = values[$1, $2] " " $4
  unit[$2] = $3
  if ($1 == "talik" && !($2 in seen)) { seen[$2]; order[++cases] = $2 }
}
END {
  form = "%-32s %12s %12s %7s  %s\n"
  printf form, "case", "talik", "PyTorch", "ratio", "unit"
  for (i = 1; i <= cases; i++) {
    c = order[i]
    ours = median("talik" SUBSEP c)
    peer = median("torch" SUBSEP c)
    other = median("torch avx512" SUBSEP c)
    peer = other > peer ? other : peer
    printf form, c, number(ours), number(peer), \
      peer ? sprintf("%.2f", ours / peer) : "-", unit[c]
  }
}' "$dir/lines"
