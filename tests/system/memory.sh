#!/usr/bin/env bash
# Training holds tiles, not the grid: eight times the cells need no more memory.
# Held whole, the larger case would take 100 MB more.  Nor does it read what lies
# between the months of a tile.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/tap.inc
. tests/system/tap.inc
OUT=${OUT:-build/release}
tools=$(cd "$OUT" && pwd)/tests/tools
case $OUT in
  *asan*) skip_all "a sanitizer holds back what was freed" ;;
esac
export OMPI_MCA_io=romio321

make() { # make ROWS COLUMNS: 60 months of 4 variables and 2 depths
  "$tools/make_forcing" "$tmp/$1.nc" "$1" "$2" 60 4 2 \
    || bail_out "no forcing was made"
}

# train RANKS ROWS KEY=VALUE: its peak of memory in $kb, the kB read in $in
train() {
  local ranks=$1 rows=$2
  shift 2
  # shellcheck disable=SC2086
  "$tools/used" "$tmp/used" timeout -k 5 300 $MPIRUN -n "$ranks" "$TALIK" \
    train "$tmp/run.nml" --set forcing%files="$tmp/$rows.nc" \
    --set targets%files="$tmp/$rows.nc" --set model%file="$tmp/$ranks-$rows-$*.nc" \
    --set "$@" > "$tmp/log" 2>&1
  report $? "trains on $rows rows, $ranks rank(s), $*" "$tmp/log"
  read -r kb in < "$tmp/used"
  echo "# $kb kB held, $in kB read"
}

cat > "$tmp/run.nml" << 'END'
&run memory_mb = 16 /
&features dynamic = 'v1', 'v2', 'v3', 'v4' /
&targets depths = 0.1, 0.4 /
&model window = 6, hidden = 8, layers = 1 /
&train last = '1952-12', valid_last = '1954-12', epochs = 1, steps_per_epoch = 2 /
END
make 128 128
make 512 256
for n in 3 1; do
  train $n 128 train%valid_tiles=64
  [ "$in" -lt $((5 * $(stat -c %s "$tmp/128.nc") / 1024)) ]
  report $? "reads its data a few times"
done
small=$kb
train 1 512 train%valid_tiles=64
[ $((kb - small)) -lt 8192 ]
report $? "eight times the cells, no more memory"

# The measure itself: what is held is seen.
train 1 512 train%valid_tiles=0
[ $((kb - small)) -gt 50000 ]
report $? "all tiles held for validation are seen"
done_testing
