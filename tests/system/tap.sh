# shellcheck shell=bash
# tap.sh -- sourced by the system tests: TAP lines, a folder of one's own, runs
# of talik under a timeout.  Ends with `done_testing`.
set -u
TALIK=${TALIK:-$PWD/bin/talik}
MPIRUN=${MPIRUN:-mpirun --oversubscribe}
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
tests_root=$PWD
tap_n=0
tap_bad=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

report() { # report STATUS TITLE [FILE]: one line of TAP, and FILE if it is bad
  tap_n=$((tap_n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $tap_n - $2"
  else
    echo "not ok $tap_n - $2"
    tap_bad=1
    if [ -n "${3:-}" ] && [ -e "$3" ]; then
      tail -n 15 "$3" | sed 's/^/# /'
    fi
  fi
}

skip() { # skip TITLE: one test that cannot run here
  tap_n=$((tap_n + 1))
  echo "ok $tap_n # SKIP $1"
}

skip_all() {
  echo "1..0 # SKIP $1"
  exit 0
}

bail_out() { # the test itself is broken, or what it needs was not made
  echo "Bail out! $1"
  [ -z "${2:-}" ] || sed 's/^/# /' "$2"
  exit 1
}

done_testing() {
  echo "1..$tap_n"
  exit $tap_bad
}

# ranks N ARGUMENT...: talik on N ranks.  Its status, 124 if it hung.
ranks() {
  local n=$1
  shift
  # shellcheck disable=SC2086
  timeout -k 5 "${LIMIT:-60}" $MPIRUN -n "$n" "$TALIK" "$@" < /dev/null
}

# write_world DIR FIRST SCENARIO LAST [KEY=VALUE]...: a coarse demonstration world
write_world() {
  local dir=$1 first=$2 scenario=$3 last=$4 set=()
  shift 4
  for s; do set+=(--set "$s"); done
  echo "&world /" > "$tmp/world.nml"
  ranks 1 world "$tmp/world.nml" --set "world%dir=$dir" \
    --set world%first_year="$first" --set world%scenario_year="$scenario" \
    --set world%last_year="$last" --set world%scenarios=rcp85 \
    --set world%resolution=2 "${set[@]}" > "$tmp/log" 2>&1
}
