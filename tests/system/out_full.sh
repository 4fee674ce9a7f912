#!/usr/bin/env bash
# A full disk, a folder in the way, a flush that fails: exit status 4 at once, a
# message with what is missing, and nothing left behind.
set -u
# shellcheck source=tests/system/out_common.inc
. tests/system/out_common.inc

echo "1..7"

# refused TEXT PATH WORD...: status 4, the words in the message, no file
refused() {
  local text=$1 path=$2 status=$3 bad='' word
  shift 3
  [ "$status" = 4 ] || bad="status $status, not 4"
  for word in "$@"; do
    grep -qF -- "$word" "$dir/log" || bad="$bad, no '$word'"
  done
  [ -e "$path" ] && bad="$bad, the file is there"
  [ -e "$path.tmp" ] && bad="$bad, the temporary file is there"
  say "$bad" "$text"
}

disk=$dir/disk
mkdir "$disk"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=96k tmpfs "$disk" 2> /dev/null; then
  trap 'umount "$disk"; rm -rf "$dir"' EXIT
  for n in 1 3; do
    for io in romio321 ompio; do
      OMPI_MCA_io=$io write $n "$disk/full.nc" regular south
      refused "a full disk, $n ranks, $io" "$disk/full.nc" $? \
        "No space left on device" "needs 162" "are available"
    done
  done
else
  for i in 1 2 3 4; do skip "a full disk, $i" "a small tmpfs can only be mounted by root"; done
fi

mkdir "$dir/file.nc"
write 2 "$dir/file.nc" regular south
status=$?
rmdir "$dir/file.nc"
refused "a folder in the way" "$dir/file.nc" $status "not a regular file"

for rank in 0 2; do
  TK_INJECT=out.sync:$rank write 3 "$dir/flush.nc" regular south
  refused "a flush that fails on rank $rank" "$dir/flush.nc" $? "out.sync"
done
exit $failed
