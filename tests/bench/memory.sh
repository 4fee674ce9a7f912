#!/usr/bin/env bash
# Memory of training: tests/bench/memory.sh [ROWS COLUMNS MONTHS VARIABLES].
#
# Makes a file of 183 x 183 cells, 850 months, 22 variables and four depths (3
# GB), trains a GRU of 24 features on one rank that can have no more than 2 GiB
# of address space, and prints the peak of its memory and the times.  DIR is the
# folder for it, of which it needs 3 GB; all is deleted in the end.
set -eu
cd "$(dirname "$0")/../.."
OUT=$(cd "${OUT:-build/release}" && pwd)
talik=${TALIK:-$PWD/bin/talik}
[ $# -eq 4 ] || set -- 183 183 850 22
dir=$(mktemp -d -p "${DIR:-${TMPDIR:-/tmp}}")
trap 'rm -rf "$dir"' EXIT
cd "$dir"
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OPENBLAS_NUM_THREADS=1

OMPI_MCA_io=romio321 "$OUT/tests/tools/make_forcing" forcing.nc "$@" 4
{
  echo "&forcing files = 'forcing.nc' /"
  echo "&features dynamic ="
  for ((k = 1; k <= $4; k++)); do echo "  'v$k'"; done
  cat << END
/
&targets files = 'forcing.nc', depths = 0.1, 0.4, 0.7, 1.0 /
&model file = 'gru.nc' /
&train
  last = '2010-12', valid_last = '2015-12', epochs = 2, steps_per_epoch = 4
/
END
} > run.nml

# On a disk from which nothing has been read yet.
sync forcing.nc
dd if=forcing.nc iflag=nocache count=0 2> /dev/null
(
  ulimit -v $((2 << 20))
  "$OUT/tests/tools/used" used "$talik" train run.nml
)
read -r peak bytes < used
echo "file $(($(stat -c %s forcing.nc) >> 20)) MiB, peak of memory $((peak >> 10)) MiB," \
  "read $((bytes >> 10)) MiB"
