#!/usr/bin/env bash
# An output is the same file, byte for byte, on any number of ranks, however it
# is cut into collective calls, by either MPI-IO backend.
set -u
# shellcheck source=tests/system/out_common.inc
. tests/system/out_common.inc

echo "1..8"
for kind in regular projected annual; do
  for order in south north; do
    bad=
    write 1 "$dir/1.nc" $kind $order || bad="1 rank"
    ranks="2 3 5"
    # More ranks than tiles, with 2-D coordinates and without.
    case $kind-$order in projected-north | annual-south) ranks="2 3 5 37" ;; esac
    for n in $ranks; do
      write "$n" "$dir/n.nc" $kind $order || bad="$bad, $n ranks fail"
      cmp "$dir/1.nc" "$dir/n.nc" > "$dir/cmp" 2>&1 || bad="$bad, $n ranks: $(cat "$dir/cmp")"
    done
    PNETCDF_SAFE_MODE=1 write 3 "$dir/n.nc" $kind $order 500 || bad="$bad, safe mode fails"
    cmp "$dir/1.nc" "$dir/n.nc" > "$dir/cmp" 2>&1 || bad="$bad, small pieces: $(cat "$dir/cmp")"
    say "$bad" "$kind, $order first: the same bytes on 1 ${ranks# } ranks"
  done
done

bad=
OMPI_MCA_io=ompio write 3 "$dir/n.nc" annual north || bad="fails"
cmp "$dir/1.nc" "$dir/n.nc" > "$dir/cmp" 2>&1 || bad="$bad $(cat "$dir/cmp")"
say "$bad" "the same bytes by OMPIO"

bad=
write 2 "$dir/south.nc" regular south && write 2 "$dir/north.nc" regular north || bad=fails
cmp -s "$dir/south.nc" "$dir/north.nc" && bad="the order of rows changes nothing"
say "$bad" "files of the two row orders differ"
exit $failed
