#!/usr/bin/env bash
# Runs test suites under prove: tests/run.sh [unit par grad system science].
# OUT is the build folder whose programs are tested.
set -u
cd "$(dirname "$0")/.." || exit 1
export OUT=${OUT:-build/release}
export CMOCKA_MESSAGE_OUTPUT=TAP
export TALIK="$PWD/bin/talik"
[ -x "$OUT/talik" ] && export TALIK="$PWD/$OUT/talik"
export MPIRUN=${MPIRUN:-mpirun --oversubscribe}
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# Sanitizers: the leaks of Open MPI itself are known, see tests/lsan-openmpi.supp.
export ASAN_OPTIONS=fast_unwind_on_malloc=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan-openmpi.supp:print_suppressions=0
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
if [ -z "${TALIK_TEST_DATA:-}" ] && [ -d ../shared/data ]; then
  TALIK_TEST_DATA=$(cd ../shared/data && pwd)
  export TALIK_TEST_DATA
fi

# The long ones first, so that the short ones fill the other cores at the end.
[ $# -gt 0 ] || set -- system science par unit grad
list=()
for suite in "$@"; do
  case $suite in
    unit | science)
      for t in tests/"$suite"/*.c; do
        [ -e "$t" ] && list+=("$OUT/${t%.c}")
      done ;;
    grad)
      for t in tests/grad/*.c; do
        [ -e "$t" ] && list+=("build/double/${t%.c}")
      done ;;
    par) # a shell script runs each program on 1, 2, 3 and 5 ranks
      for t in tests/par/*.c; do
        [ -e "$t" ] || continue
        script=$OUT/${t%.c}.t
        printf '#!/bin/sh\nexec tests/par/on_ranks.sh %s\n' "$OUT/${t%.c}" > "$script"
        chmod +x "$script"
        list+=("$script")
      done ;;
  esac
  case $suite in
    system | science)
      for t in tests/"$suite"/*.sh; do
        [ -e "$t" ] && list+=("$t")
      done ;;
  esac
done
exec prove --timer -j "${JOBS:-2}" --exec tests/run_one.sh "${list[@]}"
