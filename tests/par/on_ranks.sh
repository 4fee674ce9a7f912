#!/usr/bin/env bash
# on_ranks.sh PROGRAM: runs it on 1, 2, 3 and 5 ranks, each under a timeout, and
# reports one TAP line for each.
n=0
echo "1..4"
for ranks in 1 2 3 5; do
  n=$((n + 1))
  # shellcheck disable=SC2086
  if out=$(CMOCKA_MESSAGE_OUTPUT=STDOUT timeout 300 $MPIRUN -n "$ranks" "$1" 2>&1); then
    echo "ok $n - $(basename "$1") on $ranks ranks"
  else
    echo "not ok $n - $(basename "$1") on $ranks ranks"
    printf '%s\n' "$out" | tail -n 30 | sed 's/^/# /'
  fi
done
